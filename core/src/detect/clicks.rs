//! Recent clicks and what answered each.

use super::elements::Target;
use crate::input::{Device, ElementId, Flags, Pointer, Px};
use crate::signal::Answers;
use crate::thresholds;
use crate::time::Millis;

/// An answer this soon after a click can only be that click's, ms: one long task, the limit under which an answer
/// feels immediate.
const IMMEDIATE: Millis = Millis(100);
/// Requests remembered for one click.
const MOST_REQUESTS: usize = 4;

/// One click and what answered it.
#[derive(Clone, Debug, PartialEq)]
pub struct Click {
    /// Numbers rise by one.
    pub serial: u32,
    /// What it was aimed at.
    pub target: ElementId,
    /// The region of the target.
    pub region: Option<ElementId>,
    /// What the target is.
    pub flags: Flags,
    /// Where.
    pub x: Px,
    /// Where.
    pub y: Px,
    /// When the pointer went down: answers count from here.
    pub down: Millis,
    /// When the click came: deadlines count from here.
    pub at: Millis,
    /// Made plainly by a person's pointer: main button, no modifier, not by key or script.
    pub plain: bool,
    /// Everything that came.
    pub came: Answers,
    /// From the click to its first visible answer.
    pub first_answer: Option<Millis>,
    /// The answer reached no other click.
    pub own: bool,
    /// A digest of the states it left behind; `None` while no change said its state.
    pub state: Option<u32>,
    requests: [u32; MOST_REQUESTS],
    pending: u8,
    /// When its last request ended without anything else.
    request_ended: Option<Millis>,
}

impl Click {
    /// Whether a person would say that something answered.
    pub fn is_answered(&self) -> bool {
        self.came.any(Answers::VISIBLE)
    }

    /// Whether it caused an error.
    pub fn erred(&self) -> bool {
        self.came.any(Answers::ERROR.with(Answers::FAILED_REQUEST))
    }

    /// Whether a request of it has no answer yet.
    pub fn is_pending(&self) -> bool {
        self.pending > 0
    }

    /// When the verdict falls.
    pub fn deadline(&self, limits: &thresholds::Dead) -> Millis {
        let base = self.at + limits.timeout;
        if self.is_answered() || self.erred() {
            base
        } else if self.is_pending() {
            self.at + limits.pending_timeout
        } else if let Some(ended) = self.request_ended {
            base.max(ended + limits.after_request).min(self.at + limits.pending_timeout.max(limits.timeout))
        } else {
            base
        }
    }

    fn answer(&mut self, now: Millis, what: Answers, state: Option<u32>, own: bool) {
        if what.any(Answers::VISIBLE) && !self.is_answered() {
            self.first_answer = Some(now.since(self.at));
            self.own = own;
        }
        self.came = self.came.with(what);
        if let Some(hash) = state {
            self.state = Some(self.state.unwrap_or(0).rotate_left(5) ^ hash);
        }
    }
}

/// The clicks whose verdict has not fallen.
#[derive(Clone, Debug, Default)]
pub struct Clicks {
    open: Vec<Click>,
    next_serial: u32,
    /// What came since the pointer went down, before its click did.
    pressed: Option<(Millis, Answers, Option<u32>)>,
}

impl Clicks {
    /// Open clicks remembered: ten a second for three seconds is more than hands do.
    const MOST: usize = 32;

