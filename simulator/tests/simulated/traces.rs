//! Traces: a replay says of a tab what its pages said.

use unsnag_core::replay::Replay;
use unsnag_core::signal::Signal;
use unsnag_simulator::Simulation;

use super::determinism::START;
use super::host::{Host, run};
use super::hosted::troubled;

#[test]
fn a_replay_of_the_trace_says_the_same_signals() {
    let simulation = Simulation::new(7, 200, troubled(), START).with_recordings();
    let run = run(simulation, &Host::helpful(2000), true);
    let (mut signals, mut over_pages) = (0, 0);
    for recording in &run.recordings {
        let mut replay = Replay::open(&recording.text, None).unwrap();
        let mut said: Vec<Signal> = Vec::new();
        while let Some(step) = replay.step() {
            said.extend(step.unwrap());
        }
        assert_eq!(said, recording.signals, "{}", recording.text);
        signals += said.len();
        over_pages += u32::from(recording.text.matches(r#""k":"page","#).count() > 1);
        let summary: serde_json::Value = serde_json::from_str(&replay.summary()).unwrap();
        assert_eq!(summary["summary"]["out_of_order"], 0);
    }
    assert!(signals > 1000 && over_pages > 150, "{signals} revisions, {over_pages} tabs with several pages");
}

#[test]
fn every_tab_is_recorded_once() {
    let simulation = Simulation::new(7, 100, troubled(), START).with_recordings();
    let run = run(simulation, &Host::helpful(0), false);
    let read = super::sessions::sessions(&run.received);
    let tabs: usize = read.values().map(|session| session.tabs.len()).sum();
    let mut names: Vec<_> = run.recordings.iter().map(|each| (&each.session, &each.tab)).collect();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), run.recordings.len()), (tabs, tabs));
}
