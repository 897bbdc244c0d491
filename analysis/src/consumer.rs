//! Reads records and makes the effect of each, once: in one write with the mark that it was seen.
//!
//! What is kept of tabs, pages, visitors and exposures is the same for any order and any repetition of records. What was
//! found and decided on the way depends on what was known when; it is kept as it was found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use unsnag_core::features::Features;
use unsnag_core::features::recompute::recompute;
use unsnag_core::risk::Level;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};

use crate::analyst::AnalystGuard;
use crate::channels::Channel;
use crate::facts::SessionFacts;
use crate::history::{self, SessionVector};
use crate::orchestrate::Learned;
use crate::pages::{self, Pages};
use crate::raise::Playbook;
use crate::record::{Poison, Record};
use crate::risk::{RiskGuard, get_ml_risk_prediction};
use crate::said::Said;
use crate::session::{Episode, Profile, Session};
use crate::store::{Change, Span, Store, StoreError};
use crate::struggle::{Baseline, Struggle, analyze_user_struggles};
use crate::tab::Tab;
use crate::table::{self, KEPT_FOR, KEPT_FOR_VISITORS, Row};
use crate::video::{VideoKey, VideoRecord, records_of, viewings_of};

/// Tries of one record that others write beside.
const MOST_TRIES: usize = 5;
/// Tabs of one session; those whose names come first are analysed.
const MOST_TABS: usize = 20;
/// Pages remembered of one session.
const MOST_PAGES_OF_SESSION: usize = 20;
/// A record whose newest event is this much older than its session's is told as late.
const LATE_AFTER: Millis = Millis(5 * 60 * 1000);

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// Its effect was made.
    New,
    /// It had been made before.
    Repeated,
}

/// Why a record has no effect yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsumeError {
    /// It never will have one: set it aside.
    #[error("{0}")]
    Poison(#[from] Poison),
    /// The store did not take it.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl ConsumeError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Poison(poison) => poison.code(),
            Self::Store(error) => error.code(),
        }
    }

    /// Whether the same may work later. If not, the record has to be set aside.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Poison(_) => false,
            Self::Store(error) => error.is_retryable(),
        }
    }
}

/// How often what happened, since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records whose effect was made.
    pub consumed: u64,
    /// Records that had been seen.
    pub repeated: u64,
    /// Records set aside.
    pub poison: u64,
    /// Writes that lost a race and were made again.
    pub conflicts: u64,
    /// Records much older than what was known of their session.
    pub late: u64,
    /// Events that this release does not understand.
    pub unknown_events: u64,
    /// Features that a page claimed and its events deny.
    pub disagreements: BTreeMap<&'static str, u64>,
    /// Interventions decided, by what came of it.
    pub decided: BTreeMap<String, u64>,
    /// Deliveries by channel and how they ended.
    pub delivered: BTreeMap<(String, &'static str), u64>,
}

/// The analysis of a stream of records.
#[derive(Debug)]
pub struct Analysis {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) risk: RiskGuard,
    pub(crate) analyst: AnalystGuard,
    pub(crate) playbook: Playbook,
    pub(crate) channels: Vec<Arc<dyn Channel>>,
    thresholds: Thresholds,
    counts: Mutex<Counts>,
    /// What the sampler knows, by site.
    lessons: Mutex<BTreeMap<String, Learned>>,
    /// The sites that are in the list of sites.
    listed: Mutex<BTreeSet<String>>,
    /// What [`Analysis::act`] is doing something about.
    pub(crate) in_hand: Mutex<BTreeSet<String>>,
}

/// All that is known of a session, and what of that a record changes.
struct Known {
    session: Row<Session>,
    tab: Row<Tab>,
    /// All tabs, the record's own included.
    tabs: BTreeMap<String, Tab>,
    profile: Option<Row<Profile>>,
}

impl Analysis {
    /// An analysis that keeps what it learns in this store.
    pub fn new(
        store: Arc<dyn Store>,
        risk: RiskGuard,
        analyst: AnalystGuard,
        playbook: Playbook,
        channels: Vec<Arc<dyn Channel>>,
    ) -> Self {
        let thresholds = Thresholds::default();
        Self {
            store,
            risk,
            analyst,
            playbook,
            channels,
            thresholds,
            counts: Mutex::default(),
            lessons: Mutex::default(),
            listed: Mutex::default(),
            in_hand: Mutex::default(),
        }
    }

    /// What happened since the start.
    pub fn counts(&self) -> Counts {
        self.note().clone()
    }

    /// The guard before the risk model.
    pub fn risk(&self) -> &RiskGuard {
        &self.risk
    }

