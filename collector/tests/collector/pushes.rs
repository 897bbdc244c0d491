//! Interventions that are decided later: pushed with a signature, kept through restarts, and handed over by the live
//! channel or with the next answer.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::handshake::HandshakeError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};
use unsnag_core::push::PushKeys;
use unsnag_test_http::{Answer, Request};

use super::support::batch::{batch, event, good, new_id, now, post};
use super::support::process::{Collector, output, unsnag};
use super::support::stream::{metric, until};

const KEYS: [&str; 2] = [
    "now:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "before:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
];
const PATH: &str = "/v1/interventions";
const SESSION: &str = "session-1";

fn start_in(dir: TempDir) -> Collector {
    let mut command = unsnag();
    command.env("UNSNAG_PUSH_KEYS", KEYS.join(","));
    Collector::start_command(command, dir, &["--client-rate-per-s", "0", "--key", "demo=;0"])
}

fn start() -> Collector {
    start_in(TempDir::new().unwrap())
}

fn push_of(id: &str, session: &str) -> Value {
    json!({
        "v": 1, "key": "demo", "session": session,
        "intervention": {"id": id, "entry": "offer-help", "kind": "nudge", "slots": {"name": "delivery"},
                         "priority": "high", "expires_at": now() + 60_000, "decision": format!("d-{id}")},
        "decision": {"id": format!("d-{id}"), "reasons": ["three failed payments"], "propensity": 0.9},
    })
}

/// A push as whoever holds the key sends it, `skew` seconds off.
fn signed(push: &Value, key: &str, skew: i64) -> Request {
    let keys = PushKeys::from_texts(&KEYS.map(str::to_owned), &mut Vec::new());
    let (body, at) = (push.to_string(), (now() / 1000).strict_add_signed(skew).to_string());
    let signature = keys.signature(key, &at, "POST", PATH, body.as_bytes()).unwrap();
    Request::post(PATH, body)
        .header("content-type", "application/json")
        .header("unsnag-key-id", key)
        .header("unsnag-timestamp", at)
        .header("unsnag-signature", signature)
}

fn pushed(collector: &Collector, id: &str) -> Answer {
    signed(&push_of(id, SESSION), "now", 0).send(collector.address)
}

/// A batch of somebody who clicks in rage.
fn stuck() -> String {
    let data = r#"{"signal":"s1","kind":"rage_click","grade":"confirmed","revision":1}"#;
    batch(&[event("s", &now().to_string(), data).replace("custom", "signal")])
}

fn answered(collector: &Collector, batch: String) -> Value {
    let answer = post(batch).send(collector.address);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The ids of the interventions that were pushed, which bring a signature of their own.
fn riding(answer: &Value) -> Vec<&str> {
    let all = answer["interventions"].as_array().unwrap();
    all.iter().filter(|each| each["signature"].is_string()).map(|each| each["id"].as_str().unwrap()).collect()
}

fn token(collector: &Collector) -> String {
    answered(collector, stuck())["live"]["token"].as_str().unwrap().to_owned()
}

fn channel(address: SocketAddr, token: &str) -> WebSocket<TcpStream> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    client(format!("ws://{address}/v1/live?token={token}"), stream).unwrap().0
}

/// The next frame with interventions.
fn frame(channel: &mut WebSocket<TcpStream>) -> Value {
    match channel.read().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("expected a frame, got {other:?}"),
    }
}

fn ack(channel: &mut WebSocket<TcpStream>, ids: &[&str]) {
    channel.send(Message::text(json!({ "ack": ids }).to_string())).unwrap();
}

