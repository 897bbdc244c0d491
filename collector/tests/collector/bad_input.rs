//! What bad input does to the process: after all of it the collector lives, and its memory is where it was. Which code
//! each bad request gets is the same at every host, and stands in the tests of the whole product.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::time::Duration;

use unsnag_test_http::{Answer, connect};

use super::support::batch::{PATH, batch, good, gzip, post};
use super::support::process::Collector;

const MIB: usize = 1024 * 1024;

/// Memory that a collector may gain over hundreds of bombs: allocators and the log's tables are not perfectly still.
const FLAT_KIB: u64 = 24 * 1024;

fn good_batch() -> String {
    batch(&[good("e")])
}

#[test]
fn keeps_memory_flat_under_bombs() {
    let mut collector = Collector::start();
    let bomb = gzip(&vec![b' '; 10 * MIB]);
    let nested = "[".repeat(30_000) + &"]".repeat(30_000);
    let large = vec![b' '; 10 * MIB];
    let round = |count: usize| {
        for _ in 0..count {
            assert_eq!(post(bomb.clone()).send(collector.address).code(), "inflated_too_large");
            assert_eq!(post(nested.clone()).send(collector.address).code(), "invalid_json");
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
fn outlives_requests_that_end_in_the_middle() {
    let mut collector = Collector::start();
    let body = good_batch();
    let whole = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    // In the method, the path, a header, between headers and body, in the body, and one byte before the end.
    for end in [2, 9, 50, whole.len() - body.len(), whole.len() - body.len() / 2, whole.len() - 1] {
        let mut stream = connect(collector.address).unwrap();
        stream.write_all(&whole.as_bytes()[..end]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        // What it answers to half a request, if anything, is nobody's business.
        let _ = stream.read_to_end(&mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{end} of {} bytes: {}", whole.len(), answer.escape_ascii());
        assert!(collector.running.is_alive(), "{end} of {} bytes", whole.len());
    }
    assert_eq!(post(good_batch()).send(collector.address).status, 200);
    assert!(collector.running.terminate().success());
    assert_eq!(collector.records().len(), 1, "only the whole request is on disk");
    let errors = collector.errors();
    assert!(!errors.contains("panick"), "{errors}");
}

#[test]
fn gives_up_on_a_body_that_does_not_come() {
    let collector = Collector::start();
    let mut stream = connect(collector.address).unwrap();
    let head =
        format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nonly this");
    stream.write_all(head.as_bytes()).unwrap();
    let answer = Answer::read(&mut stream, false).unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (408, "request_timeout"));
}

#[test]
fn limits_a_client_over_all_its_keys_and_admits_it_again() {
    let collector = Collector::start_with(&["--client-rate-per-s", "2", "--key", "demo=;0", "--key", "open=*;0"]);
    let send = |at: usize| post(good_batch()).path(["/v1/batch?key=demo", "/v1/batch?key=open"][at % 2]);
    let answers: Vec<_> = (0..20).map(|at| send(at).send(collector.address)).collect();
    assert_eq!(answers[0].status, 200, "{}", answers[0].text());
    let limited = answers.iter().find(|answer| answer.status == 429).expect("twenty at once are too many");
    assert_eq!(limited.code(), "rate_limited");
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(send(0).send(collector.address).status, 200);
}
