//! A loaded model, ready to score.

use unsnag_core::features::{COUNT, Features, ONE};
use unsnag_core::risk::{Cuts, Model};

use crate::graph::{Format, Graph};
use crate::{LoadError, Manifest, Scope, ScoreError};

/// How far the score of the health-check vector may lie from the manifest's.
const HEALTH_TOLERANCE: f64 = 1e-5;

/// A model that has passed its health check.
#[derive(Clone, Debug)]
pub struct Scorer {
    manifest: Manifest,
    graph: Graph,
}

impl Scorer {
    /// Loads a model of this scope from its manifest and its graph.
    pub fn load(scope: Scope, manifest: &[u8], format: Format, graph: &[u8]) -> Result<Self, LoadError> {
        let manifest = Manifest::read(manifest, scope)?;
        manifest.check_digest(format.file(), graph)?;
        let graph = Graph::load(format, graph, &manifest.output)?;
        let scorer = Self { manifest, graph };
        let health =
            scorer.probability(&scorer.manifest.health).map_err(|error| LoadError::Graph(error.to_string()))?;
        let expected = scorer.manifest.health_score;
        if (health - expected).abs() <= HEALTH_TOLERANCE {
            Ok(scorer)
        } else {
            Err(LoadError::Health { expected, got: health })
        }
    }

    /// The committed session model, from ONNX.
    #[cfg(feature = "onnx")]
    pub fn session_onnx() -> Result<Self, LoadError> {
        Self::load(Scope::Session, crate::artefacts::SESSION_MANIFEST, Format::Onnx, crate::artefacts::SESSION_ONNX)
    }

    /// The committed session model, from NNEF.
    #[cfg(feature = "nnef")]
    pub fn session_nnef() -> Result<Self, LoadError> {
        Self::load(Scope::Session, crate::artefacts::SESSION_MANIFEST, Format::Nnef, crate::artefacts::SESSION_NNEF)
    }

    /// The committed history model, from ONNX.
    #[cfg(feature = "onnx")]
    pub fn history_onnx() -> Result<Self, LoadError> {
        Self::load(Scope::History, crate::artefacts::HISTORY_MANIFEST, Format::Onnx, crate::artefacts::HISTORY_ONNX)
    }

    /// The probability, 0 to 1, for values in the contract's units and order.
    pub fn probability(&self, values: &[f64; COUNT]) -> Result<f64, ScoreError> {
        if values.iter().any(|value| !value.is_finite()) {
            return Err(ScoreError::NotFinite);
        }
        let logit = self.graph.run(values)?;
        if logit.is_finite() { Ok(logistic(logit)) } else { Err(ScoreError::NotFinite) }
    }
}

/// 1 / (1 + e^−x), by the branch whose exponential cannot overflow.
fn logistic(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

impl Model for Scorer {
    fn name(&self) -> &str {
        &self.manifest.name
    }

    fn version(&self) -> &str {
        &self.manifest.version
    }

    fn score(&self, features: &Features) -> Option<u64> {
        let probability = self.probability(&features.numbers()).ok()?;
        Some((probability * ONE as f64 + 0.5) as u64)
    }

    fn cuts(&self) -> Cuts {
        self.manifest.cuts
    }
}
