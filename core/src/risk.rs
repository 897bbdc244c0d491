//! Risk: how likely this session is to end in frustration, as a score, a level and where both come from.
//!
//! A host gives a [`Model`] and [`assess`] says what its score means. Where the model has none, [`Rules`] has.

use crate::features::{Features, ONE, index};

/// How bad it is, decided once, where the score is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Level {
    #[default]
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// All levels, least first.
    pub const ALL: [Level; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level with this name.
    pub fn named(name: &str) -> Option<Level> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// A score and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk<'m> {
    /// 0 to 1, in millionths.
    pub score: u64,
    /// 0 to 1, in millionths.
    pub confidence: u64,
    /// The level.
    pub level: Level,
    /// What made the score.
    pub model: &'m str,
    /// Its version.
    pub model_version: &'m str,
}

/// The least score of each level above low, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Cuts {
    pub medium: u64,
    pub high: u64,
    pub critical: u64,
}

impl Cuts {
    /// The level of a score, given the level so far.
    pub fn level(&self, score: u64, before: Level) -> Level {
        for (level, cut) in [(Level::Critical, self.critical), (Level::High, self.high), (Level::Medium, self.medium)] {
            let held = if level <= before { HYSTERESIS } else { 0 };
            if score + held >= cut {
                return level;
            }
        }
        Level::Low
    }
}

/// A level once reached is held until the score falls this far below its cut, in millionths: no flicker.
const HYSTERESIS: u64 = 50_000;

/// What scores a vector: of scope `session` in hosts, of scope `history` behind the stream.
pub trait Model: std::fmt::Debug + Send + Sync {
    /// The model's name.
    fn name(&self) -> &str;
    /// Its version.
    fn version(&self) -> &str;
    /// The score, 0 to 1 in millionths; `None` if this vector cannot be scored.
    fn score(&self, features: &Features) -> Option<u64>;
    /// Where its levels begin.
    fn cuts(&self) -> Cuts;
}

/// Scores a vector. `before` is the level so far, for hysteresis. Where the model has no score, the rules have.
///
/// The confidence is the share of features that could be seen, times how far model and rules agree; a rule that nobody
/// has measured is trusted half.
pub fn assess<'m>(model: &'m dyn Model, features: &Features, before: Level) -> Risk<'m> {
    let rules = rule_score(features);
    let seen = u64::from(features.observed.count_ones());
    let (model, score, trust): (&dyn Model, _, _) = match model.score(features) {
        Some(score) if model.name() != Rules.name() => (model, score.min(ONE), ONE - score.min(ONE).abs_diff(rules)),
        _ => (&Rules, rules, ONE / 2),
    };
    Risk {
        score,
        confidence: trust * seen / crate::features::COUNT as u64,
        level: model.cuts().level(score, before),
        model: model.name(),
        model_version: model.version(),
    }
}

/// The model that needs no artefact: each feature that speaks for trouble takes away part of what is left of calm,
/// `score = 1 − Π (1 − weight · min(1, value / full))`, in exact integer arithmetic.
#[derive(Clone, Copy, Debug)]
pub struct Rules;

impl Model for Rules {
    fn name(&self) -> &'static str {
        "rules"
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn score(&self, features: &Features) -> Option<u64> {
        Some(rule_score(features))
    }

    fn cuts(&self) -> Cuts {
        Cuts { medium: 300_000, high: 600_000, critical: 850_000 }
    }
}

/// One feature's part in the rule score.
struct Part {
    feature: usize,
    /// The most it takes away, in millionths.
    weight: u64,
    /// The value at which it takes away all of it, in millionths.
    full: u64,
}

/// Weights by judgement until there are data: what the person did twice or more because something failed counts most.
/// One confirmed rage or dead click alone is medium (0.35); with an error it is high (0.35 and 0.39 of the rest: 0.60).
const PARTS: [Part; 6] = [
    Part { feature: index::CLICK_FRUSTRATION, weight: 700_000, full: 2 * ONE },
    Part { feature: index::ERROR_COUNT, weight: 650_000, full: 3 * ONE },
    Part { feature: index::RETRY_COUNT, weight: 400_000, full: 4 * ONE },
    Part { feature: index::FORM_ABANDONS, weight: 400_000, full: ONE },
    Part { feature: index::HELP_REQUESTS, weight: 350_000, full: 2 * ONE },
    Part { feature: index::PAGE_EXITS, weight: 200_000, full: 4 * ONE },
];

