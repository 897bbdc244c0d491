//! The live channel: a WebSocket by which a page gets interventions that are decided after its batches were answered.
//!
//! Core has judged the request; what is here speaks the protocol. The host sends frames of interventions, the page says
//! which it has. Whatever does not arrive stays with [`crate::pushes`] and rides on the answer to the next batch.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use unsnag_core::live::{MAX_FRAME_BYTES, acknowledged};

use super::connection::until_closing;
use crate::pushes::Channel;

/// Keeps proxies from closing a silent channel, and finds pages that have gone.
const PING_EVERY: Duration = Duration::from_secs(30);

/// A page that answers no ping for so long has gone.
const GONE_AFTER: Duration = Duration::from_secs(75);

/// Time for a frame to go out.
const SEND_WITHIN: Duration = Duration::from_secs(10);

/// Time for the page's last word, once the channel is closed from here.
const LAST_WORD_WITHIN: Duration = Duration::from_secs(2);

/// Frames of a page over the life of a channel: it acknowledges, and has nothing else to say.
const MOST_FRAMES: u32 = 1000;

/// What is read at a time; a page's frames are small.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// The version of the protocol (RFC 6455).
const VERSION: &str = "13";

/// Where the handler leaves the channel that its connection becomes after the answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn(Arc<Mutex<Option<Channel>>>);

impl Turn {
    pub(super) fn put(&self, channel: Channel) {
        *self.0.lock().expect("nothing panics while holding it") = Some(channel);
    }

    pub(super) fn take(&self) -> Option<Channel> {
        self.0.lock().expect("nothing panics while holding it").take()
    }
}

/// Whether a request asks to become a WebSocket, as RFC 6455 §4.2.1 has it.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    let has = |name, word: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| HeaderValue::to_str(value).ok());
        values.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    has(UPGRADE, "websocket")
        && has(CONNECTION, "upgrade")
        && has(SEC_WEBSOCKET_VERSION, VERSION)
        && headers.contains_key(SEC_WEBSOCKET_KEY)
}

/// The answer after which the connection is a WebSocket.
pub(super) fn switching(headers: &HeaderMap) -> Response {
    let key = headers.get(SEC_WEBSOCKET_KEY).map_or(&b""[..], HeaderValue::as_bytes);
    let accept = HeaderValue::from_str(&derive_accept_key(key)).expect("base64 is visible ASCII");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    response
}

/// Speaks with the page until one of both ends it. `read` came with the request.
pub(super) async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    read: Bytes,
    mut channel: Channel,
    mut closing: watch::Receiver<bool>,
) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_FRAME_BYTES))
        .max_frame_size(Some(MAX_FRAME_BYTES))
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0);
    let mut socket = WebSocketStream::from_partially_read(stream, read.to_vec(), Role::Server, Some(config)).await;
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING_EVERY, PING_EVERY);
    let (mut heard, mut frames) = (Instant::now(), 0);
    let why = loop {
        let message = tokio::select! {
            push = channel.next() => match push {
                Some(push) => Message::text(push.frame()),
                None => break (CloseCode::Policy, "the session has newer channels"),
            },
            said = socket.next() => {
                heard = Instant::now();
                frames += 1;
                match said {
                    Some(Ok(Message::Text(text))) => {
                        if let Some(ids) = acknowledged(&text) {
                            channel.arrived(&ids);
                        }
                    }
                    // A ping is answered by the library.
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Binary(_) | Message::Frame(_))) => break (CloseCode::Unsupported, "send text"),
                    // The last word: the library answers it while it reads on.
                    Some(Ok(Message::Close(_))) => continue,
                    Some(Err(_)) | None => return,
                }
                if frames > MOST_FRAMES {
                    break (CloseCode::Policy, "too many frames");
                }
                continue;
            }
            _ = ping.tick() => {
                if heard.elapsed() > GONE_AFTER {
                    return;
                }
                Message::Ping(Bytes::new())
            }
            () = until_closing(&mut closing) => break (CloseCode::Away, "the collector is stopping"),
        };
        if !matches!(tokio::time::timeout(SEND_WITHIN, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    };
    let (code, reason) = why;
    let end = async {
        let _ = socket.close(Some(CloseFrame { code, reason: reason.into() })).await;
        // Until the page has closed too; closing with unread bytes would take the last word from it.
        while let Some(Ok(_)) = socket.next().await {}
    };
    let _ = tokio::time::timeout(LAST_WORD_WITHIN, end).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_handshake() {
        let whole = [
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let headers = |without: &str| -> HeaderMap {
            let kept = whole.iter().filter(|(name, _)| *name != without);
            kept.map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
        };
        assert!(is_asked_for(&headers("")));
        for (name, _) in whole {
            assert!(!is_asked_for(&headers(name)), "{name}");
        }
        // The example of RFC 6455 §1.3.
        assert_eq!(switching(&headers("")).headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
