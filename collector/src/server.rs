//! HTTP in front of core: reads requests within limits, lets core judge, makes batches durable, sends the answer.
//!
//! In scope: connections, time-outs, sizes, the log, and the collector's own routes (`/`, `/feed`, `/readyz`,
//! `/metrics`). Out of scope: what any other request means, which is `unsnag_core::host`.

mod body;
mod client;
mod connection;
mod ingest;
mod live;
mod ops;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use unsnag_core::host::Site;
use unsnag_core::rate::Limiter;
use unsnag_core::risk::Rules;
use unsnag_core::time::{Millis, UnixMillis};

use crate::feed::Feed;
use crate::log::{Log, LogError};
use crate::metrics::Metrics;
use crate::settings::{Network, Settings};
use crate::signing::{self, SigningError};

pub use connection::Peer;

/// How long open requests may take to end after the signal to stop.
const DRAIN_FOR: Duration = Duration::from_secs(10);

/// Live views open at once: a dashboard, not an audience.
const MAX_VIEWERS: usize = 16;

/// Why a collector cannot start or has to stop.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error("{address} cannot be listened on: {cause}")]
    Listen { address: SocketAddr, cause: std::io::Error },
}

impl RunError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Log(error) => error.code(),
            Self::Signing(error) => error.code(),
            Self::Listen { .. } => "cannot_listen",
        }
    }
}

/// What every request handler needs.
#[derive(Debug)]
pub struct State {
    site: Site,
    log: Log,
    feed: Arc<Feed>,
    metrics: Arc<Metrics>,
    limiter: Limiter,
    started: Instant,
    trusted_proxies: Vec<Network>,
    viewers: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

impl State {
    /// Opens the log and the signing key; from here on nothing about the configuration can fail.
    pub fn open(settings: Settings) -> Result<Self, RunError> {
        let metrics = Arc::new(Metrics::default());
        let feed = Arc::new(Feed::default());
        let log = Log::open(&settings.log, Arc::clone(&metrics), Arc::clone(&feed))?;
        let signing = match settings.signing {
            Some(keys) => keys,
            None => signing::load_or_create(&settings.log.dir)?,
        };
        Ok(Self {
            site: Site { keys: settings.keys, config: settings.page_config, signing, model: Box::new(Rules) },
            log,
            feed,
            metrics,
            limiter: Limiter::new(settings.client_rate_per_s, Millis(0)),
            started: Instant::now(),
            trusted_proxies: settings.trusted_proxies,
            viewers: Arc::new(Semaphore::new(MAX_VIEWERS)),
            closing: watch::Sender::new(false),
        })
    }
}

impl State {
    /// Time since the start, for the rates.
    fn uptime(&self) -> Millis {
        Millis(self.started.elapsed().as_millis() as u64)
    }
}

/// All routes. Requests carry their [`Peer`] as an extension.
pub fn app(state: Arc<State>) -> Router {
    Router::new()
        .route("/", get(live::page).fallback(ingest::answer))
        .route("/live/style.css", get(live::style).fallback(ingest::answer))
        .route("/live/main.js", get(live::script).fallback(ingest::answer))
        .route("/live/words.js", get(live::words).fallback(ingest::answer))
        .route("/feed", get(live::feed).fallback(ingest::answer))
        .route("/readyz", get(ops::ready).fallback(ingest::answer))
        .route("/metrics", get(ops::metrics).fallback(ingest::answer))
        .fallback(ingest::answer)
        .with_state(state)
}

/// Binds before anything else is touched, so that a second collector fails for the plain reason.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address).await.map_err(|cause| RunError::Listen { address, cause })
}

/// Serves until `shutdown`; then drains, syncs the log and returns.
pub async fn run(listener: TcpListener, shutdown: impl Future<Output = ()>, state: State) {
    let state = Arc::new(state);
    let closing = state.closing.subscribe();
    let metrics = Arc::clone(&state.metrics);
    let stop = async {
        shutdown.await;
        state.closing.send_replace(true);
    };
    connection::accept(listener, app(Arc::clone(&state)), closing, metrics, stop).await;
    let closed = tokio::task::spawn_blocking(move || state.log.close()).await;
    if closed.is_err() {
        tracing::error!(code = "log_close_panicked", "the log did not close cleanly");
    }
}

/// Serves any other app under the same limits on connections, headers and time, until `shutdown`.
pub(crate) async fn serve_app(
    listener: TcpListener,
    app: Router,
    shutdown: impl Future<Output = ()>,
    metrics: Arc<Metrics>,
) {
    let closing = watch::Sender::new(false);
    let subscribed = closing.subscribe();
    let stop = async {
        shutdown.await;
        closing.send_replace(true);
    };
    connection::accept(listener, app, subscribed, metrics, stop).await;
}

/// Ends at the first SIGINT or SIGTERM.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("stopping");
}

fn now() -> UnixMillis {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(since_epoch.as_millis() as u64)
}
