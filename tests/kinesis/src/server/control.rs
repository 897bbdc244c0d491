//! The control route: what a test does to the stub, and sees of it. No part of Kinesis, and not signed.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Shared, respond};
use crate::faults::{Fault, Plan};
use crate::store::{Record, shard_id};

const JSON: &str = "application/json";
const JSON_LINES: &str = "application/jsonl";

type World = State<Arc<Shared>>;

pub(super) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_stub/faults", get(faults).post(set_faults))
        .route("/_stub/latency", post(set_latency))
        .route("/_stub/stats", get(stats))
        .route("/_stub/records", get(records))
        .route("/_stub/reset", post(reset))
        .fallback(unknown)
        .with_state(shared)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    faults: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    ms: u64,
}

async fn faults(State(shared): World) -> Response {
    ok(&json!({ "faults": shared.world().plan.left() }))
}

/// Replaces what was armed; an empty list clears it.
async fn set_faults(State(shared): World, body: Bytes) -> Response {
    let plan = serde_json::from_slice::<Faults>(&body)
        .map_err(|error| error.to_string())
        .and_then(|body| Plan::new(body.faults).map_err(|error| error.to_string()));
    match plan {
        Ok(plan) => {
            shared.world().plan = plan;
            faults(State(shared)).await
        }
        Err(message) => refuse(400, &message),
    }
}

async fn set_latency(State(shared): World, body: Bytes) -> Response {
    match serde_json::from_slice::<Latency>(&body) {
        Ok(latency) => {
            shared.world().latency = Duration::from_millis(latency.ms);
            ok(&json!({ "ms": latency.ms }))
        }
        Err(error) => refuse(400, &error.to_string()),
    }
}

async fn stats(State(shared): World) -> Response {
    ok(&json!(shared.world().stats))
}

async fn reset(State(shared): World) -> Response {
    shared.reset();
    ok(&json!({}))
}

/// A line for each record; `?stream=S` for one stream, `&as=text` for data as text where it is UTF-8.
async fn records(State(shared): World, RawQuery(query): RawQuery) -> Response {
    let (mut only, mut as_text) = (None, false);
    for pair in query.as_deref().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("stream", name)) => only = Some(name),
            Some(("as", "text")) => as_text = true,
            _ => return refuse(400, "the query is `stream=NAME`, `as=text` or both"),
        }
    }
    let found = {
        let world = shared.world();
        if let Some(Err(refusal)) = only.map(|name| world.store.stream(name)) {
            return refuse(404, &refusal.message);
        }
        world.store.records(only)
    };
    let lines = found.into_iter().map(move |record| Ok::<_, std::convert::Infallible>(line(&record, as_text)));
    respond(200, JSON_LINES, Body::from_stream(stream::iter(lines)))
}

fn line(record: &Record, as_text: bool) -> String {
    let mut line = json!({
        "stream": record.stream,
        "shard": shard_id(record.shard),
        "partition_key": record.partition_key,
        "sequence_number": record.sequence_number,
        "arrived_ms": record.arrived_ms,
    });
    match std::str::from_utf8(&record.data) {
        Ok(text) if as_text => line["text"] = json!(text),
        _ => line["data"] = json!(STANDARD.encode(&record.data)),
    }
    format!("{line}\n")
}

async fn unknown() -> Response {
    refuse(404, "there are faults, latency, stats, records and reset under /_stub/")
}

fn ok(body: &Value) -> Response {
    respond(200, JSON, Body::from(body.to_string()))
}

fn refuse(status: u16, message: &str) -> Response {
    respond(status, JSON, Body::from(json!({ "error": message }).to_string()))
}
