//! The contract against a running host: requests that schemathesis makes from `openapi.json`, right ones and wrong ones,
//! and answers that must be among those which the contract names.

use std::env;
use std::process::{Command, Stdio};

use unsnag_tests::{Collector, root};

/// Names a Python that has the packages of `contract/requirements.txt`.
const VARIABLE: &str = "UNSNAG_PYTHON";

/// Requests that are made at random for each operation; those which follow from the contract come on top.
const EXAMPLES: &str = "30";

/// Requests that follow from the contract alone.
const LEAST_REQUESTS: u64 = 1000;

#[test]
fn every_answer_is_one_that_the_contract_names() {
    let python = env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!("{VARIABLE} names no Python with schemathesis: run this test through `cargo xtask test contract`")
    });
    let collector = Collector::start(&["--client-rate-per-s", "0", "--key", "demo=;0"]).expect("a collector starts");
    let remembered = tempfile::tempdir().expect("a folder can be made");
    let output = Command::new(python)
        // Leaves no compiled files in the tree.
        .args(["-B", "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"])
        .arg(format!("{}/openapi.json", collector.url()))
        .args(["--phases", "coverage,fuzzing", "--max-examples", EXAMPLES, "--no-color"])
        .current_dir(root().join("tests/contract"))
        .env("PYTHONPATH", ".")
        .env("HYPOTHESIS_STORAGE_DIRECTORY", remembered.path())
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{VARIABLE} cannot be run: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tested = said.lines().find_map(|line| line.trim().strip_prefix("Tested: ")).unwrap_or_default();
    // All but the one that the contract itself comes by.
    assert_eq!(tested, "5", "operations");
    let generated = said.lines().find_map(|line| line.trim().split_once(" generated")?.0.replace(',', "").parse().ok());
    assert!(generated >= Some(LEAST_REQUESTS), "{generated:?} requests");
}
