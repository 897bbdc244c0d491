//! Viewings: what was watched of one player in one session, from the newest totals it told.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unsnag_core::event::What;
use unsnag_core::forms::Form;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_core::video::VideoTotals;

use super::number::unix;
use super::path::{Path, Stretch};
use crate::facts::{Fact, SessionFacts};

/// What happens on the page this long before and after a viewing is around it: a quiz follows its video.
const AROUND: Millis = Millis(60_000);
/// The unit in which the time of day is kept, ms: a quarter of an hour, because every time zone is a number of these
/// from UTC.
pub(super) const QUARTER_MS: u64 = 15 * 60 * 1000;
/// Quarters of an hour kept of one viewing: a day, as long as a session can be.
pub(super) const MOST_QUARTERS: usize = 96;
/// The longest time that one telling of a player may add, ms: a day.
const MOST_ADDED_MS: u64 = 24 * 60 * 60 * 1000;

/// Which video it was, as far as a page tells: until a catalogue says more, the same player on the same page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VideoKey {
    /// The page template: `/lesson/:id`.
    pub template: String,
    /// The player's element on its page: its name without the number behind the dot, which counts the players that the
    /// tab had before and differs from session to session.
    pub player: String,
    /// The length to the nearest second, `None` for a live stream. One template shows many videos in one player; their
    /// lengths tell them apart.
    pub length_s: Option<u64>,
}

/// What tells a viewing from all others of a visitor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ViewingId {
    /// The session.
    pub session: String,
    /// The tab.
    pub tab: String,
    /// The player's full name, unique within session and tab.
    pub player: String,
}

/// The final totals of one video in one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewing {
    /// Which viewing.
    pub id: ViewingId,
    /// Of which video.
    pub video: VideoKey,
    /// What was watched.
    pub watched: Watched,
}

/// What was watched in one viewing. Of two states of one viewing the greater is the more advanced: its fields are in
/// that order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Watched {
    /// When it was last told of.
    #[serde(with = "unix")]
    pub ended: UnixMillis,
    /// Time in which it played, by the wall clock, ms.
    pub played_ms: u64,
    /// When it began at the latest: what was played and waited for cannot have taken less time.
    #[serde(with = "unix")]
    pub began: UnixMillis,
    /// Length of the content, ms; `None` for a live stream.
    pub length_ms: Option<u64>,
    /// Distinct content, ms; the least that it can have been where gaps were closed.
    pub unique_ms: u64,
    /// Distinct content, ms; the most that it can have been.
    pub unique_most_ms: u64,
    /// Content played, repetitions included, ms.
    pub content_ms: u64,
    /// Content played again, ms.
    pub replayed_ms: u64,
    /// The stretches of [`VideoTotals::BUCKET_MS`] played again, and for how long each, ms.
    pub replays: BTreeMap<u64, u64>,
    /// Of the time it played, with at least half of it to be seen, ms.
    pub visible_ms: u64,
    /// Of the time it played, without sound, ms.
    pub muted_ms: u64,
    /// Jumps forward among the newest.
    pub seeks_forward: u32,
    /// Jumps back among the newest.
    pub seeks_back: u32,
    /// All jumps.
    pub seeks: u32,
    /// How often it was paused.
    #[serde(default)]
    pub pauses: u32,
    /// Waits for the network.
    pub stalls: u32,
    /// How long they took, ms.
    pub stall_ms: u64,
    /// Waits for data after a jump.
    pub seek_stalls: u32,
    /// How long they took, ms.
    pub seek_stall_ms: u64,
    /// It was played to its end.
    pub finished: bool,
    /// The parts watched, from and to, ms, where the jumps tell them.
    pub parts: Option<Vec<Stretch>>,
    /// The earliest and the latest place at which watching can have stopped, ms.
    pub stopped: Option<Stretch>,
    /// Clicks, fields filled in, submits and task events on its page around it.
    pub interactions: u32,
    /// How long its page was active around it, ms.
    pub active_ms: u64,
    /// When it was seen or heard: the number of the quarter of an hour since 1970, ms.
    pub quarters: BTreeMap<u64, u64>,
}

