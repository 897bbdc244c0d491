//! The revisions of a signal that stands for itself: of keys, swipes, the pointer, the scroller, the way through pages.

use super::{Finding, Findings};
use crate::input::ElementId;
use crate::signal::{Evidence, Grade, Kind, Signal, Suppressed};
use crate::time::Millis;

/// The revisions of one signal that is no chain of clicks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict {
    id: u32,
    kind: Kind,
    element: Option<ElementId>,
    revision: u32,
    grade: Grade,
    /// What it counts with.
    counted: Grade,
}

impl Verdict {
    /// A signal that was not raised yet.
    pub(super) fn new(kind: Kind, element: Option<ElementId>, out: &mut Findings) -> Self {
        let (grade, counted) = (Grade::Retracted, Grade::Retracted);
        Self { id: out.next_id(), kind, element, revision: 0, grade, counted }
    }

    pub(super) fn grade(&self) -> Grade {
        self.grade
    }

    /// Raises the signal, or revises it.
    pub(super) fn say(
        &mut self,
        now: Millis,
        grade: Grade,
        is_final: bool,
        evidence: Evidence,
        suppressed_by: Option<Suppressed>,
        out: &mut Findings,
    ) {
        self.revision += 1;
        self.grade = grade;
        let Self { id, kind, element, revision, counted, .. } = *self;
        let signal = Signal { id, kind, grade, revision, is_final, at: now, element, evidence, suppressed_by };
        self.counted = if signal.counts() { grade } else { Grade::Retracted };
        out.list.push(Finding::Signal(signal, counted));
    }
}
