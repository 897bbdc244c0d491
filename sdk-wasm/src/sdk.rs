//! One tab's SDK: engine, outbox and help behind one cell, fed by the eyes and moved by one timer.

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use unsnag_core::arbitrate::{Moment, Offer, Verdict};
use unsnag_core::engine::{Engine, tick};
use unsnag_core::event::{Event, Outcome, What};
use unsnag_core::id::{BatchId, base64url};
use unsnag_core::input::{Arrival, ElementId, Input, NavigateHow, Observed, TaskWhat};
use unsnag_core::json::Writer;
use unsnag_core::outbox::{Header, Identity, Outbox};
use unsnag_core::privacy;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::time::{Millis, UnixMillis};
use web_sys::{Element, Performance};

use crate::bridge;
use crate::dom::Dom;
use crate::eyes::{self, Eyes};
use crate::help::Help;
use crate::page;

/// The longest sleep; whatever is due later is looked at again then.
const LONGEST_SLEEP_MS: u64 = 60_000;

thread_local! {
    /// The one SDK of the page; empty before the start, after the end, and while it is at work. On the heap: fields of a
    /// value at a fixed address are addressed one by one, which makes the Wasm larger.
    static SDK: Cell<Option<Box<Sdk>>> = const { Cell::new(None) };
}

/// What the loader is asked to do once the state is free again.
pub(crate) enum Out {
    Signal(String),
    Show { id: String, entry: String, decision: String },
    Post { id: String, body: String },
    Part(String),
    Keep(Kept),
}

/// What the tab's next page goes on with.
#[derive(Default)]
pub(crate) struct Kept {
    seq: u32,
    event: u32,
    /// Empty: nothing is kept.
    state: String,
}

/// The state of a running SDK.
pub(crate) struct Sdk {
    pub(crate) eyes: Eyes,
    pub(crate) engine: Engine,
    pub(crate) outbox: Outbox,
    pub(crate) help: Help,
    dom: Dom,
    performance: Performance,
    origin: UnixMillis,
    /// Whether anything may leave the page or be kept.
    granted: bool,
    pub(crate) etag: String,
    template: String,
    view: String,
    /// When it fires, and the timer.
    timer: Option<(UnixMillis, Timeout)>,
    out: Vec<Out>,
}

/// What the loader knows at the start.
pub(crate) struct Start {
    /// The page's clock at its own zero.
    pub(crate) origin: UnixMillis,
    pub(crate) identity: Identity,
    pub(crate) how: Arrival,
    /// What was kept on the tab's last page: the numbers of the next batch and event, and the engine's state.
    pub(crate) seq: u32,
    pub(crate) event: u32,
    pub(crate) saved: String,
}

/// Runs `f` on the running SDK, then what follows from it. Nothing happens without one, or when the page calls back
/// from inside (a getter of its own elements): such an input is lost rather than the page.
pub(crate) fn with(f: impl FnOnce(&mut Sdk)) {
    if let Some(mut sdk) = SDK.take() {
        f(&mut sdk);
        finish(sdk);
    }
}

/// The same for all callers.
fn finish(mut sdk: Box<Sdk>) {
    sdk.pump();
    let out = std::mem::take(&mut sdk.out);
    let calls_back = out.iter().any(|what| matches!(what, Out::Signal(_) | Out::Show { .. }));
    // What a callback changes on the page answers the SDK, not the visitor.
    if calls_back {
        eyes::settle(&mut sdk, false);
    }
    SDK.set(Some(sdk));
    for what in out {
        match what {
            Out::Signal(json) => bridge::signal(&json),
            Out::Show { id, entry, decision } => bridge::show(&id, &entry, &decision),
            Out::Post { id, body } => bridge::post(&id, &body),
            Out::Part(body) => bridge::part(&body),
            Out::Keep(kept) => bridge::keep(&kept.state, kept.seq, kept.event),
        }
    }
    if calls_back {
        with(|sdk| eyes::settle(sdk, true));
    }
}

/// Starts the SDK.
pub(crate) fn start(start: Start) {
    let how = start.how;
    if let Some(sdk) = Sdk::new(start) {
        SDK.set(Some(Box::new(sdk)));
        with(|sdk| sdk.arrive(sdk.now(), how));
    }
}

/// Ends the SDK: listeners, observer and timers go with it.
pub(crate) fn stop() {
    SDK.take();
}

impl Sdk {
    fn new(start: Start) -> Option<Self> {
        let performance = page::window().performance()?;
        let mut engine = Engine::new(unsnag_core::thresholds::Thresholds::default(), start.origin);
        engine.restore(&start.saved);
        Some(Self {
            eyes: Eyes::open(bridge::random())?,
            engine,
            outbox: Outbox::new(start.identity, start.seq, start.event),
            help: Help::default(),
            dom: Dom::new(),
            performance,
            origin: start.origin,
            granted: false,
            etag: String::new(),
            template: String::new(),
            view: String::new(),
            timer: None,
            out: Vec::new(),
        })
    }

