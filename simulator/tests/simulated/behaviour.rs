//! Patience and skill move what they should, in the direction that the documentation says.

use unsnag_simulator::{SessionTruth, Simulation, VisitorTruth};

use super::determinism::START;
use super::hosted::troubled;

/// How many of the sessions of some visitors in which they were stuck ended by giving up, and how many there were.
fn gave_up(truth: &[VisitorTruth], whose: impl Fn(&VisitorTruth) -> bool) -> (f64, f64) {
    let stuck: Vec<&SessionTruth> = truth
        .iter()
        .filter(|visitor| whose(visitor))
        .flat_map(|visitor| &visitor.sessions)
        .filter(|session| session.was_stuck())
        .collect();
    let up = stuck.iter().filter(|session| session.gave_up_at.is_some()).count();
    (up as f64 / stuck.len() as f64, stuck.len() as f64)
}

/// The first group gives up more often than the second, beyond three standard errors of the difference.
fn check(what: &str, more: (f64, f64), less: (f64, f64)) {
    let error = (more.0 * (1.0 - more.0) / more.1 + less.0 * (1.0 - less.0) / less.1).sqrt();
    println!("{what}: {more:.2?} and {less:.2?}, standard error {error:.3}");
    assert!(more.0 - less.0 > 3.0 * error, "{what}: {more:?} and {less:?}, standard error {error}");
}

#[test]
fn the_patient_and_the_skilled_give_up_less() {
    let mut simulation = Simulation::new(6, 2000, troubled(), START);
    assert!(simulation.by_ref().count() > 10_000);
    let truth = simulation.truth();
    check(
        "patience",
        gave_up(&truth, |visitor| visitor.visitor.patience < 2.0),
        gave_up(&truth, |visitor| visitor.visitor.patience > 4.0),
    );
    check(
        "skill",
        gave_up(&truth, |visitor| visitor.visitor.skill < 0.5),
        gave_up(&truth, |visitor| visitor.visitor.skill > 0.7),
    );
    let succeeded = |stuck: bool| {
        let sessions = truth.iter().flat_map(|visitor| &visitor.sessions).filter(|each| each.was_stuck() == stuck);
        let (all, good) =
            sessions.fold((0.0, 0.0), |(all, good), each| (all + 1.0, good + f64::from(u8::from(each.succeeded))));
        (good / all, all)
    };
    check("obstacles", succeeded(false), succeeded(true));
}
