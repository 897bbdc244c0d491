//! Points in time and lengths of time, as types that cannot be confused.

use std::ops::{Add, Sub};

/// A length of time, or a time since the origin of a trace or page, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// The time passed since `earlier`, or zero if that lies ahead.
    #[must_use]
    pub fn since(self, earlier: Millis) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Millis {
    type Output = Millis;

    fn add(self, other: Millis) -> Millis {
        Millis(self.0.saturating_add(other.0))
    }
}

/// A point in time: milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(pub u64);

impl Add<Millis> for UnixMillis {
    type Output = UnixMillis;

    fn add(self, length: Millis) -> UnixMillis {
        UnixMillis(self.0.saturating_add(length.0))
    }
}

impl Sub for UnixMillis {
    type Output = Millis;

    /// The time passed between two points, or zero if `earlier` lies ahead.
    fn sub(self, earlier: UnixMillis) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}
