//! In front of a host: every batch is taken whole, help reaches the page as an SDK would show it, and outcomes come
//! back signed.

use std::collections::BTreeSet;

use unsnag_core::config::Config;
use unsnag_core::holdout::is_held_out;
use unsnag_core::limits::{FLUSH_EVENTS, MAX_BODY_BYTES};
use unsnag_simulator::{Simulation, Site};

use super::determinism::START;
use super::host::{Host, helpful, run};
use super::sessions::sessions;

/// The same site with every obstacle three times as common, so that few visitors meet many.
pub(crate) fn troubled() -> Site {
    let mut site = Site::default();
    site.obstacles.iter_mut().for_each(|obstacle| obstacle.probability = (obstacle.probability * 3.0).min(1.0));
    site
}

#[test]
fn a_host_takes_every_batch_whole_and_within_the_limits() {
    let run = run(Simulation::new(1, 200, Site::default(), START), &Host::helpful(1000), true);
    assert!(run.received.len() > 2000, "{}", run.received.len());
    let mut ids = BTreeSet::new();
    for received in &run.received {
        let events = received.batch["events"].as_array().unwrap().len();
        assert!(
            events <= FLUSH_EVENTS && received.bytes <= MAX_BODY_BYTES,
            "{events} events, {} bytes",
            received.bytes
        );
        assert_eq!(
            received.dispositions,
            serde_json::json!({"ok": events, "drop": {}}),
            "all are known, and all outcomes verified"
        );
        assert!(ids.insert(received.batch["batch_id"].to_string()), "a batch came twice");
    }
}

#[test]
fn batches_of_a_tab_are_numbered_without_a_gap() {
    let run = run(Simulation::new(2, 100, Site::default(), START), &Host::helpful(0), true);
    let mut next = std::collections::BTreeMap::new();
    for received in &run.received {
        let tab = (received.batch["session"].to_string(), received.batch["tab"].to_string());
        let expected: &mut u64 = next.entry(tab).or_default();
        assert_eq!(received.batch["seq"].as_u64(), Some(*expected));
        *expected += 1;
    }
}

#[test]
fn who_is_held_out_never_sees_help_and_who_is_not_does() {
    let run = run(Simulation::new(3, 400, troubled(), START), &Host::helpful(5000), true);
    let read = sessions(&run.received);
    let mut exposed = [0; 2];
    for visitor in &run.truth {
        let held_out = is_held_out("help", visitor.visitor.id.as_str(), 5000);
        for session in &visitor.sessions {
            assert!(session.exposures.iter().all(|exposure| exposure.held_out == held_out));
            exposed[usize::from(held_out)] += session.exposures.len();
            let outcomes = &read[&session.session].outcomes;
            let count = |what: &str| outcomes.iter().filter(|outcome| *outcome == what).count();
            let (shown, kept) = if held_out { (0, session.exposures.len()) } else { (session.exposures.len(), 0) };
            assert_eq!((count("shown"), count("held_out")), (shown, kept), "{session:?}");
            if held_out {
                assert_eq!(count("clicked") + count("dismissed") + count("expired"), 0);
                assert!(session.exposures.iter().all(|exposure| exposure.reaction.is_none()));
            }
        }
    }
    assert!(exposed.iter().all(|exposures| *exposures > 50), "{exposed:?}");
    let all = |what: &str| read.values().flat_map(|session| &session.outcomes).filter(|each| *each == what).count();
    for what in ["clicked", "dismissed", "expired", "helped"] {
        assert!(all(what) > 0, "nothing was {what}");
    }
}

#[test]
fn rules_that_need_no_score_act_in_the_page_and_are_verified_by_the_host() {
    let config = helpful(0).json().replace(r#""level":"low","#, r#""level":null,"#);
    let config = Config::from_json(config.as_bytes()).unwrap();
    assert!(config.policy.rules.iter().all(|rule| rule.level.is_none()));
    let simulation = Simulation::new(5, 150, troubled(), START).with_config(&config);
    let run = run(simulation, &Host::new(config), true);
    let exposures: Vec<_> =
        run.truth.iter().flat_map(|visitor| &visitor.sessions).flat_map(|session| &session.exposures).collect();
    assert!(exposures.len() > 30, "{}", exposures.len());
    // What is told before the host's signature has come goes without one, as in the SDK.
    let at_once = ["shown", "held_out"];
    let later: Vec<_> = run
        .received
        .iter()
        .flat_map(|received| &received.outcomes)
        .filter(|(what, _)| !at_once.contains(&what.as_str()))
        .collect();
    assert!(later.len() > 10 && later.iter().all(|(_, verified)| *verified), "{later:?}");
}

#[test]
fn without_answers_nobody_is_offered_help() {
    let run = run(Simulation::new(3, 100, troubled(), START), &Host::helpful(0), false);
    assert!(run.truth.iter().all(|visitor| !visitor.was_exposed() && visitor.true_effect().abs() < 1e-12));
    assert!(run.truth.iter().any(unsnag_simulator::VisitorTruth::was_stuck));
}
