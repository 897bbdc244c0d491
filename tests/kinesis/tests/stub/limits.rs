//! The limits of the real service, and what it calls their violation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use unsnag_kinesis_stub::{Options, Stub};

use crate::client::{Call, STREAM, ask, put, stub};

const MIB: usize = 1024 * 1024;

fn record(data_bytes: usize, key: &str) -> Value {
    json!({ "Data": STANDARD.encode(vec![b'x'; data_bytes]), "PartitionKey": key })
}

fn many(records: &[Value]) -> Value {
    json!({ "StreamName": STREAM, "Records": records })
}

fn one(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({ "StreamName": STREAM, "Data": "YQ==", "PartitionKey": "k" });
    change(&mut body);
    body
}

/// Every request in the table gets status 400 and this code, or 200 where there is none.
fn check(table: Vec<(&str, &str, Value, &str)>) {
    let stub = stub(2);
    for (what, operation, body, code) in table {
        let answer = Call::new(operation, &body).answer(&stub);
        let status = if code.is_empty() { 200 } else { 400 };
        assert_eq!(answer.verdict(), (status, code.to_owned()), "{what}: {}", answer.body);
    }
}

#[test]
fn writes_are_taken_up_to_the_limits_and_not_beyond() {
    let key = "k";
    let long = "ä".repeat(256);
    check(vec![
        ("500 records", "PutRecords", many(&vec![record(1, key); 500]), ""),
        ("501 records", "PutRecords", many(&vec![record(1, key); 501]), "ValidationException"),
        ("no record", "PutRecords", many(&[]), "ValidationException"),
        ("records missing", "PutRecords", json!({ "StreamName": STREAM }), "ValidationException"),
        ("1 MiB with the key", "PutRecords", many(&[record(MIB - 1, key)]), ""),
        ("a byte more with the key", "PutRecords", many(&[record(MIB, key)]), "InvalidArgumentException"),
        ("a byte more without it", "PutRecords", many(&[record(1, key), record(MIB + 1, key)]), "ValidationException"),
        (
            "the same for one record",
            "PutRecord",
            one(|body| body["Data"] = record(MIB + 1, key)["Data"].take()),
            "ValidationException",
        ),
        ("10 MiB", "PutRecords", many(&vec![record(MIB - 1, key); 10]), ""),
        (
            "more than 10 MiB",
            "PutRecords",
            many(&[vec![record(MIB - 1, key); 10], vec![record(0, key)]].concat()),
            "InvalidArgumentException",
        ),
        ("no data", "PutRecords", many(&[record(0, key)]), ""),
        ("a key of 256 letters", "PutRecords", many(&[record(1, &long)]), ""),
        ("a key of 257 letters", "PutRecords", many(&[record(1, &format!("{long}a"))]), "ValidationException"),
        ("an empty key", "PutRecords", many(&[record(1, "")]), "ValidationException"),
        ("the key missing", "PutRecords", many(&[json!({ "Data": "" })]), "ValidationException"),
        ("the data missing", "PutRecords", many(&[json!({ "PartitionKey": key })]), "ValidationException"),
        (
            "data that is not base64",
            "PutRecords",
            many(&[json!({ "Data": "a b", "PartitionKey": key })]),
            "SerializationException",
        ),
        ("base64 without its end", "PutRecord", one(|body| body["Data"] = json!("YQ")), "SerializationException"),
        ("data that is a number", "PutRecord", one(|body| body["Data"] = json!(1)), "SerializationException"),
        ("a record that is a list", "PutRecords", many(&[json!(["YQ==", "k"])]), "SerializationException"),
        ("a hash key", "PutRecord", one(|body| body["ExplicitHashKey"] = json!("0")), ""),
        ("the last hash key", "PutRecord", one(|body| body["ExplicitHashKey"] = json!(u128::MAX.to_string())), ""),
        (
            "one more",
            "PutRecord",
            one(|body| body["ExplicitHashKey"] = json!("340282366920938463463374607431768211456")),
            "InvalidArgumentException",
        ),
        (
            "a hash key that is no number",
            "PutRecord",
            one(|body| body["ExplicitHashKey"] = json!("0x1")),
            "ValidationException",
        ),
        (
            "an order that nobody gave",
            "PutRecord",
            one(|body| body["SequenceNumberForOrdering"] = json!("1")),
            "InvalidArgumentException",
        ),
        (
            "a stream that is not there",
            "PutRecord",
            one(|body| body["StreamName"] = json!("other")),
            "ResourceNotFoundException",
        ),
        (
            "a name that none can have",
            "PutRecord",
            one(|body| body["StreamName"] = json!("a b")),
            "ValidationException",
        ),
        ("a name that is a number", "PutRecord", one(|body| body["StreamName"] = json!(1)), "SerializationException"),
        ("no name", "PutRecord", one(|body| body["StreamName"] = Value::Null), "InvalidArgumentException"),
        ("a dry run", "PutRecord", one(|body| body["DryRun"] = json!(true)), "InvalidArgumentException"),
    ]);
}

