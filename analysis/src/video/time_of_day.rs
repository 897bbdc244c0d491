//! When a visitor watches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::number::{Knowledge, Millionths};
use super::viewing::QUARTER_MS;

/// Hours of a window.
const WINDOW_HOURS: usize = 2;
/// Below so much time seen or heard no time is the best, ms: five minutes.
const LEAST_ENGAGED_MS: u64 = 5 * 60 * 1000;
/// Minutes east of UTC that time zones have, at least and at most.
const OFFSETS: (i32, i32) = (-12 * 60, 14 * 60);
const QUARTERS_AN_HOUR: i64 = 4;
const MINUTES_A_QUARTER: i64 = 15;

/// A visitor's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewerClock {
    /// Minutes east of UTC; `None` where the time zone is not known, and all times are in UTC. What no time zone has
    /// counts as the nearest that one has.
    pub utc_offset_minutes: Option<i32>,
}

impl ViewerClock {
    /// The number of the local quarter of an hour of this one in UTC.
    fn local(self, quarter: u64) -> i64 {
        let minutes = self.utc_offset_minutes.unwrap_or_default().clamp(OFFSETS.0, OFFSETS.1);
        let quarter = i64::try_from(quarter.min(u64::MAX / QUARTER_MS)).unwrap_or(i64::MAX);
        quarter.saturating_add(i64::from(minutes).div_euclid(MINUTES_A_QUARTER))
    }

    /// The local hour of the day.
    fn hour(self, quarter: u64) -> usize {
        self.local(quarter).div_euclid(QUARTERS_AN_HOUR).rem_euclid(24) as usize
    }

    /// The local day, counted from 1970.
    pub(super) fn day(self, quarter: u64) -> i64 {
        self.local(quarter).div_euclid(QUARTERS_AN_HOUR * 24)
    }
}

/// Whose clock hours are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursOf {
    /// The visitor's.
    Viewer,
    /// UTC's, because the visitor's time zone is not known.
    Utc,
}

/// The two hours of the day with the most time seen or heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BestTime {
    /// The hour at which it begins, 0 to 23.
    pub from_hour: u8,
    /// The hour at which it ends, 0 to 23.
    pub to_hour: u8,
    /// Whose hours.
    pub hours_of: HoursOf,
    /// Its share of all time seen or heard, 0 to 1.
    pub share: Millionths,
    /// On how many days there was any.
    pub days: u64,
    /// Time seen or heard in each hour of the day, minutes.
    pub minutes_by_hour: [Millionths; 24],
}

/// The best time, from the time seen or heard in each quarter of an hour since 1970, ms.
pub(super) fn best_time(quarters: &BTreeMap<u64, u64>, clock: ViewerClock) -> Knowledge<BestTime> {
    let mut hours = [0_u64; 24];
    let mut days: Vec<i64> = Vec::new();
    for (quarter, ms) in quarters {
        let hour = &mut hours[clock.hour(*quarter)];
        *hour = hour.saturating_add(*ms);
        days.push(clock.day(*quarter));
    }
    days.dedup();
    let all = hours.iter().fold(0_u64, |sum, ms| sum.saturating_add(*ms));
    if all < LEAST_ENGAGED_MS {
        let (found, needed) = (Millionths::ratio(all, 60_000), LEAST_ENGAGED_MS / 60_000);
        return Knowledge::unknown(format!("{found} minutes were seen or heard, at least {needed} are needed"));
    }
    let window =
        |from: usize| (0..WINDOW_HOURS).fold(0_u64, |sum, hour| sum.saturating_add(hours[(from + hour) % hours.len()]));
    // Of windows with as much, the one that begins with the most of it, and then the earliest.
    let better = |one: &usize, other: &usize| {
        (window(*one), hours[*one], std::cmp::Reverse(*one)).cmp(&(
            window(*other),
            hours[*other],
            std::cmp::Reverse(*other),
        ))
    };
    let from = (0..hours.len()).max_by(better).unwrap_or_default();
    let hours_of = if clock.utc_offset_minutes.is_some() { HoursOf::Viewer } else { HoursOf::Utc };
    Knowledge::Known(BestTime {
        from_hour: from as u8,
        to_hour: ((from + WINDOW_HOURS) % hours.len()) as u8,
        hours_of,
        share: Millionths::share(window(from), all),
        days: days.len() as u64,
        minutes_by_hour: hours.map(|ms| Millionths::ratio(ms, 60_000)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes at quarters of the first day, and the window they give.
    fn check(minutes: &[(u64, u64)], offset: Option<i32>, expected: Option<(u8, u8, i64)>) {
        let quarters = minutes.iter().map(|(quarter, minutes)| (*quarter, minutes * 60_000)).collect();
        let found = best_time(&quarters, ViewerClock { utc_offset_minutes: offset });
        let found = found.known().map(|best| (best.from_hour, best.to_hour, best.share.per_cent()));
        assert_eq!(found, expected, "{minutes:?} {offset:?}");
    }

    #[test]
    fn finds_the_window_with_the_most_time() {
        check(&[(76, 10), (80, 10), (48, 5)], Some(0), Some((19, 21, 80)));
        // All in one hour: it begins the window.
        check(&[(76, 10)], None, Some((19, 21, 100)));
        // Over midnight.
        check(&[(92, 10), (0, 10), (4, 5)], Some(0), Some((23, 1, 80)));
    }

    #[test]
    fn hours_are_the_viewers() {
        check(&[(76, 10), (80, 10)], Some(120), Some((21, 23, 100)));
        check(&[(76, 10), (80, 10)], Some(-8 * 60), Some((11, 13, 100)));
        // Half past five in the zone of the quarter that begins at midnight in UTC.
        check(&[(0, 10)], Some(5 * 60 + 30), Some((5, 7, 100)));
        check(&[(0, 10)], Some(-30), Some((23, 1, 100)));
        // What no zone has is cut.
        check(&[(0, 10)], Some(i32::MAX), Some((14, 16, 100)));
    }

    #[test]
    fn says_nothing_of_little() {
        check(&[], Some(0), None);
        check(&[(76, 4)], Some(0), None);
        check(&[(u64::MAX, 5)], Some(0), Some((best_of(u64::MAX), (best_of(u64::MAX) + 2) % 24, 100)));
    }

    fn best_of(quarter: u64) -> u8 {
        ViewerClock::default().hour(quarter) as u8
    }
}
