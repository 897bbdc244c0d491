//! The records between log and stream: which are sent together, which are sent again, and up to where all have arrived.
//! Pure; time and random bits are arguments.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::fault::{Fault, Nature};
use super::pace;

/// Records in one `PutRecords`: what the service allows.
pub(super) const MAX_REQUEST_RECORDS: usize = 500;

/// Data and keys of one `PutRecords`. The service takes 10 MiB since October 2025; many services that stand in for it,
/// and the throughput of a few shards, do not, and half fills a connection as well.
pub(super) const MAX_REQUEST_BYTES: usize = 5 * 1024 * 1024;

/// Requests on their way at once, so that the way there and back does not bound a backlog's speed.
pub(super) const MAX_IN_FLIGHT: usize = 4;

/// Records held at once: what fills all requests. More of them wait in the log.
const MAX_RECORDS: usize = MAX_IN_FLIGHT * MAX_REQUEST_RECORDS;

/// Bytes held at once, for the same reason.
const MAX_BYTES: usize = MAX_IN_FLIGHT * MAX_REQUEST_BYTES;

/// A record that is refused as often as this while others get through is refused for itself.
const MAX_REFUSALS: u32 = 3;

/// One record on its way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) sequence: u64,
    /// The partition key.
    pub(super) key: String,
    pub(super) data: Vec<u8>,
}

impl Record {
    /// As the service counts a record's size.
    fn bytes(&self) -> usize {
        self.key.len() + self.data.len()
    }
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The service says it for each record, in the order of the request.
    Each(Vec<Result<(), Fault>>),
    /// One fault for all. Some of them may have arrived all the same.
    Whole(Fault),
}

/// What an outcome came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) confirmed: u64,
    /// Records that did not get through, by fault.
    pub(super) failed: BTreeMap<Fault, u64>,
    /// Set when the service refused this one record for itself.
    pub(super) refused: Option<u64>,
    /// Set when it did so too often, although it takes others: to be put elsewhere, then given up by
    /// [`Window::give_up`].
    pub(super) poison: Option<Arc<Record>>,
}

#[derive(Debug)]
struct Slot {
    sequence: u64,
    state: State,
    failures: u32,
    /// Not before; `None` is at once.
    due: Option<Instant>,
    /// How many records a request with this one may have: halved when a request failed as a whole by its content or
    /// its size, until the one at fault is alone.
    at_most: usize,
    refusals: u32,
    /// How many records had been confirmed when it was first refused.
    refused_after: u64,
}

impl Slot {
    /// Whether it waits, and no longer has to.
    fn is_due(&self, now: Instant) -> bool {
        matches!(self.state, State::Waiting(_)) && self.due.is_none_or(|due| due <= now)
    }
}

#[derive(Debug)]
enum State {
    Waiting(Arc<Record>),
    /// Whoever sends it has it.
    Sent,
    /// In the stream, or never to be: nothing has to be held.
    Done,
}

/// The records from the checkpoint on that have been read from the log.
#[derive(Debug)]
pub(super) struct Window {
    slots: VecDeque<Slot>,
    checkpoint: u64,
    next: u64,
    bytes: usize,
    confirmed: u64,
}

impl Window {
    /// Everything before `checkpoint` is in the stream.
    pub(super) fn new(checkpoint: u64) -> Self {
        Self { slots: VecDeque::new(), checkpoint, next: checkpoint, bytes: 0, confirmed: 0 }
    }

    /// The first record that has not been read from the log.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// How many records and bytes there is room for; a byte is enough to read one more record.
    pub(super) fn room(&self) -> Option<(usize, usize)> {
        let records = MAX_RECORDS.saturating_sub(self.slots.len());
        let bytes = MAX_BYTES.saturating_sub(self.bytes);
        (records > 0 && bytes > 0).then_some((records, bytes))
    }

    /// Adds the log's next record.
    pub(super) fn push(&mut self, record: Record) {
        self.bytes += record.bytes();
        self.add(record.sequence, State::Waiting(Arc::new(record)));
    }

    /// Passes over a record that cannot be read.
    pub(super) fn skip(&mut self, sequence: u64) {
        self.add(sequence, State::Done);
    }

    /// Says that the log holds nothing more before `next`.
    pub(super) fn has_read_to(&mut self, next: u64) {
        self.next = self.next.max(next);
    }

    fn add(&mut self, sequence: u64, state: State) {
        self.next = sequence + 1;
        self.slots.push_back(Slot {
            sequence,
            state,
            failures: 0,
            due: None,
            at_most: MAX_REQUEST_RECORDS,
            refusals: 0,
            refused_after: 0,
        });
    }

