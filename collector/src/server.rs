//! HTTP in front of core: reads requests within limits, lets core judge, makes batches durable, sends the answer.
//!
//! In scope: connections, time-outs, sizes, the log, and the collector's own routes (`/`, `/live`, `/feed`, `/analysis.json`,
//! `/readyz`, `/metrics`). Out of scope: what any other request means, which is `unsnag_core::host`.

mod body;
mod channel;
mod client;
mod connection;
mod dashboard;
mod ingest;
mod live;
mod ops;
mod pages;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use unsnag_core::host::{Later, Site};
use unsnag_core::rate::Limiter;
use unsnag_core::time::{Millis, UnixMillis};

use crate::analysing::{self, Analysed, Analysing, AnalysisError, InApp};
use crate::catalog::{Catalog, CatalogError};
use crate::feed::Feed;
use crate::log::{Log, LogError, LogOptions};
use crate::metrics::Metrics;
use crate::pushes::{self, Pushes};
use crate::settings::{Network, Settings};
use crate::signing::{self, SigningError};
use crate::stream::{self, Forwarding};
use crate::time::Clock;

use pages::Parts;

pub use connection::Peer;
pub(crate) use live::{View, app as live_app};
pub(crate) use pages::Pages;
pub use tls::{TlsError, TlsFiles};

/// How long open requests may take to end after the signal to stop.
const DRAIN_FOR: Duration = Duration::from_secs(10);

/// Why a collector cannot start or has to stop.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("{address} cannot be listened on: {cause}")]
    Listen { address: SocketAddr, cause: std::io::Error },
}

impl RunError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Log(error) => error.code(),
            Self::Analysis(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Signing(error) => error.code(),
            Self::Tls(error) => error.code(),
            Self::Listen { .. } => "cannot_listen",
        }
    }
}

/// What every request handler needs.
#[derive(Debug)]
pub struct State {
    pages: Arc<Pages>,
    log: Log,
    pushes: Arc<Pushes>,
    view: live::View,
    /// Taken out when the collector runs.
    forwarding: Vec<Forwarding>,
    streams: Vec<Arc<stream::Status>>,
    /// Taken out when the collector runs.
    analysing: Option<Analysing>,
    analysed: Option<Arc<Analysed>>,
    /// Who brings it may look from elsewhere.
    dashboard_token: Option<String>,
    metrics: Arc<Metrics>,
    limiter: Limiter,
    started: Instant,
    clock: Clock,
    trusted_proxies: Vec<Network>,
    tls: Option<Arc<ServerConfig>>,
    closing: watch::Sender<bool>,
}

impl State {
    /// Opens certificate, log and signing key; from here on nothing about the configuration can fail.
    pub fn open(settings: Settings) -> Result<Self, RunError> {
        let tls = settings.tls.as_ref().map(tls::config).transpose()?;
        let metrics = Arc::new(Metrics::default());
        let feed = Arc::new(Feed::default());
        let clock = settings.held_clock.map_or_else(Clock::default, Clock::held);
        let mut followers = settings.stream.followers();
        followers.extend(settings.analysis.as_ref().map(|_| analysing::FOLLOWER.to_owned()));
        let log = LogOptions { followers, ..settings.log.clone() };
        let log = Log::open(&log, clock, Arc::clone(&metrics), Arc::clone(&feed))?;
        let signing = match settings.signing {
            Some(keys) => keys,
            None => signing::load_or_create(&settings.log.dir)?,
        };
        let later = Later { live: settings.live.unwrap_or_else(|| signing.clone()), push: settings.push };
        let parts = Parts { keys: settings.keys, signing, later, scrub: settings.scrub, config: settings.page_config };
        let pages = Arc::new(Pages::open(Catalog::of(&settings.log.dir), parts)?);
        let pushes = Arc::new(Pushes::open(log.shelf(pushes::SHELF)?, clock.now())?);
        let forwarding = Forwarding::all(&log, &settings.stream);
        let in_app = InApp::new(Arc::clone(&pages), Arc::clone(&pushes));
        let analysing = settings
            .analysis
            .map(|options| Analysing::open(options, &log, in_app, &settings.webhooks, clock))
            .transpose()?;
        let closing = watch::Sender::new(false);
        Ok(Self {
            pages,
            log,
            pushes,
            view: live::View::new(feed, closing.subscribe()),
            streams: forwarding.iter().map(Forwarding::status).collect(),
            forwarding,
            analysed: analysing.as_ref().map(Analysing::analysed),
            analysing,
            dashboard_token: settings.dashboard_token,
            metrics,
            limiter: Limiter::new(settings.client_rate_per_s, Millis(0)),
            started: Instant::now(),
            clock,
            trusted_proxies: settings.trusted_proxies,
            tls,
            closing,
        })
    }
}

