//! What files weigh on the wire.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::{npm, paths, text};

/// Bytes of one file: as it is, gzip -9, brotli 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Size {
    pub(crate) raw: usize,
    pub(crate) gzip: usize,
    pub(crate) brotli: usize,
}

impl Size {
    /// The sizes of files, in their order.
    pub(crate) fn of(files: &[PathBuf]) -> Result<Vec<Self>> {
        let said = npm::script(&paths::at("xtask/weigh.mjs")).args(files).read()?;
        let sizes: Vec<Self> = serde_json::from_str(&said).context("xtask/weigh.mjs printed no sizes")?;
        ensure!(sizes.len() == files.len(), "xtask/weigh.mjs printed {} sizes for {} files", sizes.len(), files.len());
        Ok(sizes)
    }

    pub(crate) fn cells(self) -> [String; 3] {
        [self.raw, self.gzip, self.brotli].map(text::thousands)
    }
}

/// The files of a package that browsers load, by name.
pub(crate) fn files(package: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(package)
        .with_context(|| format!("cannot list {}", package.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "js" || extension == "wasm"));
    files.sort();
    Ok(files)
}

/// One line for each file that browsers load.
pub(super) fn table(package: &Path) -> Result<String> {
    let files = files(package)?;
    let lines = files.iter().zip(Size::of(&files)?).map(|(file, size)| {
        let mut line = vec![text::relative(file)];
        line.extend(size.cells());
        line
    });
    Ok(text::table(&["file", "raw", "gzip -9", "brotli 11"], &lines.collect::<Vec<_>>()))
}
