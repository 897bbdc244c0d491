//! What is known of a session: its events, each once, with the tab and the page that they came from.

use std::collections::BTreeMap;

use unsnag_core::event::Event;

use crate::tab::Tab;

/// One event of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The tab it came from. Signals, runs of forms and players are numbered within session and tab.
    pub tab: String,
    /// The page template of its batch: `/order/:id`.
    pub template: String,
    /// What happened.
    pub event: Event,
}

/// All that is known of one session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFacts {
    /// In the order of their times, each event once; of what is told in revisions (pages, signals, forms, players) there
    /// may be several, and the most advanced counts.
    pub facts: Vec<Fact>,
    /// Bit i: feature i of `unsnag_core::features` could be seen by the page.
    pub observed: u16,
}

impl SessionFacts {
    /// What the tabs of a session, by their names, told.
    pub fn of(tabs: &BTreeMap<String, Tab>) -> Self {
        let mut facts: Vec<Fact> = tabs.iter().flat_map(|(name, tab)| tab.facts(name)).collect();
        facts.sort_by(|a, b| (a.event.at, &a.tab).cmp(&(b.event.at, &b.tab)));
        Self { facts, observed: tabs.values().fold(0, |observed, tab| observed | tab.observed) }
    }
}
