//! The numbers that the schemas name are the code's.

use serde_json::{Value, json};

use unsnag_core::features::DEFINITIONS;
use unsnag_core::id::BatchId;
use unsnag_core::{holdout, limits, live, push};

use crate::changed::changed_text;
use crate::published::{SCHEMAS, document, validator, walk};
use crate::{made, parsed};

/// A schema, a document, a text in it, the most bytes it may have, and the code's word on the document.
type TextLimit<'a> = (&'static str, &'a Value, &'static str, usize, fn(&Value) -> bool);

#[test]
fn the_longest_text_that_both_take_is_the_limit() {
    let events = |type_name: &str, data: &str| made::batch_of(type_name, &parsed(data));
    let batch = events("custom", r#"{"name":"n","props":{"a":"x"}}"#);
    let config = made::config();
    let (id, string) = (limits::MAX_ID_BYTES, limits::MAX_STRING_BYTES);
    let rows: [TextLimit<'_>; 9] = [
        ("batch-v1.json", &batch, "/session", id, made::takes_batch),
        ("batch-v1.json", &batch, "/sdk", id, made::takes_batch),
        ("batch-v1.json", &batch, "/page/template", string, made::takes_batch),
        ("batch-v1.json", &batch, "/events/0/id", id, made::takes_batch),
        ("batch-v1.json", &batch, "/events/0/data/name", string, made::takes_batch),
        ("batch-v1.json", &batch, "/events/0/data/props/a", string, made::takes_batch),
        ("config-v1.json", &config, "/rules/0/id", id, made::takes_config),
        ("config-v1.json", &config, "/catalogue/0/text", string, made::takes_config),
        ("config-v1.json", &config, "/catalogue/0/actions/0/label", 64, made::takes_config),
    ];
    for (name, base, at, most, takes) in rows {
        let schema = validator(name);
        for (length, expected) in [(most, true), (most + 1, false)] {
            let document = changed_text(base, at, &"x".repeat(length));
            assert_eq!((takes(&document), schema.is_valid(&document)), (expected, expected), "{name} {at} {length}");
        }
        // Bytes, not characters; a schema can only count those.
        let accented = changed_text(base, at, &"é".repeat(most / 2 + 1));
        assert!(!takes(&accented), "{name} {at}");
    }
}

#[test]
fn the_most_that_both_take_is_the_limit() {
    let schema = validator("batch-v1.json");
    let help = |n: usize| json!({"id": format!("e{n}"), "type": "help", "at": made::NOW.0});
    let events = |count: usize| {
        let mut batch = made::batch_of("help", &json!({}));
        batch["events"] = (0..count).map(help).collect();
        batch
    };
    let props = |count: usize| {
        let props: serde_json::Map<String, Value> = (0..count).map(|n| (n.to_string(), json!(n))).collect();
        made::batch_of("custom", &json!({"name": "n", "props": props}))
    };
    for (document, expected) in [
        (events(limits::MAX_EVENTS), true),
        (events(limits::MAX_EVENTS + 1), false),
        (props(limits::MAX_CUSTOM_PROPS), true),
        (props(limits::MAX_CUSTOM_PROPS + 1), false),
    ] {
        assert_eq!((made::takes_batch(&document), schema.is_valid(&document)), (expected, expected));
    }
}

#[test]
fn every_number_in_a_schema_is_a_limit_of_the_code() {
    let lengths = [
        ("maxLength", limits::MAX_STRING_BYTES),
        ("maxLength", limits::MAX_ID_BYTES),
        ("maxLength", BatchId::LENGTH),
        ("maxItems", limits::MAX_EVENTS),
        ("maxItems", DEFINITIONS.len()),
        ("maxProperties", limits::MAX_CUSTOM_PROPS),
        ("maxProperties", push::MOST_PARTS),
        ("maxItems", push::MOST_PARTS),
        // A nudge's buttons; a pair.
        ("maxItems", 3),
        ("maxItems", 2),
    ];
    for (name, _) in SCHEMAS {
        walk("", document(name), &mut |at, schema| {
            for keyword in ["maxLength", "maxItems", "maxProperties"] {
                let Some(number) = schema.get(keyword).and_then(Value::as_u64) else { continue };
                assert!(lengths.contains(&(keyword, number as usize)), "{name} {at}/{keyword} is {number}");
            }
        });
    }
    let basis_points = "/properties/experiments/items/properties/holdout_basis_points/maximum";
    assert_eq!(document("config-v1.json").pointer(basis_points), Some(&json!(holdout::WHOLE)));
    // Limits that only prose can say.
    for (name, at, number) in [
        ("batch-v1.json", "", limits::MAX_BODY_BYTES as u64),
        ("batch-v1.json", "", limits::MAX_INFLATED_BYTES as u64),
        ("batch-v1.json", "", limits::MAX_JSON_DEPTH as u64),
        ("batch-v1.json", "/$defs/event/properties/at", limits::MAX_FUTURE.0),
        ("batch-v1.json", "/$defs/event/properties/at", limits::MAX_AGE.0),
        ("live-v1.json", "", live::MAX_FRAME_BYTES as u64),
        ("push-v1.json", "", push::MAX_LIFE.0),
        ("push-v1.json", "", limits::MAX_STRING_BYTES as u64),
        ("answer-v1.json", "/$defs/drop_code", limits::MAX_FUTURE.0),
        ("answer-v1.json", "/$defs/drop_code", limits::MAX_AGE.0),
        ("answer-v1.json", "/$defs/drop_code", limits::MAX_STRING_BYTES as u64),
        ("record-v1.json", "", limits::MAX_RECORD_BYTES as u64),
    ] {
        let prose = document(name).pointer(at).unwrap()["description"].as_str().unwrap();
        let numbers: Vec<String> = prose.split_whitespace().map(|word| word.replace(',', "")).collect();
        assert!(numbers.contains(&number.to_string()), "{name} {at} does not say {number}");
    }
}
