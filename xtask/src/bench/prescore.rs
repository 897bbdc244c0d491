//! `cargo xtask bench prescore`: what a score costs natively and in workerd, and what it adds to a fresh workerd and to
//! the Worker's script.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{
    Profile,
    report::{self, Row},
};
use crate::{
    sdk::Size,
    setup,
    shell::cargo,
    tools::rust_wasm,
    worker::{self, Variant},
};

/// Budgets of DESIGN.md §10.
const NATIVE_BUDGET_US: f64 = 8.0;
const NATIVE_P99_BUDGET_US: f64 = 1000.0;
const WORKERD_BUDGET_US: f64 = 15.0;
const FIRST_REQUEST_BUDGET_MS: f64 = 150.0;
const GZIP_BUDGET: f64 = 1_750_000.0;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only show that it works: few runs, in less than a minute once everything is built
    #[arg(long)]
    sample: bool,
}

impl Args {
    pub(super) const SAMPLE: Self = Self { sample: true };
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Requests with and without scores.
    loops: u32,
    /// Fresh starts of each Worker for each kind of first request.
    starts: u32,
    profile: Profile,
}

impl Extent {
    fn of(args: &Args) -> Self {
        if args.sample {
            Self { loops: 3, starts: 2, profile: Profile::Dev }
        } else {
            Self { loops: 21, starts: 20, profile: Profile::Release }
        }
    }
}

/// What model/benches/score.rs prints: the formats by name.
type Native = BTreeMap<String, Format>;

#[derive(Debug, Deserialize)]
struct Format {
    median_us: f64,
    p99_us: f64,
    load_ms: f64,
}

/// What tests/bench/prescore.mjs prints.
#[derive(Debug, Deserialize)]
struct Workerd {
    per_score_us: f64,
    scores: u32,
    starts: u32,
    first: First,
}

/// One build of the Worker.
#[derive(Debug)]
struct Edge {
    workerd: Workerd,
    raw: f64,
    gzip: f64,
}

/// Medians in ms.
#[derive(Debug, Deserialize)]
struct First {
    /// From the start of workerd until it listens.
    ready: Both,
    healthz: Both,
    batch: Both,
    /// Batches that did not reach the stream in time.
    refused: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Both {
    ours: f64,
    empty: f64,
}

impl Both {
    fn added(self) -> f64 {
        self.ours - self.empty
    }
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    let extent = Extent::of(args);
    setup::run(setup::Need::BUILD)?;
    super::build_kinesis_stub(extent.profile)?;
    worker::build(Variant::Nnef)?;
    if !args.sample {
        worker::build(Variant::Onnx)?;
    }

    println!("  natively");
    let mut rows = native_rows(&natively(extent.profile)?);
    println!("  in workerd");
    let ours = Edge::measured(Variant::Nnef, extent)?;
    let onnx = if args.sample {
        None
    } else {
        println!("  in workerd, with tract-onnx");
        Some(Edge::measured(Variant::Onnx, extent)?)
    };
    rows.extend(edge_rows(&ours, onnx.as_ref()));
    report::publish(&super::name("prescore", args.sample), rust_wasm::ensure()?.version()?, rows)
}

/// A sample takes what the tests have compiled; its times say nothing.
fn natively(profile: Profile) -> Result<Native> {
    let bench = cargo().args(["bench", "--bench", "score"]);
    let bench = match profile {
        Profile::Release => bench.args(["--package", "unsnag-model"]),
        Profile::Dev => bench.args(["--profile", "dev"]),
    };
    parse_native(&bench.run_logged("bench-score")?)
}

/// Cargo's own words stand before what the bench says.
fn parse_native(said: &str) -> Result<Native> {
    let line = said.lines().rfind(|line| line.starts_with('{')).context("model/benches/score.rs printed no report")?;
    serde_json::from_str(line).with_context(|| format!("model/benches/score.rs printed no report but: {line}"))
}

impl Edge {
    fn measured(variant: Variant, extent: Extent) -> Result<Self> {
        let script = super::worker_script("prescore.mjs", extent.profile)
            .arg("--build")
            .arg(variant.folder())
            .arg("--glue")
            .arg(variant.glue())
            .args(["--loops", &extent.loops.to_string()])
            .args(["--starts", &extent.starts.to_string()]);
        let workerd = super::measured(script)?;
        let sizes = Size::of(&variant.files())?;
        let sum = |of: fn(&Size) -> usize| sizes.iter().map(of).sum::<usize>() as f64;
        Ok(Self { workerd, raw: sum(|size| size.raw), gzip: sum(|size| size.gzip) })
    }
}

/// The budgets are for ONNX, which is what native hosts load.
fn native_rows(native: &Native) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, format) in native {
        let median = Row::new(format!("score natively, {name}, median"), "µs", format.median_us);
        let p99 = Row::new(format!("score natively, {name}, p99"), "µs", format.p99_us);
        let is_host = name == "onnx";
        rows.push(if is_host { median.budget(NATIVE_BUDGET_US) } else { median });
        rows.push(if is_host { p99.budget(NATIVE_P99_BUDGET_US) } else { p99 });
        rows.push(Row::new(format!("load natively, {name}"), "ms", format.load_ms));
    }
    rows
}

