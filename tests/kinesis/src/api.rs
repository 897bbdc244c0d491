//! What the operations mean, from the bytes of a request's body to the JSON of the answer.
//!
//! A request is read and checked against the service's model first, without the lock on the store; then checked
//! against the streams that there are; then it meets the faults; then it is applied.

mod put;
mod read;
mod streams;
mod wire;

use serde_json::Value;

use crate::faults::Failure;
use crate::refusal::Refusal;
use crate::store::Store;

/// Before the operation's name in `X-Amz-Target`.
pub(crate) const TARGET_PREFIX: &str = "Kinesis_20131202.";

/// A request that its operation's model allows.
#[derive(Debug)]
pub(crate) enum Call {
    CreateStream(streams::Create),
    DeleteStream(streams::Delete),
    DescribeStream(streams::Describe),
    DescribeStreamSummary(streams::Summarise),
    ListShards(streams::ListShards),
    ListStreams(streams::List),
    GetShardIterator(read::Start),
    GetRecords(read::Read),
    PutRecord(put::Put),
    PutRecords(put::Put),
}

/// What came of a request.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Nothing for operations whose answer is empty.
    pub(crate) answer: Option<Value>,
    pub(crate) stored_records: u64,
    pub(crate) stored_bytes: u64,
    /// Records for which there was no memory.
    pub(crate) unstored: u64,
}

impl From<Value> for Outcome {
    fn from(answer: Value) -> Self {
        Self { answer: Some(answer), ..Self::default() }
    }
}

/// The operation of a target, if there is such a one.
pub(crate) fn operation(target: &str) -> Option<&'static str> {
    const OPERATIONS: [&str; 10] = [
        "CreateStream",
        "DeleteStream",
        "DescribeStream",
        "DescribeStreamSummary",
        "ListShards",
        "ListStreams",
        "GetShardIterator",
        "GetRecords",
        "PutRecord",
        "PutRecords",
    ];
    let name = target.strip_prefix(TARGET_PREFIX)?;
    OPERATIONS.into_iter().find(|operation| *operation == name)
}

impl Call {
    /// `operation` is one that [`operation`] returned.
    pub(crate) fn parse(operation: &str, body: &[u8], now_ms: u64) -> Result<Self, Refusal> {
        match operation {
            "CreateStream" => streams::Create::parse(body).map(Self::CreateStream),
            "DeleteStream" => streams::Delete::parse(body).map(Self::DeleteStream),
            "DescribeStream" => streams::Describe::parse(body).map(Self::DescribeStream),
            "DescribeStreamSummary" => streams::Summarise::parse(body).map(Self::DescribeStreamSummary),
            "ListShards" => streams::ListShards::parse(body, now_ms).map(Self::ListShards),
            "ListStreams" => streams::List::parse(body).map(Self::ListStreams),
            "GetShardIterator" => read::Start::parse(body).map(Self::GetShardIterator),
            "GetRecords" => read::Read::parse(body, now_ms).map(Self::GetRecords),
            "PutRecord" => put::Put::parse_one(body).map(Self::PutRecord),
            "PutRecords" => put::Put::parse_many(body).map(Self::PutRecords),
            other => Err(Refusal::new("UnknownOperationException", other)),
        }
    }

    /// How many records it brings.
    pub(crate) fn records(&self) -> usize {
        match self {
            Self::PutRecord(put) | Self::PutRecords(put) => put.records(),
            _ => 0,
        }
    }

    /// What would refuse a write whatever the faults; reads find out when they are applied.
    pub(crate) fn check(&self, store: &Store) -> Result<(), Refusal> {
        match self {
            Self::PutRecord(put) | Self::PutRecords(put) => put.check(store),
            _ => Ok(()),
        }
    }

    /// The answer of a shard that is too busy for the whole request.
    pub(crate) fn throttled(&self, store: &Store) -> Refusal {
        match self {
            Self::PutRecord(put) | Self::PutRecords(put) => put.throttled(store),
            _ => Refusal::new(crate::refusal::THROTTLED, "Rate exceeded."),
        }
    }

    /// Does what was asked. `failures` says which records fail; it may be shorter than they are.
    pub(crate) fn apply(
        self,
        store: &mut Store,
        failures: &[Option<Failure>],
        now_ms: u64,
    ) -> Result<Outcome, Refusal> {
        match self {
            Self::CreateStream(call) => call.apply(store, now_ms),
            Self::DeleteStream(call) => call.apply(store),
            Self::DescribeStream(call) => call.apply(store),
            Self::DescribeStreamSummary(call) => call.apply(store),
            Self::ListShards(call) => call.apply(store, now_ms),
            Self::ListStreams(call) => Ok(call.apply(store)),
            Self::GetShardIterator(call) => call.apply(store, now_ms),
            Self::GetRecords(call) => call.apply(store, now_ms),
            Self::PutRecord(call) => call.apply_one(store, now_ms),
            Self::PutRecords(call) => call.apply_many(store, failures, now_ms),
        }
    }
}
