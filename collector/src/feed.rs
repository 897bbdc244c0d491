//! The newest durable records in memory, for the live view: those of the log, or of a stream that is watched.
//!
//! A ring bounded in records and in bytes. Viewers read from it by sequence number, so a slow viewer costs no
//! memory: what has left the ring by the time it reads is skipped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

/// What a new viewer sees of the past.
pub(crate) const MAX_RECORDS: usize = 100;

/// A hundred ordinary records have about 1 MB; the largest possible ones would have 12.
const MAX_BYTES: usize = 4 * 1024 * 1024;

#[derive(Debug, Default)]
struct Ring {
    records: VecDeque<(u64, Arc<Vec<u8>>)>,
    bytes: usize,
}

impl Ring {
    fn push(&mut self, sequence: u64, record: Vec<u8>) {
        self.bytes += record.len();
        self.records.push_back((sequence, Arc::new(record)));
        while self.records.len() > MAX_RECORDS || self.bytes > MAX_BYTES {
            let Some((_, oldest)) = self.records.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
        }
    }

    fn next_sequence(&self) -> u64 {
        self.records.back().map_or(0, |(sequence, _)| sequence + 1)
    }
}

/// The ring, and a bell that rings when something was added.
#[derive(Debug)]
pub(crate) struct Feed {
    ring: Mutex<Ring>,
    bell: watch::Sender<()>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { ring: Mutex::default(), bell: watch::Sender::new(()) }
    }
}

impl Feed {
    /// Adds records as they are; what a viewer needs besides is done when one reads.
    pub(crate) fn push_all(&self, records: impl IntoIterator<Item = (u64, Vec<u8>)>) {
        let mut ring = self.ring();
        for (sequence, record) in records {
            ring.push(sequence, record);
        }
        drop(ring);
        self.announce();
    }

    /// Adds a record that has no number of its own, and counts on.
    pub(crate) fn append(&self, record: &str) {
        let mut ring = self.ring();
        let next = ring.next_sequence();
        ring.push(next, record.as_bytes().to_vec());
    }

    /// One more than the last number.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.ring().next_sequence()
    }

    pub(crate) fn announce(&self) {
        self.bell.send_replace(());
    }

    /// Signals each announcement made after this call.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.bell.subscribe()
    }

    /// What the ring still holds from sequence number `from` on, in order, each on a line.
    pub(crate) fn from(&self, from: u64) -> Vec<(u64, String)> {
        let ring = self.ring();
        let start = ring.records.partition_point(|(sequence, _)| *sequence < from);
        let found: Vec<_> = ring.records.range(start..).cloned().collect();
        drop(ring);
        found.into_iter().map(|(sequence, record)| (sequence, one_line(&record))).collect()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().expect("nothing panics while holding the ring")
    }
}

/// A record on one line. A line break in JSON is white space, but it would end the field of a server-sent event, or a line
/// of a list of records.
pub(crate) fn one_line(record: &[u8]) -> String {
    let mut line = record.to_vec();
    for byte in &mut line {
        if matches!(byte, b'\r' | b'\n') {
            *byte = b' ';
        }
    }
    String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequences(feed: &Feed, from: u64) -> Vec<u64> {
        feed.from(from).iter().map(|(sequence, _)| *sequence).collect()
    }

    #[test]
    fn keeps_the_newest_records_only() {
        let feed = Feed::default();
        feed.push_all((0..250).map(|sequence| (sequence, b"{}".to_vec())));
        assert_eq!(sequences(&feed, 0), (150..250).collect::<Vec<_>>());
    }

    #[test]
    fn keeps_within_its_bytes() {
        let feed = Feed::default();
        let large = vec![b'x'; 1024 * 1024];
        feed.push_all((0..10).map(|sequence| (sequence, large.clone())));
        assert_eq!(sequences(&feed, 0), [6, 7, 8, 9]);
    }

    #[test]
    fn gives_a_returning_viewer_only_what_is_new() {
        let feed = Feed::default();
        feed.push_all((0..5).map(|sequence| (sequence, b"{}".to_vec())));
        assert_eq!(sequences(&feed, 3), [3, 4]);
        assert!(sequences(&feed, 5).is_empty());
    }

    #[test]
    fn keeps_a_record_on_one_line() {
        let feed = Feed::default();
        feed.push_all([(0, b"{\r\n\"v\":1}".to_vec())]);
        assert_eq!(feed.from(0)[0].1, "{  \"v\":1}");
    }

    #[test]
    fn numbers_what_has_no_number_of_its_own() {
        let feed = Feed::default();
        for _ in 0..=MAX_RECORDS {
            feed.append("{}");
        }
        assert_eq!(sequences(&feed, 0), (1..=MAX_RECORDS as u64).collect::<Vec<_>>());
        assert_eq!(feed.next_sequence(), MAX_RECORDS as u64 + 1);
    }

    #[test]
    fn announces_to_subscribers() {
        let feed = Feed::default();
        let bell = feed.subscribe();
        feed.append("{}");
        assert!(!bell.has_changed().unwrap());
        feed.announce();
        assert!(bell.has_changed().unwrap());
    }
}
