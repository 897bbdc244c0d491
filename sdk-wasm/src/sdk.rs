//! One tab's SDK: engine, outbox and help behind one cell, fed by the eyes and moved by one timer.

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use unsnag_core::arbitrate::{Moment, Offer, Verdict};
use unsnag_core::engine::{Engine, tick};
use unsnag_core::event::{Event, Outcome, What};
use unsnag_core::help::Help;
use unsnag_core::id::{BatchId, base64url};
use unsnag_core::input::{Arrival, Input, Key, NavigateHow, Observed, TaskWhat};
use unsnag_core::json::Writer;
use unsnag_core::outbox::{Header, Identity, Outbox};
use unsnag_core::privacy;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::time::{Millis, UnixMillis};

use crate::bridge;
use crate::listener::Listeners;

/// The longest sleep; whatever is due later is looked at again then.
const LONGEST_SLEEP_MS: u64 = 60_000;

thread_local! {
    /// The one SDK of the page; empty before the start, after the end, and while it is at work. On the heap: fields of a
    /// value at a fixed address are addressed one by one, which makes the Wasm larger.
    static SDK: Cell<Option<Box<Sdk>>> = const { Cell::new(None) };
}

/// What the loader is asked to do once the state is free again.
struct Out {
    kind: Do,
    /// Its parts are lines.
    text: String,
    /// The numbers of the next batch and event, where they are kept.
    numbers: (u32, u32),
}

/// The numbers of `Do` in `ts/bridge.ts`: first what is sent or kept, then what calls the page back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Do {
    /// Send a batch and say with [`crate::api::answered`] how it went: its id, its body.
    Post,
    /// Send a batch although the page goes; nobody waits for an answer.
    Part,
    /// Keep this for the tab's next page; an empty text forgets it.
    Keep,
    /// A revision of a signal, as JSON.
    Signal,
    /// Help may be shown now: its id, its entry, and the decision it comes from.
    Show,
    /// The template that was asked for.
    Name,
}

/// The state of a running SDK.
pub(crate) struct Sdk {
    pub(crate) engine: Engine,
    pub(crate) outbox: Outbox,
    pub(crate) help: Help,
    origin: UnixMillis,
    visible: bool,
    /// When the person last typed.
    typed: Option<Millis>,
    /// Whether anything may leave the page or be kept.
    granted: bool,
    pub(crate) etag: String,
    template: String,
    view: String,
    pub(crate) listeners: Option<Listeners>,
    /// Inputs came whose consequences are still to be drawn.
    following: bool,
    /// When it fires, and the timer.
    timer: Option<(UnixMillis, Timeout)>,
    out: Vec<Out>,
}

/// Runs `f` on the running SDK, then what follows from it. Nothing happens without one, or when the page calls back
/// from inside (a getter of its own elements): such an input is lost rather than the page.
pub(crate) fn with(f: impl FnOnce(&mut Sdk)) {
    if let Some(mut sdk) = SDK.take() {
        f(&mut sdk);
        finish(sdk);
    }
}

/// The same where nothing follows.
pub(crate) fn briefly(f: impl FnOnce(&mut Sdk)) {
    if let Some(mut sdk) = SDK.take() {
        f(&mut sdk);
        put(sdk);
    }
}

/// Takes an input. What follows is done once for all inputs of a task or callback, when that is over: a burst of changes is
/// many inputs.
pub(crate) fn take(at: f64, what: Observed) {
    take_all(at, [what]);
}

/// The same for several of one time.
pub(crate) fn take_all(at: f64, all: impl IntoIterator<Item = Observed>) {
    if let Some(mut sdk) = SDK.take() {
        for what in all {
            sdk.observe(Millis(at as u64), what);
        }
        // From most inputs nothing follows.
        let follows = !sdk.following && (!sdk.engine.is_quiet() || sdk.due_earlier().is_some());
        sdk.following |= follows;
        put(sdk);
        if follows {
            bridge::later();
        }
    }
}

/// The same for all callers.
fn finish(mut sdk: Box<Sdk>) {
    sdk.pump();
    let out = std::mem::take(&mut sdk.out);
    let calls_back = |out: &&Out| out.kind >= Do::Signal;
    put(sdk);
    // What is sent goes first: the host works while the page's callbacks do.
    for out in out.iter().filter(|out| !calls_back(out)) {
        out.hand_over();
    }
    if out.iter().any(|out| calls_back(&out)) {
        // What a callback changes on the page answers the SDK, not the visitor.
        bridge::settle(false);
        for out in out.iter().filter(calls_back) {
            out.hand_over();
        }
        bridge::settle(true);
    }
}

