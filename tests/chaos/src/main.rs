//! Kills a collector under load again and again, while the stream behind it does its worst, and counts what is left.
//!
//! In scope: clients that send as the SDK does (a batch keeps its id until it is answered), `SIGKILL` at random
//! moments, the stand-in for Kinesis with its faults, and the comparison of what was answered with log and stream; and
//! power cuts, which take whatever was not synced.
//!
//! Out of scope: building the collector and publishing the result, which `cargo xtask chaos collector` does.

mod abuse;
mod check;
mod clients;
mod collector;
mod power;
mod random;
mod trace;
mod weather;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use unsnag_kinesis_stub::{Options, Stub};

use check::Found;
use clients::Clients;
use collector::Collector;
use random::Random;
use weather::Weather;

/// Memory of the stand-in for records; what comes beyond it is throttled, which would be no fault of the collector's.
const STREAM_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// How long the last records may take into a stream that works again.
const DRAIN_WITHIN: Duration = Duration::from_mins(3);

/// Puts a collector through chaos, and prints what is left as one line of JSON.
#[derive(Debug, Parser)]
struct Args {
    /// The binary `unsnag`
    #[arg(long, value_name = "FILE")]
    collector: PathBuf,
    /// Decides what happens when; told at the start [default: from the clock]
    #[arg(long)]
    seed: Option<u64>,
    #[command(subcommand)]
    chaos: Chaos,
}

#[derive(Debug, Subcommand)]
enum Chaos {
    /// Kill it under load, and cut its power
    Kill(KillArgs),
    /// Abuse it while others send what is good
    Abuse(AbuseArgs),
}

#[derive(Debug, clap::Args)]
struct AbuseArgs {
    /// Seconds of abuse
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Seconds of quiet before, by which the abuse is judged
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    quiet: u64,
}

#[derive(Debug, clap::Args)]
struct KillArgs {
    /// How often it is killed
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    kills: u32,
    /// How often the power is cut, after that
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    power_cuts: u32,
    /// Clients that send one batch after the other
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
    clients: u32,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<String> {
    let seed = args.seed.unwrap_or_else(seed_of_now);
    eprintln!("  seed {seed}");
    let found = match &args.chaos {
        Chaos::Kill(kill) => serde_json::to_string(&killed(&args.collector, kill, seed)?),
        Chaos::Abuse(abuse) => {
            let (quiet, lasts) = (Duration::from_secs(abuse.quiet), Duration::from_secs(abuse.seconds));
            serde_json::to_string(&abuse::run(&args.collector, free_address()?, quiet, lasts, seed)?)
        }
    };
    Ok(found?)
}

fn killed(binary: &Path, args: &KillArgs, seed: u64) -> Result<Found> {
    let mut random = Random::new(seed);
    let dir = tempfile::tempdir().context("there is no place for the log")?;
    let stub = Stub::start(Options { max_bytes: STREAM_BYTES, ..Options::default() })?;
    let listen = free_address()?;
    eprintln!("  {} kills, {} clients, log in {}", args.kills, args.clients, dir.path().display());

    let started = Instant::now();
    let mut weather = Weather::new(&stub);
    let mut collector = Collector::start(binary, listen, dir.path(), &stub)?;
    let clients = Clients::start(listen, args.clients);
    let mut found = Found::default();
    for kill in 1..=args.kills {
        weather.turn(random.next())?;
        // Also in the middle of the start: the log is opened, what was not forwarded is read again.
        std::thread::sleep(Duration::from_millis(random.next() % 1500));
        collector.kill()?;
        let answered = clients.answered();
        collector = Collector::start(binary, listen, dir.path(), &stub)?;
        found.kills += 1;
        found.told_lost += collector.metric("unsnag_log_lost_records")?;
        if kill % 10 == 0 || kill == args.kills {
            let seconds = started.elapsed().as_secs();
            eprintln!("  {kill} kills in {seconds} s, {answered} batches answered, now {}", weather.name());
        }
    }
    let sent = clients.stop()?;
    weather.clear()?;
    eprintln!("  load ended; waiting for the stream to have everything");
    collector.until_forwarded(DRAIN_WITHIN)?;
    found.repeated_answers_differ += check::ask_again(listen, &sent)?;
    let in_log = collector.stop_and_read()?;
    check::compare(&sent, &in_log, &stub.records(), &mut found)?;
    found.seconds = started.elapsed().as_secs_f64();
    if args.power_cuts > 0 {
        found.power = Some(power::run(binary, listen, args.power_cuts, &stub, &mut random)?);
    }
    found.sound = found.is_sound();
    Ok(found)
}

fn seed_of_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// An address that nobody listens on; each start of the collector takes it again, as a service does.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
