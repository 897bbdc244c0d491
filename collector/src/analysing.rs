//! The analysis in this process: follows the log, makes the effect of each record once, and beside that sends what is due.
//!
//! It is a follower of the log like a forwarder: what it has not read stays there, and the next start goes on from the
//! checkpoint. The checkpoint moves once the effects before it are on disk; what is read again has no second effect. A
//! record that never will have an effect is set aside in the file of dead letters.

mod delivering;
mod health;
mod in_app;
mod stopped;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};
use unsnag_analysis::analyst::AnalystGuard;
use unsnag_analysis::channels::webhook::{self, Webhook, WebhookError};
use unsnag_analysis::channels::{Channel as Port, LogChannel};
use unsnag_analysis::orchestrate::{Catalogue, Channel, Site};
use unsnag_analysis::store::{Embedded, StoreError, Swept};
use unsnag_analysis::video::VideoCatalogue;
use unsnag_analysis::{Analysis, Playbook};
use unsnag_core::config::Problem;
use unsnag_core::time::{Millis, UnixMillis};

use crate::log::{Follower, Log, LogError};
use crate::model::RiskModels;
use crate::stream::{DeadLetters, Letter};
use crate::time::Clock;

pub(crate) use health::Health;
pub(crate) use in_app::InApp;
pub(crate) use stopped::{forget, labels};

/// Under which name it follows the log.
pub(crate) const FOLLOWER: &str = "analysis";

/// Records read at a time, and bytes: a checkpoint each.
const STRETCH_RECORDS: usize = 256;
const STRETCH_BYTES: usize = 4 * 1024 * 1024;

/// How long a log is waited for that does not grow, before what is done now and then is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often the sampler learns from what came of help, at most.
const LEARN_EVERY: Millis = Millis(60_000);

/// Learning reads all that ever came of help: it may take this part of the time, so that records are read in between.
const LEARN_SHARE: u32 = 20;

/// How often it is looked whether what was learned has outgrown its bound.
const MEASURE_EVERY: Millis = Millis(60_000);

/// How often what has ended is taken away.
const SWEEP_EVERY: Millis = Millis(60 * 60 * 1000);

/// Pause after the store or the log did not do it; it doubles up to the longest.
const AGAIN_AFTER: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The folder of the table.
const TABLE: &str = "table";

/// Files of operators beside what was learned.
const SITE_FILE: &str = "site.json";
const CATALOGUE_FILE: &str = "catalogue.json";
const RISK_FILE: &str = "risk.json";
const VIDEOS_FILE: &str = "videos.json";

/// Where and how much the analysis keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalysisOptions {
    /// Its folder, with the files of the operator's.
    pub dir: PathBuf,
    /// What its tables may take on disk.
    pub max_bytes: u64,
}

/// Why there is no analysis.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    #[error("what the analysis keeps in {dir} cannot be opened: {cause}")]
    Store { dir: String, cause: StoreError },
    #[error("{file}: {problem}")]
    File { file: String, problem: String },
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
}

impl AnalysisError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store { cause, .. } => cause.code(),
            Self::File { .. } => "invalid_analysis_file",
            Self::Log(error) => error.code(),
            Self::Webhook(error) => error.code(),
        }
    }
}

/// What the rest of the collector sees of it.
#[derive(Debug)]
pub(crate) struct Analysed {
    analysis: Analysis,
    progress: Mutex<Progress>,
    max_bytes: u64,
}

#[derive(Debug, Default, Clone)]
struct Progress {
    /// Everything before it has its effect.
    checkpoint: u64,
    /// Stretches that had to wait for the store or the log.
    retries: u64,
    /// The last thing that did not work of reading records, until something works.
    fault: Option<&'static str>,
    /// Bytes of its tables, when they were last measured.
    used_bytes: u64,
    /// Items that went before their time, since there was no room.
    evicted: u64,
    /// And of sending what is due.
    delivery_fault: Option<&'static str>,
}

impl Analysed {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("nothing panics while it holds the progress")
    }

    /// What operators look at, as JSON.
    pub(crate) async fn report(
        &self,
        key: Option<&str>,
        days: u64,
        next: u64,
        now: UnixMillis,
    ) -> Result<Value, StoreError> {
        let mut report = json!(self.analysis.report(key, days, now).await?);
        report["health"] = json!(self.health(next));
        Ok(report)
    }
}

