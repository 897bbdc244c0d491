//! Numbers as results hold them: exact, the same on every platform, and honest about what is not known.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number in millionths: a share, a rate, a speed, points of a score. On the wire it is the number it stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millionths(pub i64);

impl Millionths {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One, and the whole of a share.
    pub const ONE: Self = Self(1_000_000);

    /// `part / whole`, rounded down; nothing of nothing is nothing.
    pub fn ratio(part: u64, whole: u64) -> Self {
        let ratio = u128::from(part) * 1_000_000 / u128::from(whole.max(1));
        Self(i64::try_from(ratio).unwrap_or(i64::MAX))
    }

    /// `part / whole`, at most all of it.
    pub fn share(part: u64, whole: u64) -> Self {
        Self::ratio(part, whole).min(Self::ONE)
    }

    /// The nearest millionth; `None` for what is no number or larger than 2⁵³ millionths, beyond which a float has
    /// none.
    pub fn from_number(number: f64) -> Option<Self> {
        let scaled = number * 1e6;
        let fits = (-9_007_199_254_740_992.0..=9_007_199_254_740_992.0).contains(&scaled);
        fits.then(|| Self((scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i64))
    }

    /// The number it stands for.
    pub fn number(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The product, rounded down.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let product = (i128::from(self.0) * i128::from(other.0)).div_euclid(1_000_000);
        Self(product.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// So many of them.
    #[must_use]
    pub const fn many(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// The nearest whole number.
    pub const fn rounded(self) -> i64 {
        self.0.saturating_add(500_000).div_euclid(1_000_000)
    }

    /// The mean, rounded down; `None` of nothing.
    pub(super) fn mean(numbers: impl Iterator<Item = Self>) -> Option<Self> {
        let (sum, count) =
            numbers.fold((0_i128, 0_i128), |(sum, count), number| (sum + i128::from(number.0), count + 1));
        (count > 0).then(|| Self(sum.div_euclid(count) as i64))
    }

    /// As a share in per cent, to the nearest one.
    pub const fn per_cent(self) -> i64 {
        self.many(100).rounded()
    }

    /// Between nothing and one.
    #[must_use]
    pub fn as_share(self) -> Self {
        self.clamp(Self::ZERO, Self::ONE)
    }
}

/// To two decimals.
impl fmt::Display for Millionths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0.saturating_add(5000).div_euclid(10_000);
        let sign = if hundredths < 0 { "-" } else { "" };
        let size = hundredths.unsigned_abs();
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

impl Serialize for Millionths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.number())
    }
}

impl<'de> Deserialize<'de> for Millionths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_number(number).ok_or_else(|| de::Error::custom("must be a number of at most nine billion"))
    }
}

/// Something that may not be known, and then why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Knowledge<T> {
    /// Known.
    Known(T),
    /// Too little was seen so far; more may tell.
    Unknown {
        /// What is missing.
        why: String,
    },
    /// Nothing that could be seen tells of it.
    Unavailable {
        /// What would tell of it.
        why: String,
    },
}

impl<T> Knowledge<T> {
    /// What is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(known) => Some(known),
            Self::Unknown { .. } | Self::Unavailable { .. } => None,
        }
    }

    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    pub(super) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { why: why.into() }
    }
}

/// A point in time as a number: ms since 1970.
pub(super) mod unix {
    use serde::{Deserialize, Deserializer, Serializer};
    use unsnag_core::time::UnixMillis;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(in crate::video) fn serialize<S: Serializer>(at: &UnixMillis, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(at.0)
    }

    pub(in crate::video) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnixMillis, D::Error> {
        u64::deserialize(deserializer).map(UnixMillis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_rounded_down_and_never_overflow() {
        for (part, whole, ratio, share) in [
            (1, 3, 333_333, 333_333),
            (5, 0, 5_000_000, 1_000_000),
            (0, 0, 0, 0),
            (u64::MAX, 1, i64::MAX, 1_000_000),
            (u64::MAX, u64::MAX, 1_000_000, 1_000_000),
        ] {
            assert_eq!(Millionths::ratio(part, whole), Millionths(ratio), "{part}/{whole}");
            assert_eq!(Millionths::share(part, whole), Millionths(share), "{part}/{whole}");
        }
    }

    #[test]
    fn stands_on_the_wire_as_the_number_and_comes_back() {
        for (millionths, json, shown) in [
            (850_000, "0.85", "0.85"),
            (-1_500_000, "-1.5", "-1.50"),
            (1, "1e-6", "0.00"),
            (-1, "-1e-6", "0.00"),
            (4_499_999, "4.499999", "4.50"),
        ] {
            let number = Millionths(millionths);
            assert_eq!(
                (serde_json::to_string(&number).unwrap(), number.to_string()),
                (json.to_owned(), shown.to_owned())
            );
            assert_eq!(serde_json::from_str::<Millionths>(json).unwrap(), number);
        }
        assert!(serde_json::from_str::<Millionths>("1e30").is_err());
        assert_eq!(Millionths::from_number(f64::NAN), None);
    }

    #[test]
    fn products_and_per_cents_are_whole_where_they_should_be() {
        assert_eq!(Millionths(850_000).times(Millionths(500_000)), Millionths(425_000));
        assert_eq!(Millionths(i64::MAX).times(Millionths(i64::MAX)), Millionths(i64::MAX));
        assert_eq!((Millionths(854_999).per_cent(), Millionths(855_000).per_cent()), (85, 86));
        assert_eq!(Millionths::mean([1, 2].map(Millionths).into_iter()), Some(Millionths(1)));
        assert_eq!(Millionths::mean(std::iter::repeat_n(Millionths(i64::MIN), 3)), Some(Millionths(i64::MIN)));
        assert_eq!(Millionths::mean(std::iter::empty()), None);
    }
}
