//! The table on this machine's disk, in fjall: the database that the collector's log is in as well.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use unsnag_core::time::UnixMillis;

use super::{Change, Condition, Item, ItemKey, Span, Store, StoreError, check_size};

/// Version and end before the value, as two little-endian numbers; an end of 0 is none.
const HEAD_BYTES: usize = 16;

/// Between partition and sort key, neither of which holds it.
const SEPARATOR: char = '\0';

/// Items that are taken away in one go, so that others can write in between.
const SWEPT_AT_ONCE: usize = 1000;

/// Of a table that has outgrown its bound this much is left, in per cent: so that it is not written anew all the time.
const LEFT_WHEN_FULL: u64 = 80;

/// What the journals may take beside the tables: two of the size at which one is begun anew.
const MAX_JOURNAL_BYTES: u64 = 128 * 1024 * 1024;

/// A sweep's idea of how much ends when has this step.
const MINUTE_MS: u64 = 60_000;

/// What a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Items that had ended.
    pub expired: usize,
    /// Items that had not, and went because there was no room.
    pub evicted: usize,
}

/// A database of its own in a folder of its own.
#[derive(Clone)]
pub struct Embedded {
    database: Database,
    items: Keyspace,
    /// Conditions are checked and changes made by one at a time.
    turn: Arc<Mutex<()>>,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").finish_non_exhaustive()
    }
}

fn fault(error: &fjall::Error) -> StoreError {
    match error {
        fjall::Error::Locked => StoreError::Busy("another process has it open".to_owned()),
        fjall::Error::Io(io) if io.kind() == std::io::ErrorKind::StorageFull => StoreError::Full,
        other => StoreError::Unavailable(other.to_string()),
    }
}

