"""Where moto is known to differ: what the stub says, what moto says, and why the stub keeps to its own."""

UNCHECKED = "moto does not check it; botocore's model states the limit"
CRASH = "moto fails inside and answers 500 without a code"

KNOWN = {
    "put: explicit hash, last of the first": (
        "shardId-000000000000",
        "ClientError",
        "moto takes the end of a range as outside it: a record with exactly this hash has no shard, and moto fails",
    ),
    "put: explicit hash, last": (
        "shardId-000000000002",
        "ClientError",
        "the same at the end of the last shard",
    ),
    "put: length of sequence numbers": (56, 2, "moto counts 1, 2, 3; the service's numbers have 56 digits"),
    "bad input: 0 records": ("ValidationException", "", UNCHECKED),
    "bad input: data above 1 MiB": (
        "ValidationException",
        "",
        "moto checks the size of records in PutRecords only; the service checks both alike",
    ),
    "bad input: data and key above 1 MiB": (
        "InvalidArgumentException",
        "ValidationException",
        "the model's limit is on the data alone, so this one is the service's own; its code is not documented, "
        "and moto reuses the text about the data",
    ),
    "bad input: 6 MiB in a request": ("", "InvalidArgumentException", "moto keeps the limit of 5 MiB; it is 10 now"),
    "bad input: a key of 257 letters": (
        "ValidationException",
        "InvalidArgumentException",
        "a limit of the model is violated, which the service reports as such",
    ),
    "bad input: an empty key": ("ValidationException", "", UNCHECKED),
    "bad input: a hash key that is no number": ("ValidationException", "500", CRASH),
    "bad input: a stream name with a space": (
        "ValidationException",
        "ResourceNotFoundException",
        "moto looks for the stream without checking its name against the model's pattern",
    ),
    "bad input: make a stream of no shards": ("ValidationException", "500", CRASH),
    "bad input: start nowhere": (
        "ValidationException",
        "InvalidArgumentException",
        "a value outside a list of the model is a violation of the model",
    ),
    "bad input: start at no number": ("InvalidArgumentException", "500", CRASH),
    "bad input: read from nowhere": ("InvalidArgumentException", "500", CRASH),
    "bad input: read 0 records": ("ValidationException", "", UNCHECKED),
    "bad input: read 10001 records": ("ValidationException", "", UNCHECKED),
}
