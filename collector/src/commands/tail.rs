//! `unsnag tail`: what a stopped collector's log holds, or what a running one takes in, one line a record.

mod follow;

use std::io::{self, BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::cli::Failure;
use crate::feed::one_line;
use crate::log::{Entry, LogError, LogReader};
use crate::time::utc;

#[derive(Debug, Args)]
pub(crate) struct TailArgs {
    /// Directory of the durable log of a stopped collector.
    #[arg(long, value_name = "DIR", env = "UNSNAG_LOG_DIR", required_unless_present = "follow")]
    log_dir: Option<PathBuf>,
    /// Print the newest records of a running collector, and go on with what it takes in.
    #[arg(long)]
    follow: bool,
    /// With --follow: where the collector listens on this machine.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7667")]
    at: SocketAddr,
    /// Print the records as they lie on disk, one JSON object a line.
    #[arg(long)]
    json: bool,
    /// First sequence number to print.
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    from: u64,
}

pub(crate) fn run(args: &TailArgs) -> Result<(), Failure> {
    let Some(log_dir) = args.log_dir.as_ref().filter(|_| !args.follow) else {
        return follow::follow(args);
    };
    let reader = LogReader::open(log_dir).map_err(|error| {
        let mut failure = Failure::run(error.code(), &error);
        if matches!(error, LogError::Locked(_)) {
            failure.message += ", or follow it with `unsnag tail --follow`";
        }
        failure
    })?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut damaged = 0_u64;
    for entry in reader.entries(args.from) {
        let line = match entry {
            Ok(entry) => args.line(&entry),
            Err(error) => {
                eprintln!("unsnag: {error} ({})", error.code());
                damaged += 1;
                continue;
            }
        };
        if let Some(outcome) = written(writeln!(out, "{line}")) {
            return outcome;
        }
    }
    if let Some(outcome) = written(out.flush()) {
        return outcome;
    }
    if damaged > 0 {
        return Err(Failure::run(
            "records_unreadable",
            &format!("{damaged} records could not be read; the others are complete"),
        ));
    }
    Ok(())
}

impl TailArgs {
    fn line(&self, entry: &Entry) -> String {
        if self.json { one_line(&entry.record) } else { describe(entry) }
    }
}

/// `None` to go on. A reader that has seen enough (`| head`) is an end, not a failure.
pub(super) fn written(outcome: io::Result<()>) -> Option<Result<(), Failure>> {
    match outcome {
        Ok(()) => None,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Some(Ok(())),
        Err(error) => Some(Err(Failure::run("stdout_closed", &error))),
    }
}

/// Sequence, time, session, events, signals, risk, decision. Shows what is there: a record of a newer version may differ.
fn describe(entry: &Entry) -> String {
    let Ok(record) = serde_json::from_slice::<Value>(&entry.record) else {
        return format!("{}  not a record", entry.sequence);
    };
    let batch = &record["batch"];
    let time = record["received_at"].as_u64().map_or_else(|| "-".to_owned(), utc);
    let session = printable(batch["session"].as_str().unwrap_or("-"));
    let events = batch["events"].as_array().map_or(0, Vec::len);
    let dropped: u64 =
        record["dispositions"]["drop"].as_object().map_or(0, |drops| drops.values().filter_map(Value::as_u64).sum());
    let signals = batch["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|event| event["type"] == "signal")
        .map(|event| {
            let word = |name: &str| event["data"][name].as_str().unwrap_or("?");
            printable(&format!("{}:{}", word("kind"), word("grade")))
        })
        .collect::<Vec<_>>()
        .join(",");
    let risk = match (record["risk"]["level"].as_str(), record["risk"]["score"].as_f64()) {
        (Some(level), Some(score)) => format!("{}({score:.2})", printable(level)),
        _ => "-".to_owned(),
    };
    let decision = printable(record["decision"]["rule"].as_str().filter(|rule| !rule.is_empty()).unwrap_or("none"));
    let dropped = match dropped {
        0 => String::new(),
        count => format!(" dropped={count}"),
    };
    let signals = if signals.is_empty() { "-" } else { &signals };
    format!(
        "{:>6}  {time}  session={session}  events={events}{dropped}  signals={signals}  risk={risk}  decision={decision}",
        entry.sequence
    )
}

/// Without what could steer a terminal: these texts came from outside.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(record: &str) -> String {
        describe(&Entry { sequence: 3, record: record.as_bytes().to_vec() })
    }

    #[test]
    fn describes_a_record_in_one_line() {
        let record = r#"{"v":1,"received_at":1700000000123,"key":"demo","host":"collector",
            "batch":{"session":"s1","events":[{"type":"click"},
                {"type":"signal","data":{"kind":"rage_click","grade":"confirmed"}}]},
            "dispositions":{"ok":2,"drop":{"invalid_field":1}},
            "risk":{"score":0.734,"level":"high"},"decision":{"rule":"rage-help"}}"#;
        assert_eq!(
            line(record),
            "     3  2023-11-14T22:13:20.123Z  session=s1  events=2 dropped=1  \
             signals=rage_click:confirmed  risk=high(0.73)  decision=rage-help"
        );
    }

    #[test]
    fn describes_what_is_there_when_fields_are_missing() {
        assert_eq!(line("{}"), "     3  -  session=-  events=0  signals=-  risk=-  decision=none");
        assert_eq!(line("[1"), "3  not a record");
    }

    #[test]
    fn keeps_control_characters_from_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\n"), "a?[31mb?");
    }
}
