//! What a person did in a session, as far as it may mean that they are stuck.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unsnag_core::event::Label;
use unsnag_core::features::{COUNT, DEFINITIONS, Features, ONE, index};
use unsnag_core::forms::State;
use unsnag_core::input::TaskWhat;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::time::{Millis, UnixMillis};

use super::abandonment::{self, Abandonment};
use super::engagement::{self, Baseline, Engagement};
use super::errors::{self, Errors};
use super::place::Place;
use super::tally::{Item, Tally};
use super::timeline::Timeline;
use crate::facts::SessionFacts;
use crate::words;

/// How far back counts look, ms. Ten minutes: the time within which a success still counts as helped (DESIGN.md §4), so
/// the time for which one trouble is believed to last.
pub const RECENT: Millis = Millis(600_000);

/// Which of the 13 features could be seen: bit i is feature i.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed(pub u16);

impl Observed {
    /// Whether this feature could be seen ([`unsnag_core::features::index`]).
    pub fn has(self, index: usize) -> bool {
        index < COUNT && self.0 >> index & 1 == 1
    }

    /// How many of the 13 could be seen.
    pub fn count(self) -> u32 {
        (self.0 & Features::ALL_OBSERVED).count_ones()
    }

    /// The share of the 13 that could be seen, in millionths.
    pub fn share(self) -> u64 {
        u64::from(self.count()) * ONE / COUNT as u64
    }

    /// The names of what could not be seen.
    pub fn missing(self) -> impl Iterator<Item = &'static str> {
        DEFINITIONS
            .iter()
            .enumerate()
            .filter(move |(index, _)| !self.has(*index))
            .map(|(_, definition)| definition.name)
    }
}

/// Trying again what did not work, in the last ten minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    /// Submits after a refused one.
    pub resubmits: Tally,
    /// Clicks beyond the first on targets that did not answer, or too late.
    pub reclicks: Tally,
    /// Reloads.
    pub reloads: Tally,
}

/// What the person got done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    /// Successes of forms and tasks in the session.
    pub count: u32,
    /// Since the last of them, else since the session began.
    #[serde(with = "words::millis")]
    pub since: Millis,
    /// Forms and tasks that were started and are neither done nor given up.
    pub open: Tally,
}

/// What a person did in a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behaviour {
    /// As of when: the `now` that was given, or when the person left.
    #[serde(with = "words::unix")]
    pub at: UnixMillis,
    /// When they left, if they did.
    #[serde(with = "words::unix_option")]
    pub gone_at: Option<UnixMillis>,
    /// Which features the page could see.
    pub observed: Observed,
    /// Runs of errors, over the whole session.
    pub errors: Errors,
    /// Help used in the last ten minutes.
    pub help: Tally,
    /// What was tried again in the last ten minutes.
    pub retries: Retries,
    /// Engagement now against before; `None` where either is not known.
    pub engagement: Option<Engagement>,
    /// What was given up in the last ten minutes.
    pub abandonment: Abandonment,
    /// Successes, and how long ago the last was.
    pub success: Success,
    /// Frustrated clicks, keys and swipes of the last ten minutes by their signals' grades, without error clicks. Of
    /// the signals of several kinds on one target those of the kind that weighs most: a button that is dead is also
    /// clicked in rage.
    pub clicks: Tally,
    /// Video struggles of the last ten minutes by their signals' grades.
    pub video: Tally,
}

/// Counts what the facts of a session say, as of `now`. `before` is what is usual for the visitor.
///
/// Whatever order the facts come in and however often, the result is the same; facts later than `now` count as of now.
pub fn extract_behavioral_features(session: &SessionFacts, now: UnixMillis, before: Option<&Baseline>) -> Behaviour {
    let timeline = Timeline::of(session);
    let observed = Observed(session.observed & Features::ALL_OBSERVED);
    let gone_at = abandonment::gone_at(&timeline, now);
    let at = gone_at.unwrap_or(now);
    let is_recent = |when: UnixMillis| at - when <= RECENT;
    let (errors, mishaps) = errors::of(&timeline);
    let help = timeline.helps.iter().map(|(when, template)| Item::one(*when, Place::page(template)));
    let engagement = observed.has(index::ENGAGEMENT_SCORE).then(|| engagement::of(&timeline, at, RECENT, before));
    Behaviour {
        at,
        gone_at,
        observed,
        errors,
        help: help.filter(|item| is_recent(item.at)).collect(),
        retries: retries(&timeline, is_recent),
        engagement: engagement.flatten(),
        abandonment: abandonment::of(&timeline, &mishaps, gone_at, is_recent),
        success: success(&timeline, at),
        clicks: clicks(&timeline, is_recent),
        video: video(&timeline, is_recent),
    }
}

