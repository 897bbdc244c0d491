//! Cursor thrash: the pointer is shaken or circled fast, without aiming at anything.
//!
//! A turn is a change of direction on one axis after a stroke of some length. Hands that aim turn a few times; hands that
//! shake turn many times in a short while, and travel far without getting anywhere.

use super::{Findings, Verdict};
use crate::input::Px;
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::{self, Thresholds};
use crate::time::Millis;

/// Turns remembered on one axis: more than the largest sensible threshold.
const MOST_TURNS: usize = 64;

/// One axis of the pointer's way.
#[derive(Clone, Debug, Default)]
struct Axis {
    /// The furthest point of the stroke under way.
    extreme: i32,
    /// -1, 0 or 1.
    direction: i32,
    /// Times of the turns within the window, oldest first, each with the length of the stroke that it ended.
    turns: Vec<(Millis, u32)>,
}

impl Axis {
    /// Moves to a position; a stroke shorter than `stroke` is a tremble.
    fn moved(&mut self, now: Millis, to: i32, stroke: i32, window: Millis) {
        self.turns.retain(|(at, _)| now.since(*at) < window);
        let way = i64::from(to) - i64::from(self.extreme);
        let direction = way.signum() as i32;
        if direction == self.direction || direction == 0 {
            self.extreme = to;
        } else if way.abs() >= i64::from(stroke) {
            if self.direction != 0 && self.turns.len() < MOST_TURNS {
                self.turns.push((now, way.unsigned_abs().min(u64::from(u32::MAX)) as u32));
            }
            self.direction = direction;
            self.extreme = to;
        }
    }

    fn travelled(&self) -> u64 {
        self.turns.iter().map(|(_, stroke)| u64::from(*stroke)).sum()
    }
}

/// The detector.
#[derive(Clone, Debug, Default)]
pub struct Thrash {
    x: Axis,
    y: Axis,
    started: bool,
    last_at: Millis,
    /// Changes that were no noise, since the turns began: who reads a chart by moving is answered.
    answers: Vec<Millis>,
    came: Answers,
    verdict: Option<Verdict>,
}

impl Thrash {
    /// Answers remembered: more than enough to tell one that comes with every move.
    const MOST_ANSWERS: usize = 16;

    /// The pointer moved.
    pub fn moved(&mut self, now: Millis, x: Px, y: Px, all: &Thresholds, out: &mut Findings) {
        let limits = &all.thrash;
        if !limits.enabled {
            return;
        }
        // A sample between two that count.
        if self.started && now.since(self.last_at) < limits.sample {
            return;
        }
        if !self.started || now.since(self.last_at) > limits.pause {
            self.reset();
            self.started = true;
            (self.x.extreme, self.y.extreme) = (x.0, y.0);
        }
        self.last_at = now;
        let stroke = limits.stroke_px.min(MOST_STROKE_PX).cast_signed() * Px::PER_PIXEL;
        self.x.moved(now, x.0, stroke, limits.window);
        self.y.moved(now, y.0, stroke, limits.window);
        self.answers.retain(|at| now.since(*at) < limits.window);
        self.judge(now, limits, out);
    }

    /// The page changed, and not by itself.
    pub fn answered(&mut self, now: Millis, what: Answers) {
        if self.started && what.any(Answers::VISIBLE) && self.answers.len() < Self::MOST_ANSWERS {
            self.answers.push(now);
            self.came = self.came.with(what);
        }
    }

    /// A button went down, or the page is left: what follows is another gesture.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn judge(&mut self, now: Millis, limits: &thresholds::Thrash, out: &mut Findings) {
        let axis = if self.x.turns.len() >= self.y.turns.len() { &self.x } else { &self.y };
        let turns = axis.turns.len() as u32;
        let far = axis.travelled() >= u64::from(limits.travel_px) * u64::from(Px::PER_PIXEL as u32);
        let before = self.verdict.as_ref().map(Verdict::grade);
        if turns < limits.turns || !far {
            if turns == 0 && before.is_some() {
                // Calm again: the next time is another chain.
                self.verdict = None;
            }
            return;
        }
        let grade = if turns >= limits.turns.saturating_mul(2) { Grade::Confirmed } else { Grade::Likely };
        // An answer to every other turn is no coincidence.
        let answered = self.answers.len() as u32 * 2 >= turns;
        if before.is_some_and(|before| before >= grade) {
            return;
        }
        let first_at = axis.turns.first().map_or(now, |(at, _)| *at);
        let evidence = Evidence {
            count: turns,
            span: now.since(first_at),
            looked_for: Answers::VISIBLE,
            came: self.came,
            ..Evidence::default()
        };
        let verdict = self.verdict.get_or_insert_with(|| Verdict::new(Kind::CursorThrash, None, out));
        verdict.say(now, grade, false, evidence, answered.then_some(Suppressed::Answered), out);
    }
}

/// No screen is wider.
const MOST_STROKE_PX: u32 = 20_000;
