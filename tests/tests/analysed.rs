//! What is behind the stream, as a whole: simulated visitors send as browsers do, a running collector keeps, analyses
//! and helps, and what came of it is measured.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use unsnag_analysis::analyst::AnalystGuard;
use unsnag_analysis::orchestrate::{Catalogue, Site};
use unsnag_analysis::risk::RiskGuard;
use unsnag_analysis::store::{Embedded, ItemKey};
use unsnag_analysis::video::VideoCatalogue;
use unsnag_analysis::{Analysis, Consumed, Playbook};
use unsnag_core::time::UnixMillis;
use unsnag_test_http::Request;
use unsnag_tests::visitors::{RISK, SITE, VIDEOS, address, catch_up, now, send, send_a_day};
use unsnag_tests::{Collector, binary};

const VISITORS: usize = 200;
const SEED: u64 = 7;

/// Signs in both collectors: what a page tells of a decision counts by its signature.
const SIGNING: (&str, &str) =
    ("UNSNAG_SIGNING_KEYS", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

/// Events of a stopped collector's log that say what became of help, and those of them that no host vouches for.
fn outcomes(records: &[Vec<u8>]) -> (usize, usize) {
    let records = records.iter().map(|record| serde_json::from_slice::<Value>(record).expect("it is JSON"));
    let (mut all, mut unverified) = (0, 0);
    for record in records {
        let events = record["batch"]["events"].as_array().expect("it is a list").clone();
        for event in events.iter().filter(|event| event["type"] == "outcome") {
            all += 1;
            unverified += usize::from(event["verified"] != true);
        }
    }
    (all, unverified)
}

/// A collector that analyses in this folder.
fn start(dir: &Path) -> Collector {
    std::fs::create_dir_all(dir).expect("a folder can be made");
    for (file, text) in [("site.json", SITE), ("videos.json", VIDEOS), ("risk.json", RISK)] {
        std::fs::write(dir.join(file), text).expect("it can be written");
    }
    let dir = dir.display().to_string();
    let args = ["--analysis-dir", &dir, "--client-rate-per-s", "0", "--key", "demo=;0"];
    Collector::start_with(&args, &[SIGNING]).expect("a collector starts")
}

fn report(collector: &Collector) -> Value {
    let answer = Request::get("/analysis.json?days=30").send(address(collector).expect("it listens on an address"));
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

/// What is the same in any order of the records: what is kept of tabs, pages and videos, and of sessions, visitors and
/// exposures the parts that follow from those. What the analysis decides on the way depends on what is known by then.
fn kept(store: &Embedded) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (ItemKey { partition, sort }, item) in store.all().expect("a store can be read") {
        let json = || serde_json::from_slice::<Value>(&item.value).expect("it is JSON");
        let kind = sort.split(' ').next().unwrap_or_default();
        let value = match (partition.split(' ').next().unwrap_or_default(), kind) {
            ("session", "tab" | "seen") | ("day" | "sites", _) | ("visitor", "video" | "visit") => {
                String::from_utf8_lossy(&item.value).into_owned()
            }
            ("session", "session") => {
                let session = json();
                let parts = ["visitor", "began", "ended", "pages", "features", "observed"];
                parts.map(|part| session[part].to_string()).join(" ")
            }
            ("visitor", "profile") => format!("{} {}", json()["history"], json()["results"]),
            ("episode", _) if json()["offered"]["by"] == "rule" => json().to_string(),
            _ => continue,
        };
        all.push((format!("{partition} {sort}"), value));
    }
    all
}

/// What the analysis of a stopped collector keeps, but for what depends on the order.
fn kept_in(dir: &Path) -> Vec<(String, String)> {
    kept(&Embedded::open(&dir.join("table")).expect("a stopped collector leaves it"))
}

fn assert_same(one: &[(String, String)], other: &[(String, String)]) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
    assert_eq!(one.len(), other.len());
}

