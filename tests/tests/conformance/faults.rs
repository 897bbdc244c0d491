//! What the Worker answers when its stream or its own instance fails: never more than it can keep.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use unsnag_kinesis_stub::{Fault, Stub, What};
use unsnag_test_http::{Answer, Request};
use unsnag_tests::conformance::{Batch, Case, ORIGIN, good};

use super::hosts::{Hosts, Setup};

/// Batches that meet each fault, all at once.
const BATCHES: usize = 8;

/// Well beyond the 120 ms that the Worker gives the stream.
const SLOW_MS: u64 = 700;

/// How long what was answered with 200 may wait elsewhere until the stream has it.
const DURABLE_WITHIN: Duration = Duration::from_secs(15);

/// How long anybody may wait for an answer because another request has killed the instance.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);

/// What goes wrong, and whether a batch that was refused for it may be in the stream nevertheless.
fn faults() -> Vec<(Vec<Fault>, bool)> {
    let one = |what| vec![Fault::new(what)];
    vec![
        (one(What::Throttle), false),
        (one(What::Error500), false),
        (one(What::Partial), false),
        (vec![Fault::new(What::Slow).ms(SLOW_MS)], false),
        (one(What::CutBefore), false),
        (one(What::CutAfter), true),
        (vec![Fault::new(What::TimeoutAfterApply).ms(SLOW_MS)], true),
        (
            vec![
                Fault::new(What::Throttle).every(3),
                Fault::new(What::Partial).every(2),
                Fault::new(What::CutAfter).every(2),
            ],
            true,
        ),
    ]
}

fn batches(name: &str) -> Vec<Batch> {
    let batch = |at: usize| {
        let events = ["a", "b", "c"].map(|event| good(&format!("{name}-{at}-{event}")));
        Batch::of(events).with("session", format!("\"session-{at}\""))
    };
    (0..BATCHES).map(batch).collect()
}

/// Sends all at once.
fn send(batches: &[Batch], hosts: &Hosts) -> Vec<Answer> {
    thread::scope(|scope| {
        let sending: Vec<_> = batches.iter().map(|batch| scope.spawn(|| batch.post().send(hosts.edge))).collect();
        sending.into_iter().map(|sending| sending.join().unwrap()).collect()
    })
}

/// The events of a batch that the stream holds, in all records of it together.
fn events_in(stub: &Stub, batch: &Batch) -> BTreeSet<String> {
    let mut events = BTreeSet::new();
    for record in stub.records() {
        let record: Value = serde_json::from_slice(&record.data).unwrap();
        if record["batch"]["batch_id"] == batch.id() {
            let own = record["batch"]["events"].as_array().unwrap().iter();
            events.extend(own.map(|event| event["id"].as_str().unwrap().to_owned()));
        }
    }
    events
}

