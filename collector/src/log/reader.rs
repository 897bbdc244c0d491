//! Reads the log of a stopped collector from disk.

use std::path::Path;

use super::LogError;
use super::frame::{self, Frame};
use super::store::Store;

/// One record with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub sequence: u64,
    pub record: Vec<u8>,
}

/// Why one place of the log cannot be read. The places after it can.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("record {sequence} is damaged: its checksum does not fit")]
    Damaged { sequence: u64 },
    #[error("a key of {0} bytes is no sequence number")]
    ForeignKey(usize),
    #[error(transparent)]
    Storage(#[from] LogError),
}

impl ReadError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "record_damaged",
            Self::ForeignKey(_) => "key_foreign",
            Self::Storage(error) => error.code(),
        }
    }
}

/// An opened log that nobody writes. Holds the database's lock, so no collector can start meanwhile.
pub struct LogReader {
    store: Store,
}

impl std::fmt::Debug for LogReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogReader").finish_non_exhaustive()
    }
}

impl LogReader {
    pub fn open(dir: &Path) -> Result<Self, LogError> {
        Store::open_existing(dir).map(|store| Self { store })
    }

    /// The oldest record's number, and the next one's.
    pub fn bounds(&self) -> Result<(u64, u64), LogError> {
        Ok((self.store.first_sequence(), self.store.next_sequence()?))
    }

    /// Everything from sequence number `from` on, in order; damaged records are errors in their place.
    pub fn entries(&self, from: u64) -> impl Iterator<Item = Result<Entry, ReadError>> + use<'_> {
        self.store.pairs(from).map(|pair| {
            let (key, framed) = pair?;
            let sequence = frame::sequence(&key).ok_or(ReadError::ForeignKey(key.len()))?;
            match Frame::open(sequence, &framed) {
                Some(frame) => Ok(Entry { sequence, record: frame.record.to_vec() }),
                None => Err(ReadError::Damaged { sequence }),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use unsnag_core::time::UnixMillis;

    use super::super::store::Appender;
    use super::*;

    #[test]
    fn reports_a_damaged_record_and_reads_on() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), UnixMillis(0)).unwrap();
        let records = [&b"{\"n\":0}"[..], b"{\"n\":1}", b"{\"n\":2}"];
        let frames = [0, 1, 2].map(|sequence| Frame {
            sequence,
            received_at: UnixMillis(0),
            name: ["a", "b", "c"][sequence as usize],
            answer: b"",
            record: records[sequence as usize],
        });
        let mut appender = Appender::new(store.clone(), u64::MAX).unwrap();
        appender.write_group(frames.into_iter()).unwrap();
        let mut damaged = frames[1].seal();
        damaged[20] ^= 1;
        store.put_raw(1, &damaged);
        drop((store, appender));

        let log = LogReader::open(dir.path()).unwrap();
        let entries: Vec<_> = log.entries(0).collect();
        assert!(matches!(entries[1], Err(ReadError::Damaged { sequence: 1 })));
        for at in [0, 2] {
            assert_eq!(entries[at].as_ref().unwrap().record, records[at]);
        }
        assert_eq!(log.entries(2).count(), 1);
    }
}
