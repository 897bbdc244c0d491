//! Forms: who started one, who got through, who gave up, and on which field.
//!
//! A form lives in runs. A run begins when the form is first seen or touched, is started by the person's first edit or
//! submit, and ends with a success or by being abandoned; the next edit after a success begins the next run. Whatever
//! is said can be taken back while that is possible: an abandoned form to which the person returns is resumed, and a
//! success is revoked when the page that follows shows the form refused.
//!
//! Times are points in time, not times of a page: a run may outlive its page.

mod effects;
mod fields;
mod keep;
mod outcome;
mod report;
mod run;
mod verdict;

use crate::detect::elements::Elements;
use crate::detect::{Finding, Findings};
use crate::engine::session::{hash, is_of_a_person};
use crate::input::{Arrival, Flags, Key, NavigateHow, Observed};
use crate::signal::{Answers, Grade};
use crate::thresholds::Thresholds;
use crate::time::{Millis, UnixMillis};

pub use report::{Field, Form, State};

use fields::Told;
use outcome::next_revision;
use run::{Attempt, Ended, Requests, Run};

/// Runs remembered: a page with more forms that a person touches is a table of them, and one at a time is worked on.
pub const MOST_FORMS: usize = 16;
/// Fields remembered of one form: more than one screen shows, and with [`MOST_NAME`] an event of at most 20 KB.
pub const MOST_FIELDS: usize = 64;
/// Bytes of a form's or field's name.
pub const MOST_NAME: usize = 64;

/// What forms add to the features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs started.
    pub attempts: u64,
    /// Runs that ended with success.
    pub successes: u64,
    /// Runs abandoned.
    pub abandons: u64,
    /// Validation errors shown.
    pub errors: u64,
    /// Submits after a refused one.
    pub retries: u64,
    /// When the last success was; 0 for never.
    pub last_success_at: u64,
}

/// What the forms need of everything else at one input.
#[derive(Debug)]
pub struct Scene<'a> {
    /// Zero of the engine's times.
    pub origin: UnixMillis,
    /// The elements known by now.
    pub elements: &'a Elements,
    /// What the rules use.
    pub limits: &'a Thresholds,
    /// Where findings go.
    pub out: &'a mut Findings,
}

/// The field that has the focus.
#[derive(Clone, Copy, Debug)]
struct Focus {
    run: u32,
    slot: u32,
    /// Active time of this visit.
    waited: u64,
    /// A person brought it there, not the page when it came.
    by_person: bool,
}

/// A click on a button, or Enter: perhaps a submit that no event tells of.
#[derive(Clone, Copy, Debug)]
struct Press {
    at: UnixMillis,
    /// The run that was worked on.
    run: Option<u32>,
    requests: Requests,
    /// The run of which it already counts as a submit.
    used: Option<u32>,
    /// An alert came with it.
    alerted: bool,
}

/// The newest edit.
#[derive(Clone, Copy, Debug)]
struct Edit {
    run: u32,
    slot: u32,
    at: UnixMillis,
}

/// All forms of one tab.
#[derive(Clone, Debug)]
pub struct Forms {
    list: Vec<Run>,
    counts: Counts,
    last_run: u32,
    /// Counts pages.
    page: u32,
    template: u32,
    page_at: UnixMillis,
    /// Up to here time was counted.
    clock: UnixMillis,
    /// How long the page was shown.
    shown: Millis,
    visible: bool,
    /// The page was left, and none came since.
    left: bool,
    last_person: UnixMillis,
    last_gesture: UnixMillis,
    focus: Option<Focus>,
    press: Option<Press>,
    edit: Option<Edit>,
    results: Vec<effects::Written>,
    lost: u64,
}

/// What falls due.
#[derive(Clone, Copy, Debug)]
enum Due {
    Submit(usize),
    Removed(usize),
    Idle(usize),
    Hesitation,
}

/// A focus that comes with the page is the page's, ms.
const AUTOFOCUS: Millis = Millis(500);
/// A removed form waits this long for the request of the button that was pressed, ms: as long as a click does.
const AFTER_PRESS: Millis = Millis(5000);

/// As much of a name as is kept.
fn cut(name: &str) -> &str {
    crate::input::cut(name, MOST_NAME)
}

impl Forms {
    /// No forms yet.
    pub fn new(now: UnixMillis) -> Self {
        Self {
            list: Vec::new(),
            counts: Counts::default(),
            last_run: 0,
            page: 0,
            template: 0,
            page_at: now,
            clock: now,
            shown: Millis(0),
            visible: true,
            left: false,
            last_person: now,
            last_gesture: UnixMillis(0),
            focus: None,
            press: None,
            edit: None,
            results: Vec::new(),
            lost: 0,
        }
    }

