//! Streams, shards and records in memory, up to a limit.

use std::collections::BTreeMap;

use axum::body::Bytes;
use md5::{Digest as _, Md5};

use crate::refusal::{ACCOUNT, Refusal};
use crate::sequence::Sequence;

/// What a record costs beside its data and key: its entry and two allocations.
const RECORD_OVERHEAD_BYTES: u64 = 128;

/// As many as an account may have by default.
const MAX_STREAMS: usize = 50;

/// As many as an account may have by default in the smaller regions.
const MAX_SHARDS: u32 = 1000;

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub stream: String,
    pub shard: u32,
    pub partition_key: String,
    pub sequence_number: String,
    pub data: Bytes,
    /// Milliseconds since 1970.
    pub arrived_ms: u64,
}

#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) partition_key: Box<str>,
    pub(crate) data: Bytes,
    pub(crate) arrived_ms: u64,
}

impl Stored {
    pub(crate) fn bytes(&self) -> u64 {
        (self.partition_key.len() + self.data.len()) as u64
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Provisioned,
    OnDemand,
}

/// What a stream is created with.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) shards: u32,
    pub(crate) mode: Mode,
    pub(crate) max_record_bytes: u64,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) plan: Plan,
    pub(crate) created_ms: u64,
    /// Tells it from an earlier stream of the same name.
    pub(crate) incarnation: u64,
    shards: Vec<Vec<Stored>>,
}

#[derive(Debug)]
pub(crate) struct Store {
    region: String,
    max_bytes: u64,
    bytes: u64,
    created: u64,
    streams: BTreeMap<String, Stream>,
}

impl Store {
    pub(crate) fn new(region: &str, max_bytes: u64) -> Self {
        Self { region: region.to_owned(), max_bytes, bytes: 0, created: 0, streams: BTreeMap::new() }
    }

    pub(crate) fn create(&mut self, plan: Plan, now_ms: u64) -> Result<(), Refusal> {
        if self.streams.contains_key(&plan.name) {
            let text = format!("Stream {} under account {ACCOUNT} already exists.", plan.name);
            return Err(Refusal::new("ResourceInUseException", text));
        }
        let used: u32 = self.streams.values().map(|stream| stream.plan.shards).sum();
        if self.streams.len() >= MAX_STREAMS || plan.shards > MAX_SHARDS - used {
            let text = format!("There are at most {MAX_STREAMS} streams with {MAX_SHARDS} shards; {used} are in use.");
            return Err(Refusal::new("LimitExceededException", text));
        }
        self.created += 1;
        let shards = (0..plan.shards).map(|_| Vec::new()).collect();
        let stream = Stream { created_ms: now_ms, incarnation: self.created, shards, plan };
        self.streams.insert(stream.plan.name.clone(), stream);
        Ok(())
    }

    pub(crate) fn delete(&mut self, name: &str) -> Result<(), Refusal> {
        let stream = self.streams.remove(name).ok_or_else(|| Refusal::no_stream(name))?;
        let records = stream.shards.iter().flatten();
        self.bytes -= records.map(|record| record.bytes() + RECORD_OVERHEAD_BYTES).sum::<u64>();
        Ok(())
    }

    /// Forgets all records and streams, but not how many streams there were.
    pub(crate) fn clear(&mut self) {
        self.streams.clear();
        self.bytes = 0;
    }

    pub(crate) fn stream(&self, name: &str) -> Result<&Stream, Refusal> {
        self.streams.get(name).ok_or_else(|| Refusal::no_stream(name))
    }

