//! Rage clicks: fast clicks on one spot, graded by what they got.
//!
//! The third fast click raises a signal at once, at the grade that is provable then. It becomes `confirmed` when an
//! error came or nothing answered in time, and is `retracted` when each click turns out to have done its own thing:
//! a stepper, a pager, a calendar.

use super::clicks::{Click, Clicks};
use super::{Finding, Findings, Verdict, ignored};
use crate::input::{ElementId, Flags, Px};
use crate::signal::{Answers, Evidence, Grade, Kind, Signal, Suppressed};
use crate::thresholds::{self, Cancel, Identity, Metric, Rearm, ResponseUse, Thresholds, Window, inclusive};
use crate::time::Millis;

/// What a chain remembers of one of its clicks, also after that is settled.
#[derive(Clone, Copy, Debug)]
struct Link {
    serial: u32,
    hit: ElementId,
    at: Millis,
    x: Px,
    y: Px,
    came: Answers,
    own: bool,
    state: Option<u32>,
    first_answer: Option<Millis>,
    pending: bool,
    erred: bool,
}

impl Link {
    fn of(click: &Click, at: Millis) -> Self {
        Self {
            serial: click.serial,
            hit: click.hit,
            at,
            x: click.x,
            y: click.y,
            came: click.came,
            own: click.own,
            state: click.state,
            first_answer: click.first_answer,
            pending: click.is_pending(),
            erred: click.erred(),
        }
    }

    fn is_answered(&self) -> bool {
        self.came.any(Answers::VISIBLE)
    }
}

/// Clicks that belong together.
#[derive(Clone, Debug)]
struct Chain {
    target: ElementId,
    clickable: bool,
    opted_out: bool,
    /// The last clicks, oldest first.
    links: Vec<Link>,
    /// All clicks, also those no longer in `links`.
    clicks: u32,
    first_at: Millis,
    /// Elements that took on new states since the first click.
    changes: Vec<Change>,
    /// Set once the threshold was reached.
    raised: Option<Raised>,
    cancelled: Option<Suppressed>,
    /// Its last click is settled, or nobody asks what becomes of it.
    settled: bool,
    /// A gesture that is no click came after it.
    parted: bool,
}

/// How often one element took on another state than before.
#[derive(Clone, Copy, Debug)]
struct Change {
    element: ElementId,
    state: u32,
    /// The state before that, and whether there was any third one.
    before: Option<u32>,
    third: bool,
    times: u32,
}

impl Change {
    fn to(&mut self, state: u32) {
        if state == self.state {
            return;
        }
        self.third |= self.before.is_some_and(|before| before != state);
        self.before = Some(self.state);
        self.state = state;
        self.times += 1;
    }

    /// How many clicks it can have answered each in a way of its own. A switch that springs back goes there and back for
    /// each click, between two states.
    fn steps(&self, clicks: u32) -> u32 {
        let springs = !self.third && self.times + 1 >= 2 * clicks;
        if springs { 0 } else { self.times.min(clicks) }
    }
}

/// What was said of a chain last.
#[derive(Clone, Copy, Debug)]
struct Raised {
    id: u32,
    revision: u32,
    grade: Grade,
    suppressed_by: Option<Suppressed>,
    /// The last word.
    is_final: bool,
}

/// The detector: one chain at a time, since one hand clicks.
#[derive(Clone, Debug, Default)]
pub struct Rage {
    chain: Option<Chain>,
}

impl Rage {
    /// Links remembered of one chain.
    const MOST_LINKS: usize = 32;
    /// Elements watched for new states during one chain.
    const MOST_CHANGES: usize = 8;
    /// A replaced target counts as the same one when the pointer did not move further, CSS px.
    const STILL_PX: i64 = 4;

