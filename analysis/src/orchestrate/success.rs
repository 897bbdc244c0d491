//! How likely help is to succeed: a sum of log-odds from named weights, moved by what was learned.
//!
//! Success means that the task which was stuck succeeds within the horizon of an outcome. The sum has two halves.
//! What a cell of the sampler holds (base rate, level, cause, support link) is a prior: trials of the cell replace it.
//! What differs between cases of one cell (earlier responses, office hours, delay) is added on top, and is written so
//! that it is near 0 for the average case.
//!
//! In log-odds:
//!
//! - **base** 0: one half, as feature 8 (`success_rate`) has it when nothing is known.
//! - **level** +0.38, 0, −0.29, −0.68, least first: a quarter of the difference to medium in the log-odds of the score
//!   in the middle of each level (0.15, 0.45, 0.725, 0.925 by the cuts of `unsnag_core::risk::Rules`), which is how
//!   likely the session is to end badly. A level is about the person's trouble, of which help takes away a part only.
//! - **cause** +0.35 if the entry names the cause. Judgement: help about the right thing makes 0.59 of one half.
//! - **support link** +0.25. Judgement: somebody to turn to makes 0.65 of 0.59.
//! - **learned**: by how much the posterior's mean differs from these four, see [`Learned`](super::sampler::Learned).
//! - **earlier response** 0.4 · (logit r − logit 0.3), at most ± 0.6, with r = (answers + 4 · 0.3) / (times asked + 4).
//!   Judgement: three in ten answer, four times asked weigh as much as that, and whether somebody answers is not yet
//!   whether it helps, hence 0.4.
//! - **office hours** ± 0.15 where the entry or its channel leads to people. Judgement: between an answer at once and
//!   one the next day lie 6 or 7 in 100.
//! - **delay** −0.1 · log₂(1 + hours to the middle of the window). Judgement: each doubling of the wait loses 2 in 100;
//!   a window of two hours costs 0.1, a night 0.35.

use serde::{Deserialize, Serialize};
use unsnag_core::risk::Level;
use unsnag_core::time::{Millis, UnixMillis};

use super::catalogue::Entry;
use super::civil::HOUR;
use super::need::Cause;
use super::sampler::{Beta, Grid, logit, sigmoid};
use super::timing::Window;
use super::visitor::Counts;
use crate::words::stored;

/// The base rate, in log-odds.
pub(super) const BASE: f64 = 0.0;
/// By level, least first, in log-odds.
pub(super) const LEVELS: [f64; 4] = [0.38, 0.0, -0.29, -0.68];
/// The entry names the cause, in log-odds.
pub(super) const CAUSE: f64 = 0.35;
/// The entry leads to support, in log-odds.
pub(super) const SUPPORT_LINK: f64 = 0.25;
/// The share of those asked who answer, before anything is known of somebody.
pub(super) const USUAL_RESPONSE: f64 = 0.3;
/// Times asked that weigh as much as the usual share.
pub(super) const RESPONSE_STRENGTH: f64 = 4.0;
/// How far an answer speaks for success.
pub(super) const RESPONSE_WEIGHT: f64 = 0.4;
/// What earlier responses add or take at most, in log-odds.
pub(super) const MOST_RESPONSE: f64 = 0.6;
/// People are there, or they are not, in log-odds.
pub(super) const OFFICE: f64 = 0.15;
/// Each doubling of one hour and the wait, in log-odds.
pub(super) const DELAY: f64 = -0.1;
/// What an interval covers.
pub const COVERAGE: f64 = 0.95;

/// One part of the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PartName {
    Base,
    Level,
    Cause,
    SupportLink,
    Learned,
    EarlierResponse,
    OfficeHours,
    Delay,
}

/// A part of the sum and what it adds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub name: PartName,
    /// What it adds, in log-odds.
    pub log_odds: f64,
}

/// How likely help is to succeed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Success {
    /// 0 to 1.
    pub probability: f64,
    /// The lower end of the 95 % interval: the posterior's quantile, moved by the parts on top.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The parts; the log-odds of the probability are their sum.
    pub parts: Vec<Part>,
}

/// What a cell is expected to do before there are trials.
pub(super) fn prior_parts(cause: Cause, level: Level, entry: Option<&Entry>) -> [Part; 4] {
    let names_cause = entry.is_some_and(|entry| entry.names(cause));
    let has_link = entry.is_some_and(|entry| entry.support_link);
    [
        Part { name: PartName::Base, log_odds: BASE },
        Part { name: PartName::Level, log_odds: LEVELS[level as usize] },
        Part { name: PartName::Cause, log_odds: if names_cause { CAUSE } else { 0.0 } },
        Part { name: PartName::SupportLink, log_odds: if has_link { SUPPORT_LINK } else { 0.0 } },
    ]
}

/// What tells a case from others of its cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// Earlier responses through the channel.
    pub(super) responses: Counts,
    /// Whether people are there in the middle of the window; `None` where nobody is needed.
    pub(super) people: Option<bool>,
    /// When it goes out.
    pub(super) window: Window,
    /// Now.
    pub(super) now: UnixMillis,
}

