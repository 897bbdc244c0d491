//! The facts of a session put in order: each once, and what is told in revisions as the list of these.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use unsnag_core::event::{Label, PageTotals, What};
use unsnag_core::forms::{Field, Form, State};
use unsnag_core::input::{Arrival, Cause, TaskWhat};
use unsnag_core::signal::{Grade, Kind, Signal};
use unsnag_core::time::UnixMillis;
use unsnag_core::video::VideoTotals;

use crate::facts::SessionFacts;

/// A session in order.
#[derive(Debug, Default)]
pub(super) struct Timeline<'a> {
    /// When the first of all facts happened.
    pub(super) began: Option<UnixMillis>,
    /// In the order of their beginnings.
    pub(super) views: Vec<View<'a>>,
    pub(super) runs: Vec<Run<'a>>,
    pub(super) chains: Vec<Chain<'a>>,
    pub(super) players: Vec<Player<'a>>,
    pub(super) faults: Vec<Fault<'a>>,
    /// When help was used, and on which page.
    pub(super) helps: Vec<(UnixMillis, &'a str)>,
    pub(super) tasks: Vec<Task<'a>>,
}

/// One view of a page.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) tab: &'a str,
    pub(super) template: &'a str,
    pub(super) began: UnixMillis,
    pub(super) is_reload: bool,
    pub(super) left_at: Option<UnixMillis>,
    /// The furthest part seen, per cent.
    pub(super) depth: u64,
    /// Its totals in the order in which they were told; none falls.
    pub(super) told: Vec<(UnixMillis, Totals)>,
}

/// What was told of a view at some time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) active_ms: u64,
    pub(super) visible_ms: u64,
    pub(super) interactions: u64,
}

/// One run of a form: its revisions, oldest first, each number once; never empty.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) tab: &'a str,
    pub(super) told: Vec<FormTold<'a>>,
}

/// One revision of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormTold<'a> {
    pub(super) at: UnixMillis,
    pub(super) template: &'a str,
    pub(super) form: &'a Form,
}

/// One signal: its revisions, oldest first; never empty.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    pub(super) tab: &'a str,
    pub(super) told: Vec<SignalTold<'a>>,
}

/// One revision of a signal.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignalTold<'a> {
    pub(super) at: UnixMillis,
    pub(super) template: &'a str,
    pub(super) role: &'a str,
    pub(super) label: Label,
    pub(super) signal: &'a Signal,
}

/// One player.
#[derive(Debug)]
pub(super) struct Player<'a> {
    /// How long it had played by then, ms, in the order in which that was told; it never falls.
    pub(super) played: Vec<(UnixMillis, u64)>,
    /// Its newest totals.
    pub(super) totals: &'a VideoTotals,
}

/// A script error or a failed request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault<'a> {
    pub(super) at: UnixMillis,
    pub(super) template: &'a str,
    /// It came while a gesture was handled.
    pub(super) of_gesture: bool,
}

/// What became of a task that the app announced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task<'a> {
    pub(super) at: UnixMillis,
    pub(super) template: &'a str,
    pub(super) name: &'a str,
    pub(super) what: TaskWhat,
}

impl<'a> Timeline<'a> {
    pub(super) fn of(session: &'a SessionFacts) -> Timeline<'a> {
        let mut views: BTreeMap<(&str, &str), Vec<(UnixMillis, &PageTotals)>> = BTreeMap::new();
        let mut runs: BTreeMap<(&str, u32), Vec<FormTold<'_>>> = BTreeMap::new();
        let mut chains: BTreeMap<(&str, u32), Vec<SignalTold<'_>>> = BTreeMap::new();
        let mut players: BTreeMap<(&str, &str), Vec<(UnixMillis, &VideoTotals)>> = BTreeMap::new();
        // What has no number of its own is the same when it says the same at the same time.
        let (mut faults, mut helps, mut tasks) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for fact in &session.facts {
            let (at, tab, template) = (fact.event.at, fact.tab.as_str(), fact.template.as_str());
            match &fact.event.what {
                What::Page(page) => views.entry((tab, &page.view)).or_default().push((at, page)),
                What::Form(form) => runs.entry((tab, form.run)).or_default().push(FormTold { at, template, form }),
                What::Signal { signal, role, label } => {
                    let told = SignalTold { at, template, role, label: *label, signal };
                    chains.entry((tab, signal.id)).or_default().push(told);
                }
                What::Video(totals) => players.entry((tab, &totals.name)).or_default().push((at, totals)),
                What::Error { cause, class, hash } => {
                    faults.insert((at, tab, class.as_str(), hash.as_str(), *cause != Cause::Other, template));
                }
                What::Help => _ = helps.insert((at, tab, template)),
                What::Task { name, what } => {
                    tasks.insert((at, tab, name.as_str(), what.name(), template));
                }
                What::Click { .. } | What::Custom { .. } | What::Outcome { .. } => {}
            }
        }
        let mut views: Vec<View<'_>> = views.into_iter().map(|((tab, _), told)| view(tab, told)).collect();
        views.sort_by_key(|view| view.began);
        Timeline {
            began: session.facts.iter().map(|fact| fact.event.at).min(),
            views,
            runs: runs.into_iter().map(|((tab, _), told)| run(tab, told)).collect(),
            chains: chains.into_iter().map(|((tab, _), told)| chain(tab, told)).collect(),
            players: players.into_values().filter_map(player).collect(),
            faults: faults
                .into_iter()
                .map(|(at, .., of_gesture, template)| Fault { at, template, of_gesture })
                .collect(),
            helps: helps.into_iter().map(|(at, _, template)| (at, template)).collect(),
            tasks: tasks
                .into_iter()
                .filter_map(|(at, _, name, word, template)| {
                    let all = [TaskWhat::Start, TaskWhat::Success, TaskWhat::Fail];
                    let what = all.into_iter().find(|what| what.name() == word)?;
                    Some(Task { at, template, name, what })
                })
                .collect(),
        }
    }

    /// When each success was, in order: of forms, at the revision that first told of it, and of tasks.
    pub(super) fn successes(&self) -> Vec<UnixMillis> {
        let forms = self.runs.iter().filter(|run| run.newest().form.state == State::Submitted).map(Run::state_since);
        let tasks = self.tasks.iter().filter(|task| task.what == TaskWhat::Success).map(|task| task.at);
        let mut all: Vec<UnixMillis> = forms.chain(tasks).collect();
        all.sort_unstable();
        all
    }

    /// The view that each tab showed last.
    pub(super) fn last_views(&self) -> impl Iterator<Item = &View<'a>> {
        let mut last: BTreeMap<&str, &View<'_>> = BTreeMap::new();
        for view in &self.views {
            last.insert(view.tab, view);
        }
        last.into_values()
    }
}

