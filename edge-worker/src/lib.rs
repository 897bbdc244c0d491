//! The edge worker: the collector's twin on Cloudflare Workers.
//!
//! In scope: HTTP to [`unsnag_core::host`] and back, typed configuration from bindings, one `PutRecords` try for each
//! batch, and what becomes of a panic (with `shim/worker.mjs`).
//!
//! Out of scope: judging a request (`core` does, the same for every host), scoring (`model`), storing anything.

mod constructors;
mod http;
mod instance;
mod log;
mod model;
mod panics;
mod probe;
mod put_records;
mod settings;
mod sigv4;
mod stream;
mod time;

use serde_json::json;
use unsnag_core::code::RequestCode;
use unsnag_core::host::{self, HostKind, KeyPolicy, Verdict};
use wasm_bindgen::prelude::wasm_bindgen;
use worker::web_sys::{Request, Response};
use worker::{Context, Env, event};

use http::{Body, Head};
use instance::{Instance, State};

/// Answers a request. The shim calls it, and answers in its place when it panics.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    let instance = Instance::of(&env);
    let head = Head::of(&request);
    let response = answer(&instance, &head, &request).await;
    Ok(http::response(response))
}

async fn answer(instance: &Instance, head: &Head, request: &Request) -> host::Response {
    let refuse = |code| host::error(code, &head.request(&[]), &instance.site);
    let State::Ready(ready) = &instance.state else {
        return refuse(RequestCode::InternalError);
    };
    let body = match http::read(request, head.declared_bytes).await {
        Body::Whole(body) => body,
        Body::TimedOut => return refuse(RequestCode::RequestTimeout),
        Body::Broken => return refuse(RequestCode::InvalidEncoding),
    };
    ready.drill.run(head);
    let asked = head.request(&body);
    let now = ready.held_clock.unwrap_or_else(time::now);
    let verdict = host::handle(&asked, &instance.site, HostKind::Edge, now, &mut |policy: &KeyPolicy| {
        ready.limiter.admit(policy.key.as_str(), policy.rate_per_s, head.client(), ready.uptime())
    });
    match verdict {
        Verdict::Reply(reply) => reply,
        // Core does not know these paths where nothing can come later.
        Verdict::Open(_) | Verdict::Keep { .. } => refuse(RequestCode::NotFound),
        Verdict::Store { record, session, scored_by_model, reply, .. } => {
            if !scored_by_model {
                log::warn("model_failed", "the model had no score, the rules stood in");
            }
            match ready.stream.put(&record, &session).await {
                Ok(()) => reply,
                Err(failure) => {
                    log::stream_unavailable(&failure);
                    host::error(RequestCode::StreamUnavailable, &asked, &instance.site)
                }
            }
        }
    }
}

/// The answer to a request whose instance has died, as core words it, readable by the page that waits for it.
#[wasm_bindgen]
pub fn refuse(request: &Request, env: &Env) -> Response {
    let instance = Instance::of(env);
    http::response(host::error(RequestCode::InternalError, &Head::of(request).request(&[]), &instance.site))
}

/// That answer as JSON, for when no instance can be asked any more.
#[wasm_bindgen]
pub fn refusal() -> String {
    let response = host::error(RequestCode::InternalError, &Head::default().request(&[]), &instance::closed_site());
    let body = String::from_utf8_lossy(&response.body);
    json!({ "status": response.status, "headers": response.headers, "body": body }).to_string()
}
