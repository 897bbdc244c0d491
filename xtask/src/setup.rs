//! `cargo xtask setup`: finds or installs what the other commands need.

use anyhow::Result;

use crate::{
    npm,
    tools::{chromium, rust_wasm},
};

/// What a command needs beyond Rust itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    pub(crate) browser: bool,
}

impl Need {
    /// To build and run the product.
    pub(crate) const BUILD: Self = Self { browser: false };
    /// To test it too.
    pub(crate) const EVERYTHING: Self = Self { browser: true };
}

/// Makes everything ready and says what was found.
pub(crate) fn run(need: Need) -> Result<()> {
    let toolchain = rust_wasm::ensure()?;
    let std = if toolchain.has_sources() { "std from sources" } else { "std as shipped" };
    println!("  Wasm toolchain: {}, {std}", toolchain.version()?);
    npm::ensure("")?;
    println!("  npm packages: in node_modules");
    if need.browser {
        println!("  Chromium: {}", chromium::ensure()?.display());
    }
    Ok(())
}
