//! One tab with the SDK in its pages: engine, outbox and help, driven as `sdk-wasm` drives them in a browser.
//!
//! A signal graded likely or more and an abandoned form are sealed at once; else time and size decide, and a page that
//! goes seals what is left. The state crosses page loads as text. What differs from a browser: the network loses
//! nothing, so that a sealed batch counts as taken; nothing is hidden before it goes.

use std::sync::Arc;

use unsnag_core::arbitrate::{COOL_DOWN, Moment, Offer, Verdict};
use unsnag_core::engine::Engine;
use unsnag_core::event::{Event, Outcome, What};
use unsnag_core::help::Help;
use unsnag_core::id::{BatchId, base64url};
use unsnag_core::input::{Arrival, Input, Key, Observed, TaskWhat};
use unsnag_core::json::Writer;
use unsnag_core::outbox::{Header, Identity, Outbox, Sent};
use unsnag_core::policy::Policy;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};

use crate::answer::Answer;
use crate::rng::Rng;
use crate::site::{MOST_ELEMENTS, Page};
use crate::trace::Recording;

/// From sealing a batch to its answer on the page, ms: a host nearby. Assumed.
pub(crate) const ANSWER_AFTER: Millis = Millis(80);
/// Batches whose answers a page waits for.
const MOST_AWAITED: usize = 32;
/// Numbers between the first elements of two templates.
const PER_TEMPLATE: u32 = 1_000_000;

/// What all pages are told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) thresholds: Thresholds,
    pub(crate) policy: Policy,
    pub(crate) etag: String,
}

/// A page that is shown.
#[derive(Debug)]
struct Loaded {
    engine: Engine,
    help: Help,
    origin: UnixMillis,
    visible: bool,
    typed: Option<UnixMillis>,
    template: &'static str,
    view: String,
    /// Batches that wait for their answers, and answers on their way.
    awaited: Vec<(BatchId, UnixMillis)>,
    answers: Vec<(UnixMillis, Answer)>,
    /// Up to here timers have fired.
    woken: Option<UnixMillis>,
}

/// One tab.
#[derive(Debug)]
pub(crate) struct Tab {
    settings: Arc<Settings>,
    identity: Identity,
    /// The visitor's sessions in 30 days, this one included.
    sessions: u32,
    height: u32,
    entropy: Rng,
    outbox: Outbox,
    /// What the last page kept for the next one: its engine's state and its help's.
    kept: Option<[String; 2]>,
    loaded: Option<Loaded>,
    /// The place of the page among the site's, and the number of its first element.
    pub(crate) page: usize,
    pub(crate) base: u32,
    /// Views of each template so far.
    views: Vec<u32>,
    recording: Option<Recording>,
    /// Sealed since they were last taken.
    pub(crate) sealed: Vec<(UnixMillis, String)>,
    /// Help that was shown or held out since it was last taken.
    pub(crate) exposed: Vec<Offer>,
}

impl Tab {
    pub(crate) fn new(
        settings: Arc<Settings>,
        identity: Identity,
        sessions: u32,
        viewport: [u32; 2],
        entropy: Rng,
        recorded_from: Option<UnixMillis>,
    ) -> Self {
        let mut outbox = Outbox::new(identity.clone(), 0, 0);
        outbox.grant(identity.clone());
        let recording = recorded_from.map(|origin| Recording::begin(&identity, origin, viewport));
        let [_, height] = viewport;
        Self {
            settings,
            identity,
            sessions,
            height,
            entropy,
            outbox,
            kept: None,
            loaded: None,
            page: 0,
            base: 0,
            views: Vec::new(),
            recording,
            sealed: Vec::new(),
            exposed: Vec::new(),
        }
    }

    /// A page arrives.
    pub(crate) fn load(&mut self, at: UnixMillis, place: usize, page: &Page, how: Arrival) {
        let mut engine = Engine::new(self.settings.thresholds, at);
        engine.set_viewport(self.height);
        let mut help = Help::default();
        help.policy.clone_from(&self.settings.policy);
        help.visitor.clone_from(&self.identity.visitor);
        if let Some([of_engine, of_help]) = self.kept.take() {
            engine.restore(&of_engine);
            help.restore(&of_help);
        }
        let view = base64url(&self.entropy.bytes::<8>());
        let template = page.template;
        self.loaded = Some(Loaded {
            engine,
            help,
            origin: at,
            visible: true,
            typed: None,
            template,
            view: view.clone(),
            awaited: Vec::new(),
            answers: Vec::new(),
            woken: None,
        });
        self.page = place;
        if self.views.len() <= place {
            self.views.resize(place + 1, 0);
        }
        // Elements have numbers of their own in each view; those of a first view are the same in every tab.
        self.base = place as u32 * PER_TEMPLATE + self.views[place] * MOST_ELEMENTS;
        self.views[place] += 1;
        self.feed(at, Observed::Page { template: template.to_owned(), view, how, referrer_same_site: false });
        if let Some(loaded) = &mut self.loaded {
            loaded.engine.set_session_count(self.sessions);
        }
        for element in page.elements(self.base) {
            self.feed(at, Observed::Element(element));
        }
        self.pump(at);
    }

