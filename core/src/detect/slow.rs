//! Slow clicks: the answer came, or is still awaited, long after one doubts that it comes.

use super::clicks::Click;
use super::{Chains, Findings};
use crate::input::Flags;
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::Thresholds;
use crate::time::Millis;

/// The detector.
#[derive(Clone, Debug, Default)]
pub struct Slow {
    chains: Chains,
}

impl Slow {
    /// A click got its first visible answer, or still waits for one while a request of it is pending.
    pub fn waited(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        let slow = &all.slow;
        let waited = now.since(click.at);
        let asks = click.is(slow.only, slow.tags) && !click.skipped && !click.flags.any(slow.ignore);
        if !slow.enabled || !asks || waited < slow.timeout {
            return;
        }
        // What changed far away without a request of the click may have been anything.
        let doubt = click.far.is_some() && !click.came.any(Answers::REQUEST);
        let grade = if waited >= slow.likely && !doubt { Grade::Likely } else { Grade::Suspected };
        self.say(now, click, grade, all, out);
    }

    /// The click turned out dead, failed, or was left behind: that says it better.
    pub fn superseded(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        if self.chains.holds(click, all.slow.chain) {
            self.say(now, click, Grade::Retracted, all, out);
        }
    }

    fn say(&mut self, now: Millis, click: &Click, grade: Grade, all: &Thresholds, out: &mut Findings) {
        let opted_out = click.flags.any(Flags::ignore(Kind::SlowClick));
        let evidence = Evidence {
            first_answer: click.first_answer,
            looked_for: Answers::VISIBLE,
            came: click.came,
            ..Evidence::default()
        };
        let suppressed_by = opted_out.then_some(Suppressed::OptOut);
        self.chains.say(now, Kind::SlowClick, click, grade, all.slow.chain, evidence, suppressed_by, out);
    }
}