/// Beside an empty Worker, and beside ours with tract-onnx if that was measured.
fn edge_rows(ours: &Edge, onnx: Option<&Edge>) -> Vec<Row> {
    let peers = |of: fn(&Edge) -> f64| onnx.map(|onnx| ("with tract-onnx".to_owned(), of(onnx))).into_iter();
    let row =
        |what: String, unit: &str, of: fn(&Edge) -> f64| Row::new(what, unit, of(ours)).peers(peers(of).collect());
    let against_empty = |what: String, of: fn(&First) -> Both| {
        let empty = [("empty Worker".to_owned(), of(&ours.workerd.first).empty)];
        let onnx = onnx.map(|onnx| ("with tract-onnx".to_owned(), of(&onnx.workerd.first).ours));
        Row::new(what, "ms", of(&ours.workerd.first).ours).peers(empty.into_iter().chain(onnx).collect())
    };
    let Workerd { scores, starts, .. } = ours.workerd;
    let first = |what| format!("first request of a fresh workerd, {what}, median of {starts}");
    let added = |what| format!("first request, {what}: what ours adds to an empty Worker's");
    vec![
        row(format!("score in workerd, mean of {scores} in one request"), "µs", |edge| edge.workerd.per_score_us)
            .budget(WORKERD_BUDGET_US),
        against_empty(first("/healthz"), |first| first.healthz),
        row(added("/healthz"), "ms", |edge| edge.workerd.first.healthz.added()).budget(FIRST_REQUEST_BUDGET_MS),
        against_empty(first("a batch"), |first| first.batch),
        row(added("a batch"), "ms", |edge| edge.workerd.first.batch.added()).budget(FIRST_REQUEST_BUDGET_MS),
        row("first batches refused with 503".to_owned(), "count", |edge| f64::from(edge.workerd.first.refused)),
        against_empty(format!("start until workerd listens, median of {}", 2 * starts), |first| first.ready),
        // Everything that is uploaded, each module compressed by itself.
        row("Worker script".to_owned(), "B raw", |edge| edge.raw),
        row("Worker script".to_owned(), "B gzip", |edge| edge.gzip).budget(GZIP_BUDGET),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_report_among_what_cargo_says() {
        let said = "   Compiling tract\n     Running benches/score.rs (target/release/deps/score)\n\
            {\"onnx\":{\"median_us\":4.5,\"p99_us\":9.0,\"load_ms\":3.0}}\n";
        assert!((parse_native(said).unwrap()["onnx"].median_us - 4.5).abs() < 1e-9);
        assert!(parse_native("   Compiling tract\n").is_err());
    }

    #[test]
    fn budgets_what_native_hosts_load() {
        let format = || Format { median_us: 4.5, p99_us: 9.0, load_ms: 3.0 };
        let native = Native::from([("onnx".to_owned(), format()), ("nnef".to_owned(), format())]);
        let rows = native_rows(&native);
        let budgeted: Vec<_> = rows.iter().filter(|row| row.budget.is_some()).map(|row| row.what.as_str()).collect();
        assert_eq!(budgeted, ["score natively, onnx, median", "score natively, onnx, p99"]);
    }

    fn edge(ours_ms: f64) -> Edge {
        let both = Both { ours: ours_ms, empty: 20.0 };
        let first = First { ready: both, healthz: both, batch: both, refused: 0 };
        Edge { workerd: Workerd { per_score_us: 9.0, scores: 10, starts: 2, first }, raw: 3e6, gzip: 1e6 }
    }

    #[test]
    fn budgets_only_what_we_add_to_an_empty_worker() {
        let rows = edge_rows(&edge(120.0), None);
        let budgeted: Vec<_> = rows.iter().filter(|row| row.unit == "ms" && row.budget.is_some()).collect();
        assert_eq!(budgeted.iter().map(|row| row.ours).collect::<Vec<_>>(), [100.0, 100.0]);
        assert!(budgeted.iter().all(|row| row.peers.is_empty()));
    }

    #[test]
    fn sets_tract_onnx_beside_every_figure() {
        let rows = edge_rows(&edge(120.0), Some(&edge(150.0)));
        assert!(rows.iter().all(|row| row.peers.contains_key("with tract-onnx")));
        let added = rows.iter().find(|row| row.what.contains("a batch: what ours adds")).unwrap();
        assert_eq!(added.peers["with tract-onnx"].to_string(), "130");
    }
}
