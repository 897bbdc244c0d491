//! Gestures as inputs: how a hand points, presses, types and mends, with its times.

use unsnag_core::input::{Device, ElementId, FieldWhat, Key, Observed, Pointer, Px};
use unsnag_core::time::{Millis, UnixMillis};

use super::Cue;
use crate::rng::Rng;
use crate::site::Spot;
use crate::visitor::Visitor;

/// From one place on the screen to another, median ms: the operator P of the keystroke-level model (Card, Moran and
/// Newell, 1980).
const POINT_MS: f64 = 1100.0;
/// A button of a mouse is down for so long, ms. Assumed.
const HOLD_MS: u64 = 90;
/// Moves of the pointer told of one gesture, each this long after the one before, ms: 20 a second at most.
const MOVES: i32 = 5;
const MOVE_MS: u64 = 50;
/// How far the pointer comes from, CSS px.
const WAY: (i32, i32) = (-160, 90);
/// A character is mistyped and mended at once: backspaces are 6 % of all keys (Dhakal and others, 2018); half of that,
/// since each comes with the slip itself.
const SLIP: f64 = 0.03;

/// How somebody's hands work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    pub(super) device: Device,
    key_ms: f64,
    pace: f64,
}

impl Hand {
    pub(super) fn of(visitor: &Visitor) -> Self {
        Self { device: visitor.device, key_ms: visitor.key_ms(), pace: visitor.pace }
    }
}

/// A field as inputs name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) spot: Spot,
    pub(super) form: &'static str,
    pub(super) field: &'static str,
    pub(super) secret: bool,
}

impl Target {
    fn input(&self, what: FieldWhat, length: u32, deleted: u32) -> Observed {
        // Of a secret nothing is told.
        let (length, deleted) = if self.secret { (0, 0) } else { (length, deleted) };
        let (form, field) = (self.form.to_owned(), self.field.to_owned());
        Observed::Field { element: Some(self.spot.element), form, field, what, length, deleted, secret: self.secret }
    }

    /// The page shows it as refused.
    pub(super) fn refused(&self) -> Observed {
        self.input(FieldWhat::Invalid, 0, 0)
    }
}

/// What will happen, in order of time.
#[derive(Debug)]
pub(super) struct Script {
    /// Where the script has got to.
    pub(super) now: UnixMillis,
    pub(super) cues: Vec<(UnixMillis, Cue)>,
}

impl Script {
    pub(super) fn begin(now: UnixMillis) -> Self {
        Self { now, cues: Vec::new() }
    }

    pub(super) fn wait(&mut self, ms: u64) {
        self.now = self.now + Millis(ms);
    }

    pub(super) fn sees(&mut self, what: Observed) {
        self.cues.push((self.now, Cue::Sees(what)));
    }

    /// Something that the page does by then, while the hand goes on.
    pub(super) fn later(&mut self, ms: u64, cue: Cue) {
        self.cues.push((self.now + Millis(ms), cue));
    }

    pub(super) fn sees_later(&mut self, ms: u64, what: Observed) {
        self.later(ms, Cue::Sees(what));
    }

    /// The pointer goes there; a finger is told of only when it taps.
    pub(super) fn point(&mut self, spot: Spot, hand: Hand, rng: &mut Rng) {
        let takes = rng.ms(POINT_MS / hand.pace, 0.3);
        if hand.device != Device::Mouse {
            return self.wait(takes);
        }
        self.wait(takes.saturating_sub(MOVE_MS * MOVES as u64));
        for step in 1..=MOVES {
            self.wait(MOVE_MS);
            let (x, y) = (spot.x + WAY.0 * (MOVES - step) / MOVES, spot.y + WAY.1 * (MOVES - step) / MOVES);
            self.sees(Observed::PointerMove { x: px(x), y: px(y) });
        }
    }

    /// Presses; browsers tell of no click on what is disabled.
    pub(super) fn press(&mut self, spot: Spot, hand: Hand, detail: u32, mods: u8, clicks: bool) {
        let pointer = pointer(spot, hand, detail, mods);
        self.sees(Observed::PointerDown(pointer));
        self.wait(HOLD_MS);
        self.sees(Observed::PointerUp(pointer));
        if clicks {
            self.sees(Observed::Click(pointer));
        }
    }

