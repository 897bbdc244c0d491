//! `cargo xtask chaos …`: the collector is killed under load and its power is cut, and nothing answered is lost; it is
//! abused, and stays.

use anyhow::{Result, bail};
use clap::Subcommand;
use serde::Deserialize;

use super::{
    Profile,
    report::{self, Row},
};
use crate::{
    paths,
    shell::{Tool, cargo, tool},
    tools::{self, debian},
};

/// What is put through chaos.
#[derive(Debug, Subcommand)]
pub(crate) enum Chaos {
    /// SIGKILL under full load, while the stream behind does its worst
    Collector(Args),
    /// Broken, swollen and endless requests and slow clients, while others send what is good
    Abuse(AbuseArgs),
}

/// Arguments of `abuse`.
#[derive(Debug, clap::Args)]
pub(crate) struct AbuseArgs {
    /// Seconds of abuse
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// Only show that it works, in less than a minute once everything is built
    #[arg(long, conflicts_with = "seconds")]
    sample: bool,
}

impl AbuseArgs {
    pub(super) const SAMPLE: Self = Self { seconds: 12, sample: true };
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
    match chaos {
        Chaos::Collector(args) => collector(args),
        Chaos::Abuse(args) => abuse(args),
    }
}

/// Builds collector and chaos; the command that puts the one through the other.
fn program(sample: bool) -> Result<Tool> {
    let profile = if sample { Profile::Dev } else { Profile::Release };
    match profile {
        Profile::Dev => super::build_as_tests_do()?,
        Profile::Release => {
            let packages = ["--package", "unsnag-collector", "--package", "unsnag-chaos"];
            cargo().args(["build", "--release"]).args(packages).run_logged("chaos").map(drop)?;
        }
    }
    let built = paths::at("target").join(profile.folder());
    Ok(tool(built.join("chaos")).arg("--collector").arg(built.join("unsnag")))
}

/// What tests/chaos prints of abuse that was endured.
#[derive(Debug, Deserialize)]
struct Endured {
    sound: bool,
    seconds: f64,
    abusive: f64,
    refused: f64,
    cut: f64,
    taken: f64,
    slow_clients: f64,
    good_quiet: f64,
    good_abused: f64,
    good_failed: f64,
    quiet_p99_ms: f64,
    abused_p99_ms: f64,
    quiet_mib: f64,
    most_mib: f64,
}

/// The longest p99 of good batches under abuse, ms, and how often the quiet one it may be.
const GOOD_P99_MS: f64 = 50.0;
const GOOD_P99_BY_QUIET: f64 = 5.0;
/// Connections hold at most their buffers and one body: 4096 of them, 64 KiB twice.
const MOST_MIB: f64 = 600.0;

pub(super) fn abuse(args: &AbuseArgs) -> Result<()> {
    let AbuseArgs { seconds, .. } = if args.sample { &AbuseArgs::SAMPLE } else { args };
    let quiet = if args.sample { "4" } else { "30" };
    let chaos = program(args.sample)?.args(["abuse", "--seconds", &seconds.to_string(), "--quiet", quiet]);
    let found: Endured = super::measured(chaos)?;
    let version = tools::version(tool("rustc").arg("--version"));
    report::publish(&super::name("abuse", args.sample), version, abuse_rows(&found))?;
    if !found.sound {
        bail!("the collector did not stay, or lost a good batch, or took an abusive one");
    }
    Ok(())
}

fn abuse_rows(found: &Endured) -> Vec<Row> {
    let p99 = GOOD_P99_MS.min(found.quiet_p99_ms * GOOD_P99_BY_QUIET);
    vec![
        Row::new("took", "s", found.seconds),
        Row::new("abusive requests", "requests", found.abusive).more_is_better(),
        Row::new("of them answered with an error", "requests", found.refused),
        Row::new("of them cut", "requests", found.cut),
        Row::new("of them taken for good", "requests", found.taken).budget(0.0),
        Row::new("slow clients begun", "connections", found.slow_clients),
        Row::new("good batches in quiet", "batches", found.good_quiet).more_is_better(),
        Row::new("good batches under abuse", "batches", found.good_abused).more_is_better(),
        Row::new("good batches not answered with 200", "batches", found.good_failed).budget(0.0),
        Row::new("answer p99 in quiet", "ms", found.quiet_p99_ms),
        Row::new("answer p99 under abuse", "ms", found.abused_p99_ms).budget(p99),
        Row::new("resident memory in quiet", "MiB", found.quiet_mib),
        Row::new("most resident memory under abuse", "MiB", found.most_mib).budget(MOST_MIB),
    ]
}

pub(super) fn collector(args: &Args) -> Result<()> {
    let Args { kills, power_cuts, .. } = if args.sample { &Args::SAMPLE } else { args };
    ensure_strace()?;
    let mut chaos = program(args.sample)?;
    if let Some(seed) = args.seed {
        chaos = chaos.args(["--seed", &seed.to_string()]);
    }
    chaos = chaos.args(["kill", "--kills", &kills.to_string(), "--power-cuts", &power_cuts.to_string()]);
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
