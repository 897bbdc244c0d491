//! The ways in which a good batch may arrive, up to the limits.

use unsnag_test_http::Request;

use super::batch::{Batch, KEY, PATH, event, good, gzip, post};
use super::case::Case;

/// Everything that a client may do.
pub fn accepted() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |name: &str, change: &dyn Fn(Request) -> Request| {
        let batch = Batch::new();
        cases.push(Case::accepted_as(name, &batch, change(batch.post())));
    };
    case("as the SDK sends it", &|request| request);
    case("without a length", &Request::chunked);
    for kind in ["text/plain", "TEXT/Plain", "application/json", "application/json; charset=utf-8", "text/plain ;x=y"] {
        case(kind, &|request| request.header("content-type", kind));
    }
    case("said to be unencoded", &|request| request.header("content-encoding", "identity"));
    case("with an empty encoding", &|request| request.header("content-encoding", ""));
    case("not from a browser", &|request| request.without("origin").without("sec-fetch-site"));
    case("with 15 KB of headers", &|request| request.header("x-filler", "x".repeat(15_000)));
    case("with 200 headers", &|request| (0..200).fold(request, |request, at| request.header(&format!("x-{at}"), "1")));
    case("with a cookie", &|request| request.header("cookie", "session=1"));
    for query in ["key=shop&later=1", "later=1&key=shop", "&key=shop&", "key=shop&key=stranger", "later=a?b&key=shop"] {
        case(query, &|request| request.path(&format!("/v1/batch?{query}")));
    }
    case("with a long query", &|request| request.path(&format!("{PATH}&{}", "x".repeat(8192 - PATH.len()))));
    case("with a key in a long list", &|request| request.path(&format!("/v1/batch?{}key={KEY}", "a=b&".repeat(100))));

    let mut zipped = |name: &str, encoding: Option<&str>| {
        let batch = Batch::new();
        let request = post(gzip(batch.text().as_bytes()));
        let request = encoding.map_or(request.clone(), |encoding| request.header("content-encoding", encoding));
        cases.push(Case::accepted_as(name, &batch, request));
    };
    zipped("gzip by its first bytes", None);
    for encoding in ["gzip", "x-gzip", "GZIP", "identity"] {
        zipped(&format!("gzip, said to be {encoding}"), Some(encoding));
    }
    let batch = Batch::new();
    let request = post(gzip(batch.text().as_bytes())).chunked();
    cases.push(Case::accepted_as("gzip without a length", &batch, request));
    cases.extend(large());
    cases
}

/// As large as may be.
fn large() -> Vec<Case> {
    let padded = |batch: &Batch, bytes: usize| {
        let mut text = batch.text();
        text.push_str(&" ".repeat(bytes - text.len()));
        text
    };
    let batch = Batch::new();
    let plain = Case::accepted_as("65,536 bytes", &batch, post(padded(&batch, 65_536)));
    let batch = Batch::new();
    let chunked = Case::accepted_as("65,536 bytes without a length", &batch, post(padded(&batch, 65_536)).chunked());
    let batch = Batch::new();
    let inflated =
        Case::accepted_as("98,304 bytes once inflated", &batch, post(gzip(padded(&batch, 98_304).as_bytes())));
    // Not only white space, which the record leaves out: events that fill it.
    let filler = format!(r#"{{"name":"{}"}}"#, "x".repeat(500));
    let events = |count: usize| (0..count).map(|at| event(&format!("e{at}"), "custom", super::batch::NOW, &filler));
    let full = Batch::of(events(100).chain([]));
    let text = full.text();
    assert!((50_000..=65_536).contains(&text.len()), "{} bytes", text.len());
    let of_full_events = Case::accepted_as("a hundred long events", &full, post(text));
    let twice = Batch::of((0..100).map(|at| {
        let data = format!(r#"{{"name":"{}","props":{{"p":"{}"}}}}"#, "x".repeat(445), "y".repeat(445));
        event(&format!("e{at}"), "custom", super::batch::NOW, &data)
    }));
    let text = twice.text();
    assert!((95_000..=98_304).contains(&text.len()), "{} bytes", text.len());
    let full_record = Case::accepted_as("a record as long as may be", &twice, post(gzip(text.as_bytes())));
    let one = Batch::of([good("only")]);
    let smallest = Case::accepted_as("one event", &one, post(one.text()));
    vec![plain, chunked, inflated, of_full_events, full_record, smallest]
}
