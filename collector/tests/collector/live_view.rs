//! The live view: what arrives is seen at once, on this machine only.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use unsnag_test_http::{Request, connect};

use super::support::batch::{batch, batch_with_id, good, new_id, post};
use super::support::process::{Collector, Running, output, unsnag};

/// Opens the feed; the answer's head has been read.
fn feed(collector: &Collector, last_event_id: Option<&str>) -> BufReader<TcpStream> {
    feed_of(collector.address, last_event_id)
}

pub(crate) fn feed_of(address: SocketAddr, last_event_id: Option<&str>) -> BufReader<TcpStream> {
    let mut stream = connect(address).unwrap();
    let last = last_event_id.map_or(String::new(), |id| format!("last-event-id: {id}\r\n"));
    write!(stream, "GET /feed HTTP/1.1\r\nhost: {address}\r\n{last}\r\n").unwrap();
    let mut feed = BufReader::new(stream);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        feed.read_line(&mut line).unwrap();
    }
    feed
}

/// The next event's id and data.
pub(crate) fn next_event(feed: &mut BufReader<TcpStream>) -> (String, serde_json::Value) {
    let mut id = String::new();
    let asked = Instant::now();
    loop {
        // The feed says now and then that it is still there.
        assert!(asked.elapsed() < Duration::from_mins(1), "no event comes");
        let mut line = String::new();
        assert_ne!(feed.read_line(&mut line).unwrap(), 0, "the feed has ended");
        if let Some(value) = line.strip_prefix("id: ") {
            value.trim_end().clone_into(&mut id);
        } else if let Some(data) = line.strip_prefix("data: ") {
            return (id, serde_json::from_str(data).unwrap());
        }
    }
}

fn send(collector: &Collector) -> String {
    let id = new_id();
    let answer = post(batch_with_id(&id, &[good("e")])).send(collector.address);
    assert_eq!(answer.status, 200, "{}", answer.text());
    id
}

#[test]
fn shows_a_record_as_soon_as_it_is_durable() {
    let collector = Collector::start();
    let mut feed = feed(&collector, None);
    let sent = send(&collector);
    let (id, record) = next_event(&mut feed);
    assert_eq!(id, "0");
    assert_eq!(record["batch"]["batch_id"], sent);
    assert_eq!(record["v"], 1);
    assert!(record["risk"].is_object() && record["decision"].is_object(), "{record}");
}

#[test]
fn shows_a_new_viewer_the_past_also_after_a_restart() {
    let collector = Collector::start();
    let sent = [send(&collector), send(&collector)];
    let collector = collector.restart();
    let mut feed = feed(&collector, None);
    for (at, expected) in sent.iter().enumerate() {
        let (id, record) = next_event(&mut feed);
        assert_eq!((id, record["batch"]["batch_id"].as_str()), (at.to_string(), Some(expected.as_str())));
    }
}

#[test]
fn goes_on_for_a_viewer_that_comes_back() {
    let collector = Collector::start();
    let sent = [send(&collector), send(&collector), send(&collector)];
    let (id, record) = next_event(&mut feed(&collector, Some("1")));
    assert_eq!((id.as_str(), record["batch"]["batch_id"].as_str()), ("2", Some(sent[2].as_str())));
    let (id, _) = next_event(&mut feed(&collector, Some("900")));
    assert_eq!(id, "0", "a viewer of another log starts afresh");
}

#[test]
fn keeps_a_record_with_line_breaks_in_one_event() {
    let collector = Collector::start();
    let mut feed = feed(&collector, None);
    let spaced = batch(&[good("e")]).replace(r#","tab""#, ",\r\n\"tab\"");
    assert_eq!(post(spaced).send(collector.address).status, 200);
    let (_, record) = next_event(&mut feed);
    assert_eq!(record["batch"]["tab"], "tab-1");
}

#[test]
fn serves_the_view_with_a_strict_policy() {
    let collector = Collector::start();
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/live/style.css", "text/css; charset=utf-8"),
        ("/live/main.js", "text/javascript; charset=utf-8"),
        ("/live/words.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = Request::get(path).send(collector.address);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(media_type)), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[test]
fn hides_the_view_from_everyone_else() {
    let collector = Collector::start();
    for path in ["/", "/live/main.js", "/feed"] {
        for (header, value) in
            [("host", "rebound.example"), ("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1")]
        {
            let answer = Request::get(path).header(header, value).send(collector.address);
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path} {header}");
        }
        let posted = Request::post(path, "x").send(collector.address);
        assert_eq!((posted.status, posted.code().as_str()), (404, "not_found"), "{path}");
    }
}

#[test]
fn stops_at_once_although_a_view_is_open() {
    let mut collector = Collector::start();
    let _feed = feed(&collector, None);
    let asked = Instant::now();
    assert!(collector.running.terminate().success());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

#[test]
fn tells_operators_how_it_is() {
    let collector = Collector::start();
    send(&collector);
    post("").send(collector.address);
    let ready = Request::get("/readyz").send(collector.address);
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json()["dependencies"][0]["reason"], "ok");
    assert_eq!(Request::get("/healthz").send(collector.address).status, 200);
    let metrics = Request::get("/metrics").send(collector.address).text();
    for line in [
        "unsnag_requests_total{status=\"400\",code=\"empty_body\"} 1",
        "unsnag_batches_total 1",
        "unsnag_events_total{disposition=\"ok\"} 1",
        "unsnag_log_sync_seconds_count 1",
        "unsnag_log_next_sequence 1",
        "unsnag_log_failed 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in {metrics}");
    }
}

#[test]
fn logs_neither_payloads_nor_addresses() {
    let mut collector = Collector::start();
    let secret = super::support::batch::event(
        "e",
        &super::support::batch::now().to_string(),
        r#"{"name":"very-private","props":{}}"#,
    );
    assert_eq!(post(batch(&[secret])).send(collector.address).status, 200);
    post("{").send(collector.address);
    collector.running.terminate();
    let errors = collector.errors();
    assert!(!errors.contains("very-private") && !errors.contains("127.0.0.1"), "{errors}");
}

#[test]
fn tail_follows_a_running_collector_and_says_when_it_ends() {
    let mut collector = Collector::start();
    assert_eq!(post(batch(&[good("before")])).send(collector.address).status, 200);
    let at = collector.address.to_string();
    let dir = tempfile::TempDir::new().unwrap();
    let errors = dir.path().join("stderr");
    let mut following = Running::start(unsnag().args(["tail", "--follow", "--json", "--at", &at]), &errors);
    let event_of = |line: String| -> serde_json::Value {
        let record: serde_json::Value = serde_json::from_str(&line).unwrap();
        record["batch"]["events"][0]["id"].clone()
    };
    assert_eq!(event_of(following.line()), "before");
    assert_eq!(post(batch(&[good("after")])).send(collector.address).status, 200);
    assert_eq!(event_of(following.line()), "after");
    assert!(collector.running.terminate().success());
    assert_eq!(following.line(), "", "the feed has ended");
    let said = || std::fs::read_to_string(&errors).unwrap();
    super::support::stream::until("it says so", || said().contains("(feed_ended)"));

    let nobody = output(["tail", "--follow", "--at", &at]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("(no_feed)"));
}
