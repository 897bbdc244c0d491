//! The `data` of each event type. What is there must be right; what is missing is as if nothing had happened, except
//! what an event cannot do without.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::code::DropCode;
use crate::event::Outcome;
use crate::id;
use crate::limits::MAX_CUSTOM_PROPS;
use crate::signal::{Grade, Kind};

/// Coordinates on the largest screens and pages that exist, CSS px.
const MOST_PX: f64 = 10_000_000.0;
/// The longest time a view can have been active, ms: a day.
const MOST_MS: f64 = 86_400_000.0;
/// Interactions of one view that hands can make.
const MOST_COUNT: f64 = 1_000_000.0;

/// What an event says that matters to a host; everything else stays in the record as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A revision of a signal.
    Signal {
        /// The chain's name.
        chain: String,
        /// What kind.
        kind: Kind,
        /// How sure.
        grade: Grade,
        /// Which revision.
        revision: u64,
    },
    /// A script error or failed request.
    Error,
    /// A help element was used.
    Help,
    /// What is known of one run of a form so far.
    Form {
        /// The form's id.
        form: String,
        /// Which run of it.
        run: u64,
        /// The newest revision stands for all.
        revision: u64,
        /// It was left without success.
        abandoned: bool,
        /// Validation errors shown.
        errors: u64,
        /// Submits after a refused one.
        retries: u64,
    },
    /// What became of an intervention.
    Outcome {
        /// The intervention.
        intervention: String,
        /// The decision it belongs to.
        decision: String,
        /// The signature under that.
        signature: String,
    },
    /// Nothing that the host acts on.
    Nothing,
    /// A type this host does not know.
    Unknown,
}

#[expect(dead_code, reason = "read only so that a wrong type is found")]
#[derive(Deserialize)]
struct Click<'a> {
    #[serde(borrow, default)]
    role: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    label: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    result: Option<Cow<'a, str>>,
    #[serde(default)]
    x: f64,
    #[serde(default)]
    y: f64,
}

#[derive(Deserialize)]
struct Signal<'a> {
    #[serde(borrow, rename = "signal")]
    chain: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    grade: Cow<'a, str>,
    #[serde(default = "first")]
    revision: u64,
    #[serde(borrow, default)]
    suppressed_by: Option<Cow<'a, str>>,
}

fn first() -> u64 {
    1
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    template: Option<String>,
    view: Option<String>,
    how: Option<String>,
    active_ms: f64,
    visible_ms: f64,
    interactions: f64,
    scroll_depth: f64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    cause: Option<String>,
    class: Option<String>,
    hash: Option<String>,
}

/// A step of a task.
#[derive(Deserialize)]
pub(crate) struct TaskData<'a> {
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) what: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Custom {
    name: String,
    #[serde(default)]
    props: BTreeMap<String, Value>,
}

/// What became of an intervention.
#[derive(Deserialize)]
pub(crate) struct OutcomeData<'a> {
    #[serde(borrow)]
    pub(crate) intervention: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) decision: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) signature: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) what: Cow<'a, str>,
}

/// The event types that this host reads.
const KNOWN: [&str; 10] = ["click", "signal", "page", "error", "help", "task", "custom", "outcome", "form", "video"];

#[derive(Deserialize)]
struct Form<'a> {
    #[serde(borrow, default, rename = "form")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    state: Option<Cow<'a, str>>,
    #[serde(default)]
    run: u64,
    #[serde(default)]
    revision: u64,
    #[serde(default)]
    errors: u64,
    #[serde(default)]
    retries: u64,
}

/// Reads the data of an event of this type.
pub fn read(type_name: &str, data: &str) -> Result<Said, DropCode> {
    if KNOWN.contains(&type_name) && !super::is_object(data) {
        return Err(DropCode::InvalidField);
    }
    match type_name {
        "click" => {
            let click: Click<'_> = parse(data)?;
            ranged(&[(click.x, -MOST_PX, MOST_PX), (click.y, -MOST_PX, MOST_PX)])?;
            Ok(Said::Nothing)
        }
        "signal" => read_signal(&parse(data)?),
        "page" => {
            let page: Page = parse(data)?;
            ranged(&[
                (page.active_ms, 0.0, MOST_MS),
                (page.visible_ms, 0.0, MOST_MS),
                (page.interactions, 0.0, MOST_COUNT),
                (page.scroll_depth, 0.0, 100.0),
            ])?;
            Ok(Said::Nothing)
        }
        "error" => parse::<Error>(data).map(|_| Said::Error),
        "help" => parse::<serde_json::Map<String, Value>>(data).map(|_| Said::Help),
        "task" => {
            let task: TaskData<'_> = parse(data)?;
            let known = matches!(&*task.what, "start" | "success" | "fail");
            if known && !task.name.is_empty() { Ok(Said::Nothing) } else { Err(DropCode::InvalidField) }
        }
        "custom" => {
            let custom: Custom = parse(data)?;
            let flat = custom.props.values().all(|value| !value.is_array() && !value.is_object());
            let fits = custom.props.len() <= MAX_CUSTOM_PROPS && flat && !custom.name.is_empty();
            if fits { Ok(Said::Nothing) } else { Err(DropCode::InvalidField) }
        }
        "outcome" => {
            let outcome: OutcomeData<'_> = parse(data)?;
            if !id::is_valid(&outcome.intervention) || Outcome::named(&outcome.what).is_none() {
                return Err(DropCode::InvalidField);
            }
            let text = |part: Option<Cow<'_, str>>| part.map(Cow::into_owned).unwrap_or_default();
            let intervention = outcome.intervention.into_owned();
            Ok(Said::Outcome { intervention, decision: text(outcome.decision), signature: text(outcome.signature) })
        }
        "form" => {
            let form: Form<'_> = parse(data)?;
            let most = MOST_COUNT as u64;
            if form.errors > most || form.retries > most {
                return Err(DropCode::NumberOutOfRange);
            }
            Ok(Said::Form {
                form: form.name.map(Cow::into_owned).unwrap_or_default(),
                run: form.run,
                revision: form.revision,
                abandoned: form.state.as_deref() == Some("abandoned"),
                errors: form.errors,
                retries: form.retries,
            })
        }
        "video" => parse::<serde_json::Map<String, Value>>(data).map(|_| Said::Nothing),
        _ => Ok(Said::Unknown),
    }
}

