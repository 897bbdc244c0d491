//! A place beside the records for the little that must also survive: each value is synced by itself.

use fjall::{Keyspace, KeyspaceCreateOptions};

use super::LogError;
use super::store::Store;

/// Small values by name. To be dropped before the log is closed.
#[derive(Clone)]
pub(crate) struct Shelf {
    store: Store,
    values: Keyspace,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}

impl Shelf {
    pub(super) fn open(store: Store, name: &str) -> Result<Self, LogError> {
        let values = store.database().keyspace(name, KeyspaceCreateOptions::default);
        Ok(Self { values: values.map_err(|error| store.fault(&error))?, store })
    }

    /// Puts a value there, durable when this returns. Blocks.
    pub(crate) fn put(&self, name: &str, value: &[u8]) -> Result<(), LogError> {
        self.values.insert(name, value).map_err(|error| self.store.fault(&error))?;
        self.store.sync()
    }

    /// The same, durable with the next sync of anything.
    pub(crate) fn put_unsynced(&self, name: &str, value: &[u8]) -> Result<(), LogError> {
        self.values.insert(name, value).map_err(|error| self.store.fault(&error))
    }

    /// Takes a value away, durable with the next sync of anything: a power cut may bring it back.
    pub(crate) fn remove(&self, name: &str) -> Result<(), LogError> {
        self.values.remove(name).map_err(|error| self.store.fault(&error))
    }

    /// All values with their names.
    pub(crate) fn all(&self) -> Result<Vec<(String, Vec<u8>)>, LogError> {
        let mut all = Vec::new();
        for pair in self.values.iter() {
            let (name, value) = pair.into_inner().map_err(|error| self.store.fault(&error))?;
            all.push((String::from_utf8_lossy(&name).into_owned(), value.to_vec()));
        }
        Ok(all)
    }
}
