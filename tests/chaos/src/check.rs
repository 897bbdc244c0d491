//! Compares what was answered with what is in the log and in the stream.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::Value;
use unsnag_kinesis_stub::Record;

use crate::clients::{self, Sent};
use crate::power;

/// Every so many answered batches one is sent once more at the end.
const ASKED_AGAIN: usize = 50;

/// What a run found. Batches, unless it says events.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Found {
    /// Nothing that was answered is missing, and everything is accounted for.
    pub(crate) sound: bool,
    pub(crate) kills: u64,
    pub(crate) seconds: f64,
    pub(crate) answered: u64,
    /// Sent more than once before they were answered.
    pub(crate) sent_again: u64,
    /// Answered, and not in the log.
    pub(crate) missing_in_log: u64,
    /// Answered, and not in the stream.
    pub(crate) missing_in_stream: u64,
    /// In the log more than once.
    pub(crate) twice_in_log: u64,
    /// Copies in the stream beyond the first of each.
    pub(crate) duplicates_in_stream: u64,
    /// In the stream, and sent by nobody.
    pub(crate) foreign_in_stream: u64,
    /// Events of answered batches.
    pub(crate) events_sent: u64,
    /// Events that those answers account for.
    pub(crate) events_answered: u64,
    /// Events that the dispositions of their records account for.
    pub(crate) events_in_stream: u64,
    /// Records that a collector said at its start to be gone.
    pub(crate) told_lost: u64,
    /// Sent once more at the end, and answered otherwise than before.
    pub(crate) repeated_answers_differ: u64,
    /// Sent once more at the end.
    pub(crate) repeated: u64,
    pub(crate) power: Option<power::Found>,
}

impl Found {
    pub(crate) fn is_sound(&self) -> bool {
        let wrong = [
            self.missing_in_log,
            self.missing_in_stream,
            self.twice_in_log,
            self.foreign_in_stream,
            self.told_lost,
            self.repeated_answers_differ,
        ];
        wrong.iter().all(|count| *count == 0)
            && self.answered > 0
            && self.power.as_ref().is_none_or(power::Found::is_sound)
            && [self.events_answered, self.events_in_stream].iter().all(|count| *count == self.events_sent)
    }
}

/// Sends some of the answered batches once more; how many get another answer than the first time.
pub(crate) fn ask_again(host: SocketAddr, sent: &[Sent]) -> Result<u64> {
    let agent = clients::agent();
    let mut differ = 0;
    for batch in sent.iter().filter(|batch| batch.answer.is_some()).step_by(ASKED_AGAIN) {
        let again = clients::post(&agent, host, &batch.body).context("a repeated batch was not answered")?;
        let timeless = |answer: &str| -> Result<Value> {
            let mut answer: Value = serde_json::from_str(answer)?;
            // The one thing that each answer says anew.
            answer["server_time"].take();
            Ok(answer)
        };
        let first = batch.answer.as_deref().context("invariant: only answered batches are asked for again")?;
        differ += u64::from(timeless(&again)? != timeless(first)?);
    }
    Ok(differ)
}

/// Fills in what log and stream say.
pub(crate) fn compare(
    sent: &[Sent],
    in_log: &BTreeMap<String, u64>,
    in_stream: &[Record],
    found: &mut Found,
) -> Result<()> {
    // Copies, and the events that the record accounts for, of each batch in the stream.
    let mut streamed: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for record in in_stream {
        let record: Value = serde_json::from_slice(&record.data).context("a record of the stream is no JSON")?;
        let id = record["batch"]["batch_id"].as_str().context("a record of the stream names no batch")?;
        let dropped = record["dispositions"]["drop"].as_object().into_iter().flatten();
        let dropped: u64 = dropped.filter_map(|(_, count)| count.as_u64()).sum();
        let events = record["dispositions"]["ok"].as_u64().unwrap_or(0) + dropped;
        streamed.entry(id.to_owned()).or_insert((0, events)).0 += 1;
    }
    found.twice_in_log = in_log.values().filter(|copies| **copies > 1).count() as u64;
    found.duplicates_in_stream = streamed.values().map(|(copies, _)| copies - 1).sum();
    for batch in sent {
        let copies = streamed.remove(&batch.id);
        let Some(answer) = &batch.answer else { continue };
        found.answered += 1;
        found.sent_again += u64::from(batch.tries > 1);
        found.events_sent += batch.events;
        let answer: Value = serde_json::from_str(answer).context("an answer is no JSON")?;
        found.events_answered += clients::events_of_answer(&answer).unwrap_or(0);
        found.missing_in_log += u64::from(!in_log.contains_key(&batch.id));
        found.missing_in_stream += u64::from(copies.is_none());
        found.events_in_stream += copies.map_or(0, |(_, events)| events);
    }
    found.foreign_in_stream = streamed.len() as u64;
    found.repeated = found.answered.div_ceil(ASKED_AGAIN as u64);
    Ok(())
}
