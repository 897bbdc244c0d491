//! How fast the analysis takes records of simulated visitors in, and how fast its model answers.
//!
//! In scope: the effect of a record from its bytes to the store, with tract as it is and with a model that takes 50 ms;
//! predictions of distinct vectors through the guard, its cache off.
//!
//! Out of scope: publishing, which `cargo xtask bench analysis` does; the collector around it, which `bench ingest` has.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use async_trait::async_trait;
use clap::Parser;
use serde_json::json;
use unsnag_analysis::analyst::AnalystGuard;
use unsnag_analysis::orchestrate::{Catalogue, Site};
use unsnag_analysis::risk::{RiskError, RiskGuard, RiskModel};
use unsnag_analysis::store::{Embedded, Store as _};
use unsnag_analysis::video::VideoCatalogue;
use unsnag_analysis::{Analysis, Playbook};
use unsnag_core::features::{Features, index};
use unsnag_core::risk::{Cuts, Model};
use unsnag_core::time::UnixMillis;
use unsnag_model::Scorer;
use unsnag_simulator::{Event, Simulation};

/// When the visitors come: Tuesday, 2023-11-14, 10:00 UTC.
const START: UnixMillis = UnixMillis(1_699_956_000_000);
/// The same visitors each time.
const SEED: u64 = 1;
/// What the slow model takes: a remote endpoint nearby.
const SLOW: Duration = Duration::from_millis(50);

/// Measures, and prints one line of JSON.
#[derive(Debug, Parser)]
struct Args {
    /// Records that are taken in with tract
    #[arg(long, default_value_t = 4000)]
    records: usize,
    /// Records that are taken in with the slow model
    #[arg(long, default_value_t = 500)]
    slow: usize,
    /// Predictions of distinct vectors
    #[arg(long, default_value_t = 50_000)]
    predictions: u32,
}

/// tract, or tract after a while.
#[derive(Debug)]
struct Local {
    scorer: Scorer,
    after: Duration,
}

#[async_trait]
impl RiskModel for Local {
    fn name(&self) -> &str {
        Model::name(&self.scorer)
    }

    fn version(&self) -> &str {
        Model::version(&self.scorer)
    }

    fn cuts(&self) -> Cuts {
        Model::cuts(&self.scorer)
    }

    async fn score(&self, features: &Features) -> Result<f64, RiskError> {
        if self.after > Duration::ZERO {
            tokio::time::sleep(self.after).await;
        }
        self.scorer.probability(&features.numbers()).map_err(|error| RiskError::Vector(error.to_string()))
    }
}

fn guard(after: Duration) -> Result<RiskGuard> {
    let scorer = Scorer::history_onnx()?;
    Ok(RiskGuard::new(Some(Arc::new(Local { scorer, after }))))
}

/// Records of simulated visitors, in order of time.
fn records(count: usize) -> Vec<Vec<u8>> {
    let simulation = Simulation::new(SEED, count / 8 + 10, unsnag_simulator::Site::default(), START);
    let sealed = simulation.filter_map(|event| match event {
        Event::Sealed { at, batch, .. } => Some((at, batch)),
        Event::Recorded { .. } => None,
    });
    let record = |(at, batch): (UnixMillis, String)| {
        let around = json!({"v": 1, "received_at": at.0, "key": "demo", "host": "collector", "dispositions": {}, "risk": {},
            "decision": {"id": "d", "rule": null, "arm": "treat"}});
        let mut text = around.to_string();
        text.pop();
        format!("{text},\"batch\":{batch}}}").into_bytes()
    };
    sealed.take(count).map(record).collect()
}

/// Takes all of them in, one after another; what each took, in ms, sorted.
async fn consume(records: &[Vec<u8>], risk: RiskGuard) -> Result<(Vec<f64>, f64)> {
    let dir = tempfile::tempdir()?;
    let store = Arc::new(Embedded::open(dir.path())?);
    let playbook =
        Playbook { catalogue: Catalogue::embedded(), site: Site::default(), videos: VideoCatalogue::default() };
    let analysis = Analysis::new(store.clone(), risk, AnalystGuard::new(None), playbook, Vec::new());
    let mut times = Vec::with_capacity(records.len());
    let start = Instant::now();
    for record in records {
        let began = Instant::now();
        analysis.consume(record, START).await?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    store.flush().await?;
    let took = start.elapsed().as_secs_f64();
    ensure!(analysis.counts().consumed == records.len() as u64, "every record has an effect");
    times.sort_by(f64::total_cmp);
    Ok((times, records.len() as f64 / took))
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

async fn predict(count: u32) -> Result<f64> {
    let guard = guard(Duration::ZERO)?.without_cache();
    let start = Instant::now();
    for number in 0..count {
        let mut features = Features::default();
        features.observed = Features::ALL_OBSERVED;
        features.set_number(index::SESSION_DURATION, f64::from(number) / 10.0);
        features.set_number(index::ERROR_COUNT, f64::from(number % 5));
        guard.predict("visitor", &features, START).await;
    }
    let took = start.elapsed().as_secs_f64();
    ensure!(guard.counts().model == u64::from(count), "the model scored every vector");
    Ok(f64::from(count) / took)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let records = records(args.records.max(args.slow));
    ensure!(records.len() >= args.records, "there are visitors enough");
    let (fast, per_s) = consume(&records[..args.records], guard(Duration::ZERO)?).await?;
    let (slow, _) = consume(&records[..args.slow], guard(SLOW)?).await?;
    let measured = json!({
        "per_s": per_s,
        "p50_ms": quantile(&fast, 0.5),
        "p95_ms": quantile(&fast, 0.95),
        "p99_ms": quantile(&fast, 0.99),
        "slow_p50_ms": quantile(&slow, 0.5),
        "slow_p95_ms": quantile(&slow, 0.95),
        "predictions_per_s": predict(args.predictions).await?,
    });
    println!("{measured}");
    Ok(())
}
