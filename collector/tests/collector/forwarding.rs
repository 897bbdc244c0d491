//! What was answered comes into the stream, at least once, whatever the stream does; nothing else does.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use unsnag_kinesis_stub::{Fault, Options, Stub, What};
use unsnag_test_http::Request;

use super::support::process::{Collector, records, unsnag};
use super::support::stream::{
    STREAM, arguments, arrived, forwarding, forwarding_in, metric, send, send_many, unsnag_with_credentials, until,
    until_forwarded,
};

const BATCHES: usize = 480;

/// The metric of attempts that failed for this reason.
fn of_reason(code: &str) -> String {
    format!("unsnag_stream_failed_attempts_total{{stream=\"{STREAM}\",reason=\"{code}\"}}")
}

/// Every answered batch is in the stream, and nothing that was not accepted; how many are there more than once.
fn check(stub: &Stub, answered: &[String]) -> usize {
    let arrived = arrived(stub);
    let lost: Vec<_> = answered.iter().filter(|id| !arrived.contains_key(*id)).collect();
    assert!(lost.is_empty(), "{} of {} answered batches are lost", lost.len(), answered.len());
    assert_eq!(arrived.len(), answered.len(), "there is what nobody was answered for");
    arrived.values().filter(|copies| **copies > 1).count()
}

/// Forwards under load while the fault strikes; the number of batches that came more than once.
fn duplicates_under(fault: &Fault) -> usize {
    let stub = Stub::start(Options::default()).unwrap();
    stub.set_faults(vec![fault.clone()]).unwrap();
    let collector = forwarding(&stub);
    let answered = send_many(collector.address, BATCHES);
    assert_eq!(answered.len(), BATCHES, "a stream that fails refuses no batch");
    until_forwarded(&collector);
    assert_eq!(metric(collector.address, "unsnag_stream_forwarded_total"), BATCHES as u64);
    let struck = stub.stats().faults.get(fault.what.name()).copied().unwrap_or_default();
    assert!(struck > 0, "the fault never struck: {:?}", stub.stats());
    let duplicates = check(&stub, &answered);
    println!("{}: struck {struck} times, {duplicates} of {BATCHES} batches came again", fault.what.name());
    duplicates
}

#[test]
fn brings_each_batch_once_through_throttled_requests() {
    assert_eq!(duplicates_under(&Fault::new(What::Throttle).every(2)), 0);
}

#[test]
fn brings_each_batch_once_through_failures_of_the_service() {
    assert_eq!(duplicates_under(&Fault::new(What::Error500).every(2)), 0);
}

#[test]
fn sends_again_only_the_records_that_failed() {
    assert_eq!(duplicates_under(&Fault::new(What::Partial).share(0.4)), 0);
}

#[test]
fn brings_each_batch_once_through_slow_answers() {
    assert_eq!(duplicates_under(&Fault::new(What::Slow).every(2).ms(200)), 0);
}

#[test]
fn brings_each_batch_once_through_connections_that_are_cut_before_the_request_counts() {
    assert_eq!(duplicates_under(&Fault::new(What::CutBefore).every(3)), 0);
}

#[test]
fn brings_each_batch_through_connections_that_are_cut_before_the_answer() {
    let duplicates = duplicates_under(&Fault::new(What::CutAfter).times(3));
    assert!(duplicates > 0, "nobody can know that it had arrived");
}

#[test]
fn brings_each_batch_through_answers_that_come_too_late() {
    let duplicates = duplicates_under(&Fault::new(What::TimeoutAfterApply).times(1).ms(8000));
    assert!(duplicates > 0, "nobody can know that it had arrived");
}

