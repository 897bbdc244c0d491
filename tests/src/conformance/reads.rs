//! What is read: the configuration, the contract, the host's health.

use serde_json::{Value, json};
use unsnag_core::config::Config;
use unsnag_test_http::Request;

use super::batch::ORIGIN;
use super::case::Case;

const CONFIG: &str = "/v1/config?key=shop";

/// The configuration, asked for by who has one and who has none.
pub fn configuration(config: &Config) -> Vec<Case> {
    let tag = format!("\"{}\"", config.etag);
    let document: Value = serde_json::from_str(config.json()).expect("a configuration is JSON");
    let ask = || Request::get(CONFIG).header("origin", ORIGIN);
    let known = |value: &str| ask().header("if-none-match", value);
    let cached = |case: Case| {
        case.header("etag", tag.as_str())
            .header("cache-control", "public, max-age=60")
            .header("vary", "Origin")
            .header("access-control-allow-origin", ORIGIN)
            .header("access-control-expose-headers", "Retry-After, ETag")
    };
    let whole = |name: &str, request| cached(Case::new(name, request, 200, "ok")).answers("", document.clone());
    let still = |name: &str, request| cached(Case::new(name, request, 304, Case::NO_BODY));
    let refused = |name: &str, request, status, code| Case::new(name, request, status, code).no_header("etag");
    vec![
        whole("the configuration", ask()),
        whole("with another tag", known("\"0000\"")),
        whole("with the tag unquoted", known(&config.etag)),
        whole("with an empty tag", known("")),
        whole("with a type and no body", ask().header("content-type", "image/png")),
        still("with its tag", known(&tag)),
        still("with its tag among others", known(&format!("\"a\", {tag} ,\"b\""))),
        still("with its tag in the second of two headers", known("\"a\"").also("if-none-match", &tag)),
        Case::new("not from a browser", Request::get(CONFIG), 200, "ok")
            .answers("", document.clone())
            .header("etag", tag.as_str())
            .no_header("access-control-allow-origin"),
        refused("an unknown key", Request::get("/v1/config?key=stranger"), 401, "unknown_key"),
        refused("no key", Request::get("/v1/config"), 401, "unknown_key"),
        refused("a foreign page", ask().header("origin", "https://foreign.example"), 403, "origin_not_allowed")
            .no_header("access-control-allow-origin"),
        refused(
            "a foreign site without origin",
            Request::get(CONFIG).header("sec-fetch-site", "cross-site").header("if-none-match", &tag),
            403,
            "origin_not_allowed",
        ),
    ]
}

/// What needs no key.
pub fn open() -> Vec<Case> {
    vec![
        Case::new("health", Request::get("/healthz"), 200, "ok")
            .answers("", json!({ "status": "ok" }))
            .header("cache-control", "no-store"),
        Case::new("health with a query", Request::get("/healthz?now"), 200, "ok"),
        Case::new("the contract", Request::get("/openapi.json"), 200, "ok").answers("/openapi", "3.1.0"),
        Case::new(
            "the contract for a page",
            Request::get("/openapi.json?key=shop").header("origin", ORIGIN),
            200,
            "ok",
        )
        .header("access-control-allow-origin", ORIGIN),
        Case::new("the contract for no page", Request::get("/openapi.json").header("origin", ORIGIN), 200, "ok")
            .no_header("access-control-allow-origin"),
    ]
}
