//! Hours of a day and of a week: when nobody is to be disturbed, and when somebody is there to answer.

use unsnag_core::time::{Millis, UnixMillis};

use super::civil::{Civil, DAY, MINUTE, Weekday};

/// A part of the day from one time (included) to another (excluded). It may go past midnight; where both are the same
/// it is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    from: Millis,
    length: Millis,
}

impl Hours {
    /// From and until as minutes since midnight, each at most 1440.
    pub fn new(from: u64, until: u64) -> Option<Self> {
        let day = DAY.0 / MINUTE.0;
        let valid = from <= day && until <= day;
        let length = if from == 0 && until == day { day } else { (until + day).saturating_sub(from) % day };
        valid.then(|| Self { from: Millis(from % day * MINUTE.0), length: Millis(length * MINUTE.0) })
    }

    /// Reads `"09:00"` and `"17:30"`; `"24:00"` is the end of the day.
    pub fn parse(from: &str, until: &str) -> Option<Self> {
        Self::new(minutes(from)?, minutes(until)?)
    }

    /// The same, begun earlier and ended later by a length; at most the whole day.
    #[must_use]
    pub fn widened(self, by: Millis) -> Self {
        if self.length == Millis(0) {
            return self;
        }
        let length = Millis((self.length + by + by).0.min(DAY.0));
        Self { from: Millis((self.from.0 + DAY.0 - by.0 % DAY.0) % DAY.0), length }
    }

    /// How long they still last at this time of the day, if it is one of theirs.
    pub fn left_at(self, civil: &Civil) -> Option<Millis> {
        let since = (civil.since_midnight.0 + DAY.0 - self.from.0) % DAY.0;
        (since < self.length.0).then(|| Millis(self.length.0 - since))
    }

    /// How long until they begin again; `None` if they are empty.
    pub fn next_at(self, civil: &Civil) -> Option<Millis> {
        let wait = (self.from.0 + DAY.0 - civil.since_midnight.0) % DAY.0;
        (self.length.0 > 0).then_some(Millis(if wait == 0 { DAY.0 } else { wait }))
    }

    fn ends_the_same_day(self) -> bool {
        self.length.0 > 0 && self.from.0 + self.length.0 <= DAY.0
    }
}

fn minutes(text: &str) -> Option<u64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u64>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}

/// The hours of each day of the week at which people are there, by the clock of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    days: [Vec<Hours>; 7],
    offset_minutes: i32,
}

impl Week {
    /// Nobody is ever there.
    pub fn closed(offset_minutes: i32) -> Self {
        Self { days: Default::default(), offset_minutes }
    }

    /// Adds hours to a day; `false` if they are empty or go past midnight, which belongs to the next day's.
    pub fn open(&mut self, day: Weekday, hours: Hours) -> bool {
        let valid = hours.ends_the_same_day();
        if valid {
            self.days[day as usize].push(hours);
        }
        valid
    }

    /// The site's offset from UTC, in minutes.
    pub const fn offset_minutes(&self) -> i32 {
        self.offset_minutes
    }

    /// How long people are still there, if they are.
    pub fn left_at(&self, at: UnixMillis) -> Option<Millis> {
        let civil = Civil::at(at, self.offset_minutes);
        self.days[civil.weekday as usize].iter().filter_map(|hours| hours.left_at(&civil)).max()
    }

    /// How long until people come, from a moment at which nobody is there; `None` if nobody ever does.
    pub fn next_at(&self, at: UnixMillis) -> Option<Millis> {
        let civil = Civil::at(at, self.offset_minutes);
        let now = civil.since_midnight.0;
        (0..=7)
            .flat_map(|ahead| {
                let hours = &self.days[civil.weekday.plus(ahead) as usize];
                hours.iter().map(move |hours| ahead as u64 * DAY.0 + hours.from.0)
            })
            .filter_map(|begin| begin.checked_sub(now).filter(|wait| *wait > 0))
            .min()
            .map(Millis)
    }
}

#[cfg(test)]
mod tests {
    use super::super::civil::{HOUR, WEEK};
    use super::*;

