//! The detectors: each watches the same recent [`clicks`] and the answers they got, and raises its own signals.
//!
//! A gesture opens a click; what comes afterwards is handed to [`Detectors::answer`], which decides whether it is an
//! answer at all ([`noise`]) and whose. A click closes when its deadline has passed; then the verdicts fall.

mod chains;
pub mod clicks;
pub mod dead;
pub mod disabled;
pub mod elements;
pub mod error;
pub mod hunt;
pub mod keyboard;
pub mod noise;
pub mod rage;
pub mod slow;
pub mod swipe;
pub mod thrash;
mod verdict;
pub mod visits;

use crate::input::{Cause, Effect, ElementId, Flags, Key, Mutated, NavigateHow, Observed, Pointer, Px};
use crate::signal::{Answers, Grade, Kind, Signal};
use crate::thresholds::{ClickOn, Thresholds, Words, only};
use crate::time::Millis;
use crate::video::{VideoTotals, Videos};

use chains::Chains;
use clicks::{Click, Clicks, Stage};
use elements::Elements;
use verdict::Verdict;

/// What the detectors tell the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// A new revision of a signal, and the grade its chain counted with before.
    Signal(Signal, Grade),
    /// A click is settled.
    Click(Click),
    /// So many further clicks on what did not answer were made; less than none where that was taken back.
    Retries(i32),
    /// What became of a form, as far as it is known, and since when.
    Form(crate::forms::Form, crate::time::UnixMillis),
    /// What was watched of a player until then.
    Video(Millis, Box<VideoTotals>),
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
    /// The number of the next signal.
    pub fn next_id(&mut self) -> u32 {
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
    slow: slow::Slow,
    error: error::ErrorClicks,
    disabled: disabled::Disabled,
    keyboard: keyboard::Keyboard,
    swipes: swipe::Swipes,
    thrash: thrash::Thrash,
    hunt: hunt::Hunt,
    /// The last gesture of a person: a pointer went down, a click or key came.
    last_gesture: Option<Millis>,
    /// What that was aimed at.
    aim: Option<Aim>,
    pressed: Option<Pressed>,
    /// When the window or the tab changed hands last.
    woke: Option<Millis>,
    /// When something scrolled last.
    scrolled: Option<Millis>,
    /// When nodes last came or went around what a gesture was aimed at: a view was replaced.
    pub last_replaced: Option<Millis>,
    /// The players, who have detectors of their own.
    pub(crate) videos: Videos,
    /// The window's height, CSS px.
    pub viewport: u32,
}

/// A pointer is down; its click has not come yet.
#[derive(Clone, Copy, Debug)]
struct Pressed {
    element: ElementId,
    at: Millis,
    x: Px,
    y: Px,
    /// It counts as a click already: of a peer's rule, or because a disabled control never gets one.
    counted: bool,
    /// When it was let go. Its click follows at once or never.
    up: Option<Millis>,
    /// What it called threw.
    failed: bool,
}

impl Pressed {
    /// Whether the pointer was pulled from where it went down: to another element, or further than a hand slips.
    fn is_drag(&self, pointer: &Pointer) -> bool {
        let most = if self.element == pointer.element { MOST_SLIP_PX } else { MOST_TAP_PX };
        !is_near(self.x, pointer.x, most) || !is_near(self.y, pointer.y, most)
    }
}

fn is_near(a: Px, b: Px, most: i32) -> bool {
    (i64::from(a.0) - i64::from(b.0)).abs() <= i64::from(most) * i64::from(Px::PER_PIXEL)
}

/// What a gesture was aimed at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aim {
    /// The target.
    pub element: Option<ElementId>,
    /// Its region.
    pub region: Option<ElementId>,
    /// What it is.
    pub flags: Flags,
    /// What kind of element was hit.
    pub tag: Words,
}

