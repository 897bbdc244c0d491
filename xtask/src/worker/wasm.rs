//! From the crate to the Wasm that the platform loads.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

use crate::{
    npm, paths,
    tools::rust_wasm::{TARGET, Toolchain},
};

/// The file that is deployed.
pub(super) const FILE: &str = "unsnag.wasm";
/// wasm-bindgen's Wasm, not yet optimised.
pub(super) const BOUND: &str = "unsnag_bg.wasm";
/// wasm-bindgen's module. The Wasm imports it by this name.
pub(super) const GLUE: &str = "unsnag_bg.js";

const PACKAGE: &str = "unsnag-edge-worker";
const PROFILE: &str = "worker";
const TARGET_DIR: &str = "target/worker";

/// What the platform has; wasm-opt would otherwise keep to the first version of Wasm or refuse the input.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Compiles the crate; the result still has wasm-bindgen's descriptors in it.
pub(super) fn compile(toolchain: Toolchain, features: &[&str]) -> Result<PathBuf> {
    let mut cargo = toolchain.cargo().args(["build", "--package", PACKAGE, "--profile", PROFILE]);
    cargo = cargo.args(["--features", &features.join(",")]);
    cargo = cargo.args(["--target", TARGET, "--target-dir", TARGET_DIR]);
    if !toolchain.has_compiled_std() {
        cargo = cargo
            .arg("-Zbuild-std=std,panic_abort")
            .env("RUSTC_BOOTSTRAP", "1")
            // Else fat LTO fails: it needs the bitcode of std too.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    }
    cargo.run_logged("worker")?;
    let file = format!("{}.wasm", PACKAGE.replace('-', "_"));
    Ok(paths::at(TARGET_DIR).join(TARGET).join(PROFILE).join(file))
}

/// Writes wasm-bindgen's module and Wasm. The library is of the locked version, so it always fits the crate.
pub(super) fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name("unsnag")
        // The shape without a loader: ours is the shim.
        .bundler(true)?
        .encode_into(EncodeInto::Always)
        .typescript(false);
    bindgen.generate(folder).with_context(|| format!("cannot bind {}", compiled.display()))
}

/// Shrinks for size; debug names and producers go.
pub(super) fn optimise(from: &Path, to: &Path) -> Result<()> {
    npm::bin("wasm-opt")
        .arg(from)
        .arg("-o")
        .arg(to)
        .args(["-Oz", "--strip-debug", "--strip-producers"])
        .args(FEATURES)
        .run_logged("worker-wasm-opt")?;
    Ok(())
}
