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
    /// Where a string escapes half of a UTF-16 pair alone, which no text can hold.
    pub unpaired: Vec<usize>,
}

/// Looks at JSON text in one pass.
pub fn scan(text: &str) -> Found {
    let bytes = text.as_bytes();
    let mut found = Found::default();
    let (mut depth, mut at) = (0usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let (length, end) = string(bytes, at + 1, &mut found.unpaired);
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
fn string(bytes: &[u8], mut at: usize, unpaired: &mut Vec<usize>) -> (usize, usize) {
    let mut length = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return (length, at + 1),
            b'\\' if bytes.get(at + 1) == Some(&b'u') => match (escaped(bytes, at), escaped(bytes, at + 6)) {
                (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => {
                    length += 4;
                    at += 12;
                }
                (unit, _) => {
                    if matches!(unit, Some(0xd800..0xe000)) {
                        unpaired.push(at);
                    }
                    length += utf8_length(unit);
                    at += 6;
                }
            },
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

/// The UTF-16 unit that `\uXXXX` at this place stands for.
fn escaped(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Bytes of a UTF-16 unit in UTF-8.
fn utf8_length(unit: Option<u16>) -> usize {
    match unit.unwrap_or(u16::MAX) {
        0..0x80 => 1,
        0x80..0x800 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, depth: usize, longest_string: usize, infinite: &[usize]) {
        assert_eq!(
            scan(text),
            Found { depth, longest_string, infinite: infinite.to_vec(), unpaired: Vec::new() },
            "{text}"
        );
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
    fn sees_halves_of_pairs_that_stand_alone() {
        for (text, unpaired) in [
            (r#""\ud83d\ude00""#, vec![]),
            (r#"["\ud800","\udc00"]"#, vec![2, 11]),
            (r#""\ud800\ud83d\ude00""#, vec![1]),
            (r#""\\ud800""#, vec![]),
            (r#""\ud800"#, vec![1]),
        ] {
            assert_eq!(scan(text).unpaired, unpaired, "{text}");
        }
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
