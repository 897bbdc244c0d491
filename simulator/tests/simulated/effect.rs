//! The true effect of help: what the ground truth says, what two worlds with the same visitors show, and what an
//! experiment with a holdout finds.

use std::collections::BTreeMap;

use unsnag_simulator::{Effects, Reaction, SessionTruth, Simulation, VisitorTruth};

use super::determinism::START;
use super::host::{Host, run};
use super::hosted::troubled;

const VISITORS: usize = 2000;

/// The first session of each visitor in which help was due to somebody stuck, by the visitor's number.
fn first_exposed(truth: &[VisitorTruth]) -> BTreeMap<usize, &SessionTruth> {
    let stuck = |session: &&SessionTruth| session.exposures.first().is_some_and(|first| first.obstacle.is_some());
    let exposed = |visitor: &VisitorTruth| visitor.sessions.iter().position(|session| !session.exposures.is_empty());
    let all = truth.iter().enumerate();
    all.filter_map(|(number, visitor)| {
        let session = &visitor.sessions[exposed(visitor)?];
        stuck(&session).then_some((number, session))
    })
    .collect()
}

fn world(effects: Effects, holdout_basis_points: u32) -> Vec<VisitorTruth> {
    let simulation = Simulation::new(8, VISITORS, troubled(), START).with_effects(effects);
    run(simulation, &Host::helpful(holdout_basis_points), true).truth
}

fn mean(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    (values.iter().sum::<f64>() / n, n)
}

/// Four standard errors of the difference of two shares.
fn four_errors((p, n): (f64, f64), (q, m): (f64, f64)) -> f64 {
    4.0 * (p * (1.0 - p) / n + q * (1.0 - q) / m).sqrt()
}

fn success(session: &SessionTruth) -> f64 {
    f64::from(u8::from(session.succeeded))
}

/// Until the first offer both worlds are one, visitor by visitor, so the mean of the differences of their outcomes is
/// the effect. What it should be follows from the parts: of all who were offered help the share r read it; of those it
/// gets past the obstacle as many as its effects say, w on average; and these succeed as often as who got past it does,
/// p₊, where without help p₀ of the readers would have: r · w · (p₊ − p₀). The two may differ by four standard errors
/// of the mean difference, which chance exceeds once in 16,000 runs.
#[test]
fn the_true_effect_shows_between_two_worlds_and_in_an_experiment() {
    let (treated, untreated) = (world(Effects::default(), 0), world(Effects::default(), 10_000));
    let (with, without) = (first_exposed(&treated), first_exposed(&untreated));
    let moments = |exposed: &BTreeMap<usize, &SessionTruth>| {
        exposed.iter().map(|(number, session)| (*number, session.exposures[0].at)).collect::<Vec<_>>()
    };
    assert_eq!(moments(&with), moments(&without), "until the first offer both worlds are one");

    let pairs = with.iter().map(|(number, session)| success(session) - success(without[number]));
    let (effect, n) = mean(pairs.clone());
    let spread = mean(pairs.map(|difference| (difference - effect) * (difference - effect))).0;
    let error = (spread / n).sqrt();
    let reaction = |session: &SessionTruth| session.exposures[0].reaction;
    let readers = || with.iter().filter(|(_, session)| reaction(session).is_some());
    let works = mean(readers().map(|(_, session)| session.exposures[0].effect)).0;
    let past = mean(
        readers()
            .filter(|(_, session)| reaction(session) == Some(Reaction::Click { solves: true }))
            .map(|(_, session)| success(session)),
    );
    let (anyhow, read) = mean(readers().map(|(number, _)| success(without[number])));
    let expected = read / n * works * (past.0 - anyhow);
    println!("{read} of {n} read it, it works {works:.3}, past it succeed {past:.3?}, anyhow {anyhow:.3}");
    println!("effect {effect:.3}, expected {expected:.3}, standard error {error:.3}");
    assert!((effect - expected).abs() <= 4.0 * error, "{effect}, expected {expected} ± {}", 4.0 * error);
    assert!(effect > 3.0 * error, "{effect} could be chance, standard error {error}");

    let experiment = world(Effects::default(), 5000);
    let exposed = first_exposed(&experiment);
    let arm = |held_out: bool| {
        mean(exposed.values().filter(|each| each.exposures[0].held_out == held_out).map(|each| success(each)))
    };
    let (treat, holdout) = (arm(false), arm(true));
    let found = treat.0 - holdout.0;
    println!("experiment: {treat:.3?} against {holdout:.3?}: {found:.3}");
    let most = four_errors(treat, holdout);
    assert!((found - effect).abs() <= most, "found {found}, true {effect} ± {most}");
}

#[test]
fn help_of_no_use_has_no_effect() {
    let experiment = world(Effects::default().without_use(), 5000);
    let exposed = first_exposed(&experiment);
    assert!(exposed.values().all(|session| session.exposures[0].effect.abs() < 1e-12));
    let arm = |held_out: bool| {
        mean(exposed.values().filter(|each| each.exposures[0].held_out == held_out).map(|each| success(each)))
    };
    let (treat, holdout) = (arm(false), arm(true));
    println!("{treat:.3?} against {holdout:.3?}");
    assert!((treat.0 - holdout.0).abs() <= four_errors(treat, holdout), "{treat:?} {holdout:?}");
}
