//! The durable log: every acknowledged batch, in order, fsynced before its answer, each once.
//!
//! One writer thread owns the records. It takes everything that waits in the queue, sets aside what repeats a batch of
//! the log (that gets the earlier answer), writes the rest under consecutive sequence numbers, syncs once, and only then
//! answers all waiters (group commit). The queue is bounded in records and in bytes, so a slow disk turns into
//! `log_full` answers and not into memory.
//!
//! A [`Follower`] reads in the same process what is durable and remembers how far it has come. Another process can
//! read only the log of a stopped collector, because the database has one owner; what has just arrived is shown from
//! memory by [`crate::feed`].
//!
//! The disk is bounded: beyond `max_bytes` batches are refused. Before that, records go that are older than the
//! retention, and the oldest ones once room is short, neither before every follower has passed them. Where nobody
//! follows, the log is the only place that has a record, and it stays for the whole retention.

mod disk;
mod follower;
mod forget;
mod frame;
mod keeper;
mod names;
mod reader;
mod recovery;
mod segments;
mod shelf;
mod store;
mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot, watch};
use unsnag_core::time::{Millis, UnixMillis};

use crate::feed::{self, Feed};
use crate::metrics::Metrics;
use crate::time::Clock;

pub(crate) use follower::Follower;
pub(crate) use forget::forget;
pub(crate) use forget::is_of;
pub use reader::{Entry, LogReader, ReadError};
pub(crate) use recovery::Recovery;
pub(crate) use shelf::Shelf;

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
    /// How long records stay.
    pub retention: Millis,
    /// Followers that no record may be let go of before.
    pub followers: Vec<String>,
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
    #[error("a journal of the log in {0} is damaged; `unsnag serve` sets it aside and puts back what is whole")]
    Damaged(PathBuf),
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
            Self::Damaged(_) => "log_damaged",
            Self::Interrupted(_) => "log_interrupted",
        }
    }
}

/// One batch, to be made durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    /// What tells it from all others.
    pub(crate) name: String,
    pub(crate) received_at: UnixMillis,
    /// The stream record.
    pub(crate) record: Vec<u8>,
    /// What is answered once it is durable.
    pub(crate) answer: Vec<u8>,
}

impl Batch {
    fn bytes(&self) -> usize {
        self.name.len() + self.record.len() + self.answer.len()
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It is durable under this sequence number.
    New(u64),
    /// It was durable before, and was answered so. `None` where the log has let go of that answer.
    Repeated(Option<Vec<u8>>),
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
    pub(crate) first_sequence: u64,
    pub(crate) next_sequence: u64,
    /// Records that were answered and that opening the log found gone.
    pub(crate) lost: u64,
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
    /// Records let go of since the start.
    released: AtomicU64,
    /// Everything before it is durable.
    next_sequence: watch::Sender<u64>,
}

enum Job {
    Append(Pending),
    Close,
}

struct Pending {
    batch: Batch,
    /// There is no room: only what repeats a batch of the log is answered.
    full: bool,
    done: oneshot::Sender<Result<Appended, AppendError>>,
}

/// What ends with [`Log::close`]. The database is closed when the last of its handles goes.
struct Open {
    writer: JoinHandle<()>,
    keeper: JoinHandle<()>,
    /// The keeper ends when this goes.
    keeping: std::sync::mpsc::Sender<()>,
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
    options: LogOptions,
    recovery: Recovery,
    open: Mutex<Option<Open>>,
}

impl Log {
    /// Opens or creates the log, tells what it found, shows its newest records to `feed` and starts its threads.
    pub(crate) fn open(
        options: &LogOptions,
        clock: Clock,
        metrics: Arc<Metrics>,
        feed: Arc<Feed>,
    ) -> Result<Self, LogError> {
        let storage_error =
            |cause: std::io::Error| LogError::Storage { dir: options.dir.clone(), cause: cause.to_string() };
        disk::create_private_dir(&options.dir).map_err(storage_error)?;
        let (store, appender, recovery) = recovery::open(options, clock.now())?;
        recovery.tell();
        for follower in &options.followers {
            store.hold_for(follower)?;
        }
        feed.push_all(store.newest(feed::MAX_RECORDS)?);
        let shared = Arc::new(Shared {
            failed: AtomicBool::new(false),
            used_bytes: AtomicU64::new(disk::allocated_bytes(&options.dir).map_err(storage_error)?),
            queued_bytes: AtomicUsize::new(0),
            released: AtomicU64::new(0),
            next_sequence: watch::Sender::new(recovery.next),
        });
        let (queue, jobs) = mpsc::channel(MAX_QUEUED_RECORDS);
        let writer = writer::Writer::new(appender, Arc::clone(&shared), metrics, feed);
        let writer = thread("unsnag-log", move || writer.run(jobs)).map_err(storage_error)?;
        let keeper = keeper::Keeper::new(store.clone(), options, Arc::clone(&shared), clock);
        let (keeping, kept) = std::sync::mpsc::channel();
        let keeper = thread("unsnag-log-keep", move || keeper.run(&kept)).map_err(storage_error)?;
        let open = Mutex::new(Some(Open { writer, keeper, keeping, store }));
        Ok(Self { queue, shared, options: options.clone(), recovery, open })
    }

    /// Makes one batch durable, once, and says what became of it.
    pub(crate) async fn append(&self, batch: Batch) -> Result<Appended, AppendError> {
        if self.shared.failed.load(Ordering::Relaxed) {
            return Err(AppendError::Unavailable);
        }
        let full = self.status().full();
        let bytes = batch.bytes();
        let queued = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        if queued + bytes > MAX_QUEUED_BYTES {
            self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(AppendError::Full);
        }
        let (done, written) = oneshot::channel();
        if let Err(refused) = self.queue.try_send(Job::Append(Pending { batch, full, done })) {
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
            max_bytes: self.options.max_bytes,
            queued_bytes: self.shared.queued_bytes.load(Ordering::Relaxed),
            first_sequence: self.recovery.first + self.shared.released.load(Ordering::Relaxed),
            next_sequence: *self.shared.next_sequence.borrow(),
            lost: self.recovery.lost,
        }
    }

    /// Somebody who reads what is durable, known under `name` from one start to the next. To be dropped before the log
    /// is closed. `None` after that.
    pub(crate) fn follower(&self, name: &str) -> Option<Follower> {
        let store = self.lock_open().as_ref()?.store.clone();
        Some(Follower::new(store, self.shared.next_sequence.subscribe(), name.to_owned()))
    }

    /// A place for the little besides the records that must survive.
    pub(crate) fn shelf(&self, name: &str) -> Result<Shelf, LogError> {
        let store = self.lock_open().as_ref().map(|open| open.store.clone());
        Shelf::open(store.ok_or_else(|| LogError::Missing(self.options.dir.clone()))?, name)
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
        drop(open.keeping);
        if open.keeper.join().is_err() {
            tracing::error!(code = "log_keeper_panicked", "the log's keeper ended by a panic");
        }
        let durable = *self.shared.next_sequence.borrow();
        if let Err(error) = recovery::write_mark(&self.options.dir, durable) {
            tracing::error!(code = "log_mark", %error, "how far the log is durable cannot be noted");
        }
    }

    /// Behaves from now on as after a failed write.
    #[cfg(test)]
    pub(crate) fn fail(&self) {
        self.shared.failed.store(true, Ordering::Relaxed);
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

#[cfg(test)]
mod tests;
