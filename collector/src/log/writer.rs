//! The writer thread: takes whole queues, commits them as one group, answers all waiters.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::store::Store;
use super::{AppendError, Job, Pending, Shared, disk};
use crate::feed::Feed;
use crate::metrics::Metrics;

/// Records of one group: enough to share a sync among all that wait, few enough to keep its time short.
const MAX_GROUP: usize = 1024;

/// How often the true size on disk is measured; between two measurements the records' own bytes are added.
const MEASURE_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    store: Store,
    dir: PathBuf,
    shared: Arc<Shared>,
    metrics: Arc<Metrics>,
    feed: Arc<Feed>,
    measured: Instant,
}

impl Writer {
    pub(super) fn new(store: Store, dir: PathBuf, shared: Arc<Shared>, metrics: Arc<Metrics>, feed: Arc<Feed>) -> Self {
        Self { store, dir, shared, metrics, feed, measured: Instant::now() }
    }

    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut taken = Vec::with_capacity(MAX_GROUP);
        loop {
            if jobs.blocking_recv_many(&mut taken, MAX_GROUP) == 0 {
                break;
            }
            let mut closing = false;
            let mut group = Vec::with_capacity(taken.len());
            for job in taken.drain(..) {
                match job {
                    Job::Append(pending) => group.push(pending),
                    Job::Close => closing = true,
                }
            }
            self.commit(group);
            if closing {
                break;
            }
        }
        if let Err(error) = self.store.sync() {
            tracing::error!(code = error.code(), "the log could not be synced at its end");
        }
    }

    fn commit(&mut self, group: Vec<Pending>) {
        if group.is_empty() {
            return;
        }
        let bytes: usize = group.iter().map(|pending| pending.record.len()).sum();
        let outcome = self.write(&group, bytes);
        self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        match outcome {
            Ok(first) => {
                for (sequence, pending) in (first..).zip(&group) {
                    // A waiter that has gone (its client hung up) does not undo what is durable.
                    let record = String::from_utf8_lossy(&pending.record);
                    self.feed.push(sequence, &record);
                }
                self.feed.announce();
                for (sequence, pending) in (first..).zip(group) {
                    let _ = pending.done.send(Ok(sequence));
                }
            }
            Err(error) => {
                for pending in group {
                    let _ = pending.done.send(Err(error));
                }
            }
        }
    }

    fn write(&mut self, group: &[Pending], bytes: usize) -> Result<u64, AppendError> {
        if self.shared.failed.load(Ordering::Relaxed) {
            return Err(AppendError::Unavailable);
        }
        let first = *self.shared.next_sequence.borrow();
        let started = Instant::now();
        let records = group.iter().map(|pending| pending.record.as_slice());
        if let Err(error) = self.store.write_group(first, records) {
            // After a failed sync nobody knows what the kernel kept, so a second try could lie: refuse until restart.
            self.shared.failed.store(true, Ordering::Relaxed);
            tracing::error!(code = error.code(), %error, "the log stopped accepting writes");
            return Err(AppendError::Unavailable);
        }
        self.metrics.log_synced(started.elapsed(), group.len());
        self.shared.next_sequence.send_replace(first + group.len() as u64);
        self.measure(bytes);
        Ok(first)
    }

    fn measure(&mut self, appended: usize) {
        if self.measured.elapsed() >= MEASURE_EVERY {
            self.measured = Instant::now();
            if let Ok(used) = disk::allocated_bytes(&self.dir) {
                self.shared.used_bytes.store(used, Ordering::Relaxed);
                return;
            }
        }
        self.shared.used_bytes.fetch_add(appended as u64, Ordering::Relaxed);
    }
}
