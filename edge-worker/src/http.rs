//! The platform's requests to core's, and core's responses back.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use unsnag_core::host;
use unsnag_core::limits::MAX_BODY_BYTES;
use unsnag_core::push::Signed;
use wasm_bindgen::JsCast as _;
use worker::js_sys::{Array, JsString};
use worker::web_sys;
use worker::{ByteStream, Headers, ResponseBody, ResponseBuilder};

use crate::time;

/// Time for the whole body, as the collector gives it.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// What a header takes on the wire besides its name and its value.
const HEADER_FRAME_BYTES: usize = ": \r\n".len();

/// Who a request is counted as when the platform does not say where it comes from.
const NOBODY: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// A request without its body.
#[derive(Debug, Default)]
pub(crate) struct Head {
    method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    content_type: Option<String>,
    content_encoding: Option<String>,
    origin: Option<String>,
    sec_fetch_site: Option<String>,
    if_none_match: Option<String>,
    header_bytes: usize,
    /// The body's length, where the client says it.
    pub(crate) declared_bytes: Option<u64>,
    /// Whose request it is, for the rates, where the platform says so.
    client: Option<IpAddr>,
}

impl Head {
    pub(crate) fn of(request: &web_sys::Request) -> Self {
        let headers = request.headers();
        let header = |name| headers.get(name).ok().flatten().map(|value| readable(&value));
        let (path, query) = target(&request.url());
        Self {
            method: request.method(),
            path,
            query,
            content_type: header("content-type"),
            content_encoding: header("content-encoding"),
            origin: header("origin"),
            sec_fetch_site: header("sec-fetch-site"),
            if_none_match: header("if-none-match"),
            header_bytes: header_bytes(&headers),
            declared_bytes: header("content-length").and_then(|length| length.parse().ok()),
            client: header("cf-connecting-ip").and_then(|address| address.parse().ok()),
        }
    }

    /// Whose request it is, for the rates.
    pub(crate) fn client(&self) -> IpAddr {
        self.client.unwrap_or(NOBODY)
    }

    /// The request as core sees it.
    pub(crate) fn request<'a>(&'a self, body: &'a [u8]) -> host::Request<'a> {
        host::Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            origin: self.origin.as_deref(),
            sec_fetch_site: self.sec_fetch_site.as_deref(),
            if_none_match: self.if_none_match.as_deref(),
            websocket: false,
            signed: Signed::default(),
            header_bytes: self.header_bytes,
            body,
        }
    }
}

/// A value that is no text stands for itself as one that nothing matches: absent would mean something else.
fn readable(value: &str) -> String {
    // White space around a value is not part of it; the platform leaves it there.
    let value = value.trim_matches([' ', '\t']);
    let is_text = value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
    if is_text { value.to_owned() } else { "?".to_owned() }
}

/// Path and query of an absolute URL.
fn target(url: &str) -> (String, String) {
    let after_scheme = url.find("://").map_or(0, |at| at + "://".len());
    let rest = url[after_scheme..].find('/').map_or("/", |at| &url[after_scheme + at..]);
    let rest = rest.split('#').next().unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    (path.to_owned(), query.to_owned())
}

fn header_bytes(headers: &web_sys::Headers) -> usize {
    let mut bytes = 0;
    for pair in headers.entries().into_iter().flatten() {
        let pair: Array = pair.unchecked_into();
        // One character is one byte in what the platform makes of a header.
        let length = |at| pair.get(at).unchecked_into::<JsString>().length() as usize;
        bytes += length(0) + length(1) + HEADER_FRAME_BYTES;
    }
    bytes
}

/// What became of reading a body.
#[derive(Debug)]
pub(crate) enum Body {
    /// All of it, or for one that is too large any bytes that are too many for core.
    Whole(Vec<u8>),
    /// It did not arrive in time.
    TimedOut,
    /// The client went away.
    Broken,
}

/// Reads a body, never more of it than can be judged.
pub(crate) async fn read(request: &web_sys::Request, declared: Option<u64>) -> Body {
    if declared.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Body::Whole(vec![0; MAX_BODY_BYTES + 1]);
    }
    let Some(stream) = request.body() else {
        return Body::Whole(Vec::new());
    };
    match time::within(BODY_WITHIN, capped(stream.into(), MAX_BODY_BYTES)).await {
        Some(Ok(body)) => Body::Whole(body),
        Some(Err(_)) => Body::Broken,
        None => Body::TimedOut,
    }
}

/// The bytes of a stream, up to one more than `cap`.
pub(crate) async fn capped(mut stream: ByteStream, cap: usize) -> worker::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.try_next().await? {
        // Most bodies arrive in one piece, which then needs no copy.
        if bytes.is_empty() {
            bytes = chunk;
        } else {
            bytes.extend_from_slice(&chunk);
        }
        if bytes.len() > cap {
            bytes.truncate(cap + 1);
            break;
        }
    }
    Ok(bytes)
}

/// A response of core for the platform.
pub(crate) fn response(response: host::Response) -> web_sys::Response {
    let headers = Headers::new();
    for (name, value) in &response.headers {
        headers.set(name, value).expect("core writes header values in visible ASCII, and echoes only what HTTP let in");
    }
    // Not only shorter: a 304 may not have a body at all.
    let body = if response.body.is_empty() { ResponseBody::Empty } else { ResponseBody::Body(response.body) };
    ResponseBuilder::new().with_status(response.status).with_headers(headers).body(body).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_path_and_query_as_the_url_has_them() {
        for (url, path, query) in [
            ("https://edge.example/v1/batch?key=a&b=%20", "/v1/batch", "key=a&b=%20"),
            ("http://127.0.0.1:8787/", "/", ""),
            ("http://127.0.0.1:8787", "/", ""),
            ("https://edge.example/a?b?c#d?e", "/a", "b?c"),
            ("https://edge.example/a#b?c", "/a", ""),
            ("https://edge.example//v1//batch", "//v1//batch", ""),
        ] {
            assert_eq!(target(url), (path.to_owned(), query.to_owned()), "{url}");
        }
    }

    #[test]
    fn a_header_that_is_no_text_matches_nothing() {
        for (value, expected) in
            [("https://a.example", "https://a.example"), (" \ta b\t ", "a b"), ("é", "?"), ("a\u{7f}", "?"), ("", "")]
        {
            assert_eq!(readable(value), expected);
        }
    }
}
