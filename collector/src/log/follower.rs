//! Reads the log while it is written: what is durable, in order, with a checkpoint that outlives the process.

use std::path::Path;

use tokio::sync::watch;

use super::LogError;
use super::frame::{self, Frame};
use super::store::Store;

/// A reader with a name.
#[derive(Clone)]
pub(crate) struct Follower {
    store: Store,
    /// The log's next sequence number: everything before it is durable.
    next_sequence: watch::Receiver<u64>,
    name: String,
}

/// A stretch of the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Sequence numbers with their records, `None` for a damaged one.
    pub(crate) records: Vec<(u64, Option<Vec<u8>>)>,
    /// Where to read on: the log holds nothing else before it.
    pub(crate) next: u64,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Follower {
    pub(super) fn new(store: Store, next_sequence: watch::Receiver<u64>, name: String) -> Self {
        Self { store, next_sequence, name }
    }

    /// Where the log lies.
    pub(crate) fn dir(&self) -> &Path {
        self.store.dir()
    }

    /// What was saved last; 0 for a new follower.
    pub(crate) async fn checkpoint(&self) -> Result<u64, LogError> {
        let this = self.clone();
        blocking(move || this.store.checkpoint(&this.name)).await
    }

    pub(crate) async fn save(&self, checkpoint: u64) -> Result<(), LogError> {
        let this = self.clone();
        blocking(move || this.store.set_checkpoint(&this.name, checkpoint)).await
    }

    /// Ends once the log has more than everything before `next`.
    pub(crate) async fn grown_beyond(&mut self, next: u64) {
        if self.next_sequence.wait_for(|durable| *durable > next).await.is_err() {
            // The log is closed and will not grow any more.
            std::future::pending::<()>().await;
        }
    }

    /// The durable records from `from` on: so many, and together so large that the last one reaches `bytes`.
    pub(crate) async fn read(&self, from: u64, records: usize, bytes: usize) -> Result<Stretch, LogError> {
        let durable = *self.next_sequence.borrow();
        if durable <= from {
            return Ok(Stretch { records: Vec::new(), next: from });
        }
        let this = self.clone();
        blocking(move || this.stretch(from, durable, records, bytes)).await
    }

    fn stretch(&self, from: u64, durable: u64, records: usize, bytes: usize) -> Result<Stretch, LogError> {
        let (mut found, mut size) = (Vec::new(), 0);
        for pair in self.store.pairs(from) {
            let (key, framed) = pair?;
            let sequence = frame::sequence(&key).ok_or_else(|| self.store.foreign())?;
            // What is written but not yet synced may be seen; it is not durable.
            if sequence >= durable {
                break;
            }
            if found.len() == records || size >= bytes {
                return Ok(Stretch { records: found, next: sequence });
            }
            let record = Frame::open(sequence, &framed).map(|frame| frame.record.to_vec());
            size += record.as_ref().map_or(0, Vec::len);
            found.push((sequence, record));
        }
        Ok(Stretch { records: found, next: durable })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The runtime is shutting down, or `work` panicked, which nothing in it does.
        Err(error) => Err(LogError::Interrupted(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use unsnag_core::time::UnixMillis;

    use super::super::store::Appender;
    use super::*;

    /// A log of records `{"n":0}` to `{"n":9}`, of which the first `durable` are.
    fn follower(dir: &std::path::Path, durable: u64) -> (Follower, watch::Sender<u64>) {
        let store = Store::open(dir, UnixMillis(0)).unwrap();
        let mut appender = Appender::new(store.clone(), u64::MAX).unwrap();
        let records: Vec<String> = (0..10).map(|n| format!("{{\"n\":{n}}}")).collect();
        let frames = (0..).zip(&records).map(|(sequence, record)| Frame {
            sequence,
            received_at: UnixMillis(0),
            name: record,
            answer: b"",
            record: record.as_bytes(),
        });
        appender.write_group(frames).unwrap();
        let (sender, receiver) = watch::channel(durable);
        (Follower::new(store, receiver, "test".to_owned()), sender)
    }

    fn sequences(stretch: &Stretch) -> Vec<u64> {
        stretch.records.iter().map(|(sequence, _)| *sequence).collect()
    }

    #[tokio::test]
    async fn reads_bounded_stretches_of_what_is_durable() {
        let dir = tempfile::tempdir().unwrap();
        let (follower, _log) = follower(dir.path(), 8);
        for (from, records, bytes, expected, next) in [
            (0, 3, usize::MAX, &[0, 1, 2][..], 3),
            (3, 100, usize::MAX, &[3, 4, 5, 6, 7], 8),
            (0, 100, 1, &[0], 1),
            (0, 100, 8, &[0, 1], 2),
            (8, 100, usize::MAX, &[], 8),
        ] {
            let stretch = follower.read(from, records, bytes).await.unwrap();
            assert_eq!((sequences(&stretch).as_slice(), stretch.next), (expected, next), "{from} {records} {bytes}");
        }
        assert_eq!(follower.read(7, 1, 1).await.unwrap().records[0].1.as_deref(), Some(&b"{\"n\":7}"[..]));
    }

    #[tokio::test]
    async fn marks_a_damaged_record_and_reads_on() {
        let dir = tempfile::tempdir().unwrap();
        let (follower, _log) = follower(dir.path(), 10);
        follower.store.put_raw(4, b"damaged");
        let stretch = follower.read(3, 3, usize::MAX).await.unwrap();
        assert_eq!(sequences(&stretch), [3, 4, 5]);
        assert_eq!(stretch.records[1].1, None);
    }

    #[tokio::test]
    async fn keeps_a_checkpoint_for_each_name() {
        let dir = tempfile::tempdir().unwrap();
        {
            let (follower, log) = follower(dir.path(), 10);
            assert_eq!(follower.checkpoint().await.unwrap(), 0);
            follower.save(7).await.unwrap();
            let other = Follower::new(follower.store.clone(), log.subscribe(), "other".to_owned());
            assert_eq!(other.checkpoint().await.unwrap(), 0);
        }
        let (follower, _log) = follower(dir.path(), 10);
        assert_eq!(follower.checkpoint().await.unwrap(), 7);
    }

    #[tokio::test]
    async fn learns_that_the_log_has_grown() {
        let dir = tempfile::tempdir().unwrap();
        let (mut follower, log) = follower(dir.path(), 3);
        follower.grown_beyond(2).await;
        let mut waiting = std::pin::pin!(follower.grown_beyond(3));
        let early = tokio::time::timeout(std::time::Duration::from_millis(20), waiting.as_mut()).await;
        assert!(early.is_err());
        log.send_replace(4);
        waiting.await;
    }
}
