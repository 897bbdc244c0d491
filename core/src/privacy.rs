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
    let bytes = path.as_bytes();
    let end = bytes.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(bytes.len());
    let mut out = String::new();
    let (mut start, mut segments) = (0, 0);
    // Byte by byte: a searcher of the standard library would be larger than all of this, and the page pays for it.
    for at in 0..=end {
        if at < end && bytes[at] != b'/' {
            continue;
        }
        if at > start && segments < MOST_SEGMENTS {
            out.push('/');
            out.push_str(replacement(&bytes[start..at]).unwrap_or(&path[start..at]));
            segments += 1;
        }
        start = at + 1;
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

/// What stands for a segment that says who or which; `None` for one that says where.
fn replacement(segment: &[u8]) -> Option<&'static str> {
    let (mut digits, mut lower, mut upper, mut hex) = (0, 0, 0, 0);
    let (mut odd, mut email, mut escaped) = (false, false, false);
    for (at, byte) in segment.iter().enumerate() {
        digits += u32::from(byte.is_ascii_digit());
        lower += u32::from(byte.is_ascii_lowercase());
        upper += u32::from(byte.is_ascii_uppercase());
        hex += usize::from(byte.is_ascii_hexdigit() || *byte == b'-');
        odd |= !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b':'));
        escaped |= *byte == b'%';
        email |= *byte == b'@' || segment[at..].starts_with(b"%40");
    }
    let length = segment.len();
    let mixed = (lower > 0 && upper > 0) || digits >= 3 || hex == length;
    if email {
        Some(":email")
    } else if digits > 0 && lower + upper == 0 {
        Some(":id")
    } else if length > MOST_SEGMENT_BYTES || (digits > 0 && length >= TOKEN_BYTES && mixed) || escaped {
        Some(":token")
    } else if digits >= 3 && segment[0] != b'v' {
        Some(":id")
    } else if odd {
        Some(":text")
    } else {
        None
    }
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
