//! `cargo xtask fuzz`: the parsers and the engine under random input.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{
    paths,
    shell::{Tool, cargo, tool},
    text,
};

/// Runs one target, or all of them one after another.
pub(crate) fn run(target: Option<&str>, seconds: u32) -> Result<()> {
    let known = targets()?;
    let chosen = match target {
        None => known,
        Some(name) if known.iter().any(|known| known == name) => vec![name.to_owned()],
        Some(name) => bail!("there is no fuzz target `{name}`; there are: {}", known.join(", ")),
    };
    let tools = ensure_cargo_fuzz()?;
    for name in chosen {
        println!("== fuzz {name}: {seconds} s");
        // What libFuzzer finds interesting goes to a private folder; the committed seeds are only read.
        let found = paths::private("fuzz").join(&name);
        fs::create_dir_all(&found)?;
        fuzzer(&tools)
            .args(["run", "--fuzz-dir", "fuzz", "--target-dir", "target/fuzz"])
            .arg(&name)
            .arg(&found)
            .arg(paths::at("fuzz/corpus").join(&name))
            .args(["--".to_owned(), format!("-max_total_time={seconds}"), "-print_final_stats=1".to_owned()])
            .run_logged(&format!("fuzz-{name}"))
            .map(|said| println!("{}", text::indent(&statistics(&said))))
            .with_context(|| format!("{name}: an input that breaks it lies in fuzz/artifacts/{name}"))?;
    }
    Ok(())
}

/// The fuzz targets, by their files.
fn targets() -> Result<Vec<String>> {
    let folder = paths::at("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// cargo-fuzz, in the private folder if it is not on the PATH.
fn ensure_cargo_fuzz() -> Result<PathBuf> {
    let private = paths::private("tools");
    let installed = private.join("bin/cargo-fuzz");
    if let Some(found) = crate::tools::find(&["cargo-fuzz"]) {
        return Ok(found);
    }
    if !installed.is_file() {
        println!("  installing cargo-fuzz into target/xtask/tools");
        cargo().args(["install", "cargo-fuzz", "--quiet", "--root"]).arg(&private).run_logged("cargo-fuzz")?;
    }
    Ok(installed)
}

/// cargo-fuzz on the nightly toolchain, or on the one in use with nightly's options unlocked.
fn fuzzer(cargo_fuzz: &PathBuf) -> Tool {
    let toolchains = tool("rustup").args(["toolchain", "list"]).read().unwrap_or_default();
    let nightly =
        toolchains.lines().find(|line| line.starts_with("nightly")).and_then(|line| line.split_whitespace().next());
    match nightly {
        Some(nightly) => ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"]
            .iter()
            .fold(tool("rustup"), |tool, name| tool.without_env(name))
            .args(["run", nightly])
            .arg(cargo_fuzz),
        None => tool(cargo_fuzz).env("RUSTC_BOOTSTRAP", "1"),
    }
}

/// libFuzzer's closing lines.
fn statistics(said: &str) -> String {
    said.lines()
        .filter(|line| {
            line.starts_with("stat::number_of_executed_units")
                || line.starts_with("stat::average_exec")
                || line.starts_with("Done ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}
