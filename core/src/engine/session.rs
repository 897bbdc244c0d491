//! What a session amounts to so far: the counts behind the 13 features, O(1) for each input and bounded.

use crate::event::{PageTotals, What};
use crate::features::{Attention, Features, index, success_rate};
use crate::forms;
use crate::input::{Arrival, FieldWhat, NavigateHow, Observed, TaskWhat, cut};
use crate::limits::MAX_STRING_BYTES;
use crate::saved::{Parts, put_row, read_row};
use crate::signal::{Grade, Signal};
use crate::thresholds::Thresholds;
use crate::time::{Millis, UnixMillis};
use crate::video::Reach;

/// Numbers of one session and tab. [`Session::save`] lists them in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    errors: u64,
    retries: u64,
    help: u64,
    active_ms: u64,
    visible_ms: u64,
    page_exits: u64,
    click_frustration: u64,
    attempts: u64,
    successes: u64,
    interactions: u64,
    views: u64,
    /// Sum of the scroll depths of all finished views, per cent.
    depths: u64,
    started_at: u64,
    last_success_at: u64,
    session_count: u64,
    /// When the view before this one began.
    last_view_at: u64,
}

/// The version of the saved text.
const VERSION: u64 = 3;

/// A session as one tab knows it.
#[derive(Clone, Debug)]
pub struct Session {
    counts: Counts,
    /// Hashes of the templates seen.
    templates: Vec<u32>,
    page: Option<PageTotals>,
    /// The view before counts as an early exit already.
    exited: bool,
    /// Views that the page has shown beyond its first.
    turns: u64,
    visible: bool,
    last_activity: Option<Millis>,
    /// Whether the visitor is known, and with that the number of sessions.
    knows_visitor: bool,
}

impl Session {
    /// Templates told apart. A site with more has pages that are no templates.
    pub const MOST_TEMPLATES: usize = 256;
    /// Bytes of the id of a view that the page gives it. Ours are of 11; a number may follow, and all of it be an id.
    pub const MOST_VIEW: usize = 40;

    /// A session that begins now.
    pub fn new(now: UnixMillis) -> Self {
        let counts = Counts { started_at: now.0, session_count: 1, ..Counts::default() };
        Self {
            counts,
            templates: Vec::new(),
            page: None,
            exited: false,
            turns: 0,
            visible: true,
            last_activity: None,
            knows_visitor: false,
        }
    }

    /// The view that is shown now.
    pub fn page(&self) -> Option<&PageTotals> {
        self.page.as_ref()
    }

    /// Sets the visitor's number of sessions.
    pub fn set_session_count(&mut self, count: u32) {
        self.counts.session_count = u64::from(count);
        self.knows_visitor = true;
    }

    /// Lets the time from `before` to `now` pass.
    pub fn advance(&mut self, before: Millis, now: Millis, thresholds: &Thresholds) {
        let Some(page) = self.page.as_mut().filter(|page| self.visible && !page.left) else { return };
        let visible = now.since(before).0;
        let active_until = self.last_activity.map_or(Millis(0), |at| at + thresholds.idle);
        let active = now.min(active_until).since(before).0;
        page.visible_ms += visible;
        page.active_ms += active;
        self.counts.visible_ms += visible;
        self.counts.active_ms += active;
    }

    /// Takes one input; returns what must be told of it beyond the running totals.
    pub fn observe(&mut self, now: Millis, unix: UnixMillis, what: &Observed, thresholds: &Thresholds) -> Vec<What> {
        if is_of_a_person(what) {
            self.last_activity = Some(now);
        }
        if is_interaction(what)
            && let Some(page) = self.page.as_mut().filter(|page| !page.left)
        {
            self.counts.interactions += 1;
            page.interactions += 1;
        }
        match what {
            Observed::Page { template, view, how, .. } => {
                let mut told = self.leave();
                self.visible = true;
                self.turns = 0;
                told.push(self.begin(now, unix, template, cut(view, Self::MOST_VIEW).to_owned(), *how, thresholds));
                return told;
            }
            Observed::Navigate { how: NavigateHow::Leave, .. } | Observed::PageHide { .. } => return self.leave(),
            Observed::Navigate { template: Some(template), how } => {
                return self.turn(now, unix, template, *how, thresholds);
            }
            Observed::Visibility { visible } => self.visible = *visible,
            Observed::Scroll { element: None, depth: Some(depth), .. } => {
                if let Some(page) = self.page.as_mut().filter(|page| !page.left) {
                    page.scroll_depth = page.scroll_depth.max((*depth).min(100));
                }
            }
            Observed::Error { cause, class, hash } => {
                self.counts.errors += 1;
                let (class, hash) = (text(class), text(hash));
                return vec![What::Error { cause: *cause, class, hash }];
            }
            Observed::RequestEnd { status, .. } if *status == 0 || *status >= 500 => {
                self.counts.errors += 1;
                let class = if *status == 0 { "NetworkError" } else { "ServerError" };
                let cause = crate::input::Cause::Other;
                return vec![What::Error { cause, class: class.to_owned(), hash: String::new() }];
            }
            Observed::Help { .. } => {
                self.counts.help += 1;
                return vec![What::Help];
            }
            Observed::Task { name, what } => {
                match what {
                    TaskWhat::Start => self.counts.attempts += 1,
                    TaskWhat::Success => {
                        self.counts.successes += 1;
                        self.counts.last_success_at = unix.0;
                    }
                    TaskWhat::Fail => {}
                }
                return vec![What::Task { name: text(name), what: *what }];
            }
            _ => {}
        }
        Vec::new()
    }

