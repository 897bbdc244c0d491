//! Simulated visitors who send to a running collector as browsers do, and waiting until it has understood them.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use unsnag_core::config::Config;
use unsnag_core::risk::Level;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_simulator::{Answer, Simulation, Site};
use unsnag_test_http::Request;

use crate::Collector;

/// Batches are taken for a day; an hour of it is left for the test.
const DAY: Millis = Millis(23 * 60 * 60 * 1000);
/// How long the analysis may take to catch up.
const CATCH_UP: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(2);

/// Settings of a site (`site.json`) with a third held out, so that both arms have visitors enough among few.
pub const SITE: &str =
    r#"{"experiment": {"id": "help", "holdout_basis_points": 3300}, "quiet_hours": ["00:00", "00:00"]}"#;

/// The shop's videos (`videos.json`): the lesson, which the quiz tests, and one that nobody has seen.
pub const VIDEOS: &str = r#"{"v": 1, "videos": [
    {"id": "brewing-1", "template": "/lesson/:id", "title": "Brewing at home", "kind": "tutorial", "topic": "brewing",
     "difficulty": "beginner", "length_s": 360, "task": "lesson"},
    {"id": "brewing-2", "template": "/lesson/:id/more", "title": "Brewing for guests", "kind": "tutorial",
     "topic": "brewing", "difficulty": "intermediate", "length_s": 480}]}"#;

/// Models of visitors (`risk.json`): the committed one, and the same once more as a shadow.
pub const RISK: &str = r#"{"variant": {"name": "again"}}"#;

/// What time it is.
pub fn now() -> Result<UnixMillis> {
    Ok(UnixMillis(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64))
}

/// Sends one batch as a browser does, and returns the answer's body.
pub fn send(batch: &str, address: SocketAddr) -> Result<Vec<u8>> {
    let answer = Request::post("/v1/batch?key=demo", batch.to_owned())
        .header("content-type", "text/plain;charset=utf-8")
        .send(address);
    ensure!(answer.status == 200, "a batch got {} {}", answer.status, answer.text());
    Ok(answer.body)
}

/// Sends everything that this many visitors send within a day, with the collector's answers handed back to their pages,
/// and returns the batches.
pub fn send_a_day(collector: &Collector, seed: u64, visitors: usize) -> Result<Vec<String>> {
    let now = now()?;
    let mut batches = Vec::new();
    let site = Site::default().with_hard_parts();
    let mut simulation =
        Simulation::new(seed, visitors, site, UnixMillis(now.0 - DAY.0)).with_days(1).with_config(&Config::embedded());
    let address = address(collector)?;
    let take = |batch: &str| -> Result<Option<Answer>> {
        batches.push(batch.to_owned());
        let answer = Answer::read(&send(batch, address)?);
        // A page in trouble sends its next batch seconds later. Here it comes at once, so the analysis is waited for.
        if answer.as_ref().is_some_and(|answer| answer.level >= Level::Medium) {
            catch_up(address)?;
        }
        Ok(answer)
    };
    simulation.play(now, take).context("simulated visitors")?;
    catch_up(address)?;
    Ok(batches)
}

/// The address of its listener.
pub fn address(collector: &Collector) -> Result<SocketAddr> {
    Ok(collector.url().trim_start_matches("http://").parse()?)
}

/// Returns once everything of the log has its effect.
pub fn catch_up(address: SocketAddr) -> Result<()> {
    let start = Instant::now();
    while !Request::get("/metrics").send(address).text().contains("\nunsnag_analysis_behind_records 0\n") {
        if start.elapsed() > CATCH_UP {
            bail!("the analysis does not catch up within {CATCH_UP:?}");
        }
        thread::sleep(POLL);
    }
    Ok(())
}
