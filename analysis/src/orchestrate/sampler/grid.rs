//! Beta distributions on a fixed grid of log-odds.
//!
//! If p has the distribution Beta(α, β), its log-odds z = ln(p / (1 − p)) has a density proportional to
//! σ(z)^α · (1 − σ(z))^β: no gamma function is needed, and knowledge of a case that shifts log-odds only moves the
//! curve. [`CELLS`] cells of 1/32 cover −12 to 12, which is 6 · 10⁻⁶ to 1 − 6 · 10⁻⁶ in probability. For α, β ≥ 1 and
//! α + β ≤ 2,100 the moments and quantiles are exact to 0.001 (tests).

/// Cells of the grid.
pub(in super::super) const CELLS: usize = 768;

/// The width of a cell, in log-odds.
const STEP: f64 = 1.0 / 32.0;

/// The lower end of the first cell, in log-odds.
const LEAST: f64 = -12.0;

/// The log-odds of a probability.
pub(in super::super) fn logit(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}

/// The probability with these log-odds.
pub(in super::super) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

/// The middle of a cell, in log-odds.
fn middle(cell: usize) -> f64 {
    LEAST + (cell as f64 + 0.5) * STEP
}

/// A Beta distribution, with its log-odds shifted.
#[derive(Clone, Debug)]
pub(in super::super) struct Grid {
    /// The probability of each cell; they sum to 1.
    cells: Vec<f64>,
}

impl Grid {
    /// Beta(α, β), moved by `shift` in log-odds.
    pub(in super::super) fn new(alpha: f64, beta: f64, shift: f64) -> Self {
        let log_density = |cell| {
            let z = middle(cell) - shift;
            // ln σ(z) and ln σ(−z) in a form that does not overflow.
            let tail = libm::log1p(libm::exp(-z.max(-z)));
            let (log_p, log_q) = if z < 0.0 { (z - tail, -tail) } else { (-tail, -z - tail) };
            alpha * log_p + beta * log_q
        };
        let mut cells: Vec<f64> = (0..CELLS).map(log_density).collect();
        let most = cells.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for cell in &mut cells {
            *cell = libm::exp(*cell - most);
            sum += *cell;
        }
        for cell in &mut cells {
            *cell /= sum;
        }
        Self { cells }
    }

    /// The probability below which a share (0 to 1) of the distribution lies. Of an even share it is a draw.
    pub(in super::super) fn quantile(&self, share: f64) -> f64 {
        let mut below = 0.0;
        for (cell, mass) in self.cells.iter().enumerate() {
            if below + mass >= share {
                let part = if *mass > 0.0 { ((share - below) / mass).clamp(0.0, 1.0) } else { 0.0 };
                return sigmoid(LEAST + (cell as f64 + part) * STEP);
            }
            below += mass;
        }
        sigmoid(LEAST + CELLS as f64 * STEP)
    }
}

