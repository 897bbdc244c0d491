//! Bad input, as one table: what is sent, and the code that comes back. After all of it the process lives, good
//! neighbours are on disk, and memory is where it was.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use super::support::batch::{PATH, batch, event, good, gzip, now, post};
use super::support::http::{Request, connect, parse};
use super::support::process::Collector;

const MIB: usize = 1024 * 1024;
const FOREIGN: &str = "https://foreign.example";

/// Memory that a collector may gain over hundreds of bombs: allocators and the log's tables are not perfectly still.
const FLAT_KIB: u64 = 24 * 1024;

fn good_batch() -> String {
    batch(&[good("e")])
}

/// Opened this often and never closed.
fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

fn bomb() -> Vec<u8> {
    gzip(&vec![b' '; 10 * MIB])
}

/// What, the request, the status, the code.
fn refused() -> Vec<(&'static str, Request, u16, &'static str)> {
    let cut = |text: &str| text[..text.len() / 2].to_owned();
    let replaced = |from: &str, to: &str| {
        let batch = good_batch();
        assert!(batch.contains(from), "{from} is not in {batch}");
        batch.replace(from, to)
    };
    let tiny = |count: usize| vec!["{}".to_owned(); count];
    let zipped = gzip(good_batch().as_bytes());
    let mut trailed = zipped.clone();
    trailed.extend_from_slice(b"more");
    vec![
        ("empty", post(""), 400, "empty_body"),
        ("a wrong type", post(good_batch()).header("content-type", "image/png"), 415, "unsupported_content_type"),
        ("no type", post(good_batch()).header("content-type", ""), 415, "unsupported_content_type"),
        ("10 MB", post(vec![b' '; 10 * MIB]), 413, "body_too_large"),
        ("10 MB without a length", post(vec![b' '; 10 * MIB]).chunked(), 413, "body_too_large"),
        ("one byte too many", post(vec![b' '; 64 * 1024 + 1]), 413, "body_too_large"),
        ("truncated JSON", post(cut(&good_batch())), 400, "invalid_json"),
        ("two documents", post(good_batch() + "{}"), 400, "invalid_json"),
        ("no UTF-8", post(vec![b'{', 0xff, b'}']), 400, "invalid_encoding"),
        ("bad gzip", post(vec![0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 400, "invalid_encoding"),
        ("cut gzip", post(zipped[..zipped.len() - 9].to_vec()), 400, "invalid_encoding"),
        ("gzip with a tail", post(trailed), 400, "invalid_encoding"),
        ("gzip by name only", post(good_batch()).header("content-encoding", "gzip"), 400, "invalid_encoding"),
        ("an unknown encoding", post(good_batch()).header("content-encoding", "br"), 400, "invalid_encoding"),
        ("a bomb", post(bomb()), 413, "inflated_too_large"),
        ("a JSON value that is no batch", post("[]"), 400, "invalid_batch"),
        ("a batch without fields", post("{}"), 400, "invalid_batch"),
        ("a wrong type of a field", post(replaced(r#""session":"session-1""#, r#""session":7"#)), 400, "invalid_batch"),
        ("an id with a space", post(replaced(r#""tab":"tab-1""#, r#""tab":"tab 1""#)), 400, "invalid_batch"),
        ("12 features", post(replaced("[0,0,0,1,", "[0,0,1,")), 400, "invalid_batch"),
        ("1e999 outside of events", post(replaced("[0,0,0,1,", "[0,0,0,1e999,")), 400, "invalid_batch"),
        ("101 tiny events", post(batch(&tiny(101))), 413, "too_many_events"),
        ("100,000 events", post(gzip(batch(&tiny(100_000)).as_bytes())), 413, "inflated_too_large"),
        ("100,000 events, plain", post(batch(&tiny(100_000))), 413, "body_too_large"),
        ("depth 9", post(nested(9)), 400, "invalid_json"),
        ("depth 30,000", post(nested(30_000)), 400, "invalid_json"),
        ("an unknown key", post(good_batch()).path("/v1/batch?key=stranger"), 401, "unknown_key"),
        ("no key", post(good_batch()).path("/v1/batch"), 401, "unknown_key"),
        ("a foreign origin", post(good_batch()).header("origin", FOREIGN), 403, "origin_not_allowed"),
        (
            "a foreign site without origin",
            post(good_batch()).header("origin", "").header("sec-fetch-site", "cross-site"),
            403,
            "origin_not_allowed",
        ),
        ("a wrong path", post(good_batch()).path("/v1/batches?key=demo"), 404, "not_found"),
        ("a wrong method", post(good_batch()).method("PUT"), 405, "method_not_allowed"),
        ("a long URL", Request::get(&format!("/{}", "x".repeat(9000))), 414, "uri_too_long"),
        ("large headers", post(good_batch()).header("x-filler", &"x".repeat(17_000)), 431, "headers_too_large"),
        // Doubly bad: the check that comes first in the documented order decides.
        ("path before method", post("").path("/nothing").method("DELETE"), 404, "not_found"),
        (
            "method before type",
            post(good_batch()).method("PATCH").header("content-type", "image/png"),
            405,
            "method_not_allowed",
        ),
        (
            "type before size",
            post(vec![b' '; 70_000]).header("content-type", "image/png"),
            415,
            "unsupported_content_type",
        ),
        ("size before key", post(vec![b' '; 70_000]).path("/v1/batch?key=stranger"), 413, "body_too_large"),
        ("empty before key", post("").path("/v1/batch?key=stranger"), 400, "empty_body"),
        (
            "key before origin",
            post(good_batch()).path("/v1/batch?key=stranger").header("origin", FOREIGN),
            401,
            "unknown_key",
        ),
        ("origin before encoding", post(vec![0x1f, 0x8b, 0]).header("origin", FOREIGN), 403, "origin_not_allowed"),
        ("encoding before JSON", post(gzip(b"{")[..12].to_vec()), 400, "invalid_encoding"),
        ("JSON before batch", post(r#"{"v":2,"#), 400, "invalid_json"),
        (
            "batch before events",
            post(replaced(r#""v":1,"batch_id""#, r#""v":2,"batch_id""#).replace(r#""at":"#, r#""at":-"#)),
            400,
            "invalid_batch",
        ),
    ]
}

/// What, an event with the id `bad`, its code. A good event stands on either side of it.
fn dropped() -> Vec<(&'static str, String, &'static str)> {
    const DATA: &str = r#"{"name":"probe","props":{}}"#;
    let at = now().to_string();
    let data = |data: &str| event("bad", &at, data);
    let click = |x: &str| {
        format!(
            r#"{{"id":"bad","type":"click","at":{at},"data":{{"role":"button","label":"other","x":{x},"y":1,"result":"none"}}}}"#
        )
    };
    let later = |ms: i64| event("bad", &(now().cast_signed() + ms).to_string(), DATA);
    vec![
        ("a time that is text", event("bad", "\"now\"", DATA), "invalid_field"),
        ("data that is no object", data("7"), "invalid_field"),
        ("a required field missing", data("{}"), "invalid_field"),
        ("a required field of a wrong type", data(r#"{"name":7,"props":{}}"#), "invalid_field"),
        ("1e999 in a number", click("1e999"), "number_out_of_range"),
        ("-1e999 as a time", event("bad", "-1e999", DATA), "number_out_of_range"),
        ("a negative time", event("bad", "-1", DATA), "time_too_old"),
        ("six minutes ahead", later(6 * 60_000), "time_in_future"),
        ("25 hours back", later(-25 * 3_600_000), "time_too_old"),
        ("a long string", data(&format!(r#"{{"name":"{}","props":{{}}}}"#, "x".repeat(513))), "string_too_long"),
        ("the id of another event", event("good-1", &at, DATA), "duplicate_event"),
    ]
}

/// What, an event that is accepted although it is unusual.
fn kept() -> Vec<(&'static str, String)> {
    let at = now();
    vec![
        ("an unknown kind", format!(r#"{{"id":"odd","type":"telepathy","at":{at},"data":{{"strength":9}}}}"#)),
        ("an unknown field", format!(r#"{{"id":"odd","type":"help","at":{at},"data":{{}},"mood":"calm"}}"#)),
        ("four minutes ahead", event("odd", &(at + 4 * 60_000).to_string(), r#"{"name":"probe","props":{}}"#)),
        ("23 hours back", event("odd", &(at - 23 * 3_600_000).to_string(), r#"{"name":"probe","props":{}}"#)),
    ]
}

#[test]
fn answers_every_bad_request_with_its_code_and_lives_on() {
    let mut collector = Collector::start();
    for (what, request, status, code) in refused() {
        let answer = request.send(collector.address);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {}", answer.text());
        let error = &answer.json()["error"];
        assert!(error["message"].as_str().is_some_and(|text| text.len() > 10), "{what}: {error}");
        assert!(error["retryable"].is_boolean(), "{what}: {error}");
        assert!(collector.running.is_alive(), "{what}");
    }
    let answer = post(good_batch()).send(collector.address);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(collector.running.terminate().success());
    assert_eq!(collector.records().len(), 1, "only the good batch is on disk");
    let errors = collector.errors();
    assert!(!errors.contains("panick"), "{errors}");
}

#[test]
fn drops_a_bad_event_and_keeps_its_neighbours() {
    let mut collector = Collector::start();
    let cases = dropped();
    for (what, bad, code) in &cases {
        let events = [good("good-1"), bad.clone(), good("good-2")];
        let answer = post(batch(&events)).send(collector.address);
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        let json = answer.json();
        assert_eq!(json["accepted"], 2, "{what}: {json}");
        assert_eq!(json["dropped"].as_array().unwrap().len(), 1, "{what}: {json}");
        assert_eq!(json["dropped"][0]["code"], *code, "{what}: {json}");
    }
    assert!(collector.running.terminate().success());
    let records = collector.records();
    assert_eq!(records.len(), cases.len());
    for ((what, _, code), record) in cases.iter().zip(&records) {
        let ids: Vec<_> =
            record["batch"]["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["good-1", "good-2"], "{what}");
        assert_eq!(record["dispositions"]["ok"], 2, "{what}");
        assert_eq!(record["dispositions"]["drop"][*code], 1, "{what}: {record}");
    }
}

#[test]
fn keeps_what_is_only_unusual() {
    let mut collector = Collector::start();
    let cases = kept();
    for (what, odd) in &cases {
        let answer = post(batch(&[good("good-1"), odd.clone()])).send(collector.address);
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        assert_eq!(answer.json()["accepted"], 2, "{what}: {}", answer.text());
    }
    collector.running.terminate();
    for ((what, _), record) in cases.iter().zip(collector.records()) {
        assert_eq!(record["batch"]["events"][1]["id"], "odd", "{what}");
    }
}

#[test]
fn accepts_what_the_sdk_may_send() {
    let collector = Collector::start();
    for (what, request) in [
        ("text", post(good_batch())),
        ("JSON", post(good_batch()).header("content-type", "application/json")),
        ("gzip by its first bytes", post(gzip(good_batch().as_bytes()))),
        ("gzip by name and first bytes", post(gzip(good_batch().as_bytes())).header("content-encoding", "gzip")),
        ("without a length", post(good_batch()).chunked()),
        ("not from a browser", post(good_batch()).header("origin", "").header("sec-fetch-site", "")),
        ("a hundred events", post(batch(&(0..100).map(|at| good(&format!("e{at}"))).collect::<Vec<_>>()))),
    ] {
        let answer = request.send(collector.address);
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
    }
}

#[test]
fn keeps_memory_flat_under_bombs() {
    let mut collector = Collector::start();
    let bomb = bomb();
    let large = vec![b' '; 10 * MIB];
    let round = |count: usize| {
        for _ in 0..count {
            assert_eq!(post(bomb.clone()).send(collector.address).code(), "inflated_too_large");
            assert_eq!(post(nested(30_000)).send(collector.address).code(), "invalid_json");
        }
        for _ in 0..count / 20 {
            assert_eq!(post(large.clone()).send(collector.address).code(), "body_too_large");
            assert_eq!(post(large.clone()).chunked().send(collector.address).code(), "body_too_large");
        }
    };
    round(40);
    let before = collector.running.resident_kib();
    round(400);
    let after = collector.running.resident_kib();
    assert!(after < before + FLAT_KIB, "resident memory went from {before} to {after} KiB");
    assert!(collector.running.is_alive());
}

#[test]
fn limits_a_key_and_a_client_and_says_when_to_come_back() {
    for args in [["--client-rate-per-s", "0", "--key", "demo=;2"], ["--client-rate-per-s", "2", "--key", "demo=;0"]] {
        let collector = Collector::start_with(&args);
        let answers: Vec<_> = (0..20).map(|_| post(good_batch()).send(collector.address)).collect();
        assert_eq!(answers[0].status, 200, "{args:?}: {}", answers[0].text());
        let limited = answers.iter().find(|answer| answer.status == 429).expect("twenty at once are too many");
        assert_eq!(limited.code(), "rate_limited");
        assert!(limited.header("retry-after").is_some());
        assert_eq!(limited.json()["error"]["retryable"], true);
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(post(good_batch()).send(collector.address).status, 200, "{args:?}");
    }
}

#[test]
fn gives_up_on_a_body_that_does_not_come() {
    let collector = Collector::start();
    let mut stream = connect(collector.address);
    let head =
        format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nonly this");
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let answer = parse(&bytes);
    assert_eq!((answer.status, answer.code().as_str()), (408, "request_timeout"));
}

#[test]
fn answers_pages_so_that_they_may_read_it() {
    let collector = Collector::start();
    let origin = "http://127.0.0.1:7668";
    for request in [post(good_batch()), post("")] {
        let answer = request.send(collector.address);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "{}", answer.text());
    }
}