impl Out {
    fn hand_over(&self) {
        bridge::out(self.kind as u8, &self.text, self.numbers.0, self.numbers.1);
    }
}

/// There is none at this moment, so nothing is dropped; telling the compiler so keeps the code for it out of the Wasm.
fn put(sdk: Box<Sdk>) {
    std::mem::forget(SDK.replace(Some(sdk)));
}

/// Starts the SDK, with the numbers of the next batch and event and the states of engine and help as they were kept on
/// the tab's last page.
pub(crate) fn start(
    origin: UnixMillis,
    height: u32,
    identity: Identity,
    seq: u32,
    event: u32,
    saved: &str,
    helped: &str,
) {
    let mut engine = Engine::new(unsnag_core::thresholds::Thresholds::default(), origin);
    engine.set_viewport(height);
    engine.restore(saved);
    let mut help = Help::default();
    help.restore(helped);
    put(Box::new(Sdk {
        engine,
        outbox: Outbox::new(identity, seq, event),
        help,
        origin,
        visible: true,
        typed: None,
        granted: false,
        etag: String::new(),
        template: String::new(),
        view: String::new(),
        listeners: Listeners::new(),
        following: false,
        timer: None,
        out: Vec::new(),
    }));
}

/// Ends the SDK.
pub(crate) fn stop() {
    SDK.take();
}

impl Sdk {
    /// The time now, since the page's zero.
    pub(crate) fn now() -> Millis {
        Millis(bridge::now() as u64)
    }

    /// The same as a point in time.
    pub(crate) fn unix(&self) -> UnixMillis {
        self.origin + Self::now()
    }

    /// Whether a verdict is open by now: what is over may not have been looked at yet.
    pub(crate) fn is_waiting(&mut self, at: Millis) -> bool {
        if at > self.engine.now() {
            self.engine.feed(&tick(at));
        }
        self.engine.is_waiting()
    }

    /// What follows from the inputs is about to be done.
    pub(crate) fn followed(&mut self) {
        self.following = false;
    }

    pub(crate) fn feed(&mut self, at: Millis, what: Observed) {
        self.engine.feed(&Input { at, what });
    }

    /// Takes an input that may mean more than the engine knows.
    pub(crate) fn observe(&mut self, at: Millis, what: Observed) {
        let (mut shown, mut leaves) = (None, false);
        match what {
            Observed::Key { key: Key::Char | Key::Delete | Key::Backspace, .. } => self.typed = Some(at),
            Observed::Visibility { visible } => shown = Some(visible),
            Observed::PageHide { .. } => leaves = true,
            _ => {}
        }
        self.feed(at, what);
        if let Some(visible) = shown {
            self.visible = visible;
            self.hidden_or_shown();
        }
        if leaves {
            self.leave();
        }
    }

    /// A page view begins.
    pub(crate) fn arrive(&mut self, at: Millis, how: Arrival, visible: bool, address: &str) {
        let mut bits = [0; 8];
        random_bits(&mut bits);
        self.view = base64url(&bits);
        self.template = privacy::template(address);
        let (template, view) = (self.template.clone(), self.view.clone());
        self.feed(at, Observed::Page { template, view, how, referrer_same_site: false });
        self.visible = visible;
        if !visible {
            self.feed(at, Observed::Visibility { visible: false });
        }
    }

    /// The address changed.
    pub(crate) fn navigate(&mut self, at: Millis, how: NavigateHow, address: &str) {
        self.template = privacy::template(address);
        let template = Some(self.template.clone());
        self.feed(at, Observed::Navigate { template, how });
    }

    /// Tells an address's template.
    pub(crate) fn name(&mut self, address: &str) {
        self.tell(Do::Name, privacy::template(address));
    }

    /// Goes on where a later page of the tab ended: the numbers of the next batch and event, and what it kept.
    pub(crate) fn resume(&mut self, seq: u32, event: u32, saved: &str, helped: &str) {
        self.engine.restore(saved);
        self.help.restore(helped);
        self.outbox.go_on(seq, event);
    }

