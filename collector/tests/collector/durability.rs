//! What was answered is on disk, whatever happens next.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use unsnag_test_http::Request;

use super::support::batch::{batch_with_id, good, new_id, post};
use super::support::process::{Collector, output, records};

fn batch_ids(records: &[serde_json::Value]) -> Vec<String> {
    records.iter().map(|record| record["batch"]["batch_id"].as_str().unwrap().to_owned()).collect()
}

fn send_one(collector: &Collector) -> String {
    let id = new_id();
    let answer = post(batch_with_id(&id, &[good("e")])).send(collector.address);
    assert_eq!(answer.status, 200, "{}", answer.text());
    id
}

#[test]
fn keeps_every_answered_batch_when_killed_under_load() {
    let mut collector = Collector::start();
    let answered = Arc::new(Mutex::new(Vec::new()));
    let stop = Arc::new(AtomicBool::new(false));
    let address = collector.address;
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (answered, stop) = (Arc::clone(&answered), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let id = new_id();
                    let request = post(batch_with_id(&id, &[good("e")]));
                    // The kill cuts connections; a request without an answer promises nothing.
                    let Ok(answer) = request.try_send(address) else {
                        return;
                    };
                    if answer.status == 200 {
                        answered.lock().unwrap().push(id);
                    }
                }
            })
        })
        .collect();
    while answered.lock().unwrap().len() < 300 {
        std::thread::sleep(Duration::from_millis(5));
    }
    collector.running.kill();
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    let on_disk: HashSet<String> = batch_ids(&collector.records()).into_iter().collect();
    let answered = answered.lock().unwrap();
    let lost: Vec<_> = answered.iter().filter(|id| !on_disk.contains(*id)).collect();
    assert!(lost.is_empty(), "{} of {} answered batches are lost", lost.len(), answered.len());
}

#[test]
fn goes_on_where_it_stopped() {
    let collector = Collector::start();
    let mut sent = vec![send_one(&collector), send_one(&collector)];
    let mut collector = collector.restart();
    sent.push(send_one(&collector));
    assert!(collector.running.terminate().success());
    assert_eq!(batch_ids(&collector.records()), sent);
}

#[test]
fn ends_with_success_when_asked_to_stop() {
    let mut collector = Collector::start();
    send_one(&collector);
    assert!(collector.running.terminate().success());
}

#[test]
fn prints_the_log_for_people_and_from_a_place_on() {
    let mut collector = Collector::start();
    for _ in 0..3 {
        send_one(&collector);
    }
    collector.running.terminate();
    let dir = collector.log_dir();
    let dir = dir.to_str().unwrap();
    let all = String::from_utf8(output(["tail", "--log-dir", dir]).stdout).unwrap();
    assert_eq!(all.lines().count(), 3);
    assert!(all.lines().all(|line| line.contains("session=session-1  events=1")), "{all}");
    let rest = String::from_utf8(output(["tail", "--log-dir", dir, "--from", "2"]).stdout).unwrap();
    assert_eq!(rest, all.lines().last().unwrap().to_owned() + "\n");
}

#[test]
fn says_that_a_running_collector_holds_the_log() {
    let collector = Collector::start();
    let output = output(["tail", "--log-dir", collector.log_dir().to_str().unwrap()]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("in use by a running collector"), "{message}");
    assert!(message.contains("(log_locked)") && message.contains("--follow"), "{message}");
}

#[test]
fn says_that_there_is_no_log_and_makes_none() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("nothing");
    let output = output(["tail", "--log-dir", missing.to_str().unwrap()]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("(log_missing)"), "{message}");
    assert!(!missing.exists());
}

#[test]
fn refuses_batches_when_the_log_is_full_and_keeps_what_it_has() {
    let mut collector =
        Collector::start_with(&["--client-rate-per-s", "0", "--key", "demo=;0", "--log-max-bytes", "1048576"]);
    let filler = format!(r#"{{"name":"{}","props":{{}}}}"#, "x".repeat(400));
    let mut accepted = 0;
    let refused = loop {
        let events: Vec<String> = (0..100)
            .map(|at| {
                super::support::batch::event(&format!("e{at}"), &super::support::batch::now().to_string(), &filler)
            })
            .collect();
        let answer = post(batch_with_id(&new_id(), &events)).send(collector.address);
        if answer.status != 200 {
            break answer;
        }
        accepted += 1;
        assert!(accepted < 200, "the limit never acts");
    };
    assert_eq!((refused.status, refused.code().as_str()), (503, "log_full"));
    assert_eq!(refused.header("retry-after"), Some("30"));
    assert_eq!(refused.json()["error"]["retryable"], true);
    let ready = Request::get("/readyz").send(collector.address);
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains("log.max_bytes"), "{}", ready.text());
    collector.running.terminate();
    assert_eq!(records(&collector.log_dir()).len(), accepted);
}
