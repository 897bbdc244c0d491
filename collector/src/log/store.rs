//! The database below the log: one keyspace of framed records, ordered by sequence number, and one of checkpoints.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::LogError;
use super::frame;

/// The database's own folder, beside the signing key.
const FOLDER: &str = "records";

/// Small, because the log is written once and read rarely; it bounds memory together with the table below.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// What is written before a table goes to disk. Two of them (one filling, one being written) are held in memory.
const MEMTABLE_BYTES: u64 = 16 * 1024 * 1024;

/// Journals kept until their tables are on disk: two of the database's 64 MiB journal files.
const MAX_JOURNAL_BYTES: u64 = 128 * 1024 * 1024;

#[derive(Clone)]
pub(super) struct Store {
    dir: PathBuf,
    database: Database,
    records: Keyspace,
}

impl Store {
    pub(super) fn open(dir: &Path) -> Result<Self, LogError> {
        let fault = |error| fault(dir, &error);
        let database = Database::builder(dir.join(FOLDER))
            .cache_size(CACHE_BYTES)
            .max_journaling_size(MAX_JOURNAL_BYTES)
            .worker_threads(2)
            .open()
            .map_err(fault)?;
        let records = database
            .keyspace("records", || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES))
            .map_err(fault)?;
        Ok(Self { dir: dir.to_owned(), database, records })
    }

    /// Like [`Store::open`], but never makes a new log.
    pub(super) fn open_existing(dir: &Path) -> Result<Self, LogError> {
        if !dir.join(FOLDER).is_dir() {
            return Err(LogError::Missing(dir.to_owned()));
        }
        Self::open(dir)
    }

    pub(super) fn next_sequence(&self) -> Result<u64, LogError> {
        let Some(last) = self.records.last_key_value() else {
            return Ok(0);
        };
        let key = last.key().map_err(|error| fault(&self.dir, &error))?;
        let last = frame::sequence(&key).ok_or_else(|| self.foreign())?;
        Ok(last + 1)
    }

    /// Writes all records under consecutive numbers and syncs once; all of them are durable afterwards, or none is.
    pub(super) fn write_group<'a>(&self, first: u64, records: impl Iterator<Item = &'a [u8]>) -> Result<(), LogError> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        for (sequence, record) in (first..).zip(records) {
            batch.insert(&self.records, frame::key(sequence), frame::seal(sequence, record));
        }
        batch.commit().map_err(|error| fault(&self.dir, &error))
    }

    /// Up to where a follower has come; 0 for a new one.
    pub(super) fn checkpoint(&self, follower: &str) -> Result<u64, LogError> {
        let found = self.checkpoints()?.get(follower).map_err(|error| fault(&self.dir, &error))?;
        let Some(found) = found else { return Ok(0) };
        frame::sequence(&found).ok_or_else(|| self.foreign())
    }

    /// Survives the end of the process. It is not synced by itself: the next group of records does that, and without
    /// one a power cut costs only that the follower reads some records again.
    pub(super) fn set_checkpoint(&self, follower: &str, sequence: u64) -> Result<(), LogError> {
        let written = self.checkpoints()?.insert(follower, frame::key(sequence));
        written.map_err(|error| fault(&self.dir, &error))
    }

    /// Made when first used: a log that nobody follows has none.
    fn checkpoints(&self) -> Result<Keyspace, LogError> {
        let checkpoints = self.database.keyspace("checkpoints", KeyspaceCreateOptions::default);
        checkpoints.map_err(|error| fault(&self.dir, &error))
    }

    /// The error for a key that no collector writes.
    pub(super) fn foreign(&self) -> LogError {
        LogError::Foreign { dir: self.dir.clone() }
    }

    /// Puts bytes under a sequence number that no writer would have put there.
    #[cfg(test)]
    pub(super) fn put_raw(&self, sequence: u64, bytes: &[u8]) {
        self.records.insert(frame::key(sequence), bytes).expect("a test's database accepts writes");
    }

    pub(super) fn sync(&self) -> Result<(), LogError> {
        self.database.persist(PersistMode::SyncAll).map_err(|error| fault(&self.dir, &error))
    }

    /// The newest records, oldest of them first. Damaged ones are left out: `unsnag tail` reports them.
    pub(super) fn newest(&self, count: usize) -> Result<Vec<(u64, Arc<str>)>, LogError> {
        let mut newest = Vec::new();
        for pair in self.records.iter().rev().take(count) {
            let (key, framed) = pair.into_inner().map_err(|error| fault(&self.dir, &error))?;
            let Some(sequence) = frame::sequence(&key) else {
                continue;
            };
            if let Some(record) = frame::open(sequence, &framed) {
                newest.push((sequence, String::from_utf8_lossy(record).into()));
            }
        }
        newest.reverse();
        Ok(newest)
    }

    /// Key and framed value of everything from `from` on, in order.
    pub(super) fn pairs(
        &self,
        from: u64,
    ) -> impl Iterator<Item = Result<(fjall::UserKey, fjall::UserValue), LogError>> + use<'_> {
        self.records.range(frame::key(from)..).map(|pair| pair.into_inner().map_err(|error| fault(&self.dir, &error)))
    }
}

fn fault(dir: &Path, error: &fjall::Error) -> LogError {
    let dir = dir.to_owned();
    match error {
        fjall::Error::Locked => LogError::Locked(dir),
        fjall::Error::Io(cause) => LogError::Storage { dir, cause: cause.to_string() },
        fjall::Error::Poisoned => LogError::Storage {
            dir,
            cause: "an earlier write failed; restart the collector once the disk is healthy".to_owned(),
        },
        other => LogError::Storage { dir, cause: other.to_string() },
    }
}
