//! What scores sessions and visitors in this collector: the one place that says so.

mod history;

use unsnag_core::risk::{Model, Rules};
use unsnag_model::Scorer;

pub(crate) use history::RiskModels;

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
