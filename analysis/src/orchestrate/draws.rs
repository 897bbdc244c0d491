//! Chance from a seed: the same seed and counter always give the same number.

/// Numbers between 0 and 1 that follow from a seed (`SplitMix64`, Steele, Lea & Flood 2014, read by its counter: number
/// n is the finaliser of `seed + (n + 1) · γ`, so none depends on which were asked for before).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws(u64);

/// `SplitMix64`'s increment: the odd number nearest to 2⁶⁴ by the golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Draws {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From a name, such as a struggle's id: FNV-1a, finalised, so that similar names have unrelated draws.
    pub fn of(name: &str) -> Self {
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self(mix(hash))
    }

    /// Number n, from 0 (included) to 1 (excluded), in steps of 2⁻⁵³.
    pub fn uniform(self, n: u64) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        let bits = mix(self.0.wrapping_add(n.wrapping_add(1).wrapping_mul(GAMMA)));
        (bits >> 11) as f64 * STEP
    }
}

/// `SplitMix64`'s finaliser.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_generator() {
        // The first numbers of java.util.SplittableRandom's algorithm from seed 1234567.
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423_u64];
        for (n, bits) in (0..).zip(expected) {
            assert_eq!(mix(1_234_567_u64.wrapping_add((n + 1_u64).wrapping_mul(GAMMA))), bits);
            let uniform = Draws::new(1_234_567).uniform(n);
            assert!((uniform - bits as f64 / 18_446_744_073_709_551_616.0).abs() < 1e-15);
        }
    }

    #[test]
    fn is_even_over_counters_and_over_names() {
        let draws = Draws::new(7);
        let by_counter: Vec<f64> = (0..20_000).map(|n| draws.uniform(n)).collect();
        let by_name: Vec<f64> = (0..20_000).map(|n| Draws::of(&format!("struggle-{n}")).uniform(0)).collect();
        for numbers in [by_counter, by_name] {
            let mean = numbers.iter().sum::<f64>() / 20_000.0;
            let square = numbers.iter().map(|u| u * u).sum::<f64>() / 20_000.0;
            // Standard errors: 0.0020 and 0.0021.
            assert!((mean - 0.5).abs() < 0.008 && (square - 1.0 / 3.0).abs() < 0.0085, "{mean}, {square}");
            assert!(numbers.iter().all(|u| (0.0..1.0).contains(u)));
        }
    }
}
