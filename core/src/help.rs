//! Help on one page: the rules that need no score, the arbiter, and offers that wait for a better moment.

use crate::arbitrate::{Arbiter, Moment, Offer, Reason, Verdict};
use crate::event::Outcome;
use crate::id::VisitorId;
use crate::input::TaskWhat;
use crate::json::Writer;
use crate::policy::{Arm, Policy, Priority, Situation};
use crate::risk::Level;
use crate::signal::{Grade, Kind, Signal};
use crate::time::UnixMillis;

/// Signals remembered with their grade: a newer one than these many is news in any case.
const MOST_SIGNALS: usize = 32;
/// Offers that wait at one time.
const MOST_WAITING: usize = 4;

/// What a page knows about help.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// The page's own rules.
    pub policy: Policy,
    /// Who is helped, with consent.
    pub visitor: Option<VisitorId>,
    /// The risk as the host saw it last.
    pub level: Level,
    /// Another tab shows help.
    pub elsewhere: bool,
    arbiter: Arbiter,
    waiting: Vec<(UnixMillis, Offer)>,
    grades: Vec<(u32, Grade)>,
}

impl Help {
    /// Notes a signal; whether it has become so sure that the host should hear of it at once.
    pub fn learn(&mut self, signal: &Signal) -> bool {
        let grade = if signal.counts() { signal.grade } else { Grade::Retracted };
        let known = self.grades.iter_mut().find(|(id, _)| *id == signal.id);
        let before = match known {
            Some((_, known)) => std::mem::replace(known, grade),
            None => {
                if self.grades.len() == MOST_SIGNALS {
                    self.grades.remove(0);
                }
                self.grades.push((signal.id, grade));
                Grade::Retracted
            }
        };
        grade >= Grade::Likely && grade > before
    }

    /// What the page's own rules propose: the entry, how urgent, and whether it is held out.
    pub fn propose(&self, signals: &[(Kind, Grade)], template: &str) -> Option<(String, Priority, bool)> {
        let situation = Situation {
            signals,
            level: None,
            template,
            visitor: self.visitor.as_ref().map(VisitorId::as_str),
            dismissed: self.arbiter.dismissed(),
        };
        let proposal = self.policy.propose(&situation);
        let rule = proposal.rule.filter(|rule| !self.arbiter.has_shown(&rule.entry))?;
        Some((rule.entry.clone(), rule.priority, proposal.arm == Arm::Holdout))
    }

    /// Judges an offer. A host's word on what the page already shows only adds the signature.
    pub fn offer(&mut self, offer: &Offer, moment: &Moment) -> Verdict {
        if self.arbiter.exposed(&offer.id).is_some() {
            self.arbiter.signed(&offer.id, &offer.signature);
            return Verdict::Drop(Reason::AlreadyHandled);
        }
        self.arbiter.offer(offer, moment)
    }

    /// What the tab's next page must know.
    pub fn save(&self) -> String {
        self.arbiter.save()
    }

    /// Goes on with what an earlier page of the tab saved.
    pub fn restore(&mut self, saved: &str) {
        self.arbiter.restore(saved);
    }

    /// Keeps an offer for later; of two of one kind, the newer.
    pub fn wait(&mut self, until: UnixMillis, offer: Offer) {
        if let Some(index) = self.waiting.iter().position(|(_, known)| known.entry == offer.entry) {
            self.waiting.remove(index);
        }
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push((until, offer));
        }
    }

    /// An offer whose time has come.
    pub fn due(&mut self, now: UnixMillis) -> Option<Offer> {
        let index = self.waiting.iter().position(|(until, _)| *until <= now)?;
        Some(self.waiting.swap_remove(index).1)
    }

    /// When the next offer is due.
    pub fn deadline(&self) -> Option<UnixMillis> {
        self.waiting.iter().map(|(until, _)| *until).min()
    }

    /// Notes an outcome; returns the help it belongs to.
    pub fn note(&mut self, id: &str, what: Outcome, now: UnixMillis) -> Option<&Offer> {
        self.arbiter.note(id, what, now);
        self.arbiter.exposed(id)
    }

    /// Notes a task; returns the help that helped.
    pub fn task(&mut self, name: &str, what: TaskWhat, now: UnixMillis) -> Vec<Offer> {
        if what == TaskWhat::Start {
            self.arbiter.task_started(name);
            return Vec::new();
        }
        self.arbiter.task_ended(name, what == TaskWhat::Success, now)
    }

    /// Writes the batch's `policy_state`.
    pub fn write_state(&self, w: &mut Writer) {
        self.arbiter.write_state(self.level, w);
    }
}
