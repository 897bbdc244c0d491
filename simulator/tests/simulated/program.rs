//! The binary: what it writes, and what it says to input that must be corrected.

#![allow(clippy::disallowed_methods, reason = "what the binary wrote lies in files")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder of this test's own, empty at its start.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("simulate").join(name);
    let _ = std::fs::remove_dir_all(&path);
    path
}

fn simulate(arguments: &[&str], out: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_unsnag-simulate")).args(arguments).arg("--out").arg(out).output().unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn writes_batches_truth_and_traces_and_the_same_bytes_again() {
    let (first, second) = (folder("first"), folder("second"));
    let arguments = ["--visitors", "20", "--seed", "3", "--traces", "--start", "1700000000000", "--days", "2"];
    let output = simulate(&arguments, &first);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("batches.jsonl"));
    assert!(simulate(&arguments, &second).status.success());

    let batches = lines(&first.join("batches.jsonl"));
    assert!(batches.windows(2).all(|pair| pair[0]["at"].as_u64() <= pair[1]["at"].as_u64()));
    assert!(batches.iter().all(|line| line["batch"]["v"] == 1 && line["at"] == line["batch"]["sent_at"]));
    assert!(batches.iter().all(|line| line["at"].as_u64().unwrap() >= 1_700_000_000_000));
    assert_eq!(lines(&first.join("truth.jsonl")).len(), 20);
    let mut names: Vec<_> =
        std::fs::read_dir(first.join("traces")).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert!(names.len() >= 20);
    let traces = names.iter().map(|name| Path::new("traces").join(name));
    for name in traces.chain(["batches.jsonl".into(), "truth.jsonl".into()]) {
        let read = |folder: &Path| std::fs::read(folder.join(&name)).unwrap();
        assert!(read(&first) == read(&second), "{} differs", name.display());
    }
}

#[test]
fn rejects_wrong_input_with_a_sentence_and_exit_code_2() {
    let file = folder("file").with_extension("txt");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "").unwrap();
    let empty = folder("empty");
    let table: [(&[&str], &Path, &str); 7] = [
        (&["--visitors", "0"], &empty, "--visitors must be 1 to 1000000, not 0"),
        (&["--days", "0"], &empty, "--days must be 1 to 3650, not 0"),
        (&["--start", "9000000000000000"], &empty, "--start must be ms since 1970"),
        (&["--only", "nothing"], &empty, "no obstacle is called nothing; there are dead-add"),
        (&["--visitors", "many"], &empty, "invalid value 'many'"),
        (&["--without-obstacles", "--only", "dead-add"], &empty, "cannot be used with"),
        (&[], &file, "is a file"),
    ];
    for (arguments, out, expected) in table {
        let output = simulate(arguments, out);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    assert!(!empty.exists(), "nothing is written before the input is right");
}

#[test]
fn the_help_says_what_is_written_and_in_which_unit() {
    let output = Command::new(env!("CARGO_BIN_EXE_unsnag-simulate")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for words in ["batches.jsonl", "truth.jsonl", "ms since 1970", "--without-obstacles", "not real people"] {
        assert!(help.contains(words), "{words}: {help}");
    }
}
