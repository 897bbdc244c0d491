//! Rules about files that no compiler checks.

use unsnag_tests::{File, repository_files, root};

/// Above this a file has to say here why it is one.
const LONGEST_FILE: usize = 600;

/// Longer files, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[
    ("core/src/thresholds.rs", "a table: every threshold with its source, default and name"),
    ("core/tests/forms.rs", "a table of what can become of a form"),
];

/// What people write and read by hand.
const SOURCES: &[&str] = &["rs", "ts", "js", "mjs", "css", "html"];

fn files_with(extensions: &[&str]) -> Vec<File> {
    let mut files = repository_files().expect("the work tree is readable");
    files.retain(|file| extensions.iter().any(|extension| file.has_extension(extension)));
    assert!(!files.is_empty(), "no file ends in any of {extensions:?}");
    files
}

fn assert_none(offenders: &[String], rule: &str) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}

#[test]
fn every_rust_file_opens_with_what_it_is_for() {
    let offenders: Vec<String> = files_with(&["rs"])
        .into_iter()
        .filter(|file| !file.text().lines().next().unwrap_or_default().starts_with("//! "))
        .map(|file| file.name)
        .collect();
    assert_none(&offenders, "the first line of a Rust file is its `//!` documentation");
}

#[test]
fn no_module_hides_in_a_mod_rs() {
    let offenders: Vec<String> =
        files_with(&["rs"]).into_iter().map(|file| file.name).filter(|name| name.ends_with("mod.rs")).collect();
    assert_none(&offenders, "a module with children is NAME.rs beside the folder NAME");
}

#[test]
fn no_file_is_long_without_a_reason() {
    let offenders: Vec<String> = files_with(SOURCES)
        .into_iter()
        .map(|file| (file.text().lines().count(), file.name))
        .filter(|(lines, name)| *lines > LONGEST_FILE && !LONG_FILES.iter().any(|(long, _)| long == name))
        .map(|(lines, name)| format!("{name}: {lines} lines"))
        .collect();
    assert_none(&offenders, "a file has at most 600 lines, or a reason in LONG_FILES");
}

#[test]
fn every_long_file_on_the_list_is_still_long() {
    let files = files_with(SOURCES);
    for (name, _) in LONG_FILES {
        let lines = files.iter().find(|file| file.name == *name).map_or(0, |file| file.text().lines().count());
        assert!(lines > LONGEST_FILE, "{name} has {lines} lines: take it off LONG_FILES");
    }
}

#[test]
fn every_crate_says_what_is_in_and_out_of_scope() {
    let mut offenders = Vec::new();
    let files = files_with(&["rs"]);
    for folder in ["core", "sdk-wasm", "edge-worker", "collector", "tests", "xtask"] {
        let roots = [format!("{folder}/src/lib.rs"), format!("{folder}/src/main.rs")];
        let Some(file) = roots.iter().find_map(|root| files.iter().find(|file| file.name == *root)) else {
            offenders.push(format!("{folder}: no lib.rs or main.rs"));
            continue;
        };
        let docs: String = file.text().lines().take_while(|line| line.starts_with("//!")).collect();
        for words in ["In scope", "Out of scope"] {
            if !docs.contains(words) {
                offenders.push(format!("{}: does not say `{words}`", file.name));
            }
        }
    }
    assert_none(&offenders, "a crate's first lines say what is in and what is out of scope");
}

#[test]
fn nothing_is_left_to_do_in_comments() {
    let words = ["TODO", "FIXME", "XXX"].map(|word| format!("{word}:"));
    let mut offenders = Vec::new();
    for file in files_with(SOURCES) {
        for (index, line) in file.text().lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                offenders.push(format!("{}:{}", file.name, index + 1));
            }
        }
    }
    assert_none(&offenders, "what is left to do is an issue, not a comment");
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    // Composed here, so that this file does not break its own rule.
    let folders = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let mut offenders = Vec::new();
    for file in repository_files().expect("the work tree is readable") {
        for (index, line) in file.text().lines().enumerate() {
            let paths = folders.iter().flat_map(|folder| line.match_indices(folder.as_str()));
            // A path begins where no word, dot or tilde comes before it: `a/home/b` is relative.
            let begins = |at: usize| {
                line[..at]
                    .chars()
                    .next_back()
                    .is_none_or(|before| !before.is_alphanumeric() && !"._-~/".contains(before))
            };
            if paths.into_iter().any(|(at, _)| begins(at)) {
                offenders.push(format!("{}:{}", file.name, index + 1));
            }
        }
    }
    assert_none(&offenders, "paths are relative to the repository");
}

#[test]
fn lock_files_say_nothing_about_where_packages_came_from() {
    let offenders: Vec<String> = repository_files()
        .expect("the work tree is readable")
        .into_iter()
        .filter(|file| file.name.ends_with("package-lock.json") && file.text().contains("\"resolved\""))
        .map(|file| file.name)
        .collect();
    assert_none(&offenders, "npm's lock files hold versions and hashes only");
}

#[test]
fn the_licence_is_there_in_full() {
    let text = std::fs::read_to_string(root().join("LICENSE")).expect("LICENSE is readable");
    for part in ["Apache License", "Version 2.0, January 2004", "END OF TERMS AND CONDITIONS"] {
        assert!(text.contains(part), "LICENSE lacks `{part}`");
    }
}
