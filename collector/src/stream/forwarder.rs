//! From the log into the stream: reads durable records from the checkpoint on, puts them, retries what failed, and
//! moves the checkpoint over what has arrived. At least once, never a gap.
//!
//! It holds a bounded number of records; all others wait in the log. So there is nothing to save at shutdown: the next
//! start goes on from the checkpoint, and sends again what was confirmed behind a gap.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::dead_letters::{DeadLetters, Letter};
use super::fault::Fault;
use super::health::Change;
use super::pace::{self, Gate};
use super::status::Status;
use super::window::{MAX_IN_FLIGHT, Outcome, Record, Settled, Window};
use crate::log::{Follower, LogError};

/// How long requests on their way may take to be answered at shutdown. What is not, is sent again after the start.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// Pause after the log could not be read or written: a disk that recovers does not do it faster.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// A request that is not full leaves at the earliest this long after the one before it. A batch by itself goes at once;
/// under load many go together, because each request costs as much as signing and sending dozens of records.
const GATHER_FOR: Duration = Duration::from_millis(20);

/// Where records go. A seam: tests put them elsewhere.
pub(super) trait Put: Clone + Send + Sync + 'static {
    /// Sends once, without any retry; with the outcome goes a text for the log.
    fn put(&self, records: &[Arc<Record>]) -> impl Future<Output = (Outcome, String)> + Send;
}

/// What comes back from one request.
struct Answer {
    sent: Vec<Arc<Record>>,
    at: Instant,
    outcome: Outcome,
    detail: String,
}

/// One forwarder, of one log into one stream.
pub(super) struct Forwarder<P> {
    follower: Follower,
    window: Window,
    gate: Gate,
    status: Arc<Status>,
    put: P,
    dead_letters: DeadLetters,
    requests: JoinSet<Answer>,
    sent_last: Option<Instant>,
}

impl<P: Put> Forwarder<P> {
    /// Goes on at the follower's checkpoint.
    pub(super) async fn resume(follower: Follower, status: Arc<Status>, put: P) -> Result<Self, LogError> {
        let checkpoint = follower.checkpoint().await?;
        status.checkpoint(checkpoint);
        let (window, gate, requests) = (Window::new(checkpoint), Gate::default(), JoinSet::new());
        let dead_letters = DeadLetters::beside(follower.dir(), status.stream());
        Ok(Self { follower, window, gate, status, put, dead_letters, requests, sent_last: None })
    }

