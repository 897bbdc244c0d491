//! The arrows of the architecture, over cargo's own view of the workspace.

use std::{collections::BTreeSet, process::Command};

use cargo_metadata::{Metadata, MetadataCommand};

/// Which crates of the workspace each crate may depend on. Nothing may depend on `unsnag-tests`.
const ARROWS: &[(&str, &[&str])] = &[
    ("unsnag-core", &[]),
    ("unsnag-model", &["unsnag-core"]),
    ("unsnag-sdk-wasm", &["unsnag-core"]),
    ("unsnag-edge-worker", &["unsnag-core", "unsnag-model"]),
    ("unsnag-analysis", &["unsnag-core", "unsnag-model", "unsnag-test-http"]),
    ("unsnag-simulator", &["unsnag-core"]),
    (
        "unsnag-collector",
        &["unsnag-core", "unsnag-model", "unsnag-analysis", "unsnag-kinesis-stub", "unsnag-test-http"],
    ),
    ("unsnag-analysis-bench", &["unsnag-analysis", "unsnag-core", "unsnag-model", "unsnag-simulator"]),
    ("unsnag-chaos", &["unsnag-kinesis-stub"]),
    ("unsnag-history-rows", &["unsnag-analysis", "unsnag-core", "unsnag-simulator"]),
    ("unsnag-kinesis-stub", &[]),
    ("unsnag-parity", &["unsnag-core"]),
    ("unsnag-storage-bench", &[]),
    ("unsnag-test-http", &[]),
    (
        "unsnag-tests",
        &[
            "unsnag-analysis",
            "unsnag-core",
            "unsnag-collector",
            "unsnag-kinesis-stub",
            "unsnag-parity",
            "unsnag-simulator",
            "unsnag-test-http",
        ],
    ),
    ("unsnag-xtask", &["unsnag-core", "unsnag-simulator", "unsnag-test-http"]),
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
        "unsnag-edge-worker",
        BROWSER,
        // tokio itself comes with `worker`, without its runtime: what would bring that is banned.
        &[
            "mio",
            "hyper",
            "axum",
            "reqwest",
            "aws-config",
            "aws-sdk-kinesis",
            "tract-onnx",
            "regex",
            "unsnag-collector",
        ],
        "a Worker starts within a second, and the platform has I/O of its own",
    ),
    (
        "unsnag-collector",
        NATIVE,
        &["worker", "wasm-bindgen", "web-sys", "openssl-sys", "native-tls", "aws-lc-sys", "aws-lc-rs"],
        "the collector is a native program that needs no system library, and no second implementation of TLS",
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

/// Everything that a package by itself is built from on a platform, itself included; what only its tests use is left
/// out. From `cargo tree`, because the metadata knows only the features that the whole workspace turns on together.
fn built_from(package: &str, platform: &str) -> BTreeSet<String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(unsnag_tests::root())
        .args(["tree", "--offline", "--package", package, "--target", platform])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("names of packages are text");
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
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
    let used = built_from("unsnag-collector", NATIVE);
    assert!(used.contains("axum") && used.contains("mio"), "mio comes with axum's tokio: {used:?}");
    assert!(!used.contains("proptest"), "what only core's tests use does not ship");
}

#[test]
fn what_ships_is_free_of_what_its_layer_bans() {
    for (package, platform, banned, reason) in BANNED {
        let used = built_from(package, platform);
        let found: Vec<_> = banned.iter().filter(|name| used.contains(**name)).collect();
        assert!(found.is_empty(), "{package} on {platform} is built from {found:?}: {reason}");
    }
}

#[test]
fn every_crate_has_the_licence_of_the_workspace() {
    for package in metadata(NATIVE).workspace_packages() {
        assert_eq!(package.license.as_deref(), Some("Apache-2.0"), "{}", package.name);
    }
}