    /// A signal was raised, revised or taken back; `before` is what its chain counted with.
    pub fn signalled(&mut self, signal: &Signal, before: Grade) {
        if signal.kind.is_click_frustration() {
            let after = if signal.counts() { signal.grade } else { Grade::Retracted };
            let sum = self.counts.click_frustration + after.weight_millionths();
            self.counts.click_frustration = sum.saturating_sub(before.weight_millionths());
        }
    }

    /// Somebody tried again what did not work, so many times; less than none where that was taken back.
    pub fn retried(&mut self, times: i32) {
        self.counts.retries = self.counts.retries.saturating_add_signed(i64::from(times));
    }

    /// The features as of `now`.
    pub fn features(&self, now: UnixMillis, forms: &forms::Counts, videos: &Reach) -> Features {
        let c = &self.counts;
        let knows = if self.knows_visitor { 0 } else { 1 << index::SESSION_COUNT };
        let mut f = Features::default();
        f.observed = Features::ALL_OBSERVED & !knows;
        f.set_number(index::ERROR_COUNT, (c.errors + forms.errors) as f64);
        f.set_number(index::RETRY_COUNT, (c.retries + forms.retries) as f64);
        f.set_number(index::HELP_REQUESTS, c.help as f64);
        f.set_number(index::SESSION_DURATION, c.active_ms as f64 / 1000.0);
        f.set_number(index::PAGE_EXITS, c.page_exits as f64);
        f.set_number(index::FORM_ABANDONS, forms.abandons as f64);
        f.set(index::CLICK_FRUSTRATION, c.click_frustration);
        f.set_number(index::SUCCESS_RATE, success_rate(c.successes + forms.successes, c.attempts + forms.attempts));
        let open = self.page.as_ref().filter(|page| !page.left).map_or(0, |page| u64::from(page.scroll_depth));
        let attention = Attention {
            videos: *videos,
            views: c.views,
            depths: c.depths + open,
            active_ms: c.active_ms,
            visible_ms: c.visible_ms,
            interactions: c.interactions,
        };
        if let Some(score) = attention.score() {
            f.set_number(index::ENGAGEMENT_SCORE, score);
        }
        let last_success = c.last_success_at.max(forms.last_success_at);
        let since = if last_success > 0 { last_success } else { c.started_at };
        f.set_number(index::TIME_SINCE_LAST_SUCCESS, now.0.saturating_sub(since) as f64 / 60_000.0);
        f.set_number(index::SESSION_COUNT, c.session_count as f64);
        f.set_number(index::UNIQUE_PAGES_VISITED, self.templates.len() as f64);
        f.set_number(index::AVERAGE_TIME_PER_PAGE, c.active_ms as f64 / (1000 * c.views.max(1)) as f64);
        f
    }

    /// The page shows another view without being loaded again.
    fn turn(
        &mut self,
        now: Millis,
        unix: UnixMillis,
        template: &str,
        how: NavigateHow,
        thresholds: &Thresholds,
    ) -> Vec<What> {
        let template = cut(template, MAX_STRING_BYTES);
        let Some(page) = self.page.clone().filter(|page| page.template != template) else { return Vec::new() };
        self.end_view(&page);
        let first = Parts::of(&page.view, b'.').take();
        self.turns += 1;
        let mut view = String::from(first);
        view.push('.');
        crate::json::push_integer(&mut view, self.turns);
        let arrival = if how == NavigateHow::Pop { Arrival::BackForward } else { Arrival::Navigate };
        vec![What::Page(page), self.begin(now, unix, template, view, arrival, thresholds)]
    }

    /// A view begins, by a page or within one.
    fn begin(
        &mut self,
        now: Millis,
        unix: UnixMillis,
        template: &str,
        view: String,
        how: Arrival,
        thresholds: &Thresholds,
    ) -> What {
        let template = cut(template, MAX_STRING_BYTES);
        let since_last = unix - UnixMillis(self.counts.last_view_at);
        let first = self.counts.views == 0;
        if first {
            self.counts.started_at = unix.0;
        }
        if how == Arrival::Reload && !first && since_last <= thresholds.retry_reload {
            self.counts.retries += 1;
        }
        let went_back = matches!(how, Arrival::BackForward | Arrival::BfCache);
        if went_back && !first && since_last <= thresholds.early_exit && !self.exited {
            self.counts.page_exits += 1;
        }
        let seen = hash(template);
        if !self.templates.contains(&seen) && self.templates.len() < Self::MOST_TEMPLATES {
            self.templates.push(seen);
        }
        self.exited = false;
        self.counts.views += 1;
        self.counts.last_view_at = unix.0;
        self.last_activity = Some(now);
        let page = PageTotals { template: template.to_owned(), view, how: Some(how), ..PageTotals::default() };
        self.page = Some(page.clone());
        What::Page(page)
    }

