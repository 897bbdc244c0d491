//! The engine: one tab's inputs in, signals and events out, with the features of the session so far.
//!
//! It has no clock. Time moves only with inputs: what falls due before an input is decided before it is taken. Between
//! inputs the page feeds [`Observed::Tick`]s at [`Engine::next_look`].
//!
//! # Memory
//!
//! An engine holds at most [`Engine::MOST_BYTES`], whatever the page does and however long it lives, as long as signals
//! and events are taken; while nobody takes them, [`Engine::MOST_WAITING`] of each wait beside that, and the largest
//! event, a form's, has 20 KB. Every table has a bound, and every text:
//!
//! | what | at most |
//! |---|---|
//! | elements | [`Elements::MOST`](crate::detect::elements::Elements::MOST), words of [`MOST_NAME`](crate::forms::MOST_NAME) bytes |
//! | open clicks; chains of clicks, for each rule; clicks in a chain | 32; 8; 16, in one of rage 32 |
//! | elements that change by themselves; errors remembered | 64; 16 |
//! | turns of the pointer on each axis; of a scroller | 64; 32 |
//! | swipes that wait; candidates of a swipe, of a dead click | 16 each |
//! | runs of forms; fields of each | [`MOST_FORMS`](crate::forms::MOST_FORMS); [`MOST_FIELDS`](crate::forms::MOST_FIELDS) |
//! | elements that were written after an edit | 8 |
//! | a name of a form or field | [`MOST_NAME`](crate::forms::MOST_NAME) bytes |
//! | players; parts, jumps and replays of each | [`Videos::MOST`](crate::video::Videos::MOST); 64, 20 and 12 |
//! | templates told apart | [`Session::MOST_TEMPLATES`] |
//! | a template, a task's name, the class or hash of an error | [`MAX_STRING_BYTES`](crate::limits::MAX_STRING_BYTES) |
//! | requests of a click or a submit | 4; others are only counted |

pub mod session;

use crate::detect::clicks::Click;
use crate::detect::visits::Visits;
use crate::detect::{Detectors, Finding, Findings};
use crate::event::{Event, Label, What};
use crate::features::Features;
use crate::forms::{Form, Forms, Scene};
use crate::input::{Input, LATEST, Observed};
use crate::signal::Signal;
use crate::thresholds::Thresholds;
use crate::time::{Millis, UnixMillis};
use crate::video::VideoTotals;

use session::Session;

/// The height of a window that nobody told of, CSS px: a laptop's.
const TYPICAL_VIEWPORT: u32 = 720;

/// One tab's engine.
#[derive(Clone, Debug)]
pub struct Engine {
    /// What the rules use; may be replaced between inputs.
    pub thresholds: Thresholds,
    origin: UnixMillis,
    now: Millis,
    out_of_order: u64,
    detectors: Detectors,
    findings: Findings,
    session: Session,
    visits: Visits,
    forms: Forms,
    signals: Vec<Signal>,
    events: Vec<Event>,
}

impl Engine {
    /// Signals that wait to be taken, and events; beyond it the older half goes. A page takes them at every input.
    pub const MOST_WAITING: usize = 1024;
    /// What an engine allocates at most beside what waits to be taken, and while it takes an input, bytes. Elements and
    /// fields are most of it: 1024 with two words each, and 64 in each of 16 forms.
    pub const MOST_BYTES: usize = 1 << 20;

    /// An engine whose inputs count their time from `origin`.
    pub fn new(thresholds: Thresholds, origin: UnixMillis) -> Self {
        let mut engine = Self {
            thresholds,
            origin,
            now: Millis(0),
            out_of_order: 0,
            detectors: Detectors::default(),
            findings: Findings::default(),
            session: Session::new(origin),
            visits: Visits::default(),
            forms: Forms::new(origin),
            signals: Vec::new(),
            events: Vec::new(),
        };
        engine.set_viewport(TYPICAL_VIEWPORT);
        engine
    }

    /// Tells the height of the window, CSS px: scrolling is measured by it.
    pub fn set_viewport(&mut self, height: u32) {
        self.detectors.viewport = height;
    }

