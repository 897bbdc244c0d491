//! Abuse: bodies that are broken, swollen or endless, floods of headers, and clients that dawdle, while others send what
//! is good. The collector must stay, stay small, and answer the good ones in time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use serde::Serialize;
use unsnag_kinesis_stub::Stub;

use crate::clients;
use crate::collector::Collector;
use crate::random::Random;

/// Requests of abuse a second, all abusers together.
const ABUSE_PER_S: u64 = 2000;
const ABUSERS: u64 = 32;
/// Clients that take their time.
const SLOW_CLIENTS: usize = 500;
/// Clients that send good batches, and how many each sends in a second.
const GOOD_CLIENTS: u32 = 4;
const GOOD_PER_S: u32 = 25;
/// An abuser gives up on an answer after this long.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two bytes of a slow client.
const DAWDLE: Duration = Duration::from_secs(1);

/// What the abuse came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Found {
    pub(crate) sound: bool,
    pub(crate) seconds: f64,
    /// Requests of the abusers, and how they ended.
    pub(crate) abusive: u64,
    pub(crate) refused: u64,
    pub(crate) cut: u64,
    /// Abusive requests that were answered as if they were good: there is none such among what is sent.
    pub(crate) taken: u64,
    pub(crate) slow_clients: u64,
    /// Good batches in the quiet and under abuse, and those that were not answered with 200.
    pub(crate) good_quiet: u64,
    pub(crate) good_abused: u64,
    pub(crate) good_failed: u64,
    pub(crate) quiet_p99_ms: f64,
    pub(crate) abused_p99_ms: f64,
    /// Resident memory before, and the most during the abuse.
    pub(crate) quiet_mib: f64,
    pub(crate) most_mib: f64,
    /// The collector is the process that was started, is ready, and told of no panic.
    pub(crate) stayed: bool,
}

/// Good batches sent at a steady pace, and how long each answer took.
#[derive(Debug, Default)]
struct Paced {
    took_ms: Vec<f64>,
    failed: u64,
}

/// Loads the collector for so long in quiet, then under abuse.
pub(crate) fn run(binary: &Path, listen: SocketAddr, quiet: Duration, abuse: Duration, seed: u64) -> Result<Found> {
    let dir = tempfile::tempdir()?;
    let stub = Stub::start(unsnag_kinesis_stub::Options::default())?;
    let collector = Collector::start(binary, listen, dir.path(), &stub)?;
    eprintln!("  {} s of good batches in quiet", quiet.as_secs());
    let calm = pace(listen, quiet, 0)?;
    let quiet_kib = collector.resident_kib()?;

    eprintln!("  {} s of abuse: {ABUSE_PER_S} requests/s and {SLOW_CLIENTS} slow clients", abuse.as_secs());
    let stop = Arc::<AtomicBool>::default();
    let counts = Arc::<Counts>::default();
    let abusers: Vec<_> = (0..ABUSERS)
        .map(|number| {
            let (stop, counts) = (Arc::clone(&stop), Arc::clone(&counts));
            std::thread::spawn(move || abuser(listen, Random::new(seed ^ number << 32), &stop, &counts))
        })
        .collect();
    let slow = {
        let (stop, counts) = (Arc::clone(&stop), Arc::clone(&counts));
        std::thread::spawn(move || dawdle(listen, &stop, &counts))
    };
    let watch = watch(&collector, &stop)?;
    let start = Instant::now();
    let abused = pace(listen, abuse, 1);
    stop.store(true, Ordering::Relaxed);
    join(abusers)?;
    join(vec![slow])?;
    let most_kib = watch.join().map_err(|_| anyhow!("the watch panicked"))?.max(quiet_kib);
    let abused = abused?;
    let told = std::fs::read_to_string(dir.path().join("stderr"))?;
    let stayed = collector.is_ready() && !told.contains("panick");
    let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut found = Found {
        seconds: start.elapsed().as_secs_f64(),
        abusive: load(&counts.sent),
        refused: load(&counts.refused),
        cut: load(&counts.cut),
        taken: load(&counts.taken),
        slow_clients: load(&counts.slow),
        good_quiet: calm.took_ms.len() as u64,
        good_abused: abused.took_ms.len() as u64,
        good_failed: calm.failed + abused.failed,
        quiet_p99_ms: p99(calm.took_ms),
        abused_p99_ms: p99(abused.took_ms),
        quiet_mib: quiet_kib as f64 / 1024.0,
        most_mib: most_kib as f64 / 1024.0,
        stayed,
        ..Found::default()
    };
    found.sound = stayed && found.good_failed == 0 && found.taken == 0 && found.abusive > 0;
    Ok(found)
}

fn join(threads: Vec<JoinHandle<()>>) -> Result<()> {
    for thread in threads {
        thread.join().map_err(|_| anyhow!("an abuser panicked"))?;
    }
    Ok(())
}

/// The most memory that the collector takes until `stop`, KiB.
fn watch(collector: &Collector, stop: &Arc<AtomicBool>) -> Result<JoinHandle<u64>> {
    let (pid, stop) = (collector.pid(), Arc::clone(stop));
    Ok(std::thread::Builder::new().spawn(move || {
        let mut most = 0;
        while !stop.load(Ordering::Relaxed) {
            most = most.max(Collector::resident_kib_of(pid).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(200));
        }
        most
    })?)
}

fn p99(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) * 99 / 100).copied().unwrap_or(0.0)
}

