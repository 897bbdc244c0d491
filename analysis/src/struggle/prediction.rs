//! What a risk model said of a session.

use serde::{Deserialize, Serialize};
use unsnag_core::features::ONE;
use unsnag_core::risk::Level;

use super::combine::CUTS;
use crate::words;

/// Where a prediction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The model was asked.
    Model,
    /// The model was asked before, about the same.
    Cache,
    /// The model could not be asked, and `core`'s rules over the 13 features stood in.
    Rules,
}

/// A model's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// 0 to 1, in millionths, on the model's own scale.
    pub score: u64,
    /// What that means by the model's own cuts.
    #[serde(with = "words::level")]
    pub level: Level,
    /// The model's name.
    pub model: String,
    /// Its version.
    pub model_version: String,
    /// The variant that answered, where several are tried.
    pub variant: Option<String>,
    /// Where it comes from.
    pub source: Source,
}

impl Prediction {
    /// Whether it is a second opinion: rules that stood in look at the same counts as the indicators do.
    pub fn is_of_a_model(&self) -> bool {
        self.source != Source::Rules
    }

    /// The score on the scale of [`CUTS`], in millionths.
    ///
    /// Each model's cuts are its own: 0.35 is `high` to one and `medium` to another. What its score means is what its
    /// level says, so the score is moved into the band of that level, and no further.
    pub fn common_score(&self) -> u64 {
        let (least, most) = match self.level {
            Level::Low => (0, CUTS.medium - 1),
            Level::Medium => (CUTS.medium, CUTS.high - 1),
            Level::High => (CUTS.high, CUTS.critical - 1),
            Level::Critical => (CUTS.critical, ONE),
        };
        self.score.clamp(least, most)
    }
}
