//! What a page's counts say of its videos.
//!
//! A viewing counts where and when it ended: it is a function of what is kept of its tab. A visitor counts once for each
//! video, with the engagement of all their viewings, on the day of the newest: it is a function of their record of the
//! video, and when the record changes, the difference is added, as for tabs. So nobody's records are read for a report,
//! and the sums are the same for any order and repetition. Visitors without a persistent id are in the viewings alone.
//!
//! Names are `video PLAYER LENGTH WHAT` with the length in seconds, or `live`; they say as much of a video as its
//! [`VideoKey`]. What has a place in the video is counted by parts of its length, so that a long video has as many names
//! as a short one.

use std::collections::BTreeSet;

use unsnag_core::video::VideoTotals;

use super::{Counts, Pages, day, word};
use crate::video::{VideoKey, VideoRecord, Viewing, analyze_video_engagement};

/// Parts of a length by which it is counted where people left: a twentieth is five in a hundred, 18 s of a lesson of six
/// minutes.
pub const LEFT_PARTS: u64 = 20;
/// Most parts of a length by which replays are counted: as many as a drawing as wide as a phone can show.
const MOST_REPLAY_PARTS: u64 = 100;
/// Bands of ten points, and of ten per cent; the last one holds the hundred too.
pub const BANDS: u64 = 10;
/// Content played again for less than this is a step back through pictures, ms, as in a visitor's engagement.
const LEAST_REPLAY_MS: u64 = 1000;

/// How long the parts are by which replays of a video of this length are counted, ms: whole stretches of a player's.
pub fn replay_part_ms(length_s: u64) -> u64 {
    let stretches = (length_s * 1000).div_ceil(VideoTotals::BUCKET_MS);
    stretches.div_ceil(MOST_REPLAY_PARTS).max(1) * VideoTotals::BUCKET_MS
}

/// What the names of a video begin with.
fn prefix(video: &VideoKey) -> String {
    let length = video.length_s.map_or_else(|| "live".to_owned(), |length| length.to_string());
    format!("video {} {length}", word(&video.player))
}

/// The part, of so many, that a share belongs to.
fn part_of(part: u64, whole: u64, parts: u64) -> u64 {
    let index = u128::from(part) * u128::from(parts) / u128::from(whole.max(1));
    (index as u64).min(parts - 1)
}

/// A number as a count; a day in milliseconds is far below the most there is.
fn count(number: u64) -> i64 {
    number.min(u64::from(u32::MAX)).cast_signed()
}

pub(super) fn of_viewing(viewing: &Viewing, pages: &mut Pages) {
    let (watched, name) = (&viewing.watched, prefix(&viewing.video));
    let counts = pages.entry((day(watched.ended), viewing.video.template.clone())).or_default();
    let stalls = u64::from(watched.stalls.saturating_add(watched.seek_stalls));
    for (what, number) in [
        ("plays", 1),
        ("ended", u64::from(watched.finished)),
        ("played_ms", watched.played_ms),
        ("stalled", u64::from(stalls > 0)),
        ("stalls", stalls),
        ("stall_ms", watched.stall_ms.saturating_add(watched.seek_stall_ms)),
    ] {
        counts.add(format!("{name} {what}"), count(number));
    }
    // What has no length has no places.
    let (Some(seconds), Some(length)) = (viewing.video.length_s, watched.length_ms) else { return };
    if let (false, Some((earliest, _))) = (watched.finished, watched.stopped) {
        counts.add(format!("{name} left {}", part_of(earliest, length, LEFT_PARTS)), 1);
    }
    let part = replay_part_ms(seconds);
    let again = watched.replays.iter().filter(|(_, ms)| **ms >= LEAST_REPLAY_MS);
    let parts: BTreeSet<u64> =
        again.map(|(stretch, _)| stretch.saturating_mul(VideoTotals::BUCKET_MS) / part).collect();
    for part in parts.into_iter().filter(|part| *part < MOST_REPLAY_PARTS) {
        counts.add(format!("{name} replayed {part}"), 1);
    }
}

/// What a visitor's record of a video contributes.
pub(crate) fn of_visitor(record: &VideoRecord) -> Pages {
    let engagement = analyze_video_engagement(record, None);
    let mut counts = Counts::default();
    if engagement.sessions == 0 {
        return Pages::new();
    }
    let name = prefix(&record.video);
    let (score, completion) = (engagement.score.score.unsigned_abs(), engagement.completion.share.0.unsigned_abs());
    for (what, number) in [
        ("viewers".to_owned(), 1),
        ("points".to_owned(), score),
        (format!("engagement {}", part_of(score, 100, BANDS)), 1),
        (format!("completion {}", part_of(completion, 1_000_000, BANDS)), 1),
    ] {
        counts.add(format!("{name} {what}"), count(number));
    }
    [((day(engagement.last_ended), record.video.template.clone()), counts)].into()
}

#[cfg(test)]
mod tests {
    use unsnag_core::event::{Event, What};
    use unsnag_core::time::{Millis, UnixMillis};

