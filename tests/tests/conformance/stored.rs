//! What is durable after the answers: the collector's log and the Worker's stream, record by record.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use unsnag_core::limits::MAX_RECORD_BYTES;
use unsnag_kinesis_stub::Record;
use unsnag_tests::binary;

use super::compare;
use super::hosts::Accepted;

const EDGE: &str = r#","host":"edge","batch":"#;
const COLLECTOR: &str = r#","host":"collector","batch":"#;

/// The records of a stopped collector, in their order. Line breaks in them, which JSON allows between its tokens, come
/// as spaces.
pub(crate) fn in_log(log: &Path) -> Vec<String> {
    let args = [OsStr::new("tail"), OsStr::new("--json"), OsStr::new("--log-dir"), log.as_os_str()];
    let output = Command::new(binary("unsnag").unwrap()).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// A record of the Worker as the collector would have printed it.
fn as_in_log(record: &Record) -> String {
    let text = String::from_utf8_lossy(&record.data).replace(['\r', '\n'], " ");
    assert!(text.contains(EDGE), "no record of an edge worker: {text}");
    text.replacen(EDGE, COLLECTOR, 1)
}

/// What is stored and should not be, or the other way round. The collector stores each accepted batch once, however
/// often it comes; the Worker at least once.
pub(crate) fn problems(accepted: &[Accepted], log: &[String], stream: &[Record]) -> Vec<String> {
    let mut problems = Vec::new();
    for record in log {
        if let Err(error) = serde_json::from_str::<Value>(record) {
            problems.push(format!("no consumer can read this record: {error}: {record}"));
        }
    }
    let in_log = by_batch(log.iter().cloned());
    let in_stream = by_batch(stream.iter().map(as_in_log));
    for (id, records) in &in_log {
        let answers = accepted.iter().filter(|accepted| accepted.stored.batch_id == *id).count();
        if answers == 0 || records.len() != 1 {
            problems
                .push(format!("the batch {id} was accepted {answers} times and is {} times in the log", records.len()));
        }
    }
    for id in in_stream.keys() {
        if !accepted.iter().any(|accepted| accepted.by_edge && accepted.stored.batch_id == *id) {
            problems.push(format!("the batch {id} was not accepted by the edge and is in the stream"));
        }
    }
    for accepted in accepted {
        let mut note = |problem| problems.push(format!("{}: {problem}", accepted.name));
        let id = &accepted.stored.batch_id;
        let Some(ours) = in_log.get(id).and_then(|records| records.first()) else {
            note("accepted and not in the log".to_owned());
            continue;
        };
        wrong_in(accepted, ours).into_iter().for_each(&mut note);
        if accepted.by_edge && !in_stream.contains_key(id) {
            note("accepted and not in the stream".to_owned());
        }
        let others = in_log[id].iter().chain(in_stream.get(id).into_iter().flatten()).filter(|other| *other != ours);
        for other in others {
            note(format!("the records differ: {}", compare::difference(ours, other)));
        }
    }
    for record in stream {
        let session = parsed(&as_in_log(record))["batch"]["session"].clone();
        if session != record.partition_key.as_str() {
            problems.push(format!("the partition key {:?} is not the session {session}", record.partition_key));
        }
        if record.data.len() > MAX_RECORD_BYTES {
            problems.push(format!("{} bytes are too many for a record of {session}", record.data.len()));
        }
    }
    problems
}

fn by_batch(records: impl Iterator<Item = String>) -> BTreeMap<String, Vec<String>> {
    let mut batches: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records {
        let id = parsed(&record)["batch"]["batch_id"].as_str().unwrap_or_default().to_owned();
        batches.entry(id).or_default().push(record);
    }
    batches
}

/// What of a record is not as its batch was.
fn wrong_in(accepted: &Accepted, record: &str) -> Vec<String> {
    let record = parsed(record);
    let mut problems = compare::other_parts(&record, &accepted.stored.record);
    let dispositions = &record["dispositions"];
    let ok = dispositions["ok"].as_u64();
    let dropped: u64 = dispositions["drop"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
    if ok.map(|ok| ok + dropped) != Some(accepted.stored.events) {
        problems.push(format!("{} events were sent, it says {dispositions}", accepted.stored.events));
    }
    let kept = record["batch"]["events"].as_array().map(|events| events.len() as u64);
    if kept != ok {
        problems.push(format!("it holds {kept:?} events and says {ok:?}"));
    }
    problems
}

/// Null where it is no JSON, which is told once.
fn parsed(record: &str) -> Value {
    serde_json::from_str(record).unwrap_or_default()
}