fn read_signal(signal: &Signal<'_>) -> Result<Said, DropCode> {
    if !id::is_valid(&signal.chain) {
        return Err(DropCode::InvalidField);
    }
    // A kind or grade of a newer SDK is kept; this host cannot act on it.
    let (Some(kind), Some(grade)) = (Kind::named(&signal.kind), Grade::named(&signal.grade)) else {
        return Ok(Said::Unknown);
    };
    if signal.suppressed_by.is_some() {
        return Ok(Said::Nothing);
    }
    Ok(Said::Signal { chain: signal.chain.to_string(), kind, grade, revision: signal.revision })
}

fn parse<'a, T: Deserialize<'a>>(data: &'a str) -> Result<T, DropCode> {
    serde_json::from_str(data).map_err(|_| DropCode::InvalidField)
}

fn ranged(numbers: &[(f64, f64, f64)]) -> Result<(), DropCode> {
    let fits = numbers.iter().all(|(number, least, most)| (*least..=*most).contains(number));
    if fits { Ok(()) } else { Err(DropCode::NumberOutOfRange) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(type_name: &str, data: &str, expected: &Result<Said, DropCode>) {
        assert_eq!(&read(type_name, data), expected, "{type_name} {data}");
    }

    #[test]
    fn keeps_what_is_complete_sparse_or_unknown() {
        check("click", "{}", &Ok(Said::Nothing));
        check("click", r#"{"role":"button","x":10.5,"y":3,"new_field":[1]}"#, &Ok(Said::Nothing));
        check("hologram", "[1,2]", &Ok(Said::Unknown));
        check("signal", r#"{"signal":"s1","kind":"sigh","grade":"likely"}"#, &Ok(Said::Unknown));
        check("task", r#"{"name":"checkout","what":"start"}"#, &Ok(Said::Nothing));
        check("custom", r#"{"name":"n","props":{"a":1,"b":"x","c":null}}"#, &Ok(Said::Nothing));
        let form = |run, abandoned, retries| {
            Ok(Said::Form { form: "f".to_owned(), run, revision: 0, abandoned, errors: 0, retries })
        };
        check("form", r#"{"form":"f","state":"abandoned"}"#, &form(0, true, 0));
        check("form", r#"{"form":"f","state":"invalid","run":3,"retries":2,"later":[]}"#, &form(3, false, 2));
        check(
            "signal",
            r#"{"signal":"s1","kind":"rage_click","grade":"likely","revision":2}"#,
            &Ok(Said::Signal { chain: "s1".to_owned(), kind: Kind::RageClick, grade: Grade::Likely, revision: 2 }),
        );
    }

    #[test]
    fn rejects_wrong_types_missing_parts_and_impossible_numbers() {
        check("click", r#"{"x":"10"}"#, &Err(DropCode::InvalidField));
        check("click", r#"{"role":5}"#, &Err(DropCode::InvalidField));
        check("click", "[]", &Err(DropCode::InvalidField));
        check("click", r#"{"x":1e300}"#, &Err(DropCode::NumberOutOfRange));
        check("page", r#"{"scroll_depth":101}"#, &Err(DropCode::NumberOutOfRange));
        check("page", r#"{"active_ms":-1}"#, &Err(DropCode::NumberOutOfRange));
        check("signal", "{}", &Err(DropCode::InvalidField));
        check("task", r#"{"name":"","what":"start"}"#, &Err(DropCode::InvalidField));
        check("task", r#"{"name":"x","what":"vanish"}"#, &Err(DropCode::InvalidField));
        check("custom", r#"{"name":"n","props":{"a":[1]}}"#, &Err(DropCode::InvalidField));
        check("outcome", r#"{"intervention":"i-1","what":"eaten"}"#, &Err(DropCode::InvalidField));
        check("help", "3", &Err(DropCode::InvalidField));
        check("form", r#"{"run":"x"}"#, &Err(DropCode::InvalidField));
        check("form", r#"{"errors":1000001}"#, &Err(DropCode::NumberOutOfRange));
    }
}