    use super::*;
    use crate::facts::{Fact, SessionFacts};
    use crate::video::{records_of, viewings_of};

    const DAY_MS: u64 = 24 * 60 * 60 * 1000;

    /// A player told of on this day, and what it told.
    fn told(day: u64, totals: VideoTotals) -> Fact {
        let event = Event { at: UnixMillis(day * DAY_MS + DAY_MS / 2), what: What::Video(Box::new(totals)) };
        Fact { tab: "t".to_owned(), template: "/lesson/:id".to_owned(), event }
    }

    /// Six minutes, of which so much was watched from the beginning, seen and heard.
    fn watched(ms: u64) -> VideoTotals {
        let marks = VideoTotals::MARKS.iter().enumerate();
        let reached = |(index, mark): (usize, &u64)| u8::from(ms >= mark * 3600) << index;
        VideoTotals {
            name: "7.3".to_owned(),
            length: Some(Millis(360_000)),
            unique_ms: ms,
            played_ms: ms,
            visible_ms: ms,
            content_ms: ms,
            progress: marks.map(reached).sum(),
            ended: ms == 360_000,
            ..VideoTotals::default()
        }
    }

    /// What is counted of one day.
    fn names(pages: &Pages, day: u64) -> Vec<(&str, i64)> {
        let counts = &pages[&(day, "/lesson/:id".to_owned())].counts;
        counts.iter().map(|(name, count)| (name.as_str(), *count)).collect()
    }

    #[test]
    fn a_viewing_counts_where_and_when_it_ended() {
        let stalls = VideoTotals { stalls: 1, stall_ms: 4000, seek_stalls: 1, seek_stall_ms: 500, ..watched(90_000) };
        let pages = super::super::counts(&[told(3, stalls)]);
        let expected = [
            ("video 7 360 left 5", 1),
            ("video 7 360 played_ms", 90_000),
            ("video 7 360 plays", 1),
            ("video 7 360 stall_ms", 4500),
            ("video 7 360 stalled", 1),
            ("video 7 360 stalls", 2),
        ];
        assert_eq!((names(&pages, 3), pages.len()), (expected.to_vec(), 1));
    }

    #[test]
    fn a_part_played_again_counts_once_for_a_viewing_and_a_step_back_not_at_all() {
        let again = VideoTotals { replays: vec![(4, 5000), (5, 2000), (9, 900)], ..watched(360_000) };
        let pages = super::super::counts(&[told(3, again)]);
        let expected = [
            ("video 7 360 ended", 1),
            ("video 7 360 played_ms", 360_000),
            ("video 7 360 plays", 1),
            ("video 7 360 replayed 4", 1),
            ("video 7 360 replayed 5", 1),
        ];
        assert_eq!(names(&pages, 3), expected);
    }

    #[test]
    fn a_long_video_has_as_many_places_as_a_short_one() {
        for (length_s, part_s) in [(1, 5), (360, 5), (500, 5), (501, 10), (3600, 40), (86_400, 865)] {
            let part_ms = replay_part_ms(length_s);
            assert_eq!(part_ms, part_s * 1000, "{length_s}");
            assert!((length_s * 1000).div_ceil(part_ms) <= MOST_REPLAY_PARTS, "{length_s}");
        }
    }

    #[test]
    fn a_visitor_counts_once_with_all_their_viewings_on_the_day_of_the_newest() {
        let viewings = |session: &str, day, ms| {
            viewings_of(session, &SessionFacts { facts: vec![told(day, watched(ms))], observed: 0 })
        };
        let [first] = records_of(&viewings("s1", 3, 90_000)).try_into().expect("it is one video");
        let [mut both] = records_of(&viewings("s2", 5, 360_000)).try_into().expect("it is one video");
        both.merge(&first);
        let expected = |points, engagement, completion| {
            let bands = [format!("completion {completion}"), format!("engagement {engagement}")];
            let mut names: Vec<(String, i64)> = bands.map(|band| (format!("video 7 360 {band}"), 1)).into();
            names.extend([("video 7 360 points".to_owned(), points), ("video 7 360 viewers".to_owned(), 1)]);
            names
        };
        let told = |pages: &Pages, day| {
            names(pages, day).into_iter().map(|(name, count)| (name.to_owned(), count)).collect::<Vec<_>>()
        };
        // A quarter, seen and heard, is 0.25 × 70 points; all of it is 70.
        let (before, after) = (of_visitor(&first), of_visitor(&both));
        assert_eq!(told(&before, 3), expected(18, 1, 2));
        assert_eq!(told(&after, 5), expected(70, 7, 9));
        // What has to be added takes them away from where they were.
        let mut sums = before.clone();
        super::super::accumulate(&mut sums, &super::super::difference(&before, &after), 1);
        assert!(sums[&(3, "/lesson/:id".to_owned())].counts.values().all(|count| *count == 0), "{sums:?}");
        assert_eq!(told(&sums, 5), told(&after, 5));
    }
}
