//! Civil time: the weekday and the time of day of a moment in a zone, by counting days since 1970-01-01, a Thursday.

use serde::{Deserialize, Serialize};
use unsnag_core::time::{Millis, UnixMillis};

/// 60 s.
pub(super) const MINUTE: Millis = Millis(60_000);
/// 60 min.
pub(super) const HOUR: Millis = Millis(3_600_000);
/// 24 h; a zone is an offset here, so every day has as many.
pub(super) const DAY: Millis = Millis(86_400_000);
/// 7 days.
pub(super) const WEEK: Millis = Millis(604_800_000);

/// The offsets that exist, in minutes: UTC−12 to UTC+14.
pub(super) const OFFSETS: std::ops::RangeInclusive<i32> = -720..=840;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All of them, Monday first (ISO 8601).
    pub const ALL: [Weekday; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The word in configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    /// The day this many days later.
    #[must_use]
    pub const fn plus(self, days: usize) -> Weekday {
        Self::ALL[(self as usize + days % 7) % 7]
    }
}

/// A moment as the clock on a wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Days since 1970-01-01, by the local date.
    pub days: i64,
    /// The day of the week.
    pub weekday: Weekday,
    /// Since midnight, less than [`DAY`].
    pub since_midnight: Millis,
}

impl Civil {
    /// The local time at an offset from UTC, in minutes; an offset that does not exist is taken as the nearest that
    /// does.
    pub fn at(at: UnixMillis, offset_minutes: i32) -> Self {
        let offset = offset_minutes.clamp(*OFFSETS.start(), *OFFSETS.end());
        let local = i128::from(at.0) + i128::from(offset) * i128::from(MINUTE.0);
        let day = i128::from(DAY.0);
        // 2⁶⁴ ms are 2 · 10¹¹ days.
        let days = local.div_euclid(day) as i64;
        let weekday = Weekday::Thu.plus(days.rem_euclid(7) as usize);
        Self { days, weekday, since_midnight: Millis(local.rem_euclid(day) as u64) }
    }

    /// The hour, 0 to 23.
    pub const fn hour(&self) -> u64 {
        self.since_midnight.0 / HOUR.0
    }

    /// The minute of the hour, 0 to 59.
    pub const fn minute(&self) -> u64 {
        self.since_midnight.0 / MINUTE.0 % 60
    }
}

impl std::fmt::Display for Civil {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:02}:{:02}", self.weekday.name(), self.hour(), self.minute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(at: u64, offset: i32, days: i64, words: &str) {
        let civil = Civil::at(UnixMillis(at), offset);
        assert_eq!((civil.days, civil.to_string().as_str()), (days, words), "{at} at {offset}");
    }

    #[test]
    fn knows_the_local_day_and_time_at_the_edges() {
        check(0, 0, 0, "thu 00:00");
        check(0, -1, -1, "wed 23:59");
        check(0, -720, -1, "wed 12:00");
        check(0, 840, 0, "thu 14:00");
        check(DAY.0 - 1, 0, 0, "thu 23:59");
        check(DAY.0, 0, 1, "fri 00:00");
        check(DAY.0 - MINUTE.0, 1, 1, "fri 00:00");
        // 2000-02-29 12:00 UTC, a Tuesday; 2023-11-14 22:13:20 UTC, a Tuesday.
        check(951_825_600_000, 0, 11_016, "tue 12:00");
        check(1_700_000_000_000, 0, 19_675, "tue 22:13");
        check(1_700_000_000_000, 120, 19_676, "wed 00:13");
        // 2024-12-31 23:30 UTC, a Tuesday, is Wednesday in India.
        check(1_735_687_800_000, 330, 20_089, "wed 05:00");
        check(u64::MAX, 0, 213_503_982_334, "wed 14:25");
        // Offsets that do not exist.
        check(0, i32::MAX, 0, "thu 14:00");
        check(0, i32::MIN, -1, "wed 12:00");
    }

    #[test]
    fn seven_days_make_a_week_in_either_direction() {
        for day in 0..21 {
            let expected = Weekday::ALL[(day as usize + 3) % 7];
            assert_eq!(Civil::at(UnixMillis(day * DAY.0), 0).weekday, expected);
        }
        assert_eq!(Weekday::Sun.plus(1), Weekday::Mon);
        assert_eq!(Weekday::Mon.plus(usize::MAX), Weekday::ALL[usize::MAX % 7]);
    }
}
