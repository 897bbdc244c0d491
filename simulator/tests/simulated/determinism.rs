//! The same arguments give the same bytes.

use std::fmt::Write as _;

use unsnag_core::time::UnixMillis;
use unsnag_simulator::{Event, Simulation, Site};

use super::host::{Host, run};

pub(crate) const START: UnixMillis = UnixMillis(1_767_225_600_000);

/// Everything that a simulation of 200 visitors says, as one text.
fn said(seed: u64) -> String {
    let mut simulation = Simulation::new(seed, 200, Site::default(), START).with_recordings();
    let mut text = String::new();
    for event in simulation.by_ref() {
        let written = match event {
            Event::Sealed { visitor, at, batch } => writeln!(text, "{visitor} {} {batch}", at.0),
            Event::Recorded { visitor, recording, .. } => writeln!(text, "{visitor} {}", recording.text),
        };
        written.unwrap();
    }
    for visitor in simulation.truth() {
        writeln!(text, "{}", visitor.to_json()).unwrap();
    }
    text
}

#[test]
fn two_hundred_visitors_repeat_by_seed_and_differ_by_seed() {
    let first = said(1);
    assert!(first == said(1), "the same seed gave other bytes");
    assert!(first != said(2), "another seed gave the same bytes");
    assert!(first.lines().count() > 10_000);
}

#[test]
fn answers_repeat_too() {
    let host = Host::helpful(5000);
    let answered = || {
        let simulation = Simulation::new(9, 60, Site::default(), START);
        let run = run(simulation, &host, true);
        run.truth.iter().map(|visitor| visitor.to_json().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(answered(), answered());
}

#[test]
fn no_visitors_and_no_pages_send_nothing() {
    assert_eq!(Simulation::new(1, 0, Site::default(), START).count(), 0);
    let nowhere = Site { pages: Vec::new(), ..Site::default() };
    assert_eq!(Simulation::new(1, 5, nowhere, START).count(), 0);
}

#[test]
fn visitors_are_persons_over_several_sessions_and_at_times_two_tabs() {
    let run = run(Simulation::new(4, 200, Site::default(), START), &Host::helpful(0), false);
    let mut ids: Vec<&str> = run.truth.iter().map(|visitor| visitor.visitor.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    let sessions: usize = run.truth.iter().map(|visitor| visitor.sessions.len()).sum();
    // 1 / (1 − 0.35) = 1.54 sessions a visitor; four standard errors of 200 are 0.26.
    assert!((256..=360).contains(&sessions), "{sessions}");
    assert!(run.truth.iter().all(|visitor| visitor.sessions.iter().all(|session| session.ended.is_some())));
    let read = super::sessions::sessions(&run.received);
    assert_eq!(read.len(), sessions, "every session sends something");
    let two_tabs = read.values().filter(|session| session.tabs.len() == 2).count();
    assert!(two_tabs > 0 && two_tabs * 4 < sessions, "{two_tabs} of {sessions}");
}

#[test]
fn visitors_come_again_as_often_as_they_are_told_to() {
    let sessions = |comes_again: f64| {
        let mut simulation = Simulation::new(5, 300, Site::default(), START).with_returns(comes_again);
        assert!(simulation.by_ref().count() > 0);
        let truth = simulation.truth();
        let apart = |pair: &[unsnag_simulator::SessionTruth]| pair[0].ended < Some(pair[1].began);
        assert!(truth.iter().all(|visitor| visitor.sessions.windows(2).all(apart)), "one after the other");
        truth.iter().map(|visitor| visitor.sessions.len()).sum::<usize>()
    };
    assert_eq!(sessions(0.0), 300);
    // 1 / (1 − 0.6) = 2.5 sessions a visitor, deviation √0.6 / 0.4 = 1.94; four standard errors of 300 are 0.45.
    let found = sessions(0.6);
    assert!((616..=884).contains(&found), "{found}");
}
