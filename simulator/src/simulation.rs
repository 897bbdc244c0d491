//! All visitors side by side, in one order of simulated time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use unsnag_core::config::Config;
use unsnag_core::time::{Millis, UnixMillis};

use crate::answer::Answer;
use crate::effects::Effects;
use crate::rng::Rng;
use crate::site::Site;
use crate::tab::Settings;
use crate::trace::Recording;
use crate::truth::VisitorTruth;
use crate::visit::{Scene, Start, Visit};
use crate::visitor::{Goal, Visitor};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
const MONTH_MS: u64 = 30 * DAY_MS;
/// Visitors come for the first time within so many days.
const DAYS: u32 = 7;
/// One in three comes again after a session. Assumed.
const COMES_AGAIN: f64 = 0.35;
/// From one session to the next, median ms, at least three hours. Assumed.
const NEXT_SESSION_MS: f64 = 1.5 * DAY_MS as f64;
const LEAST_PAUSE_MS: u64 = 3 * HOUR_MS;
/// How far from their usual hour people come. Assumed.
const HOUR_SIGMA: f64 = 1.0;
/// Half of those who did not get what they wanted come back for the same. Assumed.
const SAME_GOAL: f64 = 0.5;
/// Streams of a visitor's random numbers; sessions follow.
const TRAITS: u64 = 0;
const HELP: u64 = 1;
const TIMES: u64 = 2;
const FIRST_SESSION: u64 = 16;

/// Something that happened, which the simulation hands out.
#[derive(Clone, Debug)]
pub enum Event {
    /// A page sealed a batch, which is sent now. An answer to it may be handed back with [`Simulation::answer`].
    Sealed {
        /// The visitor's number, from 0.
        visitor: usize,
        /// When.
        at: UnixMillis,
        /// The batch as JSON ("Batch v1").
        batch: String,
    },
    /// A tab was closed; only where recordings are asked for.
    Recorded {
        /// The visitor's number.
        visitor: usize,
        /// When.
        at: UnixMillis,
        /// The tab from its first page to its last.
        recording: Box<Recording>,
    },
}

/// One visitor over all sessions.
struct Person {
    seed: u64,
    /// When sessions begin.
    starts: Vec<UnixMillis>,
    /// How many have begun.
    begun: usize,
    visit: Option<Visit>,
    truth: VisitorTruth,
}

/// A simulation under way: an iterator over what its visitors send.
///
/// ```
/// use unsnag_core::time::UnixMillis;
/// use unsnag_simulator::{Event, Simulation, Site};
/// let mut simulation = Simulation::new(1, 3, Site::default(), UnixMillis(1_767_225_600_000));
/// let Some(Event::Sealed { visitor, batch, .. }) = simulation.next() else { panic!("no batch") };
/// assert!(visitor < 3 && batch.starts_with(r#"{"v":1,"#));
/// ```
pub struct Simulation {
    seed: u64,
    start: UnixMillis,
    days: u32,
    comes_again: f64,
    site: Site,
    effects: Effects,
    settings: Arc<Settings>,
    records: bool,
    people: Vec<Person>,
    /// Who is due when. An entry that says another time than `scheduled` is out of date.
    queue: BinaryHeap<Reverse<(UnixMillis, usize)>>,
    scheduled: Vec<Option<UnixMillis>>,
    ready: VecDeque<Event>,
    now: UnixMillis,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation").field("seed", &self.seed).field("now", &self.now).finish_non_exhaustive()
    }
}

impl Simulation {
    /// So many visitors of this site, who come from `start` on. The same arguments give the same events.
    pub fn new(seed: u64, visitors: usize, site: Site, start: UnixMillis) -> Self {
        let people = (0..visitors as u64).map(|number| Person::new(Rng::of(seed, number).bits())).collect();
        let mut simulation = Self {
            seed,
            start,
            days: DAYS,
            comes_again: COMES_AGAIN,
            site,
            effects: Effects::default(),
            settings: Arc::default(),
            records: false,
            people,
            queue: BinaryHeap::new(),
            scheduled: Vec::new(),
            ready: VecDeque::new(),
            now: start,
        };
        simulation.schedule();
        simulation
    }

    /// What help does, instead of the default.
    #[must_use]
    pub fn with_effects(mut self, effects: Effects) -> Self {
        self.effects = effects;
        self
    }

    /// What pages are told: thresholds, rules that need no score, the configuration's etag. Sampling is left out: every
    /// session takes part.
    #[must_use]
    pub fn with_config(mut self, config: &Config) -> Self {
        let (thresholds, policy, etag) = (config.thresholds, config.policy.clone(), config.etag.clone());
        self.settings = Arc::new(Settings { thresholds, policy, etag });
        self
    }

    /// Visitors come for the first time within so many days, at least one.
    #[must_use]
    pub fn with_days(mut self, days: u32) -> Self {
        self.days = days.max(1);
        self.schedule();
        self
    }

    /// After each session this part of the visitors comes again, 0 to 1, instead of one in three: for histories of more
    /// sessions.
    #[must_use]
    pub fn with_returns(mut self, comes_again: f64) -> Self {
        self.comes_again = comes_again.clamp(0.0, 1.0);
        self.schedule();
        self
    }

    /// Hands out what each tab observed, once it is closed.
    #[must_use]
    pub fn with_recordings(mut self) -> Self {
        self.records = true;
        self
    }

    /// Hands a host's answer to the page that waits for it: 80 ms after its batch was sealed, or now if that is over.
    /// An answer for which nobody waits changes nothing, nor does one that comes when the page has gone.
    pub fn answer(&mut self, visitor: usize, answer: &Answer) {
        let now = self.now;
        let Some(visit) = self.people.get_mut(visitor).and_then(|person| person.visit.as_mut()) else { return };
        if visit.answer(now, answer).is_some() {
            self.look_again_at(visitor);
        }
    }

