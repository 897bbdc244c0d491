//! Recent clicks and what answered each.

use super::elements::Target;
use crate::input::{Device, ElementId, Flags, Pointer, Px};
use crate::signal::Answers;
use crate::thresholds::{self, EndedBy, Thresholds, Words, only, tags};
use crate::time::Millis;

/// An answer this soon after a click can only be that click's, ms: one long task, the limit under which an answer
/// feels immediate.
const IMMEDIATE: Millis = Millis(100);
/// A page that draws first and asks then does so within this time after the click, ms: three frames.
const DEFERRED: Millis = Millis(50);
/// What a page does at the end of a request begins in the same task, ms.
const NEXT_STEP: Millis = Millis(5);
/// The end of a click about which nothing is left to say may be noticed so much later, ms: those of many clicks together.
const UNHURRIED: Millis = Millis(2000);
/// Requests remembered for one click.
const MOST_REQUESTS: usize = 4;

/// One click and what answered it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Click {
    /// Numbers rise by one.
    pub serial: u32,
    /// What it was aimed at.
    pub target: ElementId,
    /// The element hit: the target or something within it.
    pub hit: ElementId,
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
    /// How it was made: [`only`].
    pub made: Words,
    /// What kind of element was hit: [`tags`].
    pub tag: Words,
    /// No candidate for a dead or slow click: it repeats one, or another still waits.
    pub skipped: bool,
    /// Another click came after it; another gesture did.
    ended: (bool, bool),
    /// Everything that came.
    pub came: Answers,
    /// What came soon enough for its kind.
    pub in_time: Answers,
    /// When something came last.
    busy: Millis,
    /// From the click to its first visible answer.
    pub first_answer: Option<Millis>,
    /// The answer reached no other click.
    pub own: bool,
    /// A digest of the states it left behind; `None` while no change said its state.
    pub state: Option<u32>,
    /// Nothing answered but this element, far from the target: it may turn out to change by itself.
    pub far: Option<ElementId>,
    /// When a request of it failed or was refused, and nobody tried again yet.
    pub failed: Option<Millis>,
    /// No request of it failed by its fault: a server refused what was asked, or the page's requests fail all the time.
    pub excused: bool,
    /// What failed may be no request of this click.
    doubtful: bool,
    /// Something answered after a request had failed: the page tells of it.
    told: bool,
    requests: [Request; MOST_REQUESTS],
    pending: u8,
    /// When its last request ended without anything else.
    request_ended: Option<Millis>,
    /// The last thing that was decided about it.
    reached: Option<Stage>,
}

/// A request that has no answer yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Request {
    id: u32,
    /// It began soon after the click, and not in its task.
    by_itself: bool,
}

/// What is decided about a click as time goes by, in this order; what an answer makes needless is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A request is pending, and it takes long.
    Slow,
    /// It takes so long that one doubts it.
    VerySlow,
    /// A request failed, and nobody tried again.
    Failed,
    /// Nothing came in the time in which answers come.
    Suspect,
    /// The last word.
    Settled,
}

impl Click {
    /// Whether a person would say that something answered.
    pub fn is_answered(&self) -> bool {
        self.first_answer.is_some()
    }

    /// Whether it is one of those that a rule takes.
    pub fn is(&self, made: Words, of: Words) -> bool {
        let clickable = !of.any(tags::INTERACTIVE) || self.flags.any(Flags::INTERACTIVE) || self.tag == tags::UNKNOWN;
        self.made.all(made) && self.tag.any(of) && clickable
    }

    /// Whether what came since ended the waiting.
    pub fn is_ended(&self, by: EndedBy) -> bool {
        match by {
            EndedBy::Nothing => false,
            EndedBy::Click => self.ended.0,
            EndedBy::Gesture => self.ended.1,
        }
    }

    /// Whether it caused an error. A refusal that is shown is an answer: taken, not found, not allowed. What may not have
    /// been this click's is only if the page tells of it.
    pub fn erred(&self) -> bool {
        let excused = if self.doubtful { !self.told } else { self.excused && self.is_answered() };
        self.came.any(Answers::ERROR) || (self.came.any(Answers::FAILED_REQUEST) && !excused)
    }

    /// Where a request of it is that has no answer yet.
    fn request(&self, id: u32) -> Option<usize> {
        self.requests.iter().take(self.pending as usize).position(|request| request.id == id)
    }

    /// Whether its end can hardly bring anything but its event.
    fn is_done(&self) -> bool {
        self.is_answered()
            && !self.is_pending()
            && self.far.is_none()
            && self.failed.is_none()
            && self.reached.is_none()
    }

