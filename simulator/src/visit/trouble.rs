//! Obstacles: who meets one, bears a failure, tries again in some way, gets past it, or gives up.

use unsnag_core::input::{Arrival, Key, Observed};
use unsnag_core::time::Millis;

use super::act::Meets;
use super::script::{Hand, Script};
use super::{Cue, Mind, Scene, Then, Trip, Visit};
use crate::fault::Fault;
use crate::site::{Control, Does, Page, Place, Step};
use crate::truth::{Meeting, Past};

/// Reading the site's own help, ms, and how often that gets one past the obstacle. Assumed: a general page seldom
/// knows of a fault.
const READS_HELP_MS: (u64, u64) = (6000, 20_000);
const HELP_SOLVES: f64 = 0.25;
/// Somebody waits before the next try, ms. Assumed.
const WAITS_MS: (u64, u64) = (4000, 12_000);
/// Until somebody tries again, median ms. Assumed.
const AGAIN_MS: f64 = 800.0;

impl Visit {
    /// What a press on this control meets: the first obstacle in the way of it, unless that gives way this time.
    pub(super) fn meets(&mut self, page: &Page, place: usize, s: &Scene<'_>) -> Meets {
        let control = &page.controls[place];
        let stands = |on: &str, fault: Fault| match fault {
            Fault::ConfusingField | Fault::StallingVideo => false,
            // It is the submit of its form that is refused.
            Fault::RefusedValue => match control.does {
                Does::Submit(form) => {
                    page.form(form).is_some_and(|form| page.forms[form].fields.iter().any(|field| field.name == on))
                }
                _ => false,
            },
            _ => on == control.name,
        };
        let mut in_the_way = s.site.obstacles.iter().enumerate().filter(|(index, obstacle)| {
            self.active[*index] && obstacle.page == page.template && stands(obstacle.on, obstacle.fault)
        });
        match in_the_way.next().map(|(index, _)| index) {
            Some(index) if !self.gives_way(index, s) => Meets::Obstacle(index),
            _ => Meets::Nothing,
        }
    }

    /// Whether a try works all the same.
    pub(super) fn gives_way(&mut self, obstacle: usize, s: &Scene<'_>) -> bool {
        let chance = s.site.obstacles[obstacle].gives_way;
        chance > 0.0 && self.mind.chance(chance)
    }

    /// The obstacle that is on this field or control still.
    pub(super) fn obstacle_on(&self, page: &Page, on: &str, s: &Scene<'_>) -> Option<usize> {
        let mut all = s.site.obstacles.iter().enumerate();
        all.find(|(index, each)| self.active[*index] && each.page == page.template && each.on == on).map(|(at, _)| at)
    }

    /// The obstacle of this kind that is on this page still.
    pub(super) fn obstacle_here(&self, fault: Fault, s: &Scene<'_>) -> Option<usize> {
        let here = self.here(s).template;
        let mut all = s.site.obstacles.iter().enumerate();
        all.find(|(index, each)| self.active[*index] && each.page == here && each.fault == fault).map(|(at, _)| at)
    }

    pub(super) fn has_met(&self, obstacle: usize, s: &Scene<'_>) -> bool {
        let id = s.site.obstacles[obstacle].id;
        self.truth.met.iter().any(|meeting| meeting.obstacle == id)
    }

    /// The visitor is stuck at it.
    pub(super) fn meet(&mut self, obstacle: usize, s: &Scene<'_>) {
        (self.stuck, self.stuck_step) = (Some(obstacle), self.cursor);
        if !self.has_met(obstacle, s) {
            let of = &s.site.obstacles[obstacle];
            self.truth.met.push(Meeting { obstacle: of.id, fault: of.fault, at: self.now, failures: 0, past: None });
        }
    }

    /// It did not work. Whoever has borne enough goes; others try again, after they have read a nudge that is there.
    pub(super) fn failed(&mut self, obstacle: usize, s: &mut Scene<'_>) {
        self.meet(obstacle, s);
        let of = s.site.obstacles[obstacle];
        if let Some(meeting) = self.truth.met.iter_mut().find(|meeting| meeting.obstacle == of.id) {
            meeting.failures += 1;
        }
        self.frustration += of.fault.habits().cost;
        if self.frustration > s.visitor.patience {
            self.truth.gave_up_at = Some(of.id);
            return self.leave();
        }
        if self.nudge.as_ref().is_some_and(super::nudge::Nudge::is_unread) {
            self.state = Mind::Attending(obstacle);
            self.wake_at = None;
            return;
        }
        self.respond(obstacle, s);
    }

