//! The one form of a request that client and service both hash.

use std::fmt::Write as _;

use super::Head;

/// Method, path, query, signed headers, their names, payload hash; each on its lines.
///
/// The path is normalised and its percent signs are encoded once more, as every service but S3 has it.
pub fn canonical_request(head: &Head<'_>, signed_headers: &[&str], payload_hash: &str) -> String {
    let mut names: Vec<String> = signed_headers.iter().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    let mut text = format!("{}\n{}\n{}\n", head.method, canonical_path(head.path), canonical_query(head.query));
    for name in &names {
        let values = head.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let values: Vec<String> = values.map(|(_, value)| one_line(value)).collect();
        let _ = writeln!(text, "{name}:{}", values.join(","));
    }
    let _ = write!(text, "\n{}\n{payload_hash}", names.join(";"));
    text
}

/// Without dots and double slashes, each byte outside the unreserved ones encoded.
fn canonical_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut text = String::new();
    for segment in &kept {
        text.push('/');
        encode(segment.as_bytes(), &mut text);
    }
    let ends_in_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if kept.is_empty() || ends_in_folder {
        text.push('/');
    }
    text
}

/// Names and values decoded, encoded by the rule, sorted.
fn canonical_query(query: &str) -> String {
    let encoded = |text: &str| {
        let mut out = String::new();
        encode(&decode(text), &mut out);
        out
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded(name), encoded(value))
        })
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Without space at either end, and with one space where there were several or a folded line.
fn one_line(value: &str) -> String {
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn encode(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// What is no encoded byte stays as it is.
fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |offset: usize| bytes.get(at + offset).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_a_path_once_more() {
        for (path, expected) in [
            ("/", "/"),
            ("", "/"),
            ("/a%3Ab/c", "/a%253Ab/c"),
            ("/a b/", "/a%20b/"),
            ("//a/./b/../c//", "/a/c/"),
            ("/a/..", "/"),
            ("/../a/.", "/a/"),
        ] {
            assert_eq!(canonical_path(path), expected, "{path}");
        }
    }

    #[test]
    fn sorts_a_query_after_encoding_it() {
        for (query, expected) in [
            ("", ""),
            ("b=2&a=1&a=0", "a=0&a=1&b=2"),
            ("a", "a="),
            ("a=b=c", "a=b%3Dc"),
            ("a=%7e%2f&b=%zz", "a=~%2F&b=%25zz"),
        ] {
            assert_eq!(canonical_query(query), expected, "{query}");
        }
    }
}
