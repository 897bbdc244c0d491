//! One run of a form: from its first sight to its success or its end, with what is known of its fields.

use super::{Field, Form, MOST_FIELDS, State, cut};
use crate::input::ElementId;
use crate::signal::Grade;
use crate::time::{Millis, UnixMillis};

/// Requests remembered for one submit.
const MOST_REQUESTS: usize = 4;

/// Requests that began with a gesture.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Requests {
    ids: [u32; MOST_REQUESTS],
    pub(super) pending: u8,
    /// One ended well.
    pub(super) ok: bool,
    /// One had no answer.
    lost: bool,
}

impl Requests {
    pub(super) fn start(&mut self, id: u32) {
        if let Some(free) = self.ids.get_mut(usize::from(self.pending)) {
            *free = id;
            self.pending += 1;
        }
    }

    /// Whether a request of these ended, and they failed by that. One without an answer fails only alone: what watches
    /// a page is blocked more often than what the page lives by.
    pub(super) fn end(&mut self, id: u32, status: u16) -> Option<bool> {
        let open = self.ids.get_mut(..usize::from(self.pending))?;
        let index = open.iter().position(|known| *known == id)?;
        open.swap(index, usize::from(self.pending) - 1);
        self.pending -= 1;
        self.ok |= (200..400).contains(&status);
        self.lost |= status == 0;
        Some(status >= 400 || (self.pending == 0 && self.lost && !self.ok))
    }
}

/// A submit whose outcome is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) at: UnixMillis,
    pub(super) requests: Requests,
    /// Something that follows a success came.
    pub(super) evidence: bool,
    /// The form went away: nothing can refuse the submit any more but its requests.
    pub(super) gone: bool,
}

/// A signal of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) id: u32,
    pub(super) revision: u32,
    pub(super) grade: Grade,
    pub(super) element: Option<ElementId>,
}

/// A field and what judging it needs.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) field: Field,
    /// Its number within the run; never used again.
    pub(super) serial: u32,
    pub(super) element: Option<ElementId>,
    pub(super) length: u32,
    /// The most it held since it was empty.
    peak: u32,
    emptied: bool,
    /// Refills of what was long enough, since the last attempt to go on.
    pub(super) refilled: u32,
    /// An input came since the last change: the next change only ends it.
    typed: bool,
    /// The time the page had been shown when it got the focus first.
    pub(super) first_focus: Option<Millis>,
    pub(super) invalid_at: Option<UnixMillis>,
    pub(super) is_invalid: bool,
    /// A change of it took effect at once.
    pub(super) live: bool,
    /// Long visits without any input.
    pub(super) waits: u32,
    /// How far its hesitation was told of.
    pub(super) hesitated: Grade,
}

impl Slot {
    /// Whether the person filled it and did not empty it again.
    pub(super) fn is_filled(&self) -> bool {
        self.field.edits > 0 && !self.emptied
    }

    /// Whether it is a choice: changed without being typed into.
    pub(super) fn is_choice(&self) -> bool {
        self.field.edits > 0 && !self.typed && self.peak == 0
    }

    /// What it holds was replaced by the page or the browser.
    pub(super) fn set(&mut self, length: u32) {
        (self.length, self.peak, self.emptied) = (length, length, false);
    }

    /// The person changed it; `true` if it was emptied before and is filled again, and that counts.
    pub(super) fn edit(&mut self, is_change: bool, length: u32, deleted: u32, least: u32) -> bool {
        if is_change && self.typed {
            self.typed = false;
            return false;
        }
        self.field.edits += 1;
        self.typed = !is_change;
        if self.field.secret || is_change {
            return false;
        }
        self.field.deleted = self.field.deleted.saturating_add(deleted);
        let refilled = self.emptied && length > 0;
        let counts = refilled && self.peak >= least;
        if refilled {
            self.field.refills += 1;
            self.peak = 0;
        }
        self.refilled += u32::from(counts);
        self.emptied = length == 0 && (self.length > 0 || self.emptied);
        self.peak = self.peak.max(length);
        self.length = length;
        self.field.length = Some(length.min(MOST_LENGTH).next_power_of_two() * u32::from(length > 0));
        counts
    }
}

/// The largest bucket of lengths.
const MOST_LENGTH: u32 = 1024;