/// Waits until the stream holds all events of a batch.
fn becomes_durable(stub: &Stub, batch: &Batch) -> bool {
    let start = Instant::now();
    while events_in(stub, batch).len() != batch.events() {
        if start.elapsed() > DURABLE_WITHIN {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
    true
}

#[test]
fn claim_nothing_that_the_stream_does_not_have() {
    let mut hosts = Hosts::start(Setup::PLAIN);
    for (faults, may_have_been_stored) in faults() {
        let name = faults.iter().map(|fault| fault.what.name()).collect::<Vec<_>>().join("-");
        let batches = batches(&name);
        hosts.stub.set_faults(faults.clone()).unwrap();
        let answers = send(&batches, &hosts);
        hosts.stub.set_faults(Vec::new()).unwrap();
        for fault in &faults {
            let struck = hosts.stub.stats().faults.get(fault.what.name()).copied();
            assert!(struck.is_some(), "{name} has not struck: {:?}", hosts.stub.stats());
        }
        // What the stub still holds back would come by now.
        thread::sleep(Duration::from_millis(SLOW_MS));

        for (batch, answer) in batches.iter().zip(answers) {
            let refused = Case::new(&name, batch.post(), 503, "stream_unavailable")
                .header("retry-after", "1")
                .header("access-control-allow-origin", ORIGIN)
                .answers("/error/retryable", true);
            let accepted = Case::accepted(&name, batch);
            if answer.status == 200 {
                hosts.check(&accepted, "edge", &answer);
                let durable = becomes_durable(&hosts.stub, batch);
                hosts.note(&accepted, (!durable).then(|| "answered with 200 and not in the stream".to_owned()));
            } else {
                hosts.check(&refused, "edge", &answer);
                let stored = events_in(&hosts.stub, batch);
                let claimed = !stored.is_empty() && !may_have_been_stored;
                hosts.note(&refused, claimed.then(|| format!("refused, but the stream has {stored:?}")));
            }
            let again = hosts.ask_edge(&batch.post());
            hosts.check(&accepted, "edge, once the stream is well", &again);
            let durable = becomes_durable(&hosts.stub, batch);
            hosts.note(&accepted, (!durable).then(|| "accepted again and not in the stream".to_owned()));
        }
    }
    hosts.finish_without_stream();
}

#[test]
fn survive_a_request_that_kills_the_instance() {
    let mut hosts = Hosts::start(Setup { edge: &[("UNSNAG_PANIC_PATH", "/drill")], ..Setup::PLAIN });
    // So that requests wait for the stream when it happens.
    hosts.stub.set_latency(Duration::from_millis(60));
    for (at, query) in ["key=shop", "trap", "key=shop"].into_iter().enumerate() {
        let drill = Request::get(&format!("/drill?{query}")).header("origin", ORIGIN);
        let batches = batches(&format!("drill-{at}"));
        let (killed, answers) = thread::scope(|scope| {
            let sending: Vec<_> = batches
                .iter()
                .map(|batch| {
                    scope.spawn(|| {
                        let start = Instant::now();
                        (batch.post().send(hosts.edge), start.elapsed())
                    })
                })
                .collect();
            thread::sleep(Duration::from_millis(30));
            let start = Instant::now();
            let killed = (drill.send(hosts.edge), start.elapsed());
            (killed, sending.into_iter().map(|sending| sending.join().unwrap()).collect::<Vec<_>>())
        });

        let case = Case::new(format!("a panic at /drill?{query}"), drill.clone(), 500, "internal_error")
            .header("content-type", "application/json")
            .header("cache-control", "no-store")
            .header("vary", "Origin")
            .answers("/error/retryable", true);
        let readable = query.starts_with("key=").then(|| ORIGIN.to_owned());
        let case =
            Case { headers: [case.headers.clone(), vec![("access-control-allow-origin", readable)]].concat(), ..case };
        hosts.check(&case, "edge", &killed.0);
        for (answer, took) in answers.iter().chain([&killed]) {
            hosts.note(&case, (*took > ANSWERED_WITHIN).then(|| format!("{} only after {took:?}", answer.status)));
        }
        for (batch, (answer, _)) in batches.iter().zip(&answers) {
            let passing = [(200, "ok"), (500, "internal_error"), (503, "stream_unavailable")];
            let code = answer.code();
            let known = passing.contains(&(answer.status, code.as_str()));
            hosts.note(&case, (!known).then(|| format!("a neighbour got {} {code}: {}", answer.status, answer.text())));
            if answer.status == 200 {
                hosts.check(&Case::accepted("a neighbour of a panic", batch), "edge", answer);
                let durable = becomes_durable(&hosts.stub, batch);
                hosts.note(&case, (!durable).then(|| "a neighbour got 200 and is not in the stream".to_owned()));
            }
        }
        let next = Batch::new();
        let answer = hosts.ask_edge(&next.post());
        hosts.check(&Case::accepted("the next request", &next), "edge", &answer);
    }
    hosts.finish_without_stream();
}
