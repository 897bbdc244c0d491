//! The secret that signs requests between hosts and whoever is behind them, and the recipe.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::id::is_valid;
use crate::sign::parse_hex;

/// A secret with the id by which whoever verifies knows it.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestKey {
    id: String,
    secret: Vec<u8>,
}

impl std::fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestKey({})", self.id)
    }
}

impl RequestKey {
    /// The least length of a secret that is no number: as many characters as other secrets of a collector have.
    pub const LEAST_TEXT_BYTES: usize = 16;

    /// Reads `ID:HEX` with 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, digits) = text.rsplit_once(':')?;
        Self::new(id, digits)
    }

    /// A secret as 64 hexadecimal digits, under this id.
    pub fn new(id: &str, digits: &str) -> Option<Self> {
        let secret = parse_hex(digits)?;
        is_valid(id).then(|| Self { id: id.to_owned(), secret: secret.to_vec() })
    }

    /// A secret of at least [`RequestKey::LEAST_TEXT_BYTES`] visible characters that is used as it stands, under this id.
    pub fn of_text(id: &str, secret: &str) -> Option<Self> {
        let fits = secret.len() >= Self::LEAST_TEXT_BYTES && secret.bytes().all(|byte| byte.is_ascii_graphic());
        (fits && is_valid(id)).then(|| Self { id: id.to_owned(), secret: secret.as_bytes().to_vec() })
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What `unsnag-signature` must be for these parts of a request: hex HMAC-SHA256 of method, path, timestamp, key id
    /// and the body's hex SHA-256, each but the last followed by a line break.
    pub fn signature(&self, timestamp: &str, method: &str, path: &str, body: &[u8]) -> String {
        hex(&self.mac(timestamp, method, path, body).finalize().into_bytes())
    }

    /// Whether this is the signature of these parts, in a time that does not depend on where it differs.
    pub(super) fn verifies(&self, signature: &str, timestamp: &str, method: &str, path: &str, body: &[u8]) -> bool {
        let mac = self.mac(timestamp, method, path, body);
        bytes_of_hex(signature).is_some_and(|given| mac.verify_slice(&given).is_ok())
    }

    fn mac(&self, timestamp: &str, method: &str, path: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        for part in [method, path, timestamp, &self.id] {
            mac.update(part.as_bytes());
            mac.update(b"\n");
        }
        mac.update(hex(&Sha256::digest(body)).as_bytes());
        mac
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).expect("half a byte is one digit");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8);
    text.len().is_multiple_of(2).then(|| text.as_bytes().chunks_exact(2).map(byte).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::KEY_BYTES;

    #[test]
    fn reads_an_id_and_64_digits_and_shows_only_the_id() {
        let digits = "0f".repeat(KEY_BYTES);
        let key = RequestKey::parse(&format!("desk-1:{digits}")).unwrap();
        assert_eq!((key.id(), format!("{key:?}").as_str()), ("desk-1", "RequestKey(desk-1)"));
        for text in ["", "desk", &digits, &format!(":{digits}"), &format!("a b:{digits}"), "desk:0f", "desk:x"] {
            assert_eq!(RequestKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn signs_as_others_compute_it() {
        let key = RequestKey::new("desk-1", &"00112233445566778899aabbccddeeff".repeat(2)).unwrap();
        // Computed with Python's hmac.
        let expected = "08b9fc544042385e3578cf3ced607e2c93ea6ca780c5c3bad70cc70f32e5566b";
        assert_eq!(key.signature("1700000000", "POST", "/hooks/unsnag", br#"{"v":1}"#), expected);
        let key = RequestKey::of_text("desk-1", "correct-horse-battery").unwrap();
        let expected = "aa1a540c7dba21263a868ae641f2137ef8ab579ea7c640cdf59c1699929cb639";
        assert_eq!(key.signature("1700000000", "POST", "/hooks/unsnag", br#"{"v":1}"#), expected);
        for text in ["fifteen-letters", "with a blank in it", "mit-Umlaut-und-müde"] {
            assert_eq!(RequestKey::of_text("desk-1", text), None, "{text}");
        }
    }

    #[test]
    fn verifies_what_it_signed_and_nothing_else() {
        let key = RequestKey::new("a", &"01".repeat(KEY_BYTES)).unwrap();
        let signature = key.signature("7", "POST", "/hook", b"{}");
        let cases = [
            ((signature.as_str(), "7", "POST", "/hook", "{}"), true),
            ((signature.as_str(), "8", "POST", "/hook", "{}"), false),
            ((signature.as_str(), "7", "PUT", "/hook", "{}"), false),
            ((signature.as_str(), "7", "POST", "/hooks", "{}"), false),
            ((signature.as_str(), "7", "POST", "/hook", "{ }"), false),
            ((&signature[1..], "7", "POST", "/hook", "{}"), false),
            (("", "7", "POST", "/hook", "{}"), false),
        ];
        for ((given, timestamp, method, path, body), expected) in cases {
            assert_eq!(
                key.verifies(given, timestamp, method, path, body.as_bytes()),
                expected,
                "{given} {timestamp} {method} {path} {body}"
            );
        }
        assert_ne!(
            RequestKey::new("b", &"01".repeat(KEY_BYTES)).unwrap().signature("7", "POST", "/hook", b"{}"),
            signature
        );
    }
}