    /// Whether a request of it has no answer yet.
    pub fn is_pending(&self) -> bool {
        self.pending > 0
    }

    /// What is decided next, and when.
    pub fn next(&self, all: &Thresholds) -> (Millis, Stage) {
        let dead = &all.dead;
        let base = self.at + dead.timeout;
        let left = |stage: Stage| self.reached.is_none_or(|reached| reached < stage);
        if let Some(failed) = self.failed.filter(|_| left(Stage::Failed)) {
            return (failed + all.error.retry, Stage::Failed);
        }
        if let Some(after) = self.first_answer {
            // What was suspected is taken back at once; an answer from afar must prove itself, and who counts errors by
            // silence waits for it.
            let due = if self.far.is_some() { self.at + dead.confirm.max(dead.timeout) } else { base };
            let counts = if all.error.silence >= all.error.timeout {
                Millis(0)
            } else if self.is_pending() {
                self.at + all.error.timeout
            } else {
                (self.busy + all.error.silence).min(self.at + all.error.timeout)
            };
            return (due.max(self.at + after).max(counts), Stage::Settled);
        }
        if self.erred() {
            return (base, Stage::Settled);
        }
        if self.is_pending() && dead.pending_timeout > Millis(0) {
            for (stage, after) in [(Stage::Slow, all.slow.timeout), (Stage::VerySlow, all.slow.likely)] {
                if left(stage) && after < dead.pending_timeout {
                    return (self.at + after, stage);
                }
            }
            return (self.at + dead.pending_timeout, Stage::Settled);
        }
        let after_request = self.request_ended.map_or(Millis(0), |ended| {
            (ended + dead.after_request).min(self.at + dead.pending_timeout.max(dead.timeout))
        });
        let suspect = base.max(after_request);
        let settled = (self.at + dead.confirm).max(suspect);
        if left(Stage::Suspect) && suspect < settled {
            return (suspect, Stage::Suspect);
        }
        (settled, Stage::Settled)
    }

    /// The only answer came from where the page changes by itself.
    pub fn unanswer(&mut self) {
        self.came = Answers(self.came.0 & !Answers::VISIBLE.0).with(Answers::NOISE);
        self.in_time = Answers(self.in_time.0 & !Answers::VISIBLE.0).with(Answers::NOISE);
        (self.first_answer, self.far, self.state, self.own) = (None, None, None, false);
    }

    fn answer(
        &mut self,
        now: Millis,
        what: Answers,
        state: Option<u32>,
        own: bool,
        from: Option<ElementId>,
        dead: &thresholds::Dead,
    ) {
        let counts = if dead.shared { dead.answers } else { Answers::VISIBLE };
        self.told |= self.failed.is_some() && what.any(counts);
        if what.any(counts) {
            let first = !self.is_answered();
            self.far = from.filter(|from| what == Answers::OTHER_CHANGE && (first || self.far == Some(*from)));
        }
        if what.any(counts) && !self.is_answered() {
            self.first_answer = Some(now.since(self.at));
            self.own = own;
        }
        let after = now.since(self.at);
        let pressing = dead.only.any(only::CLICKED) && !self.made.any(only::CLICKED);
        let late = match what {
            _ if pressing => false,
            Answers::SCROLL => dead.shared && after > dead.scroll,
            Answers::SELECTION => after > dead.selection,
            Answers::NEARBY_CHANGE | Answers::OTHER_CHANGE | Answers::NOISE | Answers::REQUEST => after > dead.change,
            _ => false,
        };
        let before = self.in_time;
        self.note(now, what);
        if late {
            self.in_time = before;
        }
        if let Some(hash) = state {
            self.state = Some(self.state.unwrap_or(0).rotate_left(5) ^ hash);
        }
    }

