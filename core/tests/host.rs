//! The request path, bytes to answer: codes in their order, good neighbours kept, decisions signed, records whole.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]
#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values, and tables read better without `&`")]

use serde_json::{Value, json};

use unsnag_core::code::RequestCode;
use unsnag_core::config::Config;
use unsnag_core::host::{HostKind, KeyPolicy, Origins, Request, Response, Site, Verdict, handle};
use unsnag_core::id::WriteKey;
use unsnag_core::push::Signed;
use unsnag_core::risk::Rules;
use unsnag_core::sign::SigningKeys;
use unsnag_core::time::UnixMillis;

const NOW: u64 = 1_700_000_000_000;
const ORIGIN: &str = "https://shop.example";

fn site() -> Site {
    let key = KeyPolicy {
        key: WriteKey::new("wk").unwrap(),
        origins: Origins::Exactly(vec![ORIGIN.to_owned()]),
        rate_per_s: 10,
    };
    let signing = SigningKeys::new(vec![vec![7; 32]]).unwrap();
    Site { keys: vec![key], config: Config::embedded(), signing, model: Box::new(Rules), scrub: true, later: None }
}

fn batch(events: Value) -> Value {
    json!({
        "v": 1, "batch_id": "AAAAAAAAAAAAAAAAAAAAAA", "session": "s-1", "visitor": null, "tab": "t-1", "seq": 0,
        "sent_at": NOW, "sdk": "0.1.0", "config": "x", "consent": "granted",
        "page": {"template": "/checkout", "view": "v1"},
        "features": {"v": 1, "scope": "session", "values": [0,0,0,10,0,0,0,0.5,50,0,1,1,10], "observed": 8159},
        "policy_state": {"level": "low", "shown": [], "dismissed": 0},
        "events": events
    })
}

fn event(id: &str, type_name: &str, data: Value) -> Value {
    json!({"id": id, "type": type_name, "at": NOW, "data": data})
}

fn rage(grade: &str, revision: u32) -> Value {
    let data = json!({"signal": "s1", "kind": "rage_click", "grade": grade, "revision": revision});
    event(&format!("e{revision}"), "signal", data)
}

fn request(body: &[u8]) -> Request<'_> {
    Request {
        method: "POST",
        path: "/v1/batch",
        query: "key=wk",
        content_type: Some("text/plain;charset=utf-8"),
        content_encoding: None,
        origin: Some(ORIGIN),
        sec_fetch_site: None,
        if_none_match: None,
        websocket: false,
        signed: Signed::default(),
        header_bytes: 0,
        body,
    }
}

fn judge(request: &Request<'_>) -> Verdict {
    handle(request, &site(), HostKind::Collector, UnixMillis(NOW), &mut |_: &KeyPolicy| true)
}

fn reply(request: &Request<'_>) -> Response {
    match judge(request) {
        Verdict::Reply(response) => response,
        Verdict::Store { reply, .. } => reply,
        Verdict::Open(_) | Verdict::Keep { .. } => panic!("nothing can come later here"),
    }
}

/// Status and code of a refusal, or 200.
fn outcome(request: &Request<'_>) -> (u16, String) {
    let response = reply(request);
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    let code = body["error"]["code"].as_str().unwrap_or_default();
    (response.status, code.to_owned())
}