    /// What somebody does about a failure.
    pub(super) fn respond(&mut self, obstacle: usize, s: &mut Scene<'_>) {
        let of = s.site.obstacles[obstacle];
        self.state = self.resumes();
        let again = self.mind.ms(AGAIN_MS / s.visitor.pace, 0.4);
        if self.mind.chance(s.visitor.by_skill(of.workaround)) {
            self.get_past(obstacle, Past::Alone, s);
            if of.fault == Fault::BrokenBackLink && matches!(self.plan.get(self.cursor), Some(Step::LookAgain(..))) {
                // It goes without another look.
                self.cursor += 1;
            } else {
                self.goes_on_after(obstacle, s);
            }
            let finds = self.think(s) + again;
            return self.wake_in(finds);
        }
        match self.mind.pick(&of.fault.habits().weights) {
            0 => {
                self.goes_on_after(obstacle, s);
                self.wake_in(again);
            }
            1 => {
                self.hard = true;
                self.wake_in(again / 2);
            }
            2 => {
                let (least, most) = WAITS_MS;
                let waits = if self.reel.playing { 1 } else { self.mind.ms_between(least, most) };
                if !self.reel.playing {
                    self.state = Mind::Pausing;
                }
                self.wake_in(waits);
            }
            3 => self.reload(obstacle, s),
            _ => self.ask_for_help(obstacle, s),
        }
    }

    /// What was tried is tried again, after the field that was refused is written anew.
    pub(super) fn goes_on_after(&mut self, obstacle: usize, s: &Scene<'_>) {
        let of = &s.site.obstacles[obstacle];
        let refused = of.fault == Fault::RefusedValue;
        let field = self.here(s).field(of.on).filter(|_| refused);
        self.state = match field {
            Some((form, field)) => Mind::Mending(form, field, true),
            None => self.resumes(),
        };
    }

    fn resumes(&self) -> Mind {
        if self.reel.playing { Mind::Watching } else { Mind::Ready }
    }

    fn reload(&mut self, obstacle: usize, s: &Scene<'_>) {
        if self.gives_way(obstacle, s) {
            self.get_past(obstacle, Past::Waited, s);
        }
        self.state = Mind::Leaving;
        self.wake_at = None;
        let at = self.now.max(self.busy_until) + Millis(300);
        let trip = Trip { to: self.tab.page, how: Arrival::Reload, then: Then::Again };
        let place = self.queue.partition_point(|(known, _)| *known <= at);
        self.queue.insert(place, (at, Cue::Go(trip)));
    }

    /// Turns to the site's own help, where there is one.
    fn ask_for_help(&mut self, obstacle: usize, s: &mut Scene<'_>) {
        let page = self.here(s);
        let (hand, base) = (Hand::of(s.visitor), self.tab.base);
        let mut script = Script::begin(self.now.max(self.busy_until));
        if let Some(place) = page.controls.iter().position(|control| control.does == Does::Help) {
            let spot = page.spot(base, Place::Control(place), s.visitor.viewport());
            script.point(spot, hand, &mut self.mind);
            script.press(spot, hand, 1, 0, true);
            self.opens_help(&mut script, page);
            let (least, most) = READS_HELP_MS;
            script.wait(self.mind.ms_between(least, most));
            let help = page.id(base, Place::Help);
            script.key(help, Key::Escape);
            script.sees_later(20, Observed::Toggle { element: help, open: false });
            if self.mind.chance(s.visitor.by_skill(HELP_SOLVES)) {
                self.get_past(obstacle, Past::HelpPage, s);
            }
        }
        self.play(script, true);
        self.goes_on_after(obstacle, s);
        let again = self.mind.ms(AGAIN_MS / s.visitor.pace, 0.4);
        self.wake_in(again);
    }

    /// The obstacle is in the way no longer.
    pub(super) fn get_past(&mut self, obstacle: usize, how: Past, s: &Scene<'_>) {
        let id = s.site.obstacles[obstacle].id;
        self.active[obstacle] = false;
        if let Some(meeting) = self.truth.met.iter_mut().find(|meeting| meeting.obstacle == id) {
            meeting.past = meeting.past.or(Some(how));
        }
        self.stuck = None;
    }
}

pub(super) fn fault_of(meets: Meets, s: &Scene<'_>) -> Option<Fault> {
    match meets {
        Meets::Obstacle(obstacle) => Some(s.site.obstacles[obstacle].fault),
        _ => None,
    }
}

/// Whether this control is one that may be disabled.
pub(super) fn can_be_disabled(page: &Page, control: &Control, s: &Scene<'_>) -> bool {
    let mut all = s.site.obstacles.iter().filter(|each| each.fault == Fault::DisabledSubmit);
    all.any(|each| each.page == page.template && each.on == control.name)
}