impl<'a> Run<'a> {
    pub(super) fn newest(&self) -> &FormTold<'a> {
        self.told.last().expect("a run was told of at least once")
    }

    /// When it was first told of.
    pub(super) fn began(&self) -> UnixMillis {
        self.told.iter().map(|told| told.at).min().unwrap_or_default()
    }

    /// Since when it has been in the state that it is in.
    pub(super) fn state_since(&self) -> UnixMillis {
        let state = self.newest().form.state;
        let latest = self.told.iter().rev().take_while(|told| told.form.state == state);
        latest.map(|told| told.at).last().unwrap_or_default()
    }
}

impl<'a> Chain<'a> {
    pub(super) fn newest(&self) -> &SignalTold<'a> {
        self.told.last().expect("a signal was told of at least once")
    }

    pub(super) fn kind(&self) -> Kind {
        self.newest().signal.kind
    }

    /// Whether its newest revision counts with at least this grade.
    pub(super) fn counts_from(&self, least: Grade) -> bool {
        let signal = self.newest().signal;
        signal.counts() && signal.grade >= least
    }
}

/// Every number of a view only grows, so of each the greatest told so far stands.
fn view<'a>(tab: &'a str, mut told: Vec<(UnixMillis, &'a PageTotals)>) -> View<'a> {
    told.sort_by_key(|(at, page)| (*at, page.template.as_str()));
    let mut totals = Totals::default();
    let mut grown: Vec<(UnixMillis, Totals)> = Vec::with_capacity(told.len());
    for (at, page) in &told {
        totals.active_ms = totals.active_ms.max(page.active_ms);
        totals.visible_ms = totals.visible_ms.max(page.visible_ms);
        totals.interactions = totals.interactions.max(u64::from(page.interactions));
        match grown.last_mut().filter(|(last, _)| last == at) {
            Some((_, last)) => *last = totals,
            None => grown.push((*at, totals)),
        }
    }
    View {
        tab,
        template: told.first().map_or("", |(_, page)| page.template.as_str()),
        began: told.first().map(|(at, _)| *at).unwrap_or_default(),
        is_reload: told.iter().any(|(_, page)| page.how == Some(Arrival::Reload)),
        left_at: told.iter().filter(|(_, page)| page.left).map(|(at, _)| *at).min(),
        depth: told.iter().map(|(_, page)| u64::from(page.scroll_depth)).max().unwrap_or_default(),
        told: grown,
    }
}

fn run<'a>(tab: &'a str, mut told: Vec<FormTold<'a>>) -> Run<'a> {
    told.sort_by(compare);
    // Of two revisions with one number the more advanced stands.
    told.reverse();
    told.dedup_by_key(|told| told.form.revision);
    told.reverse();
    Run { tab, told }
}

/// By revision; then by everything that is read of a form, so that no order of arrival shows.
fn compare(a: &FormTold<'_>, b: &FormTold<'_>) -> Ordering {
    fn numbers<'a>(told: &FormTold<'a>) -> (u32, UnixMillis, [u32; 4], &'static str, &'a str, &'a str) {
        let form = told.form;
        let counts = [form.invalid_submits, form.errors, form.retries, form.submits];
        (form.revision, told.at, counts, form.state.name(), form.form.as_str(), told.template)
    }
    fn field(field: &Field) -> (&str, u32, u32, Option<u32>, bool) {
        (field.field.as_str(), field.invalid, field.edits, field.length, field.last)
    }
    let fields = || a.form.fields.iter().map(field).cmp(b.form.fields.iter().map(field));
    numbers(a).cmp(&numbers(b)).then_with(fields)
}

fn chain<'a>(tab: &'a str, mut told: Vec<SignalTold<'a>>) -> Chain<'a> {
    told.sort_by_key(|told| {
        let SignalTold { at, template, role, label, signal } = *told;
        (
            signal.revision,
            at,
            signal.counts(),
            signal.grade,
            signal.kind,
            signal.evidence.count,
            template,
            role,
            label.name(),
        )
    });
    Chain { tab, told }
}

fn player(mut told: Vec<(UnixMillis, &VideoTotals)>) -> Option<Player<'_>> {
    let progress =
        |at: UnixMillis, of: &VideoTotals| (at, of.played_ms, of.unique_ms, of.muted_ms, of.looping, of.length);
    told.sort_by_key(|(at, totals)| progress(*at, totals));
    let mut most = 0;
    let played = told.iter().map(|(at, totals)| {
        most = most.max(totals.played_ms);
        (*at, most)
    });
    let played = played.collect();
    told.last().map(|(_, totals)| Player { played, totals })
}
