//! What holds whatever comes.

use proptest::prelude::*;
use unsnag_core::event::{Event, Label, What};
use unsnag_core::input::Px;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_core::video::VideoTotals;

use super::case::{DAY, MIDNIGHT, MINUTE, Visit, catalogue, facts, stretch, told};
use crate::facts::SessionFacts;
use crate::video::*;

/// Small numbers, and any.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..2_000_000_u64, 1 => any::<u64>()]
}

fn pairs(most: usize) -> impl Strategy<Value = Vec<(u64, u64)>> {
    proptest::collection::vec((number(), number()), 0..most)
}

/// Totals that no player would tell among them.
fn any_totals() -> impl Strategy<Value = VideoTotals> {
    let times = (number(), number(), number(), number(), number(), number());
    let rest = (proptest::option::of(number()), any::<u8>(), any::<bool>(), 0..3_u32, 0..3_u32, 0..40_u32);
    (times, pairs(14), pairs(24), rest).prop_map(|(times, replays, seeks, rest)| {
        let (unique_ms, played_ms, visible_ms, muted_ms, content_ms, replayed_ms) = times;
        let (length, progress, ended, loops, closed_gaps, seek_count) = rest;
        VideoTotals {
            name: format!("{}", progress % 3),
            length: length.map(Millis),
            unique_ms,
            played_ms,
            visible_ms,
            muted_ms,
            content_ms,
            replayed_ms,
            replays,
            seeks,
            seek_count,
            stalls: seek_count,
            stall_ms: unique_ms,
            progress,
            ended,
            loops,
            looping: loops > 1,
            closed_gaps,
            ..VideoTotals::default()
        }
    })
}

/// Viewings of ten sessions and more, several states of some among them.
fn any_viewings() -> impl Strategy<Value = Vec<Viewing>> {
    let viewing = (0..90_u8, 0..400 * DAY, any_totals()).prop_map(|(session, at, totals)| {
        let facts = facts("/w", vec![told(MIDNIGHT + at, VideoTotals { name: "7".to_owned(), ..totals })]);
        viewings_of(&format!("s{session}"), &facts)
    });
    proptest::collection::vec(viewing, 0..120).prop_map(|lists| lists.into_iter().flatten().collect())
}

/// A session with two videos, one of them told of thrice, and everything else that an engine tells.
fn session() -> SessionFacts {
    let visit = Visit {
        template: "/learn/ownership",
        began: MIDNIGHT,
        length_ms: 2 * MINUTE,
        until_ms: MINUTE,
        replays: 1,
        click_every_ms: 5000,
        half_hidden: false,
    };
    let mut all = visit.facts();
    for to in [20_000, 40_000, 60_000] {
        let later = MIDNIGHT + 10 * MINUTE + to;
        all.facts.extend(facts("/learn/basics", vec![told(later, stretch("9.1", 90_000, 0, to))]).facts);
    }
    all
}

fn click(at: u64) -> Event {
    let (role, label) = ("button".to_owned(), Label::Other);
    Event { at: UnixMillis(at), what: What::Click { role, label, x: Px(at as i32 % 7), y: Px(0), result: "answered" } }
}

/// The record of one session: so much of the video from `from` on, and clicks in the first half minute.
fn watched(length: u64, from: u64, to: u64, clicks: u64, others: &[Viewing]) -> VideoEngagement {
    let mut events = vec![told(MIDNIGHT + to - from, stretch("7", length, from, to))];
    events.extend((0..clicks).map(|number| click(MIDNIGHT + number * 1000)));
    let mut viewings = viewings_of("s", &facts("/w", events));
    viewings.extend_from_slice(others);
    let [record] = <[VideoRecord; 1]>::try_from(records_of(&viewings)).expect("it is one video");
    analyze_video_engagement(&record, None)
}

