//! The committed model gives the scores that scikit-learn and onnxruntime gave, from either format, and refuses to be
//! anything else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use serde::Deserialize;
use serde_json::{Value, json};
use unsnag_core::features::{COUNT, Features, ONE};
use unsnag_core::risk::{Level, Model as _};
use unsnag_model::{Format, LoadError, Manifest, ScoreError, Scorer, artefacts};

const GOLDEN: &str = include_str!("../artefacts/session/golden.json");

/// How far any two runtimes may differ.
const TOLERANCE: f64 = 1e-5;

const HEALTH: [f64; COUNT] = [0.1, 0.2, 0.0, 300.0, 1.0, 0.0, 0.0, 0.8, 75.0, 2.0, 5.0, 8.0, 45.0];

#[derive(Deserialize)]
struct Golden {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    features: [f64; COUNT],
    sklearn: f64,
    onnxruntime: f64,
    level: String,
}

fn rows() -> Vec<Row> {
    serde_json::from_str::<Golden>(GOLDEN).unwrap().rows
}

fn scorers() -> [(Format, Scorer); 2] {
    [(Format::Onnx, Scorer::session_onnx().unwrap()), (Format::Nnef, Scorer::session_nnef().unwrap())]
}

fn manifest() -> Value {
    serde_json::from_slice(artefacts::SESSION_MANIFEST).unwrap()
}

#[test]
fn the_health_check_vector_is_the_first_golden_row_and_the_manifests() {
    let first = &rows()[0];
    assert_eq!(first.features.map(f64::to_bits), HEALTH.map(f64::to_bits));
    let manifest = manifest();
    assert_eq!(manifest["health"]["features"], json!(HEALTH));
    assert_eq!(manifest["health"]["score"], json!(first.sklearn));
}

#[test]
fn scores_every_golden_row_as_scikit_learn_and_onnxruntime_do() {
    let rows = rows();
    assert!(rows.len() >= 100);
    for (format, scorer) in scorers() {
        for (index, row) in rows.iter().enumerate() {
            let score = scorer.probability(&row.features).unwrap();
            for (whose, expected) in [("scikit-learn", row.sklearn), ("onnxruntime", row.onnxruntime)] {
                assert!((score - expected).abs() <= TOLERANCE, "row {index}: {format:?} {score}, {whose} {expected}");
            }
        }
    }
}

#[test]
fn both_formats_give_the_same_bits() {
    let [(_, onnx), (_, nnef)] = scorers();
    for row in rows() {
        let [a, b] = [&onnx, &nnef].map(|scorer| scorer.probability(&row.features).unwrap().to_bits());
        assert_eq!(a, b, "{:?}", row.features);
    }
}

#[test]
fn gives_the_golden_levels_except_within_the_tolerance_of_a_cut() {
    let (_, scorer) = &scorers()[1];
    let cuts = scorer.cuts();
    let mut compared = 0;
    for row in rows() {
        let features = Features::from_wire(&row.features, Features::ALL_OBSERVED).unwrap();
        let near = [cuts.medium, cuts.high, cuts.critical]
            .into_iter()
            .any(|cut| (row.sklearn - cut as f64 / ONE as f64).abs() < TOLERANCE);
        // A host's features are millionths within their ranges; rows between two millionths are for the arithmetic.
        if near || features.numbers().map(f64::to_bits) != row.features.map(f64::to_bits) {
            continue;
        }
        compared += 1;
        let level = cuts.level(scorer.score(&features).unwrap(), Level::Low);
        assert_eq!(level.name(), row.level, "{:?}", row.features);
    }
    assert!(compared >= 50, "{compared} rows");
}

#[test]
fn refuses_what_is_no_finite_number() {
    let (_, scorer) = &scorers()[0];
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for index in 0..COUNT {
            let mut values = HEALTH;
            values[index] = wrong;
            assert_eq!(scorer.probability(&values), Err(ScoreError::NotFinite), "{wrong} as feature {index}");
        }
    }
    assert!(scorer.probability(&[f64::MAX; COUNT]).unwrap() <= 1.0);
}

#[test]
fn refuses_a_manifest_that_disagrees() {
    type Change = (&'static str, fn(&mut Value), &'static str);
    let changes: [Change; 13] = [
        ("scope", |m| m["scope"] = json!("history"), "model_manifest_disagrees"),
        ("contract", |m| m["contract"] = json!("features/v2"), "model_manifest_disagrees"),
        ("link", |m| m["link"] = json!("identity"), "model_manifest_disagrees"),
        ("version of the format", |m| m["v"] = json!(2), "model_manifest_disagrees"),
        ("name", |m| m["name"] = json!("two words"), "model_manifest_disagrees"),
        ("order", |m| m["features"].as_array_mut().unwrap().swap(0, 1), "model_manifest_disagrees"),
        ("count", |m| drop(m["features"].as_array_mut().unwrap().pop()), "model_manifest_disagrees"),
        ("unit", |m| m["features"][3]["unit"] = json!("ms"), "model_manifest_disagrees"),
        ("range", |m| m["features"][8]["most"] = json!(1), "model_manifest_disagrees"),
        ("level out of range", |m| m["levels"]["critical"] = json!(1.5), "model_manifest_disagrees"),
        ("levels that fall", |m| m["levels"]["high"] = json!(0.0001), "model_manifest_disagrees"),
        ("missing part", |m| drop(m.as_object_mut().unwrap().remove("health")), "model_manifest_invalid"),
        ("another score", |m| m["health"]["score"] = json!(0.999), "model_unhealthy"),
    ];
    for (what, edit, code) in changes {
        let mut altered = manifest();
        edit(&mut altered);
        let loaded = Scorer::load(altered.to_string().as_bytes(), Format::Nnef, artefacts::SESSION_NNEF);
        assert_eq!(loaded.map(|_| ()).map_err(|error| error.code()), Err(code), "{what}");
    }
    assert_eq!(Manifest::read(b"[]").map(|_| ()).map_err(|error| error.code()), Err("model_manifest_invalid"));
}

#[test]
fn refuses_a_graph_that_the_manifest_does_not_name() {
    let mut changed = artefacts::SESSION_ONNX.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    let loaded = Scorer::load(artefacts::SESSION_MANIFEST, Format::Onnx, &changed);
    assert_eq!(loaded.map(|_| ()), Err(LoadError::Digest { file: "model.onnx" }));
}