/// How a run ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The page was left.
    Hidden = 1,
    /// The form went away.
    Removed,
    /// The person was idle.
    Idle,
}

/// What leaving a run amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Fields seen.
    pub(super) known: u32,
    /// Fields that the person filled.
    pub(super) filled: u32,
    /// It searches.
    pub(super) search: bool,
    /// Its changes take effect at once.
    pub(super) live: bool,
    /// The page opted it out of abandonment.
    pub(super) opted_out: bool,
    /// The rule passes over it.
    pub(super) ignored: bool,
    /// It was sent without a submit.
    pub(super) sent: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) told: Form,
    pub(super) slots: Vec<Slot>,
    next_slot: u32,
    /// The page it is on, counted.
    pub(super) page: u32,
    pub(super) template: u32,
    /// The element of the field touched last.
    pub(super) element: Option<ElementId>,
    /// Not all of it was told.
    pub(super) dirty: bool,
    pub(super) attempt: Option<Attempt>,
    pub(super) edited_at: UnixMillis,
    pub(super) touched_at: UnixMillis,
    pub(super) first_invalid_at: UnixMillis,
    pub(super) reset_at: Option<UnixMillis>,
    pub(super) removed_at: Option<UnixMillis>,
    pub(super) ended: Option<Ended>,
    pub(super) success_at: UnixMillis,
    /// The last success before its own.
    pub(super) success_before: UnixMillis,
    /// Until then an invalid field takes the success back.
    pub(super) revocable_until: UnixMillis,
    /// The struggle as raised, and as suppressed.
    pub(super) struggles: [Option<Chain>; 2],
    pub(super) abandoned: Option<Chain>,
    /// What an earlier page of the tab found, whose fields are gone.
    pub(super) kept: Option<Shape>,
}

impl Run {
    pub(super) fn new(number: u32, form: &str, page: u32, template: u32, now: UnixMillis) -> Self {
        let told = Form { form: cut(form).to_owned(), run: number, ..Form::default() };
        Self {
            told,
            slots: Vec::new(),
            next_slot: 0,
            page,
            template,
            element: None,
            dirty: false,
            attempt: None,
            edited_at: UnixMillis(0),
            touched_at: now,
            first_invalid_at: UnixMillis(0),
            reset_at: None,
            removed_at: None,
            ended: None,
            success_at: UnixMillis(0),
            success_before: UnixMillis(0),
            revocable_until: UnixMillis(0),
            struggles: [None; 2],
            abandoned: None,
            kept: None,
        }
    }

    /// Started, and neither ended nor successful.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.told.state, State::Started | State::Invalid | State::Resumed)
    }

    /// A submit whose form was not edited since.
    pub(super) fn untouched(&self) -> Option<&Attempt> {
        self.attempt.as_ref().filter(|attempt| self.edited_at <= attempt.at)
    }

    pub(super) fn slot(&mut self, serial: u32) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.serial == serial)
    }

    /// The place of this field, which is noted if it is new. Beyond the bound the field known longest goes.
    pub(super) fn place(&mut self, name: &str, element: Option<ElementId>, secret: bool) -> usize {
        let name = cut(name);
        self.dirty = true;
        if let Some(place) = self.slots.iter().position(|slot| slot.field.field == name) {
            let slot = &mut self.slots[place];
            slot.element = element.or(slot.element);
            slot.field.secret |= secret;
            return place;
        }
        if self.slots.len() == MOST_FIELDS {
            self.slots.remove(0);
            self.told.lost_fields += 1;
        }
        self.slots.push(Slot {
            field: Field { field: name.to_owned(), secret, ..Field::default() },
            serial: self.next_slot,
            element,
            length: 0,
            peak: 0,
            emptied: false,
            refilled: 0,
            typed: false,
            first_focus: None,
            invalid_at: None,
            is_invalid: false,
            live: false,
            waits: 0,
            hesitated: Grade::Retracted,
        });
        self.next_slot += 1;
        self.slots.len() - 1
    }

    /// Its fields belong to a page that is gone.
    pub(super) fn forget_fields(&mut self) {
        self.slots.clear();
        self.kept = None;
        self.element = None;
        self.attempt = None;
    }

    /// What is told of it now.
    pub(super) fn report(&self) -> Form {
        Form { fields: self.slots.iter().map(|slot| slot.field.clone()).collect(), ..self.told.clone() }
    }
}
