//! What scores sessions and visitors in this collector: the one place that says so.

use std::sync::Arc;

use async_trait::async_trait;
use unsnag_analysis::risk::{RiskError, RiskModel};
use unsnag_core::features::Features;
use unsnag_core::risk::{Cuts, Model, Rules};
use unsnag_model::Scorer;

/// The committed session model, from ONNX. Where it cannot be loaded the rules score, and every answer says so.
pub(crate) fn model() -> Box<dyn Model> {
    match Scorer::session_onnx() {
        Ok(scorer) => Box::new(scorer),
        Err(error) => {
            tracing::error!(code = error.code(), %error, "the rules score in the model's place");
            Box::new(Rules)
        }
    }
}

/// The committed history model, which scores what is known of a visitor. `None` where it cannot be loaded, and the rules
/// score.
pub(crate) fn risk_model() -> Option<Arc<dyn RiskModel>> {
    match Scorer::history_onnx() {
        Ok(scorer) => Some(Arc::new(Local(scorer))),
        Err(error) => {
            tracing::error!(code = error.code(), %error, "the rules score in the model's place");
            None
        }
    }
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