/// How probable each of several independent quantities is to be the greatest. They sum to 1.
///
/// P(a) = Σ over cells of P(a in the cell) · Π over the others of P(below the cell, or half of what is in it): two in
/// one cell are even. With three or more in one cell that is not exact, so the sum is brought back to 1. Beside the
/// integral over continuous densities the error is below 0.001 (tests).
pub(in super::super) fn probabilities_of_best(grids: &[Grid]) -> Vec<f64> {
    let mut best = vec![0.0; grids.len()];
    let mut below = vec![0.0; grids.len()];
    let mut after = vec![1.0; grids.len()];
    for cell in 0..CELLS {
        let beaten = |index: usize, below: &[f64]| below[index] + grids[index].cells[cell] / 2.0;
        let mut product = 1.0;
        for index in (0..grids.len()).rev() {
            after[index] = product;
            product *= beaten(index, &below);
        }
        let mut before = 1.0;
        for index in 0..grids.len() {
            best[index] += grids[index].cells[cell] * before * after[index];
            before *= beaten(index, &below);
        }
        for (sum, grid) in below.iter_mut().zip(grids) {
            *sum += grid.cells[cell];
        }
    }
    let sum: f64 = best.iter().sum();
    best.iter().map(|p| p / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::draws::Draws;
    use super::*;

    fn near(got: f64, expected: f64, by: f64, what: &str) {
        assert!((got - expected).abs() <= by, "{what}: {got} instead of {expected}");
    }

    fn draws(grid: &Grid, seed: u64, count: u64) -> Vec<f64> {
        (0..count).map(|n| grid.quantile(Draws::new(seed).uniform(n))).collect()
    }

    #[test]
    fn draws_have_the_moments_of_the_distribution() {
        for (alpha, beta) in [(1.0, 1.0), (2.0, 5.0), (12.0, 8.0), (1.0, 19.0), (300.0, 100.0), (1_000.0, 1_020.0)] {
            let grid = Grid::new(alpha, beta, 0.0);
            let sum = alpha + beta;
            let mean = alpha / sum;
            let variance = mean * (1.0 - mean) / (sum + 1.0);
            // An even lattice of shares instead of chance: only the error of the grid is left.
            let lattice: Vec<f64> = (0..4_000).map(|n| grid.quantile((f64::from(n) + 0.5) / 4_000.0)).collect();
            let what = format!("Beta({alpha}, {beta})");
            for (numbers, by) in [(lattice, 0.001), (draws(&grid, 3, 20_000), 0.008)] {
                let count = numbers.len() as f64;
                let got = numbers.iter().sum::<f64>() / count;
                let spread = numbers.iter().map(|p| (p - got) * (p - got)).sum::<f64>() / count;
                near(got, mean, by, &what);
                near(spread.sqrt(), variance.sqrt(), by, &what);
            }
        }
    }

    #[test]
    fn quantiles_agree_with_the_closed_forms() {
        for share in [0.025, 0.1, 0.5, 0.9, 0.975] {
            // The distribution functions p, p² and 1 − (1 − p)² can be turned round with a root at most.
            near(Grid::new(1.0, 1.0, 0.0).quantile(share), share, 1e-4, "Beta(1, 1)");
            near(Grid::new(2.0, 1.0, 0.0).quantile(share), share.sqrt(), 1e-4, "Beta(2, 1)");
            near(Grid::new(1.0, 2.0, 0.0).quantile(share), 1.0 - (1.0 - share).sqrt(), 1e-4, "Beta(1, 2)");
            let moved = Grid::new(1.0, 1.0, 0.7).quantile(share);
            near(moved, sigmoid(logit(share) + 0.7), 1e-4, "Beta(1, 1) moved");
        }
        let grid = Grid::new(2.0, 2.0, 0.0);
        assert!(grid.quantile(0.0) >= 0.0 && grid.quantile(1.0) <= 1.0 && grid.quantile(2.0) <= 1.0);
    }

    #[test]
    fn the_probability_of_being_best_agrees_with_the_closed_forms() {
        let beta = |alpha, beta| Grid::new(alpha, beta, 0.0);
        let check = |grids: &[Grid], expected: &[f64], what: &str| {
            let best = probabilities_of_best(grids);
            near(best.iter().sum(), 1.0, 1e-12, what);
            for (got, expected) in best.iter().zip(expected) {
                near(*got, *expected, 0.001, what);
            }
        };
        check(&[beta(3.0, 4.0)], &[1.0], "alone");
        check(&[beta(1.0, 1.0), beta(1.0, 1.0)], &[0.5, 0.5], "alike");
        check(&[beta(2.0, 1.0), beta(1.0, 1.0)], &[2.0 / 3.0, 1.0 / 3.0], "2,1 against 1,1");
        check(&[beta(2.0, 1.0), beta(1.0, 2.0)], &[5.0 / 6.0, 1.0 / 6.0], "2,1 against 1,2");
        check(&[beta(1.0, 1.0), beta(1.0, 1.0), beta(1.0, 1.0)], &[1.0 / 3.0; 3], "three alike");
        // The greatest of Beta(a, 1), Beta(b, 1), Beta(c, 1) is each with probability in proportion to a, b, c.
        check(&[beta(1.0, 1.0), beta(2.0, 1.0), beta(3.0, 1.0)], &[1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0], "powers");
        assert!(probabilities_of_best(&[]).is_empty());
    }

    #[test]
    fn the_probability_of_being_best_is_how_often_draws_are() {
        let arms = [(13.0, 7.0, 0.3), (11.0, 9.0, 0.0), (400.0, 300.0, -0.1), (1.5, 1.5, 0.0)];
        let grids = arms.map(|(alpha, beta, shift)| Grid::new(alpha, beta, shift));
        let mut wins = [0.0; 4];
        for n in 0..20_000 {
            let drawn = (0..).zip(&grids).map(|(seed, grid)| grid.quantile(Draws::new(seed).uniform(n)));
            let (best, _) = drawn.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap();
            wins[best] += 1.0 / 20_000.0;
        }
        for (got, expected) in probabilities_of_best(&grids).into_iter().zip(wins) {
            // Three standard errors of 20,000 draws.
            near(got, expected, 0.011, "20,000 draws");
        }
    }

    #[test]
    fn extreme_evidence_stays_a_distribution() {
        for (alpha, beta, shift) in [(1.0, 2_019.0, -2.0), (2_019.0, 1.0, 2.0), (1.0, 1.0, 30.0), (1e9, 1e9, 0.0)] {
            let grid = Grid::new(alpha, beta, shift);
            let (low, high) = (grid.quantile(0.025), grid.quantile(0.975));
            assert!(low >= 0.0 && low <= high && high <= 1.0, "{alpha}, {beta}, {shift}: {low} {high}");
        }
    }
}
