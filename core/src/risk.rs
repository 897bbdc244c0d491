//! Risk: how likely this session is to end in frustration, as a score, a level and where both come from.
//!
//! Until a model is loaded, the score is a rule: each feature that speaks for trouble takes away part of what is left
//! of calm, `score = 1 − Π (1 − weight · min(1, value / full))`. It is exact integer arithmetic.

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
pub struct Risk {
    /// 0 to 1, in millionths.
    pub score: u64,
    /// 0 to 1, in millionths.
    pub confidence: u64,
    /// The level.
    pub level: Level,
    /// What made the score.
    pub model: &'static str,
    /// Its version.
    pub model_version: &'static str,
}

/// The least score of each level above low, in millionths.
const CUTS: [(Level, u64); 3] = [(Level::Critical, 850_000), (Level::High, 600_000), (Level::Medium, 300_000)];
/// A level once reached is held until the score falls this far below its cut, in millionths: no flicker.
const HYSTERESIS: u64 = 50_000;

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

/// Scores a vector by the rule. `before` is the level so far, for hysteresis.
pub fn rule_score(features: &Features, before: Level) -> Risk {
    let mut calm = ONE;
    for part in &PARTS {
        let value = features.millionths()[part.feature].min(part.full);
        calm = calm * (ONE - part.weight * value / part.full) / ONE;
    }
    let score = ONE - calm;
    let seen = u64::from(features.observed.count_ones());
    Risk {
        score,
        // A rule that nobody has measured is trusted half, less where features could not be seen.
        confidence: ONE / 2 * seen / crate::features::COUNT as u64,
        level: level(score, before),
        model: "rules",
        model_version: "1",
    }
}

/// The level of a score, given the level so far.
pub fn level(score: u64, before: Level) -> Level {
    for (level, cut) in CUTS {
        let held = if level <= before { HYSTERESIS } else { 0 };
        if score + held >= cut {
            return level;
        }
    }
    Level::Low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(values: &[(usize, u64)]) -> Risk {
        let mut features = Features::default();
        features.observed = Features::ALL_OBSERVED;
        for (index, millionths) in values {
            features.set(*index, *millionths);
        }
        rule_score(&features, Level::Low)
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
            assert_eq!(level(score, before), expected, "{score} after {before:?}");
        }
    }
}
