"""What a client does with any Kinesis, and the facts that two of them can be compared by."""

import hashlib
import time

import aws

STREAM = "compared"
SHARDS = 3
MIB = 1024 * 1024
LAST_HASH = 2**128 - 1


def run(client):
    """Facts by name, each a plain value."""
    facts = {}
    client.create_stream(StreamName=STREAM, ShardCount=SHARDS)
    client.get_waiter("stream_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    facts.update(_streams(client))
    facts.update(_writes(client))
    facts.update(_reads(client))
    for what, operation, parameters in bad_inputs(client):
        facts[f"bad input: {what}"] = aws.code_of(getattr(client, operation), **parameters)
    client.delete_stream(StreamName=STREAM)
    facts["a removed stream"] = aws.code_of(client.describe_stream_summary, StreamName=STREAM)
    return facts


def _streams(client):
    described = client.describe_stream(StreamName=STREAM)["StreamDescription"]
    summary = client.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]
    listed = client.list_shards(StreamName=STREAM)["Shards"]
    by_arn = client.describe_stream_summary(StreamARN=described["StreamARN"])["StreamDescriptionSummary"]
    ranges = [(shard["ShardId"], *shard["HashKeyRange"].values()) for shard in described["Shards"]]
    return {
        "stream: hash ranges": ranges,
        "stream: shards listed as described": [shard["HashKeyRange"] for shard in listed]
        == [shard["HashKeyRange"] for shard in described["Shards"]],
        "stream: status": described["StreamStatus"],
        "stream: retention": described["RetentionPeriodHours"],
        "stream: open shards": summary["OpenShardCount"],
        "stream: found by ARN": by_arn["StreamName"] == STREAM,
        "stream: listed": STREAM in client.list_streams()["StreamNames"],
    }


def keys():
    """Keys of several alphabets, enough for each shard."""
    return [f"session-{number}" for number in range(60)] + ["ä", "日本語", "🙂", "k" * 256]


def expected_shard(key):
    """What MD5 says, computed here."""
    width = 2**128 // SHARDS
    number = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
    return f"shardId-{min(number // width, SHARDS - 1):012}"


def _writes(client):
    records = [{"Data": key.encode(), "PartitionKey": key} for key in keys()]
    answer = client.put_records(StreamName=STREAM, Records=records)
    shards = [record["ShardId"] for record in answer["Records"]]
    assert shards == [expected_shard(key) for key in keys()], "each key lies where its MD5 does"
    facts = {
        "put: none failed": answer["FailedRecordCount"],
        "put: shards": shards,
        "put: used shards": sorted(set(shards)),
    }
    width = 2**128 // SHARDS
    for name, number in [("first", 0), ("last of the first", width - 1), ("first of the second", width), ("last", LAST_HASH)]:
        facts[f"put: explicit hash, {name}"] = _try_put(client, number)
    first = client.put_record(StreamName=STREAM, PartitionKey="order", Data=b"1")
    second = client.put_record(
        StreamName=STREAM, PartitionKey="order", Data=b"2", SequenceNumberForOrdering=first["SequenceNumber"]
    )
    facts["put: in order"] = int(first["SequenceNumber"]) < int(second["SequenceNumber"])
    facts["put: length of sequence numbers"] = len(first["SequenceNumber"])
    return facts


def _try_put(client, number):
    try:
        return client.put_record(StreamName=STREAM, PartitionKey="x", ExplicitHashKey=str(number), Data=b"")["ShardId"]
    except Exception as error:
        return type(error).__name__