impl Watched {
    /// What totals say by themselves.
    fn of(totals: &VideoTotals) -> Self {
        // A length of nothing is none.
        let length_ms = totals.length.map(|length| length.0).filter(|length| *length > 0);
        let path = length_ms.map(|length| Path::of(totals, length)).unwrap_or_default();
        let jumps = &totals.seeks[..totals.seeks.len().min(VideoTotals::MOST_SEEKS)];
        let replays = totals.replays.iter().take(VideoTotals::MOST_REPLAYS);
        let proven = totals.content_ms.saturating_sub(totals.replayed_ms);
        let least = if totals.closed_gaps > 0 { totals.unique_ms.min(proven) } else { totals.unique_ms };
        Self {
            played_ms: totals.played_ms,
            length_ms,
            unique_ms: least,
            unique_most_ms: totals.unique_ms,
            content_ms: totals.content_ms,
            replayed_ms: totals.replayed_ms,
            replays: replays.copied().collect(),
            visible_ms: totals.visible_ms.min(totals.played_ms),
            muted_ms: totals.muted_ms.min(totals.played_ms),
            seeks_forward: jumps.iter().filter(|(from, to)| to > from).count() as u32,
            seeks_back: jumps.iter().filter(|(from, to)| to < from).count() as u32,
            seeks: totals.seek_count,
            pauses: totals.pauses,
            stalls: totals.stalls,
            stall_ms: totals.stall_ms,
            seek_stalls: totals.seek_stalls,
            seek_stall_ms: totals.seek_stall_ms,
            finished: totals.ended,
            parts: path.parts,
            stopped: path.stopped,
            ..Self::default()
        }
    }

    /// How long it was seen or heard, ms; the least that it can have been, since the two may have been apart.
    pub fn engaged_ms(&self) -> u64 {
        self.visible_ms.max(self.played_ms - self.muted_ms.min(self.played_ms))
    }

    /// How long it was seen or heard or its page was active, ms: the time in which somebody could do something.
    pub fn attended_ms(&self) -> u64 {
        self.engaged_ms().max(self.active_ms)
    }

    /// Adds time in which it was seen or heard, spread evenly over the time it took.
    fn add_time(&mut self, ended: UnixMillis, took_ms: u64, engaged_ms: u64) {
        let took = took_ms.min(MOST_ADDED_MS);
        let began = ended.0.saturating_sub(took);
        let mut from = began;
        while from < ended.0 {
            let quarter = from / QUARTER_MS;
            let to = ended.0.min((quarter + 1).saturating_mul(QUARTER_MS));
            let by = |at: u64| u128::from(engaged_ms.min(took)) * u128::from(at - began) / u128::from(took);
            let ms = (by(to) - by(from)) as u64;
            if ms > 0 && (self.quarters.len() < MOST_QUARTERS || self.quarters.contains_key(&quarter)) {
                *self.quarters.entry(quarter).or_default() += ms;
            }
            from = to;
        }
    }
}

/// One telling of a player.
struct Telling<'a> {
    at: UnixMillis,
    template: &'a str,
    totals: &'a VideoTotals,
    watched: Watched,
}

impl Telling<'_> {
    /// Every number only grows; the clock may be set back.
    fn progress(&self) -> (u64, UnixMillis, bool, &Watched, &str) {
        (self.watched.played_ms, self.at, self.totals.looping, &self.watched, self.template)
    }
}

/// The viewings of a session. Facts may come in any order and more than once. A player that never played is no viewing,
/// and a loop that was never heard is a decoration.
pub fn viewings_of(session: &str, facts: &SessionFacts) -> Vec<Viewing> {
    viewings_among(session, &facts.facts)
}