    /// A click came.
    pub fn clicked(&mut self, now: Millis, click: &Click, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        let rage = &all.rage;
        let counts = click.made.all(rage.only) && !click.flags.any(rage.ignore);
        if !rage.enabled || !counts || rage.response == ResponseUse::Dead {
            return;
        }
        let link = Link::of(click, now);
        let joins = self.chain.as_ref().is_some_and(|chain| chain.joins(click.target, &link, rage));
        if !joins {
            self.close(now, clicks, all, out);
            self.chain = Some(Chain {
                target: click.target,
                clickable: click.flags.any(Flags::INTERACTIVE),
                opted_out: ignored(click.flags, rage.ignore, Kind::RageClick),
                links: Vec::new(),
                clicks: 0,
                first_at: now,
                changes: Vec::new(),
                raised: None,
                cancelled: None,
                settled: false,
                parted: false,
            });
        }
        let Some(chain) = &mut self.chain else { return };
        if chain.links.len() == Self::MOST_LINKS {
            chain.links.remove(0);
        }
        chain.links.push(link);
        chain.clicks += 1;
        chain.settled = rage.response == ResponseUse::Ignore;
        chain.refresh(clicks);
        if chain.raised.is_none() && !chain.reached(rage) {
            return;
        }
        chain.say(now, false, all, out);
        let fired = chain.raised.is_some_and(|raised| raised.suppressed_by.is_none());
        if fired && rage.rearm == Rearm::Each {
            self.close(now, clicks, all, out);
        }
    }

    /// An element took on a state.
    pub fn changed(&mut self, element: ElementId, state: u32) {
        let Some(chain) = &mut self.chain else { return };
        match chain.changes.iter().position(|change| change.element == element) {
            Some(index) => chain.changes[index].to(state),
            None if chain.changes.len() < Self::MOST_CHANGES => {
                chain.changes.push(Change { element, state, before: None, third: false, times: 1 });
            }
            None => {}
        }
    }

    /// Something answered some click.
    pub fn answered(&mut self, now: Millis, what: Answers, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        let Some(chain) = &mut self.chain else { return };
        chain.refresh(clicks);
        if !what.any(all.rage.cancel_by) || chain.cancelled.is_some() {
            return;
        }
        let by = if what.any(Answers::SELECTION) { Suppressed::Selection } else { Suppressed::Scroll };
        chain.cancelled = Some(by);
        if chain.raised.is_some() {
            chain.say(now, true, all, out);
        }
        if all.rage.cancel == Cancel::Count {
            self.chain = None;
        }
    }

    /// A click turned out dead: with those that followed on its target it may be one of rage.
    pub fn unanswered(&mut self, now: Millis, click: &Click, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        let rage = &all.rage;
        if !rage.enabled || rage.response != ResponseUse::Dead || click.flags.any(rage.ignore) {
            return;
        }
        let inclusive = rage.inclusive.any(inclusive::WINDOW);
        let follows = |other: &&Click| {
            other.target == click.target
                && other.at >= click.at
                && keeps(other.at.since(click.at), rage.window, inclusive)
        };
        let clicks = 1 + clicks.open().filter(follows).count() as u32;
        if clicks < rage.clicks {
            return;
        }
        let opted_out = click.flags.any(Flags::ignore(Kind::RageClick));
        let evidence =
            Evidence { count: clicks, looked_for: all.dead.answers, came: click.came, ..Evidence::default() };
        let mut verdict = Verdict::new(Kind::RageClick, Some(click.target), out);
        verdict.say(now, Grade::Confirmed, true, evidence, opted_out.then_some(Suppressed::OptOut), out);
    }

    /// A gesture came that is no click.
    pub fn parted(&mut self, rage: &thresholds::Rage) {
        if rage.parted
            && let Some(chain) = &mut self.chain
        {
            chain.parted = true;
        }
    }

    /// A click caused an error.
    pub fn erred(&mut self, now: Millis, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        let Some(chain) = &mut self.chain else { return };
        chain.refresh(clicks);
        if chain.raised.is_some() {
            chain.say(now, false, all, out);
        }
    }

    /// A click was settled; if it was the chain's last, so is the chain.
    pub fn settled(&mut self, now: Millis, click: &Click, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        let Some(chain) = &mut self.chain else { return };
        chain.update(click);
        chain.settled |= chain.links.last().is_some_and(|last| last.serial == click.serial);
        self.closed(now, clicks, all, out);
    }

    /// Whether a signal waits for its last word.
    pub fn is_open(&self) -> bool {
        self.chain.as_ref().and_then(|chain| chain.raised).is_some_and(|raised| !raised.is_final)
    }

    /// When the last word falls on a chain whose clicks are settled: when none can join it any more.
    pub fn deadline(&self, rage: &thresholds::Rage) -> Option<Millis> {
        let chain = self.chain.as_ref().filter(|chain| chain.settled)?;
        let open = chain.raised.is_some_and(|raised| !raised.is_final);
        chain.links.last().filter(|_| open).map(|last| {
            let longest = if rage.window_kind == Window::Gap { rage.window } else { rage.gap.min(rage.window) };
            last.at + longest
        })
    }

