//! What opening the log finds: what it kept, and what is missing of what was answered.
//!
//! A tail that was cut in the middle of a write was never answered, and the database drops it. Damage to what was
//! answered shows in two ways: the database finds a journal that does not fit its own checksums, or the log ends before
//! the mark, a file that says how far it was durable a moment before the process ended. Damaged journals are moved
//! aside and searched for whole frames, which are put back.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use unsnag_core::time::UnixMillis;

use super::frame::Frame;
use super::store::{self, Appender, Store};
use super::{LogError, LogOptions};

/// Says how far the log was durable.
const MARK: &str = "durable";

/// How the database's journals end.
const JOURNAL: &str = "jnl";

/// Journals that did not fit their checksums are moved to this folder and a number.
const DAMAGED: &str = "damaged-";

/// What opening a log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recovery {
    /// The oldest record that was not let go of.
    pub(crate) first: u64,
    /// The next record's number.
    pub(crate) next: u64,
    /// Records that were answered and are gone.
    pub(crate) lost: u64,
    /// Records that were found in damaged journals and put back.
    pub(crate) put_back: u64,
    /// Where those journals are now.
    pub(crate) damaged: Option<PathBuf>,
}

impl Recovery {
    /// Tells the operator, once.
    pub(super) fn tell(&self) {
        let Self { first, next, lost, put_back, damaged } = self;
        let kept = next - first - lost.min(&(next - first));
        if let Some(damaged) = damaged {
            let moved_to = damaged.display();
            tracing::error!(
                code = "log_journal_damaged",
                %moved_to,
                put_back,
                "journals of the log were damaged; they were moved, and whole records put back"
            );
        }
        if *lost > 0 {
            tracing::error!(code = "log_records_lost", kept, lost, "records that were answered are gone");
        } else {
            tracing::info!(
                code = "log_opened",
                first,
                next,
                kept,
                "the log is open; nothing that was answered is missing"
            );
        }
    }
}

/// Opens the log for writing, and puts back what can be.
pub(super) fn open(options: &LogOptions, now: UnixMillis) -> Result<(Store, Appender, Recovery), LogError> {
    let dir = &options.dir;
    let fault = |cause: io::Error| LogError::Storage { dir: dir.clone(), cause: cause.to_string() };
    let marked = read_mark(dir).map_err(fault)?;
    let (store, damaged) = match Store::open(dir, now) {
        Err(LogError::Damaged(_)) => {
            let damaged = move_journals(dir).map_err(fault)?;
            (Store::open(dir, now)?, Some(damaged))
        }
        opened => (opened?, None),
    };
    let mut appender = Appender::new(store.clone(), options.max_bytes)?;
    let whole_to = store.next_sequence()?;
    let mut put_back = 0;
    if let Some(damaged) = &damaged {
        for journal in journals(damaged).map_err(fault)? {
            let bytes = fs::read(journal).map_err(fault)?;
            for frame in Frame::find_all(&bytes) {
                if frame.sequence >= store.first_sequence() && !store.holds(frame.sequence)? {
                    appender.put_back(&frame)?;
                    put_back += 1;
                }
            }
        }
        store.sync()?;
    }
    let found_to = store.next_sequence()?;
    // A number that somebody may have seen is never given again.
    let next = found_to.max(marked).max(store.furthest_checkpoint()?);
    // Everything before `whole_to` was in tables, but for what the journals brought back among it.
    let lost = (next - whole_to.min(next)).saturating_sub(put_back);
    let recovery = Recovery { first: store.first_sequence(), next, lost, put_back, damaged };
    write_mark(dir, next).map_err(fault)?;
    Ok((store, appender, recovery))
}

/// How far the log was durable when it was last written; 0 for a new one. A mark that cannot be read says nothing.
fn read_mark(dir: &Path) -> io::Result<u64> {
    match fs::read_to_string(dir.join(MARK)) {
        Ok(text) => Ok(text.trim().parse().unwrap_or(0)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Replaced as a whole, and not synced: a power cut costs only that less is known of what it cost.
pub(super) fn write_mark(dir: &Path, next: u64) -> io::Result<()> {
    let new = dir.join("durable.new");
    let mut file = fs::File::create(&new)?;
    writeln!(file, "{next}")?;
    fs::rename(new, dir.join(MARK))
}

/// Moves all journals out of the database's folder, and begins a new one.
pub(super) fn move_journals(dir: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    let moved = loop {
        let candidate = dir.join(format!("{DAMAGED}{number}"));
        match fs::create_dir(&candidate) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            made => break made.map(|()| candidate)?,
        }
    };
    replace_journals(&store::folder(dir), |journal| match journal.file_name() {
        Some(name) => fs::rename(journal, moved.join(name)),
        None => Ok(()),
    })?;
    Ok(moved)
}

/// Does away with all journals, and puts an empty one in their place. Without any, the database would count its writes
/// from the start again: what lies in its tables would be hidden, and would count as newer than what comes.
pub(super) fn replace_journals(folder: &Path, away: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    let all = journals(folder)?;
    let newest = all.last().and_then(|path| number(path)).unwrap_or(0);
    for journal in all {
        away(&journal)?;
    }
    fs::File::create_new(folder.join(format!("{}.{JOURNAL}", newest + 1)))?.sync_all()?;
    fs::File::open(folder)?.sync_all()
}

/// The number of a journal.
fn number(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// Folders of journals that were moved aside.
pub(super) fn set_aside(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(DAMAGED) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The journals in a folder, oldest first.
pub(super) fn journals(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == JOURNAL) {
            found.push(path);
        }
    }
    found.sort_by_key(|path| number(path));
    Ok(found)
}
