//! Finds Chromium, or installs Debian's.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use crate::tools::{debian, find};

/// Names a browser to use instead of the one on the PATH; handed to the browser tests too.
pub(crate) const VARIABLE: &str = "UNSNAG_CHROMIUM";

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC_BUNDLES: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The browser, installed first if need be.
pub(crate) fn ensure() -> Result<PathBuf> {
    if let Some(found) = installed()? {
        return Ok(found);
    }
    if !debian::is_here() {
        bail!("Chromium is missing: install it (macOS: `brew install --cask chromium`) or name it in {VARIABLE}");
    }
    debian::install("Chromium", &["chromium"])?;
    match installed()? {
        Some(found) => Ok(found),
        None => bail!("Chromium is still missing after `{}`", debian::command(&["chromium"])),
    }
}

/// The browser, if there is one.
pub(crate) fn installed() -> Result<Option<PathBuf>> {
    if let Some(named) = env::var_os(VARIABLE).map(PathBuf::from) {
        if !named.is_file() {
            bail!("{VARIABLE} names {}, which is not a file", named.display());
        }
        return Ok(Some(named));
    }
    let bundle = MAC_BUNDLES.iter().map(Path::new).find(|path| path.is_file()).map(Path::to_path_buf);
    Ok(find(NAMES).or(bundle))
}
