//! What may leave the page: addresses become templates, and texts are scrubbed.

/// Path segments kept; a deeper page shares the template of its ancestor.
const MOST_SEGMENTS: usize = 8;
/// A longer segment is a token or a slug of free text; either way it is replaced.
const MOST_SEGMENT_BYTES: usize = 32;
/// From this length on, a segment that mixes letters and digits is a token.
const TOKEN_BYTES: usize = 10;

/// The template of a path: query and fragment dropped; numbers, ids, tokens and e-mail addresses replaced.
///
/// ```
/// use unsnag_core::privacy::template;
/// assert_eq!(template("/order/12345?coupon=x#top"), "/order/:id");
/// assert_eq!(template("/users/ann@example.org/edit"), "/users/:email/edit");
/// assert_eq!(template("/reset/9f86d081884c7d659a2f"), "/reset/:token");
/// ```
pub fn template(path: &str) -> String {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let mut out = String::new();
    for segment in path[..end].split('/').filter(|segment| !segment.is_empty()).take(MOST_SEGMENTS) {
        out.push('/');
        out.push_str(replacement(segment).unwrap_or(segment));
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

/// What stands for a segment that says who or which; `None` for one that says where.
fn replacement(segment: &str) -> Option<&'static str> {
    let bytes = segment.as_bytes();
    let count = |test: fn(&u8) -> bool| bytes.iter().filter(|byte| test(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(u8::is_ascii_alphabetic);
    let mixed_case = count(u8::is_ascii_uppercase) > 0 && count(u8::is_ascii_lowercase) > 0;
    let hex = count(u8::is_ascii_hexdigit) + count(|byte| *byte == b'-');
    if segment.contains('@') || contains_ignoring_case(bytes, b"%40") {
        Some(":email")
    } else if digits > 0 && letters == 0 {
        Some(":id")
    } else if bytes.len() > MOST_SEGMENT_BYTES
        || (digits > 0 && bytes.len() >= TOKEN_BYTES && (hex == bytes.len() || digits >= 3 || mixed_case))
        || (segment.contains('%') && digits + letters < bytes.len())
    {
        Some(":token")
    } else if digits >= 3 && !segment.starts_with('v') {
        Some(":id")
    } else if !segment.is_ascii() || bytes.iter().any(|byte| !is_plain(*byte)) {
        Some(":text")
    } else {
        None
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b':')
}

fn contains_ignoring_case(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replaces_what_says_who_or_which() {
        for (path, expected) in [
            ("", "/"),
            ("/", "/"),
            ("/checkout", "/checkout"),
            ("/Checkout/Step-2", "/Checkout/Step-2"),
            ("/order/7", "/order/:id"),
            ("/order/A-20391", "/order/:id"),
            ("/product/101#reviews", "/product/:id"),
            ("/u/3fa85f64-5717-4562-b3fc-2c963f66afa6", "/u/:token"),
            ("/u/ann%40example.org", "/u/:email"),
            ("/s/caf%C3%A9", "/s/:token"),
            ("/s/straße", "/s/:text"),
            ("/api/v2/items", "/api/v2/items"),
            ("/2024/11/why-we-moved", "/:id/:id/why-we-moved"),
            ("/t/eyJhbGciOiJIUzI1NiJ9", "/t/:token"),
            ("//double//slash/", "/double/slash"),
            ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h"),
        ] {
            assert_eq!(template(path), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn is_short_plain_and_stable(path in "(/[ -~]{0,40}){0,12}") {
            let once = template(&path);
            prop_assert!(once.len() <= MOST_SEGMENTS * (MOST_SEGMENT_BYTES + 1));
            prop_assert!(!once.contains(['?', '#', '@', '"', '\\', '%']));
            prop_assert_eq!(template(&once), once);
        }
    }
}
