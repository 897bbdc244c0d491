//! Fingerprints of inputs, so that the second run of a command is quick.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::paths;

/// Collects what an output depends on. The hasher may differ between Rust releases; then the output is made once more.
#[derive(Debug, Default)]
pub(crate) struct Fingerprint(DefaultHasher);

impl Fingerprint {
    pub(crate) fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// A file's or a folder's content; what does not exist counts as empty. Folder names in `skip` are left out.
    pub(crate) fn tree(mut self, path: &Path, skip: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        collect(path, skip, &mut files)?;
        files.sort();
        for file in files {
            file.hash(&mut self.0);
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut self.0);
        }
        Ok(self)
    }

    pub(crate) fn finish(self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

fn collect(path: &Path, skip: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
            let entry = entry?;
            if !skip.contains(&entry.file_name().to_string_lossy().as_ref()) {
                collect(&entry.path(), skip, files)?;
            }
        }
    }
    Ok(())
}

/// Whether the stamp of that name holds this fingerprint.
pub(crate) fn is_current(name: &str, fingerprint: &str) -> bool {
    fs::read_to_string(file(name)).is_ok_and(|stored| stored == fingerprint)
}

/// Stores a fingerprint under a name.
pub(crate) fn store(name: &str, fingerprint: &str) -> Result<()> {
    let file = file(name);
    fs::create_dir_all(file.parent().expect("invariant: stamps lie in a folder"))?;
    fs::write(&file, fingerprint).with_context(|| format!("cannot write {}", file.display()))
}

fn file(name: &str) -> PathBuf {
    paths::private("stamps").join(name)
}
