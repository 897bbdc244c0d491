//! The database below the log: the records in segments, the names of batches, and the checkpoints of followers.
//!
//! The database is fjall: what is written goes through one journal that is synced, and lies afterwards in sorted
//! tables, so that names in no order cost no more than records in order. `cargo xtask bench storage` measures it
//! beside redb and SQLite.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use unsnag_core::time::{Millis, UnixMillis};

use super::LogError;
use super::frame::{self, Frame};
use super::names::Names;
use super::segments::{Segment, Segments};

/// The database's own folder, beside the signing key.
const FOLDER: &str = "records";

/// Small, because the log is written once and read rarely; it bounds memory together with the tables being filled.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// Journals kept until their tables are on disk: two of the database's 64 MiB journal files.
const MAX_JOURNAL_BYTES: u64 = 128 * 1024 * 1024;

/// A checkpoint of the log's own: up to here records may be missing because they were taken out.
const TAKEN_OUT: &str = "log:taken-out";

/// What followers and the writer share.
#[derive(Clone)]
pub(super) struct Store {
    dir: PathBuf,
    database: Database,
    segments: Segments,
    /// How far those have come for whom records are held.
    held_for: Arc<Mutex<BTreeMap<String, u64>>>,
}

/// Where the database lies, and its journals.
pub(super) fn folder(dir: &Path) -> PathBuf {
    dir.join(FOLDER)
}

impl Store {
    /// Opens the log or makes one.
    pub(super) fn open(dir: &Path, now: UnixMillis) -> Result<Self, LogError> {
        let fault = |error| fault(dir, &error);
        let database = Database::builder(folder(dir))
            .cache_size(CACHE_BYTES)
            .max_journaling_size(MAX_JOURNAL_BYTES)
            // A journal that is damaged is searched for whole frames.
            .journal_compression(CompressionType::None)
            .worker_threads(2)
            .open()
            .map_err(fault)?;
        let segments = Segments::open(&database, now).map_err(fault)?;
        Ok(Self { dir: dir.to_owned(), database, segments, held_for: Arc::default() })
    }

