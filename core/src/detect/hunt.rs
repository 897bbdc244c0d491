//! Scroll hunts: up and down and up again over large parts of a page, searching.

use super::{Findings, Verdict};
use crate::input::{ElementId, Px};
use crate::signal::{Evidence, Grade, Kind};
use crate::thresholds::Thresholds;
use crate::time::Millis;

/// Turns remembered: more than the largest sensible threshold.
const MOST_TURNS: usize = 32;

/// The detector: one scroller at a time, the one that moved last.
#[derive(Clone, Debug, Default)]
pub struct Hunt {
    pub(super) scroller: Option<ElementId>,
    started: bool,
    y: i32,
    /// When what it shows came or went.
    rebuilt: Option<Millis>,
    /// The furthest point of the stroke under way, and where that stroke began.
    extreme: i32,
    direction: i32,
    turns: Vec<Millis>,
    /// The last move, and the last key: keys leap.
    last_at: Millis,
    last_key: Option<Millis>,
    verdict: Option<Verdict>,
}

/// A leap over a whole window within this time of the move before is a script's.
const LEAP_WITHIN: Millis = Millis(300);

impl Hunt {
    /// A key that may scroll.
    pub fn key(&mut self, now: Millis) {
        self.last_key = Some(now);
    }

    /// Nodes came or went within the scroller.
    pub fn rebuilt(&mut self, now: Millis) {
        self.rebuilt = Some(now);
    }

    /// Something scrolled to this height. `viewport` is the window's height, CSS px.
    pub fn scrolled(
        &mut self,
        now: Millis,
        scroller: Option<ElementId>,
        y: Px,
        viewport: u32,
        all: &Thresholds,
        out: &mut Findings,
    ) {
        let limits = &all.hunt;
        if !limits.enabled {
            return;
        }
        // After a pause it is another search.
        if !self.started || self.scroller != scroller || now.since(self.last_at) > limits.pause {
            *self = Self {
                scroller,
                started: true,
                extreme: y.0,
                y: y.0,
                last_at: now,
                last_key: self.last_key,
                ..Self::default()
            };
            return;
        }
        self.turns.retain(|at| now.since(*at) <= limits.window);
        if self.turns.is_empty() {
            self.verdict = None;
        }
        let step = i64::from(y.0) - i64::from(std::mem::replace(&mut self.y, y.0));
        let leap = i64::from(viewport) * i64::from(Px::PER_PIXEL);
        let stroke = i64::from(viewport) * i64::from(limits.stroke_percent);
        if step.abs() >= stroke && self.rebuilt.is_some_and(|at| now.since(at) <= LEAP_WITHIN) {
            // More was put before what is read, which went down by that.
            self.extreme = (i64::from(self.extreme) + step).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        }
        let way = i64::from(y.0) - i64::from(self.extreme);
        let direction = way.signum() as i32;
        if direction == self.direction || direction == 0 {
            self.extreme = y.0;
            self.last_at = now;
            return;
        }
        // A hundredth of a pixel and a per cent are the same step.
        if way.abs() < stroke {
            self.last_at = now;
            return;
        }
        let since_last = now.since(std::mem::replace(&mut self.last_at, now));
        if way.abs() > leap && since_last < LEAP_WITHIN && self.last_key.is_none_or(|at| now.since(at) > LEAP_WITHIN) {
            // No hand is that fast: the page moved what it shows, to load more of it.
            self.extreme = y.0;
            return;
        }
        let turned = self.direction != 0;
        self.direction = direction;
        self.extreme = y.0;
        if !turned {
            return;
        }
        if self.turns.len() == MOST_TURNS {
            self.turns.remove(0);
        }
        self.turns.push(now);
        self.judge(now, all, out);
    }

    /// The person did something else: found, or given up.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn judge(&mut self, now: Millis, all: &Thresholds, out: &mut Findings) {
        let limits = &all.hunt;
        let turns = self.turns.len() as u32;
        let grade = if turns >= limits.turns.saturating_add(2) {
            Grade::Confirmed
        } else if turns >= limits.turns {
            Grade::Likely
        } else if turns + 1 == limits.turns {
            Grade::Suspected
        } else {
            return;
        };
        if self.verdict.as_ref().is_some_and(|before| before.grade() >= grade) {
            return;
        }
        let first_at = self.turns.first().copied().unwrap_or(now);
        let evidence = Evidence { count: turns, span: now.since(first_at), ..Evidence::default() };
        let verdict = self.verdict.get_or_insert_with(|| Verdict::new(Kind::ScrollHunt, self.scroller, out));
        verdict.say(now, grade, false, evidence, None, out);
    }
}