    /// Says the last word on a chain if that is due. It is kept: what follows on this spot may still belong to it.
    pub fn closed(&mut self, now: Millis, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        if self.deadline(&all.rage).is_some_and(|at| at <= now)
            && let Some(chain) = &mut self.chain
        {
            chain.refresh(clicks);
            chain.say(now, true, all, out);
        }
    }

    /// The page is left.
    pub fn leave(&mut self, now: Millis, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        self.close(now, clicks, all, out);
    }

    fn close(&mut self, now: Millis, clicks: &Clicks, all: &Thresholds, out: &mut Findings) {
        if let Some(mut chain) = self.chain.take()
            && chain.raised.is_some()
        {
            chain.refresh(clicks);
            chain.say(now, true, all, out);
        }
    }
}

impl Chain {
    fn joins(&self, target: ElementId, link: &Link, rage: &thresholds::Rage) -> bool {
        let Some(last) = self.links.last() else { return false };
        let gap = link.at.since(last.at);
        let (longest, limit) = match rage.window_kind {
            Window::Gap => (rage.window, inclusive::WINDOW),
            Window::Span => (rage.gap, inclusive::GAP),
        };
        if self.parted || !keeps(gap, longest, rage.inclusive.any(limit)) {
            return false;
        }
        let same = match rage.identity {
            Identity::Hit => link.hit == last.hit,
            Identity::Control => target == self.target,
            Identity::Replaced => {
                target == self.target || within(last, link, Rage::STILL_PX * 100, Metric::Euclid, true)
            }
        };
        if rage.same_target && !same {
            return false;
        }
        if rage.metric != Metric::Box
            && !within(last, link, hundredths(rage), rage.metric, rage.inclusive.any(inclusive::DISTANCE))
        {
            return false;
        }
        if rage.rearm == Rearm::Window && self.raised.is_some() {
            let needed = rage.clicks.max(1) as usize - 1;
            let before = &self.links[self.links.len().saturating_sub(needed)..];
            return enough(&before.iter().chain([link]), rage);
        }
        true
    }

    /// Whether the last clicks are enough.
    fn reached(&self, rage: &thresholds::Rage) -> bool {
        let needed = rage.clicks.max(1) as usize;
        let Some(start) = self.links.len().checked_sub(needed) else { return false };
        enough(&self.links[start..].iter(), rage)
    }

    /// Takes over what is known by now of the clicks that are still open.
    fn refresh(&mut self, clicks: &Clicks) {
        for click in clicks.open() {
            self.update(click);
        }
    }

    fn update(&mut self, click: &Click) {
        if let Some(link) = self.links.iter_mut().find(|link| link.serial == click.serial) {
            *link = Link { at: link.at, ..Link::of(click, link.at) };
        }
    }

    /// How sure, by what the clicks got. While the chain goes on, the newest click has had no time to be answered.
    fn judge(&self, done: bool, rage: &thresholds::Rage) -> (Grade, Option<Suppressed>, u32) {
        let judged = &self.links[..if done { self.links.len() } else { self.links.len().saturating_sub(1) }];
        let answered = judged.iter().filter(|link| link.is_answered()).count();
        let mut distinct = 0;
        let mut before: Option<u32> = None;
        for link in judged.iter().filter(|link| link.is_answered() && link.own) {
            if link.state.is_some() && link.state != before {
                distinct += 1;
            }
            before = link.state;
        }
        // Late answers cannot be told apart by their time, but by what one element went through.
        let clicks = judged.len() as u32;
        let distinct = distinct.max(self.changes.iter().map(|change| change.steps(clicks)).max().unwrap_or(0));
        if let Some(by) = self.cancelled {
            return (Grade::Likely, Some(by), distinct);
        }
        if self.opted_out {
            return (Grade::Likely, Some(Suppressed::OptOut), distinct);
        }
        if rage.response == ResponseUse::Ignore {
            return (Grade::Likely, None, distinct);
        }
        if self.links.iter().any(|link| link.erred) {
            return (Grade::Confirmed, None, distinct);
        }
        if !judged.is_empty() && distinct as usize == judged.len() {
            return (Grade::Likely, Some(Suppressed::DistinctResponses), distinct);
        }
        let grade = if answered == 0 {
            let waiting = judged.iter().any(|link| link.pending);
            if done && !waiting && self.clickable { Grade::Confirmed } else { Grade::Likely }
        } else if answered == judged.len() && judged.len() as u32 > rage.clicks && self.answers_repeat() {
            Grade::Likely
        } else {
            Grade::Suspected
        };
        (grade, None, distinct)
    }

