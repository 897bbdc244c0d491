//! `cargo xtask bench edge`: the Worker under load beside peers, and from the gesture to its answer.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{
    Profile,
    report::{self, Row},
    size::PEERS,
};
use crate::{
    npm, sdk, setup,
    tools::{chromium, rust_wasm},
    worker,
};

/// Budgets of DESIGN.md §10, in ms.
const ANSWER_BUDGET: f64 = 150.0;
const ANSWER_BUDGET_WITHOUT_STREAM: f64 = 250.0;

/// As tests/bench/throughput.mjs names the Workers.
const OURS: &str = "unsnag";
const PEER: &str = "aws4fetch";
const FLOOR: &str = "empty";

/// Conditions of tests/bench/answer.mjs: the name there, what it says, the budget of its 95th percentile.
const CONDITIONS: &[(&str, &str, f64)] = &[
    ("stream", "stream at 40 ms", ANSWER_BUDGET),
    ("hanging", "stream hangs", ANSWER_BUDGET_WITHOUT_STREAM),
    ("refused", "stream refuses connections", ANSWER_BUDGET_WITHOUT_STREAM),
];

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Seconds of load in each round of each Worker
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=120))]
    seconds: u32,
    /// Rounds of load; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// How often the visitor gets stuck in each condition
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Only show that it works: few runs, in less than a minute once everything is built
    #[arg(long, conflicts_with_all = ["seconds", "rounds", "runs"])]
    sample: bool,
}

impl Args {
    pub(super) const SAMPLE: Self = Self { seconds: 1, rounds: 1, runs: 2, sample: true };
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Extent {
    seconds: u32,
    rounds: u32,
    runs: u32,
    profile: Profile,
}

impl Extent {
    fn of(args: &Args) -> Self {
        let &Args { seconds, rounds, runs, sample } = if args.sample { &Args::SAMPLE } else { args };
        Self { seconds, rounds, runs, profile: if sample { Profile::Dev } else { Profile::Release } }
    }
}

/// What tests/bench/throughput.mjs prints.
#[derive(Debug, Deserialize)]
struct Throughput {
    connections: u32,
    workers: BTreeMap<String, Vec<Round>>,
}

#[derive(Debug, Deserialize)]
struct Round {
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    refused: f64,
    socket_errors: f64,
}

/// What tests/bench/answer.mjs prints.
#[derive(Debug, Deserialize)]
struct Answers {
    answers: BTreeMap<String, Answer>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    p50_ms: f64,
    p95_ms: f64,
    runs: u32,
    others: u32,
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    let extent = Extent::of(args);
    setup::run(setup::Need::EVERYTHING)?;
    super::ensure_wrk()?;
    npm::ensure(PEERS)?;
    sdk::publish(sdk::Mode::Size)?;
    worker::build(worker::Variant::Nnef)?;
    super::build_as_tests_do()?;
    super::build_kinesis_stub(extent.profile)?;

    println!("  load");
    let throughput = super::worker_script("throughput.mjs", extent.profile)
        .args(["--rounds", &extent.rounds.to_string()])
        .args(["--seconds", &extent.seconds.to_string()]);
    let throughput: Throughput = super::measured(throughput)?;
    println!("  from the gesture to the answer");
    let answers = super::worker_script("answer.mjs", extent.profile)
        .args(["--runs", &extent.runs.to_string()])
        .env(chromium::VARIABLE, chromium::ensure()?);
    let answers: Answers = super::measured(answers)?;

    let mut rows = load_rows(&throughput, extent)?;
    rows.extend(answer_rows(&answers)?);
    report::publish(&super::name("edge", args.sample), rust_wasm::ensure()?.version()?, rows)
}

/// Beside the peer that does the same job, and beside the floor: a Worker without any job.
fn load_rows(measured: &Throughput, extent: Extent) -> Result<Vec<Row>> {
    let how = format!("{} connections, median of {} × {} s", measured.connections, extent.rounds, extent.seconds);
    let row = |what: &str, unit: &str, of: fn(&Round) -> f64, beside: &str, name: &str| -> Result<Row> {
        let peers = BTreeMap::from([(name.to_owned(), median(measured, beside, of)?)]);
        Ok(Row::new(format!("{what}, {how}"), unit, median(measured, OURS, of)?).peers(peers))
    };
    let (peer, floor) = ("Worker with aws4fetch", "empty Worker");
    Ok(vec![
        row("answered", "batches/s", |round| round.per_s, PEER, peer)?.more_is_better(),
        row("answer p50", "ms", |round| round.p50_ms, PEER, peer)?,
        row("answer p99", "ms", |round| round.p99_ms, PEER, peer)?,
        row("refused with 503", "batches", |round| round.refused, PEER, peer)?,
        row("broken connections", "count", |round| round.socket_errors, PEER, peer)?,
        row("answered beside no work at all", "batches/s", |round| round.per_s, FLOOR, floor)?.more_is_better(),
        row("answer p50 beside no work at all", "ms", |round| round.p50_ms, FLOOR, floor)?,
        row("answer p99 beside no work at all", "ms", |round| round.p99_ms, FLOOR, floor)?,
    ])
}

fn median(measured: &Throughput, worker: &str, of: fn(&Round) -> f64) -> Result<f64> {
    let rounds = measured.workers.get(worker).with_context(|| format!("there are no rounds of {worker}"))?;
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().with_context(|| format!("there is no round of {worker}"))
}

fn answer_rows(measured: &Answers) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, words, budget) in CONDITIONS {
        let answer = measured.answers.get(*name).with_context(|| format!("there are no answers of {name}"))?;
        let what = |share: &str| format!("gesture to answer, {words}, {share} of {}", answer.runs);
        rows.push(Row::new(what("p50"), "ms", answer.p50_ms));
        rows.push(Row::new(what("p95"), "ms", answer.p95_ms).budget(*budget));
        rows.push(Row::new(format!("other answers than expected, {words}"), "runs", f64::from(answer.others)));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(per_s: f64) -> Round {
        Round { per_s, p50_ms: 1.0, p99_ms: 2.0, refused: 0.0, socket_errors: 0.0 }
    }

    #[test]
    fn sets_the_median_round_beside_the_same_of_peer_and_floor() {
        let rounds = |rates: [f64; 3]| rates.map(round).into();
        let workers = [(OURS, [10.0, 30.0, 20.0]), (PEER, [1.0, 2.0, 3.0]), (FLOOR, [100.0, 100.0, 100.0])];
        let workers = workers.map(|(name, rates)| (name.to_owned(), rounds(rates)));
        let measured = Throughput { connections: 16, workers: BTreeMap::from(workers) };
        let extent = Extent { seconds: 1, rounds: 3, runs: 1, profile: Profile::Dev };
        let rows = load_rows(&measured, extent).unwrap();
        let rates: Vec<_> = rows.iter().filter(|row| row.unit == "batches/s").collect();
        assert_eq!(rates.iter().map(|row| row.ours).collect::<Vec<_>>(), [20.0, 20.0]);
        assert_eq!(rates.iter().flat_map(|row| row.peers.values().copied()).collect::<Vec<_>>(), [2.0, 100.0]);
    }

    #[test]
    fn reports_every_condition_or_none() {
        assert!(answer_rows(&Answers { answers: BTreeMap::new() }).is_err());
    }
}
