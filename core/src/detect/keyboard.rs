//! Keyboard frustration: Enter or Escape pressed again and again, and nothing answers.

use super::{Aim, Findings, Verdict, ignored};
use crate::input::{ElementId, Flags, Key};
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::{self, Thresholds};
use crate::time::Millis;

/// Presses of one key on one element.
#[derive(Clone, Debug)]
struct Run {
    key: Key,
    element: Option<ElementId>,
    flags: Flags,
    /// In a row without an answer, the newest included.
    presses: u32,
    first_at: Millis,
    last_at: Millis,
    /// Whether the newest press got an answer.
    answered: bool,
    came: Answers,
    verdict: Option<Verdict>,
}

/// The detector: one run at a time, since one person types.
#[derive(Clone, Debug, Default)]
pub struct Keyboard {
    run: Option<Run>,
}

impl Keyboard {
    /// A key was pressed and not merely held.
    pub fn pressed(&mut self, now: Millis, key: Key, aim: Aim, all: &Thresholds, out: &mut Findings) {
        let limits = &all.keyboard;
        // Letters and arrows only ask where a control has the focus that is no field: a custom one that takes no keys.
        let control = aim.flags.any(Flags::INTERACTIVE) && !aim.flags.any(Flags::TEXT_FIELD.with(Flags::EDITABLE));
        let asks = matches!(key, Key::Enter | Key::Escape) || (matches!(key, Key::Char | Key::Other) && control);
        let goes_on = self
            .run
            .as_ref()
            .is_some_and(|run| run.key == key && run.element == aim.element && now.since(run.last_at) <= limits.gap);
        if !goes_on {
            self.close(now, all, out);
        }
        if !asks || !limits.enabled || aim.flags.any(limits.ignore) {
            return;
        }
        let run = self.run.get_or_insert_with(|| Run {
            key,
            element: aim.element,
            flags: aim.flags,
            presses: 0,
            first_at: now,
            last_at: now,
            answered: false,
            came: Answers::default(),
            verdict: None,
        });
        if run.answered {
            // Whatever came before worked.
            (run.presses, run.first_at) = (0, now);
        }
        run.presses += 1;
        run.last_at = now;
        run.answered = false;
        // Every press but the newest has had its time.
        if run.presses >= limits.presses && run.verdict.is_none() {
            run.say(now, Grade::Likely, false, out);
        }
    }

    /// Something answered.
    pub fn answered(&mut self, what: Answers) {
        if let Some(run) = &mut self.run {
            run.came = run.came.with(what);
            run.answered |= what.any(Answers::VISIBLE);
        }
    }

    /// When the last press has had its time.
    pub fn deadline(&self, limits: &thresholds::Keyboard) -> Option<Millis> {
        self.run.as_ref().map(|run| run.last_at + limits.timeout)
    }

    /// That time has passed, or the page is left.
    pub fn close(&mut self, now: Millis, all: &Thresholds, out: &mut Findings) {
        let Some(mut run) = self.run.take() else { return };
        let in_time = now.since(run.last_at) < all.keyboard.timeout;
        if run.verdict.is_some() && !run.answered && !in_time {
            run.say(now, Grade::Confirmed, true, out);
        }
    }
}

impl Run {
    fn say(&mut self, now: Millis, grade: Grade, is_final: bool, out: &mut Findings) {
        let evidence = Evidence {
            count: self.presses,
            span: self.last_at.since(self.first_at),
            looked_for: Answers::VISIBLE,
            came: self.came,
            ..Evidence::default()
        };
        let opted_out = ignored(self.flags, Flags(0), Kind::KeyboardFrustration);
        let verdict = self.verdict.get_or_insert_with(|| Verdict::new(Kind::KeyboardFrustration, self.element, out));
        verdict.say(now, grade, is_final, evidence, opted_out.then_some(Suppressed::OptOut), out);
    }
}