/// The following of one log, before it runs.
#[derive(Debug)]
pub(crate) struct Analysing {
    follower: Follower,
    analysed: Arc<Analysed>,
    store: Embedded,
    letters: DeadLetters,
    clock: Clock,
    /// Tells that something new may be due.
    decided: Arc<Notify>,
    learn_at: UnixMillis,
    measured_at: UnixMillis,
    swept_at: UnixMillis,
}

impl Analysing {
    /// Opens what was learned in `dir`, or makes it; what operators put there is checked as a whole.
    pub(crate) fn open(
        options: AnalysisOptions,
        log: &Log,
        in_app: InApp,
        webhooks: &[Webhook],
        clock: Clock,
    ) -> Result<Self, AnalysisError> {
        let AnalysisOptions { dir, max_bytes } = options;
        let fault = |cause| AnalysisError::Store { dir: dir.display().to_string(), cause };
        let store = Embedded::open(&dir.join(TABLE)).map_err(fault)?;
        let site = file(&dir, SITE_FILE, Site::from_json)?.unwrap_or_default();
        let catalogue = file(&dir, CATALOGUE_FILE, Catalogue::from_json)?.unwrap_or_else(Catalogue::embedded);
        let models = file(&dir, RISK_FILE, |json| RiskModels::read(&dir, json))?.unwrap_or_else(RiskModels::committed);
        let videos = file(&dir, VIDEOS_FILE, |text| VideoCatalogue::from_json(text.as_bytes()))?.unwrap_or_default();
        let mut channels: Vec<Arc<dyn Port>> = vec![Arc::new(in_app)];
        channels.extend(webhook::channels(webhooks)?);
        for kind in Channel::ALL {
            if channels.iter().all(|channel| channel.kind() != kind) {
                channels.push(Arc::new(LogChannel(kind)));
            }
        }
        let analysis = Analysis::new(
            Arc::new(store.clone()),
            models.guarded(),
            AnalystGuard::new(None),
            Playbook { catalogue, site, videos },
            channels,
        );
        let follower = log.follower(FOLLOWER).ok_or(LogError::Missing(dir))?;
        let letters = DeadLetters::beside(follower.dir(), FOLLOWER);
        let progress = Mutex::new(Progress { used_bytes: store.used_bytes(), ..Progress::default() });
        let analysed = Arc::new(Analysed { analysis, progress, max_bytes });
        let (decided, learn_at, measured_at, swept_at) = (Arc::default(), UnixMillis(0), clock.now(), clock.now());
        Ok(Self { follower, analysed, store, letters, clock, decided, learn_at, measured_at, swept_at })
    }

    pub(crate) fn analysed(&self) -> Arc<Analysed> {
        Arc::clone(&self.analysed)
    }

