//! What is said of a form: that somebody struggles with it, that it was abandoned, and that neither holds any more.

use super::run::{Chain, Run, Shape};
use super::{Counts, Finding, Forms, Scene, State};
use crate::input::{ElementId, Flags};
use crate::signal::{Answers, Evidence, Grade, Kind, Signal, Suppressed};
use crate::time::{Millis, UnixMillis};

/// What a struggle rests on.
#[derive(Clone, Copy, Debug)]
struct Reason {
    grade: Grade,
    /// Submits, refills, visits.
    count: u32,
    span: Millis,
    came: Answers,
    element: Option<ElementId>,
    /// A refused submit: never a matter of taste, and told of each time.
    refused: bool,
}

impl Forms {
    /// A submit was refused once more.
    pub(super) fn refused(
        &mut self,
        index: usize,
        came: Answers,
        element: Option<ElementId>,
        now: UnixMillis,
        s: &mut Scene<'_>,
    ) {
        let limits = &s.limits.form;
        let run = &self.list[index];
        let count = run.told.invalid_submits;
        if count < limits.submits {
            return;
        }
        let grade = if count >= limits.confirmed_submits { Grade::Confirmed } else { Grade::Likely };
        let (span, element) = (now - run.first_invalid_at, element.or(run.element));
        self.struggle(index, Reason { grade, count, span, came, element, refused: true }, now, s);
    }

    /// A field was emptied and filled again, not for the first time.
    pub(super) fn refilled(&mut self, index: usize, place: usize, count: u32, now: UnixMillis, s: &mut Scene<'_>) {
        self.doubt(index, place, Grade::Likely, count, Millis(0), now, s);
    }

    /// The person comes back to a field that stays empty.
    pub(super) fn wander(&mut self, index: usize, place: usize, visits: u32, now: UnixMillis, s: &mut Scene<'_>) {
        self.doubt(index, place, Grade::Likely, visits, Millis(0), now, s);
    }

    /// The focused field has waited for an input for long.
    pub(super) fn hesitate(&mut self, grade: Grade, now: UnixMillis, s: &mut Scene<'_>) {
        let Some(focus) = self.focus else { return };
        let Some(index) = self.list.iter().position(|run| run.told.run == focus.run) else { return };
        let Some(place) = self.list[index].slots.iter().position(|slot| slot.serial == focus.slot) else { return };
        let slot = &mut self.list[index].slots[place];
        let waits = slot.field.edits + slot.field.autofills == 0 && !slot.field.secret;
        if waits && slot.hesitated < grade {
            slot.hesitated = grade;
            self.doubt(index, place, grade, 1, Millis(focus.waited), now, s);
        }
    }

    /// The person does something, and still nothing in the focused field.
    pub(super) fn hesitate_long(&mut self, now: UnixMillis, s: &mut Scene<'_>) {
        if self.focus.is_some_and(|focus| focus.by_person && focus.waited >= s.limits.form.long_hesitation.0) {
            self.hesitate(Grade::Likely, now, s);
        }
    }

    /// What a person may do for other reasons too: a lone field, a search and what takes effect at once is used like that.
    #[expect(clippy::too_many_arguments, reason = "all of them make the reason")]
    fn doubt(
        &mut self,
        index: usize,
        place: usize,
        grade: Grade,
        count: u32,
        span: Millis,
        now: UnixMillis,
        s: &mut Scene<'_>,
    ) {
        let run = &self.list[index];
        let shape = shape(run, s);
        let casual = shape.known < 2 || shape.search || shape.live;
        let grade = if casual { Grade::Suspected } else { grade };
        let element = run.slots[place].element;
        self.struggle(index, Reason { grade, count, span, came: Answers::default(), element, refused: false }, now, s);
    }

    fn struggle(&mut self, index: usize, reason: Reason, now: UnixMillis, s: &mut Scene<'_>) {
        let flags = flags_of(reason.element, s);
        if !s.limits.form.enabled || flags.any(s.limits.form.ignore) {
            return;
        }
        let opted_out = flags.any(Flags::ignore(Kind::FormStruggle));
        let chain = &mut self.list[index].struggles[usize::from(opted_out)];
        let before = chain.map_or(Grade::Retracted, |chain| chain.grade);
        if !reason.refused && reason.grade <= before {
            return;
        }
        let next = Chain {
            id: chain.map_or_else(|| s.out.next_id(), |chain| chain.id),
            revision: chain.map_or(0, |chain| chain.revision) + 1,
            grade: before.max(reason.grade),
            element: reason.element,
        };
        *chain = Some(next);
        let looked_for = if reason.refused { Answers::NAVIGATION.with(Answers::REQUEST) } else { Answers::VALUE };
        let evidence =
            Evidence { count: reason.count, span: reason.span, looked_for, came: reason.came, ..Evidence::default() };
        raise(Kind::FormStruggle, &next, evidence, opted_out, before, now, s);
    }