impl State {
    /// Time since the start, for the rates.
    fn uptime(&self) -> Millis {
        Millis(self.started.elapsed().as_millis() as u64)
    }

    /// What pages are told, and by what their batches are judged.
    fn site(&self) -> Arc<Site> {
        self.pages.site()
    }

    /// The time by which requests are judged.
    fn now(&self) -> UnixMillis {
        self.clock.now()
    }
}

/// All routes. Requests carry their [`Peer`] as an extension, and the place where a handler leaves what their connection
/// becomes.
pub fn app(state: Arc<State>) -> Router {
    let mut router = Router::new()
        .route("/readyz", get(ops::ready).fallback(ingest::answer))
        .route("/metrics", get(ops::metrics).fallback(ingest::answer));
    for path in live::PATHS.into_iter().chain(dashboard::paths()) {
        router = router.route(path, get(dashboard::answer).fallback(ingest::answer));
    }
    router.fallback(ingest::answer).with_state(state)
}

/// Whether TLS could begin with these files.
pub(crate) fn check_tls(files: &TlsFiles) -> Result<(), TlsError> {
    tls::config(files).map(drop)
}

/// Binds before anything else is touched, so that a second collector fails for the plain reason.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address).await.map_err(|cause| RunError::Listen { address, cause })
}

/// Serves until `shutdown`; then drains, stops forwarding, syncs the log and returns.
pub async fn run(listener: TcpListener, shutdown: impl Future<Output = ()>, mut state: State) {
    let stop_forwarding = watch::Sender::new(false);
    let forwarding: Vec<_> = std::mem::take(&mut state.forwarding)
        .into_iter()
        .map(|forwarding| tokio::spawn(forwarding.run(stop_forwarding.subscribe())))
        .collect();
    let analysing = state.analysing.take().map(|analysing| tokio::spawn(analysing.run(stop_forwarding.subscribe())));
    let state = Arc::new(state);
    let closing = state.closing.subscribe();
    let metrics = Arc::clone(&state.metrics);
    let watching = tokio::spawn(pages::watch(Arc::clone(&state.pages), state.closing.subscribe()));
    let stop = async {
        shutdown.await;
        state.closing.send_replace(true);
    };
    connection::accept(
        listener,
        state.tls.clone().map(TlsAcceptor::from),
        app(Arc::clone(&state)),
        closing,
        metrics,
        stop,
    )
    .await;
    // It ends with what closes the connections; a panic in it was told.
    let _ = watching.await;
    stop_forwarding.send_replace(true);
    for forwarding in forwarding {
        if forwarding.await.is_err() {
            tracing::error!(
                code = "forwarding_panicked",
                "forwarding did not end in order; the log has what is missing"
            );
        }
    }
    if let Some(analysing) = analysing
        && analysing.await.is_err()
    {
        tracing::error!(code = "analysis_panicked", "the analysis did not end in order; the log has what is missing");
    }
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
    connection::accept(listener, None, app, subscribed, metrics, stop).await;
}

/// Ends at the first SIGINT or SIGTERM after this call: whoever prints an address calls it before, because a signal
/// may come as soon as that is read.
pub fn stop_signal() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let asked = {
        use tokio::signal::unix::{Signal, SignalKind, signal};
        async fn next(signal: Option<Signal>) {
            match signal {
                Some(mut signal) => _ = signal.recv().await,
                None => std::future::pending().await,
            }
        }
        let [interrupt, terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
        async move {
            tokio::select! {
                () = next(interrupt) => {}
                () = next(terminate) => {}
            }
        }
    };
    #[cfg(not(unix))]
    let asked = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    async move {
        asked.await;
        tracing::info!("stopping");
    }
}
