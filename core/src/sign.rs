//! Signed decisions: an outcome counts only with the decision it belongs to.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::id::base64url;

/// Signing keys: the first signs, all verify, so that keys can be changed without a gap.
#[derive(Clone)]
pub struct SigningKeys(Vec<Vec<u8>>);

/// The least length of a key in bytes: that of the hash's strength.
pub const LEAST_KEY_BYTES: usize = 16;
/// Keys that may be valid at a time: the present one and the one before.
pub const MOST_KEYS: usize = 2;

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKeys({} of them)", self.0.len())
    }
}

impl SigningKeys {
    /// Takes one or two keys of at least 16 bytes.
    pub fn new(keys: Vec<Vec<u8>>) -> Option<Self> {
        let fits = (1..=MOST_KEYS).contains(&keys.len()) && keys.iter().all(|key| key.len() >= LEAST_KEY_BYTES);
        fits.then_some(Self(keys))
    }

    /// Signs a decision for a session: 128 bits of HMAC-SHA256 in base64url.
    pub fn sign(&self, session: &str, decision: &str) -> String {
        self.0
            .first()
            .map(|key| base64url(&mac(key, session, decision).finalize().into_bytes()[..16]))
            .unwrap_or_default()
    }

    /// Whether any of the keys made this signature.
    pub fn verify(&self, session: &str, decision: &str, signature: &str) -> bool {
        self.0.iter().any(|key| {
            let expected = base64url(&mac(key, session, decision).finalize().into_bytes()[..16]);
            equal(expected.as_bytes(), signature.as_bytes())
        })
    }
}

fn mac(key: &[u8], session: &str, decision: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in ["unsnag-decision-v1", session, decision] {
        mac.update(part.as_bytes());
        mac.update(b"\n");
    }
    mac
}

/// Compares in a time that does not depend on where two texts differ.
fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifies_its_own_and_the_previous_keys_signatures_and_no_others() {
        let (old, new) = (vec![1; 32], vec![2; 32]);
        let before = SigningKeys::new(vec![old.clone()]).unwrap();
        let after = SigningKeys::new(vec![new, old]).unwrap();
        let signature = before.sign("s", "d-1");
        assert_eq!(signature.len(), 22);
        assert!(after.verify("s", "d-1", &signature));
        assert!(!before.verify("s", "d-1", &after.sign("s", "d-1")));
        for (session, decision) in [("s", "d-2"), ("t", "d-1"), ("s\nd-1", "")] {
            assert!(!before.verify(session, decision, &signature));
        }
        assert!(!before.verify("s", "d-1", ""));
    }

    #[test]
    fn refuses_short_missing_or_too_many_keys() {
        for keys in [vec![], vec![vec![0; 15]], vec![vec![0; 16]; 3]] {
            assert!(SigningKeys::new(keys).is_none());
        }
    }
}
