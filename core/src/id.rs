//! Ids as types: each is checked once, where it enters, and is then known to be short and plain.

use crate::limits::MAX_ID_BYTES;

/// Whether a text can be an id: 1 to 64 of the characters that need no escaping in JSON, URLs and logs.
pub fn is_valid(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_ID_BYTES
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the text if it is a valid id ([`is_valid`]).
            pub fn new(text: &str) -> Option<Self> {
                is_valid(text).then(|| Self(text.to_owned()))
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

ids! {
    /// One visit of a person, over tabs and pages.
    SessionId;
    /// A person's browser over sessions; exists only with consent.
    VisitorId;
    /// One tab of a session; each runs its own engine.
    TabId;
    /// The public key that says whose page this is.
    WriteKey;
}

/// The name of one sealed batch: 128 random bits as 22 characters of base64url.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(String);

impl BatchId {
    /// The length of its text: 128 bits at six bits a character.
    pub const LENGTH: usize = 22;

    /// Takes the text if it is 22 characters of base64url.
    pub fn new(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        (text.len() == Self::LENGTH && plain).then(|| Self(text.to_owned()))
    }

    /// Writes 128 random bits, which the caller supplies, as an id.
    pub fn from_entropy(bits: [u8; 16]) -> Self {
        Self(base64url(&bits))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Base64 with the URL alphabet and without padding (RFC 4648 §5).
pub fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    let (mut pending, mut bits) = (0u32, 0);
    for byte in bytes {
        pending = pending << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 6 {
            bits -= 6;
            text.push(char::from(ALPHABET[(pending >> bits & 63) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(pending << (6 - bits) & 63) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_becomes_22_characters_that_parse_back() {
        for (bits, text) in [([0; 16], "AAAAAAAAAAAAAAAAAAAAAA"), ([255; 16], "_____________________w")] {
            let id = BatchId::from_entropy(bits);
            assert_eq!(id.as_str(), text);
            assert_eq!(BatchId::new(id.as_str()), Some(id));
        }
    }

    #[test]
    fn rejects_ids_that_are_empty_long_or_not_plain() {
        for (text, valid) in [("", false), ("a b", false), ("é", false), ("a\"", false), ("s-1.2:3_4", true)] {
            assert_eq!(SessionId::new(text).is_some(), valid, "{text:?}");
        }
        assert!(SessionId::new(&"a".repeat(64)).is_some());
        assert!(SessionId::new(&"a".repeat(65)).is_none());
        assert!(BatchId::new("short").is_none());
    }
}
