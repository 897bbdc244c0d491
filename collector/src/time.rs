//! Times for people, the only place of the collector that knows a calendar, and the clock by which it judges.

use std::time::{SystemTime, UNIX_EPOCH};

use unsnag_core::time::UnixMillis;

const DAY_S: u64 = 86_400;

/// What time it is: the system's, or always the same.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    held: Option<UnixMillis>,
}

impl Clock {
    /// Stands still at this time.
    pub(crate) fn held(at: UnixMillis) -> Self {
        Self { held: Some(at) }
    }

    pub(crate) fn now(self) -> UnixMillis {
        self.held.unwrap_or_else(|| {
            let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            UnixMillis(since_epoch.as_millis() as u64)
        })
    }
}

/// Milliseconds since 1970 as ISO 8601 in UTC, for years up to 9999 (the largest time shown beyond them).
pub(crate) fn utc(unix_millis: u64) -> String {
    /// The last millisecond of the year 9999.
    const LAST: u64 = 253_402_300_799_999;
    let unix_millis = unix_millis.min(LAST);
    let (seconds, millis) = (unix_millis / 1000, unix_millis % 1000);
    let (days, second_of_day) = (seconds / DAY_S, seconds % DAY_S);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Year, month and day of a count of days since 1970-01-01, by the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that the leap day is the last day of a year, and in eras of 400 years, which are
    // all of the same length.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // March to July and August to December repeat 31, 30, 31, 30, 31 days: 153 days in five months.
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_as_the_calendar_has_them() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (u64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(utc(millis), expected);
        }
    }
}
