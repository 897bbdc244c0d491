//! The features of a session, recomputed from what its tabs told, and those of a visitor over sessions.
//!
//! What the page claims is compared and never used. A session's vector is that of all its tabs together: counts and
//! durations add, the newest success wins, distinct pages unite. A visitor's vector (scope `history`) has the mean over
//! sessions of every feature, but for the number of sessions and the time since the last success, which are the
//! newest session's.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unsnag_core::event::{Event, What};
use unsnag_core::features::recompute::recompute;
use unsnag_core::features::{COUNT, Features, index};
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};

use crate::facts::SessionFacts;

/// Sessions count for so long (DESIGN.md §6, feature 11).
pub const WINDOW: Millis = Millis(30 * 24 * 60 * 60 * 1000);

/// Sessions remembered of one visitor: the newest ones. More than six a day are no person's.
pub const MOST_SESSIONS: usize = 200;

/// How far a page's claim may be from what its events say, as a share of the greater one, before it counts as a
/// disagreement. Durations are told a little after they have grown.
const TOLERANCE: f64 = 0.05;
/// And this much in the feature's own unit, whatever the share.
const SLACK: f64 = 2.0;

/// Numbers of signals and runs of forms of one tab; each tab gets a range of its own.
const RANGE_OF_TAB: u32 = 1 << 20;

/// The features of a session over all its tabs, as of its newest event.
pub fn session_features(session: &SessionFacts, now: UnixMillis, thresholds: &Thresholds) -> Features {
    let tabs: BTreeSet<&str> = session.facts.iter().map(|fact| fact.tab.as_str()).collect();
    let mut all = Vec::with_capacity(session.facts.len());
    let (mut exits, mut retries) = (0, 0);
    for (number, tab) in (0..).zip(&tabs) {
        let events: Vec<Event> =
            session.facts.iter().filter(|fact| fact.tab == **tab).map(|fact| fact.event.clone()).collect();
        // Going back and reloading are between two views of one tab.
        let own = recompute(&events, now, thresholds);
        exits += own.millionths()[index::PAGE_EXITS];
        retries += own.millionths()[index::RETRY_COUNT];
        all.extend(events.into_iter().map(|event| renumbered(event, number, tab)));
    }
    let mut features = recompute(&all, now, thresholds);
    features.set(index::PAGE_EXITS, exits);
    features.set(index::RETRY_COUNT, retries);
    features.observed = session.observed;
    features
}

/// The event with names that no other tab's has.
fn renumbered(mut event: Event, number: u32, tab: &str) -> Event {
    let offset = number.saturating_mul(RANGE_OF_TAB);
    match &mut event.what {
        What::Page(page) => page.view = format!("{tab} {}", page.view),
        What::Signal { signal, .. } => signal.id = offset.saturating_add(signal.id % RANGE_OF_TAB),
        What::Form(form) => form.run = offset.saturating_add(form.run % RANGE_OF_TAB),
        What::Video(totals) => totals.name = format!("{tab} {}", totals.name),
        _ => {}
    }
    event
}

/// The features that a page claimed and its events deny. Only of those that a batch's own tab can be held to, and that it
/// could see: the page may know more sessions than the analysis, and time goes on after the last event.
pub fn disagreements(claimed: &Features, computed: &Features) -> Vec<&'static str> {
    const COMPARED: [usize; 6] = [
        index::ERROR_COUNT,
        index::RETRY_COUNT,
        index::HELP_REQUESTS,
        index::FORM_ABANDONS,
        index::CLICK_FRUSTRATION,
        index::UNIQUE_PAGES_VISITED,
    ];
    let (claims, facts) = (claimed.numbers(), computed.numbers());
    let differs = |index: &usize| {
        let (claim, fact) = (claims[*index], facts[*index]);
        claimed.observed >> index & 1 == 1 && (claim - fact).abs() > SLACK.max(TOLERANCE * claim.max(fact))
    };
    COMPARED.into_iter().filter(differs).map(|index| unsnag_core::features::DEFINITIONS[index].name).collect()
}

