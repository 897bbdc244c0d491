//! The keeper thread: measures the log, lets go of what is over, and notes how far it is durable, also while nothing
//! comes in.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use unsnag_core::time::Millis;

use super::store::Store;
use super::{LogError, LogOptions, Shared, disk, recovery};
use crate::time::Clock;

/// Between two rounds. What the writer appends meanwhile is added to the last measurement.
const EVERY: Duration = Duration::from_secs(1);

/// Room is made from here on: of so many parts of the space all but one are used.
const PARTS_OF_SPACE: u64 = 8;

pub(super) struct Keeper {
    store: Store,
    dir: PathBuf,
    max_bytes: u64,
    retention: Millis,
    shared: Arc<Shared>,
    clock: Clock,
}

impl Keeper {
    pub(super) fn new(store: Store, options: &LogOptions, shared: Arc<Shared>, clock: Clock) -> Self {
        let LogOptions { dir, max_bytes, retention, .. } = options.clone();
        Self { store, dir, max_bytes, retention, shared, clock }
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
        self.store.release(self.clock.now(), self.retention, wants_room)
    }
}