#[test]
fn streams_are_named_by_arn_too() {
    let arn = |name: &str| json!(format!("arn:aws:kinesis:us-east-1:000000000000:stream/{name}"));
    check(vec![
        ("by ARN", "DescribeStreamSummary", json!({ "StreamARN": arn(STREAM) }), ""),
        ("by both", "DescribeStreamSummary", json!({ "StreamName": STREAM, "StreamARN": arn(STREAM) }), ""),
        (
            "by two that differ",
            "DescribeStreamSummary",
            json!({ "StreamName": STREAM, "StreamARN": arn("b") }),
            "InvalidArgumentException",
        ),
        ("by no ARN", "DescribeStreamSummary", json!({ "StreamARN": "unsnag" }), "ValidationException"),
        ("another", "DescribeStreamSummary", json!({ "StreamARN": arn("b") }), "ResourceNotFoundException"),
    ]);
}

#[test]
fn streams_are_made_within_the_limits_and_removed() {
    let stub = stub(1);
    let create = |body: Value| Call::new("CreateStream", &body).answer(&stub).verdict().1;
    assert_eq!(create(json!({ "StreamName": "a", "ShardCount": 3 })), "");
    assert_eq!(create(json!({ "StreamName": "a", "ShardCount": 3 })), "ResourceInUseException");
    assert_eq!(create(json!({ "StreamName": "b", "ShardCount": 0 })), "ValidationException");
    assert_eq!(create(json!({ "StreamName": "b" })), "ValidationException");
    assert_eq!(create(json!({ "StreamName": "", "ShardCount": 1 })), "ValidationException");
    assert_eq!(create(json!({ "ShardCount": 1 })), "ValidationException");
    assert_eq!(create(json!({ "StreamName": "b", "ShardCount": 5000 })), "LimitExceededException");
    assert_eq!(create(json!({ "StreamName": "b", "StreamModeDetails": { "StreamMode": "ON_DEMAND" } })), "");
    assert_eq!(create(json!({ "StreamName": "c", "ShardCount": 1, "MaxRecordSizeInKiB": 2048 })), "");
    let summary = ask(&stub, "DescribeStreamSummary", &json!({ "StreamName": "b" }));
    assert_eq!(summary["StreamDescriptionSummary"]["OpenShardCount"], 4);
    let two_mib = json!({ "StreamName": "c", "Data": STANDARD.encode(vec![0; 2 * MIB - 1]), "PartitionKey": "k" });
    ask(&stub, "PutRecord", &two_mib);
    ask(&stub, "DeleteStream", &json!({ "StreamName": "c" }));
    assert_eq!(Call::new("PutRecord", &two_mib).answer(&stub).verdict().1, "ResourceNotFoundException");
    assert_eq!(ask(&stub, "ListStreams", &json!({}))["StreamNames"], json!(["a", "b", STREAM]));
}

