//! The rows that the model of scope `history` is trained on: simulated visitors live over several sessions, and at each
//! batch stands what the analysis knows of them then, beside what became of them.
//!
//! In scope: the way of each batch through a host of `core` and through the analysis' own functions up to the vector;
//! the label, from the simulator's truth. The same arguments give the same bytes.
//!
//! Out of scope: training, which `model/train` does; help: nobody is offered any, so the rows tell what comes without.

use std::io::{BufWriter, Write as _};

use anyhow::Result;
use clap::Parser;
use unsnag_core::features::{DEFINITIONS, ONE};
use unsnag_core::risk::{Model as _, Rules};

mod host;
mod label;
mod rows;

/// Prints one landmark a line as CSV, with a header.
///
/// Columns: the visitor's number, the session's number among theirs, the time in ms since 1970, whether the visitor
/// gives up (1) or not (0), the score of core's rules, and the 13 features in their units. These are not real people: see
/// simulator/README.md.
#[derive(Debug, Parser)]
#[command(name = "history-rows")]
struct Args {
    /// The seed of the first site; the next ones follow
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=u64::from(u32::MAX)))]
    seed: u64,
    /// Visitors of all eight sites together
    #[arg(long, default_value_t = 1000)]
    visitors: usize,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let names: Vec<&str> = DEFINITIONS.iter().map(|definition| definition.name).collect();
    writeln!(out, "visitor,session,at,gives_up,rules,{}", names.join(","))?;
    for row in rows::rows(args.seed, args.visitors)? {
        let rules = Rules.score(&row.features).unwrap_or_default() as f64 / ONE as f64;
        write!(out, "{},{},{},{},{rules}", row.visitor, row.session, row.at.0, u8::from(row.gives_up))?;
        for number in row.features.numbers() {
            write!(out, ",{number}")?;
        }
        writeln!(out)?;
    }
    out.flush()?;
    Ok(())
}
