//! Arbitration: whether help that was proposed may be shown now. Only the page decides this, since only the page
//! knows what the person is doing and what was shown before.

use crate::event::Outcome;
use crate::json::{Writer, push_integer};
use crate::policy::{MOST_DISMISSALS, Priority};
use crate::risk::Level;
use crate::saved::Parts;
use crate::time::{Millis, UnixMillis};

/// Help shown in one session at most.
pub const MOST_SHOWN: usize = 3;
/// The least time between two, from the end of the first.
pub const COOL_DOWN: Millis = Millis(60_000);
/// Nobody is interrupted this soon after typing.
pub const TYPING: Millis = Millis(2_000);
/// A task that succeeds this soon after help was helped (DESIGN.md §4).
pub const HELPED_WITHIN: Millis = Millis(10 * 60 * 1000);

/// Help that somebody proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its id; the same one twice is one.
    pub id: String,
    /// The catalogue entry.
    pub entry: String,
    /// How urgent.
    pub priority: Priority,
    /// Show nothing, and log it.
    pub held_out: bool,
    /// Worth nothing afterwards.
    pub expires_at: UnixMillis,
    /// The decision it comes from.
    pub decision: String,
    /// The host's signature under that decision; empty while the page's own rule waits for it.
    pub signature: String,
}

/// What the page knows at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: UnixMillis,
    /// When the person last typed.
    pub last_typed: Option<UnixMillis>,
    /// Another tab of this session shows help.
    pub shown_elsewhere: bool,
}

/// What to do with an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Show it now.
    Show,
    /// Show nothing and log `held_out`.
    HoldOut,
    /// Ask again then.
    Wait(UnixMillis, Reason),
    /// Never.
    Drop(Reason),
}

/// Why an offer waits or is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Reason {
    AlreadyHandled,
    Expired,
    Dismissed,
    EnoughShown,
    CoolingDown,
    OneIsShown,
    ShownElsewhere,
    Typing,
}

impl Reason {
    /// The word in logs and in the debug panel.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AlreadyHandled => "already_handled",
            Self::Expired => "expired",
            Self::Dismissed => "dismissed_twice",
            Self::EnoughShown => "enough_shown",
            Self::CoolingDown => "cooling_down",
            Self::OneIsShown => "one_is_shown",
            Self::ShownElsewhere => "shown_elsewhere",
            Self::Typing => "typing",
        }
    }
}

/// Between two entries of a saved arbiter. Neither of these can be in an id, a signature or the name of a task.
const BETWEEN: u8 = b'|';
/// Between the parts of an entry.
const BETWEEN_PARTS: u8 = b'~';
/// Marks an entry as held out.
const HELD_OUT: &str = "h";

/// Something that was shown, or would have been.
#[derive(Clone, Debug)]
struct Exposure {
    offer: Offer,
    at: UnixMillis,
    /// Tasks under way at that moment.
    tasks: Vec<String>,
}

/// One tab's arbiter.
#[derive(Clone, Debug, Default)]
pub struct Arbiter {
    exposures: Vec<Exposure>,
    /// Shown and not yet answered by the person.
    open: Option<String>,
    last_end: Option<UnixMillis>,
    dismissed: u32,
    /// Names of tasks that have started and not ended.
    tasks: Vec<String>,
}

impl Arbiter {
    /// Tasks and exposures remembered.
    const MOST: usize = 16;

