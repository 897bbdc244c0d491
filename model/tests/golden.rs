//! The committed models give the scores that scikit-learn and onnxruntime gave, in each format, and refuse to be anything
//! else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use serde::Deserialize;
use serde_json::{Value, json};
use unsnag_core::features::{COUNT, Features, ONE};
use unsnag_core::risk::{Level, Model as _};
use unsnag_model::{Format, LoadError, Manifest, Scope, ScoreError, Scorer, artefacts};

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

/// A committed model in each format that there is of it.
struct Committed {
    scope: Scope,
    manifest: &'static [u8],
    golden: &'static str,
    scorers: Vec<(Format, Scorer)>,
}

impl Committed {
    fn manifest(&self) -> Value {
        serde_json::from_slice(self.manifest).unwrap()
    }

    fn rows(&self) -> Vec<Row> {
        serde_json::from_str::<Golden>(self.golden).unwrap().rows
    }
}

fn session() -> Committed {
    Committed {
        scope: Scope::Session,
        manifest: artefacts::SESSION_MANIFEST,
        golden: include_str!("../artefacts/session/golden.json"),
        scorers: vec![(Format::Onnx, Scorer::session_onnx().unwrap()), (Format::Nnef, Scorer::session_nnef().unwrap())],
    }
}

fn committed() -> [Committed; 2] {
    let history = Committed {
        scope: Scope::History,
        manifest: artefacts::HISTORY_MANIFEST,
        golden: include_str!("../artefacts/history/golden.json"),
        scorers: vec![(Format::Onnx, Scorer::history_onnx().unwrap())],
    };
    [session(), history]
}

#[test]
fn the_health_check_vector_is_the_first_golden_row_and_the_manifests() {
    for model in committed() {
        let first = &model.rows()[0];
        assert_eq!(first.features.map(f64::to_bits), HEALTH.map(f64::to_bits), "{:?}", model.scope);
        let manifest = model.manifest();
        assert_eq!(manifest["health"]["features"], json!(HEALTH), "{:?}", model.scope);
        assert_eq!(manifest["health"]["score"], json!(first.sklearn), "{:?}", model.scope);
    }
}

#[test]
fn scores_every_golden_row_as_scikit_learn_and_onnxruntime_do() {
    for model in committed() {
        let rows = model.rows();
        assert!(rows.len() >= 100, "{:?}", model.scope);
        for (format, scorer) in &model.scorers {
            for (index, row) in rows.iter().enumerate() {
                let score = scorer.probability(&row.features).unwrap();
                for (whose, expected) in [("scikit-learn", row.sklearn), ("onnxruntime", row.onnxruntime)] {
                    assert!(
                        (score - expected).abs() <= TOLERANCE,
                        "{:?}, row {index}: {format:?} {score}, {whose} {expected}",
                        model.scope
                    );
                }
            }
        }
    }
}

#[test]
fn both_formats_give_the_same_bits() {
    let session = session();
    let [(_, onnx), (_, nnef)] = &session.scorers[..] else { panic!("there are two") };
    for row in session.rows() {
        let [a, b] = [onnx, nnef].map(|scorer| scorer.probability(&row.features).unwrap().to_bits());
        assert_eq!(a, b, "{:?}", row.features);
    }
}

#[test]
fn gives_the_golden_levels_except_within_the_tolerance_of_a_cut() {
    for model in committed() {
        let (_, scorer) = model.scorers.last().unwrap();
        let cuts = scorer.cuts();
        let mut compared = 0;
        for row in model.rows() {
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
            assert_eq!(level.name(), row.level, "{:?} {:?}", model.scope, row.features);
        }
        assert!(compared >= 50, "{:?}: {compared} rows", model.scope);
    }
}

#[test]
fn each_scope_refuses_the_model_of_the_other() {
    for model in committed() {
        for scope in [Scope::Session, Scope::History] {
            let read = Manifest::read(model.manifest, scope).map(|_| ()).map_err(|error| error.code());
            let expected = if scope == model.scope { Ok(()) } else { Err("model_manifest_disagrees") };
            assert_eq!(read, expected, "{:?} as {scope:?}", model.scope);
        }
    }
    let loaded = Scorer::load(Scope::History, artefacts::SESSION_MANIFEST, Format::Onnx, artefacts::SESSION_ONNX);
    assert_eq!(loaded.map(|_| ()).map_err(|error| error.code()), Err("model_manifest_disagrees"));
}

#[test]
fn refuses_what_is_no_finite_number() {
    let scorer = Scorer::session_onnx().unwrap();
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
        ("scope", |m| m["scope"] = json!("page"), "model_manifest_disagrees"),
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
    let manifest = session().manifest();
    for (what, edit, code) in changes {
        let mut altered = manifest.clone();
        edit(&mut altered);
        let loaded =
            Scorer::load(Scope::Session, altered.to_string().as_bytes(), Format::Nnef, artefacts::SESSION_NNEF);
        assert_eq!(loaded.map(|_| ()).map_err(|error| error.code()), Err(code), "{what}");
    }
    assert_eq!(
        Manifest::read(b"[]", Scope::Session).map(|_| ()).map_err(|error| error.code()),
        Err("model_manifest_invalid")
    );
}

#[test]
fn refuses_a_graph_that_the_manifest_does_not_name() {
    let mut changed = artefacts::SESSION_ONNX.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    let loaded = Scorer::load(Scope::Session, artefacts::SESSION_MANIFEST, Format::Onnx, &changed);
    assert_eq!(loaded.map(|_| ()), Err(LoadError::Digest { file: "model.onnx" }));
}