    /// What the forms add to the features.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Runs that were forgotten before they ended.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// What is known of the runs remembered.
    pub fn reports(&self) -> impl Iterator<Item = Form> {
        self.list.iter().map(Run::report)
    }

    /// What was not told yet.
    pub fn untold(&mut self) -> impl Iterator<Item = Form> {
        let dirty = self.list.iter_mut().filter(|run| run.dirty);
        dirty.map(next_revision)
    }

    /// Whether the outcome of a submit is open.
    pub fn is_waiting(&self) -> bool {
        self.list.iter().any(|run| run.attempt.is_some())
            || self.press.is_some_and(|press| self.clock - press.at <= Millis(1000))
    }

    /// The next time at which something is decided without any further input.
    pub fn next_deadline(&self, limits: &Thresholds) -> Option<UnixMillis> {
        self.next(limits).map(|(at, _)| at)
    }

    fn next(&self, limits: &Thresholds) -> Option<(UnixMillis, Due)> {
        let mut first: Option<(UnixMillis, Due)> = None;
        let mut add = |at: UnixMillis, due: Due| {
            if first.is_none_or(|(earliest, _)| at < earliest) {
                first = Some((at, due));
            }
        };
        for (index, run) in self.list.iter().enumerate().filter(|(_, run)| run.is_open()) {
            if let Some(attempt) = run.attempt.filter(|attempt| attempt.evidence && attempt.requests.pending == 0) {
                add(if attempt.gone { attempt.at } else { attempt.at + limits.abandon.settle }, Due::Submit(index));
            }
            if let Some(at) = self.removal(run, limits) {
                add(at, Due::Removed(index));
            }
            if run.page == self.page {
                add(self.last_person.max(run.touched_at) + limits.abandon.idle, Due::Idle(index));
            }
        }
        if let Some((at, _)) = self.hesitates(limits) {
            add(at, Due::Hesitation);
        }
        first
    }

    /// When a form that went away is taken for gone. A button that was pressed may bring the next step.
    fn removal(&self, run: &Run, limits: &Thresholds) -> Option<UnixMillis> {
        let at = run.removed_at.filter(|_| run.attempt.is_none())?;
        let pressed = self.press_of(run).filter(|press| at - press.at <= limits.abandon.settle);
        let wait = match pressed {
            Some(press) if press.requests.pending > 0 => AFTER_PRESS,
            Some(press) if !press.requests.ok => limits.abandon.settle,
            _ => Millis(0),
        };
        Some(at + wait)
    }

    /// Whether a button was pressed last, and the server answered well: a submit that no event told of.
    fn was_sent(&self, run: &Run) -> bool {
        // An alert may say thanks: so it does where the form went away.
        let thanks = |press: &Press| press.alerted && run.removed_at.is_some();
        let pressed =
            self.press_of(run).is_some_and(|press| press.requests.ok && (press.used.is_none() || thanks(press)));
        pressed || run.kept.is_some_and(|kept| kept.sent)
    }

    /// When the focused field will have waited long enough for a suspicion, if the person stays.
    fn hesitates(&self, limits: &Thresholds) -> Option<(UnixMillis, Focus)> {
        let focus = self.focus.filter(|focus| focus.by_person && self.visible && !self.left)?;
        let run = self.list.iter().find(|run| run.told.run == focus.run)?;
        let slot = run.slots.iter().find(|slot| slot.serial == focus.slot)?;
        let at = self.clock + Millis(limits.form.hesitation.0.saturating_sub(focus.waited));
        let waits = slot.field.edits + slot.field.autofills == 0 && !slot.field.secret;
        (waits && slot.hesitated < Grade::Suspected && at <= self.last_person + limits.idle).then_some((at, focus))
    }

    /// Lets time pass; what falls due by `now` is decided.
    pub fn advance(&mut self, now: UnixMillis, s: &mut Scene<'_>) {
        while let Some((at, due)) = self.next(s.limits).filter(|(at, _)| *at <= now) {
            self.pass(at, s.limits);
            let at = at.max(self.clock);
            match due {
                Due::Submit(index) => self.succeed(index, at, s),
                Due::Removed(index) => self.end(index, Ended::Removed, at, s),
                Due::Idle(index) => self.end(index, Ended::Idle, at, s),
                Due::Hesitation => self.hesitate(Grade::Suspected, at, s),
            }
        }
        self.pass(now, s.limits);
    }

    /// Counts the time up to `now`.
    fn pass(&mut self, now: UnixMillis, limits: &Thresholds) {
        if now <= self.clock {
            return;
        }
        let before = std::mem::replace(&mut self.clock, now);
        if !self.visible || self.left {
            return;
        }
        self.shown = self.shown + (now - before);
        let active = (now.min(self.last_person + limits.idle) - before).0;
        let Some(focus) = self.focus.as_mut().filter(|_| active > 0) else { return };
        focus.waited += active;
        let Some(run) = self.list.iter_mut().find(|run| run.told.run == focus.run) else { return };
        run.told.active_ms += active;
        run.dirty = true;
        if let Some(slot) = run.slot(focus.slot).filter(|slot| !slot.field.secret) {
            slot.field.active_ms += active;
        }
    }

