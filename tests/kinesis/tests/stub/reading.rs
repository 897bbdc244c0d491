//! Reading back: where iterators begin, and paging to the end.

use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use unsnag_kinesis_stub::Stub;

use crate::client::{Call, STREAM, ask, put, stub};

const SHARD: &str = "shardId-000000000000";

fn iterator(stub: &Stub, kind: &str, more: &Value) -> String {
    let answer = ask(stub, "GetShardIterator", &start(kind, more));
    answer["ShardIterator"].as_str().expect("an iterator").to_owned()
}

fn start(kind: &str, more: &Value) -> Value {
    let mut body = json!({ "StreamName": STREAM, "ShardId": SHARD, "ShardIteratorType": kind });
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        body[name] = value;
    }
    body
}

/// The keys that an iterator leads to, the iterator after them, and how far that is behind.
fn read(stub: &Stub, iterator: &str, limit: u32) -> (Vec<String>, String, u64) {
    let answer = ask(stub, "GetRecords", &json!({ "ShardIterator": iterator, "Limit": limit }));
    let keys = answer["Records"].as_array().expect("records").iter().map(|record| {
        assert_eq!(record["Data"], STANDARD.encode(record["PartitionKey"].as_str().expect("a key")));
        assert!(record["ApproximateArrivalTimestamp"].is_f64(), "{record}");
        record["PartitionKey"].as_str().expect("a key").to_owned()
    });
    let next = answer["NextShardIterator"].as_str().expect("an open shard goes on").to_owned();
    (keys.collect(), next, answer["MillisBehindLatest"].as_u64().expect("a number"))
}

#[test]
fn pages_lead_to_the_end_and_on_to_what_comes_later() {
    let stub = stub(1);
    put(&["a", "b", "c", "d", "e"]).answer(&stub);
    let start = iterator(&stub, "TRIM_HORIZON", &json!({}));
    let (keys, next, behind) = read(&stub, &start, 2);
    assert_eq!(keys, ["a", "b"]);
    assert!(behind > 0, "three are left");
    let (keys, next, _) = read(&stub, &next, 2);
    assert_eq!(keys, ["c", "d"]);
    let (keys, next, behind) = read(&stub, &next, 2);
    assert_eq!((keys, behind), (vec!["e".to_owned()], 0));
    let (keys, next, behind) = read(&stub, &next, 2);
    assert_eq!((keys, behind), (vec![], 0));
    put(&["f"]).answer(&stub);
    assert_eq!(read(&stub, &next, 2).0, ["f"]);
    assert_eq!(read(&stub, &start, 9).0.len(), 6, "an iterator can be used again");
}

#[test]
fn iterators_begin_where_they_were_told_to() {
    let stub = stub(1);
    let answer = put(&["a", "b", "c"]).answer(&stub).json();
    let second = json!({ "StartingSequenceNumber": answer["Records"][1]["SequenceNumber"] });
    assert_eq!(read(&stub, &iterator(&stub, "AT_SEQUENCE_NUMBER", &second), 9).0, ["b", "c"]);
    assert_eq!(read(&stub, &iterator(&stub, "AFTER_SEQUENCE_NUMBER", &second), 9).0, ["c"]);
    let latest = iterator(&stub, "LATEST", &json!({}));
    // Times are whole milliseconds.
    thread::sleep(Duration::from_millis(5));
    let before = json!({ "Timestamp": stub.records()[2].arrived_ms as f64 / 1000.0 + 0.001 });
    put(&["d"]).answer(&stub);
    assert_eq!(read(&stub, &latest, 9).0, ["d"]);
    assert_eq!(read(&stub, &iterator(&stub, "AT_TIMESTAMP", &before), 9).0, ["d"]);
    assert_eq!(read(&stub, &iterator(&stub, "AT_TIMESTAMP", &json!({ "Timestamp": 0 })), 9).0, ["a", "b", "c", "d"]);
}