fn rule_score(features: &Features) -> u64 {
    let mut calm = ONE;
    for part in &PARTS {
        let value = features.millionths()[part.feature].min(part.full);
        calm = calm * (ONE - part.weight * value / part.full) / ONE;
    }
    ONE - calm
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(values: &[(usize, u64)]) -> Features {
        let mut features = Features::default();
        features.observed = Features::ALL_OBSERVED;
        for (index, millionths) in values {
            features.set(*index, *millionths);
        }
        features
    }

    fn score(values: &[(usize, u64)]) -> Risk<'static> {
        assess(&Rules, &vector(values), Level::Low)
    }

    /// A model that always says the same.
    #[derive(Debug)]
    struct Constant(Option<u64>);

    impl Model for Constant {
        fn name(&self) -> &'static str {
            "constant"
        }

        fn version(&self) -> &'static str {
            "7"
        }

        fn score(&self, _: &Features) -> Option<u64> {
            self.0
        }

        fn cuts(&self) -> Cuts {
            Cuts { medium: 100_000, high: 200_000, critical: 400_000 }
        }
    }

    #[test]
    fn a_models_score_has_the_models_levels_and_is_trusted_as_far_as_the_rules_agree() {
        let risk = assess(&Constant(Some(250_000)), &vector(&[]), Level::Low);
        assert_eq!((risk.score, risk.level, risk.confidence), (250_000, Level::High, 750_000));
        assert_eq!((risk.model, risk.model_version), ("constant", "7"));
        let mut half_seen = vector(&[(index::CLICK_FRUSTRATION, ONE)]);
        half_seen.observed = 0b1_1111_1000_0000;
        let risk = assess(&Constant(Some(350_000)), &half_seen, Level::Low);
        assert_eq!(risk.confidence, ONE * 6 / 13);
    }

    #[test]
    fn the_rules_stand_in_for_a_model_that_has_no_score() {
        let stuck = vector(&[(index::CLICK_FRUSTRATION, ONE)]);
        assert_eq!(assess(&Constant(None), &stuck, Level::Low), assess(&Rules, &stuck, Level::Low));
        assert_eq!(assess(&Constant(None), &stuck, Level::Low).model, "rules");
        assert_eq!(assess(&Constant(Some(5 * ONE)), &stuck, Level::Low).score, ONE);
    }

    #[test]
    fn a_quiet_session_is_low_and_trouble_adds_up() {
        assert_eq!((score(&[]).score, score(&[]).level), (0, Level::Low));
        let rage = score(&[(index::CLICK_FRUSTRATION, ONE)]);
        assert_eq!((rage.score, rage.level), (350_000, Level::Medium));
        let error = score(&[(index::CLICK_FRUSTRATION, ONE), (index::ERROR_COUNT, 2 * ONE)]);
        assert_eq!(error.level, Level::High);
        let all = score(&[
            (index::CLICK_FRUSTRATION, 3 * ONE),
            (index::ERROR_COUNT, 3 * ONE),
            (index::HELP_REQUESTS, 2 * ONE),
            (index::RETRY_COUNT, 4 * ONE),
        ]);
        assert_eq!(all.level, Level::Critical);
    }

    #[test]
    fn every_part_only_ever_raises_the_score() {
        for part in &PARTS {
            let mut last = 0;
            for step in 0..=10 {
                let now = score(&[(part.feature, part.full * step / 5)]).score;
                assert!(now >= last);
                last = now;
            }
            assert_eq!(last, part.weight);
        }
    }

    #[test]
    fn holds_a_level_until_the_score_has_clearly_fallen() {
        for (score, before, expected) in [
            (300_000, Level::Low, Level::Medium),
            (299_999, Level::Low, Level::Low),
            (250_000, Level::Medium, Level::Medium),
            (249_999, Level::Medium, Level::Low),
            (560_000, Level::Medium, Level::Medium),
            (560_000, Level::High, Level::High),
            (900_000, Level::Low, Level::Critical),
        ] {
            assert_eq!(Rules.cuts().level(score, before), expected, "{score} after {before:?}");
        }
    }
}
