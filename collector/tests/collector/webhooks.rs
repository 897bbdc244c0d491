//! Help that goes to the operator's own systems: signed, until it is taken, and in the way of nothing else.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use unsnag_core::push::RequestKey;
use unsnag_test_http::{Reply, Request, Server};

use super::support::batch::{batch_with_id, new_id, post};
use super::support::process::{Collector, unsnag};
use super::support::stream::{metric, until};
use super::tls::{certificate, secure};

/// Tuesday, 10:00 UTC. The collector's clock is held there, so that a wait passes by a start with a later clock.
const HELD_MS: u64 = 1_699_956_000_000;
/// The first wait after a delivery that failed.
const RETRY_AFTER_MS: u64 = 30_000;

const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const PATH: &str = "/hooks/53cr3t";

/// Somebody is always there, and nobody sleeps.
const SITE: &str = r#"{"quiet_hours": ["00:00", "00:00"], "escalation": [],
    "channels": {"live_chat": {"least_level": "low", "people": false}}}"#;

/// A folder for the analysis in which one entry is offered, through these channels.
fn learned(channels: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    let entry = format!(r#"[{{"id": "offer-help", "version": 1, "text": "general_help", "channels": {channels}}}]"#);
    std::fs::write(dir.path().join("catalogue.json"), entry).unwrap();
    std::fs::write(dir.path().join("site.json"), SITE).unwrap();
    dir
}

/// The command with the roots of this file and no others, whether it is there or not.
fn unsnag_that_trusts(file: &Path) -> Command {
    let mut command = unsnag();
    command.env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR");
    command
}

/// A collector whose mails, chats and tickets go to this URL.
fn start_in(dir: TempDir, learned: &Path, url: &str, clock_ms: u64) -> Collector {
    let file = dir.path().join("unsnag.toml");
    let webhook = format!(
        "[[channels.webhook]]\nurl = \"{url}\"\nsecret = \"desk-1:{SECRET}\"\nkinds = [\"email\", \"live_chat\", \"ticket\"]\n"
    );
    std::fs::write(&file, webhook).unwrap();
    let mut command = unsnag_that_trusts(&learned.join("root.pem"));
    command.env("UNSNAG_HELD_CLOCK_MS", clock_ms.to_string()).env("UNSNAG_CONFIG", &file);
    let path = learned.display().to_string();
    Collector::start_command(command, dir, &["--analysis-dir", &path, "--key", "demo=;0", "--client-rate-per-s", "0"])
}

fn start(learned: &Path, server: &Server) -> Collector {
    start_in(TempDir::new().unwrap(), learned, &url(server), HELD_MS)
}

fn url(server: &Server) -> String {
    format!("http://{}{PATH}", server.address())
}

/// Sends the batch of a visitor who is stuck.
fn send(address: SocketAddr, visitor: &str) {
    send_with(address, visitor, &[]);
}

/// The same from a page that says this of its visitor.
fn send_said(address: SocketAddr, visitor: &str, props: &Value) {
    let data = json!({"name": "unsnag.visitor", "props": props});
    send_with(address, visitor, &[json!({"id": "said", "type": "custom", "at": HELD_MS - 9000, "data": data})]);
}

fn send_with(address: SocketAddr, visitor: &str, before: &[Value]) {
    let mut events: Vec<String> = before.iter().map(Value::to_string).collect();
    for n in 1..=3 {
        let at = HELD_MS - 5000 + n * 1000;
        let data = json!({"signal": format!("s{n}"), "kind": "rage_click", "grade": "confirmed", "revision": 1,
            "role": "button", "label": "submit"});
        events.push(json!({"id": format!("e{n}"), "type": "signal", "at": at, "data": data}).to_string());
        events.push(json!({"id": format!("h{n}"), "type": "help", "at": at + 1, "data": {}}).to_string());
    }
    let batch = batch_with_id(&new_id(), &events).replace("\"visitor\":null", &format!("\"visitor\":\"{visitor}\""));
    let answer = post(batch.replace("session-1", &format!("s-{visitor}"))).send(address);
    assert_eq!((answer.status, &answer.json()["accepted"]), (200, &events.len().into()), "{}", answer.text());
}

/// Deliveries through a channel that ended so.
fn delivered(address: SocketAddr, channel: &str, how: &str) -> u64 {
    let text = Request::get("/metrics").send(address).text();
    let name = format!("unsnag_analysis_deliveries_total{{channel=\"{channel}\",how=\"{how}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

#[test]
fn a_chat_is_offered_to_the_operators_system_until_it_is_taken() {
    let server = Server::start(|number| Reply::Status(if number == 0 { 503 } else { 200 }));
    let learned = learned(r#"["live_chat"]"#);
    let mut collector = start(learned.path(), &server);
    send(collector.address, "ann-0001");
    until("it failed once", || delivered(collector.address, "live_chat", "failed") == 1);
    assert!(collector.running.terminate().success());
    let said = collector.errors();
    assert!(said.contains("channel_throttled"), "{said}");
    assert!(!said.contains(SECRET) && !said.contains("53cr3t"), "{said}");

    let later = HELD_MS + RETRY_AFTER_MS;
    let collector = start_in(collector.into_dir(), learned.path(), &url(&server), later);
    until("it was taken", || delivered(collector.address, "live_chat", "sent") == 1);
    assert_eq!(delivered(collector.address, "live_chat", "failed"), 0);
    let came = server.came();
    assert_eq!(came.len(), 2);
    assert_eq!(came[0].body, came[1].body, "a receiver knows it again");
    let key = RequestKey::new("desk-1", SECRET).unwrap();
    for (request, at_ms) in came.iter().zip([HELD_MS, later]) {
        let timestamp = (at_ms / 1000).to_string();
        let signature = key.signature(&timestamp, "POST", PATH, &request.body);
        for (name, expected) in [
            ("unsnag-key-id", "desk-1"),
            ("unsnag-timestamp", timestamp.as_str()),
            ("unsnag-signature", signature.as_str()),
        ] {
            assert_eq!(request.header(name), Some(expected), "{name}");
        }
    }
    let body: Value = serde_json::from_slice(&came[0].body).unwrap();
    assert_eq!((&body["channel"], &body["visitor"]), (&"live_chat".into(), &"ann-0001".into()), "{body}");
    assert_eq!(body["id"], came[0].header("idempotency-key").unwrap());
    assert!(body["expires_at"].as_u64().unwrap() > later, "{body}");
    let report = Request::get("/analysis.json").send(collector.address).json();
    assert_eq!(report["health"]["channels"], json!([["live_chat", "sent", 1]]), "{}", report["health"]);
}

/// Whom the requests to a receiver were about, each with its channel.
fn reached(server: &Server) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let about = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap();
        (text(&body["visitor"]), text(&body["channel"]))
    };
    server.came().iter().map(|request| about(&request.body)).collect()
}

#[test]
fn who_does_not_answer_in_the_page_is_offered_a_chat_unless_they_want_none() {
    let server = Server::start(|_| Reply::Status(200));
    let learned = learned(r#"["in_app"]"#);
    let catalogue = r#"[{"id": "offer-help", "version": 1, "text": "general_help", "channels": ["in_app"]},
        {"id": "chat", "version": 1, "text": "live_chat_offer", "channels": ["live_chat"], "priorities": ["low", "low"]}]"#;
    let site = SITE.replace(r#""escalation": []"#, r#""escalation": [{"after_minutes": 61, "channel": "live_chat"}]"#);
    std::fs::write(learned.path().join("catalogue.json"), catalogue).unwrap();
    std::fs::write(learned.path().join("site.json"), site).unwrap();
    let mut collector = start(learned.path(), &server);
    send_said(collector.address, "bob-0001", &json!({"unwanted": "live_chat"}));
    send(collector.address, "ann-0001");
    until("both pages have their help", || delivered(collector.address, "in_app", "sent") == 2);
    assert!(collector.running.terminate().success());
    assert!(server.came().is_empty(), "the page comes first");

    let three_hours = 3 * 60 * 60 * 1000;
    let mut collector = start_in(collector.into_dir(), learned.path(), &url(&server), HELD_MS + three_hours);
    until("the chat is offered", || delivered(collector.address, "live_chat", "sent") == 1);
    assert!(collector.running.terminate().success());
    assert_eq!(reached(&server), [("ann-0001".to_owned(), "live_chat".to_owned())]);
    let body: Value = serde_json::from_slice(&server.came()[0].body).unwrap();
    let id = body["id"].as_str().unwrap();
    assert!(body["entry"] == "chat" && id.ends_with(".1.live_chat"), "a step is a message of its own: {body}");
}

#[test]
fn a_mail_goes_to_those_whom_the_site_says_it_can_reach() {
    let server = Server::start(|_| Reply::Status(200));
    let learned = learned(r#"["email"]"#);
    let mut collector = start(learned.path(), &server);
    send(collector.address, "bob-0001");
    send_said(collector.address, "ann-0001", &json!({"email_known": true, "utc_offset_minutes": 60}));
    until("the mail goes out", || delivered(collector.address, "email", "sent") == 1);
    assert!(collector.running.terminate().success());
    assert_eq!(reached(&server), [("ann-0001".to_owned(), "email".to_owned())]);
}

#[test]
fn a_receiver_that_hangs_holds_up_no_record_and_no_page() {
    let server = Server::start(|_| Reply::Silence);
    let learned = learned(r#"["in_app", "live_chat"]"#);
    let collector = start(learned.path(), &server);
    send(collector.address, "ann-0001");
    until("it hangs", || server.came().len() == 1);
    send(collector.address, "bob-0001");
    until("the other visitor is helped", || server.came().len() == 2);
    assert_eq!(metric(collector.address, "unsnag_analysis_consumed_total"), 2);
    assert_eq!(metric(collector.address, "unsnag_pushes_waiting"), 2, "both pages have their help");
    assert_eq!(delivered(collector.address, "live_chat", "failed"), 0, "both tries still wait for the receiver");
}

#[test]
fn posts_over_tls_to_nobody_but_whom_the_systems_roots_vouch_for() {
    let receiver = TempDir::new().unwrap();
    certificate(receiver.path());
    // It answers 404, but only to whoever has shaken hands with it.
    let (_running, address) = secure(receiver.path());
    let url = format!("https://localhost:{}{PATH}", address.port());
    let stranger = TempDir::new().unwrap();
    certificate(stranger.path());
    for (root, how) in [(receiver.path(), "refused"), (stranger.path(), "failed")] {
        let learned = learned(r#"["live_chat"]"#);
        std::fs::copy(root.join("cert.pem"), learned.path().join("root.pem")).unwrap();
        let collector = start_in(TempDir::new().unwrap(), learned.path(), &url, HELD_MS);
        send(collector.address, "ann-0001");
        until(how, || delivered(collector.address, "live_chat", how) == 1);
        let said = collector.errors();
        assert!(said.contains(if how == "refused" { "answers 404" } else { "certificate" }), "{said}");
    }
}

#[test]
fn a_collector_without_any_root_says_so_before_it_listens() {
    let learned = learned(r#"["live_chat"]"#);
    let log = TempDir::new().unwrap();
    let mut command = unsnag_that_trusts(&learned.path().join("none.pem"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-dir"]).arg(log.path().join("log"));
    command.arg("--analysis-dir").arg(learned.path());
    command.env("UNSNAG_CHANNELS_WEBHOOK", format!("{SECRET}=https://desk.example{PATH}"));
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("(webhook_roots)") && !said.contains("53cr3t"), "{said}");
}