    /// The guard before the analyst.
    pub fn analyst(&self) -> &AnalystGuard {
        &self.analyst
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub(crate) fn note(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("nothing panics while it counts")
    }

    pub(crate) fn lessons(&self) -> MutexGuard<'_, BTreeMap<String, Learned>> {
        self.lessons.lock().expect("nothing panics while it looks at what was learned")
    }

    fn listed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.listed.lock().expect("nothing panics while it looks at the sites")
    }

    /// Makes the effect of a record, unless it was made. What fails for now may be tried again with the same bytes.
    pub async fn consume(&self, bytes: &[u8], now: UnixMillis) -> Result<Consumed, ConsumeError> {
        let record = Record::read(bytes).inspect_err(|_| self.note().poison += 1)?;
        let mut tries = 0;
        let consumed = loop {
            match self.try_consume(&record, now).await {
                Err(StoreError::Conflict) if tries < MOST_TRIES => {
                    tries += 1;
                    self.note().conflicts += 1;
                }
                Err(error) => {
                    self.note().poison += u64::from(!error.is_retryable());
                    return Err(error.into());
                }
                Ok(consumed) => break consumed,
            }
        };
        let mut counts = self.note();
        match consumed {
            Consumed::New => counts.consumed += 1,
            Consumed::Repeated => counts.repeated += 1,
        }
        Ok(consumed)
    }

    async fn try_consume(&self, record: &Record, now: UnixMillis) -> Result<Consumed, StoreError> {
        let (site, session) = (record.key.as_str(), record.session.as_str());
        let mark = table::seen(site, session, record.tab.as_str(), record.batch.as_str());
        if self.store.get(&mark).await?.is_some() {
            return Ok(Consumed::Repeated);
        }
        let mut known = self.know(record, now).await?;
        let began_before = known.session.value.began;
        let before = Contribution::of(&known, record);
        known.take_up(record);
        let after = Contribution::of(&known, record);
        let facts = SessionFacts::of(&known.tabs);
        let vector = SessionVector::of(&facts, &self.thresholds);
        let as_of = UnixMillis(vector.ended);
        known.session.value.remember(&facts, &vector);
        let (judged, baseline) = self.take_into_profile(record, &mut known, vector, &facts, &after);
        let struggle = self.judge(record, &mut known.session.value, &facts, (&judged, baseline), now).await;

        let ends = Some(now + KEPT_FOR);
        let mut changes = vec![table::add(mark, &(), ends)?];
        if struggle.level >= Level::Medium {
            let (session, profile) = (&mut known.session.value, known.profile.as_mut());
            changes.extend(self.raise(record, (&struggle, &judged), session, profile, now)?);
        }
        Self::list_as_recent(&known, (site, session), began_before, ends, &mut changes)?;
        known.expose(site, (&before, &after), now, &mut changes)?;
        self.count(record, &known, &facts, (&before, &after), now, &mut changes).await?;
        known.put(record, &struggle, now, &mut changes)?;
        let new_site = !self.listed().contains(site);
        if new_site {
            changes.push(table::put(table::site(site), &(), None)?);
        }
        self.store.write(changes).await?;
        if new_site {
            self.listed().insert(site.to_owned());
        }
        self.compare(record, &known.tab.value, as_of);
        Ok(Consumed::New)
    }

    /// Puts the session into what is known of its visitor; the features to judge by, and what is usual for them.
    fn take_into_profile(
        &self,
        record: &Record,
        known: &mut Known,
        vector: SessionVector,
        facts: &SessionFacts,
        after: &Contribution,
    ) -> (Features, Option<Baseline>) {
        let (session, as_of) = (record.session.as_str(), UnixMillis(vector.ended));
        let Some(profile) = &mut known.profile else { return (vector.features(), None) };
        let profile = &mut profile.value;
        profile.history.put(session, vector);
        profile.said.merge(Said::of(&facts.facts));
        for (id, episode) in &after.episodes {
            profile.put(id, episode);
        }
        profile.results.put(session, &facts.facts, &self.playbook.videos);
        (profile.history.features(as_of), profile.history.baseline(session, as_of))
    }

    /// Asks model and rules how badly it goes, and the analyst for words where it matters anew.
    async fn judge(
        &self,
        record: &Record,
        session: &mut Session,
        facts: &SessionFacts,
        (judged, baseline): (&Features, Option<Baseline>),
        now: UnixMillis,
    ) -> Struggle {
        let who = session.visitor.as_deref().unwrap_or(record.session.as_str());
        let who = format!("{}/{who}", record.key.as_str());
        let predicted = get_ml_risk_prediction(&self.risk, &who, judged, now).await;
        let as_of = UnixMillis(session.ended);
        let struggle = analyze_user_struggles(facts, as_of, baseline.as_ref(), Some(&predicted.prediction));
        let level_before = session.struggle.as_ref().map_or(Level::Low, |struggle| struggle.level);
        let is_news = struggle.level != level_before || session.explanation.is_none();
        if struggle.level >= Level::Medium && is_news {
            let case = self.playbook.case(&struggle);
            session.explanation = Some(self.analyst.explain(&case, now).await);
        }
        session.shadow = predicted.shadow;
        session.struggle = Some(struggle.clone());
        struggle
    }

    /// What the record changes in the counts of pages, and in what is known of the videos that the visitor watched.
    async fn count(
        &self,
        record: &Record,
        known: &Known,
        facts: &SessionFacts,
        (before, after): (&Contribution, &Contribution),
        now: UnixMillis,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        let (site, session) = (record.key.as_str(), record.session.as_str());
        let mut sums = pages::difference(&before.pages, &after.pages);
        if let Some(visitor) = &known.session.value.visitor {
            let watched = self.videos((site, visitor, session), facts, now, changes).await?;
            pages::accumulate(&mut sums, &watched, 1);
        }
        for ((day, template), counts) in sums {
            let mut row = Row::<pages::Counts>::read(&*self.store, table::page(site, day, &template), now).await?;
            row.value.merge(&counts);
            changes.push(row.put(Some(now + KEPT_FOR))?);
        }
        Ok(())
    }

    async fn know(&self, record: &Record, now: UnixMillis) -> Result<Known, StoreError> {
        let (site, session) = (record.key.as_str(), record.session.as_str());
        let span = Span { prefix: table::TAB.to_owned(), ..Span::default() };
        let partition = table::session_partition(site, session);
        let listed = table::list::<Tab>(&*self.store, &partition, &span, MOST_TABS, now).await?;
        let name = |sort: String| sort.strip_prefix(table::TAB).unwrap_or_default().to_owned();
        let tabs = listed.into_iter().map(|(sort, tab)| (name(sort), tab)).collect();
        let row = Row::<Session>::read(&*self.store, table::session(site, session), now).await?;
        let tab = Row::<Tab>::read(&*self.store, table::tab(site, session, record.tab.as_str()), now).await?;
        // A session is one visitor's; where a client says otherwise, the name that comes first stays.
        let told = record.visitor.as_ref().map(|visitor| visitor.as_str().to_owned());
        let visitor = match (&row.value.visitor, told) {
            (Some(known), Some(told)) => Some(told.min(known.clone())),
            (known, told) => told.or_else(|| known.clone()),
        };
        let profile = match &visitor {
            Some(visitor) => Some(Row::<Profile>::read(&*self.store, table::profile(site, visitor), now).await?),
            None => None,
        };
        let mut known = Known { session: row, tab, tabs, profile };
        known.session.value.visitor = visitor;
        Ok(known)
    }

    /// The list of sessions to look at: those in which anything was found.
    fn list_as_recent(
        known: &Known,
        (site, session): (&str, &str),
        began_before: u64,
        ends: Option<UnixMillis>,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        let now = &known.session.value;
        if now.struggle.as_ref().is_none_or(|struggle| struggle.indicators.is_empty()) {
            return Ok(());
        }
        if !known.session.is_new() && began_before != now.began {
            changes.push(table::take(table::recent(site, UnixMillis(began_before), session)));
        }
        changes.push(table::put(table::recent(site, UnixMillis(now.began), session), &(), ends)?);
        Ok(())
    }

    /// What the session watched, beside what is known of each of those videos; and what that changes in the counts of
    /// pages.
    async fn videos(
        &self,
        (site, visitor, session): (&str, &str, &str),
        facts: &SessionFacts,
        now: UnixMillis,
        changes: &mut Vec<Change>,
    ) -> Result<Pages, StoreError> {
        let mut counted = Pages::new();
        for watched in records_of(&viewings_of(session, facts)).into_iter().take(MOST_VIDEOS) {
            let key = table::video(site, visitor, &name_of(&watched.video));
            let mut row = Row::<Option<VideoRecord>>::read(&*self.store, key, now).await?;
            let mut merged = row.value.clone().unwrap_or_else(|| VideoRecord::new(watched.video.clone()));
            merged.merge(&watched);
            // Also what is clicked and filled in around a video counts, so any batch may change it.
            if row.value.as_ref() != Some(&merged) {
                let before = row.value.as_ref().map(pages::of_visitor).unwrap_or_default();
                pages::accumulate(&mut counted, &pages::difference(&before, &pages::of_visitor(&merged)), 1);
                row.value = Some(merged);
                changes.push(row.put(Some(now + KEPT_FOR_VISITORS))?);
            }
        }
        Ok(counted)
    }

    /// Counts what a page claimed and its events deny, and what came late or was not understood.
    fn compare(&self, record: &Record, tab: &Tab, as_of: UnixMillis) {
        let events: Vec<_> = tab.facts("").into_iter().map(|fact| fact.event).collect();
        let computed = recompute(&events, as_of, &self.thresholds);
        let newest = record.events.iter().map(|told| told.event.at).max();
        let mut counts = self.note();
        for feature in history::disagreements(&record.claimed, &computed) {
            *counts.disagreements.entry(feature).or_default() += 1;
        }
        counts.unknown_events += record.unknown as u64;
        counts.late += u64::from(newest.is_some_and(|newest| as_of - newest > LATE_AFTER));
    }
}

