//! What is behind the stream, as a whole: simulated visitors send as browsers do, a running collector keeps, analyses
//! and helps, and what came of it is measured.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use unsnag_analysis::analyst::AnalystGuard;
use unsnag_analysis::orchestrate::{Catalogue, Site};
use unsnag_analysis::risk::RiskGuard;
use unsnag_analysis::store::{Embedded, Span, Store as _};
use unsnag_analysis::{Analysis, Consumed, Playbook};
use unsnag_core::config::Config;
use unsnag_core::risk::Level;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_simulator::{Answer, Simulation};
use unsnag_test_http::Request;
use unsnag_tests::{Collector, binary};

const VISITORS: usize = 200;
const SEED: u64 = 7;

/// Batches are taken for a day; an hour of it is left for the test.
const DAY: Millis = Millis(23 * 60 * 60 * 1000);

/// A third is held out, so that both arms have visitors enough among two hundred.
const SITE: &str = r#"{"experiment": {"id": "help", "holdout_basis_points": 3300}, "quiet_hours": ["00:00", "00:00"]}"#;

/// How long the analysis may take to catch up.
const CATCH_UP: Duration = Duration::from_mins(2);

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    UnixMillis(since.as_millis() as u64)
}

fn address(collector: &Collector) -> SocketAddr {
    collector.url().trim_start_matches("http://").parse().expect("a collector listens on an address")
}

/// Everything that this many visitors send within a day, with the collector's answers handed back to their pages.
fn send_a_day(collector: &Collector) -> usize {
    let now = now();
    let start = UnixMillis(now.0 - DAY.0);
    let mut simulation = Simulation::new(SEED, VISITORS, unsnag_simulator::Site::default(), start)
        .with_days(1)
        .with_config(&Config::embedded());
    let address = address(collector);
    let send = |batch: &str| -> Result<Option<Answer>, String> {
        let answer = Request::post("/v1/batch?key=demo", batch.to_owned())
            .header("content-type", "text/plain;charset=utf-8")
            .send(address);
        if answer.status != 200 {
            return Err(answer.text());
        }
        let answer = Answer::read(&answer.body);
        // A page in trouble sends its next batch seconds later. Here it comes at once, so the analysis is waited for.
        if answer.as_ref().is_some_and(|answer| answer.level >= Level::Medium) {
            caught_up(address);
        }
        Ok(answer)
    };
    simulation.play(now, send).expect("every batch is taken")
}

