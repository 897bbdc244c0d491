//! Forms: filling, submitting, mending what was refused, and passing a quiz.

use unsnag_core::input::{Arrival, Device, Effect, FormWhat, Mutated, Observed, TaskWhat};
use unsnag_core::time::Millis;

use super::act::Meets;
use super::script::{Hand, Script, Target};
use super::{Cue, Mind, Scene, Then, Trip, Visit};
use crate::fault::Fault;
use crate::site::{Does, Entry, Page, Place, Step};

/// Tries at a quiz after which somebody leaves it.
pub(super) const MOST_TRIES: u32 = 3;
/// Until one sees that a field is refused, median ms. Assumed.
pub(super) const SEES_ERROR_MS: f64 = 1200.0;
/// The page shows what it refuses after this time, ms.
const REFUSES_AFTER_MS: u64 = 200;
/// Between two fields, median ms. Assumed: half of the time to make up one's mind.
const NEXT_FIELD_MS: f64 = 700.0;
/// The browser's offer to fill a field is taken, median ms. Assumed.
const AUTOFILL_MS: f64 = 600.0;
/// Somebody looks at a field that they do not understand, ms: beyond the 10 s of attention (Nielsen, 1993). Assumed.
const PUZZLED_MS: (u64, u64) = (12_000, 25_000);
/// A field is filled wrongly by a slip and the submit refused: 2 % at full skill, 10 % more without any. Assumed.
const SLIP: (f64, f64) = (0.02, 0.10);
/// A quiz is passed: 25 %, more by what was watched, by skill, and by each try before. Two thirds pass on average, as
/// in a public video course of 23,009 views. Assumed in its parts.
const PASSES: [f64; 4] = [0.25, 0.30, 0.25, 0.20];

impl Visit {
    /// Fills the next field.
    pub(super) fn fill(&mut self, name: &str, s: &mut Scene<'_>) {
        let page = self.here(s);
        let Some(form) = page.form(name) else { return self.pass_over() };
        let of = &page.forms[form];
        let at = self.field;
        let Some(field) = of.fields.get(at) else {
            self.field = 0;
            return self.pass_over();
        };
        if at == 0 {
            self.announce(of.task, TaskWhat::Start);
        }
        let confusing = self.obstacle_on(page, field.name, s).filter(|o| is(s, *o, Fault::ConfusingField));
        let target = self.target(page, form, at, s);
        let hand = Hand::of(s.visitor);
        let mut script = Script::begin(self.now);
        let by_tab = at > 0 && hand.device == Device::Mouse && field.entry != Entry::Choice;
        match field.entry {
            Entry::Choice => {
                script.chooses(&target, hand, &mut self.mind);
                return self.filled(script);
            }
            Entry::Text(_) | Entry::Secret(_) if by_tab => script.focus(&target),
            Entry::Text(_) | Entry::Secret(_) => script.enter(&target, hand, &mut self.mind),
        }
        let (Entry::Text(length) | Entry::Secret(length)) = field.entry else { return };
        if let Some(obstacle) = confusing {
            return self.puzzles(script, &target, length, obstacle, s);
        }
        if field.fills_itself && s.visitor.autofills {
            script.wait(self.mind.ms(AUTOFILL_MS, 0.3));
            script.is_filled(&target, length);
        } else {
            script.types(&target, 0, length, hand, &mut self.mind);
        }
        script.quit(&target, length, hand);
        self.filled(script);
    }

    fn filled(&mut self, script: Script) {
        self.field += 1;
        self.play(script, true);
        let pause = self.mind.ms(NEXT_FIELD_MS, 0.4);
        self.wake_in(pause);
    }

    /// Looks, writes, takes it away, and writes again: nobody knows what belongs there.
    fn puzzles(&mut self, mut script: Script, target: &Target, length: u32, obstacle: usize, s: &mut Scene<'_>) {
        let first = !self.has_met(obstacle, s);
        self.meet(obstacle, s);
        let hand = Hand::of(s.visitor);
        let length = length.max(4);
        if first {
            let (least, most) = PUZZLED_MS;
            script.wait(self.mind.ms_between(least, most));
        } else {
            script.empties(target, length, hand, &mut self.mind);
        }
        for _ in 0..2 {
            script.types(target, 0, length / 2 + 1, hand, &mut self.mind);
            script.empties(target, length / 2 + 1, hand, &mut self.mind);
        }
        script.types(target, 0, length, hand, &mut self.mind);
        script.quit(target, length, hand);
        self.play(script, true);
        self.state = Mind::Awaiting(Some(obstacle));
        let notices = self.mind.ms(Fault::ConfusingField.habits().notice_s * 1000.0, 0.4);
        self.wake_in(notices);
    }

