//! Simulated visitors for a running demo: a day of them, as fast as the collector takes what they send.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use unsnag_core::config::Config;
use unsnag_core::risk::Level;
use unsnag_core::time::UnixMillis;
use unsnag_simulator::{Answer, Simulation, Site};
use unsnag_test_http::Request;

use crate::text;

/// Hosts take events of the last day; an hour of it is left for sending them.
const DAY_MS: u64 = 23 * 60 * 60 * 1000;
/// The same visitors each time.
const SEED: u64 = 1;
/// How often it is said how far it has come.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// After an answer that asks to come again later.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// Sends what so many visitors send within a day, and hands back what is answered.
pub(super) fn send(collector: &str, visitors: usize) -> Result<()> {
    let address: SocketAddr = collector.trim_start_matches("http://").trim_end_matches('/').parse()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64;
    let start = UnixMillis(now - DAY_MS);
    println!("  {visitors} simulated visitors come to the collector, over the last 23 hours");
    let began = Instant::now();
    let (mut told, mut taken) = (began, 0_usize);
    let mut send = |batch: &str| -> Result<Option<Answer>> {
        loop {
            let answer = Request::post("/v1/batch?key=demo", batch.to_owned())
                .header("content-type", "text/plain;charset=utf-8")
                .send(address);
            match answer.status {
                200 => {
                    taken += 1;
                    if told.elapsed() >= TELL_EVERY {
                        told = Instant::now();
                        println!("    {} batches", text::thousands(taken));
                    }
                    let answer = Answer::read(&answer.body);
                    // A page in trouble sends its next batch seconds later; here it comes at once.
                    if answer.as_ref().is_some_and(|answer| answer.level >= Level::Medium) {
                        wait_for_the_analysis(address);
                    }
                    return Ok(answer);
                }
                429 | 503 => thread::sleep(AGAIN_AFTER),
                status => bail!("the collector answered {status}: {}", answer.text()),
            }
        }
    };
    let mut simulation = Simulation::new(SEED, visitors, Site::default().with_hard_parts(), start)
        .with_days(1)
        .with_config(&Config::embedded());
    let count = simulation.play(UnixMillis(now), &mut send).context("simulated visitors")?;
    let took = text::duration(began.elapsed());
    println!("  {} batches sent in {took}; the dashboard shows what they met", text::thousands(count));
    Ok(())
}

/// Until everything that was sent has its effect, or for as long as somebody would wait.
fn wait_for_the_analysis(address: SocketAddr) {
    let began = Instant::now();
    let behind = || !Request::get("/metrics").send(address).text().contains("\nunsnag_analysis_behind_records 0\n");
    while behind() && began.elapsed() < TELL_EVERY {
        thread::sleep(Duration::from_millis(2));
    }
}
