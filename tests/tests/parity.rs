//! Wasm and native say the same, to the byte: signals, features, batches, saved state.

use std::path::{Path, PathBuf};
use std::process::Command;

use unsnag_tests::root;

/// Every trace of the tree.
fn traces() -> Vec<PathBuf> {
    let mut found = vec![root().join("core/src/trace/every_input.jsonl")];
    let corpus = std::fs::read_dir(root().join("fuzz/corpus/trace")).expect("the corpus of traces");
    found.extend(corpus.map(|entry| entry.expect("an entry of the corpus").path()));
    found.sort();
    found
}

fn in_wasm(trace: &Path) -> String {
    let module = root().join("target/xtask/parity/unsnag_parity.js");
    assert!(module.is_file(), "the Wasm build is missing: run `cargo xtask test parity`");
    let output = Command::new("node").arg(root().join("tests/parity/run.mjs")).arg(module).arg(trace).output();
    let output = output.expect("node runs: install Node 20 or newer");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what we write is UTF-8")
}

#[test]
fn a_trace_gives_the_same_bytes_in_wasm_and_native() {
    let traces = traces();
    assert!(traces.len() >= 5, "only {} traces", traces.len());
    let mut batches = 0;
    for trace in traces {
        let text = std::fs::read_to_string(&trace).expect("a trace is text");
        let native = unsnag_parity::run(&text);
        batches += native.lines().filter(|line| line.contains("\"batch_id\"")).count();
        assert_eq!(in_wasm(&trace), native, "{}", trace.display());
    }
    assert!(batches >= 3, "only {batches} batches were compared");
}