/// A click comes in the task of its pointer's lifting; a slow page may take this long for it.
const CLICK_AFTER_UP: Millis = Millis(300);
/// A tap moves less than this; a finger that moves further scrolls, CSS px.
const MOST_TAP_PX: i32 = 10;
/// A hand in a hurry slips this far between press and release on one thing, CSS px.
const MOST_SLIP_PX: i32 = 40;

impl Detectors {
    /// The elements known by now.
    pub fn elements(&self) -> &Elements {
        &self.elements
    }

    /// Whether this element changes by itself.
    pub fn is_noisy(&self, now: Millis, element: ElementId, thresholds: &Thresholds) -> bool {
        self.noise.is_noisy(now, element, &thresholds.noise)
    }

    /// The next time at which a verdict falls without any further input.
    pub fn next_deadline(&self, all: &Thresholds) -> Option<Millis> {
        self.deadline_with(self.clicks.next_deadline(all), all)
    }

    /// When to look again if nothing happens until then: at the next deadline, or later where nothing is said at it.
    pub fn next_look(&self, all: &Thresholds) -> Option<Millis> {
        self.deadline_with(self.clicks.next_look(self.rage.is_open(), all), all)
    }

    fn deadline_with(&self, clicks: Option<Millis>, all: &Thresholds) -> Option<Millis> {
        let (keyboard, swipes) = (self.keyboard.deadline(&all.keyboard), self.swipes.deadline(&all.swipe));
        let (rage, thrash) = (self.rage.deadline(&all.rage), self.thrash.deadline(&all.thrash));
        [clicks, keyboard, swipes, rage, thrash, self.videos.next_deadline(all)].into_iter().flatten().min()
    }

    /// Lets all verdicts fall that are due by `now`, in the order of their deadlines.
    pub fn advance(&mut self, now: Millis, all: &Thresholds, out: &mut Findings) {
        while let Some(deadline) = self.next_deadline(all).filter(|deadline| *deadline <= now) {
            while let Some((click, stage)) = self.clicks.take_due(deadline, all) {
                self.decide(click, stage, deadline, all, out);
            }
            if self.rage.deadline(&all.rage).is_some_and(|at| at <= deadline) {
                self.rage.closed(deadline, &self.clicks, all, out);
            }
            if self.thrash.deadline(&all.thrash).is_some_and(|at| at <= deadline) {
                self.thrash.interval_ended(deadline, &all.thrash, out);
            }
            if self.keyboard.deadline(&all.keyboard).is_some_and(|at| at <= deadline) {
                self.keyboard.close(deadline, all, out);
            }
            if self.swipes.deadline(&all.swipe).is_some_and(|at| at <= deadline) {
                self.swipes.settle(deadline, all, out);
            }
            self.videos.advance(deadline, all, out);
        }
    }

