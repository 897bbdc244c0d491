//! What of a stream's records is shown: records v1, each once. The stream is written by others, and at least once.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::Hash as _;
use std::sync::{Mutex, MutexGuard};

use serde::Deserialize;
use serde::de::IgnoredAny;
use unsnag_core::limits::MAX_RECORD_BYTES;
use xxhash_rust::xxh3::Xxh3;

/// Batches remembered: more than a forwarder sends again after a restart.
const MAX_REMEMBERED: usize = 8192;

/// Why a record is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    TooLarge,
    NotJson,
    NotARecord,
    Repeated,
}

impl Refusal {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::NotARecord => "not_record_v1",
            Self::Repeated => "repeated",
        }
    }
}

/// What every record v1 has, as far as a consumer must know it.
#[derive(Deserialize)]
struct Record<'a> {
    v: u32,
    #[serde(rename = "received_at")]
    _received_at: u64,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(rename = "host", borrow)]
    _host: Cow<'a, str>,
    #[serde(borrow)]
    batch: Batch<'a>,
    #[serde(rename = "dispositions")]
    _dispositions: Dispositions,
    #[serde(rename = "risk")]
    _risk: IgnoredAny,
    #[serde(rename = "decision")]
    _decision: IgnoredAny,
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(rename = "batch_id", borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    session: Cow<'a, str>,
    #[serde(borrow)]
    tab: Cow<'a, str>,
    #[serde(rename = "events")]
    _events: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Dispositions {
    #[serde(rename = "ok")]
    _ok: u64,
}

/// Remembers what it has let through.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    batches: HashSet<u64>,
    order: VecDeque<u64>,
    refused: BTreeMap<Refusal, u64>,
}

impl Sieve {
    /// The record as text, the first time that it comes.
    pub(super) fn admit<'a>(&self, data: &'a [u8]) -> Result<&'a str, Refusal> {
        let judged = judge(data);
        let mut seen = self.lock();
        let admitted = judged.and_then(|(text, batch)| seen.remember(batch).then_some(text).ok_or(Refusal::Repeated));
        if let Err(refusal) = admitted {
            *seen.refused.entry(refusal).or_default() += 1;
        }
        admitted
    }

    /// How many were not let through, by code.
    pub(super) fn refused(&self) -> Vec<(&'static str, u64)> {
        self.lock().refused.iter().map(|(refusal, count)| (refusal.code(), *count)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nothing panics while holding the sieve")
    }
}

impl Seen {
    fn remember(&mut self, batch: u64) -> bool {
        if !self.batches.insert(batch) {
            return false;
        }
        self.order.push_back(batch);
        if self.order.len() > MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.batches.remove(&oldest);
        }
        true
    }
}

/// The text of a record v1, and what tells its batch from all others.
fn judge(data: &[u8]) -> Result<(&str, u64), Refusal> {
    if data.len() > MAX_RECORD_BYTES {
        return Err(Refusal::TooLarge);
    }
    let text = std::str::from_utf8(data).map_err(|_| Refusal::NotJson)?;
    let record: Record<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Refusal::NotARecord,
        _ => Refusal::NotJson,
    })?;
    if record.v != 1 {
        return Err(Refusal::NotARecord);
    }
    let Batch { id, session, tab, .. } = &record.batch;
    let mut hash = Xxh3::new();
    (&record.key, session, tab, id).hash(&mut hash);
    Ok((text, hash.digest()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(session: &str) -> String {
        format!(
            r#"{{"v":1,"received_at":1,"key":"k","host":"edge","batch":{{"batch_id":"b","session":"{session}","tab":"t","events":[{{}}],"new":1}},"dispositions":{{"ok":1,"drop":{{}}}},"risk":{{}},"decision":{{}},"new":[]}}"#
        )
    }

    #[test]
    fn lets_each_record_through_once() {
        let sieve = Sieve::default();
        for (session, expected) in [("a", Ok(())), ("b", Ok(())), ("a", Err(Refusal::Repeated))] {
            assert_eq!(sieve.admit(record(session).as_bytes()).map(|_| ()), expected, "{session}");
        }
        assert_eq!(sieve.refused(), [("repeated", 1)]);
    }

    #[test]
    fn refuses_what_is_no_record() {
        let good = record("a");
        let large = format!("{}{}", good, " ".repeat(MAX_RECORD_BYTES));
        for (data, expected) in [
            ("", Refusal::NotJson),
            ("{\"v\":1", Refusal::NotJson),
            ("[]", Refusal::NotARecord),
            ("{}", Refusal::NotARecord),
            ("{\"data\":[1,2]}", Refusal::NotARecord),
            (&good.replace("\"v\":1", "\"v\":2"), Refusal::NotARecord),
            (&good.replace("\"tab\"", "\"tabs\""), Refusal::NotARecord),
            (&good.replace("\"risk\"", "\"risks\""), Refusal::NotARecord),
            (&large, Refusal::TooLarge),
        ] {
            assert_eq!(Sieve::default().admit(data.as_bytes()), Err(expected), "{data:.100}");
        }
        assert_eq!(Sieve::default().admit(b"\xff{}"), Err(Refusal::NotJson));
    }

    #[test]
    fn remembers_a_bounded_number_of_batches() {
        let mut seen = Seen::default();
        for batch in 0..=MAX_REMEMBERED as u64 {
            assert!(seen.remember(batch));
        }
        assert_eq!(seen.batches.len(), MAX_REMEMBERED);
        assert!(!seen.remember(1), "still known");
        assert!(seen.remember(0), "forgotten");
    }
}
