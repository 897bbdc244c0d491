//! What is kept of a tab: of each thing that the page told in revisions the most advanced one, of everything else each
//! event once. Whatever the order and repetition of batches, the same is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use unsnag_core::event::{Event, PageTotals, What};
use unsnag_core::time::UnixMillis;

use crate::facts::Fact;
use crate::record::{Record, Told};
use crate::said;

/// Things kept of one tab; a session of hours has some tens of views, signals and forms. Beyond it those stay whose names
/// come first, whatever order they came in.
pub const MOST_KEPT: usize = 500;

/// One thing.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    /// The page of its batch.
    page: String,
    at: u64,
    /// For a view, which is told again and again: when it was told of first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<u64>,
    #[serde(rename = "type")]
    type_name: String,
    data: Box<RawValue>,
    /// Of an outcome.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    verified: bool,
}

/// One tab of a session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tab {
    kept: BTreeMap<String, Kept>,
    /// There was more than is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overflowed: bool,
    /// Which features its page could see, in any of its batches.
    pub observed: u16,
}

/// An outcome that a tab told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldOutcome {
    /// Of which intervention.
    pub intervention: String,
    /// What became of it.
    pub what: unsnag_core::event::Outcome,
    /// When.
    pub at: UnixMillis,
    /// The host found the signed decision that it belongs to.
    pub verified: bool,
}

impl Tab {
    /// Takes up the events of one of its batches.
    pub fn merge(&mut self, record: &Record) {
        self.observed |= record.claimed.observed;
        for told in &record.events {
            if let Some(name) = name(told) {
                self.put(name, &record.template, told);
            }
        }
    }

    fn put(&mut self, name: String, page: &str, told: &Told) {
        let at = told.event.at.0;
        let is_view = matches!(told.event.what, What::Page(_));
        let new = Kept {
            page: page.to_owned(),
            at,
            first: is_view.then_some(at),
            type_name: told.type_name.clone(),
            data: told.data.clone(),
            verified: told.verified,
        };
        if let Some(known) = self.kept.get_mut(&name) {
            let first = known.first.min(new.first);
            let verified = known.verified || new.verified;
            if rank(&new) > rank(known) {
                *known = new;
            }
            (known.first, known.verified) = (first, verified);
            return;
        }
        self.kept.insert(name, new);
        if self.kept.len() > MOST_KEPT {
            self.kept.pop_last();
            self.overflowed = true;
        }
    }

    /// What is known, as events; `tab` is written beside each.
    pub fn facts(&self, tab: &str) -> Vec<Fact> {
        let mut facts = Vec::with_capacity(self.kept.len());
        for kept in self.kept.values() {
            let Some(event) = kept.event() else { continue };
            let fact = |event| Fact { tab: tab.to_owned(), template: kept.page.clone(), event };
            if let (What::Page(page), Some(first)) = (&event.what, kept.first.filter(|first| *first < kept.at)) {
                // When it began, with nothing done yet.
                let began = PageTotals {
                    template: page.template.clone(),
                    view: page.view.clone(),
                    how: page.how,
                    ..PageTotals::default()
                };
                facts.push(fact(Event { at: UnixMillis(first), what: What::Page(began) }));
            }
            facts.push(fact(event));
        }
        facts.sort_by_key(|fact| fact.event.at);
        facts
    }

    /// The outcomes that it told of.
    pub fn outcomes(&self) -> Vec<ToldOutcome> {
        let of = |kept: &Kept| match kept.event()?.what {
            What::Outcome { intervention, what, .. } => {
                Some(ToldOutcome { intervention, what, at: UnixMillis(kept.at), verified: kept.verified })
            }
            _ => None,
        };
        self.kept.values().filter(|kept| kept.type_name == "outcome").filter_map(of).collect()
    }
}

impl Kept {
    fn event(&self) -> Option<Event> {
        Event::read(&self.type_name, UnixMillis(self.at), self.data.get())
    }
}

/// Under which name something is kept; `None` for what nothing is computed from.
fn name(told: &Told) -> Option<String> {
    Some(match &told.event.what {
        What::Page(page) => format!("page {}", page.view),
        What::Signal { signal, .. } => format!("signal {}", signal.id),
        What::Form(form) => format!("form {}", form.run),
        What::Video(totals) => format!("video {}", totals.name),
        What::Task { name, what } => format!("task {} {} {name}", told.event.at.0, what.name()),
        What::Error { .. } => format!("error {}", told.id),
        What::Help => format!("help {}", told.id),
        What::Outcome { intervention, what, .. } => format!("outcome {intervention} {}", what.name()),
        What::Custom { name, .. } if name == said::EVENT => format!("said {}", told.id),
        // Of clicks the views have the number.
        What::Click { .. } | What::Custom { .. } => return None,
    })
}