    /// Takes one input at `now`.
    pub fn observe(&mut self, now: Millis, what: &Observed, thresholds: &Thresholds, out: &mut Findings) {
        if self.pressed.is_some_and(|pressed| pressed.up.is_some_and(|up| now.since(up) > CLICK_AFTER_UP)) {
            self.pressed = None;
            self.clicks.lift();
        }
        self.videos.observe(now, what, &self.elements, thresholds, out);
        match what {
            Observed::Element(element) => self.elements.add(element),
            Observed::PointerDown(pointer) => self.pointer_down(now, pointer, thresholds, out),
            Observed::PointerUp(pointer) => self.pointer_up(now, pointer, thresholds, out),
            Observed::Click(pointer) => self.clicked(now, pointer, thresholds, out),
            Observed::PointerMove { x, y } if self.pressed.is_none() || thresholds.thrash.pressed => {
                self.thrash.moved(now, *x, *y, thresholds, out);
            }
            Observed::Key { element, key, repeat } => {
                self.last_gesture = Some(now);
                self.part(thresholds);
                match key {
                    Key::Other | Key::Tab => self.hunt.key(now),
                    _ => self.hunt.reset(),
                }
                let aim = self.aim_at(*element);
                if !repeat {
                    self.aim = Some(aim);
                    self.keyboard.pressed(now, *key, aim, thresholds, out);
                }
            }
            Observed::Swipe { element, dx, dy } => {
                self.last_gesture = Some(now);
                let (aim, mut during) = (self.aim_at(Some(*element)), self.clicks.since_press());
                let down = self.pressed.map(|pressed| pressed.at);
                if down.is_some_and(|down| self.scrolled.is_some_and(|at| at >= down)) {
                    during = during.with(Answers::SCROLL);
                }
                self.aim = Some(aim);
                self.pressed = None;
                self.clicks.lift();
                self.part(thresholds);
                self.swipes.swiped(now, aim, *dx, *dy, during, thresholds, out);
            }
            Observed::Mutation { element, state, what, .. } => {
                if *what == Mutated::ChildList && self.is_around_aim(*element) {
                    self.last_replaced = Some(now);
                }
                if *what == Mutated::ChildList && self.hunt.scroller.is_some_and(|id| self.elements.holds(id, *element))
                {
                    self.hunt.rebuilt(now);
                }
                self.mutated(now, *element, *state, thresholds, out);
            }
            Observed::Toggle { .. } => self.answer(now, Answers::TOGGLE, None, None, thresholds, out),
            Observed::Field { element, what, .. } => {
                use crate::input::FieldWhat::{Autofill, Change, Input, Paste};
                if matches!(what, Paste) {
                    self.part(thresholds);
                }
                // What was typed showed when it was typed; a text field tells once more when it is left or sent.
                let told = element.is_some_and(|id| self.elements.target(id).flags.any(Flags::TEXT_FIELD));
                if matches!(what, Input | Paste | Autofill) || (*what == Change && !told) {
                    self.answer(now, Answers::VALUE, None, None, thresholds, out);
                }
            }
            Observed::Scroll { element, y, .. } => {
                self.hunt.scrolled(now, *element, *y, self.viewport, thresholds, out);
                self.scrolled = Some(now);
                self.part(thresholds);
                self.swipes.answered(now, Answers::SCROLL, &thresholds.swipe);
                let recent = self.clicks.newest().is_some_and(|c| now.since(c.at) <= thresholds.dead.scroll);
                if recent || thresholds.dead.shared {
                    self.answer(now, Answers::SCROLL, None, None, thresholds, out);
                }
            }
            Observed::Selection { collapsed: false } => {
                self.answer(now, Answers::SELECTION, None, None, thresholds, out);
            }
            Observed::Focus { element: Some(element) } => {
                let aim = self.aim.and_then(|aim| aim.element);
                if aim.is_some_and(|target| !self.elements.related(*element, target)) {
                    self.answer(now, Answers::FOCUS, None, None, thresholds, out);
                }
            }
            Observed::Focus { element: None } => self.wake(now, thresholds),
            Observed::Blur { element: None } => {
                self.wake(now, thresholds);
                self.answer(now, Answers::FOCUS, None, None, thresholds, out);
            }
            Observed::Visibility { visible } => {
                self.wake(now, thresholds);
                if !visible {
                    self.answer(now, Answers::NAVIGATION, None, None, thresholds, out);
                }
            }
            // A new fragment alone shows nothing: what it leads to scrolls. Peers who look at the address count it.
            Observed::Navigate { how: NavigateHow::Hash, .. } if !thresholds.dead.shared => {}
            Observed::Navigate { .. } => {
                self.answer(now, Answers::NAVIGATION, None, None, thresholds, out);
            }
            Observed::PageHide { .. } | Observed::Page { .. } => self.leave(now, thresholds, out),
            Observed::Effect(effect) => {
                if *effect == Effect::Clipboard {
                    self.part(thresholds);
                }
                self.answer(now, Answers::BROWSER, None, None, thresholds, out);
            }
            Observed::Media { .. } => self.answer(now, Answers::MEDIA, None, None, thresholds, out),
            // What a person's click made a player do.
            Observed::Video(video) if video.is_answer() => {
                self.answer(now, Answers::MEDIA, None, None, thresholds, out);
            }
            Observed::Alert { .. } => self.answer(now, Answers::ALERT, None, None, thresholds, out),
            Observed::RequestStart { id, by_itself } => {
                // Where requests of the page fail all the time, only what a gesture began itself is that gesture's.
                if !by_itself || !self.error.fails_by_itself(now, thresholds) {
                    self.clicks.request_started(now, *id, *by_itself, thresholds);
                }
                self.traffic(now, thresholds, out);
            }
            Observed::RequestEnd { id, status } => {
                self.traffic(now, thresholds, out);
                if (*status == 0 || *status >= 400) && !self.clicks.holds_request(*id) {
                    self.error.failed_by_itself(now);
                    return;
                }
                let background = self.error.fails_by_itself(now, thresholds);
                if let Some(click) = self.clicks.request_ended(now, *id, *status, background) {
                    self.error.failed_request(now, &click, false, thresholds, out);
                    self.rage.erred(now, &self.clicks, thresholds, out);
                }
            }
            Observed::Error { cause, hash, .. } => self.erred(now, *cause, hash, thresholds, out),
            _ => {}
        }
    }