    /// The open clicks, oldest first.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Click> {
        self.open.iter()
    }

    /// The newest open click.
    pub fn newest(&self) -> Option<&Click> {
        self.open.last()
    }

    /// The open click with this number.
    pub fn get(&self, serial: u32) -> Option<&Click> {
        self.open.iter().find(|click| click.serial == serial)
    }

    /// A pointer went down: from now on answers belong to the click it will become.
    pub fn press(&mut self, now: Millis) {
        self.pressed = Some((now, Answers::default(), None));
    }

    /// Opens a click and returns a copy of it.
    pub fn add(&mut self, now: Millis, down: Millis, pointer: &Pointer, target: Target) -> Click {
        let by_hand = pointer.detail > 0 || pointer.device != Device::Mouse || down < now;
        let mut click = Click {
            serial: self.next_serial,
            target: target.id,
            region: target.region,
            flags: target.flags,
            x: pointer.x,
            y: pointer.y,
            down,
            at: now,
            plain: pointer.trusted && by_hand && pointer.button == 0 && pointer.mods == 0,
            came: Answers::default(),
            first_answer: None,
            own: false,
            state: None,
            requests: [0; MOST_REQUESTS],
            pending: 0,
            request_ended: None,
        };
        if let Some((at, came, state)) = self.pressed.take().filter(|(at, ..)| *at == down) {
            click.answer(at.max(now), came, state, true);
        }
        self.next_serial = self.next_serial.wrapping_add(1);
        self.open.push(click.clone());
        click
    }

    /// Takes the oldest click when there are too many.
    pub fn overflow(&mut self) -> Option<Click> {
        (self.open.len() > Self::MOST).then(|| self.open.remove(0))
    }

    /// Takes a click that is due.
    pub fn take_due(&mut self, now: Millis, limits: &thresholds::Dead) -> Option<Click> {
        let index = self.open.iter().position(|click| click.deadline(limits) <= now)?;
        Some(self.open.remove(index))
    }

    /// Takes the oldest click, due or not.
    pub fn take_any(&mut self) -> Option<Click> {
        (!self.open.is_empty()).then(|| self.open.remove(0))
    }

    /// Hands an answer to whom it belongs. At once after a click, or while a pointer is down, it can only be that
    /// one's; later it may be anybody's who still waits, and if nobody does, it adds to the newest.
    pub fn answer(&mut self, now: Millis, what: Answers, state: Option<u32>) {
        if let Some((_, came, states)) = &mut self.pressed {
            *came = came.with(what);
            if let Some(hash) = state {
                *states = Some(states.unwrap_or(0).rotate_left(5) ^ hash);
            }
            return;
        }
        let Some(newest) = self.open.last_mut() else { return };
        if now.since(newest.at) <= IMMEDIATE || newest.is_answered() {
            newest.answer(now, what, state, true);
            return;
        }
        let waiting = self.open.iter().filter(|click| !click.is_answered()).count();
        for click in self.open.iter_mut().filter(|click| !click.is_answered()) {
            click.answer(now, what, state, waiting == 1);
        }
    }

    /// Marks the newest click with an error, if it is one of the last `within`.
    pub fn err(&mut self, now: Millis, within: Millis) -> Option<Click> {
        let newest = self.open.last_mut().filter(|click| now.since(click.down) <= within)?;
        newest.came = newest.came.with(Answers::ERROR);
        Some(newest.clone())
    }

    /// A request began; it is the newest click's if that was a moment ago.
    pub fn request_started(&mut self, now: Millis, id: u32, limits: &thresholds::ErrorClick) {
        let newest = self.open.last_mut().filter(|click| now.since(click.at) <= limits.request_start);
        if let Some(click) = newest
            && (click.pending as usize) < MOST_REQUESTS
        {
            click.requests[click.pending as usize] = id;
            click.pending += 1;
            click.came = click.came.with(Answers::REQUEST);
        }
    }

    /// A request ended; returns its click if it failed.
    pub fn request_ended(&mut self, now: Millis, id: u32, status: u16) -> Option<Click> {
        let holds = |click: &Click| click.requests[..click.pending as usize].contains(&id);
        let click = self.open.iter_mut().rev().find(|click| holds(click))?;
        let last = click.pending as usize - 1;
        let index = click.requests.iter().position(|known| *known == id)?;
        click.requests.swap(index, last);
        click.pending -= 1;
        click.request_ended = Some(now);
        if status != 0 && status < 400 {
            return None;
        }
        click.came = click.came.with(Answers::FAILED_REQUEST);
        Some(click.clone())
    }
}
