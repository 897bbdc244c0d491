//! npm packages: the tools at the root, the peers' bundles for the benches.

use std::path::Path;

use anyhow::{Result, bail};

use crate::{
    paths,
    shell::tool,
    stamp::{self, Fingerprint},
    text,
};

const OLDEST_NODE: u32 = 20;

/// Installs the packages of a folder's lock file; nothing to do when they are there already.
pub(crate) fn ensure(folder: &str) -> Result<()> {
    check_node()?;
    let place = paths::at(folder);
    let fingerprint = Fingerprint::default().tree(&place.join("package-lock.json"), &[])?.finish();
    let name = format!("npm-{}", if folder.is_empty() { "root".into() } else { folder.replace('/', "-") });
    if place.join("node_modules/.package-lock.json").is_file() && stamp::is_current(&name, &fingerprint) {
        return Ok(());
    }
    println!("  installing npm packages of {}", if folder.is_empty() { "the workspace" } else { folder });
    // None of the packages needs its install script: their programs come as packages of their own.
    tool("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).dir(&place).run_logged(&name)?;
    stamp::store(&name, &fingerprint)
}

/// What the registry knows against the packages; fails where that is grave for what is shipped or run.
pub(crate) fn audit() -> Result<String> {
    match tool("npm").args(["audit", "--package-lock-only", "--audit-level=high"]).run_to_end()? {
        (true, said) => Ok(text::last_line(&said).trim().to_owned()),
        (false, said) if said.contains("audit endpoint returned an error") || said.contains("ENOTFOUND") => {
            Ok("skipped, the registry does not answer for advisories here".to_owned())
        }
        (false, said) => bail!("{said}"),
    }
}

/// A program of the root's packages, run by Node.
pub(crate) fn bin(name: &str) -> crate::shell::Tool {
    tool(paths::npm_bin(name))
}

/// A script of the repository, run by Node.
pub(crate) fn script(path: &Path) -> crate::shell::Tool {
    tool("node").arg(path)
}

fn check_node() -> Result<()> {
    let version = tool("node").arg("--version").read()?;
    let version = version.trim();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => bail!("Node {OLDEST_NODE} or newer is needed, found {version}: install it from https://nodejs.org"),
    }
}
