//! Sequence numbers: 56 decimal digits that hold, as the real ones do, the shard, its age, a count and a time.

use std::fmt;
use std::str::FromStr;

/// 10^19, the largest power of ten in 64 bits: a number is written in pieces of so many digits.
const PIECE: u128 = 10_000_000_000_000_000_000;

/// First and last half-byte of a number: the version of the layout that today's streams have.
const VERSION: u64 = 2;

/// A place in a shard. As a number it has 188 bits; from the highest: version (4), seconds of the stream's creation
/// (36), lowest half-byte of the shard (4), count (64), nothing (8), seconds of arrival (36), shard (32), version (4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequence {
    /// When the stream was created, in seconds since 1970.
    pub created_s: u64,
    /// The shard's place in its stream.
    pub shard: u32,
    /// 0 for the place before the first record, then 1, 2, 3 and so on.
    pub count: u64,
    /// When the record arrived, in seconds since 1970.
    pub arrived_s: u64,
}

impl Sequence {
    fn to_limbs(self) -> [u64; 3] {
        let lowest_of_shard = u64::from(self.shard & 0xf);
        let high = VERSION << 56 | self.created_s << 20 | lowest_of_shard << 16 | self.count >> 48;
        let low = u128::from(self.count & 0xffff_ffff_ffff) << 80
            | u128::from(self.arrived_s) << 36
            | u128::from(self.shard) << 4
            | u128::from(VERSION);
        [high, (low >> 64) as u64, low as u64]
    }

    fn from_limbs([high, middle, low]: [u64; 3]) -> Option<Self> {
        let rest = u128::from(middle) << 64 | u128::from(low);
        let sequence = Self {
            created_s: high >> 20 & 0xf_ffff_ffff,
            shard: (rest >> 4) as u32,
            count: (high & 0xffff) << 48 | (rest >> 80) as u64,
            arrived_s: (rest >> 36) as u64 & 0xf_ffff_ffff,
        };
        // Version and unused bits are not in the fields: only a number of this layout comes back as it was.
        (sequence.to_limbs() == [high, middle, low]).then_some(sequence)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut limbs = self.to_limbs();
        let mut pieces = [0; 3];
        for piece in &mut pieces {
            let mut rest: u128 = 0;
            for limb in &mut limbs {
                let value = rest << 64 | u128::from(*limb);
                *limb = (value / PIECE) as u64;
                rest = value % PIECE;
            }
            *piece = rest;
        }
        write!(formatter, "{}{:019}{:019}", pieces[2], pieces[1], pieces[0])
    }
}

/// The text is no sequence number of this layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sequence number")]
pub struct NotASequence;

impl FromStr for Sequence {
    type Err = NotASequence;

    fn from_str(text: &str) -> Result<Self, NotASequence> {
        let mut limbs = [0_u64; 3];
        if text.is_empty() || text.starts_with('0') {
            return Err(NotASequence);
        }
        for letter in text.chars() {
            let mut carry = u128::from(letter.to_digit(10).ok_or(NotASequence)?);
            for limb in limbs.iter_mut().rev() {
                let value = u128::from(*limb) * 10 + carry;
                *limb = value as u64;
                carry = value >> 64;
            }
            if carry != 0 {
                return Err(NotASequence);
            }
        }
        Self::from_limbs(limbs).ok_or(NotASequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for (shard, count) in [(0, 0), (1, 1), (17, 2), (u32::MAX, 1 << 50), (3, u64::MAX)] {
            let sequence = Sequence { created_s: 1_700_000_000, shard, count, arrived_s: 1_700_000_123 };
            let text = sequence.to_string();
            assert_eq!(text.len(), 56, "{text}");
            assert!(text.starts_with("49"), "as in real streams: {text}");
            assert_eq!(text.parse(), Ok(sequence));
        }
    }

    #[test]
    fn grows_with_the_count_even_when_the_clock_goes_back() {
        let at = |count, arrived_s| Sequence { created_s: 1_700_000_000, shard: 1, count, arrived_s }.to_string();
        assert!(at(1, 1_700_000_500) < at(2, 1_700_000_400));
        assert!(at(9, 1_700_000_500) < at(10, 1_700_000_500));
    }

    #[test]
    fn agrees_with_arithmetic_done_elsewhere() {
        // Python: int("2" + "065920080" + "0" + "0000000000000001" + "00" + "065920081" + "00000000" + "2", 16)
        let sequence = Sequence { created_s: 0x6592_0080, shard: 0, count: 1, arrived_s: 0x6592_0081 };
        assert_eq!(sequence.to_string(), EXPECTED);
    }

    const EXPECTED: &str = "49647888802562419836923936471000874598339214206717394946";

    #[test]
    fn rejects_other_numbers() {
        for text in ["", "0", "1", "x", "-1", "49", &"9".repeat(56), &"9".repeat(200), &format!("0{EXPECTED}")] {
            assert_eq!(text.parse::<Sequence>(), Err(NotASequence), "{text}");
        }
    }
}
