//! The live view and its feed, for this machine only.
//!
//! The feed is a stream of server-sent events: `id` is the record's sequence number, `data` the stream record v1.
//! A viewer that reconnects with `Last-Event-ID` gets only what came since, as far as memory reaches back.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{Peer, client, ingest};

const PAGE: &str = include_str!("../../assets/live.html");
const STYLE: &str = include_str!("../../assets/live.css");
const SCRIPT: &str = include_str!("../../assets/live-main.js");
const WORDS: &str = include_str!("../../assets/live-words.js");

const SCRIPT_TYPE: &str = "text/javascript; charset=utf-8";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A comment after this much silence keeps proxies and browsers from giving up, and finds viewers that have gone.
const STILL_HERE_EVERY: Duration = Duration::from_secs(15);

type Shared = State<Arc<super::State>>;

pub(super) async fn page(state: Shared, peer: Extension<Peer>, request: Request) -> Response {
    asset(state, peer, request, "text/html; charset=utf-8", PAGE).await
}

pub(super) async fn style(state: Shared, peer: Extension<Peer>, request: Request) -> Response {
    asset(state, peer, request, "text/css; charset=utf-8", STYLE).await
}

pub(super) async fn script(state: Shared, peer: Extension<Peer>, request: Request) -> Response {
    asset(state, peer, request, SCRIPT_TYPE, SCRIPT).await
}

pub(super) async fn words(state: Shared, peer: Extension<Peer>, request: Request) -> Response {
    asset(state, peer, request, SCRIPT_TYPE, WORDS).await
}

/// Elsewhere the live view does not exist: the request falls through to core, which knows no such path.
async fn asset(
    state: Shared,
    peer: Extension<Peer>,
    request: Request,
    content_type: &'static str,
    text: &'static str,
) -> Response {
    if !client::is_local(peer.0, request.headers()) {
        return ingest::answer(state, peer, request).await;
    }
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    (headers, text).into_response()
}

pub(super) async fn feed(state: Shared, peer: Extension<Peer>, request: Request) -> Response {
    if !client::is_local(peer.0, request.headers()) {
        return ingest::answer(state, peer, request).await;
    }
    let State(state) = state;
    let Ok(place) = Arc::clone(&state.viewers).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many live views").into_response();
    };
    let viewer = Viewer {
        next: resume_at(request.headers(), state.log.status().next_sequence),
        bell: state.feed.subscribe(),
        closing: state.closing.subscribe(),
        greeted: false,
        _place: place,
        state,
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
    state: Arc<super::State>,
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
            let records = self.state.feed.from(self.next);
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
