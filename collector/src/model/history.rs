//! What scores visitors: the committed model of scope `history` or the operator's own, and beside it a second one that is
//! tried.
//!
//! `risk.json` in `analysis.dir`:
//! `{"model": "FOLDER", "variant": {"name": "b", "model": "FOLDER", "share_basis_points": 1000}}`. A folder is one of
//! `analysis.dir` and holds `manifest.json` and `model.onnx`, as `model/train` writes them. Without `model` it is the
//! committed one; without a share the variant is a shadow, which is only recorded.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use unsnag_analysis::risk::{FIRST, Part, RiskError, RiskGuard, RiskModel, Variant};
use unsnag_core::config::Problem;
use unsnag_core::features::Features;
use unsnag_core::holdout::WHOLE;
use unsnag_core::id;
use unsnag_core::risk::{Cuts, Model};
use unsnag_model::{Format, Scope, Scorer};

/// The largest file of a model that is read: the committed ones have some kilobytes.
const MAX_MODEL_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    model: Option<String>,
    variant: Option<WireVariant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireVariant {
    name: String,
    model: Option<String>,
    share_basis_points: Option<u32>,
}

/// The models that score visitors.
#[derive(Debug)]
pub(crate) struct RiskModels {
    /// `None` has the rules score.
    first: Option<Arc<dyn RiskModel>>,
    variant: Option<Variant>,
}

impl RiskModels {
    /// The committed model alone.
    pub(crate) fn committed() -> Self {
        Self { first: committed(), variant: None }
    }

    /// What the operator's file in `dir` says; every mistake in it is told.
    pub(crate) fn read(dir: &Path, json: &str) -> Result<Self, Vec<Problem>> {
        let wire: Wire = serde_json::from_str(json).map_err(|error| vec![problem("the file", error.to_string())])?;
        let mut problems = Vec::new();
        let first = model(dir, "model", wire.model.as_deref(), &mut problems);
        let variant = wire.variant.and_then(|variant| variant.read(dir, &mut problems));
        if problems.is_empty() { Ok(Self { first, variant }) } else { Err(problems) }
    }

    /// The guard before them.
    pub(crate) fn guarded(self) -> RiskGuard {
        let guard = RiskGuard::new(self.first);
        match self.variant {
            Some(variant) => guard.with_variant(variant),
            None => guard,
        }
    }
}

impl WireVariant {
    fn read(self, dir: &Path, problems: &mut Vec<Problem>) -> Option<Variant> {
        let model = model(dir, "variant.model", self.model.as_deref(), problems);
        if !id::is_valid(&self.name) || self.name == FIRST {
            problems.push(problem("variant.name", format!("must be an id other than {FIRST:?}, the first model's")));
        }
        let share = self.share_basis_points;
        if share.is_some_and(|share| share == 0 || u64::from(share) >= WHOLE) {
            let message = "must be 1 to 9999 hundredths of a per cent; leave it out for a shadow".to_owned();
            problems.push(problem("variant.share_basis_points", message));
        }
        Some(Variant { name: self.name, model: model?, part: share.map_or(Part::Shadow, Part::Share) })
    }
}

fn problem(place: &str, message: String) -> Problem {
    Problem { place: place.to_owned(), message }
}

/// The model in this folder, or the committed one.
fn model(dir: &Path, place: &str, folder: Option<&str>, problems: &mut Vec<Problem>) -> Option<Arc<dyn RiskModel>> {
    let Some(folder) = folder else { return committed() };
    let scorer = open(&dir.join(folder)).map_err(|message| problems.push(problem(place, message))).ok()?;
    Some(Arc::new(Local(scorer)))
}

/// The committed model. `None` where it cannot be loaded: the rules score, and every prediction says so.
fn committed() -> Option<Arc<dyn RiskModel>> {
    match Scorer::history_onnx() {
        Ok(scorer) => Some(Arc::new(Local(scorer))),
        Err(error) => {
            tracing::error!(code = error.code(), %error, "the rules score in the model's place");
            None
        }
    }
}

fn open(folder: &Path) -> Result<Scorer, String> {
    let read = |name: &str| {
        let path = folder.join(name);
        let fault = |error: std::io::Error| format!("{}: {error}", path.display());
        let length = std::fs::metadata(&path).map_err(fault)?.len();
        if length > MAX_MODEL_BYTES {
            return Err(format!("{}: more than {MAX_MODEL_BYTES} bytes", path.display()));
        }
        std::fs::read(&path).map_err(fault)
    };
    let (manifest, graph) = (read("manifest.json")?, read("model.onnx")?);
    let scorer = Scorer::load(Scope::History, &manifest, Format::Onnx, &graph);
    scorer.map_err(|error| format!("{}: {error}", folder.display()))
}

/// tract behind the port of the analysis.
#[derive(Debug)]
struct Local(Scorer);

#[async_trait]
impl RiskModel for Local {
    fn name(&self) -> &str {
        Model::name(&self.0)
    }

    fn version(&self) -> &str {
        Model::version(&self.0)
    }

    fn cuts(&self) -> Cuts {
        Model::cuts(&self.0)
    }

    async fn score(&self, features: &Features) -> Result<f64, RiskError> {
        // Microseconds: not worth another thread.
        self.0.probability(&features.numbers()).map_err(|error| RiskError::Vector(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// A folder of the operator's with a model of each scope.
    fn dir() -> TempDir {
        let dir = TempDir::new().unwrap();
        let artefacts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/artefacts");
        for scope in ["history", "session"] {
            std::fs::create_dir(dir.path().join(scope)).unwrap();
            for file in ["manifest.json", "model.onnx"] {
                std::fs::copy(artefacts.join(scope).join(file), dir.path().join(scope).join(file)).unwrap();
            }
        }
        dir
    }

    #[test]
    fn takes_the_operators_model_and_tries_another_beside_it() {
        let dir = dir();
        for (json, part) in [
            ("{}", None),
            (r#"{"model":"history"}"#, None),
            (r#"{"variant":{"name":"b"}}"#, Some(Part::Shadow)),
            (
                r#"{"model":"history","variant":{"name":"b","model":"history","share_basis_points":500}}"#,
                Some(Part::Share(500)),
            ),
        ] {
            let guard = RiskModels::read(dir.path(), json).unwrap().guarded();
            assert_eq!(guard.model().map(|model| model.name()), Some("history"), "{json}");
            assert_eq!(guard.variant().map(|variant| variant.part), part, "{json}");
        }
    }

    #[test]
    fn tells_every_mistake() {
        let dir = dir();
        for (json, places) in [
            (r#"{"modle":"history"}"#, vec!["the file"]),
            (r#"{"model":"session"}"#, vec!["model"]),
            (
                r#"{"model":"nowhere","variant":{"name":"a","model":"session","share_basis_points":10000}}"#,
                vec!["model", "variant.model", "variant.name", "variant.share_basis_points"],
            ),
            (r#"{"variant":{"name":"b","share_basis_points":0}}"#, vec!["variant.share_basis_points"]),
        ] {
            let problems = RiskModels::read(dir.path(), json).unwrap_err();
            assert_eq!(problems.iter().map(|problem| problem.place.as_str()).collect::<Vec<_>>(), places, "{json}");
        }
    }
}
