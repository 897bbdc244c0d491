//! The live view and its feed, whatever fills the feed.
//!
//! The feed is a stream of server-sent events: `id` is the record's sequence number, `data` the stream record v1.
//! A viewer that reconnects with `Last-Event-ID` gets only what came since, as far as memory reaches back.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{Peer, client};
use crate::feed::Feed;

const PAGE: &str = include_str!("../../assets/live.html");
const STYLE: &str = include_str!("../../assets/live.css");
const SCRIPT: &str = include_str!("../../assets/live-main.js");
const WORDS: &str = include_str!("../../assets/live-words.js");

const SCRIPT_TYPE: &str = "text/javascript; charset=utf-8";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A comment after this much silence keeps proxies and browsers from giving up, and finds viewers that have gone.
const STILL_HERE_EVERY: Duration = Duration::from_secs(15);

/// Live views open at once: a dashboard, not an audience.
const MAX_VIEWERS: usize = 16;

/// Everything of the live view, to be asked for with `GET`.
pub(super) const PATHS: [&str; 5] = ["/", "/live/style.css", "/live/main.js", "/live/words.js", "/feed"];

/// One live view of one feed.
#[derive(Debug)]
pub(crate) struct View {
    feed: Arc<Feed>,
    places: Arc<Semaphore>,
    closing: watch::Receiver<bool>,
}

impl View {
    /// Viewers are sent away once `closing` says so.
    pub(crate) fn new(feed: Arc<Feed>, closing: watch::Receiver<bool>) -> Self {
        Self { feed, places: Arc::new(Semaphore::new(MAX_VIEWERS)), closing }
    }
}

/// A server of nothing but the live view and `metrics`.
pub(crate) fn app(view: Arc<View>, metrics: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let answer = async |State(view): State<Arc<View>>, Extension(peer): Extension<Peer>, request: Request| {
        if !client::is_local(peer, request.headers()) {
            return not_found();
        }
        answer(&view, request.uri().path(), request.headers()).unwrap_or_else(not_found)
    };
    let metrics = async move |Extension(peer): Extension<Peer>, headers: HeaderMap| {
        if !client::is_local(peer, &headers) {
            return not_found();
        }
        ([(CONTENT_TYPE, "text/plain; version=0.0.4")], metrics()).into_response()
    };
    let mut router = Router::new().route("/metrics", get(metrics));
    for path in PATHS {
        router = router.route(path, get(answer));
    }
    router.fallback(async || not_found()).with_state(view)
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found").into_response()
}

/// What one of [`PATHS`] has for somebody who may look.
pub(super) fn answer(view: &View, path: &str, headers: &HeaderMap) -> Option<Response> {
    match path {
        "/" => Some(asset("text/html; charset=utf-8", PAGE)),
        "/live/style.css" => Some(asset("text/css; charset=utf-8", STYLE)),
        "/live/main.js" => Some(asset(SCRIPT_TYPE, SCRIPT)),
        "/live/words.js" => Some(asset(SCRIPT_TYPE, WORDS)),
        "/feed" => Some(feed(view, headers)),
        _ => None,
    }
}

pub(super) fn asset(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    (headers, text).into_response()
}

fn feed(view: &View, headers: &HeaderMap) -> Response {
    let Ok(place) = Arc::clone(&view.places).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many live views").into_response();
    };
    let viewer = Viewer {
        next: resume_at(headers, view.feed.next_sequence()),
        bell: view.feed.subscribe(),
        closing: view.closing.clone(),
        greeted: false,
        _place: place,
        feed: Arc::clone(&view.feed),
    };
    let events = stream::unfold(viewer, |mut viewer| async {
        let chunk = viewer.chunk().await?;
        Some((Ok::<_, std::convert::Infallible>(chunk), viewer))
    });
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ];
    (headers, Body::from_stream(events)).into_response()
}

/// Where a viewer goes on. One that has seen more than there is looked at another log before, and starts afresh.
fn resume_at(headers: &HeaderMap, next_sequence: u64) -> u64 {
    headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.parse::<u64>().ok())
        .map(|last| last.saturating_add(1))
        .filter(|next| *next <= next_sequence)
        .unwrap_or(0)
}

struct Viewer {
    feed: Arc<Feed>,
    next: u64,
    bell: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
    greeted: bool,
    _place: OwnedSemaphorePermit,
}

impl Viewer {
    /// The next bytes to send, or `None` at shutdown.
    async fn chunk(&mut self) -> Option<Bytes> {
        loop {
            if *self.closing.borrow() {
                return None;
            }
            // Marked as seen before reading, so that what arrives meanwhile rings again.
            self.bell.mark_unchanged();
            let records = self.feed.from(self.next);
            if let Some((last, _)) = records.last() {
                self.next = last + 1;
                self.greeted = true;
                let mut text = String::new();
                for (sequence, record) in &records {
                    write!(text, "id: {sequence}\ndata: {record}\n\n").expect("writing to a string does not fail");
                }
                return Some(text.into());
            }
            if !self.greeted {
                // Sent at once, so that the browser knows that the connection stands.
                self.greeted = true;
                return Some(Bytes::from_static(b": connected\n\n"));
            }
            tokio::select! {
                rung = self.bell.changed() => rung.ok()?,
                _ = self.closing.changed() => {}
                () = tokio::time::sleep(STILL_HERE_EVERY) => {
                    return Some(Bytes::from_static(b": still here\n\n"));
                }
            }
        }
    }
}