proptest! {
    #[test]
    fn facts_give_the_same_in_any_order_and_number(
        shuffled in Just(session().facts).prop_shuffle(),
        again in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let expected = viewings_of("s", &session());
        prop_assert_eq!(expected.len(), 2);
        let mut facts = shuffled;
        for index in again {
            facts.push(facts[index.index(facts.len())].clone());
        }
        prop_assert_eq!(viewings_of("s", &SessionFacts { facts, observed: 0 }), expected);
    }

    #[test]
    fn any_facts_give_the_same_in_any_order(
        (one, other) in proptest::collection::vec((0..400_u64, any_totals()), 0..12)
            .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle()))
    ) {
        let read = |list: Vec<(u64, VideoTotals)>| {
            let events = list.into_iter().map(|(at, totals)| told(MIDNIGHT + at * MINUTE, totals)).collect();
            viewings_of("s", &facts("/w", events))
        };
        prop_assert_eq!(read(one), read(other));
    }

    #[test]
    fn sessions_give_the_same_in_any_order_and_number(
        (list, shuffled) in any_viewings().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
        split in any::<prop::sample::Index>(),
    ) {
        let video = VideoKey { template: "/w".to_owned(), player: "7".to_owned(), length_s: None };
        let record = |viewings: &[Viewing]| {
            let mut record = VideoRecord::new(video.clone());
            for viewing in viewings {
                record.add(viewing);
            }
            record
        };
        let expected = record(&list);
        prop_assert!(expected.viewings().count() <= VideoRecord::MOST_VIEWINGS);
        prop_assert_eq!(&record(&shuffled), &expected);
        let (one, other) = shuffled.split_at(split.index(shuffled.len() + 1));
        let (mut one, other) = (record(one), record(other));
        one.merge(&other);
        prop_assert_eq!(&one, &expected);
        one.merge(&expected);
        prop_assert_eq!(&one, &expected);
        let json = serde_json::to_string(&expected).unwrap();
        prop_assert_eq!(&serde_json::from_str::<VideoRecord>(&json).unwrap(), &expected);
    }

    #[test]
    fn whatever_comes_is_scored_between_0_and_100(
        viewings in any_viewings(),
        now in any::<u64>(),
        offset in any::<Option<i32>>(),
    ) {
        let clock = ViewerClock { utc_offset_minutes: offset };
        for now in [now, MIDNIGHT + 400 * DAY] {
            let found = analyze_user_video_behavior(&records_of(&viewings), &catalogue(), &clock, &[], UnixMillis(now));
            for video in &found.videos {
                let Completion { share, at_most } = video.completion;
                prop_assert!((0..=100).contains(&video.score.score));
                prop_assert!(Millionths::ZERO <= share && share <= at_most && at_most <= Millionths::ONE);
            }
            if let Some(overall) = found.engagement.known() {
                prop_assert!((Millionths::ZERO..=Millionths(100_000_000)).contains(overall));
            }
            prop_assert!(serde_json::to_string(&found).is_ok());
        }
    }

    #[test]
    fn more_distinct_content_never_lowers_completion_or_score(
        length_s in 10..7200_u64,
        places in proptest::array::uniform3(0..7200_u64),
        earlier in proptest::option::of(proptest::array::uniform2(any::<prop::sample::Index>())),
        clicks in 0..30_u64,
    ) {
        let from = places[0] % (length_s - 1);
        let to = from + 1 + places[1] % (length_s - 1 - from);
        let further = to + 1 + places[2] % (length_s - to);
        let [from, to, further] = [from, to, further].map(|seconds| seconds * 1000);
        let place = |index: prop::sample::Index| index.index(length_s as usize + 1) as u64 * 1000;
        let earlier = earlier.map(|places| places.map(place)).map(|[one, other]| (one.min(other), one.max(other)));
        let others = earlier.filter(|(start, end)| start < end).map(|(start, end)| {
            let totals = stretch("7", length_s * 1000, start, end);
            viewings_of("earlier", &facts("/w", vec![told(MIDNIGHT - DAY, totals)]))
        });
        let others = others.unwrap_or_default();
        let less = watched(length_s * 1000, from, to, clicks, &others);
        let more = watched(length_s * 1000, from, further, clicks, &others);
        prop_assert!(more.completion.share >= less.completion.share, "{less:#?}\n{more:#?}");
        // What was seen before is no more content, and doing nothing meanwhile is less activity.
        if earlier.is_none_or(|(start, end)| end <= to || further <= start) {
            prop_assert!(more.score.points >= less.score.points, "{:#?}\n{:#?}", less.score, more.score);
        }
    }

    #[test]
    fn a_background_loop_counts_nowhere(totals in any_totals(), at in 0..DAY, played in number()) {
        let silent = VideoTotals { looping: true, played_ms: played, muted_ms: played, ..totals };
        let mut with = session();
        with.facts.extend(facts("/learn/basics", vec![told(MIDNIGHT + at, silent)]).facts);
        prop_assert_eq!(viewings_of("s", &with), viewings_of("s", &session()));
    }
}
