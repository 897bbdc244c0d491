//! Configuration v1: what a host tells the page, and itself, about thresholds, rules, catalogue and experiments.
//!
//! It is read once, with every mistake reported at once, and afterwards cannot be wrong.

mod changes;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::id;
use crate::limits::MAX_STRING_BYTES;
use crate::policy::{Experiment, Policy, Priority, Rule};
use crate::risk::Level;
use crate::signal::{Grade, Kind};
use crate::thresholds::{Thresholds, Value};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The configuration as it stands on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    v: u32,
    #[serde(default)]
    etag: String,
    #[serde(default)]
    kill: bool,
    #[serde(default = "whole")]
    sampling: f64,
    #[serde(default)]
    thresholds: Map<String, Json>,
    #[serde(default)]
    rules: Vec<WireRule>,
    #[serde(default)]
    catalogue: Vec<Entry>,
    #[serde(default)]
    experiments: Vec<WireExperiment>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRule {
    id: String,
    signal: String,
    #[serde(default = "likely")]
    min_grade: String,
    #[serde(default)]
    level: Option<String>,
    #[serde(default)]
    template: Option<String>,
    entry: String,
    #[serde(default = "medium")]
    priority: String,
    #[serde(default)]
    experiment: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireExperiment {
    id: String,
    holdout_basis_points: u32,
}

/// Something that can be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// Rises with each change.
    pub version: u32,
    /// `nudge`, the in-app kind.
    pub kind: String,
    /// What it says, at most 512 bytes of plain text.
    pub text: String,
    /// What the person can do, at most three.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Where it is placed: `corner` (default), `top`, `centre`.
    #[serde(default = "corner")]
    pub placement: String,
}

/// A button of a nudge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its name, which the page's callback gets.
    pub id: String,
    /// What the button says.
    pub label: String,
    /// Where it leads: a path of the site, or an `https` address. `None` leaves it to the page.
    #[serde(default)]
    pub href: Option<String>,
}

fn whole() -> f64 {
    1.0
}

fn likely() -> String {
    "likely".to_owned()
}

fn medium() -> String {
    "medium".to_owned()
}

fn corner() -> String {
    "corner".to_owned()
}

/// One mistake in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `rules[2].entry`.
    pub place: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A valid configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Changes with the content.
    pub etag: String,
    /// The share of sessions that take part, in basis points.
    pub sampling_basis_points: u32,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// The rules in force.
    pub policy: Policy,
    /// What can be shown.
    pub catalogue: Vec<Entry>,
    json: String,
}

impl Config {
    /// The configuration that a host has when it was given none: help is offered once the risk is medium, and for
    /// errors at once.
    pub fn embedded() -> Self {
        Self::from_json(include_bytes!("config/embedded.json")).expect("the embedded configuration is tested")
    }

    /// Reads a configuration, or lists everything that is wrong with it.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let problem = |place: &str, message: String| Problem { place: place.to_owned(), message };
        let is_object = std::str::from_utf8(bytes).is_ok_and(crate::wire::is_object);
        if !is_object {
            return Err(vec![problem("the file", "must be a JSON object".to_owned())]);
        }
        let mut wire: Wire =
            serde_json::from_slice(bytes).map_err(|error| vec![problem("the file", error.to_string())])?;
        let mut problems = Vec::new();
        if wire.v != VERSION {
            problems.push(problem("v", format!("is {}, this release reads {VERSION}", wire.v)));
        }
        if !(0.0..=1.0).contains(&wire.sampling) {
            problems.push(problem("sampling", "must be a share from 0 to 1".to_owned()));
        }
        let thresholds = read_thresholds(&wire.thresholds, &mut problems);
        check_catalogue(&wire.catalogue, &mut problems);
        let experiments = read_experiments(&wire.experiments, &mut problems);
        let rules = read_rules(&wire, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        wire.etag = String::new();
        let content = serde_json::to_string(&wire).expect("a configuration that was read can be written");
        wire.etag = etag(&content);
        Ok(Self {
            etag: wire.etag.clone(),
            sampling_basis_points: (wire.sampling * 10_000.0) as u32,
            thresholds,
            policy: Policy { kill: wire.kill, rules, experiments },
            json: serde_json::to_string(&wire).expect("a configuration that was read can be written"),
            catalogue: wire.catalogue,
        })
    }

