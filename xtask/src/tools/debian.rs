//! Debian's packages: installed where we may, named where we may not.

use std::path::Path;

use anyhow::{Result, bail};

use crate::{shell::tool, tools::find};

/// Whether this is Debian or something that installs its packages.
pub(crate) fn is_here() -> bool {
    Path::new("/etc/debian_version").exists() && find(&["apt-get"]).is_some()
}

/// The command that installs these packages.
pub(crate) fn command(packages: &[&str]) -> String {
    format!("apt-get install --no-install-recommends {}", packages.join(" "))
}

/// Installs packages as root; otherwise fails with the command to run.
pub(crate) fn install(what: &str, packages: &[&str]) -> Result<()> {
    let command = command(packages);
    if !is_root() {
        bail!("{what} is missing: run `sudo {command}`");
    }
    println!("  installing {what}: {command}");
    let install = || {
        tool("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run_logged("apt-get")
    };
    // A new machine has no package lists, or old ones that name versions which are gone.
    if install().is_err() {
        tool("apt-get").args(["update", "--quiet"]).run_logged("apt-get-update")?;
        install()?;
    }
    Ok(())
}

fn is_root() -> bool {
    tool("id").arg("-u").read().is_ok_and(|id| id.trim() == "0")
}
