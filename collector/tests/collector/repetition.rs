//! A batch counts once, however often and in whatever order it comes, and gets one answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;
use unsnag_kinesis_stub::{Options, Stub};

use super::support::batch::{batch_with_id, good, new_id, post};
use super::support::process::{Collector, unsnag};
use super::support::stream::{STREAM, arguments, metric, unsnag_with_credentials, until_forwarded};

/// What a shop's checkout sent after a rage click.
const RECORDED: &str = include_str!("../../../tests/bench/batch.json");
/// A little after it was sealed.
const HELD: &str = "1795553680000";

/// The recorded batch as several sessions and tabs send it, some of it with a bad event more.
fn recorded(number: usize) -> (String, String) {
    let mut batch: serde_json::Value = serde_json::from_str(RECORDED).unwrap();
    let id = format!("{number:022}");
    batch["batch_id"] = id.clone().into();
    batch["session"] = format!("session-{}", number % 5).into();
    batch["tab"] = format!("tab-{}", number % 3).into();
    batch["seq"] = number.into();
    let events = batch["events"].as_array_mut().unwrap();
    events.truncate(1 + number % 8);
    if number.is_multiple_of(4) {
        events.push(serde_json::json!({"id": "old", "type": "help", "at": 1, "data": {}}));
    }
    (id, batch.to_string())
}

/// Sends the batches of these numbers; the answer to each, which must be the same each time.
fn answers(address: SocketAddr, order: &[usize]) -> BTreeMap<String, Vec<u8>> {
    let mut answers = BTreeMap::new();
    for number in order {
        let (id, batch) = recorded(*number);
        let answer = post(batch).send(address);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let first = answers.entry(id).or_insert_with(|| answer.body.clone());
        assert_eq!(*first, answer.body, "batch {number} got another answer than before");
    }
    answers
}

/// Answers and records of the stream after these batches came, records by batch and without repetitions.
fn outcome(order: &[usize]) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, String>) {
    let stub = Stub::start(Options::default()).unwrap();
    let mut command = unsnag_with_credentials();
    command.env("UNSNAG_SIGNING_KEYS", "07".repeat(32)).env("UNSNAG_HELD_CLOCK_MS", HELD);
    let arguments = arguments(&stub.url());
    let collector =
        Collector::start_command(command, TempDir::new().unwrap(), &arguments.each_ref().map(String::as_str));
    let answers = answers(collector.address, order);
    until_forwarded(&collector);
    let records = stub.records().into_iter().map(|record| {
        assert_eq!(record.stream, STREAM);
        let text = String::from_utf8(record.data.to_vec()).unwrap();
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        (parsed["batch"]["batch_id"].as_str().unwrap().to_owned(), text)
    });
    (answers, records.collect())
}

#[test]
fn any_order_and_any_repetition_come_to_the_same() {
    const BATCHES: usize = 24;
    let expected = outcome(&(0..BATCHES).collect::<Vec<_>>());
    assert_eq!((expected.0.len(), expected.1.len()), (BATCHES, BATCHES));
    let orders = proptest::collection::vec(0..BATCHES, 0..2 * BATCHES)
        .prop_map(|more| (0..BATCHES).chain(more).collect::<Vec<_>>())
        .prop_shuffle();
    let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
    runner
        .run(&orders, |order| {
            prop_assert_eq!(outcome(&order), expected.clone(), "in the order {:?}", order);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_batch_that_was_answered_before_a_restart_gets_that_answer_and_counts_once() {
    let collector = Collector::start();
    let batch = batch_with_id(&new_id(), &[good("e"), good("e")]);
    let first = post(batch.clone()).send(collector.address);
    assert_eq!(first.status, 200, "{}", first.text());
    let collector = collector.restart();
    let again = post(batch.clone()).send(collector.address);
    let (mut first, mut again) = (first.json(), again.json());
    // What the page sets its clock by is the time of each answer.
    let [before, after] = [&mut first, &mut again].map(|answer| answer["server_time"].take().as_u64().unwrap());
    assert!(after > before, "{before} {after}");
    assert_eq!(again, first);
    assert_eq!(metric(collector.address, "unsnag_batches_repeated_total"), 1);
    assert_eq!(metric(collector.address, "unsnag_events_total{disposition=\"repeated\"}"), 2);
    assert_eq!(metric(collector.address, "unsnag_log_next_sequence"), 1);
}

#[test]
fn a_batch_of_the_same_id_in_another_tab_is_another_batch() {
    let collector = Collector::start();
    let batch = batch_with_id(&new_id(), &[good("e")]);
    for tab in ["tab-1", "tab-2"] {
        assert_eq!(post(batch.replace("tab-1", tab)).send(collector.address).status, 200);
    }
    assert_eq!(metric(collector.address, "unsnag_log_next_sequence"), 2);
    assert_eq!(metric(collector.address, "unsnag_batches_repeated_total"), 0);
}

#[test]
fn what_a_damaged_journal_cost_is_told_and_the_rest_is_kept() {
    let mut collector = Collector::start();
    let sent: Vec<_> = (0..5).map(|_| batch_with_id(&new_id(), &[good("e")])).collect();
    for batch in &sent {
        assert_eq!(post(batch.clone()).send(collector.address).status, 200);
    }
    assert!(collector.running.terminate().success());
    // In the middle of the third record.
    let id = &sent[2][sent[2].find("00000").unwrap()..][..22];
    for entry in std::fs::read_dir(collector.log_dir().join("records")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            let mut bytes = std::fs::read(&path).unwrap();
            let mark = format!("\"batch_id\":\"{id}\"");
            let at = bytes.windows(mark.len()).rposition(|window| window == mark.as_bytes()).unwrap();
            bytes[at] ^= 1;
            std::fs::write(&path, bytes).unwrap();
        }
    }
    let told = super::support::process::output(["tail", "--log-dir", collector.log_dir().to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("(log_damaged)"), "{told:?}");
    let collector = Collector::start_in(collector.into_dir(), &["--client-rate-per-s", "0", "--key", "demo=;0"]);
    assert_eq!(metric(collector.address, "unsnag_log_lost_records"), 1);
    let errors = collector.errors();
    for code in ["log_journal_damaged", "log_records_lost"] {
        assert!(errors.contains(code), "{errors}");
    }
    for batch in &sent {
        assert_eq!(post(batch.clone()).send(collector.address).status, 200);
    }
    assert_eq!(metric(collector.address, "unsnag_batches_repeated_total"), 4);
    let mut collector = collector;
    assert!(collector.running.terminate().success());
    assert_eq!(collector.records().len(), 5);
}

#[test]
fn says_what_is_wrong_with_a_retention() {
    for (value, place) in [("0", "1 to 36500"), ("many", "1 to 36500")] {
        let told = unsnag().args(["serve", "--retention-days", value]).output().unwrap();
        let message = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(2), "{message}");
        assert!(message.contains("retention_days") && message.contains(place), "{message}");
    }
}
