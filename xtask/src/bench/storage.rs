//! `cargo xtask bench storage`: the engine below the collector's log beside others, at what the log asks of one.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use super::report::{self, Row};
use crate::{
    paths,
    shell::{cargo, tool},
    tools,
};

/// As tests/storage names it.
const OURS: &str = "fjall";
const PEERS: &[&str] = &["redb", "sqlite"];

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Batches of 8 KiB that each engine writes
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1000..=10_000_000))]
    batches: u64,
    /// Batches that are synced together
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=1024))]
    group: u64,
}

/// What tests/storage prints.
#[derive(Debug, Deserialize)]
struct Measured {
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    open_ms: f64,
    disk_per_written: f64,
    written_per_byte: f64,
    peak_mib: f64,
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    cargo().args(["build", "--release", "--package", "unsnag-storage-bench"]).run_logged("storage").map(drop)?;
    let measure = |engine: &str| -> Result<Measured> {
        println!("  {engine}");
        let bench = tool(paths::at("target/release/storage-bench")).arg(engine);
        super::measured(bench.args(["--group", &args.group.to_string(), "--batches", &args.batches.to_string()]))
    };
    let ours = measure(OURS)?;
    let mut peers = BTreeMap::new();
    for peer in PEERS {
        peers.insert((*peer).to_owned(), measure(peer)?);
    }
    let row = |what: &str, unit: &str, of: fn(&Measured) -> f64| {
        let peers = peers.iter().map(|(name, measured)| (name.clone(), of(measured))).collect();
        Row::new(format!("{what}, groups of {}", args.group), unit, of(&ours)).peers(peers)
    };
    let rows = vec![
        row("durable", "batches/s", |measured| measured.per_s).more_is_better(),
        row("group p50", "ms", |measured| measured.p50_ms),
        row("group p99", "ms", |measured| measured.p99_ms),
        row("group p99.9", "ms", |measured| measured.p999_ms),
        row("opening again", "ms", |measured| measured.open_ms),
        row("space on disk by byte of records", "B/B", |measured| measured.disk_per_written),
        row("sent to the disk by byte of records", "B/B", |measured| measured.written_per_byte),
        row("peak memory", "MiB", |measured| measured.peak_mib),
    ];
    report::publish("storage", tools::version(tool("rustc").arg("--version")), rows)
}
