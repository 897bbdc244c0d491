//! `cargo xtask worker`: the edge worker, from Rust to the two files in `edge-worker/build` that are deployed.

mod wasm;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result};

use crate::{
    npm, paths,
    sdk::Size,
    setup,
    stamp::{self, Fingerprint},
    text,
    tools::rust_wasm::{self, Toolchain},
};

const BUILD: &str = "edge-worker/build";
/// What the platform calls.
const ENTRY: &str = "worker.mjs";
/// The entry, and the Wasm that it imports.
const FILES: [&str; 2] = [ENTRY, wasm::FILE];
const STAMP: &str = "worker";

/// Builds the Worker and prints the size of each file.
pub(crate) fn run() -> Result<()> {
    setup::run(setup::Need::BUILD)?;
    let files = build()?;
    let rows = files.iter().zip(Size::of(&files)?).map(|(file, size)| {
        let mut row = vec![text::relative(file)];
        row.extend(size.cells());
        row
    });
    print!("{}", text::table(&["file", "raw", "gzip -9", "brotli 11"], &rows.collect::<Vec<_>>()));
    Ok(())
}

/// Makes `edge-worker/build` current; nothing to do when no input changed.
pub(crate) fn build() -> Result<Vec<PathBuf>> {
    let toolchain = rust_wasm::ensure()?;
    let folder = paths::at(BUILD);
    let files: Vec<PathBuf> = FILES.iter().map(|file| folder.join(file)).collect();
    let fingerprint = fingerprint(toolchain)?;
    if files.iter().all(|file| file.is_file()) && stamp::is_current(STAMP, &fingerprint) {
        println!("  the edge worker is up to date");
        return Ok(files);
    }
    let start = Instant::now();
    println!("  building the edge worker");
    let compiled = wasm::compile(toolchain)?;
    let glue = paths::private("worker");
    if glue.exists() {
        fs::remove_dir_all(&glue).with_context(|| format!("cannot remove {}", glue.display()))?;
    }
    wasm::bind(&compiled, &glue)?;
    wasm::optimise(&glue.join(wasm::BOUND), &glue.join(wasm::FILE))?;
    bundle(&glue.join(wasm::GLUE), &glue.join(ENTRY))?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, file) in FILES.iter().zip(&files) {
        // Renamed, so that a Worker that is started meanwhile never sees half a file.
        fs::rename(glue.join(name), file).with_context(|| format!("cannot make {}", file.display()))?;
    }
    stamp::store(STAMP, &fingerprint)?;
    println!("  built in {}", text::duration(start.elapsed()));
    Ok(files)
}

fn fingerprint(toolchain: Toolchain) -> Result<String> {
    let mut print = Fingerprint::default().text(&toolchain.version()?);
    for input in [
        "Cargo.toml",
        "Cargo.lock",
        "package-lock.json",
        "core",
        "model",
        "edge-worker",
        "xtask/src/worker.rs",
        "xtask/src/worker",
    ] {
        // `model/train` makes the artefacts, which are inputs themselves.
        print = print.tree(&paths::at(input), &["build", "run", "tests", "train", "README.md"])?;
    }
    Ok(print.finish())
}

/// Joins shim and glue. The glue becomes a function, so that each instance of the Wasm gets one of its own.
fn bundle(glue: &Path, to: &Path) -> Result<()> {
    let made = glue.with_file_name("make_glue.mjs");
    let esbuild = || npm::bin("esbuild").args(["--bundle", "--target=es2022", "--log-level=warning"]);
    esbuild()
        .arg(glue)
        .args(["--format=cjs", "--external:cloudflare:*"])
        .arg("--banner:js=export function makeGlue(module) {")
        .arg("--footer:js=return module.exports; }")
        .arg(format!("--outfile={}", made.display()))
        .run_logged("worker-glue")?;
    esbuild()
        .arg(paths::at("edge-worker/shim/worker.mjs"))
        .args(["--format=esm", "--minify", "--external:cloudflare:*"])
        .arg(format!("--alias:unsnag-glue={}", made.display()))
        .arg(format!("--external:./{}", wasm::FILE))
        .arg(format!("--outfile={}", to.display()))
        .run_logged("worker-bundle")?;
    Ok(())
}
