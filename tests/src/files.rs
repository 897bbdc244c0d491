//! The repository's own files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// Folders that hold what was built or installed, and Git's own.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", "dist", "generated", "artifacts"];

/// One file of the repository.
#[derive(Debug)]
pub struct File {
    /// Relative to the root, with `/` between folders.
    pub name: String,
    /// Nothing if it is not UTF-8.
    pub text: Option<String>,
}

impl File {
    /// Whether the name ends in a dot and this.
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.name).extension().is_some_and(|own| own == extension)
    }

    /// The text, or nothing to look at.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }
}

/// The root of the work tree.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("invariant: tests is a folder of the workspace").to_path_buf()
}

/// Every file that belongs to the repository, sorted by name.
pub fn repository_files() -> Result<Vec<File>> {
    let mut files = Vec::new();
    collect(&root(), "", &mut files)?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = format!("{prefix}{own}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !NOT_OURS.contains(&own.as_str()) {
                collect(&entry.path(), &format!("{name}/"), files)?;
            }
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {name}"))?;
            files.push(File { name, text: String::from_utf8(bytes).ok() });
        }
    }
    Ok(())
}
