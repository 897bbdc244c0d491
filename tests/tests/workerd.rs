//! The committed model in the Worker's own runtime gives scikit-learn's scores and levels.

use std::process::Command;

use serde_json::Value;

/// How far any two runtimes may differ.
const TOLERANCE: f64 = 1e-5;

#[test]
fn scores_the_golden_rows_as_scikit_learn_does() {
    let output = Command::new("node")
        .arg("edge-worker/run/score.mjs")
        .current_dir(unsnag_tests::root())
        .output()
        .expect("Node is installed");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let seen: Value = serde_json::from_slice(&output.stdout).expect("score.mjs prints JSON");
    assert!(seen["rows"].as_u64() >= Some(100) && seen["levels"].as_u64() >= Some(50), "{seen}");
    assert!(seen["max_difference"].as_f64().is_some_and(|difference| difference <= TOLERANCE), "{seen}");
    assert_eq!(seen["differing"], Value::Array(Vec::new()), "{seen}");
}
