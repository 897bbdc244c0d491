//! The records' part of the database: segments, each a keyspace of its own, so that the oldest ones can be let go of
//! as a whole, without a tombstone for each record.

use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fjall::config::{BlockSizePolicy, CompressionPolicy, PinningPolicy};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, UserKey};
use unsnag_core::time::{Millis, UnixMillis};

/// A segment is closed when it has this many bytes of frames: few enough that letting go of one is no jump.
const MAX_SEGMENT_BYTES: u64 = 256 * 1024 * 1024;

/// And is a smaller part of the space than this: a small log has segments to let go of, too.
const SEGMENTS_OF_A_LOG: u64 = 16;

/// However little comes in, a segment holds at most a day: retention is counted in days.
const SEGMENT_LASTS: Millis = Millis(24 * 60 * 60 * 1000);

/// What is written before a table goes to disk. Two of them (one filling, one being written) are held in memory.
const MEMTABLE_BYTES: u64 = 16 * 1024 * 1024;

/// Records are read in a row, a stretch at a time: large blocks compress better, and the index of each table, which lies
/// in memory, has an eighth of the entries that it would have with the database's usual 4 KiB.
const BLOCK_BYTES: u32 = 32 * 1024;

const PREFIX: &str = "records-";

/// Consecutive records.
#[derive(Clone)]
pub(super) struct Segment {
    /// The sequence number of its first record, now or later.
    pub(super) first: u64,
    pub(super) opened_at: UnixMillis,
    pub(super) records: Keyspace,
}

impl Segment {
    /// Opens the segment of this name, made if there is none; `None` for a keyspace that is no segment.
    fn open(database: &Database, name: &str) -> Option<fjall::Result<Self>> {
        let (first, opened_at) = name.strip_prefix(PREFIX)?.split_once('-')?;
        let [first, opened_at] = [first, opened_at].map(|digits| u64::from_str_radix(digits, 16).ok());
        let (first, opened_at) = (first?, UnixMillis(opened_at?));
        // Records are JSON, which compresses well: less to write while batches wait for their sync, and a longer log.
        // Tables come and are hardly ever read again: what finds things in them is not held, else memory would grow with
        // the log.
        let options = || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(MEMTABLE_BYTES)
                .data_block_size_policy(BlockSizePolicy::all(BLOCK_BYTES))
                .index_block_pinning_policy(PinningPolicy::all(false))
                .filter_block_pinning_policy(PinningPolicy::all(false))
                .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4))
        };
        Some(database.keyspace(name, options).map(|records| Self { first, opened_at, records }))
    }

    /// The newest record's key, if there is a record.
    pub(super) fn last(&self) -> fjall::Result<Option<UserKey>> {
        self.records.last_key_value().map(fjall::Guard::key).transpose()
    }
}

/// All segments, oldest first. There is always one.
#[derive(Clone)]
pub(super) struct Segments {
    list: Arc<RwLock<Vec<Segment>>>,
}

impl Segments {
    /// Those of the database; a first one where it has none.
    pub(super) fn open(database: &Database, now: UnixMillis) -> fjall::Result<Self> {
        let mut list = Vec::new();
        for name in database.list_keyspace_names() {
            list.extend(Segment::open(database, &name).transpose()?);
        }
        list.sort_by_key(|segment| segment.first);
        let segments = Self { list: Arc::new(RwLock::new(list)) };
        if segments.read().is_empty() {
            segments.begin(database, 0, now)?;
        }
        Ok(segments)
    }

    /// Whether the newest segment, which holds `bytes`, takes no more at `now`.
    pub(super) fn is_full(&self, bytes: u64, max_log_bytes: u64, now: UnixMillis) -> bool {
        let newest = self.newest();
        bytes > 0
            && (bytes >= MAX_SEGMENT_BYTES.min(max_log_bytes / SEGMENTS_OF_A_LOG)
                || now - newest.opened_at >= SEGMENT_LASTS)
    }

    /// Begins a segment at this sequence number.
    pub(super) fn begin(&self, database: &Database, first: u64, now: UnixMillis) -> fjall::Result<()> {
        let name = format!("{PREFIX}{first:016x}-{:012x}", now.0);
        let segment = Segment::open(database, &name).expect("this is how a segment is called")?;
        self.write().push(segment);
        Ok(())
    }

    pub(super) fn newest(&self) -> Segment {
        self.read().last().expect("there is always a segment").clone()
    }

    /// Those that hold something from this sequence number on, oldest first.
    pub(super) fn from(&self, sequence: u64) -> Vec<Segment> {
        let list = self.read();
        let after = list.partition_point(|segment| segment.first <= sequence);
        list[after.saturating_sub(1)..].to_vec()
    }

    /// The one that holds this record, unless it was let go of.
    pub(super) fn of(&self, sequence: u64) -> Option<Segment> {
        let list = self.read();
        let after = list.partition_point(|segment| segment.first <= sequence);
        Some(list.get(after.checked_sub(1)?)?.clone())
    }

    /// Takes out the oldest one if it ends before `before` and `goes` says so of the time at which it was closed;
    /// never the only one.
    pub(super) fn take_oldest(&self, before: u64, goes: impl FnOnce(UnixMillis) -> bool) -> Option<Segment> {
        let mut list = self.write();
        list.get(1).filter(|next| next.first <= before && goes(next.opened_at))?;
        Some(list.remove(0))
    }

    /// The first sequence number that is not let go of.
    pub(super) fn first(&self) -> u64 {
        self.read().first().map_or(0, |segment| segment.first)
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Segment>> {
        self.list.read().expect("nothing panics while holding the segments")
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Segment>> {
        self.list.write().expect("nothing panics while holding the segments")
    }
}