    /// A run that was started is left without success.
    pub(super) fn abandon(&mut self, index: usize, now: UnixMillis, s: &mut Scene<'_>) {
        let run = &self.list[index];
        let shape = shape(run, s);
        if shape.live || shape.opted_out {
            // Nothing was to be submitted, or nobody wants to know.
            self.counts.attempts -= 1;
            self.turn(index, State::Left, s);
        } else {
            self.counts.abandons += 1;
            self.turn(index, State::Abandoned, s);
        }
        let limits = &s.limits.abandon;
        if shape.live || shape.ignored || !limits.enabled {
            return;
        }
        let run = &mut self.list[index];
        let grade = if shape.known < 2 || shape.search || shape.filled < limits.likely_fields {
            Grade::Suspected
        } else if shape.filled >= limits.confirmed_fields || run.told.invalid_submits > 0 {
            Grade::Confirmed
        } else {
            Grade::Likely
        };
        let chain = Chain { id: s.out.next_id(), revision: 1, grade, element: run.element };
        run.abandoned = (!shape.opted_out).then_some(chain);
        let span = Millis(run.told.active_ms);
        let evidence = Evidence { count: shape.filled, span, looked_for: Answers::NAVIGATION, ..Evidence::default() };
        raise(Kind::FormAbandon, &chain, evidence, shape.opted_out, Grade::Retracted, now, s);
    }

    /// The person is back at a form that was taken for abandoned.
    pub(super) fn resume(&mut self, index: usize, now: UnixMillis, s: &mut Scene<'_>) {
        let run = &mut self.list[index];
        if run.told.state != State::Abandoned {
            return;
        }
        run.ended = None;
        run.touched_at = now;
        if let Some(chain) = run.abandoned.take() {
            let next = Chain { revision: chain.revision + 1, grade: Grade::Retracted, ..chain };
            let evidence = Evidence { looked_for: Answers::NAVIGATION, ..Evidence::default() };
            raise(Kind::FormAbandon, &next, evidence, false, chain.grade, now, s);
        }
        let Counts { abandons, .. } = &mut self.counts;
        *abandons -= 1;
        self.turn(index, State::Resumed, s);
    }
}

/// What leaving this run amounts to.
pub(super) fn shape(run: &Run, s: &Scene<'_>) -> Shape {
    // A page that comes back from the browser's memory adds to what it left.
    let kept = run.kept.unwrap_or_default();
    let flags = flags_of(run.element, s);
    let edited = run.slots.iter().filter(|slot| slot.field.edits > 0).count();
    let live = run.slots.iter().filter(|slot| slot.live).count();
    let was_checked = run.told.errors + run.told.submits > 0;
    // What a script clears while it closes the form was filled until then.
    let soon = |at: UnixMillis| run.removed_at.is_some_and(|removed| removed - at <= s.limits.abandon.settle);
    let cleared = run.reset_at.is_some_and(|at| !soon(at));
    let filled = run.slots.iter().filter(|slot| slot.is_filled() && !cleared).count();
    let searches = |id| s.elements.within_role(id, "search");
    Shape {
        known: kept.known.max(run.slots.len() as u32 + run.told.lost_fields),
        filled: kept.filled.max(filled as u32),
        search: kept.search || run.slots.iter().filter_map(|slot| slot.element).any(searches),
        live: kept.live || live > 0 && live * 2 >= edited && !was_checked,
        opted_out: kept.opted_out || flags.any(Flags::ignore(Kind::FormAbandon)),
        ignored: kept.ignored || flags.any(s.limits.abandon.ignore),
        sent: false,
    }
}

fn flags_of(element: Option<ElementId>, s: &Scene<'_>) -> Flags {
    element.map_or(Flags(0), |element| s.elements.target(element).flags)
}

fn raise(
    kind: Kind,
    chain: &Chain,
    evidence: Evidence,
    opted_out: bool,
    before: Grade,
    now: UnixMillis,
    s: &mut Scene<'_>,
) {
    let signal = Signal {
        id: chain.id,
        kind,
        grade: chain.grade,
        revision: chain.revision,
        is_final: chain.grade == Grade::Retracted,
        at: now - s.origin,
        element: chain.element,
        evidence,
        suppressed_by: opted_out.then_some(Suppressed::OptOut),
    };
    s.out.list.push(Finding::Signal(signal, before));
}
