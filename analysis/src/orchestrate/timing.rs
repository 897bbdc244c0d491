//! When help may go out: the first stretch of time that is nobody's night, and office hours where people answer.

use unsnag_core::time::{Millis, UnixMillis};

use super::civil::{Civil, HOUR, MINUTE};
use super::hours::{Hours, Week};

/// A stretch of time from one moment (included) to another (excluded), never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The first moment.
    pub(super) from: UnixMillis,
    /// The moment after the last.
    pub(super) until: UnixMillis,
}

/// A shorter stretch is no use: what sends has to wait for its turn.
pub const LEAST_WINDOW: Millis = Millis(5 * MINUTE.0);

/// Help that could go out only after this time is not planned: it would be about something long past. A week-end and a
/// day beside it pass.
pub const LONGEST_WAIT: Millis = Millis(72 * HOUR.0);

/// Stretches looked at before giving up: a night and a closed office alternate at most a few times within
/// [`LONGEST_WAIT`].
const MOST_STRETCHES: usize = 64;

impl Window {
    /// How long it is.
    pub(super) fn length(&self) -> Millis {
        self.until - self.from
    }

    /// The moment in its middle.
    pub(super) fn middle(&self) -> UnixMillis {
        self.from + Millis(self.length().0 / 2)
    }

    /// What two have in common, if that is long enough to be of use.
    pub(super) fn meet(&self, other: &Window) -> Option<Window> {
        let both = Window { from: self.from.max(other.from), until: self.until.min(other.until) };
        (both.length() >= LEAST_WINDOW).then_some(both)
    }
}

/// What bounds the time of a delivery.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds<'a> {
    /// The visitor's night, and the offset of the visitor's zone from UTC in minutes.
    pub(super) quiet: Option<(Hours, i32)>,
    /// The hours at which people are there, where the channel needs them.
    pub(super) people: Option<&'a Week>,
}

impl Bounds<'_> {
    /// The first stretch from `now` on in which help may go out, at most `within` long; `None` if there is none within
    /// [`LONGEST_WAIT`].
    pub(super) fn first_window(&self, now: UnixMillis, within: Millis) -> Option<Window> {
        let latest = now + LONGEST_WAIT;
        let mut from = now;
        for _ in 0..MOST_STRETCHES {
            if from > latest {
                return None;
            }
            let night = self.quiet.and_then(|(hours, offset)| hours.left_at(&Civil::at(from, offset)));
            if let Some(left) = night {
                from = from + left;
                continue;
            }
            let open = self.people.map(|week| week.left_at(from));
            if open == Some(None) {
                from = from + self.people?.next_at(from)?;
                continue;
            }
            let next_night = self.quiet.and_then(|(hours, offset)| hours.next_at(&Civil::at(from, offset)));
            let length = [next_night, open.flatten()].into_iter().flatten().fold(within, Millis::min);
            let window = Window { from, until: from + length };
            if window.length() >= LEAST_WINDOW {
                return Some(window);
            }
            if length == Millis(0) {
                return None;
            }
            from = window.until;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::civil::{DAY, Weekday};
    use super::*;

    fn office() -> Week {
        let mut week = Week::closed(0);
        for day in &Weekday::ALL[..5] {
            assert!(week.open(*day, Hours::parse("09:00", "17:00").unwrap()));
        }
        week
    }

    /// Day 4 is a Monday; times are minutes of that week.
    fn at(day: u64, hour: u64, minute: u64) -> UnixMillis {
        UnixMillis((4 + day) * DAY.0 + hour * HOUR.0 + minute * MINUTE.0)
    }

    #[test]
    fn the_first_window_avoids_nights_and_closed_offices() {
        let (office, night) = (office(), Hours::parse("22:00", "07:00").unwrap());
        let two_hours = Millis(2 * HOUR.0);
        for (what, offset, people, now, within, expected) in [
            ("by day", 0, false, at(0, 10, 0), two_hours, Some((at(0, 10, 0), at(0, 12, 0)))),
            ("cut by the night", 0, false, at(0, 21, 30), two_hours, Some((at(0, 21, 30), at(0, 22, 0)))),
            ("too short before the night", 0, false, at(0, 21, 57), two_hours, Some((at(1, 7, 0), at(1, 9, 0)))),
            ("at night", 0, false, at(0, 23, 0), two_hours, Some((at(1, 7, 0), at(1, 9, 0)))),
            ("after midnight", 0, false, at(0, 1, 0), two_hours, Some((at(0, 7, 0), at(0, 9, 0)))),
            ("night elsewhere", -600, false, at(0, 10, 0), two_hours, Some((at(0, 17, 0), at(0, 19, 0)))),
            ("in the office", 0, true, at(0, 16, 0), two_hours, Some((at(0, 16, 0), at(0, 17, 0)))),
            ("before the office", 0, true, at(0, 7, 30), two_hours, Some((at(0, 9, 0), at(0, 11, 0)))),
            ("over the week-end", 0, true, at(4, 18, 0), two_hours, Some((at(7, 9, 0), at(7, 11, 0)))),
            // Ten hours behind, the office's day is from 23:00 to 07:00: all of it night.
            ("never awake in office hours", -600, true, at(0, 10, 0), two_hours, None),
            ("no time at all", 0, false, at(0, 10, 0), Millis(0), None),
        ] {
            let bounds = Bounds { quiet: Some((night, offset)), people: people.then_some(&office) };
            let window = bounds.first_window(now, within).map(|window| (window.from, window.until));
            assert_eq!(window, expected, "{what}");
        }
    }

    #[test]
    fn gives_up_where_nobody_is_ever_there() {
        let always = Hours::parse("00:00", "24:00").unwrap();
        for (quiet, people) in [(Some((always, 0)), None), (None, Some(Week::closed(0)))] {
            let bounds = Bounds { quiet, people: people.as_ref() };
            assert_eq!(bounds.first_window(at(0, 10, 0), HOUR), None);
        }
        let end_of_time = Bounds { quiet: None, people: None };
        assert_eq!(end_of_time.first_window(UnixMillis(u64::MAX), HOUR), None);
    }

    #[test]
    fn two_windows_meet_where_both_are_long_enough() {
        let window = |from, until| Window { from: at(0, from, 0), until: at(0, until, 0) };
        assert_eq!(window(9, 12).meet(&window(11, 13)), Some(window(11, 12)));
        assert_eq!(window(9, 12).meet(&window(12, 13)), None);
        assert_eq!(window(9, 10).meet(&window(12, 13)), None);
        assert_eq!(window(9, 11).middle(), at(0, 10, 0));
    }
}
