//! What the TypeScript around calls. Plain numbers, and at most one text each: no object crosses into Wasm, and a second
//! text would cost its own handling in the glue. Parts of a text are lines.

use unsnag_core::arbitrate::Offer;
use unsnag_core::event::{Event as Told, Outcome, What};
use unsnag_core::id::{BatchId, SessionId, TabId, VisitorId};
use unsnag_core::input::TaskWhat;
use unsnag_core::outbox::{Identity, Sent};
use unsnag_core::policy::{Experiment, Priority, Rule};
use unsnag_core::risk::Level;
use unsnag_core::saved::Parts;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::time::{Millis, UnixMillis};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortSignal;

use crate::bridge;
use crate::listener::Listeners;
use crate::sdk;

/// The version that batches carry.
const SDK: &str = env!("CARGO_PKG_VERSION");

/// The lines of a text, one after the other; empty after the last.
pub(crate) struct Lines<'a>(Parts<'a>);

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self(Parts::of(text, b'\n'))
    }

    pub(crate) fn next(&mut self) -> &'a str {
        self.0.take()
    }

    pub(crate) fn owned(&mut self) -> String {
        self.next().to_owned()
    }

    fn some(&mut self) -> Option<String> {
        let text = self.next();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// Session, tab, visitor.
fn identity(lines: &mut Lines<'_>) -> Option<Identity> {
    Some(Identity {
        session: SessionId::new(lines.next())?,
        tab: TabId::new(lines.next())?,
        visitor: VisitorId::new(lines.next()),
        sdk: SDK,
    })
}

/// Starts in a window of this height, CSS px. The lines: session, tab, an empty one, and the two that were kept on the tab's last page, as are the numbers.
#[wasm_bindgen]
pub fn start(origin: f64, height: u32, seq: u32, event: u32, text: &str) {
    let mut lines = Lines::of(text);
    if let Some(identity) = identity(&mut lines) {
        sdk::start(UnixMillis(origin as u64), height, identity, seq, event, lines.next(), lines.next());
    }
}

/// The page is back from the browser's memory, and another page of the tab went on meanwhile. The lines: what it kept.
#[wasm_bindgen]
pub fn resume(seq: u32, event: u32, text: &str) {
    let mut lines = Lines::of(text);
    sdk::briefly(|sdk| sdk.resume(seq, event, lines.next(), lines.next()));
}

/// Ends everything: timers and state.
#[wasm_bindgen]
pub fn stop() {
    sdk::stop();
}

/// The SDK goes: sends what waits.
#[wasm_bindgen]
pub fn leave() {
    sdk::with(sdk::Sdk::leave);
}

/// The signal under which events are listened to until the end.
#[wasm_bindgen]
pub fn until() -> Option<AbortSignal> {
    let mut signal = None;
    sdk::briefly(|sdk| signal = sdk.listeners.as_ref().map(Listeners::signal));
    signal
}

/// Does what follows from the inputs of a task or callback that is over.
#[wasm_bindgen]
pub fn follow() {
    sdk::with(sdk::Sdk::followed);
}

/// Whether a verdict is open at this time.
#[wasm_bindgen]
pub fn waiting(at: f64) -> bool {
    let mut waiting = false;
    sdk::briefly(|sdk| waiting = sdk.is_waiting(Millis(at as u64)));
    waiting
}

/// Consent was given. `sessions` counts the visitor's sessions in 30 days, this one included; 0 is unknown.
/// The lines: session, tab, visitor or nothing.
#[wasm_bindgen]
pub fn grant(sessions: u32, text: &str) {
    if let Some(identity) = identity(&mut Lines::of(text)) {
        sdk::with(|sdk| {
            if sessions > 0 {
                sdk.engine.set_session_count(sessions);
            }
            sdk.grant(identity);
        });
    }
}

/// Sets a threshold. What the numbers stand for: `ts/thresholds.ts`.
#[wasm_bindgen]
pub fn threshold(number: u32, value: u32) {
    sdk::briefly(|sdk| sdk.engine.thresholds.set_numbered(number, value));
}

/// A new configuration begins; its rules and experiments follow. A session outside the sample sends and keeps nothing.
#[wasm_bindgen]
pub fn configure(kill: bool, sampled: bool, etag: String) {
    sdk::with(|sdk| {
        sdk.etag = etag;
        sdk.help.policy = unsnag_core::policy::Policy { kill, ..Default::default() };
        if !sampled {
            sdk.withhold();
        }
    });
}

/// One rule of the configuration. The lines: id, signal, grade, level, template, entry, priority, experiment; an empty
/// one for what is left out. A rule that this release does not understand is passed over.
#[wasm_bindgen]
pub fn rule(text: &str) {
    let mut lines = Lines::of(text);
    let id = lines.owned();
    let (Some(signal), Some(min_grade)) = (Kind::named(lines.next()), Grade::named(lines.next())) else { return };
    let named = lines.next();
    let level = Level::named(named);
    let (template, entry) = (lines.some(), lines.owned());
    let (Some(priority), experiment) = (Priority::named(lines.next()), lines.some()) else { return };
    if level.is_none() && !named.is_empty() {
        return;
    }
    sdk::briefly(|sdk| {
        sdk.help.policy.rules.push(Rule { id, signal, min_grade, level, template, entry, priority, experiment });
    });
}

/// One experiment of the configuration.
#[wasm_bindgen]
pub fn experiment(holdout_basis_points: u32, id: String) {
    sdk::briefly(|sdk| sdk.help.policy.experiments.push(Experiment { id, holdout_basis_points }));
}

/// The page told of a task: 0 start, 1 success, 2 fail.
#[wasm_bindgen]
pub fn task(what: u8, name: &str) {
    let what = match what {
        0 => TaskWhat::Start,
        1 => TaskWhat::Success,
        _ => TaskWhat::Fail,
    };
    sdk::with(|sdk| sdk.task(name, what));
}

/// The page's own event. The lines: its name, its properties as a flat JSON object.
#[wasm_bindgen]
pub fn track(text: &str) {
    let mut lines = Lines::of(text);
    let what = What::Custom { name: lines.owned(), props: lines.owned() };
    sdk::with(|sdk| sdk.outbox.push(Told { at: sdk.unix(), what }));
}

/// A host offers help until `expires_at` by the page's clock. The lines: id, entry, priority, decision, signature.
#[wasm_bindgen]
pub fn offer(held_out: bool, expires_at: f64, text: &str) {
    let mut lines = Lines::of(text);
    let offer = Offer {
        id: lines.owned(),
        entry: lines.owned(),
        priority: Priority::named(lines.next()).unwrap_or_default(),
        held_out,
        expires_at: UnixMillis(expires_at as u64),
        decision: lines.owned(),
        signature: lines.owned(),
    };
    sdk::with(|sdk| sdk.offer(offer));
}

/// What became of help that was shown. The lines: its id, the outcome's name.
#[wasm_bindgen]
pub fn outcome(text: &str) {
    let mut lines = Lines::of(text);
    let id = lines.next();
    if let Some(what) = Outcome::named(lines.next()) {
        sdk::with(|sdk| sdk.outcome(id, what));
    }
}

/// Another tab shows help, or no longer.
#[wasm_bindgen]
pub fn elsewhere(shown: bool) {
    sdk::briefly(|sdk| sdk.help.elsewhere = shown);
}

/// How sending a batch ended. Without an answer `status` is 0; `server_time` is 0 where none came; `too_late` says that
/// every event was refused for its time. The lines: the batch's id, the level of risk or nothing.
#[wasm_bindgen]
pub fn answered(status: u16, retry_after_ms: u32, server_time: f64, too_late: bool, text: &str) {
    let mut lines = Lines::of(text);
    let Some(id) = BatchId::new(lines.next()) else { return };
    let level = lines.next();
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
