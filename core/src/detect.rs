//! The detectors: each watches the same recent [`clicks`] and the answers they got, and raises its own signals.
//!
//! A gesture opens a click; what comes afterwards is handed to [`Detectors::answer`], which decides whether it is an
//! answer at all ([`noise`]) and whose. A click closes when its deadline has passed; then the verdicts fall.

pub mod clicks;
pub mod dead;
pub mod elements;
pub mod error;
pub mod noise;
pub mod rage;

use crate::input::{Cause, ElementId, Flags, Observed, Pointer};
use crate::signal::{Answers, Grade, Kind, Signal};
use crate::thresholds::{ClickOn, Thresholds};
use crate::time::Millis;

use clicks::{Click, Clicks};
use elements::Elements;

/// What the detectors tell the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// A new revision of a signal, and the grade its chain counted with before.
    Signal(Signal, Grade),
    /// A click is settled.
    Click(Click),
    /// A further click on what did not answer was settled.
    Retry,
}

/// Where findings go, with the numbering of signals. The numbers go on over pages, so that ids stay unique.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What was found since the engine last took it.
    pub list: Vec<Finding>,
    /// The number of the newest signal.
    pub last_id: u32,
}

impl Findings {
    fn next_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }
}

/// All detectors and what they share.
#[derive(Clone, Debug, Default)]
pub struct Detectors {
    elements: Elements,
    clicks: Clicks,
    noise: noise::Noise,
    rage: rage::Rage,
    dead: dead::Dead,
    error: error::ErrorClicks,
    /// The last gesture of a person: a pointer went down, a click or key came.
    last_gesture: Option<Millis>,
    /// A pointer is down on this target; its click has not come yet.
    pressed: Option<(ElementId, Millis)>,
}

impl Detectors {
    /// The elements known by now.
    pub fn elements(&self) -> &Elements {
        &self.elements
    }

    /// The next time at which a verdict falls without any further input.
    pub fn next_deadline(&self, thresholds: &Thresholds) -> Option<Millis> {
        self.clicks.open().map(|click| click.deadline(&thresholds.dead)).min()
    }

    /// Lets all verdicts fall that are due by `now`, in the order of their deadlines.
    pub fn advance(&mut self, now: Millis, thresholds: &Thresholds, out: &mut Findings) {
        while let Some(deadline) = self.next_deadline(thresholds).filter(|deadline| *deadline <= now) {
            while let Some(click) = self.clicks.take_due(deadline, &thresholds.dead) {
                self.settle(click, deadline, thresholds, out);
            }
        }
    }

    /// Takes one input at `now`.
    pub fn observe(&mut self, now: Millis, what: &Observed, thresholds: &Thresholds, out: &mut Findings) {
        match what {
            Observed::Element(element) => self.elements.add(element.clone()),
            Observed::PointerDown(pointer) => {
                self.last_gesture = Some(now);
                self.pressed = Some((pointer.element, now));
                if thresholds.rage.on == ClickOn::PointerDown {
                    self.press(now, now, pointer, thresholds, out);
                } else {
                    // What answers between press and click is the click's: a menu that opens on mousedown.
                    self.clicks.press(now);
                }
            }
            Observed::Click(pointer) => {
                self.last_gesture = Some(now);
                let down = self.pressed.take().filter(|(element, _)| self.elements.related(*element, pointer.element));
                if thresholds.rage.on == ClickOn::Click || down.is_none() {
                    self.press(now, down.map_or(now, |(_, at)| at), pointer, thresholds, out);
                }
            }
            Observed::Key { .. } => self.last_gesture = Some(now),
            Observed::Mutation { element, state, .. } => self.mutated(now, *element, *state, thresholds, out),
            Observed::Toggle { .. } => self.answer(now, Answers::TOGGLE, None, thresholds, out),
            Observed::Field { what, .. } => {
                use crate::input::FieldWhat::{Autofill, Change, Input, Paste};
                if matches!(what, Input | Change | Paste | Autofill) {
                    self.answer(now, Answers::VALUE, None, thresholds, out);
                }
            }
            Observed::Scroll { .. } => {
                let recent = self.clicks.newest().is_some_and(|c| now.since(c.at) <= thresholds.dead.scroll);
                if recent {
                    self.answer(now, Answers::SCROLL, None, thresholds, out);
                }
            }
            Observed::Selection { collapsed: false } => self.answer(now, Answers::SELECTION, None, thresholds, out),
            Observed::Focus { element: Some(element) } => {
                let elsewhere = self.clicks.newest().is_some_and(|c| !self.elements.related(*element, c.target));
                if elsewhere {
                    self.answer(now, Answers::FOCUS, None, thresholds, out);
                }
            }
            Observed::Blur { element: None } => self.answer(now, Answers::FOCUS, None, thresholds, out),
            Observed::Navigate { .. } | Observed::Visibility { visible: false } => {
                self.answer(now, Answers::NAVIGATION, None, thresholds, out);
            }
            Observed::PageHide { .. } | Observed::Page { .. } => self.leave(now, thresholds, out),
            Observed::Effect(_) => self.answer(now, Answers::BROWSER, None, thresholds, out),
            Observed::Media { .. } => self.answer(now, Answers::MEDIA, None, thresholds, out),
            Observed::Alert { .. } => self.answer(now, Answers::ALERT, None, thresholds, out),
            Observed::RequestStart { id } => self.clicks.request_started(now, *id, &thresholds.error),
            Observed::RequestEnd { id, status } => {
                if let Some(click) = self.clicks.request_ended(now, *id, *status) {
                    self.error.failed_request(now, &click, thresholds, out);
                    self.rage.erred(now, &self.clicks, thresholds, out);
                }
            }
            Observed::Error { cause, hash, .. } => self.erred(now, *cause, hash, thresholds, out),
            _ => {}
        }
    }

