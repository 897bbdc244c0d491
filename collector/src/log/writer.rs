//! The writer thread: takes whole queues, tells repetitions from what is new, commits the new as one group, answers all
//! waiters.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::sync::mpsc;

use super::frame::Frame;
use super::store::Appender;
use super::{AppendError, Appended, Batch, Job, Pending, Shared};
use crate::feed::Feed;
use crate::metrics::Metrics;

/// Records of one group: enough to share a sync among all that wait, few enough to keep its time short.
const MAX_GROUP: usize = 1024;

pub(super) struct Writer {
    appender: Appender,
    shared: Arc<Shared>,
    metrics: Arc<Metrics>,
    feed: Arc<Feed>,
}

impl Writer {
    pub(super) fn new(appender: Appender, shared: Arc<Shared>, metrics: Arc<Metrics>, feed: Arc<Feed>) -> Self {
        Self { appender, shared, metrics, feed }
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
        if let Err(error) = self.appender.sync() {
            tracing::error!(code = error.code(), "the log could not be synced at its end");
        }
    }

    fn commit(&mut self, group: Vec<Pending>) {
        let bytes: usize = group.iter().map(|pending| pending.batch.bytes()).sum();
        let Sorted { new, settled, of_this_group } = self.sort(group);
        for (pending, outcome) in settled {
            let _ = pending.done.send(outcome);
        }
        let outcome = self.write(&new);
        self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        for (pending, original) in of_this_group {
            let answer = outcome.map(|_| Appended::Repeated(Some(new[original].batch.answer.clone())));
            let _ = pending.done.send(answer);
        }
        let mut records = Vec::with_capacity(new.len());
        for (at, Pending { batch, done, .. }) in (0..).zip(new) {
            // A waiter that has gone (its client hung up) does not undo what is durable.
            let _ = done.send(outcome.map(|first| Appended::New(first + at)));
            records.push(batch.record);
        }
        if let Ok(first) = outcome {
            self.feed.push_all((first..).zip(records));
        }
    }

    /// Tells what is new from what is in the log already, and from what stands in the same group twice.
    fn sort(&self, group: Vec<Pending>) -> Sorted {
        let mut sorted = Sorted::default();
        let mut places = HashMap::with_capacity(group.len());
        for pending in group {
            if let Some(original) = places.get(&pending.batch.name) {
                sorted.of_this_group.push((pending, *original));
            } else if let Some(repeated) = self.look_up(&pending.batch) {
                sorted.settled.push((pending, Ok(repeated)));
            } else if pending.full {
                sorted.settled.push((pending, Err(AppendError::Full)));
            } else {
                places.insert(pending.batch.name.clone(), sorted.new.len());
                sorted.new.push(pending);
            }
        }
        sorted
    }

    /// What becomes of a batch that is in the log already.
    fn look_up(&self, batch: &Batch) -> Option<Appended> {
        let found = self.appender.find(&batch.name).and_then(|found| {
            let repeated = |sequence| self.appender.answer(sequence).map(Appended::Repeated);
            found.map(repeated).transpose()
        });
        found.unwrap_or_else(|error| {
            // Kept twice is better than not at all: whoever reads the stream tells them apart by their names.
            tracing::error!(code = error.code(), %error, "the log cannot be asked whether it has a batch");
            None
        })
    }

    /// Makes all of them durable; the first one's number.
    fn write(&mut self, group: &[Pending]) -> Result<u64, AppendError> {
        if self.shared.failed.load(Ordering::Relaxed) {
            return Err(AppendError::Unavailable);
        }
        let first = *self.shared.next_sequence.borrow();
        if group.is_empty() {
            return Ok(first);
        }
        let started = Instant::now();
        let frames = (first..).zip(group).map(|(sequence, pending)| {
            let Batch { name, received_at, record, answer } = &pending.batch;
            Frame { sequence, received_at: *received_at, name, answer, record }
        });
        if let Err(error) = self.appender.write_group(frames) {
            // After a failed sync nobody knows what the kernel kept, so a second try could lie: refuse until restart.
            self.shared.failed.store(true, Ordering::Relaxed);
            tracing::error!(code = error.code(), %error, "the log stopped accepting writes");
            return Err(AppendError::Unavailable);
        }
        self.metrics.log_synced(started.elapsed(), group.len());
        self.shared.next_sequence.send_replace(first + group.len() as u64);
        let bytes: usize = group.iter().map(|pending| pending.batch.bytes()).sum();
        self.shared.used_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(first)
    }
}

/// A group, sorted.
#[derive(Default)]
struct Sorted {
    new: Vec<Pending>,
    /// Repetitions of what is in the log, and what there is no room for.
    settled: Vec<(Pending, Result<Appended, AppendError>)>,
    /// With each the place of its original among the new.
    of_this_group: Vec<(Pending, usize)>,
}
