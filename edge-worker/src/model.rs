//! What scores a batch here.

use std::sync::LazyLock;

use unsnag_core::features::Features;
use unsnag_core::risk::{Cuts, Model, Rules};
use unsnag_model::Scorer;

use crate::log;

/// The model of this Worker, not loaded yet.
pub(crate) fn model() -> Box<dyn Model> {
    Box::new(OnDemand(LazyLock::new(load)))
}

/// Loads with the first score: only batches need it, and above all the refusals after a panic should not wait for it.
#[derive(Debug)]
struct OnDemand(LazyLock<Box<dyn Model>>);

impl Model for OnDemand {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn version(&self) -> &str {
        self.0.version()
    }

    fn score(&self, features: &Features) -> Option<u64> {
        self.0.score(features)
    }

    fn cuts(&self) -> Cuts {
        self.0.cuts()
    }
}

/// The committed session model: from NNEF, or with the feature `onnx` from the ONNX that it was converted from. Where
/// it cannot be loaded the rules score, and every answer says so.
fn load() -> Box<dyn Model> {
    #[cfg(not(feature = "onnx"))]
    let loaded = Scorer::session_nnef();
    #[cfg(feature = "onnx")]
    let loaded = Scorer::session_onnx();
    match loaded {
        Ok(scorer) => Box::new(scorer),
        Err(error) => {
            log::error(error.code(), &format!("the rules score in the model's place: {error}"));
            Box::new(Rules)
        }
    }
}