    /// The next request, if there is one to be made, or none that is not full.
    pub(super) fn take(&mut self, only_full: bool, now: Instant) -> Option<Vec<Arc<Record>>> {
        let (mut chosen, mut bytes, mut limit, mut full) = (Vec::new(), 0, MAX_REQUEST_RECORDS, false);
        for (at, slot) in self.slots.iter().enumerate() {
            let State::Waiting(record) = &slot.state else { continue };
            if !slot.is_due(now) || chosen.len() >= slot.at_most {
                continue;
            }
            if !chosen.is_empty() && bytes + record.bytes() > MAX_REQUEST_BYTES {
                full = true;
                break;
            }
            chosen.push(at);
            bytes += record.bytes();
            limit = limit.min(slot.at_most);
            if chosen.len() >= limit {
                full = true;
                break;
            }
        }
        if chosen.is_empty() || (only_full && !full) {
            return None;
        }
        let mut records = Vec::with_capacity(chosen.len());
        for at in chosen {
            let slot = &mut self.slots[at];
            if let State::Waiting(record) = std::mem::replace(&mut slot.state, State::Sent) {
                records.push(record);
            }
        }
        Some(records)
    }

    /// Takes note of what became of a request with these records.
    pub(super) fn settle(&mut self, sent: &[Arc<Record>], outcome: &Outcome, now: Instant, random: u64) -> Settled {
        let mut settled = Settled::default();
        for (at, record) in sent.iter().enumerate() {
            let result = match outcome {
                // An answer that says too little about its records says nothing about this one.
                Outcome::Each(results) => results.get(at).copied().unwrap_or(Err(Fault::UnexpectedAnswer)),
                Outcome::Whole(fault) => Err(*fault),
            };
            let Ok(place) = self.slots.binary_search_by_key(&record.sequence, |slot| slot.sequence) else {
                continue;
            };
            let slot = &mut self.slots[place];
            let Err(fault) = result else {
                slot.state = State::Done;
                slot.refusals = 0;
                self.bytes -= record.bytes();
                self.confirmed += 1;
                settled.confirmed += 1;
                continue;
            };
            *settled.failed.entry(fault).or_default() += 1;
            slot.state = State::Waiting(Arc::clone(record));
            match outcome {
                Outcome::Each(_) => {
                    slot.failures = slot.failures.saturating_add(1);
                    slot.due = Some(now + pace::wait(fault, slot.failures, random));
                }
                Outcome::Whole(fault) if fault.nature() == Nature::Content && sent.len() == 1 => {
                    if slot.refusals == 0 {
                        slot.refused_after = self.confirmed;
                    }
                    slot.refusals = slot.refusals.saturating_add(1);
                    slot.due = Some(now + pace::wait(*fault, slot.refusals, random));
                    settled.refused = Some(record.sequence);
                    // Where nothing gets through, something else is wrong, and an operator can mend it.
                    if slot.refusals >= MAX_REFUSALS && self.confirmed > slot.refused_after {
                        settled.poison = Some(Arc::clone(record));
                    }
                }
                Outcome::Whole(Fault::Refused | Fault::Timeout) => slot.at_most = sent.len().div_ceil(2),
                // What struck all alike closes the gate for all alike.
                Outcome::Whole(_) => {}
            }
        }
        settled
    }

    /// Gives up a record that waits: somebody else has it.
    pub(super) fn give_up(&mut self, record: &Record) {
        if let Ok(place) = self.slots.binary_search_by_key(&record.sequence, |slot| slot.sequence) {
            let slot = &mut self.slots[place];
            (slot.state, slot.refusals) = (State::Done, 0);
            self.bytes -= record.bytes();
        }
    }

    /// Lets go of what has arrived without a gap; the new checkpoint, if it has moved.
    pub(super) fn advance(&mut self) -> Option<u64> {
        let before = self.checkpoint;
        while self.slots.front().is_some_and(|slot| matches!(slot.state, State::Done)) {
            if let Some(slot) = self.slots.pop_front() {
                self.checkpoint = slot.sequence + 1;
            }
        }
        if self.slots.is_empty() {
            self.checkpoint = self.next;
        }
        (self.checkpoint != before).then_some(self.checkpoint)
    }

    /// From when on the first of the waiting records may be sent, if any waits.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        let waiting = self.slots.iter().filter(|slot| matches!(slot.state, State::Waiting(_)));
        waiting.map(|slot| slot.due.unwrap_or(now)).min()
    }

    /// How many more records are worth waking for: any where none is due, else what is missing to a full request.
    pub(super) fn lacking(&self, now: Instant) -> usize {
        match self.slots.iter().filter(|slot| slot.is_due(now)).count() {
            0 => 0,
            due => MAX_REQUEST_RECORDS.saturating_sub(due),
        }
    }

    /// How many records the service refuses for themselves.
    pub(super) fn refused(&self) -> usize {
        self.slots.iter().filter(|slot| slot.refusals > 0).count()
    }
}

#[cfg(test)]
mod tests;
