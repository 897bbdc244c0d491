//! Who is held out of an experiment: a pure function of experiment and visitor, the same in every language.

/// Basis points in a whole.
pub const WHOLE: u64 = 10_000;

/// Whether this visitor sees nothing of this experiment's help, so that its effect can be measured.
pub fn is_held_out(experiment: &str, visitor: &str, basis_points: u32) -> bool {
    let salted = [b"holdout:v1:", experiment.as_bytes(), b":", visitor.as_bytes()];
    let hash = salted
        .into_iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    fmix64(hash) % WHOLE < u64::from(basis_points)
}

/// `MurmurHash3`'s 64-bit finaliser: FNV-1a alone leaves its low bits too even.
fn fmix64(mut k: u64) -> u64 {
    k = (k ^ k >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    k = (k ^ k >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    k ^ k >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_vectors() {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../schemas/holdout-vectors.json")).unwrap();
        let rows = vectors["vectors"].as_array().unwrap();
        assert!(rows.len() >= 8);
        for row in rows {
            let (experiment, visitor) = (row["experiment"].as_str().unwrap(), row["visitor"].as_str().unwrap());
            let bucket = row["bucket"].as_u64().unwrap() as u32;
            assert!(!is_held_out(experiment, visitor, bucket), "{row}");
            assert!(is_held_out(experiment, visitor, bucket + 1), "{row}");
        }
    }

    #[test]
    fn holds_out_about_the_share_asked_for() {
        let held = (0..20_000).filter(|n| is_held_out("checkout-help", &format!("visitor-{n}"), 1000)).count();
        assert!((1850..=2150).contains(&held), "{held} of 20,000 at 10 %");
    }
}
