//! The table on this machine's disk, in fjall: the database that the collector's log is in as well.

use std::collections::HashSet;
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

/// Items that one look for expired ones takes away at most, so that others can write in between.
const SWEPT_AT_ONCE: usize = 1000;

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
        let database = Database::builder(dir).worker_threads(1).open().map_err(|error| fault(&error))?;
        let items = database.keyspace("items", KeyspaceCreateOptions::default).map_err(|error| fault(&error))?;
        Ok(Self { database, items, turn: Arc::default() })
    }

    /// Takes away what has expired, and says how much that was. Blocks.
    pub fn sweep(&self, now: UnixMillis) -> Result<usize, StoreError> {
        let mut expired = Vec::new();
        for pair in self.items.iter() {
            let (key, value) = pair.into_inner().map_err(|error| fault(&error))?;
            if read(&value).is_some_and(|item| item.expires_at.is_some_and(|end| end <= now)) {
                expired.push(key);
            }
        }
        for keys in expired.chunks(SWEPT_AT_ONCE) {
            let _turn = self.turn.lock().expect("nothing panics while it has the turn");
            let mut batch = self.database.batch();
            for key in keys {
                // It may have been written anew since.
                let value = self.items.get(key).map_err(|error| fault(&error))?;
                if value.and_then(|value| read(&value)?.expires_at).is_some_and(|end| end <= now) {
                    batch.remove(&self.items, key.clone());
                }
            }
            batch.commit().map_err(|error| fault(&error))?;
        }
        Ok(expired.len())
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

    fn begins_with(&self, prefix: &str, most: usize) -> Result<Vec<String>, StoreError> {
        let mut found: Vec<String> = Vec::new();
        let mut from = prefix.to_owned();
        while found.len() < most {
            let Some(pair) = self.items.range(from.as_bytes()..).next() else { break };
            let (key, _) = pair.into_inner().map_err(|error| fault(&error))?;
            let text = std::str::from_utf8(&key).map_err(|_| damaged())?;
            let (partition, _) = text.split_once(SEPARATOR).ok_or_else(damaged)?;
            if !partition.starts_with(prefix) {
                break;
            }
            // The next partition is behind everything of this one.
            from = format!("{partition}\u{1}");
            found.push(partition.to_owned());
        }
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

fn read(framed: &[u8]) -> Option<Item> {
    let (version, rest) = framed.split_first_chunk()?;
    let (end, value) = rest.split_first_chunk()?;
    let end = u64::from_le_bytes(*end);
    let expires_at = (end > 0).then_some(UnixMillis(end));
    Some(Item { version: u64::from_le_bytes(*version), value: value.to_vec(), expires_at })
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

    async fn partitions(&self, prefix: &str, most: usize) -> Result<Vec<String>, StoreError> {
        let prefix = prefix.to_owned();
        self.blocking(move |this| this.begins_with(&prefix, most)).await
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
        assert_eq!(store.sweep(UnixMillis(10)).unwrap(), 1);
        let left = store.query("p", &Span::default(), 10).await.unwrap();
        assert_eq!(left.iter().map(|(sort, _)| sort.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }
}