    /// The document that `GET /v1/config` answers.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The same with the kill switch on or off.
    #[must_use]
    pub fn with_kill(&self, kill: bool) -> Self {
        let mut wire: Wire = serde_json::from_str(&self.json).expect("what was written can be read");
        wire.kill = kill;
        let json = serde_json::to_vec(&wire).expect("a configuration that was read can be written");
        Self::from_json(&json).expect("the switch makes nothing wrong")
    }

    /// The catalogue entry of this name.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.catalogue.iter().find(|entry| entry.id == id)
    }
}

/// Reads overrides of thresholds over the defaults: `{"rage_click":{"clicks":4,"ignore":["canvas"]}}`.
pub fn read_thresholds(rules: &Map<String, Json>, problems: &mut Vec<Problem>) -> Thresholds {
    read_thresholds_over(Thresholds::default(), rules, problems)
}

/// Reads overrides of thresholds over others.
pub fn read_thresholds_over(
    mut thresholds: Thresholds,
    rules: &Map<String, Json>,
    problems: &mut Vec<Problem>,
) -> Thresholds {
    for (rule, fields) in rules {
        let Some(fields) = fields.as_object() else {
            let message = "must be an object of thresholds".to_owned();
            problems.push(Problem { place: format!("thresholds.{rule}"), message });
            continue;
        };
        if !Thresholds::knows(rule) {
            let message = "is no rule".to_owned();
            problems.push(Problem { place: format!("thresholds.{rule}"), message });
            continue;
        }
        for (name, value) in fields {
            let mut set = |value| {
                if let Err(error) = thresholds.set(rule, name, value) {
                    let message = format!("{} ({value:?})", error.code());
                    problems.push(Problem { place: format!("thresholds.{rule}.{name}"), message });
                }
            };
            match value {
                Json::Bool(on) => set(Value::Switch(*on)),
                Json::Number(number) => set(Value::Number(number.as_f64().unwrap_or(f64::NAN))),
                Json::String(word) => set(Value::Word(word)),
                Json::Array(words) => {
                    set(Value::Clear);
                    for word in words {
                        set(word.as_str().map_or(Value::Number(f64::NAN), Value::Word));
                    }
                }
                Json::Null | Json::Object(_) => set(Value::Number(f64::NAN)),
            }
        }
    }
    thresholds
}

impl Thresholds {
    /// Reads a file of thresholds: overrides over the defaults, as in a trace's header.
    pub fn from_json(json: &str) -> Result<Self, Vec<Problem>> {
        let problem = |message: String| vec![Problem { place: "the file".to_owned(), message }];
        let rules = serde_json::from_str(json).map_err(|error| problem(error.to_string()))?;
        let mut problems = Vec::new();
        let thresholds = read_thresholds(&rules, &mut problems);
        if problems.is_empty() { Ok(thresholds) } else { Err(problems) }
    }

    /// Thresholds that ship under a name: `default`, or a peer's.
    pub fn named(name: &str) -> Option<Self> {
        if name == "default" { Some(Self::default()) } else { Self::of_peer(name) }
    }

    /// A peer's thresholds (`core/thresholds/NAME.json`). A rule that the peer does not have is off.
    pub fn of_peer(name: &str) -> Option<Self> {
        let (_, json) = PEERS.iter().find(|(peer, _)| *peer == name)?;
        let mut thresholds = Self::default();
        for kind in Kind::ALL {
            // A kind without a switch has no rule yet.
            let _ = thresholds.set(kind.name(), "enabled", Value::Switch(false));
        }
        let rules = serde_json::from_str(json).ok()?;
        Some(read_thresholds_over(thresholds, &rules, &mut Vec::new()))
    }
}