impl Case {
    fn parts(&self) -> [Part; 3] {
        let office = self.people.map_or(0.0, |there| if there { OFFICE } else { -OFFICE });
        [
            Part { name: PartName::EarlierResponse, log_odds: response(self.responses) },
            Part { name: PartName::OfficeHours, log_odds: office },
            Part { name: PartName::Delay, log_odds: delay(self.window.middle() - self.now) },
        ]
    }
}

fn response(counts: Counts) -> f64 {
    let (answered, asked) = (f64::from(counts.answered()), f64::from(counts.asked()));
    let rate = (answered + RESPONSE_STRENGTH * USUAL_RESPONSE) / (asked + RESPONSE_STRENGTH);
    (RESPONSE_WEIGHT * (logit(rate) - logit(USUAL_RESPONSE))).clamp(-MOST_RESPONSE, MOST_RESPONSE)
}

fn delay(wait: Millis) -> f64 {
    DELAY * libm::log2(1.0 + wait.0 as f64 / HOUR.0 as f64)
}

/// The sum of parts, in log-odds.
pub(super) fn sum(parts: &[Part]) -> f64 {
    parts.iter().map(|part| part.log_odds).sum()
}

/// How likely a case is to succeed, and the distribution that says so.
pub(super) fn expect(prior: &[Part; 4], posterior: Beta, case: &Case) -> (Success, Grid) {
    let learned = Part { name: PartName::Learned, log_odds: logit(posterior.mean()) - sum(prior) };
    let on_top = case.parts();
    let shift = sum(&on_top);
    let grid = Grid::new(posterior.alpha, posterior.beta, shift);
    let tail = (1.0 - COVERAGE) / 2.0;
    let mut parts = [&prior[..], &[learned], &on_top].concat();
    for part in &mut parts {
        part.log_odds = stored(part.log_odds);
    }
    let success = Success {
        probability: stored(sigmoid(logit(posterior.mean()) + shift)),
        low: stored(grid.quantile(tail)),
        high: stored(grid.quantile(1.0 - tail)),
        parts,
    };
    (success, grid)
}

#[cfg(test)]
mod tests {
    use unsnag_core::features::ONE;
    use unsnag_core::risk::{Model, Rules};

    use super::*;

    fn near(got: f64, expected: f64, by: f64, what: &str) {
        assert!((got - expected).abs() <= by, "{what}: {got} instead of {expected}");
    }

    #[test]
    fn the_weights_of_levels_follow_from_their_derivation() {
        let cuts = Rules.cuts();
        let edges = [0, cuts.medium, cuts.high, cuts.critical, ONE];
        let middle = |level: usize| logit((edges[level] + edges[level + 1]) as f64 / 2.0 / ONE as f64);
        for (level, weight) in LEVELS.into_iter().enumerate() {
            near(weight, (middle(1) - middle(level)) / 4.0, 0.006, "a quarter of the difference");
        }
    }

    #[test]
    fn earlier_responses_are_shrunk_and_bounded() {
        for (shown, clicked, dismissed, expected) in [
            (0, 0, 0, 0.0),
            (1, 1, 0, 0.24),
            (2, 2, 0, 0.39),
            (3, 2, 0, 0.27),
            (2, 0, 2, -0.22),
            (10, 3, 0, 0.0),
            (1_000, 1_000, 0, 0.6),
            (1_000, 0, 0, -0.6),
        ] {
            let counts = Counts { shown, clicked, dismissed, helped: 0 };
            near(response(counts), expected, 0.005, &format!("{counts:?}"));
        }
    }

    #[test]
    fn waiting_costs_more_the_longer_it_lasts_and_less_each_hour() {
        for (hours, expected) in [(0, 0.0), (1, -0.1), (3, -0.2), (7, -0.3), (15, -0.4)] {
            near(delay(Millis(hours * HOUR.0)), expected, 1e-12, &format!("{hours} h"));
        }
    }

    #[test]
    fn the_probability_is_the_sum_of_its_parts_and_inside_its_interval() {
        let entry = super::super::catalogue::Catalogue::embedded().entry("technical-tutorial").cloned();
        let now = UnixMillis(0);
        let window = Window { from: now, until: now + HOUR };
        let responses = Counts { shown: 4, clicked: 1, ..Counts::default() };
        let case = Case { responses, people: Some(false), window, now };
        for (alpha, beta) in [(1.0, 19.0), (13.0, 7.0), (800.0, 200.0)] {
            for level in Level::ALL {
                let prior = prior_parts(Cause::Technical, level, entry.as_ref());
                let (success, _) = expect(&prior, Beta { alpha, beta }, &case);
                near(success.probability, sigmoid(sum(&success.parts)), 1e-11, "sum");
                assert!(success.low < success.probability && success.probability < success.high, "{success:?}");
            }
        }
    }
}