    /// Whether an element holds what the last gesture was aimed at, and is more than something on the whole page's floor.
    fn is_around_aim(&self, element: ElementId) -> bool {
        let Some(target) = self.aim.and_then(|aim| aim.element) else { return false };
        let floor = |tag: &str| tag == "body" || tag == "html";
        let holds = target != element && self.elements.holds(element, target);
        holds && self.elements.get(element).is_some_and(|element| !floor(&element.tag))
    }

    fn aim_at(&self, element: Option<ElementId>) -> Aim {
        element.map_or_else(Aim::default, |element| {
            let target = self.elements.target(element);
            Aim { element: Some(target.id), region: target.region, flags: target.flags, tag: target.tag }
        })
    }

    /// A gesture came that is no click.
    fn part(&mut self, thresholds: &Thresholds) {
        self.clicks.gesture();
        self.dead.parted(&thresholds.dead);
        self.rage.parted(&thresholds.rage);
    }

    /// The window or the tab changed hands.
    fn wake(&mut self, now: Millis, thresholds: &Thresholds) {
        self.woke = Some(now);
        self.clicks.wake(now, thresholds.dead.wake);
        self.part(thresholds);
    }

    /// A request began or ended, whoever's it is.
    fn traffic(&mut self, now: Millis, thresholds: &Thresholds, out: &mut Findings) {
        if thresholds.dead.shared {
            self.answer(now, Answers::REQUEST, None, None, thresholds, out);
        }
    }

    fn pointer_down(&mut self, now: Millis, pointer: &Pointer, thresholds: &Thresholds, out: &mut Findings) {
        self.last_gesture = Some(now);
        if !thresholds.thrash.pressed {
            self.thrash.reset();
        }
        let counted = thresholds.rage.on == ClickOn::PointerDown;
        let Pointer { element, x, y, .. } = *pointer;
        self.pressed = Some(Pressed { element, at: now, x, y, counted, up: None, failed: false });
        self.aim = Some(self.aim_at(Some(element)));
        if counted {
            self.press(now, now, pointer, false, thresholds, out);
        } else {
            // What answers between press and click is the click's: a menu that opens on mousedown.
            self.clicks.press(now);
        }
    }