/// The viewings among these facts of a session: of one tab, for instance, whose players and acts are its own.
pub(crate) fn viewings_among(session: &str, facts: &[Fact]) -> Vec<Viewing> {
    let mut players: BTreeMap<(&str, &str), Vec<Telling<'_>>> = BTreeMap::new();
    let mut acts = Acts::default();
    for fact in facts {
        if let What::Video(totals) = &fact.event.what {
            let (at, template) = (fact.event.at, fact.template.as_str());
            let telling = Telling { at, template, totals, watched: Watched::of(totals) };
            players.entry((&fact.tab, &totals.name)).or_default().push(telling);
        } else {
            acts.add(&fact.tab, &fact.template, fact.event.at, &fact.event.what);
        }
    }
    let viewing = |((tab, player), mut told): ((&str, &str), Vec<Telling<'_>>)| {
        told.sort_by(|one, other| one.progress().cmp(&other.progress()));
        // It may have been told of after it went along to another page.
        let template = told.iter().map(|telling| (telling.at, telling.template)).min()?.1;
        let newest = told.last().filter(|telling| telling.totals.played_ms > 0 && !telling.totals.is_background())?;
        let mut watched = newest.watched.clone();
        watched.ended = told.iter().map(|telling| telling.at).max()?;
        let began = |telling: &Telling<'_>| {
            let Watched { played_ms, stall_ms, seek_stall_ms, .. } = telling.watched;
            telling.at.0.saturating_sub(played_ms.saturating_add(stall_ms).saturating_add(seek_stall_ms))
        };
        watched.began = UnixMillis(told.iter().map(began).min()?);
        let (mut played, mut engaged) = (0, 0);
        for telling in &told {
            let (now_played, now_engaged) = (telling.watched.played_ms, telling.watched.engaged_ms());
            watched.add_time(telling.at, now_played - played, now_engaged.saturating_sub(engaged));
            (played, engaged) = (now_played, now_engaged.max(engaged));
        }
        let window = (UnixMillis(watched.began.0.saturating_sub(AROUND.0)), watched.ended + AROUND);
        (watched.interactions, watched.active_ms) = acts.around(tab, template, window);
        Some(Viewing {
            id: ViewingId { session: session.to_owned(), tab: tab.to_owned(), player: player.to_owned() },
            video: VideoKey {
                template: template.to_owned(),
                player: player.split('.').next().unwrap_or(player).to_owned(),
                length_s: watched.length_ms.map(|length| length.saturating_add(500) / 1000),
            },
            watched,
        })
    };
    players.into_iter().filter_map(viewing).collect()
}

/// A click or task event: when, and what tells it from another at the same time.
type Act<'a> = (UnixMillis, &'a str, &'a str, i32, i32);

/// A run of a form at its most advanced: revision, when, acts.
type Run = (u32, UnixMillis, u32);

/// When a view was first and last told of, and how long it was active.
#[derive(Clone, Copy)]
struct View {
    first: UnixMillis,
    last: UnixMillis,
    active_ms: u64,
}

/// What people did on pages.
#[derive(Default)]
struct Acts<'a> {
    /// Of each tab and page.
    single: BTreeMap<(&'a str, &'a str), BTreeSet<Act<'a>>>,
    /// Of each tab, page and run.
    forms: BTreeMap<(&'a str, &'a str), BTreeMap<u32, Run>>,
    /// Of each tab, page and view.
    views: BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, View>>,
}

impl<'a> Acts<'a> {
    /// Scripts make custom events, and a page's errors, signals and outcomes are nobody's interest in a video: none
    /// counts.
    fn add(&mut self, tab: &'a str, template: &'a str, at: UnixMillis, what: &'a What) {
        let page = (tab, template);
        match what {
            What::Click { role, x, y, result, .. } => {
                self.single.entry(page).or_default().insert((at, role, result, x.0, y.0));
            }
            What::Task { name, what } => {
                self.single.entry(page).or_default().insert((at, name, what.name(), 0, 0));
            }
            What::Form(form) => {
                let newest = self.forms.entry(page).or_default().entry(form.run).or_default();
                *newest = (*newest).max((form.revision, at, acts_of(form)));
            }
            What::Page(view) => {
                let views = self.views.entry((tab, &view.template)).or_default();
                let known = views.entry(&view.view).or_insert(View { first: at, last: at, active_ms: 0 });
                known.first = known.first.min(at);
                known.last = known.last.max(at);
                known.active_ms = known.active_ms.max(view.active_ms);
            }
            _ => {}
        }
    }

    /// The acts on a page within a time, and for how much of it the page was active, ms.
    fn around(&self, tab: &str, template: &str, (from, to): (UnixMillis, UnixMillis)) -> (u32, u64) {
        let page = &(tab, template);
        let within = |at: UnixMillis| from <= at && at <= to;
        let single = self.single.get(page).into_iter().flatten().filter(|act| within(act.0)).count() as u32;
        let forms = self.forms.get(page).into_iter().flat_map(BTreeMap::values).filter(|run| within(run.1));
        let views = self.views.get(page).into_iter().flat_map(BTreeMap::values);
        let active = views.filter(|view| view.first <= to && from <= view.last).map(|view| view.active_ms);
        let acts = forms.fold(single, |sum, run| sum.saturating_add(run.2));
        (acts, active.fold(0, u64::saturating_add).min((to - from).0))
    }
}

/// A field that was filled in is one act, however many keys it took, and each submit is one.
fn acts_of(form: &Form) -> u32 {
    let filled = form.fields.iter().filter(|field| field.edits > 0).count() as u32;
    filled.saturating_add(form.submits)
}
