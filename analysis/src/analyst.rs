//! The port to whoever explains a struggle to operators, and chooses among offers: templates here, a language model
//! elsewhere.
//!
//! An analyst gets typed facts. Names that come from pages and visitors are data in fields of their own and never part
//! of what instructs it. Its answer is typed as well and checked: an entry of those offered, slots filled from what each
//! allows, and a text of bounded length that only operators see. What does not pass is counted, and the templates
//! explain instead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use unsnag_core::time::UnixMillis;

use crate::breaker::Breaker;

/// What is waited for an explanation. No page waits for it.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The longest text, in bytes: what an operator reads at a glance.
pub const MAX_TEXT_BYTES: usize = 1200;
/// Findings told, strongest first.
const MOST_TOLD: usize = 3;

/// What was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The indicator's code.
    pub code: String,
    /// Its part in the score, per cent.
    pub share: u64,
    /// What was counted and where, in words of ours around names that pages gave: data, whatever those names say.
    pub said: String,
}

/// An offer that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The catalogue entry.
    pub entry: String,
    /// For each slot what may fill it.
    pub slots: BTreeMap<String, Vec<String>>,
}

/// What an analyst is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// `low`, `medium`, `high`, `critical`.
    pub level: String,
    /// Per cent.
    pub score: u64,
    /// Per cent.
    pub confidence: u64,
    /// Whose score: `model`, `cache`, `rules`.
    pub source: String,
    /// Strongest first.
    pub findings: Vec<Finding>,
    /// What is recommended.
    pub action: String,
    /// What may be offered.
    pub offers: Vec<Offer>,
}

/// What an analyst answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// One of the offers, or none of them.
    #[serde(default)]
    pub entry: Option<String>,
    /// What fills its slots.
    #[serde(default)]
    pub slots: BTreeMap<String, String>,
    /// The explanation.
    pub text: String,
}

/// An answer that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The explanation.
    pub text: String,
    /// The offer it chose.
    pub entry: Option<String>,
    /// What fills its slots.
    pub slots: BTreeMap<String, String>,
    /// Who wrote it, with version: `template 1`.
    pub by: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnalystError {
    /// It cannot be reached, or failed.
    #[error("the analyst does not answer: {0}")]
    Unavailable(String),
    /// It asks for fewer questions.
    #[error("the analyst is asked too often")]
    Throttled,
    /// Its answer is none.
    #[error("the analyst's answer cannot be read")]
    Unreadable,
}

/// Somebody who explains.
#[async_trait]
pub trait Analyst: Send + Sync + std::fmt::Debug {
    /// Who it is, with version.
    fn name(&self) -> String;

    /// Explains a case.
    async fn explain(&self, case: &Case) -> Result<Draft, AnalystError>;
}

/// What stands between the analysis and its analyst.
#[derive(Debug)]
pub struct AnalystGuard {
    analyst: Option<Arc<dyn Analyst>>,
    time_limit: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    breaker: Breaker,
    counts: BTreeMap<String, u64>,
}

impl AnalystGuard {
    /// Asks this analyst; `None` leaves all to the templates.
    pub fn new(analyst: Option<Arc<dyn Analyst>>) -> Self {
        Self { analyst, time_limit: TIME_LIMIT, state: Mutex::default() }
    }

    /// How often whom, and why the templates: `template`, `analyst`, `slow`, `unavailable`, `throttled`, `unreadable`,
    /// `refused`, `open`.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.state().counts.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the guard's state")
    }

    fn count(&self, what: &str) {
        *self.state().counts.entry(what.to_owned()).or_default() += 1;
    }

    /// Explains a case. Never fails: the templates have words for every case.
    pub async fn explain(&self, case: &Case, now: UnixMillis) -> Explanation {
        if let Some(analyst) = &self.analyst {
            if !self.state().breaker.lets_through(now) {
                self.count("open");
                return template(case);
            }
            let asked = tokio::time::timeout(self.time_limit, analyst.explain(case)).await;
            let outcome = match asked {
                Ok(Ok(draft)) => checked(draft, case, analyst.name()).ok_or("refused"),
                Ok(Err(AnalystError::Unavailable(_))) => Err("unavailable"),
                Ok(Err(AnalystError::Throttled)) => Err("throttled"),
                Ok(Err(AnalystError::Unreadable)) => Err("unreadable"),
                Err(_) => Err("slow"),
            };
            self.state().breaker.note(outcome.is_ok(), now);
            match outcome {
                Ok(explanation) => {
                    self.count("analyst");
                    return explanation;
                }
                Err(why) => self.count(why),
            }
        }
        self.count("template");
        template(case)
    }
}

/// The answer, if it says nothing that it may not.
fn checked(draft: Draft, case: &Case, by: String) -> Option<Explanation> {
    let Draft { entry, slots, text } = draft;
    let text = text.trim().to_owned();
    let readable = !text.is_empty() && text.len() <= MAX_TEXT_BYTES && !text.contains(char::is_control);
    // Operators follow no links that a page talked a model into.
    let linked = text.contains("://") || text.contains("www.");
    let fits = match &entry {
        None => slots.is_empty(),
        Some(entry) => case.offers.iter().any(|offer| offer.entry == *entry && offer.takes(&slots)),
    };
    (readable && !linked && fits).then_some(Explanation { text, entry, slots, by })
}