#[test]
fn an_open_channel_brings_what_is_pushed_and_its_outcome_counts() {
    let collector = start();
    let mut page = channel(collector.address, &token(&collector));
    let answer = pushed(&collector, "i-1");
    assert_eq!((answer.status, answer.json()), (200, json!({"v": 1, "duplicate": false})));
    let came = frame(&mut page);
    let intervention = &came["interventions"][0];
    assert_eq!((&intervention["id"], &intervention["slots"]["name"]), (&"i-1".into(), &"delivery".into()));
    assert_eq!(came["decision"]["reasons"], json!(["three failed payments"]));
    ack(&mut page, &["i-1"]);
    until("told", || metric(collector.address, "unsnag_pushes_waiting") == 0);
    assert_eq!(riding(&answered(&collector, stuck())), Vec::<&str>::new());
    assert_eq!(pushed(&collector, "i-1").json()["duplicate"], true);

    let (decision, signature) =
        (came["decision"]["id"].as_str().unwrap(), came["decision"]["signature"].as_str().unwrap());
    for signature in [signature, "AAAAAAAAAAAAAAAAAAAAAA"] {
        let data = json!({"intervention": "i-1", "decision": decision, "signature": signature, "what": "clicked"});
        let outcome = event("o", &now().to_string(), &data.to_string()).replace("custom", "outcome");
        answered(&collector, batch(&[outcome]));
    }
    let mut collector = collector;
    assert!(collector.running.terminate().success());
    let records = collector.records();
    let verified: Vec<&Value> = records
        .iter()
        .flat_map(|record| record["batch"]["events"].as_array().unwrap())
        .filter(|event| event["type"] == "outcome")
        .map(|event| &event["verified"])
        .collect();
    assert_eq!(verified, [true, false]);
}

