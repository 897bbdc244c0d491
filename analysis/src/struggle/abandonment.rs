//! Giving up: forms left behind, pages left as soon as they came, and leaving right after something went wrong.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use unsnag_core::features::ONE;
use unsnag_core::forms::{Form, State};
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::time::{Millis, UnixMillis};

use super::place::Place;
use super::tally::{Item, Tally};
use super::timeline::{Run, Timeline};

/// What was given up in the last ten minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abandonment {
    /// Forms left without success to which the person did not come back, each by the grade that `form_abandon` has for
    /// it: confirmed with three filled fields or a refused submit, likely with two, else suspected.
    pub forms: Tally,
    /// Quick backs, each a quarter of its grade: going back is also how people find their way. Four exits weigh as much
    /// as one form in `core::risk`, too.
    pub quick_backs: Tally,
    /// They left within 30 s of trouble, and nothing came after: 1 or 0.
    pub left_after_trouble: Tally,
}

impl Abandonment {
    /// All of it, in millionths; one form that was certainly given up is one.
    pub fn weight(&self) -> u64 {
        self.forms.weight.saturating_add(self.quick_backs.weight).saturating_add(self.left_after_trouble.weight)
    }
}

/// Who leaves this soon after trouble leaves because of it, ms. 30,000: the time in which a reload after trouble is
/// because of it (`core::thresholds::Reload::after_trouble`).
const AFTER_TROUBLE: Millis = Millis(30_000);

/// When nothing has followed a page for this long, they have left, ms. 30,000: the idle time (DESIGN.md §6).
const GONE: Millis = Millis(30_000);

/// Filled fields from which leaving a form is likely, and certainly, giving it up (`core::thresholds::FormAbandon`).
const LIKELY_FIELDS: usize = 2;
const CONFIRMED_FIELDS: usize = 3;

/// When the person left: the page that each tab showed last was left, and nothing has come since.
pub(super) fn gone_at(timeline: &Timeline<'_>, now: UnixMillis) -> Option<UnixMillis> {
    let mut last = None;
    for view in timeline.last_views() {
        last = last.max(Some(view.left_at?));
    }
    last.filter(|left_at| now - *left_at >= GONE)
}

/// What was given up. `mishaps` is when something went wrong, `is_recent` says whether a time is of the last minutes.
pub(super) fn of(
    timeline: &Timeline<'_>,
    mishaps: &[UnixMillis],
    gone_at: Option<UnixMillis>,
    is_recent: impl Fn(UnixMillis) -> bool,
) -> Abandonment {
    let recent = |items: Vec<Item>| items.into_iter().filter(|item| is_recent(item.at)).collect();
    Abandonment {
        forms: recent(forms(timeline)),
        quick_backs: recent(signals(timeline, Kind::QuickBack, 4, &BTreeSet::new())),
        left_after_trouble: gone_at.and_then(|at| left_after_trouble(timeline, mishaps, at)).into_iter().collect(),
    }
}

fn forms(timeline: &Timeline<'_>) -> Vec<Item> {
    let abandoned: Vec<&Run<'_>> =
        timeline.runs.iter().filter(|run| run.newest().form.state == State::Abandoned).collect();
    let items = abandoned.iter().filter(|run| !came_back(timeline, run)).map(|run| {
        let told = run.newest();
        let weight = grade(told.form).weight_millionths();
        let last = told.form.fields.iter().find(|field| field.last).map(|field| field.field.as_str());
        Item { at: run.state_since(), count: 1, weight, place: Place::form(told.template, &told.form.form, last) }
    });
    let mut items: Vec<Item> = items.collect();
    // A signal does not say of which form it is, so it counts where a tab told of no abandoned form.
    let told: BTreeSet<&str> = abandoned.iter().map(|run| run.tab).collect();
    items.extend(signals(timeline, Kind::FormAbandon, 1, &told));
    items
}

/// Whether the person went on with an abandoned form: began it anew, or is on its page again.
fn came_back(timeline: &Timeline<'_>, run: &Run<'_>) -> bool {
    let (told, left) = (run.newest(), run.state_since());
    let again = |other: &Run<'_>| {
        let newer = (other.began(), other.newest().form.run) > (run.began(), told.form.run);
        newer && other.newest().form.form == told.form.form && other.newest().form.state.is_attempt()
    };
    let mut open = timeline.last_views().filter(|view| view.left_at.is_none());
    timeline.runs.iter().any(again) || open.any(|view| view.began >= left && view.template == told.template)
}

/// As `core` grades what is left behind.
fn grade(form: &Form) -> Grade {
    let filled = form.fields.iter().filter(|field| field.edits > 0 && field.length != Some(0)).count();
    let known = form.fields.len() as u32 + form.lost_fields;
    if known < 2 || filled < LIKELY_FIELDS {
        Grade::Suspected
    } else if filled >= CONFIRMED_FIELDS || form.invalid_submits > 0 {
        Grade::Confirmed
    } else {
        Grade::Likely
    }
}

/// The signals of a kind by their grades, each by this much less, except of some tabs.
fn signals(timeline: &Timeline<'_>, kind: Kind, less: u64, except: &BTreeSet<&str>) -> Vec<Item> {
    let counts = timeline
        .chains
        .iter()
        .filter(|chain| chain.kind() == kind && chain.counts_from(Grade::Suspected) && !except.contains(chain.tab));
    let item = counts.map(|chain| {
        let told = chain.newest();
        let weight = told.signal.grade.weight_millionths() / less;
        Item { at: told.at, count: 1, weight, place: Place::page(told.template) }
    });
    item.collect()
}

/// Trouble is a mishap, or a click signal that is at least likely.
fn left_after_trouble(timeline: &Timeline<'_>, mishaps: &[UnixMillis], gone_at: UnixMillis) -> Option<Item> {
    let clicks =
        timeline.chains.iter().filter(|chain| chain.kind().is_click_frustration() && chain.counts_from(Grade::Likely));
    let clicks = clicks.flat_map(|chain| chain.told.iter().map(|told| told.at));
    let mut trouble = mishaps.iter().copied().chain(clicks);
    trouble.any(|at| at <= gone_at && gone_at - at <= AFTER_TROUBLE).then(|| {
        let page = timeline.last_views().max_by_key(|view| view.left_at).map_or("", |view| view.template);
        Item { at: gone_at, count: 1, weight: ONE, place: Place::page(page) }
    })
}
