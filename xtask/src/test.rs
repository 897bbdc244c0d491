//! `cargo xtask test`: everything a person needs to trust the tree.

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{MetadataCommand, TargetKind};

use crate::{
    bench, model, npm, parity, paths, sdk, setup,
    shell::{Tool, cargo, tool},
    steps::{Counts, Steps},
    text,
    tools::{self, chromium, python},
    worker,
};

/// Test files that are steps of their own: their names, and what they show.
const OWN_STEPS: &[(&str, &str)] = &[
    ("parity", "a trace gives the same bytes in Wasm and native"),
    ("corpus", "what the parsers once met is still handled"),
    ("botocore", "the Kinesis stub is what AWS's own client expects"),
    ("contract", "answers are those that the contract names, whatever is asked"),
    ("conformance", "both hosts answer the same bytes"),
    ("browser", "a stuck visitor is helped, in Chromium"),
    ("scenarios", "small pages with scripted persons: what a human would call frustration, and nothing else"),
];

/// Those that need Python, and what with.
const PYTHON: &[(&str, &str)] =
    &[("botocore", "tests/kinesis/botocore/requirements.txt"), ("contract", "tests/contract/requirements.txt")];

/// The steps in their order.
const STEPS: &[&str] = &[
    "setup",
    "format",
    "lint",
    "dependencies",
    "sdk",
    "types",
    "worker",
    "model",
    "build",
    "tests",
    "docs",
    "parity",
    "corpus",
    "botocore",
    "contract",
    "conformance",
    "browser",
    "scenarios",
    "benches",
];

/// Arguments of the command.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Only these steps; all of them if none is given
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(STEPS))]
    steps: Vec<String>,
}

/// Runs the steps, prints their times, and fails if one of them failed.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::only(&args.steps);
    if !steps.step("setup", "find or install the tools", || setup::run(setup::Need::EVERYTHING).map(quiet)) {
        return steps.finish();
    }
    steps.step("format", "every Rust file is formatted", || {
        cargo().args(["fmt", "--all", "--", "--check"]).run_logged("format").map(quiet)
    });
    steps.step("lint", "no warning in any crate", || {
        cargo()
            .args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])
            .run_logged("lint")
            .map(quiet)
    });
    steps.step("dependencies", "what they may be, and what is known against them", || dependencies().map(quiet));
    steps.step("sdk", "the npm package", || sdk::publish(sdk::Mode::Size).map(quiet));
    steps.step("types", "the TypeScript sources", || {
        npm::bin("tsc").args(["--noEmit", "--project", "sdk-wasm"]).run_logged("types").map(quiet)
    });

    steps.step("worker", "the Worker for Cloudflare's runtime, and its units", || {
        worker::build(worker::Variant::Nnef)?;
        // No part of the native build, since it takes longer to compile than all that is.
        cargo_test("worker-units", cargo_tests().args(["--package", "unsnag-edge-worker"]))
    });
    steps.step("model", "the committed models in onnxruntime and tract, against their golden rows", || {
        let said = model::check()?;
        print!("{}", text::indent(&said) + "\n");
        Ok(Counts::NONE)
    });

    let targets = test_targets()?;
    steps.step("build", "the tests and the collector they start", || {
        // Not `--bins`: without the tests' own dependencies cargo would compile many crates a second time.
        cargo().args(["build", "--all-targets"]).run_logged("build").map(quiet)
    });
    steps.step("tests", "units, properties, rules", || {
        let common = targets.iter().filter(|target| OWN_STEPS.iter().all(|(own, _)| own != target));
        let selection = common.flat_map(|target| ["--test".to_owned(), target.clone()]);
        cargo_test("tests", cargo_tests().args(["--lib", "--bins"]).args(selection))
    });
    steps.step("docs", "the examples in the documentation", || cargo_test("docs", cargo_tests().arg("--doc")));
    for &(name, title) in OWN_STEPS {
        steps.step(name, title, || {
            if name == "parity" {
                parity::build()?;
            }
            if !targets.iter().any(|target| target == name) {
                bail!("there is no test file {name}.rs");
            }
            let browser = chromium::installed()?.context("Chromium is missing: run `cargo xtask setup`")?;
            let mut tests = cargo_tests().args(["--test", name]).env(chromium::VARIABLE, browser);
            if let Some((_, list)) = PYTHON.iter().find(|(own, _)| *own == name) {
                tests = tests.env(python::VARIABLE, python::ensure(list)?);
            }
            cargo_test(name, tests)
        });
    }
    steps.step("benches", "the benches still measure; their figures say nothing here", || bench::samples().map(quiet));
    steps.finish()
}

/// A step that counts nothing.
fn quiet<T>(_: T) -> Counts {
    Counts::NONE
}

/// Always the same selection of packages, so that every step uses the same compiled crates.
fn cargo_tests() -> Tool {
    cargo().args(["test", "--no-fail-fast"])
}

/// Runs tests and counts them, also when some fail.
fn cargo_test(name: &str, tool: Tool) -> Result<Counts> {
    let log = paths::private("logs").join(format!("{name}.log"));
    let result = tool.run_logged(name);
    let counts = Counts::of_cargo_test(&std::fs::read_to_string(&log).unwrap_or_default());
    match result {
        Err(error) if counts.failed == 0 => Err(error),
        _ => Ok(counts),
    }
}

/// The names of all test files of the packages that are built natively.
fn test_targets() -> Result<Vec<String>> {
    let metadata = MetadataCommand::new().manifest_path(paths::at("Cargo.toml")).no_deps().exec()?;
    let packages = metadata.workspace_default_packages();
    let targets = packages.iter().flat_map(|package| &package.targets);
    Ok(targets.filter(|target| target.kind.contains(&TargetKind::Test)).map(|target| target.name.clone()).collect())
}

/// Says what it cannot look at: neither the program nor the registry's list is everywhere.
fn dependencies() -> Result<()> {
    if tools::find(&["cargo-deny"]).is_some() {
        let said = tool("cargo-deny").args(["check", "licenses", "bans", "sources"]).run_logged("cargo-deny")?;
        println!("  crates: {}", text::last_line(&said).trim());
    } else {
        println!("  crates: skipped, cargo-deny is not installed (`cargo install cargo-deny`)");
    }
    println!("  packages of npm: {}", npm::audit()?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_every_step_of_its_own() {
        for (name, _) in OWN_STEPS {
            assert!(STEPS.contains(name), "{name} cannot be chosen");
        }
    }
}