    /// The time now, since the page's zero.
    pub(crate) fn now(&self) -> Millis {
        Millis(self.performance.now() as u64)
    }

    /// The same as a point in time.
    pub(crate) fn unix(&self) -> UnixMillis {
        self.origin + self.now()
    }

    /// An event's own time; some browsers stamp synthetic events by another clock.
    pub(crate) fn time_of(&self, stamp: f64) -> Millis {
        let now = self.now();
        let at = Millis(stamp as u64);
        if at > now || at.0 == 0 { now } else { at }
    }

    /// Whether a verdict is open.
    pub(crate) fn is_waiting(&self) -> bool {
        self.engine.next_deadline().is_some()
    }

    pub(crate) fn feed(&mut self, at: Millis, what: Observed) {
        self.engine.feed(&Input { at, what });
    }

    /// The number of an element, which the engine knows by then.
    pub(crate) fn number(&mut self, at: Millis, element: &Element) -> Option<ElementId> {
        let mut tell = Vec::new();
        let number = self.dom.number(element, &mut tell);
        self.tell(at, tell);
        number
    }

    /// The number of what a gesture hit.
    pub(crate) fn hit(&mut self, at: Millis, element: &Element) -> Option<ElementId> {
        let mut tell = Vec::new();
        let number = self.dom.hit(element, &mut tell);
        self.tell(at, tell);
        number
    }

    fn tell(&mut self, at: Millis, elements: Vec<Observed>) {
        for element in elements {
            self.feed(at, element);
        }
    }

    /// An element of the SDK's own, which the eyes must not see.
    pub(crate) fn disown(&self, element: &Element) {
        self.dom.disown(element);
    }

    /// A page view begins.
    pub(crate) fn arrive(&mut self, at: Millis, how: Arrival) {
        let mut bits = [0; 8];
        random_bits(&mut bits);
        self.view = base64url(&bits);
        self.template = privacy::template(&bridge::route());
        let (template, view) = (self.template.clone(), self.view.clone());
        self.feed(at, Observed::Page { template, view, how, referrer_same_site: false });
        if !self.eyes.is_visible() {
            self.feed(at, Observed::Visibility { visible: false });
        }
    }

    /// The address changed.
    pub(crate) fn navigate(&mut self, at: Millis, how: NavigateHow) {
        self.template = privacy::template(&bridge::route());
        let template = Some(self.template.clone());
        self.feed(at, Observed::Navigate { template, how });
    }

    /// The page was hidden, perhaps for good, or is shown again.
    pub(crate) fn hidden_or_shown(&mut self, visible: bool) {
        if visible {
            // A tab that is duplicated while it is shown must not take this one's place.
            self.keep(Kept::default());
            return;
        }
        if let Some(event) = self.engine.page_event() {
            self.outbox.push(event);
        }
        self.outbox.hurry();
        self.save();
    }

    /// The page goes: everything is sent, and nobody waits for answers.
    pub(crate) fn leave(&mut self) {
        self.collect();
        while self.seal().is_some() {}
        for body in self.outbox.drain() {
            self.out.push(Out::Part(body));
        }
        self.save();
    }

    /// Keeps the session for the tab's next page.
    fn save(&mut self) {
        let (seq, event) = self.outbox.numbers();
        let state = self.engine.save();
        self.keep(Kept { seq, event, state });
    }

    fn keep(&mut self, kept: Kept) {
        if self.granted {
            self.out.push(Out::Keep(kept));
        }
    }

    /// Consent was given, under this identity.
    pub(crate) fn grant(&mut self, identity: Identity) {
        self.granted = true;
        self.help.visitor.clone_from(&identity.visitor);
        self.outbox.grant(identity);
    }

    /// Nothing leaves the page and nothing is kept from here on: the session is not in the sample.
    pub(crate) fn withhold(&mut self) {
        self.granted = false;
        self.outbox.deny();
    }

    /// Takes an offer of help, from here or from a host.
    pub(crate) fn offer(&mut self, offer: Offer) {
        let now = self.unix();
        let moment = Moment {
            now,
            last_typed: self.eyes.last_typed().map(|at| self.origin + at),
            shown_elsewhere: self.help.elsewhere || !self.eyes.is_visible(),
        };
        match self.help.offer(&offer, &moment) {
            Verdict::Show => self.out.push(Out::Show { id: offer.id, entry: offer.entry, decision: offer.decision }),
            Verdict::HoldOut => self.report(offer, Outcome::HeldOut),
            Verdict::Wait(until, _) => self.help.wait(until, offer),
            Verdict::Drop(_) => {}
        }
    }

