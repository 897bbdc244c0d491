//! Documents that nothing checks will lie: commands and links of every page.

use std::{collections::BTreeMap, path::Path, process::Command};

use unsnag_tests::{File, binary, commands_in, links_in, repository_files, root};

/// How a command is written in prose, and the program that answers to it.
const PROGRAMS: &[(&str, &str)] = &[("cargo xtask", "unsnag-xtask"), ("unsnag", "unsnag")];

fn pages() -> Vec<File> {
    let mut files = repository_files().expect("the work tree is readable");
    files.retain(|file| file.has_extension("md"));
    files
}

/// What `PROGRAM WORDS --help` prints; nothing if there is no such command.
fn help(program: &str, words: &[String]) -> Option<String> {
    let output =
        Command::new(binary(program).expect("it is built")).args(words).arg("--help").output().expect("it starts");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn every_command_that_a_page_names_exists_with_its_options() {
    let mut known = BTreeMap::new();
    let mut named = 0;
    for page in pages() {
        for (prose, program) in PROGRAMS {
            for mention in commands_in(page.text(), prose) {
                named += 1;
                let help =
                    known.entry((*program, mention.words.clone())).or_insert_with(|| help(program, &mention.words));
                let help = help
                    .as_ref()
                    .unwrap_or_else(|| panic!("{}: there is no `{prose} {}`", page.name, mention.words.join(" ")));
                for option in &mention.options {
                    assert!(
                        help.contains(option.as_str()),
                        "{}: `{prose} {}` has no {option}",
                        page.name,
                        mention.words.join(" ")
                    );
                }
            }
        }
    }
    assert!(named > 0, "no page names a command");
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md is readable");
    for command in ["demo", "test"] {
        let found = commands_in(&readme, "cargo xtask").into_iter().any(|mention| mention.words == [command]);
        assert!(found, "README.md does not name `cargo xtask {command}`");
    }
}

#[test]
fn every_link_into_the_repository_leads_somewhere() {
    for page in pages() {
        let folder = root().join(Path::new(&page.name).parent().unwrap_or(Path::new("")));
        for link in links_in(page.text()) {
            assert!(folder.join(&link).exists(), "{}: nothing is at {link}", page.name);
        }
    }
}
