//! The words that the schemas name are the code's: no more, no fewer, in their order.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use unsnag_core::code::{DropCode, RequestCode};
use unsnag_core::event::{Label, Outcome};
use unsnag_core::features::DEFINITIONS;
use unsnag_core::ingest::HostKind;
use unsnag_core::input::{Arrival, Cause, Flags, TaskWhat};
use unsnag_core::policy::{Arm, Priority};
use unsnag_core::risk::Level;
use unsnag_core::signal::{Answers, Grade, Kind, Suppressed};

use crate::changed::changed_text;
use crate::published::document;
use crate::{EVERY_INPUT, made, parsed};

/// The words of a schema's `enum`.
fn words(name: &str, at: &str) -> Vec<String> {
    let words = document(name).pointer(at).unwrap_or_else(|| panic!("{name} has no {at}"));
    words.as_array().unwrap().iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

#[test]
fn names_the_words_of_the_code() {
    let flags = Flags::NAMES.iter().map(|name| (*name).to_owned());
    let opt_outs = Kind::ALL.map(|kind| format!("ignore:{}", kind.short_name()));
    assert_eq!(
        words("thresholds-v1.json", "/$defs/flag/enum"),
        flags.chain(["ignore:all".to_owned()]).chain(opt_outs).collect::<Vec<String>>()
    );
    let arrivals = [Arrival::Navigate, Arrival::Reload, Arrival::BackForward, Arrival::BfCache].map(Arrival::name);
    let causes = [Cause::Sync, Cause::Promise, Cause::Other].map(Cause::name);
    let tasks = [TaskWhat::Start, TaskWhat::Success, TaskWhat::Fail].map(TaskWhat::name);
    let suppressed = [
        Suppressed::DistinctResponses,
        Suppressed::Selection,
        Suppressed::Scroll,
        Suppressed::OptOut,
        Suppressed::ErrorClick,
        Suppressed::Answered,
    ];
    let retryable: Vec<&str> =
        RequestCode::ALL.into_iter().filter(|code| code.retryable()).map(RequestCode::code).collect();
    let rows: [(&str, &str, Vec<&str>); 17] = [
        ("answer-v1.json", "/$defs/drop_code/enum", DropCode::ALL.map(DropCode::code).to_vec()),
        ("answer-v1.json", "/$defs/level/enum", Level::ALL.map(Level::name).to_vec()),
        ("answer-v1.json", "/$defs/priority/enum", Priority::ALL.map(Priority::name).to_vec()),
        ("answer-v1.json", "/$defs/decision/properties/arm/enum", [Arm::Treat, Arm::Holdout].map(Arm::name).to_vec()),
        ("error-v1.json", "/properties/error/properties/code/enum", RequestCode::ALL.map(RequestCode::code).to_vec()),
        ("error-v1.json", "/properties/error/if/properties/code/enum", retryable),
        ("record-v1.json", "/properties/host/enum", [HostKind::Edge, HostKind::Collector].map(HostKind::name).to_vec()),
        ("replay-v1.json", "/$defs/kind/enum", Kind::ALL.map(Kind::name).to_vec()),
        ("replay-v1.json", "/$defs/grade/enum", Grade::ALL.map(Grade::name).to_vec()),
        ("replay-v1.json", "/$defs/answer/enum", Answers(u32::MAX).names().collect()),
        ("replay-v1.json", "/$defs/cause/enum", causes.to_vec()),
        ("replay-v1.json", "/$defs/suppressed_by/enum", suppressed.map(Suppressed::name).to_vec()),
        (
            "config-v1.json",
            "/properties/rules/items/properties/min_grade/enum",
            Grade::ALL[1..].iter().map(|grade| grade.name()).collect(),
        ),
        ("events/outcome.json", "/properties/what/enum", Outcome::ALL.map(Outcome::name).to_vec()),
        ("events/page.json", "/properties/how/anyOf/0/enum", arrivals.to_vec()),
        ("events/task.json", "/properties/what/enum", tasks.to_vec()),
        (
            "events/click.json",
            "/properties/label/anyOf/0/enum",
            [Label::Stepper, Label::Pager, Label::Submit, Label::Other].map(Label::name).to_vec(),
        ),
    ];
    for (name, at, expected) in rows {
        assert_eq!(words(name, at), expected, "{name} {at}");
    }
    assert_eq!(
        words("events/signal.json", "/properties/label/anyOf/0/enum"),
        words("events/click.json", "/properties/label/anyOf/0/enum")
    );
}

#[test]
fn names_no_word_that_the_code_does_not_take() {
    for type_name in words("batch-v1.json", "/$defs/event/properties/type/anyOf/0/enum") {
        assert!(!made::takes_batch(&made::batch_of(&type_name, &json!([]))), "{type_name} is not read");
    }
    let kinds: BTreeSet<String> = words("trace-v1.json", "/$defs/input/properties/k/enum").into_iter().collect();
    let lines: Vec<Value> = EVERY_INPUT.lines().skip(1).map(parsed).collect();
    assert_eq!(kinds, lines.iter().map(|line| line["k"].as_str().unwrap().to_owned()).collect());
    let mut said = 0;
    for rule in document("trace-v1.json")["$defs"]["input"]["allOf"].as_array().unwrap() {
        for (member, schema) in rule["then"]["properties"].as_object().unwrap() {
            let is_meant = |line: &&Value| {
                let k = &rule["if"]["properties"]["k"];
                k["const"] == line["k"] || k["enum"].as_array().is_some_and(|kinds| kinds.contains(&line["k"]))
            };
            for word in schema["enum"].as_array().into_iter().flatten() {
                for line in lines.iter().filter(is_meant) {
                    let mut line = line.clone();
                    line[member] = word.clone();
                    assert!(made::takes_trace_line(&line), "{line}");
                    said += 1;
                }
            }
        }
    }
    assert!(said > 40, "{said} words");
    for placement in words("config-v1.json", "/properties/catalogue/items/properties/placement/enum") {
        assert!(made::takes_config(&changed_text(&made::config(), "/catalogue/0/placement", &placement)));
    }
}

#[test]
fn names_the_features_with_their_ranges() {
    let schema = document("batch-v1.json").pointer("/$defs/features/prefixItems").unwrap();
    let one = |millionths: u64| millionths as f64 / 1e6;
    let features = schema.as_array().unwrap();
    assert_eq!(features.len(), DEFINITIONS.len());
    for (feature, definition) in features.iter().zip(DEFINITIONS) {
        assert_eq!(feature["title"], definition.name);
        assert!(feature["description"].as_str().unwrap().ends_with(&format!("Unit: {}.", definition.unit)));
        let numbers = ["minimum", "maximum", "default"].map(|name| feature[name].as_f64());
        assert_eq!(numbers, [definition.least, definition.most, definition.initial].map(|n| Some(one(n))));
    }
}