/// The peers whose thresholds ship, and their files. Only hosts read them.
pub const PEERS: [(&str, &str); 6] = [
    ("posthog", include_str!("../thresholds/posthog.json")),
    ("datadog", include_str!("../thresholds/datadog.json")),
    ("amplitude", include_str!("../thresholds/amplitude.json")),
    ("sentry", include_str!("../thresholds/sentry.json")),
    ("newrelic", include_str!("../thresholds/newrelic.json")),
    ("openreplay", include_str!("../thresholds/openreplay.json")),
];

fn read_rules(wire: &Wire, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (index, rule) in wire.rules.iter().enumerate() {
        let mut wrong = |field: &str, message: &str| {
            problems.push(Problem { place: format!("rules[{index}].{field}"), message: message.to_owned() });
        };
        if !id::is_valid(&rule.id) || rules.iter().any(|known| known.id == rule.id) {
            wrong("id", "must be an id that no other rule has");
        }
        if !wire.catalogue.iter().any(|entry| entry.id == rule.entry) {
            wrong("entry", "must name an entry of the catalogue");
        }
        let known_experiment = |id: &String| wire.experiments.iter().any(|experiment| experiment.id == *id);
        if rule.experiment.as_ref().is_some_and(|id| !known_experiment(id)) {
            wrong("experiment", "must name an experiment");
        }
        let level = rule.level.as_deref().map(Level::named);
        if level == Some(None) {
            wrong("level", "must be low, medium, high or critical, or left out");
        }
        let signal = Kind::named(&rule.signal);
        if signal.is_none() {
            wrong("signal", "must be a kind of signal");
        }
        let min_grade = Grade::named(&rule.min_grade).filter(|grade| *grade != Grade::Retracted);
        if min_grade.is_none() {
            wrong("min_grade", "must be suspected, likely or confirmed");
        }
        let priority = Priority::named(&rule.priority);
        if priority.is_none() {
            wrong("priority", "must be low, medium or high");
        }
        rules.push(Rule {
            id: rule.id.clone(),
            signal: signal.unwrap_or(Kind::RageClick),
            min_grade: min_grade.unwrap_or(Grade::Likely),
            level: level.flatten(),
            template: rule.template.clone(),
            entry: rule.entry.clone(),
            priority: priority.unwrap_or_default(),
            experiment: rule.experiment.clone(),
        });
    }
    rules
}

fn read_experiments(wire: &[WireExperiment], problems: &mut Vec<Problem>) -> Vec<Experiment> {
    let mut experiments = Vec::new();
    for (index, experiment) in wire.iter().enumerate() {
        let is_repeated = wire[..index].iter().any(|known| known.id == experiment.id);
        if !id::is_valid(&experiment.id)
            || is_repeated
            || u64::from(experiment.holdout_basis_points) > crate::holdout::WHOLE
        {
            let message = "needs an id of its own, and a holdout of 0 to 10,000 basis points".to_owned();
            problems.push(Problem { place: format!("experiments[{index}]"), message });
        }
        let (id, holdout_basis_points) = (experiment.id.clone(), experiment.holdout_basis_points);
        experiments.push(Experiment { id, holdout_basis_points });
    }
    experiments
}

/// Actions that fit a nudge on a phone.
const MOST_ACTIONS: usize = 3;
/// A button says no more than this, in bytes.
const MOST_LABEL_BYTES: usize = 64;

