//! `unsnag replay`: the signals of a recorded trace, for programs or for people.

mod explain;

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use unsnag_core::config::PEERS;
use unsnag_core::replay::{self, Replay};
use unsnag_core::signal::Signal;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::trace::TraceError;

use super::tail::written;
use crate::cli::Failure;

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The trace (JSON Lines, trace v1).
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
    /// Thresholds instead of the trace's own: `default` or a JSON file; or a peer's, which the trace's own may change.
    #[arg(long, value_name = "FILE|NAME")]
    thresholds: Option<String>,
    /// Print one JSON object for each revision of a signal, each form and each player, then the summary.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let peer = args.thresholds.as_deref().and_then(Thresholds::of_peer);
    let thresholds = args.thresholds.as_deref().filter(|_| peer.is_none()).map(thresholds).transpose()?;
    let text = std::fs::read_to_string(&args.trace).map_err(|error| {
        let message = format!("{}: cannot be read: {error}", args.trace.display());
        Failure::input("trace_unreadable", &message)
    })?;
    let bad = |error: TraceError| bad_line(&args.trace, &error);
    let mut replay = match peer {
        Some(peer) => Replay::open_over(&text, peer),
        None => Replay::open(&text, thresholds),
    }
    .map_err(bad)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let print: fn(&Signal) -> String = if args.json { replay::line } else { explain::signal };
    while let Some(step) = replay.step() {
        for signal in step.map_err(bad)? {
            if let Some(outcome) = written(writeln!(out, "{}", print(&signal))) {
                return outcome;
            }
        }
    }
    for line in replay.closing() {
        let line = if args.json { line } else { explain::closing(&line) };
        if let Some(outcome) = written(writeln!(out, "{line}")) {
            return outcome;
        }
    }
    let summary = replay.summary();
    let last = if args.json { summary } else { explain::summary(&summary) };
    written(writeln!(out, "{last}").and_then(|()| out.flush())).unwrap_or(Ok(()))
}

fn thresholds(asked: &str) -> Result<Thresholds, Failure> {
    if let Some(known) = Thresholds::named(asked) {
        return Ok(known);
    }
    let json = std::fs::read_to_string(asked).map_err(|error| {
        let peers: Vec<&str> = PEERS.iter().map(|(name, _)| *name).collect();
        let peers = peers.join(", ");
        let message = format!(
            "{asked}: neither thresholds that ship with this release nor a file: {error}; by name: default, {peers}"
        );
        Failure::input("thresholds_unreadable", &message)
    })?;
    Thresholds::from_json(&json).map_err(|problems| {
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("{asked}: {}: {}", problem.place, problem.message)).collect();
        Failure::input("bad_threshold", &lines.join("\n"))
    })
}

fn bad_line(trace: &Path, error: &TraceError) -> Failure {
    let text = error.to_string();
    // Core begins with "line N: "; editors and terminals jump to "file:N".
    let what = text.split_once(": ").map_or(text.as_str(), |(_, what)| what);
    let message = format!("{}:{}: {what}", trace.display(), error.line);
    Failure::input(error.what.code(), &message)
}
