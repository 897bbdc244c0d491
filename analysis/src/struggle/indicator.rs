//! Indicators: each judges one count of the behaviour against its thresholds, and says what it rests on.
//!
//! # The scales, and where they come from
//!
//! An indicator's strength rises evenly from its floor to full; its weight is the most it takes away of what is left of
//! calm (see [`combine_analysis_results`](super::combine_analysis_results)). Levels begin at 0.30, 0.60 and 0.85, as
//! those of `core::risk::Rules` do. By judgement, until outcomes were measured; what was asked of the numbers:
//!
//! - **An error in a row weighs 0.15.** One is a slip and stays low; two are medium (0.30), the grade `likely` of a
//!   form struggle in `core`; four are high by themselves (0.60): messages were read three times and did not help.
//! - **A request for help weighs 0.15** too, but no number of them alone is high: who asks may be curious.
//! - **Three errors and two requests for help are high** (1 − 0.55 · 0.70 = 0.615): it fails, and the person says so.
//!   So are three errors with any other indicator that can be medium by itself, at its fullest.
//! - **Four retries weigh as much as two requests for help** (0.30): it takes more to say by deeds what words say. Full
//!   at four, as in `core::risk`.
//! - **Clicks are as in `core::risk`**: 0.70, full at two confirmed signals; one is medium, two are high. In ordinary
//!   work at a desk (Balabit's recordings) three clicks within a second come 11 times an active hour, about two in ten
//!   minutes; with nothing that speaks for frustration these are suspected, and with 0.175 stay low.
//! - **Giving up is as in `core::risk`**: 0.40, full at one form. Somebody who gives up does not thereby ask for help.
//! - **A video sought again and again** is medium at most: going back may be interest as well as trouble.
//! - **A fall of engagement and a long time without success** are low by themselves, and neither lifts three errors to
//!   high: both have many reasons other than trouble. The floor of ten per cent is what two halves of a calm session
//!   may differ by; five minutes without success is `core`'s time after which an idle form is abandoned, thirty the gap
//!   after which a session is over.

use serde::{Deserialize, Serialize};
use unsnag_core::features::{ONE, index};

use super::behaviour::Behaviour;
use super::errors::ErrorRun;
use super::place::Place;
use super::tally::{Span, Tally};

/// What indicates that somebody struggles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorKind {
    /// A run of errors, at least half of it a form's.
    FormValidationErrors,
    /// Any other run of errors.
    ErrorRun,
    /// Help was used.
    HelpSeeking,
    /// The same was tried again.
    RetryLoop,
    /// Engagement fell.
    FallingEngagement,
    /// Something was given up.
    Abandonment,
    /// Something was started, and for long nothing got done.
    NoRecentSuccess,
    /// Clicks, keys and swipes that nothing answered.
    ClickFrustration,
    /// A player that stood still, or a part of it that was sought again and again.
    VideoStruggle,
}

impl IndicatorKind {
    /// All of them.
    pub const ALL: [IndicatorKind; 9] = [
        Self::FormValidationErrors,
        Self::ErrorRun,
        Self::HelpSeeking,
        Self::RetryLoop,
        Self::FallingEngagement,
        Self::Abandonment,
        Self::NoRecentSuccess,
        Self::ClickFrustration,
        Self::VideoStruggle,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::FormValidationErrors => "form_validation_errors",
            Self::ErrorRun => "error_run",
            Self::HelpSeeking => "help_seeking",
            Self::RetryLoop => "retry_loop",
            Self::FallingEngagement => "falling_engagement",
            Self::Abandonment => "abandonment",
            Self::NoRecentSuccess => "no_recent_success",
            Self::ClickFrustration => "click_frustration",
            Self::VideoStruggle => "video_struggle",
        }
    }

    /// What people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::FormValidationErrors => "Errors in a form",
            Self::ErrorRun => "Errors in a row",
            Self::HelpSeeking => "Looking for help",
            Self::RetryLoop => "Trying again and again",
            Self::FallingEngagement => "Falling engagement",
            Self::Abandonment => "Giving up",
            Self::NoRecentSuccess => "No success for long",
            Self::ClickFrustration => "Frustrated clicks",
            Self::VideoStruggle => "Trouble with a video",
        }
    }

    /// The features without which it cannot be seen, as indices of the contract; none of them is of videos.
    pub const fn features(self) -> &'static [usize] {
        match self {
            Self::FormValidationErrors | Self::ErrorRun => &[index::ERROR_COUNT],
            Self::HelpSeeking => &[index::HELP_REQUESTS],
            Self::RetryLoop => &[index::RETRY_COUNT],
            Self::FallingEngagement => &[index::ENGAGEMENT_SCORE],
            Self::Abandonment => &[index::PAGE_EXITS, index::FORM_ABANDONS],
            Self::NoRecentSuccess => &[index::TIME_SINCE_LAST_SUCCESS],
            Self::ClickFrustration => &[index::CLICK_FRUSTRATION],
            Self::VideoStruggle => &[],
        }
    }
}

