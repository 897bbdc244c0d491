//! The case by which the whole is measured, and its neighbours.

use unsnag_core::time::UnixMillis;

use super::case::{DAY, HOUR, MIDNIGHT, MINUTE, Visit, catalogue};
use crate::video::*;

/// Of a tutorial of 20 minutes 85 % were watched on an evening, three parts twice, with a click each 13 s.
#[derive(Clone, Copy, Debug)]
struct Case {
    visit: Visit,
    utc_offset_minutes: i32,
    /// On the next evening the first minute is watched once more.
    comes_back: bool,
}

const REFERENCE: Case = Case {
    visit: Visit {
        template: "/learn/ownership",
        // Ten to eight where the clock is an hour ahead of UTC.
        began: MIDNIGHT + 18 * HOUR + 50 * MINUTE,
        length_ms: 20 * MINUTE,
        until_ms: 17 * MINUTE,
        replays: 3,
        click_every_ms: 13_000,
        half_hidden: false,
    },
    utc_offset_minutes: 60,
    comes_back: false,
};

fn behaviour(case: &Case) -> VideoBehaviour {
    let mut viewings = viewings_of("s1", &case.visit.facts());
    if case.comes_back {
        let again = Visit { began: case.visit.began + DAY, until_ms: MINUTE, replays: 0, ..case.visit };
        viewings.extend(viewings_of("s2", &again.facts()));
    }
    let clock = ViewerClock { utc_offset_minutes: Some(case.utc_offset_minutes) };
    let now = UnixMillis(MIDNIGHT + 3 * DAY);
    analyze_user_video_behavior(&records_of(&viewings), &catalogue(), &clock, &[], now)
}

fn next(behaviour: &VideoBehaviour) -> Vec<&Recommendation> {
    behaviour.recommendations.iter().filter(|recommendation| recommendation.why == Why::Next).collect()
}

#[test]
fn the_reference_case_comes_out() {
    let found = behaviour(&REFERENCE);
    let [video] = found.videos.as_slice() else { panic!("{found:#?}") };
    assert_eq!((video.completion.share, video.completion.at_most), (Millionths(850_000), Millionths(850_000)));
    assert_eq!((video.replayed_parts, video.sessions, video.interaction), (3, 1, Interaction::High));
    assert_eq!(video.seeks, Seeks { forward: 0, back: 3, unknown: 0 });
    assert_eq!(video.drop_off, DropOff::At { share: Millionths(850_000) });
    assert_eq!(video.speed, Millionths::ONE);
    assert!((75..=81).contains(&video.score.score), "{:#?}", video.score);
    assert_eq!(found.engagement, Knowledge::Known(video.score.points));
    assert_eq!(found.preferences.kind.known().map(|kind| kind.value), Some(ContentKind::Interactive));
    let best = found.best_time.known().expect("there was enough");
    assert_eq!((best.from_hour, best.to_hour, best.share), (19, 21, Millionths::ONE));
    let next = next(&found);
    assert!(next.iter().all(|next| next.difficulty == Difficulty::Advanced), "{next:#?}");
    let tutorials: Vec<&str> = next[..2].iter().map(|next| next.id.as_str()).collect();
    assert_eq!(tutorials, ["lifetimes", "macros"]);
    assert_eq!(found.recommendations.first().map(|first| first.content), Some(ContentKind::Tutorial));
    let resumed = found.recommendations.iter().find(|one| one.why == Why::Resume).expect("it was not finished");
    assert_eq!((resumed.id.as_str(), resumed.resume_at_ms), ("ownership", Some(17 * MINUTE)));
}

#[test]
fn it_comes_out_however_high_the_interaction_is() {
    for click_every_ms in [14_000, 10_000, 5_000, 2_000] {
        let found = behaviour(&Case { visit: Visit { click_every_ms, ..REFERENCE.visit }, ..REFERENCE });
        assert_eq!(found.videos[0].interaction, Interaction::High);
        assert!((75..=81).contains(&found.videos[0].score.score), "{:#?}", found.videos[0].score);
    }
}

