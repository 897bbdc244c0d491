//! Writing: `PutRecord` and `PutRecords`.

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Outcome;
use super::wire::{self, Blob, Capped, Object};
use crate::checks::Checks;
use crate::faults::Failure;
use crate::refusal::{self, Refusal};
use crate::sequence::Sequence;
use crate::store::{self, Store, Stored};

/// Records of one request.
const MAX_RECORDS: usize = 500;

/// Data and keys of one request together.
const MAX_REQUEST_BYTES: usize = 10 * 1024 * 1024;

/// The largest data that any stream can be set to take.
const MAX_DATA_BYTES: usize = 10 * 1024 * 1024;

const MAX_KEY_CHARS: usize = 256;

/// Decimal digits of 2^128 - 1.
const HASH_KEY_DIGITS: usize = 39;

/// Decimal digits of the largest sequence number that the model allows.
const SEQUENCE_DIGITS: usize = 129;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Many {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    records: Option<Capped<Object<Entry>, MAX_RECORDS>>,
    dry_run: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    data: Option<Blob>,
    partition_key: Option<String>,
    explicit_hash_key: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct One {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    data: Option<Blob>,
    partition_key: Option<String>,
    explicit_hash_key: Option<String>,
    sequence_number_for_ordering: Option<String>,
    dry_run: Option<bool>,
}

/// Records for one stream.
#[derive(Debug)]
pub(crate) struct Put {
    stream: String,
    items: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    key: String,
    hash: u128,
    data: Bytes,
}

impl Item {
    fn bytes(&self) -> usize {
        self.key.len() + self.data.len()
    }
}

impl Put {
    pub(super) fn parse_one(body: &[u8]) -> Result<Self, Refusal> {
        let wire: One = wire::read(body)?;
        wire::refuse_dry_run(wire.dry_run)?;
        let mut checks = Checks::default();
        let stream = wire::stream_name(wire.stream_name, wire.stream_arn.as_deref(), &mut checks)?;
        let entry =
            Entry { data: wire.data, partition_key: wire.partition_key, explicit_hash_key: wire.explicit_hash_key };
        let item = entry.check("", &mut checks);
        if let Some(sequence) = &wire.sequence_number_for_ordering {
            checks.number(sequence, "sequenceNumberForOrdering", SEQUENCE_DIGITS);
        }
        checks.finish()?;
        if let Some(text) = &wire.sequence_number_for_ordering {
            // Numbers grow anyway; only one that was never given is an error.
            text.parse::<Sequence>().map_err(|_| {
                Refusal::invalid_argument(format!(
                    "ExclusiveMinimumSequenceNumber {text} used in PutRecord is invalid."
                ))
            })?;
        }
        Ok(Self { stream, items: vec![item.expect("checked above")?] })
    }

    pub(super) fn parse_many(body: &[u8]) -> Result<Self, Refusal> {
        let wire: Many = wire::read(body)?;
        wire::refuse_dry_run(wire.dry_run)?;
        let mut checks = Checks::default();
        let stream = wire::stream_name(wire.stream_name, wire.stream_arn.as_deref(), &mut checks)?;
        let Some(Capped(entries)) = checks.present(wire.records, "records") else {
            return Err(checks.refusal());
        };
        let mut items = Vec::new();
        if entries.is_empty() {
            checks.fail(Some("[]"), "records", "have length greater than or equal to 1");
        } else if entries.len() > MAX_RECORDS {
            checks.fail(None, "records", &format!("have length less than or equal to {MAX_RECORDS}"));
        } else {
            for (at, Object(entry)) in entries.into_iter().enumerate() {
                items.extend(entry.check(&format!("records.{}.member.", at + 1), &mut checks));
            }
        }
        checks.finish()?;
        let items: Vec<Item> = items.into_iter().collect::<Result<_, _>>()?;
        if items.iter().map(Item::bytes).sum::<usize>() > MAX_REQUEST_BYTES {
            let mib = MAX_REQUEST_BYTES / 1024 / 1024;
            return Err(Refusal::invalid_argument(format!("Records size exceeds {mib} MB limit")));
        }
        Ok(Self { stream, items })
    }

    pub(super) fn records(&self) -> usize {
        self.items.len()
    }

    /// What only the stream knows: that it is there, and how large its records may be.
    pub(super) fn check(&self, store: &Store) -> Result<(), Refusal> {
        let most = store.stream(&self.stream)?.plan.max_record_bytes;
        for (at, item) in self.items.iter().enumerate() {
            if item.data.len() as u64 > most {
                let mut checks = Checks::default();
                let at =
                    if self.items.len() == 1 { "data".to_owned() } else { format!("records.{}.member.data", at + 1) };
                checks.fail(None, &at, &format!("have length less than or equal to {most}"));
                return checks.finish();
            }
            // The documentation states this limit, but not the code for it.
            if item.bytes() as u64 > most {
                let text = format!("Record {} is larger than {most} bytes, its partition key included.", at + 1);
                return Err(Refusal::invalid_argument(text));
            }
        }
        Ok(())
    }

    pub(super) fn throttled(&self, store: &Store) -> Refusal {
        Refusal::throttled(&self.shard_of(&self.items[0], store), &self.stream)
    }

    fn shard_of(&self, item: &Item, store: &Store) -> String {
        let shards = store.stream(&self.stream).map_or(1, |stream| stream.plan.shards);
        store::shard_id(store::shard_of(item.hash, shards))
    }

    pub(super) fn apply_one(self, store: &mut Store, now_ms: u64) -> Result<Outcome, Refusal> {
        let throttled = self.throttled(store);
        let mut outcome = Outcome::default();
        for item in self.items {
            let Some(sequence) = keep(&self.stream, item, store, now_ms, &mut outcome)? else {
                return Err(throttled);
            };
            outcome.answer = Some(place(sequence));
        }
        Ok(outcome)
    }

    pub(super) fn apply_many(
        mut self,
        store: &mut Store,
        failures: &[Option<Failure>],
        now_ms: u64,
    ) -> Result<Outcome, Refusal> {
        let mut outcome = Outcome::default();
        let items = std::mem::take(&mut self.items);
        let mut answers = Vec::with_capacity(items.len());
        let mut failed = 0;
        for (at, item) in items.into_iter().enumerate() {
            let shard = self.shard_of(&item, store);
            let mut failure = failures.get(at).copied().flatten();
            if failure.is_none() {
                match keep(&self.stream, item, store, now_ms, &mut outcome)? {
                    Some(sequence) => answers.push(place(sequence)),
                    None => failure = Some(Failure::Throttled),
                }
            }
            if let Some(failure) = failure {
                failed += 1;
                answers.push(self.error(failure, &shard));
            }
        }
        outcome.answer = Some(json!({ "FailedRecordCount": failed, "Records": answers }));
        Ok(outcome)
    }

    fn error(&self, failure: Failure, shard: &str) -> Value {
        let (code, message) = match failure {
            Failure::Throttled => (refusal::THROTTLED, refusal::throttled_text(shard, &self.stream)),
            Failure::Internal => (refusal::INTERNAL, refusal::INTERNAL_TEXT.to_owned()),
        };
        json!({ "ErrorCode": code, "ErrorMessage": message })
    }
}

impl Entry {
    /// Nothing if a violation was noted; an error of the kind that comes after all violations otherwise.
    fn check(self, at: &str, checks: &mut Checks) -> Option<Result<Item, Refusal>> {
        let data = checks.present(self.data, &format!("{at}data"));
        let key = checks.present(self.partition_key, &format!("{at}partitionKey"));
        if let Some(key) = &key {
            checks.length(key, &format!("{at}partitionKey"), MAX_KEY_CHARS);
        }
        if let Some(hash) = &self.explicit_hash_key {
            checks.number(hash, &format!("{at}explicitHashKey"), HASH_KEY_DIGITS);
        }
        let (Blob(data), key) = (data?, key?);
        if data.len() > MAX_DATA_BYTES {
            checks.fail(None, &format!("{at}data"), &format!("have length less than or equal to {MAX_DATA_BYTES}"));
        }
        let hash = match self.explicit_hash_key {
            None => Ok(store::hash_of(&key)),
            Some(text) => text.parse::<u128>().map_err(|_| {
                Refusal::invalid_argument(format!(
                    "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {text}"
                ))
            }),
        };
        Some(hash.map(|hash| Item { key, hash, data: data.into() }))
    }
}

fn keep(
    stream: &str,
    item: Item,
    store: &mut Store,
    now_ms: u64,
    outcome: &mut Outcome,
) -> Result<Option<Sequence>, Refusal> {
    let record = Stored { partition_key: item.key.into(), data: item.data, arrived_ms: now_ms };
    let bytes = record.bytes();
    let sequence = store.put(stream, item.hash, record)?;
    if sequence.is_some() {
        outcome.stored_records += 1;
        outcome.stored_bytes += bytes;
    } else {
        outcome.unstored += 1;
    }
    Ok(sequence)
}

fn place(sequence: Sequence) -> Value {
    json!({ "SequenceNumber": sequence.to_string(), "ShardId": store::shard_id(sequence.shard) })
}
