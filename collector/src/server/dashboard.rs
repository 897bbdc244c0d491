//! The dashboard: its files, and the report that it shows. For this machine, or for whoever brings the token.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{Peer, channel, client, ingest, live};

/// A file of the dashboard: path, type, text.
type Asset = (&'static str, &'static str, &'static str);

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! scripts {
    ($($name:literal),*) => {
        [$((
            concat!("/dashboard/", $name, ".js"),
            SCRIPT,
            include_str!(concat!("../../assets/dashboard-", $name, ".js")),
        )),*]
    };
}

const SCRIPTS: [Asset; 11] =
    scripts!("main", "stuck", "videos", "sessions", "viewer", "help", "health", "plots", "parts", "tree", "words");
const STYLE: Asset = ("/dashboard/style.css", "text/css; charset=utf-8", include_str!("../../assets/dashboard.css"));
const PAGE: &str = include_str!("../../assets/dashboard.html");
const REPORT: &str = "/analysis.json";

/// Days looked back where nobody says.
const DAYS: u64 = 7;

/// Everything to be asked for with `GET`, but what the live view has as well.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    SCRIPTS.iter().chain([&STYLE]).map(|(path, ..)| *path).chain(["/live", REPORT])
}

/// Answers for dashboard and live view. For those who may not look they do not exist, and the request falls through to
/// core, which knows no such path; where a token would help, that is said.
pub(super) async fn answer(
    State(state): State<Arc<super::State>>,
    Extension(peer): Extension<Peer>,
    turn: Extension<channel::Turn>,
    request: Request,
) -> Response {
    let headers = request.headers();
    if !client::is_local(peer, headers) {
        match &state.dashboard_token {
            None => return ingest::answer(State(state), Extension(peer), turn, request).await,
            Some(token) if !brings(token, headers) => return challenge(),
            Some(_) => {}
        }
    }
    let path = request.uri().path();
    let found = match (path, &state.analysed) {
        ("/", Some(_)) => Some(live::asset("text/html; charset=utf-8", PAGE)),
        ("/live", _) => live::answer(&state.view, "/", headers),
        (REPORT, Some(_)) => Some(report(&state, request.uri().query().unwrap_or_default()).await),
        _ => SCRIPTS
            .iter()
            .chain([&STYLE])
            .find(|(known, ..)| *known == path)
            .map(|(_, content_type, text)| live::asset(content_type, text))
            .or_else(|| live::answer(&state.view, path, headers)),
    };
    match found {
        Some(response) => response,
        None => ingest::answer(State(state), Extension(peer), turn, request).await,
    }
}

fn challenge() -> Response {
    let headers = [(WWW_AUTHENTICATE, r#"Basic realm="unsnag", charset="UTF-8""#)];
    (StatusCode::UNAUTHORIZED, headers, "the dashboard asks for its token, as password of any user").into_response()
}

/// Whether a request brings the token: `Bearer TOKEN`, or as a browser asks for it, as password of any user.
fn brings(token: &str, headers: &HeaderMap) -> bool {
    let Some((scheme, rest)) =
        headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '))
    else {
        return false;
    };
    let given = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().as_bytes().to_vec()),
        "basic" => STANDARD.decode(rest.trim()).ok().and_then(|pair| {
            let colon = pair.iter().position(|byte| *byte == b':')?;
            Some(pair[colon + 1..].to_vec())
        }),
        _ => None,
    };
    // Digests, so that the time of the comparison says nothing of the token.
    given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(token))
}

async fn report(state: &super::State, query: &str) -> Response {
    let part = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let days = part("days").and_then(|days| days.parse().ok()).unwrap_or(DAYS);
    let Some(analysed) = &state.analysed else { return StatusCode::NOT_FOUND.into_response() };
    let next = state.log.status().next_sequence;
    match analysed.report(part("key"), days, next, state.now()).await {
        Ok(report) => {
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
            (headers, report.to_string()).into_response()
        }
        Err(error) => {
            tracing::warn!(code = error.code(), %error, "the report cannot be made");
            let body = serde_json::json!({"error": {
                "code": error.code(), "message": error.to_string(), "retryable": error.is_retryable()}});
            (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn takes_the_token_as_browsers_and_programs_bring_it() {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for (value, expected) in [
            ("Bearer 0123456789abcdef".to_owned(), true),
            ("bearer  0123456789abcdef ".to_owned(), true),
            (basic("anybody:0123456789abcdef"), true),
            (basic(":0123456789abcdef"), true),
            (basic("0123456789abcdef"), false),
            (basic("a:b:0123456789abcdef"), false),
            ("Bearer 0123456789abcde".to_owned(), false),
            ("Basic ?".to_owned(), false),
            ("Digest 0123456789abcdef".to_owned(), false),
            (String::new(), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_str(&value).unwrap());
            assert_eq!(brings("0123456789abcdef", &headers), expected, "{value}");
        }
        assert!(!brings("0123456789abcdef", &HeaderMap::new()));
    }
}
