//! From the body's bytes to text: plain or gzip, never more than the limit.

use std::io::Read;

use crate::code::RequestCode;
use crate::limits::MAX_INFLATED_BYTES;

/// The first bytes of every gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The text of a body. gzip is recognised by its first bytes, or by `Content-Encoding`.
pub fn text(body: &[u8], content_encoding: Option<&str>) -> Result<String, RequestCode> {
    let encoding = content_encoding.map_or("", str::trim);
    let said_gzip = encoding.eq_ignore_ascii_case("gzip") || encoding.eq_ignore_ascii_case("x-gzip");
    if !said_gzip && !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        return Err(RequestCode::InvalidEncoding);
    }
    let bytes = if said_gzip || body.starts_with(&GZIP) { gunzip(body)? } else { body.to_vec() };
    String::from_utf8(bytes).map_err(|_| RequestCode::InvalidEncoding)
}

fn gunzip(body: &[u8]) -> Result<Vec<u8>, RequestCode> {
    let mut decoder = flate2::bufread::GzDecoder::new(body);
    let mut out = Vec::with_capacity(body.len().saturating_mul(4).min(MAX_INFLATED_BYTES));
    let mut chunk = [0; 8 * 1024];
    loop {
        let read = decoder.read(&mut chunk).map_err(|_| RequestCode::InvalidEncoding)?;
        if read == 0 {
            break;
        }
        if out.len() + read > MAX_INFLATED_BYTES {
            return Err(RequestCode::InflatedTooLarge);
        }
        out.extend_from_slice(&chunk[..read]);
    }
    // Bytes behind the stream are neither plain nor gzip.
    if decoder.into_inner().is_empty() { Ok(out) } else { Err(RequestCode::InvalidEncoding) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn reads_plain_and_gzip_with_or_without_the_header() {
        for (body, encoding) in [
            (b"{}".to_vec(), None),
            (b"{}".to_vec(), Some("identity")),
            (gzip(b"{}"), None),
            (gzip(b"{}"), Some("gzip")),
            (gzip(b"{}"), Some(" GZIP ")),
        ] {
            assert_eq!(text(&body, encoding).as_deref(), Ok("{}"), "{encoding:?}");
        }
    }

    #[test]
    fn rejects_what_is_broken_cut_followed_by_more_or_said_to_be_something_else() {
        let whole = gzip(b"{\"a\":1}");
        let mut longer = whole.clone();
        longer.push(0);
        for (body, encoding) in [
            (whole[..whole.len() - 4].to_vec(), None),
            (longer, None),
            (vec![0x1f, 0x8b, 9, 9], None),
            (b"{}".to_vec(), Some("gzip")),
            (b"{}".to_vec(), Some("br")),
            (vec![0xff, 0xfe], None),
        ] {
            assert_eq!(text(&body, encoding), Err(RequestCode::InvalidEncoding), "{body:?}");
        }
    }

    #[test]
    fn stops_at_the_limit_of_a_bomb() {
        let bomb = gzip(&vec![b' '; 10_000_000]);
        assert!(bomb.len() < 16 * 1024);
        assert_eq!(text(&bomb, None), Err(RequestCode::InflatedTooLarge));
        assert!(text(&gzip(&vec![b' '; MAX_INFLATED_BYTES]), None).is_ok());
        assert!(text(&gzip(&vec![b' '; MAX_INFLATED_BYTES + 1]), None).is_err());
    }
}
