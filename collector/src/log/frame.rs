//! How a record lies on disk: a checksum of four bytes, then the record as it came.
//!
//! The sequence number is the checksum's seed, so a value that ends up under a wrong key is found as well.

use xxhash_rust::xxh3::xxh3_64_with_seed;

const CHECKSUM_BYTES: usize = 4;

pub(super) fn key(sequence: u64) -> [u8; 8] {
    // Big-endian, so that the order of the keys is the order of arrival.
    sequence.to_be_bytes()
}

pub(super) fn sequence(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

pub(super) fn seal(sequence: u64, record: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(CHECKSUM_BYTES + record.len());
    framed.extend_from_slice(&checksum(sequence, record));
    framed.extend_from_slice(record);
    framed
}

/// The record, or `None` when the bytes are not those that were written.
pub(super) fn open(sequence: u64, framed: &[u8]) -> Option<&[u8]> {
    let (sum, record) = framed.split_at_checked(CHECKSUM_BYTES)?;
    (sum == checksum(sequence, record)).then_some(record)
}

fn checksum(sequence: u64, record: &[u8]) -> [u8; CHECKSUM_BYTES] {
    (xxh3_64_with_seed(record, sequence) as u32).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_sealed() {
        let framed = seal(7, b"{\"v\":1}");
        assert_eq!(open(7, &framed), Some(&b"{\"v\":1}"[..]));
    }

    #[test]
    fn rejects_any_flipped_bit() {
        let framed = seal(7, b"{\"v\":1}");
        for at in 0..framed.len() {
            let mut bad = framed.clone();
            bad[at] ^= 0x10;
            assert_eq!(open(7, &bad), None, "byte {at}");
        }
    }

    #[test]
    fn rejects_a_record_under_another_sequence_number() {
        assert_eq!(open(8, &seal(7, b"{}")), None);
    }

    #[test]
    fn rejects_a_value_shorter_than_its_checksum() {
        assert_eq!(open(0, b"abc"), None);
    }

    #[test]
    fn keeps_the_order_of_arrival_in_the_keys() {
        assert!(key(255) < key(256));
        assert_eq!(sequence(&key(65_536)), Some(65_536));
        assert_eq!(sequence(b"short"), None);
    }
}
