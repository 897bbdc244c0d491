//! What a host takes out of events before it keeps them: e-mail addresses, card numbers and tokens that a page put into
//! its texts.
//!
//! The SDK reads no field, text or query; what it passes on of a page's own words are names and the properties of
//! custom events, and these can hold anything. Each find is replaced by a word that says what stood there: `[email]`,
//! `[card]`, `[token]`.
//!
//! | what | how it is known |
//! |---|---|
//! | e-mail address | a local part, `@`, and a domain with a top level of at least two letters |
//! | card number | 13 to 19 digits, alone or grouped by single spaces or dashes, that begin with 2 to 6 and pass the Luhn check (ISO/IEC 7812-1); of 13 digits only those that begin with 4, because times in milliseconds have as many |
//! | token | what common issuers mark: JSON Web Tokens, `Bearer …`, keys of Stripe, GitHub, GitLab, Slack, Google and AWS; and any 32 or more letters and digits without a pause that mix cases and digits, or are hexadecimal; but no UUID, which names and opens nothing |

use std::borrow::Cow;

/// From this length on a mixture of letters and digits is a token: 128 bits in hexadecimal, more in any other alphabet.
const TOKEN_BYTES: usize = 32;
/// The shortest of what follows an issuer's mark.
const MARKED_BYTES: usize = 16;
/// How tokens of common issuers begin.
const MARKS: [&str; 15] = [
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "whsec_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AIza",
    "AKIA",
    "ya29.",
];
/// The lengths of the five groups of a UUID.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Everything.
    Everywhere,
    /// Not for tokens: among ids, which may look like them.
    NotForTokens,
}

/// JSON text with what is found replaced; `None` if nothing is. Text that is no JSON comes back as it is.
pub fn scrub(json: &str, look: Look) -> Option<String> {
    let bytes = json.as_bytes();
    // Most events hold neither; a pass over the bytes is all they cost.
    if !may_hold(bytes, look) {
        return None;
    }
    let (mut out, mut kept, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            // A number that is longer than this, as written, is none of a card.
            let stands_alone = !matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
            if stands_alone && is_card(&bytes[at..end]) {
                out.push_str(&json[kept..at]);
                out.push_str("\"[card]\"");
                kept = end;
            }
            at = end;
        } else if bytes[at] == b'"' {
            let end = string_end(bytes, at);
            let found = json.get(at..end).and_then(|literal| in_string(literal, look));
            if let Some(replaced) = found {
                out.push_str(&json[kept..at]);
                out.push_str(&replaced);
                kept = end;
            }
            at = end;
        } else {
            at += 1;
        }
    }
    if kept == 0 {
        return None;
    }
    out.push_str(&json[kept..]);
    Some(out)
}

/// Whether a look at every string is worth it: an at sign (also escaped), a longer run of digits or of token
/// characters, or a word that comes before tokens.
fn may_hold(bytes: &[u8], look: Look) -> bool {
    let (mut digits, mut run) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        digits = match byte {
            b'0'..=b'9' => digits + 1,
            b' ' | b'-' => digits,
            _ => 0,
        };
        run = if is_of_token(*byte) { run + 1 } else { 0 };
        let bearer = *byte == b' ' && at >= 6 && bytes[at - 6..at].eq_ignore_ascii_case(b"bearer");
        let marked = (run >= MARKED_BYTES || bearer) && look == Look::Everywhere;
        if *byte == b'@' || digits >= 13 || marked || (*byte == b'\\' && bytes.get(at + 1) == Some(&b'u')) {
            return true;
        }
    }
    false
}

/// The place behind a string's closing quote, or the end of what never closes.
fn string_end(bytes: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A string literal with what is found replaced.
fn in_string(literal: &str, look: Look) -> Option<String> {
    // An escape may stand for any character of what is looked for.
    let text: Cow<'_, str> = if literal.contains('\\') {
        serde_json::from_str::<String>(literal).ok()?.into()
    } else {
        literal.get(1..literal.len().checked_sub(1)?)?.into()
    };
    let scrubbed = in_text(&text, look)?;
    Some(serde_json::to_string(&scrubbed).expect("a text can be written"))
}

/// A text with what is found replaced.
fn in_text(text: &str, look: Look) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut out, mut kept, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        let found = email(bytes, kept, at).or_else(|| card(bytes, kept, at)).or_else(|| token(text, kept, at, look));
        let Some((begin, end, word)) = found else {
            at += 1;
            continue;
        };
        out.push_str(&text[kept..begin]);
        out.push_str(word);
        (kept, at) = (end, end);
    }
    if kept == 0 {
        return None;
    }
    out.push_str(&text[kept..]);
    Some(out)
}

