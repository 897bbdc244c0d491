//! What follows where nobody answered: one channel after the other, until somebody is helped or wants none.
//!
//! The state is a function of the set of everything that is known to have happened: neither its order nor repetition
//! matters, and nothing that was decided before is remembered. Whoever gets [`State::Over`] need not ask again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use unsnag_core::event::Outcome;
use unsnag_core::policy::{MOST_DISMISSALS, Priority};
use unsnag_core::time::{Millis, UnixMillis};

use super::channel::Channel;
use super::gates::Gates;
use super::history::History;
use super::need::within;
use super::plan::NothingCode;
use super::site::Site;
use super::timing::Window;
use super::visitor::Visitor;
use crate::words;

/// What follows, and through which channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How long after the step before, if that stays unanswered.
    #[serde(with = "words::millis")]
    pub after: Millis,
    /// Through which channel.
    pub channel: Channel,
    /// The catalogue entry.
    pub entry: String,
    /// Its version.
    pub entry_version: u32,
}

/// The steps after a plan. The plan itself is step 0, what is in `steps` follows as 1, 2, …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// When the plan's own help is out at the latest.
    #[serde(with = "words::unix")]
    pub out_by: UnixMillis,
    /// The plan's own channels.
    pub channels: Vec<Channel>,
    /// The plan's priority: within what time each step goes out.
    #[serde(with = "words::priority")]
    pub priority: Priority,
    /// What follows, in order.
    pub steps: Vec<Step>,
}

/// What became of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum What {
    /// It went out. Each step after the first is under way once this is known of it.
    Sent,
    Shown,
    Clicked,
    Dismissed,
    Expired,
    Helped,
    Failed,
}

impl What {
    /// From an outcome of the page; held out, nothing happened.
    pub const fn from_outcome(outcome: Outcome) -> Option<What> {
        match outcome {
            Outcome::Shown => Some(Self::Shown),
            Outcome::Clicked => Some(Self::Clicked),
            Outcome::Dismissed => Some(Self::Dismissed),
            Outcome::Expired => Some(Self::Expired),
            Outcome::Helped => Some(Self::Helped),
            Outcome::Failed => Some(Self::Failed),
            Outcome::HeldOut => None,
        }
    }
}

/// Something that happened to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Happening {
    /// 0 is the plan itself.
    pub step: usize,
    /// Through which channel.
    pub channel: Channel,
    /// What.
    pub what: What,
    /// When.
    #[serde(with = "words::unix")]
    pub at: UnixMillis,
}

/// Why an escalation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It helped.
    Helped,
    /// The visitor sent it away twice.
    DismissedTwice,
    /// The visitor took it up: what comes of that is up to them, and new trouble is a new struggle.
    Answered,
    /// Help is switched off.
    Killed,
    /// A cap is reached: more would be too much.
    Capped,
    /// Every step was taken, or cannot be.
    Exhausted,
}

/// What to do about an escalation now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing before then.
    Waiting(UnixMillis),
    /// This step is due; once it went out, that is noted as [`What::Sent`].
    Due {
        /// Its number: `steps[step - 1]`.
        step: usize,
        /// Not before this moment.
        at: UnixMillis,
        /// And within this time from then on.
        within: Millis,
    },
    /// Nothing any more.
    Over(End),
}

impl Escalation {
    /// What to do now, given everything that happened.
    pub fn state(
        &self,
        happened: &BTreeSet<Happening>,
        (visitor, history, site): (&Visitor, &History, &Site),
        now: UnixMillis,
    ) -> State {
        if let Some(end) = end(happened) {
            return State::Over(end);
        }
        if site.kill {
            return State::Over(End::Killed);
        }
        if history.left_alone_until(now).is_some() {
            return State::Over(End::DismissedTwice);
        }
        let current = happened.iter().map(|happening| happening.step).max().unwrap_or(0);
        let Some(next) = self.steps.get(current) else { return State::Over(End::Exhausted) };
        let due = self.given_up_at(current, happened).unwrap_or(self.out_at(current, happened) + next.after);
        if now < due {
            return State::Waiting(due);
        }
        let gates = Gates { visitor, history, site, now };
        for (index, step) in self.steps.iter().enumerate().skip(current) {
            match gates.window(step.channel, None, within(self.priority)) {
                Ok(Window { from, until }) => return State::Due { step: index + 1, at: from, within: until - from },
                // There will be room, and it is not worth the end.
                Err(shut) if shut.code == NothingCode::CoolingDown => {
                    return State::Waiting(shut.again_at.unwrap_or(now));
                }
                Err(shut) if shut.code == NothingCode::Capped => return State::Over(End::Capped),
                Err(_) => {}
            }
        }
        State::Over(End::Exhausted)
    }

    fn channels_of(&self, step: usize) -> BTreeSet<Channel> {
        match step.checked_sub(1) {
            None => self.channels.iter().copied().collect(),
            Some(index) => self.steps.get(index).map(|step| step.channel).into_iter().collect(),
        }
    }

    /// When a step went out: the first sign of it, or for the plan itself the last moment planned.
    fn out_at(&self, step: usize, happened: &BTreeSet<Happening>) -> UnixMillis {
        happened
            .iter()
            .filter(|happening| happening.step == step)
            .map(|happening| happening.at)
            .min()
            .unwrap_or(self.out_by)
    }

    /// When the last of a step's channels failed, if all of them did and nobody saw anything: waiting for an answer
    /// makes no sense then.
    fn given_up_at(&self, step: usize, happened: &BTreeSet<Happening>) -> Option<UnixMillis> {
        let channels = self.channels_of(step);
        let mut last = None;
        for channel in &channels {
            let of_channel = |what| {
                let it = happened.iter().filter(move |h| h.step == step && h.channel == *channel && h.what == what);
                it.map(|happening| happening.at).min()
            };
            let failed = of_channel(What::Failed).filter(|_| of_channel(What::Shown).is_none())?;
            last = last.max(Some(failed));
        }
        last
    }
}

/// The end that follows from what happened alone. What helped has helped, whatever else happened.
fn end(happened: &BTreeSet<Happening>) -> Option<End> {
    let any = |what| happened.iter().any(|happening| happening.what == what);
    let dismissed: BTreeSet<(usize, Channel)> = happened
        .iter()
        .filter(|happening| happening.what == What::Dismissed)
        .map(|happening| (happening.step, happening.channel))
        .collect();
    if any(What::Helped) {
        Some(End::Helped)
    } else if dismissed.len() >= MOST_DISMISSALS as usize {
        Some(End::DismissedTwice)
    } else if any(What::Clicked) {
        Some(End::Answered)
    } else {
        None
    }
}
