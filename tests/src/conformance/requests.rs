//! Requests that are refused as a whole, for their path, method, headers, size or encoding; and those that are wrong
//! twice.

use unsnag_test_http::Request;

use super::batch::{Batch, KEY, NOW, ORIGIN, PATH, gzip, post};
use super::case::Case;

const MIB: usize = 1024 * 1024;
const FOREIGN: &str = "https://foreign.example";
const STRANGER: &str = "/v1/batch?key=stranger";

/// A bracket opened this often.
fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

fn spaces(count: usize) -> Vec<u8> {
    vec![b' '; count]
}

/// Bytes that gzip cannot make much shorter.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..count).map(|_| next()).collect()
}

fn events(count: usize) -> Batch {
    Batch::of(vec!["{}".to_owned(); count])
}

/// Refused before the body is looked at.
pub fn refused_unread() -> Vec<Case> {
    let good = || Batch::new().post();
    let at = |path: &str| good().path(path);
    let mut cases = vec![
        Case::new("a wrong type", good().header("content-type", "image/png"), 415, "unsupported_content_type"),
        Case::new("a longer type", good().header("content-type", "text/plainer"), 415, "unsupported_content_type"),
        Case::new("a form", good().header("content-type", "multipart/form-data"), 415, "unsupported_content_type"),
        Case::new("an empty type", good().header("content-type", ""), 415, "unsupported_content_type"),
        Case::new("no type", good().without("content-type"), 415, "unsupported_content_type"),
        Case::new(
            "two types",
            good().header("content-type", "text/plain").also("content-type", "image/png"),
            415,
            "unsupported_content_type",
        ),
        Case::new(
            "a type that is no text",
            good().header("content-type", b"text/pl\xe4in"),
            415,
            "unsupported_content_type",
        ),
        Case::new("10 MB", post(spaces(10 * MIB)), 413, "body_too_large"),
        Case::new("10 MB without a length", post(spaces(10 * MIB)).chunked(), 413, "body_too_large"),
        Case::new("one byte too many", post(spaces(65_537)), 413, "body_too_large"),
        Case::new("one byte too many without a length", post(spaces(65_537)).chunked(), 413, "body_too_large"),
        Case::new("empty", post(""), 400, "empty_body"),
        Case::new("empty without a length", post("").chunked(), 400, "empty_body"),
        Case::new("an unknown key", at(STRANGER), 401, "unknown_key"),
        Case::new("no key", at("/v1/batch"), 401, "unknown_key"),
        Case::new("an empty query", at("/v1/batch?"), 401, "unknown_key"),
        Case::new("an empty key", at("/v1/batch?key="), 401, "unknown_key"),
        Case::new("a key in other letters", at("/v1/batch?key=SHOP"), 401, "unknown_key"),
        Case::new("a key that is encoded", at("/v1/batch?key=%73hop"), 401, "unknown_key"),
        Case::new("a key with a tail", at("/v1/batch?key=shop2"), 401, "unknown_key"),
        Case::new("a key under another name", at("/v1/batch?Key=shop"), 401, "unknown_key"),
        Case::new("the second of two keys", at("/v1/batch?key=stranger&key=shop"), 401, "unknown_key"),
        Case::new("a long URL", Request::get(&format!("/{}", "x".repeat(9000))), 414, "uri_too_long"),
        Case::new("a long query", at(&format!("{PATH}&{}", "x".repeat(9000))), 414, "uri_too_long"),
        Case::new("large headers", good().header("x-filler", "x".repeat(17_000)), 431, "headers_too_large"),
        Case::new("a long path at the limit", Request::get(&format!("/{}", "x".repeat(8191))), 404, "not_found"),
        Case::new("one byte beyond that limit", Request::get(&format!("/{}", "x".repeat(8192))), 414, "uri_too_long"),
        Case::new("headers below the limit", at(STRANGER).header("x-filler", "x".repeat(15_000)), 401, "unknown_key"),
    ];
    for path in [
        "/v1/batches",
        "/v1/batch/",
        "/v1//batch",
        "//v1/batch",
        "/V1/batch",
        "/v1/%62atch",
        "/v1/batch;x",
        "/v2/batch",
        "/v1",
        "/nothing",
    ] {
        let path = format!("{path}?key={KEY}");
        cases.push(Case::new(format!("the path {path}"), at(&path), 404, "not_found"));
    }
    for path in ["/v1/./batch?key=shop", "/v1/%2e/batch?key=shop", "/v1/other/../batch?key=shop"] {
        let case = Case::new(format!("the path {path}"), at(path), 404, "not_found");
        cases.push(case.collector_only("the Worker's platform resolves dots in a path before the Worker sees it"));
    }
    cases.extend(wrong_methods());
    cases
}