/// One session of a visitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionVector {
    /// Its first event.
    pub began: u64,
    /// Its newest event.
    pub ended: u64,
    /// Its features, in millionths.
    pub features: [u64; COUNT],
    /// Which of them could be seen.
    pub observed: u16,
}

impl SessionVector {
    /// A session as of its newest event; both times are 0 where nothing that is kept has happened yet.
    pub fn of(session: &SessionFacts, thresholds: &Thresholds) -> Self {
        let times = || session.facts.iter().map(|fact| fact.event.at);
        let (began, ended) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
        let features = session_features(session, ended, thresholds);
        Self { began: began.0, ended: ended.0, features: *features.millionths(), observed: features.observed }
    }

    /// The features of this session alone.
    pub fn features(&self) -> Features {
        let mut features = Features::default();
        for (index, millionths) in self.features.iter().enumerate() {
            features.set(index, *millionths);
        }
        features.observed = self.observed;
        features
    }
}

/// What is known of a visitor's sessions. The same set of sessions gives the same history, in any order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    sessions: BTreeMap<String, SessionVector>,
}

impl History {
    /// Takes up what is known of a session now.
    pub fn put(&mut self, session: &str, vector: SessionVector) {
        self.sessions.insert(session.to_owned(), vector);
        if self.sessions.len() > MOST_SESSIONS {
            let oldest = self.sessions.iter().min_by_key(|(name, known)| (known.began, name.as_str()));
            let oldest = oldest.map(|(name, _)| name.clone());
            self.sessions.retain(|name, _| Some(name) != oldest.as_ref());
        }
    }

