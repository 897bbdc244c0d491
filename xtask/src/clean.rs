//! `cargo xtask clean`: removes what these commands made, and nothing else.

use std::fs;

use anyhow::{Context as _, Result};

use crate::paths;

const MADE: &[(&str, &str)] = &[
    ("target/xtask", "tools, stamps, logs"),
    ("target/wasm", "Wasm builds"),
    ("target/worker", "the Worker's Wasm builds"),
    ("target/fuzz", "fuzz builds"),
    ("target/bench", "bench reports"),
    ("sdk-wasm/dist", "the npm package"),
    ("edge-worker/build", "the Worker"),
    ("sdk-wasm/ts/generated", "wasm-bindgen's output"),
    ("node_modules", "npm packages"),
    ("tests/peers/node_modules", "the peers' npm packages"),
];

/// Removes each folder that exists and says so.
pub(crate) fn run() -> Result<()> {
    for (folder, what) in MADE {
        let path = paths::at(folder);
        if path.exists() {
            fs::remove_dir_all(&path).with_context(|| format!("cannot remove {folder}"))?;
            println!("  removed {folder} ({what})");
        }
    }
    println!("  what cargo builds natively stays in target/: `cargo clean` removes that");
    Ok(())
}
