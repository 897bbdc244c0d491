//! The outbox: events wait, are sealed into batches that never change again, and are sent until a host has them.
//!
//! It performs nothing. It says when to seal ([`Outbox::is_due`]), what to send ([`Outbox::next`]) and when to look again
//! ([`Outbox::deadline`]); the page has the clock, the random bits and the network.

use crate::event::{Event, What};
use crate::features::{Features, VERSION};
use crate::id::{BatchId, SessionId, TabId, VisitorId};
use crate::json::Writer;
use crate::limits::{FLUSH_AFTER, FLUSH_BYTES, FLUSH_EVENTS, MAX_OUTBOX_BYTES};
use crate::time::{Millis, UnixMillis};

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The session.
    pub session: SessionId,
    /// The visitor, with consent.
    pub visitor: Option<VisitorId>,
    /// The tab.
    pub tab: TabId,
    /// The SDK's version.
    pub sdk: &'static str,
}

/// What a batch says of the moment it was sealed in.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    /// The etag of the configuration in force.
    pub config: &'a str,
    /// The page's template.
    pub template: &'a str,
    /// The page view's id.
    pub view: &'a str,
    /// The features of this tab.
    pub features: &'a Features,
    /// The arbiter's state as JSON.
    pub policy_state: &'a str,
}

/// How sending a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// A host has it.
    Accepted,
    /// A host refused it for good: sending it again would change nothing.
    Refused,
    /// All its events were refused for their times only; it is sealed once more with the corrected clock.
    WrongClock,
    /// No answer, or one that asks to wait this long.
    Retry(Option<Millis>),
}

/// An event with its number.
#[derive(Clone, Debug)]
struct Numbered(u32, Event);

#[derive(Clone, Debug)]
struct Sealed {
    id: BatchId,
    body: String,
    events: Vec<Numbered>,
    /// Sealed a second time already.
    corrected: bool,
}

/// One tab's outbox.
#[derive(Clone, Debug)]
pub struct Outbox {
    identity: Identity,
    /// Nothing is sealed without consent.
    consented: bool,
    waiting: Vec<Numbered>,
    waiting_bytes: usize,
    waiting_since: Option<UnixMillis>,
    urgent: bool,
    corrected: bool,
    sealed: Vec<Sealed>,
    in_flight: bool,
    retry_at: UnixMillis,
    attempts: u32,
    /// Added to the page's clock to get the host's.
    skew: i64,
    next_event: u32,
    next_seq: u32,
    lost: u64,
}

/// The first pause before a retry; each further one is twice as long.
const FIRST_RETRY: Millis = Millis(1000);
/// The longest pause before a retry.
const LONGEST_RETRY: Millis = Millis(5 * 60 * 1000);
/// A clock this close to the host's is left alone: the difference is the network's.
const SKEW_TOLERATED_MS: u64 = 1000;
/// What an event takes in a batch, at most or nearly so; sealing happens well below the host's limit.
const EVENT_BYTES: usize = 400;
/// The same of each field in an event of a form.
const FIELD_BYTES: usize = 320;

/// About as much as this event takes in a batch.
fn bytes_of(event: &Event) -> usize {
    match &event.what {
        What::Form(form) => EVENT_BYTES + form.fields.len() * FIELD_BYTES,
        _ => EVENT_BYTES,
    }
}

impl Outbox {
    /// An outbox of a tab; numbers go on where an earlier page of the tab stopped.
    pub fn new(identity: Identity, next_seq: u32, next_event: u32) -> Self {
        Self {
            identity,
            consented: false,
            waiting: Vec::new(),
            waiting_bytes: 0,
            waiting_since: None,
            urgent: false,
            corrected: false,
            sealed: Vec::new(),
            in_flight: false,
            retry_at: UnixMillis(0),
            attempts: 0,
            skew: 0,
            next_event,
            next_seq,
            lost: 0,
        }
    }

