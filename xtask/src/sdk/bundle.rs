//! The TypeScript sources as the files that pages load.

use std::path::Path;

use anyhow::Result;

use crate::{npm, paths};

const SOURCES: &str = "sdk-wasm/ts";
/// Parts that the page loads when they are first needed; each is a file beside index.js.
const LAZY: &[&str] = &["debug", "nudge", "nudge-live", "thresholds", "video"];

/// Writes index.js, unsnag.iife.js and the lazy parts into the package.
pub(super) fn run(package: &Path) -> Result<()> {
    bundle("index.ts", &package.join("index.js"), &["--format=esm"])?;
    bundle("iife.ts", &package.join("unsnag.iife.js"), &["--format=iife", "--global-name=unsnag"])?;
    for part in LAZY {
        bundle(&format!("{part}.ts"), &package.join(format!("{part}.js")), &["--format=esm"])?;
    }
    Ok(())
}

fn bundle(entry: &str, to: &Path, format: &[&str]) -> Result<()> {
    let name = entry.trim_end_matches(".ts");
    npm::bin("esbuild")
        .arg(paths::at(SOURCES).join(entry))
        .args([
            "--bundle",
            "--minify",
            // The oldest browsers that are supported.
            "--target=chrome100,firefox100,safari16",
            "--charset=utf8",
            "--legal-comments=none",
            "--log-level=warning",
        ])
        .args(format)
        // A lazy part stays a file of its own: the import is kept as it is written.
        .args(LAZY.iter().map(|part| format!("--external:./{part}.js")))
        .arg(format!("--outfile={}", to.display()))
        .run_logged(&format!("esbuild-{name}"))?;
    Ok(())
}
