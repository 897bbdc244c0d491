//! Which pages may ask, and which may read the answer.

use unsnag_test_http::Request;

use super::batch::{Batch, ORIGIN, PATH, post};
use super::case::Case;

const FOREIGN: &str = "https://foreign.example";
const EXPOSED: &str = "Retry-After, ETag";

/// Headers that would let a page send more than a plain request; no host ever gives them.
const NEVER: [&str; 4] = [
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
];

fn readable_by(case: Case, origin: &str) -> Case {
    let case = case.header("access-control-allow-origin", origin).header("access-control-expose-headers", EXPOSED);
    NEVER.into_iter().fold(case.header("vary", "Origin"), Case::no_header)
}

fn unreadable(case: Case) -> Case {
    let case = case.no_header("access-control-allow-origin").no_header("access-control-expose-headers");
    NEVER.into_iter().fold(case.header("vary", "Origin"), Case::no_header)
}

/// Keys with a list of origins, for this machine only, and for any page.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let path = |key: &str| format!("/v1/batch?key={key}");
    let mut allowed = |key: &str, origin: &str| {
        let batch = Batch::new();
        let request = batch.post().path(&path(key)).header("origin", origin);
        cases.push(readable_by(Case::accepted_as(format!("{key} from {origin}"), &batch, request), origin));
    };
    allowed("shop", ORIGIN);
    allowed("shop", "http://localhost:8080");
    for origin in ["http://127.0.0.1:7668", "http://localhost", "https://[::1]:8443", "https://localhost:1"] {
        allowed("demo", origin);
    }
    for origin in [FOREIGN, ORIGIN, "null", "file://", "http://127.0.0.1:7668"] {
        allowed("open", origin);
    }

    let mut foreign = |key: &str, origin: &str| {
        let request = Batch::new().post().path(&path(key)).header("origin", origin);
        cases.push(unreadable(Case::new(format!("{key} from {origin:?}"), request, 403, "origin_not_allowed")));
    };
    for origin in [
        FOREIGN,
        "http://shop.example",
        "https://shop.example.evil",
        "https://shop.example:8443",
        "https://Shop.example",
        "https://shop.example/",
        "https://evil.example https://shop.example",
        "null",
        "",
        "http://localhost:8081",
    ] {
        foreign("shop", origin);
    }
    for origin in [
        ORIGIN,
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1:x",
        "http://127.0.0.1:65536",
        "http://192.0.2.1",
        "file://127.0.0.1",
        "null",
        "http://localhost:80/",
    ] {
        foreign("demo", origin);
    }
    let no_text = Batch::new().post().header("origin", b"https://sh\xf6p.example");
    cases.push(unreadable(Case::new("an origin that is no text", no_text, 403, "origin_not_allowed")));
    let two = Batch::new().post().also("origin", FOREIGN);
    cases.push(unreadable(Case::new("two origins", two, 403, "origin_not_allowed")));
    let batch = Batch::new();
    let padded = batch.post().header("origin", format!(" {ORIGIN}\t"));
    cases.push(readable_by(Case::accepted_as("white space around an origin", &batch, padded), ORIGIN));
    let padded = Batch::new().post().without("origin").header("sec-fetch-site", "cross-site ");
    cases.push(unreadable(Case::new("white space behind a foreign site", padded, 403, "origin_not_allowed")));

    let mut without = |key: &str, site: Option<&str>, may: bool| {
        let batch = Batch::new();
        let request = batch.post().path(&path(key)).without("origin").without("sec-fetch-site");
        let request = site.map_or(request.clone(), |site| request.header("sec-fetch-site", site));
        let name = format!("{key} without origin, from {site:?}");
        cases.push(unreadable(if may {
            Case::accepted_as(name, &batch, request)
        } else {
            Case::new(name, request, 403, "origin_not_allowed")
        }));
    };
    for key in ["shop", "demo", "open"] {
        for site in [None, Some("same-origin"), Some("same-site"), Some("none"), Some("other")] {
            without(key, site, true);
        }
        without(key, Some("cross-site"), key == "open");
    }
    cases.extend(errors());
    cases.extend(preflights());
    cases
}

/// A page reads also why it was refused, if it may read at all.
fn errors() -> Vec<Case> {
    let stranger = Batch::new().post().path("/v1/batch?key=stranger");
    vec![
        readable_by(Case::new("empty, from an allowed page", post(""), 400, "empty_body"), ORIGIN),
        readable_by(Case::new("no JSON, from an allowed page", post("{"), 400, "invalid_json"), ORIGIN),
        readable_by(Case::new("no batch, from an allowed page", post("{}"), 400, "invalid_batch"), ORIGIN),
        readable_by(
            Case::new("a wrong path, from an allowed page", post("").path("/nothing?key=shop"), 404, "not_found"),
            ORIGIN,
        ),
        readable_by(
            Case::new("too large, from an allowed page", post(vec![b' '; 65_537]), 413, "body_too_large"),
            ORIGIN,
        ),
        unreadable(Case::new("empty, from a foreign page", post("").header("origin", FOREIGN), 400, "empty_body")),
        unreadable(Case::new("an unknown key, from any page", stranger, 401, "unknown_key")),
        unreadable(Case::new("empty, from no page", post("").without("origin"), 400, "empty_body")),
    ]
}

/// Nothing that a page sends needs a preflight; one that asks gets no permission.
fn preflights() -> Vec<Case> {
    let ask = |path: &str, origin: &str| {
        Request::get(path)
            .method("OPTIONS")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type, x-later")
    };
    let refused = |name: &str, request, allow: &str| {
        let case = Case::new(name, request, 405, "method_not_allowed").header("allow", allow);
        NEVER.into_iter().fold(case, Case::no_header)
    };
    vec![
        refused("a preflight of an allowed page", ask(PATH, ORIGIN), "POST"),
        refused("a preflight of a foreign page", ask(PATH, FOREIGN), "POST").no_header("access-control-allow-origin"),
        refused("a preflight with a key for any page", ask("/v1/batch?key=open", FOREIGN), "POST"),
        refused("a preflight for the configuration", ask("/v1/config?key=shop", ORIGIN), "GET"),
        Case::new("a preflight for nothing", ask("/nothing", ORIGIN), 404, "not_found"),
    ]
}