    /// Consent was given: what waits may be sent, under this identity.
    pub fn grant(&mut self, identity: Identity) {
        self.identity = identity;
        self.consented = true;
    }

    /// Consent was refused or withdrawn: everything is dropped.
    pub fn deny(&mut self) {
        self.consented = false;
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.waiting_since = None;
        self.sealed.clear();
    }

    /// Adds an event. Without consent only the newest are kept, in memory.
    pub fn push(&mut self, event: Event) {
        if !self.consented && self.waiting.len() >= FLUSH_EVENTS {
            self.waiting.remove(0);
            self.lost += 1;
        }
        self.waiting_since.get_or_insert(event.at);
        self.waiting_bytes += bytes_of(&event);
        self.waiting.push(Numbered(self.next_event, event));
        self.next_event = self.next_event.wrapping_add(1);
    }

    /// A host has signed this decision: what waits to be told of it says so.
    pub fn sign(&mut self, decided: &str, signed: &str) {
        for Numbered(_, event) in &mut self.waiting {
            if let What::Outcome { decision, signature, .. } = &mut event.what
                && signature.is_empty()
                && decision == decided
            {
                signed.clone_into(signature);
            }
        }
    }

    /// What waits shall go at once: somebody is stuck.
    pub fn hurry(&mut self) {
        self.urgent = true;
    }

    /// Whether it is time to seal.
    pub fn is_due(&self, now: UnixMillis) -> bool {
        let since = self.waiting_since.filter(|_| self.consented && !self.waiting.is_empty());
        since.is_some_and(|since| {
            self.urgent
                || now - since >= FLUSH_AFTER
                || self.waiting.len() >= FLUSH_EVENTS
                || self.waiting_bytes >= FLUSH_BYTES
        })
    }

    /// When to look again, if nothing happens until then.
    pub fn deadline(&self) -> Option<UnixMillis> {
        let seal = self.waiting_since.filter(|_| self.consented).map(|since| since + FLUSH_AFTER);
        let retry = (!self.sealed.is_empty() && !self.in_flight).then_some(self.retry_at);
        seal.into_iter().chain(retry).min()
    }

    /// Seals what waits into a batch with these 128 random bits as its id.
    pub fn seal(&mut self, now: UnixMillis, entropy: [u8; 16], header: &Header<'_>) -> Option<BatchId> {
        if !self.consented || self.waiting.is_empty() {
            return None;
        }
        let id = BatchId::from_entropy(entropy);
        // What is large shall not make the batch larger than a host takes.
        let mut bytes = 0;
        let fits = self.waiting.iter().take(FLUSH_EVENTS).take_while(|Numbered(_, event)| {
            let before = bytes;
            bytes += bytes_of(event);
            before < FLUSH_BYTES
        });
        let count = fits.count();
        let events: Vec<Numbered> = self.waiting.drain(..count).collect();
        self.waiting_bytes = self.waiting.iter().map(|Numbered(_, event)| bytes_of(event)).sum();
        self.waiting_since = self.waiting.first().map(|Numbered(_, event)| event.at);
        self.urgent = self.urgent && !self.waiting.is_empty();
        let body = self.write(&id, now, header, &events);
        self.next_seq = self.next_seq.wrapping_add(1);
        let corrected = std::mem::take(&mut self.corrected);
        self.sealed.push(Sealed { id: id.clone(), body, events, corrected });
        while self.sealed.len() > 1
            && self.sealed.iter().map(|batch| batch.body.len()).sum::<usize>() > MAX_OUTBOX_BYTES
        {
            // The one in flight may still arrive; the oldest of the others goes.
            let oldest = self.sealed.remove(usize::from(self.in_flight).min(self.sealed.len() - 1));
            self.lost += oldest.events.len() as u64;
        }
        Some(id)
    }

