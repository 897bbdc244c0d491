//! The published schemas say what the code says: they take what it makes, refuse what it refuses, and name its words
//! and limits.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows a test by its attribute, and some modules have only what tests use"
)]

#[path = "schemas/changed.rs"]
mod changed;
#[path = "schemas/limits.rs"]
mod limits;
#[path = "schemas/made.rs"]
mod made;
#[path = "schemas/published.rs"]
mod published;
#[path = "schemas/tables.rs"]
mod tables;
#[path = "schemas/words.rs"]
mod words;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use unsnag_core::code::RequestCode;
use unsnag_core::config::Config;
use unsnag_core::ingest::HostKind;
use unsnag_core::replay;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::wire::answer::error_body;

use changed::{Change, changed, every_change};
use published::{SCHEMAS, assert_valid, document, validator, walk};
use tables::Table;

const EVERY_INPUT: &str = include_str!("../src/trace/every_input.jsonl");

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn event(type_name: &str, data: &str) -> (Value, Value) {
    let data = parsed(data);
    (made::batch_of(type_name, &data), data)
}

#[test]
fn every_schema_is_valid_and_leads_only_to_others_of_them() {
    for (name, _) in SCHEMAS {
        let schema = document(name);
        assert!(jsonschema::meta::validate(schema).is_ok(), "{name}: {:?}", jsonschema::meta::validate(schema));
        validator(name);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert_eq!(schema["$id"], format!("unsnag/{name}"));
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{name}");
    }
}

#[test]
fn every_published_file_is_checked_here() {
    let mut found = BTreeSet::new();
    for folder in ["", "events/"] {
        let path = format!("{}/schemas/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(path).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                found.insert(format!("{folder}{}", file.file_name().to_str().unwrap()));
            }
        }
    }
    assert!(found.remove("holdout-vectors.json"));
    let checked: BTreeSet<String> = SCHEMAS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, checked);
}

#[test]
fn every_member_says_what_it_is() {
    for (name, _) in SCHEMAS {
        walk("", document(name), &mut |at, schema| {
            // Under `then` a member is only narrowed.
            let Some(members) = schema.get("properties").and_then(Value::as_object) else { return };
            for (member, schema) in members.iter().filter(|_| !at.contains("/then") && !at.contains("/else")) {
                let said = schema.get("description").is_some() || schema.get("$ref").is_some();
                assert!(said || at.ends_with("/if"), "{name} {at}/{member}");
            }
        });
    }
}

