//! A stream on this machine, with a collector that forwards into it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use unsnag_kinesis_stub::{Options, Stub};
use unsnag_test_http::Request;

use super::batch::{batch_with_id, good, new_id, post};
use super::process::{Collector, unsnag};

pub(crate) const STREAM: &str = "unsnag";

/// Longer than the longest wait of the collector, so that a test which waits in vain fails by its own words.
const PATIENCE: Duration = Duration::from_mins(1);

/// The command with credentials that the stub takes.
pub(crate) fn unsnag_with_credentials() -> Command {
    let credentials = Options::default().credentials;
    let mut command = unsnag();
    command.env("AWS_ACCESS_KEY_ID", credentials.access_key).env("AWS_SECRET_ACCESS_KEY", credentials.secret_key);
    command
}

/// A collector with an empty log that forwards into the stub.
pub(crate) fn forwarding(stub: &Stub) -> Collector {
    forwarding_in(TempDir::new().unwrap(), stub)
}

pub(crate) fn forwarding_in(dir: TempDir, stub: &Stub) -> Collector {
    Collector::start_command(unsnag_with_credentials(), dir, &arguments(&stub.url()).each_ref().map(String::as_str))
}

/// Unlimited rates, and the stream at this address.
pub(crate) fn arguments(endpoint: &str) -> [String; 10] {
    [
        "--client-rate-per-s",
        "0",
        "--key",
        "demo=;0",
        "--stream-kind",
        "kinesis",
        "--stream-name",
        STREAM,
        "--stream-endpoint",
        endpoint,
    ]
    .map(str::to_owned)
}

/// Sends one batch of a session of its own; its id, if it was answered with success.
pub(crate) fn send(address: SocketAddr) -> Option<String> {
    let id = new_id();
    let batch = batch_with_id(&id, &[good("e")]).replace("session-1", &format!("session-{id}"));
    let request = post(batch);
    // A killed collector cuts connections; a request without an answer promises nothing.
    let answer = std::panic::catch_unwind(|| request.send(address)).ok()?;
    (answer.status == 200).then_some(id)
}

/// Sends from several clients at once, with a pause after each batch so that they come in many groups; the ids that
/// were answered with success.
pub(crate) fn send_many(address: SocketAddr, count: usize) -> Vec<String> {
    const CLIENTS: usize = 6;
    const PAUSE: Duration = Duration::from_millis(10);
    let client = move || {
        let mut answered = Vec::new();
        for _ in 0..count.div_ceil(CLIENTS) {
            answered.extend(send(address));
            std::thread::sleep(PAUSE);
        }
        answered
    };
    let clients: Vec<_> = (0..CLIENTS).map(|_| std::thread::spawn(client)).collect();
    clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
}

/// One number of `/metrics`: summed over the labels that `name` leaves out.
pub(crate) fn metric(address: SocketAddr, name: &str) -> u64 {
    let text = Request::get("/metrics").send(address).text();
    let values: Vec<u64> = text
        .lines()
        .filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let value = if rest.starts_with('{') { rest.split_once("} ")?.1 } else { rest.strip_prefix(' ')? };
            Some(value.parse().unwrap())
        })
        .collect();
    assert!(!values.is_empty(), "no {name} in {text}");
    values.iter().sum()
}

pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the stream has confirmed everything.
pub(crate) fn until_forwarded(collector: &Collector) {
    until("everything is forwarded", || metric(collector.address, "unsnag_stream_lag_records") == 0);
}

/// How often each batch is in the stream; each lies in the shard of its session.
pub(crate) fn arrived(stub: &Stub) -> BTreeMap<String, usize> {
    let mut batches = BTreeMap::new();
    for record in stub.records() {
        let json: serde_json::Value = serde_json::from_slice(&record.data).unwrap();
        assert_eq!(json["batch"]["session"], record.partition_key);
        *batches.entry(json["batch"]["batch_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    batches
}
