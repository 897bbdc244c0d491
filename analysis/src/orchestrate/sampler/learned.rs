//! What was learned so far: successes and trials by situation and action, and the Beta posterior that follows.
//!
//! For an action in a situation (a cell) with s successes in n trials the posterior is
//! Beta(S · m + s, S · (1 − m) + n − s), where the prior mean m comes from what else is known:
//!
//! ```text
//! logit m = logit m₀ + δ + δ_channel + δ_entry
//! ```
//!
//! m₀ is what the weights of [`success`](super::super::success) say of the cell; each δ is by how much the log-odds of
//! what was observed differ from those of what was expected: over all other cells, over the channel's, over the entry's
//! (all versions). A rate is shrunk towards its expectation before it is compared, r = (s + K · e) / (n + K); the
//! channel's and the entry's expectations include δ already, so that a site where everything goes better is not
//! counted three times. The cell's own trials are in none of the three, so that no trial is counted twice for it. With
//! no trials at all, m = m₀.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unsnag_core::risk::Level;

use super::super::channel::Channel;
use super::super::need::Cause;
use super::grid::{logit, sigmoid};
use crate::words;

/// S: the prior is worth this many trials. By judgement: a rate of 0.65 is then known to ± 0.2, so that a few dozen
/// real trials decide, and a handful does not.
pub const PRIOR_STRENGTH: f64 = 20.0;

/// K: a pooled rate is trusted half after this many trials; twice the prior's strength, because what is learned of
/// other cells says less about this one.
pub const POOL_STRENGTH: f64 = 40.0;

/// A cell's trials weigh at most this much: what was true once need not stay so, and the sampler must not freeze.
pub const MOST_EVIDENCE: f64 = 2_000.0;

/// A prior mean stays this far from 0 and 1, so that both parameters of the prior are at least 1 (20 · 0.05).
const MARGIN: f64 = 0.05;

/// A situation and an action in it. The risk level is the band of the score.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// What the trouble comes from.
    pub cause: Cause,
    /// How bad it is.
    #[serde(with = "words::level")]
    pub level: Level,
    /// The catalogue entry.
    pub entry: String,
    /// Its version.
    pub version: u32,
    /// The channel.
    pub channel: Channel,
}

/// What became of help through one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// It belongs to a signed decision. What anybody might have sent teaches nothing.
    pub verified: bool,
    /// The person saw it. What nobody saw, in the holdout above all, says nothing about the action.
    pub exposed: bool,
    /// It helped, or the task succeeded within the horizon. A click is no success.
    pub succeeded: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Trials {
    successes: u64,
    trials: u64,
}

/// Successes and trials by cell. The order of observations does not matter, and what was counted apart can be merged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Row>", into = "Vec<Row>")]
pub struct Learned(BTreeMap<Cell, Trials>);

#[derive(Clone, Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    cell: Cell,
    successes: u64,
    trials: u64,
}

impl From<Vec<Row>> for Learned {
    fn from(rows: Vec<Row>) -> Self {
        let mut learned = Self::default();
        for row in rows {
            learned.add(row.cell, Trials { successes: row.successes.min(row.trials), trials: row.trials });
        }
        learned
    }
}

impl From<Learned> for Vec<Row> {
    fn from(learned: Learned) -> Self {
        let row = |(cell, counts): (Cell, Trials)| Row { cell, successes: counts.successes, trials: counts.trials };
        learned.0.into_iter().map(row).collect()
    }
}

impl Learned {
    /// Counts an observation if it can teach something, and says whether it did.
    pub fn learn(&mut self, cell: Cell, observation: &Observation) -> bool {
        let teaches = observation.verified && observation.exposed;
        if teaches {
            self.add(cell, Trials { successes: u64::from(observation.succeeded), trials: 1 });
        }
        teaches
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &Learned) {
        for (cell, counts) in &other.0 {
            self.add(cell.clone(), *counts);
        }
    }

    /// Successes and trials of a cell.
    pub fn counts(&self, cell: &Cell) -> (u64, u64) {
        let counts = self.0.get(cell).copied().unwrap_or_default();
        (counts.successes, counts.trials)
    }

