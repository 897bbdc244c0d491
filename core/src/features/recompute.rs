//! The features once more, from the events alone: what a host or an analysis can know without trusting the page's sums.
//!
//! Events may come in any order and more than once; of each view, signal and run of a form the most advanced state
//! counts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attention, Features, index, success_rate};
use crate::event::{Event, PageTotals, What};
use crate::forms::{Form, State};
use crate::input::{Arrival, TaskWhat};
use crate::signal::Signal;
use crate::thresholds::Thresholds;
use crate::time::UnixMillis;
use crate::video::{Reach, VideoTotals};

/// A view as its events tell it.
struct View<'a> {
    began: UnixMillis,
    page: &'a PageTotals,
}

impl View<'_> {
    fn is_exit(&self) -> bool {
        self.page.left && self.page.interactions == 0
    }
}

/// The features of one tab's session as of `now`. The number of sessions is not in its events and stays at 1.
pub fn recompute(events: &[Event], now: UnixMillis, thresholds: &Thresholds) -> Features {
    let mut views: BTreeMap<&str, View<'_>> = BTreeMap::new();
    let mut signals: BTreeMap<u32, &Signal> = BTreeMap::new();
    let mut forms: BTreeMap<u32, (&Form, UnixMillis)> = BTreeMap::new();
    let (mut errors, mut help) = (0.0, 0.0);
    let mut tasks = BTreeSet::new();
    let mut videos: BTreeMap<&str, (UnixMillis, &VideoTotals)> = BTreeMap::new();
    for event in events {
        match &event.what {
            What::Page(page) => {
                let view = views.entry(&page.view).or_insert(View { began: event.at, page });
                view.began = view.began.min(event.at);
                // Every number of a view only grows.
                let progress = |page: &PageTotals| (page.left, page.visible_ms, page.interactions, page.scroll_depth);
                if progress(page) > progress(view.page) {
                    view.page = page;
                }
            }
            What::Signal { signal, .. } => {
                let newest = signals.entry(signal.id).or_insert(signal);
                if signal.revision > newest.revision {
                    *newest = signal;
                }
            }
            What::Form(form) => {
                let newest = forms.entry(form.run).or_insert((form, event.at));
                if form.revision > newest.0.revision {
                    *newest = (form, event.at);
                }
            }
            What::Error { .. } => errors += 1.0,
            What::Help => help += 1.0,
            What::Task { name, what } => {
                tasks.insert((event.at, name, what.name(), *what == TaskWhat::Success));
            }
            What::Video(totals) => {
                let newest = videos.entry(&totals.name).or_insert((event.at, totals));
                let progress = |at, totals: &VideoTotals| (at, totals.played_ms, totals.looping, totals.length);
                if progress(event.at, totals) > progress(newest.0, newest.1) {
                    *newest = (event.at, totals);
                }
            }
            What::Click { .. } | What::Custom { .. } | What::Outcome { .. } => {}
        }
    }

    let mut views: Vec<View<'_>> = views.into_values().collect();
    views.sort_by_key(|view| view.began);
    let sum = |of: fn(&PageTotals) -> u64| views.iter().map(|view| of(view.page)).sum::<u64>();
    let (active, visible) = (sum(|page| page.active_ms), sum(|page| page.visible_ms));
    let count = views.len() as u64;

    let mut f = Features::default();
    let of_forms = |of: fn(&Form) -> u32| forms.values().map(|(form, _)| u64::from(of(form))).sum::<u64>();
    f.set_number(index::ERROR_COUNT, errors + of_forms(|form| form.errors) as f64);
    f.set_number(index::FORM_ABANDONS, of_forms(|form| u32::from(form.state == State::Abandoned)) as f64);
    f.set_number(index::HELP_REQUESTS, help);
    let (mut exits, mut retries) = (views.iter().filter(|view| view.is_exit()).count() as u64, 0);
    for pair in views.windows(2) {
        let [before, view] = pair else { continue };
        let since = view.began - before.began;
        let went_back = matches!(view.page.how, Some(Arrival::BackForward | Arrival::BfCache));
        exits += u64::from(went_back && since <= thresholds.early_exit && !before.is_exit());
        retries += u64::from(view.page.how == Some(Arrival::Reload) && since <= thresholds.retry_reload);
    }
    retries += of_forms(|form| form.retries);
    retries += signals.values().map(|signal| u64::from(signal.retries())).sum::<u64>();
    f.set_number(index::RETRY_COUNT, retries as f64);
    f.set_number(index::PAGE_EXITS, exits as f64);
    f.set_number(index::SESSION_DURATION, active as f64 / 1000.0);
    let frustrating = signals.values().filter(|signal| signal.counts() && signal.kind.is_click_frustration());
    f.set(index::CLICK_FRUSTRATION, frustrating.map(|signal| signal.grade.weight_millionths()).sum());

    let mut attempts = of_forms(|form| u32::from(form.state.is_attempt()));
    let succeeded = forms.values().filter(|(form, _)| form.state == State::Submitted).map(|(_, at)| *at);
    let (mut successes, mut last_success) = (succeeded.clone().count() as u64, succeeded.max());
    for (at, _, what, success) in tasks {
        attempts += u64::from(what == TaskWhat::Start.name());
        if success {
            successes += 1;
            last_success = last_success.max(Some(at));
        }
    }
    f.set_number(index::SUCCESS_RATE, success_rate(successes, attempts));
    let (depths, interactions) = (sum(|page| u64::from(page.scroll_depth)), sum(|page| u64::from(page.interactions)));
    let mut reach = Reach::default();
    for (_, totals) in videos.values() {
        reach.add(totals);
    }
    let attention =
        Attention { videos: reach, views: count, depths, active_ms: active, visible_ms: visible, interactions };
    if let Some(score) = attention.score() {
        f.set_number(index::ENGAGEMENT_SCORE, score);
    }
    let began = views.first().map_or(now, |view| view.began);
    f.set_number(index::TIME_SINCE_LAST_SUCCESS, (now - last_success.unwrap_or(began)).0 as f64 / 60_000.0);
    let templates: BTreeSet<&str> = views.iter().map(|view| view.page.template.as_str()).collect();
    f.set_number(index::UNIQUE_PAGES_VISITED, templates.len() as f64);
    f.set_number(index::AVERAGE_TIME_PER_PAGE, active as f64 / (1000 * count.max(1)) as f64);
    f
}
