//! Dead clicks: something looked clickable, was clicked, and nothing answered in time.

use super::clicks::{Click, Clicks};
use super::{Chains, Findings};
use crate::input::{ElementId, Flags};
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::{self, EndedBy, Thresholds};
use crate::time::Millis;

/// The detector.
#[derive(Clone, Debug, Default)]
pub struct Dead {
    chains: Chains,
    /// The last candidates: on what, and when.
    candidates: Vec<(ElementId, Millis)>,
}

impl Dead {
    /// Candidates remembered: more targets than a hand changes between within a second.
    const MOST_CANDIDATES: usize = 16;

    /// Whether the newest click is no candidate, though one by what it is: it repeats one, or another one still waits.
    pub fn skips(&mut self, clicks: &Clicks, dead: &thresholds::Dead) -> bool {
        let Some(click) = clicks.newest().filter(|click| may_be(click, dead)) else { return false };
        let waits = |other: &&Click| other.serial != click.serial && may_be(other, dead) && !is_over(other, dead);
        if dead.single && clicks.open().any(|other| waits(&other)) {
            return true;
        }
        if dead.dedupe == Millis(0) {
            return false;
        }
        self.candidates.retain(|(_, at)| click.at.since(*at) < dead.dedupe);
        if dead.ended_by == EndedBy::Gesture {
            self.candidates.retain(|(target, _)| *target == click.target);
        }
        if self.candidates.iter().any(|(target, _)| *target == click.target) {
            return true;
        }
        if self.candidates.len() == Self::MOST_CANDIDATES {
            self.candidates.remove(0);
        }
        self.candidates.push((click.target, click.at));
        false
    }

    /// A gesture came that is no click: what follows repeats nothing.
    pub fn parted(&mut self, dead: &thresholds::Dead) {
        if dead.ended_by == EndedBy::Gesture {
            self.candidates.clear();
        }
    }

    /// Nothing came in the time in which answers come; a late one may still.
    pub fn suspected(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        if concerns(click, all) && !(click.erred() && all.dead.yields) {
            self.say(now, click, Grade::Suspected, all, out);
        }
    }

    /// The last word on a click, and whether it is a bad one.
    pub fn settled(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) -> bool {
        if !concerns(click, all) || (click.is_pending() && all.dead.pending_timeout > Millis(0)) {
            self.superseded(now, click, all, out);
            return false;
        }
        // A change by itself, or a request that ended without effect, leaves a doubt.
        let doubt = click.came.any(Answers::NOISE.with(Answers::REQUEST));
        self.say(now, click, if doubt { Grade::Likely } else { Grade::Confirmed }, all, out);
        true
    }

    /// Something answered after all, or the page is left: nobody knows any more.
    pub fn superseded(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        if self.chains.holds(click, all.dead.chain) {
            self.say(now, click, Grade::Retracted, all, out);
        }
    }

    fn say(&mut self, now: Millis, click: &Click, grade: Grade, all: &Thresholds, out: &mut Findings) {
        let suppressed_by = if click.erred() && all.dead.yields {
            Some(Suppressed::ErrorClick)
        } else if click.flags.any(Flags::ignore(Kind::DeadClick)) {
            Some(Suppressed::OptOut)
        } else {
            None
        };
        let evidence = Evidence { looked_for: all.dead.answers, came: click.came, ..Evidence::default() };
        self.chains.say(now, Kind::DeadClick, click, grade, all.dead.chain, evidence, suppressed_by, out);
    }
}

fn concerns(click: &Click, all: &Thresholds) -> bool {
    let dead = &all.dead;
    may_be(click, dead) && !is_over(click, dead)
}

/// Whether it is a candidate by what it is.
fn may_be(click: &Click, dead: &thresholds::Dead) -> bool {
    dead.enabled && !click.skipped && click.is(dead.only, dead.tags) && !click.flags.any(dead.ignore)
}

/// Whether something that came since speaks against it.
fn is_over(click: &Click, dead: &thresholds::Dead) -> bool {
    click.in_time.any(dead.answers) || click.is_ended(dead.ended_by)
}
