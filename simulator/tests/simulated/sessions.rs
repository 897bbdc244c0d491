//! Batches read by session: the signals at their newest revision, the outcomes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use unsnag_core::signal::{Grade, Kind};

use super::host::Received;

/// What a host knows of one session.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Signals by tab and name, at their newest revision.
    signals: BTreeMap<(String, String), (u64, Kind, Grade)>,
    /// Tabs.
    pub(crate) tabs: BTreeSet<String>,
    /// Outcomes with the decisions' signatures, in order.
    pub(crate) outcomes: Vec<String>,
}

impl Session {
    /// The kinds of the signals that are graded likely or more in the end.
    pub(crate) fn kinds(&self) -> BTreeSet<Kind> {
        self.signals.values().filter(|(.., grade)| *grade >= Grade::Likely).map(|(_, kind, _)| *kind).collect()
    }

    fn read(&mut self, tab: &str, event: &Value) {
        let data = &event["data"];
        let word = |name: &str| data[name].as_str().unwrap().to_owned();
        match event["type"].as_str().unwrap() {
            "signal" => {
                let name = (tab.to_owned(), word("signal"));
                let (kind, grade) = (Kind::named(&word("kind")).unwrap(), Grade::named(&word("grade")).unwrap());
                let revision = data["revision"].as_u64().unwrap();
                let newest = self.signals.entry(name).or_insert((revision, kind, grade));
                if revision >= newest.0 {
                    *newest = (revision, kind, grade);
                }
            }
            "outcome" => self.outcomes.push(word("what")),
            _ => {}
        }
    }
}

/// All sessions, by their ids.
pub(crate) fn sessions(received: &[Received]) -> BTreeMap<String, Session> {
    let mut all: BTreeMap<String, Session> = BTreeMap::new();
    for Received { batch, .. } in received {
        let session = all.entry(batch["session"].as_str().unwrap().to_owned()).or_default();
        let tab = batch["tab"].as_str().unwrap();
        session.tabs.insert(tab.to_owned());
        for event in batch["events"].as_array().unwrap() {
            session.read(tab, event);
        }
    }
    all
}