    /// Takes one input at `now`.
    pub fn observe(&mut self, now: UnixMillis, what: &Observed, s: &mut Scene<'_>) {
        if is_of_a_person(what) {
            self.last_person = now;
            self.hesitate_long(now, s);
        }
        match what {
            Observed::PointerDown(_) => self.last_gesture = now,
            Observed::Click(pointer) => {
                self.last_gesture = now;
                let target = s.elements.target(pointer.element);
                if target.flags.any(Flags::SUBMIT) || s.elements.get(target.id).is_some_and(|e| e.role == "button") {
                    self.press(now);
                }
            }
            Observed::Key { key, repeat, .. } => {
                self.last_gesture = now;
                if *key == Key::Enter && !repeat {
                    self.press(now);
                }
            }
            // Asking for help is no way through a form.
            Observed::Help { .. } => self.press = None,
            Observed::Field { element, form, field, what, length, deleted, secret } => {
                let element = element.filter(|element| s.elements.get(*element).is_some());
                let told = Told { element, field, what: *what, length: *length, deleted: *deleted, secret: *secret };
                self.field(now, form, &told, s);
            }
            Observed::Form { form, what } => self.form(now, form, *what, s),
            Observed::Alert { .. } => {
                let newest = self.newest_attempt(|attempt, _| now - attempt.at <= s.limits.abandon.settle);
                if let Some(index) = newest {
                    self.fail(index, Answers::ALERT, None, now, s);
                } else if let Some(index) = self.list.iter().position(|run| self.came_back(run, now)) {
                    self.revoke(index, now, s);
                }
            }
            Observed::RequestStart { id, .. } => self.request_started(now, *id, s),
            Observed::RequestEnd { id, status } => self.request_ended(now, *id, *status, s),
            Observed::Mutation { element, what, .. } => self.changed(now, *element, *what, s),
            Observed::Navigate { how: NavigateHow::Leave, .. } | Observed::PageHide { .. } => self.leave(now, s),
            Observed::Navigate { how, template } => self.navigate(now, *how, template.as_deref(), s),
            Observed::Page { template, how, .. } => self.arrive(now, template, *how, s),
            Observed::Visibility { visible } => self.visible = *visible,
            _ => {}
        }
        self.advance(now, s);
    }

    fn press(&mut self, now: UnixMillis) {
        let focused = self.focus.map(|focus| focus.run);
        let edited = self.list.iter().filter(|run| run.is_open() && run.page == self.page);
        let run = focused.or_else(|| edited.max_by_key(|run| run.edited_at).map(|run| run.told.run));
        self.press = Some(Press { at: now, run, requests: Requests::default(), used: None, alerted: false });
        if let Some(run) = self.list.iter_mut().find(|each| Some(each.told.run) == run) {
            run.slots.iter_mut().for_each(|slot| slot.refilled = 0);
        }
    }

    /// The press that came after the last edit of this run.
    fn press_of(&self, run: &Run) -> Option<&Press> {
        self.press.as_ref().filter(|press| press.run == Some(run.told.run) && press.at >= run.edited_at)
    }

    /// The run of this page with the newest open submit that fits.
    fn newest_attempt(&self, fits: impl Fn(&Attempt, &Run) -> bool) -> Option<usize> {
        let on_page = self.list.iter().enumerate().filter(|(_, run)| run.page == self.page);
        let open = on_page.filter_map(|(index, run)| Some((index, run, run.attempt.as_ref()?)));
        open.filter(|(_, run, attempt)| fits(attempt, run)).max_by_key(|(.., attempt)| attempt.at).map(|(i, ..)| i)
    }

    fn request_started(&mut self, now: UnixMillis, id: u32, s: &Scene<'_>) {
        let soon = |at: UnixMillis| now - at <= s.limits.abandon.settle;
        if let Some(index) = self.newest_attempt(|attempt, _| soon(attempt.at))
            && let Some(attempt) = &mut self.list[index].attempt
        {
            attempt.requests.start(id);
        }
        if let Some(press) = self.press.as_mut().filter(|press| soon(press.at)) {
            press.requests.start(id);
        }
        self.took_effect(now, s);
    }

    fn request_ended(&mut self, now: UnixMillis, id: u32, status: u16, s: &mut Scene<'_>) {
        if let Some(press) = &mut self.press {
            press.requests.end(id, status);
        }
        for index in 0..self.list.len() {
            let Some(attempt) = &mut self.list[index].attempt else { continue };
            let Some(failed) = attempt.requests.end(id, status) else { continue };
            attempt.evidence |= attempt.requests.ok;
            if failed {
                self.fail(index, Answers::FAILED_REQUEST, None, now, s);
            }
        }
    }

