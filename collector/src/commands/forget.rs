//! `unsnag forget`: takes everything of one visitor out of a stopped collector's log.

use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::value::RawValue;
use unsnag_core::id::VisitorId;

use super::serve::print_line;
use crate::analysing;
use crate::cli::Failure;
use crate::log;
use crate::stream::DEAD_LETTERS;

#[derive(Debug, Args)]
pub(crate) struct ForgetArgs {
    /// The visitor, as the SDK names them.
    visitor: String,
    /// Directory of the durable log.
    #[arg(long, value_name = "DIR", env = "UNSNAG_LOG_DIR")]
    log_dir: PathBuf,
    /// Directory of what the analysis learned [default: none].
    #[arg(long, value_name = "DIR", env = "UNSNAG_ANALYSIS_DIR")]
    analysis_dir: Option<PathBuf>,
}

pub(crate) fn run(args: &ForgetArgs) -> Result<(), Failure> {
    if VisitorId::new(&args.visitor).is_none() {
        return Err(Failure::input("invalid_visitor", &"a visitor is 1 to 64 of the characters A-Z a-z 0-9 - _ . :"));
    }
    let forgotten = log::forget(&args.log_dir, &args.visitor).map_err(|error| Failure::run(error.code(), &error))?;
    let letters = forget_letters(&args.log_dir.join(DEAD_LETTERS), &args.visitor)
        .map_err(|error| Failure::run("dead_letters_io", &error))?;
    print_line(&format!("forgot {} records of the log and {letters} dead letters", forgotten.records))?;
    if let Some(dir) = &args.analysis_dir {
        let items = analysing::forget(dir, &args.visitor).map_err(|error| Failure::run(error.code(), &error))?;
        print_line(&format!("forgot {items} items of the analysis"))?;
    }
    for folder in &forgotten.set_aside {
        print_line(&format!("look into {}: journals set aside there may hold more; delete them", folder.display()))?;
    }
    print_line("a stream that had them keeps them for its own retention")
}

#[derive(Deserialize)]
struct Letter<'a> {
    #[serde(borrow)]
    record: &'a RawValue,
}

/// Writes the file anew without the visitor's lines; how many those were.
fn forget_letters(path: &Path, visitor: &str) -> io::Result<u64> {
    let file = match std::fs::File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let beside = path.with_extension("jsonl.new");
    let mut kept = BufWriter::new(std::fs::File::create(&beside)?);
    let mut forgotten = 0;
    for line in file.lines() {
        let line = line?;
        let letter = serde_json::from_str::<Letter<'_>>(&line).ok();
        if letter.is_some_and(|letter| log::is_of(letter.record.get().as_bytes(), visitor)) {
            forgotten += 1;
        } else {
            writeln!(kept, "{line}")?;
        }
    }
    kept.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    if forgotten == 0 {
        std::fs::remove_file(beside)?;
    } else {
        std::fs::rename(beside, path)?;
    }
    Ok(forgotten)
}