    /// Notes what became of help that was shown.
    pub(crate) fn outcome(&mut self, id: &str, what: Outcome) {
        if let Some(offer) = self.help.note(id, what, self.unix()) {
            self.report(offer, what);
            if what != Outcome::Shown {
                self.outbox.hurry();
            }
        }
    }

    /// A task began or ended; help that came in time for it helped.
    pub(crate) fn task(&mut self, name: &str, what: TaskWhat) {
        self.feed(self.now(), Observed::Task { name: name.to_owned(), what });
        for offer in self.help.task(name, what, self.unix()) {
            self.report(offer, Outcome::Helped);
        }
    }

    fn report(&mut self, offer: Offer, what: Outcome) {
        let (intervention, decision, signature) = (offer.id, offer.decision, offer.signature);
        let what = What::Outcome { intervention, decision, signature, what };
        self.outbox.push(Event { at: self.unix(), what });
    }

    /// What follows from the inputs taken since the last time.
    fn pump(&mut self) {
        let fresh = self.collect();
        if !fresh.is_empty() {
            self.help_at_once(&fresh);
        }
        let now = self.unix();
        while let Some(offer) = self.help.due(now) {
            self.offer(offer);
        }
        if self.outbox.is_due(now) {
            self.seal();
        }
        if let Some((id, body)) = self.outbox.next(now) {
            self.out.push(Out::Post { id: id.as_str().to_owned(), body });
        }
        self.arm(now);
    }

    /// Takes signals and events from the engine; returns the signals that count.
    fn collect(&mut self) -> Vec<(Kind, Grade)> {
        let mut fresh = Vec::new();
        for signal in self.engine.take_signals() {
            if self.help.learn(&signal) {
                self.outbox.hurry();
            }
            if signal.counts() {
                fresh.push((signal.kind, signal.grade));
            }
            let mut w = Writer::new();
            w.begin_object();
            signal.write_members(&mut w);
            signal.write_evidence(&mut w);
            w.end_object();
            self.out.push(Out::Signal(w.finish()));
        }
        for event in self.engine.take_events() {
            self.outbox.push(event);
        }
        fresh
    }

    /// Rules that need no score act before any host is asked. The ids are those that the host will derive from the
    /// batch which holds the signal, so that it can sign what it finds by running the rule again.
    fn help_at_once(&mut self, fresh: &[(Kind, Grade)]) {
        let Some((entry, priority, held_out)) = self.help.propose(fresh, &self.template) else { return };
        let mut batch = None;
        while let Some(sealed) = self.seal() {
            batch = Some(sealed);
        }
        let Some(batch) = batch else { return };
        let named = |prefix: &str| [prefix, batch.as_str()].concat();
        self.offer(Offer {
            id: named("i-"),
            entry,
            priority,
            held_out,
            expires_at: self.unix() + unsnag_core::arbitrate::COOL_DOWN,
            decision: named("d-"),
            signature: String::new(),
        });
    }

    fn seal(&mut self) -> Option<BatchId> {
        let features = self.engine.features();
        let mut policy_state = Writer::new();
        self.help.write_state(&mut policy_state);
        let header = Header {
            config: &self.etag,
            template: &self.template,
            view: &self.view,
            features: &features,
            policy_state: &policy_state.finish(),
        };
        let mut bits = [0; 16];
        random_bits(&mut bits);
        self.outbox.seal(self.origin + Millis(self.performance.now() as u64), bits, &header)
    }

    /// Wakes up when something falls due. A timer that is early enough stays: most inputs change nothing about it.
    fn arm(&mut self, now: UnixMillis) {
        let verdict = self.engine.next_deadline().map(|at| self.origin + at);
        let due = [verdict, self.outbox.deadline(), self.help.deadline()].into_iter().flatten().min();
        let Some(due) = due else { return };
        if self.timer.as_ref().is_some_and(|(armed, _)| *armed <= due) {
            return;
        }
        // Browsers may run a timer a little early.
        let delay = (due - now).0.min(LONGEST_SLEEP_MS) as u32 + 1;
        let timeout = Timeout::new(delay, || {
            with(|sdk| {
                sdk.timer = None;
                eyes::compare_fields(sdk);
                sdk.engine.feed(&tick(sdk.now()));
            });
        });
        self.timer = Some((due, timeout));
    }
}

/// Fills the bytes with random bits of the page's.
fn random_bits(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(4) {
        chunk.copy_from_slice(&bridge::random().to_le_bytes()[..chunk.len()]);
    }
}
