//! The one request path of every host: worker and collector translate HTTP and nothing else.
//!
//! [`handle`] checks in the order that FORMATS.md fixes, so that a request which is wrong twice has one answer
//! everywhere: what is too long to look at, path, method, content type, size, empty, key, origin, rate, encoding and inflated size, JSON, batch,
//! events.

use std::sync::Arc;

use crate::code::RequestCode;
use crate::config::Config;
use crate::id::{SessionId, WriteKey};
use crate::ingest::{self, inflate};
use crate::limits::{MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_URI_BYTES};
use crate::live::{self, Access};
use crate::openapi;
use crate::push::{self, Push, PushKeys, Signed};
use crate::risk::Model;
use crate::sign::SigningKeys;
use crate::time::UnixMillis;
use crate::wire::answer::{Dispositions, error_body};

pub use crate::ingest::HostKind;

/// A request, as far as it matters.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path without the query.
    pub path: &'a str,
    /// The query without `?`; empty when there is none.
    pub query: &'a str,
    /// `Content-Type`
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`
    pub content_encoding: Option<&'a str>,
    /// `Origin`
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`
    pub sec_fetch_site: Option<&'a str>,
    /// `If-None-Match`
    pub if_none_match: Option<&'a str>,
    /// Whether it asks to become a WebSocket.
    pub websocket: bool,
    /// The signature of a push.
    pub signed: Signed<'a>,
    /// Names and values of all headers as HTTP/1.1 writes them, in bytes.
    pub header_bytes: usize,
    /// At most [`MAX_BODY_BYTES`] + 1 bytes: a longer body is cut there and refused by its size.
    pub body: &'a [u8],
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Why the request was refused, for the host's metrics.
    pub refused: Option<RequestCode>,
}

/// What a host has to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Answer.
    Reply(Response),
    /// Make the record durable, then answer; if that fails, answer [`error`].
    Store {
        /// One stream record.
        record: Vec<u8>,
        /// Its partition key.
        session: String,
        /// What tells its batch from all others, in at most
        /// [`MAX_NAME_BYTES`](crate::limits::MAX_NAME_BYTES): a batch with the name of an earlier one
        /// is a repetition, whose record is dropped and which gets the earlier answer.
        name: String,
        /// What became of its events, for the host's metrics.
        dispositions: Dispositions,
        /// False where the site's model had no score and the rules stood in: to be logged and counted.
        scored_by_model: bool,
        /// Events in which something was replaced, for the host's metrics.
        scrubbed: usize,
        /// Interventions that the page has, by its own word.
        arrived: Vec<String>,
        /// The answer once it is durable.
        reply: Response,
    },
    /// Become a WebSocket: this session's live channel.
    Open(Access),
    /// Keep an intervention until its page has it, and answer once that is durable.
    Keep {
        /// The intervention, for which session.
        push: Box<Push>,
        /// The answer where it is new.
        new: Response,
        /// The answer where it was known.
        known: Response,
    },
}

/// What core asks of the host while it judges a request.
pub trait Ask {
    /// Whether the rates allow one more request under this key. Asked once, after the origin.
    fn admit(&mut self, key: &KeyPolicy) -> bool;

    /// What was pushed for this session and waits for its page.
    fn waiting(&mut self, key: &WriteKey, session: &SessionId) -> Vec<Arc<Push>> {
        let _ = (key, session);
        Vec::new()
    }
}

/// A host where nothing is pushed.
impl<F: FnMut(&KeyPolicy) -> bool> Ask for F {
    fn admit(&mut self, key: &KeyPolicy) -> bool {
        self(key)
    }
}

/// Which pages may use a write key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Any page.
    Any,
    /// Pages of this machine only: the demo's.
    Loopback,
    /// Exactly these origins: `https://shop.example`.
    Exactly(Vec<String>),
}

impl Origins {
    /// Whether a page of this origin may.
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(list) => list.iter().any(|allowed| allowed == origin),
            Self::Loopback => {
                let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
                host.is_some_and(is_loopback)
            }
        }
    }
}

fn is_loopback(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].into_iter().any(|name| {
        let port = host.strip_prefix(name);
        port.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
    })
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// A write key and what it allows.
#[derive(Clone, Debug)]
pub struct KeyPolicy {
    /// The key.
    pub key: WriteKey,
    /// The pages that may use it. This binds browsers only.
    pub origins: Origins,
    /// Batches a second.
    pub rate_per_s: u32,
}

