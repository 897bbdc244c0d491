//! Cursor thrash: the pointer is shaken or circled fast, without aiming at anything.
//!
//! A turn is a change of direction on one axis after a stroke of some length. Hands that aim turn a few times; hands that
//! shake turn many times in a short while, and travel far without getting anywhere. A circle turns on both axes, one after
//! the other; those of the lesser axis count a quarter, so that four fast circles are needed and three to find the pointer
//! again are not enough.

use super::{Findings, Verdict};
use crate::input::Px;
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::{self, Rearm, Thresholds};
use crate::time::Millis;

/// Turns remembered on one axis: more than the largest sensible threshold.
const MOST_TURNS: usize = 64;
/// So many turns of the lesser axis count as one: five fast circles are 8 or 9 turns of one axis at 20 samples a second.
const OTHER_AXIS: u32 = 4;

/// One axis of the pointer's way.
#[derive(Clone, Debug, Default)]
struct Axis {
    /// Where the stroke under way began.
    from: i32,
    /// The furthest point of the stroke under way.
    extreme: i32,
    /// -1, 0 or 1.
    direction: i32,
    /// Times of the turns within the window, oldest first, each with the length of the stroke that it ended.
    turns: Vec<(Millis, u32)>,
}

impl Axis {
    /// Moves to a position; a stroke shorter than `stroke` is a tremble.
    fn moved(&mut self, now: Millis, to: i32, stroke: i32, window: Millis) -> bool {
        self.turns.retain(|(at, _)| now.since(*at) < window);
        let way = i64::from(to) - i64::from(self.extreme);
        let direction = way.signum() as i32;
        if direction == self.direction || direction == 0 {
            self.extreme = to;
        } else if way.abs() >= i64::from(stroke) {
            let turned = self.direction != 0;
            if turned && self.turns.len() < MOST_TURNS {
                self.turns.push((now, self.extreme.abs_diff(self.from)));
            }
            self.from = self.extreme;
            self.direction = direction;
            self.extreme = to;
            return turned;
        }
        false
    }

    fn travelled(&self) -> u64 {
        self.turns.iter().map(|(_, stroke)| u64::from(*stroke)).sum()
    }

    /// How many of these turns came at other moments than those of another axis: the corners of a diagonal turn both.
    fn apart_from(&self, other: &Self) -> u32 {
        self.turns.iter().filter(|(at, _)| !other.turns.iter().any(|(its, _)| its == at)).count() as u32
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
    counted: Interval,
}

/// What is counted within one interval, where turns are counted so.
#[derive(Clone, Debug, Default)]
struct Interval {
    ends: Millis,
    direction: i64,
    turns: u32,
    way: u64,
    /// The way of the interval before; none while the pointer rested.
    before: u64,
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
        if limits.interval > Millis(0) {
            self.count(now, x, y, limits);
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
            (self.x.from, self.y.from) = (x.0, y.0);
        }
        self.last_at = now;
        let stroke = limits.stroke_px.min(MOST_STROKE_PX).cast_signed() * Px::PER_PIXEL;
        let window = limits.window.min(limits.most_window);
        let turned = self.x.moved(now, x.0, stroke, window) | self.y.moved(now, y.0, stroke, window);
        self.answers.retain(|at| now.since(*at) < window);
        self.judge(now, turned, limits, out);
    }

    /// Adds a move to its interval.
    fn count(&mut self, now: Millis, x: Px, y: Px, limits: &thresholds::Thrash) {
        let aside = if self.started { i64::from(x.0) - i64::from(self.x.extreme) } else { 0 };
        let down = if self.started { i64::from(y.0) - i64::from(self.y.extreme) } else { 0 };
        self.started = true;
        (self.x.extreme, self.y.extreme) = (x.0, y.0);
        let counted = &mut self.counted;
        counted.turns += u32::from(aside.signum() != counted.direction);
        counted.direction = aside.signum();
        counted.way += aside.unsigned_abs() + down.unsigned_abs();
        counted.ends = Millis((now.0 / limits.interval.0 + 1) * limits.interval.0);
    }

    /// When the interval under way ends, if anything can come of it.
    pub fn deadline(&self, limits: &thresholds::Thrash) -> Option<Millis> {
        let counted = &self.counted;
        (limits.interval > Millis(0) && counted.way + counted.before > 0).then_some(counted.ends)
    }

    /// An interval ended: the pointer was shaken if it turned often and moved much faster than in the one before.
    pub fn interval_ended(&mut self, now: Millis, limits: &thresholds::Thrash, out: &mut Findings) {
        let counted = &mut self.counted;
        counted.ends = now + limits.interval;
        if counted.before == 0 {
            // From rest there is no acceleration yet; what was counted goes on.
            counted.before = counted.way;
            return;
        }
        let faster =
            counted.way.saturating_sub(counted.before) > u64::from(limits.gain_px) * u64::from(Px::PER_PIXEL as u32);
        let turns = counted.turns;
        (counted.before, counted.way, counted.turns) = (counted.way, 0, 0);
        if faster && turns >= limits.turns.max(limits.least_turns) {
            let evidence = Evidence { count: turns, span: limits.interval, ..Evidence::default() };
            Verdict::new(Kind::CursorThrash, None, out).say(now, Grade::Likely, true, evidence, None, out);
        }
    }

    /// The page changed, and not by itself.
    pub fn answered(&mut self, now: Millis, what: Answers, limits: &thresholds::Thrash) {
        if self.started && what.any(limits.answers) && self.answers.len() < Self::MOST_ANSWERS {
            self.answers.push(now);
            self.came = self.came.with(what);
        }
    }

    /// A button went down, or the page is left: what follows is another gesture.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn judge(&mut self, now: Millis, turned: bool, limits: &thresholds::Thrash, out: &mut Findings) {
        let needed = limits.turns.max(limits.least_turns);
        let (axis, other) =
            if self.x.turns.len() >= self.y.turns.len() { (&self.x, &self.y) } else { (&self.y, &self.x) };
        let mut turns = axis.turns.len() as u32;
        if limits.round {
            turns += other.apart_from(axis) / OTHER_AXIS;
        }
        let far = axis.travelled() >= u64::from(limits.travel_px) * u64::from(Px::PER_PIXEL as u32);
        let before = self.verdict.as_ref().map(Verdict::grade);
        if turns < needed || !far {
            let early = turned && limits.rearm == Rearm::Window;
            if before.is_some() && (turns == 0 || early) {
                // Calm again: the next time is another chain.
                self.verdict = None;
                (self.x.turns, self.y.turns) = (Vec::new(), Vec::new());
            }
            return;
        }
        let grade = if turns >= needed.saturating_mul(2) { Grade::Confirmed } else { Grade::Likely };
        // An answer to every other turn is no coincidence.
        let answered = self.answers.len() as u32 * 2 >= turns;
        if before.is_some_and(|before| before >= grade) {
            return;
        }
        let first_at = axis.turns.first().map_or(now, |(at, _)| *at);
        let evidence = Evidence {
            count: turns,
            span: now.since(first_at),
            looked_for: limits.answers,
            came: self.came,
            ..Evidence::default()
        };
        let verdict = self.verdict.get_or_insert_with(|| Verdict::new(Kind::CursorThrash, None, out));
        verdict.say(now, grade, false, evidence, answered.then_some(Suppressed::Answered), out);
        if limits.rearm == Rearm::Each {
            self.reset();
        }
    }
}

/// No screen is wider.
const MOST_STROKE_PX: u32 = 20_000;
