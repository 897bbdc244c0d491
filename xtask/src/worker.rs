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

/// What the platform calls.
const ENTRY: &str = "worker.mjs";
/// The glue as a function, which the entry contains.
const MADE_GLUE: &str = "make_glue.mjs";
/// The entry, and the Wasm that it imports.
const FILES: [&str; 2] = [ENTRY, wasm::FILE];

/// From which of the model's files the Worker loads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// From the NNEF: what is deployed.
    Nnef,
    /// From the ONNX itself, with tract-onnx as it comes: only to measure what the conversion saves.
    Onnx,
}

impl Variant {
    /// Of its stamp and of the folder of its parts.
    fn name(self) -> &'static str {
        match self {
            Self::Nnef => "worker",
            Self::Onnx => "worker-onnx",
        }
    }

    /// Where they go.
    pub(crate) fn folder(self) -> PathBuf {
        match self {
            Self::Nnef => paths::at("edge-worker/build"),
            Self::Onnx => paths::private("worker-onnx-build"),
        }
    }

    /// What is uploaded.
    pub(crate) fn files(self) -> Vec<PathBuf> {
        FILES.iter().map(|file| self.folder().join(file)).collect()
    }

    /// The glue alone, for Workers that call the Wasm without the shim.
    pub(crate) fn glue(self) -> PathBuf {
        paths::private(self.name()).join(MADE_GLUE)
    }

    /// Cargo's features of the crate.
    fn features(self) -> &'static [&'static str] {
        match self {
            Self::Nnef => &[],
            Self::Onnx => &["onnx"],
        }
    }
}

/// Builds the Worker and prints the size of each file.
pub(crate) fn run() -> Result<()> {
    setup::run(setup::Need::BUILD)?;
    let files = build(Variant::Nnef)?;
    let rows = files.iter().zip(Size::of(&files)?).map(|(file, size)| {
        let mut row = vec![text::relative(file)];
        row.extend(size.cells());
        row
    });
    print!("{}", text::table(&["file", "raw", "gzip -9", "brotli 11"], &rows.collect::<Vec<_>>()));
    Ok(())
}

/// Makes the variant's files current; nothing to do when no input changed.
pub(crate) fn build(variant: Variant) -> Result<Vec<PathBuf>> {
    let toolchain = rust_wasm::ensure()?;
    let (folder, files) = (variant.folder(), variant.files());
    let fingerprint = fingerprint(toolchain)?;
    if files.iter().all(|file| file.is_file()) && stamp::is_current(variant.name(), &fingerprint) {
        println!("  the edge worker ({}) is up to date", variant.name());
        return Ok(files);
    }
    let start = Instant::now();
    println!("  building the edge worker ({})", variant.name());
    let compiled = wasm::compile(toolchain, variant.features())?;
    let glue = paths::private(variant.name());
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
    stamp::store(variant.name(), &fingerprint)?;
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
    let made = glue.with_file_name(MADE_GLUE);
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