impl Embedded {
    /// Opens the table in this folder, or makes one. Blocks.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let database = Database::builder(dir)
            .max_journaling_size(MAX_JOURNAL_BYTES)
            .worker_threads(1)
            .open()
            .map_err(|error| fault(&error))?;
        let items = database.keyspace("items", KeyspaceCreateOptions::default).map_err(|error| fault(&error))?;
        Ok(Self { database, items, turn: Arc::default() })
    }

    /// Bytes of its tables on disk, beside [`MAX_JOURNAL_BYTES`] of journals.
    pub fn used_bytes(&self) -> u64 {
        self.items.disk_space()
    }

    /// Takes away what has ended, and of tables that are larger than `max_bytes` what would end soonest: marks of records
    /// among it, so that one that came again after that would count again. What has no end stays. Blocks.
    pub fn sweep(&self, now: UnixMillis, max_bytes: u64) -> Result<Swept, StoreError> {
        let expired = self.take_away(now)?;
        if self.used_bytes() <= max_bytes {
            return Ok(Swept { expired, evicted: 0 });
        }
        // What was written over and taken away may be all that is too much.
        self.rewrite()?;
        let used = self.used_bytes();
        let left = u128::from(max_bytes) * u128::from(LEFT_WHEN_FULL) / 100;
        if u128::from(used) <= left {
            return Ok(Swept { expired, evicted: 0 });
        }
        let (held, by_end) = self.held()?;
        // Tables are compressed: only shares can be compared.
        let wanted = (u128::from(held) * left / u128::from(used)) as u64;
        let mut excess = held.saturating_sub(wanted);
        let mut cutoff = now;
        for (minute, bytes) in by_end {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(bytes);
            cutoff = UnixMillis((minute + 1) * MINUTE_MS);
        }
        let evicted = self.take_away(cutoff)?;
        self.rewrite()?;
        Ok(Swept { expired, evicted })
    }

    /// The bytes of all items, and of those that end by the minute in which they do.
    fn held(&self) -> Result<(u64, BTreeMap<u64, u64>), StoreError> {
        let (mut held, mut by_end) = (0, BTreeMap::new());
        for pair in self.items.iter() {
            let (key, value) = pair.into_inner().map_err(|error| fault(&error))?;
            let bytes = (key.len() + value.len()) as u64;
            held += bytes;
            if let Some(end) = end_of(&value) {
                *by_end.entry(end.0 / MINUTE_MS).or_default() += bytes;
            }
        }
        Ok((held, by_end))
    }

    /// Takes away what ends by `cutoff`, and says how much that was.
    fn take_away(&self, cutoff: UnixMillis) -> Result<usize, StoreError> {
        let ends = |value: &[u8]| end_of(value).is_some_and(|end| end <= cutoff);
        let (mut taken, mut keys) = (0, Vec::with_capacity(SWEPT_AT_ONCE));
        for pair in self.items.iter() {
            let (key, value) = pair.into_inner().map_err(|error| fault(&error))?;
            if ends(&value) {
                keys.push(key);
            }
            if keys.len() == SWEPT_AT_ONCE {
                taken += self.take_those(&mut keys, &ends)?;
            }
        }
        Ok(taken + self.take_those(&mut keys, &ends)?)
    }

    fn take_those(&self, keys: &mut Vec<fjall::UserKey>, ends: &dyn Fn(&[u8]) -> bool) -> Result<usize, StoreError> {
        let _turn = self.turn.lock().expect("nothing panics while it has the turn");
        let (mut taken, mut batch) = (0, self.database.batch());
        for key in keys.drain(..) {
            // It may have been written anew since.
            if self.items.get(&key).map_err(|error| fault(&error))?.is_some_and(|value| ends(&value)) {
                batch.remove(&self.items, key);
                taken += 1;
            }
        }
        batch.commit().map_err(|error| fault(&error))?;
        Ok(taken)
    }

    /// Everything, in order, to compare with another table. Blocks.
    pub fn all(&self) -> Result<Vec<(ItemKey, Item)>, StoreError> {
        let mut all = Vec::new();
        for pair in self.items.iter() {
            let (key, value) = pair.into_inner().map_err(|error| fault(&error))?;
            let text = std::str::from_utf8(&key).map_err(|_| damaged())?;
            let (partition, sort) = text.split_once(SEPARATOR).ok_or_else(damaged)?;
            let key = ItemKey { partition: partition.to_owned(), sort: sort.to_owned() };
            all.push((key, read(&value).ok_or_else(damaged)?));
        }
        Ok(all)
    }

    /// Writes all tables anew, so that nothing of what was taken away is left in them. Blocks.
    pub fn rewrite(&self) -> Result<(), StoreError> {
        let rewrite = || {
            self.items.rotate_memtable_and_wait()?;
            self.items.major_compact()
        };
        rewrite().map_err(|error| fault(&error))
    }

    fn item(&self, key: &ItemKey) -> Result<Option<Item>, StoreError> {
        let value = self.items.get(joined(&key.partition, &key.sort)).map_err(|error| fault(&error))?;
        value.map(|value| read(&value).ok_or_else(damaged)).transpose()
    }

    fn range(&self, partition: &str, span: &Span, most: usize) -> Result<Vec<(String, Item)>, StoreError> {
        let start = joined(partition, "").len();
        let mut found = Vec::new();
        let mut take = |pair: fjall::Guard| -> Result<bool, StoreError> {
            let (key, value) = pair.into_inner().map_err(|error| fault(&error))?;
            let sort = key.get(start..).and_then(|sort| std::str::from_utf8(sort).ok()).ok_or_else(damaged)?;
            let beyond = match &span.after {
                Some(after) if span.newest_first => sort < after.as_str(),
                Some(after) => sort > after.as_str(),
                None => true,
            };
            if beyond {
                found.push((sort.to_owned(), read(&value).ok_or_else(damaged)?));
            }
            Ok(found.len() < most)
        };
        let all = self.items.prefix(joined(partition, &span.prefix));
        if span.newest_first {
            for pair in all.rev() {
                if !take(pair)? {
                    break;
                }
            }
        } else {
            for pair in all {
                if !take(pair)? {
                    break;
                }
            }
        }
        found.truncate(most);
        Ok(found)
    }

    fn change(&self, changes: &[Change]) -> Result<(), StoreError> {
        check_size(changes)?;
        let mut once = HashSet::new();
        if !changes.iter().all(|change| once.insert(&change.key)) {
            return Err(StoreError::Unavailable("one write names an item twice".to_owned()));
        }
        let _turn = self.turn.lock().expect("nothing panics while it has the turn");
        let mut batch = self.database.batch();
        for change in changes {
            let version = self.item(&change.key)?.map(|item| item.version);
            let holds = match change.condition {
                Condition::Absent => version.is_none(),
                Condition::Version(wanted) => version == Some(wanted),
                Condition::Any => true,
            };
            if !holds {
                return Err(StoreError::Conflict);
            }
            let key = joined(&change.key.partition, &change.key.sort);
            match &change.value {
                Some(value) => {
                    let mut framed = Vec::with_capacity(HEAD_BYTES + value.len());
                    framed.extend((version.unwrap_or(0) + 1).to_le_bytes());
                    framed.extend(change.expires_at.map_or(0, |end| end.0).to_le_bytes());
                    framed.extend(value);
                    batch.insert(&self.items, key, framed);
                }
                None => batch.remove(&self.items, key),
            }
        }
        batch.commit().map_err(|error| fault(&error))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let this = self.clone();
        match tokio::task::spawn_blocking(move || work(&this)).await {
            Ok(done) => done,
            Err(error) => Err(StoreError::Unavailable(error.to_string())),
        }
    }
}