fn store(batch: &Value) -> (Value, Value) {
    let body = batch.to_string();
    let Verdict::Store { record, reply, .. } = judge(&request(body.as_bytes())) else {
        panic!("refused: {body}: {:?}", judge(&request(body.as_bytes())));
    };
    (serde_json::from_slice(&reply.body).unwrap(), serde_json::from_slice(&record).unwrap())
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

#[test]
fn what_is_wrong_first_in_the_order_of_checks_is_what_is_said() {
    let good = batch(json!([])).to_string();
    let base = request(good.as_bytes());
    let big = vec![b'x'; 65_537];
    // Each row breaks one thing more than the row before it, from the last check to the first.
    let mut broken = request(br#"{"v":1}"#);
    assert_eq!(outcome(&base), (200, String::new()));
    assert_eq!(outcome(&broken), (400, "invalid_batch".to_owned()));
    broken.body = b"{";
    assert_eq!(outcome(&broken), (400, "invalid_json".to_owned()));
    broken.body = &[0x1f, 0x8b, 0];
    assert_eq!(outcome(&broken), (400, "invalid_encoding".to_owned()));
    let limited = handle(&broken, &site(), HostKind::Edge, UnixMillis(NOW), &mut |_: &KeyPolicy| false);
    let Verdict::Reply(limited) = limited else { panic!("stored") };
    assert_eq!((limited.status, header(&limited, "retry-after").as_deref()), (429, Some("1")));
    broken.origin = Some("https://evil.example");
    assert_eq!(outcome(&broken), (403, "origin_not_allowed".to_owned()));
    broken.query = "key=other";
    assert_eq!(outcome(&broken), (401, "unknown_key".to_owned()));
    broken.body = b"";
    assert_eq!(outcome(&broken), (400, "empty_body".to_owned()));
    broken.body = &big;
    assert_eq!(outcome(&broken), (413, "body_too_large".to_owned()));
    broken.content_type = Some("image/png");
    assert_eq!(outcome(&broken), (415, "unsupported_content_type".to_owned()));
    broken.method = "PUT";
    assert_eq!(outcome(&broken), (405, "method_not_allowed".to_owned()));
    assert_eq!(header(&reply(&broken), "allow").as_deref(), Some("POST"));
    broken.path = "/v2/batch";
    assert_eq!(outcome(&broken), (404, "not_found".to_owned()));
    broken.header_bytes = 16 * 1024 + 1;
    assert_eq!(outcome(&broken), (431, "headers_too_large".to_owned()));
    let long = "x".repeat(8 * 1024);
    broken.query = &long;
    assert_eq!(outcome(&broken), (414, "uri_too_long".to_owned()));
}

#[test]
fn every_code_has_its_status_and_only_passing_trouble_is_retried() {
    for code in RequestCode::ALL {
        let retryable = matches!(code.status(), 408 | 429 | 500 | 503);
        assert_eq!(code.retryable(), retryable, "{}", code.code());
        assert!(code.message().ends_with('.'));
    }
}

#[test]
fn rejects_batches_that_are_not_batches() {
    let break_it = |name: &str, value: Value| {
        let mut batch = batch(json!([]));
        batch[name] = value;
        batch
    };
    for broken in [
        break_it("v", json!(2)),
        break_it("batch_id", json!("short")),
        break_it("session", json!("")),
        break_it("session", json!("a".repeat(65))),
        break_it("visitor", json!(5)),
        break_it("tab", Value::Null),
        break_it("seq", json!(-1)),
        break_it("sent_at", json!("now")),
        break_it("consent", json!("pending")),
        break_it("page", json!([])),
        break_it("features", json!({"v": 1, "scope": "history", "values": [0,0,0,0,0,0,0,0,0,0,0,0,0], "observed": 0})),
        break_it("features", json!({"v": 1, "scope": "session", "values": [0], "observed": 0})),
        break_it("events", json!({})),
        json!([]),
        json!("batch"),
    ] {
        assert_eq!(outcome(&request(broken.to_string().as_bytes())).1, "invalid_batch", "{broken}");
    }
    let infinite = batch(json!([])).to_string().replace("50,0,1", "1e999,0,1");
    assert_eq!(outcome(&request(infinite.as_bytes())).1, "invalid_batch");
    let many: Vec<Value> = (0..101).map(|n| event(&n.to_string(), "help", json!({}))).collect();
    assert_eq!(outcome(&request(batch(json!(many)).to_string().as_bytes())), (413, "too_many_events".to_owned()));
    let mut many_and_nameless = batch(json!(many));
    many_and_nameless["batch_id"] = json!(1);
    assert_eq!(outcome(&request(many_and_nameless.to_string().as_bytes())).1, "too_many_events");
    let deep = batch(json!([[[[[[[[1]]]]]]]]));
    assert_eq!(outcome(&request(deep.to_string().as_bytes())).1, "invalid_json");
}

#[test]
fn a_bad_event_never_sinks_its_good_neighbours() {
    let at = |id: &str, at: Value| json!({"id": id, "type": "help", "at": at, "data": {}});
    let events = json!([
        event("good", "click", json!({"role": "button", "x": 1, "y": 2})),
        event("good", "help", json!({})),
        event("bad id", "help", json!({})),
        event("wrong", "click", json!({"x": "1"})),
        event("far", "click", json!({"x": 1e12})),
        at("old", json!(NOW - 86_400_001)),
        at("oldest", json!(-5)),
        at("edge", json!(NOW - 86_400_000)),
        at("soon", json!(NOW + 300_000)),
        at("future", json!(NOW + 300_001)),
        at("text", json!("now")),
        event("long", "custom", json!({"name": "x".repeat(513), "props": {}})),
        event("unknown", "hologram", json!({"deep": [1, {"a": 2}]})),
        7,
        {"id": "no-type", "at": NOW},
    ]);
    let text = batch(events).to_string().replace("{\"deep\"", "{\"big\":0,\"deep\"");
    let infinite = text.replacen(
        "\"events\":[",
        r#""events":[{"id":"infinite","type":"click","at":1700000000000,"data":{"x":1e999}},"#,
        1,
    );
    let Verdict::Store { record, reply, .. } = judge(&request(infinite.as_bytes())) else { panic!("refused") };
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    let dropped: Vec<(Option<&str>, &str)> = answer["dropped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_str(), row["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        dropped,
        [
            (Some("infinite"), "number_out_of_range"),
            (Some("good"), "duplicate_event"),
            (None, "invalid_field"),
            (Some("wrong"), "invalid_field"),
            (Some("far"), "number_out_of_range"),
            (Some("old"), "time_too_old"),
            (Some("oldest"), "time_too_old"),
            (Some("future"), "time_in_future"),
            (Some("text"), "invalid_field"),
            (Some("long"), "string_too_long"),
            (None, "invalid_field"),
            (Some("no-type"), "invalid_field"),
        ]
    );
    assert_eq!(answer["accepted"], 4);
    let record: Value = serde_json::from_slice(&record).unwrap();
    let kept: Vec<&str> =
        record["batch"]["events"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
    assert_eq!(kept, ["good", "edge", "soon", "unknown"]);
    assert_eq!(
        record["dispositions"],
        json!({"ok": 4, "unknown": 1, "drop": {"number_out_of_range": 2, "duplicate_event": 1, "invalid_field": 5,
               "time_too_old": 2, "time_in_future": 1, "string_too_long": 1}})
    );
}

#[test]
fn a_record_holds_the_batch_byte_for_byte_with_fields_nobody_knows() {
    let mut sent = batch(json!([event("a", "help", json!({"later": true}))]));
    sent["new_field"] = json!({"kept": [1.50]});
    let body = format!("  {sent}\n");
    let Verdict::Store { record, session, name, .. } = judge(&request(body.as_bytes())) else { panic!("refused") };
    assert_eq!(session, "s-1");
    assert_eq!(name, format!("wk/s-1/{}/{}", sent["tab"].as_str().unwrap(), sent["batch_id"].as_str().unwrap()));
    let record = String::from_utf8(record).unwrap();
    assert!(record.contains(&sent.to_string()), "{record}");
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(
        (&record["v"], &record["received_at"], &record["key"], &record["host"]),
        (&json!(1), &json!(NOW), &json!("wk"), &json!("collector"))
    );
}

#[test]
fn personal_data_and_secrets_are_taken_out_of_what_is_kept_and_nothing_else() {
    let card = json!({"name": "paid", "props": {"by": "4111 1111 1111 1111", "who": "ann@example.org"}});
    let mut sent = batch(json!([event("ann-at-example-0123456789abcdef0123456789abcdef", "custom", card)]));
    sent["page"]["template"] = json!("/invite/bob@example.org");
    let body = sent.to_string();
    let Verdict::Store { record, scrubbed, .. } = judge(&request(body.as_bytes())) else { panic!("refused") };
    let record: Value = serde_json::from_slice(&record).unwrap();
    let kept = &record["batch"]["events"][0];
    assert_eq!(kept["data"], json!({"name": "paid", "props": {"by": "[card]", "who": "[email]"}}));
    assert_eq!(kept["id"], "ann-at-example-0123456789abcdef0123456789abcdef", "an id is a name");
    assert_eq!(record["batch"]["page"]["template"], "/invite/[email]");
    assert_eq!(scrubbed, 1);
    let kept = Site { scrub: false, ..site() };
    let Verdict::Store { record, scrubbed, .. } =
        handle(&request(body.as_bytes()), &kept, HostKind::Collector, UnixMillis(NOW), &mut |_: &KeyPolicy| true)
    else {
        panic!("refused")
    };
    let record = String::from_utf8(record).unwrap();
    assert!(record.contains(&body), "{record}");
    assert_eq!(scrubbed, 0);
}

#[test]
fn a_likely_rage_click_at_the_checkout_gets_a_signed_proposal() {
    let (answer, record) = store(&batch(json!([rage("likely", 1)])));
    assert_eq!(answer["decision"]["rule"], "checkout-rage");
    assert_eq!(answer["decision"]["reasons"][0], "rage_click is likely, rule needs likely");
    assert_eq!(answer["interventions"][0]["entry"], "checkout-stuck");
    assert_eq!(answer["interventions"][0]["held_out"], false);
    assert_eq!(answer["interventions"][0]["decision"], answer["decision"]["id"]);
    assert_eq!(answer["decision"]["signature"].as_str().unwrap().len(), 22);
    assert_eq!(record["decision"], answer["decision"]);
    assert_eq!(record["risk"], answer["risk"]);
}

#[test]
fn only_the_newest_revision_counts_in_any_order() {
    let retracted = store(&batch(json!([rage("retracted", 2), rage("likely", 1)]))).0;
    assert_eq!(retracted["interventions"], json!([]));
    assert_eq!(retracted["decision"]["rule"], Value::Null);
    let confirmed = store(&batch(json!([rage("confirmed", 2), rage("suspected", 1)]))).0;
    assert_eq!(confirmed["decision"]["reasons"][0], "rage_click is confirmed, rule needs likely");
}

#[test]
fn counts_are_raised_to_what_the_events_prove() {
    let quiet = store(&batch(json!([]))).0;
    let errors: Vec<Value> = (0..3).map(|n| event(&n.to_string(), "error", json!({"cause": "sync"}))).collect();
    let loud = store(&batch(json!(errors))).0;
    assert_eq!((quiet["risk"]["score"].as_f64(), loud["risk"]["score"].as_f64()), (Some(0.0), Some(0.65)));
    assert_eq!(loud["risk"]["level"], "high");
    assert_eq!(loud["policy_state"]["level"], "high");
}

#[test]
fn an_outcome_counts_only_with_the_decision_it_belongs_to() {
    let decision = store(&batch(json!([rage("likely", 1)]))).0["decision"].clone();
    let outcome = |id: &str, decision: &Value, signature: &Value| {
        let data = json!({"intervention": "i-1", "decision": decision, "signature": signature, "what": "clicked"});
        let mut event = event(id, "outcome", data);
        event["verified"] = json!(true);
        event
    };
    let mut later = batch(json!([
        outcome("real", &decision["id"], &decision["signature"]),
        outcome("forged", &decision["id"], &json!("AAAAAAAAAAAAAAAAAAAAAA")),
        outcome("other", &json!("d-other"), &decision["signature"]),
        outcome("none", &json!(""), &json!("")),
    ]));
    later["batch_id"] = json!("BBBBBBBBBBBBBBBBBBBBBA");
    let record = store(&later).1;
    let verified: Vec<&Value> = record["batch"]["events"].as_array().unwrap().iter().map(|e| &e["verified"]).collect();
    assert_eq!(verified, [true, false, false, false]);
    assert_eq!(record["dispositions"]["unverified_outcome"], 3);
    let mut elsewhere = later.clone();
    elsewhere["session"] = json!("s-2");
    assert_eq!(store(&elsewhere).1["dispositions"]["unverified_outcome"], 4);
}

#[test]
fn an_outcome_of_a_local_rule_is_vouched_for_by_its_own_batch() {
    let shown = json!({"intervention": "i-AAAAAAAAAAAAAAAAAAAAAA", "decision": "d-AAAAAAAAAAAAAAAAAAAAAA", "signature": "", "what": "shown"});
    let with_rage = store(&batch(json!([rage("likely", 1), event("o", "outcome", shown.clone())]))).1;
    assert_eq!(with_rage["batch"]["events"][1]["verified"], true);
    let without = store(&batch(json!([event("o", "outcome", shown)]))).1;
    assert_eq!(without["batch"]["events"][0]["verified"], false);
}

#[test]
fn a_repeated_batch_gets_the_same_answer() {
    let body = batch(json!([rage("likely", 1)])).to_string();
    assert_eq!(judge(&request(body.as_bytes())), judge(&request(body.as_bytes())));
}

#[test]
fn only_allowed_pages_can_read_an_answer() {
    let body = batch(json!([])).to_string();
    let mut request = request(body.as_bytes());
    assert_eq!(header(&reply(&request), "access-control-allow-origin").as_deref(), Some(ORIGIN));
    assert_eq!(header(&reply(&request), "vary").as_deref(), Some("Origin"));
    for origin in ["https://evil.example", "null", "https://shop.example.evil", "http://shop.example", ""] {
        request.origin = Some(origin);
        assert_eq!(outcome(&request).1, "origin_not_allowed", "{origin}");
        assert_eq!(header(&reply(&request), "access-control-allow-origin"), None);
    }
    request.origin = None;
    for (site, status) in [(None, 200), (Some("same-origin"), 200), (Some("none"), 200), (Some("cross-site"), 403)] {
        request.sec_fetch_site = site;
        assert_eq!(outcome(&request).0, status, "{site:?}");
    }
}

#[test]
fn the_demo_key_is_for_pages_of_this_machine() {
    for (origin, allowed) in [
        ("http://127.0.0.1:7668", true),
        ("http://localhost", true),
        ("https://[::1]:8443", true),
        ("http://localhost.evil.example", false),
        ("http://127.0.0.1.evil.example", false),
        ("http://127.0.0.1:x", false),
        ("file://127.0.0.1", false),
    ] {
        assert_eq!(Origins::Loopback.allow(origin), allowed, "{origin}");
    }
}

#[test]
fn the_configuration_is_served_with_its_etag_and_not_sent_twice() {
    let ask = |query, if_none_match| {
        reply(&Request { method: "GET", path: "/v1/config", query, if_none_match, content_type: None, ..request(b"") })
    };
    let first = ask("key=wk", None);
    let etag = header(&first, "etag").unwrap();
    let config: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(etag, format!("\"{}\"", config["etag"].as_str().unwrap()));
    let tags = [etag.clone(), format!("W/{etag}"), "*".to_owned(), format!("\"old\", {etag}")];
    for known in &tags {
        let second = ask("key=wk", Some(known));
        assert_eq!((second.status, second.body.len()), (304, 0), "{known}");
    }
    assert_eq!(ask("key=wk", Some("\"old\", W/\"older\"")).status, 200);
    assert_eq!(ask("key=nope", None).status, 401);
}