    /// Takes one input. One that comes late is taken as of now, and counted.
    pub fn feed(&mut self, input: &Input) {
        if input.at < self.now {
            self.out_of_order += 1;
        }
        let at = input.at.max(self.now).min(LATEST);
        self.detectors.advance(at, &self.thresholds, &mut self.findings);
        self.sort_findings();
        let unix = self.origin + at;
        self.with_forms(|forms, scene| forms.advance(unix, scene));
        self.session.advance(self.now, at, &self.thresholds);
        self.now = at;
        self.detectors.observe(at, &input.what, &self.thresholds, &mut self.findings);
        let replaced = self.detectors.last_replaced;
        self.visits.observe(at, unix, &input.what, replaced, &self.thresholds, &mut self.findings);
        self.sort_findings();
        if !self.is_noise(&input.what) {
            self.with_forms(|forms, scene| forms.observe(unix, &input.what, scene));
        }
        for what in self.session.observe(at, unix, &input.what, &self.thresholds) {
            self.event(unix, what);
        }
    }

    /// When the next verdict falls if nothing happens until then.
    pub fn next_deadline(&self) -> Option<Millis> {
        self.detectors.next_deadline(&self.thresholds).into_iter().chain(self.form_deadline()).min()
    }

    /// When to feed a tick if nothing happens until then: at the next deadline, or up to 2 s later where a click ends
    /// that was answered. Waking up for each of those costs a page more than its clicks do.
    pub fn next_look(&self) -> Option<Millis> {
        self.detectors.next_look(&self.thresholds).into_iter().chain(self.form_deadline()).min()
    }

    fn form_deadline(&self) -> Option<Millis> {
        self.forms.next_deadline(&self.thresholds).map(|at| at - self.origin)
    }

    /// Whether an answer may still come that decides something: to a click, to a submit.
    pub fn is_waiting(&self) -> bool {
        self.detectors.next_deadline(&self.thresholds).is_some() || self.forms.is_waiting()
    }

    /// Whether nothing is to be taken.
    pub fn is_quiet(&self) -> bool {
        self.signals.is_empty() && self.events.is_empty()
    }

