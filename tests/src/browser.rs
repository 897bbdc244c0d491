//! Chromium, and the scripts that drive it.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::root;

/// Set by `cargo xtask test`; names another browser when set by hand.
const VARIABLE: &str = "UNSNAG_CHROMIUM";
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The browser that the tests drive.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Ok(named.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let found =
        NAMES.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()));
    found.context("Chromium is missing: run `cargo xtask setup`, or name a browser in UNSNAG_CHROMIUM")
}

/// Runs a script under `tests` with Node; returns the JSON that it prints. What it says beside that, it says
/// on standard error, which is shown.
pub fn run_script(name: &str, args: &[&str]) -> Result<Value> {
    let script = root().join("tests").join(name);
    let output = Command::new("node")
        .arg(&script)
        .args(args)
        .current_dir(root())
        .env(VARIABLE, chromium()?)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("node is missing: install Node 20 or newer")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("{name} failed ({}) and printed: {said}", output.status);
    }
    serde_json::from_str(&said).with_context(|| format!("{name} printed no JSON but: {said}"))
}
