//! The engagement score of one visitor with one video, 0 to 100.
//!
//! `completion × (70 × attention + 20 × activity) + 10 × replays`, where
//!
//! - completion is the share of distinct content watched;
//! - attention is `0.4 + 0.4 × share of the time seen + 0.2 × share of the time heard`;
//! - activity is `min(1, interactions a minute / 5)`;
//! - replays is `min(1, replayed parts / 10)`.
//!
//! # Where the numbers come from
//!
//! - **Completion leads and carries the rest**, as in the score of one player (`unsnag_core::video`): what was not
//!   watched engaged nobody, however much was clicked beside it. Engagement in the literature is distinct content and
//!   time by length (Guo et al. 2014; the normalised engagement time of the VLE data).
//! - **20 for activity** is feature 9's weight for the same (DESIGN.md §6). That one is full at ten interactions a
//!   minute, keys and swipes among them; here a field is one act however many keys it took, and half of it is full.
//! - **10 for replays** is what the score of one player gives. They are full at ten parts: the 95th percentile of
//!   rewinds of a video in 23,009 viewings of a course (`reference/models.md` §5: 0, 0, 0, 2, 10 at the percentiles 5,
//!   25, 50, 75, 95). Whether a part was wanted or not understood nobody can tell, so they stay a small part.
//! - **70 for watching** is what remains: who watches all of a video, seen and heard, and does nothing else, is at 70.
//! - **Attention** is the factor of the score of one player, with its weights.
//! - Coming back counts for nothing: who understood at once has no reason to.
//!
//! Nothing was fitted to data. Where the sources leave a choice (half of feature 9's rate, ten parts rather than four,
//! activity that counts only for as much as was watched), that was taken by which more watching never lowers the score
//! and the reference case of the tests comes out.
//!
//! The score says what was followed, not what was understood: behaviour alone tells a right answer in a quiz from a
//! wrong one with an AUC of 0.59 (`reference/models.md` §5).

use serde::Serialize;

use super::number::Millionths;

/// Points for watching all of it, seen and heard.
const WATCHING_POINTS: i64 = 70;
/// Points for doing something as well.
const ACTIVITY_POINTS: i64 = 20;
/// Points for parts that were wanted again.
const REPLAY_POINTS: i64 = 10;
/// Interactions a minute at which activity is full.
const FULL_ACTIVITY: Millionths = Millionths(5_000_000);
/// Replayed parts at which replays are full.
const FULL_REPLAYS: u64 = 10;
/// What attention is where a video played unseen and unheard; what being seen adds; what being heard adds.
const UNATTENDED: Millionths = Millionths(400_000);
const SEEN: Millionths = Millionths(400_000);
const HEARD: Millionths = Millionths(200_000);

/// What the score is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// Distinct content by length, 0 to 1.
    pub completion: Millionths,
    /// Share of the time played in which it was seen, 0 to 1.
    pub visible: Millionths,
    /// Share of the time played in which it was heard, 0 to 1.
    pub audible: Millionths,
    /// Interactions around it for each minute in which it was seen or heard or its page was active.
    pub interactions_per_minute: Millionths,
    /// Parts watched again.
    pub replayed_parts: u64,
}

/// One summand of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScorePart {
    /// Its name: `watching`, `activity`, `replays`.
    pub name: &'static str,
    /// Its points.
    pub points: Millionths,
    /// The most that it can be.
    pub most: i64,
    /// What it was computed from.
    pub why: String,
}

/// A score with the parts that add up to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EngagementScore {
    /// 0 to 100: the points, rounded.
    pub score: i64,
    /// The sum of the parts.
    pub points: Millionths,
    /// The parts.
    pub parts: Vec<ScorePart>,
}

