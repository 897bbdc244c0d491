//! Steps: reading, pressing, going back, a second tab; and what the page answers to a press.

use std::sync::Arc;

use unsnag_core::input::{Arrival, Cause, Effect, Flags, FormWhat, Mutated, Observed, TaskWhat};
use unsnag_core::outbox::Identity;
use unsnag_core::time::Millis;

use super::script::{Hand, Script};
use super::trouble::{can_be_disabled, fault_of};
use super::{Cue, Mind, Scene, Then, Trip, Visit, fill, new_tab};
use crate::fault::Fault;
use crate::rng::Rng;
use crate::site::{Control, Does, Page, Place, Step};
use crate::tab::Tab;
use crate::truth::Past;

/// Words read a minute, silently (Brysbaert, 2019).
const READS_A_MINUTE: f64 = 238.0;
/// The part of a page's words that is read at most (Nielsen, 2008, after Weinreich and others).
const READS: f64 = 0.28;
/// Between two scrolls while reading, ms. Assumed.
const SCROLL_EVERY_MS: u64 = 2500;
/// The answer of a server where nothing is wrong, median ms. Assumed, and below the second after which one doubts.
const SERVER_MS: f64 = 250.0;
/// Between two presses of one who presses hard, or steps a value up, ms. Assumed.
const PRESSES_EVERY_MS: (u64, u64) = (80, 170);
/// A slow answer, ms: longer than people wait without doubt, shorter than they need to forget. Assumed.
const SLOW_MS: (u64, u64) = (3500, 9000);
/// How long somebody goes on looking where nothing is wrong and nothing happens, ms.
const LOOKS_MS: u64 = 10_000;
const CONTROL_KEY: u8 = 2;

/// What a press meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meets {
    /// It works.
    Nothing,
    /// A field was filled wrongly: the places of form and field.
    Slip(usize, usize),
    /// One of the site's obstacles.
    Obstacle(usize),
}

impl Visit {
    pub(super) fn read(&mut self, share: f64, s: &mut Scene<'_>) {
        let page = self.here(s);
        let [_, height] = s.visitor.viewport();
        let words = f64::from(page.words) * share * READS;
        let minutes = words / (READS_A_MINUTE * s.visitor.pace);
        let takes = self.mind.ms((minutes * 60_000.0).clamp(1000.0, 90_000.0), 0.3);
        let scrolls = (takes / SCROLL_EVERY_MS).clamp(1, 12);
        let way = f64::from(page.height_px.saturating_sub(height)) * share;
        let mut script = Script::begin(self.now);
        for scroll in 1..=scrolls {
            script.wait(takes / scrolls);
            let y = way * scroll as f64 / scrolls as f64;
            let seen = (y + f64::from(height)) * 100.0 / f64::from(page.height_px.max(height));
            let (x, y) = (unsnag_core::input::Px(0), unsnag_core::input::Px::from_css(y));
            script.sees(Observed::Scroll { element: None, x, y, depth: Some(seen.min(100.0) as u8) });
        }
        self.state = Mind::Ending;
        self.wake_at = Some(script.now);
        self.play(script, false);
    }

    pub(super) fn press(&mut self, name: &str, times: u32, s: &mut Scene<'_>) {
        let page = self.here(s);
        let Some(place) = page.control(name) else { return self.pass_over() };
        let meets = self.meets(page, place, s);
        self.press_control(page, place, times, meets, s);
    }

    pub(super) fn press_control(&mut self, page: &Page, place: usize, times: u32, meets: Meets, s: &mut Scene<'_>) {
        let (hand, base) = (Hand::of(s.visitor), self.tab.base);
        let control = &page.controls[place];
        let spot = page.spot(base, Place::Control(place), s.visitor.viewport());
        let fault = fault_of(meets, s);
        let disabled = fault == Some(Fault::DisabledSubmit);
        let mut script = Script::begin(self.now);
        if can_be_disabled(page, control, s) {
            let flags = if disabled { control.flags.with(Flags::DISABLED) } else { control.flags };
            script.sees(Observed::Element(page.control_element(base, place, flags)));
        }
        script.point(spot, hand, &mut self.mind);
        let hammers = std::mem::take(&mut self.hard);
        let times = if hammers { 3 + self.mind.below(3) as u32 } else { times };
        for press in 1..=times {
            if press > 1 {
                let (least, most) = PRESSES_EVERY_MS;
                script.wait(self.mind.ms_between(least, most));
            }
            script.press(spot, hand, press, 0, !disabled);
            match meets {
                Meets::Nothing => self.works(&mut script, page, control),
                Meets::Slip(form, field) => self.refuses(&mut script, page, form, field, s),
                Meets::Obstacle(obstacle) => self.fails(&mut script, page, control, obstacle, s),
            }
        }
        let notices = match (meets, fault) {
            (Meets::Obstacle(_), Some(fault)) => self.mind.ms(fault.habits().notice_s * 1000.0 / s.visitor.pace, 0.4),
            (Meets::Slip(..), _) => self.mind.ms(fill::SEES_ERROR_MS, 0.3),
            _ => LOOKS_MS,
        };
        self.state = match meets {
            Meets::Nothing => Mind::Awaiting(None),
            Meets::Slip(form, field) => Mind::Mending(form, field, false),
            Meets::Obstacle(obstacle) => Mind::Awaiting(Some(obstacle)),
        };
        let end = script.now;
        self.play(script, true);
        self.wake_at = Some(end + Millis(notices));
    }

