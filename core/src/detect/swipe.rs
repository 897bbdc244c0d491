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
    /// Newest last; where swipes do not add up, each is one and older ones may still wait.
    runs: Vec<Run>,
    /// The last candidates: on what, and when.
    candidates: Vec<(Option<ElementId>, Millis)>,
    /// Signals of this page.
    raised: u32,
}

impl Swipes {
    /// Swipes that wait at once, and candidates remembered.
    const MOST: usize = 16;

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
        // Unsigned, so that the longest way there can be has a square.
        let square = |way: i64| way.unsigned_abs().saturating_pow(2);
        let (x, y) = (square(dx.0.into()), square(dy.0.into()));
        let far = x + y >= square(i64::from(limits.distance_px) * i64::from(Px::PER_PIXEL));
        if !limits.enabled || !far || aim.flags.any(limits.ignore) || !aim.tag.any(limits.tags) {
            return;
        }
        if limits.dedupe > Millis(0) {
            self.candidates.retain(|(_, at)| now.since(*at) < limits.dedupe);
            if self.candidates.iter().any(|(element, _)| *element == aim.element) {
                return;
            }
            if self.candidates.len() == Self::MOST {
                self.candidates.remove(0);
            }
            self.candidates.push((aim.element, now));
        }
        let sideways = x > y;
        let goes_on = limits.chain > Millis(0)
            && self.runs.last().is_some_and(|run| {
                run.element == aim.element && run.sideways == sideways && now.since(run.last_at) <= limits.chain
            });
        if goes_on {
            self.settle(now, all, out);
        } else {
            self.runs.retain(|run| run.open && limits.chain == Millis(0));
            if self.runs.len() == Self::MOST {
                self.runs.remove(0);
            }
            self.runs.push(Run {
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
        }
        let Some(run) = self.runs.last_mut() else { return };
        run.last_at = now;
        run.came = run.came.with(during);
        run.open = !during.any(limits.answers);
    }

    /// Something answered.
    pub fn answered(&mut self, now: Millis, what: Answers, limits: &thresholds::Swipe) {
        let timed = what.any(Answers::SCROLL.with(Answers::SELECTION));
        for run in &mut self.runs {
            run.came = run.came.with(what);
            let late = timed && now.since(run.last_at) > limits.scroll;
            run.open &= late || !what.any(limits.answers);
        }
    }

    /// When the newest swipe has had its time.
    pub fn deadline(&self, limits: &thresholds::Swipe) -> Option<Millis> {
        self.runs.iter().find(|run| run.open).map(|run| run.last_at + limits.timeout)
    }

    /// The newest swipe has had its time.
    pub fn settle(&mut self, now: Millis, all: &Thresholds, out: &mut Findings) {
        let Some(run) = self.runs.iter_mut().find(|run| run.open) else { return };
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
        if run.verdict.is_none() {
            if self.raised >= all.swipe.most {
                return;
            }
            self.raised += 1;
        }
        let verdict = run.verdict.get_or_insert_with(|| Verdict::new(Kind::DeadSwipe, run.element, out));
        verdict.say(now, grade, false, evidence, opted_out.then_some(Suppressed::OptOut), out);
    }

    /// The page is left: nothing more is judged on it.
    pub fn leave(&mut self) {
        *self = Self::default();
    }
}