    fn note(&mut self, now: Millis, what: Answers) {
        self.came = self.came.with(what);
        self.in_time = self.in_time.with(what);
        self.busy = now;
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

    /// The newest press became what the browser calls a click.
    pub fn clicked(&mut self, now: Millis, dead: &thresholds::Dead) {
        let Some(click) = self.open.last_mut().filter(|click| !click.made.any(only::CLICKED)) else { return };
        click.made.0 |= only::CLICKED.0;
        click.at = now;
        if !dead.on_press {
            (click.first_answer, click.in_time) = (None, Answers::default());
        }
    }

    /// The newest click is no candidate for a dead one.
    pub fn skip(&mut self) {
        if let Some(click) = self.open.last_mut() {
            click.skipped = true;
        }
    }

    /// The window or the tab changed hands: nobody knows what clicks around that did.
    pub fn wake(&mut self, now: Millis, within: Millis) {
        for click in self.open.iter_mut().filter(|click| now.since(click.at) < within) {
            click.skipped = true;
        }
    }

    /// A gesture came that is no click.
    pub fn gesture(&mut self) {
        for click in &mut self.open {
            click.ended.1 = true;
        }
    }

    /// A pointer went down: from now on answers belong to the click it will become.
    pub fn press(&mut self, now: Millis) {
        self.pressed = Some((now, Answers::default(), None));
    }

    /// The browser's own click on a label's control is the label's click still.
    pub fn hand_to_control(&mut self, now: Millis, pointer: &Pointer, target: Target) -> bool {
        let same = |click: &&mut Click| {
            click.flags.any(Flags::LABEL)
                && (click.x.whole(), click.y.whole()) == (pointer.x.whole(), pointer.y.whole())
                && now.since(click.at) <= IMMEDIATE
        };
        let Some(click) = self.open.last_mut().filter(same) else { return false };
        (click.target, click.region, click.flags, click.tag) = (target.id, target.region, target.flags, target.tag);
        true
    }

    /// Opens a click and returns a copy of it.
    pub fn add(
        &mut self,
        now: Millis,
        down: Millis,
        pointer: &Pointer,
        target: Target,
        clicked: bool,
        dead: &thresholds::Dead,
    ) -> Click {
        for click in &mut self.open {
            click.ended = (true, click.ended.1 || click.target != target.id);
        }
        let by_hand = pointer.detail > 0 || pointer.device != Device::Mouse || down < now;
        let mut click = Click {
            serial: self.next_serial,
            target: target.id,
            hit: pointer.element,
            region: target.region,
            flags: target.flags,
            x: pointer.x,
            y: pointer.y,
            down,
            at: now,
            made: Words(0),
            tag: target.tag,
            skipped: false,
            ended: (false, false),
            came: Answers::default(),
            in_time: Answers::default(),
            busy: now,
            first_answer: None,
            own: false,
            state: None,
            far: None,
            failed: None,
            excused: false,
            doubtful: false,
            told: false,
            requests: [Request::default(); MOST_REQUESTS],
            pending: 0,
            request_ended: None,
            reached: None,
        };
        for (word, holds) in [
            (only::TRUSTED, pointer.trusted),
            (only::BY_HAND, by_hand),
            (only::MAIN_BUTTON, pointer.button == 0),
            (only::NO_MODIFIERS, pointer.mods == 0),
            (only::CLICKED, clicked),
        ] {
            click.made.0 |= if holds { word.0 } else { 0 };
        }
        if let Some((at, came, state)) = self.pressed.take().filter(|(at, ..)| *at == down && dead.on_press) {
            click.answer(at.max(now), came, state, true, None, dead);
        }
        self.next_serial = self.next_serial.wrapping_add(1);
        self.open.push(click);
        click
    }

    /// Takes the oldest click when there are too many.
    pub fn overflow(&mut self) -> Option<Click> {
        let oldest = || self.open.iter().position(|click| click.skipped).unwrap_or(0);
        (self.open.len() > Self::MOST).then(oldest).map(|index| self.open.remove(index))
    }

    /// When something is decided next.
    pub fn next_deadline(&self, all: &Thresholds) -> Option<Millis> {
        self.open.iter().map(|click| click.next(all).0).min()
    }

    /// When somebody should look whether something is decided. `hurried`: somebody waits for the end of each click.
    pub fn next_look(&self, hurried: bool, all: &Thresholds) -> Option<Millis> {
        let patience = |click: &Click| if click.is_done() && !hurried { UNHURRIED } else { Millis(0) };
        self.open.iter().map(|click| click.next(all).0 + patience(click)).min()
    }

    /// What is due by `now`: a click, and what is decided about it. A click that is settled is open no longer.
    pub fn take_due(&mut self, now: Millis, all: &Thresholds) -> Option<(Click, Stage)> {
        let index = self.open.iter().position(|click| click.next(all).0 <= now)?;
        let stage = self.open[index].next(all).1;
        if stage == Stage::Settled {
            return Some((self.open.remove(index), stage));
        }
        let click = &mut self.open[index];
        click.reached = Some(stage);
        Some((*click, stage))
    }

    /// Takes the oldest click, due or not.
    pub fn take_any(&mut self) -> Option<Click> {
        (!self.open.is_empty()).then(|| self.open.remove(0))
    }

    /// What came since the pointer went down.
    pub fn since_press(&self) -> Answers {
        self.pressed.map_or(Answers::default(), |(_, came, _)| came)
    }

    /// The press became no click.
    pub fn lift(&mut self) {
        self.pressed = None;
    }

    /// Hands an answer to whom it belongs. At once after a click, or while a pointer is down, it can only be that
    /// one's; later it may be anybody's who still waits, and if nobody does, it adds to the newest.
    ///
    /// Returns the clicks that got their first visible answer by this.
    pub fn answer(
        &mut self,
        now: Millis,
        what: Answers,
        state: Option<u32>,
        from: Option<ElementId>,
        dead: &thresholds::Dead,
    ) -> Vec<Click> {
        if let Some((_, came, states)) = &mut self.pressed {
            *came = came.with(what);
            if let Some(hash) = state {
                *states = Some(states.unwrap_or(0).rotate_left(5) ^ hash);
            }
            if !dead.shared {
                return Vec::new();
            }
        }
        let waiting = self.open.iter().filter(|click| !click.is_answered()).count();
        let Some(newest) = self.open.last_mut() else { return Vec::new() };
        let mut answered = Vec::new();
        let mut answer = |click: &mut Click, own: bool| {
            let before = click.is_answered();
            click.answer(now, what, state, own, from, dead);
            if !before && click.is_answered() {
                answered.push(*click);
            }
        };
        if !dead.shared && (now.since(newest.at) <= IMMEDIATE || newest.is_answered()) {
            answer(newest, true);
            return answered;
        }
        for click in self.open.iter_mut().filter(|click| dead.shared || !click.is_answered()) {
            answer(click, waiting == 1);
        }
        answered
    }

    /// Marks the newest click with an error, if it is recent enough.
    pub fn err(&mut self, now: Millis, limits: &thresholds::ErrorClick) -> Option<Click> {
        let newest = self.open.iter_mut().rev().find(|click| click.is(Words(0), limits.tags))?;
        let silent = now.since(newest.busy) > limits.silence && !newest.is_pending();
        if now.since(newest.down) > limits.timeout || silent {
            return None;
        }
        newest.note(now, Answers::ERROR);
        Some(*newest)
    }

    /// A request began; it is the newest click's if that was a moment ago.
    pub fn request_started(&mut self, now: Millis, id: u32, by_itself: bool, all: &Thresholds) {
        let newest = self.open.last_mut().filter(|click| now.since(click.at) <= all.error.request_start);
        if let Some(click) = newest
            && (click.pending as usize) < MOST_REQUESTS
        {
            // What a page asks for in two steps begins the second at the first one's end.
            let follows = click.request_ended.is_some_and(|ended| now.since(ended) <= NEXT_STEP);
            let by_itself = by_itself && !follows && now.since(click.at) > DEFERRED;
            click.requests[click.pending as usize] = Request { id, by_itself };
            click.pending += 1;
            click.note(now, Answers::REQUEST);
            click.failed = None;
            return;
        }
        // What the page tries again after a failure is the same click's.
        let failed = |click: &&mut Click| click.failed.is_some_and(|at| now.since(at) <= all.error.retry);
        if let Some(click) = self.open.iter_mut().rev().find(failed) {
            click.failed = None;
            click.requests[0] = Request { id, by_itself: click.doubtful };
            click.pending = 1;
        }
    }

    /// Whether a request belongs to an open click.
    pub fn holds_request(&self, id: u32) -> bool {
        self.open.iter().any(|click| click.request(id).is_some())
    }

    /// A request ended; returns its click if it failed. `background`: requests fail that no click began.
    pub fn request_ended(&mut self, now: Millis, id: u32, status: u16, background: bool) -> Option<Click> {
        let click = self.open.iter_mut().rev().find(|click| click.request(id).is_some())?;
        let index = click.request(id)?;
        let by_itself = click.requests[index].by_itself;
        click.pending -= 1;
        click.requests.swap(index, click.pending as usize);
        click.request_ended = Some(now);
        click.busy = now;
        if status != 0 && status < 400 {
            return None;
        }
        let excused = background || (400..500).contains(&status);
        let first = !click.came.any(Answers::FAILED_REQUEST);
        click.excused = excused && (click.excused || first);
        click.doubtful = by_itself && (click.doubtful || first);
        click.note(now, Answers::FAILED_REQUEST);
        click.failed = Some(now);
        Some(*click)
    }
}
