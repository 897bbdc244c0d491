//! HTTP: connections on the loopback address, requests of the service and of the control route, cut connections.

mod control;
mod kinesis;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::clock;
use crate::faults::Plan;
use crate::stats::Stats;
use crate::store::{self, Mode, Store};
use crate::stub::Options;

/// Connections open at once; the next one waits.
const MAX_CONNECTIONS: usize = 512;

/// Pause after a failed accept: the usual cause, too many open files, passes when connections close.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Before every path of the control route.
const CONTROL: &str = "/_stub/";

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) plan: Plan,
    pub(crate) stats: Stats,
    pub(crate) latency: Duration,
}

/// What connections and the owner of the stub share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    world: Mutex<World>,
    requests: AtomicU64,
}

impl Shared {
    /// With the streams of the options, or the name of the one that cannot be made.
    pub(crate) fn new(options: Options) -> Result<Self, String> {
        let store = Store::new(&options.region, options.max_bytes);
        let world = World { store, plan: Plan::default(), stats: Stats::default(), latency: options.latency };
        let shared = Self { options, world: Mutex::new(world), requests: AtomicU64::new(0) };
        shared.make_streams()?;
        Ok(shared)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("nobody panics while holding the lock")
    }

    /// As at the start: its streams without records, no faults, no counts, the first latency.
    pub(crate) fn reset(&self) {
        let mut world = self.world();
        world.store.clear();
        world.plan = Plan::default();
        world.stats = Stats::default();
        world.latency = self.options.latency;
        drop(world);
        self.make_streams().expect("the same streams could be made at the start");
    }

    fn make_streams(&self) -> Result<(), String> {
        let mut world = self.world();
        for (name, shards) in &self.options.streams {
            let plan = store::Plan {
                name: name.clone(),
                shards: *shards,
                mode: Mode::Provisioned,
                max_record_bytes: 1024 * 1024,
            };
            if name.is_empty() || *shards == 0 {
                return Err(format!("stream {name:?} needs a name and at least one shard"));
            }
            world.store.create(plan, clock::now_ms()).map_err(|refusal| refusal.message)?;
        }
        Ok(())
    }

    /// In the form of the real ones, so that clients which parse it can.
    fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        format!("00000000-0000-4000-8000-{number:012x}")
    }
}

/// A connection ends without an answer, by the will of a fault.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection is cut")]
struct Cut;

/// Serves until the future is dropped.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let control = control::routes(Arc::clone(&shared));
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
        match listener.accept().await {
            Ok((stream, _)) => {
                let (shared, control) = (Arc::clone(&shared), control.clone());
                tokio::spawn(async move {
                    shared.world().stats.connections += 1;
                    connection(stream, shared, control).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_AGAIN_AFTER).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, control: Router) {
    // Answers are small and wanted at once; without this the kernel may hold them back. Failing is harmless.
    let _ = stream.set_nodelay(true);
    let control = TowerToHyperService::new(control);
    let service = service_fn(move |request: Request<Incoming>| {
        let (shared, control) = (Arc::clone(&shared), control.clone());
        async move {
            if request.uri().path().starts_with(CONTROL) {
                let answer = control.call(request.map(Body::new)).await;
                return answer.map_err(|never| match never {});
            }
            kinesis::answer(&shared, request).await
        }
    });
    // A cut is an error of the service: hyper writes nothing and drops the socket. Whatever else goes wrong on a
    // connection is the client's affair.
    let _: Result<(), hyper::Error> =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

fn respond(status: u16, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = hyper::StatusCode::from_u16(status).expect("statuses here are constants");
    let value = hyper::header::HeaderValue::from_static(content_type);
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, value);
    response
}