    fn add(&mut self, cell: Cell, counts: Trials) {
        let known = self.0.entry(cell).or_default();
        known.successes = known.successes.saturating_add(counts.successes);
        known.trials = known.trials.saturating_add(counts.trials);
    }
}

/// Observed and expected successes of several cells together.
#[derive(Clone, Copy, Debug, Default)]
struct Pool {
    trials: f64,
    successes: f64,
    expected: f64,
}

impl Pool {
    fn plus(self, other: Pool) -> Pool {
        Pool {
            trials: self.trials + other.trials,
            successes: self.successes + other.successes,
            expected: self.expected + other.expected,
        }
    }

    /// By how much the log-odds observed differ from those expected, where `shift` is expected on top.
    fn difference(self, shift: f64) -> f64 {
        if self.trials <= 0.0 {
            return 0.0;
        }
        let expected = sigmoid(logit(self.expected / self.trials) + shift);
        let rate = (self.successes + POOL_STRENGTH * expected) / (self.trials + POOL_STRENGTH);
        logit(rate) - logit(expected)
    }
}

/// What was learned, beside what the weights expect of each cell.
#[derive(Clone, Debug)]
pub(in super::super) struct Posteriors<'a> {
    cells: Vec<(&'a Cell, Pool)>,
}

/// A Beta distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Beta {
    pub(in super::super) alpha: f64,
    pub(in super::super) beta: f64,
}

impl Beta {
    pub(in super::super) fn mean(self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }
}

impl<'a> Posteriors<'a> {
    /// `prior` says what the weights expect of a cell, above 0 and below 1.
    pub(in super::super) fn new(learned: &'a Learned, prior: impl Fn(&Cell) -> f64) -> Self {
        let pool = |(cell, counts): (&'a Cell, &Trials)| {
            let (trials, successes) = (counts.trials as f64, counts.successes as f64);
            (cell, Pool { trials, successes, expected: trials * prior(cell) })
        };
        Self { cells: learned.0.iter().map(pool).collect() }
    }