/// What a value is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A count, weighted where the things counted have weights; in millionths.
    Count,
    /// A share of a whole, in millionths.
    Share,
    /// A time, in ms.
    Time,
}

/// How an indicator is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Which indicator.
    pub kind: IndicatorKind,
    /// The most it takes away of what is left of calm, in millionths.
    pub weight: u64,
    /// What its values are measured in.
    pub unit: Unit,
    /// Up to this value it says nothing.
    pub floor: u64,
    /// From this value on it says all that it can.
    pub full: u64,
}

const MINUTE: u64 = 60_000;

const fn scale(kind: IndicatorKind, weight_percent: u64, unit: Unit, floor: u64, full: u64) -> Scale {
    Scale { kind, weight: weight_percent * ONE / 100, unit, floor, full }
}

/// All scales, in the order of [`IndicatorKind::ALL`].
pub const SCALES: [Scale; 9] = [
    scale(IndicatorKind::FormValidationErrors, 75, Unit::Count, 0, 5 * ONE),
    scale(IndicatorKind::ErrorRun, 75, Unit::Count, 0, 5 * ONE),
    scale(IndicatorKind::HelpSeeking, 45, Unit::Count, 0, 3 * ONE),
    scale(IndicatorKind::RetryLoop, 30, Unit::Count, 0, 4 * ONE),
    scale(IndicatorKind::FallingEngagement, 25, Unit::Share, ONE / 10, 6 * ONE / 10),
    scale(IndicatorKind::Abandonment, 40, Unit::Count, 0, ONE),
    scale(IndicatorKind::NoRecentSuccess, 20, Unit::Time, 5 * MINUTE, 30 * MINUTE),
    scale(IndicatorKind::ClickFrustration, 70, Unit::Count, 0, 2 * ONE),
    scale(IndicatorKind::VideoStruggle, 30, Unit::Count, 0, ONE),
];

/// The scale of an indicator.
pub fn scale_of(kind: IndicatorKind) -> &'static Scale {
    &SCALES[kind as usize]
}

impl Scale {
    /// How strongly a value speaks, 0 to 1, in millionths, rounded.
    pub fn strength(&self, value: u64) -> u64 {
        let above = u128::from(value.min(self.full).saturating_sub(self.floor));
        let whole = u128::from(self.full - self.floor);
        ((above * u128::from(ONE) + whole / 2) / whole) as u64
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Errors since the last success.
    ErrorsInARow,
    /// Errors of a run that a success ended.
    ErrorsBeforeSuccess,
    /// Help used.
    HelpRequests,
    /// Clicks on what did not answer, and reloads.
    Retries,
    /// The share of engagement that is gone.
    EngagementLost,
    /// Forms, pages and the session left, by grade.
    ThingsGivenUp,
    /// Time since the last success.
    TimeWithoutSuccess,
    /// Click signals by grade.
    FrustratedClicks,
    /// Video struggles by grade.
    VideoStruggles,
}

/// What an indicator rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was counted.
    pub measure: Measure,
    /// What the value and its thresholds are measured in.
    pub unit: Unit,
    /// How much of it there was.
    pub value: u64,
    /// Up to this value it says nothing.
    pub floor: u64,
    /// From this value on it says all that it can.
    pub full: u64,
    /// Where most of it was.
    pub place: Option<Place>,
    /// From the first of it to the last.
    pub span: Option<Span>,
}