fn joined(partition: &str, sort: &str) -> String {
    format!("{partition}{SEPARATOR}{sort}")
}

fn damaged() -> StoreError {
    StoreError::Unavailable("it holds an item that it has not written".to_owned())
}

/// Version, end and value of a framed item.
fn parts(framed: &[u8]) -> Option<(u64, Option<UnixMillis>, &[u8])> {
    let (version, rest) = framed.split_first_chunk()?;
    let (end, value) = rest.split_first_chunk()?;
    let end = u64::from_le_bytes(*end);
    Some((u64::from_le_bytes(*version), (end > 0).then_some(UnixMillis(end)), value))
}

fn read(framed: &[u8]) -> Option<Item> {
    let (version, expires_at, value) = parts(framed)?;
    Some(Item { version, value: value.to_vec(), expires_at })
}

fn end_of(framed: &[u8]) -> Option<UnixMillis> {
    parts(framed)?.1
}

#[async_trait]
impl Store for Embedded {
    async fn get(&self, key: &ItemKey) -> Result<Option<Item>, StoreError> {
        let key = key.clone();
        self.blocking(move |this| this.item(&key)).await
    }

    async fn query(&self, partition: &str, span: &Span, most: usize) -> Result<Vec<(String, Item)>, StoreError> {
        let (partition, span) = (partition.to_owned(), span.clone());
        self.blocking(move |this| this.range(&partition, &span, most)).await
    }