    /// Browsers keep the click of a disabled control to themselves: for it, up on the same spot is one.
    fn pointer_up(&mut self, now: Millis, pointer: &Pointer, thresholds: &Thresholds, out: &mut Findings) {
        let Some(pressed) = &mut self.pressed else { return };
        pressed.up = Some(now);
        let pressed = *pressed;
        let tap = is_near(pressed.x, pointer.x, MOST_TAP_PX) && is_near(pressed.y, pointer.y, MOST_TAP_PX);
        let disabled = self.elements.target(pressed.element).flags.any(Flags::DISABLED);
        if !pressed.counted && tap && disabled && self.elements.related(pressed.element, pointer.element) {
            self.pressed = Some(Pressed { counted: true, ..pressed });
            // The browser counts only clicks.
            let pointer = Pointer { detail: pointer.detail.max(1), ..*pointer };
            self.press(now, pressed.at, &pointer, false, thresholds, out);
        }
    }

    fn clicked(&mut self, now: Millis, pointer: &Pointer, thresholds: &Thresholds, out: &mut Findings) {
        self.last_gesture = Some(now);
        self.hunt.reset();
        let down = self.pressed.take();
        let target = self.elements.target(pointer.element);
        let every = thresholds.rage.every;
        if down.is_none() && !every && self.clicks.hand_to_control(now, pointer, target) {
            return;
        }
        if down.is_some_and(|down| down.counted || (!every && down.is_drag(pointer))) {
            self.clicks.lift();
            if thresholds.rage.on == ClickOn::PointerDown {
                self.clicks.clicked(now, &thresholds.dead);
                if thresholds.dead.only.any(only::CLICKED) {
                    self.choose(now, thresholds);
                }
            }
            return;
        }
        let pressed = down.filter(|down| self.elements.related(down.element, pointer.element));
        self.press(now, pressed.map_or(now, |down| down.at), pointer, true, thresholds, out);
        if pressed.is_some_and(|down| down.failed) {
            self.blame(now, Cause::Sync, thresholds, out);
        }
    }

    /// Finds out whether the newest click is a candidate for a dead one.
    fn choose(&mut self, now: Millis, thresholds: &Thresholds) {
        let asleep = self.woke.is_some_and(|at| now.since(at) < thresholds.dead.wake);
        if asleep || self.dead.skips(&self.clicks, &thresholds.dead) {
            self.clicks.skip();
        }
    }

    fn press(
        &mut self,
        now: Millis,
        down: Millis,
        pointer: &Pointer,
        clicked: bool,
        thresholds: &Thresholds,
        out: &mut Findings,
    ) {
        let target = self.elements.target(pointer.element);
        self.aim = Some(Aim { element: Some(target.id), region: target.region, flags: target.flags, tag: target.tag });
        let click = self.clicks.add(now, down, pointer, target, clicked, &thresholds.dead);
        if clicked || !thresholds.dead.only.any(only::CLICKED) {
            self.choose(now, thresholds);
        }
        if let Some(replaced) = self.clicks.overflow() {
            out.list.push(Finding::Click(replaced));
        }
        self.rage.clicked(now, &click, &self.clicks, thresholds, out);
        self.disabled.pressed(now, &click, &self.clicks, thresholds, out);
    }

    fn mutated(
        &mut self,
        now: Millis,
        element: ElementId,
        state: Option<u32>,
        thresholds: &Thresholds,
        out: &mut Findings,
    ) {
        // While a pointer is down, whatever moves may be moved by it.
        let held = self.pressed.is_some_and(|pressed| pressed.up.is_none());
        let by_itself = !held && self.last_gesture.is_none_or(|at| now.since(at) > thresholds.noise.quiet);
        let noisy = self.noise.changed(now, element, by_itself, &thresholds.noise);
        let Some(Aim { element: Some(target), region, .. }) = self.aim else { return };
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
        let state = state.map(|hash| hash ^ element.0.rotate_left(16));
        self.answer(now, what, state, Some(element), thresholds, out);
    }

