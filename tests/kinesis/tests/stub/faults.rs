//! What each fault does to a request, and what it leaves stored.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::json;
use unsnag_kinesis_stub::{Fault, What};

use crate::client::{Call, STREAM, ask, put, stored, stub};

/// A wait that a test can tell from none.
const WAIT: Duration = Duration::from_millis(300);

#[test]
fn throttle_refuses_the_whole_request_and_stores_nothing() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::Throttle).times(2)]).unwrap();
    for _ in 0..2 {
        let verdict = put(&["a", "b"]).answer(&stub).verdict();
        assert_eq!(verdict, (400, "ProvisionedThroughputExceededException".to_owned()));
    }
    assert!(stored(&stub).is_empty());
    assert_eq!(put(&["a", "b"]).answer(&stub).status, 200, "it was for two requests");
    assert_eq!(stored(&stub), ["a", "b"]);
    let stats = stub.stats();
    assert_eq!((stats.faults["throttle"], stats.records_refused["throttle"], stats.records_stored), (2, 4, 2));
}

#[test]
fn error500_is_an_internal_failure_and_stores_nothing() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::Error500).times(1)]).unwrap();
    assert_eq!(put(&["a"]).answer(&stub).verdict(), (500, "InternalFailure".to_owned()));
    assert!(stored(&stub).is_empty());
}

#[test]
fn partial_fails_some_records_and_stores_the_others() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::Partial).times(1).share(0.5)]).unwrap();
    let answer = put(&["a", "b", "c", "d", "e"]).answer(&stub);
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!(answer["FailedRecordCount"], 2);
    let records = answer["Records"].as_array().unwrap();
    let codes: Vec<_> = records.iter().map(|record| record["ErrorCode"].as_str().unwrap_or_default()).collect();
    assert_eq!(codes, ["", "ProvisionedThroughputExceededException", "", "InternalFailure", ""]);
    for record in records {
        let failed = record["ErrorCode"].is_string();
        assert_eq!(record["ErrorMessage"].is_string(), failed, "{record}");
        assert_eq!(record["SequenceNumber"].is_string(), !failed, "{record}");
        assert_eq!(record["ShardId"].is_string(), !failed, "{record}");
    }
    assert_eq!(stored(&stub), ["a", "c", "e"]);
    assert_eq!(stub.stats().records_refused["partial"], 2);
}

#[test]
fn partial_with_share_one_fails_a_lone_record() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::Partial).times(1).share(1.0)]).unwrap();
    assert_eq!(put(&["a"]).answer(&stub).json()["FailedRecordCount"], 1);
    assert_eq!(put(&["a"]).answer(&stub).json()["FailedRecordCount"], 0);
}

#[test]
fn slow_answers_well_but_later() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::Slow).ms(WAIT.as_millis() as u64).times(1)]).unwrap();
    let start = Instant::now();
    assert_eq!(put(&["a"]).answer(&stub).status, 200);
    assert!(start.elapsed() >= WAIT);
    assert_eq!(stored(&stub), ["a"]);
}

#[test]
fn slow_stores_nothing_for_a_client_that_has_left() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::Slow).ms(WAIT.as_millis() as u64).times(1)]).unwrap();
    let impatient = Call { patience: WAIT / 6, ..put(&["a"]) };
    let error = impatient.send(stub.address()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    std::thread::sleep(WAIT);
    assert!(stored(&stub).is_empty());
}

#[test]
fn cut_before_ends_the_connection_and_stores_nothing() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::CutBefore).times(1)]).unwrap();
    assert!(put(&["a"]).send(stub.address()).unwrap().is_none(), "not one byte of an answer");
    assert!(stored(&stub).is_empty());
    assert_eq!(stub.stats().records_refused["cut_before"], 1);
    assert_eq!(put(&["a"]).answer(&stub).status, 200);
}

#[test]
fn cut_after_ends_the_connection_and_keeps_the_records() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::CutAfter).times(1)]).unwrap();
    assert!(put(&["a", "b"]).send(stub.address()).unwrap().is_none(), "not one byte of an answer");
    assert_eq!(stored(&stub), ["a", "b"]);
}

#[test]
fn timeout_after_apply_keeps_the_records_and_outlasts_the_client() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::TimeoutAfterApply).ms(60_000).times(1)]).unwrap();
    let impatient = Call { patience: 3 * WAIT, ..put(&["a"]) };
    let error = impatient.send(stub.address()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    assert_eq!(stored(&stub), ["a"]);
    assert_eq!(put(&["a"]).answer(&stub).status, 200, "the same again is a duplicate");
    assert_eq!(stored(&stub), ["a", "a"]);
}

#[test]
fn faults_leave_reads_and_bad_requests_alone() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::CutBefore)]).unwrap();
    ask(&stub, "DescribeStreamSummary", &json!({ "StreamName": STREAM }));
    assert_eq!(Call::raw("PutRecords", "{}").answer(&stub).status, 400);
    let elsewhere = json!({ "StreamName": "other", "Data": "", "PartitionKey": "k" });
    assert_eq!(Call::new("PutRecord", &elsewhere).answer(&stub).status, 400);
    assert!(stub.stats().faults.is_empty());
    let here = json!({ "StreamName": STREAM, "Data": "", "PartitionKey": "k" });
    assert!(Call::new("PutRecord", &here).send(stub.address()).unwrap().is_none());
}

#[test]
fn faults_strike_reads_that_they_name() {
    let stub = stub(1);
    stub.set_faults(vec![Fault::new(What::Throttle).on(&["ListShards"]).times(1)]).unwrap();
    let verdict = Call::new("ListShards", &json!({ "StreamName": STREAM })).answer(&stub).verdict();
    assert_eq!(verdict, (400, "ProvisionedThroughputExceededException".to_owned()));
}

#[test]
fn latency_holds_every_request_until_it_is_set_back() {
    let stub = stub(1);
    stub.set_latency(WAIT);
    let start = Instant::now();
    ask(&stub, "ListStreams", &json!({}));
    assert!(start.elapsed() >= WAIT);
    stub.set_latency(Duration::ZERO);
    let start = Instant::now();
    ask(&stub, "ListStreams", &json!({}));
    assert!(start.elapsed() < WAIT);
}