/// Sends good batches for so long.
fn pace(host: SocketAddr, lasts: Duration, phase: u32) -> Result<Paced> {
    let threads: Vec<_> = (0..GOOD_CLIENTS)
        .map(|number| {
            std::thread::spawn(move || {
                let (agent, start) = (clients::agent(), Instant::now());
                let mut paced = Paced::default();
                let mut count = 0;
                while start.elapsed() < lasts {
                    let body = clients::batch(&format!("{phase:02}{number:04}{count:016}"), number);
                    let asked = Instant::now();
                    match clients::post(&agent, host, &body) {
                        Some(_) => paced.took_ms.push(asked.elapsed().as_secs_f64() * 1000.0),
                        None => paced.failed += 1,
                    }
                    count += 1;
                    let next = Duration::from_secs(1) * count / GOOD_PER_S;
                    std::thread::sleep(next.saturating_sub(start.elapsed()));
                }
                paced
            })
        })
        .collect();
    let mut all = Paced::default();
    for thread in threads {
        let paced = thread.join().map_err(|_| anyhow!("a client panicked"))?;
        all.took_ms.extend(paced.took_ms);
        all.failed += paced.failed;
    }
    ensure!(!all.took_ms.is_empty(), "no good batch was answered");
    Ok(all)
}

/// What the abusers counted.
#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    refused: AtomicU64,
    cut: AtomicU64,
    taken: AtomicU64,
    slow: AtomicU64,
}

fn abuser(host: SocketAddr, mut random: Random, stop: &AtomicBool, counts: &Counts) {
    let start = Instant::now();
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        let request = abusive(&mut random);
        counts.sent.fetch_add(1, Ordering::Relaxed);
        let counter = match send(host, &request) {
            Some(status) if status.starts_with("HTTP/1.1 200") => &counts.taken,
            Some(_) => &counts.refused,
            None => &counts.cut,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        count += 1;
        let next = Duration::from_secs(1) * count / (ABUSE_PER_S / ABUSERS) as u32;
        std::thread::sleep(next.saturating_sub(start.elapsed()));
    }
}

/// Sends the bytes; the first line of the answer, if there is one.
fn send(host: SocketAddr, request: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&host, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    // An answer may come, and the connection go, while there is still something to send.
    let _ = stream.write_all(request);
    let mut answer = [0; 256];
    let read = stream.read(&mut answer).ok().filter(|read| *read > 0)?;
    String::from_utf8_lossy(&answer[..read]).lines().next().map(str::to_owned)
}

/// One request that no collector may take for a good one.
fn abusive(random: &mut Random) -> Vec<u8> {
    let post = |headers: &str, body: &[u8]| {
        let length = body.len();
        let head =
            format!("POST /v1/batch?key=demo HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n{headers}");
        [format!("{head}content-length: {length}\r\nconnection: close\r\n\r\n").as_bytes(), body].concat()
    };
    let good = || clients::batch("0000000000000000000000", 0).into_bytes();
    match random.next() % 10 {
        // A good batch with some of its bytes replaced; one of the events, or the frame around them, is broken by it.
        0 | 1 => {
            let mut body = good();
            let cut = body.len() / 2;
            body.truncate(cut);
            for _ in 0..8 {
                let at = (random.next() % body.len() as u64) as usize;
                body[at] = random.next() as u8;
            }
            post("", &body)
        }
        // Bytes.
        2 => post("", &(0..random.next() % 4096).map(|_| random.next() as u8).collect::<Vec<_>>()),
        // Nested without end.
        3 => post("", "[".repeat(60_000).as_bytes()),
        // 64 KiB that inflate to 64 MiB.
        4 => post("content-encoding: gzip\r\n", &bomb()),
        // More than is read.
        5 => post("", &vec![b' '; 200_000]),
        // A flood of headers, in number or in size.
        6 => {
            let header = format!("x-flood: {}\r\n", "y".repeat(60));
            post(&header.repeat(400), &good())
        }
        7 => post(&format!("x-flood: {}\r\n", "y".repeat(60_000)), &good()),
        // An address without end.
        8 => format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "a".repeat(30_000)).into_bytes(),
        // No HTTP.
        _ => (0..2048).map(|_| random.next() as u8).collect(),
    }
}

/// A gzip file of zeros: 64 MiB, made once.
fn bomb() -> Vec<u8> {
    use std::sync::OnceLock;
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        for _ in 0..64 {
            encoder.write_all(&zeros).expect("writing to memory does not fail");
        }
        let mut bomb = encoder.finish().expect("writing to memory does not fail");
        bomb.truncate(60 * 1024);
        bomb
    })
    .clone()
}

/// Keeps many connections busy with a byte at a time: of the first line, of a header, or of a body that was promised.
fn dawdle(host: SocketAddr, stop: &AtomicBool, counts: &Counts) {
    let beginnings: [&[u8]; 3] = [
        b"P",
        b"POST /v1/batch?key=demo HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
        b"POST /v1/batch?key=demo HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 60000\r\n\r\n{",
    ];
    let begin = |number: usize| {
        let mut stream = TcpStream::connect_timeout(&host, PATIENCE).ok()?;
        stream.set_nonblocking(true).ok()?;
        stream.write_all(beginnings[number % beginnings.len()]).ok()?;
        counts.slow.fetch_add(1, Ordering::Relaxed);
        Some(stream)
    };
    let mut streams: Vec<Option<TcpStream>> = (0..SLOW_CLIENTS).map(begin).collect();
    while !stop.load(Ordering::Relaxed) {
        let round = Instant::now();
        for (number, place) in streams.iter_mut().enumerate() {
            let alive = place.as_mut().is_some_and(|stream| match stream.write(b"a") {
                Ok(_) => true,
                Err(error) => error.kind() == ErrorKind::WouldBlock,
            });
            if !alive {
                *place = begin(number);
            }
        }
        std::thread::sleep(DAWDLE.saturating_sub(round.elapsed()));
    }
}