    fn write(&self, id: &BatchId, now: UnixMillis, header: &Header<'_>, events: &[Numbered]) -> String {
        let mut w = Writer::new();
        let identity = &self.identity;
        w.begin_object().name("v").integer(1).name("batch_id").string(id.as_str());
        w.name("session").string(identity.session.as_str());
        w.name("visitor").string_or_null(identity.visitor.as_ref().map(VisitorId::as_str));
        w.name("tab").string(identity.tab.as_str()).name("seq").integer(u64::from(self.next_seq));
        w.name("sent_at").integer(now.0.saturating_add_signed(self.skew)).name("sdk").string(identity.sdk);
        w.name("config").string(header.config).name("consent").string("granted");
        w.name("page").begin_object().name("template").string(header.template).name("view").string(header.view);
        w.end_object();
        w.name("features").begin_object().name("v").integer(u64::from(VERSION)).name("scope").string("session");
        w.name("values");
        header.features.write(&mut w);
        w.name("observed").integer(u64::from(header.features.observed)).end_object();
        w.name("policy_state").raw(header.policy_state).name("events").begin_array();
        for Numbered(number, event) in events {
            event.write(*number, self.skew, &mut w);
        }
        w.end_array().end_object();
        w.finish()
    }

    /// The batch to send now, if any; one at a time, oldest first. It counts as in flight until [`Outbox::sent`].
    pub fn next(&mut self, now: UnixMillis) -> Option<(BatchId, String)> {
        if self.in_flight || now < self.retry_at {
            return None;
        }
        let first = self.sealed.first()?;
        self.in_flight = true;
        Some((first.id.clone(), first.body.clone()))
    }

    /// All sealed batches, for the last moment of a page, when nobody waits for answers.
    pub fn drain(&mut self) -> Vec<String> {
        self.in_flight = false;
        self.sealed.drain(..).map(|batch| batch.body).collect()
    }

    /// The batch in flight was answered, or not. `jitter` is any random number.
    pub fn sent(&mut self, now: UnixMillis, id: &BatchId, how: Sent, jitter: u32) {
        self.in_flight = false;
        let Some(index) = self.sealed.iter().position(|batch| batch.id == *id) else { return };
        if let Sent::Retry(asked) = how {
            let pause = (FIRST_RETRY.0 << self.attempts.min(16)).min(LONGEST_RETRY.0);
            self.attempts += 1;
            // Full jitter, but never sooner than the host asked for.
            let pause = pause / 4 + u64::from(jitter) % (pause * 3 / 4 + 1);
            self.retry_at = now + Millis(pause).max(asked.unwrap_or_default());
            return;
        }
        self.attempts = 0;
        self.retry_at = UnixMillis(0);
        let batch = self.sealed.remove(index);
        match how {
            Sent::WrongClock if !batch.corrected && self.waiting.is_empty() => {
                self.waiting_since = batch.events.first().map(|Numbered(_, event)| event.at);
                self.waiting = batch.events;
                self.corrected = true;
                self.urgent = true;
            }
            Sent::Accepted => {}
            _ => self.lost += batch.events.len() as u64,
        }
    }

    /// Learns the host's clock from an answer.
    pub fn clock(&mut self, now: UnixMillis, server_time: UnixMillis) {
        let difference = server_time.0.cast_signed().wrapping_sub(now.0.cast_signed());
        self.skew = if difference.unsigned_abs() > SKEW_TOLERATED_MS { difference } else { 0 };
    }

    /// Goes on with the numbers that another page of the tab ended with; none is used twice.
    pub fn go_on(&mut self, next_seq: u32, next_event: u32) {
        self.next_seq = self.next_seq.max(next_seq);
        self.next_event = self.next_event.max(next_event);
    }

    /// Numbers for the tab's next page: the next batch, the next event.
    pub fn numbers(&self) -> (u32, u32) {
        (self.next_seq, self.next_event)
    }

    /// Events given up: too many waited, or a host refused them for good.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}