    pub(super) fn submit(&mut self, name: &str, s: &mut Scene<'_>) {
        let page = self.here(s);
        let does = |control: &crate::site::Control| matches!(control.does, Does::Submit(form) if form == name);
        let (Some(form), Some(place)) = (page.form(name), page.controls.iter().position(does)) else {
            return self.pass_over();
        };
        let mut meets = self.meets(page, place, s);
        let (least, more) = SLIP;
        if meets == Meets::Nothing && self.mind.chance(least + more * (1.0 - s.visitor.skill)) {
            let texts = page.forms[form].fields.iter().enumerate();
            let texts: Vec<usize> =
                texts.filter(|(_, field)| matches!(field.entry, Entry::Text(_))).map(|(at, _)| at).collect();
            if let Some(field) = texts.get(self.mind.below(texts.len() as u64) as usize) {
                meets = Meets::Slip(form, *field);
            }
        }
        self.press_control(page, place, 1, meets, s);
    }

    /// The page refuses a field.
    pub(super) fn refuses(&mut self, script: &mut Script, page: &Page, form: usize, field: usize, s: &Scene<'_>) {
        let target = self.target(page, form, field, s);
        script.sees_later(1, Observed::Form { form: target.form.to_owned(), what: FormWhat::Submit });
        script.sees_later(REFUSES_AFTER_MS, target.refused());
        self.shows(script, page, REFUSES_AFTER_MS, Mutated::Text);
    }

    /// Mends a field, or writes all of it again, and is ready to submit once more.
    pub(super) fn mend(&mut self, form: usize, field: usize, all: bool, s: &mut Scene<'_>) {
        self.state = Mind::Ready;
        let page = self.here(s);
        let entry = page.forms.get(form).and_then(|form| form.fields.get(field)).map(|field| field.entry);
        if let Some(Entry::Text(length) | Entry::Secret(length)) = entry {
            let (target, hand) = (self.target(page, form, field, s), Hand::of(s.visitor));
            let mut script = Script::begin(self.now);
            script.enter(&target, hand, &mut self.mind);
            if all {
                script.empties(&target, length, hand, &mut self.mind);
                script.types(&target, 0, length, hand, &mut self.mind);
            } else {
                let kept = length.saturating_sub(2).max(1);
                script.erases(&target, length, kept, hand, &mut self.mind);
                script.types(&target, kept, length, hand, &mut self.mind);
            }
            script.quit(&target, length, hand);
            self.play(script, true);
        }
        let pause = self.mind.ms(NEXT_FIELD_MS, 0.4);
        self.wake_in(pause);
    }

    /// A form was accepted. Whether that was the step.
    pub(super) fn accepted(&mut self, name: &str, s: &mut Scene<'_>) -> bool {
        let page = self.here(s);
        let Some(form) = page.form(name).map(|form| &page.forms[form]) else { return true };
        if form.graded && !self.passes(s) {
            self.announce(form.task, TaskWhat::Fail);
            self.missed += 1;
            let fills = |step: &Step| matches!(step, Step::Fill(filled) if *filled == name);
            let again = self.plan[..self.cursor].iter().rposition(fills);
            // Whoever has missed too often goes, and so does whoever cannot fill it again.
            self.cursor = again.filter(|_| self.missed < MOST_TRIES).unwrap_or(self.plan.len());
            self.state = Mind::Ready;
            let thinks = self.think(s);
            self.wake_in(thinks);
            return false;
        }
        self.missed = 0;
        self.announce(form.task, TaskWhat::Success);
        let Some(to) = form.then.and_then(|then| s.site.place_of(then)) else { return true };
        self.state = Mind::Leaving;
        self.wake_at = None;
        let mut script = Script::begin(self.now);
        script.sees(Observed::Effect(Effect::OpenWindow));
        script.later(100, Cue::Go(Trip { to, how: Arrival::Navigate, then: Then::Next }));
        self.play(script, false);
        false
    }

    fn passes(&mut self, s: &Scene<'_>) -> bool {
        let [base, watched, skill, tries] = PASSES;
        let chance = base + watched * self.reel.share() + skill * s.visitor.skill + tries * f64::from(self.missed);
        self.mind.chance(chance)
    }

    pub(super) fn target(&self, page: &Page, form: usize, field: usize, s: &Scene<'_>) -> Target {
        let spot = page.spot(self.tab.base, Place::Field(form, field), s.visitor.viewport());
        let of = &page.forms[form];
        let secret = matches!(of.fields[field].entry, Entry::Secret(_));
        Target { spot, form: of.name, field: of.fields[field].name, secret }
    }

    /// After this time the hands are free again.
    pub(super) fn occupied(&mut self, ms: u64) {
        self.busy_until = self.now.max(self.busy_until) + Millis(ms);
    }
}

fn is(s: &Scene<'_>, obstacle: usize, fault: Fault) -> bool {
    s.site.obstacles[obstacle].fault == fault
}
