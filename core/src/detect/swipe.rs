//! Dead swipes: a finger pulls at something, and nothing moves.

use std::cmp::Ordering;

use super::{Aim, Findings, Verdict, ignored};
use crate::input::{ElementId, Flags, Px};
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::{self, Thresholds};
use crate::time::Millis;

/// Swipes in one direction on one element.
#[derive(Clone, Debug)]
struct Run {
    element: Option<ElementId>,
    flags: Flags,
    sideways: bool,
    /// Swipes that nothing answered.
    dead: u32,
    first_at: Millis,
    last_at: Millis,
    /// The newest swipe still has time to be answered.
    open: bool,
    came: Answers,
    verdict: Option<Verdict>,
}

/// The detector: one run at a time, since one finger swipes.
#[derive(Clone, Debug, Default)]
pub struct Swipes {
    run: Option<Run>,
}

impl Swipes {
    /// A finger swiped; `during` came while it was down.
    #[expect(clippy::too_many_arguments, reason = "each is one fact of one gesture")]
    pub fn swiped(
        &mut self,
        now: Millis,
        aim: Aim,
        dx: Px,
        dy: Px,
        during: Answers,
        all: &Thresholds,
        out: &mut Findings,
    ) {
        let limits = &all.swipe;
        let (x, y) = (i64::from(dx.0).pow(2), i64::from(dy.0).pow(2));
        let far = x + y >= (i64::from(limits.distance_px) * i64::from(Px::PER_PIXEL)).pow(2);
        if !limits.enabled || !far || aim.flags.any(limits.ignore) {
            return;
        }
        let sideways = x > y;
        let goes_on = self.run.as_ref().is_some_and(|run| {
            run.element == aim.element && run.sideways == sideways && now.since(run.last_at) <= limits.chain
        });
        if goes_on {
            self.settle(now, all, out);
        } else {
            self.run = None;
        }
        let run = self.run.get_or_insert_with(|| Run {
            element: aim.element,
            flags: aim.flags,
            sideways,
            dead: 0,
            first_at: now,
            last_at: now,
            open: true,
            came: Answers::default(),
            verdict: None,
        });
        run.last_at = now;
        run.came = run.came.with(during);
        run.open = !during.any(limits.answers);
    }

    /// Something answered.
    pub fn answered(&mut self, what: Answers, limits: &thresholds::Swipe) {
        if let Some(run) = &mut self.run {
            run.came = run.came.with(what);
            run.open &= !what.any(limits.answers);
        }
    }

    /// When the newest swipe has had its time.
    pub fn deadline(&self, limits: &thresholds::Swipe) -> Option<Millis> {
        self.run.as_ref().filter(|run| run.open).map(|run| run.last_at + limits.timeout)
    }

    /// The newest swipe has had its time.
    pub fn settle(&mut self, now: Millis, all: &Thresholds, out: &mut Findings) {
        let Some(run) = self.run.as_mut().filter(|run| run.open) else { return };
        run.open = false;
        run.dead += 1;
        // Pulling a page beyond its end is a habit; pulling sideways means something.
        let needed = if run.sideways { 1 } else { all.swipe.upright };
        let grade = match run.dead.cmp(&needed) {
            Ordering::Less => Grade::Suspected,
            Ordering::Equal => Grade::Likely,
            Ordering::Greater => Grade::Confirmed,
        };
        let evidence = Evidence {
            count: run.dead,
            span: run.last_at.since(run.first_at),
            looked_for: all.swipe.answers,
            came: run.came,
            ..Evidence::default()
        };
        let opted_out = ignored(run.flags, Flags(0), Kind::DeadSwipe);
        let verdict = run.verdict.get_or_insert_with(|| Verdict::new(Kind::DeadSwipe, run.element, out));
        verdict.say(now, grade, false, evidence, opted_out.then_some(Suppressed::OptOut), out);
    }

    /// The page is left: nothing more is judged on it.
    pub fn leave(&mut self) {
        self.run = None;
    }
}