    /// Judges an offer. `Show` and `HoldOut` count as handled from here on.
    pub fn offer(&mut self, offer: &Offer, moment: &Moment) -> Verdict {
        let now = moment.now;
        if self.exposed(&offer.id).is_some() || self.has_shown(&offer.entry) {
            return Verdict::Drop(Reason::AlreadyHandled);
        }
        if now >= offer.expires_at {
            return Verdict::Drop(Reason::Expired);
        }
        if self.dismissed >= MOST_DISMISSALS {
            return Verdict::Drop(Reason::Dismissed);
        }
        let shown = self.exposures.iter().filter(|exposure| !exposure.offer.held_out).count();
        if shown >= MOST_SHOWN || self.exposures.len() >= Self::MOST {
            return Verdict::Drop(Reason::EnoughShown);
        }
        if self.open.is_some() {
            return Verdict::Wait(now + Millis(1000), Reason::OneIsShown);
        }
        if moment.shown_elsewhere {
            return Verdict::Wait(now + Millis(1000), Reason::ShownElsewhere);
        }
        // What is urgent need not wait for the cool-down, only for the person.
        let cool = self.last_end.map(|end| end + COOL_DOWN).filter(|until| *until > now);
        if let Some(until) = cool.filter(|_| offer.priority != Priority::High) {
            return Verdict::Wait(until, Reason::CoolingDown);
        }
        let typing = moment.last_typed.map(|at| at + TYPING).filter(|until| *until > now);
        if let Some(until) = typing {
            return Verdict::Wait(until, Reason::Typing);
        }
        self.exposures.push(Exposure { offer: offer.clone(), at: now, tasks: self.tasks.clone() });
        if offer.held_out {
            return Verdict::HoldOut;
        }
        self.open = Some(offer.id.clone());
        Verdict::Show
    }

    /// Notes what became of something that was shown.
    pub fn note(&mut self, id: &str, outcome: Outcome, now: UnixMillis) {
        if !matches!(outcome, Outcome::Clicked | Outcome::Dismissed | Outcome::Expired | Outcome::Failed) {
            return;
        }
        if self.open.as_deref() == Some(id) {
            self.open = None;
            self.last_end = Some(now);
            self.dismissed += u32::from(outcome == Outcome::Dismissed);
        }
    }

    /// A host signed the decision behind something that is already shown.
    pub fn signed(&mut self, id: &str, signature: &str) {
        if let Some(exposure) = self.exposures.iter_mut().find(|exposure| exposure.offer.id == id) {
            signature.clone_into(&mut exposure.offer.signature);
        }
    }

    /// The offer behind something that was shown or held out.
    pub fn exposed(&self, id: &str) -> Option<&Offer> {
        self.exposures.iter().find(|exposure| exposure.offer.id == id).map(|exposure| &exposure.offer)
    }

    /// Whether a catalogue entry was shown or held out in this session: nobody is told the same twice, however often
    /// its cause is seen again.
    pub fn has_shown(&self, entry: &str) -> bool {
        self.exposures.iter().any(|exposure| exposure.offer.entry == entry)
    }

    /// A task began.
    pub fn task_started(&mut self, name: &str) {
        if self.tasks.len() < Self::MOST && !self.tasks.iter().any(|known| known == name) {
            self.tasks.push(name.to_owned());
        }
    }

    /// A task ended. If it succeeded, returns the help that came in time for it, each once.
    pub fn task_ended(&mut self, name: &str, success: bool, now: UnixMillis) -> Vec<Offer> {
        if let Some(index) = self.tasks.iter().position(|known| known == name) {
            self.tasks.remove(index);
        }
        let mut helped = Vec::new();
        if success {
            for exposure in &mut self.exposures {
                let stuck = exposure.tasks.iter().any(|task| task == name);
                if stuck && now - exposure.at <= HELPED_WITHIN {
                    exposure.tasks.clear();
                    helped.push(exposure.offer.clone());
                }
            }
        }
        helped
    }

    /// Dismissals so far.
    pub fn dismissed(&self) -> u32 {
        self.dismissed
    }

    /// What the tab's next page must know: caps, and what may still turn out to have helped.
    pub fn save(&self) -> String {
        let mut out = String::new();
        push_integer(&mut out, u64::from(self.dismissed));
        out.push(char::from(BETWEEN_PARTS));
        push_integer(&mut out, self.last_end.map_or(0, |end| end.0));
        for exposure in &self.exposures {
            let offer = &exposure.offer;
            out.push(char::from(BETWEEN));
            out.push_str(if offer.held_out { HELD_OUT } else { "" });
            out.push(char::from(BETWEEN_PARTS));
            push_integer(&mut out, exposure.at.0);
            let parts = [&offer.id, &offer.entry, &offer.decision, &offer.signature];
            for part in parts.into_iter().chain(&exposure.tasks) {
                out.push(char::from(BETWEEN_PARTS));
                out.push_str(part);
            }
        }
        out
    }