def _reads(client):
    shard = expected_shard("order")

    def start(kind, **more):
        answer = client.get_shard_iterator(StreamName=STREAM, ShardId=shard, ShardIteratorType=kind, **more)
        return answer["ShardIterator"]

    def page(iterator, limit=1000):
        answer = client.get_records(ShardIterator=iterator, Limit=limit)
        return [record["Data"].decode() for record in answer["Records"]], answer

    everything, answer = page(start("TRIM_HORIZON"))
    behind_at_end = answer["MillisBehindLatest"]
    iterator, paged = start("TRIM_HORIZON"), []
    for _ in range(len(everything) // 5 + 1):
        some, got = page(iterator, 5)
        assert len(some) <= 5
        paged += some
        iterator = got["NextShardIterator"]
    third = answer["Records"][2]["SequenceNumber"]
    at = page(start("AT_SEQUENCE_NUMBER", StartingSequenceNumber=third))[0]
    after = page(start("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=third))[0]
    latest = start("LATEST")
    client.put_record(StreamName=STREAM, PartitionKey="order", Data=b"new")
    return {
        "get: everything": everything,
        "get: the same in pages": paged == everything,
        "get: not behind at the end": behind_at_end,
        "get: at a number": at == everything[2:],
        "get: after a number": after == everything[3:],
        "get: latest": page(latest)[0],
        "get: from an hour ago": page(start("AT_TIMESTAMP", Timestamp=time.time() - 3600))[0] == everything + ["new"],
    }


def bad_inputs(client):
    """What, operation, parameters; sent as they are, without boto3's own validation."""
    iterator = client.get_shard_iterator(
        StreamName=STREAM, ShardId="shardId-000000000000", ShardIteratorType="LATEST"
    )["ShardIterator"]

    def record(**change):
        return {"Data": b"x", "PartitionKey": "k", **change}

    def one(**change):
        return {"StreamName": STREAM, **record(**change)}

    def many(*records):
        return {"StreamName": STREAM, "Records": list(records)}

    def start(**change):
        return {"StreamName": STREAM, "ShardId": "shardId-000000000000", "ShardIteratorType": "LATEST", **change}

    return [
        ("put to no stream", "put_record", one(StreamName="none")),
        ("put many to no stream", "put_records", {**many(record()), "StreamName": "none"}),
        ("501 records", "put_records", many(*[record()] * 501)),
        ("0 records", "put_records", many()),
        ("data above 1 MiB in many", "put_records", many(record(Data=bytes(MIB + 1)))),
        ("data above 1 MiB", "put_record", one(Data=bytes(MIB + 1))),
        ("data and key above 1 MiB", "put_records", many(record(Data=bytes(MIB)))),
        ("6 MiB in a request", "put_records", many(*[record(Data=bytes(MIB - 1))] * 6)),
        ("11 MiB in a request", "put_records", many(*[record(Data=bytes(MIB - 1))] * 11)),
        ("a key of 257 letters", "put_record", one(PartitionKey="k" * 257)),
        ("an empty key", "put_record", one(PartitionKey="")),
        ("a hash key of 2^128", "put_record", one(ExplicitHashKey=str(2**128))),
        ("a hash key that is no number", "put_record", one(ExplicitHashKey="x")),
        ("a stream name with a space", "put_record", one(StreamName="a b")),
        ("describe no stream", "describe_stream", {"StreamName": "none"}),
        ("summarise no stream", "describe_stream_summary", {"StreamName": "none"}),
        ("list shards of no stream", "list_shards", {"StreamName": "none"}),
        ("remove no stream", "delete_stream", {"StreamName": "none"}),
        ("make a stream twice", "create_stream", {"StreamName": STREAM, "ShardCount": 1}),
        ("make a stream of no shards", "create_stream", {"StreamName": "other", "ShardCount": 0}),
        ("start in no stream", "get_shard_iterator", start(StreamName="none")),
        ("start in no shard", "get_shard_iterator", start(ShardId="shardId-000000000009")),
        ("start nowhere", "get_shard_iterator", start(ShardIteratorType="SOMEWHERE")),
        ("start at no number", "get_shard_iterator", start(ShardIteratorType="AT_SEQUENCE_NUMBER")),
        ("read from nowhere", "get_records", {"ShardIterator": "AAAA"}),
        ("read 0 records", "get_records", {"ShardIterator": iterator, "Limit": 0}),
        ("read 10001 records", "get_records", {"ShardIterator": iterator, "Limit": 10_001}),
    ]