    fn press(&mut self, now: Millis, down: Millis, pointer: &Pointer, thresholds: &Thresholds, out: &mut Findings) {
        let target = self.elements.target(pointer.element);
        let click = self.clicks.add(now, down, pointer, target);
        if let Some(replaced) = self.clicks.overflow() {
            out.list.push(Finding::Click(replaced));
        }
        self.rage.clicked(now, &click, &self.clicks, thresholds, out);
    }

    fn mutated(
        &mut self,
        now: Millis,
        element: ElementId,
        state: Option<u32>,
        thresholds: &Thresholds,
        out: &mut Findings,
    ) {
        let by_itself = self.last_gesture.is_none_or(|at| now.since(at) > thresholds.noise.quiet);
        let noisy = self.noise.changed(now, element, by_itself, &thresholds.noise);
        // While a pointer is down, what changes belongs to the click that it will become.
        let pressed = self.pressed.map(|(hit, _)| self.elements.target(hit)).map(|target| (target.id, target.region));
        let aimed_at = pressed.or_else(|| self.clicks.newest().map(|click| (click.target, click.region)));
        let Some((target, region)) = aimed_at else { return };
        let within = self.elements.related(element, target);
        // What opted out of dead clicks does its own thing: its changes answer nobody outside.
        let noisy = noisy || self.elements.target(element).flags.any(Flags::ignore(Kind::DeadClick));
        let what = if within || (!noisy && self.elements.near(element, region)) {
            Answers::NEARBY_CHANGE
        } else if noisy {
            Answers::NOISE
        } else {
            Answers::OTHER_CHANGE
        };
        if what != Answers::NOISE
            && let Some(state) = state
        {
            self.rage.changed(element, state);
        }
        self.answer(now, what, state.map(|hash| hash ^ element.0.rotate_left(16)), thresholds, out);
    }

    fn answer(&mut self, now: Millis, what: Answers, state: Option<u32>, thresholds: &Thresholds, out: &mut Findings) {
        self.clicks.answer(now, what, state);
        self.rage.answered(now, what, &self.clicks, thresholds, out);
    }

    fn erred(&mut self, now: Millis, cause: Cause, hash: &str, thresholds: &Thresholds, out: &mut Findings) {
        let Some(click) = self.error.thrown(now, cause, hash, &mut self.clicks, thresholds) else { return };
        self.error.raise(now, &click, Some(cause), thresholds, out);
        self.rage.erred(now, &self.clicks, thresholds, out);
    }

    /// The page is left: what is open closes as it stands, never as dead.
    fn leave(&mut self, now: Millis, thresholds: &Thresholds, out: &mut Findings) {
        self.clicks.answer(now, Answers::NAVIGATION, None);
        self.rage.leave(now, &self.clicks, thresholds, out);
        while let Some(click) = self.clicks.take_any() {
            out.list.push(Finding::Click(click));
        }
        self.pressed = None;
    }

    fn settle(&mut self, click: Click, now: Millis, thresholds: &Thresholds, out: &mut Findings) {
        self.rage.settled(now, &click, &self.clicks, thresholds, out);
        self.dead.settled(now, &click, thresholds, out);
        out.list.push(Finding::Click(click));
    }
}

/// Whether a rule passes over an element: by its own list, or because the page opted out.
fn ignored(flags: Flags, ignore: Flags, kind: Kind) -> bool {
    flags.any(ignore) || flags.any(Flags::ignore(kind))
}

/// A run of verdicts on one target that belong to one signal.
#[derive(Clone, Copy, Debug)]
struct Chain {
    id: u32,
    target: ElementId,
    first_at: Millis,
    last_at: Millis,
    clicks: u32,
    revision: u32,
    grade: Grade,
}

/// The chains of one detector, newest last; old ones are forgotten.
#[derive(Clone, Debug, Default)]
struct Chains(Vec<Chain>);

impl Chains {
    /// More targets than a person can alternate between within a chain's time.
    const MOST: usize = 8;

    fn find(&self, target: ElementId, at: Millis, within: Millis) -> Option<&Chain> {
        self.0.iter().rev().find(|chain| chain.target == target && at.since(chain.last_at) <= within)
    }

    /// Adds a verdict on a click to its target's chain, or begins one. A chain keeps the best grade it had; returns the
    /// chain and the grade before.
    fn add(&mut self, click: &Click, grade: Grade, within: Millis, out: &mut Findings) -> (Chain, Grade) {
        let known = self.find(click.target, click.at, within).map(|chain| chain.id);
        if let Some(chain) = known.and_then(|id| self.0.iter_mut().find(|chain| chain.id == id)) {
            let before = chain.grade;
            chain.clicks += u32::from(chain.last_at != click.at);
            chain.revision += 1;
            chain.last_at = click.at;
            chain.grade = before.max(grade);
            return (*chain, before);
        }
        if self.0.len() == Self::MOST {
            self.0.remove(0);
        }
        let (target, first_at, last_at) = (click.target, click.at, click.at);
        let chain = Chain { id: out.next_id(), target, first_at, last_at, clicks: 1, revision: 1, grade };
        self.0.push(chain);
        (chain, Grade::Retracted)
    }
}