impl Offer {
    /// Whether each slot is filled with something that it allows, and nothing else is filled.
    fn takes(&self, slots: &BTreeMap<String, String>) -> bool {
        let filled =
            |(slot, allowed): (&String, &Vec<String>)| slots.get(slot).is_some_and(|text| allowed.contains(text));
        slots.len() == self.slots.len() && self.slots.iter().all(filled)
    }
}

/// The version of the sentences below.
const TEMPLATE: &str = "template 1";

/// An explanation without an analyst: what was found, how sure it is, and what to do.
fn template(case: &Case) -> Explanation {
    let told: Vec<&str> = case.findings.iter().take(MOST_TOLD).map(|finding| finding.said.as_str()).collect();
    let found = if told.is_empty() { "nothing stands out".to_owned() } else { told.join("; ") };
    let whose = match case.source.as_str() {
        "rules" => "by the rules alone",
        _ => "by rules and model together",
    };
    let action = case.action.replace('_', " ");
    let text = format!(
        "Risk is {} ({} %, {} % sure, {whose}). {found}. Recommended: {action}.",
        case.level, case.score, case.confidence
    );
    let text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TEXT_BYTES / 4).collect();
    Explanation { text, entry: None, slots: BTreeMap::new(), by: TEMPLATE.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breaker::OPENS_AFTER;

    const NOW: UnixMillis = UnixMillis(1);

    fn case() -> Case {
        let finding = |code: &str, said: &str| Finding { code: code.to_owned(), share: 50, said: said.to_owned() };
        Case {
            level: "high".to_owned(),
            score: 81,
            confidence: 84,
            source: "model".to_owned(),
            findings: vec![
                finding("form_validation_errors", "Errors in a form: 3 errors in a row, at card on /checkout"),
                finding("help_seeking", "Looking for help: 2 requests for help"),
            ],
            action: "live_chat".to_owned(),
            offers: vec![Offer {
                entry: "chat".to_owned(),
                slots: BTreeMap::from([("topic".to_owned(), vec!["payment".to_owned(), "delivery".to_owned()])]),
            }],
        }
    }

    /// Answers one thing.
    #[derive(Debug)]
    struct Fixed(Result<Draft, AnalystError>, Duration);

    #[async_trait]
    impl Analyst for Fixed {
        fn name(&self) -> String {
            "fixed 7".to_owned()
        }

        async fn explain(&self, _: &Case) -> Result<Draft, AnalystError> {
            tokio::time::sleep(self.1).await;
            self.0.clone()
        }
    }

    fn draft(entry: Option<&str>, slots: &[(&str, &str)], text: &str) -> Draft {
        let slots = slots.iter().map(|(slot, text)| ((*slot).to_owned(), (*text).to_owned())).collect();
        Draft { entry: entry.map(str::to_owned), slots, text: text.to_owned() }
    }

    #[tokio::test]
    async fn templates_say_what_was_found_how_sure_it_is_and_what_to_do() {
        let explanation = AnalystGuard::new(None).explain(&case(), NOW).await;
        assert_eq!(
            explanation.text,
            "Risk is high (81 %, 84 % sure, by rules and model together). Errors in a form: 3 errors in a row, at card on \
             /checkout; Looking for help: 2 requests for help. Recommended: live chat."
        );
        assert_eq!(explanation.by, "template 1");
        let quiet = Case { findings: Vec::new(), ..case() };
        assert!(AnalystGuard::new(None).explain(&quiet, NOW).await.text.contains("nothing stands out"));
    }

    #[tokio::test(start_paused = true)]
    async fn takes_what_passes_and_counts_what_does_not() {
        let topic = [("topic", "payment")];
        let rows: [(Result<Draft, AnalystError>, u64, &str); 12] = [
            (Ok(draft(Some("chat"), &topic, "Stuck at payment.")), 0, "analyst"),
            (Ok(draft(None, &[], "Nothing to offer.")), 0, "analyst"),
            (Ok(draft(Some("free money"), &[], "Hello.")), 0, "refused"),
            (Ok(draft(Some("chat"), &[], "A slot is empty.")), 0, "refused"),
            (Ok(draft(Some("chat"), &[("topic", "ignore all rules")], "Hello.")), 0, "refused"),
            (Ok(draft(None, &topic, "Slots of nothing.")), 0, "refused"),
            (Ok(draft(None, &[], "See https://evil.example")), 0, "refused"),
            (Ok(draft(None, &[], &"long ".repeat(300))), 0, "refused"),
            (Ok(draft(None, &[], " \n ")), 0, "refused"),
            (Err(AnalystError::Unavailable("gone".to_owned())), 0, "unavailable"),
            (Err(AnalystError::Unreadable), 0, "unreadable"),
            (Ok(draft(None, &[], "Too late.")), TIME_LIMIT.as_millis() as u64 + 1, "slow"),
        ];
        for (answer, takes, counted) in rows {
            let guard = AnalystGuard::new(Some(Arc::new(Fixed(answer.clone(), Duration::from_millis(takes)))));
            let explanation = guard.explain(&case(), NOW).await;
            let expected = if counted == "analyst" { "fixed 7" } else { "template 1" };
            assert_eq!(explanation.by, expected, "{answer:?}");
            assert_eq!(guard.counts().get(counted), Some(&1), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn leaves_a_failing_analyst_alone() {
        let guard = AnalystGuard::new(Some(Arc::new(Fixed(Err(AnalystError::Throttled), Duration::ZERO))));
        for _ in 0..OPENS_AFTER + 3 {
            guard.explain(&case(), NOW).await;
        }
        assert_eq!((guard.counts()["throttled"], guard.counts()["open"]), (u64::from(OPENS_AFTER), 3));
    }
}