#[test]
fn loses_nothing_when_killed_in_the_middle() {
    let stub = Stub::start(Options { latency: Duration::from_millis(30), ..Options::default() }).unwrap();
    let mut collector = forwarding(&stub);
    let address = collector.address;
    let load = std::thread::spawn(move || send_many(address, 3000));
    until("the middle", || stub.records().len() > 200);
    collector.running.kill();
    let mut answered = load.join().unwrap();
    let accepted: BTreeSet<String> = records(&collector.log_dir())
        .iter()
        .map(|record| record["batch"]["batch_id"].as_str().unwrap().to_owned())
        .collect();
    assert!(stub.records().len() < accepted.len(), "the kill came too late for this test");

    let collector = forwarding_in(collector.into_dir(), &stub);
    answered.extend(send_many(collector.address, 50));
    until_forwarded(&collector);
    assert!(metric(collector.address, "unsnag_stream_forwarded_total") < answered.len() as u64, "it began anew");
    let arrived = arrived(&stub);
    let lost: Vec<_> = answered.iter().filter(|id| !arrived.contains_key(*id)).collect();
    assert!(lost.is_empty(), "{} of {} answered batches are lost", lost.len(), answered.len());
    // A batch that was written but not answered when the kill came is accepted too.
    let foreign = arrived.keys().filter(|id| !accepted.contains(*id) && !answered.contains(id)).count();
    assert_eq!(foreign, 0);
}

#[test]
fn repeats_nothing_after_an_orderly_restart() {
    let stub = Stub::start(Options { latency: Duration::from_millis(30), ..Options::default() }).unwrap();
    let mut collector = forwarding(&stub);
    let mut answered = send_many(collector.address, 200);
    assert!(collector.running.terminate().success());
    let collector = forwarding_in(collector.into_dir(), &stub);
    answered.extend(send_many(collector.address, 20));
    until_forwarded(&collector);
    assert_eq!(check(&stub, &answered), 0);
}

#[test]
fn forwards_what_a_log_had_before_it_had_a_stream() {
    let mut collector = Collector::start();
    let mut answered = send_many(collector.address, 20);
    assert!(collector.running.terminate().success());
    let stub = Stub::start(Options::default()).unwrap();
    let collector = forwarding_in(collector.into_dir(), &stub);
    answered.extend(send(collector.address));
    until_forwarded(&collector);
    assert_eq!(check(&stub, &answered), 0);
}

/// An address that nobody listens on by now.
fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn takes_batches_while_nobody_answers_and_forwards_them_when_somebody_does() {
    let listen = free_address();
    let endpoint = format!("http://{listen}");
    let arguments = arguments(&endpoint);
    let collector = Collector::start_command(
        unsnag_with_credentials(),
        TempDir::new().unwrap(),
        &arguments.each_ref().map(String::as_str),
    );
    let answered = send_many(collector.address, 60);
    assert_eq!(answered.len(), 60);
    until("it has tried", || metric(collector.address, &of_reason("connection")) > 0);
    assert_eq!(metric(collector.address, "unsnag_stream_forwarded_total"), 0);
    let stub = Stub::start(Options { listen, ..Options::default() }).unwrap();
    until_forwarded(&collector);
    assert_eq!(check(&stub, &answered), 0);
}

