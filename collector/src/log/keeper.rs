//! The keeper thread: measures the log, lets go of what is over, and notes how far it is durable, also while nothing
//! comes in.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use unsnag_core::time::{Millis, UnixMillis};

use super::store::Store;
use super::{LogError, LogOptions, Shared, disk, recovery};
use crate::time::Clock;

/// Between two rounds. What the writer appends meanwhile is added to the last measurement.
const EVERY: Duration = Duration::from_secs(1);

/// Room is made from here on: of so many parts of the space all but one are used.
const PARTS_OF_SPACE: u64 = 8;

/// How far the clock may run ahead of the time that has passed: what a suspended machine sleeps through, or a time
/// service sets right.
const MOST_AHEAD: Millis = Millis(24 * 60 * 60 * 1000);

pub(super) struct Keeper {
    store: Store,
    dir: PathBuf,
    max_bytes: u64,
    retention: Millis,
    shared: Arc<Shared>,
    clock: Clock,
    /// When it began, by the clock and by a time that never jumps.
    began: (UnixMillis, Instant),
}

/// The clock's time, but never far ahead of what has passed since it was looked at first: a clock that jumps by years
/// would end every record's retention at once. What is kept too long goes after the next start.
fn plausible(clock: UnixMillis, began: (UnixMillis, Instant), now: Instant) -> UnixMillis {
    let passed = Millis(now.duration_since(began.1).as_millis() as u64);
    clock.min(began.0 + passed + MOST_AHEAD)
}

impl Keeper {
    pub(super) fn new(store: Store, options: &LogOptions, shared: Arc<Shared>, clock: Clock) -> Self {
        let LogOptions { dir, max_bytes, retention, .. } = options.clone();
        Self { store, dir, max_bytes, retention, shared, clock, began: (clock.now(), Instant::now()) }
    }

    /// Keeps until the other end of `stop` goes.
    pub(super) fn run(self, stop: &Receiver<()>) {
        loop {
            match stop.recv_timeout(EVERY) {
                Err(RecvTimeoutError::Timeout) => self.round(),
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn round(&self) {
        if let Ok(used) = disk::allocated_bytes(&self.dir) {
            self.shared.used_bytes.store(used, Ordering::Relaxed);
        }
        let used = self.shared.used_bytes.load(Ordering::Relaxed);
        let wants_room = used > self.max_bytes - self.max_bytes / PARTS_OF_SPACE;
        match self.release(wants_room) {
            Ok(0) => {}
            Ok(records) => {
                self.shared.released.fetch_add(records, Ordering::Relaxed);
                tracing::info!(code = "log_released", records, "the log let go of its oldest records");
            }
            Err(error) => tracing::error!(code = error.code(), %error, "the log cannot let go of its oldest records"),
        }
        let durable = *self.shared.next_sequence.borrow();
        if let Err(error) = recovery::write_mark(&self.dir, durable) {
            tracing::error!(code = "log_mark", %error, "how far the log is durable cannot be noted");
        }
    }

    fn release(&self, wants_room: bool) -> Result<u64, LogError> {
        let now = plausible(self.clock.now(), self.began, Instant::now());
        self.store.release(now, self.retention, wants_room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_clock_but_not_when_it_jumps() {
        let began = (UnixMillis(1_700_000_000_000), Instant::now());
        let hour = Millis(60 * 60 * 1000);
        let later = began.1 + Duration::from_hours(1);
        for (clock, expected) in [
            (began.0 + hour, began.0 + hour),
            (began.0, began.0),
            (began.0 + MOST_AHEAD, began.0 + MOST_AHEAD),
            (began.0 + Millis(MOST_AHEAD.0 * 365), began.0 + hour + MOST_AHEAD),
        ] {
            assert_eq!(plausible(clock, began, later), expected);
        }
    }
}
