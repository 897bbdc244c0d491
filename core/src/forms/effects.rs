//! What an edit did at once: a form whose changes take effect by themselves has nothing to submit.

use super::{Edit, Forms, Scene};
use crate::input::{ElementId, Flags, Mutated};
use crate::time::UnixMillis;

/// Elements remembered that were written after an edit.
const MOST_RESULTS: usize = 8;

/// An element that was written after an edit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    element: ElementId,
    run: u32,
    /// The field whose edit it followed first.
    slot: u32,
    /// It followed that of another one too.
    of_two: bool,
}

impl Forms {
    /// Something happened that only the newest edit can have caused.
    pub(super) fn took_effect(&mut self, now: UnixMillis, s: &Scene<'_>) {
        let Some(edit) = self.edit.filter(|edit| now - edit.at <= s.limits.abandon.live) else { return };
        if self.press.is_some_and(|press| press.at >= edit.at) {
            return;
        }
        let run = self.list.iter_mut().find(|run| run.told.run == edit.run);
        if let Some(slot) = run.and_then(|run| run.slot(edit.slot)) {
            slot.live = true;
        }
    }

    /// The page changed somewhere; outside the form that was edited, it may be the answer to that.
    pub(super) fn changed(&mut self, now: UnixMillis, element: ElementId, what: Mutated, s: &Scene<'_>) {
        let Some(edit) = self.edit.filter(|edit| now - edit.at <= s.limits.abandon.live) else { return };
        let Some(run) = self.list.iter().find(|run| run.told.run == edit.run) else { return };
        let field = run.element.and_then(|id| s.elements.get(id));
        let (Some(field), Some(changed)) = (field, s.elements.get(element)) else { return };
        let (id, region) = (field.id, field.region);
        // Without a region of its own, inside and outside cannot be told apart.
        let outside = region.is_some() && !s.elements.near(element, region);
        // A button that tells what it will do is none of it.
        let written = matches!(what, Mutated::Text | Mutated::ChildList) && !changed.flags.any(Flags::INTERACTIVE);
        if !s.elements.related(element, id) && (outside || (written && self.is_result(element, edit))) {
            self.took_effect(now, s);
        }
    }

    /// Whether this element was written after edits of two fields: it shows what follows from them. What follows from
    /// one alone may be a remark about it.
    fn is_result(&mut self, element: ElementId, edit: Edit) -> bool {
        let known = self.results.iter_mut().find(|result| result.element == element && result.run == edit.run);
        if let Some(result) = known {
            result.of_two |= result.slot != edit.slot;
            return result.of_two;
        }
        if self.results.len() == MOST_RESULTS {
            self.results.remove(0);
        }
        self.results.push(Written { element, run: edit.run, slot: edit.slot, of_two: false });
        false
    }

    /// A choice that makes the page go took effect.
    pub(super) fn choice_took_effect(&mut self, now: UnixMillis, s: &Scene<'_>) {
        // A page that is hidden first is not made to go by a choice.
        let Some(edit) = self.edit.filter(|_| self.visible) else { return };
        let run = self.list.iter_mut().find(|run| run.told.run == edit.run);
        if run.and_then(|run| run.slot(edit.slot)).is_some_and(|slot| slot.is_choice()) {
            self.took_effect(now, s);
        }
    }
}
