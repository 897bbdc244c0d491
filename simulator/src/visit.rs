//! One session of one visitor: what happens next, and when.
//!
//! A visit has a queue of what is about to happen on its page, in order of time, a moment at which the visitor decides
//! anew, and a state of mind. [`Visit::step`] lets exactly one moment pass, so that many visits run side by side in one
//! order, and an answer of a host changes what comes after it.

mod act;
mod fill;
mod nudge;
mod script;
mod trouble;
mod watch;

use std::collections::VecDeque;
use std::sync::Arc;

use unsnag_core::id::{SessionId, TabId, base64url};
use unsnag_core::input::{Arrival, Observed, TaskWhat};
use unsnag_core::outbox::Identity;
use unsnag_core::time::{Millis, UnixMillis};

use crate::answer::Answer;
use crate::effects::Effects;
use crate::rng::Rng;
use crate::site::{Page, Site, Step};
use crate::tab::{Settings, Tab};
use crate::trace::Recording;
use crate::truth::SessionTruth;
use crate::visitor::{Goal, Visitor};

use nudge::Nudge;
use script::Script;
use watch::Reel;

/// What batches say made them.
const SDK: &str = env!("CARGO_PKG_VERSION");
/// A session never lasts longer: as the SDK has it, 4 hours, less what a last gesture may take.
const LONGEST: Millis = Millis(3 * 3_600_000);
/// Somebody is called away at a step: 0.2 %. Assumed.
const CALLED_AWAY: f64 = 0.002;
/// The time to make up one's mind, median ms: the operator M of the keystroke-level model (Card, Moran and Newell,
/// 1980).
const THINK_MS: f64 = 1350.0;
/// A page load, median ms, and one from the browser's cache by going back. Assumed.
const LOAD_MS: f64 = 700.0;
const BACK_MS: f64 = 180.0;
/// Pages remembered to go back to.
const MOST_HISTORY: usize = 64;

/// What surrounds a visit.
pub(crate) struct Scene<'a> {
    pub(crate) site: &'a Site,
    pub(crate) effects: &'a Effects,
    pub(crate) visitor: &'a mut Visitor,
}

/// What a visit begins with.
pub(crate) struct Start {
    pub(crate) at: UnixMillis,
    pub(crate) seed: u64,
    pub(crate) goal: Goal,
    /// The visitor's sessions in 30 days, this one included.
    pub(crate) sessions: u32,
    pub(crate) settings: Arc<Settings>,
    pub(crate) records: bool,
}

/// Something that is about to happen.
#[derive(Clone, Debug)]
enum Cue {
    /// The page observes something.
    Sees(Observed),
    /// The page announces a task.
    Task(&'static str, TaskWhat),
    /// What was tried at this step has worked.
    Worked(usize),
    /// The page is left.
    Go(Trip),
    /// The next page is there.
    Load(Trip),
    /// This page is opened in another tab.
    OpenTab(usize),
}

/// From one page to the next.
#[derive(Clone, Copy, Debug)]
struct Trip {
    to: usize,
    how: Arrival,
    then: Then,
}

/// What a page load means for the visitor.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// It is the first page.
    Begin,
    /// The step has worked.
    Next,
    /// What was done on this page has to be done again.
    Again,
    /// It is the wrong page, because of this obstacle.
    Lost(usize),
    /// Back from there.
    Failed(usize),
}

/// What the visitor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mind {
    /// To take the step at the cursor.
    Ready,
    /// To end that step: nothing can go wrong with it any more.
    Ending,
    /// To see whether something happens; perhaps nothing can, because of this obstacle.
    Awaiting(Option<usize>),
    /// To wait before the next try.
    Pausing,
    /// To read the nudge before the next try at this obstacle.
    Attending(usize),
    /// To mend a field, or write all of it again: the places of form and field.
    Mending(usize, usize, bool),
    /// To notice that this is the wrong page.
    Lost(usize),
    /// To go on watching.
    Watching,
    /// To see whether the video goes on.
    Stalled(usize),
    /// The page is going.
    Leaving,
}

