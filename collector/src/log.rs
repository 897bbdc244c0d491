//! The durable log: every acknowledged batch, in order, fsynced before its answer.
//!
//! One writer thread owns the records. It takes everything that waits in the queue, writes it under consecutive
//! sequence numbers, syncs once, and only then answers all waiters (group commit). The queue is bounded in records
//! and in bytes, so a slow disk turns into `log_full` answers and not into memory.
//!
//! A [`Follower`] reads in the same process what is durable and remembers how far it has come. Another process can
//! read only the log of a stopped collector, because the database has one owner; what has just arrived is shown from
//! memory by [`crate::feed`].
//!
//! Out of scope: retention and rotation.

mod disk;
mod follower;
mod frame;
mod reader;
mod store;
mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot, watch};

use crate::feed::{self, Feed};
use crate::metrics::Metrics;

pub(crate) use follower::Follower;
pub use reader::{Entry, LogReader, ReadError};

/// Records that may wait for the writer: about a second of work for a disk that syncs a thousand at a time.
const MAX_QUEUED_RECORDS: usize = 4096;

/// Bytes that may wait for the writer. The largest record has 120,000 bytes, so this is at least 270 of them.
const MAX_QUEUED_BYTES: usize = 32 * 1024 * 1024;

/// Where the log lies and how large it may grow.
#[derive(Debug, Clone)]
pub struct LogOptions {
    /// Directory of the log; made when it does not exist.
    pub dir: PathBuf,
    /// Disk space after which new batches are refused.
    pub max_bytes: u64,
}

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("the log in {0} is in use by a running collector; stop it first")]
    Locked(PathBuf),
    #[error("there is no log in {0}")]
    Missing(PathBuf),
    #[error("the log in {dir} cannot be opened: {cause}")]
    Storage { dir: PathBuf, cause: String },
    #[error("the log in {dir} holds a key that is no sequence number; this directory was not written by unsnag")]
    Foreign { dir: PathBuf },
    #[error("reading the log was interrupted: {0}")]
    Interrupted(String),
}

impl LogError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked(_) => "log_locked",
            Self::Missing(_) => "log_missing",
            Self::Storage { .. } => "log_storage",
            Self::Foreign { .. } => "log_foreign",
            Self::Interrupted(_) => "log_interrupted",
        }
    }
}

/// Why one record was not made durable; [`crate::server`] gives each its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("the log or its queue is full")]
    Full,
    #[error("the log does not accept writes")]
    Unavailable,
}

/// What `/readyz` and `/metrics` say about the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogStatus {
    pub(crate) failed: bool,
    pub(crate) used_bytes: u64,
    pub(crate) max_bytes: u64,
    pub(crate) queued_bytes: usize,
    pub(crate) next_sequence: u64,
}

impl LogStatus {
    pub(crate) fn full(&self) -> bool {
        self.used_bytes >= self.max_bytes
    }
}

/// What handle and writer thread share.
#[derive(Debug)]
struct Shared {
    failed: AtomicBool,
    used_bytes: AtomicU64,
    queued_bytes: AtomicUsize,
    /// Everything before it is durable.
    next_sequence: watch::Sender<u64>,
}

enum Job {
    Append(Pending),
    Close,
}

struct Pending {
    record: Vec<u8>,
    done: oneshot::Sender<Result<u64, AppendError>>,
}

/// What ends with [`Log::close`]. The database is closed when the last of its handles goes.
struct Open {
    writer: JoinHandle<()>,
    store: store::Store,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").finish_non_exhaustive()
    }
}

/// A handle on the log; the writer thread behind it ends with [`Log::close`].
#[derive(Debug)]
pub(crate) struct Log {
    queue: mpsc::Sender<Job>,
    shared: Arc<Shared>,
    max_bytes: u64,
    open: Mutex<Option<Open>>,
}

impl Log {
    /// Opens or creates the log, shows its newest records to `feed` and starts the writer.
    pub(crate) fn open(options: &LogOptions, metrics: Arc<Metrics>, feed: Arc<Feed>) -> Result<Self, LogError> {
        let storage_error =
            |cause: std::io::Error| LogError::Storage { dir: options.dir.clone(), cause: cause.to_string() };
        disk::create_private_dir(&options.dir).map_err(storage_error)?;
        let store = store::Store::open(&options.dir)?;
        feed.push_all(store.newest(feed::MAX_RECORDS)?);
        let shared = Arc::new(Shared {
            failed: AtomicBool::new(false),
            used_bytes: AtomicU64::new(disk::allocated_bytes(&options.dir).map_err(storage_error)?),
            queued_bytes: AtomicUsize::new(0),
            next_sequence: watch::Sender::new(store.next_sequence()?),
        });
        let (queue, jobs) = mpsc::channel(MAX_QUEUED_RECORDS);
        let writer = writer::Writer::new(store.clone(), options.dir.clone(), Arc::clone(&shared), metrics, feed);
        let writer = std::thread::Builder::new()
            .name("unsnag-log".to_owned())
            .spawn(move || writer.run(jobs))
            .map_err(storage_error)?;
        Ok(Self { queue, shared, max_bytes: options.max_bytes, open: Mutex::new(Some(Open { writer, store })) })
    }