/// A video's name in a sort key.
fn name_of(video: &VideoKey) -> String {
    let length = video.length_s.map_or_else(|| "live".to_owned(), |length| length.to_string());
    format!("{} {} {length}", video.template, video.player)
}

/// Videos of one session whose records are written with one batch.
const MOST_VIDEOS: usize = 8;

/// What a tab contributes to sums, and a session to exposures.
struct Contribution {
    pages: Pages,
    episodes: BTreeMap<String, Episode>,
}

impl Contribution {
    fn of(known: &Known, record: &Record) -> Self {
        Self {
            pages: pages::counts(&known.tab.value.facts(record.tab.as_str())),
            episodes: known.session.value.episodes(record.session.as_str(), &known.tabs),
        }
    }
}

impl Known {
    /// What the record changes of exposures.
    fn expose(
        &self,
        site: &str,
        (before, after): (&Contribution, &Contribution),
        now: UnixMillis,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        let ends = Some(now + KEPT_FOR_VISITORS);
        for (id, episode) in after.episodes.iter().filter(|(id, episode)| before.episodes.get(*id) != Some(*episode)) {
            changes.push(table::put(table::episode(site, id), episode, ends)?);
            // Also what was listed when it was decided: it may not have been known then whose session it is.
            if let Some(visitor) = &self.session.value.visitor {
                changes.push(table::put(table::offer(site, visitor, id), &(), ends)?);
            }
        }
        Ok(())
    }

