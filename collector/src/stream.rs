//! Kinesis behind the durable log: what has been answered is forwarded, and a stream can be watched.
//!
//! In scope: [`Forwarding`] from the log into a stream, reading a stream for the live view, what faults mean and when
//! to try again. Out of scope: what a record says, which is core's, and creating or scaling streams, which is the
//! operator's.
//!
//! The log stays the collector's promise: a batch is answered once it is there. Forwarding only follows it, so a
//! stream that is down, slow or missing refuses no batch and loses none.

mod dead_letters;
mod fault;
mod forwarder;
mod health;
mod kinesis;
mod pace;
mod sift;
mod status;
mod watch;
mod window;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kinesis::types::StreamDescriptionSummary;
use tokio::sync::watch::Receiver;

pub(crate) use self::dead_letters::{DEAD_LETTERS, DeadLetters, Letter};
pub(crate) use self::fault::Fault;
pub(crate) use self::status::{Snapshot, Status};
pub(crate) use self::watch::Watch;

use self::forwarder::{Forwarder, Put};
use crate::log::{Follower, Log};

/// Pause before forwarding begins anew after the log failed or a request panicked.
const BEGIN_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// One stream, found and allowed by the SDK's chain of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOptions {
    pub name: String,
    pub region: String,
    /// Instead of the region's own.
    pub endpoint: Option<String>,
}

impl std::fmt::Display for StreamOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.endpoint {
            Some(endpoint) => write!(f, "{} at {endpoint}", self.name),
            None => write!(f, "{} in {}", self.name, self.region),
        }
    }
}

/// Where durable records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stream {
    /// Nowhere else: the log is the stream.
    Embedded,
    /// Into each of these, everything.
    Kinesis(Vec<StreamOptions>),
}

impl StreamOptions {
    /// Under which name it follows the log. Another stream, or the same name in another region, gets everything from the
    /// log's beginning.
    fn follower(&self) -> String {
        format!("kinesis:{}:{}", self.region, self.name)
    }
}

impl Stream {
    /// The streams other than the log itself.
    pub(crate) fn kinesis(&self) -> &[StreamOptions] {
        match self {
            Self::Embedded => &[],
            Self::Kinesis(streams) => streams,
        }
    }

    /// Under which names they follow the log.
    pub(crate) fn followers(&self) -> Vec<String> {
        self.kinesis().iter().map(StreamOptions::follower).collect()
    }
}

/// The forwarding of one log into one stream, before it runs.
#[derive(Debug)]
pub(crate) struct Forwarding {
    options: StreamOptions,
    follower: Follower,
    status: Arc<Status>,
}

impl Forwarding {
    /// One for each stream; none where the log is the stream, or is closed.
    pub(crate) fn all(log: &Log, stream: &Stream) -> Vec<Self> {
        let one = |options: &StreamOptions| {
            let follower = log.follower(&options.follower())?;
            Some(Self { options: options.clone(), follower, status: Arc::new(Status::of(&options.name)) })
        };
        stream.kinesis().iter().filter_map(one).collect()
    }

    pub(crate) fn status(&self) -> Arc<Status> {
        Arc::clone(&self.status)
    }

    /// Forwards until `stop` says so.
    pub(crate) async fn run(self, stop: Receiver<bool>) {
        tracing::info!(stream = %self.options, region = self.options.region, "forwarding the log into a stream");
        let writer = kinesis::Writer::new(&self.options).await;
        keep_forwarding(self.follower, self.status, writer, stop).await;
    }
}

/// How many open shards a stream has, asked once; what an operator has to look at where it does not say.
pub(crate) async fn reach(options: &StreamOptions) -> Result<i32, Fault> {
    let client = kinesis::client(options).await;
    let answer = client.describe_stream_summary().stream_name(&options.name).send().await;
    let answer = answer.map_err(|error| kinesis::fault(&error).0)?;
    answer.stream_description_summary().map(StreamDescriptionSummary::open_shard_count).ok_or(Fault::UnexpectedAnswer)
}

/// Begins anew at the checkpoint whenever forwarding ends for another reason than `stop`.
async fn keep_forwarding(follower: Follower, status: Arc<Status>, put: impl Put, mut stop: Receiver<bool>) {
    while !*stop.borrow() {
        let begun = Forwarder::resume(follower.clone(), Arc::clone(&status), put.clone()).await;
        match begun {
            Ok(forwarder) => {
                // In its own task, so that a panic ends that task only.
                if tokio::spawn(forwarder.run(stop.clone())).await.is_ok() {
                    return;
                }
                tracing::error!(code = "forwarding_panicked", "forwarding ended by a panic; it begins anew");
            }
            Err(error) => tracing::error!(code = error.code(), %error, "the checkpoint cannot be read"),
        }
        let _ = tokio::time::timeout(BEGIN_AGAIN_AFTER, stop.changed()).await;
    }
}
