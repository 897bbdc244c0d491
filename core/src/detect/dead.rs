//! Dead clicks: something looked clickable, was clicked, and nothing answered in time.

use super::clicks::Click;
use super::{Chains, Findings};
use crate::input::Flags;
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::Thresholds;
use crate::time::Millis;

/// The detector.
#[derive(Clone, Debug, Default)]
pub struct Dead {
    chains: Chains,
}

impl Dead {
    /// Nothing came in the time in which answers come; a late one may still.
    pub fn suspected(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        if concerns(click, all) && !click.erred() {
            self.say(now, click, Grade::Suspected, all, out);
        }
    }

    /// The last word on a click.
    pub fn settled(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        if !concerns(click, all) || click.is_pending() {
            self.superseded(now, click, all, out);
            return;
        }
        // A change by itself, or a request that ended without effect, leaves a doubt.
        let doubt = click.came.any(Answers::NOISE.with(Answers::REQUEST));
        self.say(now, click, if doubt { Grade::Likely } else { Grade::Confirmed }, all, out);
    }

    /// Something answered after all, or the page is left: nobody knows any more.
    pub fn superseded(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        if self.chains.holds(click, all.dead.chain) {
            self.say(now, click, Grade::Retracted, all, out);
        }
    }

    fn say(&mut self, now: Millis, click: &Click, grade: Grade, all: &Thresholds, out: &mut Findings) {
        let suppressed_by = if click.erred() {
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
    dead.enabled
        && click.plain
        && click.flags.any(Flags::INTERACTIVE)
        && !click.flags.any(dead.ignore)
        && !click.came.any(dead.answers)
}