    fn answer(
        &mut self,
        now: Millis,
        what: Answers,
        state: Option<u32>,
        from: Option<ElementId>,
        thresholds: &Thresholds,
        out: &mut Findings,
    ) {
        for click in self.clicks.answer(now, what, state, from, &thresholds.dead) {
            self.slow.waited(now, &click, thresholds, out);
            self.dead.superseded(now, &click, thresholds, out);
        }
        self.rage.answered(now, what, &self.clicks, thresholds, out);
        self.keyboard.answered(what);
        self.swipes.answered(now, what, &thresholds.swipe);
        self.thrash.answered(now, what, &thresholds.thrash);
    }

    fn erred(&mut self, now: Millis, cause: Cause, hash: &str, thresholds: &Thresholds, out: &mut Findings) {
        let before = self.error.seen(now, hash);
        if let Some(pressed) = self.pressed.as_mut().filter(|pressed| cause == Cause::Sync && !pressed.counted) {
            // It is the doing of the click that this becomes, if it becomes one.
            pressed.failed = true;
            return;
        }
        // What was there before the click and has no proven cause is the page's own.
        let memory = thresholds.noise.memory;
        let newest = self.clicks.newest().map(|click| click.down);
        let periodic = before.zip(newest).is_some_and(|(seen, down)| seen < down && down.since(seen) <= memory);
        if cause != Cause::Other || !periodic {
            self.blame(now, cause, thresholds, out);
        }
    }

    /// Blames an error on the newest click.
    fn blame(&mut self, now: Millis, cause: Cause, thresholds: &Thresholds, out: &mut Findings) {
        let Some(click) = self.clicks.err(now, &thresholds.error) else { return };
        self.error.erred(now, &click, cause, thresholds, out);
        self.rage.erred(now, &self.clicks, thresholds, out);
    }

    /// The page is left: what is open closes as it stands, never as dead.
    fn leave(&mut self, now: Millis, thresholds: &Thresholds, out: &mut Findings) {
        self.clicks.lift();
        for click in self.clicks.answer(now, Answers::NAVIGATION, None, None, &thresholds.dead) {
            self.dead.superseded(now, &click, thresholds, out);
            self.slow.superseded(now, &click, thresholds, out);
        }
        self.rage.leave(now, &self.clicks, thresholds, out);
        while let Some(click) = self.clicks.take_any() {
            out.list.push(Finding::Click(click));
        }
        self.keyboard.close(now, thresholds, out);
        self.swipes.leave();
        self.thrash.reset();
        self.hunt.reset();
        // The next page knows nothing of these, whether it has an engine of its own or not.
        self.error.leave();
        (self.pressed, self.aim) = (None, None);
        (self.last_gesture, self.woke, self.scrolled) = (None, None, None);
    }

    fn decide(&mut self, mut click: Click, stage: Stage, now: Millis, thresholds: &Thresholds, out: &mut Findings) {
        match stage {
            Stage::Slow | Stage::VerySlow => self.slow.waited(now, &click, thresholds, out),
            Stage::Failed => {
                self.error.failed_request(now, &click, true, thresholds, out);
                self.rage.erred(now, &self.clicks, thresholds, out);
            }
            Stage::Suspect => {
                self.disabled.unanswered(now, &click, thresholds, out);
                self.dead.suspected(now, &click, thresholds, out);
            }
            Stage::Settled => {
                if click.far.is_some_and(|from| self.noise.is_noisy(now, from, &thresholds.noise)) {
                    click.unanswer();
                }
                self.rage.settled(now, &click, &self.clicks, thresholds, out);
                self.disabled.unanswered(now, &click, thresholds, out);
                if !click.is_answered() && !click.is_pending() {
                    self.slow.superseded(now, &click, thresholds, out);
                }
                if self.dead.settled(now, &click, thresholds, out) {
                    self.rage.unanswered(now, &click, &self.clicks, thresholds, out);
                }
                out.list.push(Finding::Click(click));
            }
        }
    }
}

/// Whether a rule passes over an element: by its own list, or because the page opted out.
fn ignored(flags: Flags, ignore: Flags, kind: Kind) -> bool {
    flags.any(ignore) || flags.any(Flags::ignore(kind))
}
