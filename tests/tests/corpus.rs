//! The committed inputs of the fuzz targets, replayed. A file's name says what becomes of it:
//! `accepted-WHAT` or `read-WHAT`, or `refused-CODE-WHAT`; of inputs, `says-KIND-WHAT` names a signal that stands at
//! the end, and `quiet-WHAT` says that there is none.

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "a library of its own for the fuzz targets")]
mod fuzz;

use std::{fs, path::PathBuf};

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = unsnag_tests::root().join("fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("the corpus is there").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of {target} is empty");
    let named = files.into_iter().map(|file| {
        let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        (name, fs::read(file).expect("readable"))
    });
    named.collect()
}

#[test]
fn batches_of_the_corpus_get_the_verdict_in_their_names() {
    for (name, body) in corpus("batch") {
        let (status, code) = fuzz::batch(&body);
        let stem = name.split('.').next().unwrap_or_default();
        match stem.split('-').collect::<Vec<_>>()[..] {
            ["accepted", ..] => assert_eq!((status, code), (200, None), "{name}"),
            ["refused", expected, ..] => assert_eq!(code.as_deref(), Some(expected), "{name}"),
            _ => panic!("{name} does not say what becomes of it"),
        }
    }
}

#[test]
fn traces_of_the_corpus_are_read_or_refused_as_their_names_say() {
    for (name, bytes) in corpus("trace") {
        let text = String::from_utf8(bytes).expect("a trace is text");
        let outcome = fuzz::trace(&text);
        let stem = name.split('.').next().unwrap_or_default();
        match stem.split('-').collect::<Vec<_>>()[..] {
            ["read", ..] => assert!(outcome.is_ok(), "{name}: {outcome:?}"),
            ["refused", expected, ..] => assert_eq!(outcome, Err(expected), "{name}"),
            _ => panic!("{name} does not say what becomes of it"),
        }
    }
}

#[test]
fn inputs_of_the_corpus_say_what_their_names_say() {
    for (name, bytes) in corpus("inputs") {
        let said = fuzz::inputs(&bytes);
        match name.split('-').collect::<Vec<_>>()[..] {
            ["says", kind, ..] => assert!(said.contains(&kind), "{name}: {said:?}"),
            ["quiet", ..] => assert!(said.is_empty(), "{name}: {said:?}"),
            _ => panic!("{name} does not say what becomes of it"),
        }
    }
}
