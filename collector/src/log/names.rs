//! Which batches are in the log: their names with their sequence numbers, for as long as one may be repeated.
//!
//! Names come in no order, so they are kept by time of arrival in generations, of which the oldest goes as a whole.

use std::collections::VecDeque;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch};
use unsnag_core::limits::MAX_AGE;
use unsnag_core::time::UnixMillis;

use super::frame;

/// How long one generation takes names, ms.
const GENERATION_MS: u64 = 6 * 60 * 60 * 1000;

/// Generations that are looked into: the newest, and as many as cover the time after which events are refused as too
/// old, whole.
const KEPT: usize = MAX_AGE.0.div_ceil(GENERATION_MS) as usize + 1;

/// What is written before a table goes to disk: 80,000 names.
const MEMTABLE_BYTES: u64 = 8 * 1024 * 1024;

const PREFIX: &str = "names-";

struct Generation {
    number: u64,
    names: Keyspace,
}

/// The names of all batches that may be repeated. The writer's own: nobody else asks.
pub(super) struct Names {
    /// Newest first.
    generations: VecDeque<Generation>,
}

impl Names {
    pub(super) fn open(database: &Database) -> fjall::Result<Self> {
        let mut generations = Vec::new();
        for name in database.list_keyspace_names() {
            let number = name.strip_prefix(PREFIX).and_then(|digits| u64::from_str_radix(digits, 16).ok());
            if let Some(number) = number {
                generations.push(Generation { number, names: open(database, number)? });
            }
        }
        generations.sort_by_key(|generation| std::cmp::Reverse(generation.number));
        Ok(Self { generations: generations.into() })
    }

    /// Under which sequence number this batch lies in the log, if it does.
    pub(super) fn find(&self, name: &str) -> fjall::Result<Option<u64>> {
        for generation in &self.generations {
            if let Some(found) = generation.names.get(name)? {
                return Ok(frame::sequence(&found));
            }
        }
        Ok(None)
    }

    /// Begins a generation if it is time, and lets go of those that are no longer needed.
    pub(super) fn turn(&mut self, database: &Database, now: UnixMillis) -> fjall::Result<()> {
        let number = now.0 / GENERATION_MS;
        // A clock that goes back goes on with what is there.
        if self.generations.front().is_some_and(|newest| newest.number >= number) {
            return Ok(());
        }
        self.generations.push_front(Generation { number, names: open(database, number)? });
        // By their number and not by their age: a clock that jumps ahead is no reason to forget all at once.
        while self.generations.len() > KEPT
            && let Some(oldest) = self.generations.pop_back()
        {
            database.delete_keyspace(oldest.names)?;
        }
        Ok(())
    }

    /// Adds a name to what is about to be written, after [`Names::turn`].
    pub(super) fn add(&self, batch: &mut OwnedWriteBatch, name: &str, sequence: u64) {
        let newest = self.generations.front().expect("a generation was begun");
        batch.insert(&newest.names, name, frame::key(sequence));
    }

    /// Removes a name with what is about to be removed.
    pub(super) fn take_out(&self, batch: &mut OwnedWriteBatch, name: &str) {
        for generation in &self.generations {
            batch.remove(&generation.names, name);
        }
    }
}

fn open(database: &Database, number: u64) -> fjall::Result<Keyspace> {
    let options = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES);
    database.keyspace(&format!("{PREFIX}{number:016x}"), options)
}
