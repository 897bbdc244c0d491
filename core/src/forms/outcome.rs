//! What becomes of a run: started, submitted, refused, done, left.

use super::run::{Attempt, Ended, Requests, Run};
use super::{Form, Forms, Scene, State, cut};
use crate::detect::Finding;
use crate::input::{ElementId, FormWhat};
use crate::signal::Answers;
use crate::time::UnixMillis;

impl Forms {
    pub(super) fn form(&mut self, now: UnixMillis, form: &str, what: FormWhat, s: &mut Scene<'_>) {
        let begins = matches!(what, FormWhat::Submit | FormWhat::Success);
        let known = self.find(form);
        if what == FormWhat::Success && known.is_some_and(|index| self.list[index].told.state == State::Submitted) {
            return;
        }
        if matches!(what, FormWhat::Reset | FormWhat::Removed) && known.is_none() {
            return;
        }
        let Some(index) = self.run(form, begins, now, s) else { return };
        let run = &mut self.list[index];
        match what {
            FormWhat::Seen => {
                run.dirty |= run.told.revision == 0;
                let removed_at = run.removed_at.take();
                if removed_at.is_some_and(|at| now - at <= s.limits.abandon.settle) {
                    self.resume(index, now, s);
                }
            }
            FormWhat::Submit => {
                run.touched_at = now;
                self.resume(index, now, s);
                self.submit(index, now, s);
            }
            FormWhat::Reset => {
                if run.untouched().is_some() {
                    self.goes_on(|each| each.told.form == cut(form));
                } else {
                    run.reset_at = Some(now);
                }
                self.list[index].slots.iter_mut().for_each(|slot| slot.length = 0);
            }
            FormWhat::Removed => match run.attempt.as_mut() {
                Some(attempt) if run.edited_at <= attempt.at => (attempt.evidence, attempt.gone) = (true, true),
                _ => {
                    run.attempt = None;
                    run.removed_at = Some(now);
                }
            },
            FormWhat::Success => {
                self.resume(index, now, s);
                self.start(index, s);
                self.succeed(index, now, s);
            }
        }
    }

    pub(super) fn submit(&mut self, index: usize, now: UnixMillis, s: &mut Scene<'_>) {
        let settle = s.limits.abandon.settle;
        // Two clicks in a row are one submit, as are a click that the page refuses and the event that follows it.
        let doubled = self.list[index].untouched().is_some_and(|attempt| now - attempt.at <= settle);
        if doubled {
            return;
        }
        let number = Some(self.list[index].told.run);
        if !self.press.is_some_and(|press| press.used == number && now - press.at <= settle) {
            self.submitted(index, s);
        }
        let attempt = Attempt { at: now, requests: Requests::default(), evidence: false, gone: false };
        let run = &mut self.list[index];
        run.attempt = Some(attempt);
        run.slots.iter_mut().for_each(|slot| slot.refilled = 0);
    }

    /// Counts a submit.
    pub(super) fn submitted(&mut self, index: usize, s: &mut Scene<'_>) {
        let run = &mut self.list[index];
        run.told.submits += 1;
        run.dirty = true;
        if run.told.invalid_submits > 0 {
            run.told.retries += 1;
            self.counts.retries += 1;
        }
        self.start(index, s);
    }

    pub(super) fn start(&mut self, index: usize, s: &mut Scene<'_>) {
        if self.list[index].told.state == State::Viewed {
            self.counts.attempts += 1;
            self.turn(index, State::Started, s);
        }
    }

    /// The run reaches another state, which is told.
    pub(super) fn turn(&mut self, index: usize, state: State, s: &mut Scene<'_>) {
        let run = &mut self.list[index];
        run.told.state = state;
        s.out.list.push(Finding::Form(next_revision(run), self.clock));
    }

    /// A submit was refused.
    pub(super) fn fail(
        &mut self,
        index: usize,
        came: Answers,
        element: Option<ElementId>,
        now: UnixMillis,
        s: &mut Scene<'_>,
    ) {
        let run = &mut self.list[index];
        if let Some(press) = &mut self.press {
            press.used = Some(run.told.run);
            press.alerted = came.any(Answers::ALERT);
        }
        run.attempt = None;
        if run.told.invalid_submits == 0 {
            run.first_invalid_at = now;
        }
        run.told.invalid_submits += 1;
        self.turn(index, State::Invalid, s);
        self.refused(index, came, element, now, s);
    }

    pub(super) fn succeed(&mut self, index: usize, now: UnixMillis, s: &mut Scene<'_>) {
        let run = &mut self.list[index];
        (run.attempt, run.ended, run.removed_at) = (None, None, None);
        self.focus = self.focus.filter(|focus| focus.run != run.told.run);
        (run.success_at, run.success_before) = (now, UnixMillis(self.counts.last_success_at));
        run.revocable_until = now + s.limits.abandon.settle;
        self.counts.successes += 1;
        self.counts.last_success_at = now.0;
        self.turn(index, State::Submitted, s);
    }

    /// The success was none: the page shows the form refused.
    pub(super) fn revoke(&mut self, index: usize, now: UnixMillis, s: &mut Scene<'_>) {
        let run = &mut self.list[index];
        self.counts.successes -= 1;
        run.ended = None;
        run.touched_at = now;
        run.told.state = State::Invalid;
        let (at, before) = (run.success_at, run.success_before);
        let mut last = before;
        for other in &mut self.list {
            if other.success_before == at {
                other.success_before = before;
            }
            if other.told.state == State::Submitted {
                last = last.max(other.success_at);
            }
        }
        self.counts.last_success_at = last.0;
        self.fail(index, Answers::default(), None, now, s);
    }

    /// The run ends without a submit that is known to have succeeded.
    pub(super) fn end(&mut self, index: usize, by: Ended, now: UnixMillis, s: &mut Scene<'_>) {
        let run = &self.list[index];
        if self.was_sent(run) {
            self.succeed(index, now, s);
        } else {
            self.abandon(index, now, s);
        }
        let run = &mut self.list[index];
        run.attempt = None;
        run.ended = Some(by);
        run.removed_at = run.removed_at.filter(|_| by == Ended::Removed);
        self.focus = self.focus.filter(|focus| focus.run != run.told.run || by == Ended::Idle);
    }
}

/// What a run amounts to now, as its next revision.
pub(super) fn next_revision(run: &mut Run) -> Form {
    run.told.revision += 1;
    run.dirty = false;
    run.report()
}