/// What a host serves.
#[derive(Debug)]
pub struct Site {
    /// The keys it knows.
    pub keys: Vec<KeyPolicy>,
    /// The configuration of their pages.
    pub config: Config,
    /// The keys it signs decisions with.
    pub signing: SigningKeys,
    /// What scores a batch.
    pub model: Box<dyn Model>,
    /// Whether e-mail addresses, card numbers and tokens are taken out of what is kept ([`scrub`](crate::scrub)).
    pub scrub: bool,
    /// By which interventions that are decided later reach a page. `None` where a host has no such way.
    pub later: Option<Later>,
}

/// The keys of what comes after the answer.
#[derive(Clone, Debug)]
pub struct Later {
    /// Sign the tokens of the live channel.
    pub live: SigningKeys,
    /// Verify pushes.
    pub push: PushKeys,
}

impl Site {
    fn key(&self, query: &str) -> Option<&KeyPolicy> {
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("key="))?;
        self.keys.iter().find(|known| known.key.as_str() == asked)
    }
}

/// The routes that every host has, with the method of each.
pub(crate) const ROUTES: [(&str, &str); 6] = [
    ("/v1/batch", "POST"),
    ("/v1/config", "GET"),
    (LIVE, "GET"),
    (INTERVENTIONS, "POST"),
    ("/healthz", "GET"),
    ("/openapi.json", "GET"),
];
pub(crate) const LIVE: &str = "/v1/live";
pub(crate) const INTERVENTIONS: &str = "/v1/interventions";
/// How long a page may use its configuration without asking, s.
const CONFIG_MAX_AGE_S: u32 = 60;

/// Judges a request.
pub fn handle(request: &Request<'_>, site: &Site, host: HostKind, now: UnixMillis, ask: &mut dyn Ask) -> Verdict {
    match judge(request, site, host, now, ask) {
        Ok(verdict) => verdict,
        Err(code) => Verdict::Reply(error(code, request, site)),
    }
}

/// The answer to a request that is refused, for reasons found here or by the host.
pub fn error(code: RequestCode, request: &Request<'_>, site: &Site) -> Response {
    let mut response = json(code.status(), error_body(code).into_bytes(), request, site);
    response.refused = Some(code);
    if let Some(seconds) = code.retry_after_s() {
        response.headers.push(("retry-after", seconds.to_string()));
    }
    if code == RequestCode::MethodNotAllowed
        && let Some((_, method)) = ROUTES.iter().find(|(path, _)| *path == request.path)
    {
        response.headers.push(("allow", (*method).to_owned()));
    }
    if code == RequestCode::UpgradeRequired {
        response.headers.push(("upgrade", "websocket".to_owned()));
        response.headers.push(("sec-websocket-version", "13".to_owned()));
    }
    response
}