    fn navigate(&mut self, now: UnixMillis, how: NavigateHow, template: Option<&str>, s: &Scene<'_>) {
        let before = self.template;
        if let Some(template) = template {
            self.template = hash(template);
        }
        if how == NavigateHow::Pop {
            return;
        }
        self.took_effect(now, s);
        if how == NavigateHow::Push || (how == NavigateHow::Replace && before != self.template) {
            self.goes_on(|run| run.untouched().is_some());
        }
    }

    /// The page goes on: submits that nothing refused so far were taken.
    fn goes_on(&mut self, fits: impl Fn(&Run) -> bool) {
        let page = self.page;
        for run in self.list.iter_mut().filter(|run| run.page == page) {
            let fits = fits(run);
            if let Some(attempt) = run.attempt.as_mut().filter(|_| fits) {
                attempt.evidence = true;
            }
        }
    }

    /// The page is left. The newest submit is what leads elsewhere; every other form that was started stays behind.
    fn leave(&mut self, now: UnixMillis, s: &mut Scene<'_>) {
        if self.left {
            return;
        }
        self.choice_took_effect(now, s);
        let by = self.newest_attempt(|attempt, run| run.is_open() && run.edited_at <= attempt.at);
        if let Some(index) = by {
            self.succeed(index, now, s);
            self.list[index].ended = Some(Ended::Hidden);
        }
        for index in 0..self.list.len() {
            if self.list[index].page == self.page && self.list[index].is_open() {
                self.end(index, Ended::Hidden, now, s);
            }
        }
        for run in self.list.iter_mut().filter(|run| run.page == self.page) {
            run.template = self.template;
        }
        s.out.list.extend(self.untold().map(|form| Finding::Form(form, now)));
        (self.focus, self.press, self.edit) = (None, None, None);
        self.results.clear();
        self.last_gesture = UnixMillis(0);
        self.left = true;
    }

    /// A page came after the submit that had to be taken for a success, and may show it refused.
    fn came_back(&self, run: &Run, now: UnixMillis) -> bool {
        run.page == self.page && run.told.state == State::Submitted && now <= run.revocable_until
    }

    fn arrive(&mut self, now: UnixMillis, template: &str, how: Arrival, s: &mut Scene<'_>) {
        self.leave(now, s);
        let before = self.page;
        self.page += 1;
        (self.template, self.page_at, self.last_person) = (hash(template), now, now);
        (self.visible, self.left) = (true, false);
        let of_template = self.list.iter().filter(|run| run.template == self.template && run.told.state.is_attempt());
        let same = of_template.map(|run| run.page).max();
        for index in 0..self.list.len() {
            let run = &mut self.list[index];
            let hidden = run.ended == Some(Ended::Hidden);
            if how == Arrival::BfCache && Some(run.page) == same && run.told.state.is_attempt() {
                run.page = self.page;
                if hidden {
                    self.resume(index, now, s);
                }
            } else if how != Arrival::BfCache && hidden && run.page == before && run.told.state == State::Submitted {
                // What the server refuses comes back with the page it answers with.
                run.page = self.page;
                run.revocable_until = now + s.limits.abandon.settle;
                run.forget_fields();
            }
        }
    }

    /// The newest run of a form on this page.
    fn find(&self, form: &str) -> Option<usize> {
        let form = cut(form);
        self.list.iter().rposition(|run| run.page == self.page && run.told.form == form)
    }

    /// The run that what happens now belongs to; after a success only an edit begins the next one.
    fn run(&mut self, form: &str, begins: bool, now: UnixMillis, s: &mut Scene<'_>) -> Option<usize> {
        if let Some(index) = self.find(form) {
            let over = matches!(self.list[index].told.state, State::Submitted | State::Left);
            if !over || !begins {
                return (!over).then_some(index);
            }
        }
        if self.list.len() == MOST_FORMS {
            let page = self.page;
            // What the next page would not know of goes first.
            let known = |run: &Run| run.page == page || run.told.state.is_attempt();
            let worth = |run: &Run| (run.is_open() && run.page == page, known(run), run.touched_at);
            let least = (0..self.list.len()).min_by_key(|index| worth(&self.list[*index])).unwrap_or(0);
            let mut run = self.list.remove(least);
            self.lost += u64::from(run.is_open());
            if run.dirty {
                s.out.list.push(Finding::Form(next_revision(&mut run), self.clock));
            }
        }
        self.last_run += 1;
        self.list.push(Run::new(self.last_run, form, self.page, self.template, now));
        Some(self.list.len() - 1)
    }
}
