//! One request of the service: signature, operation, faults, answer.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http_body_util::BodyExt as _;
use hyper::Method;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use serde_json::json;

use super::{Cut, Shared, respond};
use crate::api::{self, Call, Outcome};
use crate::clock;
use crate::faults::Strike;
use crate::refusal::{Refusal, THROTTLED};
use crate::sigv4::{self, Head, Trust};
use crate::stats::{Stats, add};

const JSON: &str = "application/x-amz-json-1.1";
const SERVICE: &str = "kinesis";

/// 10 MiB of data as base64, and as much again as 500 keys and their escapes can need.
const MAX_BODY_BYTES: usize = 20 * 1024 * 1024;

/// How much of a request that is too large is read before the connection is closed over it.
const MAX_WASTE_BYTES: usize = 4 * MAX_BODY_BYTES;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Answers, or cuts the connection where a fault asks for it.
pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> Result<Response, Cut> {
    let (parts, body) = request.into_parts();
    let operation = parts.headers.get("x-amz-target").and_then(|target| api::operation(target.to_str().ok()?));
    add(&mut shared.world().stats.requests, operation.unwrap_or("unknown"), 1);
    let body = read(body).await;
    let latency = shared.world().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let outcome = match check(shared, &parts, operation, body.as_deref()) {
        Ok(call) => run(shared, operation.unwrap_or_default(), call).await?,
        Err(refusal) => Err(refusal),
    };
    Ok(write(shared, outcome))
}

/// The body, or nothing where it is too large or breaks off. What is too large is read all the same, within reason:
/// a connection closed over unread bytes would be reset, and the client would lose the answer that tells it why.
async fn read(mut body: Incoming) -> Option<Vec<u8>> {
    let (mut bytes, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        seen += data.len();
        if seen <= MAX_BODY_BYTES {
            bytes.extend_from_slice(&data);
        } else if seen > MAX_WASTE_BYTES {
            return None;
        } else {
            bytes = Vec::new();
        }
    }
    (seen <= MAX_BODY_BYTES).then_some(bytes)
}

/// Everything that can be said without the streams.
fn check(
    shared: &Shared,
    parts: &Parts,
    operation: Option<&'static str>,
    body: Option<&[u8]>,
) -> Result<Call, Refusal> {
    let Some(body) = body else {
        let text = format!("The request is larger than {MAX_BODY_BYTES} bytes.");
        return Err(Refusal { status: 413, ..Refusal::new("RequestEntityTooLargeException", text) });
    };
    let unknown = |text: &str| Err(Refusal::new("UnknownOperationException", text));
    if parts.method != Method::POST || parts.uri.path() != "/" {
        return unknown("The stub answers POST / with X-Amz-Target, and the control route under /_stub/.");
    }
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(JSON) {
        return Err(Refusal::serialization(format!("The stub reads {JSON} only, not '{content_type}'.")));
    }
    let Some(operation) = operation else {
        return unknown("X-Amz-Target names no operation that the stub knows.");
    };
    check_signature(shared, parts, body)?;
    Call::parse(operation, body, clock::now_ms())
}

fn check_signature(shared: &Shared, parts: &Parts, body: &[u8]) -> Result<(), Refusal> {
    let headers: Vec<(&str, &str)> =
        parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let head = Head { method: parts.method.as_str(), path, query, headers: &headers };
    let trust = Trust { credentials: &shared.options.credentials, region: &shared.options.region, service: SERVICE };
    sigv4::verify(&head, body, &trust, clock::now_ms() / 1000)
        .map_err(|error| Refusal::new(error.code(), error.to_string()))
}

/// Lets the faults strike, and does what they leave to do.
async fn run(shared: &Shared, operation: &str, call: Call) -> Result<Result<Outcome, Refusal>, Cut> {
    let records = call.records();
    let strike = {
        let mut world = shared.world();
        if let Err(refusal) = call.check(&world.store) {
            return Ok(Err(refusal));
        }
        let strike = world.plan.strike(operation, records);
        if let Some(strike) = &strike {
            let what = strike.what();
            add(&mut world.stats.faults, what.name(), 1);
            let refused = match strike {
                Strike::Throttle | Strike::Error500 | Strike::CutBefore => records,
                Strike::Partial(failed) => failed.iter().flatten().count(),
                Strike::Slow(_) | Strike::CutAfter | Strike::TimeoutAfterApply(_) => 0,
            };
            add(&mut world.stats.records_refused, what.name(), refused as u64);
        }
        strike
    };
    match &strike {
        Some(Strike::Throttle) => return Ok(Err(call.throttled(&shared.world().store))),
        Some(Strike::Error500) => return Ok(Err(Refusal::internal())),
        Some(Strike::CutBefore) => return Err(Cut),
        Some(Strike::Slow(wait)) => tokio::time::sleep(*wait).await,
        _ => {}
    }
    let failures = match &strike {
        Some(Strike::Partial(failures)) => failures.as_slice(),
        _ => &[],
    };
    let outcome = {
        let mut world = shared.world();
        let outcome = call.apply(&mut world.store, failures, clock::now_ms());
        count(&mut world.stats, records, &outcome);
        outcome
    };
    match strike {
        Some(Strike::CutAfter) => Err(Cut),
        Some(Strike::TimeoutAfterApply(wait)) => {
            tokio::time::sleep(wait).await;
            Ok(outcome)
        }
        _ => Ok(outcome),
    }
}

fn count(stats: &mut Stats, records: usize, outcome: &Result<Outcome, Refusal>) {
    match outcome {
        Ok(outcome) => {
            stats.records_stored += outcome.stored_records;
            stats.bytes_stored += outcome.stored_bytes;
            add(&mut stats.records_refused, "memory", outcome.unstored);
        }
        Err(refusal) if refusal.code == THROTTLED => add(&mut stats.records_refused, "memory", records as u64),
        Err(_) => {}
    }
}

fn write(shared: &Shared, outcome: Result<Outcome, Refusal>) -> Response {
    let (status, body, code) = match outcome {
        Ok(Outcome { answer: Some(answer), .. }) => (200, Body::from(answer.to_string()), None),
        Ok(_) => (200, Body::empty(), None),
        Err(refusal) => {
            add(&mut shared.world().stats.refused_requests, refusal.code, 1);
            let body = json!({ "__type": refusal.code, "message": refusal.message }).to_string();
            (refusal.status, Body::from(body), Some(refusal.code))
        }
    };
    let mut response = respond(status, JSON, body);
    let id = HeaderValue::from_str(&shared.request_id()).expect("hexadecimal digits and dashes");
    response.headers_mut().insert(REQUEST_ID, id);
    if let Some(code) = code {
        response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(code));
    }
    response
}
