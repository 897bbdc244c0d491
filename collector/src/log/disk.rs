//! What the log needs from the file system beside its database: a private directory, and its true size.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;

/// Makes `dir` and its parents; what is made can be entered by its owner only, because batches are about people.
pub(super) fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Disk space below `dir`. Counts allocated blocks: the journal's file is longer than what was written into it.
pub(super) fn allocated_bytes(dir: &Path) -> io::Result<u64> {
    let mut total = 0;
    let mut waiting = vec![dir.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            // The database deletes files in the background: one that is gone by now takes no space.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                waiting.push(entry.path());
            } else {
                total += file_bytes(&metadata);
            }
        }
    }
    Ok(total)
}

#[cfg(unix)]
fn file_bytes(metadata: &std::fs::Metadata) -> u64 {
    // POSIX counts `st_blocks` in units of 512 bytes, whatever the file system's block size.
    std::os::unix::fs::MetadataExt::blocks(metadata) * 512
}

#[cfg(not(unix))]
fn file_bytes(metadata: &std::fs::Metadata) -> u64 {
    metadata.len()
}