    /// Follows the log until `stop` says so.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        tracing::info!("analysing the log");
        let (analysed, decided) = (self.analysed(), Arc::clone(&self.decided));
        let delivering = tokio::spawn(delivering::run(analysed, self.clock, decided, stop.clone()));
        let mut pause = AGAIN_AFTER;
        let mut next = None;
        while !*stop.borrow() {
            match self.turn(&mut next, &mut stop).await {
                Ok(()) => {
                    pause = AGAIN_AFTER;
                    self.analysed.progress().fault = None;
                }
                Err(code) => {
                    {
                        let mut progress = self.analysed.progress();
                        progress.retries += 1;
                        if progress.fault != Some(code) {
                            tracing::warn!(code, "the analysis waits; the log keeps everything");
                        }
                        progress.fault = Some(code);
                    }
                    // What has ended may be all the room there is to make.
                    if code == StoreError::Full.code() {
                        let _ = self.sweep(self.clock.now()).await;
                    }
                    let _ = tokio::time::timeout(pause, stop.changed()).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        if delivering.await.is_err() {
            tracing::error!(
                code = "delivery_panicked",
                "sending did not end in order; what is due is sent by the next start"
            );
        }
    }

    /// One stretch of the log.
    async fn turn(&mut self, next: &mut Option<u64>, stop: &mut watch::Receiver<bool>) -> Result<(), &'static str> {
        let from = match *next {
            Some(from) => from,
            None => self.follower.checkpoint().await.map_err(|error| error.code())?,
        };
        self.analysed.progress().checkpoint = from;
        let stretch = self.follower.read(from, STRETCH_RECORDS, STRETCH_BYTES).await.map_err(|error| error.code())?;
        for (sequence, record) in stretch.records {
            // A damaged record was told of when the log was opened or read.
            let Some(record) = record else { continue };
            let consumed = caught(self.analysed.analysis.consume(&record, self.clock.now())).await;
            let refused = match consumed {
                Some(Ok(_)) => None,
                Some(Err(error)) if error.is_retryable() => return Err(error.code()),
                Some(Err(error)) => Some((error.code(), error.to_string())),
                // Whatever is wrong with it will be wrong the next time, and must not hold up what comes after it.
                None => Some(("analysis_panicked", "the analysis ended by a panic".to_owned())),
            };
            if let Some((reason, detail)) = refused {
                tracing::warn!(code = reason, sequence, "a record has no effect and was set aside");
                let letter = Letter { sequence, data: record, reason, detail };
                self.letters.add(letter).await.map_err(|_| "dead_letters_io")?;
            }
            if *stop.borrow() {
                break;
            }
            // The newest of a stretch is not more than a stretch behind, whatever is due.
            self.analysed.progress().checkpoint = sequence + 1;
        }
        if !*stop.borrow() && stretch.next > from {
            self.analysed.analysis.store().flush().await.map_err(|error| error.code())?;
            self.follower.save(stretch.next).await.map_err(|error| error.code())?;
            *next = Some(stretch.next);
        } else {
            *next = Some(from);
        }
        self.decided.notify_one();
        self.learn_and_sweep(self.clock.now()).await?;
        if stretch.next == from {
            tokio::select! {
                () = self.follower.grown_beyond(from) => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stop.changed() => {}
            }
        }
        Ok(())
    }

    async fn learn_and_sweep(&mut self, now: UnixMillis) -> Result<(), &'static str> {
        if now >= self.learn_at {
            let start = Instant::now();
            self.analysed.analysis.learn(now).await.map_err(|error| error.code())?;
            let took = Millis(start.elapsed().as_millis() as u64 * u64::from(LEARN_SHARE));
            self.learn_at = now + took.max(LEARN_EVERY);
        }
        let mut outgrown = false;
        if now - self.measured_at >= MEASURE_EVERY {
            let used = self.store.used_bytes();
            self.analysed.progress().used_bytes = used;
            self.measured_at = now;
            outgrown = used > self.analysed.max_bytes;
        }
        if outgrown || now - self.swept_at >= SWEEP_EVERY {
            self.swept_at = now;
            self.sweep(now).await?;
        }
        Ok(())
    }

    async fn sweep(&self, now: UnixMillis) -> Result<(), &'static str> {
        let (store, max_bytes) = (self.store.clone(), self.analysed.max_bytes);
        let swept = tokio::task::spawn_blocking(move || store.sweep(now, max_bytes)).await;
        let Swept { expired, evicted } = match swept {
            Ok(swept) => swept.map_err(|error| error.code())?,
            Err(_) => return Err("sweep_interrupted"),
        };
        tracing::debug!(expired, "took away what has ended");
        if evicted > 0 {
            tracing::warn!(evicted, max_bytes, "analysis.max_bytes was reached; what would have ended soonest went");
        }
        let mut progress = self.analysed.progress();
        progress.evicted += evicted as u64;
        progress.used_bytes = self.store.used_bytes();
        Ok(())
    }
}

/// What came of it, unless it panicked.
async fn caught<T>(work: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(work).catch_unwind().await.ok()
}

/// A file of the operator's, if there is one.
fn file<T>(dir: &Path, name: &str, read: impl Fn(&str) -> Result<T, Vec<Problem>>) -> Result<Option<T>, AnalysisError> {
    let path = dir.join(name);
    let wrong = |problem: String| AnalysisError::File { file: path.display().to_string(), problem };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let problems = |problems: Vec<Problem>| {
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("{} {}", problem.place, problem.message)).collect();
        wrong(lines.join("; "))
    };
    read(&text).map(Some).map_err(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_record_that_brings_the_analysis_down_does_not_end_it() {
        let down = caught(async {
            tokio::task::yield_now().await;
            let nothing: Option<u8> = std::hint::black_box(None);
            nothing.expect("this is the panic")
        });
        assert_eq!(down.await, None);
        assert_eq!(caught(async { 7 }).await, Some(7));
    }
}