    /// The time of the newest input.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// The signals since they were last taken.
    pub fn take_signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.signals)
    }

    /// The events since they were last taken.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The totals of the view that is shown now, as an event.
    pub fn page_event(&self) -> Option<Event> {
        let page = self.session.page()?;
        Some(Event { at: self.origin + self.now, what: What::Page(page.clone()) })
    }

    /// What of forms that are worked on was not told yet, as events: for the moment before a page may go.
    pub fn form_events(&mut self) -> Vec<Event> {
        let at = self.origin + self.now;
        self.forms.untold().map(|form| Event { at, what: What::Form(form) }).collect()
    }

    /// The runs of forms that are remembered, as they are now.
    pub fn forms(&self) -> impl Iterator<Item = Form> {
        self.forms.reports()
    }

    /// Runs of forms that were forgotten before they ended, because there were too many.
    pub fn forms_lost(&self) -> u64 {
        self.forms.lost()
    }

    /// What was watched since players last told of it becomes events.
    pub fn tell_videos(&mut self) {
        self.detectors.videos.take_untold(self.now, &mut self.findings);
        self.sort_findings();
    }

    /// What was watched of the players of this page.
    pub fn videos(&self) -> impl Iterator<Item = VideoTotals> {
        self.detectors.videos.totals(self.now)
    }

    /// The 13 features as of the newest input.
    pub fn features(&self) -> Features {
        self.session.features(self.origin + self.now, self.forms.counts(), &self.detectors.videos.reach())
    }

    /// Inputs that came late.
    pub fn out_of_order(&self) -> u64 {
        self.out_of_order
    }

    /// The session so far, for the tab's next page: after [`Observed::PageHide`] an engine that is given this says of
    /// everything that follows what this one would have said.
    ///
    /// Kept are the counts behind the features, the templates, the way through the pages, the number of the newest
    /// signal, what players reached in all, and of each form that was started what may still be said of it. Not kept is
    /// what belongs to the page, because it is gone: its elements, open clicks and their chains, keys, swipes and
    /// movements, where the page changes by itself, its players one by one, the fields of its forms, and the view that
    /// is shown. [`Observed::PageHide`] ends all of these and counts what they came to, so save after it. What is saved
    /// before, in the middle of a page, lacks the verdicts that are still open, the scroll depth of the view and whether
    /// it was an early exit: it is for pages that go without a word. A page that comes back from the browser's memory
    /// has its engine still; given what a later page saved, it no longer knows the fields of its forms.
    pub fn save(&self) -> String {
        let mut out = self.visits.save();
        out.push_str(&self.session.save(self.findings.last_id, &self.detectors.videos.reach()));
        let (elements, limits, origin) = (self.detectors.elements(), &self.thresholds, self.origin);
        let mut nowhere = Findings::default();
        self.forms.save(&Scene { origin, elements, limits, out: &mut nowhere }, &mut out);
        out
    }

    /// Goes on with a session that an earlier page of this tab saved; `false` if the text is none.
    pub fn restore(&mut self, saved: &str) -> bool {
        let Some((visits, saved)) = Visits::restore(saved) else { return false };
        let Some((session, last_id, videos, forms)) = Session::restore(saved) else { return false };
        self.session = session;
        self.visits = visits;
        self.detectors.videos.restore(videos);
        self.forms = Forms::restore(forms).unwrap_or_else(|| Forms::new(self.origin));
        self.findings.last_id = last_id;
        true
    }

    /// How many sessions this visitor had in 30 days, this one included; known only with consent.
    pub fn set_session_count(&mut self, count: u32) {
        self.session.set_session_count(count);
    }

    /// Hands the forms what they need, and takes what they find.
    fn with_forms(&mut self, run: impl FnOnce(&mut Forms, &mut Scene<'_>)) {
        let (elements, limits, out) = (self.detectors.elements(), &self.thresholds, &mut self.findings);
        run(&mut self.forms, &mut Scene { origin: self.origin, elements, limits, out });
        self.sort_findings();
    }

    /// Whether this is a change of what changes by itself.
    fn is_noise(&self, what: &Observed) -> bool {
        matches!(what, Observed::Mutation { element, .. } if self.detectors.is_noisy(self.now, *element, &self.thresholds))
    }

    fn sort_findings(&mut self) {
        // Most inputs find nothing.
        if self.findings.list.is_empty() {
            return;
        }
        for finding in std::mem::take(&mut self.findings.list) {
            match finding {
                Finding::Signal(signal, before) => {
                    self.session.signalled(&signal, before);
                    self.visits.signalled(self.origin + signal.at, &signal);
                    let (role, label) = self.describe(signal.element);
                    if signal.suppressed_by.is_none() {
                        let what = What::Signal { signal, role, label };
                        self.event(self.origin + signal.at, what);
                    }
                    push(&mut self.signals, signal);
                }
                Finding::Click(click) => {
                    let (role, _) = self.describe(Some(click.target));
                    let result = result_of(&click);
                    let label = Label::of(click.flags);
                    let what = What::Click { role, label, x: click.x, y: click.y, result };
                    self.event(self.origin + click.at, what);
                }
                Finding::Retries(times) => self.session.retried(times),
                Finding::Form(form, at) => self.event(at, What::Form(form)),
                Finding::Video(at, totals) => self.event(self.origin + at, What::Video(totals)),
            }
        }
    }

    fn event(&mut self, at: UnixMillis, what: What) {
        push(&mut self.events, Event { at, what });
    }

    fn describe(&self, element: Option<crate::input::ElementId>) -> (String, Label) {
        let known = element.and_then(|id| self.detectors.elements().get(id));
        known.map_or_else(Default::default, |element| (element.role.clone(), Label::of(element.flags)))
    }
}

/// Adds to what waits to be taken.
fn push<T>(waiting: &mut Vec<T>, new: T) {
    if waiting.len() == Engine::MOST_WAITING {
        waiting.drain(..Engine::MOST_WAITING / 2);
    }
    waiting.push(new);
}

/// What became of a click, in one word: `error`, `answered`, `pending` or `nothing`.
fn result_of(click: &Click) -> &'static str {
    if click.erred() {
        "error"
    } else if click.is_answered() {
        "answered"
    } else if click.is_pending() {
        "pending"
    } else {
        "nothing"
    }
}

/// A tick at `at`: moves time and nothing else.
pub fn tick(at: Millis) -> Input {
    Input { at, what: Observed::Tick }
}
