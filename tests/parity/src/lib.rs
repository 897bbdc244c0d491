//! What a trace leads to, as text: signals, features and the very bytes of the batches.
//!
//! In scope: one function over `unsnag-core`, built natively and for Wasm, so that a test can compare the two byte for
//! byte.
//!
//! Out of scope: the comparison (`tests/tests/parity.rs`) and what the text should be (the tests of `core`).

use wasm_bindgen::prelude::wasm_bindgen;

use unsnag_core::arbitrate::Arbiter;
use unsnag_core::engine::Engine;
use unsnag_core::id::{SessionId, TabId};
use unsnag_core::json::Writer;
use unsnag_core::outbox::{Header, Identity, Outbox};
use unsnag_core::replay;
use unsnag_core::risk::Level;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_core::trace::{Trace, TraceError};

/// Replays a trace as the page would see it: its signals as JSON lines, the summary, and every batch that is sealed on
/// the way, each on a line.
#[wasm_bindgen]
pub fn run(trace: &str) -> String {
    lines(trace).unwrap_or_else(|error| vec![error.to_string()]).join("\n")
}

fn lines(text: &str) -> Result<Vec<String>, TraceError> {
    let mut lines = replay::replay(text, None)?;
    let trace = Trace::open(text)?;
    let origin = trace.header.time_origin;
    let mut engine = Engine::new(trace.header.thresholds, origin);
    let mut outbox = Outbox::new(identity(), 0, 0);
    outbox.grant(identity());
    let mut now = origin;
    let mut sealed = 0;
    for input in trace {
        let input = input?;
        now = origin + input.at;
        engine.feed(&input);
        for event in engine.take_events() {
            outbox.push(event);
        }
        if outbox.is_due(now) {
            seal(&mut outbox, &engine, now, &mut sealed);
        }
    }
    while seal(&mut outbox, &engine, now + Millis(1), &mut sealed) {}
    lines.extend(outbox.drain());
    lines.push(engine.save());
    Ok(lines)
}

fn seal(outbox: &mut Outbox, engine: &Engine, now: UnixMillis, sealed: &mut u8) -> bool {
    let mut state = Writer::new();
    Arbiter::default().write_state(Level::Low, &mut state);
    let features = engine.features();
    let header =
        Header { config: "c", template: "/parity", view: "v", features: &features, policy_state: &state.finish() };
    *sealed = sealed.wrapping_add(1);
    outbox.seal(now, [*sealed; 16], &header).is_some()
}

fn identity() -> Identity {
    Identity {
        session: SessionId::new("parity").expect("a plain word is an id"),
        visitor: None,
        tab: TabId::new("tab").expect("a plain word is an id"),
        sdk: "0.1.0",
    }
}
