//! Watching a stream: every shard is read by polling, what is a record goes to the feed of the live view.
//!
//! It reads as a guest: slower than the service allows, from memory only, without a lease or a checkpoint. For
//! processing a stream that is not enough; for looking at it, it is.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::http::HttpResponse;
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::operation::get_records::GetRecordsError;
use aws_sdk_kinesis::primitives::DateTime;
use aws_sdk_kinesis::types::ShardIteratorType;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::fault::{Fault, Nature};
use super::health::{Change, Health};
use super::sift::Sieve;
use super::{StreamOptions, kinesis, pace};
use crate::feed::Feed;
use crate::metrics::Text;

/// The service allows five reads a second of one shard, all consumers together; one is left to others.
const POLL_EVERY: Duration = Duration::from_millis(250);

/// Records of one read: at most a few MB of ordinary ones, and more than the feed keeps.
const MAX_READ: i32 = 500;

/// What is counted of a watched stream, as Prometheus text:
///
/// | name | type | what |
/// |---|---|---|
/// | `unsnag_live_records_total` | counter | records shown |
/// | `unsnag_live_refused_total{reason}` | counter | records not shown: no record v1, or shown before |
/// | `unsnag_live_failed_requests_total{reason}` | counter | requests that came to nothing, by fault |
#[derive(Debug, Default)]
pub(crate) struct Counts {
    shown: Mutex<u64>,
    failed: Mutex<BTreeMap<Fault, u64>>,
    sieve: Sieve,
    health: Health,
}

impl Counts {
    pub(crate) fn render(&self) -> String {
        let mut text = Text::default();
        text.single("unsnag_live_records_total", "counter", *lock(&self.shown));
        text.by_reason("unsnag_live_refused_total", "counter", self.sieve.refused());
        let failed = lock(&self.failed).iter().map(|(fault, count)| (fault.code(), *count)).collect();
        text.by_reason("unsnag_live_failed_requests_total", "counter", failed);
        text.into_string()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while holding a counter")
}

/// Why a stream cannot be watched at all.
#[derive(Debug, thiserror::Error)]
#[error("stream {stream}: {}", .fault.reason())]
pub(crate) struct WatchError {
    stream: String,
    fault: Fault,
}

impl WatchError {
    pub(crate) fn code(&self) -> &'static str {
        self.fault.code()
    }
}

/// From where a shard is read.
#[derive(Debug, Clone)]
enum Position {
    Horizon,
    /// From now on; should the place be lost before anything has come, from then on.
    Latest,
    Since(DateTime),
    After(String),
}

/// A stream that is watched.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    client: Client,
    stream: String,
    from_start: bool,
    feed: Arc<Feed>,
    counts: Arc<Counts>,
}

impl Watch {
    /// Looks once whether the stream can be read: what an operator must change is told before anything starts.
    pub(crate) async fn open(options: &StreamOptions, from_start: bool, feed: Arc<Feed>) -> Result<Self, WatchError> {
        let client = kinesis::client(options).await;
        let watch = Self { client, stream: options.name.clone(), from_start, feed, counts: Arc::default() };
        match watch.shards().await {
            Ok(_) => Ok(watch),
            Err(fault) if fault.nature() == Nature::Passing => {
                tracing::warn!(
                    code = fault.code(),
                    reason = fault.reason(),
                    "the stream cannot be read yet; trying on"
                );
                Ok(watch)
            }
            Err(fault) => Err(WatchError { stream: watch.stream, fault }),
        }
    }

    pub(crate) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Reads until `stop` says so.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.read_all() => {}
            // An error means that the sender is gone, which is an end as well.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    /// Reads every shard there is. When one ends, because it was split or merged, those that follow it are found.
    async fn read_all(&self) {
        let mut known = HashSet::new();
        let mut shards = JoinSet::new();
        let mut failures = 0;
        loop {
            match self.shards().await {
                Ok(listed) => {
                    // What comes into being later is read from its beginning.
                    let first = known.is_empty() && !self.from_start;
                    failures = 0;
                    for shard in listed {
                        if known.insert(shard.clone()) {
                            let position = if first { Position::Latest } else { Position::Horizon };
                            let this = self.clone();
                            shards.spawn(async move { this.read(&shard, position).await });
                        }
                    }
                }
                Err(fault) => {
                    failures += 1;
                    tokio::time::sleep(pace::wait(fault, failures, pace::random())).await;
                    continue;
                }
            }
            match shards.join_next().await {
                Some(Ok(())) => {}
                Some(Err(_)) => tracing::error!(code = "watching_panicked", "a shard is not read any more"),
                // A stream without shards is being made.
                None => tokio::time::sleep(pace::CAP).await,
            }
        }
    }

