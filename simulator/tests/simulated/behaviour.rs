//! Patience and skill move what they should, in the direction that the documentation says.

use std::collections::BTreeMap;

use serde_json::Value;
use unsnag_simulator::{Event, SessionTruth, Simulation, Site, VisitorTruth};

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

/// The batches of each session, and in how many of them a player told that it played something again.
fn sessions_of(site: Site) -> BTreeMap<String, (Vec<String>, usize)> {
    let mut sessions: BTreeMap<String, (Vec<String>, usize)> = BTreeMap::new();
    for event in Simulation::new(3, 60, site.without_obstacles(), START) {
        let Event::Sealed { batch, .. } = event else { continue };
        let read: Value = serde_json::from_str(&batch).unwrap();
        let again = |event: &Value| event["type"] == "video" && event["data"]["replayed_s"].as_f64() > Some(0.0);
        let (batches, replayed) = sessions.entry(read["session"].as_str().unwrap().to_owned()).or_default();
        *replayed += usize::from(read["events"].as_array().unwrap().iter().any(again));
        batches.push(batch);
    }
    sessions
}

#[test]
fn some_go_back_in_a_lesson_with_hard_parts_and_nobody_else_does_anything_else() {
    let (plain, hard) = (sessions_of(Site::default()), sessions_of(Site::default().with_hard_parts()));
    let replaying = |sessions: &BTreeMap<String, (Vec<String>, usize)>| {
        sessions.values().filter(|(_, replayed)| *replayed > 0).count()
    };
    assert_eq!(replaying(&plain), 0);
    assert!(replaying(&hard) >= 2, "{} of {} sessions", replaying(&hard), hard.len());
    assert_eq!(plain.len(), hard.len());
    for (session, (batches, _)) in hard.iter().filter(|(_, (_, replayed))| *replayed == 0) {
        assert_eq!(Some(batches), plain.get(session).map(|(batches, _)| batches), "{session}");
    }
}
