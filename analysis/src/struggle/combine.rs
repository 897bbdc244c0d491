//! Everything together: how bad it is, how sure that is, and what to do.

use serde::{Deserialize, Serialize};
use unsnag_core::features::ONE;
use unsnag_core::risk::{Cuts, Level};
use unsnag_core::time::UnixMillis;

use super::behaviour::{Behaviour, Observed};
use super::indicator::Indicator;
use super::prediction::Prediction;
use super::reasons;
use super::recommendation::{self, Recommendation};
use crate::words;

/// Where levels begin: as those of `core::risk::Rules`, whose score is made the same way.
pub const CUTS: Cuts = Cuts { medium: 300_000, high: 600_000, critical: 850_000 };

/// How much of the score is the rules', in millionths. 0.65, so that overwhelming evidence (a rule score from 0.93 on)
/// is high whatever a model says, and a model alone is medium at most (0.35), and that only when it is all but sure
/// (from 0.86): what models know of sessions is modest (AUC 0.63 to 0.81 on public data), and what the rules know was
/// seen. One that agrees moves little; one that does not takes a session that is just high down to medium.
pub const RULES_WEIGHT: u64 = 650_000;

/// How much of the score is the model's, in millionths.
pub const MODEL_WEIGHT: u64 = ONE - RULES_WEIGHT;

/// The agreement of rules that no model confirmed, in millionths: trusted half, as in `core::risk`.
pub const UNTESTED_AGREEMENT: u64 = ONE / 2;

/// How much somebody struggles, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Struggle {
    /// As of when.
    #[serde(with = "words::unix")]
    pub at: UnixMillis,
    /// Rules and model together, 0 to 1, in millionths.
    pub score: u64,
    /// The level of that.
    #[serde(with = "words::level")]
    pub level: Level,
    /// How far to trust it, 0 to 1, in millionths.
    pub confidence: u64,
    /// What the indicators say, 0 to 1, in millionths.
    pub rule_score: u64,
    /// What the model says on the scale of the rules, 0 to 1, in millionths; `None` where no model was heard.
    pub model_score: Option<u64>,
    /// How far these two agree, 0 to 1, in millionths.
    pub agreement: u64,
    /// Which features the page could see.
    pub observed: Observed,
    /// What the model said.
    pub prediction: Option<Prediction>,
    /// What speaks for struggle, what contributes most first.
    pub indicators: Vec<Indicator>,
    /// What to do.
    pub recommendation: Recommendation,
    /// Why, in words, for operators.
    pub reasons: Vec<String>,
}

/// Weighs the indicators with the model's prediction.
///
/// - **Rule score** = 1 − Π (1 − weight · strength) over the indicators, as `core::risk::Rules` does.
/// - **Score** = [`RULES_WEIGHT`] · rule score + [`MODEL_WEIGHT`] · model score, the latter on the scale of the rules
///   ([`Prediction::common_score`]). Without a model it is the rule score; a prediction that is itself made by rules
///   looks at the same counts, and is kept but not heard.
/// - **Level**: the score by [`CUTS`].
/// - **Confidence** = agreement × share of the 13 features that could be seen. Agreement = 1 − |rule score − model
///   score|; [`UNTESTED_AGREEMENT`] without a model.
pub fn combine_analysis_results(
    behaviour: &Behaviour,
    mut indicators: Vec<Indicator>,
    prediction: Option<&Prediction>,
) -> Struggle {
    indicators.sort_by_key(|indicator| indicator.kind);
    let rule_score = rule_score(&indicators);
    let model_score = prediction.filter(|prediction| prediction.is_of_a_model()).map(Prediction::common_score);
    let (score, agreement) = match model_score {
        Some(model) => ((RULES_WEIGHT * rule_score + MODEL_WEIGHT * model) / ONE, ONE - rule_score.abs_diff(model)),
        None => (rule_score, UNTESTED_AGREEMENT),
    };
    let level = CUTS.level(score, Level::Low);
    indicators.sort_by_key(|indicator| (std::cmp::Reverse(indicator.contribution()), indicator.kind));
    let recommendation = recommendation::of(level, behaviour.gone_at.is_some(), &indicators);
    let mut struggle = Struggle {
        at: behaviour.at,
        score,
        level,
        confidence: agreement * behaviour.observed.share() / ONE,
        rule_score,
        model_score,
        agreement,
        observed: behaviour.observed,
        prediction: prediction.cloned(),
        indicators,
        recommendation,
        reasons: Vec::new(),
    };
    struggle.reasons = reasons::of(&struggle, behaviour);
    struggle
}

/// In the order of their kinds: each step rounds, and a result must not depend on which of them is the strongest.
fn rule_score(indicators: &[Indicator]) -> u64 {
    ONE - indicators.iter().fold(ONE, |calm, indicator| calm * (ONE - indicator.contribution()) / ONE)
}