    /// Sends every batch up to this time and hands back what is answered; how many those were. `send` has the host's
    /// answer, or none where it had none.
    pub fn play<E>(
        &mut self,
        until: UnixMillis,
        mut send: impl FnMut(&str) -> Result<Option<Answer>, E>,
    ) -> Result<usize, E> {
        let mut count = 0;
        while let Some(event) = self.next() {
            let Event::Sealed { visitor, at, batch } = event else { continue };
            if at > until {
                break;
            }
            count += 1;
            if let Some(answer) = send(&batch)? {
                self.answer(visitor, &answer);
            }
        }
        Ok(count)
    }

    /// The ground truth of each visitor, up to now.
    pub fn truth(&self) -> Vec<VisitorTruth> {
        let so_far = |person: &Person| {
            let mut truth = person.truth.clone();
            truth.sessions.extend(person.visit.as_ref().map(|visit| visit.truth.clone()));
            truth
        };
        self.people.iter().map(so_far).collect()
    }

    /// The simulated time.
    pub fn now(&self) -> UnixMillis {
        self.now
    }

    fn schedule(&mut self) {
        self.queue.clear();
        self.scheduled = vec![None; self.people.len()];
        for visitor in 0..self.people.len() {
            self.people[visitor].plan(self.start, self.days, self.comes_again);
            self.look_again_at(visitor);
        }
    }

    /// Notes when this visitor is due.
    fn look_again_at(&mut self, visitor: usize) {
        let due = self.people[visitor].next_at();
        if self.scheduled[visitor] != due {
            self.scheduled[visitor] = due;
            self.queue.extend(due.map(|due| Reverse((due, visitor))));
        }
    }

    /// Lets the next moment of a visitor pass.
    fn step(&mut self, visitor: usize) {
        let person = &mut self.people[visitor];
        let mut s = Scene { site: &self.site, effects: &self.effects, visitor: &mut person.truth.visitor };
        let Some(visit) = &mut person.visit else {
            person.visit = person.starts.get(person.begun).and_then(|at| {
                let seed = Rng::of(person.seed, FIRST_SESSION + person.begun as u64).bits();
                let goal = goal(seed, person.truth.sessions.last());
                let recent = person.starts[..=person.begun].iter().filter(|start| (*at - **start).0 < MONTH_MS);
                let (sessions, settings) = (recent.count() as u32, Arc::clone(&self.settings));
                Visit::begin(Start { at: self.now, seed, goal, sessions, settings, records: self.records }, &s)
            });
            person.begun += 1;
            return;
        };
        visit.step(&mut s);
        let sealed = visit.take_sealed().into_iter().map(|(at, batch)| Event::Sealed { visitor, at, batch });
        self.ready.extend(sealed);
        let at = self.now;
        let recorded = visit.take_recordings().into_iter().map(Box::new);
        self.ready.extend(recorded.map(|recording| Event::Recorded { visitor, at, recording }));
        if visit.next_at().is_none()
            && let Some(visit) = person.visit.take()
        {
            person.truth.sessions.push(visit.truth);
        }
    }
}

impl Iterator for Simulation {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() {
            let Reverse((at, visitor)) = self.queue.pop()?;
            if self.scheduled[visitor] != Some(at) {
                continue;
            }
            self.scheduled[visitor] = None;
            self.now = self.now.max(at);
            self.step(visitor);
            self.look_again_at(visitor);
        }
        self.ready.pop_front()
    }
}

impl Person {
    fn new(seed: u64) -> Self {
        let visitor = Visitor::draw(&mut Rng::of(seed, TRAITS), Rng::of(seed, HELP));
        let truth = VisitorTruth { visitor, sessions: Vec::new() };
        Self { seed, starts: Vec::new(), begun: 0, visit: None, truth }
    }

    /// Fixes when the sessions begin: what happens in one changes nothing about the next.
    fn plan(&mut self, start: UnixMillis, days: u32, comes_again: f64) {
        let mut rng = Rng::of(self.seed, TIMES);
        let hour = f64::from(self.truth.visitor.hour);
        let day = start.0 / DAY_MS + rng.below(u64::from(days));
        let mut near = UnixMillis(day * DAY_MS);
        self.starts.clear();
        for _ in 0..rng.trials(1.0 - comes_again) {
            let least = self.starts.last().map_or(start, |last| *last + Millis(LEAST_PAUSE_MS));
            let at = (hour + 0.5 + HOUR_SIGMA * rng.normal()).clamp(0.0, 23.99) * HOUR_MS as f64;
            let mut at = UnixMillis(near.0 - near.0 % DAY_MS) + Millis(at as u64);
            while at < least {
                at = at + Millis(DAY_MS);
            }
            self.starts.push(at);
            near = at + Millis(rng.lognormal(NEXT_SESSION_MS, 0.8) as u64);
        }
    }

    fn next_at(&self) -> Option<UnixMillis> {
        match &self.visit {
            Some(visit) => visit.next_at(),
            None => self.starts.get(self.begun).copied(),
        }
    }
}

/// What a session is for: whoever did not get what they wanted may want it still.
fn goal(seed: u64, before: Option<&crate::truth::SessionTruth>) -> Goal {
    let mut rng = Rng::of(seed, 0);
    let (drawn, same) = (Goal::draw(&mut rng), rng.chance(SAME_GOAL));
    before.filter(|before| same && !before.succeeded).map_or(drawn, |before| before.goal)
}