/// One session.
pub(crate) struct Visit {
    now: UnixMillis,
    over: bool,
    mind: Rng,
    /// Where they go back in a video: a stream of its own, so that all else is the same with and without.
    rewinds: Rng,
    entropy: Rng,
    settings: Arc<Settings>,
    identity: Identity,
    sessions: u32,
    records: bool,
    /// The tab in front, and the one behind it.
    tab: Tab,
    behind: Option<Tab>,
    queue: VecDeque<(UnixMillis, Cue)>,
    wake_at: Option<UnixMillis>,
    /// Hands are busy until then.
    busy_until: UnixMillis,
    state: Mind,
    plan: Vec<Step>,
    cursor: usize,
    /// The first step on this page.
    page_cursor: usize,
    history: Vec<usize>,
    /// Which of the site's obstacles are in the way still.
    active: Vec<bool>,
    /// The obstacle at which the visitor is stuck, and the step that it is in the way of.
    stuck: Option<usize>,
    stuck_step: usize,
    frustration: f64,
    /// The next press is a hard one.
    hard: bool,
    /// The next field to fill.
    field: usize,
    /// Quizzes that were not passed.
    missed: u32,
    reel: Reel,
    nudge: Option<Nudge>,
    /// Numbers requests and states of the page.
    counter: u32,
    /// Tasks that the page has announced.
    tasks: Vec<&'static str>,
    pub(crate) truth: SessionTruth,
    sealed: Vec<(UnixMillis, String)>,
    recordings: Vec<Recording>,
}

impl Visit {
    /// A visit that begins with the site's first page; `None` where it has none.
    pub(crate) fn begin(start: Start, s: &Scene<'_>) -> Option<Self> {
        s.site.pages.first()?;
        let Start { at, seed, goal, sessions, settings, records } = start;
        let (mut entropy, mut mind, mut world) = (Rng::of(seed, 1), Rng::of(seed, 2), Rng::of(seed, 3));
        let session = format!("s-{}", base64url(&entropy.bytes::<16>()));
        let identity = Identity {
            session: SessionId::new(&session)?,
            visitor: Some(s.visitor.id.clone()),
            tab: new_tab(&mut entropy)?,
            sdk: SDK,
        };
        let tab = Tab::new(
            Arc::clone(&settings),
            identity.clone(),
            sessions,
            s.visitor.viewport(),
            Rng::of(seed, 4),
            records.then_some(at),
        );
        let stages = s.site.journeys.iter().filter(|journey| journey.goal == goal).flat_map(|journey| &journey.stages);
        let plan = stages.filter(|stage| mind.chance(stage.share)).flat_map(|stage| stage.steps.clone()).collect();
        Some(Self {
            now: at,
            over: false,
            mind,
            rewinds: Rng::of(seed, 5),
            entropy,
            settings,
            identity,
            sessions,
            records,
            tab,
            behind: None,
            queue: VecDeque::from([(at, Cue::Load(Trip { to: 0, how: Arrival::Navigate, then: Then::Begin }))]),
            wake_at: None,
            busy_until: at,
            state: Mind::Leaving,
            plan,
            cursor: 0,
            page_cursor: 0,
            history: Vec::new(),
            active: s.site.obstacles.iter().map(|obstacle| world.chance(obstacle.probability)).collect(),
            stuck: None,
            stuck_step: 0,
            frustration: 0.0,
            hard: false,
            field: 0,
            missed: 0,
            reel: Reel::default(),
            nudge: None,
            counter: 0,
            tasks: Vec::new(),
            truth: SessionTruth {
                session,
                began: at,
                ended: None,
                goal,
                succeeded: false,
                gave_up_at: None,
                called_away: false,
                met: Vec::new(),
                exposures: Vec::new(),
            },
            sealed: Vec::new(),
            recordings: Vec::new(),
        })
    }

    /// When something happens next; `None` once the visitor has left.
    pub(crate) fn next_at(&self) -> Option<UnixMillis> {
        if self.over {
            return None;
        }
        let cue = self.queue.front().map(|(at, _)| *at);
        let nudge = self.nudge.as_ref().map(|nudge| nudge.next_at(self.busy_until));
        let tabs = [self.tab.due(), self.behind.as_ref().and_then(Tab::due)];
        let next = [cue, nudge, self.wake_at].into_iter().chain(tabs).flatten().min();
        // Nobody stays on a page where nothing more can happen.
        Some(next.unwrap_or(self.now + Millis(1000)).max(self.now))
    }