fn check_catalogue(catalogue: &[Entry], problems: &mut Vec<Problem>) {
    for (index, entry) in catalogue.iter().enumerate() {
        let mut wrong = |field: &str, message: &str| {
            problems.push(Problem { place: format!("catalogue[{index}].{field}"), message: message.to_owned() });
        };
        if !id::is_valid(&entry.id) || catalogue[..index].iter().any(|known| known.id == entry.id) {
            wrong("id", "must be an id that no other entry has");
        }
        if entry.kind != "nudge" {
            wrong("kind", "must be nudge");
        }
        if entry.text.trim().is_empty() || entry.text.len() > MAX_STRING_BYTES {
            wrong("text", "must have 1 to 512 bytes");
        }
        if !matches!(entry.placement.as_str(), "corner" | "top" | "centre") {
            wrong("placement", "must be corner, top or centre");
        }
        let bad_action = |action: &Action| {
            !id::is_valid(&action.id)
                || action.label.trim().is_empty()
                || action.label.len() > MOST_LABEL_BYTES
                || action.href.as_deref().is_some_and(|href| !is_safe_link(href))
        };
        if entry.actions.len() > MOST_ACTIONS || entry.actions.iter().any(bad_action) {
            wrong(
                "actions",
                "must be at most three, each with an id, a label of at most 64 bytes, and a path or https address",
            );
        }
    }
}

/// A path of the same site, or another site over TLS; nothing that runs.
fn is_safe_link(href: &str) -> bool {
    let path = href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/\\");
    (path || href.starts_with("https://")) && href.len() <= MAX_STRING_BYTES && !href.contains(char::is_control)
}

/// A quoted strong validator of the content: 64 bits of FNV-1a, in hexadecimal.
fn etag(content: &str) -> String {
    let hash = content
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_configuration_is_valid_and_reads_back() {
        let config = Config::embedded();
        let again = Config::from_json(config.json().as_bytes()).unwrap();
        assert_eq!(again.json(), config.json());
        assert!(!config.policy.rules.is_empty());
    }

    #[test]
    fn reports_every_mistake_at_once() {
        let json = r#"{"v":2,"sampling":3,"thresholds":{"rage_click":{"clicks":"x","nope":1},"what":{"a":1}},
            "rules":[{"id":"a","signal":"anger","entry":"none","level":"huge","priority":"now","min_grade":"retracted","experiment":"e"}],
            "catalogue":[{"id":"c","version":1,"kind":"popup","text":"","placement":"left",
                          "actions":[{"id":"x","label":"y","href":"javascript:alert(1)"}]}],
            "experiments":[{"id":"e e","holdout_basis_points":20000}]}"#;
        let problems = Config::from_json(json.as_bytes()).unwrap_err();
        let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "v",
                "sampling",
                "thresholds.rage_click.clicks",
                "thresholds.rage_click.nope",
                "thresholds.what",
                "catalogue[0].kind",
                "catalogue[0].text",
                "catalogue[0].placement",
                "catalogue[0].actions",
                "experiments[0]",
                "rules[0].entry",
                "rules[0].experiment",
                "rules[0].level",
                "rules[0].signal",
                "rules[0].min_grade",
                "rules[0].priority",
            ]
        );
    }

    #[test]
    fn the_etag_follows_the_content_and_nothing_else() {
        let etag = |json: &str| Config::from_json(json.as_bytes()).unwrap().etag;
        assert_eq!(etag(r#"{"v":1}"#), etag(r#"{"v":1,"etag":"old","sampling":1.0,"kill":false}"#));
        assert_ne!(etag(r#"{"v":1}"#), etag(r#"{"v":1,"kill":true}"#));
    }

    #[test]
    fn thresholds_override_the_defaults_one_by_one() {
        let json = r#"{"v":1,"thresholds":{"rage_click":{"clicks":4,"ignore":["canvas"],"metric":"box"}}}"#;
        let thresholds = Config::from_json(json.as_bytes()).unwrap().thresholds;
        assert_eq!(thresholds.rage.clicks, 4);
        assert_eq!(thresholds.rage.ignore, crate::input::Flags::CANVAS);
        assert_eq!(thresholds.dead, Thresholds::default().dead);
    }

    #[test]
    fn only_links_that_cannot_run_code_are_safe() {
        for (href, safe) in [
            ("/checkout#delivery", true),
            ("https://help.example.org/", true),
            ("//evil.example.org", false),
            ("/\\evil.example.org", false),
            ("http://example.org", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("", false),
        ] {
            assert_eq!(is_safe_link(href), safe, "{href}");
        }
    }
}
