//! Inputs on fields: focus, edits, validity.

use super::run::Run;
use super::{AUTOFOCUS, Edit, Focus, Forms, Scene};
use crate::input::{ElementId, FieldWhat};
use crate::signal::Answers;
use crate::thresholds::Thresholds;
use crate::time::{Millis, UnixMillis};

/// One input on a field.
pub(super) struct Told<'a> {
    pub(super) element: Option<ElementId>,
    pub(super) field: &'a str,
    pub(super) what: FieldWhat,
    pub(super) length: u32,
    pub(super) deleted: u32,
    pub(super) secret: bool,
}

impl Forms {
    pub(super) fn field(&mut self, now: UnixMillis, form: &str, told: &Told<'_>, s: &mut Scene<'_>) {
        let edits = matches!(told.what, FieldWhat::Input | FieldWhat::Change | FieldWhat::Paste);
        if edits
            && let Some(index) = self.find(form)
            && self.list[index].attempt.is_some_and(|attempt| attempt.evidence)
        {
            // The page took what was submitted, and the person begins anew.
            self.succeed(index, now, s);
        }
        if told.what == FieldWhat::Invalid
            && let Some(index) = self.find(form)
            && self.came_back(&self.list[index], now)
        {
            self.revoke(index, now, s);
        }
        let Some(index) = self.run(form, edits, now, s) else { return };
        // Whoever edits is still there, whatever the page announced.
        self.left &= !edits;
        let run = &mut self.list[index];
        let place = run.place(told.field, told.element, told.secret);
        let by_person = told.what != FieldWhat::Autofill && told.what != FieldWhat::Valid;
        if by_person && told.what != FieldWhat::Invalid {
            run.touched_at = now;
            run.element = told.element.or(run.element);
            run.removed_at = None;
            for (each, slot) in run.slots.iter_mut().enumerate() {
                slot.field.last = each == place;
            }
        }
        match told.what {
            FieldWhat::Focus => {
                self.resume(index, now, s);
                self.enter(index, place, now, s);
            }
            FieldWhat::Blur => self.quit(s.limits),
            FieldWhat::Input | FieldWhat::Change | FieldWhat::Paste => self.edited(index, place, told, now, s),
            FieldWhat::Autofill => {
                let slot = &mut run.slots[place];
                slot.field.autofills += 1;
                slot.set(told.length);
            }
            FieldWhat::Invalid => self.invalid(index, place, now, s),
            FieldWhat::Valid => {
                let slot = &mut run.slots[place];
                slot.field.flips += u32::from(slot.is_invalid);
                slot.is_invalid = false;
            }
        }
    }

    /// A field gets the focus.
    fn enter(&mut self, index: usize, place: usize, now: UnixMillis, s: &mut Scene<'_>) {
        self.quit(s.limits);
        let by_person = now - self.last_gesture <= Millis(1000) || now - self.page_at > AUTOFOCUS;
        let shown = self.shown;
        let run = &mut self.list[index];
        let slot = &mut run.slots[place];
        slot.field.visits += 1;
        slot.first_focus.get_or_insert(shown);
        let (visits, empty) = (slot.waits + 1, slot.field.edits + slot.field.autofills == 0 && !slot.field.secret);
        self.focus = Some(Focus { run: run.told.run, slot: slot.serial, waited: 0, by_person });
        if visits >= s.limits.form.visits && empty {
            self.wander(index, place, visits, now, s);
        }
    }

    /// The focused field loses the focus.
    fn quit(&mut self, limits: &Thresholds) {
        let Some(focus) = self.focus.take() else { return };
        let run = self.list.iter_mut().find(|run| run.told.run == focus.run);
        if let Some(slot) = run.and_then(|run| run.slot(focus.slot)) {
            slot.waits += u32::from(focus.waited >= limits.form.visit.0);
        }
    }

    fn edited(&mut self, index: usize, place: usize, told: &Told<'_>, now: UnixMillis, s: &mut Scene<'_>) {
        self.resume(index, now, s);
        let run = &self.list[index];
        let serial = run.slots[place].serial;
        if self.focus.is_none_or(|focus| (focus.run, focus.slot) != (run.told.run, serial)) {
            self.enter(index, place, now, s);
        }
        let number = self.list[index].told.run;
        self.edit = Some(Edit { run: number, slot: serial, at: now });
        let shown = self.shown;
        let run = &mut self.list[index];
        run.edited_at = now;
        run.reset_at = None;
        let slot = &mut run.slots[place];
        if slot.field.edits == 0 && !slot.field.secret {
            slot.field.first_input = slot.first_focus.map(|focus| shown.since(focus));
        }
        slot.field.pastes += u32::from(told.what == FieldWhat::Paste);
        let is_change = told.what == FieldWhat::Change;
        let refilled = slot.edit(is_change, told.length, told.deleted, s.limits.form.refill_length);
        let count = slot.refilled;
        // Nobody knows what became of the submit before, so it is open no longer.
        if run.untouched().is_none() && run.attempt.is_some_and(|attempt| attempt.requests.pending == 0) {
            run.attempt = None;
        }
        self.start(index, s);
        let page_goes_on = |run: &Run| run.told.run != number && run.attempt.is_some_and(|attempt| attempt.at < now);
        self.goes_on(page_goes_on);
        if refilled && count >= s.limits.form.refills {
            self.refilled(index, place, count, now, s);
        }
    }

    fn invalid(&mut self, index: usize, place: usize, now: UnixMillis, s: &mut Scene<'_>) {
        let settle = s.limits.abandon.settle;
        let run = &mut self.list[index];
        let slot = &mut run.slots[place];
        // A browser's own check and a page's mark of the same moment are one error shown.
        let again = slot.invalid_at.is_some_and(|at| now - at <= settle && at >= run.edited_at);
        let element = slot.element;
        if !again {
            slot.field.flips += u32::from(!slot.is_invalid);
            slot.is_invalid = true;
            slot.invalid_at = Some(now);
            slot.field.invalid += 1;
            run.told.errors += 1;
            self.counts.errors += 1;
        }
        let run = &mut self.list[index];
        if run.untouched().is_some() {
            self.fail(index, Answers::default(), element, now, s);
        } else if let Some(press) = self.press.as_mut().filter(|press| press.used.is_none() && now - press.at <= settle)
        {
            // A submit that the browser or the page stopped before any event told of it.
            press.used = Some(run.told.run);
            self.resume(index, now, s);
            self.submitted(index, s);
            self.fail(index, Answers::default(), element, now, s);
        }
    }
}