fn retries(timeline: &Timeline<'_>, is_recent: impl Fn(UnixMillis) -> bool) -> Retries {
    let mut resubmits = Vec::new();
    for run in &timeline.runs {
        let mut total = 0;
        for told in &run.told {
            let added = told.form.retries.saturating_sub(total);
            total += added;
            if added > 0 {
                resubmits.push(Item::several(added, told.at, Place::form(told.template, &told.form.form, None)));
            }
        }
    }
    let reclicks = timeline.chains.iter().map(|chain| {
        let told = chain.newest();
        Item::several(told.signal.retries(), told.at, Place::target(told.template, told.role, told.label))
    });
    let reloads = timeline.views.iter().filter(|view| view.is_reload);
    let reloads = reloads.map(|view| Item::one(view.began, Place::page(view.template)));
    Retries {
        resubmits: resubmits.into_iter().filter(|item| is_recent(item.at)).collect(),
        reclicks: reclicks.filter(|item| item.count > 0 && is_recent(item.at)).collect(),
        reloads: reloads.filter(|item| is_recent(item.at)).collect(),
    }
}

fn success(timeline: &Timeline<'_>, at: UnixMillis) -> Success {
    let successes = timeline.successes();
    let forms = timeline.runs.iter().filter_map(|run| {
        let told = run.newest();
        let is_open = matches!(told.form.state, State::Started | State::Invalid | State::Resumed);
        is_open.then(|| Item::one(run.began(), Place::form(told.template, &told.form.form, None)))
    });
    // Of each task what was said of it last; of two things at one time its end.
    let mut tasks = BTreeMap::new();
    for task in &timeline.tasks {
        let newest = tasks.entry(task.name).or_insert(task);
        if (task.at, task.what != TaskWhat::Start) > (newest.at, newest.what != TaskWhat::Start) {
            *newest = task;
        }
    }
    let tasks = tasks.into_values().filter(|task| task.what == TaskWhat::Start);
    let tasks = tasks.map(|task| Item::one(task.at, Place::page(task.template)));
    Success {
        count: successes.len() as u32,
        since: at - successes.last().copied().or(timeline.began).unwrap_or(at),
        open: forms.chain(tasks).collect(),
    }
}

/// Whose signals count as one: those on what looks the same on one page. Elements have no names outside of it.
type Target<'a> = (&'a str, &'a str, &'a str, &'static str);

fn clicks(timeline: &Timeline<'_>, is_recent: impl Fn(UnixMillis) -> bool) -> Tally {
    let mut targets: BTreeMap<Target<'_>, BTreeMap<Kind, Vec<Item>>> = BTreeMap::new();
    for chain in &timeline.chains {
        let (told, kind) = (chain.newest(), chain.kind());
        let is_click = kind.is_click_frustration() && kind != Kind::ErrorClick;
        if is_click && chain.counts_from(Grade::Suspected) && is_recent(told.at) {
            let target = (chain.tab, told.template, told.role, told.label.name());
            let item = graded(told.at, told.signal.grade, Place::target(told.template, told.role, told.label));
            targets.entry(target).or_default().entry(kind).or_default().push(item);
        }
    }
    let most = targets
        .into_values()
        .filter_map(|kinds| kinds.into_values().max_by_key(|items| items.iter().map(|item| item.weight).sum::<u64>()));
    most.flatten().collect()
}

fn video(timeline: &Timeline<'_>, is_recent: impl Fn(UnixMillis) -> bool) -> Tally {
    let chains = timeline.chains.iter().filter(|chain| {
        chain.kind() == Kind::VideoStruggle && chain.counts_from(Grade::Suspected) && is_recent(chain.newest().at)
    });
    let items = chains.map(|chain| {
        let told = chain.newest();
        graded(told.at, told.signal.grade, Place::target(told.template, "video", Label::Other))
    });
    items.collect()
}

fn graded(at: UnixMillis, grade: Grade, place: Place) -> Item {
    Item { at, count: 1, weight: grade.weight_millionths(), place }
}
