//! Tools that come from outside the workspace, and the sentence for each one that is missing.

pub(crate) mod chromium;
pub(crate) mod debian;
pub(crate) mod python;
pub(crate) mod rust_wasm;

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::anyhow;

/// What to do about a program that is not there.
const HINTS: &[(&str, &str)] = &[
    ("node", "install Node 20 or newer (`apt-get install nodejs npm`, or from https://nodejs.org)"),
    ("npm", "install Node 20 or newer with npm (`apt-get install nodejs npm`, or from https://nodejs.org)"),
    ("git", "install Git (`apt-get install git`)"),
    ("rustup", "install Rust with rustup (https://rustup.rs)"),
    ("cargo", "install Rust with rustup (https://rustup.rs)"),
    ("unsnag", "build the collector (`cargo build -p unsnag-collector`)"),
];

/// The sentence for a program that could not be found.
pub(crate) fn missing(program: &str) -> anyhow::Error {
    let name = Path::new(program).file_name().map_or_else(|| program.into(), |name| name.to_string_lossy());
    match HINTS.iter().find(|(known, _)| *known == name) {
        Some((_, hint)) => anyhow!("{name} is missing: {hint}"),
        None if program.contains("node_modules") => {
            anyhow!("{name} is missing: install the npm packages (`cargo xtask setup`)")
        }
        None => anyhow!("{name} is missing: install it and put it on the PATH"),
    }
}

/// The first of these programs on the PATH.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// What a tool says of its version, or `absent`.
pub(crate) fn version(tool: crate::shell::Tool) -> String {
    tool.read().map_or_else(|_| "absent".to_owned(), |said| said.lines().next().unwrap_or_default().trim().to_owned())
}
