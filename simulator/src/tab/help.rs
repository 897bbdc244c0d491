//! Help on a page, as the SDK has it: rules that need no score, the arbiter, and offers that wait for a better moment.

use unsnag_core::arbitrate::{Arbiter, Moment, Offer, Reason, Verdict};
use unsnag_core::event::Outcome;
use unsnag_core::id::VisitorId;
use unsnag_core::input::TaskWhat;
use unsnag_core::json::Writer;
use unsnag_core::policy::{Arm, Policy, Priority, Situation};
use unsnag_core::risk::Level;
use unsnag_core::signal::{Grade, Kind, Signal};
use unsnag_core::time::UnixMillis;

/// Signals remembered with their grade, as in the SDK.
const MOST_SIGNALS: usize = 32;
/// Offers that wait at one time, as in the SDK.
const MOST_WAITING: usize = 4;

/// What the page knows about help.
#[derive(Debug, Default)]
pub(super) struct Help {
    /// The risk as the host saw it last.
    pub(super) level: Level,
    /// Another tab shows help.
    pub(super) elsewhere: bool,
    arbiter: Arbiter,
    waiting: Vec<(UnixMillis, Offer)>,
    grades: Vec<(u32, Grade)>,
}

impl Help {
    /// Notes a signal; whether it has become so sure that the host should hear of it at once.
    pub(super) fn learn(&mut self, signal: &Signal) -> bool {
        let grade = if signal.counts() { signal.grade } else { Grade::Retracted };
        let before = match self.grades.iter_mut().find(|(id, _)| *id == signal.id) {
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
    pub(super) fn propose(
        &self,
        policy: &Policy,
        visitor: Option<&VisitorId>,
        signals: &[(Kind, Grade)],
        template: &str,
    ) -> Option<(String, Priority, bool)> {
        let visitor = visitor.map(VisitorId::as_str);
        let situation = Situation { signals, level: None, template, visitor, dismissed: self.arbiter.dismissed() };
        let proposal = policy.propose(&situation);
        let rule = proposal.rule.filter(|rule| !self.arbiter.has_shown(&rule.entry))?;
        Some((rule.entry.clone(), rule.priority, proposal.arm == Arm::Holdout))
    }

    /// Judges an offer. A host's word on what the page already shows only adds the signature.
    pub(super) fn offer(&mut self, offer: &Offer, moment: &Moment) -> Verdict {
        if self.arbiter.exposed(&offer.id).is_some() {
            self.arbiter.signed(&offer.id, &offer.signature);
            return Verdict::Drop(Reason::AlreadyHandled);
        }
        self.arbiter.offer(offer, moment)
    }

    /// Keeps an offer for later; of two of one kind, the newer.
    pub(super) fn wait(&mut self, until: UnixMillis, offer: Offer) {
        self.waiting.retain(|(_, known)| known.entry != offer.entry);
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push((until, offer));
        }
    }

    /// An offer whose time has come.
    pub(super) fn due(&mut self, now: UnixMillis) -> Option<Offer> {
        let index = self.waiting.iter().position(|(until, _)| *until <= now)?;
        Some(self.waiting.swap_remove(index).1)
    }

    /// When the next offer is due.
    pub(super) fn deadline(&self) -> Option<UnixMillis> {
        self.waiting.iter().map(|(until, _)| *until).min()
    }

    /// Notes an outcome; returns the help it belongs to.
    pub(super) fn note(&mut self, id: &str, what: Outcome, now: UnixMillis) -> Option<&Offer> {
        self.arbiter.note(id, what, now);
        self.arbiter.exposed(id)
    }

    /// Notes a task; returns the help that helped.
    pub(super) fn task(&mut self, name: &str, what: TaskWhat, now: UnixMillis) -> Vec<Offer> {
        if what == TaskWhat::Start {
            self.arbiter.task_started(name);
            return Vec::new();
        }
        self.arbiter.task_ended(name, what == TaskWhat::Success, now)
    }

    /// What the tab's next page must know.
    pub(super) fn save(&self) -> String {
        self.arbiter.save()
    }

    /// Goes on with what an earlier page of the tab saved.
    pub(super) fn restore(&mut self, saved: &str) {
        self.arbiter.restore(saved);
    }

    /// Writes the batch's `policy_state`.
    pub(super) fn write_state(&self, w: &mut Writer) {
        self.arbiter.write_state(self.level, w);
    }
}
