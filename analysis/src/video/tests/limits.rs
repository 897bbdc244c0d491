//! What is kept is bounded, and what is left out is said.

use unsnag_core::time::UnixMillis;
use unsnag_core::video::VideoTotals;

use super::case::{DAY, HOUR, MIDNIGHT, MINUTE, facts, stretch, told};
use crate::video::viewing::MOST_QUARTERS;
use crate::video::*;

/// The engagement with one video of ten minutes over sessions on following days.
fn sessions(list: &[VideoTotals]) -> VideoEngagement {
    let mut viewings = Vec::new();
    for (day, totals) in list.iter().enumerate() {
        let at = MIDNIGHT + day as u64 * DAY + 12 * HOUR;
        viewings.extend(viewings_of(&format!("s{day}"), &facts("/w", vec![told(at, totals.clone())])));
    }
    let records = records_of(&viewings);
    assert_eq!(records.len(), 1, "{records:#?}");
    analyze_video_engagement(&records[0], None)
}

fn part(from_minute: u64, to_minute: u64) -> VideoTotals {
    stretch("7", 10 * MINUTE, from_minute * MINUTE, to_minute * MINUTE)
}

#[test]
fn what_several_sessions_showed_counts_once_where_the_parts_are_known() {
    for (list, share, at_most) in [
        (vec![part(0, 5)], 50, 50),
        (vec![part(0, 5), part(5, 8)], 80, 80),
        (vec![part(0, 5), part(3, 8)], 80, 80),
        (vec![part(0, 5), part(0, 5)], 50, 50),
        // Jumps were forgotten: the second session may have shown anything.
        (vec![part(0, 5), VideoTotals { seek_count: 30, ..part(5, 8) }], 50, 80),
        (vec![VideoTotals { seek_count: 30, ..part(0, 5) }, VideoTotals { seek_count: 30, ..part(0, 8) }], 80, 100),
        // Gaps were closed: what was played once is certain.
        (vec![VideoTotals { closed_gaps: 1, replayed_ms: 2 * MINUTE, ..part(0, 5) }], 30, 50),
    ] {
        let completion = sessions(&list).completion;
        assert_eq!((completion.share.per_cent(), completion.at_most.per_cent()), (share, at_most), "{list:#?}");
    }
}

#[test]
fn says_where_somebody_stopped_as_far_as_it_is_known() {
    let at = |thousandths: i64| Millionths(thousandths * 1000);
    for (list, expected) in [
        (vec![part(0, 5)], DropOff::At { share: at(500) }),
        (vec![part(0, 8), part(0, 5)], DropOff::At { share: at(500) }),
        (vec![part(0, 10), part(0, 5)], DropOff::Finished),
        (vec![VideoTotals { seek_count: 30, ..part(5, 8) }], DropOff::Between { least: at(500), most: at(800) }),
        (vec![VideoTotals { length: None, ..part(0, 5) }], DropOff::Unknown),
    ] {
        assert_eq!(sessions(&list).drop_off, expected, "{list:#?}");
    }
}

#[test]
fn replayed_stretches_side_by_side_are_one_part() {
    for (replays, expected) in [
        (vec![], 0),
        (vec![(3, 5000), (4, 5000), (9, 2000)], 2),
        (vec![(4, 500), (3, 600)], 1),
        // Less than a second is a step through pictures.
        (vec![(3, 999)], 0),
        (vec![(3, 5000), (5, 5000)], 2),
        (vec![(u64::MAX, 5000), (0, 5000)], 2),
    ] {
        let found = sessions(&[VideoTotals { replays: replays.clone(), ..part(0, 5) }]);
        assert_eq!(found.replayed_parts, expected, "{replays:?}");
    }
}

#[test]
fn streams_without_a_length_are_whole_after_ten_minutes() {
    let live = |minutes| VideoTotals { length: None, ..stretch("7", 20 * MINUTE, 0, minutes * MINUTE) };
    for (minutes, share) in [(5, 50), (10, 100), (19, 100)] {
        assert_eq!(sessions(&[live(minutes)]).completion.share.per_cent(), share, "{minutes}");
    }
}

#[test]
fn counts_jumps_waits_and_speed_over_all_sessions() {
    let one = VideoTotals {
        seeks: vec![(60_000, 30_000), (90_000, 200_000)],
        seek_count: 5,
        pauses: 3,
        stalls: 2,
        stall_ms: 3000,
        seek_stalls: 1,
        seek_stall_ms: 500,
        content_ms: 450_000,
        ..part(0, 5)
    };
    let found = sessions(&[one.clone(), one]);
    assert_eq!(found.seeks, Seeks { forward: 2, back: 2, unknown: 6 });
    assert_eq!(found.stalls, Stalls { count: 4, ms: 6000, after_seek: 2, after_seek_ms: 1000 });
    assert_eq!((found.sessions, found.speed), (2, Millionths(1_500_000)));
    assert_eq!(found.pauses, 6);
}

#[test]
fn keeps_the_newest_viewings_and_what_was_seen_at_best() {
    let mut viewings = Vec::new();
    for day in 0..2 * VideoRecord::MOST_VIEWINGS as u64 {
        let totals = if day == 0 { part(0, 10) } else { part(0, 1) };
        let at = MIDNIGHT + day * DAY;
        viewings.extend(viewings_of(&format!("s{day:03}"), &facts("/w", vec![told(at, totals)])));
    }
    let [record] = <[VideoRecord; 1]>::try_from(records_of(&viewings)).expect("it is one video");
    assert_eq!((record.sessions(), record.is_cut()), (VideoRecord::MOST_VIEWINGS, true));
    assert_eq!(record.viewings().next().map(|(id, _)| id.session.clone()), Some("s064".to_owned()));
    assert_eq!(analyze_video_engagement(&record, None).completion.share, Millionths::ONE);
    let stored = serde_json::to_string(&record).unwrap();
    assert!(stored.len() < 64 * 1024, "{}", stored.len());
}

#[test]
fn a_viewing_takes_a_day_of_quarters_at_most() {
    let mut events = Vec::new();
    for day in 0..5 {
        let totals = VideoTotals { length: None, ..stretch("7", 100 * DAY, 0, (day + 1) * DAY) };
        events.push(told(MIDNIGHT + day * DAY, totals));
    }
    let viewings = viewings_of("s", &facts("/w", events));
    assert_eq!(viewings[0].watched.quarters.len(), MOST_QUARTERS);
    assert_eq!(viewings[0].watched.quarters.values().sum::<u64>(), DAY);
}

#[test]
fn time_is_counted_where_it_was_spent() {
    // Five minutes before a pause of an hour, and five after it.
    let events = vec![
        told(MIDNIGHT + HOUR, stretch("7", 10 * MINUTE, 0, 5 * MINUTE)),
        told(MIDNIGHT + 2 * HOUR + 2 * MINUTE, stretch("7", 10 * MINUTE, 0, 10 * MINUTE)),
    ];
    let viewings = viewings_of("s", &facts("/w", events));
    let watched = &viewings[0].watched;
    let first = MIDNIGHT / (15 * MINUTE);
    let expected = [(first + 3, 5 * MINUTE), (first + 7, 3 * MINUTE), (first + 8, 2 * MINUTE)];
    assert_eq!(watched.quarters.iter().map(|(quarter, ms)| (*quarter, *ms)).collect::<Vec<_>>(), expected);
    assert_eq!(
        (watched.began, watched.ended),
        (UnixMillis(MIDNIGHT + 55 * MINUTE), UnixMillis(MIDNIGHT + 2 * HOUR + 2 * MINUTE))
    );
}