    /// What the page does where nothing is wrong.
    fn works(&mut self, script: &mut Script, page: &Page, control: &Control) {
        if let Some(task) = control.starts {
            script.later(2, Cue::Task(task, TaskWhat::Start));
        }
        let worked = Cue::Worked(self.cursor);
        match control.does {
            Does::Go(_) | Does::Submit(_) | Does::Ask => {
                let takes = self.mind.ms(SERVER_MS, 0.4).min(900);
                self.answers(script, page, control, takes);
            }
            Does::Change => {
                self.shows(script, page, 10, Mutated::Value);
                script.later(12, worked);
            }
            Does::Help => {
                self.opens_help(script, page);
                script.later(30, worked);
            }
        }
    }

    /// What was asked of the server comes after this time.
    fn answers(&mut self, script: &mut Script, page: &Page, control: &Control, takes: u64) {
        let worked = Cue::Worked(self.cursor);
        if let Does::Go(_) = control.does {
            // A link that leads away is told of at once, and the page goes when the next one is there.
            script.sees_later(2, Observed::Effect(Effect::OpenWindow));
            return script.later(takes, worked);
        }
        self.asks(script, control, takes, 200);
        self.shows(script, page, takes + 5, Mutated::Text);
        script.later(takes + 8, worked);
    }

    /// A request; a submit is told of first.
    fn asks(&mut self, script: &mut Script, control: &Control, takes: u64, status: u16) {
        if let Does::Submit(form) = control.does {
            script.sees_later(1, Observed::Form { form: form.to_owned(), what: FormWhat::Submit });
        }
        let id = self.count();
        script.sees_later(2, Observed::RequestStart { id, by_itself: false });
        script.sees_later(takes, Observed::RequestEnd { id, status });
    }

    /// The page says what came of it.
    pub(super) fn shows(&mut self, script: &mut Script, page: &Page, after: u64, what: Mutated) {
        let element = page.id(self.tab.base, Place::Status);
        let state = Some(self.count());
        script.sees_later(after, Observed::Mutation { element, count: 1, what, state });
    }

    pub(super) fn opens_help(&mut self, script: &mut Script, page: &Page) {
        let help = page.controls.iter().position(|control| control.does == Does::Help);
        let element = help.map(|place| page.id(self.tab.base, Place::Control(place)));
        script.sees(Observed::Help { element });
        script.sees_later(20, Observed::Toggle { element: page.id(self.tab.base, Place::Help), open: true });
    }

    /// What the page does, or not, where something is wrong.
    fn fails(&mut self, script: &mut Script, page: &Page, control: &Control, obstacle: usize, s: &mut Scene<'_>) {
        self.meet(obstacle, s);
        match s.site.obstacles[obstacle].fault {
            Fault::DeadButton | Fault::DisabledSubmit | Fault::ConfusingField | Fault::StallingVideo => {}
            Fault::SlowAnswer => {
                let (least, most) = SLOW_MS;
                let takes = self.mind.ms_between(least, most);
                self.answers(script, page, control, takes);
            }
            Fault::ScriptError => {
                let (class, hash) = ("TypeError".to_owned(), format!("{:08x}", obstacle + 1));
                script.sees(Observed::Error { cause: Cause::Sync, class, hash });
            }
            Fault::FailedRequest => {
                let takes = self.mind.ms(SERVER_MS, 0.4).min(900);
                self.asks(script, control, takes, 500);
                let element = Some(page.id(self.tab.base, Place::Status));
                script.sees_later(takes + 20, Observed::Alert { element });
            }
            Fault::RefusedValue => {
                if let Some((form, field)) = page.field(s.site.obstacles[obstacle].on) {
                    self.refuses(script, page, form, field, s);
                }
            }
            Fault::BrokenBackLink => {
                script.sees_later(2, Observed::Effect(Effect::OpenWindow));
                let takes = self.mind.ms(SERVER_MS, 0.4).min(900);
                let trip = Trip { to: 0, how: Arrival::Navigate, then: Then::Lost(obstacle) };
                script.later(takes, Cue::Go(trip));
            }
        }
    }