    /// Goes into a field by pointing at it.
    pub(super) fn enter(&mut self, target: &Target, hand: Hand, rng: &mut Rng) {
        self.point(target.spot, hand, rng);
        let pointer = pointer(target.spot, hand, 1, 0);
        self.sees(Observed::PointerDown(pointer));
        self.focus(target);
        self.wait(HOLD_MS);
        self.sees(Observed::PointerUp(pointer));
        self.sees(Observed::Click(pointer));
    }

    /// A field gets the focus.
    pub(super) fn focus(&mut self, target: &Target) {
        self.sees(Observed::Focus { element: Some(target.spot.element) });
        self.sees(target.input(FieldWhat::Focus, 0, 0));
    }

    /// Goes on to the next field, with a keyboard by its key.
    pub(super) fn quit(&mut self, target: &Target, length: u32, hand: Hand) {
        if hand.device == Device::Mouse {
            self.key(target.spot.element, Key::Tab);
        }
        self.sees(target.input(FieldWhat::Change, length, 0));
        self.sees(target.input(FieldWhat::Blur, length, 0));
    }

    /// Types after what is there already, with the slips of a hand.
    pub(super) fn types(&mut self, target: &Target, from: u32, to: u32, hand: Hand, rng: &mut Rng) {
        for length in from + 1..=to {
            self.character(target, length, hand, rng);
            if length > 1 && length < to && rng.chance(SLIP) {
                self.character(target, length + 1, hand, rng);
                self.wait(rng.ms(hand.key_ms * 2.0, 0.3));
                self.key(target.spot.element, Key::Backspace);
                self.sees(target.input(FieldWhat::Input, length, 1));
            }
        }
    }

    fn character(&mut self, target: &Target, length: u32, hand: Hand, rng: &mut Rng) {
        self.wait(rng.ms(hand.key_ms, 0.4));
        self.key(target.spot.element, Key::Char);
        self.sees(target.input(FieldWhat::Input, length, 0));
    }

    /// Takes away the last characters one by one.
    pub(super) fn erases(&mut self, target: &Target, from: u32, to: u32, hand: Hand, rng: &mut Rng) {
        for length in (to..from).rev() {
            self.wait(rng.ms(hand.key_ms / 2.0, 0.2));
            self.key(target.spot.element, Key::Backspace);
            self.sees(target.input(FieldWhat::Input, length, 1));
        }
    }

    /// Selects all and deletes it.
    pub(super) fn empties(&mut self, target: &Target, from: u32, hand: Hand, rng: &mut Rng) {
        self.wait(rng.ms(hand.key_ms * 3.0, 0.3));
        self.key(target.spot.element, Key::Delete);
        self.sees(target.input(FieldWhat::Input, 0, from));
    }

    /// Chooses one of several.
    pub(super) fn chooses(&mut self, target: &Target, hand: Hand, rng: &mut Rng) {
        self.enter(target, hand, rng);
        self.sees(target.input(FieldWhat::Change, 1, 0));
        self.sees_later(20, target.input(FieldWhat::Blur, 1, 0));
    }

    /// The browser fills it.
    pub(super) fn is_filled(&mut self, target: &Target, length: u32) {
        self.sees(target.input(FieldWhat::Autofill, length, 0));
    }

    pub(super) fn key(&mut self, element: ElementId, key: Key) {
        self.sees(Observed::Key { element: Some(element), key, repeat: false });
    }
}

fn pointer(spot: Spot, hand: Hand, detail: u32, mods: u8) -> Pointer {
    Pointer {
        element: spot.element,
        x: px(spot.x),
        y: px(spot.y),
        button: 0,
        detail,
        mods,
        device: hand.device,
        trusted: true,
    }
}

fn px(whole: i32) -> Px {
    Px(whole.saturating_mul(Px::PER_PIXEL))
}