#[test]
fn lists_come_in_pages() {
    let stub = stub(5);
    for name in ["a", "b"] {
        ask(&stub, "CreateStream", &json!({ "StreamName": name, "ShardCount": 1 }));
    }
    let first = ask(&stub, "ListStreams", &json!({ "Limit": 2 }));
    assert_eq!((&first["StreamNames"], &first["HasMoreStreams"]), (&json!(["a", "b"]), &json!(true)));
    let second = ask(&stub, "ListStreams", &json!({ "NextToken": first["NextToken"] }));
    assert_eq!((&second["StreamNames"], &second["HasMoreStreams"]), (&json!([STREAM]), &json!(false)));

    let first = ask(&stub, "ListShards", &json!({ "StreamName": STREAM, "MaxResults": 3 }));
    assert_eq!(first["Shards"].as_array().unwrap().len(), 3);
    let second = ask(&stub, "ListShards", &json!({ "NextToken": first["NextToken"] }));
    assert_eq!(second["Shards"].as_array().unwrap().len(), 2);
    assert!(second["NextToken"].is_null());
    let both = json!({ "StreamName": STREAM, "NextToken": first["NextToken"] });
    assert_eq!(Call::new("ListShards", &both).answer(&stub).verdict().1, "InvalidArgumentException");

    let described = ask(&stub, "DescribeStream", &json!({ "StreamName": STREAM, "Limit": 4 }));
    assert_eq!(described["StreamDescription"]["HasMoreShards"], true);
}

#[test]
fn requests_that_are_none_of_kinesis_are_told_so() {
    let stub = stub(1);
    let good = put(&["a"]);
    for (what, call, expected) in [
        ("not JSON", Call::raw("PutRecords", "{"), "SerializationException"),
        ("a list", Call::raw("PutRecords", "[]"), "SerializationException"),
        ("nothing", Call::raw("PutRecords", ""), "SerializationException"),
        ("an unknown operation", Call::raw("SplitShard", "{}"), "UnknownOperationException"),
        (
            "another service",
            Call { target: "DynamoDB_20120810.ListTables".to_owned(), ..good.clone() },
            "UnknownOperationException",
        ),
        (
            "CBOR",
            Call { content_type: "application/x-amz-cbor-1.1".to_owned(), ..good.clone() },
            "SerializationException",
        ),
    ] {
        assert_eq!(call.answer(&stub).verdict(), (400, expected.to_owned()), "{what}");
    }
    let huge = Call { body: " ".repeat(21 * MIB), ..good };
    assert_eq!(huge.answer(&stub).verdict(), (413, "RequestEntityTooLargeException".to_owned()));
    assert_eq!(stub.stats().refused_requests["SerializationException"], 4);
}

#[test]
fn records_beyond_the_memory_are_throttled() {
    let stub = Stub::start(Options { max_bytes: 1000, ..Options::default() }).unwrap();
    let record = json!({ "Data": STANDARD.encode([0; 300]), "PartitionKey": "k" });
    let answer = ask(&stub, "PutRecords", &many(&[record.clone(), record.clone(), record.clone()]));
    assert_eq!(answer["FailedRecordCount"], 1);
    assert_eq!(answer["Records"][2]["ErrorCode"], "ProvisionedThroughputExceededException");
    let alone = one(|body| body["Data"] = record["Data"].clone());
    let verdict = Call::new("PutRecord", &alone).answer(&stub).verdict();
    assert_eq!(verdict, (400, "ProvisionedThroughputExceededException".to_owned()));
    let stats = stub.stats();
    assert_eq!((stats.records_stored, stats.records_refused["memory"]), (2, 2));
    stub.reset();
    assert_eq!(Call::new("PutRecord", &alone).answer(&stub).status, 200);
}
