//! What came of help, as JSON Lines to train on.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use super::super::tail::written;
use crate::analysing;
use crate::cli::Failure;

pub(super) fn run(dir: &Path) -> Result<(), Failure> {
    let labels = analysing::labels(dir).map_err(|error| Failure::run(error.code(), &error))?;
    let mut out = BufWriter::new(io::stdout().lock());
    for label in &labels {
        let line = serde_json::to_string(label).expect("texts and finite numbers can be written");
        if let Some(outcome) = written(writeln!(out, "{line}")) {
            return outcome;
        }
    }
    if let Some(outcome) = written(out.flush()) {
        return outcome;
    }
    eprintln!("unsnag: {} exposures exported from {}", labels.len(), dir.display());
    Ok(())
}