    pub(crate) fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.streams.values()
    }

    pub(crate) fn arn(&self, name: &str) -> String {
        format!("arn:aws:kinesis:{}:{ACCOUNT}:stream/{name}", self.region)
    }

    /// Stores a record and returns its place, or nothing where the memory for records is used up.
    pub(crate) fn put(&mut self, name: &str, hash: u128, record: Stored) -> Result<Option<Sequence>, Refusal> {
        let stream = self.streams.get_mut(name).ok_or_else(|| Refusal::no_stream(name))?;
        let cost = record.bytes() + RECORD_OVERHEAD_BYTES;
        if self.bytes + cost > self.max_bytes {
            return Ok(None);
        }
        self.bytes += cost;
        let shard = shard_of(hash, stream.plan.shards);
        let records = &mut stream.shards[shard as usize];
        let (count, arrived_ms) = (records.len() as u64 + 1, record.arrived_ms);
        records.push(record);
        Ok(Some(stream.sequence(shard, count, arrived_ms)))
    }

    /// The records of one stream or of all: by stream, then shard, then in their order.
    pub(crate) fn records(&self, only: Option<&str>) -> Vec<Record> {
        let mut found = Vec::new();
        for stream in self.streams.values().filter(|stream| only.is_none_or(|name| name == stream.plan.name)) {
            for shard in 0..stream.plan.shards {
                for (at, record) in stream.records(shard).iter().enumerate() {
                    found.push(Record {
                        stream: stream.plan.name.clone(),
                        shard,
                        partition_key: record.partition_key.to_string(),
                        sequence_number: stream.sequence(shard, at as u64 + 1, record.arrived_ms).to_string(),
                        data: record.data.clone(),
                        arrived_ms: record.arrived_ms,
                    });
                }
            }
        }
        found
    }
}

impl Stream {
    /// A shard's records; the first has the count 1.
    pub(crate) fn records(&self, shard: u32) -> &[Stored] {
        &self.shards[shard as usize]
    }

    pub(crate) fn sequence(&self, shard: u32, count: u64, arrived_ms: u64) -> Sequence {
        Sequence { created_s: self.created_ms / 1000, shard, count, arrived_s: arrived_ms / 1000 }
    }

    /// The shard that an id names.
    pub(crate) fn shard(&self, id: &str) -> Option<u32> {
        (0..self.plan.shards).find(|shard| shard_id(*shard) == id)
    }
}

pub(crate) fn shard_id(shard: u32) -> String {
    format!("shardId-{shard:012}")
}

/// Where a partition key lies in the space of hashes.
pub(crate) fn hash_of(partition_key: &str) -> u128 {
    u128::from_be_bytes(Md5::digest(partition_key.as_bytes()).into())
}

/// First and last hash of a shard: equal parts, and the last shard has what is left over.
pub(crate) fn hash_range(shard: u32, shards: u32) -> (u128, u128) {
    match width(shards) {
        None => (0, u128::MAX),
        Some(width) => {
            let start = width * u128::from(shard);
            (start, if shard + 1 == shards { u128::MAX } else { start + width - 1 })
        }
    }
}

pub(crate) fn shard_of(hash: u128, shards: u32) -> u32 {
    width(shards).map_or(0, |width| (hash / width).min(u128::from(shards) - 1) as u32)
}

/// 2^128 through the number of shards, rounded down; nothing for one shard, whose width has 129 bits.
fn width(shards: u32) -> Option<u128> {
    let shards = u128::from(shards);
    let carries = u128::MAX % shards == shards - 1;
    (shards > 1).then(|| u128::MAX / shards + u128::from(carries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_all_hashes_without_gap_or_overlap() {
        for shards in [1, 2, 3, 4, 5, 7, 64, 1000] {
            let ranges: Vec<_> = (0..shards).map(|shard| hash_range(shard, shards)).collect();
            assert_eq!(ranges[0].0, 0);
            assert_eq!(ranges[shards as usize - 1].1, u128::MAX);
            assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "{shards}");
            for (shard, (first, last)) in (0..).zip(ranges) {
                assert_eq!((shard_of(first, shards), shard_of(last, shards)), (shard, shard), "{shards}");
            }
        }
    }

    #[test]
    fn halves_the_space_as_the_real_service_does() {
        assert_eq!(hash_range(0, 2), (0, 170_141_183_460_469_231_731_687_303_715_884_105_727));
    }

    #[test]
    fn hashes_keys_as_md5_does() {
        // RFC 1321, appendix A.5.
        for (key, hash) in [
            ("", 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e),
            ("abc", 0x9001_5098_3cd2_4fb0_d696_3f7d_28e1_7f72),
            ("message digest", 0xf96b_697d_7cb7_938d_525a_2f31_aaf1_61d0),
        ] {
            assert_eq!(hash_of(key), hash, "{key}");
        }
    }
}