/// Of two that are kept under one name the greater stays.
fn rank(kept: &Kept) -> (u64, [u64; 3], &str) {
    let progress = match kept.event().map(|event| event.what) {
        Some(What::Page(page)) => {
            (u64::from(page.left), [page.visible_ms, u64::from(page.interactions), u64::from(page.scroll_depth)])
        }
        Some(What::Signal { signal, .. }) => (u64::from(signal.revision), [0; 3]),
        Some(What::Form(form)) => (u64::from(form.revision), [kept.at, 0, 0]),
        Some(What::Video(totals)) => (kept.at, [totals.played_ms, 0, 0]),
        // The first time that it was told.
        _ => (u64::MAX - kept.at, [0; 3]),
    };
    // Two that are equal so far differ only if a client lies; then any fixed order will do.
    (progress.0, progress.1, kept.data.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A batch of one tab with these events, each as id, type, time and data.
    fn batch(events: &[(&str, &str, u64, &str)]) -> Record {
        let event = |(id, name, at, data): &(&str, &str, u64, &str)| {
            format!(r#"{{"id":"{id}","type":"{name}","at":{at},"data":{data},"verified":true}}"#)
        };
        let events: Vec<String> = events.iter().map(event).collect();
        let json = format!(
            r#"{{"v":1,"received_at":5,"key":"demo","host":"edge","batch":{{"batch_id":"AAAAAAAAAAAAAAAAAAAAAA",
            "session":"s","visitor":null,"tab":"t","page":{{"template":"/a"}},
            "features":{{"values":[0,0,0,0,0,0,0,0.5,50,0,1,1,0],"observed":1}},"events":[{}]}},
            "dispositions":{{}},"risk":{{}},"decision":{{"id":"d","rule":null,"arm":"treat"}}}}"#,
            events.join(",")
        );
        Record::read(json.as_bytes()).unwrap()
    }

    fn merged(batches: &[Record]) -> String {
        let mut tab = Tab::default();
        for batch in batches {
            tab.merge(batch);
        }
        serde_json::to_string(&tab).unwrap()
    }

    #[test]
    fn keeps_the_most_advanced_whatever_the_order_and_repetition() {
        let view = |ms| format!(r#"{{"view":"v1","template":"/a","visible_ms":{ms}}}"#);
        let signal = |revision, grade| {
            format!(r#"{{"signal":"s1","kind":"rage_click","grade":"{grade}","revision":{revision}}}"#)
        };
        let shown = r#"{"intervention":"i-1","what":"shown"}"#;
        let first = batch(&[
            ("e1", "page", 10, &view(0)),
            ("e2", "signal", 20, &signal(1, "likely")),
            ("e3", "help", 30, "{}"),
            ("e4", "click", 31, "{}"),
        ]);
        let second = batch(&[
            ("e5", "page", 50, &view(40)),
            ("e6", "signal", 60, &signal(2, "confirmed")),
            ("e7", "outcome", 70, shown),
        ]);
        let forwards = merged(&[first.clone(), second.clone()]);
        let backwards = merged(&[second.clone(), first.clone(), second, first]);
        assert_eq!(forwards, backwards);
        let tab: Tab = serde_json::from_str(&forwards).unwrap();
        let facts = tab.facts("t");
        let times: Vec<u64> = facts.iter().map(|fact| fact.event.at.0).collect();
        assert_eq!(times, [10, 30, 50, 60, 70], "the view's beginning, help, its end, the signal, the outcome");
        assert_eq!(tab.outcomes()[0].at, UnixMillis(70));
        assert!(tab.outcomes()[0].verified);
    }

    #[test]
    fn is_bounded_and_keeps_the_same_in_any_order() {
        let help = |n: usize| batch(&[(&format!("e{n:04}"), "help", 1, "{}")]);
        let all: Vec<Record> = (0..MOST_KEPT + 20).map(help).collect();
        let backwards: Vec<Record> = all.iter().rev().cloned().collect();
        assert_eq!(merged(&all), merged(&backwards));
        let tab: Tab = serde_json::from_str(&merged(&all)).unwrap();
        assert_eq!((tab.facts("t").len(), tab.overflowed), (MOST_KEPT, true));
    }
}
