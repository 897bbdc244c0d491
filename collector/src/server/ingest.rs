//! The one handler of everything that core judges: HTTP to [`host::Request`] and back.

use std::borrow::Cow;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, IF_NONE_MATCH, ORIGIN,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use unsnag_core::code::RequestCode;
use unsnag_core::host::{self, HostKind, KeyPolicy, Verdict};
use unsnag_core::id::{SessionId, WriteKey};
use unsnag_core::push::{Push, Signed};
use unsnag_core::time::UnixMillis;
use unsnag_core::wire::answer::given_again;

use crate::log::{AppendError, Appended, Batch};
use crate::pushes::{PushError, Taken};

use super::body::{self, Read};
use super::channel::{self, Turn};
use super::{Peer, client};

/// The headers that sign a push.
const SIGNED: [&str; 3] = ["unsnag-key-id", "unsnag-timestamp", "unsnag-signature"];

pub(super) async fn answer(
    State(state): State<Arc<super::State>>,
    Extension(peer): Extension<Peer>,
    Extension(turn): Extension<Turn>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let declared = header(&parts.headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let body = match body::read(body, declared).await {
        Read::Whole(body) => body,
        Read::TimedOut => return refuse(&state, RequestCode::RequestTimeout, &parts),
        Read::Broken => return refuse(&state, RequestCode::InvalidEncoding, &parts),
    };
    let head = Head::of(&parts);
    let request = head.request(&body);
    let address = client::address(peer, &parts.headers, &state.trusted_proxies);
    let received_at = state.now();
    let site = state.site();
    let verdict = catch_unwind(AssertUnwindSafe(|| {
        let mut asked = Asked { state: &state, address, now: received_at };
        host::handle(&request, &site, HostKind::Collector, received_at, &mut asked)
    }));
    let deliver = !site.config.policy.kill;
    let reply = match verdict {
        Ok(Verdict::Reply(reply)) => reply,
        Ok(Verdict::Open(access)) => match state.pushes.channel(access, address, received_at, deliver) {
            Some(channel) => {
                turn.put(channel);
                state.metrics.request(StatusCode::SWITCHING_PROTOCOLS.as_u16(), "ok", 0);
                return channel::switching(&parts.headers);
            }
            None => host::error(RequestCode::RateLimited, &request, &site),
        },
        Ok(Verdict::Keep { push, new, known }) => match state.pushes.take(*push, received_at, deliver).await {
            Ok(Taken::New) => new,
            Ok(Taken::Known) => known,
            Err(refused) => host::error(code_of_push(refused), &request, &site),
        },
        Ok(Verdict::Store { record, session, name, dispositions, scored_by_model, scrubbed, arrived, reply }) => {
            let key = name.split('/').next().unwrap_or_default().to_owned();
            let batch = Batch { name, received_at, record, answer: reply.body.clone() };
            match state.log.append(batch).await {
                Ok(Appended::New(_)) => {
                    state.metrics.dispositions(&dispositions);
                    state.metrics.scrubbed(scrubbed);
                    state.pushes.arrived(&key, &session, &arrived);
                    if !scored_by_model {
                        state.metrics.model_failed();
                    }
                    reply
                }
                Ok(Appended::Repeated(answer)) => {
                    state.metrics.repeated(&dispositions);
                    let body = answer.map_or(reply.body, |answer| given_again(&answer, received_at));
                    host::Response { body, ..reply }
                }
                Err(refused) => host::error(code_of(refused), &request, &site),
            }
        }
        Err(_) => {
            tracing::error!(code = "internal_error", "judging a request panicked");
            host::error(RequestCode::InternalError, &request, &site)
        }
    };
    finish(&state, reply, body.len())
}

/// What core asks while it judges one request.
struct Asked<'a> {
    state: &'a super::State,
    address: IpAddr,
    now: UnixMillis,
}

impl host::Ask for Asked<'_> {
    fn admit(&mut self, policy: &KeyPolicy) -> bool {
        self.state.limiter.admit(policy.key.as_str(), policy.rate_per_s, self.address, self.state.uptime())
    }

    fn waiting(&mut self, key: &WriteKey, session: &SessionId) -> Vec<Arc<Push>> {
        self.state.pushes.waiting(key.as_str(), session.as_str(), self.now)
    }
}

/// Answers a request whose body nobody will look at.
fn refuse(state: &super::State, code: RequestCode, parts: &Parts) -> Response {
    let reply = host::error(code, &Head::of(parts).request(&[]), &state.site());
    finish(state, reply, 0)
}

