//! `unsnag live` and `unsnag demo --edge`: the live view of a stream that others write.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::primitives::Blob;
use tempfile::TempDir;
use unsnag_kinesis_stub::{Fault, Options, Stub, What};
use unsnag_test_http::Request;

use super::live_view::{feed_of, next_event};
use super::support::process::{Running, output, unsnag};
use super::support::stream::{STREAM, metric, unsnag_with_credentials, until};

/// A stream record v1, as far as a viewer looks.
fn record(session: &str) -> String {
    format!(
        r#"{{"v":1,"received_at":1700000000000,"key":"demo","host":"edge","batch":{{"batch_id":"b","session":"{session}","tab":"t","events":[]}},"dispositions":{{"ok":0,"drop":{{}}}},"risk":{{}},"decision":{{}}}}"#
    )
}

/// Asks the stub for something, as any client would.
fn ask<T, F: Future<Output = T>>(stub: &Stub, what: impl FnOnce(Client) -> F) -> T {
    let own = stub.credentials();
    let config = aws_sdk_kinesis::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(&own.access_key, &own.secret_key, None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(stub.url())
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(what(Client::from_conf(config)))
}

/// Puts one record into the stub's stream.
fn put(stub: &Stub, data: &str) {
    let put = async |client: Client| {
        let request = client.put_record().stream_name(STREAM).partition_key(data.len().to_string());
        request.data(Blob::new(data)).send().await
    };
    ask(stub, put).unwrap();
}

/// A running live view.
struct Live {
    running: Running,
    address: SocketAddr,
    dir: TempDir,
}

impl Live {
    fn start(stub: &Stub, args: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let mut command = unsnag_with_credentials();
        command
            .args(["live", "--listen", "127.0.0.1:0", "--stream-name", STREAM, "--stream-region", "us-east-1"])
            .args(["--stream-endpoint", &stub.url()])
            .args(args);
        let mut running = Running::start(&mut command, &dir.path().join("stderr"));
        let address = address(&running.line(), "live view");
        assert_eq!(running.line(), format!("stream     {STREAM} at {}", stub.url()));
        Self { running, address, dir }
    }

    /// The sessions of the next records.
    fn sessions(&self, count: usize) -> Vec<String> {
        let mut feed = feed_of(self.address, None);
        (0..count).map(|_| next_event(&mut feed).1["batch"]["session"].as_str().unwrap().to_owned()).collect()
    }
}

fn address(line: &str, name: &str) -> SocketAddr {
    let url = line.strip_prefix(name).unwrap_or_else(|| panic!("{line:?}"));
    url.trim().strip_prefix("http://").unwrap().strip_suffix('/').unwrap().parse().unwrap()
}

#[test]
fn shows_what_a_stream_has_and_what_comes() {
    let stub = Stub::start(Options::default()).unwrap();
    put(&stub, &record("before"));
    let live = Live::start(&stub, &["--from-start"]);
    assert_eq!(live.sessions(1), ["before"]);
    put(&stub, &record("after"));
    assert_eq!(live.sessions(2), ["before", "after"]);
    let page = Request::get("/").send(live.address);
    assert!(page.text().contains("/live/main.js"), "{}", page.text());
}

#[test]
fn begins_with_what_comes_unless_told_otherwise() {
    let stub = Stub::start(Options::default()).unwrap();
    put(&stub, &record("before"));
    let live = Live::start(&stub, &[]);
    until("every shard is read", || stub.stats().requests.get("GetRecords").is_some_and(|reads| *reads >= 4));
    put(&stub, &record("after"));
    assert_eq!(live.sessions(1), ["after"]);
}

#[test]
fn shows_each_record_once_and_nothing_that_is_none() {
    let stub = Stub::start(Options::default()).unwrap();
    for data in ["not JSON", r#"{"v":1}"#, &record("one"), &record("one"), &record("two")] {
        put(&stub, data);
    }
    let live = Live::start(&stub, &["--from-start"]);
    let mut sessions = live.sessions(2);
    sessions.sort();
    assert_eq!(sessions, ["one", "two"]);
    let counted = |reason: &str| metric(live.address, &format!("unsnag_live_refused_total{{reason=\"{reason}\"}}"));
    until("all are counted", || Request::get("/metrics").send(live.address).text().contains("repeated"));
    assert_eq!((counted("not_json"), counted("not_record_v1"), counted("repeated")), (1, 1, 1));
    assert_eq!(metric(live.address, "unsnag_live_records_total"), 2);
}

#[test]
fn reads_on_after_faults_without_a_gap_or_a_repetition() {
    let stub = Stub::start(Options::default()).unwrap();
    let reads = ["GetRecords", "GetShardIterator", "ListShards"];
    let faults = [What::Throttle, What::Error500, What::CutBefore, What::CutAfter]
        .map(|what| Fault::new(what).on(&reads).every(5));
    stub.set_faults(faults.to_vec()).unwrap();
    let live = Live::start(&stub, &["--from-start"]);
    let sessions: Vec<_> = (0..40).map(|at| format!("session-{at}")).collect();
    for session in &sessions {
        put(&stub, &record(session));
        std::thread::sleep(std::time::Duration::from_millis(40));
    }
    let mut shown = live.sessions(sessions.len());
    shown.sort_by_key(|session| sessions.iter().position(|known| known == session));
    assert_eq!(shown, sessions);
    assert!(stub.stats().faults.len() == 4, "{:?}", stub.stats());
}

#[test]
fn goes_on_when_the_stream_is_made_anew() {
    let stub = Stub::start(Options::default()).unwrap();
    put(&stub, &record("one"));
    let live = Live::start(&stub, &["--from-start"]);
    assert_eq!(live.sessions(1), ["one"]);
    ask(&stub, async |client| client.delete_stream().stream_name(STREAM).send().await).unwrap();
    // A sequence number begins with the second in which its stream was made: two of one second could not be told apart.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    ask(&stub, async |client| client.create_stream().stream_name(STREAM).shard_count(2).send().await).unwrap();
    put(&stub, &record("two"));
    assert_eq!(live.sessions(2), ["one", "two"]);
}

#[test]
fn asks_no_shard_more_than_five_times_a_second() {
    let stub = Stub::start(Options::default()).unwrap();
    let _live = Live::start(&stub, &[]);
    std::thread::sleep(std::time::Duration::from_secs(3));
    let reads = stub.stats().requests["GetRecords"];
    assert!(reads <= 2 * 5 * 3, "{reads} reads of two shards in three seconds");
    assert!(reads >= 2 * 2 * 3, "{reads} reads of two shards in three seconds");
}

#[test]
fn hides_from_everyone_else() {
    let stub = Stub::start(Options::default()).unwrap();
    let live = Live::start(&stub, &[]);
    for path in ["/", "/feed", "/metrics", "/live/main.js"] {
        assert_eq!(Request::get(path).header("host", "rebound.example").send(live.address).status, 404, "{path}");
        assert_eq!(Request::get(path).header("x-forwarded-for", "192.0.2.1").send(live.address).status, 404, "{path}");
    }
    assert_eq!(Request::get("/v1/config?key=demo").send(live.address).status, 404);
}

#[test]
fn says_at_once_that_a_stream_cannot_be_read() {
    let stub = Stub::start(Options { streams: Vec::new(), ..Options::default() }).unwrap();
    let args = ["live", "--listen", "127.0.0.1:0", "--stream-name", STREAM, "--stream-endpoint"];
    for (mut command, code) in [(unsnag_with_credentials(), "stream_not_found"), (unsnag(), "no_credentials")] {
        let told = command.args(args).arg(stub.url()).output().unwrap();
        let message = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(1), "{message}");
        assert!(message.contains(&format!("({code})")), "{message}");
    }
}