    /// What was tried at this step has worked.
    pub(super) fn worked(&mut self, cursor: usize, s: &mut Scene<'_>) {
        if cursor != self.cursor || self.state == Mind::Leaving {
            return;
        }
        if let Some(obstacle) = self.stuck.filter(|_| self.stuck_step == cursor) {
            self.get_past(obstacle, Past::Waited, s);
        }
        let page = self.here(s);
        let done = match self.plan.get(cursor) {
            Some(Step::Submit(form)) => self.accepted(form, s),
            Some(Step::Press(name) | Step::LookAgain(name, _) | Step::Times(name, _)) => {
                let control = page.control(name).map(|place| &page.controls[place]);
                if let Some(task) = control.and_then(|control| control.ends) {
                    self.announce(task, TaskWhat::Success);
                }
                let to = match control.map(|control| control.does) {
                    Some(Does::Go(to)) => s.site.place_of(to),
                    _ => None,
                };
                if let Some(to) = to {
                    self.go(Trip { to, how: Arrival::Navigate, then: Then::Next });
                }
                to.is_none()
            }
            _ => true,
        };
        if done {
            self.next_step();
            self.state = Mind::Ready;
            let thinks = self.think(s);
            self.wake_in(thinks);
        }
    }

    /// Back by the browser's button.
    pub(super) fn go_back(&mut self) {
        match self.page_before() {
            Some(to) => self.go(Trip { to, how: Arrival::BackForward, then: Then::Next }),
            None => self.pass_over(),
        }
    }

    /// Back from a wrong page.
    pub(super) fn turn_back(&mut self, obstacle: usize) {
        match self.page_before() {
            Some(to) => self.go(Trip { to, how: Arrival::BackForward, then: Then::Failed(obstacle) }),
            None => self.pass_over(),
        }
    }

    fn page_before(&self) -> Option<usize> {
        self.history.iter().rev().nth(1).copied()
    }

    /// Opens what a link leads to in another tab.
    pub(super) fn open_tab(&mut self, name: &str, s: &mut Scene<'_>) {
        let page = self.here(s);
        let place = page.control(name).filter(|_| self.behind.is_none());
        let to = place.and_then(|place| match page.controls[place].does {
            Does::Go(to) => s.site.place_of(to),
            _ => None,
        });
        let (Some(place), Some(to)) = (place, to) else { return self.pass_over() };
        let hand = Hand::of(s.visitor);
        let spot = page.spot(self.tab.base, Place::Control(place), s.visitor.viewport());
        let mut script = Script::begin(self.now);
        script.point(spot, hand, &mut self.mind);
        script.press(spot, hand, 1, CONTROL_KEY, true);
        script.sees(Observed::Effect(Effect::OpenWindow));
        script.later(5, Cue::OpenTab(to));
        self.play(script, true);
        self.state = Mind::Leaving;
    }

    /// The other tab comes to the front, and its page begins to load.
    pub(super) fn tab_opens(&mut self, to: usize, s: &mut Scene<'_>) {
        let Some(tab) = new_tab(&mut self.entropy) else { return };
        self.tab.input(self.now, Observed::Visibility { visible: false });
        let opened = Tab::new(
            Arc::clone(&self.settings),
            Identity { tab, ..self.identity.clone() },
            self.sessions,
            s.visitor.viewport(),
            Rng::new(self.entropy.bits()),
            self.records.then_some(self.now),
        );
        self.behind = Some(std::mem::replace(&mut self.tab, opened));
        self.queue.clear();
        self.nudge = None;
        self.loads(Trip { to, how: Arrival::Navigate, then: Then::Next });
    }

    /// Closes it again.
    pub(super) fn close_tab(&mut self) {
        if let Some(behind) = self.behind.take() {
            self.tab.hide(self.now);
            let closed = std::mem::replace(&mut self.tab, behind);
            self.put_away(closed);
            self.tab.input(self.now, Observed::Visibility { visible: true });
            self.history.pop();
            self.nudge = None;
        }
        self.pass_over();
        self.page_cursor = self.cursor;
    }
}