#[test]
fn without_a_channel_it_rides_on_answers_until_the_page_has_it() {
    let collector = start();
    for id in ["i-1", "i-2"] {
        assert_eq!(pushed(&collector, id).status, 200);
    }
    let answer = answered(&collector, batch(&[good("e")]));
    assert_eq!(riding(&answer), ["i-1", "i-2"]);
    assert_eq!(answer["interventions"][0]["decision"], "d-i-1");
    // Nobody said that they arrived.
    assert_eq!(riding(&answered(&collector, batch(&[good("e")]))), ["i-1", "i-2"]);
    let shown =
        batch(&[good("e")]).replace(r#""policy_state":{}"#, r#""policy_state":{"shown":[{"id":"i-1","at":1}]}"#);
    answered(&collector, shown);
    assert_eq!(riding(&answered(&collector, batch(&[good("e")]))), ["i-2"]);
    let data = r#"{"intervention":"i-2","decision":"d-i-2","signature":"","what":"expired"}"#;
    answered(&collector, batch(&[event("o", &now().to_string(), data).replace("custom", "outcome")]));
    assert_eq!(riding(&answered(&collector, batch(&[good("e")]))), Vec::<&str>::new());
    // Somebody else's session has none of it.
    let other = batch(&[good("e")]).replace(SESSION, "session-2");
    assert_eq!(riding(&answered(&collector, other)), Vec::<&str>::new());
}

#[test]
fn what_waits_survives_a_kill_and_what_arrived_stays_known() {
    let mut collector = start();
    for id in ["i-1", "i-2"] {
        assert_eq!(pushed(&collector, id).status, 200);
    }
    let shown =
        batch(&[good("e")]).replace(r#""policy_state":{}"#, r#""policy_state":{"shown":[{"id":"i-1","at":1}]}"#);
    answered(&collector, shown);
    collector.running.kill();
    let collector = start_in(collector.into_dir());
    assert_eq!(metric(collector.address, "unsnag_pushes_waiting"), 1);
    assert_eq!(pushed(&collector, "i-1").json()["duplicate"], true);
    assert_eq!(pushed(&collector, "i-2").json()["duplicate"], true);
    let mut page = channel(collector.address, &token(&collector));
    assert_eq!(frame(&mut page)["interventions"][0]["id"], "i-2");
}

#[test]
fn what_waits_is_forgotten_with_its_visitor() {
    let mut collector = start();
    for (visitor, session) in [("ann-0001", SESSION), ("bob-0001", "session-10")] {
        let batch = batch(&[good("e")]).replace("\"visitor\":null", &format!("\"visitor\":\"{visitor}\""));
        answered(&collector, batch.replace(SESSION, session));
        assert_eq!(signed(&push_of("i-1", session), "now", 0).send(collector.address).status, 200);
    }
    assert!(collector.running.terminate().success());
    let log_dir = collector.log_dir();
    assert!(output(["forget", "ann-0001", "--log-dir", log_dir.to_str().unwrap()]).status.success());
    let collector = start_in(collector.into_dir());
    assert_eq!(metric(collector.address, "unsnag_pushes_waiting"), 1);
    assert_eq!(riding(&answered(&collector, batch(&[good("e")]))), Vec::<&str>::new());
}

#[test]
fn refuses_pushes_that_nobody_signed_or_that_are_none() {
    let collector = start();
    let good_push = push_of("i-1", SESSION);
    let changed = |pointer: &str, value: Value| {
        let mut push = good_push.clone();
        *push.pointer_mut(pointer).unwrap() = value;
        signed(&push, "now", 0)
    };
    let base = || signed(&good_push, "now", 0);
    let rows = [
        (base().without("unsnag-signature"), 401, "bad_signature"),
        (base().header("unsnag-signature", "00"), 401, "bad_signature"),
        (base().header("unsnag-key-id", "before"), 401, "bad_signature"),
        (base().header("unsnag-key-id", "nobody"), 401, "bad_signature"),
        (base().header("unsnag-timestamp", "soon"), 401, "bad_signature"),
        (signed(&good_push, "now", -310), 401, "stale_signature"),
        (signed(&good_push, "now", 310), 401, "stale_signature"),
        (base().method("GET"), 405, "method_not_allowed"),
        (base().header("content-type", "text/html"), 415, "unsupported_content_type"),
        (signed(&json!([good_push]), "now", 0), 400, "invalid_push"),
        (signed(&json!("text"), "now", 0), 400, "invalid_push"),
        (changed("/v", json!(2)), 400, "invalid_push"),
        (changed("/key", json!("no key")), 400, "invalid_push"),
        (changed("/key", json!("other")), 401, "unknown_key"),
        (changed("/session", json!("")), 400, "invalid_push"),
        (changed("/intervention/id", json!("no id")), 400, "invalid_push"),
        (changed("/intervention/entry", json!("nothing")), 400, "invalid_push"),
        (changed("/intervention/kind", json!("email")), 400, "invalid_push"),
        (changed("/intervention/priority", json!("now")), 400, "invalid_push"),
        (changed("/intervention/expires_at", json!(now() - 1)), 400, "invalid_push"),
        (changed("/intervention/expires_at", json!(now() + 90_000_000)), 400, "invalid_push"),
        (changed("/intervention/decision", json!("d-other")), 400, "invalid_push"),
        (changed("/intervention/slots", json!({"name": "x".repeat(513)})), 400, "invalid_push"),
        (changed("/decision/propensity", json!(0)), 400, "invalid_push"),
    ];
    for (request, status, code) in rows {
        let answer = request.send(collector.address);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{request}");
    }
    assert_eq!(metric(collector.address, "unsnag_pushes_waiting"), 0);
    assert_eq!(signed(&good_push, "before", 200).send(collector.address).status, 200);
    for number in 2..=8 {
        assert_eq!(pushed(&collector, &format!("i-{number}")).status, 200);
    }
    let full = pushed(&collector, "i-9");
    assert_eq!((full.status, full.code().as_str()), (429, "rate_limited"));
    assert!(full.header("retry-after").is_some());
    // One that is there already needs no room.
    assert_eq!(pushed(&collector, "i-8").json()["duplicate"], true);
}

#[test]
fn the_channel_opens_with_a_token_only_and_closes_when_the_collector_stops() {
    let mut collector = start();
    assert_eq!(answered(&collector, batch(&[good("e")]))["live"], Value::Null);
    let token = token(&collector);
    let path = |token: &str| format!("/v1/live?token={token}");
    let plain = Request::get(&path(&token)).send(collector.address);
    assert_eq!((plain.status, plain.code().as_str()), (426, "upgrade_required"));
    assert_eq!(plain.header("upgrade"), Some("websocket"));
    let handshake = |token: &str| {
        Request::get(&path(token))
            .header("upgrade", "websocket")
            .header("connection", "upgrade")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    for forged in ["", "x", &token.replace(SESSION, "session-2"), &token[..token.len() - 1]] {
        let answer = handshake(forged).send(collector.address);
        assert_eq!((answer.status, answer.code().as_str()), (401, "bad_token"), "{forged}");
    }
    let stream = TcpStream::connect(collector.address).unwrap();
    let refused = client(format!("ws://{}/v1/live?token=x", collector.address), stream);
    assert!(matches!(refused, Err(HandshakeError::Failure(Error::Http(answer))) if answer.status() == 401));

    // Of more than four channels of a session the oldest gives way.
    let mut pages: Vec<_> = (0..5).map(|_| channel(collector.address, &token)).collect();
    until("told", || metric(collector.address, "unsnag_live_channels") == 4);
    assert!(matches!(pages[0].read(), Ok(Message::Close(Some(frame))) if frame.code == CloseCode::Policy));
    // The newest gets what comes; what is no acknowledgement changes nothing.
    for text in ["", "[]", r#"{"ack":7}"#, r#"{"ack":["i-9"]}"#] {
        pages[4].send(Message::text(text)).unwrap();
    }
    assert_eq!(pushed(&collector, "i-1").status, 200);
    assert_eq!(frame(&mut pages[4])["interventions"][0]["id"], "i-1");
    pages[3].send(Message::binary(vec![1])).unwrap();
    assert!(matches!(pages[3].read(), Ok(Message::Close(Some(frame))) if frame.code == CloseCode::Unsupported));
    assert!(collector.running.terminate().success());
    assert!(matches!(pages[4].read(), Ok(Message::Close(Some(frame))) if frame.code == CloseCode::Away));
}

#[test]
fn one_client_address_cannot_take_all_channels() {
    /// Of 2,048 in all.
    const MOST: usize = 256;
    let collector = start();
    let token_of = |session: usize| {
        let answer = answered(&collector, stuck().replace(SESSION, &format!("session-{session}")));
        answer["live"]["token"].as_str().unwrap().to_owned()
    };
    let mut pages: Vec<_> = (0..MOST / 4)
        .flat_map(|session| {
            let token = token_of(session);
            (0..4).map(|_| channel(collector.address, &token)).collect::<Vec<_>>()
        })
        .collect();
    let token = token_of(MOST);
    let ask = || {
        let stream = TcpStream::connect(collector.address).unwrap();
        match client(format!("ws://{}/v1/live?token={token}", collector.address), stream) {
            Ok(_) => 101,
            Err(HandshakeError::Failure(Error::Http(answer))) => answer.status().as_u16(),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(ask(), 429);
    drop(pages.pop());
    until("closed", || metric(collector.address, "unsnag_live_channels") == MOST as u64 - 1);
    assert_eq!(ask(), 101, "the place of one that has gone");
}

#[test]
fn the_kill_switch_holds_back_what_waits() {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("config.json");
    let text = include_str!("../../../core/src/config/embedded.json").replacen('{', r#"{"kill":true,"#, 1);
    std::fs::write(&config, text).unwrap();
    let mut command = unsnag();
    command.env("UNSNAG_PUSH_KEYS", KEYS[0]);
    let path = config.display().to_string();
    let collector = Collector::start_command(command, dir, &["--key", "demo=;0", "--page-config", &path]);
    assert_eq!(pushed(&collector, &new_id()).status, 200);
    let answer = answered(&collector, stuck());
    assert_eq!((riding(&answer), &answer["live"]), (Vec::new(), &Value::Null));
    assert_eq!(metric(collector.address, "unsnag_pushes_waiting"), 1);
}
