//! What an operator does with a log: bring its events elsewhere, and forget a person.

use std::path::Path;

use bytes::Bytes;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Row, RowAccessor as _};
use serde_json::Value;

use super::support::batch::{batch_with_id, event, good, new_id, now, post};
use super::support::process::{Collector, output};
use super::support::stream::metric;

/// A log of one batch of each of these visitors, with two events each.
fn log_of(visitors: &[&str]) -> Collector {
    let mut collector = Collector::start();
    for visitor in visitors {
        let help = event("h", &now().to_string(), "{}").replace("custom", "help");
        let batch = batch_with_id(&new_id(), &[good("e"), help]);
        let batch = batch.replace("\"visitor\":null", &format!("\"visitor\":\"{visitor}\""));
        assert_eq!(post(batch).send(collector.address).status, 200);
    }
    assert!(collector.running.terminate().success());
    collector
}

fn told(args: &[&str], dir: &Path) -> (String, String, Option<i32>) {
    let output = output([args, &["--log-dir", dir.to_str().unwrap()]].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn exports_events_one_a_line_and_only_those_asked_for() {
    let collector = log_of(&["ann-0001", "bob-0001"]);
    let (lines, summary, status) = told(&["export"], &collector.log_dir());
    assert_eq!(status, Some(0), "{summary}");
    assert!(summary.contains("4 events of 2 records exported"), "{summary}");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found: Vec<_> = lines.iter().map(|line| (&line["sequence"], &line["visitor"], &line["event"]["id"])).collect();
    let expected = [(0, "ann-0001", "e"), (0, "ann-0001", "h"), (1, "bob-0001", "e"), (1, "bob-0001", "h")];
    let expected = expected.map(|(sequence, visitor, id)| (sequence.into(), visitor.into(), id.into()));
    assert_eq!(found, expected.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>());
    assert_eq!((&lines[0]["key"], &lines[0]["template"]), (&"demo".into(), &"/".into()));
    let later = (now() + 1000).to_string();
    for (args, count) in [
        (&["export", "--type", "help"][..], 2),
        (&["export", "--from", "1"], 2),
        (&["export", "--since", &later], 0),
        (&["export", "--until", &later, "--key", "demo"], 4),
        (&["export", "--key", "other"], 0),
    ] {
        assert_eq!(told(args, &collector.log_dir()).0.lines().count(), count, "{args:?}");
    }
}

#[test]
fn exports_the_same_events_as_a_parquet_file() {
    let collector = log_of(&["ann-0001", "bob-0001"]);
    let lines = told(&["export"], &collector.log_dir()).0;
    let dir = collector.log_dir();
    let found = output(["export", "--format", "parquet", "--log-dir", dir.to_str().unwrap()]);
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
    let file = SerializedFileReader::new(Bytes::from(found.stdout)).unwrap();
    let rows = file.get_row_iter(None).unwrap().map(Result::unwrap);
    let of_row = |row: Row| {
        let text = |n: usize| row.get_string(n).unwrap().clone();
        (row.get_long(0).unwrap(), text(2), text(4), serde_json::from_str::<Value>(&text(11)).unwrap())
    };
    let of_line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        (line["sequence"].as_i64().unwrap(), text("key"), text("visitor"), line["event"].clone())
    };
    assert_eq!(rows.map(of_row).collect::<Vec<_>>(), lines.lines().map(of_line).collect::<Vec<_>>());
}

/// Whether any file below this folder holds these bytes.
fn is_on_disk(dir: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_on_disk(&path, bytes);
        }
        std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes)
    })
}

#[test]
fn forgets_a_visitor_down_to_the_bytes_on_disk_and_nobody_else() {
    let collector = log_of(&["ann-0001", "bob-0001", "ann-0001"]);
    let dir = collector.log_dir();
    let letter = |visitor: &str| format!("{{\"sequence\":1,\"record\":{{\"batch\":{{\"visitor\":\"{visitor}\"}}}}}}\n");
    std::fs::write(dir.join("dead-letters.jsonl"), letter("ann-0001") + &letter("bob-0001")).unwrap();
    assert!(is_on_disk(&dir, b"ann-0001"));
    let (told_of, errors, status) = told(&["forget", "ann-0001"], &dir);
    assert_eq!(status, Some(0), "{errors}");
    assert!(told_of.contains("forgot 2 records of the log and 1 dead letters"), "{told_of}");
    assert!(!is_on_disk(&dir, b"ann-0001"));
    assert!(is_on_disk(&dir, b"bob-0001"));
    let (again, ..) = told(&["forget", "ann-0001"], &dir);
    assert!(again.contains("forgot 0 records of the log and 0 dead letters"), "{again}");
    let records = collector.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["batch"]["visitor"], "bob-0001");
    let mut collector = Collector::start_in(collector.into_dir(), &[]);
    let batch = batch_with_id(&new_id(), &[good("e")]);
    assert_eq!(post(batch).send(collector.address).status, 200, "the log goes on");
    assert_eq!(metric(collector.address, "unsnag_log_lost_records"), 0, "what was taken out is not lost");
    assert_eq!(metric(collector.address, "unsnag_log_next_sequence"), 4);
    assert!(collector.running.terminate().success());
    assert_eq!(collector.records().len(), 2);
}

#[test]
fn refuses_what_is_no_visitor_and_no_log() {
    let dir = tempfile::tempdir().unwrap();
    let (_, errors, status) = told(&["forget", "ann@example.org"], dir.path());
    assert_eq!(status, Some(2), "{errors}");
    assert!(errors.contains("(invalid_visitor)"), "{errors}");
    for command in [&["forget", "ann-0001"][..], &["export"]] {
        let (_, errors, status) = told(command, dir.path());
        assert_eq!(status, Some(1), "{errors}");
        assert!(errors.contains("(log_missing)"), "{errors}");
    }
}
