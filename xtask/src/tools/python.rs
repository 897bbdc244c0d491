//! Python with the packages of one requirements file, in an environment of this tree.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    paths,
    shell::tool,
    stamp::{self, Fingerprint},
    tools::{self, debian},
};

/// Hands an environment's Python to the tests that need it.
pub(crate) const VARIABLE: &str = "UNSNAG_PYTHON";

/// The versions that all pinned packages have wheels for, the preferred one first.
const NAMES: &[&str] = &["python3.11", "python3.12", "python3.13", "python3"];
const DEBIAN_PACKAGES: &[&str] = &["python3", "python3-venv"];

/// The Python of an environment that has what the file lists, made first if need be.
pub(crate) fn ensure(requirements: &str) -> Result<PathBuf> {
    let list = paths::at(requirements);
    let name = format!("python-{}", requirements.trim_end_matches(".txt").replace('/', "-"));
    let place = paths::private("python").join(&name);
    let python = place.join("bin/python");
    let fingerprint = Fingerprint::default().tree(&list, &[])?.finish();
    if python.is_file() && stamp::is_current(&name, &fingerprint) {
        return Ok(python);
    }
    println!("  installing the Python packages of {requirements}");
    make(&place)?;
    tool(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "-r"])
        .arg(&list)
        .run_logged(&name)?;
    stamp::store(&name, &fingerprint)?;
    Ok(python)
}

fn make(place: &Path) -> Result<()> {
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| format!("cannot remove {}", place.display()))?;
    }
    let venv = |python: &Path| tool(python).args(["-m", "venv"]).arg(place).run_logged("python-venv");
    if let Some(python) = tools::find(NAMES)
        && venv(&python).is_ok()
    {
        return Ok(());
    }
    if !debian::is_here() {
        bail!("Python 3.11 or newer with venv is missing: install it from https://www.python.org");
    }
    debian::install("Python", DEBIAN_PACKAGES)?;
    venv(&tools::find(NAMES).context("Python is still missing after its installation")?)?;
    Ok(())
}
