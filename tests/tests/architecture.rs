//! The arrows of the architecture, over cargo's own view of the workspace.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// Which crates of the workspace each crate may depend on. Nothing may depend on `unsnag-tests`.
const ARROWS: &[(&str, &[&str])] = &[
    ("unsnag-core", &[]),
    ("unsnag-model", &["unsnag-core"]),
    ("unsnag-sdk-wasm", &["unsnag-core"]),
    ("unsnag-collector", &["unsnag-core"]),
    ("unsnag-kinesis-stub", &[]),
    ("unsnag-parity", &["unsnag-core"]),
    ("unsnag-tests", &["unsnag-core", "unsnag-collector", "unsnag-parity"]),
    ("unsnag-xtask", &["unsnag-core", "unsnag-collector"]),
];

/// What must not be in what we ship, however deep: the crate, the platform it is built for, the packages, the reason.
const BANNED: &[(&str, &str, &[&str], &str)] = &[
    (
        "unsnag-core",
        NATIVE,
        &["tokio", "futures", "rand", "getrandom", "chrono", "time", "uuid", "reqwest", "axum", "tracing"],
        "clock, randomness, I/O and async come in as arguments",
    ),
    ("unsnag-core", BROWSER, &["web-sys", "js-sys", "wasm-bindgen", "getrandom", "tokio"], "core knows no platform"),
    (
        "unsnag-sdk-wasm",
        BROWSER,
        &["tokio", "tract-onnx", "tract-core", "aws-config", "reqwest", "regex", "chrono", "serde-wasm-bindgen"],
        "the page pays for each byte",
    ),
    (
        "unsnag-collector",
        NATIVE,
        &["worker", "wasm-bindgen", "web-sys", "openssl-sys"],
        "the collector is a native program that needs no system library",
    ),
];

const NATIVE: &str = "x86_64-unknown-linux-gnu";
const BROWSER: &str = "wasm32-unknown-unknown";

fn metadata(platform: &str) -> Metadata {
    MetadataCommand::new()
        .manifest_path(unsnag_tests::root().join("Cargo.toml"))
        .other_options(["--offline".to_owned(), "--filter-platform".to_owned(), platform.to_owned()])
        .exec()
        .expect("cargo describes the workspace")
}

/// Everything that a package is built from, itself included; what only its tests use is left out.
fn built_from(metadata: &Metadata, package: &PackageId) -> BTreeSet<String> {
    let graph = metadata.resolve.as_ref().expect("cargo resolves the workspace");
    let nodes: BTreeMap<_, _> = graph.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![package];
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            let used = nodes[id]
                .deps
                .iter()
                .filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
            waiting.extend(used.map(|dep| &dep.pkg));
        }
    }
    seen.into_iter().map(|id| metadata[id].name.to_string()).collect()
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let metadata = metadata(NATIVE);
    let members: BTreeSet<&str> = metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    for package in metadata.workspace_packages() {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| *name == package.name.as_str())
            .unwrap_or_else(|| panic!("{} has no line in ARROWS: say what it may depend on", package.name));
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            assert!(
                !members.contains(name) || allowed.contains(&name),
                "{} depends on {name}; its arrows lead to {allowed:?}",
                package.name
            );
        }
    }
}

#[test]
fn arrows_name_only_crates_that_exist() {
    let metadata = metadata(NATIVE);
    for (name, _) in ARROWS {
        assert!(metadata.workspace_packages().iter().any(|package| package.name == *name), "there is no crate {name}");
    }
}

#[test]
fn sees_what_a_crate_is_built_from_however_deep() {
    let metadata = metadata(NATIVE);
    let packages = metadata.workspace_packages();
    let collector = packages.iter().find(|package| package.name == "unsnag-collector").expect("there is a collector");
    let used = built_from(&metadata, &collector.id);
    assert!(used.contains("axum") && used.contains("mio"), "mio comes with axum's tokio: {used:?}");
    assert!(!used.contains("proptest"), "what only core's tests use does not ship");
}

#[test]
fn what_ships_is_free_of_what_its_layer_bans() {
    for platform in [NATIVE, BROWSER] {
        let metadata = metadata(platform);
        for (crate_name, _, banned, reason) in BANNED.iter().filter(|(_, own, ..)| *own == platform) {
            let package = metadata
                .workspace_packages()
                .into_iter()
                .find(|package| package.name == *crate_name)
                .unwrap_or_else(|| panic!("there is no crate {crate_name}"));
            let used = built_from(&metadata, &package.id);
            let found: Vec<_> = banned.iter().filter(|name| used.contains(**name)).collect();
            assert!(found.is_empty(), "{crate_name} on {platform} is built from {found:?}: {reason}");
        }
    }
}

#[test]
fn every_crate_has_the_licence_of_the_workspace() {
    for package in metadata(NATIVE).workspace_packages() {
        assert_eq!(package.license.as_deref(), Some("Apache-2.0"), "{}", package.name);
    }
}
