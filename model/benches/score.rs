//! The time of one score, natively: prints `{"median_us":…,"p99_us":…,"load_ms":…}` for each format.
//!
//! `cargo xtask bench prescore` runs it and sets it beside workerd's.

#![allow(clippy::disallowed_methods, reason = "a bench needs a clock")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on shall say where")]

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Value, json};
use unsnag_core::features::COUNT;
use unsnag_model::Scorer;

const RUNS: usize = 100_000;
/// Caches and branch predictors have settled after these.
const WARM_UP: usize = 10_000;

/// Vectors that differ, so that nothing can be remembered.
fn vector(n: usize) -> [f64; COUNT] {
    let n = n as f64;
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

fn measure(load: impl Fn() -> Scorer) -> Value {
    let start = Instant::now();
    let scorer = load();
    let load_ms = start.elapsed().as_secs_f64() * 1e3;
    for n in 0..WARM_UP {
        black_box(scorer.probability(&vector(n)).unwrap());
    }
    let mut times: Vec<f64> = (0..RUNS)
        .map(|n| {
            let values = vector(n);
            let start = Instant::now();
            black_box(scorer.probability(black_box(&values)).unwrap());
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    json!({ "median_us": times[RUNS / 2], "p99_us": times[RUNS * 99 / 100], "load_ms": load_ms })
}

fn main() {
    let onnx = measure(|| Scorer::session_onnx().unwrap());
    let nnef = measure(|| Scorer::session_nnef().unwrap());
    println!("{}", json!({ "onnx": onnx, "nnef": nnef }));
}