    async fn shards(&self) -> Result<Vec<String>, Fault> {
        let (mut shards, mut token) = (Vec::new(), None);
        loop {
            let request = self.client.list_shards();
            // A token stands for the stream as well, and the service takes only one of the two.
            let request = match token {
                Some(token) => request.next_token(token),
                None => request.stream_name(&self.stream),
            };
            let answer = request.send().await.map_err(|error| self.failed(&error))?;
            self.passed();
            shards.extend(answer.shards().iter().map(|shard| shard.shard_id().to_owned()));
            token = answer.next_token;
            if token.is_none() {
                return Ok(shards);
            }
        }
    }

    /// Reads one shard to its end.
    async fn read(&self, shard: &str, mut position: Position) {
        let (mut iterator, mut failures) = (None, 0);
        let mut poll = tokio::time::interval(POLL_EVERY);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            poll.tick().await;
            let place = match iterator.take() {
                Some(place) => Ok(place),
                None => self.iterator(shard, &mut position).await,
            };
            let outcome = match place {
                Ok(place) => self.read_once(place, &mut position).await,
                Err(fault) => Read::Failed { place: None, fault },
            };
            match outcome {
                Read::On(place) => {
                    iterator = Some(place);
                    failures = 0;
                }
                Read::PlaceExpired => {}
                Read::Ended => return,
                Read::Failed { place, fault } => {
                    iterator = place;
                    // It was deleted: what will have its name is another one.
                    if fault == Fault::StreamNotFound {
                        position = Position::Horizon;
                    }
                    failures += 1;
                    tokio::time::sleep(pace::wait(fault, failures, pace::random())).await;
                }
            }
        }
    }

    /// A place to read from, for the position.
    async fn iterator(&self, shard: &str, position: &mut Position) -> Result<String, Fault> {
        loop {
            let request = self.client.get_shard_iterator().stream_name(&self.stream).shard_id(shard);
            let request = match &*position {
                Position::Horizon => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
                Position::Latest => request.shard_iterator_type(ShardIteratorType::Latest),
                Position::Since(time) => request.shard_iterator_type(ShardIteratorType::AtTimestamp).timestamp(*time),
                Position::After(sequence) => request
                    .shard_iterator_type(ShardIteratorType::AfterSequenceNumber)
                    .starting_sequence_number(sequence),
            };
            let asked = SystemTime::now();
            let error = match request.send().await {
                Ok(answer) => {
                    self.passed();
                    if matches!(position, Position::Latest) {
                        *position = Position::Since(asked.into());
                    }
                    return answer.shard_iterator.ok_or(Fault::UnexpectedAnswer);
                }
                Err(error) => error,
            };
            let fault = self.failed(&error);
            *position = match position {
                // It is no number of this stream any more.
                Position::After(_) if fault == Fault::Refused => Position::Horizon,
                // The service's clock is behind this one.
                Position::Since(_) if fault == Fault::Refused => Position::Latest,
                _ => return Err(fault),
            };
        }
    }

    /// One read from a place.
    async fn read_once(&self, place: String, position: &mut Position) -> Read {
        let request = self.client.get_records().shard_iterator(&place).limit(MAX_READ);
        match request.send().await {
            Ok(answer) => {
                self.passed();
                for record in answer.records() {
                    self.show(record.data().as_ref());
                    *position = Position::After(record.sequence_number().to_owned());
                }
                if !answer.records().is_empty() {
                    self.feed.announce();
                }
                answer.next_shard_iterator.map_or(Read::Ended, Read::On)
            }
            Err(error) if error.as_service_error().is_some_and(GetRecordsError::is_expired_iterator_exception) => {
                Read::PlaceExpired
            }
            Err(error) => {
                let fault = self.failed(&error);
                // After what passes the same place is good for another try; else a new one is asked for.
                let place = (fault.nature() == Nature::Passing).then_some(place);
                Read::Failed { place, fault }
            }
        }
    }

    fn show(&self, data: &[u8]) {
        if let Ok(record) = self.counts.sieve.admit(data) {
            self.feed.append(record);
            *lock(&self.counts.shown) += 1;
        }
    }

    fn passed(&self) {
        if let Some(Change::Recovers { after, seconds }) = self.counts.health.passes(Instant::now()) {
            let (code, after) = ("stream_recovered", after.code());
            tracing::info!(code, after, seconds, "the stream can be read again");
        }
    }

    fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> Fault
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (fault, detail) = kinesis::fault(error);
        *lock(&self.counts.failed).entry(fault).or_default() += 1;
        if let Some(Change::Fails(fault)) = self.counts.health.fails(fault, Instant::now()) {
            tracing::error!(code = fault.code(), reason = fault.reason(), detail, "the stream cannot be read");
        }
        fault
    }
}

/// What came of one read.
enum Read {
    /// Where to read on.
    On(String),
    /// A place is good for five minutes; another one is to be had.
    PlaceExpired,
    /// The shard has been read to its end.
    Ended,
    /// It came to nothing; the place, if it is still good.
    Failed { place: Option<String>, fault: Fault },
}
