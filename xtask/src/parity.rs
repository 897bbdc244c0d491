//! The Wasm build of `tests/parity`, which a test compares with the native one.

use anyhow::Result;

use crate::{
    paths,
    sdk::{Mode, wasm},
    tools::rust_wasm,
};

/// Builds the module that `tests/tests/parity.rs` gives to Node, with the flags of the published SDK.
pub(crate) fn build() -> Result<()> {
    let compiled = wasm::compile("unsnag-parity", Mode::Size, rust_wasm::ensure()?)?;
    wasm::bind_for_node(&compiled, &paths::private("parity"))
}
