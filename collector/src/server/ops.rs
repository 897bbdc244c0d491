//! For operators: readiness with each dependency and its reason, and metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::analysing::Health;
use crate::log::LogStatus;
use crate::stream::{Fault, Snapshot};

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
struct Dependency {
    name: &'static str,
    /// Which one, where there may be several.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
    ready: bool,
    reason: &'static str,
    #[serde(flatten)]
    numbers: Numbers,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Numbers {
    Analysis { behind_records: u64 },
    Log { used_bytes: u64, max_bytes: u64 },
    Stream { lag_records: u64 },
}

fn snapshots(state: &super::State) -> Vec<Snapshot> {
    state.streams.iter().map(|status| status.snapshot()).collect()
}

pub(super) async fn ready(State(state): State<Arc<super::State>>) -> Response {
    let closing = *state.closing.borrow();
    let streams = snapshots(&state);
    let log = state.log.status();
    let analysis = state.analysed.as_ref().map(|analysed| analysed.health(log.next_sequence));
    let readiness = readiness(&log, &streams, analysis.as_ref(), closing);
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_vec(&readiness).expect("plain fields always serialise");
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}

/// The collector is ready as long as its log takes batches. A stream that fails is told, but it turns nobody away:
/// what is answered is in the log, and a balancer that avoids this host would only lose what is not. So does an analysis
/// that waits.
fn readiness(log: &LogStatus, streams: &[Snapshot], analysis: Option<&Health>, closing: bool) -> Readiness {
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
    let numbers = Numbers::Log { used_bytes: log.used_bytes, max_bytes: log.max_bytes };
    let mut dependencies = vec![Dependency { name: "log", stream: None, ready, reason, numbers }];
    dependencies.extend(streams.iter().map(|stream| Dependency {
        name: "stream",
        stream: Some(stream.stream.clone()),
        ready: stream.fault.is_none(),
        reason: stream.fault.map_or("ok", Fault::reason),
        numbers: Numbers::Stream { lag_records: log.next_sequence.saturating_sub(stream.checkpoint) },
    }));
    dependencies.extend(analysis.map(|health| Dependency {
        name: "analysis",
        stream: None,
        ready: health.last_error.is_none(),
        reason: health.last_error.map_or("ok", waits_for),
        numbers: Numbers::Analysis { behind_records: health.behind },
    }));
    Readiness { ready, dependencies }
}

/// What an analysis that waits waits for, by the code of what did not work.
fn waits_for(code: &str) -> &'static str {
    match code {
        "store_full" => "there is no room in analysis.dir; the log keeps what comes until there is",
        "store_busy" => "another process has analysis.dir open",
        _ => "what it keeps cannot be read or written; the log says what failed, and keeps what comes",
    }
}

pub(super) async fn metrics(State(state): State<Arc<super::State>>) -> Response {
    let streams = snapshots(&state);
    let log = state.log.status();
    let mut text = state.metrics.render(&log, state.pushes.counts(state.now()), &streams);
    if let Some(analysed) = &state.analysed {
        text += &analysed.health(log.next_sequence).metrics();
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogStatus = LogStatus {
        failed: false,
        used_bytes: 10,
        max_bytes: 100,
        queued_bytes: 0,
        first_sequence: 0,
        next_sequence: 0,
        lost: 0,
    };

    #[test]
    fn names_the_reason_when_not_ready() {
        let healthy = LOG;
        let failed = LogStatus { failed: true, ..healthy };
        let full = LogStatus { used_bytes: 100, ..healthy };
        for (log, closing, ready, word) in [
            (healthy, false, true, "ok"),
            (failed, false, false, "write failed"),
            (full, false, false, "log.max_bytes"),
            (healthy, true, false, "stopping"),
        ] {
            let found = readiness(&log, &[], None, closing);
            assert_eq!(found.ready, ready);
            assert!(found.dependencies[0].reason.contains(word), "{word}");
        }
    }

    #[test]
    fn tells_what_the_analysis_waits_for_and_stays_ready() {
        for (last_error, word) in [(None, "ok"), (Some("store_full"), "no room"), (Some("log_io"), "cannot be read")] {
            let mut health = Health::default();
            (health.behind, health.last_error) = (3, last_error);
            let found = serde_json::to_value(readiness(&LOG, &[], Some(&health), false)).unwrap();
            assert_eq!(found["ready"], true);
            let analysis = &found["dependencies"][1];
            assert_eq!((&analysis["name"], &analysis["behind_records"]), (&"analysis".into(), &3.into()));
            assert_eq!(analysis["ready"], last_error.is_none());
            assert!(analysis["reason"].as_str().unwrap().contains(word), "{analysis}");
        }
    }

    #[test]
    fn tells_of_a_failing_stream_and_stays_ready() {
        let log = LogStatus { next_sequence: 9, ..LOG };
        for (fault, word) in [(None, "ok"), (Some(Fault::StreamNotFound), "no such stream")] {
            let stream = Snapshot { fault, checkpoint: 7, ..Snapshot::default() };
            let found = serde_json::to_value(readiness(&log, &[stream], None, false)).unwrap();
            assert_eq!(found["ready"], true);
            let stream = &found["dependencies"][1];
            assert_eq!((&stream["name"], &stream["lag_records"]), (&"stream".into(), &2.into()));
            assert_eq!(stream["ready"], fault.is_none());
            assert!(stream["reason"].as_str().unwrap().contains(word), "{stream}");
        }
    }
}