    /// Forwards until `stop` says so.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            if *stop.borrow_and_update() {
                break;
            }
            let readable = self.read().await.is_ok();
            self.send();
            let wake = self.wake_at(readable);
            let wants_more = readable && self.window.room().is_some();
            let enough = self.window.next() + self.window.lacking(Instant::now()) as u64;
            tokio::select! {
                Some(answer) = self.requests.join_next() => self.note(answer).await,
                () = self.follower.grown_beyond(enough), if wants_more => {}
                () = until(wake), if wake.is_some() => {}
                _ = stop.changed() => {}
            }
        }
        let answered = async {
            while let Some(answer) = self.requests.join_next().await {
                self.note(answer).await;
            }
        };
        // Beyond it the answers are given up with their requests, and the log still has the records.
        let _ = tokio::time::timeout(STOP_WITHIN, answered).await;
    }

    /// Fills the window from the log.
    async fn read(&mut self) -> Result<(), LogError> {
        let Some((records, bytes)) = self.window.room() else { return Ok(()) };
        match self.follower.read(self.window.next(), records, bytes).await {
            Ok(read) => {
                for (sequence, record) in read.records {
                    if let Some(data) = record {
                        self.window.push(Record { sequence, key: partition_key(&data), data });
                        continue;
                    }
                    tracing::error!(
                        code = "record_damaged",
                        sequence,
                        "a record of the log is damaged and not forwarded"
                    );
                    self.status.damaged();
                    self.window.skip(sequence);
                }
                self.window.has_read_to(read.next);
                self.save().await;
                Ok(())
            }
            Err(error) => {
                tracing::error!(code = error.code(), %error, "the log cannot be read; forwarding waits");
                Err(error)
            }
        }
    }

    fn send(&mut self) {
        let now = Instant::now();
        while self.requests.len() < MAX_IN_FLIGHT && self.gate.lets_pass(self.requests.len(), now) {
            // Beside others on their way only full ones go: until those are answered, more will have come to go along.
            let only_full = !self.requests.is_empty() || self.gathers_until().is_some_and(|until| until > now);
            let Some(sent) = self.window.take(only_full, now) else { break };
            self.sent_last = Some(now);
            let put = self.put.clone();
            self.requests.spawn(async move {
                let (outcome, detail) = put.put(&sent).await;
                Answer { sent, at: now, outcome, detail }
            });
        }
    }

    fn gathers_until(&self) -> Option<Instant> {
        self.sent_last.map(|sent| sent + GATHER_FOR)
    }

    /// The next moment at which something may be sent that must wait now.
    fn wake_at(&self, log_is_readable: bool) -> Option<Instant> {
        let now = Instant::now();
        let again = (!log_is_readable).then(|| now + AGAIN_AFTER);
        // The answer of a request on its way wakes as well, and nothing but a full one leaves before.
        let may_leave = if self.requests.is_empty() { self.may_leave_at(now) } else { None };
        [again, may_leave].into_iter().flatten().min()
    }

    /// When the next record may leave that must wait now.
    fn may_leave_at(&self, now: Instant) -> Option<Instant> {
        let due = self.window.next_due(now)?;
        let others = [self.gate.opens_at(), self.gathers_until()].into_iter().flatten();
        Some(others.fold(due, Instant::max))
    }

    async fn note(&mut self, answer: Result<Answer, tokio::task::JoinError>) {
        let answer = match answer {
            Ok(answer) => answer,
            // Only a panic, because nothing cancels requests. Which records it had is lost with it, so this forwarder
            // ends, and the next begins at the checkpoint.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let (now, random) = (Instant::now(), pace::random());
        let Settled { confirmed, failed, refused, poison } =
            self.window.settle(&answer.sent, &answer.outcome, now, random);
        for (fault, records) in &failed {
            self.status.failed(*fault, *records);
        }
        let fault = match &answer.outcome {
            Outcome::Whole(fault) => Some(*fault),
            Outcome::Each(_) => failed.keys().next().copied(),
        };
        let change = match fault {
            Some(fault) if confirmed == 0 => {
                self.gate.failed(fault, answer.at, now, random);
                self.status.health.fails(fault, now)
            }
            _ => {
                self.gate.passed();
                self.status.health.passes(now)
            }
        };
        match change {
            Some(Change::Fails(fault)) => {
                let (code, reason, detail) = (fault.code(), fault.reason(), &answer.detail);
                tracing::error!(code, reason, detail, "records do not get into the stream; the log keeps them");
            }
            Some(Change::Recovers { after, seconds }) => {
                let (code, after) = ("stream_recovered", after.code());
                tracing::info!(code, after, seconds, "the stream takes records again");
            }
            None => {}
        }
        if let Some(record) = poison {
            self.set_aside(record, answer.detail).await;
        } else if let Some(sequence) = refused {
            let code = Fault::Refused.code();
            tracing::error!(code, sequence, detail = answer.detail, "the stream refuses a record; it is tried again");
        }
        self.status.refused(self.window.refused());
        self.status.forwarded(confirmed);
        self.save().await;
    }

    /// Puts a record into the file of dead letters. If that fails, it is tried again with the next refusal.
    async fn set_aside(&mut self, record: Arc<Record>, detail: String) {
        let (sequence, file) = (record.sequence, self.dead_letters.path().display().to_string());
        let letter = Letter { sequence, data: record.data.clone(), reason: Fault::Refused.code(), detail };
        match self.dead_letters.add(letter).await {
            Ok(()) => {
                self.window.give_up(&record);
                self.status.set_aside();
                let code = "record_set_aside";
                tracing::error!(code, sequence, file, "the stream refuses a record again and again; it is set aside");
            }
            Err(error) => {
                let code = "dead_letter_not_written";
                tracing::error!(code, sequence, file, %error, "a refused record cannot be set aside; it stays");
            }
        }
    }

    /// Writes the checkpoint if it has moved. Failing costs only that a restart sends more again.
    async fn save(&mut self) {
        let Some(checkpoint) = self.window.advance() else { return };
        match self.follower.save(checkpoint).await {
            Ok(()) => self.status.checkpoint(checkpoint),
            Err(error) => tracing::error!(code = error.code(), %error, "the checkpoint cannot be written"),
        }
    }
}

async fn until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        tokio::time::sleep_until(moment.into()).await;
    }
}

/// The session, which keeps what belongs together in one shard. What no host wrote is not judged here: whoever reads
/// the stream does.
fn partition_key(record: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Outer<'a> {
        #[serde(borrow)]
        batch: Batch<'a>,
    }
    #[derive(Deserialize)]
    struct Batch<'a> {
        #[serde(borrow)]
        session: std::borrow::Cow<'a, str>,
    }
    match serde_json::from_slice::<Outer<'_>>(record) {
        Ok(outer) if !outer.batch.session.is_empty() => outer.batch.session.into_owned(),
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests;