    /// Takes an input and does what follows from it.
    pub(crate) fn input(&mut self, at: UnixMillis, what: Observed) {
        let Some(loaded) = &mut self.loaded else { return };
        if matches!(what, Observed::Key { key: Key::Char | Key::Delete | Key::Backspace, .. }) {
            loaded.typed = Some(at);
        }
        let shown = if let Observed::Visibility { visible } = what { Some(visible) } else { None };
        self.feed(at, what);
        if let Some(visible) = shown {
            self.hidden_or_shown(visible);
        }
        self.pump(at);
    }

    fn feed(&mut self, at: UnixMillis, what: Observed) {
        let Some(loaded) = &mut self.loaded else { return };
        if let Some(recording) = &mut self.recording {
            recording.input(at, &what);
        }
        loaded.engine.feed(&Input { at: at - loaded.origin, what });
    }

    fn hidden_or_shown(&mut self, visible: bool) {
        let Some(loaded) = &mut self.loaded else { return };
        loaded.visible = visible;
        if visible {
            return;
        }
        loaded.engine.tell_videos();
        let page = loaded.engine.page_event();
        for event in page.into_iter().chain(loaded.engine.form_events()) {
            self.outbox.push(event);
        }
        self.outbox.hurry();
    }

    /// The page goes: everything is sent, and nobody waits for answers.
    pub(crate) fn hide(&mut self, at: UnixMillis) {
        self.feed(at, Observed::PageHide { persisted: false, busy: false });
        self.collect();
        while self.seal(at).is_some() {}
        self.sealed.extend(self.outbox.drain().into_iter().map(|body| (at, body)));
        if let Some(loaded) = self.loaded.take() {
            self.kept = Some([loaded.engine.save(), loaded.help.save()]);
        }
    }

    /// When something is due if no input comes until then.
    pub(crate) fn due(&self) -> Option<UnixMillis> {
        let loaded = self.loaded.as_ref()?;
        let verdict = loaded.engine.next_look().map(|at| loaded.origin + at);
        let answer = loaded.answers.iter().map(|(at, _)| *at).min();
        let due = [verdict, self.outbox.deadline(), loaded.help.deadline(), answer].into_iter().flatten().min()?;
        // A timer never fires twice at one time.
        Some(loaded.woken.map_or(due, |woken| due.max(woken + Millis(1))))
    }

    /// Time has passed: answers arrive, verdicts fall, batches are sealed.
    pub(crate) fn wake(&mut self, at: UnixMillis) {
        let Some(loaded) = &mut self.loaded else { return };
        loaded.woken = Some(at);
        let mut here = Vec::new();
        while let Some(index) = loaded.answers.iter().position(|(arrives, _)| *arrives <= at) {
            here.push(loaded.answers.remove(index).1);
        }
        self.feed(at, Observed::Tick);
        for answer in here {
            self.answered(at, &answer);
        }
        self.pump(at);
    }

    /// Takes an answer if this page waits for it; returns when it arrives.
    pub(crate) fn answer(&mut self, now: UnixMillis, answer: &Answer) -> Option<UnixMillis> {
        let loaded = self.loaded.as_mut()?;
        let index = loaded.awaited.iter().position(|(id, _)| id.as_str() == answer.batch)?;
        let (_, sealed) = loaded.awaited.remove(index);
        let arrives = now.max(sealed + ANSWER_AFTER);
        loaded.answers.push((arrives, answer.clone()));
        Some(arrives)
    }

    fn answered(&mut self, at: UnixMillis, answer: &Answer) {
        if let Some(loaded) = &mut self.loaded {
            loaded.help.level = answer.level;
        }
        for offer in answer.offers_at(at) {
            self.offer(at, offer);
        }
    }

    /// Takes an offer of help, from here or from a host.
    fn offer(&mut self, at: UnixMillis, offer: Offer) {
        let Some(loaded) = &mut self.loaded else { return };
        let moment =
            Moment { now: at, last_typed: loaded.typed, shown_elsewhere: loaded.help.elsewhere || !loaded.visible };
        let outcome = match loaded.help.offer(&offer, &moment) {
            Verdict::Show => Outcome::Shown,
            Verdict::HoldOut => Outcome::HeldOut,
            Verdict::Wait(until, _) => return loaded.help.wait(until, offer),
            Verdict::Drop(_) => return self.outbox.sign(&offer.decision, &offer.signature),
        };
        self.outbox.push(report(at, &offer, outcome));
        self.exposed.push(offer);
    }