/// The headers that core looks at.
struct Head<'a> {
    parts: &'a Parts,
    content_type: Option<Cow<'a, str>>,
    content_encoding: Option<Cow<'a, str>>,
    origin: Option<Cow<'a, str>>,
    sec_fetch_site: Option<Cow<'a, str>>,
    if_none_match: Option<Cow<'a, str>>,
    /// The headers of a push: key id, timestamp, signature.
    signed: [Option<Cow<'a, str>>; 3],
}

impl<'a> Head<'a> {
    fn of(parts: &'a Parts) -> Self {
        let header = |name: HeaderName| header(&parts.headers, &name);
        Self {
            parts,
            content_type: header(CONTENT_TYPE),
            content_encoding: header(CONTENT_ENCODING),
            origin: header(ORIGIN),
            sec_fetch_site: header(HeaderName::from_static("sec-fetch-site")),
            if_none_match: header(IF_NONE_MATCH),
            signed: SIGNED.map(|name| header(HeaderName::from_static(name))),
        }
    }

    fn request<'r>(&'r self, body: &'r [u8]) -> host::Request<'r> {
        host::Request {
            method: self.parts.method.as_str(),
            path: self.parts.uri.path(),
            query: self.parts.uri.query().unwrap_or(""),
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            origin: self.origin.as_deref(),
            sec_fetch_site: self.sec_fetch_site.as_deref(),
            if_none_match: self.if_none_match.as_deref(),
            websocket: channel::is_asked_for(&self.parts.headers),
            signed: Signed {
                key_id: self.signed[0].as_deref(),
                timestamp: self.signed[1].as_deref(),
                signature: self.signed[2].as_deref(),
            },
            header_bytes: header_bytes(&self.parts.headers),
            body,
        }
    }
}

/// A header's value; of several with one name, all of them as the list that they stand for.
fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    // A value that is no text stands for itself as one that nothing matches: absent would mean something else.
    let mut values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
    let first = values.next()?;
    let joined = values.fold(Cow::Borrowed(first), |list, value| Cow::Owned(format!("{list}, {value}")));
    Some(joined)
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum()
}

fn code_of(refused: AppendError) -> RequestCode {
    match refused {
        AppendError::Full => RequestCode::LogFull,
        AppendError::Unavailable => RequestCode::StreamUnavailable,
    }
}

fn code_of_push(refused: PushError) -> RequestCode {
    match refused {
        PushError::SessionFull => RequestCode::RateLimited,
        PushError::Full => RequestCode::LogFull,
        PushError::Unavailable => RequestCode::StreamUnavailable,
    }
}

fn finish(state: &super::State, reply: host::Response, body_bytes: usize) -> Response {
    let code = reply.refused.map_or("ok", RequestCode::code);
    state.metrics.request(reply.status, code, body_bytes);
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).expect("core answers with valid status codes");
    for (name, value) in reply.headers {
        let value = HeaderValue::from_str(&value)
            .expect("core writes header values in visible ASCII, and echoes only what HTTP let in");
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use hyper::service::Service as _;
    use hyper_util::service::TowerToHyperService;

    use super::*;
    use crate::settings::{Raw, Settings};
    use crate::time::Clock;

    /// A batch that core accepts at `now`.
    fn batch() -> String {
        let now = Clock::default().now().0;
        format!(
            r#"{{"v":1,"batch_id":"AAAAAAAAAAAAAAAAAAAAAA","session":"s","tab":"t","seq":0,"sent_at":{now},"sdk":"0","consent":"granted","page":{{"template":"/"}},"features":{{"v":1,"scope":"session","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":8191}},"events":[{{"id":"e","type":"help","at":{now},"data":{{}}}}]}}"#
        )
    }

    #[tokio::test]
    async fn asks_the_page_to_keep_a_batch_that_cannot_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let raw = Raw { log_dir: Some(dir.path().display().to_string()), ..Raw::default() };
        let settings = Settings::load(None, raw).unwrap();
        let state = Arc::new(super::super::State::open(settings).unwrap());
        let send = || {
            let app = TowerToHyperService::new(super::super::app(Arc::clone(&state)));
            let request = axum::http::Request::post("/v1/batch?key=demo")
                .header(CONTENT_TYPE, "text/plain")
                .extension(Peer(([127, 0, 0, 1], 40_000).into()))
                .extension(Turn::default())
                .body(Body::from(batch()))
                .unwrap();
            async move { app.call(request).await.unwrap() }
        };
        assert_eq!(send().await.status(), StatusCode::OK);
        state.log.fail();
        let refused = send().await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));
        let body = refused.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains(r#""code":"stream_unavailable""#), "{text}");
        assert!(text.contains(r#""retryable":true"#), "{text}");
    }
}
