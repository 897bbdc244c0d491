//! Connections: accepted up to a limit, timed out, drained at shutdown, closed so that the answer arrives.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_rustls::TlsAcceptor;

use super::DRAIN_FOR;
use super::channel::{self, Turn};
use crate::metrics::Metrics;

/// Connections open at once. Each holds at most its buffer and one body, so together below 600 MB in the worst case.
const MAX_CONNECTIONS: usize = 4096;

/// Time for a request's line and headers, and for an idle connection to send its next request.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);

/// Time for a TLS handshake: four messages and the reckoning between.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// Line and headers together; hyper answers 431 beyond it. Above our own limits, whose answers carry a code.
const READ_BUFFER_BYTES: usize = 64 * 1024;

/// Headers of one request; hyper answers 431 beyond it. Browsers send thirty, proxies add a few.
const MAX_HEADERS: usize = 512;

/// How long a body that nobody wants is thrown away before the connection is cut.
const LINGER_FOR: Duration = Duration::from_secs(2);

/// Pause after a failed accept: the usual cause, too many open files, passes when connections close.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The address at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Serves `app` until `stop`, then waits for open requests. With `tls` every connection begins with a handshake.
pub(super) async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Router,
    closing: watch::Receiver<bool>,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // Nothing is ever sent: the channel ends when the last connection drops its end.
    let (open, mut all_closed) = mpsc::channel::<()>(1);
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(code = "accept_failed", %error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                continue;
            }
        };
        let (app, closing, metrics) = (app.clone(), closing.clone(), Arc::clone(&metrics));
        let (open, tls) = (open.clone(), tls.clone());
        tokio::spawn(async move {
            metrics.connection_opened();
            // Answers are small and wanted at once; without this the kernel may hold them back. Failing is harmless.
            let _ = stream.set_nodelay(true);
            match tls {
                None => serve(stream, Peer(peer), app, closing).await,
                Some(tls) => match shake_hands(&tls, stream).await {
                    Some(stream) => serve(stream, Peer(peer), app, closing).await,
                    None => metrics.handshake_failed(),
                },
            }
            metrics.connection_closed();
            drop((place, open));
        });
    }
    drop((listener, open));
    if tokio::time::timeout(DRAIN_FOR, all_closed.recv()).await.is_err() {
        tracing::warn!(code = "drain_timeout", "connections were cut at shutdown");
    }
}

/// `None` where the client does not speak TLS, or not in time. That is nobody's fault but its own, so it is only counted.
async fn shake_hands(tls: &TlsAcceptor, stream: TcpStream) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(stream)).await.ok()?.ok()
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    app: Router,
    mut closing: watch::Receiver<bool>,
) {
    let app = TowerToHyperService::new(app);
    let turn = Turn::default();
    let into = turn.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(into.clone());
        Box::pin(app.call(request))
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(READ_BUFFER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = poll_fn(|context| connection.poll_without_shutdown(context)) => ended,
        () = until_closing(&mut closing) => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|context| connection.poll_without_shutdown(context)).await
        }
    };
    if ended.is_err() {
        return;
    }
    let parts = connection.into_parts();
    let stream = parts.io.into_inner();
    match turn.take() {
        Some(channel) => channel::talk(stream, parts.read_buf, channel, closing).await,
        None => linger(stream).await,
    }
}

/// Separate, so that the guard which `wait_for` returns is gone before anything else is awaited.
pub(super) async fn until_closing(closing: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: nobody can ask for an orderly end any more.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// Says that no more will come, then reads until the client has closed too. Closing with unread bytes would reset
/// the connection, and a client that is still sending would lose the answer that tells it why.
async fn linger(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut waste = [0; 8 * 1024];
    let drained = async { while let Ok(1..) = stream.read(&mut waste).await {} };
    let _ = tokio::time::timeout(LINGER_FOR, drained).await;
}
