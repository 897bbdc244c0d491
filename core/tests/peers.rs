//! What peers' own detectors say of small scenes, replayed with the thresholds that ship under their names.
//!
//! One file per peer in `peers/`, one scene a line: `inputs` are `TIME KIND [X Y] [FIELD=VALUE …]` on element 7 unless
//! they name another; `expected` counts signals of the kinds that it is about; `fires` says of each click whether it raised a rage click. Where
//! ours is another answer on purpose, `differs` names the principle of the design that asks for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on shall say where")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use unsnag_core::config::PEERS;
use unsnag_core::replay::Replay;
use unsnag_core::signal::Kind;
use unsnag_core::thresholds::Thresholds;

const SCENES: [(&str, &str); 6] = [
    ("posthog", include_str!("peers/posthog.jsonl")),
    ("datadog", include_str!("peers/datadog.jsonl")),
    ("amplitude", include_str!("peers/amplitude.jsonl")),
    ("sentry", include_str!("peers/sentry.jsonl")),
    ("newrelic", include_str!("peers/newrelic.jsonl")),
    ("openreplay", include_str!("peers/openreplay.jsonl")),
];

/// Longer than any peer waits.
const AFTER_THE_LAST_INPUT_MS: u64 = 20_000;

/// A scene as a trace with as few fields as the format allows.
fn trace(scene: &Value) -> String {
    let overrides = scene.get("thresholds").cloned().unwrap_or_else(|| json!({}));
    let mut lines = vec![json!({"trace": 1, "time_origin": 0, "thresholds": overrides})];
    for element in scene["elements"].as_array().into_iter().flatten() {
        let mut line = element.as_object().unwrap().clone();
        line.extend([("t".to_owned(), json!(0)), ("k".to_owned(), json!("element"))]);
        lines.push(line.into());
    }
    let mut last = 0;
    for input in scene["inputs"].as_array().unwrap() {
        let mut words = input.as_str().unwrap().split_whitespace();
        let t: u64 = words.next().unwrap().parse().unwrap();
        let kind = words.next().unwrap();
        let mut line = Map::from_iter([("t".to_owned(), json!(t)), ("k".to_owned(), json!(kind))]);
        if !matches!(kind, "focus" | "blur") {
            line.insert("el".to_owned(), json!(7));
        }
        let mut places = ["x", "y"].into_iter();
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or_else(|| (places.next().unwrap(), word));
            line.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| json!(value)));
        }
        lines.push(line.into());
        last = t;
    }
    lines.push(json!({"t": last + AFTER_THE_LAST_INPUT_MS, "k": "tick"}));
    lines.iter().fold(String::new(), |mut text, line| {
        writeln!(text, "{line}").unwrap();
        text
    })
}

/// What a scene leads to: signals that count at the end by kind, and of each click whether it raised a rage click.
fn outcome(peer: &str, scene: &Value) -> (BTreeMap<String, u64>, String) {
    let text = trace(scene);
    let mut replay = Replay::open_over(&text, Thresholds::of_peer(peer).unwrap()).unwrap();
    let mut fires = String::new();
    let mut raised = BTreeSet::new();
    for line in text.lines().skip(1) {
        let line: Value = serde_json::from_str(line).unwrap();
        let signals = replay.step().unwrap().unwrap();
        let rage = signals.iter().filter(|signal| signal.kind == Kind::RageClick && signal.counts());
        let new = rage.filter(|signal| raised.insert(signal.id)).count() > 0;
        if matches!(line["k"].as_str(), Some("click" | "pointer_down")) {
            fires.push(if new { 'T' } else { 'F' });
        }
    }
    let summary: Value = serde_json::from_str(&replay.summary()).unwrap();
    let counts = summary["summary"]["signals"].as_object().unwrap();
    (counts.iter().map(|(kind, count)| (kind.clone(), count.as_u64().unwrap())).collect(), fires)
}

#[test]
fn agrees_with_every_peer_or_says_why_not() {
    let mut wrong = String::new();
    let mut scenes = 0;
    for (peer, text) in SCENES {
        for line in text.lines() {
            let scene: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{peer}: {error}: {line}"));
            let (counts, fires) = outcome(peer, &scene);
            let differs = scene.get("differs").filter(|differs| !differs.is_null());
            let expected = differs.map_or(&scene["expected"], |differs| &differs["ours"]);
            let counted = |kind: &String| counts.get(kind).copied().unwrap_or(0);
            let same_counts = expected.as_object().unwrap().iter().all(|(kind, count)| json!(counted(kind)) == *count);
            let same_fires = scene.get("fires").is_none_or(|expected| *expected == json!(fires));
            if !same_counts || !same_fires {
                writeln!(wrong, "{peer}: {line}\n  got {} {fires}", json!(counts)).unwrap();
            }
            if let Some(differs) = differs {
                let (theirs, ours) = (&scene["expected"], &differs["ours"]);
                println!("{peer}, {}: {theirs}, ours {ours}: {}", scene["name"], differs["principle"]);
                let kinds = theirs.as_object().unwrap().keys().chain(ours.as_object().unwrap().keys());
                let fixed = kinds.filter(|kind| matches!(kind.as_str(), "rage_click" | "cursor_thrash"));
                assert_eq!(fixed.count(), 0, "rage and thrash are the peers': {line}");
                assert_ne!(theirs, ours, "{line}");
            }
            assert!(scene["name"].is_string() && scene["source"].is_string(), "{line}");
            scenes += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(scenes > 200, "{scenes} scenes");
}

#[test]
fn every_peer_is_known_by_name_and_its_file_has_no_mistake() {
    let names: Vec<&str> = SCENES.iter().map(|(peer, _)| *peer).collect();
    assert_eq!(PEERS.map(|(peer, _)| peer).to_vec(), names);
    for (peer, file) in PEERS {
        Thresholds::from_json(file).unwrap_or_else(|problems| panic!("{peer}: {problems:?}"));
        assert!(Thresholds::named(peer).is_some_and(|thresholds| !thresholds.hunt.enabled), "{peer}");
    }
}
