//! The binary `unsnag-simulate`: writes what simulated visitors send, and what really happened to them, into files.
//!
//! Exit codes: 0 for done, 1 for a failure while writing, 2 for input that must be corrected.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use unsnag_core::time::UnixMillis;
use unsnag_simulator::{Event, Simulation, Site};

/// The latest time that a batch can carry, ms: the last that a date in a browser can have.
const LATEST_MS: u64 = 8_640_000_000_000_000;
/// Beyond this a run takes hours and fills disks.
const MOST_VISITORS: usize = 1_000_000;

/// Simulates visitors of a small web shop and learning site, and writes the batches that their pages would send.
///
/// Writes into the directory: batches.jsonl, one {"at":MS,"batch":{…}} a line in order of time, the batch as it would
/// be posted to /v1/batch; truth.jsonl, one visitor a line: what really happened; with --traces also
/// traces/NUMBER-SESSION-TAB.jsonl for `unsnag replay`. Times are ms since 1970-01-01 UTC. No host answers, so nobody
/// is offered help. The same flags give the same bytes. These are not real people: see the README of the crate.
#[derive(Debug, Parser)]
#[command(name = "unsnag-simulate", version)]
struct Args {
    /// How many visitors, 1 to 1,000,000; each has 1.5 sessions on average.
    #[arg(long, value_name = "N", default_value_t = 200)]
    visitors: usize,
    /// The seed of all random numbers, 0 to 18,446,744,073,709,551,615.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The directory to write into; it is made where it does not exist, and files in it are replaced.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write each tab's inputs as a trace too, about 30 KB a tab.
    #[arg(long)]
    traces: bool,
    /// The simulated time at which visitors begin to come, ms since 1970-01-01 UTC [default: 2026-01-01].
    #[arg(long, value_name = "MS", default_value_t = 1_767_225_600_000, hide_default_value = true)]
    start: u64,
    /// Visitors come for the first time within so many days, 1 to 3650.
    #[arg(long, value_name = "N", default_value_t = 7)]
    days: u32,
    /// A site where everything works.
    #[arg(long, conflicts_with = "only")]
    without_obstacles: bool,
    /// Only this obstacle, for half of the sessions; a name that does not exist lists those that do.
    #[arg(long, value_name = "OBSTACLE")]
    only: Option<String>,
}

/// Why it stopped: what to say, and the exit code.
struct Failure(String, u8);

/// What was written.
#[derive(Default)]
struct Written {
    batches: u64,
    traces: u64,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(message, code)) => {
            eprintln!("unsnag-simulate: {message}");
            ExitCode::from(code)
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    let site = check(args)?;
    let mut simulation = Simulation::new(args.seed, args.visitors, site, UnixMillis(args.start)).with_days(args.days);
    if args.traces {
        simulation = simulation.with_recordings();
    }
    let written = write(args, &mut simulation)?;
    let out = args.out.display();
    let truth = simulation.truth();
    let sessions: usize = truth.iter().map(|visitor| visitor.sessions.len()).sum();
    let stuck = truth.iter().filter(|visitor| visitor.was_stuck()).count();
    println!("{} visitors had {sessions} sessions; {stuck} of them were stuck at least once.", truth.len());
    println!("{} batches, in order of time:  {out}/batches.jsonl", written.batches);
    println!("what really happened:  {out}/truth.jsonl");
    if args.traces {
        println!("{} traces, for `unsnag replay FILE`:  {out}/traces/", written.traces);
    }
    Ok(())
}

/// The site that is asked for, or what to correct.
fn check(args: &Args) -> Result<Site, Failure> {
    let wrong = |message: String| Err(Failure(message, 2));
    if !(1..=MOST_VISITORS).contains(&args.visitors) {
        return wrong(format!("--visitors must be 1 to {MOST_VISITORS}, not {}", args.visitors));
    }
    if !(1..=3650).contains(&args.days) {
        return wrong(format!("--days must be 1 to 3650, not {}", args.days));
    }
    // A century is left for the visitors.
    if args.start > LATEST_MS - 3_200_000_000_000 {
        return wrong(format!("--start must be ms since 1970, below {LATEST_MS}, not {}", args.start));
    }
    if args.out.exists() && !args.out.is_dir() {
        return wrong(format!("--out must be a directory, and {} is a file", args.out.display()));
    }
    let site = Site::default();
    match &args.only {
        None if args.without_obstacles => Ok(site.without_obstacles()),
        None => Ok(site),
        Some(id) if site.obstacles.iter().any(|obstacle| obstacle.id == id) => Ok(site.with_only(id, 0.5)),
        Some(id) => {
            let known: Vec<&str> = site.obstacles.iter().map(|obstacle| obstacle.id).collect();
            wrong(format!("no obstacle is called {id}; there are {}", known.join(", ")))
        }
    }
}

fn write(args: &Args, simulation: &mut Simulation) -> Result<Written, Failure> {
    let traces = args.out.join("traces");
    make(if args.traces { &traces } else { &args.out })?;
    let (path, mut batches) = create(&args.out, "batches.jsonl")?;
    let mut written = Written::default();
    for event in simulation.by_ref() {
        match event {
            Event::Sealed { at, batch, .. } => {
                writeln!(batches, r#"{{"at":{},"batch":{batch}}}"#, at.0).map_err(|error| failed(&path, &error))?;
                written.batches += 1;
            }
            Event::Recorded { visitor, recording, .. } => {
                let name = format!("{visitor}-{}-{}.jsonl", recording.session, recording.tab);
                let (path, mut file) = create(&traces, &name)?;
                file.write_all(recording.text.as_bytes()).and_then(|()| file.flush()).map_err(|e| failed(&path, &e))?;
                written.traces += 1;
            }
        }
    }
    batches.flush().map_err(|error| failed(&path, &error))?;
    let (path, mut truth) = create(&args.out, "truth.jsonl")?;
    for visitor in simulation.truth() {
        writeln!(truth, "{}", visitor.to_json()).map_err(|error| failed(&path, &error))?;
    }
    truth.flush().map_err(|error| failed(&path, &error))?;
    Ok(written)
}

#[expect(clippy::disallowed_methods, reason = "the binary is what writes files")]
fn make(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| failed(path, &error))
}

#[expect(clippy::disallowed_methods, reason = "the binary is what writes files")]
fn create(folder: &Path, name: &str) -> Result<(PathBuf, BufWriter<File>), Failure> {
    let path = folder.join(name);
    let file = File::create(&path).map_err(|error| failed(&path, &error))?;
    Ok((path, BufWriter::new(file)))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("{} cannot be written: {error}", path.display()), 1)
}
