//! A look at raw JSON before anything is built from it: how deep it nests, how long its strings are, and which of its
//! numbers no float can hold.

/// What a look at JSON text found. Whether it is JSON at all is for the parser to say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The deepest nesting of arrays and objects.
    pub depth: usize,
    /// The longest string, names included, in bytes once unescaped.
    pub longest_string: usize,
    /// Where numbers begin that are too large for a float.
    pub infinite: Vec<usize>,
}

/// Looks at JSON text in one pass.
pub fn scan(text: &str) -> Found {
    let bytes = text.as_bytes();
    let mut found = Found::default();
    let (mut depth, mut at) = (0usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let (length, end) = string(bytes, at + 1);
                found.longest_string = found.longest_string.max(length);
                at = end;
                continue;
            }
            b'[' | b'{' => {
                depth += 1;
                found.depth = found.depth.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let length = bytes[at..].iter().take_while(|byte| is_of_a_number(**byte)).count();
                if is_infinite(&text[at..at + length]) {
                    found.infinite.push(at);
                }
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn is_of_a_number(byte: u8) -> bool {
    matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
}

/// A float holds 308 digits; only an exponent or a longer number can exceed it.
fn is_infinite(number: &str) -> bool {
    let may_be = number.len() > 300 || number.contains(['e', 'E']);
    may_be && number.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// The length of a string once unescaped, and where the text goes on after its closing quote.
fn string(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let mut length = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return (length, at + 1),
            b'\\' if bytes.get(at + 1) == Some(&b'u') => {
                length += escaped_length(bytes.get(at + 2..at + 6));
                at += 6;
            }
            b'\\' => {
                length += 1;
                at += 2;
            }
            _ => {
                length += 1;
                at += 1;
            }
        }
    }
    (length, bytes.len())
}

/// Bytes that `\uXXXX` stands for in UTF-8; each half of a surrogate pair counts two of the four.
fn escaped_length(digits: Option<&[u8]>) -> usize {
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).unwrap_or(u16::MAX) {
        0..0x80 => 1,
        0x80..0x800 | 0xd800..0xe000 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, depth: usize, longest_string: usize, infinite: &[usize]) {
        assert_eq!(scan(text), Found { depth, longest_string, infinite: infinite.to_vec() }, "{text}");
    }

    #[test]
    fn sees_depth_strings_and_infinite_numbers() {
        check("", 0, 0, &[]);
        check(r#"{"a":[1,{"bcd":"]]\"["}]}"#, 3, 4, &[]);
        check(r#""\u00e9\ud83d\ude00\n""#, 0, 7, &[]);
        check(r#"[1e999,-1e999,1e308,"1e999"]"#, 1, 5, &[1, 7]);
        check(r#"["unterminated\"#, 1, 13, &[]);
        check("]]}{", 1, 0, &[]);
    }

    #[test]
    fn a_long_row_of_digits_is_infinite_too() {
        assert_eq!(scan(&"9".repeat(400)).infinite, [0]);
        assert!(scan(&"9".repeat(300)).infinite.is_empty());
    }

    proptest! {
        #[test]
        fn agrees_with_a_parser_on_strings(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(scan(&json).longest_string, text.len());
        }

        #[test]
        fn survives_anything(text: String) {
            scan(&text);
        }
    }
}