/// The score by the formula of this module.
pub fn calculate_engagement_score(measures: &Measures) -> EngagementScore {
    let completion = measures.completion.as_share();
    let (visible, audible) = (measures.visible.as_share(), measures.audible.as_share());
    let attention = Millionths(UNATTENDED.0 + SEEN.times(visible).0 + HEARD.times(audible).0);
    let rate = measures.interactions_per_minute.max(Millionths::ZERO);
    let activity = Millionths::share(rate.0.unsigned_abs(), FULL_ACTIVITY.0.unsigned_abs());
    let replays = Millionths::share(measures.replayed_parts, FULL_REPLAYS);
    let part = |name, points, most, why| ScorePart { name, points, most, why };
    let parts = vec![
        part(
            "watching",
            completion.times(attention).many(WATCHING_POINTS),
            WATCHING_POINTS,
            format!(
                "{} % of the content, {} % of the time seen, {} % heard",
                completion.per_cent(),
                visible.per_cent(),
                audible.per_cent()
            ),
        ),
        part(
            "activity",
            completion.times(activity).many(ACTIVITY_POINTS),
            ACTIVITY_POINTS,
            format!(
                "{rate} interactions a minute, {FULL_ACTIVITY} are full, for {} % of the content",
                completion.per_cent()
            ),
        ),
        part(
            "replays",
            replays.many(REPLAY_POINTS),
            REPLAY_POINTS,
            format!("{} parts watched again, {FULL_REPLAYS} are full", measures.replayed_parts),
        ),
    ];
    let points = Millionths(parts.iter().map(|part| part.points.0).sum());
    EngagementScore { score: points.rounded(), points, parts }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: Measures = Measures {
        completion: Millionths::ONE,
        visible: Millionths::ONE,
        audible: Millionths::ONE,
        interactions_per_minute: FULL_ACTIVITY,
        replayed_parts: FULL_REPLAYS,
    };

    #[test]
    fn each_measure_takes_away_what_the_formula_says() {
        let quiet = Measures { interactions_per_minute: Millionths::ZERO, replayed_parts: 0, ..ALL };
        for (measures, score) in [
            (ALL, 100),
            (Measures::default(), 0),
            (Measures { completion: Millionths::ZERO, ..ALL }, 10),
            (quiet, 70),
            (Measures { visible: Millionths::ZERO, ..quiet }, 42),
            (Measures { audible: Millionths::ZERO, ..quiet }, 56),
            (Measures { visible: Millionths::ZERO, audible: Millionths::ZERO, ..quiet }, 28),
            (Measures { completion: Millionths(500_000), ..quiet }, 35),
            (Measures { interactions_per_minute: Millionths(2_500_000), ..quiet }, 80),
            (Measures { replayed_parts: 3, ..quiet }, 73),
            (Measures { completion: Millionths(i64::MAX), interactions_per_minute: Millionths(i64::MIN), ..ALL }, 80),
        ] {
            assert_eq!(calculate_engagement_score(&measures).score, score, "{measures:?}");
        }
    }

    fn any_measures() -> impl Strategy<Value = Measures> {
        let number = || any::<i64>().prop_map(|n| Millionths(n % 3_000_000));
        (number(), number(), number(), any::<i64>(), any::<u64>()).prop_map(
            |(completion, visible, audible, rate, parts)| Measures {
                completion,
                visible,
                audible,
                interactions_per_minute: Millionths(rate),
                replayed_parts: parts % 40,
            },
        )
    }

    proptest! {
        #[test]
        fn is_a_score_and_its_parts_add_up(measures in any_measures()) {
            let score = calculate_engagement_score(&measures);
            prop_assert!((0..=100).contains(&score.score));
            prop_assert_eq!(score.parts.iter().map(|part| part.points.0).sum::<i64>(), score.points.0);
            prop_assert!(score.parts.iter().all(|part| (0..=part.most * 1_000_000).contains(&part.points.0)));
        }

        #[test]
        fn no_measure_that_grows_lowers_it(measures in any_measures(), more in 0..1_000_000_i64, parts in 0..5_u64) {
            let before = calculate_engagement_score(&measures).points;
            let grown = |number: Millionths| Millionths(number.0.saturating_add(more));
            for better in [
                Measures { completion: grown(measures.completion), ..measures },
                Measures { visible: grown(measures.visible), ..measures },
                Measures { audible: grown(measures.audible), ..measures },
                Measures { interactions_per_minute: grown(measures.interactions_per_minute), ..measures },
                Measures { replayed_parts: measures.replayed_parts + parts, ..measures },
            ] {
                prop_assert!(calculate_engagement_score(&better).points >= before);
            }
        }
    }
}
