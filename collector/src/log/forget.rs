//! Takes everything of one visitor out of a stopped collector's log, also from the bytes on disk.
//!
//! What was removed from a database lies in its tables until they are compacted, and in its journals until those are
//! dropped; both are done here. Numbers stay as they are: the records leave gaps, and no follower is confused.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::LogError;
use super::frame::Frame;
use super::recovery;
use super::shelf::Shelf;
use super::store::{self, Appender, Store};
use crate::pushes;

/// What was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Forgotten {
    /// Records taken out of the log.
    pub(crate) records: u64,
    /// Journals that were set aside as damaged, which are not looked into.
    pub(crate) set_aside: Vec<PathBuf>,
}

/// Whose batch a record holds.
#[derive(Deserialize)]
struct Owner<'a> {
    #[serde(borrow)]
    batch: OwnerOfBatch<'a>,
}

#[derive(Deserialize)]
struct OwnerOfBatch<'a> {
    #[serde(borrow, default)]
    visitor: Option<std::borrow::Cow<'a, str>>,
}

/// Whether this is a record of the visitor's.
pub(crate) fn is_of(record: &[u8], visitor: &str) -> bool {
    let owner = serde_json::from_slice::<Owner<'_>>(record).ok().and_then(|owner| owner.batch.visitor);
    owner.is_some_and(|owner| owner == visitor)
}

/// What waits for a session of theirs may say something about them.
fn forget_pushes(store: &Store, found: &[(u64, String)]) -> Result<(), LogError> {
    // Both names begin with the write key and the session, each followed by a slash.
    let session = |name: &str| name.match_indices('/').nth(1).map(|(at, _)| name[..=at].to_owned());
    let sessions: BTreeSet<String> = found.iter().filter_map(|(_, name)| session(name)).collect();
    let shelf = Shelf::open(store.clone(), pushes::SHELF)?;
    for (name, _) in shelf.all()? {
        if session(&name).is_some_and(|session| sessions.contains(&session)) {
            shelf.remove(&name)?;
        }
    }
    Ok(())
}

/// Forgets a visitor in the log in `dir`, which no collector may hold.
pub(crate) fn forget(dir: &Path, visitor: &str) -> Result<Forgotten, LogError> {
    let fault = |cause: std::io::Error| LogError::Storage { dir: dir.to_owned(), cause: cause.to_string() };
    let store = Store::open_existing(dir)?;
    let mut appender = Appender::new(store.clone(), u64::MAX)?;
    let mut forgotten = Forgotten { set_aside: recovery::set_aside(dir).map_err(fault)?, ..Forgotten::default() };
    let mut found = Vec::new();
    for pair in store.pairs(0) {
        let (key, framed) = pair?;
        let sequence = super::frame::sequence(&key).ok_or_else(|| store.foreign())?;
        // A damaged record cannot be read by anybody, and says of nobody whose it is.
        let Some(frame) = Frame::open(sequence, &framed) else { continue };
        if is_of(frame.record, visitor) {
            found.push((sequence, frame.name.to_owned()));
        }
    }
    forgotten.records = found.len() as u64;
    if found.is_empty() {
        return Ok(forgotten);
    }
    appender.take_out(&found)?;
    forget_pushes(&store, &found)?;
    store.rewrite()?;
    drop((appender, store));
    // Everything is in tables now; the journals have nothing but what was.
    recovery::replace_journals(&store::folder(dir), |journal| fs::remove_file(journal)).map_err(fault)?;
    Ok(forgotten)
}
