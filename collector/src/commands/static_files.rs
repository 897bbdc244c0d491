//! A small file server for the demo: one folder as a site, one folder below `/unsnag/`, nothing else.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH,
};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// Below this path lies the second folder.
const SDK_PREFIX: &str = "/unsnag/";

/// Why a site cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum StaticSiteError {
    #[error("{0} is not a directory that can be read")]
    NotADirectory(PathBuf),
    #[error("the origin {0:?} cannot stand in a header")]
    BadOrigin(String),
}

impl StaticSiteError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotADirectory(_) => "not_a_directory",
            Self::BadOrigin(_) => "bad_origin",
        }
    }
}

/// Two folders, some texts made at start, and the policy that every answer carries.
#[derive(Debug)]
pub struct StaticSite {
    site: PathBuf,
    sdk: PathBuf,
    made: HashMap<String, String>,
    policy: HeaderValue,
}

impl StaticSite {
    /// `connect_to` is the one origin beside its own that the site's pages may talk to.
    pub fn new(site: &Path, sdk: &Path, connect_to: &str) -> Result<Self, StaticSiteError> {
        let folder = |path: &Path| {
            path.canonicalize()
                .ok()
                .filter(|path| path.is_dir())
                .ok_or_else(|| StaticSiteError::NotADirectory(path.to_owned()))
        };
        let policy = format!(
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self' {connect_to} {}",
            // The live channel's scheme is not its host's for every browser.
            connect_to.replacen("http", "ws", 1)
        );
        Ok(Self {
            site: folder(site)?,
            sdk: folder(sdk)?,
            made: HashMap::new(),
            policy: HeaderValue::from_str(&policy).map_err(|_| StaticSiteError::BadOrigin(connect_to.to_owned()))?,
        })
    }

    /// Serves `json` at `path`, before any file.
    #[must_use]
    pub fn with_json(mut self, path: &str, json: String) -> Self {
        self.made.insert(path.to_owned(), json);
        self
    }

    pub fn app(self) -> Router {
        Router::new().fallback(answer).with_state(Arc::new(self))
    }

    /// The file a path means. A path without an extension that names no file is a view of the page itself.
    fn find(&self, path: &str) -> Option<PathBuf> {
        let (root, below) = match path.strip_prefix(SDK_PREFIX) {
            Some(below) => (&self.sdk, below),
            None => (&self.site, path.strip_prefix('/').unwrap_or(path)),
        };
        let relative = relative(below)?;
        let has_extension = relative.extension().is_some();
        if let Some(file) = inside(root, &relative) {
            return Some(file);
        }
        let is_view = !has_extension && root == &self.site;
        is_view.then(|| inside(&self.site, Path::new("index.html")))?
    }
}

/// The decoded path, if each of its parts is a plain name.
fn relative(path: &str) -> Option<PathBuf> {
    let decoded = decode(path)?;
    if decoded.contains(['\\', '\0']) {
        return None;
    }
    let path = PathBuf::from(decoded);
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

/// The file behind `root`/`relative`, or that directory's index; only if it truly lies in `root`, whatever links say.
fn inside(root: &Path, relative: &Path) -> Option<PathBuf> {
    let mut path = root.join(relative).canonicalize().ok()?;
    if path.is_dir() {
        path = path.join("index.html").canonicalize().ok()?;
    }
    (path.starts_with(root) && path.is_file()).then_some(path)
}

fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

async fn answer(State(site): State<Arc<StaticSite>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = respond(&site, &parts).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, site.policy.clone());
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("same-origin"));
    response
}

async fn respond(site: &Arc<StaticSite>, request: &Parts) -> Response {
    if request.method != Method::GET && request.method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let path = request.uri.path().to_owned();
    if let Some(json) = site.made.get(&path) {
        let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
        return (headers, json.clone()).into_response();
    }
    let known = request.headers.get(IF_NONE_MATCH).cloned();
    let site = Arc::clone(site);
    let read = tokio::task::spawn_blocking(move || read(&site, &path, known.as_ref())).await;
    read.ok().flatten().unwrap_or_else(|| (StatusCode::NOT_FOUND, "not found").into_response())
}

/// Blocks. Files are read as a whole: the largest, the SDK's Wasm, is small.
fn read(site: &StaticSite, path: &str, known: Option<&HeaderValue>) -> Option<Response> {
    let file = site.find(path)?;
    let metadata = file.metadata().ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let etag = format!("\"{:x}-{:x}\"", metadata.len(), changed.as_nanos());
    let etag = HeaderValue::from_str(&etag).expect("hexadecimal digits are visible ASCII");
    let revalidated = known == Some(&etag);
    let mut response = if revalidated {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(std::fs::read(&file).ok()?))
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, etag);
    // Always asked again: whoever rebuilds the SDK wants to see it.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if !revalidated {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(&file)));
    }
    Some(response)
}

fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        // Browsers compile while they download only under exactly this type.
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        Some("ico") => "image/vnd.microsoft.icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md" | "ts") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_only_well_formed_paths() {
        for (path, decoded) in [
            ("a/b.js", Some("a/b.js")),
            ("caf%C3%A9", Some("café")),
            ("%2e%2e/x", Some("../x")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%ff", None),
        ] {
            assert_eq!(decode(path).as_deref(), decoded, "{path}");
        }
    }

    #[test]
    fn takes_only_plain_names_for_parts_of_a_path() {
        for (path, allowed) in [
            ("", true),
            ("a/b/c.css", true),
            ("../secret", false),
            ("a/../../secret", false),
            ("%2e%2e%2fsecret", false),
            ("/etc/passwd", false),
            ("a%00.html", false),
            ("..%5csecret", false),
        ] {
            assert_eq!(relative(path).is_some(), allowed, "{path}");
        }
    }
}