/// Begin, end, and the word that goes there.
type Find = (usize, usize, &'static str);

/// The e-mail address around an at sign; nothing before `from` belongs to it.
fn email(bytes: &[u8], from: usize, at: usize) -> Option<Find> {
    if bytes[at] != b'@' {
        return None;
    }
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-'".contains(byte) || !byte.is_ascii();
    let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte) || !byte.is_ascii();
    let local = bytes[from..at].iter().rev().take_while(|byte| is_local(byte)).count();
    let most = bytes[at + 1..].iter().take_while(|byte| is_domain(byte)).count();
    let name = &bytes[at + 1..at + 1 + most];
    // Where something else goes on right behind the address, that ends before a sign that is neither letter nor digit, or
    // between two alphabets.
    let ends_before = |at: usize| match name[at] {
        byte if byte.is_ascii_alphanumeric() => at > 0 && !name[at - 1].is_ascii(),
        byte => !is_inside_of_sign(byte),
    };
    let cuts = (0..most).rev().filter(|cut| ends_before(*cut));
    let domain = std::iter::once(most).chain(cuts).find(|end| is_host(&name[..*end]))?;
    (local > 0).then_some((at - local, at + 1 + domain, "[email]"))
}

/// Whether a byte goes on with a sign of more than one.
fn is_inside_of_sign(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Whether these are a domain's labels, the last of them at least two letters. No top level has a digit.
fn is_host(name: &[u8]) -> bool {
    let Some(dot) = name.iter().rposition(|byte| *byte == b'.') else { return false };
    let top = &name[dot + 1..];
    let letters = top.iter().filter(|byte| !is_inside_of_sign(**byte)).count();
    dot > 0 && letters >= 2 && !top.iter().any(u8::is_ascii_digit) && !top.ends_with(b"-")
}

/// The card number that begins here; what stands before `from` is replaced.
fn card(bytes: &[u8], from: usize, at: usize) -> Option<Find> {
    let within = at > from && (bytes[at - 1].is_ascii_digit() || is_of_token(bytes[at - 1]));
    if within || !bytes[at].is_ascii_digit() {
        return None;
    }
    let (mut digits, mut end) = (Vec::new(), at);
    // Where a group of digits ends, and how many there are up to there: behind one number another may stand.
    let mut groups = Vec::new();
    for (place, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            b'0'..=b'9' => {
                digits.push(*byte);
                end = place + 1;
            }
            b' ' | b'-' if place == end => groups.push((digits.len(), end)),
            _ => break,
        }
    }
    // What goes on as a word is a token or a name.
    if !bytes.get(end).is_some_and(u8::is_ascii_alphabetic) {
        groups.push((digits.len(), end));
    }
    let (_, end) = groups.into_iter().rev().find(|(count, _)| is_card(&digits[..*count]))?;
    Some((at, end, "[card]"))
}

fn is_card(digits: &[u8]) -> bool {
    let begins = match digits.len() {
        13 => b"4".contains(&digits[0]),
        14..=19 => b"23456".contains(&digits[0]),
        _ => false,
    };
    begins && luhn(digits)
}

/// The check digit of ISO/IEC 7812-1: from the right every second digit counts double, with the sum of its own digits.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            let counted = if at % 2 == 1 { digit * 2 } else { digit };
            counted / 10 + counted % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The token that begins here; what stands before `from` is replaced.
