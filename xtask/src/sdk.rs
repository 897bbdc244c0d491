//! `cargo xtask sdk`: the npm package, from Rust and TypeScript to `sdk-wasm/dist`.

mod bundle;
mod names;
mod size;
pub(crate) mod wasm;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

pub(crate) use self::size::{Size, files};
use crate::{
    paths, setup,
    stamp::{self, Fingerprint},
    text,
    tools::rust_wasm::{self, Toolchain},
};

/// What the package must hold, whatever else is in it.
const PACKAGE: &[&str] = &[
    "package.json",
    "README.md",
    "LICENSE",
    "index.js",
    "index.d.ts",
    "unsnag.iife.js",
    "unsnag.wasm",
    "nudge.js",
    "nudge-live.js",
    "debug.js",
    "thresholds.js",
    "video.js",
];

/// How the Wasm is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What is published: std built along with the crate, for size.
    Size,
    /// Stable Rust alone.
    Plain,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Plain => "plain",
        }
    }
}

/// One build's intermediate folder.
#[derive(Debug)]
struct Place {
    /// wasm-bindgen's module, its types and its Wasm.
    glue: PathBuf,
    /// The finished package.
    package: PathBuf,
}

impl Place {
    fn of(mode: Mode) -> Self {
        let place = paths::private("sdk").join(mode.name());
        Self { glue: place.join("glue"), package: place.join("package") }
    }
}

/// Builds the package into `sdk-wasm/dist` and prints the size of each file.
pub(crate) fn run(mode: Mode) -> Result<()> {
    setup::run(setup::Need::BUILD)?;
    publish(mode)?;
    print!("{}", size::table(&paths::at("sdk-wasm/dist"))?);
    Ok(())
}

/// Makes `sdk-wasm/dist` current without a word where it is already.
pub(crate) fn publish(mode: Mode) -> Result<PathBuf> {
    build(mode)?;
    let place = Place::of(mode);
    mirror(&place.glue, &paths::at("sdk-wasm/ts/generated"))?;
    let dist = paths::at("sdk-wasm/dist");
    mirror(&place.package, &dist)?;
    Ok(dist)
}

/// Builds the package into its private folder; nothing to do when no input changed.
pub(crate) fn build(mode: Mode) -> Result<PathBuf> {
    let toolchain = rust_wasm::ensure()?;
    if mode == Mode::Size && !toolchain.has_sources() {
        bail!(
            "std's sources are missing: run `rustup component add rust-src`, or build with `cargo xtask sdk --plain`"
        );
    }
    let place = Place::of(mode);
    let stamp_name = format!("sdk-{}", mode.name());
    let fingerprint = fingerprint(mode, toolchain)?;
    let complete = PACKAGE.iter().all(|file| place.package.join(file).is_file());
    if complete && stamp::is_current(&stamp_name, &fingerprint) {
        println!("  @unsnag/sdk ({}) is up to date", mode.name());
        return Ok(place.package);
    }
    let start = Instant::now();
    println!("  building @unsnag/sdk ({})", mode.name());
    empty(&place.glue)?;
    empty(&place.package)?;
    let compiled = wasm::compile("unsnag-sdk-wasm", mode, toolchain)?;
    wasm::bind(&compiled, &place.glue)?;
    // The copy among the sources is nobody's to commit.
    fs::write(place.glue.join(".gitignore"), "*\n")?;
    wasm::optimise(&place.glue.join(wasm::BOUND), &place.package.join("unsnag.wasm"))?;
    // The bundler finds the glue where the TypeScript sources import it from.
    mirror(&place.glue, &paths::at("sdk-wasm/ts/generated"))?;
    bundle::run(&place.package)?;
    for (from, to) in [
        ("sdk-wasm/package.json", "package.json"),
        ("sdk-wasm/README.md", "README.md"),
        ("sdk-wasm/ts/index.d.ts", "index.d.ts"),
        ("LICENSE", "LICENSE"),
    ] {
        fs::copy(paths::at(from), place.package.join(to)).with_context(|| format!("cannot copy {from}"))?;
    }
    if let Some(file) = PACKAGE.iter().find(|file| !place.package.join(file).is_file()) {
        bail!("the package has no {file}");
    }
    stamp::store(&stamp_name, &fingerprint)?;
    println!("  built in {}", text::duration(start.elapsed()));
    Ok(place.package)
}

fn fingerprint(mode: Mode, toolchain: Toolchain) -> Result<String> {
    let mut print = Fingerprint::default().text(mode.name()).text(&toolchain.version()?);
    for input in [
        "Cargo.toml",
        "Cargo.lock",
        "package-lock.json",
        "LICENSE",
        "core",
        "sdk-wasm",
        "xtask/src/sdk.rs",
        "xtask/src/sdk",
    ] {
        print = print.tree(&paths::at(input), &["dist", "generated", "node_modules", "target", "tests"])?;
    }
    Ok(print.finish())
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// Makes `to` hold exactly the files of `from`, touching only what differs.
fn mirror(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if !from.join(entry.file_name()).exists() {
            fs::remove_file(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let content = fs::read(entry.path())?;
        if fs::read(&target).ok().as_ref() != Some(&content) {
            fs::write(&target, content).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}