/// One thing measured of a case.
type Measure = fn(&VideoBehaviour) -> f64;

const POINTS: Measure = |found| found.videos[0].score.points.number();
const COMPLETION: Measure = |found| found.videos[0].completion.share.number();
const SESSIONS: Measure = |found| found.videos[0].sessions as f64;
const PARTS: Measure = |found| found.videos[0].replayed_parts as f64;
const HOUR_OF_DAY: Measure = |found| f64::from(found.best_time.known().expect("there was enough").from_hour);
const NEXT: Measure = |found| next(found).len() as f64;
const LEVEL: Measure = |found| next(found).iter().map(|next| next.difficulty as u8).max().map_or(-1.0, f64::from);
const LIKES_INTERACTION: Measure = |found| {
    let kind = found.preferences.kind.known().expect("there was enough");
    f64::from(u8::from(kind.value == ContentKind::Interactive))
};

#[test]
fn each_neighbour_moves_what_it_should_by_as_much_as_it_should() {
    let of = |visit: Visit| Case { visit, ..REFERENCE };
    let visit = REFERENCE.visit;
    let less = of(Visit { until_ms: 15 * MINUTE, ..visit });
    let more = of(Visit { until_ms: 19 * MINUTE, ..visit });
    let quiet = of(Visit { click_every_ms: 120_000, ..visit });
    let hidden = of(Visit { half_hidden: true, ..visit });
    let back = Case { comes_back: true, ..REFERENCE };
    // What is changed, what is measured, and by how much it moves: between these.
    let cases: [(&str, Case, Measure, f64, f64); 19] = [
        ("75 % completion", less, POINTS, -10.0, -8.0),
        ("75 % completion", less, COMPLETION, -0.1, -0.1),
        ("75 % completion", less, NEXT, -3.0, -3.0),
        ("95 % completion", more, POINTS, 8.0, 10.0),
        ("95 % completion", more, NEXT, 0.0, 0.0),
        ("2 replayed parts", of(Visit { replays: 2, ..visit }), POINTS, -1.2, -0.8),
        ("4 replayed parts", of(Visit { replays: 4, ..visit }), POINTS, 0.8, 1.2),
        ("low interaction", quiet, POINTS, -17.0, -12.0),
        ("low interaction", quiet, LIKES_INTERACTION, -1.0, -1.0),
        ("half hidden", hidden, POINTS, -13.0, -10.0),
        ("at noon", of(Visit { began: visit.began - 8 * HOUR, ..visit }), HOUR_OF_DAY, -8.0, -8.0),
        ("at noon", of(Visit { began: visit.began - 8 * HOUR, ..visit }), POINTS, 0.0, 0.0),
        ("two zones further", Case { utc_offset_minutes: 180, ..REFERENCE }, HOUR_OF_DAY, 2.0, 2.0),
        ("nothing new in a second session", back, SESSIONS, 1.0, 1.0),
        ("nothing new in a second session", back, COMPLETION, 0.0, 0.0),
        ("nothing new in a second session", back, PARTS, 0.0, 0.0),
        ("nothing new in a second session", back, POINTS, -0.5, 0.5),
        ("a beginner's video", of(Visit { template: "/learn/basics", ..visit }), LEVEL, -1.0, -1.0),
        ("a beginner's video", of(Visit { template: "/learn/basics", ..visit }), POINTS, 0.0, 0.0),
    ];
    let reference = behaviour(&REFERENCE);
    for (name, case, measure, least, most) in cases {
        let found = behaviour(&case);
        let moved = measure(&found) - measure(&reference);
        assert!(
            (least - 1e-6..=most + 1e-6).contains(&moved),
            "{name}: from {} by {moved}, expected {least} to {most}\n{:#?}",
            measure(&reference),
            found.videos
        );
    }
}