#[test]
fn sequence_numbers_grow_and_belong_to_their_shard() {
    let stub = stub(1);
    let answer = put(&["a", "b", "c"]).answer(&stub).json();
    let numbers: Vec<&str> =
        answer["Records"].as_array().unwrap().iter().map(|record| record["SequenceNumber"].as_str().unwrap()).collect();
    assert!(numbers.iter().all(|number| number.len() == 56), "{numbers:?}");
    assert!(numbers.is_sorted(), "{numbers:?}");
    let described = ask(&stub, "DescribeStream", &json!({ "StreamName": STREAM }));
    let first = described["StreamDescription"]["Shards"][0]["SequenceNumberRange"]["StartingSequenceNumber"].clone();
    assert!(first.as_str().unwrap() < numbers[0]);
    let all = iterator(&stub, "AT_SEQUENCE_NUMBER", &json!({ "StartingSequenceNumber": first }));
    assert_eq!(read(&stub, &all, 9).0, ["a", "b", "c"]);
}

#[test]
fn rejects_reads_that_lead_nowhere() {
    let stub = stub(1);
    let sequence = put(&["a"]).answer(&stub).json()["Records"][0]["SequenceNumber"].clone();
    ask(&stub, "CreateStream", &json!({ "StreamName": "other", "ShardCount": 2 }));
    let elsewhere =
        json!({ "StreamName": "other", "ShardId": "shardId-000000000001", "StartingSequenceNumber": sequence });
    let future = json!({ "Timestamp": 4_102_444_800_u64 });
    for (what, operation, body, code) in [
        ("an iterator nobody gave", "GetRecords", json!({ "ShardIterator": "AAAA" }), "InvalidArgumentException"),
        ("no iterator", "GetRecords", json!({}), "ValidationException"),
        ("a long iterator", "GetRecords", json!({ "ShardIterator": "A".repeat(513) }), "ValidationException"),
        ("no record at all", "GetRecords", json!({ "ShardIterator": "AAAA", "Limit": 0 }), "ValidationException"),
        (
            "more than there can be",
            "GetRecords",
            json!({ "ShardIterator": "AAAA", "Limit": 10_001 }),
            "ValidationException",
        ),
        (
            "another shard",
            "GetShardIterator",
            start("LATEST", &json!({ "ShardId": "shardId-000000000009" })),
            "ResourceNotFoundException",
        ),
        (
            "another stream",
            "GetShardIterator",
            start("LATEST", &json!({ "StreamName": "none" })),
            "ResourceNotFoundException",
        ),
        ("an unknown kind", "GetShardIterator", start("SOMEWHERE", &json!({})), "ValidationException"),
        ("an empty kind", "GetShardIterator", start("", &json!({})), "ValidationException"),
        ("an empty shard", "GetShardIterator", start("LATEST", &json!({ "ShardId": "" })), "ValidationException"),
        ("no kind", "GetShardIterator", start("LATEST", &json!({ "ShardIteratorType": null })), "ValidationException"),
        (
            "a kind without its number",
            "GetShardIterator",
            start("AT_SEQUENCE_NUMBER", &json!({})),
            "InvalidArgumentException",
        ),
        (
            "a number too many",
            "GetShardIterator",
            start("LATEST", &json!({ "StartingSequenceNumber": sequence })),
            "InvalidArgumentException",
        ),
        (
            "a number of no layout",
            "GetShardIterator",
            start("AT_SEQUENCE_NUMBER", &json!({ "StartingSequenceNumber": "1" })),
            "InvalidArgumentException",
        ),
        (
            "a number of another shard",
            "GetShardIterator",
            start("AT_SEQUENCE_NUMBER", &elsewhere),
            "InvalidArgumentException",
        ),
        ("the future", "GetShardIterator", start("AT_TIMESTAMP", &future), "InvalidArgumentException"),
    ] {
        assert_eq!(Call::new(operation, &body).answer(&stub).verdict(), (400, code.to_owned()), "{what}");
    }
}

#[test]
fn iterators_do_not_outlive_their_stream() {
    let stub = stub(1);
    put(&["a"]).answer(&stub);
    let old = iterator(&stub, "TRIM_HORIZON", &json!({}));
    stub.reset();
    let verdict = Call::new("GetRecords", &json!({ "ShardIterator": old })).answer(&stub).verdict();
    assert_eq!(verdict, (400, "ResourceNotFoundException".to_owned()));
}
