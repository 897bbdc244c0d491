//! A contextual Thompson sampler: each action is taken about as often as it is the best one, by what is known.
//!
//! An arm is a catalogue entry through a channel; its success has a Beta posterior, pooled and shrunk ([`Learned`]) and
//! moved by what is special about the case. Thompson sampling draws from each posterior and takes the arm with the
//! greatest draw; here the probabilities of that are computed, and one draw among them decides. That is the same
//! distribution, and the propensity that is logged is exactly that of what was done.

mod grid;
mod learned;

use super::draws::Draws;
use crate::words::stored;

pub(super) use grid::{Grid, logit, probabilities_of_best, sigmoid};
pub(super) use learned::{Beta, Posteriors};
pub use learned::{Cell, Learned, MOST_EVIDENCE, Observation, POOL_STRENGTH, PRIOR_STRENGTH};

/// This share of decisions goes to all actions alike, so that every eligible action keeps being tried and no
/// propensity that a later estimate divides by is close to 0.
pub const EXPLORATION: f64 = 0.05;

/// The propensities of actions, given how probable each is to be the best. They sum to 1 within 10⁻¹⁰.
pub(super) fn propensities(best: &[f64]) -> Vec<f64> {
    let even = EXPLORATION / best.len() as f64;
    best.iter().map(|p| stored((1.0 - EXPLORATION) * p + even)).collect()
}

/// Which action is taken; `None` if there is none.
pub(super) fn choose(propensities: &[f64], draws: Draws) -> Option<usize> {
    let share = draws.uniform(0);
    let mut below = 0.0;
    for (index, propensity) in propensities.iter().enumerate() {
        below += propensity;
        if share < below {
            return Some(index);
        }
    }
    // The sum may be less than 1 by its roundings.
    propensities.len().checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_keeps_a_share_and_none_has_all() {
        let propensities = propensities(&[1.0, 0.0, 0.0, 0.0]);
        assert_eq!(propensities, [0.9625, 0.0125, 0.0125, 0.0125]);
        assert_eq!(super::propensities(&[1.0]), [1.0]);
        assert!(super::propensities(&[]).is_empty());
    }

    #[test]
    fn actions_are_taken_as_often_as_their_propensities_say() {
        let propensities = [0.6, 0.3, 0.1];
        let mut taken = [0.0; 3];
        for n in 0..20_000 {
            let draws = Draws::of(&format!("struggle {n}"));
            taken[choose(&propensities, draws).unwrap()] += 1.0 / 20_000.0;
        }
        for (taken, propensity) in taken.into_iter().zip(propensities) {
            assert!((taken - propensity).abs() < 0.011, "{taken} instead of {propensity}");
        }
        assert_eq!(choose(&[], Draws::new(0)), None);
        assert_eq!(choose(&[0.0, 0.0], Draws::new(0)), Some(1));
    }

    #[test]
    fn trials_make_the_better_arm_the_usual_one() {
        let known = |trials: f64, rate: f64| Grid::new(10.0 + trials * rate, 10.0 + trials * (1.0 - rate), 0.0);
        let mut last = 0.4;
        for trials in [0.0, 50.0, 200.0, 800.0] {
            let best = propensities(&probabilities_of_best(&[known(trials, 0.6), known(trials, 0.5)]));
            assert!(best[0] > last, "{} after {trials} trials", best[0]);
            last = best[0];
        }
        assert!((0.97..0.98).contains(&last), "all but the share of exploration: {last}");
    }
}
