//! Whether a stream works, and when that is worth a line in the log: at once for what an operator must change, after a
//! while for what should have passed by then.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::fault::{Fault, Nature};

/// What passes by itself is called a failure only after this long without success: six of the longest waits.
const FAILING_AFTER: Duration = Duration::from_secs(30);

/// The state of one stream, as its requests show it.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failing_since: Option<Instant>,
    told: Option<Fault>,
}

/// What is new and was not told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Fails(Fault),
    Recovers { after: Fault, seconds: u64 },
}

impl Health {
    /// Something got through.
    pub(super) fn passes(&self, now: Instant) -> Option<Change> {
        let mut state = self.lock();
        let since = state.failing_since.take();
        let seconds = since.map_or(0, |since| now.duration_since(since).as_secs());
        state.told.take().map(|after| Change::Recovers { after, seconds })
    }

    /// A request came to nothing. Faults of one record say nothing about the stream.
    pub(super) fn fails(&self, fault: Fault, now: Instant) -> Option<Change> {
        if fault.nature() == Nature::Content {
            return None;
        }
        let mut state = self.lock();
        let since = *state.failing_since.get_or_insert(now);
        let lasts = fault.nature() == Nature::Configuration || now.duration_since(since) >= FAILING_AFTER;
        if !lasts || state.told == Some(fault) {
            return None;
        }
        state.told = Some(fault);
        Some(Change::Fails(fault))
    }

    /// Why it fails, if it does.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.lock().told
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nothing panics while holding a state")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_at_once_what_an_operator_must_change_and_after_a_while_what_does_not_pass() {
        let start = Instant::now();
        let later = start + FAILING_AFTER;
        let health = Health::default();
        assert_eq!(health.fails(Fault::Throttled, start), None);
        assert_eq!(health.fails(Fault::Throttled, later), Some(Change::Fails(Fault::Throttled)));
        assert_eq!(health.fails(Fault::Throttled, later), None, "once for each change");
        assert_eq!(health.fails(Fault::AccessDenied, later), Some(Change::Fails(Fault::AccessDenied)));
        assert_eq!(health.fault(), Some(Fault::AccessDenied));
        let recovers = Change::Recovers { after: Fault::AccessDenied, seconds: FAILING_AFTER.as_secs() };
        assert_eq!(health.passes(later), Some(recovers));
        assert_eq!((health.passes(later), health.fault()), (None, None));
        assert_eq!(health.fails(Fault::Throttled, later), None, "a new failure has its own while");
        assert_eq!(health.fails(Fault::StreamNotFound, later), Some(Change::Fails(Fault::StreamNotFound)));
    }

    #[test]
    fn does_not_call_a_stream_failing_for_one_record() {
        assert_eq!(Health::default().fails(Fault::Refused, Instant::now()), None);
    }
}
