//! `cargo xtask chaos collector`: the collector is killed under load again and again, and nothing answered is lost.

use anyhow::{Result, bail};
use clap::Subcommand;
use serde::Deserialize;

use super::{
    Profile,
    report::{self, Row},
};
use crate::{
    paths,
    shell::{cargo, tool},
    tools::{self, debian},
};

/// What is put through chaos.
#[derive(Debug, Subcommand)]
pub(crate) enum Chaos {
    /// SIGKILL under full load, while the stream behind does its worst
    Collector(Args),
}

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often it is killed
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    kills: u32,
    /// How often the power is cut after that, under strace
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    power_cuts: u32,
    /// The seed of an earlier run
    #[arg(long)]
    seed: Option<u64>,
    /// Only show that it works, in less than a minute once everything is built
    #[arg(long, conflicts_with_all = ["kills", "power_cuts"])]
    sample: bool,
}

impl Args {
    pub(super) const SAMPLE: Self = Self { kills: 8, power_cuts: 1, seed: None, sample: true };
}

/// What tests/chaos prints.
#[derive(Debug, Deserialize)]
struct Found {
    sound: bool,
    kills: f64,
    seconds: f64,
    answered: f64,
    sent_again: f64,
    missing_in_log: f64,
    missing_in_stream: f64,
    twice_in_log: f64,
    duplicates_in_stream: f64,
    foreign_in_stream: f64,
    events_sent: f64,
    events_answered: f64,
    events_in_stream: f64,
    told_lost: f64,
    repeated: f64,
    repeated_answers_differ: f64,
    power: Option<Power>,
}

#[derive(Debug, Deserialize)]
struct Power {
    cuts: f64,
    answered: f64,
    answers_traced: f64,
    answered_before_sync: f64,
    bytes_taken: f64,
    missing_after_cut: f64,
    twice_after_cut: f64,
    sync_ms: f64,
    disk_sync_ms: f64,
}

/// Runs it, publishes what it found, and fails where something answered is not where it belongs.
pub(crate) fn run(chaos: &Chaos) -> Result<()> {
    let Chaos::Collector(args) = chaos;
    collector(args)
}

pub(super) fn collector(args: &Args) -> Result<()> {
    let Args { kills, power_cuts, .. } = if args.sample { &Args::SAMPLE } else { args };
    ensure_strace()?;
    let profile = if args.sample { Profile::Dev } else { Profile::Release };
    match profile {
        Profile::Dev => super::build_as_tests_do()?,
        Profile::Release => {
            let packages = ["--package", "unsnag-collector", "--package", "unsnag-chaos"];
            cargo().args(["build", "--release"]).args(packages).run_logged("chaos").map(drop)?;
        }
    }
    let built = paths::at("target").join(profile.folder());
    let mut chaos = tool(built.join("chaos")).arg("--collector").arg(built.join("unsnag"));
    chaos = chaos.args(["--kills", &kills.to_string(), "--power-cuts", &power_cuts.to_string()]);
    if let Some(seed) = args.seed {
        chaos = chaos.args(["--seed", &seed.to_string()]);
    }
    let found: Found = super::measured(chaos)?;
    let sound = found.sound;
    let version = tools::version(tool("rustc").arg("--version"));
    report::publish(&super::name("chaos", args.sample), version, rows(&found))?;
    if !sound {
        bail!("the collector lost something, or said what is not so");
    }
    Ok(())
}

/// strace, installed first if need be.
fn ensure_strace() -> Result<()> {
    if tools::find(&["strace"]).is_some() {
        return Ok(());
    }
    if !debian::is_here() {
        bail!("strace is missing: it is there for Linux only; run with --power-cuts 0 elsewhere");
    }
    debian::install("strace", &["strace"])
}

fn rows(found: &Found) -> Vec<Row> {
    let count = |what: &str, unit: &str, count: f64| Row::new(what, unit, count);
    let none = |what: &str, unit: &str, count: f64| Row::new(what, unit, count).budget(0.0);
    let mut rows = vec![
        count("killed", "times", found.kills),
        count("took", "s", found.seconds),
        count("answered", "batches", found.answered).more_is_better(),
        count("sent again before they were answered", "batches", found.sent_again),
        none("answered, missing in the log", "batches", found.missing_in_log),
        none("answered, missing in the stream", "batches", found.missing_in_stream),
        none("more than once in the log", "batches", found.twice_in_log),
        none("in the stream, sent by nobody", "batches", found.foreign_in_stream),
        count("copies in the stream beyond the first", "records", found.duplicates_in_stream),
        count("events sent and answered", "events", found.events_sent).more_is_better(),
        none("of them without a disposition in the answer", "events", found.events_sent - found.events_answered),
        none("of them without a disposition in the stream", "events", found.events_sent - found.events_in_stream),
        none("said to be lost at a start", "records", found.told_lost),
        count("repeated at the end", "batches", found.repeated),
        none("of them answered otherwise than before", "batches", found.repeated_answers_differ),
    ];
    if let Some(power) = &found.power {
        rows.extend([
            count("power cut", "times", power.cuts),
            count("answered before a cut", "batches", power.answered).more_is_better(),
            count("answers in the traces", "answers", power.answers_traced).more_is_better(),
            none("answers before the sync that covers them", "answers", power.answered_before_sync),
            count("not synced, and taken by the cuts", "B", power.bytes_taken),
            none("answered, missing after the cut", "batches", power.missing_after_cut),
            none("more than once after the cut", "batches", power.twice_after_cut),
            count("a sync of the log, median, traced", "ms", power.sync_ms),
            count("a sync of 8 KiB on this disk, median", "ms", power.disk_sync_ms),
        ]);
    }
    rows
}
