//! `unsnag export`: the events of a stopped collector's log, as JSON Lines or as a Parquet file, for whatever reads such
//! files.

mod labels;
mod lines;
mod table;

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::tail::written;
use crate::cli::Failure;
use crate::log::LogReader;

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Directory of the durable log.
    #[arg(long, value_name = "DIR", env = "UNSNAG_LOG_DIR", required_unless_present = "labels")]
    log_dir: Option<PathBuf>,
    /// Instead of events: what came of help, one exposure a line, to train on.
    #[arg(long, requires = "analysis_dir", conflicts_with_all = ["format", "types"])]
    labels: bool,
    /// Directory of what the analysis of a stopped collector learned.
    #[arg(long, value_name = "DIR", env = "UNSNAG_ANALYSIS_DIR")]
    analysis_dir: Option<PathBuf>,
    /// First sequence number.
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    from: u64,
    /// Only what was received at or after this time, ms since 1970.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    since: u64,
    /// Only what was received before this time, ms since 1970.
    #[arg(long, value_name = "MS", default_value_t = u64::MAX, hide_default_value = true)]
    until: u64,
    /// Only of this write key.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Only events of this type; repeatable.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// What to write to standard output.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line.
    Jsonl,
    /// One Apache Parquet file, compressed with Snappy.
    Parquet,
}

/// A record, as far as its events need it.
#[derive(Deserialize)]
struct Record<'a> {
    received_at: u64,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    batch: Batch<'a>,
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow, rename = "batch_id")]
    id: Cow<'a, str>,
    #[serde(borrow)]
    session: Cow<'a, str>,
    #[serde(borrow, default)]
    visitor: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tab: Cow<'a, str>,
    #[serde(borrow)]
    page: Page<'a>,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    template: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(rename = "type", borrow)]
    name: Cow<'a, str>,
}

/// One event with where it came from: a line, or a row.
#[derive(Serialize)]
struct Exported<'a> {
    sequence: u64,
    received_at: u64,
    key: &'a str,
    session: &'a str,
    visitor: Option<&'a str>,
    tab: &'a str,
    batch_id: &'a str,
    template: &'a str,
    event: &'a RawValue,
}

/// A file in the making.
trait Sink {
    fn push(&mut self, event: &Exported<'_>) -> io::Result<()>;
    /// Writes what is still held back. Without it the file is not whole.
    fn finish(&mut self) -> io::Result<()>;
}

pub(crate) fn run(args: &ExportArgs) -> Result<(), Failure> {
    if let Some(dir) = args.analysis_dir.as_ref().filter(|_| args.labels) {
        return labels::run(dir);
    }
    let log_dir = args.log_dir.as_deref().expect("clap asks for it where there are no labels");
    let reader = LogReader::open(log_dir).map_err(|error| Failure::run(error.code(), &error))?;
    let stdout = io::stdout();
    if args.format == Format::Parquet && stdout.is_terminal() {
        let message =
            "a Parquet file is no text: send it somewhere, as in `unsnag export --format parquet > events.parquet`";
        return Err(Failure::input("output_is_terminal", &message));
    }
    let mut sink: Box<dyn Sink> = match args.format {
        Format::Jsonl => Box::new(lines::Lines::new(stdout.lock())),
        Format::Parquet => Box::new(table::Table::new(stdout).map_err(|error| Failure::run("stdout_closed", &error))?),
    };
    let (mut records, mut events, mut unreadable) = (0_u64, 0_u64, 0_u64);
    for entry in reader.entries(args.from) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                eprintln!("unsnag: {error} ({})", error.code());
                unreadable += 1;
                continue;
            }
        };
        let Ok(record) = serde_json::from_slice::<Record<'_>>(&entry.record) else {
            eprintln!("unsnag: record {} is no stream record v1 (record_foreign)", entry.sequence);
            unreadable += 1;
            continue;
        };
        if !args.wants(&record) {
            continue;
        }
        records += 1;
        for event in record.batch.events.iter().filter(|event| args.wants_event(event)) {
            events += 1;
            if let Some(outcome) = written(sink.push(&exported(entry.sequence, &record, event))) {
                return outcome;
            }
        }
    }
    if let Some(outcome) = written(sink.finish()) {
        return outcome;
    }
    eprintln!("unsnag: {events} events of {records} records exported from {}", log_dir.display());
    if unreadable > 0 {
        let message = format!("{unreadable} records could not be read; the others are complete");
        return Err(Failure::run("records_unreadable", &message));
    }
    Ok(())
}

impl ExportArgs {
    fn wants(&self, record: &Record<'_>) -> bool {
        (self.since..self.until).contains(&record.received_at) && self.key.as_ref().is_none_or(|key| *key == record.key)
    }

    fn wants_event(&self, event: &RawValue) -> bool {
        let is_one = |typed: Typed<'_>| self.types.iter().any(|wanted| *wanted == typed.name);
        self.types.is_empty() || serde_json::from_str(event.get()).is_ok_and(is_one)
    }
}

fn exported<'a>(sequence: u64, record: &'a Record<'_>, event: &'a RawValue) -> Exported<'a> {
    let batch = &record.batch;
    Exported {
        sequence,
        received_at: record.received_at,
        key: &record.key,
        session: &batch.session,
        visitor: batch.visitor.as_deref(),
        tab: &batch.tab,
        batch_id: &batch.id,
        template: &batch.page.template,
        event,
    }
}