    async fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.blocking(move |this| this.change(&changes)).await
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.blocking(|this| this.database.persist(PersistMode::SyncAll).map_err(|error| fault(&error))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn does_what_every_store_does() {
        let dir = tempfile::tempdir().unwrap();
        super::super::conformance::check(&Embedded::open(dir.path()).unwrap()).await;
    }

    #[tokio::test]
    async fn keeps_what_was_flushed_and_lets_one_process_in() {
        let dir = tempfile::tempdir().unwrap();
        let key = ItemKey { partition: "p".to_owned(), sort: "s".to_owned() };
        {
            let store = Embedded::open(dir.path()).unwrap();
            let put =
                Change { key: key.clone(), condition: Condition::Absent, value: Some(b"1".to_vec()), expires_at: None };
            store.write(vec![put]).await.unwrap();
            store.flush().await.unwrap();
            assert!(matches!(Embedded::open(dir.path()), Err(StoreError::Busy(_))));
        }
        let store = Embedded::open(dir.path()).unwrap();
        assert_eq!(store.get(&key).await.unwrap().unwrap().value, b"1");
    }

    #[tokio::test]
    async fn sweeps_what_has_expired_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let store = Embedded::open(dir.path()).unwrap();
        for (sort, end) in [("a", Some(10)), ("b", Some(11)), ("c", None)] {
            let key = ItemKey { partition: "p".to_owned(), sort: sort.to_owned() };
            let expires_at = end.map(UnixMillis);
            store
                .write(vec![Change { key, condition: Condition::Any, value: Some(Vec::new()), expires_at }])
                .await
                .unwrap();
        }
        assert_eq!(store.sweep(UnixMillis(10), u64::MAX).unwrap(), Swept { expired: 1, evicted: 0 });
        let left = store.query("p", &Span::default(), 10).await.unwrap();
        assert_eq!(left.iter().map(|(sort, _)| sort.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }

    #[tokio::test]
    async fn lets_go_of_nothing_where_it_is_enough_to_write_the_tables_anew() {
        let dir = tempfile::tempdir().unwrap();
        let store = Embedded::open(dir.path()).unwrap();
        let write = async |times: u64| {
            for n in 0..times {
                let noise =
                    (0..65_536_u64).map(|byte| ((n * 65_536 + byte).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8);
                let key = ItemKey { partition: "p".to_owned(), sort: "s".to_owned() };
                let (value, expires_at) = (Some(noise.collect()), Some(UnixMillis(u64::MAX)));
                store.write(vec![Change { key, condition: Condition::Any, value, expires_at }]).await.unwrap();
                store.items.rotate_memtable_and_wait().unwrap();
            }
        };
        write(1).await;
        let one = store.used_bytes();
        write(3).await;
        assert!(store.used_bytes() > 2 * one, "what was written over takes room");
        assert_eq!(store.sweep(UnixMillis(1), 2 * one).unwrap(), Swept::default());
        assert!(store.used_bytes() < 2 * one, "{} of {one}", store.used_bytes());
    }

    #[tokio::test]
    async fn lets_go_of_what_would_end_soonest_when_it_has_outgrown_its_bound() {
        const ITEMS: u64 = 400;
        let dir = tempfile::tempdir().unwrap();
        let store = Embedded::open(dir.path()).unwrap();
        for n in 0..ITEMS {
            // Nothing that compresses, and each ends a minute after the one before; every tenth does not end.
            let noise = (0..4096_u64).map(|byte| ((n * 4096 + byte).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8);
            let key = ItemKey { partition: "p".to_owned(), sort: format!("{n:03}") };
            let expires_at = (!n.is_multiple_of(10)).then_some(UnixMillis((n + 1) * MINUTE_MS));
            let change = Change { key, condition: Condition::Any, value: Some(noise.collect()), expires_at };
            store.write(vec![change]).await.unwrap();
        }
        store.rewrite().unwrap();
        let used = store.used_bytes();
        assert_eq!(store.sweep(UnixMillis(1), used).unwrap(), Swept::default(), "it fits");
        let bound = used / 2;
        let swept = store.sweep(UnixMillis(1), bound).unwrap();
        assert!(swept.expired == 0 && swept.evicted > 200, "{swept:?}");
        assert!((bound / 2..=bound).contains(&store.used_bytes()), "{} of {bound}", store.used_bytes());
        let left = store.query("p", &Span::default(), ITEMS as usize).await.unwrap();
        assert_eq!(left.len() + swept.evicted, ITEMS as usize);
        let oldest = left.iter().filter_map(|(_, item)| item.expires_at).min().unwrap();
        assert_eq!(left.iter().filter(|(_, item)| item.expires_at.is_none()).count(), 40);
        let gone_by = |n: u64| !n.is_multiple_of(10) && UnixMillis((n + 1) * MINUTE_MS) < oldest;
        assert!((0..ITEMS).filter(|n| gone_by(*n)).count() == swept.evicted, "the soonest went, and only they");
    }
}
