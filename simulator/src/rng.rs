//! Random numbers from a seed, and the distributions that are drawn from.
//!
//! `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a counter that steps
//! by the golden ratio, and a mix of its bits. It is small, any seed will do, and a mixed seed begins an independent
//! sequence, so that one visitor's reaction to help changes nobody else's day.

/// 2 to the power of 64, divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// The largest number of trials that [`Rng::trials`] gives: no loop shall depend on luck alone.
const MOST_TRIALS: u32 = 64;

/// A sequence of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rng {
    state: u64,
}

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// An independent sequence for each number of a stream.
    pub(crate) fn of(seed: u64, stream: u64) -> Self {
        Self { state: mix(seed ^ mix(stream.wrapping_add(GOLDEN))) }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Random bytes, for ids.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
        bytes
    }

    /// At least 0, below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `most`; 0 where that is 0.
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(most)) >> 64) as u64
    }

    pub(crate) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }

    /// The same in whole milliseconds.
    pub(crate) fn ms_between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// Mean 0, deviation 1 (Box and Muller, 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(core::f64::consts::TAU * self.unit())
    }

    /// Log-normal: times of people are skewed to the right.
    pub(crate) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// The same in whole milliseconds, within four times of the median.
    pub(crate) fn ms(&mut self, median_ms: f64, sigma: f64) -> u64 {
        self.lognormal(median_ms, sigma).clamp(median_ms / 4.0, median_ms * 4.0) as u64
    }

    /// Geometric: trials up to and including the first that stops.
    pub(crate) fn trials(&mut self, stop: f64) -> u32 {
        (1..MOST_TRIALS).find(|_| self.chance(stop)).unwrap_or(MOST_TRIALS)
    }

    /// Beta with parameters 3 and 2, mean 0.6: the third smallest of four uniform numbers.
    pub(crate) fn beta_3_2(&mut self) -> f64 {
        let mut four = [(); 4].map(|()| self.unit());
        four.sort_by(f64::total_cmp);
        four[2]
    }

    /// An index, by weight; 0 where no weight is above 0.
    pub(crate) fn pick(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        0
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_published_numbers() {
        // The widely published first numbers of seed 1234567.
        let mut rng = Rng::new(1_234_567);
        let first = [(); 3].map(|()| rng.bits());
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        assert_eq!(Rng::of(1, 2), Rng::of(1, 2));
        assert_ne!(Rng::of(1, 2).bits(), Rng::of(1, 3).bits());
        assert_ne!(Rng::of(1, 2).bits(), Rng::of(2, 2).bits());
    }

    /// The mean of 20,000 draws, within four standard errors of what it should be.
    fn check(name: &str, mean: f64, deviation: f64, mut draw: impl FnMut(&mut Rng) -> f64) {
        let mut rng = Rng::new(7);
        let found = (0..20_000).map(|_| draw(&mut rng)).sum::<f64>() / 20_000.0;
        let most = 4.0 * deviation / 20_000.0_f64.sqrt();
        assert!((found - mean).abs() <= most, "{name}: {found}, expected {mean} ± {most}");
    }

    #[test]
    fn distributions_have_the_means_that_their_names_promise() {
        check("unit", 0.5, 0.29, Rng::unit);
        check("chance", 0.3, 0.46, |rng| f64::from(u8::from(rng.chance(0.3))));
        check("below", 4.5, 2.88, |rng| rng.below(10) as f64);
        check("normal", 0.0, 1.0, Rng::normal);
        // exp(σ²/2) = 1.133; deviation 1.133 √(exp(σ²) − 1) = 0.604
        check("lognormal", 1.133, 0.604, |rng| rng.lognormal(1.0, 0.5));
        check("trials", 4.0, 3.47, |rng| f64::from(rng.trials(0.25)));
        check("beta", 0.6, 0.2, Rng::beta_3_2);
        check("pick", 1.5, 0.87, |rng| rng.pick(&[1.0, 0.0, 3.0]) as f64);
    }

    #[test]
    fn odd_arguments_give_the_least() {
        let mut rng = Rng::new(1);
        assert_eq!((rng.below(0), rng.pick(&[]), rng.pick(&[0.0, 0.0]), rng.ms_between(9, 3)), (0, 0, 0, 9));
    }
}
