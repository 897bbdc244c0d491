//! Reports over episodes, and what the intervals are worth over many repetitions.

use super::*;
use crate::orchestrate::Draws;

fn episode(id: usize, visitor: Option<usize>, arm: Arm, succeeded: bool) -> Episode {
    Episode {
        id: format!("i-{id}"),
        visitor: visitor.map(|visitor| format!("v-{visitor}")),
        experiment: "help".to_owned(),
        entry: if id.is_multiple_of(2) { "a" } else { "b" }.to_owned(),
        arm,
        exposed: true,
        clicked: false,
        dismissed: false,
        succeeded,
    }
}

/// One arm of simulated visitors: how many, their mean success rate, how far visitors differ from it (0: not at all,
/// 1: each either always or never succeeds), and from which seed. Visitors have 1 to 6 episodes.
fn simulated(visitors: u64, rate: f64, spread: f64, seed: u64) -> Vec<Cluster> {
    let draws = Draws::new(seed);
    (0..visitors)
        .map(|visitor| {
            let chance = |n: u64| draws.uniform(visitor * 16 + n);
            let always = if chance(0) < rate { 1.0 } else { 0.0 };
            let own = spread * always + (1.0 - spread) * rate;
            let episodes = 1 + (chance(1) * 6.0) as u32;
            let successes = (0..episodes).filter(|n| chance(2 + u64::from(*n)) < own).count() as u32;
            Cluster { episodes, successes }
        })
        .collect()
}

fn seeds(repetition: u64) -> (u64, u64) {
    let draws = Draws::of("repetition");
    let seed = |n| (draws.uniform(n) * 9e15) as u64;
    (seed(2 * repetition), seed(2 * repetition + 1))
}

#[test]
fn intervals_of_equal_arms_cover_zero_as_often_as_they_say() {
    for (treated, held_out, rate, spread) in [(200, 200, 0.5, 0.6), (300, 60, 0.3, 0.3), (100, 100, 0.7, 0.0)] {
        let covered = (0..1_000)
            .filter(|repetition| {
                let (first, second) = seeds(*repetition);
                let (treat, holdout) =
                    (simulated(treated, rate, spread, first), simulated(held_out, rate, spread, second));
                let got = estimate::difference(&treat, &holdout).unwrap();
                got.low <= 0.0 && 0.0 <= got.high
            })
            .count();
        assert!((930..=970).contains(&covered), "{covered} of 1,000 at {treated}, {held_out}, {rate}, {spread}");
    }
}

#[test]
fn a_known_effect_is_found() {
    let (mut found, mut covered, mut sum) = (0, 0, 0.0);
    for repetition in 0..200 {
        let (first, second) = seeds(repetition);
        let got = estimate::difference(&simulated(400, 0.65, 0.3, first), &simulated(400, 0.5, 0.3, second)).unwrap();
        found += u32::from(got.low > 0.0);
        covered += u32::from(got.low <= 0.15 && 0.15 <= got.high);
        sum += got.points;
    }
    assert!(found >= 190, "found in {found} of 200");
    assert!(covered >= 182, "covered in {covered} of 200");
    assert!((sum / 200.0 - 0.15_f64).abs() < 0.01, "{} on average", sum / 200.0);
}

#[test]
fn visitors_with_many_episodes_alike_widen_the_interval() {
    let width = |spread: f64| {
        let got = estimate::difference(&simulated(200, 0.5, spread, 1), &simulated(200, 0.5, spread, 2)).unwrap();
        got.high - got.low
    };
    let (independent, alike) = (width(0.0), width(0.9));
    assert!(alike > 1.5 * independent, "{alike} against {independent}");

    // The same episodes, each taken for a visitor of its own, are said to be known far better than they are.
    let apart = |clusters: Vec<Cluster>| -> Vec<Cluster> {
        let each = |cluster: Cluster| {
            (0..cluster.episodes).map(move |n| Cluster { episodes: 1, successes: u32::from(n < cluster.successes) })
        };
        clusters.into_iter().flat_map(each).collect()
    };
    let (treat, holdout) = (simulated(200, 0.5, 0.9, 1), simulated(200, 0.5, 0.9, 2));
    let clustered = estimate::difference(&treat, &holdout).unwrap();
    let naive = estimate::difference(&apart(treat), &apart(holdout)).unwrap();
    assert!((clustered.points - naive.points).abs() < 1e-12);
    assert!(clustered.standard_error > 1.5 * naive.standard_error);
}

