//! The difference of two success rates, with an interval that knows of clusters.

use serde::{Deserialize, Serialize};

use crate::words::stored;

/// What an interval covers.
pub const COVERAGE: f64 = 0.95;

/// The 0.975 quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The episodes of one visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) episodes: u32,
    /// At most as many.
    pub(super) successes: u32,
}

/// A difference of success rates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The rate of the treated minus that of the held out, −1 to 1.
    pub points: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The standard error.
    pub standard_error: f64,
    /// The degrees of freedom of Student's t behind the interval.
    pub degrees_of_freedom: f64,
}

/// A success rate, its variance, and how many visitors it comes from.
#[derive(Clone, Copy, Debug)]
struct Rate {
    mean: f64,
    variance: f64,
    clusters: f64,
}

fn rate(clusters: &[Cluster]) -> Option<Rate> {
    let sum = |of: fn(&Cluster) -> u32| clusters.iter().map(|cluster| f64::from(of(cluster))).sum::<f64>();
    let (episodes, successes) = (sum(|cluster| cluster.episodes), sum(|cluster| cluster.successes));
    let count = clusters.len() as f64;
    if count < 2.0 || episodes <= 0.0 {
        return None;
    }
    let rate = successes / episodes;
    let squares = clusters.iter().map(|cluster| {
        let residual = f64::from(cluster.successes) - f64::from(cluster.episodes) * rate;
        residual * residual
    });
    let variance = if successes <= 0.0 || successes >= episodes {
        let bound = Z / (count + Z * Z);
        bound * bound
    } else {
        count / (count - 1.0) * squares.sum::<f64>() / (episodes * episodes)
    };
    Some(Rate { mean: rate, variance, clusters: count })
}

/// The difference of two arms; `None` where one has fewer than two visitors.
pub(super) fn difference(treat: &[Cluster], holdout: &[Cluster]) -> Option<Estimate> {
    let (treat, holdout) = (rate(treat)?, rate(holdout)?);
    let variance = treat.variance + holdout.variance;
    let of_freedom = |arm: Rate| arm.variance * arm.variance / (arm.clusters - 1.0);
    let least = treat.clusters.min(holdout.clusters) - 1.0;
    let parts = of_freedom(treat) + of_freedom(holdout);
    // Both variances are 0 where every visitor has the same mixture of successes and failures.
    let degrees_of_freedom = if parts > 0.0 { variance * variance / parts } else { least };
    let (points, standard_error) = (treat.mean - holdout.mean, variance.sqrt());
    let margin = student(degrees_of_freedom) * standard_error;
    Some(Estimate {
        points: stored(points),
        low: stored((points - margin).max(-1.0)),
        high: stored((points + margin).min(1.0)),
        standard_error: stored(standard_error),
        degrees_of_freedom: stored(degrees_of_freedom),
    })
}

/// The 0.975 quantile of Student's t, by the expansion of Cornish and Fisher around the normal quantile (Abramowitz &
/// Stegun 26.7.5): exact to 10⁻⁵ from 20 degrees of freedom on, to 0.01 from 4.
fn student(degrees_of_freedom: f64) -> f64 {
    let (z, v) = (Z, degrees_of_freedom.max(1.0));
    let square = z * z;
    let first = (square + 1.0) / 4.0;
    let second = ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    let fourth = ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92_160.0;
    z * (1.0 + (first + (second + (third + fourth / v) / v) / v) / v)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64, by: f64, what: &str) {
        assert!((got - expected).abs() <= by, "{what}: {got} instead of {expected}");
    }

    #[test]
    fn agrees_with_the_tables_of_student() {
        for (degrees, expected, by) in [
            (4.0, 2.776_445, 0.01),
            (10.0, 2.228_139, 1e-4),
            (20.0, 2.085_963, 1e-5),
            (29.0, 2.045_230, 1e-5),
            (60.0, 2.000_298, 1e-5),
            (120.0, 1.979_930, 1e-5),
            (1e9, 1.959_964, 1e-6),
        ] {
            near(student(degrees), expected, by, &format!("{degrees} degrees of freedom"));
        }
        assert!(student(0.0).is_finite() && student(f64::INFINITY).is_finite());
    }

    #[test]
    fn agrees_with_an_example_worked_by_hand() {
        let clusters = |rows: &[(u32, u32)]| -> Vec<Cluster> {
            rows.iter().map(|(episodes, successes)| Cluster { episodes: *episodes, successes: *successes }).collect()
        };
        // Treated: 4 visitors, 10 episodes, 6 successes, p = 0.6; residuals 2 − 1.2, 1 − 1.8, 3 − 2.4, 0 − 0.6, squares
        // 0.64, 0.64, 0.36, 0.36, sum 2.00; V = 4/3 · 2.00 / 100 = 0.026667.
        // Held out: 3 visitors, 8 episodes, 2 successes, p = 0.25; residuals 1 − 0.5, 0 − 1, 1 − 0.5, squares 1.5;
        // V = 3/2 · 1.5 / 64 = 0.035156.
        let treat = clusters(&[(2, 2), (3, 1), (4, 3), (1, 0)]);
        let holdout = clusters(&[(2, 1), (4, 0), (2, 1)]);
        let got = difference(&treat, &holdout).unwrap();
        near(got.points, 0.35, 1e-12, "points");
        near(got.standard_error, 0.248_642, 1e-6, "standard error");
        // 0.061823² / (0.026667² / 3 + 0.035156² / 2) = 4.4702; t = 2.66 there.
        near(got.degrees_of_freedom, 4.4702, 1e-3, "degrees of freedom");
        near(got.low, 0.35 - student(got.degrees_of_freedom) * 0.248_642, 1e-5, "low");
        near(got.high, 1.0, 1e-12, "no rate is above 1");
    }

    #[test]
    fn nobody_is_certain_where_all_or_none_succeeded() {
        let all = vec![Cluster { episodes: 1, successes: 1 }; 30];
        let none = vec![Cluster { episodes: 1, successes: 0 }; 30];
        let got = difference(&all, &none).unwrap();
        near(got.points, 1.0, 1e-12, "points");
        // Wilson's bound for 0 of 30 is 0.1135; two of them, and Student instead of the normal: 0.164.
        assert!((0.80..0.85).contains(&got.low), "{got:?}");
        let same = difference(&none, &none).unwrap();
        assert!(same.low < -0.1 && same.high > 0.1, "{same:?}");
    }

    #[test]
    fn odd_arms_have_no_estimate_or_a_finite_one() {
        let one = Cluster { episodes: 1, successes: 1 };
        let empty = Cluster::default();
        let mixed = Cluster { episodes: 2, successes: 1 };
        assert_eq!(difference(&[], &[]), None);
        assert_eq!(difference(&[one], &[one, one]), None);
        assert_eq!(difference(&[empty, empty], &[one, one]), None);
        let got = difference(&[mixed, mixed], &[mixed, mixed, mixed]).unwrap();
        assert!(got.low.is_finite() && got.high.is_finite() && got.degrees_of_freedom >= 1.0, "{got:?}");
    }
}
