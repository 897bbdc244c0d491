//! One URL: how it is asked, and what its answers mean.

use std::error::Error as _;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, header};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use unsnag_core::push::RequestKey;
use unsnag_core::time::UnixMillis;

use super::{ChannelError, Endpoint, WebhookError};
use crate::breaker::Breaker;

/// What one try may take, from the connection to the answer's end: what GitHub gives the receivers of its webhooks. A
/// receiver has only to put the message into a queue of its own.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Tries under way at one URL: 16 messages a second where a receiver takes as long as a second, by judgement.
const MOST_AT_ONCE: usize = 16;

/// What is read of an answer's body, so that its connection can be used again; a longer one is closed.
const MOST_ANSWER_BYTES: usize = 16 * 1024;

const USER_AGENT: &str = concat!("unsnag/", env!("CARGO_PKG_VERSION"));

/// Speaks HTTP/1.1, over TLS where the URL says so. It follows no redirects and knows no proxies.
#[derive(Clone, Debug)]
pub(super) struct Client(legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Client {
    /// The system's roots are read only where they are needed: a small container may have none.
    pub(super) fn new(needs_roots: bool) -> Result<Self, WebhookError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().map_err(WebhookError::Tls)?;
        let config = if needs_roots {
            config.with_native_roots().map_err(WebhookError::Roots)?
        } else {
            config.with_root_certificates(RootCertStore::empty())
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config.with_no_client_auth())
            .https_or_http()
            .enable_http1()
            .build();
        let mut client = legacy::Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new()).pool_max_idle_per_host(MOST_AT_ONCE);
        Ok(Self(client.build(connector)))
    }
}

/// A URL with what guards it.
#[derive(Debug)]
pub(super) struct Hook {
    endpoint: Endpoint,
    key: RequestKey,
    client: Client,
    turns: Semaphore,
    breaker: Mutex<Breaker>,
}

impl Hook {
    pub(super) fn new(endpoint: Endpoint, key: RequestKey, client: Client) -> Self {
        Self { endpoint, key, client, turns: Semaphore::new(MOST_AT_ONCE), breaker: Mutex::default() }
    }

    /// Posts a message, unless the URL failed so often that it is left alone for a while.
    pub(super) async fn deliver(&self, id: &str, body: &Bytes, now: UnixMillis) -> Result<(), ChannelError> {
        let _turn = self.turns.acquire().await.expect("nobody closes it");
        if !self.breaker().lets_through(now) {
            return Err(self.unavailable("is left alone for a while, as it failed again and again"));
        }
        let outcome = self.post(id, body, now).await;
        self.breaker().note(!matches!(outcome, Err(ChannelError::Unavailable(_))), now);
        outcome
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().expect("nothing panics while it holds the breaker")
    }

    async fn post(&self, id: &str, body: &Bytes, now: UnixMillis) -> Result<(), ChannelError> {
        let deadline = Instant::now() + TIME_LIMIT;
        let request = self.request(id, body, now)?;
        let answer = match timeout_at(deadline, self.client.0.request(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(self.unavailable(&in_words(&error))),
            Err(_) => return Err(self.unavailable(&format!("gave no answer within {} s", TIME_LIMIT.as_secs()))),
        };
        let status = answer.status();
        // The status has said it all; whether the rest comes makes no difference.
        let _ = timeout_at(deadline, Limited::new(answer.into_body(), MOST_ANSWER_BYTES).collect()).await;
        self.verdict(status)
    }

    fn request(&self, id: &str, body: &Bytes, now: UnixMillis) -> Result<Request<Full<Bytes>>, ChannelError> {
        let uri = self.endpoint.uri();
        let timestamp = (now.0 / 1000).to_string();
        let signature = self.key.signature(&timestamp, "POST", uri.path(), body);
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, USER_AGENT)
            .header("idempotency-key", id)
            .header("unsnag-key-id", self.key.id())
            .header("unsnag-timestamp", timestamp)
            .header("unsnag-signature", signature)
            .body(Full::new(body.clone()));
        request.map_err(|error| ChannelError::Refused(format!("{}: no request can be made: {error}", self.endpoint)))
    }

    fn verdict(&self, status: StatusCode) -> Result<(), ChannelError> {
        match status.as_u16() {
            200..=299 => Ok(()),
            429 | 503 => Err(ChannelError::Throttled),
            408 | 425 | 500..=599 => Err(self.unavailable(&format!("answers {}", status.as_u16()))),
            other => Err(ChannelError::Refused(format!("{} answers {other}", self.endpoint))),
        }
    }

    fn unavailable(&self, what: &str) -> ChannelError {
        ChannelError::Unavailable(format!("{} {what}", self.endpoint))
    }
}

/// What went wrong, with what it comes from: the error itself says little.
fn in_words(error: &legacy::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if error.source().is_some() { format!("cannot be asked: {innermost}") } else { format!("cannot be asked: {error}") }
}