    fn leave(&mut self) -> Vec<What> {
        let Some(mut page) = self.page.take() else { return Vec::new() };
        let told = if page.left {
            Vec::new()
        } else {
            self.end_view(&page);
            page.left = true;
            self.exited = page.interactions == 0;
            self.counts.page_exits += u64::from(self.exited);
            vec![What::Page(page.clone())]
        };
        self.page = Some(page);
        told
    }

    /// Adds a view to what is over; one that was left was added then.
    fn end_view(&mut self, page: &PageTotals) {
        self.counts.depths += u64::from(page.scroll_depth) * u64::from(!page.left);
    }

    /// The session as text: the counts, a bar, the templates, and a bar; the forms follow.
    pub fn save(&self, last_signal: u32, videos: &Reach) -> String {
        let mut out = String::new();
        put_row(&[VERSION], &mut out);
        let mut counts = self.counts;
        put_row(&counts.fields().map(|count| *count), &mut out);
        let bits = u64::from(self.knows_visitor) | u64::from(self.exited) << 1;
        put_row(&[last_signal.into(), bits, videos.videos, videos.sum, videos.players], &mut out);
        out.push('|');
        for template in &self.templates {
            put_row(&[u64::from(*template)], &mut out);
        }
        out.push('|');
        out
    }

    /// Reads what [`Session::save`] wrote, with the number of the newest signal, what was watched and what follows.
    pub fn restore(saved: &str) -> Option<(Self, u32, Reach, &str)> {
        let mut halves = Parts::of(saved, b'|');
        let mut numbers = Parts::of(halves.take(), b',');
        if numbers.number()? != VERSION {
            return None;
        }
        let mut session = Self::new(UnixMillis(0));
        let mut counts = [0; Counts::FIELDS];
        read_row(&mut numbers, &mut counts)?;
        for (count, saved) in session.counts.fields().into_iter().zip(counts) {
            *count = saved;
        }
        let mut rest = [0; 5];
        read_row(&mut numbers, &mut rest)?;
        let [last_signal, bits, videos, sum, players] = rest;
        (session.knows_visitor, session.exited) = (bits & 1 == 1, bits & 2 == 2);
        let videos = Reach { videos, sum, players };
        let mut templates = Parts::of(halves.take(), b',');
        while !templates.is_empty() && session.templates.len() < Self::MOST_TEMPLATES {
            session.templates.push(u32::try_from(templates.number()?).ok()?);
        }
        Some((session, u32::try_from(last_signal).ok()?, videos, halves.take()))
    }
}

impl Counts {
    const FIELDS: usize = 16;

    /// Every count, in the order in which they are saved.
    fn fields(&mut self) -> [&mut u64; Self::FIELDS] {
        [
            &mut self.errors,
            &mut self.retries,
            &mut self.help,
            &mut self.active_ms,
            &mut self.visible_ms,
            &mut self.page_exits,
            &mut self.click_frustration,
            &mut self.attempts,
            &mut self.successes,
            &mut self.interactions,
            &mut self.views,
            &mut self.depths,
            &mut self.started_at,
            &mut self.last_success_at,
            &mut self.session_count,
            &mut self.last_view_at,
        ]
    }
}

/// As much of a text as a host takes.
fn text(text: &str) -> String {
    cut(text, MAX_STRING_BYTES).to_owned()
}

/// Whether a person made this input: what keeps a session active.
pub(crate) fn is_of_a_person(what: &Observed) -> bool {
    matches!(
        what,
        Observed::PointerDown(_)
            | Observed::PointerUp(_)
            | Observed::Click(_)
            | Observed::PointerMove { .. }
            | Observed::Key { .. }
            | Observed::Swipe { .. }
            | Observed::Scroll { .. }
            | Observed::Selection { .. }
            | Observed::Field { .. }
            | Observed::Help { .. }
    )
}

/// Whether this input counts as an interaction: a click, a key, a swipe, a changed field.
pub(crate) fn is_interaction(what: &Observed) -> bool {
    matches!(
        what,
        Observed::Click(_)
            | Observed::Key { repeat: false, .. }
            | Observed::Swipe { .. }
            | Observed::Field { what: FieldWhat::Change | FieldWhat::Paste | FieldWhat::Autofill, .. }
    )
}

/// FNV-1a, 32 bits.
pub(crate) fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
