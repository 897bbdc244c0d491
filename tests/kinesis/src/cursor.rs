//! Shard iterators and tokens: opaque to clients, valid for five minutes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How long the real ones are valid.
const VALID_MS: u64 = 5 * 60 * 1000;

/// Between the parts; no name of a stream has it.
const SEPARATOR: char = '|';

/// A place to read on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) stream: String,
    pub(crate) incarnation: u64,
    pub(crate) shard: u32,
    /// How many records come before it.
    pub(crate) after: u64,
    pub(crate) issued_ms: u64,
}

/// Why a cursor cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CursorError {
    Malformed,
    Expired,
}

impl Cursor {
    pub(crate) fn write(&self) -> String {
        let Self { stream, incarnation, shard, after, issued_ms } = self;
        STANDARD
            .encode([incarnation, &u64::from(*shard), after, issued_ms].map(u64::to_string).join("|") + "|" + stream)
    }

    pub(crate) fn read(text: &str, now_ms: u64) -> Result<Self, CursorError> {
        let cursor = Self::parse(text).ok_or(CursorError::Malformed)?;
        if cursor.issued_ms + VALID_MS < now_ms {
            return Err(CursorError::Expired);
        }
        Ok(cursor)
    }

    fn parse(text: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let mut parts = text.splitn(5, SEPARATOR);
        let mut number = || parts.next()?.parse::<u64>().ok();
        let (incarnation, shard, after, issued_ms) = (number()?, number()?, number()?, number()?);
        // No clock of ours reaches so far; the check keeps sums with it in range.
        let issued_ms = (issued_ms < u64::MAX - VALID_MS).then_some(issued_ms)?;
        let stream = parts.next()?.to_owned();
        Some(Self { stream, incarnation, shard: u32::try_from(shard).ok()?, after, issued_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor { stream: "a.b-c_d".to_owned(), incarnation: 3, shard: 1, after: 7, issued_ms: 1000 }
    }

    #[test]
    fn reads_what_it_writes_until_it_expires() {
        let text = cursor().write();
        assert_eq!(Cursor::read(&text, 1000 + VALID_MS), Ok(cursor()));
        assert_eq!(Cursor::read(&text, 1001 + VALID_MS), Err(CursorError::Expired));
    }

    #[test]
    fn stays_within_the_length_that_clients_expect() {
        let longest =
            Cursor { stream: "s".repeat(128), incarnation: u64::MAX, shard: u32::MAX, after: u64::MAX, ..cursor() };
        assert!(longest.write().len() <= 512);
    }

    #[test]
    fn rejects_what_it_never_wrote() {
        for text in ["", "x", "AAAA", &STANDARD.encode("1|2|3|s"), &STANDARD.encode(format!("1|2|3|{}|s", u64::MAX))] {
            assert_eq!(Cursor::read(text, 0), Err(CursorError::Malformed), "{text}");
        }
    }
}