    #[test]
    fn reads_times_of_day_and_nothing_else() {
        for (from, until, expected) in [
            ("09:00", "17:30", Some((540, 510))),
            ("22:00", "07:00", Some((1320, 540))),
            ("00:00", "24:00", Some((0, 1440))),
            ("24:00", "01:00", Some((0, 60))),
            ("10:00", "10:00", Some((600, 0))),
            ("9:00", "17:00", None),
            ("09:60", "17:00", None),
            ("09:00", "24:01", None),
            ("+9:00", "17:00", None),
            ("", "17:00", None),
            ("09:00:00", "17:00", None),
        ] {
            let hours = Hours::parse(from, until).map(|h| (h.from.0 / MINUTE.0, h.length.0 / MINUTE.0));
            assert_eq!(hours, expected, "{from} {until}");
        }
    }

    #[test]
    fn hours_may_go_past_midnight() {
        let at = |hour: u64| Civil::at(UnixMillis(hour * HOUR.0), 0);
        let night = Hours::parse("22:00", "07:00").unwrap();
        for (hour, left, next) in
            [(21, None, 1), (22, Some(9), 24), (23, Some(8), 23), (0, Some(7), 22), (6, Some(1), 16), (7, None, 15)]
        {
            let in_hours = |length: Millis| length.0 / HOUR.0;
            assert_eq!(night.left_at(&at(hour)).map(in_hours), left, "{hour} h");
            assert_eq!(night.next_at(&at(hour)).map(in_hours), Some(next), "{hour} h");
        }
        let never = Hours::parse("22:00", "22:00").unwrap();
        assert_eq!((never.left_at(&at(22)), never.next_at(&at(22))), (None, None));
        let always = Hours::parse("00:00", "24:00").unwrap();
        assert_eq!(always.left_at(&at(5)), Some(Millis(19 * HOUR.0)));
    }

    #[test]
    fn widened_hours_grow_on_both_sides_up_to_a_day() {
        let night = Hours::parse("22:00", "07:00").unwrap();
        assert_eq!(night.widened(HOUR), Hours::parse("21:00", "08:00").unwrap());
        assert_eq!(Hours::parse("00:30", "07:00").unwrap().widened(HOUR), Hours::parse("23:30", "08:00").unwrap());
        assert_eq!(night.widened(DAY).length, DAY);
        let never = Hours::parse("22:00", "22:00").unwrap();
        assert_eq!(never.widened(HOUR), never);
    }

    #[test]
    fn a_week_says_how_long_somebody_is_there_and_when_they_come_again() {
        let mut week = Week::closed(60);
        assert!(week.open(Weekday::Fri, Hours::parse("09:00", "12:00").unwrap()));
        assert!(week.open(Weekday::Fri, Hours::parse("13:00", "17:00").unwrap()));
        assert!(week.open(Weekday::Mon, Hours::parse("09:00", "24:00").unwrap()));
        assert!(!week.open(Weekday::Mon, Hours::parse("22:00", "02:00").unwrap()));
        assert!(!week.open(Weekday::Mon, Hours::parse("09:00", "09:00").unwrap()));
        // Local times; the clock is an hour ahead of UTC. Day 1 is a Friday.
        let at = |day: u64, hour: u64| UnixMillis((24 * day + hour - 1) * HOUR.0);
        for (day, hour, left, next) in [
            (1, 8, None, Some(1)),
            (1, 9, Some(3), None),
            (1, 12, None, Some(1)),
            (1, 16, Some(1), None),
            (1, 17, None, Some(2 * 24 + 16)),
            (3, 23, None, Some(10)),
            (4, 23, Some(1), None),
            (5, 0, None, Some(3 * 24 + 9)),
        ] {
            let in_hours = |length: Millis| length.0 / HOUR.0;
            assert_eq!(week.left_at(at(day, hour)).map(in_hours), left, "day {day}, {hour} h");
            if left.is_none() {
                assert_eq!(week.next_at(at(day, hour)).map(in_hours), next, "day {day}, {hour} h");
            }
        }
        assert_eq!(Week::closed(0).next_at(UnixMillis(0)), None);
        let mut once = Week::closed(0);
        once.open(Weekday::Thu, Hours::parse("00:00", "01:00").unwrap());
        assert_eq!(once.next_at(UnixMillis(HOUR.0)), Some(Millis(WEEK.0 - HOUR.0)));
    }
}
