//! `cargo xtask bench analysis`: how fast the analysis takes batches in, and how fast its model answers.

use anyhow::Result;
use serde::Deserialize;

use super::Profile;
use super::report::{self, Row};
use crate::{
    paths,
    shell::{cargo, tool},
    tools,
};

/// What DESIGN promises of one batch with a model that takes 50 ms.
const MOST_P95_MS: f64 = 200.0;
/// And of predictions, distinct vectors and the cache off.
const LEAST_PREDICTIONS: f64 = 1000.0;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Batches that are taken in
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    batches: u32,
    /// Only show that it works, in less than a minute once everything is built
    #[arg(long, conflicts_with = "batches")]
    sample: bool,
}

impl Args {
    pub(super) const SAMPLE: Self = Self { batches: 300, sample: true };
}

/// What tests/analysis prints.
#[derive(Debug, Deserialize)]
struct Measured {
    per_s: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    slow_p50_ms: f64,
    slow_p95_ms: f64,
    predictions_per_s: f64,
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    let &Args { batches, sample } = if args.sample { &Args::SAMPLE } else { args };
    let profile = if sample { Profile::Dev } else { Profile::Release };
    match profile {
        Profile::Dev => super::build_as_tests_do()?,
        Profile::Release => {
            let build = cargo().args(["build", "--release", "--package", "unsnag-analysis-bench"]);
            build.run_logged("analysis").map(drop)?;
        }
    }
    let program = paths::at("target").join(profile.folder()).join("analysis-bench");
    let mut bench = tool(program).args(["--records", &batches.to_string()]);
    if sample {
        bench = bench.args(["--slow", "50", "--predictions", "5000"]);
    }
    let found: Measured = super::measured(bench)?;
    let slow = "with a model that takes 50 ms";
    let rows = vec![
        Row::new("batches of simulated visitors, one core", "batches/s", found.per_s).more_is_better(),
        Row::new("a batch, p50", "ms", found.p50_ms),
        Row::new("a batch, p95", "ms", found.p95_ms),
        Row::new("a batch, p99", "ms", found.p99_ms),
        Row::new(format!("a batch, p50, {slow}"), "ms", found.slow_p50_ms),
        Row::new(format!("a batch, p95, {slow}"), "ms", found.slow_p95_ms).budget(MOST_P95_MS),
        Row::new("predictions, distinct vectors, no cache, one core", "1/s", found.predictions_per_s)
            .more_is_better()
            .budget(LEAST_PREDICTIONS),
    ];
    report::publish(&super::name("analysis", sample), tools::version(tool("rustc").arg("--version")), rows)
}