fn wrong_methods() -> Vec<Case> {
    let mut cases = Vec::new();
    for (path, right, wrong) in [
        (PATH, "POST", &["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"][..]),
        ("/v1/config?key=shop", "GET", &["POST", "PUT", "DELETE", "OPTIONS"]),
        ("/healthz", "GET", &["POST", "OPTIONS"]),
        ("/openapi.json", "GET", &["POST", "DELETE", "OPTIONS"]),
    ] {
        for &method in wrong {
            let request = Request::get(path).method(method).header("origin", ORIGIN);
            cases
                .push(Case::new(format!("{method} {path}"), request, 405, "method_not_allowed").header("allow", right));
        }
        let head = Request::get(path).method("HEAD");
        cases.push(Case::new(format!("HEAD {path}"), head, 405, Case::NO_BODY).header("allow", right));
    }
    let by = |method: &str| {
        let request = Batch::new().post().method(method);
        Case::new(format!("a whole batch by {method}"), request, 405, "method_not_allowed").header("allow", "POST")
    };
    cases.push(by("PUT"));
    cases.push(
        by("BREW").collector_only("the Worker's platform itself answers methods that it does not know, with 501"),
    );
    cases
}

/// Refused for what the body is before it is a batch.
pub fn refused_bodies() -> Vec<Case> {
    let text = Batch::new().text();
    let zipped = gzip(text.as_bytes());
    let encoded = |encoding: &str| post(text.clone()).header("content-encoding", encoding);
    let encoding = |name: &str, request| Case::new(name, request, 400, "invalid_encoding");
    let json = |name: &str, body: Vec<u8>| Case::new(name, post(body), 400, "invalid_json");
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        text.replacen(from, to, 1).into_bytes()
    };
    vec![
        encoding("no UTF-8", post(vec![b'{', 0xff, b'}'])),
        encoding("UTF-8 of half a pair", post(b"\"\xed\xa0\x80\"".to_vec())),
        encoding("bad gzip", post(vec![0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
        encoding("the first bytes of gzip", post(vec![0x1f, 0x8b])),
        encoding("cut gzip", post(zipped[..zipped.len() - 9].to_vec())),
        encoding("gzip without its checksum", post(zipped[..zipped.len() - 8].to_vec())),
        encoding("gzip with a tail", post([&zipped[..], b"more"].concat())),
        encoding("gzip twice in a row", post([&zipped[..], &zipped[..]].concat())),
        encoding("gzip in gzip", post(gzip(&zipped))),
        encoding("gzip by name only", encoded("gzip")),
        encoding("gzip of what is no UTF-8", post(gzip(&[b'{', 0xff, b'}']))),
        encoding("br by name", encoded("br")),
        encoding("deflate by name", encoded("deflate")),
        encoding("an encoding nobody knows", encoded("rot13")),
        encoding("two encodings", post(zipped.clone()).header("content-encoding", "gzip, gzip")),
        encoding("two encodings in two headers", encoded("identity").also("content-encoding", "br")),
        Case::new("a bomb", post(gzip(&spaces(10 * MIB))), 413, "inflated_too_large"),
        Case::new("one byte too many once inflated", post(gzip(&spaces(98_305))), 413, "inflated_too_large"),
        json("as many bytes as may be, once inflated", gzip(&spaces(98_304))),
        json("as many bytes as may be", spaces(65_536)),
        json("only white space", b" \n".to_vec()),
        json("a word", b"batch".to_vec()),
        json("half a batch", text.as_bytes()[..text.len() / 2].to_vec()),
        json("all but the last bracket", text.as_bytes()[..text.len() - 1].to_vec()),
        json("two documents", [text.as_bytes(), b"{}"].concat()),
        json("a byte order mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        json("a comma too many", replaced(r#""seq":0,"#, r#""seq":0,,"#)),
        json("a comma at the end", replaced(r#""props":{}}}]"#, r#""props":{}}},]"#)),
        json("quotes of another language", replaced(r#""session-1""#, "'session-1'")),
        json("a number that begins with zero", replaced(r#""seq":0"#, r#""seq":00"#)),
        json("NaN", replaced(r#""seq":0"#, r#""seq":NaN"#)),
        json("a line break in a string", replaced("session-1", "session\n1")),
        json("depth 9", nested(9).into_bytes()),
        json("depth 30,000", nested(30_000).into_bytes()),
        json("depth 9 in an event", Batch::of([super::batch::event("e", "odd", NOW, "[[[[[[1]]]]]]")]).text().into()),
        Case::new("depth 8", post(nested(8)), 400, "invalid_batch"),
        Case::new("101 tiny events", events(101).post(), 413, "too_many_events"),
        Case::new("100,000 events", post(gzip(events(100_000).text().as_bytes())), 413, "inflated_too_large"),
        Case::new("100,000 events, plain", events(100_000).post(), 413, "body_too_large"),
    ]
}

/// Wrong twice: the check that comes first in the documented order decides. Each row is one neighbouring pair of it.
pub fn doubly_bad() -> Vec<Case> {
    let good = || Batch::new().post();
    let cut_gzip = || gzip(b"{")[..12].to_vec();
    let long = "x".repeat(9000);
    let filler = "x".repeat(17_000);
    let bomb_of_no_json = gzip(&[b"{".as_slice(), &spaces(100_000)].concat());
    let large_gzip = gzip(&noise(70_000));
    assert!(large_gzip.len() > 65_536, "noise shrinks to {}", large_gzip.len());
    vec![
        Case::new(
            "URL before headers",
            Request::get(&format!("/{long}")).header("x-filler", &filler),
            414,
            "uri_too_long",
        ),
        Case::new(
            "headers before path",
            Request::get("/nothing").header("x-filler", &filler),
            431,
            "headers_too_large",
        ),
        Case::new("path before method", post("").path("/nothing").method("DELETE"), 404, "not_found"),
        Case::new(
            "method before type",
            good().method("PATCH").header("content-type", "image/png"),
            405,
            "method_not_allowed",
        ),
        Case::new(
            "type before size",
            post(spaces(70_000)).header("content-type", "image/png"),
            415,
            "unsupported_content_type",
        ),
        Case::new("type before empty", post("").header("content-type", "image/png"), 415, "unsupported_content_type"),
        Case::new("size before key", post(spaces(70_000)).path(STRANGER), 413, "body_too_large"),
        Case::new("size before encoding", post(large_gzip), 413, "body_too_large"),
        Case::new("empty before key", post("").path(STRANGER), 400, "empty_body"),
        Case::new("key before origin", good().path(STRANGER).header("origin", FOREIGN), 401, "unknown_key"),
        Case::new("origin before encoding", post(cut_gzip()).header("origin", FOREIGN), 403, "origin_not_allowed"),
        Case::new("origin before JSON", post("{").header("origin", FOREIGN), 403, "origin_not_allowed"),
        Case::new("encoding before JSON", post(cut_gzip()), 400, "invalid_encoding"),
        Case::new("inflated size before JSON", post(bomb_of_no_json), 413, "inflated_too_large"),
        Case::new("JSON before batch", post(r#"{"v":2,"#), 400, "invalid_json"),
        Case::new("depth before batch", post(format!(r#"{{"v":2,"x":{}}}"#, nested(8))), 400, "invalid_json"),
        Case::new("count before ids", events(101).with("batch_id", 7).post(), 413, "too_many_events"),
        Case::new("count before version", events(101).with("v", 2).post(), 413, "too_many_events"),
        Case::new("batch before events", Batch::of(["7".to_owned()]).with("v", 2).post(), 400, "invalid_batch"),
    ]
}
