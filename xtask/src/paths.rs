//! Where things are in the work tree.

use std::path::PathBuf;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("invariant: xtask is a folder of the workspace").to_path_buf()
}

/// A path under the root.
pub(crate) fn at(relative: &str) -> PathBuf {
    root().join(relative)
}

/// The private folder of these commands: tools, stamps, logs, intermediate files.
pub(crate) fn private(relative: &str) -> PathBuf {
    at("target/xtask").join(relative)
}

/// A tool of the npm packages.
pub(crate) fn npm_bin(name: &str) -> PathBuf {
    at("node_modules/.bin").join(name)
}