/// 40 visitors in each arm with two episodes each, of which the treated succeed in both and the held out in one.
fn rows() -> Vec<Episode> {
    let mut rows = Vec::new();
    for visitor in 0..80 {
        let arm = if visitor < 40 { Arm::Treat } else { Arm::Holdout };
        for n in 0..2 {
            rows.push(episode(2 * visitor + n, Some(visitor), arm, n == 0 || visitor < 40));
        }
    }
    rows
}

#[test]
fn a_report_counts_both_arms_and_says_their_difference_overall_and_by_entry() {
    let report = Episodes::from(rows()).uplift("help");
    let Effect { treat, holdout, uplift, why } = report.overall;
    assert_eq!((treat.visitors, treat.episodes, treat.succeeded), (40, 80, 80));
    assert_eq!((holdout.visitors, holdout.episodes, holdout.succeeded), (40, 80, 40));
    assert_eq!((uplift.unwrap().points, why), (0.5, None));
    let points: Vec<_> =
        report.entries.iter().map(|(entry, effect)| (entry.as_str(), effect.uplift.unwrap().points)).collect();
    assert_eq!(points, [("a", 0.0), ("b", 1.0)]);
    assert!(Episodes::from(rows()).uplift("other").overall.why.is_some());
}

#[test]
fn too_few_visitors_in_an_arm_are_not_enough() {
    let mut rows = rows();
    rows.retain(|row| row.visitor.as_ref().is_some_and(|visitor| visitor != "v-0"));
    for (held_out, why) in [(LEAST_VISITORS, None), (LEAST_VISITORS - 1, Some(Lacks::NotEnough))] {
        let kept: Vec<Episode> = rows
            .iter()
            .filter(|row| {
                let visitor: usize = row.visitor.as_ref().and_then(|v| v[2..].parse().ok()).unwrap();
                visitor < 40 + held_out
            })
            .cloned()
            .collect();
        let effect = Episodes::from(kept).uplift("help").overall;
        assert_eq!((effect.why, effect.uplift.is_none()), (why, why.is_some()), "{held_out} held out");
    }
    assert_eq!(serde_json::to_value(Lacks::NotEnough).unwrap(), "not_enough");
}

#[test]
fn who_has_no_id_or_is_in_both_arms_is_left_out_and_counted() {
    let mut all = rows();
    let expected = Episodes::from(all.clone()).uplift("help").overall;
    for n in 0..5 {
        all.push(episode(1_000 + n, None, Arm::Treat, false));
    }
    all.push(episode(2_000, Some(99), Arm::Treat, false));
    all.push(episode(2_001, Some(99), Arm::Holdout, true));
    let report = Episodes::from(all).uplift("help");
    assert_eq!((report.overall, report.without_id, report.in_both_arms), (expected, 5, 1));
}

#[test]
fn the_order_of_rows_their_repetition_and_their_parts_do_not_matter() {
    let forward = Episodes::from(rows());
    let mut in_parts: Vec<Episode> = Vec::new();
    for row in rows() {
        in_parts.push(Episode { exposed: false, ..row.clone() });
        in_parts.push(Episode { succeeded: false, ..row.clone() });
        in_parts.push(row);
    }
    in_parts.reverse();
    let (first, second) = in_parts.split_at(77);
    let mut merged = Episodes::from(first.to_vec());
    merged.merge(&Episodes::from(second.to_vec()));
    merged.merge(&forward);
    assert_eq!(merged, forward);
    assert_eq!(merged.experiments(), BTreeSet::from(["help"]));
    let json = serde_json::to_string(&merged).unwrap();
    assert_eq!(serde_json::from_str::<Episodes>(&json).unwrap(), merged);
}

#[test]
fn experiments_are_measured_apart() {
    let mut all = rows();
    all.extend(rows().into_iter().map(|row| Episode {
        experiment: "other".to_owned(),
        arm: if row.arm == Arm::Treat { Arm::Holdout } else { Arm::Treat },
        ..row
    }));
    let episodes = Episodes::from(all);
    let points = |experiment: &str| episodes.uplift(experiment).overall.uplift.unwrap().points;
    assert_eq!((points("help"), points("other")), (0.5, -0.5));
}
