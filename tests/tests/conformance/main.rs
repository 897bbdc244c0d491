//! Edge worker and collector give the same bytes the same status, body and headers, and store the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod compare;
mod contract;
mod elapsed;
mod faults;
mod hosts;
mod stored;

use serde_json::Value;
use unsnag_core::config::Config;
use unsnag_test_http::Request;
use unsnag_tests::conformance::{
    Batch, CALM, Case, NOW, decisions, event, events, fields, good, origins, reads, requests, transport,
};

use hosts::{Hosts, Setup};

/// Asks both hosts everything, then looks at what they have stored.
fn check(setup: Setup, cases: impl IntoIterator<Item = Vec<Case>>) {
    let mut hosts = Hosts::start(setup);
    for cases in cases {
        hosts.ask_all(&cases);
    }
    hosts.finish();
}

#[test]
fn refuse_bad_requests_with_the_same_code_and_store_nothing() {
    check(Setup::PLAIN, [requests::refused_unread(), requests::refused_bodies()]);
}

#[test]
fn answer_what_is_wrong_twice_in_the_documented_order() {
    check(Setup::PLAIN, [requests::doubly_bad()]);
}

#[test]
fn refuse_a_batch_for_any_part_that_is_missing_or_wrong() {
    check(Setup::PLAIN, [fields::refused(), fields::kept()]);
}

#[test]
fn drop_bad_events_and_keep_their_neighbours() {
    check(Setup::PLAIN, [events::dropped(), events::times()]);
}

#[test]
fn keep_what_is_only_unusual_and_say_which_outcomes_are_verified() {
    check(Setup::PLAIN, [events::kept(), decisions::outcomes()]);
}

#[test]
fn accept_every_way_in_which_a_good_batch_may_arrive() {
    check(Setup::PLAIN, [transport::accepted()]);
}

#[test]
fn let_only_allowed_pages_ask_and_read() {
    check(Setup::PLAIN, [origins::cases()]);
}

#[test]
fn serve_the_configuration_their_health_and_a_contract_that_names_every_route_and_every_code() {
    let mut hosts = Hosts::start(Setup::PLAIN);
    hosts.ask_all(&reads::configuration(&Config::embedded()));
    hosts.ask_all(&reads::open());
    let gaps = contract::gaps(&Request::get("/openapi.json").send(hosts.edge).json());
    hosts.finish();
    assert!(gaps.is_empty(), "{gaps:#?}");
}

#[test]
fn propose_help_by_the_configured_rules_and_hold_out_the_same_visitors() {
    let setup = Setup { config: Some(decisions::EXPERIMENT), ..Setup::PLAIN };
    let config = Config::from_json(decisions::EXPERIMENT.as_bytes()).unwrap();
    check(setup, [decisions::rules(), decisions::outcomes(), reads::configuration(&config)]);
}

#[test]
fn score_the_same_and_rank_trouble_above_calm() {
    let mut hosts = Hosts::start(Setup::PLAIN);
    let mut last = -1.0;
    for case in decisions::vectors() {
        let score = hosts.ask(&case).json()["risk"]["score"].as_f64().unwrap();
        hosts.note(&case, (score <= last).then(|| format!("{score} is not above {last}, the score of less trouble")));
        last = score;
    }
    hosts.ask_all(&decisions::raised());
    hosts.finish();
}

#[test]
fn hold_a_level_once_reached_and_let_the_page_change_nothing_else() {
    let mut hosts = Hosts::start(Setup::PLAIN);
    let level = |answer: &Value| answer["risk"]["level"].as_str().unwrap_or_default().to_owned();
    let rank = |level: &str| ["low", "medium", "high", "critical"].iter().position(|known| *known == level);
    let mut held = 0;
    for step in 0..=40 {
        let mut vector = CALM;
        vector[6] = f64::from(step) / 20.0;
        let after = |level: &str| {
            let state = format!(r#"{{"level":"{level}"}}"#);
            let batch = Batch::new().features(&vector).with("policy_state", state);
            Case::accepted(format!("click_frustration {} after {level}", vector[6]), &batch)
        };
        let after_low = hosts.ask(&after("low")).json();
        let case = after("critical");
        let after_high = hosts.ask(&case).json();
        if rank(&level(&after_high)) < rank(&level(&after_low)) {
            hosts.note(&case, [format!("{} is less than {}", level(&after_high), level(&after_low))]);
        }
        if after_high["risk"]["score"] != after_low["risk"]["score"] {
            hosts.note(&case, ["what the page says has changed the score".to_owned()]);
        }
        held += usize::from(level(&after_high) != level(&after_low));
    }
    assert!(held > 0, "no level was ever held");
    assert!(held < 41, "every level was held");
    hosts.finish();
}

#[test]
fn let_what_one_page_claims_change_no_other_visitors_answer() {
    let mut hosts = Hosts::start(Setup::PLAIN);
    let rage = r#"{"signal":"s","kind":"rage_click","grade":"likely"}"#;
    let session = |name: &str| {
        let events = [event("e", "signal", NOW, rage)];
        Batch::of(events).with("session", format!("\"{name}\""))
    };
    // Another batch each time: a repeated one would get its earlier answer.
    let neighbour = || Case::accepted("a neighbour", &session("neighbour")).answers("/decision/rule", "rage");
    let before = hosts.ask(&neighbour());
    for claim in
        [r#"{"level":"critical"}"#, r#"{"dismissed":4294967295}"#, r#"{"shown":[{"id":"i-1","at":1}],"dismissed":2}"#]
    {
        hosts.ask(&Case::accepted(claim, &session("claims").with("policy_state", claim)));
    }
    let refused = session("claims").with("policy_state", r#"{"dismissed":-1}"#);
    hosts.ask(&Case::new("junk", refused.post(), 400, "invalid_batch"));
    let neighbour = neighbour();
    let after = hosts.ask(&neighbour);
    for part in ["risk", "policy_state", "accepted"] {
        let (before, after) = (before.json()[part].clone(), after.json()[part].clone());
        hosts.note(&neighbour, (before != after).then(|| format!("{part} was {before} and is {after}")));
    }
    hosts.finish();
}

#[test]
fn answer_a_repeated_batch_with_the_same_bytes() {
    let mut hosts = Hosts::start(Setup::PLAIN);
    let rage = event("r", "signal", NOW, r#"{"signal":"s","kind":"rage_click","grade":"likely"}"#);
    let half_bad = Batch::of([good("e"), "7".to_owned()]);
    for case in [
        Case::accepted("a calm batch", &Batch::new()),
        Case::accepted("a batch with a proposal", &Batch::of([good("e"), rage])).answers("/decision/rule", "rage"),
        Case::accepted("a batch with a dropped event", &half_bad).drops(&[(None, "invalid_field")]),
    ] {
        let first = hosts.ask(&case);
        for _ in 0..3 {
            let again = hosts.ask(&case);
            hosts.note(&case, compare::differences(&first, &again));
        }
    }
    hosts.finish();
}