#[test]
fn names_every_mistake_of_its_arguments() {
    let told = output(["live", "--listen", "0.0.0.0:0", "--stream-name", "a b", "--stream-endpoint", "x"]);
    let message = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(2));
    for part in
        ["no loopback address", "--stream-name: \"a b\"", "--stream-endpoint: \"x\"", "--stream-region: say which"]
    {
        assert!(message.contains(part), "{part:?} is not in {message}");
    }
}

#[test]
fn stops_at_once_although_a_view_is_open() {
    let stub = Stub::start(Options::default()).unwrap();
    let mut live = Live::start(&stub, &["--from-start"]);
    let _feed = feed_of(live.address, None);
    assert!(live.running.terminate().success());
    assert!(!std::fs::read_to_string(live.dir.path().join("stderr")).unwrap().contains("panicked"));
}

fn demo(command: &mut Command, dir: &Path) {
    for (file, text) in [("shop/index.html", "the shop"), ("sdk/index.js", "export {}")] {
        let path = dir.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    command
        .args(["demo", "--listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"])
        .arg("--shop")
        .arg(dir.join("shop"))
        .arg("--sdk")
        .arg(dir.join("sdk"));
}

#[test]
fn shows_the_shop_in_front_of_an_edge_worker() {
    let stub = Stub::start(Options::default()).unwrap();
    let dir = TempDir::new().unwrap();
    let mut command = unsnag_with_credentials();
    demo(&mut command, dir.path());
    command.args(["--edge", "http://127.0.0.1:8787/", "--stream-name", STREAM, "--stream-endpoint", &stub.url()]);
    let mut running = Running::start(&mut command, &dir.path().join("stderr"));
    let shop = address(&running.line(), "shop");
    let live = address(&running.line(), "live view");
    assert_eq!(running.line(), "edge       http://127.0.0.1:8787");
    assert_eq!(running.line(), format!("stream     {STREAM} at {}", stub.url()));
    let described = Request::get("/unsnag/demo.json").send(shop).json();
    let expected =
        serde_json::json!({"endpoint": "http://127.0.0.1:8787", "key": "demo", "live_view": format!("http://{live}/")});
    assert_eq!(described, expected);
    let policy = Request::get("/").send(shop);
    let policy = policy.header("content-security-policy").unwrap();
    assert!(policy.ends_with("connect-src 'self' http://127.0.0.1:8787 ws://127.0.0.1:8787"), "{policy}");
    put(&stub, &record("shopper"));
    let (_, shown) = next_event(&mut feed_of(live, None));
    assert_eq!(shown["batch"]["session"], "shopper");
    assert_eq!(Request::get("/v1/config?key=demo").send(live).status, 404, "there is no collector");
    assert!(running.terminate().success());
}

#[test]
fn names_every_mistake_of_a_demo_at_the_edge() {
    let dir = TempDir::new().unwrap();
    for (args, expected) in [
        (
            &["--edge", "worker", "--page-config", "x", "--log-dir", "y"][..],
            &[
                "--edge: \"worker\"",
                "--stream-name: say which",
                "--stream-endpoint: say where",
                "--page-config:",
                "--log-dir:",
            ][..],
        ),
        (
            &["--stream-name", "n", "--stream-region", "r"],
            &["--stream-name: the collector's demo", "--stream-region: "],
        ),
    ] {
        let mut command = unsnag();
        demo(&mut command, dir.path());
        let told = command.args(args).output().unwrap();
        let message = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(2), "{message}");
        for part in expected {
            assert!(message.contains(part), "{part:?} is not in {message}");
        }
    }
}
