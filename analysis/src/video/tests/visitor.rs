//! All videos of one visitor: what they like, what follows, what they learn.

use unsnag_core::event::{Event, Label, PageTotals, What};
use unsnag_core::forms::{Field, Form, State};
use unsnag_core::input::{Px, TaskWhat};
use unsnag_core::time::UnixMillis;
use unsnag_core::video::VideoTotals;

use super::case::{DAY, HOUR, MIDNIGHT, MINUTE, catalogue, facts, stretch, told};
use crate::video::*;

/// A video of the catalogue, the day on which it was watched, its length in minutes and how many of them were.
type Seen = (&'static str, u64, u64, u64);

fn records(list: &[Seen]) -> Vec<VideoRecord> {
    let viewing = |(id, day, length, minutes): &Seen| {
        let totals = stretch("7", length * MINUTE, 0, minutes * MINUTE);
        let at = MIDNIGHT + day * DAY + 12 * HOUR;
        viewings_of(&format!("s{day}"), &facts(&format!("/learn/{id}"), vec![told(at, totals)]))
    };
    records_of(&list.iter().flat_map(viewing).collect::<Vec<_>>())
}

const NOW: UnixMillis = UnixMillis(MIDNIGHT + 20 * DAY);

fn with_results(list: &[Seen], results: &[TaskResult]) -> VideoBehaviour {
    analyze_user_video_behavior(&records(list), &catalogue(), &ViewerClock::default(), results, NOW)
}

#[test]
fn recommends_what_follows_and_what_was_left() {
    for (list, expected) in [
        (vec![], vec![]),
        // A glance is no start.
        (vec![("basics", 1, 60, 2)], vec![]),
        (vec![("basics", 1, 10, 5)], vec!["resume basics"]),
        (vec![("basics", 1, 10, 9)], vec!["next ownership", "next modules"]),
        // Enough was seen, but nothing was done besides.
        (vec![("basics", 1, 100, 82)], vec!["resume basics"]),
        // What was started is not what comes next; what was completed is not recommended at all.
        (vec![("basics", 1, 10, 10), ("ownership", 2, 10, 5)], vec!["next modules", "resume ownership"]),
        (
            vec![("basics", 1, 10, 10), ("ownership", 2, 10, 10), ("macros", 3, 10, 10)],
            // From the hardest that went well there is no way up.
            vec![],
        ),
        (vec![("basics", 1, 10, 10), ("ownership", 2, 10, 10)], vec!["next lifetimes", "next macros", "next atomics"]),
        // Nothing of cooking is intermediate.
        (vec![("knives", 1, 10, 10)], vec![]),
        (vec![("basics", 1, 10, 5), ("knives", 3, 10, 5)], vec!["resume knives", "resume basics"]),
    ] {
        let found = with_results(&list, &[]);
        let words = |one: &Recommendation| {
            let why = if one.why == Why::Next { "next" } else { "resume" };
            format!("{why} {}", one.id)
        };
        let found: Vec<String> = found.recommendations.iter().map(words).collect();
        assert_eq!(found, expected, "{list:?}");
    }
}

#[test]
fn nobody_goes_on_with_what_was_left_long_ago() {
    let now = NOW.0 + 40 * DAY;
    let list = records(&[("basics", 1, 10, 5)]);
    let found = analyze_user_video_behavior(&list, &catalogue(), &ViewerClock::default(), &[], UnixMillis(now));
    assert_eq!(found.recommendations, []);
}

#[test]
fn what_may_have_been_completed_is_not_recommended() {
    let unknown = |at: u64, session: &str| {
        let totals = VideoTotals { seek_count: 30, ..stretch("7", 10 * MINUTE, 0, 6 * MINUTE) };
        viewings_of(session, &facts("/learn/basics", vec![told(at, totals)]))
    };
    let mut viewings = unknown(MIDNIGHT, "a");
    let analyze = |viewings: &[Viewing]| {
        analyze_user_video_behavior(&records_of(viewings), &catalogue(), &ViewerClock::default(), &[], NOW)
    };
    assert_eq!(analyze(&viewings).recommendations.len(), 1);
    viewings.extend(unknown(MIDNIGHT + DAY, "b"));
    assert_eq!(analyze(&viewings).recommendations, []);
}

#[test]
fn prefers_what_was_watched_well() {
    let kind = |found: &Preferences| found.kind.known().map(|kind| (kind.value, kind.strength.per_cent()));
    let length = |found: &Preferences| found.length.known().map(|length| length.value);
    for (list, expected_kind, expected_length) in [
        (vec![], None, None),
        // Four minutes are too few.
        (vec![("basics", 1, 4, 4)], None, None),
        (vec![("basics", 1, 5, 5)], Some((ContentKind::Tutorial, 33)), Some(LengthClass::Short)),
        (
            vec![("basics", 1, 10, 10), ("ownership", 2, 10, 10), ("atomics", 3, 30, 10)],
            Some((ContentKind::Tutorial, 51)),
            Some(LengthClass::Medium),
        ),
        // Tried and left counts for little.
        (
            vec![("basics", 1, 10, 1), ("ownership", 2, 10, 1), ("atomics", 3, 30, 30)],
            Some((ContentKind::Lecture, 50)),
            Some(LengthClass::Long),
        ),
        (vec![("basics", 1, 10, 10), ("atomics", 3, 10, 10)], None, Some(LengthClass::Medium)),
    ] {
        let found = with_results(&list, &[]).preferences;
        assert_eq!((kind(&found), length(&found)), (expected_kind, expected_length), "{list:?}\n{found:#?}");
    }
    let found = with_results(&[("basics", 1, 10, 10), ("knives", 2, 10, 1)], &[]).preferences;
    assert_eq!(found.topic.known().map(|topic| topic.value.as_str()), Some("rust"));
    assert_eq!(found.speed.known().map(|speed| speed.value), Some(SpeedClass::Normal));
}

#[test]
fn fast_viewers_prefer_speed() {
    for (content, expected) in
        [(75, SpeedClass::Slow), (100, SpeedClass::Normal), (110, SpeedClass::Normal), (125, SpeedClass::Fast)]
    {
        let totals = stretch("7", 20 * MINUTE, 0, 10 * MINUTE);
        let totals = VideoTotals { content_ms: totals.played_ms * content / 100, ..totals };
        let viewings = viewings_of("s", &facts("/learn/basics", vec![told(MIDNIGHT, totals)]));
        let videos = [analyze_video_engagement(&records_of(&viewings)[0], None)];
        let found = identify_video_preferences(&videos, &catalogue());
        assert_eq!(found.speed.known().map(|speed| speed.value), Some(expected), "{content}");
        assert!(matches!(found.kind, Knowledge::Unknown { .. }));
    }
}

fn result(about: About, day: u64, per_cent: i64) -> TaskResult {
    TaskResult { about, at: UnixMillis(MIDNIGHT + day * DAY), score: Millionths(per_cent * 10_000) }
}

#[test]
fn learning_is_told_only_where_results_are() {
    let watched = [("basics", 2, 10, 10), ("ownership", 4, 10, 10), ("atomics", 6, 10, 5), ("knives", 8, 10, 10)];
    assert!(matches!(with_results(&watched, &[]).learning, Knowledge::Unavailable { .. }));
    let video = |id: &str| About::Video(id.to_owned());
    let mut results = vec![
        result(video("basics"), 1, 40),
        result(video("basics"), 3, 80),
        result(video("ownership"), 1, 50),
        result(video("ownership"), 5, 60),
        result(About::Topic("cooking".to_owned()), 1, 60),
        result(video("nobody-watched"), 1, 0),
        result(video("nobody-watched"), 9, 100),
    ];
    assert!(matches!(with_results(&watched, &results).learning, Knowledge::Unavailable { .. }));
    results.push(result(About::Topic("cooking".to_owned()), 9, 40));
    let expected = Learning::BeforeAfter {
        pairs: 3,
        before: Millionths(500_000),
        after: Millionths(600_000),
        gain: Millionths(100_000),
        improved: 2,
    };
    assert_eq!(with_results(&watched, &results).learning, Knowledge::Known(expected.clone()));
    // Repeated and in another order they say the same.
    results.extend(results.clone());
    results.reverse();
    assert_eq!(with_results(&watched, &results).learning, Knowledge::Known(expected));
}

#[test]
fn without_results_before_they_are_compared_with_how_much_was_watched() {
    let all = ["atomics", "basics", "knives", "lifetimes", "macros", "modules", "ownership", "sauces"];
    let watched: Vec<Seen> =
        all.iter().enumerate().map(|(index, id)| (*id, index as u64, 10, index as u64 + 2)).collect();
    let results = |score: fn(i64) -> i64| -> Vec<TaskResult> {
        let one = |(id, index): (&&str, i64)| result(About::Video((*id).to_owned()), 9, score(index));
        all.iter().zip(0..).map(one).collect()
    };
    for (score, expected) in [
        ((|index| index * 10 + 20) as fn(i64) -> i64, Some(100)),
        (|index| 90 - index * 10, Some(-100)),
        (|_| 50, None),
    ] {
        let found = with_results(&watched, &results(score)).learning;
        let coefficient = found.known().map(|learning| match learning {
            Learning::Correlation { coefficient, points: 8 } => coefficient.per_cent(),
            other => panic!("{other:?}"),
        });
        assert_eq!(coefficient, expected, "{found:?}");
    }
    let few = with_results(&watched, &results(|index| index)[..7]).learning;
    assert!(matches!(few, Knowledge::Unavailable { .. }));
}

#[test]
fn engagement_over_weeks_has_a_trend() {
    for (minutes, expected) in [
        ([2, 4, 6, 8], Some(Direction::Rising)),
        ([9, 7, 5, 2], Some(Direction::Falling)),
        ([5, 5, 5, 5], Some(Direction::Steady)),
        ([5, 5, 5, 0], None),
    ] {
        let ids = ["basics", "knives", "macros", "modules"];
        let watched: Vec<Seen> =
            ids.into_iter().zip(minutes).enumerate().map(|(day, (id, of))| (id, 1 + day as u64, 10, of)).collect();
        let found = with_results(&watched, &[]);
        assert_eq!(found.trend.known().map(|trend| trend.direction), expected, "{minutes:?}");
    }
}

#[test]
fn records_that_the_catalogue_knows_as_one_video_are_one() {
    let viewing = |session: &str, player: &str, from: u64, to: u64| {
        let totals = stretch(player, 10 * MINUTE, from * MINUTE, to * MINUTE);
        viewings_of(session, &facts("/learn/basics", vec![told(MIDNIGHT, totals)]))
    };
    // On the next day the player was another element; and one and the same viewing was told under two keys.
    let mut viewings = viewing("a", "7", 0, 4);
    viewings.extend(viewing("b", "12.3", 4, 8));
    let mut unnamed = viewings[0].clone();
    unnamed.video.length_s = None;
    unnamed.watched.played_ms -= 1;
    viewings.push(unnamed);
    let mut records = records_of(&viewings);
    assert_eq!(records.len(), 3);
    for _ in 0..2 {
        let found = analyze_user_video_behavior(&records, &catalogue(), &ViewerClock::default(), &[], NOW);
        let [video] = found.videos.as_slice() else { panic!("{found:#?}") };
        assert_eq!((video.entry.as_deref(), video.sessions), (Some("basics"), 2));
        assert_eq!(video.completion.share.per_cent(), 80);
        assert_eq!((found.sessions, found.active_days), (2, 1));
        records.reverse();
    }
}

#[test]
fn viewings_of_the_future_are_left_out() {
    let list = records(&[("basics", 2, 10, 5), ("knives", 9, 10, 5)]);
    let now = UnixMillis(MIDNIGHT + 3 * DAY);
    let found = analyze_user_video_behavior(&list, &catalogue(), &ViewerClock::default(), &[], now);
    assert_eq!(found.videos.iter().map(|video| video.entry.as_deref()).collect::<Vec<_>>(), [Some("basics")]);
    let best = found.best_time.known().expect("five minutes are enough");
    assert_eq!((best.from_hour, best.hours_of), (11, HoursOf::Utc));
}

#[test]
fn interactions_are_those_on_the_page_around_the_video() {
    let at = |minute: u64| UnixMillis(MIDNIGHT + minute * MINUTE);
    let click = |minute| {
        let (role, label) = ("button".to_owned(), Label::Other);
        Event { at: at(minute), what: What::Click { role, label, x: Px(1), y: Px(1), result: "answered" } }
    };
    let form = |revision, edits| {
        let field = |edits| Field { field: "answer".to_owned(), edits, ..Field::default() };
        let fields = vec![field(edits), field(0)];
        let form =
            Form { form: "quiz".to_owned(), state: State::Submitted, fields, revision, submits: 1, ..Form::default() };
        Event { at: at(20), what: What::Form(form) }
    };
    let page = |active_ms| {
        let page = PageTotals { template: "/w".to_owned(), view: "v".to_owned(), active_ms, ..PageTotals::default() };
        Event { at: at(12), what: What::Page(page) }
    };
    let task = Event { at: at(20), what: What::Task { name: "quiz".to_owned(), what: TaskWhat::Success } };
    let custom = Event { at: at(15), what: What::Custom { name: "beat".to_owned(), props: "{}".to_owned() } };
    // It plays from the tenth minute to the twentieth.
    let video = told(MIDNIGHT + 20 * MINUTE, stretch("7", 20 * MINUTE, 0, 10 * MINUTE));
    for (events, interactions, active_minutes) in [
        (vec![], 0, 0),
        (vec![click(8)], 0, 0),
        (vec![click(9), click(15), click(15), click(21), click(22)], 3, 0),
        // A field is one act however many keys it took, and so is the submit.
        (vec![form(1, 10), form(2, 40)], 2, 0),
        (vec![task, custom], 1, 0),
        (vec![page(2 * MINUTE), page(MINUTE)], 0, 2),
        // No longer than the time around the video.
        (vec![page(5 * HOUR)], 0, 12),
    ] {
        let mut all = facts("/w", events.clone());
        // The same on another page or in another tab is not around it.
        all.facts.extend(facts("/other", vec![click(15)]).facts);
        let mut elsewhere = facts("/w", vec![click(15)]).facts;
        elsewhere[0].tab = "t2".to_owned();
        all.facts.extend(elsewhere);
        all.facts.extend(facts("/w", vec![video.clone()]).facts);
        let watched = viewings_of("s", &all)[0].watched.clone();
        assert_eq!((watched.interactions, watched.active_ms), (interactions, active_minutes * MINUTE), "{events:#?}");
    }
}