/// Returns once everything of the log has its effect.
fn caught_up(address: SocketAddr) {
    let start = Instant::now();
    while !Request::get("/metrics").send(address).text().contains("\nunsnag_analysis_behind_records 0\n") {
        assert!(start.elapsed() < CATCH_UP, "the analysis does not catch up");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn report(collector: &Collector) -> Value {
    let answer = Request::get("/analysis.json?days=30").send(address(collector));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The records of a stopped collector's log.
fn records(log: &Path) -> Vec<Vec<u8>> {
    let mut command = std::process::Command::new(binary("unsnag").expect("it was built"));
    let output = command.args(["tail", "--json", "--log-dir"]).arg(log).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

/// What is the same in any order of the records: what is kept of tabs, pages, videos and exposures, and of sessions and
/// visitors the parts that follow from those.
async fn kept(store: &Embedded) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for partition in store.partitions("", 100_000).await.expect("a store can be read") {
        for (sort, item) in store.query(&partition, &Span::default(), 100_000).await.expect("a store can be read") {
            let kind = sort.split(' ').next().unwrap_or_default();
            let value = match (partition.split(' ').next().unwrap_or_default(), kind) {
                ("session", "tab" | "seen") | ("day", _) | ("visitor", "video") => {
                    String::from_utf8_lossy(&item.value).into_owned()
                }
                ("session", "session") => {
                    let session: Value = serde_json::from_slice(&item.value).expect("it is JSON");
                    let parts = ["visitor", "began", "ended", "pages", "features", "observed"];
                    parts.map(|part| session[part].to_string()).join(" ")
                }
                ("visitor", "profile") => {
                    let profile: Value = serde_json::from_slice(&item.value).expect("it is JSON");
                    profile["history"].to_string()
                }
                _ => continue,
            };
            all.push((format!("{partition} {sort}"), value));
        }
    }
    all
}

/// A new analysis of these records in this order.
async fn analysed(dir: &Path, records: impl Iterator<Item = &Vec<u8>>, now: UnixMillis) -> (Embedded, Analysis) {
    let store = Embedded::open(dir).expect("a store can be made");
    let site = Site::from_json(SITE).expect("it is valid");
    let playbook = Playbook { catalogue: Catalogue::embedded(), site };
    let analysis =
        Analysis::new(Arc::new(store.clone()), RiskGuard::new(None), AnalystGuard::new(None), playbook, Vec::new());
    for record in records {
        analysis.consume(record, now).await.expect("a record of the collector's has an effect");
    }
    (store, analysis)
}

/// Small whole numbers in no order that is easy to see.
fn shuffled<T>(mut all: Vec<T>) -> Vec<T> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for last in (1..all.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.swap(last, (state % (last as u64 + 1)) as usize);
    }
    all
}

#[test]
fn two_hundred_visitors_are_understood_helped_and_measured_in_any_order_and_repetition() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("site.json"), SITE).expect("it can be written");
    let dir = folder.path().display().to_string();
    let args = ["--analysis-dir", &dir, "--client-rate-per-s", "0", "--key", "demo=;0"];
    let collector = Collector::start(&args).expect("a collector starts");
    let sent = send_a_day(&collector);
    caught_up(address(&collector));
    let report = report(&collector);
    let health = &report["health"];
    assert_eq!((&health["consumed"], &health["poison"]), (&sent.into(), &0.into()), "{health}");
    assert_eq!(health["model"]["name"], "prescore");
    println!("{sent} batches; health {health}");

    // Where people get stuck, whose sessions, and which help helped.
    let count = |list: &Value, name: &str| -> u64 {
        list.as_array().expect("it is a list").iter().map(|row| row[name].as_u64().unwrap_or_default()).sum()
    };
    let pages = report["pages"].as_array().expect("it is a list");
    assert!(pages.len() >= 3, "{pages:?}");
    assert!(pages.iter().any(|page| count(&page["signals"], "count") > 10), "{pages:?}");
    assert!(pages.iter().any(|page| page["forms"].as_array().is_some_and(|forms| !forms.is_empty())), "{pages:?}");
    let sessions = report["sessions"].as_array().expect("it is a list");
    assert_eq!(sessions.len(), 50);
    let explained = sessions.iter().filter(|session| session["explanation"].is_string()).count();
    assert!(explained > 5, "{explained} of 50 sessions are explained");
    let nudges = report["nudges"].as_array().expect("it is a list");
    let of_analysis = nudges.iter().filter(|nudge| nudge["by"] == "analysis");
    let (shown, held_out) = of_analysis.fold((0, 0), |(shown, held_out), nudge| {
        let count = |value: &Value| value.as_u64().unwrap_or_default();
        (shown + count(&nudge["shown"]), held_out + count(&nudge["holdout"]["episodes"]))
    });
    assert!(shown > 5 && held_out > 0, "{nudges:?}");

    let log = collector.stop().expect("it stops in order");
    let records = records(log.path());
    assert_eq!(records.len(), sent);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let now = now();
        let (first, _) = analysed(&folder.path().join("once"), records.iter(), now).await;
        let twice = shuffled(records.iter().chain(&records).collect());
        let (second, analysis) = analysed(&folder.path().join("twice"), twice.into_iter(), now).await;
        let counts = analysis.counts();
        assert_eq!((counts.consumed, counts.repeated), (sent as u64, sent as u64));
        let (first, second) = (kept(&first).await, kept(&second).await);
        assert!(first.len() > sent, "{} items", first.len());
        for (one, other) in first.iter().zip(&second) {
            assert_eq!(one, other);
        }
        assert_eq!(first.len(), second.len());
        assert_eq!(analysis.consume(&records[0], now).await, Ok(Consumed::Repeated));
    });
}
