//! Storage engines at what the collector's log asks of one: groups of batches, each with a name in no order, written,
//! synced once, and looked up by name; one process for each engine, so that memory is its own.
//!
//! In scope: fjall, which the log uses, redb and SQLite, each set up for durable groups as its documentation says.
//!
//! Out of scope: publishing, which `cargo xtask bench storage` does.

mod engines;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};
use serde_json::json;

use engines::{Engine, Fjall, Redb, Sqlite};

/// A busy page's batch with its answer.
const RECORD_BYTES: usize = 8 * 1024;

/// Measures one engine, and prints one line of JSON.
#[derive(Debug, Parser)]
struct Args {
    engine: Name,
    /// Batches of one group: as many as clients wait for an answer
    #[arg(long, default_value_t = 64)]
    group: u64,
    /// Batches in all
    #[arg(long, default_value_t = 100_000)]
    batches: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Fjall,
    Redb,
    Sqlite,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let dir = tempfile::tempdir()?;
    match args.engine {
        Name::Fjall => measure::<Fjall>(&args, dir.path()),
        Name::Redb => measure::<Redb>(&args, dir.path()),
        Name::Sqlite => measure::<Sqlite>(&args, dir.path()),
    }
}

fn measure<E: Engine>(args: &Args, dir: &Path) -> Result<()> {
    let mut engine = E::open(dir)?;
    let mut times = Vec::new();
    let start = Instant::now();
    let mut next = 0;
    while next < args.batches {
        let group: Vec<_> = (next..next + args.group).map(|number| (number, name(number), record(number))).collect();
        let group_start = Instant::now();
        for (_, name, _) in &group {
            ensure!(engine.find(name)?.is_none(), "a new name is found");
        }
        engine.write(&group)?;
        times.push(group_start.elapsed());
        next += args.group;
    }
    let took: Duration = times.iter().sum();
    let wall = start.elapsed();
    let known = name(next / 2);
    ensure!(engine.find(&known)? == Some(next / 2), "a known name is not found");
    drop(engine);
    let disk = bytes_below(dir)?;
    let start = Instant::now();
    let engine = E::open(dir)?;
    let opened = start.elapsed();
    ensure!(engine.find(&known)? == Some(next / 2), "a known name is not found after opening");
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let report = json!({
        "per_s": next as f64 / took.as_secs_f64(),
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "p999_ms": at(0.999),
        "wall_s": wall.as_secs_f64(),
        "open_ms": opened.as_secs_f64() * 1000.0,
        "disk_per_written": disk as f64 / (next * RECORD_BYTES as u64) as f64,
        "peak_mib": peak_kib()? as f64 / 1024.0,
        "written_per_byte": written_bytes()? as f64 / (next * RECORD_BYTES as u64) as f64,
    });
    println!("{report}");
    Ok(())
}

/// Scattered, as names with random ids are.
fn name(number: u64) -> String {
    let scattered = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    format!("shop-key/{scattered:016x}/tab-0001/{number:022}")
}

/// Text with as much repetition as events have.
fn record(number: u64) -> Vec<u8> {
    let mut text = format!("{{\"batch\":{number},\"events\":[");
    let mut at = number;
    while text.len() < RECORD_BYTES {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = at % 1000;
        write!(text, r#"{{"id":"e{at:x}","type":"click","at":{at},"data":{{"role":"button","x":{x}}}}},"#)
            .expect("writing to a string does not fail");
    }
    text.truncate(RECORD_BYTES);
    text.into_bytes()
}

fn bytes_below(dir: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let mut total = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        // POSIX counts blocks of 512 bytes.
        total += if metadata.is_dir() { bytes_below(&entry.path())? } else { metadata.blocks() * 512 };
    }
    Ok(total)
}

fn peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak memory is told")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// What this process sent to the disk.
fn written_bytes() -> Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).context("no writes are told")?;
    Ok(line.parse()?)
}