    /// The page was hidden, perhaps for good, or is shown again.
    fn hidden_or_shown(&mut self) {
        if self.visible {
            // A tab that is duplicated while it is shown must not take this one's place.
            self.keep((0, 0), String::new());
            return;
        }
        self.engine.tell_videos();
        if let Some(event) = self.engine.page_event() {
            self.outbox.push(event);
        }
        for event in self.engine.form_events() {
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
            self.tell(Do::Part, body);
        }
        self.save();
    }

    /// Keeps the session for the tab's next page.
    fn save(&mut self) {
        let state = lines(&[&self.engine.save(), &self.help.save()]);
        self.keep(self.outbox.numbers(), state);
    }

    fn keep(&mut self, numbers: (u32, u32), text: String) {
        if self.granted {
            self.out.push(Out { kind: Do::Keep, text, numbers });
        }
    }

    fn tell(&mut self, kind: Do, text: String) {
        self.out.push(Out { kind, text, numbers: (0, 0) });
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
            last_typed: self.typed.map(|at| self.origin + at),
            shown_elsewhere: self.help.elsewhere || !self.visible,
        };
        match self.help.offer(&offer, &moment) {
            Verdict::Show => self.tell(Do::Show, lines(&[&offer.id, &offer.entry, &offer.decision])),
            Verdict::HoldOut => self.outbox.push(report(now, &offer, Outcome::HeldOut)),
            Verdict::Wait(until, _) => self.help.wait(until, offer),
            Verdict::Drop(_) => self.outbox.sign(&offer.decision, &offer.signature),
        }
    }

    /// Notes what became of help that was shown.
    pub(crate) fn outcome(&mut self, id: &str, what: Outcome) {
        let now = self.unix();
        if let Some(offer) = self.help.note(id, what, now) {
            self.outbox.push(report(now, offer, what));
            if what != Outcome::Shown {
                self.outbox.hurry();
            }
        }
    }

    /// A task began or ended; help that came in time for it helped.
    pub(crate) fn task(&mut self, name: &str, what: TaskWhat) {
        self.feed(Self::now(), Observed::Task { name: name.to_owned(), what });
        let now = self.unix();
        for offer in self.help.task(name, what, now) {
            self.outbox.push(report(now, &offer, Outcome::Helped));
        }
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
            self.tell(Do::Post, lines(&[id.as_str(), &body]));
        }
        self.arm(now);
    }

    /// Takes signals and events from the engine; returns the signals that count.
    fn collect(&mut self) -> Vec<(Kind, Grade)> {
        let mut fresh = Vec::new();
        for signal in self.engine.take_signals() {
            let abandoned = signal.kind == Kind::FormAbandon && signal.counts();
            if self.help.learn(&signal) || abandoned {
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
            self.tell(Do::Signal, w.finish());
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
        let named = |prefix: &str| String::from(prefix) + batch.as_str();
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
        self.outbox.seal(self.unix(), bits, &header)
    }

    /// When something falls due, if that is before the timer fires.
    fn due_earlier(&self) -> Option<UnixMillis> {
        let verdict = self.engine.next_look().map(|at| self.origin + at);
        let due = [verdict, self.outbox.deadline(), self.help.deadline()].into_iter().flatten().min();
        due.filter(|due| self.timer.as_ref().is_none_or(|(armed, _)| due < armed))
    }

    /// Wakes up when something falls due. A timer that is early enough stays: most inputs change nothing about it.
    fn arm(&mut self, now: UnixMillis) {
        let Some(due) = self.due_earlier() else { return };
        // Browsers may run a timer a little early.
        let delay = (due - now).0.min(LONGEST_SLEEP_MS) as u32 + 1;
        let timeout = Timeout::new(delay, || {
            bridge::look();
            with(Sdk::woken);
        });
        self.timer = Some((due, timeout));
    }

    /// Time has passed.
    fn woken(&mut self) {
        self.timer = None;
        self.engine.feed(&tick(Sdk::now()));
    }
}

/// What became of help, as an event.
fn report(at: UnixMillis, offer: &Offer, what: Outcome) -> Event {
    let (intervention, decision) = (offer.id.clone(), offer.decision.clone());
    Event { at, what: What::Outcome { intervention, decision, signature: offer.signature.clone(), what } }
}

/// Parts of a text as lines. The standard library's `join` is several times the size.
fn lines(parts: &[&str]) -> String {
    let mut text = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(part);
    }
    text
}

/// Fills the bytes with random bits of the page's.
fn random_bits(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(4) {
        chunk.copy_from_slice(&bridge::random().to_le_bytes()[..chunk.len()]);
    }
}
