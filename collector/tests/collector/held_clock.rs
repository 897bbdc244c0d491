//! A held clock: the same bytes at the same time get the same answer.

use tempfile::TempDir;

use super::support::batch::{batch_with_id, event, post};
use super::support::process::{Collector, output};

const HELD: &str = "1700000000000";

/// A batch from the time at which the clock is held.
fn recorded(at: &str) -> String {
    batch_with_id("AAAAAAAAAAAAAAAAAAAAAA", &[event("e", at, r#"{"name":"probe","props":{}}"#)])
}

#[test]
fn gives_the_same_bytes_the_same_answer() {
    let keys = format!("UNSNAG_SIGNING_KEYS={}", "07".repeat(32));
    let (name, value) = keys.split_once('=').unwrap();
    let batch = recorded(HELD);
    let answers: Vec<_> = (0..2)
        .map(|_| {
            let mut command = super::support::process::unsnag();
            command.env(name, value).env("UNSNAG_HELD_CLOCK_MS", HELD);
            let collector = Collector::start_command(command, TempDir::new().unwrap(), &[]);
            std::thread::sleep(std::time::Duration::from_millis(5));
            post(batch.clone()).send(collector.address)
        })
        .collect();
    assert_eq!(answers[0].status, 200, "{}", answers[0].text());
    assert_eq!(answers[0].json()["accepted"], 1, "the batch is not old at that time");
    assert_eq!(answers[0].json()["server_time"], 1_700_000_000_000_u64);
    assert_eq!(answers[0].body, answers[1].body);
}

#[test]
fn judges_times_by_the_held_clock() {
    let collector = Collector::start_with(&["--held-clock-ms", HELD]);
    let late = (1_700_000_000_000_u64 + 24 * 60 * 60 * 1000).to_string();
    let answer = post(recorded(&late)).send(collector.address);
    assert_eq!(answer.json()["dropped"][0]["code"], "time_in_future", "{}", answer.text());
}

#[test]
fn limits_rates_by_the_real_clock() {
    let collector = Collector::start_with(&["--held-clock-ms", HELD, "--key", "demo=;1"]);
    let send = || post(recorded(HELD)).send(collector.address).status;
    let refused = (0..10).any(|_| send() == 429);
    assert!(refused, "a batch a second");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(send(), 200);
}

#[test]
fn is_for_this_machine_only() {
    let told = output(["serve", "--held-clock-ms", "x", "--listen", "0.0.0.0:0", "--key", "shop=https://shop.example"]);
    let message = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(2), "{message}");
    for part in ["a held clock is for this machine only", "held_clock_ms: \"x\" is not a whole number"] {
        assert!(message.contains(part), "{message}");
    }
}
