//! Reading: `GetShardIterator` and `GetRecords`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Outcome;
use super::wire;
use crate::checks::Checks;
use crate::cursor::{Cursor, CursorError};
use crate::refusal::{ACCOUNT, Refusal};
use crate::sequence::Sequence;
use crate::store::{Store, Stream, shard_id};

/// Records of one answer, and their number if no limit is given.
const MAX_RECORDS: i64 = 10_000;

/// Data and keys of one answer; the record that reaches it is the last.
const MAX_ANSWER_BYTES: u64 = 10 * 1024 * 1024;

const MAX_ITERATOR_CHARS: usize = 512;

const SEQUENCE_DIGITS: usize = 129;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StartWire {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    shard_id: Option<String>,
    shard_iterator_type: Option<String>,
    starting_sequence_number: Option<String>,
    timestamp: Option<f64>,
    dry_run: Option<bool>,
}

#[derive(Debug)]
enum From {
    TrimHorizon,
    Latest,
    At(String),
    After(String),
    Timestamp(f64),
}

/// Where to begin.
#[derive(Debug)]
pub(crate) struct Start {
    stream: String,
    shard: String,
    from: From,
}

impl Start {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let wire: StartWire = wire::read(body)?;
        wire::refuse_dry_run(wire.dry_run)?;
        let mut checks = Checks::default();
        let stream = wire::stream_name(wire.stream_name, wire.stream_arn.as_deref(), &mut checks)?;
        let shard = checks.present(wire.shard_id, "shardId");
        if let Some(shard) = &shard {
            checks.name(shard, "shardId");
        }
        if let Some(sequence) = &wire.starting_sequence_number {
            checks.number(sequence, "startingSequenceNumber", SEQUENCE_DIGITS);
        }
        let kind = checks.present(wire.shard_iterator_type, "shardIteratorType");
        let from = match (kind.as_deref().unwrap_or("TRIM_HORIZON"), wire.starting_sequence_number, wire.timestamp) {
            ("TRIM_HORIZON", None, None) => Some(From::TrimHorizon),
            ("LATEST", None, None) => Some(From::Latest),
            ("AT_SEQUENCE_NUMBER", Some(sequence), None) => Some(From::At(sequence)),
            ("AFTER_SEQUENCE_NUMBER", Some(sequence), None) => Some(From::After(sequence)),
            ("AT_TIMESTAMP", None, Some(timestamp)) => Some(From::Timestamp(timestamp)),
            ("TRIM_HORIZON" | "LATEST" | "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER" | "AT_TIMESTAMP", ..) => None,
            (other, ..) => {
                let rule = "satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, \
                            TRIM_HORIZON]";
                checks.fail(Some(other), "shardIteratorType", rule);
                None
            }
        };
        checks.finish()?;
        let from = from.ok_or_else(|| {
            Refusal::invalid_argument(
                "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) \
                 TRIM_HORIZON or LATEST and no StartingSequenceNumber or (3) AT_TIMESTAMP and Timestamp.",
            )
        })?;
        Ok(Self { stream, shard: shard.unwrap_or_default(), from })
    }

    pub(super) fn apply(self, store: &Store, now_ms: u64) -> Result<Outcome, Refusal> {
        let stream = store.stream(&self.stream)?;
        let shard = stream.shard(&self.shard).ok_or_else(|| Refusal::no_shard(&self.shard, &self.stream))?;
        let records = stream.records(shard);
        let after = match &self.from {
            From::TrimHorizon => 0,
            From::Latest => records.len() as u64,
            From::At(text) => self.count(text, shard, stream)?.saturating_sub(1),
            From::After(text) => self.count(text, shard, stream)?,
            From::Timestamp(seconds) => {
                let from_ms = seconds * 1000.0;
                if from_ms > now_ms as f64 {
                    let text = "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.";
                    return Err(Refusal::invalid_argument(text));
                }
                records.partition_point(|record| (record.arrived_ms as f64) < from_ms) as u64
            }
        };
        let cursor = Cursor { stream: self.stream, incarnation: stream.incarnation, shard, after, issued_ms: now_ms };
        Ok(json!({ "ShardIterator": cursor.write() }).into())
    }

    /// The place that a sequence number stands for, which must be one of this very shard.
    fn count(&self, text: &str, shard: u32, stream: &Stream) -> Result<u64, Refusal> {
        let known = |sequence: &Sequence| {
            let own = stream.sequence(shard, sequence.count, sequence.arrived_s * 1000);
            *sequence == own && sequence.count <= stream.records(shard).len() as u64
        };
        text.parse().ok().filter(known).map(|sequence| sequence.count).ok_or_else(|| {
            Refusal::invalid_argument(format!(
                "StartingSequenceNumber {text} used in GetShardIterator on shard {} in stream {} under account \
                 {ACCOUNT} is invalid.",
                self.shard, self.stream
            ))
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ReadWire {
    shard_iterator: Option<String>,
    limit: Option<i64>,
    dry_run: Option<bool>,
}

/// What to read.
#[derive(Debug)]
pub(crate) struct Read {
    cursor: Cursor,
    limit: usize,
}

impl Read {
    pub(super) fn parse(body: &[u8], now_ms: u64) -> Result<Self, Refusal> {
        let wire: ReadWire = wire::read(body)?;
        wire::refuse_dry_run(wire.dry_run)?;
        let mut checks = Checks::default();
        let iterator = checks.present(wire.shard_iterator, "shardIterator");
        if let Some(iterator) = &iterator {
            checks.length(iterator, "shardIterator", MAX_ITERATOR_CHARS);
        }
        checks.at_least_one(wire.limit, "limit", MAX_RECORDS);
        checks.finish()?;
        let cursor = Cursor::read(&iterator.unwrap_or_default(), now_ms).map_err(|error| match error {
            CursorError::Malformed => Refusal::invalid_argument("Invalid ShardIterator."),
            CursorError::Expired => Refusal::new(
                "ExpiredIteratorException",
                "Iterator expired. The iterator was created more than 5 minutes ago.",
            ),
        })?;
        Ok(Self { cursor, limit: wire.limit.unwrap_or(MAX_RECORDS) as usize })
    }

    pub(super) fn apply(self, store: &Store, now_ms: u64) -> Result<Outcome, Refusal> {
        let Cursor { stream: name, incarnation, shard, after, .. } = &self.cursor;
        let stream = store.stream(name)?;
        let all = if stream.incarnation == *incarnation && *shard < stream.plan.shards {
            stream.records(*shard)
        } else {
            return Err(Refusal::no_shard(&shard_id(*shard), name));
        };
        let from = usize::try_from(*after).unwrap_or(usize::MAX).min(all.len());
        let mut bytes = 0;
        let mut records = Vec::new();
        for (at, record) in all.iter().enumerate().skip(from).take(self.limit) {
            if bytes >= MAX_ANSWER_BYTES {
                break;
            }
            bytes += record.bytes();
            let sequence = stream.sequence(*shard, at as u64 + 1, record.arrived_ms);
            records.push(json!({
                "SequenceNumber": sequence.to_string(),
                "ApproximateArrivalTimestamp": seconds(record.arrived_ms),
                "Data": STANDARD.encode(&record.data),
                "PartitionKey": record.partition_key,
            }));
        }
        let read = from + records.len();
        // Who has not read all is behind, even if all came within one millisecond.
        let behind = all.get(read).map_or(0, |next| now_ms.saturating_sub(next.arrived_ms).max(1));
        let next = Cursor { after: read as u64, issued_ms: now_ms, ..self.cursor };
        Ok(json!({ "Records": records, "NextShardIterator": next.write(), "MillisBehindLatest": behind }).into())
    }
}

/// Times in answers are seconds with milliseconds after the point.
pub(super) fn seconds(unix_ms: u64) -> Value {
    json!(unix_ms as f64 / 1000.0)
}
