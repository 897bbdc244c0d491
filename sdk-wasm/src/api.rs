//! What the TypeScript around calls. Plain arguments only: no option object ever crosses into Wasm.

use unsnag_core::arbitrate::Offer;
use unsnag_core::event::{Event as Told, Outcome, What};
use unsnag_core::id::{BatchId, SessionId, TabId, VisitorId};
use unsnag_core::input::{Arrival, Effect, NavigateHow, Observed, TaskWhat};
use unsnag_core::outbox::{Identity, Sent};
use unsnag_core::policy::{Experiment, Priority, Rule};
use unsnag_core::risk::Level;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::thresholds::Value;
use unsnag_core::time::{Millis, UnixMillis};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, Event};

use crate::bridge;
use crate::eyes::{self, Eye};
use crate::fields;
use crate::sdk::{self, Start};

/// The version that batches carry.
const SDK: &str = env!("CARGO_PKG_VERSION");
/// A whole, in basis points.
const WHOLE: u32 = 10_000;

fn identity(session: &str, tab: &str, visitor: Option<String>) -> Option<Identity> {
    Some(Identity {
        session: SessionId::new(session)?,
        visitor: visitor.and_then(|visitor| VisitorId::new(&visitor)),
        tab: TabId::new(tab)?,
        sdk: SDK,
    })
}

/// Starts to see. `how`: 0 navigate, 1 reload, 2 back or forward; the rest is what `keep` was given on the tab's last
/// page, or empty and zero.
#[wasm_bindgen]
pub fn start(origin: f64, session: &str, tab: &str, how: u8, saved: String, seq: u32, event: u32) {
    let how = match how {
        1 => Arrival::Reload,
        2 => Arrival::BackForward,
        _ => Arrival::Navigate,
    };
    if let Some(identity) = identity(session, tab, None) {
        sdk::start(Start { origin: UnixMillis(origin as u64), identity, how, seq, event, saved });
    }
}

/// Ends everything: listeners, observer, timers, state.
#[wasm_bindgen]
pub fn stop() {
    sdk::stop();
}

/// The page goes, or the SDK does: sends what waits.
#[wasm_bindgen]
pub fn leave() {
    sdk::with(sdk::Sdk::leave);
}

/// Consent was given. `sessions` counts the visitor's sessions in 30 days, this one included; 0 is unknown.
#[wasm_bindgen]
pub fn grant(session: &str, tab: &str, visitor: Option<String>, sessions: u32) {
    if let Some(identity) = identity(session, tab, visitor) {
        sdk::with(|sdk| {
            if sessions > 0 {
                sdk.engine.set_session_count(sessions);
            }
            sdk.grant(identity);
        });
    }
}

/// Sets a threshold; an array comes as `null` and then its words. Whether it exists and takes this value.
#[wasm_bindgen]
pub fn threshold(rule: &str, name: &str, value: &JsValue) -> bool {
    let mut done = false;
    sdk::with(|sdk| {
        let mut set = |value: Value<'_>| sdk.engine.thresholds.set(rule, name, value).is_ok();
        done = if let Some(number) = value.as_f64() {
            set(Value::Number(number))
        } else if let Some(on) = value.as_bool() {
            set(Value::Switch(on))
        } else if let Some(word) = value.as_string() {
            set(Value::Word(&word))
        } else {
            set(Value::Clear)
        };
    });
    done
}

/// A new configuration begins; its rules and experiments follow. `sampling` is in basis points.
#[wasm_bindgen]
pub fn configure(etag: String, kill: bool, sampling: u32, session: &str) {
    sdk::with(|sdk| {
        sdk.etag = etag;
        sdk.help.policy = unsnag_core::policy::Policy { kill, ..Default::default() };
        if fields::hash(0, session) % WHOLE >= sampling {
            sdk.withhold();
        }
    });
}

/// One rule of the configuration, its fields a line each: id, signal, grade, level, template, entry, priority,
/// experiment; an empty line for what is left out. A rule that this release does not understand is passed over.
#[wasm_bindgen]
pub fn rule(fields: &str) {
    let mut lines = fields.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let id = next().to_owned();
    let (Some(signal), Some(min_grade)) = (Kind::named(next()), Grade::named(next())) else { return };
    let named = next();
    let level = Level::named(named);
    let (template, entry) = (some(next()), next().to_owned());
    let (Some(priority), experiment) = (Priority::named(next()), some(next())) else { return };
    if level.is_none() && !named.is_empty() {
        return;
    }
    sdk::with(|sdk| {
        sdk.help.policy.rules.push(Rule { id, signal, min_grade, level, template, entry, priority, experiment });
    });
}

/// One experiment of the configuration.
#[wasm_bindgen]
pub fn experiment(id: String, holdout_basis_points: u32) {
    sdk::with(|sdk| sdk.help.policy.experiments.push(Experiment { id, holdout_basis_points }));
}

