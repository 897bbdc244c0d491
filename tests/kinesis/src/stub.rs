//! A running stub: starts on a thread of its own, stops when dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::faults::{Fault, FaultError, Plan};
use crate::server::{self, Shared};
use crate::sigv4::Credentials;
use crate::stats::Stats;
use crate::store::Record;

/// Enough to be faster than what it stands in for, and few beside the program under test.
const THREADS: usize = 2;

/// What a stub starts with.
#[derive(Debug, Clone)]
pub struct Options {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    pub region: String,
    /// Whose signatures are valid.
    pub credentials: Credentials,
    /// Streams that are there from the start, with their numbers of shards.
    pub streams: Vec<(String, u32)>,
    /// How long every request of the service waits before it is looked at.
    pub latency: Duration,
    /// Memory for records; what comes beyond it is throttled.
    pub max_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            region: "us-east-1".to_owned(),
            credentials: Credentials::default(),
            streams: vec![("unsnag".to_owned(), 2)],
            latency: Duration::ZERO,
            max_bytes: 256 * 1024 * 1024,
        }
    }
}

/// Why a stub cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0} is not a loopback address: the stub lets everybody who reaches it do everything")]
    NotLoopback(SocketAddr),
    #[error("{address} cannot be listened on: {cause}")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error("the streams cannot be made: {0}")]
    Streams(String),
    #[error("there is no runtime: {0}")]
    Runtime(io::Error),
}

impl StartError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotLoopback(_) => "not_loopback",
            Self::Listen { .. } => "cannot_listen",
            Self::Streams(_) => "invalid_streams",
            Self::Runtime(_) => "no_runtime",
        }
    }
}

/// A stub that listens. Dropping it closes all connections.
#[derive(Debug)]
pub struct Stub {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Stub {
    pub fn start(options: Options) -> Result<Self, StartError> {
        let address = options.listen;
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let shared = Arc::new(Shared::new(options).map_err(StartError::Streams)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("kinesis-stub")
            .enable_all()
            .build()
            .map_err(StartError::Runtime)?;
        let listener = listen(address).map_err(|cause| StartError::Listen { address, cause })?;
        let address = listener.local_addr().unwrap_or(address);
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(StartError::Runtime)?
        };
        let (stop, stopped) = oneshot::channel();
        let serving = server::serve(listener, Arc::clone(&shared));
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serving => {}
                    // An error means that the owner is gone, which is the same wish.
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Ok(Self { shared, address, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whose signatures it takes.
    pub fn credentials(&self) -> &Credentials {
        &self.shared.options.credentials
    }

    /// Replaces the faults that were armed; an empty list clears them.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        self.shared.world().plan = Plan::new(faults)?;
        Ok(())
    }

    /// How long every request of the service waits from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.world().latency = latency;
    }

    /// Everything stored: by stream, then shard, then in order.
    pub fn records(&self) -> Vec<Record> {
        self.shared.world().store.records(None)
    }

    pub fn stats(&self) -> Stats {
        self.shared.world().stats.clone()
    }

    /// Back to how it started: its streams without records, no faults, no counts, the first latency.
    pub fn reset(&self) {
        self.shared.reset();
    }
}

/// Not with tokio, which could not wait for it where a test runs a runtime of its own.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl Drop for Stub {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended already; there is nobody left to tell.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
