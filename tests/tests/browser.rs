//! The product in a real browser: a stuck visitor is helped and everything is on disk, and the SDK leaves the page as
//! it found it.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;
use unsnag_tests::{Demo, binary, run_script};

/// Every event of a stopped collector's log.
fn events_on_disk(log: &std::path::Path) -> Result<Vec<Value>> {
    let output = Command::new(binary("unsnag")?).args(["tail", "--json", "--log-dir"]).arg(log).output()?;
    let said = String::from_utf8(output.stdout)?;
    let mut events = Vec::new();
    for line in said.lines() {
        let record: Value = serde_json::from_str(line).with_context(|| format!("no record: {line}"))?;
        events.extend(record["batch"]["events"].as_array().context("a record without events")?.iter().cloned());
    }
    Ok(events)
}

#[test]
fn a_stuck_visitor_is_helped_and_everything_is_on_disk() {
    let demo = Demo::start(&[]).unwrap();
    let seen = run_script("e2e.mjs", &[demo.shop(), demo.collector()]).unwrap();
    assert_eq!(seen["preflights"], 0, "{seen}");
    assert_eq!(seen["stepper"]["raised"], 0, "{seen}");

    let log = demo.stop().unwrap();
    let events = events_on_disk(log.path()).unwrap();
    let rage = |event: &&Value| event["type"] == "signal" && event["data"]["kind"] == "rage_click";
    assert!(events.iter().any(|event| rage(&event)), "no rage click on disk: {events:#?}");
    let helped: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "outcome" && event["data"]["intervention"] == seen["intervention"]["id"])
        .collect();
    for what in ["shown", "clicked", "helped"] {
        let outcome = helped.iter().find(|event| event["data"]["what"] == what);
        let outcome = outcome.unwrap_or_else(|| panic!("no outcome {what} on disk: {helped:#?}"));
        assert_eq!(outcome["verified"], true, "{outcome}");
        assert_eq!(outcome["data"]["decision"], seen["intervention"]["decision"], "{outcome}");
    }
}

#[test]
fn the_sdk_leaves_the_page_as_it_found_it() {
    let demo = Demo::start(&[]).unwrap();
    let seen = run_script("sdk.mjs", &["sdk-wasm/dist", demo.collector()]).unwrap();
    let checks = seen["checks"].as_array().unwrap();
    assert!(checks.len() >= 10, "{seen}");
}
