//! Dead clicks: something looked clickable, was clicked, and nothing answered in time.

use super::clicks::Click;
use super::{Chains, Finding, Findings};
use crate::input::Flags;
use crate::signal::{Answers, Evidence, Grade, Kind, Signal, Suppressed};
use crate::thresholds::Thresholds;
use crate::time::Millis;

/// The detector.
#[derive(Clone, Debug, Default)]
pub struct Dead {
    chains: Chains,
}

impl Dead {
    /// A click's deadline has passed.
    pub fn settled(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        let dead = &all.dead;
        let candidate = dead.enabled
            && click.plain
            && click.flags.any(Flags::INTERACTIVE)
            && !click.flags.any(dead.ignore)
            && !click.came.any(dead.answers)
            && !click.is_pending();
        if !candidate {
            return;
        }
        let suppressed_by = if click.erred() {
            Some(Suppressed::ErrorClick)
        } else if click.flags.any(Flags::ignore(Kind::DeadClick)) {
            Some(Suppressed::OptOut)
        } else {
            None
        };
        // A change by itself, or a request that ended without effect, leaves a doubt.
        let doubt = click.came.any(Answers::NOISE.with(Answers::REQUEST));
        let grade = if doubt { Grade::Likely } else { Grade::Confirmed };
        let counted = if suppressed_by.is_some() { Grade::Retracted } else { grade };

        let (chain, before) = self.chains.add(click, counted, dead.chain, out);
        if chain.clicks > 1 && suppressed_by.is_none() {
            out.list.push(Finding::Retry);
        }
        let evidence = Evidence {
            clicks: chain.clicks,
            span: click.at.since(chain.first_at),
            looked_for: dead.answers,
            came: click.came,
            ..Evidence::default()
        };
        let signal = Signal {
            id: chain.id,
            kind: Kind::DeadClick,
            grade: chain.grade.max(grade),
            revision: chain.revision,
            is_final: false,
            at: now,
            element: Some(click.target),
            evidence,
            // A chain that was raised once stays raised.
            suppressed_by: suppressed_by.filter(|_| chain.grade == Grade::Retracted),
        };
        out.list.push(Finding::Signal(signal, before));
    }
}
