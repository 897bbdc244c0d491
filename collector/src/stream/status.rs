//! What `/readyz` and `/metrics` say about forwarding.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::Fault;
use super::health::Health;

/// Counters and state of one forwarder.
#[derive(Debug, Default)]
pub(crate) struct Status {
    /// The stream's name.
    stream: String,
    forwarded: AtomicU64,
    checkpoint: AtomicU64,
    damaged: AtomicU64,
    refused: AtomicU64,
    set_aside: AtomicU64,
    failed_attempts: Mutex<BTreeMap<&'static str, u64>>,
    pub(super) health: Health,
}

/// A look at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// The stream's name.
    pub(crate) stream: String,
    pub(crate) forwarded: u64,
    pub(crate) checkpoint: u64,
    pub(crate) damaged: u64,
    pub(crate) refused: u64,
    pub(crate) set_aside: u64,
    pub(crate) failed_attempts: Vec<(&'static str, u64)>,
    /// Why nothing, or not everything, gets through.
    pub(crate) fault: Option<Fault>,
}

impl Status {
    pub(super) fn of(stream: &str) -> Self {
        Self { stream: stream.to_owned(), ..Self::default() }
    }

    pub(super) fn stream(&self) -> &str {
        &self.stream
    }

    pub(super) fn checkpoint(&self, checkpoint: u64) {
        self.checkpoint.store(checkpoint, Ordering::Relaxed);
    }

    pub(super) fn forwarded(&self, records: u64) {
        self.forwarded.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn damaged(&self) {
        self.damaged.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self, records: usize) {
        self.refused.store(records as u64, Ordering::Relaxed);
    }

    pub(super) fn set_aside(&self) {
        self.set_aside.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, fault: Fault, records: u64) {
        let mut failed = self.failed_attempts.lock().expect("nothing panics while holding a counter");
        *failed.entry(fault.code()).or_default() += records;
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let refused = self.refused.load(Ordering::Relaxed);
        let failed = self.failed_attempts.lock().expect("nothing panics while holding a counter");
        Snapshot {
            stream: self.stream.clone(),
            forwarded: self.forwarded.load(Ordering::Relaxed),
            checkpoint: self.checkpoint.load(Ordering::Relaxed),
            damaged: self.damaged.load(Ordering::Relaxed),
            refused,
            set_aside: self.set_aside.load(Ordering::Relaxed),
            failed_attempts: failed.iter().map(|(code, count)| (*code, *count)).collect(),
            fault: self.health.fault().or((refused > 0).then_some(Fault::Refused)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_of_a_refused_record_as_long_as_it_is_there() {
        let status = Status::default();
        status.refused(1);
        assert_eq!(status.snapshot().fault, Some(Fault::Refused));
        status.refused(0);
        assert_eq!(status.snapshot().fault, None);
    }
}
