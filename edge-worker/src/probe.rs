//! The model without a request around it: exported for `run/probe.mjs`, which compares scores and measures them. No
//! route of the Worker leads here.

#![allow(unreachable_pub, reason = "wasm-bindgen exports what is public, and nobody else sees it")]

use std::hint::black_box;

use unsnag_core::features::{COUNT, Features};
use unsnag_core::risk::{self, Level};
use unsnag_model::{LoadError, Scorer};
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static SCORER: Result<Scorer, LoadError> = load();
}

/// What `model.rs` loads.
#[cfg(not(feature = "onnx"))]
fn load() -> Result<Scorer, LoadError> {
    Scorer::session_nnef()
}

#[cfg(feature = "onnx")]
fn load() -> Result<Scorer, LoadError> {
    Scorer::session_onnx()
}

fn probability(values: &[f64; COUNT]) -> f64 {
    SCORER.with(|scorer| scorer.as_ref().ok()?.probability(values).ok()).unwrap_or(f64::NAN)
}

/// The score of one vector; NaN where it has none.
#[wasm_bindgen]
pub fn probe_score(values: &[f64]) -> f64 {
    values.try_into().map_or(f64::NAN, |values| probability(&values))
}

/// The level that the Worker gives a fresh session with these features; empty where it would round them first, as it
/// does with all that a page sends.
#[wasm_bindgen]
pub fn probe_level(values: &[f64]) -> String {
    let features = Features::from_wire(values, Features::ALL_OBSERVED);
    let exact = features
        .filter(|features| features.numbers().iter().map(|it| it.to_bits()).eq(values.iter().map(|it| it.to_bits())));
    SCORER.with(|scorer| {
        let (Some(features), Ok(scorer)) = (exact, scorer) else {
            return String::new();
        };
        risk::assess(scorer, &features, Level::Low).level.name().to_owned()
    })
}

/// The sum of the scores of `count` vectors, no two alike; 0 from a loop that only makes them, if not `really`.
#[wasm_bindgen]
pub fn probe_scores(count: u32, really: bool) -> f64 {
    let mut sum = 0.0;
    for at in 0..count {
        let values = black_box(vector(f64::from(at)));
        if really {
            sum += probability(&values);
        }
    }
    sum
}

/// As in `model/benches/score.rs`.
fn vector(n: f64) -> [f64; COUNT] {
    [
        n % 7.0,
        n % 5.0,
        n % 3.0,
        n % 3600.0,
        n % 4.0,
        n % 2.0,
        n % 9.0 / 4.0,
        0.5,
        n % 100.0,
        n % 60.0,
        1.0,
        3.0,
        n % 90.0,
    ]
}
