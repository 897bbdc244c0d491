//! A power cut: the collector runs under strace, is killed, and every byte that it had not synced is taken from its
//! files. What it had answered must still be there.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::Serialize;
use unsnag_kinesis_stub::Stub;

use crate::clients::{Clients, Sent};
use crate::collector::Collector;
use crate::random::Random;
use crate::trace::Trace;

/// Under strace everything is slower; this is some hundred batches.
const LOAD_FOR: Duration = Duration::from_secs(2);

/// Few, so that groups are small and syncs many.
const CLIENTS: u32 = 4;

/// Syncs by which the disk is measured.
const DISK_SYNCS: u32 = 200;

/// What the power cuts found. Batches, unless it says otherwise.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Found {
    pub(crate) cuts: u64,
    pub(crate) answered: u64,
    /// Answers in the traces, and those without a sync between the batch's last write and the answer.
    pub(crate) answers_traced: u64,
    pub(crate) answered_before_sync: u64,
    /// Bytes that the cuts took.
    pub(crate) bytes_taken: u64,
    pub(crate) missing_after_cut: u64,
    pub(crate) twice_after_cut: u64,
    /// Medians: a sync of the collector's as strace times it, and one of 8 KiB on the same disk without strace.
    pub(crate) sync_ms: f64,
    pub(crate) disk_sync_ms: f64,
}

/// Cuts the power so often.
pub(crate) fn run(binary: &Path, listen: SocketAddr, cuts: u32, stub: &Stub, random: &mut Random) -> Result<Found> {
    let mut found = Found::default();
    let mut syncs = Vec::new();
    for cut in 1..=cuts {
        let dir = tempfile::tempdir()?;
        let told = dir.path().join("strace");
        let collector = Collector::start_traced(binary, listen, dir.path(), stub, &told)?;
        let clients = Clients::start(listen, CLIENTS);
        std::thread::sleep(LOAD_FOR + Duration::from_millis(random.next() % 500));
        collector.kill()?;
        let sent = clients.give_up()?;
        let ids: Vec<String> = sent.iter().map(|batch| batch.id.clone()).collect();
        let log = dir.path().join("log");
        let text = fs::read(&told).with_context(|| format!("strace wrote nothing to {}", told.display()))?;
        let trace = Trace::read(&String::from_utf8_lossy(&text), &log, &ids);
        found.bytes_taken += take(&trace)?;
        let after = Collector::start(binary, listen, dir.path(), stub)?.stop_and_read()?;
        let answered: Vec<&Sent> = sent.iter().filter(|batch| batch.answer.is_some()).collect();
        found.cuts += 1;
        found.answered += answered.len() as u64;
        found.answers_traced += trace.answers;
        found.answered_before_sync += trace.answered_too_early.len() as u64;
        found.missing_after_cut += answered.iter().filter(|batch| !after.contains_key(&batch.id)).count() as u64;
        found.twice_after_cut += after.values().filter(|copies| **copies > 1).count() as u64;
        syncs.extend(trace.syncs);
        eprintln!("  power cut {cut} of {cuts}: {} batches answered, {} in the log", answered.len(), after.len());
    }
    found.sync_ms = median(&mut syncs) * 1000.0;
    found.disk_sync_ms = disk_sync()? * 1000.0;
    Ok(found)
}

impl Found {
    pub(crate) fn is_sound(&self) -> bool {
        // What a kill interrupts may have been sent, and is not in the trace: at most one answer to each client.
        let interrupted = self.cuts * u64::from(CLIENTS);
        self.answered > 0
            && self.answers_traced + interrupted >= self.answered
            && [self.answered_before_sync, self.missing_after_cut, self.twice_after_cut].iter().all(|count| *count == 0)
    }
}

/// Puts zeros where bytes were written and not synced, as a file system may that knows only of the file's length.
fn take(trace: &Trace) -> Result<u64> {
    let mut taken = 0;
    for (path, ranges) in &trace.unsynced {
        // What was deleted before the cut is gone anyway.
        let Ok(mut file) = OpenOptions::new().write(true).open(path) else { continue };
        let length = file.metadata()?.len();
        for range in ranges {
            let end = range.end.min(length);
            if range.start < end {
                file.seek(SeekFrom::Start(range.start))?;
                file.write_all(&vec![0; (end - range.start) as usize])?;
                taken += end - range.start;
            }
        }
    }
    Ok(taken)
}

/// The median time of writing 8 KiB and syncing it, s.
fn disk_sync() -> Result<f64> {
    let mut file = tempfile::tempfile()?;
    let mut times = Vec::new();
    for _ in 0..DISK_SYNCS {
        let start = Instant::now();
        file.write_all(&[b'x'; 8192])?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64());
    }
    Ok(median(&mut times))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
