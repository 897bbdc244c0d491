//! For operators: readiness with each dependency and its reason, and metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::log::LogStatus;

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    dependencies: [Dependency; 1],
}

#[derive(Serialize)]
struct Dependency {
    name: &'static str,
    ready: bool,
    reason: &'static str,
    used_bytes: u64,
    max_bytes: u64,
}

pub(super) async fn ready(State(state): State<Arc<super::State>>) -> Response {
    let closing = *state.closing.borrow();
    let readiness = readiness(&state.log.status(), closing);
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_vec(&readiness).expect("plain fields always serialise");
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}

fn readiness(log: &LogStatus, closing: bool) -> Readiness {
    let reason = if log.failed {
        "a write failed; restart once the disk is healthy"
    } else if log.full() {
        "log.max_bytes is reached; raise it or make room"
    } else if closing {
        "the collector is stopping"
    } else {
        "ok"
    };
    let ready = reason == "ok";
    Readiness {
        ready,
        dependencies: [Dependency { name: "log", ready, reason, used_bytes: log.used_bytes, max_bytes: log.max_bytes }],
    }
}

pub(super) async fn metrics(State(state): State<Arc<super::State>>) -> Response {
    let text = state.metrics.render(&state.log.status());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_reason_when_not_ready() {
        let healthy = LogStatus { failed: false, used_bytes: 10, max_bytes: 100, queued_bytes: 0, next_sequence: 0 };
        let failed = LogStatus { failed: true, ..healthy };
        let full = LogStatus { used_bytes: 100, ..healthy };
        for (log, closing, ready, word) in [
            (healthy, false, true, "ok"),
            (failed, false, false, "write failed"),
            (full, false, false, "log.max_bytes"),
            (healthy, true, false, "stopping"),
        ] {
            let found = readiness(&log, closing);
            assert_eq!(found.ready, ready);
            assert!(found.dependencies[0].reason.contains(word), "{word}");
        }
    }
}