fn token(text: &str, from: usize, at: usize, look: Look) -> Option<Find> {
    let bytes = text.as_bytes();
    if look == Look::NotForTokens || (at > from && is_of_token(bytes[at - 1])) || !is_of_token(bytes[at]) {
        return None;
    }
    let run = |from: usize| bytes[from..].iter().take_while(|byte| is_of_token(**byte)).count();
    let rest = text.get(at..)?;
    if let Some(behind) = rest.get(..7).filter(|word| word.eq_ignore_ascii_case("bearer ")) {
        let from = at + behind.len();
        // A bearer's token may be of any kind, with dots and the other alphabet of base64.
        let length = bytes[from..].iter().take_while(|byte| is_of_token(**byte) || b".+/=~".contains(byte)).count();
        return (length >= MARKED_BYTES).then_some((from, from + length, "[token]"));
    }
    if rest.starts_with("eyJ") {
        let length = bytes[at..].iter().take_while(|byte| is_of_token(**byte) || **byte == b'.').count();
        let parts = rest[..length].split('.').filter(|part| !part.is_empty()).count();
        return (parts >= 3).then_some((at, at + length, "[token]"));
    }
    if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
        let length = mark.len() + run(at + mark.len());
        return (length >= MARKED_BYTES).then_some((at, at + length, "[token]"));
    }
    let length = run(at);
    let found = &bytes[at..at + length];
    let has = |is: fn(&u8) -> bool| found.iter().any(is);
    let (digit, lower, upper) = (has(u8::is_ascii_digit), has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let hex = digit && found.iter().all(u8::is_ascii_hexdigit);
    let secret = length >= TOKEN_BYTES && ((digit && lower && upper) || hex) && !is_uuid(&rest[..length]);
    secret.then_some((at, at + length, "[token]"))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == UUID && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(json: &str, expected: &str) {
        let found = scrub(json, Look::Everywhere);
        assert_eq!(found.as_deref().unwrap_or(json), expected, "{json}");
        assert_eq!(found.is_some(), json != expected, "{json}");
    }

    #[test]
    fn replaces_addresses_card_numbers_and_tokens() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        for (text, expected) in [
            ("ann@example.org", "[email]"),
            ("write to Ann.O'Hara+x@mail.example.co.uk!", "write to [email]!"),
            ("a@b.io,c@d.io", "[email],[email]"),
            ("jürgen@bücher.example", "[email]"),
            ("ann@example.org€4111111111111111", "[email][card]"),
            ("ann@example.org.4111111111111111", "[email].[card]"),
            ("ann@example.org-x1.", "[email]-x1."),
            ("4111 1111 1111 1111", "[card]"),
            ("pay 5500-0000-0000-0004 now", "pay [card] now"),
            ("4222222222222", "[card]"),
            ("4111111111111111 4111111111111111", "[card] [card]"),
            ("4111 1111 1111 1111 12", "[card] 12"),
            ("378282246310005", "[card]"),
            (jwt, "[token]"),
            ("Authorization: Bearer abc.DEF+123/456==", "Authorization: Bearer [token]"),
            ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "[token]"),
            ("key AKIAIOSFODNN7EXAMPLE.", "key [token]."),
            ("9f86d081884c7d659a2feaa0c55ad015", "[token]"),
            ("?reset=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFi", "?reset=[token]"),
        ] {
            check(&format!("{{\"x\":\"{text}\"}}"), &format!("{{\"x\":\"{expected}\"}}"));
        }
        check(r#"{"ann@example.org":1}"#, r#"{"[email]":1}"#);
        check(r#"{"x":"ann\u0040example.org \"q\""}"#, r#"{"x":"[email] \"q\""}"#);
        check(r#"{"n":4111111111111111,"m":2}"#, r#"{"n":"[card]","m":2}"#);
    }

    #[test]
    fn leaves_what_only_looks_like_it() {
        for text in [
            "",
            "buy 2 @ 3.50",
            "@media",
            "user@localhost",
            "a@b.c",
            "v1@2.14",
            "4111 1111 1111 1112",
            "order 1234567890123456",
            "1700000000000",
            "2033000000000",
            "3fa85f64-5717-4562-b3fc-2c963f66afa6",
            "checkout_with_a_very_long_name_of_a_task",
            "Bearer of news",
            "eyJustAName",
            "dBjftJeZ4CVPmB92K27uhb",
            "AKIAS",
        ] {
            check(&format!("{{\"x\":\"{text}\"}}"), &format!("{{\"x\":\"{text}\"}}"));
        }
        for json in ["{\"at\":1700000000123,\"n\":4111111111111111.5}", "", "\"", "{\"a\":\"\\", "12345678901234567890"]
        {
            check(json, json);
        }
    }

    #[test]
    fn looks_for_no_token_among_ids() {
        let ids = r#"{"session":"9f86d081884c7d659a2feaa0c55ad015","page":"/u/ann@example.org"}"#;
        let expected = r#"{"session":"9f86d081884c7d659a2feaa0c55ad015","page":"/u/[email]"}"#;
        assert_eq!(scrub(ids, Look::NotForTokens).as_deref(), Some(expected));
    }

    proptest! {
        #[test]
        fn what_is_scrubbed_is_json_still_and_holds_nothing_more(
            parts in proptest::collection::vec(
                prop_oneof![
                    "[ -~äß€]{0,12}",
                    Just("ann@example.org".to_owned()),
                    Just("4111111111111111".to_owned()),
                    Just("9f86d081884c7d659a2feaa0c55ad015".to_owned()),
                ],
                0..6,
            ),
        ) {
            let json = serde_json::json!({ parts.concat(): [parts.concat(), 7, null] }).to_string();
            let once = scrub(&json, Look::Everywhere).unwrap_or_else(|| json.clone());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&once).is_ok(), "{}", once);
            prop_assert_eq!(scrub(&once, Look::Everywhere), None, "{}", once);
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}|[\"\\\\@0-9a-z ]{0,40}") {
            let _ = scrub(&text, Look::Everywhere);
        }
    }
}