/// A new analysis of these records in this order.
async fn analysed(dir: &Path, records: impl Iterator<Item = &Vec<u8>>, now: UnixMillis) -> (Embedded, Analysis) {
    let store = Embedded::open(dir).expect("a store can be made");
    let site = Site::from_json(SITE).expect("it is valid");
    let videos = VideoCatalogue::from_json(VIDEOS.as_bytes()).expect("it is valid");
    let playbook = Playbook { catalogue: Catalogue::embedded(), site, videos };
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

/// How the lesson was watched, over all who did, and by the visitors of the sessions told of.
fn check_videos(report: &Value) {
    let [lesson] = report["videos"].as_array().expect("it is a list").as_slice() else {
        panic!("the lesson is not the only video: {}", report["videos"])
    };
    assert_eq!((&lesson["title"], &lesson["length_s"]), (&"Brewing at home".into(), &360.into()), "{lesson}");
    let sum = |name: &str| lesson[name].as_array().expect("it is a list").iter().filter_map(Value::as_i64).sum::<i64>();
    let number = |name: &str| lesson[name].as_i64().unwrap_or_else(|| panic!("no {name}: {lesson}"));
    assert!(number("plays") > 20 && number("stalled") > 0 && number("stall_ms") > 0, "{lesson}");
    assert_eq!(
        sum("left") + number("ended"),
        number("plays"),
        "whoever does not see the end leaves somewhere: {lesson}"
    );
    assert!((1..=number("plays")).contains(&number("visitors")), "{lesson}");
    assert_eq!(
        (sum("engagement_bands"), sum("completion_bands")),
        (number("visitors"), number("visitors")),
        "{lesson}"
    );
    assert!((1..=100).contains(&number("engagement")), "{lesson}");
    assert!(!lesson["replayed"].as_array().expect("it is a list").is_empty(), "{lesson}");
    let sessions = report["sessions"].as_array().expect("it is a list");
    let viewers: Vec<&Value> =
        sessions.iter().map(|session| &session["video"]).filter(|video| video.is_object()).collect();
    assert!(!viewers.is_empty(), "no session's visitor has watched anything");
    for viewer in viewers {
        let score = viewer["newest"][0]["score"].as_i64();
        assert!(score.is_some_and(|score| (0..=100).contains(&score)), "{viewer}");
        assert_eq!(viewer["newest"][0]["why"].as_array().map(Vec::len), Some(3), "{viewer}");
        assert!(viewer["learning"]["unavailable"]["why"].is_string(), "one lesson says nothing of learning: {viewer}");
    }
}

#[test]
fn two_hundred_visitors_are_understood_helped_and_measured_in_any_order_and_repetition() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let live = folder.path().join("live");
    let collector = start(&live);
    let batches = send_a_day(&collector, SEED, VISITORS).expect("every batch is taken");
    let sent = batches.len();
    let report = report(&collector);
    let health = &report["health"];
    assert_eq!((&health["consumed"], &health["poison"]), (&sent.into(), &0.into()), "{health}");
    assert_eq!(health["model"]["name"], "history");
    let shadow = &health["model"]["variant"];
    assert!(shadow["shadowed"].as_u64().is_some_and(|count| count > 100), "{shadow}");
    assert_eq!((&shadow["shadowed"], &shadow["shadow_failed"]), (&shadow["shadow_agreed"], &0.into()), "{shadow}");
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

    check_videos(&report);

    let log = collector.stop().expect("it stops in order");
    let records = records(log.path());
    assert_eq!(records.len(), sent);
    // Unverified is only what left the page within the time of an answer.
    let (outcomes, unverified) = outcomes(&records);
    println!("{outcomes} outcomes, {unverified} of them unverified");
    assert!(unverified * 50 <= outcomes, "{unverified} of {outcomes}");
    let live = kept_in(&live);
    assert!(live.len() > sent, "{} items", live.len());
    let by_rules = live.iter().filter(|(key, _)| key.starts_with("episode ")).count();
    assert!(by_rules > 10, "{by_rules} exposures of what rules proposed");

    // Pages send again what was not answered, and in no order that is promised.
    let again = folder.path().join("again");
    let collector = start(&again);
    let to = address(&collector).expect("it listens on an address");
    for batch in shuffled(batches.iter().chain(&batches).collect()) {
        send(batch, to).expect("a repeated batch is answered");
    }
    catch_up(to).expect("it catches up");
    let log = collector.stop().expect("it stops in order");
    assert_same(&live, &kept_in(&again));
    drop(log);

    // And a stream may hand out any record again.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let now = now().expect("it is later than 1970");
        let twice = shuffled(records.iter().chain(&records).collect());
        let (store, analysis) = analysed(&folder.path().join("twice"), twice.into_iter(), now).await;
        let counts = analysis.counts();
        assert_eq!((counts.consumed, counts.repeated), (sent as u64, sent as u64));
        assert_same(&live, &kept(&store));
        assert_eq!(analysis.consume(&records[0], now).await, Ok(Consumed::Repeated));
    });
}