    /// Goes on where an earlier page of this tab stopped. What it showed is gone with it; what cannot be read is left
    /// out.
    pub fn restore(&mut self, saved: &str) {
        self.exposures.clear();
        let mut lines = Parts::of(saved, BETWEEN);
        let mut first = Parts::of(lines.take(), BETWEEN_PARTS);
        self.dismissed = first.number().unwrap_or(0) as u32;
        self.last_end = first.number().filter(|end| *end > 0).map(UnixMillis);
        while !lines.is_empty() && self.exposures.len() < Self::MOST {
            let mut parts = Parts::of(lines.take(), BETWEEN_PARTS);
            let held_out = parts.take() == HELD_OUT;
            let Some(at) = parts.number() else { continue };
            let mut text = || parts.take().to_owned();
            let offer = Offer {
                id: text(),
                entry: text(),
                priority: Priority::Medium,
                held_out,
                expires_at: UnixMillis(0),
                decision: text(),
                signature: text(),
            };
            let mut tasks = Vec::new();
            while !parts.is_empty() {
                let task = parts.take();
                self.task_started(task);
                tasks.push(task.to_owned());
            }
            self.exposures.push(Exposure { offer, at: UnixMillis(at), tasks });
        }
    }

    /// Writes the batch's `policy_state`.
    pub fn write_state(&self, level: Level, w: &mut Writer) {
        w.begin_object().name("level").string(level.name()).name("shown").begin_array();
        for exposure in self.exposures.iter().filter(|exposure| !exposure.offer.held_out) {
            w.begin_object().name("id").string(&exposure.offer.id).name("at").integer(exposure.at.0).end_object();
        }
        w.end_array().name("dismissed").integer(u64::from(self.dismissed)).end_object();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(id: &str, priority: Priority) -> Offer {
        Offer {
            id: id.to_owned(),
            entry: format!("entry of {id}"),
            priority,
            held_out: false,
            expires_at: UnixMillis(1_000_000),
            decision: "d".to_owned(),
            signature: String::new(),
        }
    }

    fn at(now: u64) -> Moment {
        Moment { now: UnixMillis(now), last_typed: None, shown_elsewhere: false }
    }

    #[test]
    fn shows_one_at_a_time_and_each_once() {
        let mut arbiter = Arbiter::default();
        assert_eq!(arbiter.offer(&offer("a", Priority::Medium), &at(0)), Verdict::Show);
        assert_eq!(arbiter.offer(&offer("a", Priority::Medium), &at(1)), Verdict::Drop(Reason::AlreadyHandled));
        let again = Offer { id: "another".to_owned(), ..offer("a", Priority::High) };
        assert_eq!(arbiter.offer(&again, &at(1)), Verdict::Drop(Reason::AlreadyHandled));
        let wait = arbiter.offer(&offer("b", Priority::High), &at(1));
        assert_eq!(wait, Verdict::Wait(UnixMillis(1001), Reason::OneIsShown));
    }

    #[test]
    fn cools_down_unless_it_is_urgent() {
        let mut arbiter = Arbiter::default();
        arbiter.offer(&offer("a", Priority::Medium), &at(0));
        arbiter.note("a", Outcome::Clicked, UnixMillis(10));
        let wait = arbiter.offer(&offer("b", Priority::Medium), &at(20));
        assert_eq!(wait, Verdict::Wait(UnixMillis(60_010), Reason::CoolingDown));
        assert_eq!(arbiter.offer(&offer("c", Priority::High), &at(20)), Verdict::Show);
    }

    #[test]
    fn stops_after_two_dismissals_and_after_three_in_all() {
        let mut arbiter = Arbiter::default();
        for id in ["a", "b"] {
            assert_eq!(arbiter.offer(&offer(id, Priority::High), &at(0)), Verdict::Show);
            arbiter.note(id, Outcome::Dismissed, UnixMillis(0));
        }
        assert_eq!(arbiter.offer(&offer("c", Priority::High), &at(0)), Verdict::Drop(Reason::Dismissed));

        let mut arbiter = Arbiter::default();
        for id in ["a", "b", "c"] {
            arbiter.offer(&offer(id, Priority::High), &at(0));
            arbiter.note(id, Outcome::Clicked, UnixMillis(0));
        }
        assert_eq!(arbiter.offer(&offer("d", Priority::High), &at(0)), Verdict::Drop(Reason::EnoughShown));
    }

    #[test]
    fn waits_while_somebody_types_or_another_tab_helps() {
        let mut arbiter = Arbiter::default();
        let typing = Moment { last_typed: Some(UnixMillis(900)), ..at(1000) };
        let verdict = arbiter.offer(&offer("a", Priority::High), &typing);
        assert_eq!(verdict, Verdict::Wait(UnixMillis(2900), Reason::Typing));
        let elsewhere = Moment { shown_elsewhere: true, ..at(1000) };
        let verdict = arbiter.offer(&offer("a", Priority::High), &elsewhere);
        assert_eq!(verdict, Verdict::Wait(UnixMillis(2000), Reason::ShownElsewhere));
    }

    #[test]
    fn drops_what_has_expired() {
        let verdict = Arbiter::default().offer(&offer("a", Priority::High), &at(1_000_000));
        assert_eq!(verdict, Verdict::Drop(Reason::Expired));
    }

    #[test]
    fn only_a_task_that_was_stuck_was_helped_and_only_in_time() {
        let help = |exposed: u64, ended: u64, task: &str| {
            let mut arbiter = Arbiter::default();
            arbiter.task_started("checkout");
            let held = Offer { held_out: true, ..offer("a", Priority::High) };
            assert_eq!(arbiter.offer(&held, &at(exposed)), Verdict::HoldOut);
            arbiter.task_started("other");
            let first = arbiter.task_ended(task, true, UnixMillis(ended)).len();
            assert!(arbiter.task_ended(task, true, UnixMillis(ended)).is_empty());
            first
        };
        assert_eq!(help(0, 600_000, "checkout"), 1);
        assert_eq!(help(0, 600_001, "checkout"), 0);
        assert_eq!(help(0, 1, "other"), 0);
    }

    #[test]
    fn the_next_page_keeps_the_caps_and_what_may_still_help() {
        let mut arbiter = Arbiter::default();
        arbiter.task_started("checkout");
        arbiter.offer(&Offer { signature: "sig".to_owned(), ..offer("a", Priority::High) }, &at(5));
        arbiter.note("a", Outcome::Dismissed, UnixMillis(10));
        arbiter.offer(&Offer { held_out: true, ..offer("b", Priority::High) }, &at(20));
        let saved = arbiter.save();
        let mut next = Arbiter::default();
        next.restore(&saved);
        assert_eq!(next.save(), saved);
        assert_eq!(next.offer(&offer("a", Priority::High), &at(30)), Verdict::Drop(Reason::AlreadyHandled));
        let wait = next.offer(&offer("c", Priority::Medium), &at(30));
        assert_eq!(wait, Verdict::Wait(UnixMillis(60_010), Reason::CoolingDown));
        let helped = next.task_ended("checkout", true, UnixMillis(40));
        assert_eq!(helped.iter().map(|offer| offer.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((helped[0].decision.as_str(), helped[0].signature.as_str()), ("d", "sig"));
        for broken in ["", "x~y", "1~0|~z", "1~0|h", "|||~~~"] {
            Arbiter::default().restore(broken);
        }
    }

    #[test]
    fn tells_the_host_what_was_shown() {
        let mut arbiter = Arbiter::default();
        arbiter.offer(&offer("a", Priority::High), &at(5));
        arbiter.note("a", Outcome::Dismissed, UnixMillis(6));
        let mut w = Writer::new();
        arbiter.write_state(Level::Medium, &mut w);
        assert_eq!(w.finish(), r#"{"level":"medium","shown":[{"id":"a","at":5}],"dismissed":1}"#);
    }
}
