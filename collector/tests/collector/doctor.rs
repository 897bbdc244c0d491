//! `unsnag doctor` says before the start what would go wrong after it.

use std::net::TcpListener;
use std::path::Path;

use tempfile::TempDir;
use unsnag_kinesis_stub::{Options, Stub};

use super::support::process::{Collector, output};
use super::support::stream::{STREAM, arguments, unsnag_with_credentials};

/// What it says with these arguments, and how it ends.
fn doctor(dir: &Path, args: &[&str]) -> (String, Option<i32>) {
    let log = dir.join("log");
    let output = output([&["doctor", "--log-dir", log.to_str().unwrap()], args].concat());
    (String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(), output.status.code())
}

/// The line about one thing.
fn line<'a>(said: &'a str, name: &str) -> &'a str {
    said.lines().find(|line| line.split_whitespace().nth(1) == Some(name)).unwrap_or_else(|| panic!("{name}: {said}"))
}

#[test]
fn finds_nothing_wrong_with_the_defaults_and_leaves_nothing_behind() {
    let dir = TempDir::new().unwrap();
    let (said, status) = doctor(dir.path(), &["--listen", "127.0.0.1:0"]);
    assert_eq!(status, Some(0), "{said}");
    for name in ["configuration", "listen", "keys", "tls", "log", "disk", "webhooks", "stream"] {
        assert!(line(&said, name).starts_with("ok "), "{said}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn tells_what_would_stop_the_collector() {
    let dir = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (said, status) = doctor(dir.path(), &["--listen", &address, "--tls-cert", "no.pem", "--tls-key", "no.pem"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(line(&said, "listen").starts_with("BAD ") && line(&said, "tls").starts_with("BAD "), "{said}");
    assert!(said.contains("(not_healthy)"), "{said}");
    let (said, status) = doctor(dir.path(), &["--listen", "here"]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("(invalid_configuration)"), "{said}");
}

#[test]
fn knows_a_running_collector_and_its_log() {
    let collector = Collector::start();
    let log = collector.log_dir();
    let (said, status) = doctor(log.parent().unwrap(), &["--listen", &collector.address.to_string(), "--key", "demo="]);
    assert_eq!(status, Some(0), "{said}");
    assert!(line(&said, "listen").contains("a collector answers"), "{said}");
    assert!(line(&said, "log").contains("(log_locked)"), "{said}");
}

#[test]
fn asks_the_stream() {
    let stub = Stub::start(Options { streams: vec![("unsnag".to_owned(), 3)], ..Options::default() }).unwrap();
    let endpoint = stub.url();
    let ask = |name: &str| {
        let dir = TempDir::new().unwrap();
        let mut command = unsnag_with_credentials();
        command.args(["doctor", "--listen", "127.0.0.1:0", "--log-dir"]).arg(dir.path().join("log"));
        command.args(arguments(&endpoint).map(|argument| if argument == STREAM { name.to_owned() } else { argument }));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let said = ask("unsnag");
    assert!(line(&said, "stream").contains("has 3 open shards"), "{said}");
    let said = ask("other");
    assert!(line(&said, "stream").starts_with("look") && said.contains("(stream_not_found)"), "{said}");
}