#[test]
fn takes_what_page_and_host_make() {
    let batch = made::batch();
    let types: BTreeSet<&str> =
        batch["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types.len(), 10, "{types:?}");
    assert_valid("batch-v1.json", &validator("batch-v1.json"), &batch);
    for event in batch["events"].as_array().unwrap() {
        let name = format!("events/{}.json", event["type"].as_str().unwrap());
        assert_valid(&name, &validator(&name), &event["data"]);
    }
    let quiet = made::batch_of("help", &json!({}));
    let mut mixed = made::batch_of("hologram", &json!([1]));
    mixed["events"].as_array_mut().unwrap().extend([json!(7), json!({"id": "e1", "type": "help", "at": 1})]);
    for (batch, host) in [(&batch, HostKind::Edge), (&quiet, HostKind::Collector), (&mixed, HostKind::Collector)] {
        let (answer, record) = made::answer_and_record(batch, host);
        assert_valid("answer-v1.json", &validator("answer-v1.json"), &answer);
        assert_valid("record-v1.json", &validator("record-v1.json"), &record);
    }
    for code in RequestCode::ALL {
        assert_valid("error-v1.json", &validator("error-v1.json"), &parsed(&error_body(code)));
    }
    assert_valid("config-v1.json", &validator("config-v1.json"), &parsed(Config::embedded().json()));
    assert_valid("config-v1.json", &validator("config-v1.json"), &made::config());
    assert_valid("push-v1.json", &validator("push-v1.json"), &made::push());
    for frame in [made::frame(&made::push()), json!({"ack": ["i-1"]})] {
        assert_valid("live-v1.json", &validator("live-v1.json"), &frame);
    }
}

#[test]
fn takes_every_line_of_traces_and_of_their_replay() {
    for line in EVERY_INPUT.lines().chain(made::TRACE.lines()) {
        assert_valid("trace-v1.json", &validator("trace-v1.json"), &parsed(line));
    }
    let lines = replay::replay(made::TRACE, None).unwrap();
    assert!(lines.iter().any(|line| line.contains(r#""suppressed_by":"opt_out""#)), "{lines:?}");
    for line in &lines {
        assert_valid("replay-v1.json", &validator("replay-v1.json"), &parsed(line));
    }
}

fn check(name: &str, base: &Value, table: &Table, takes: fn(&Value) -> bool) {
    let schema = validator(name);
    let verdicts = |document: &Value| (takes(document), schema.is_valid(document));
    assert_eq!(verdicts(base), (true, true), "{name} {base}");
    let rows = [(table.refused, (false, false)), (table.taken, (true, true)), (table.beyond, (false, true))];
    for (changes, expected) in rows {
        for change in changes {
            assert_eq!(verdicts(&changed(base, *change)), expected, "{name} {change:?}: (code, schema)");
        }
    }
}

#[test]
fn refuses_what_the_code_refuses() {
    check("batch-v1.json", &made::batch_of("help", &json!({})), &tables::BATCH, made::takes_batch);
    check("config-v1.json", &made::config(), &tables::CONFIG, made::takes_config);
    check("thresholds-v1.json", &default_thresholds(), &tables::THRESHOLDS, made::takes_thresholds);
    check("push-v1.json", &made::push(), &tables::PUSH, made::takes_push);
    let trace = validator("trace-v1.json");
    for (line, expected) in tables::TRACE_LINES {
        let line = parsed(line);
        assert_eq!((made::takes_trace_line(&line), trace.is_valid(&line)), (expected, expected), "{line}");
    }
}

#[test]
fn refuses_the_events_that_hosts_drop() {
    let batches = validator("batch-v1.json");
    for (type_name, data, refused, taken) in tables::EVENTS {
        let (batch, data) = event(type_name, data);
        let alone = validator(&format!("events/{type_name}.json"));
        assert_valid(type_name, &alone, &data);
        assert!(made::takes_batch(&batch), "{batch}");
        for (changes, expected) in [(refused, false), (taken, true)] {
            for change in changes {
                let data = changed(&data, *change);
                let mut batch = batch.clone();
                batch["events"][0]["data"] = data.clone();
                let verdicts = (made::takes_batch(&batch), batches.is_valid(&batch), alone.is_valid(&data));
                assert_eq!(verdicts, (expected, expected, expected), "{type_name} {change:?}: (code, batch, event)");
            }
        }
    }
}

#[test]
fn refuses_what_no_host_and_no_replay_writes() {
    let mut sent = made::batch();
    sent["events"].as_array_mut().unwrap().push(json!(7));
    let (answer, record) = made::answer_and_record(&sent, HostKind::Edge);
    let lines = replay::replay(made::TRACE, None).unwrap();
    let (signal, summary) = (parsed(&lines[0]), parsed(lines.last().unwrap()));
    let form = parsed(lines.iter().find(|line| line.starts_with(r#"{"form""#)).unwrap());
    let error = parsed(&error_body(RequestCode::LogFull));
    let video = parsed(lines.iter().find(|line| line.contains("unique_s")).unwrap());
    let frame = made::frame(&made::push());
    let rows: [(&str, &Value, &[Change]); 7] = [
        ("live-v1.json", &frame, tables::FRAME),
        ("answer-v1.json", &answer, tables::ANSWER),
        ("record-v1.json", &record, tables::RECORD),
        ("error-v1.json", &error, &[("/error/code", r#""oops""#), ("/error/retryable", "false")]),
        ("replay-v1.json", &signal, tables::SIGNAL_LINE),
        ("replay-v1.json", &video, tables::VIDEO_LINE),
        ("replay-v1.json", &summary, tables::SUMMARY_LINE),
    ];
    let lines = validator("replay-v1.json");
    assert_valid("replay-v1.json", &lines, &form);
    for change in tables::FORM_LINE {
        assert!(!lines.is_valid(&changed(&form, *change)), "takes {change:?}");
    }
    for (name, base, changes) in rows {
        let schema = validator(name);
        assert_valid(name, &schema, base);
        for change in changes {
            assert!(!schema.is_valid(&changed(base, *change)), "{name} takes {change:?}");
        }
        // A player's line may say more than it must.
        let more = [
            "length_s",
            "rate",
            "replays",
            "pauses",
            "seek_count",
            "seek_stalls",
            "seek_stall_s",
            "loops",
            "closed_gaps",
        ];
        let more = [&more[..], &["first_frame_ms", "background"]].concat();
        for member in base.as_object().unwrap().keys().filter(|member| !more.contains(&member.as_str())) {
            let mut less = base.clone();
            less.as_object_mut().unwrap().remove(member);
            assert!(!schema.is_valid(&less), "{name} does without {member}");
        }
    }
}

/// Where a schema asks for more than the code: members that hosts keep without a look, and words that they ignore.
const UNREAD: [&str; 13] = [
    "/config",
    "/policy_state/shown",
    "/data/at",
    "/data/final",
    "/data/role",
    "/data/label",
    "/data/evidence",
    "/data/active_ms",
    "/data/fields",
    "submits",
    "/data/lost_fields",
    "/visible",
    "/thresholds",
];

/// Compares code and schema on every change of a document. `elsewhere`: where the code asks for more than a schema can.
fn compare(name: &str, base: &Value, elsewhere: &[&str], takes: fn(&Value) -> bool) -> usize {
    let schema = validator(name);
    let changes = every_change(base);
    for (at, document) in &changes {
        let verdicts = (takes(document), schema.is_valid(document));
        let excused = match verdicts {
            (true, false) => UNREAD.iter().any(|part| at.contains(part)),
            (false, true) => elsewhere.iter().any(|place| at.starts_with(place)),
            _ => true,
        };
        assert!(excused, "{name} {at}: (code, schema) is {verdicts:?} on {document}");
    }
    changes.len()
}

#[test]
fn agrees_with_the_code_on_every_change_of_every_member() {
    let mut count = 0;
    let sealed = made::batch();
    // What was watched is kept without a look.
    for event in sealed["events"].as_array().unwrap().iter().filter(|event| event["type"] != "video") {
        let mut one = sealed.clone();
        one["events"] = json!([event]);
        // The window of times moves with the host's clock.
        count += compare("batch-v1.json", &one, &["/events/0/at"], made::takes_batch);
    }
    let mut config = made::config();
    // Rules name what stands elsewhere in the document; without rules nothing does.
    count += compare("config-v1.json", &config, &["/rules/0/e", "/catalogue", "/experiments"], made::takes_config);
    config["rules"] = json!([]);
    count += compare("config-v1.json", &config, &[], made::takes_config);
    count += compare("thresholds-v1.json", &default_thresholds(), &[], made::takes_thresholds);
    for line in EVERY_INPUT.lines() {
        count += compare("trace-v1.json", &parsed(line), &[], made::takes_trace_line);
    }
    assert!(count > 10_000, "{count} changes");
}

/// The schema's defaults, rule by rule.
fn default_thresholds() -> Value {
    let rules = document("thresholds-v1.json")["properties"].as_object().unwrap();
    let own = rules.iter().filter_map(|(rule, schema)| Some((rule, schema.get("properties")?.as_object()?)));
    own.map(|(rule, names)| {
        let defaults = names.iter().map(|(name, schema)| (name.clone(), schema["default"].clone())).collect();
        (rule.clone(), Value::Object(defaults))
    })
    .collect::<serde_json::Map<_, _>>()
    .into()
}

#[test]
fn names_every_threshold_with_its_default() {
    let defaults = default_thresholds();
    assert_eq!(Thresholds::from_json(&defaults.to_string()).unwrap(), Thresholds::default());
    let mut names = 0;
    for (rule, thresholds) in defaults.as_object().unwrap() {
        for (name, default) in thresholds.as_object().unwrap() {
            // Another value is taken and makes a difference: the name stands for a threshold of its own.
            let other = match default {
                Value::Bool(on) => json!(!on),
                Value::Number(_) => json!(77),
                Value::Array(words) if words.is_empty() => json!(["canvas"]),
                Value::Array(_) => json!([]),
                word => {
                    let words = &document("thresholds-v1.json")["properties"][rule]["properties"][name]["enum"];
                    words.as_array().unwrap().iter().find(|other| *other != word).unwrap().clone()
                }
            };
            let changed = Thresholds::from_json(&json!({ rule: { name: other } }).to_string()).unwrap();
            assert_ne!(changed, Thresholds::default(), "{rule}.{name}");
            names += 1;
        }
    }
    // Each field of the value is one threshold, except those that hold a rule.
    let debug = format!("{:?}", Thresholds::default());
    let fields = debug.matches(": ").count() - (debug.matches(" {").count() - 1);
    assert_eq!(names, fields);
}
