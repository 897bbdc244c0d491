//! What one instance of the Wasm keeps between requests: a checked configuration, rates, a signing key. No truth: a
//! fresh instance serves as well.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use unsnag_core::config::Config;
use unsnag_core::host::Site;
use unsnag_core::rate::Limiter;
use unsnag_core::risk::Rules;
use unsnag_core::sign::{LEAST_KEY_BYTES, SigningKeys};
use unsnag_core::time::{Millis, UnixMillis};
use worker::Env;

use crate::panics::{self, Drill};
use crate::settings::Settings;
use crate::stream::Stream;
use crate::{log, model, time};

thread_local! {
    static INSTANCE: OnceCell<Rc<Instance>> = const { OnceCell::new() };
}

#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) site: Site,
    pub(crate) state: State,
}

#[derive(Debug)]
pub(crate) enum State {
    Ready(Box<Ready>),
    /// The bindings are wrong; each mistake is logged.
    Misconfigured,
}

#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) limiter: Limiter,
    pub(crate) stream: Stream,
    pub(crate) drill: Drill,
    pub(crate) held_clock: Option<UnixMillis>,
    latest: Cell<UnixMillis>,
}

impl Instance {
    /// The instance, made at the first request: only requests bring the bindings, and all bring the same.
    pub(crate) fn of(env: &Env) -> Rc<Self> {
        INSTANCE.with(|instance| Rc::clone(instance.get_or_init(|| Rc::new(Self::start(env)))))
    }

    fn start(env: &Env) -> Self {
        // Not in a start function: the platform's own hook, which logs what a panic says, would come after it.
        panics::log_from_now_on();
        let lookup = |name: &str| env.var(name).ok().map(|value| value.to_string());
        match Settings::read(&lookup) {
            Ok(settings) => Self::ready(settings),
            Err(problems) => {
                log::invalid_configuration(&problems);
                Self { site: closed_site(), state: State::Misconfigured }
            }
        }
    }

    fn ready(settings: Settings) -> Self {
        let Settings { vars, secrets } = settings;
        let now = time::now();
        let ready = Ready {
            limiter: Limiter::new(vars.client_rate_per_s, Millis(now.0)),
            stream: Stream::new(vars.stream, secrets.credentials),
            drill: Drill::new(vars.panic_path),
            held_clock: vars.held_clock,
            latest: Cell::new(now),
        };
        let site = Site {
            keys: vars.keys,
            config: vars.config,
            signing: secrets.signing,
            model: model::model(),
            scrub: true,
            later: None,
        };
        Self { site, state: State::Ready(Box::new(ready)) }
    }
}

impl Ready {
    /// A time for the rates, which never falls and is never held.
    pub(crate) fn uptime(&self) -> Millis {
        let latest = self.latest.get().max(time::now());
        self.latest.set(latest);
        Millis(latest.0)
    }
}

/// A site that only refuses: it knows no key, so nothing is ever signed.
pub(crate) fn closed_site() -> Site {
    let unused = SigningKeys::new(vec![vec![0; LEAST_KEY_BYTES]]).expect("one key of the least length is accepted");
    Site {
        keys: Vec::new(),
        config: Config::embedded(),
        signing: unused,
        model: Box::new(Rules),
        scrub: true,
        later: None,
    }
}
