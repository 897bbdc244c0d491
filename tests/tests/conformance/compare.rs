//! Whether an answer is what a case expects, and whether two answers are the same.

use std::collections::BTreeMap;

use serde_json::Value;
use unsnag_test_http::{Answer, Request};
use unsnag_tests::conformance::Case;

/// What each platform writes for itself: when, and how the bytes are framed.
const OF_THE_PLATFORM: [&str; 5] = ["date", "connection", "keep-alive", "content-length", "transfer-encoding"];

/// How much of a text a message shows.
const SHOWN_BYTES: usize = 400;

/// Everything in an answer that is not as the case says.
pub(crate) fn unexpected(case: &Case, answer: &Answer) -> Vec<String> {
    let mut problems = Vec::new();
    let code = if answer.body.is_empty() { Case::NO_BODY.to_owned() } else { answer.code() };
    if (answer.status, code.as_str()) != (case.status, case.code) {
        let text = start_of(&answer.body);
        problems.push(format!("expected {} {}, got {} {code}: {text}", case.status, case.code, answer.status));
        return problems;
    }
    for (name, expected) in &case.headers {
        let got = answer.header(name);
        if got != expected.as_deref() {
            problems.push(format!("expected the header {name} to be {expected:?}, got {got:?}"));
        }
    }
    if !case.answer.is_empty() {
        problems.extend(other_parts(&answer.json(), &case.answer));
    }
    problems
}

/// The parts of a document that are not as expected.
pub(crate) fn other_parts(document: &Value, expected: &[(&'static str, Value)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (pointer, expected) in expected {
        let got = document.pointer(pointer);
        if got != Some(expected) {
            let got = got.map_or("nothing".to_owned(), Value::to_string);
            problems.push(format!("expected {pointer} to be {expected}, got {got}"));
        }
    }
    problems
}

/// Where two answers differ: status, the headers of core, or a byte of the body.
pub(crate) fn differences(collector: &Answer, edge: &Answer) -> Vec<String> {
    let mut differences = Vec::new();
    if collector.status != edge.status {
        differences.push(format!("collector {}, edge {}", collector.status, edge.status));
    }
    let (ours, theirs) = (headers(collector), headers(edge));
    for name in ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name))) {
        let (collector, edge) = (ours.get(name), theirs.get(name));
        if collector != edge {
            differences.push(format!("header {name}: collector {collector:?}, edge {edge:?}"));
        }
    }
    let (ours, theirs) = (without_token(&collector.text()), without_token(&edge.text()));
    if ours != theirs {
        differences.push(format!("body {}", difference(&ours, &theirs)));
    }
    differences
}

/// An answer without the live channel's token, which is the host's own: the collector signs one for a session at risk, and
/// the edge has no channel.
fn without_token(body: &str) -> String {
    match body.rsplit_once(",\"live\":{") {
        Some((answer, token)) if token.ends_with("}}") => format!("{answer},\"live\":null}}"),
        _ => body.to_owned(),
    }
}

/// Where two texts of collector and edge begin to differ.
pub(crate) fn difference(collector: &str, edge: &str) -> String {
    let at = collector.bytes().zip(edge.bytes()).take_while(|(a, b)| a == b).count();
    let from = at.saturating_sub(60);
    let around = |text: &str| start_of(&text.as_bytes()[from.min(text.len())..]);
    format!("from byte {at}:\n      collector …{}\n      edge      …{}", around(collector), around(edge))
}

/// All headers but those of the platform, by name in lower case.
fn headers(answer: &Answer) -> BTreeMap<String, Vec<&str>> {
    let mut headers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in &answer.headers {
        let name = name.to_ascii_lowercase();
        if !OF_THE_PLATFORM.contains(&name.as_str()) {
            headers.entry(name).or_default().push(value);
        }
    }
    headers
}

/// A request as a message shows it.
pub(crate) fn shown(request: &Request) -> String {
    let line: String = request.to_string().chars().take(SHOWN_BYTES).collect();
    format!("{line} {}", start_of(request.body()))
}

/// The start of a text, for a message.
pub(crate) fn start_of(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(SHOWN_BYTES)];
    let text = std::str::from_utf8(start).map_or_else(|_| start.escape_ascii().to_string(), str::to_owned);
    if start.len() < bytes.len() { format!("{text}… of {} bytes", bytes.len()) } else { text }
}