    /// Lets one moment pass.
    pub(crate) fn step(&mut self, s: &mut Scene<'_>) {
        let Some(at) = self.next_at() else { return };
        self.now = at;
        let is_due = |due: Option<UnixMillis>| due.is_some_and(|due| due <= at);
        if is_due(self.queue.front().map(|(due, _)| *due)) {
            if let Some((_, cue)) = self.queue.pop_front() {
                self.happens(cue, s);
            }
        } else if is_due(self.tab.due()) {
            self.tab.wake(at);
        } else if let Some(behind) = self.behind.as_mut().filter(|tab| is_due(tab.due())) {
            behind.wake(at);
        } else if self.nudge.as_ref().is_some_and(|nudge| nudge.next_at(self.busy_until) <= at) {
            self.look_at_nudge(s);
        } else {
            self.decide(s);
        }
        self.see_help(s);
    }

    /// A host answers a batch of this visit; returns when the page has it.
    pub(crate) fn answer(&mut self, now: UnixMillis, answer: &Answer) -> Option<UnixMillis> {
        let behind = self.behind.as_mut();
        self.tab.answer(now, answer).or_else(|| behind.and_then(|tab| tab.answer(now, answer)))
    }

    /// The batches sealed since they were last taken.
    pub(crate) fn take_sealed(&mut self) -> Vec<(UnixMillis, String)> {
        let mut sealed = std::mem::take(&mut self.sealed);
        for tab in self.behind.iter_mut().chain([&mut self.tab]) {
            sealed.append(&mut tab.sealed);
        }
        sealed
    }

    /// The tabs that were closed since they were last taken.
    pub(crate) fn take_recordings(&mut self) -> Vec<Recording> {
        std::mem::take(&mut self.recordings)
    }

