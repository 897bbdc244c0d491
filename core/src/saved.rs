//! Writing and reading what a page saves for the next one: parts of a text, and numbers in rows. Small, because the page
//! pays for it: the standard library's searchers and number parsers are several times this size in Wasm.

use crate::json::push_integer;

/// The parts of a text between separators, one after the other; empty ones after the last.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    rest: &'a str,
    separator: u8,
}

impl<'a> Parts<'a> {
    /// The parts between these separators, which must be ASCII.
    pub fn of(text: &'a str, separator: u8) -> Self {
        debug_assert!(separator.is_ascii(), "a part must end between characters");
        Self { rest: text, separator }
    }

    /// The next part.
    #[inline(never)]
    pub fn take(&mut self) -> &'a str {
        let text = self.rest;
        let end = text.bytes().position(|byte| byte == self.separator).unwrap_or(text.len());
        self.rest = text.get(end + 1..).unwrap_or_default();
        text.get(..end).unwrap_or_default()
    }

    /// The next part as a number.
    pub fn number(&mut self) -> Option<u64> {
        number(self.take())
    }

    /// What is left.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// The largest number read, so the largest written: 2 to the power of 53, which a float still holds exactly.
const MOST: u64 = 1 << 53;

/// Appends a row of numbers that can be read again, each followed by a comma.
#[inline(never)]
pub fn put_row(row: &[u64], out: &mut String) {
    for number in row {
        push_integer(out, (*number).min(MOST));
        out.push(',');
    }
}

/// Reads as many numbers as the row has places.
#[inline(never)]
pub fn read_row(parts: &mut Parts<'_>, row: &mut [u64]) -> Option<()> {
    for number in row {
        *number = parts.number()?;
    }
    Some(())
}

/// Reads a whole number in decimal.
#[inline(never)]
pub fn number(text: &str) -> Option<u64> {
    let mut value = 0u64;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
        if value > MOST {
            return None;
        }
    }
    (!text.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_parts_to_the_end_and_then_empty_ones() {
        let mut parts = Parts::of("12,é,,x", b',');
        assert_eq!((parts.number(), parts.take(), parts.take()), (Some(12), "é", ""));
        assert!(!parts.is_empty());
        assert_eq!(parts.take(), "x");
        assert!(parts.is_empty());
        assert_eq!((parts.take(), parts.number()), ("", None));
    }

    #[test]
    fn reads_numbers_that_a_float_holds_and_nothing_else() {
        let mut most = String::new();
        put_row(&[u64::MAX], &mut most);
        for (text, expected) in [
            (most.trim_end_matches(','), Some(MOST)),
            ("0", Some(0)),
            ("9007199254740992", Some(MOST)),
            ("9007199254740993", None),
            ("99999999999999999999999999", None),
            ("", None),
            ("-1", None),
            ("1.5", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