    /// The names of all sessions that are remembered.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sessions.keys().map(String::as_str)
    }

    /// The sessions of the 30 days before `now`, with their names.
    pub fn recent(&self, now: UnixMillis) -> impl Iterator<Item = (&str, &SessionVector)> {
        let counts = move |(_, session): &(&String, &SessionVector)| now - UnixMillis(session.began) <= WINDOW;
        self.sessions.iter().filter(counts).map(|(name, session)| (name.as_str(), session))
    }

    /// The visitor's vector of scope `history`, as of the newest session.
    pub fn features(&self, now: UnixMillis) -> Features {
        let sessions: Vec<&SessionVector> = self.recent(now).map(|(_, session)| session).collect();
        let mut features = Features::default();
        let Some(newest) = sessions.iter().max_by_key(|session| (session.ended, session.began)) else {
            return features;
        };
        let count = sessions.len() as u64;
        for feature in 0..COUNT {
            // Whole millionths: the same sum in any order.
            let sum: u64 = sessions.iter().map(|session| session.features[feature]).sum();
            features.set(feature, (sum + count / 2) / count);
        }
        features.set(index::TIME_SINCE_LAST_SUCCESS, newest.features[index::TIME_SINCE_LAST_SUCCESS]);
        features.set_number(index::SESSION_COUNT, count as f64);
        features.observed = sessions.iter().fold(0, |observed, session| observed | session.observed);
        features
    }

    /// The mean engagement of the sessions other than this one, in millionths of the 0 to 100 scale; `None` where there
    /// were none.
    pub fn engagement_before(&self, session: &str, now: UnixMillis) -> Option<u64> {
        let others: Vec<u64> = self
            .recent(now)
            .filter(|(name, _)| *name != session)
            .map(|(_, vector)| vector.features[index::ENGAGEMENT_SCORE])
            .collect();
        (!others.is_empty()).then(|| others.iter().sum::<u64>() / others.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use unsnag_core::event::PageTotals;
    use unsnag_core::features::ONE;
    use unsnag_core::input::Arrival;

    use super::*;
    use crate::facts::Fact;

    fn fact(tab: &str, at: u64, what: What) -> Fact {
        Fact { tab: tab.to_owned(), template: "/a".to_owned(), event: Event { at: UnixMillis(at), what } }
    }

    fn view(name: &str, template: &str, active_ms: u64, how: Arrival) -> What {
        let template = template.to_owned();
        What::Page(PageTotals {
            template,
            view: name.to_owned(),
            how: Some(how),
            active_ms,
            visible_ms: active_ms,
            interactions: 3,
            ..PageTotals::default()
        })
    }

    #[test]
    fn a_session_adds_its_tabs_and_counts_each_page_once() {
        let facts = vec![
            fact("t1", 0, view("v1", "/a", 10_000, Arrival::Navigate)),
            fact("t1", 5, What::Help),
            // The same name of a view in another tab; a reload there follows no view of its own tab.
            fact("t2", 2000, view("v1", "/a", 20_000, Arrival::Reload)),
            fact("t2", 3000, What::Help),
        ];
        let session = SessionFacts { facts, observed: 8191 };
        let features = session_features(&session, UnixMillis(3000), &Thresholds::default());
        let numbers = features.numbers();
        let close = |index: usize, expected: f64| assert!((numbers[index] - expected).abs() < 1e-6, "{numbers:?}");
        close(index::HELP_REQUESTS, 2.0);
        close(index::SESSION_DURATION, 30.0);
        close(index::UNIQUE_PAGES_VISITED, 1.0);
        close(index::RETRY_COUNT, 0.0);
        assert_eq!(features.observed, 8191);
    }

    fn session(began: u64, errors: u64) -> SessionVector {
        let mut features = Features::default();
        features.set(index::ERROR_COUNT, errors * ONE);
        features.set(index::TIME_SINCE_LAST_SUCCESS, began * ONE);
        SessionVector { began, ended: began + 1, features: *features.millionths(), observed: 1 }
    }

    #[test]
    fn a_history_has_means_per_session_and_forgets_after_thirty_days() {
        let mut history = History::default();
        for (name, vector) in [("s1", session(1, 1)), ("s2", session(2, 4)), ("s1", session(1, 2))] {
            history.put(name, vector);
        }
        let features = history.features(UnixMillis(3));
        assert_eq!(features.millionths()[index::ERROR_COUNT], 3 * ONE);
        assert_eq!(features.millionths()[index::SESSION_COUNT], 2 * ONE);
        assert_eq!(features.millionths()[index::TIME_SINCE_LAST_SUCCESS], 2 * ONE);
        let late = UnixMillis(WINDOW.0 + 2);
        assert_eq!(history.features(late).millionths()[index::ERROR_COUNT], 4 * ONE, "s1 is too old");
        assert_eq!(history.features(UnixMillis(u64::MAX)), Features::default());
        assert_eq!(history.engagement_before("s1", UnixMillis(3)), Some(50 * ONE));
        assert_eq!(History::default().engagement_before("s1", UnixMillis(3)), None);
    }

    #[test]
    fn remembers_the_newest_sessions_in_any_order() {
        let all: Vec<u64> = (0..MOST_SESSIONS as u64 + 5).collect();
        let fill = |order: &mut dyn Iterator<Item = u64>| {
            let mut history = History::default();
            order.for_each(|began| history.put(&format!("s{began}"), session(began, 0)));
            history
        };
        let forwards = fill(&mut all.iter().copied());
        assert_eq!(forwards, fill(&mut all.iter().rev().copied()));
        assert!(!forwards.sessions.contains_key("s0"));
    }

    #[test]
    fn tells_which_claims_the_events_deny() {
        let mut claimed = Features::default();
        claimed.observed = 8191;
        let computed = claimed;
        assert!(disagreements(&claimed, &computed).is_empty());
        claimed.set_number(index::ERROR_COUNT, 2.0);
        assert!(disagreements(&claimed, &computed).is_empty(), "within the slack");
        claimed.set_number(index::ERROR_COUNT, 5.0);
        assert_eq!(disagreements(&claimed, &computed), ["error_count"]);
        claimed.observed = 0;
        assert!(disagreements(&claimed, &computed).is_empty(), "it says that it could not see");
    }
}
