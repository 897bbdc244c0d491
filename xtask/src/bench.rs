//! `cargo xtask bench …`: measurements beside peers, as a table and as `target/bench/NAME.json`.

mod nudge;
mod report;
mod size;

use anyhow::Result;
use clap::Subcommand;

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
}

/// Runs one bench.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Size => size::run(),
        Bench::Nudge { runs } => nudge::run(*runs),
    }
}
