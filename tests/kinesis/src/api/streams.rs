//! Streams themselves: made, described, listed, removed. Changes take effect at once: a stream is always `ACTIVE`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Outcome;
use super::read::seconds;
use super::wire::{self, Object};
use crate::checks::Checks;
use crate::cursor::{Cursor, CursorError};
use crate::refusal::Refusal;
use crate::store::{Mode, Plan, Store, Stream, hash_range, shard_id};

/// What a page holds at most, and the two that hold less if nothing is said.
const MAX_PAGE: i64 = 10_000;
const DEFAULT_SHARDS_DESCRIBED: i64 = 100;
const DEFAULT_STREAMS_LISTED: i64 = 100;

/// What an on-demand stream begins with.
const ON_DEMAND_SHARDS: i64 = 4;

/// More than any account has; keeps the number in 32 bits.
const MAX_SHARD_COUNT: i64 = 1_000_000;

const MIN_RECORD_KIB: i64 = 1024;
const MAX_RECORD_KIB: i64 = 10 * 1024;

const RETENTION_HOURS: u32 = 24;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct CreateWire {
    stream_name: Option<String>,
    shard_count: Option<i64>,
    stream_mode_details: Option<Object<ModeWire>>,
    #[serde(rename = "MaxRecordSizeInKiB")]
    max_record_size_in_kib: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ModeWire {
    stream_mode: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Create(Plan);

impl Create {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let wire: CreateWire = wire::read(body)?;
        let mut checks = Checks::default();
        let name = checks.present(wire.stream_name, "streamName");
        if let Some(name) = &name {
            checks.name(name, "streamName");
        }
        checks.at_least_one(wire.shard_count, "shardCount", MAX_SHARD_COUNT);
        let kib = wire.max_record_size_in_kib.unwrap_or(MIN_RECORD_KIB);
        if !(MIN_RECORD_KIB..=MAX_RECORD_KIB).contains(&kib) {
            let rule = format!("have value between {MIN_RECORD_KIB} and {MAX_RECORD_KIB}");
            checks.fail(Some(&kib.to_string()), "maxRecordSizeInKiB", &rule);
        }
        let mode = wire.stream_mode_details.and_then(|Object(details)| details.stream_mode);
        let mode = match mode.as_deref() {
            None | Some("PROVISIONED") => Mode::Provisioned,
            Some("ON_DEMAND") => Mode::OnDemand,
            Some(other) => {
                let at = "streamModeDetails.streamMode";
                checks.fail(Some(other), at, "satisfy enum value set: [PROVISIONED, ON_DEMAND]");
                Mode::Provisioned
            }
        };
        checks.finish()?;
        let name = name.unwrap_or_default();
        let shards = match (mode, wire.shard_count) {
            (Mode::Provisioned, Some(count)) => count,
            (Mode::Provisioned, None) => {
                return Err(Refusal::validation("ShardCount must be given for a stream in PROVISIONED mode."));
            }
            (Mode::OnDemand, None) => ON_DEMAND_SHARDS,
            (Mode::OnDemand, Some(_)) => {
                return Err(Refusal::validation("ShardCount must not be given for a stream in ON_DEMAND mode."));
            }
        };
        Ok(Self(Plan { name, shards: shards as u32, mode, max_record_bytes: kib as u64 * 1024 }))
    }

    pub(super) fn apply(self, store: &mut Store, now_ms: u64) -> Result<Outcome, Refusal> {
        store.create(self.0, now_ms)?;
        Ok(Outcome::default())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct NamedWire {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    limit: Option<i64>,
    exclusive_start_shard_id: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Delete(String);

impl Delete {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        named(wire::read(body)?).map(Self)
    }

    pub(super) fn apply(self, store: &mut Store) -> Result<Outcome, Refusal> {
        store.delete(&self.0)?;
        Ok(Outcome::default())
    }
}

fn named(wire: NamedWire) -> Result<String, Refusal> {
    let mut checks = Checks::default();
    let name = wire::stream_name(wire.stream_name, wire.stream_arn.as_deref(), &mut checks)?;
    checks.finish()?;
    Ok(name)
}

#[derive(Debug)]
pub(crate) struct Summarise(String);

impl Summarise {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        named(wire::read(body)?).map(Self)
    }

    pub(super) fn apply(self, store: &Store) -> Result<Outcome, Refusal> {
        let stream = store.stream(&self.0)?;
        let mut summary = common(stream, store);
        summary["OpenShardCount"] = json!(stream.plan.shards);
        summary["ConsumerCount"] = json!(0);
        summary["MaxRecordSizeInKiB"] = json!(stream.plan.max_record_bytes / 1024);
        Ok(json!({ "StreamDescriptionSummary": summary }).into())
    }
}

#[derive(Debug)]
pub(crate) struct Describe {
    name: String,
    limit: i64,
    after: Option<String>,
}

impl Describe {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut wire: NamedWire = wire::read(body)?;
        let mut checks = Checks::default();
        checks.at_least_one(wire.limit, "limit", MAX_PAGE);
        if let Some(shard) = &wire.exclusive_start_shard_id {
            checks.name(shard, "exclusiveStartShardId");
        }
        let (limit, after) = (wire.limit.unwrap_or(DEFAULT_SHARDS_DESCRIBED), wire.exclusive_start_shard_id.take());
        let name = wire::stream_name(wire.stream_name, wire.stream_arn.as_deref(), &mut checks)?;
        checks.finish()?;
        Ok(Self { name, limit, after })
    }

    pub(super) fn apply(self, store: &Store) -> Result<Outcome, Refusal> {
        let stream = store.stream(&self.name)?;
        let (shards, more) = page(stream, self.after.as_deref(), self.limit);
        let mut description = common(stream, store);
        description["Shards"] = json!(shards);
        description["HasMoreShards"] = json!(more.is_some());
        Ok(json!({ "StreamDescription": description }).into())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ListShardsWire {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    next_token: Option<String>,
    exclusive_start_shard_id: Option<String>,
    max_results: Option<i64>,
    shard_filter: Option<Object<FilterWire>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct FilterWire {
    r#type: Option<String>,
    shard_id: Option<String>,
}

#[derive(Debug)]
pub(crate) struct ListShards {
    name: String,
    /// Of the stream that a token was given for.
    incarnation: Option<u64>,
    limit: i64,
    after: Option<String>,
}

impl ListShards {
    pub(super) fn parse(body: &[u8], now_ms: u64) -> Result<Self, Refusal> {
        let wire: ListShardsWire = wire::read(body)?;
        let mut checks = Checks::default();
        checks.at_least_one(wire.max_results, "maxResults", MAX_PAGE);
        let limit = wire.max_results.unwrap_or(MAX_PAGE);
        if let Some(token) = wire.next_token {
            if wire.stream_name.is_some() || wire.stream_arn.is_some() {
                return Err(Refusal::invalid_argument("NextToken and StreamName cannot be provided together."));
            }
            checks.finish()?;
            let cursor = Cursor::read(&token, now_ms).map_err(|error| match error {
                CursorError::Malformed => Refusal::invalid_argument("NextToken is invalid."),
                CursorError::Expired => Refusal::new("ExpiredNextTokenException", "NextToken has expired."),
            })?;
            let after = Some(shard_id(cursor.shard));
            return Ok(Self { name: cursor.stream, incarnation: Some(cursor.incarnation), limit, after });
        }
        let name = wire::stream_name(wire.stream_name, wire.stream_arn.as_deref(), &mut checks)?;
        // Shards are never split or closed here, so every filter but this one lets all of them pass.
        let mut after = wire.exclusive_start_shard_id;
        if let Some(Object(filter)) = wire.shard_filter {
            match filter.r#type.as_deref() {
                Some("AFTER_SHARD_ID") => after = checks.present(filter.shard_id, "shardFilter.shardId"),
                Some("AT_TRIM_HORIZON" | "FROM_TRIM_HORIZON" | "AT_LATEST" | "AT_TIMESTAMP" | "FROM_TIMESTAMP") => {}
                other => checks.fail(other, "shardFilter.type", "satisfy enum value set: [AT_LATEST, …]"),
            }
        }
        if let Some(shard) = &after {
            checks.name(shard, "exclusiveStartShardId");
        }
        checks.finish()?;
        Ok(Self { name, incarnation: None, limit, after })
    }

    pub(super) fn apply(self, store: &Store, now_ms: u64) -> Result<Outcome, Refusal> {
        let stream = store.stream(&self.name)?;
        if self.incarnation.is_some_and(|incarnation| incarnation != stream.incarnation) {
            return Err(Refusal::no_stream(&self.name));
        }
        let (shards, more) = page(stream, self.after.as_deref(), self.limit);
        let mut answer = json!({ "Shards": shards });
        if let Some(shard) = more {
            let incarnation = stream.incarnation;
            let cursor = Cursor { stream: self.name, incarnation, shard, after: 0, issued_ms: now_ms };
            answer["NextToken"] = json!(cursor.write());
        }
        Ok(answer.into())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ListWire {
    limit: Option<i64>,
    exclusive_start_stream_name: Option<String>,
    next_token: Option<String>,
}

#[derive(Debug)]
pub(crate) struct List {
    limit: usize,
    after: Option<String>,
}

impl List {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let wire: ListWire = wire::read(body)?;
        let mut checks = Checks::default();
        checks.at_least_one(wire.limit, "limit", MAX_PAGE);
        let mut after = wire.exclusive_start_stream_name;
        if let Some(name) = &after {
            checks.name(name, "exclusiveStartStreamName");
        }
        checks.finish()?;
        if let Some(token) = wire.next_token {
            let name = STANDARD.decode(token).ok().and_then(|name| String::from_utf8(name).ok());
            after = Some(name.ok_or_else(|| Refusal::invalid_argument("NextToken is invalid."))?);
        }
        Ok(Self { limit: wire.limit.unwrap_or(DEFAULT_STREAMS_LISTED) as usize, after })
    }

    pub(super) fn apply(self, store: &Store) -> Outcome {
        let after = self.after.as_deref();
        let mut rest = store.streams().filter(|stream| after.is_none_or(|after| stream.plan.name.as_str() > after));
        let page: Vec<&Stream> = rest.by_ref().take(self.limit).collect();
        let more = rest.next().is_some();
        let names: Vec<&str> = page.iter().map(|stream| stream.plan.name.as_str()).collect();
        let summaries: Vec<Value> = page
            .iter()
            .map(|stream| {
                json!({
                    "StreamName": stream.plan.name,
                    "StreamARN": store.arn(&stream.plan.name),
                    "StreamStatus": "ACTIVE",
                    "StreamModeDetails": { "StreamMode": mode(stream) },
                    "StreamCreationTimestamp": seconds(stream.created_ms),
                })
            })
            .collect();
        let mut answer = json!({ "StreamNames": names, "HasMoreStreams": more, "StreamSummaries": summaries });
        if let Some(last) = names.last().filter(|_| more) {
            answer["NextToken"] = json!(STANDARD.encode(last));
        }
        answer.into()
    }
}

fn mode(stream: &Stream) -> &'static str {
    match stream.plan.mode {
        Mode::Provisioned => "PROVISIONED",
        Mode::OnDemand => "ON_DEMAND",
    }
}

fn common(stream: &Stream, store: &Store) -> Value {
    json!({
        "StreamName": stream.plan.name,
        "StreamARN": store.arn(&stream.plan.name),
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": { "StreamMode": mode(stream) },
        "RetentionPeriodHours": RETENTION_HOURS,
        "StreamCreationTimestamp": seconds(stream.created_ms),
        "EnhancedMonitoring": [{ "ShardLevelMetrics": [] }],
        "EncryptionType": "NONE",
    })
}

/// Some shards, and the last of them if more follow. A shard that does not exist comes before or after others by name.
fn page(stream: &Stream, after: Option<&str>, limit: i64) -> (Vec<Value>, Option<u32>) {
    let mut rest = (0..stream.plan.shards).filter(|shard| after.is_none_or(|after| shard_id(*shard).as_str() > after));
    let shards: Vec<u32> = rest.by_ref().take(limit as usize).collect();
    let more = rest.next().and(shards.last().copied());
    let described = shards.into_iter().map(|shard| {
        let (first, last) = hash_range(shard, stream.plan.shards);
        json!({
            "ShardId": shard_id(shard),
            "HashKeyRange": { "StartingHashKey": first.to_string(), "EndingHashKey": last.to_string() },
            "SequenceNumberRange": {
                "StartingSequenceNumber": stream.sequence(shard, 0, stream.created_ms).to_string(),
            },
        })
    });
    (described.collect(), more)
}
