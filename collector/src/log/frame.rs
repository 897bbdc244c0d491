//! How a batch lies on disk: one self-describing value, which needs neither its key nor the database to be read.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `89 75 6e 31`: no text begins so |
//! | 8 | checksum (XXH3) of everything behind it |
//! | 8 | sequence number |
//! | 8 | when the batch was received, ms since 1970 |
//! | 2, 4, 4 | lengths of name, answer and record |
//! | | name, answer, record |
//!
//! All numbers are big-endian. The checksum covers the sequence number, so a value that ends up under a wrong key is
//! found as well, and whole frames can be found in a file whose own structure is broken.

use unsnag_core::time::UnixMillis;
use xxhash_rust::xxh3::xxh3_64;

const MAGIC: [u8; 4] = *b"\x89un1";
const SUMMED_FROM: usize = MAGIC.len() + 8;
const HEAD_BYTES: usize = SUMMED_FROM + 8 + 8 + 2 + 4 + 4;

/// One batch as it lies on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) sequence: u64,
    pub(super) received_at: UnixMillis,
    /// What tells the batch from all others.
    pub(super) name: &'a str,
    /// What was answered.
    pub(super) answer: &'a [u8],
    /// The stream record.
    pub(super) record: &'a [u8],
}

pub(super) fn key(sequence: u64) -> [u8; 8] {
    // Big-endian, so that the order of the keys is the order of arrival.
    sequence.to_be_bytes()
}

pub(super) fn sequence(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

impl<'a> Frame<'a> {
    pub(super) fn seal(&self) -> Vec<u8> {
        let mut framed = Vec::with_capacity(HEAD_BYTES + self.name.len() + self.answer.len() + self.record.len());
        framed.extend_from_slice(&MAGIC);
        framed.extend_from_slice(&[0; 8]);
        framed.extend_from_slice(&self.sequence.to_be_bytes());
        framed.extend_from_slice(&self.received_at.0.to_be_bytes());
        framed.extend_from_slice(&(self.name.len() as u16).to_be_bytes());
        framed.extend_from_slice(&(self.answer.len() as u32).to_be_bytes());
        framed.extend_from_slice(&(self.record.len() as u32).to_be_bytes());
        for part in [self.name.as_bytes(), self.answer, self.record] {
            framed.extend_from_slice(part);
        }
        let sum = xxh3_64(&framed[SUMMED_FROM..]);
        framed[MAGIC.len()..SUMMED_FROM].copy_from_slice(&sum.to_be_bytes());
        framed
    }

    /// What lies under this sequence number, or `None` when the bytes are not those that were written.
    pub(super) fn open(sequence: u64, framed: &'a [u8]) -> Option<Self> {
        let (frame, length) = Self::begin(framed)?;
        (length == framed.len() && frame.sequence == sequence).then_some(frame)
    }

    /// The frame that these bytes begin with, and its length.
    fn begin(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let mut rest = bytes;
        let mut take = |length: usize| {
            let (taken, left) = rest.split_at_checked(length)?;
            rest = left;
            Some(taken)
        };
        if take(MAGIC.len())? != MAGIC {
            return None;
        }
        let mut number = |length: usize| take(length).map(|bytes| bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)));
        let (sum, sequence, received_at) = (number(8)?, number(8)?, number(8)?);
        let [name, answer, record] = [number(2)? as usize, number(4)? as usize, number(4)? as usize];
        let (name, answer, record) = (take(name)?, take(answer)?, take(record)?);
        let length = bytes.len() - rest.len();
        if xxh3_64(&bytes[SUMMED_FROM..length]) != sum {
            return None;
        }
        let name = std::str::from_utf8(name).ok()?;
        Some((Self { sequence, received_at: UnixMillis(received_at), name, answer, record }, length))
    }

    /// Every whole frame that these bytes hold, wherever it lies between others.
    pub(super) fn find_all(bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let rest = bytes.get(at..)?;
                at += rest.windows(MAGIC.len()).position(|window| window == MAGIC)?;
                if let Some((frame, length)) = Self::begin(&bytes[at..]) {
                    at += length;
                    return Some(frame);
                }
                at += 1;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(sequence: u64) -> Frame<'static> {
        Frame {
            sequence,
            received_at: UnixMillis(1_700_000_000_000),
            name: "k/s/t/b",
            answer: b"{\"v\":1}",
            record: b"{\"v\":1,\"key\":\"k\"}",
        }
    }

    #[test]
    fn gives_back_what_was_sealed() {
        assert_eq!(Frame::open(7, &frame(7).seal()), Some(frame(7)));
    }

    #[test]
    fn rejects_any_flipped_bit() {
        let framed = frame(7).seal();
        for at in 0..framed.len() {
            let mut bad = framed.clone();
            bad[at] ^= 0x10;
            assert_eq!(Frame::open(7, &bad), None, "byte {at}");
        }
    }

    #[test]
    fn rejects_what_is_shorter_or_longer_than_it_says() {
        let framed = frame(7).seal();
        for length in 0..framed.len() {
            assert_eq!(Frame::open(7, &framed[..length]), None, "{length} bytes");
        }
        assert_eq!(Frame::open(7, &[&framed[..], b"x"].concat()), None);
    }

    #[test]
    fn rejects_a_frame_under_another_sequence_number() {
        assert_eq!(Frame::open(8, &frame(7).seal()), None);
    }

    #[test]
    fn finds_whole_frames_among_broken_ones() {
        let [first, second, third] = [1, 2, 3].map(|sequence| frame(sequence).seal());
        let mut broken = second.clone();
        broken[30] ^= 1;
        let file =
            [b"garbage", &first[..], b"\x89u", &broken, &second[..20], &third, &third[..third.len() - 1]].concat();
        let found: Vec<u64> = Frame::find_all(&file).map(|frame| frame.sequence).collect();
        assert_eq!(found, [1, 3]);
    }

    #[test]
    fn keeps_the_order_of_arrival_in_the_keys() {
        assert!(key(255) < key(256));
        assert_eq!(sequence(&key(65_536)), Some(65_536));
        assert_eq!(sequence(b"short"), None);
    }
}