/// A pointer event from before the start: 0 down, 1 up, 2 click.
#[wasm_bindgen]
pub fn early(kind: u8, event: &Event, target: Element) {
    let eye = match kind {
        0 => Eye::Down,
        1 => Eye::Up,
        _ => Eye::Click,
    };
    eyes::see(eye, event, Some(target));
}

/// Mutation records from before the start, delivered at `at` ms.
#[wasm_bindgen]
pub fn early_records(records: &js_sys::Array, at: f64) {
    sdk::with(|sdk| eyes::recorded_before(sdk, records, sdk.time_of(at)));
}

/// A request of the page begins.
#[wasm_bindgen]
pub fn request_start(id: u32) {
    sdk::with(|sdk| sdk.feed(sdk.now(), Observed::RequestStart { id }));
}

/// It ends; 0 is a network failure.
#[wasm_bindgen]
pub fn request_end(id: u32, status: u16) {
    sdk::with(|sdk| sdk.feed(sdk.now(), Observed::RequestEnd { id, status }));
}

/// The page changed its address: 0 push, 1 replace.
#[wasm_bindgen]
pub fn navigated(how: u8) {
    let how = if how == 0 { NavigateHow::Push } else { NavigateHow::Replace };
    sdk::with(|sdk| sdk.navigate(sdk.now(), how));
}

/// The page called on the browser: 0 window, 1 clipboard, 2 dialog, 3 picker, 4 sharing.
#[wasm_bindgen]
pub fn effect(what: u8) {
    let what = match what {
        0 => Effect::OpenWindow,
        1 => Effect::Clipboard,
        2 => Effect::Dialog,
        3 => Effect::Picker,
        _ => Effect::Share,
    };
    sdk::with(|sdk| sdk.feed(sdk.now(), Observed::Effect(what)));
}

/// The page told of a task: 0 start, 1 success, 2 fail.
#[wasm_bindgen]
pub fn task(name: &str, what: u8) {
    let what = match what {
        0 => TaskWhat::Start,
        1 => TaskWhat::Success,
        _ => TaskWhat::Fail,
    };
    sdk::with(|sdk| sdk.task(name, what));
}

/// The page says that help was asked for.
#[wasm_bindgen]
pub fn help() {
    sdk::with(|sdk| sdk.feed(sdk.now(), Observed::Help { element: None }));
}

/// The page's own event; `props` is a flat JSON object.
#[wasm_bindgen]
pub fn track(name: String, props: String) {
    sdk::with(|sdk| sdk.outbox.push(Told { at: sdk.unix(), what: What::Custom { name, props } }));
}

/// A host offers help until `expires_at` by the page's clock. The rest a line each: id, entry, priority, decision,
/// signature.
#[wasm_bindgen]
pub fn offer(fields: &str, held_out: bool, expires_at: f64) {
    let mut lines = fields.split('\n');
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let (id, entry) = (next(), next());
    let priority = Priority::named(&next()).unwrap_or_default();
    let (decision, signature) = (next(), next());
    let expires_at = UnixMillis(expires_at as u64);
    sdk::with(|sdk| sdk.offer(Offer { id, entry, priority, held_out, expires_at, decision, signature }));
}

/// What became of help that was shown, by the outcome's name.
#[wasm_bindgen]
pub fn outcome(id: &str, what: &str) {
    if let Some(what) = Outcome::named(what) {
        sdk::with(|sdk| sdk.outcome(id, what));
    }
}

/// Another tab shows help, or no longer.
#[wasm_bindgen]
pub fn elsewhere(shown: bool) {
    sdk::with(|sdk| sdk.help.elsewhere = shown);
}

/// How sending a batch ended. Without an answer `status` is 0; `server_time` is 0 where none came; `too_late` says that
/// every event was refused for its time.
#[wasm_bindgen]
pub fn answered(id: &str, status: u16, retry_after_ms: u32, server_time: f64, level: &str, too_late: bool) {
    let Some(id) = BatchId::new(id) else { return };
    let how = match status {
        200 if too_late => Sent::WrongClock,
        200 => Sent::Accepted,
        0 | 408 | 429 | 500.. => Sent::Retry((retry_after_ms > 0).then_some(Millis(u64::from(retry_after_ms)))),
        _ => Sent::Refused,
    };
    sdk::with(|sdk| {
        let now = sdk.unix();
        if server_time > 0.0 {
            sdk.outbox.clock(now, UnixMillis(server_time as u64));
        }
        sdk.help.level = Level::named(level).unwrap_or(sdk.help.level);
        sdk.outbox.sent(now, &id, how, bridge::random());
    });
}

/// The SDK is about to change the page (`false`), or just did (`true`): those changes are nobody's answer.
#[wasm_bindgen]
pub fn settle(done: bool) {
    sdk::with(|sdk| eyes::settle(sdk, done));
}

/// This element is the SDK's own.
#[wasm_bindgen]
pub fn disown(element: &Element) {
    sdk::with(|sdk| sdk.disown(element));
}