    fn here<'s>(&self, s: &Scene<'s>) -> &'s Page {
        &s.site.pages[self.tab.page]
    }

    fn happens(&mut self, cue: Cue, s: &mut Scene<'_>) {
        match cue {
            Cue::Sees(what) => self.tab.input(self.now, what),
            Cue::Task(name, what) => self.announce(name, what),
            Cue::Worked(cursor) => self.worked(cursor, s),
            Cue::Go(trip) => self.go(trip),
            Cue::Load(trip) => self.arrive(trip, s),
            Cue::OpenTab(to) => self.tab_opens(to, s),
        }
    }

    /// The visitor decides what to do.
    fn decide(&mut self, s: &mut Scene<'_>) {
        self.wake_at = None;
        if self.now - self.truth.began >= LONGEST {
            return self.leave();
        }
        match self.state {
            Mind::Ready | Mind::Pausing | Mind::Leaving => self.perform(s),
            // What should have worked and never answered is passed over.
            Mind::Ending | Mind::Awaiting(None) => {
                self.cursor += 1;
                self.perform(s);
            }
            Mind::Awaiting(Some(obstacle)) => self.failed(obstacle, s),
            Mind::Attending(obstacle) => self.respond(obstacle, s),
            Mind::Mending(form, field, all) => self.mend(form, field, all, s),
            Mind::Lost(obstacle) => self.turn_back(obstacle),
            Mind::Watching => self.watch_on(s),
            Mind::Stalled(obstacle) => self.plays_again(obstacle, s),
        }
    }

    /// Takes the step at the cursor.
    fn perform(&mut self, s: &mut Scene<'_>) {
        self.state = Mind::Ready;
        let Some(step) = self.plan.get(self.cursor).cloned() else {
            self.truth.succeeded = self.missed < fill::MOST_TRIES;
            return self.leave();
        };
        if self.mind.chance(CALLED_AWAY) {
            self.truth.called_away = true;
            return self.leave();
        }
        match step {
            Step::Read(share) => self.read(share, s),
            Step::Press(name) | Step::LookAgain(name, _) => self.press(name, 1, s),
            Step::Times(name, times) => self.press(name, times, s),
            Step::Fill(form) => self.fill(form, s),
            Step::Submit(form) => self.submit(form, s),
            Step::Watch => self.watch(s),
            Step::Back => self.go_back(),
            Step::OpenTab(name) => self.open_tab(name, s),
            Step::CloseTab => self.close_tab(),
        }
    }

    /// The step at the cursor has nothing to do here.
    fn pass_over(&mut self) {
        self.cursor += 1;
        self.wake_in(1);
    }

    /// Decides anew after this time, or once the hands are free.
    fn wake_in(&mut self, ms: u64) {
        self.wake_at = Some(self.now.max(self.busy_until) + Millis(ms));
    }

    fn think(&mut self, s: &Scene<'_>) -> u64 {
        self.mind.ms(THINK_MS / s.visitor.pace, 0.4)
    }

    /// What a script says will happen. `by_hand`: the hands are busy with it until its end.
    fn play(&mut self, script: Script, by_hand: bool) {
        if by_hand {
            self.busy_until = self.busy_until.max(script.now);
        }
        for (at, cue) in script.cues {
            let place = self.queue.partition_point(|(known, _)| *known <= at);
            self.queue.insert(place, (at, cue));
        }
    }

    /// A number that no request and no state of this visit had.
    fn count(&mut self) -> u32 {
        self.counter = self.counter.wrapping_add(1);
        self.counter
    }

    /// The page announces a task; a start only where it is not under way.
    fn announce(&mut self, name: &'static str, what: TaskWhat) {
        let known = self.tasks.iter().position(|task| *task == name);
        match (what, known) {
            (TaskWhat::Start, Some(_)) | (TaskWhat::Success | TaskWhat::Fail, None) => return,
            (TaskWhat::Start, None) => self.tasks.push(name),
            (TaskWhat::Success | TaskWhat::Fail, Some(index)) => _ = self.tasks.remove(index),
        }
        self.tab.task(self.now, name, what);
    }

    fn go(&mut self, trip: Trip) {
        self.queue.clear();
        (self.wake_at, self.nudge) = (None, None);
        self.tab.hide(self.now);
        self.state = Mind::Leaving;
        self.tasks.clear();
        self.field = 0;
        self.reel.playing = false;
        self.loads(trip);
    }

    fn loads(&mut self, trip: Trip) {
        let takes = if trip.how == Arrival::BackForward { BACK_MS } else { LOAD_MS };
        let takes = self.mind.ms(takes, 0.4);
        self.queue.push_back((self.now + Millis(takes), Cue::Load(trip)));
    }

    fn arrive(&mut self, trip: Trip, s: &mut Scene<'_>) {
        match trip.how {
            Arrival::Navigate => self.history.push(trip.to),
            Arrival::BackForward | Arrival::BfCache => _ = self.history.pop(),
            Arrival::Reload => {}
        }
        if self.history.len() > MOST_HISTORY {
            self.history.remove(0);
        }
        self.tab.load(self.now, trip.to, &s.site.pages[trip.to], trip.how);
        self.state = Mind::Ready;
        self.busy_until = self.now;
        let look = self.think(s);
        self.wake_in(look);
        match trip.then {
            Then::Begin => {}
            Then::Next => {
                self.stuck = None;
                self.next_step();
                self.page_cursor = self.cursor;
            }
            Then::Again => self.cursor = self.page_cursor,
            Then::Lost(obstacle) => {
                self.state = Mind::Lost(obstacle);
                let notices = self.mind.ms_between(800, 1700);
                self.wake_in(notices);
            }
            Then::Failed(obstacle) => self.failed(obstacle, s),
        }
    }

    /// The step at the cursor is done.
    fn next_step(&mut self) {
        if let Some(Step::LookAgain(_, forth)) = self.plan.get(self.cursor).cloned() {
            self.plan.insert(self.cursor + 1, Step::Read(0.4));
            self.plan.insert(self.cursor + 2, Step::Press(forth));
        }
        self.cursor += 1;
    }

    /// The visitor goes.
    fn leave(&mut self) {
        self.tab.hide(self.now);
        let behind = self.behind.take().map(|mut tab| {
            tab.hide(self.now);
            tab
        });
        self.recordings.extend(self.tab.take_recording());
        if let Some(tab) = behind {
            self.put_away(tab);
        }
        (self.over, self.wake_at, self.nudge) = (true, None, None);
        self.queue.clear();
        self.truth.ended = Some(self.now);
    }

    /// Keeps what is left of a tab that was closed.
    fn put_away(&mut self, mut tab: Tab) {
        self.sealed.append(&mut tab.sealed);
        self.recordings.extend(tab.take_recording());
    }
}

fn new_tab(entropy: &mut Rng) -> Option<TabId> {
    TabId::new(&format!("t-{}", base64url(&entropy.bytes::<16>())))
}
