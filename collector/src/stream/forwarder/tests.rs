//! Forwarding from a real log into a stream that does what a test says.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use unsnag_core::time::{Millis, UnixMillis};

use crate::log::{Batch, Log, LogOptions};
use crate::stream::keep_forwarding;
use crate::time::Clock;

/// What a request comes to, by its number.
type Script = fn(usize, &[Arc<Record>]) -> Outcome;

#[derive(Clone)]
struct Scripted {
    script: Script,
    requests: Arc<AtomicUsize>,
    arrived: Arc<Mutex<Vec<u64>>>,
}

impl Put for Scripted {
    async fn put(&self, records: &[Arc<Record>]) -> (Outcome, String) {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        let outcome = (self.script)(request, records);
        if let Outcome::Each(results) = &outcome {
            let confirmed = records.iter().zip(results).filter(|(_, result)| result.is_ok());
            self.arrived.lock().unwrap().extend(confirmed.map(|(record, _)| record.sequence));
        }
        (outcome, String::new())
    }
}

fn all_arrive(_: usize, records: &[Arc<Record>]) -> Outcome {
    Outcome::Each(vec![Ok(()); records.len()])
}

/// A log in a folder, and where it is forwarded to.
struct Bench {
    log: Arc<Log>,
    stream: Scripted,
    status: Arc<Status>,
    stop: watch::Sender<bool>,
    running: Option<tokio::task::JoinHandle<()>>,
}

impl Bench {
    fn new(dir: &std::path::Path, script: Script) -> Self {
        let (max_bytes, retention) = (u64::MAX, Millis(u64::MAX));
        let options = LogOptions { dir: dir.to_owned(), max_bytes, retention, followers: Vec::new() };
        let log = Arc::new(Log::open(&options, Clock::held(UnixMillis(0)), Arc::default(), Arc::default()).unwrap());
        let stream = Scripted { script, requests: Arc::default(), arrived: Arc::default() };
        Self { log, stream, status: Arc::default(), stop: watch::Sender::new(false), running: None }
    }

    fn start(&mut self) {
        let follower = self.log.follower("test").unwrap();
        let forwarding =
            keep_forwarding(follower, Arc::clone(&self.status), self.stream.clone(), self.stop.subscribe());
        self.running = Some(tokio::spawn(forwarding));
    }

    async fn append(&self, records: u64) {
        for _ in 0..records {
            let name = self.log.status().next_sequence.to_string();
            let record = br#"{"batch":{"session":"s"}}"#.to_vec();
            self.log.append(Batch { name, received_at: UnixMillis(0), record, answer: Vec::new() }).await.unwrap();
        }
    }

    async fn until_checkpoint(&self, checkpoint: u64) {
        let arrived = async {
            while self.status.snapshot().checkpoint < checkpoint {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), arrived).await;
        assert!(waited.is_ok(), "{:?}", self.status.snapshot());
    }