/// One indicator that speaks for struggle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// Which.
    pub kind: IndicatorKind,
    /// How strongly, 0 to 1, in millionths.
    pub strength: u64,
    /// The most it takes away of what is left of calm, in millionths ([`SCALES`]).
    pub weight: u64,
    /// Why.
    pub evidence: Evidence,
}

impl Indicator {
    /// What it would make of the rule score alone: strength times weight, in millionths, rounded.
    pub fn contribution(&self) -> u64 {
        (self.strength.min(ONE) * self.weight.min(ONE) + ONE / 2) / ONE
    }
}

/// Judges each count of the behaviour. Only indicators that say something are among the result, in the order of
/// [`IndicatorKind::ALL`].
pub fn calculate_struggle_indicators(behaviour: &Behaviour) -> Vec<Indicator> {
    let retries = [&behaviour.retries.reclicks, &behaviour.retries.reloads];
    let abandonment = &behaviour.abandonment;
    let given_up = [&abandonment.forms, &abandonment.quick_backs, &abandonment.left_after_trouble];
    let mut all = vec![
        errors(behaviour),
        together(IndicatorKind::HelpSeeking, Measure::HelpRequests, &[&behaviour.help]),
        together(IndicatorKind::RetryLoop, Measure::Retries, &retries),
    ];
    if let Some(engagement) = &behaviour.engagement {
        let tally = Tally { weight: engagement.fall(), ..Tally::default() };
        all.push(together(IndicatorKind::FallingEngagement, Measure::EngagementLost, &[&tally]));
    }
    all.push(together(IndicatorKind::Abandonment, Measure::ThingsGivenUp, &given_up));
    let success = &behaviour.success;
    if success.open.count > 0 && behaviour.observed.has(index::TIME_SINCE_LAST_SUCCESS) {
        let tally = Tally { weight: success.since.0, ..success.open.clone() };
        all.push(together(IndicatorKind::NoRecentSuccess, Measure::TimeWithoutSuccess, &[&tally]));
    }
    all.push(together(IndicatorKind::ClickFrustration, Measure::FrustratedClicks, &[&behaviour.clicks]));
    all.push(together(IndicatorKind::VideoStruggle, Measure::VideoStruggles, &[&behaviour.video]));
    all.retain(|indicator| indicator.strength > 0);
    all
}

/// The run of errors that says most. One that a success ended says half of what it said then: frustration was
/// found to persist from one search to the next, but what went wrong did get done.
fn errors(behaviour: &Behaviour) -> Indicator {
    let (current, longest) = (&behaviour.errors.current, &behaviour.errors.longest);
    let judge = |run: &ErrorRun, measure| {
        let kind = if run.is_of_forms() { IndicatorKind::FormValidationErrors } else { IndicatorKind::ErrorRun };
        let weight = u64::from(run.length) * ONE;
        let tally = Tally { count: run.length, weight, span: run.span, place: run.place.clone() };
        together(kind, measure, &[&tally])
    };
    let now = judge(current, Measure::ErrorsInARow);
    let mut then = judge(longest, Measure::ErrorsBeforeSuccess);
    then.strength /= 2;
    if then.strength > now.strength { then } else { now }
}

/// An indicator over several tallies; where most was says the heaviest.
fn together(kind: IndicatorKind, measure: Measure, tallies: &[&Tally]) -> Indicator {
    let scale = scale_of(kind);
    let value = tallies.iter().fold(0_u64, |sum, tally| sum.saturating_add(tally.weight));
    let spans = tallies.iter().filter_map(|tally| tally.span);
    let span = spans.reduce(|a, b| Span { first: a.first.min(b.first), last: a.last.max(b.last) });
    // Of two that weigh the same, the first.
    let heaviest = tallies.iter().rev().max_by_key(|tally| tally.weight);
    Indicator {
        kind,
        strength: scale.strength(value),
        weight: scale.weight,
        evidence: Evidence {
            measure,
            unit: scale.unit,
            value,
            floor: scale.floor,
            full: scale.full,
            place: heaviest.and_then(|tally| tally.place.clone()),
            span,
        },
    }
}
