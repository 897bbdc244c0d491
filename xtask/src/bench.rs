//! `cargo xtask bench …`: measurements beside peers, as a table and as `target/bench/NAME.json`.

mod analysis;
pub(crate) mod chaos;
mod edge;
mod ingest;
mod interaction;
mod nudge;
mod prescore;
mod report;
mod signals;
mod size;
mod storage;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use serde::de::DeserializeOwned;

use crate::{
    npm, paths,
    shell::{Tool, cargo},
    tools::{self, debian},
};

/// The benches.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// What the browser loads, beside the peers' published bundles
    Size,
    /// From the gesture to the nudge on the screen, through the running collector
    Nudge {
        /// How often the visitor gets stuck
        #[arg(long, default_value_t = 200)]
        runs: u32,
    },
    /// What SDKs cost the page's main thread: ours beside the peers, for each kind of input
    Interaction(interaction::Args),
    /// What a score costs natively and in workerd, and what a fresh workerd and the Worker's script cost
    Prescore(prescore::Args),
    /// The Worker under load beside peers, and from the gesture to its answer
    Edge(edge::Args),
    /// How fast the collector makes batches durable, beside peers and the machine's floor
    Ingest(ingest::Args),
    /// What we and the peers find of labelled frustration, and what they raise without any
    Signals(signals::Args),
    /// How fast the analysis takes batches in, and how fast its model answers
    Analysis(analysis::Args),
    /// The engine below the collector's log beside others
    Storage(storage::Args),
}

/// Runs one bench.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Size => size::run(),
        Bench::Nudge { runs } => nudge::run(*runs),
        Bench::Interaction(args) => interaction::run(args),
        Bench::Prescore(args) => prescore::run(args),
        Bench::Edge(args) => edge::run(args),
        Bench::Ingest(args) => ingest::run(args),
        Bench::Signals(args) => signals::run(args),
        Bench::Analysis(args) => analysis::run(args),
        Bench::Storage(args) => storage::run(args),
    }
}

/// Runs the samples of the benches that have one.
pub(crate) fn samples() -> Result<()> {
    analysis::run(&analysis::Args::SAMPLE)?;
    prescore::run(&prescore::Args::SAMPLE)?;
    edge::run(&edge::Args::SAMPLE)?;
    ingest::run(&ingest::Args::SAMPLE)?;
    chaos::collector(&chaos::Args::SAMPLE)?;
    chaos::abuse(&chaos::AbuseArgs::SAMPLE)?;
    interaction::run(&interaction::Args::SAMPLE)?;
    signals::run(&signals::Args::SAMPLE)
}

/// How well a program is optimised that a bench starts: as its users run it, or as the tests have built it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Profile {
    Release,
    Dev,
}

impl Profile {
    /// Where cargo puts what it builds with this profile.
    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }
}

/// Collector and stand-in for Kinesis as `cargo xtask test` builds them, with everything beside them: for another
/// selection of packages cargo would compile most crates a second time.
fn build_as_tests_do() -> Result<()> {
    cargo().args(["build", "--all-targets"]).run_logged("build").map(drop)
}

/// The stand-in for Kinesis, to which the Workers write.
fn build_kinesis_stub(profile: Profile) -> Result<()> {
    match profile {
        Profile::Dev => build_as_tests_do(),
        Profile::Release => {
            let build = cargo().args(["build", "--release", "--package", "unsnag-kinesis-stub"]);
            build.run_logged("kinesis-stub").map(drop)
        }
    }
}

/// wrk, the load generator, installed first if need be.
fn ensure_wrk() -> Result<()> {
    if tools::find(&["wrk"]).is_some() {
        return Ok(());
    }
    if !debian::is_here() {
        bail!("wrk is missing: install it (macOS: `brew install wrk`)");
    }
    debian::install("wrk", &["wrk"])
}

/// A script that runs what is built with this profile.
fn worker_script(name: &str, profile: Profile) -> Tool {
    npm::script(&paths::at("tests/bench").join(name)).args(["--profile", profile.folder()])
}

/// What a script measured.
fn measured<T: DeserializeOwned>(script: Tool) -> Result<T> {
    let said = script.read_shown()?;
    serde_json::from_str(&said).with_context(|| format!("the script printed no report but: {said}"))
}

/// A sample shows that a bench works; its figures are nobody's to compare, so they go to a file of their own.
fn name(bench: &str, sample: bool) -> String {
    if sample { format!("{bench}-sample") } else { bench.to_owned() }
}
