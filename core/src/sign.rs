//! Signatures of a host's: an outcome counts only with the signed decision that it belongs to, and a live channel opens
//! only with a signed token.

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

/// Keeps signatures under decisions apart from all others.
const DECISION: &str = "unsnag-decision-v1";

/// The length of a key that an operator gives, in bytes: HMAC-SHA256 gains nothing from a longer one.
pub const KEY_BYTES: usize = 32;

/// Reads a key from its hexadecimal digits.
pub fn parse_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    if text.len() != 2 * KEY_BYTES {
        return None;
    }
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| char::from(digits[at]).to_digit(16);
        *byte = (digit(0)? << 4 | digit(1)?) as u8;
    }
    Some(key)
}

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

    /// Reads one or two keys of 32 bytes, each as 64 hexadecimal digits; each mistake becomes one sentence in
    /// `problems`, under the setting's name, and no sentence repeats what may be a secret.
    pub fn from_hex(name: &str, texts: &[String], problems: &mut Vec<String>) -> Option<Self> {
        let mut keys = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            match parse_hex(text) {
                Some(key) => keys.push(key.to_vec()),
                None => problems.push(format!(
                    "{name}[{at}]: a key has {} hexadecimal digits, as `openssl rand -hex {KEY_BYTES}` prints",
                    2 * KEY_BYTES
                )),
            }
        }
        if !(1..=MOST_KEYS).contains(&texts.len()) {
            problems.push(format!("{name}: give the present key and at most the one before, not {} keys", texts.len()));
        }
        Self::new(keys)
    }

    /// Signs a decision for a session: 128 bits of HMAC-SHA256 in base64url.
    pub fn sign(&self, session: &str, decision: &str) -> String {
        self.sign_for(DECISION, &[session, decision])
    }

    /// Whether any of the keys made this signature.
    pub fn verify(&self, session: &str, decision: &str, signature: &str) -> bool {
        self.verify_for(DECISION, &[session, decision], signature)
    }

    /// Signs parts without line breaks for a purpose; a signature for one purpose is none for another.
    pub(crate) fn sign_for(&self, purpose: &str, parts: &[&str]) -> String {
        self.0.first().map(|key| signature(key, purpose, parts)).unwrap_or_default()
    }

    /// Whether any of the keys made this signature for the purpose.
    pub(crate) fn verify_for(&self, purpose: &str, parts: &[&str], given: &str) -> bool {
        self.0.iter().any(|key| equal(signature(key, purpose, parts).as_bytes(), given.as_bytes()))
    }
}

fn signature(key: &[u8], purpose: &str, parts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in [purpose].iter().chain(parts) {
        mac.update(part.as_bytes());
        mac.update(b"\n");
    }
    base64url(&mac.finalize().into_bytes()[..16])
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
