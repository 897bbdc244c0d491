//! The engines behind one interface: records in order, their names in none, synced in groups.

use std::path::Path;

use anyhow::Result;
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use redb::{Durability, ReadableDatabase as _, TableDefinition};
use rusqlite::{Connection, OptionalExtension as _, params};

/// A number, a name, a record.
pub(crate) type Batch = (u64, String, Vec<u8>);

/// What the log asks of an engine.
pub(crate) trait Engine: Sized {
    fn open(dir: &Path) -> Result<Self>;
    fn find(&self, name: &str) -> Result<Option<u64>>;
    /// All of them are durable afterwards, or none is.
    fn write(&mut self, group: &[Batch]) -> Result<()>;
}

/// As the collector's log sets it up.
pub(crate) struct Fjall {
    database: Database,
    records: Keyspace,
    names: Keyspace,
}

impl Engine for Fjall {
    fn open(dir: &Path) -> Result<Self> {
        let database = Database::builder(dir)
            .cache_size(8 << 20)
            .max_journaling_size(128 << 20)
            .journal_compression(CompressionType::None)
            .worker_threads(2)
            .open()?;
        let keyspace =
            |name, bytes| database.keyspace(name, || KeyspaceCreateOptions::default().max_memtable_size(bytes));
        let (records, names) = (keyspace("records", 16 << 20)?, keyspace("names", 8 << 20)?);
        Ok(Self { database, records, names })
    }

    fn find(&self, name: &str) -> Result<Option<u64>> {
        let found = self.names.get(name)?;
        Ok(found.map(|value| value.as_ref().try_into().map(u64::from_be_bytes)).transpose()?)
    }

    fn write(&mut self, group: &[Batch]) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
        for (number, name, record) in group {
            batch.insert(&self.records, number.to_be_bytes(), record.as_slice());
            batch.insert(&self.names, name.as_str(), number.to_be_bytes());
        }
        Ok(batch.commit()?)
    }
}

const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");
const NAMES: TableDefinition<'_, &str, u64> = TableDefinition::new("names");

pub(crate) struct Redb(redb::Database);

impl Engine for Redb {
    fn open(dir: &Path) -> Result<Self> {
        let database = redb::Database::builder().set_cache_size(64 << 20).create(dir.join("log.redb"))?;
        let begin = database.begin_write()?;
        begin.open_table(RECORDS)?;
        begin.open_table(NAMES)?;
        begin.commit()?;
        Ok(Self(database))
    }

    fn find(&self, name: &str) -> Result<Option<u64>> {
        let names = self.0.begin_read()?.open_table(NAMES)?;
        Ok(names.get(name)?.map(|number| number.value()))
    }

    fn write(&mut self, group: &[Batch]) -> Result<()> {
        let mut writing = self.0.begin_write()?;
        writing.set_durability(Durability::Immediate)?;
        {
            let (mut records, mut names) = (writing.open_table(RECORDS)?, writing.open_table(NAMES)?);
            for (number, name, record) in group {
                records.insert(number, record.as_slice())?;
                names.insert(name.as_str(), number)?;
            }
        }
        Ok(writing.commit()?)
    }
}

pub(crate) struct Sqlite(Connection);

impl Engine for Sqlite {
    fn open(dir: &Path) -> Result<Self> {
        let connection = Connection::open(dir.join("log.sqlite"))?;
        // One sync of the write-ahead log for each transaction; a page holds a record.
        connection.execute_batch(
            "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
             CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, record BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;",
        )?;
        Ok(Self(connection))
    }

    fn find(&self, name: &str) -> Result<Option<u64>> {
        let mut find = self.0.prepare_cached("SELECT number FROM names WHERE name = ?")?;
        Ok(find.query_row([name], |row| row.get::<_, i64>(0)).optional()?.map(|number| number as u64))
    }

    fn write(&mut self, group: &[Batch]) -> Result<()> {
        let writing = self.0.transaction()?;
        {
            let mut record_in = writing.prepare_cached("INSERT INTO records VALUES (?, ?)")?;
            let mut name_in = writing.prepare_cached("INSERT INTO names VALUES (?, ?)")?;
            for (number, name, record) in group {
                let number = i64::try_from(*number)?;
                record_in.execute(params![number, record])?;
                name_in.execute(params![name, number])?;
            }
        }
        Ok(writing.commit()?)
    }
}
