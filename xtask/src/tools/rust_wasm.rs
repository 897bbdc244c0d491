//! The Rust toolchain that builds for the browser.
//!
//! First choice: the toolchain in use, completed by rustup. Where rustup cannot download: Debian's rustc-web beside it,
//! which builds std itself from packaged sources, so that nothing is written outside this work tree.

use std::{env, path::PathBuf};

use anyhow::{Result, bail};

use crate::{
    shell::{Tool, cargo, tool},
    stamp,
    tools::debian,
};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// `rustup` or `debian`: skips the search.
const VARIABLE: &str = "UNSNAG_WASM_TOOLCHAIN";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];
const DEBIAN_SYSROOT: &str = "/usr/lib/rustlib";
/// Remembers that rustup could not download for this compiler, so that only the first run waits for it.
const FAILED: &str = "rustup-failed";

/// A compiler that can build for the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The toolchain in use.
    Current { std: bool, sources: bool },
    /// Debian's packages; std comes as sources only.
    Debian,
}

impl Toolchain {
    /// Cargo of this toolchain.
    pub(crate) fn cargo(self) -> Tool {
        match self {
            Self::Current { .. } => cargo(),
            Self::Debian => {
                let path = env::var_os("PATH").unwrap_or_default();
                let folders = std::iter::once(PathBuf::from("/usr/bin")).chain(env::split_paths(&path));
                let path = env::join_paths(folders).unwrap_or(path);
                // What rustup and the outer cargo set would call back the toolchain that cannot build this.
                ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"]
                    .iter()
                    .fold(tool("/usr/bin/cargo"), |tool, name| tool.without_env(name))
                    .env("PATH", path)
            }
        }
    }

    /// Whether std comes compiled for the target, so that a build without unstable options is possible.
    pub(crate) fn has_compiled_std(self) -> bool {
        matches!(self, Self::Current { std: true, .. })
    }

    /// Whether std can be compiled together with the crate.
    pub(crate) fn has_sources(self) -> bool {
        matches!(self, Self::Debian | Self::Current { sources: true, .. })
    }

    /// The compiler's version, for stamps and bench reports.
    pub(crate) fn version(self) -> Result<String> {
        let rustc = match self {
            Self::Current { .. } => "rustc",
            Self::Debian => "/usr/bin/rustc",
        };
        Ok(tool(rustc).without_env("LD_LIBRARY_PATH").arg("--version").read()?.trim().to_owned())
    }
}

/// Finds or installs a toolchain; both std and its sources are wanted, either alone will do.
pub(crate) fn ensure() -> Result<Toolchain> {
    match env::var(VARIABLE).as_deref() {
        Ok("rustup") => return complete_current(),
        Ok("debian") => return ensure_debian(),
        Ok(other) => bail!("{VARIABLE} is `{other}`; it must be `rustup` or `debian`"),
        Err(_) => {}
    }
    let current = complete_current()?;
    if current.has_sources() {
        return Ok(current);
    }
    if debian::is_here() {
        return ensure_debian();
    }
    if current.has_compiled_std() {
        return Ok(current);
    }
    bail!("Rust's Wasm target is missing: run `rustup target add {TARGET} && rustup component add rust-src`")
}

fn current() -> Result<Toolchain> {
    let sysroot = PathBuf::from(tool("rustc").args(["--print", "sysroot"]).read()?.trim()).join("lib/rustlib");
    Ok(Toolchain::Current {
        std: sysroot.join(TARGET).join("lib").is_dir(),
        sources: sysroot.join("src/rust/library/std").is_dir(),
    })
}

fn complete_current() -> Result<Toolchain> {
    let found = current()?;
    let compiler = found.version()?;
    if (found.has_compiled_std() && found.has_sources()) || stamp::is_current(FAILED, &compiler) {
        return Ok(found);
    }
    println!("  adding the Wasm target and std's sources with rustup");
    let added = [["target", "add", TARGET], ["component", "add", "rust-src"]]
        .map(|args| tool("rustup").args(args).run_logged("rustup").is_ok());
    if added.contains(&false) {
        println!("  rustup could not add all of it; this is not tried again for {compiler} until `cargo xtask clean`");
        stamp::store(FAILED, &compiler)?;
    }
    current()
}

fn ensure_debian() -> Result<Toolchain> {
    let complete = || {
        PathBuf::from(DEBIAN_SYSROOT).join("src/rust/library/std").is_dir()
            && PathBuf::from("/usr/bin/cargo").is_file()
            && PathBuf::from("/usr/bin/lld-22").is_file()
    };
    if !complete() {
        debian::install("Debian's Rust for Wasm", DEBIAN_PACKAGES)?;
    }
    if !complete() {
        bail!("Debian's Rust for Wasm is incomplete after `{}`", debian::command(DEBIAN_PACKAGES));
    }
    Ok(Toolchain::Debian)
}