    /// Like [`Store::open`], but never makes a new log.
    pub(super) fn open_existing(dir: &Path) -> Result<Self, LogError> {
        if !folder(dir).is_dir() {
            return Err(LogError::Missing(dir.to_owned()));
        }
        Self::open(dir, UnixMillis(0))
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// One more than the last record's number.
    pub(super) fn next_sequence(&self) -> Result<u64, LogError> {
        let newest = self.segments.newest();
        let next = match newest.last().map_err(|error| self.fault(&error))? {
            None => newest.first,
            Some(key) => frame::sequence(&key).ok_or_else(|| self.foreign())? + 1,
        };
        // Also where the last ones were taken out.
        Ok(next.max(self.checkpoint(TAKEN_OUT)?))
    }

    /// The number of the oldest record that was not let go of.
    pub(super) fn first_sequence(&self) -> u64 {
        self.segments.first()
    }

    /// Whether a record lies under this number, whole or damaged.
    pub(super) fn holds(&self, sequence: u64) -> Result<bool, LogError> {
        let Some(segment) = self.segments.of(sequence) else { return Ok(false) };
        segment.records.contains_key(frame::key(sequence)).map_err(|error| self.fault(&error))
    }

    /// What was answered to the batch under this number, if that is still known.
    pub(super) fn answer(&self, sequence: u64) -> Result<Option<Vec<u8>>, LogError> {
        let Some(segment) = self.segments.of(sequence) else { return Ok(None) };
        let found = segment.records.get(frame::key(sequence)).map_err(|error| self.fault(&error))?;
        Ok(found.and_then(|framed| Frame::open(sequence, &framed).map(|frame| frame.answer.to_vec())))
    }

    /// From here on no record is let go of that this follower has not passed.
    pub(super) fn hold_for(&self, follower: &str) -> Result<(), LogError> {
        let checkpoint = self.checkpoint(follower)?;
        self.held_for().insert(follower.to_owned(), checkpoint);
        Ok(())
    }

    /// Up to where a follower has come; 0 for a new one.
    pub(super) fn checkpoint(&self, follower: &str) -> Result<u64, LogError> {
        let found = self.checkpoints()?.get(follower).map_err(|error| self.fault(&error))?;
        let Some(found) = found else { return Ok(0) };
        frame::sequence(&found).ok_or_else(|| self.foreign())
    }

    /// Survives the end of the process. It is not synced by itself: the next group of records does that, and without
    /// one a power cut costs only that the follower reads some records again.
    pub(super) fn set_checkpoint(&self, follower: &str, sequence: u64) -> Result<(), LogError> {
        let written = self.checkpoints()?.insert(follower, frame::key(sequence));
        written.map_err(|error| self.fault(&error))?;
        if let Some(held) = self.held_for().get_mut(follower) {
            *held = sequence;
        }
        Ok(())
    }

    /// The furthest of all checkpoints, also of followers that are no longer there.
    pub(super) fn furthest_checkpoint(&self) -> Result<u64, LogError> {
        let mut furthest = 0;
        for pair in self.checkpoints()?.iter() {
            let value = pair.value().map_err(|error| self.fault(&error))?;
            furthest = furthest.max(frame::sequence(&value).ok_or_else(|| self.foreign())?);
        }
        Ok(furthest)
    }

    /// Made when first used: a log that nobody follows has none.
    fn checkpoints(&self) -> Result<Keyspace, LogError> {
        let checkpoints = self.database.keyspace("checkpoints", KeyspaceCreateOptions::default);
        checkpoints.map_err(|error| self.fault(&error))
    }

    /// Lets go of segments whose time is over, and of the oldest one if room is wanted; of neither where somebody has
    /// still to read it. How many records those were.
    pub(super) fn release(&self, now: UnixMillis, retention: Millis, wants_room: bool) -> Result<u64, LogError> {
        let read_to = self.held_for().values().min().copied();
        let first = self.segments.first();
        // Where nobody follows, the log is the only place that has them.
        let mut makes_room = wants_room && read_to.is_some();
        while let Some(segment) = self.segments.take_oldest(read_to.unwrap_or(u64::MAX), |closed_at| {
            std::mem::take(&mut makes_room) || now - closed_at >= retention
        }) {
            self.database.delete_keyspace(segment.records).map_err(|error| self.fault(&error))?;
        }
        Ok(self.segments.first() - first)
    }

    /// The error for a key that no collector writes.
    pub(super) fn foreign(&self) -> LogError {
        LogError::Foreign { dir: self.dir.clone() }
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    pub(super) fn fault(&self, error: &fjall::Error) -> LogError {
        fault(&self.dir, error)
    }

    fn held_for(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.held_for.lock().expect("nothing panics while holding the followers")
    }

    pub(super) fn sync(&self) -> Result<(), LogError> {
        self.database.persist(PersistMode::SyncAll).map_err(|error| self.fault(&error))
    }

    /// Brings everything into tables, and writes those anew without what was removed.
    pub(super) fn rewrite(&self) -> Result<(), LogError> {
        let fault = |error| self.fault(&error);
        for name in self.database.list_keyspace_names() {
            let keyspace = self.database.keyspace(&name, KeyspaceCreateOptions::default).map_err(fault)?;
            // Hidden in the database's documentation, and the only way to have removed bytes gone at a known time.
            keyspace.rotate_memtable_and_wait().map_err(fault)?;
            keyspace.major_compact().map_err(fault)?;
        }
        self.sync()
    }

    /// The newest records, oldest of them first. Damaged ones are left out: `unsnag tail` reports them.
    pub(super) fn newest(&self, count: usize) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        let mut newest = Vec::new();
        let segments = self.segments.from(0);
        for pair in segments.iter().rev().flat_map(|segment| segment.records.iter().rev()).take(count) {
            let (key, framed) = pair.into_inner().map_err(|error| self.fault(&error))?;
            let Some(sequence) = frame::sequence(&key) else {
                continue;
            };
            if let Some(frame) = Frame::open(sequence, &framed) {
                newest.push((sequence, frame.record.to_vec()));
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
        let segments = self.segments.from(from).into_iter();
        let pairs = segments.flat_map(move |segment: Segment| segment.records.range(frame::key(from)..));
        pairs.map(|pair| pair.into_inner().map_err(|error| self.fault(&error)))
    }

    /// Puts bytes under a sequence number that no writer would have put there.
    #[cfg(test)]
    pub(super) fn put_raw(&self, sequence: u64, bytes: &[u8]) {
        let segment = self.segments.of(sequence).expect("a test writes into what there is");
        segment.records.insert(frame::key(sequence), bytes).expect("a test's database accepts writes");
    }
}

/// What adds to a store. There is one.
pub(super) struct Appender {
    store: Store,
    names: Names,
    /// Bytes of the newest segment's frames, as far as this process wrote them.
    segment_bytes: u64,
    max_bytes: u64,
}

impl Appender {
    pub(super) fn new(store: Store, max_bytes: u64) -> Result<Self, LogError> {
        let names = Names::open(&store.database).map_err(|error| store.fault(&error))?;
        let segment_bytes = store.segments.newest().records.disk_space();
        Ok(Self { store, names, segment_bytes, max_bytes })
    }

    /// Under which number the batch of this name lies in the log, if it does.
    pub(super) fn find(&self, name: &str) -> Result<Option<u64>, LogError> {
        self.names.find(name).map_err(|error| self.store.fault(&error))
    }

    /// What was answered to it.
    pub(super) fn answer(&self, sequence: u64) -> Result<Option<Vec<u8>>, LogError> {
        self.store.answer(sequence)
    }

    /// Writes all frames, whose numbers follow each other, and syncs once; all of them are durable afterwards, or none.
    pub(super) fn write_group<'a>(&mut self, frames: impl Iterator<Item = Frame<'a>> + Clone) -> Result<(), LogError> {
        self.write(frames).map_err(|error| self.store.fault(&error))
    }

    fn write<'a>(&mut self, frames: impl Iterator<Item = Frame<'a>> + Clone) -> fjall::Result<()> {
        let Some(first) = frames.clone().next() else { return Ok(()) };
        let database = &self.store.database;
        if self.store.segments.is_full(self.segment_bytes, self.max_bytes, first.received_at) {
            self.store.segments.begin(database, first.sequence, first.received_at)?;
            self.segment_bytes = 0;
        }
        self.names.turn(database, first.received_at)?;
        let segment = self.store.segments.newest();
        let mut batch = database.batch().durability(Some(PersistMode::SyncData));
        for frame in frames {
            let sealed = frame.seal();
            self.segment_bytes += sealed.len() as u64;
            batch.insert(&segment.records, frame::key(frame.sequence), sealed);
            self.names.add(&mut batch, frame.name, frame.sequence);
        }
        batch.commit()
    }

    pub(super) fn sync(&self) -> Result<(), LogError> {
        self.store.sync()
    }

    /// Removes records with their names.
    pub(super) fn take_out(&mut self, records: &[(u64, String)]) -> Result<(), LogError> {
        self.store.set_checkpoint(TAKEN_OUT, self.store.next_sequence()?)?;
        let mut batch = self.store.database.batch().durability(Some(PersistMode::SyncAll));
        for (sequence, name) in records {
            if let Some(segment) = self.store.segments.of(*sequence) {
                batch.remove(&segment.records, frame::key(*sequence));
            }
            self.names.take_out(&mut batch, name);
        }
        batch.commit().map_err(|error| self.store.fault(&error))
    }

    /// Puts a record back that a damaged journal held, into the segment of its time.
    pub(super) fn put_back(&mut self, frame: &Frame<'_>) -> Result<(), LogError> {
        let Some(segment) = self.store.segments.of(frame.sequence) else { return Ok(()) };
        let mut put = || {
            self.names.turn(&self.store.database, frame.received_at)?;
            let mut batch = self.store.database.batch();
            batch.insert(&segment.records, frame::key(frame.sequence), frame.seal());
            self.names.add(&mut batch, frame.name, frame.sequence);
            batch.commit()
        };
        put().map_err(|error| self.store.fault(&error))
    }
}

fn fault(dir: &Path, error: &fjall::Error) -> LogError {
    let dir = dir.to_owned();
    match error {
        fjall::Error::Locked => LogError::Locked(dir),
        fjall::Error::JournalRecovery(_) => LogError::Damaged(dir),
        fjall::Error::Io(cause) => LogError::Storage { dir, cause: cause.to_string() },
        fjall::Error::Poisoned => LogError::Storage {
            dir,
            cause: "an earlier write failed; restart the collector once the disk is healthy".to_owned(),
        },
        other => LogError::Storage { dir, cause: other.to_string() },
    }
}