fn judge(
    request: &Request<'_>,
    site: &Site,
    host: HostKind,
    now: UnixMillis,
    ask: &mut dyn Ask,
) -> Result<Verdict, RequestCode> {
    if request.path.len() + request.query.len() > MAX_URI_BYTES {
        return Err(RequestCode::UriTooLong);
    }
    if request.header_bytes > MAX_HEADER_BYTES {
        return Err(RequestCode::HeadersTooLarge);
    }
    let there = |path: &str| path == request.path && (site.later.is_some() || ![LIVE, INTERVENTIONS].contains(&path));
    let (path, method) = ROUTES.iter().find(|(path, _)| there(path)).ok_or(RequestCode::NotFound)?;
    if request.method != *method {
        return Err(RequestCode::MethodNotAllowed);
    }
    match *path {
        "/healthz" => Ok(Verdict::Reply(json(200, br#"{"status":"ok"}"#.to_vec(), request, site))),
        "/openapi.json" => Ok(Verdict::Reply(json(200, openapi::document().to_string().into_bytes(), request, site))),
        "/v1/config" => {
            allowed_key(request, site)?;
            Ok(Verdict::Reply(config(request, site)))
        }
        LIVE => open(request, site, now, ask),
        INTERVENTIONS => keep(request, site, now),
        _ => batch(request, site, host, now, ask),
    }
}

fn open(request: &Request<'_>, site: &Site, now: UnixMillis, ask: &mut dyn Ask) -> Result<Verdict, RequestCode> {
    let later = site.later.as_ref().ok_or(RequestCode::NotFound)?;
    if !request.websocket {
        return Err(RequestCode::UpgradeRequired);
    }
    let token = request.query.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
    let access = live::open(&later.live, token, now)?;
    let key = site.keys.iter().find(|known| known.key == access.key).ok_or(RequestCode::UnknownKey)?;
    allow_page(request, key)?;
    if !ask.admit(key) {
        return Err(RequestCode::RateLimited);
    }
    Ok(Verdict::Open(access))
}

fn keep(request: &Request<'_>, site: &Site, now: UnixMillis) -> Result<Verdict, RequestCode> {
    let later = site.later.as_ref().ok_or(RequestCode::NotFound)?;
    check_body(request)?;
    later.push.check(&request.signed, request.method, request.path, request.body, now)?;
    let text = inflate::text(request.body, request.content_encoding)?;
    let push = push::parse(&text, &site.config, &site.signing, now)?;
    if !site.keys.iter().any(|known| known.key.as_str() == push.key()) {
        return Err(RequestCode::UnknownKey);
    }
    let answer =
        |duplicate: &str| json(200, format!(r#"{{"v":1,"duplicate":{duplicate}}}"#).into_bytes(), request, site);
    Ok(Verdict::Keep { push: Box::new(push), new: answer("false"), known: answer("true") })
}

/// What every body must be, before anybody reads it.
fn check_body(request: &Request<'_>) -> Result<(), RequestCode> {
    let media_type = request.content_type.and_then(|value| value.split(';').next()).map_or("", str::trim);
    if !["text/plain", "application/json"].iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
        return Err(RequestCode::UnsupportedContentType);
    }
    if request.body.len() > MAX_BODY_BYTES {
        return Err(RequestCode::BodyTooLarge);
    }
    if request.body.is_empty() { Err(RequestCode::EmptyBody) } else { Ok(()) }
}

fn batch(
    request: &Request<'_>,
    site: &Site,
    host: HostKind,
    now: UnixMillis,
    ask: &mut dyn Ask,
) -> Result<Verdict, RequestCode> {
    check_body(request)?;
    let key = allowed_key(request, site)?;
    if !ask.admit(key) {
        return Err(RequestCode::RateLimited);
    }
    let text = inflate::text(request.body, request.content_encoding)?;
    let batch = ingest::parse(&text, now)?;
    // With the kill switch on, what waits goes on waiting.
    let waiting = if site.config.policy.kill { Vec::new() } else { ask.waiting(&key.key, &batch.session) };
    let arrived = batch.arrived();
    let ingested = ingest::ingest(&batch, &key.key, site, host, now, &waiting);
    Ok(Verdict::Store {
        record: ingested.record,
        session: ingested.session.as_str().to_owned(),
        name: ingested.name,
        dispositions: ingested.dispositions,
        scored_by_model: ingested.scored_by_model,
        scrubbed: ingested.scrubbed,
        arrived,
        reply: json(200, ingested.answer, request, site),
    })
}

fn allowed_key<'a>(request: &Request<'_>, site: &'a Site) -> Result<&'a KeyPolicy, RequestCode> {
    let key = site.key(request.query).ok_or(RequestCode::UnknownKey)?;
    allow_page(request, key)?;
    Ok(key)
}

/// Whether the page that a request comes from may use the key.
fn allow_page(request: &Request<'_>, key: &KeyPolicy) -> Result<(), RequestCode> {
    let allowed = match request.origin {
        Some(origin) => key.origins.allow(origin),
        // A browser that sends no origin still says where the request comes from; others are bound by nothing.
        None => key.origins == Origins::Any || request.sec_fetch_site != Some("cross-site"),
    };
    if allowed { Ok(()) } else { Err(RequestCode::OriginNotAllowed) }
}

fn config(request: &Request<'_>, site: &Site) -> Response {
    let etag = format!("\"{}\"", site.config.etag);
    let known = request.if_none_match.is_some_and(|list| list.split(',').any(|tag| names(tag.trim(), &etag)));
    let body = if known { Vec::new() } else { site.config.json().as_bytes().to_vec() };
    let mut response = json(if known { 304 } else { 200 }, body, request, site);
    response.headers.retain(|(name, _)| *name != "cache-control");
    response.headers.push(("cache-control", format!("public, max-age={CONFIG_MAX_AGE_S}")));
    response.headers.push(("etag", etag));
    response
}

/// Whether a tag of `If-None-Match` is this one: the header compares weakly, and `*` is whatever there is (RFC 9110
/// §13.1.2).
fn names(tag: &str, etag: &str) -> bool {
    tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
}

/// A JSON response, readable by the page if its origin is allowed.
fn json(status: u16, body: Vec<u8>, request: &Request<'_>, site: &Site) -> Response {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("cache-control", "no-store".to_owned()),
        ("vary", "Origin".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
    ];
    let allowed = site.key(request.query).zip(request.origin).filter(|(key, origin)| key.origins.allow(origin));
    if let Some((_, origin)) = allowed {
        headers.push(("access-control-allow-origin", origin.to_owned()));
        // What the SDK may read besides the body.
        headers.push(("access-control-expose-headers", "Retry-After, ETag".to_owned()));
    }
    Response { status, headers, body, refused: None }
}
