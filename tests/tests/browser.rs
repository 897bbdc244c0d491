//! The product in a real browser: a stuck visitor is helped and everything is on disk, the SDK leaves the page as it
//! found it, and the dashboard shows operators what came of it all.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use unsnag_core::config::Config;
use unsnag_kinesis_stub::{Options, Stub};
use unsnag_tests::visitors::{self, RISK, SITE, VIDEOS};
use unsnag_tests::{Collector, Demo, Edge, binary, run_script};

/// Every event of a stopped collector's log.
fn events_on_disk(log: &std::path::Path) -> Result<Vec<Value>> {
    let output = Command::new(binary("unsnag")?).args(["tail", "--json", "--log-dir"]).arg(log).output()?;
    events_of(String::from_utf8(output.stdout)?.lines())
}

/// Every event of these stream records.
fn events_of<'a>(records: impl IntoIterator<Item = &'a str>) -> Result<Vec<Value>> {
    let mut events = Vec::new();
    for line in records {
        let record: Value = serde_json::from_str(line).with_context(|| format!("no record: {line}"))?;
        events.extend(record["batch"]["events"].as_array().context("a record without events")?.iter().cloned());
    }
    Ok(events)
}

/// What the page saw, and what is kept of it: the signal, and what became of the help, vouched for by the host.
fn check_help(seen: &Value, events: &[Value]) {
    assert_eq!(seen["preflights"], 0, "{seen}");
    assert_eq!(seen["stepper"]["raised"], 0, "{seen}");
    let rage = |event: &&Value| event["type"] == "signal" && event["data"]["kind"] == "rage_click";
    assert!(events.iter().any(|event| rage(&event)), "no rage click was kept: {events:#?}");
    let helped: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "outcome" && event["data"]["intervention"] == seen["intervention"]["id"])
        .collect();
    for what in ["shown", "clicked", "helped"] {
        let outcome = helped.iter().find(|event| event["data"]["what"] == what);
        let outcome = outcome.unwrap_or_else(|| panic!("no outcome {what} was kept: {helped:#?}"));
        assert_eq!(outcome["verified"], true, "{outcome}");
        assert_eq!(outcome["data"]["decision"], seen["intervention"]["decision"], "{outcome}");
    }
}

#[test]
fn a_stuck_visitor_is_helped_and_everything_is_on_disk() {
    let demo = Demo::start(&[]).unwrap();
    let seen = run_script("browser/e2e.mjs", &[demo.shop(), demo.collector()]).unwrap();
    let log = demo.stop().unwrap();
    check_help(&seen, &events_on_disk(log.path()).unwrap());
}

#[test]
fn a_stuck_visitor_is_helped_by_the_worker_and_everything_is_in_the_stream() {
    let stub = Stub::start(Options::default()).unwrap();
    let edge = Edge::start(&stub, &[]).unwrap();
    let demo = Demo::start_at_edge(&edge, &stub).unwrap();
    let seen = run_script("browser/e2e.mjs", &[demo.shop(), edge.url()]).unwrap();
    let records = stub.records();
    let texts: Vec<&str> = records.iter().map(|record| std::str::from_utf8(&record.data).unwrap()).collect();
    check_help(&seen, &events_of(texts.iter().copied()).unwrap());
    assert!(texts.iter().all(|text| text.contains(r#""host":"edge""#)), "{texts:#?}");
}

#[test]
fn help_that_is_pushed_later_reaches_the_page_and_its_outcome_counts() {
    const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let mut config: Value = serde_json::from_str(Config::embedded().json()).unwrap();
    config["rules"] = json!([]);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, config.to_string()).unwrap();
    let keys = format!("analysis:{SECRET}");
    let args = ["--without-analysis", "--page-config", &file.path().display().to_string()];
    let demo = Demo::start_with(&args, &[("UNSNAG_PUSH_KEYS", &keys)]).unwrap();
    run_script("browser/later.mjs", &[demo.shop(), demo.collector(), "analysis", SECRET]).unwrap();
    let log = demo.stop().unwrap();
    let events = events_on_disk(log.path()).unwrap();
    for intervention in ["i-channel", "i-answer"] {
        let outcome = |event: &&Value| event["type"] == "outcome" && event["data"]["intervention"] == intervention;
        let outcomes: Vec<&Value> = events.iter().filter(outcome).collect();
        assert!(outcomes.iter().any(|event| event["data"]["what"] == "shown"), "{outcomes:#?}");
        assert!(outcomes.iter().all(|event| event["verified"] == true), "{outcomes:#?}");
    }
}

#[test]
fn the_sdk_leaves_the_page_as_it_found_it() {
    let demo = Demo::start(&[]).unwrap();
    let seen = run_script("browser/sdk.mjs", &["sdk-wasm/dist", demo.collector()]).unwrap();
    let checks = seen["checks"].as_array().unwrap();
    assert!(checks.len() >= 10, "{seen}");
}

/// Enough that each kind of help was due, and some have watched the lesson.
const VISITORS: usize = 40;
const SEED: u64 = 7;

#[test]
fn the_dashboard_is_full_and_can_be_read_and_used_on_any_screen() {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [("site.json", SITE), ("videos.json", VIDEOS), ("risk.json", RISK)] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let dir = folder.path().display().to_string();
    let collector =
        Collector::start(&["--analysis-dir", &dir, "--client-rate-per-s", "0", "--key", "demo=;0"]).unwrap();
    let empty = run_script("browser/dashboard.mjs", &[collector.url(), "empty"]).unwrap();
    assert!(empty["texts"].as_u64() > Some(20), "{empty}");
    visitors::send_a_day(&collector, SEED, VISITORS).unwrap();
    let seen = run_script("browser/dashboard.mjs", &[collector.url(), "full"]).unwrap();
    assert!(seen["texts"].as_u64() > Some(1000) && seen["controls"].as_u64() > Some(30), "{seen}");
}