    /// Notes what became of help that was shown.
    pub(crate) fn outcome(&mut self, at: UnixMillis, id: &str, what: Outcome) {
        let Some(loaded) = &mut self.loaded else { return };
        if let Some(offer) = loaded.help.note(id, what, at) {
            self.outbox.push(report(at, offer, what));
            self.outbox.hurry();
        }
        self.pump(at);
    }

    /// A task began or ended; help that came in time for it helped.
    pub(crate) fn task(&mut self, at: UnixMillis, name: &str, what: TaskWhat) {
        self.feed(at, Observed::Task { name: name.to_owned(), what });
        let Some(loaded) = &mut self.loaded else { return };
        for offer in loaded.help.task(name, what, at) {
            self.outbox.push(report(at, &offer, Outcome::Helped));
        }
        self.pump(at);
    }

    /// Another tab shows help, or no longer.
    pub(crate) fn elsewhere(&mut self, shown: bool) {
        if let Some(loaded) = &mut self.loaded {
            loaded.help.elsewhere = shown;
        }
    }

    /// What was recorded, once the tab is closed.
    pub(crate) fn take_recording(&mut self) -> Option<Recording> {
        self.recording.take()
    }

    /// What follows from the inputs taken since the last time.
    fn pump(&mut self, at: UnixMillis) {
        let fresh = self.collect();
        if !fresh.is_empty() {
            self.help_at_once(at, &fresh);
        }
        while let Some(offer) = self.loaded.as_mut().and_then(|loaded| loaded.help.due(at)) {
            self.offer(at, offer);
        }
        if self.outbox.is_due(at) {
            self.seal(at);
        }
        while let Some((id, body)) = self.outbox.next(at) {
            self.outbox.sent(at, &id, Sent::Accepted, 0);
            self.sealed.push((at, body));
            if let Some(loaded) = &mut self.loaded {
                if loaded.awaited.len() == MOST_AWAITED {
                    loaded.awaited.remove(0);
                }
                loaded.awaited.push((id, at));
            }
        }
    }

    /// Takes signals and events from the engine; returns the signals that count.
    fn collect(&mut self) -> Vec<(Kind, Grade)> {
        let mut fresh = Vec::new();
        let Some(loaded) = self.loaded.as_mut().filter(|loaded| !loaded.engine.is_quiet()) else { return fresh };
        for signal in loaded.engine.take_signals() {
            let abandoned = signal.kind == Kind::FormAbandon && signal.counts();
            if loaded.help.learn(&signal) || abandoned {
                self.outbox.hurry();
            }
            if signal.counts() {
                fresh.push((signal.kind, signal.grade));
            }
            if let Some(recording) = &mut self.recording {
                recording.signal(loaded.origin, signal);
            }
        }
        for event in loaded.engine.take_events() {
            self.outbox.push(event);
        }
        fresh
    }

    /// Rules that need no score act before any host is asked, under the ids that the host will derive from the batch.
    fn help_at_once(&mut self, at: UnixMillis, fresh: &[(Kind, Grade)]) {
        let Some(loaded) = &self.loaded else { return };
        let Some((entry, priority, held_out)) = loaded.help.propose(fresh, loaded.template) else { return };
        let mut batch = None;
        while let Some(sealed) = self.seal(at) {
            batch = Some(sealed);
        }
        let Some(batch) = batch else { return };
        let (id, decision) = (format!("i-{}", batch.as_str()), format!("d-{}", batch.as_str()));
        let (expires_at, signature) = (at + COOL_DOWN, String::new());
        self.offer(at, Offer { id, entry, priority, held_out, expires_at, decision, signature });
    }

    fn seal(&mut self, at: UnixMillis) -> Option<BatchId> {
        let loaded = self.loaded.as_ref()?;
        let features = loaded.engine.features();
        let mut state = Writer::new();
        loaded.help.write_state(&mut state);
        let policy_state = state.finish();
        let header = Header {
            config: &self.settings.etag,
            template: loaded.template,
            view: &loaded.view,
            features: &features,
            policy_state: &policy_state,
        };
        self.outbox.seal(at, self.entropy.bytes(), &header)
    }
}

/// What became of help, as an event.
fn report(at: UnixMillis, offer: &Offer, what: Outcome) -> Event {
    let (intervention, decision) = (offer.id.clone(), offer.decision.clone());
    Event { at, what: What::Outcome { intervention, decision, signature: offer.signature.clone(), what } }
}
