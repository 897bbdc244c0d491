//! Which shard a record goes to.

use serde_json::json;

use crate::client::{STREAM, ask, put, stub};

/// Keys with the first half-byte of their MD5, computed by `md5sum`.
const KEYS: [(&str, u32); 6] = [("a", 0), ("b", 9), ("session-1", 12), ("ä", 8), ("日本", 4), ("0", 12)];

#[test]
fn records_go_where_the_md5_of_their_key_lies() {
    for shards in [1, 2, 4, 8, 16] {
        let stub = stub(shards);
        for (key, first) in KEYS {
            let answer = put(&[key]).answer(&stub).json();
            let expected = format!("shardId-{:012}", first * shards / 16);
            assert_eq!(answer["Records"][0]["ShardId"], expected, "{key} of {shards}");
        }
    }
}

#[test]
fn records_lie_within_the_range_that_their_shard_tells() {
    let stub = stub(3);
    let shards = ask(&stub, "ListShards", &json!({ "StreamName": STREAM }))["Shards"].clone();
    for shard in shards.as_array().unwrap() {
        for end in ["StartingHashKey", "EndingHashKey"] {
            let record = json!({
                "StreamName": STREAM,
                "Data": "",
                "PartitionKey": "any",
                "ExplicitHashKey": shard["HashKeyRange"][end],
            });
            assert_eq!(ask(&stub, "PutRecord", &record)["ShardId"], shard["ShardId"], "{end}");
        }
    }
}

#[test]
fn keeps_keys_and_order_within_a_shard() {
    let stub = stub(2);
    let keys: Vec<String> = (0..40).map(|number| format!("key-{number:02}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    put(&keys).answer(&stub);
    let records = stub.records();
    for shard in [0, 1] {
        let own: Vec<&str> =
            records.iter().filter(|record| record.shard == shard).map(|record| record.partition_key.as_str()).collect();
        assert!(own.len() > 5 && own.is_sorted(), "{own:?}");
    }
}
