//! `cargo xtask bench ingest`: how fast the collector makes batches durable, beside peers and the machine's floor.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::{
    Profile,
    report::{self, Row},
    size::PEERS,
};
use crate::{
    npm, setup,
    shell::{cargo, tool},
    tools::{self, debian},
};

/// Budgets of DESIGN.md §10.
const EVENTS_PER_S: f64 = 100_000.0;
const SINGLE_EVENTS_PER_S: f64 = 15_000.0;
const P99_MS: f64 = 50.0;
const DRAINED_PER_S: f64 = 100_000.0;
/// The connections that the budgets are about.
const BUDGETED_CONNECTIONS: u32 = 64;
/// Memory that is flat may still breathe by this much: tables that fill and go to disk.
const FLAT: f64 = 1.1;

/// As tests/bench/collectors.mjs names them.
const OURS: &str = "unsnag";

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Seconds of load in each round
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=120))]
    seconds: u32,
    /// Rounds of load; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Minutes of load over which memory is looked at; 0 for none
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=120))]
    minutes: u32,
    /// Only show that it works: few runs, in less than a minute once everything is built
    #[arg(long, conflicts_with_all = ["seconds", "rounds", "minutes"])]
    sample: bool,
}

impl Args {
    pub(super) const SAMPLE: Self = Self { seconds: 1, rounds: 1, minutes: 0, sample: true };
}

/// What tests/bench/ingest.mjs prints.
#[derive(Debug, Deserialize)]
struct Measured {
    runs: Vec<Run>,
    drained: Drained,
    memory: Option<Memory>,
}

#[derive(Debug, Deserialize)]
struct Run {
    events: u32,
    connections: u32,
    rounds: BTreeMap<String, Vec<Round>>,
}

#[derive(Debug, Deserialize)]
struct Round {
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    refused: f64,
    socket_errors: f64,
}

#[derive(Debug, Deserialize)]
struct Drained {
    batches: f64,
    events_per_s: f64,
}

#[derive(Debug, Deserialize)]
struct Memory {
    minutes: u32,
    per_s: f64,
    refused: f64,
    first_kib: f64,
    most_kib: f64,
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    let &Args { seconds, rounds, minutes, sample } = if args.sample { &Args::SAMPLE } else { args };
    setup::run(setup::Need::EVERYTHING)?;
    super::ensure_wrk()?;
    ensure_peers()?;
    npm::ensure(PEERS)?;
    let profile = if sample { Profile::Dev } else { Profile::Release };
    match profile {
        Profile::Dev => super::build_as_tests_do()?,
        Profile::Release => {
            let packages = ["--package", "unsnag-collector", "--package", "unsnag-kinesis-stub"];
            cargo().args(["build", "--release"]).args(packages).run_logged("collector").map(drop)?;
        }
    }
    let script = super::worker_script("ingest.mjs", profile)
        .args(["--rounds", &rounds.to_string()])
        .args(["--seconds", &seconds.to_string()])
        .args(["--minutes", &minutes.to_string()])
        .args(["--connections", if sample { "8" } else { "1,8,64" }]);
    let measured: Measured = super::measured(script)?;
    let mut rows = Vec::new();
    for run in &measured.runs {
        rows.extend(load_rows(run, rounds, seconds)?);
    }
    let what = format!("a log of {} batches of 32 events into the stream", measured.drained.batches);
    rows.push(Row::new(what, "events/s", measured.drained.events_per_s).more_is_better().budget(DRAINED_PER_S));
    rows.extend(measured.memory.iter().flat_map(memory_rows));
    report::publish(&super::name("ingest", sample), tools::version(tool("rustc").arg("--version")), rows)
}

/// nginx and PostgreSQL, installed first if need be.
fn ensure_peers() -> Result<()> {
    let has_postgres = std::path::Path::new("/usr/lib/postgresql").exists() || tools::find(&["initdb"]).is_some();
    if tools::find(&["nginx"]).is_some() && has_postgres {
        return Ok(());
    }
    if !debian::is_here() {
        bail!("nginx or PostgreSQL is missing: install both (macOS: `brew install nginx postgresql`)");
    }
    debian::install("nginx and PostgreSQL", &["nginx-light", "postgresql"])
}

fn load_rows(run: &Run, rounds: u32, seconds: u32) -> Result<Vec<Row>> {
    let Run { events, connections, .. } = run;
    let how = format!("{events} in a batch, {connections} connections, median of {rounds} × {seconds} s");
    let row = |what: &str, unit: &str, of: &dyn Fn(&Round) -> f64| -> Result<Row> {
        let mut peers = BTreeMap::new();
        for name in run.rounds.keys().filter(|name| *name != OURS) {
            peers.insert(name.clone(), median(run, name, of)?);
        }
        Ok(Row::new(format!("{what}, {how}"), unit, median(run, OURS, of)?).peers(peers))
    };
    let budgeted = *connections == BUDGETED_CONNECTIONS;
    let rate = row("durable", "events/s", &|round| round.per_s * f64::from(*events))?.more_is_better();
    let rate_budget = if *events == 1 { SINGLE_EVENTS_PER_S } else { EVENTS_PER_S };
    let p99 = row("answer p99", "ms", &|round| round.p99_ms)?;
    Ok(vec![
        if budgeted { rate.budget(rate_budget) } else { rate },
        row("answer p50", "ms", &|round| round.p50_ms)?,
        if budgeted { p99.budget(P99_MS) } else { p99 },
        row("answer p99.9", "ms", &|round| round.p999_ms)?,
        row("refused", "batches", &|round| round.refused)?,
        row("broken connections", "count", &|round| round.socket_errors)?,
    ])
}

fn median(run: &Run, name: &str, of: &dyn Fn(&Round) -> f64) -> Result<f64> {
    let rounds = run.rounds.get(name).with_context(|| format!("there are no rounds of {name}"))?;
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().with_context(|| format!("there is no round of {name}"))
}

fn memory_rows(memory: &Memory) -> Vec<Row> {
    let what = |what: &str| format!("{what}, 64 connections for {} minutes", memory.minutes);
    vec![
        Row::new(what("resident memory after the first minute"), "MiB", memory.first_kib / 1024.0),
        Row::new(what("most resident memory after that"), "MiB", memory.most_kib / 1024.0)
            .budget(memory.first_kib / 1024.0 * FLAT),
        Row::new(what("durable"), "batches/s", memory.per_s).more_is_better(),
        Row::new(what("refused"), "batches", memory.refused),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(per_s: f64) -> Round {
        Round { per_s, p50_ms: 1.0, p99_ms: 60.0, p999_ms: 70.0, refused: 0.0, socket_errors: 0.0 }
    }

    #[test]
    fn counts_events_and_judges_what_the_budget_is_about() {
        let of = |rates: [f64; 3]| rates.map(round).into();
        let rounds = BTreeMap::from([(OURS.to_owned(), of([4000.0, 3000.0, 1.0])), ("peer".to_owned(), of([1.0; 3]))]);
        let run = Run { events: 32, connections: 64, rounds };
        let rows = load_rows(&run, 3, 10).unwrap();
        assert_eq!((rows[0].ours, rows[0].peers["peer"]), (96_000.0, 32.0));
        assert!(!rows[0].is_in_budget() && !rows[2].is_in_budget());
        let few = Run { connections: 1, ..run };
        assert_eq!(load_rows(&few, 3, 10).unwrap()[0].budget, None);
    }
}