    /// Makes one record durable and returns its sequence number.
    pub(crate) async fn append(&self, record: Vec<u8>) -> Result<u64, AppendError> {
        if self.shared.failed.load(Ordering::Relaxed) {
            return Err(AppendError::Unavailable);
        }
        if self.status().full() {
            return Err(AppendError::Full);
        }
        let bytes = record.len();
        let queued = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        if queued + bytes > MAX_QUEUED_BYTES {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(AppendError::Full);
        }
        let (done, written) = oneshot::channel();
        if let Err(refused) = self.queue.try_send(Job::Append(Pending { record, done })) {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(match refused {
                mpsc::error::TrySendError::Full(_) => AppendError::Full,
                mpsc::error::TrySendError::Closed(_) => AppendError::Unavailable,
            });
        }
        written.await.unwrap_or(Err(AppendError::Unavailable))
    }

    pub(crate) fn status(&self) -> LogStatus {
        LogStatus {
            failed: self.shared.failed.load(Ordering::Relaxed),
            used_bytes: self.shared.used_bytes.load(Ordering::Relaxed),
            max_bytes: self.max_bytes,
            queued_bytes: self.shared.queued_bytes.load(Ordering::Relaxed),
            next_sequence: *self.shared.next_sequence.borrow(),
        }
    }

    /// Somebody who reads what is durable, known under `name` from one start to the next. To be dropped before the log
    /// is closed. `None` after that.
    pub(crate) fn follower(&self, name: &str) -> Option<Follower> {
        let store = self.lock_open().as_ref()?.store.clone();
        Some(Follower::new(store, self.shared.next_sequence.subscribe(), name.to_owned()))
    }

    fn lock_open(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().expect("nothing panics while holding the log's handles")
    }

    /// Writes what still waits, syncs and closes the files; later appends are refused. Blocks.
    pub(crate) fn close(&self) {
        let Some(open) = self.lock_open().take() else { return };
        // A writer that has already ended has closed its side; then there is nothing to ask for.
        let _ = self.queue.blocking_send(Job::Close);
        if open.writer.join().is_err() {
            tracing::error!(code = "log_writer_panicked", "the log's writer ended by a panic");
        }
    }

    /// Behaves from now on as after a failed write.
    #[cfg(test)]
    pub(crate) fn fail(&self) {
        self.shared.failed.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &std::path::Path) -> Log {
        let options = LogOptions { dir: dir.to_owned(), max_bytes: u64::MAX };
        Log::open(&options, Arc::default(), Arc::default()).unwrap()
    }

    #[tokio::test]
    async fn numbers_records_without_gaps_also_after_reopening() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..2 {
            let log = Arc::new(open(dir.path()));
            let appends: Vec<_> = (0..50)
                .map(|_| {
                    let log = Arc::clone(&log);
                    tokio::spawn(async move { log.append(b"{}".to_vec()).await })
                })
                .collect();
            let mut sequences = Vec::new();
            for append in appends {
                sequences.push(append.await.unwrap().unwrap());
            }
            sequences.sort_unstable();
            assert_eq!(sequences, (round * 50..round * 50 + 50).collect::<Vec<_>>());
            tokio::task::spawn_blocking(move || log.close()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn refuses_appends_once_closed_or_failed() {
        let dir = tempfile::tempdir().unwrap();
        let log = Arc::new(open(dir.path()));
        log.append(b"{}".to_vec()).await.unwrap();
        log.fail();
        assert_eq!(log.append(b"{}".to_vec()).await, Err(AppendError::Unavailable));
        let closing = Arc::clone(&log);
        tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
        assert_eq!(log.append(b"{}".to_vec()).await, Err(AppendError::Unavailable));
    }

    #[tokio::test]
    async fn refuses_what_would_wait_for_too_long() {
        let dir = tempfile::tempdir().unwrap();
        let log = open(dir.path());
        let refused = log.append(vec![b' '; MAX_QUEUED_BYTES + 1]).await;
        assert_eq!(refused, Err(AppendError::Full));
        assert_eq!(log.status().queued_bytes, 0);
    }
}
