//! `cargo xtask model`: trains the models, and checks the committed ones against what made them.

use anyhow::Result;
use clap::Subcommand;

use crate::{paths, shell::tool, tools::python};

/// The scopes that have a model, as `model/train/train.py` calls them.
const SCOPES: [&str; 2] = ["session", "history"];

/// What to do with the models.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Model {
    /// Train again, from nothing to the artefacts in model/artefacts
    Train,
    /// Convert and score the committed artefacts again, and compare
    Check,
}

/// Runs one of them.
pub(crate) fn run(model: Model) -> Result<()> {
    match model {
        Model::Train => {
            let python = python::ensure("model/train/requirements.txt")?;
            for scope in SCOPES {
                print!("{}", tool(&python).arg(paths::at("model/train/train.py")).args([scope]).read_shown()?);
            }
        }
        Model::Check => print!("{}", check()?),
    }
    Ok(())
}

/// The committed artefacts in onnxruntime and tract: what was compared, as text.
pub(crate) fn check() -> Result<String> {
    let python = python::ensure("model/train/requirements-check.txt")?;
    tool(python).arg(paths::at("model/train/check.py")).read_shown()
}
