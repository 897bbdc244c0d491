//! Disabled clicks: a control that cannot be used was pressed as if it could.

use super::clicks::{Click, Clicks};
use super::{Chains, Findings};
use crate::input::Flags;
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::{Thresholds, only};
use crate::time::Millis;

/// The detector.
#[derive(Clone, Debug, Default)]
pub struct Disabled {
    chains: Chains,
}

impl Disabled {
    /// A control was pressed.
    pub fn pressed(&mut self, now: Millis, click: &Click, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        // The second half of a double-click whose first half switched the control off.
        let worked = |before: &Click| {
            before.target == click.target
                && !before.flags.any(Flags::DISABLED)
                && click.at.since(before.at) <= all.disabled.double
        };
        if !concerns(click, all) || clicks.open().any(worked) {
            return;
        }
        let presses = self.chains.clicks(click, all.disabled.chain) + 1;
        let grade = match presses {
            1 => Grade::Suspected,
            2 => Grade::Likely,
            _ => Grade::Confirmed,
        };
        self.say(now, click, grade, all, out);
    }

    /// Nothing explained the refusal in time: no message, no hint.
    pub fn unanswered(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        if concerns(click, all) && !click.is_answered() && self.chains.holds(click, all.disabled.chain) {
            self.say(now, click, Grade::Likely, all, out);
        }
    }

    fn say(&mut self, now: Millis, click: &Click, grade: Grade, all: &Thresholds, out: &mut Findings) {
        let opted_out = click.flags.any(Flags::ignore(Kind::DisabledClick));
        let evidence = Evidence { looked_for: Answers::VISIBLE, came: click.came, ..Evidence::default() };
        let suppressed_by = opted_out.then_some(Suppressed::OptOut);
        self.chains.say(now, Kind::DisabledClick, click, grade, all.disabled.chain, evidence, suppressed_by, out);
    }
}

fn concerns(click: &Click, all: &Thresholds) -> bool {
    let disabled = &all.disabled;
    disabled.enabled
        && click.made.all(only::PLAIN)
        && click.flags.any(Flags::DISABLED)
        && !click.flags.any(disabled.ignore)
}