    /// Tab, session, and what is kept under their visitor.
    fn put(
        &self,
        record: &Record,
        struggle: &Struggle,
        now: UnixMillis,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        let (site, session, ends) = (record.key.as_str(), record.session.as_str(), Some(now + KEPT_FOR));
        changes.extend([self.tab.put(ends)?, self.session.put(ends)?]);
        let (Some(visitor), Some(profile)) = (&self.session.value.visitor, &self.profile) else { return Ok(()) };
        changes.push(profile.put(Some(now + KEPT_FOR_VISITORS))?);
        changes.push(table::put(table::visit(site, visitor, session), &(), ends)?);
        if struggle.level >= Level::Medium {
            let key = table::struggle(site, visitor, UnixMillis(self.session.value.began), session);
            changes.push(table::put(key, struggle, ends)?);
        }
        Ok(())
    }

    fn take_up(&mut self, record: &Record) {
        self.tab.value.merge(record);
        self.tabs.insert(record.tab.as_str().to_owned(), self.tab.value.clone());
        if let Some(proposed) = &record.proposed {
            self.session.value.note_proposal(record.batch.as_str(), proposed);
        }
    }
}

impl Session {
    fn remember(&mut self, facts: &SessionFacts, vector: &SessionVector) {
        let SessionVector { began, ended, features, observed } = vector;
        (self.began, self.ended, self.features, self.observed) = (*began, *ended, *features, *observed);
        let mut pages: Vec<&str> = Vec::new();
        for fact in &facts.facts {
            if !pages.contains(&fact.template.as_str()) && pages.len() < MOST_PAGES_OF_SESSION {
                pages.push(&fact.template);
            }
        }
        self.pages = pages.into_iter().map(str::to_owned).collect();
    }
}

impl history::History {
    /// What is usual for the visitor, but for this session.
    fn baseline(&self, session: &str, now: UnixMillis) -> Option<Baseline> {
        let engagement = self.engagement_before(session, now)?;
        let sessions = self.recent(now).filter(|(name, _)| *name != session).count();
        Some(Baseline { engagement, sessions: u32::try_from(sessions).unwrap_or(u32::MAX) })
    }
}