    /// The posterior of a cell of which the weights expect `prior`.
    pub(in super::super) fn of(&self, cell: &Cell, prior: f64) -> Beta {
        // Summed without the cell rather than subtracted from a total: nothing is left of it by rounding.
        let pooled = |counts: &dyn Fn(&Cell) -> bool| {
            let others = self.cells.iter().filter(|(other, _)| *other != cell && counts(other));
            others.fold(Pool::default(), |sum, (_, pool)| sum.plus(*pool))
        };
        let overall = pooled(&|_| true).difference(0.0);
        let channel = pooled(&|other| other.channel == cell.channel).difference(overall);
        let entry = pooled(&|other| other.entry == cell.entry).difference(overall);
        let mean = sigmoid(logit(prior) + overall + channel + entry).clamp(MARGIN, 1.0 - MARGIN);

        let own = self.cells.iter().find(|(other, _)| *other == cell).map(|(_, pool)| *pool).unwrap_or_default();
        let weight = if own.trials > MOST_EVIDENCE { MOST_EVIDENCE / own.trials } else { 1.0 };
        Beta {
            alpha: PRIOR_STRENGTH * mean + weight * own.successes,
            beta: PRIOR_STRENGTH * (1.0 - mean) + weight * (own.trials - own.successes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(entry: &str, channel: Channel) -> Cell {
        let entry = entry.to_owned();
        Cell { cause: Cause::Technical, level: Level::Medium, entry, version: 1, channel }
    }

    fn learned(rows: &[(Cell, u64, u64)]) -> Learned {
        let mut learned = Learned::default();
        for (cell, successes, trials) in rows {
            learned.add(cell.clone(), Trials { successes: *successes, trials: *trials });
        }
        learned
    }

    fn posterior(rows: &[(Cell, u64, u64)], of: &Cell, prior: f64) -> Beta {
        Posteriors::new(&learned(rows), |_| prior).of(of, prior)
    }

    fn near(got: f64, expected: f64, what: &str) {
        assert!((got - expected).abs() < 1e-9, "{what}: {got} instead of {expected}");
    }

    #[test]
    fn without_trials_the_posterior_is_the_prior() {
        let beta = posterior(&[], &cell("a", Channel::Email), 0.6);
        near(beta.alpha, 12.0, "alpha");
        near(beta.beta, 8.0, "beta");
    }

    #[test]
    fn own_trials_add_to_the_prior() {
        let own = cell("a", Channel::Email);
        let beta = posterior(&[(own.clone(), 30, 40)], &own, 0.5);
        near(beta.alpha, 40.0, "alpha");
        near(beta.beta, 20.0, "beta");
        let many = posterior(&[(own.clone(), 30_000, 40_000)], &own, 0.5);
        near(many.alpha + many.beta, PRIOR_STRENGTH + MOST_EVIDENCE, "what is kept");
        near(many.alpha, 10.0 + 1_500.0, "in the same proportion");
    }

    #[test]
    fn other_cells_move_the_prior_as_written() {
        let (own, same_channel) = (cell("a", Channel::Email), cell("b", Channel::Email));
        // 30 of 40 where 20 were expected: r = (30 + 40 · 0.5) / 80 = 0.625, δ = ln(5/3). The channel's expectation is
        // 0.625 then: r = (30 + 25) / 80 = 0.6875, δ_channel = ln(11/5) − ln(5/3). The entry has no others.
        let beta = posterior(&[(same_channel, 30, 40)], &own, 0.5);
        near(beta.mean(), sigmoid(libm::log(11.0 / 5.0)), "mean");
        near(beta.alpha + beta.beta, PRIOR_STRENGTH, "strength");
    }

    #[test]
    fn each_kind_of_evidence_moves_the_mean_its_way() {
        let own = cell("a", Channel::Email);
        let mean = |rows: &[(Cell, u64, u64)]| posterior(rows, &own, 0.6).mean();
        let nothing = mean(&[]);
        for (what, other) in [
            ("channel", cell("b", Channel::Email)),
            ("entry", cell("a", Channel::InApp)),
            ("earlier version", Cell { version: 0, ..own.clone() }),
            ("elsewhere", cell("b", Channel::InApp)),
            ("itself", own.clone()),
        ] {
            assert!(mean(&[(other.clone(), 100, 100)]) > nothing + 0.05, "{what}");
            assert!(mean(&[(other.clone(), 0, 100)]) < nothing - 0.05, "{what}");
            assert!((mean(&[(other, 60, 100)]) - nothing).abs() < 1e-9, "{what} as expected changes nothing");
        }
        let elsewhere = mean(&[(cell("b", Channel::InApp), 0, 100)]);
        assert!(mean(&[(cell("b", Channel::Email), 0, 100)]) < elsewhere, "the channel's own say more");
    }

    #[test]
    fn a_site_where_all_goes_better_is_not_counted_three_times() {
        let own = cell("a", Channel::Email);
        let mut rows = Vec::new();
        for entry in ["a", "b", "c"] {
            for channel in [Channel::Email, Channel::InApp] {
                rows.push((cell(entry, channel), 800, 1_000));
            }
        }
        rows.retain(|(other, _, _)| *other != own);
        let mean = posterior(&rows, &own, 0.5).mean();
        assert!((0.78..0.82).contains(&mean), "{mean} where all others have 0.8");
    }

    #[test]
    fn learns_only_from_what_was_seen_and_verified_in_any_order() {
        let own = cell("a", Channel::Email);
        let mut observations = Vec::new();
        for bits in 0..8 {
            let observation = Observation { verified: bits & 1 != 0, exposed: bits & 2 != 0, succeeded: bits & 4 != 0 };
            observations.push(observation);
        }
        let (mut forward, mut backward) = (Learned::default(), Learned::default());
        for observation in &observations {
            let counted = forward.learn(own.clone(), observation);
            assert_eq!(counted, observation.verified && observation.exposed, "{observation:?}");
        }
        for observation in observations.iter().rev() {
            let mut single = Learned::default();
            single.learn(own.clone(), observation);
            backward.merge(&single);
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.counts(&own), (1, 2));
        let json = serde_json::to_string(&forward).unwrap();
        assert_eq!(serde_json::from_str::<Learned>(&json).unwrap(), forward);
    }
}