    /// Whether every answer left the same state behind: the page answers, but gets the person nowhere.
    fn answers_repeat(&self) -> bool {
        let mut states = self.links.iter().filter(|link| link.is_answered()).map(|link| link.state);
        let first = states.next().flatten();
        first.is_some() && states.all(|state| state == first)
    }

    /// Writes a revision if there is something new to say.
    fn say(&mut self, now: Millis, done: bool, all: &Thresholds, out: &mut Findings) {
        let (mut grade, mut suppressed_by, distinct) = self.judge(done, &all.rage);
        let before = self.raised;
        // What follows on this spot after the last word is the same gesture, and nothing new.
        if before.is_some_and(|b| b.is_final) {
            return;
        }
        let was_raised = before.is_some_and(|b| b.suppressed_by.is_none() && b.grade != Grade::Retracted);
        if was_raised && suppressed_by.is_some() {
            (grade, suppressed_by) = (Grade::Retracted, None);
        }
        let same = before.is_some_and(|b| b.grade == grade && b.suppressed_by == suppressed_by);
        if same && !done {
            return;
        }
        let id = before.map_or_else(|| out.next_id(), |b| b.id);
        let revision = before.map_or(1, |b| b.revision + 1);
        self.raised = Some(Raised { id, revision, grade, suppressed_by, is_final: done });
        let last = self.links.last();
        let evidence = Evidence {
            count: self.clicks,
            span: last.map_or(Millis(0), |last| last.at.since(self.first_at)),
            distinct,
            first_answer: last.and_then(|last| last.first_answer),
            looked_for: Answers::VISIBLE.with(Answers::ERROR).with(Answers::FAILED_REQUEST),
            came: self.links.iter().fold(Answers::default(), |came, link| came.with(link.came)),
            cause: None,
        };
        let signal = Signal {
            id,
            kind: Kind::RageClick,
            grade,
            revision,
            is_final: done,
            at: now,
            element: Some(self.target),
            evidence,
            suppressed_by,
        };
        let counted = before.filter(|_| was_raised).map_or(Grade::Retracted, |b| b.grade);
        out.list.push(Finding::Signal(signal, counted));
    }
}

/// Whether these clicks, as many as needed, came in time and close enough to each other.
fn enough<'a>(window: &(impl Iterator<Item = &'a Link> + Clone), rage: &thresholds::Rage) -> bool {
    let side = |of: fn(&Link) -> i64| {
        let values = window.clone().map(of);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    let span = Millis(side(|link| link.at.0.cast_signed()).unsigned_abs());
    if rage.window_kind == Window::Span && !keeps(span, rage.window, rage.inclusive.any(inclusive::WINDOW)) {
        return false;
    }
    let longest = side(|link| i64::from(link.x.0)).max(side(|link| i64::from(link.y.0)));
    rage.metric != Metric::Box || keeps(longest, hundredths(rage), rage.inclusive.any(inclusive::DISTANCE))
}

/// Whether a value keeps to a limit: reaches it at most, or stays below it.
fn keeps<T: Ord + Copy>(value: T, limit: T, inclusive: bool) -> bool {
    if inclusive { value <= limit } else { value < limit }
}

/// The distance allowed, in hundredths of a pixel.
fn hundredths(rage: &thresholds::Rage) -> i64 {
    i64::from(rage.distance_px) * i64::from(Px::PER_PIXEL)
}

/// Whether two clicks keep within `limit` hundredths of a pixel of each other.
fn within(a: &Link, b: &Link, limit: i64, metric: Metric, inclusive: bool) -> bool {
    let dx = (i64::from(a.x.0) - i64::from(b.x.0)).abs();
    let dy = (i64::from(a.y.0) - i64::from(b.y.0)).abs();
    match metric {
        Metric::Manhattan => keeps(dx + dy, limit, inclusive),
        Metric::Euclid => {
            // Beyond this no screen reaches, and the squares of what lies below it still fit.
            let limit = limit.min(i64::from(i32::MAX));
            dx.max(dy) <= limit && keeps(dx * dx + dy * dy, limit * limit, inclusive)
        }
        Metric::Box => keeps(dx.max(dy), limit, inclusive),
    }
}