    async fn stop(mut self) -> Vec<u64> {
        self.stop.send_replace(true);
        self.running.take().unwrap().await.unwrap();
        let log = Arc::clone(&self.log);
        tokio::task::spawn_blocking(move || log.close()).await.unwrap();
        self.stream.arrived.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn forwards_what_the_log_has_and_what_comes() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path(), all_arrive);
    bench.append(5).await;
    bench.start();
    bench.until_checkpoint(5).await;
    bench.append(5).await;
    bench.until_checkpoint(10).await;
    assert_eq!(bench.status.snapshot().forwarded, 10);
    assert_eq!(bench.stop().await, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn goes_on_at_the_checkpoint_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..2 {
        let mut bench = Bench::new(dir.path(), all_arrive);
        bench.append(4).await;
        bench.start();
        bench.until_checkpoint(4 * (round + 1)).await;
        assert_eq!(bench.stop().await, (4 * round..4 * (round + 1)).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn brings_every_record_through_whatever_fails() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path(), |request, records| match request % 5 {
        0 => Outcome::Whole(Fault::Throttled),
        1 => Outcome::Whole(Fault::Connection),
        2 => Outcome::Each(
            records.iter().map(|record| (record.sequence % 3 > 0).then_some(()).ok_or(Fault::Internal)).collect(),
        ),
        _ => all_arrive(request, records),
    });
    bench.append(200).await;
    bench.start();
    bench.append(100).await;
    bench.until_checkpoint(300).await;
    let snapshot = bench.status.snapshot();
    assert!(snapshot.failed_attempts.iter().any(|(code, count)| *code == "throttled" && *count > 0), "{snapshot:?}");
    let arrived = bench.stop().await;
    assert_eq!(arrived.iter().copied().collect::<BTreeSet<_>>(), (0..300).collect());
    assert_eq!(arrived.len(), 300, "what is confirmed is not sent again");
}

#[tokio::test]
async fn sends_again_after_a_restart_what_was_confirmed_behind_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path(), |_, records| {
        Outcome::Each(
            records.iter().map(|record| (record.sequence != 2).then_some(()).ok_or(Fault::Internal)).collect(),
        )
    });
    bench.append(5).await;
    bench.start();
    bench.until_checkpoint(2).await;
    assert_eq!(bench.stop().await, [0, 1, 3, 4]);

    let mut bench = Bench::new(dir.path(), all_arrive);
    bench.start();
    bench.until_checkpoint(5).await;
    assert_eq!(bench.stop().await, [2, 3, 4]);
}

#[tokio::test]
async fn lets_others_pass_a_record_that_has_to_wait() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path(), |_, records| {
        Outcome::Each(records.iter().map(|record| (record.sequence > 0).then_some(()).ok_or(Fault::Refused)).collect())
    });
    bench.append(1).await;
    bench.start();
    while bench.status.snapshot().failed_attempts.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let asked = Instant::now();
    bench.append(1).await;
    while bench.status.snapshot().forwarded == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(bench.stop().await, [1]);
}

#[tokio::test]
async fn sets_aside_a_record_that_the_stream_refuses_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path(), |request, records| {
        let holds_it = records.iter().any(|record| record.sequence == 2);
        if holds_it { Outcome::Whole(Fault::Refused) } else { all_arrive(request, records) }
    });
    bench.append(5).await;
    bench.start();
    while bench.status.snapshot().set_aside == 0 {
        bench.append(1).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let written = bench.log.status().next_sequence;
    bench.until_checkpoint(written).await;
    assert_eq!(bench.status.snapshot().refused, 0);
    let mut arrived = bench.stop().await;
    arrived.sort_unstable();
    assert_eq!(arrived, (0..written).filter(|sequence| *sequence != 2).collect::<Vec<_>>());
    let letters = std::fs::read_to_string(dir.path().join("dead-letters.jsonl")).unwrap();
    let letter: serde_json::Value = serde_json::from_str(&letters).unwrap();
    assert_eq!((&letter["sequence"], &letter["record"]["batch"]["session"]), (&2.into(), &"s".into()));
}

#[tokio::test]
async fn begins_anew_after_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(dir.path(), |request, records| {
        assert!(request != 1, "a panic in a request");
        all_arrive(request, records)
    });
    bench.append(2).await;
    bench.start();
    bench.until_checkpoint(2).await;
    bench.append(2).await;
    bench.until_checkpoint(4).await;
    assert_eq!(bench.stop().await, [0, 1, 2, 3]);
}

#[test]
fn keeps_a_session_in_one_shard() {
    for (record, key) in [
        (r#"{"v":1,"batch":{"v":1,"session":"s-1","events":[]},"risk":{}}"#, "s-1"),
        (r#"{"batch":{"session":"a\u0062c"}}"#, "abc"),
        (r#"{"batch":{"session":""}}"#, "unknown"),
        ("{}", "unknown"),
        ("[", "unknown"),
    ] {
        assert_eq!(partition_key(record.as_bytes()), key, "{record}");
    }
}