#[test]
fn each_of_several_streams_gets_everything_also_while_one_is_missing() {
    let streams = [(STREAM, 2), ("copy", 1)].map(|(name, shards)| (name.to_owned(), shards));
    let stub = Stub::start(Options { streams: streams.to_vec(), ..Options::default() }).unwrap();
    let mut arguments = arguments(&stub.url());
    let name = arguments.iter_mut().find(|argument| *argument == STREAM).unwrap();
    *name = format!("{STREAM},copy,missing");
    let arguments = arguments.each_ref().map(String::as_str);
    let collector = Collector::start_command(unsnag_with_credentials(), TempDir::new().unwrap(), &arguments);
    let answered: BTreeSet<String> = send_many(collector.address, 60).into_iter().collect();
    let lag = |stream: &str| metric(collector.address, &format!("unsnag_stream_lag_records{{stream=\"{stream}\"}}"));
    until("both have everything", || lag(STREAM) == 0 && lag("copy") == 0);
    for stream in [STREAM, "copy"] {
        let there = stub.records().into_iter().filter(|record| record.stream == stream);
        let there: BTreeSet<String> = there
            .map(|record| {
                let record: serde_json::Value = serde_json::from_slice(&record.data).unwrap();
                record["batch"]["batch_id"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(there, answered, "{stream}");
    }
    assert_eq!(lag("missing"), 60);
    let ready = Request::get("/readyz").send(collector.address);
    assert_eq!(ready.status, 200);
    let told: Vec<(String, bool)> = ready.json()["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|each| Some((each["stream"].as_str()?.to_owned(), each["ready"].as_bool()?)))
        .collect();
    assert_eq!(
        told,
        [(STREAM, true), ("copy", true), ("missing", false)].map(|(name, ready)| (name.to_owned(), ready))
    );
}

#[test]
fn tells_what_an_operator_must_change_and_goes_on_when_it_is_changed() {
    let other = Options { streams: vec![("other".to_owned(), 1)], ..Options::default() };
    let stub = Stub::start(other).unwrap();
    let listen = stub.address();
    let collector = forwarding(&stub);
    let answered = [send(collector.address).unwrap(), send(collector.address).unwrap()];
    let ready = || Request::get("/readyz").send(collector.address);
    until("it tells", || ready().json()["dependencies"][1]["ready"] == false);
    assert_eq!(ready().status, 200, "batches are safe in the log");
    let reason = ready().json()["dependencies"][1]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("no such stream"), "{reason}");
    assert_eq!(metric(collector.address, "unsnag_stream_failing"), 1);

    drop(stub);
    let stub = Stub::start(Options { listen, ..Options::default() }).unwrap();
    until_forwarded(&collector);
    assert_eq!(check(&stub, &answered), 0);
    until("it tells", || ready().json()["dependencies"][1]["reason"] == "ok");
    let told = |code: &str| collector.errors().matches(&format!("\"code\":\"{code}\"")).count();
    assert_eq!((told("stream_not_found"), told("stream_recovered")), (1, 1), "{}", collector.errors());
}

#[test]
fn tells_whose_credentials_are_not_accepted_or_missing() {
    let stub = Stub::start(Options::default()).unwrap();
    let with_secret = |secret: &str| {
        let mut command = unsnag();
        command
            .env("AWS_ACCESS_KEY_ID", Options::default().credentials.access_key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_SESSION_TOKEN", "s3cret-token");
        command
    };
    for (command, code) in [(with_secret("s3cret-wrong"), "bad_credentials"), (unsnag(), "no_credentials")] {
        let endpoint = stub.url();
        let arguments = arguments(&endpoint);
        let dir = TempDir::new().unwrap();
        let collector = Collector::start_command(command, dir, &arguments.each_ref().map(String::as_str));
        send(collector.address).unwrap();
        let metric_name = of_reason(code);
        until("it tells", || Request::get("/metrics").send(collector.address).text().contains(&metric_name));
        let errors = collector.errors();
        assert!(errors.contains(&format!("\"code\":\"{code}\"")), "{errors}");
        assert!(!errors.contains("s3cret"), "a secret is logged: {errors}");
    }
    assert_eq!(stub.records().len(), 0);
}

#[test]
fn stops_at_once_although_nobody_answers() {
    let stub = Stub::start(Options::default()).unwrap();
    stub.set_faults(vec![Fault::new(What::Slow).ms(30_000)]).unwrap();
    let mut collector = forwarding(&stub);
    send(collector.address).unwrap();
    until("it has asked", || stub.stats().faults.contains_key("slow"));
    let asked = Instant::now();
    assert!(collector.running.terminate().success());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!(records(&collector.log_dir()).len(), 1);
}

#[test]
fn gives_a_stream_of_another_name_everything() {
    let streams = vec![(STREAM.to_owned(), 1), ("second".to_owned(), 1)];
    let stub = Stub::start(Options { streams, ..Options::default() }).unwrap();
    let mut collector = forwarding(&stub);
    send_many(collector.address, 6);
    until_forwarded(&collector);
    assert!(collector.running.terminate().success());
    let endpoint = stub.url();
    let arguments =
        arguments(&endpoint).map(|argument| if argument == STREAM { "second".to_owned() } else { argument });
    let collector = Collector::start_command(
        unsnag_with_credentials(),
        collector.into_dir(),
        &arguments.each_ref().map(String::as_str),
    );
    until_forwarded(&collector);
    let in_second = stub.records().iter().filter(|record| record.stream == "second").count();
    assert_eq!(in_second, 6);
}
