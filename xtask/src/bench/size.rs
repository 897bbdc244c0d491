//! `cargo xtask bench size`: what the browser loads, beside the peers' published bundles.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::report::{self, Row};
use crate::{
    npm, paths,
    sdk::{self, Mode, Size},
    setup,
    shell::cargo,
    text,
    tools::{chromium, rust_wasm},
};

/// Budgets of DESIGN.md §10, in bytes after brotli.
const START_BUDGET: f64 = 23_000.0;
const NUDGE_BUDGET: f64 = 5_000.0;

/// The folder with the peers' npm packages.
pub(super) const PEERS: &str = "tests/peers";

/// Where a peer's browser file comes from.
enum Source {
    /// The file that the package publishes for script tags.
    Published(&'static str),
    /// The package publishes none that compares: bundled here from this entry.
    Bundled(&'static str),
}
use Source::{Bundled, Published};

/// What does the same job on the page as our start.
const TRACKERS: &[(&str, Source)] = &[
    ("amplitude", Published("@amplitude/analytics-browser/lib/scripts/amplitude-min.js")),
    ("clarity", Published("clarity-js/build/clarity.min.js")),
    ("datadog", Published("@datadog/browser-rum/bundle/datadog-rum.js")),
    ("posthog", Published("posthog-js/dist/array.js")),
    ("sentry", Bundled("sentry")),
    ("snowplow", Bundled("snowplow")),
];

/// What does the same job as our nudge renderer.
const GUIDES: &[(&str, Source)] =
    &[("driver.js", Published("driver.js/dist/driver.js.iife.js")), ("shepherd.js", Bundled("shepherd"))];

/// What tests/browser/size.mjs prints.
#[derive(Deserialize)]
struct Start {
    responses: Vec<Response>,
}

/// One response: what was asked for, and the file that the script kept its body in.
#[derive(Deserialize)]
struct Response {
    path: String,
    body: PathBuf,
}

/// Measures and publishes.
pub(super) fn run() -> Result<()> {
    setup::run(setup::Need::EVERYTHING)?;
    npm::ensure(PEERS)?;
    let plain = sdk::build(Mode::Plain)?.join("unsnag.wasm");
    let dist = sdk::publish(Mode::Size)?;
    let trackers = measure(TRACKERS)?;
    let guides = measure(GUIDES)?;
    show("peer", trackers.iter().chain(&guides));
    println!();
    let start = at_start(&dist)?;
    show("fetched from init to the first signal", start.iter());
    println!();

    let mut rows = Vec::new();
    let files = sdk::files(&dist)?;
    for (file, size) in files.iter().zip(Size::of(&files)?) {
        let name = file.file_name().context("a file has a name")?.to_string_lossy();
        rows.extend(three_rows(&name, size));
    }
    rows.extend(three_rows("unsnag.wasm, plain stable build", Size::of(&[plain])?[0]));
    let nudge = Size::of(&[dist.join("nudge.js")])?[0];
    rows.push(
        Row::new("nudge renderer", "B brotli", bytes(nudge.brotli))
            .peers(column(&guides, |size| size.brotli))
            .budget(NUDGE_BUDGET),
    );
    let sum = |of: fn(&Size) -> usize| bytes(start.iter().map(|(_, size)| of(size)).sum());
    rows.push(Row::new("at start", "B raw", sum(|size| size.raw)).peers(column(&trackers, |size| size.raw)));
    rows.push(Row::new("at start", "B gzip", sum(|size| size.gzip)).peers(column(&trackers, |size| size.gzip)));
    rows.push(
        Row::new("at start", "B brotli", sum(|size| size.brotli))
            .peers(column(&trackers, |size| size.brotli))
            .budget(START_BUDGET),
    );
    report::publish("size", rust_wasm::ensure()?.version()?, rows)
}

type Sizes = Vec<(String, Size)>;

/// Every response that Chromium fetches between `init` and the first signal.
fn at_start(dist: &Path) -> Result<Sizes> {
    cargo().args(["build", "--package", "unsnag-collector"]).run_logged("collector")?;
    let bodies = paths::private("size-bodies");
    fs::create_dir_all(&bodies)?;
    let said = npm::script(&paths::at("tests/browser/size.mjs"))
        .arg(paths::at("target/debug/unsnag"))
        .arg(dist)
        .arg(bodies)
        .env(chromium::VARIABLE, chromium::ensure()?)
        .read_shown()?;
    let start: Start =
        serde_json::from_str(&said).with_context(|| format!("tests/browser/size.mjs printed no report but: {said}"))?;
    let (names, files): (Vec<_>, Vec<_>) = start.responses.into_iter().map(|said| (said.path, said.body)).unzip();
    Ok(names.into_iter().zip(Size::of(&files)?).collect())
}

fn measure(peers: &[(&'static str, Source)]) -> Result<Sizes> {
    let mut files = Vec::new();
    for (_, source) in peers {
        files.push(match source {
            Published(path) => paths::at(PEERS).join("node_modules").join(path),
            Bundled(entry) => bundle(entry)?,
        });
    }
    let names = peers.iter().map(|(name, _)| (*name).to_owned());
    Ok(names.zip(Size::of(&files)?).collect())
}

fn bundle(entry: &str) -> Result<PathBuf> {
    let to = paths::private("peers").join(format!("{entry}.js"));
    npm::bin("esbuild")
        .arg(format!("{entry}.js"))
        .args(["--bundle", "--minify", "--format=iife", "--target=es2020", "--log-level=warning"])
        .arg(format!("--outfile={}", to.display()))
        .dir(paths::at(PEERS))
        .run_logged(&format!("peer-{entry}"))?;
    Ok(to)
}

fn three_rows(what: &str, size: Size) -> [Row; 3] {
    [("B raw", size.raw), ("B gzip", size.gzip), ("B brotli", size.brotli)]
        .map(|(unit, value)| Row::new(what, unit, bytes(value)))
}

fn show<'a>(what: &str, sizes: impl Iterator<Item = &'a (String, Size)>) {
    let lines = sizes.map(|(name, size)| {
        let mut line = vec![name.clone()];
        line.extend(size.cells());
        line
    });
    print!("{}", text::table(&[what, "raw", "gzip -9", "brotli 11"], &lines.collect::<Vec<_>>()));
}

fn column(sizes: &Sizes, of: impl Fn(&Size) -> usize) -> BTreeMap<String, f64> {
    sizes.iter().map(|(name, size)| (name.clone(), bytes(of(size)))).collect()
}

fn bytes(count: usize) -> f64 {
    count as f64
}
