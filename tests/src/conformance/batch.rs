//! Batches as texts, so that a case can also say what no serialiser would.

use std::fmt::Display;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use unsnag_test_http::Request;

/// What the hosts' clocks stand at.
pub const NOW: u64 = 1_700_000_000_000;

/// A page that may use [`KEY`].
pub const ORIGIN: &str = "https://shop.example";

/// The write key of most cases.
pub const KEY: &str = "shop";

/// Where its batches go.
pub const PATH: &str = "/v1/batch?key=shop";

/// A calm session, everything observed.
pub const CALM: [f64; 13] = [0.0, 0.0, 0.0, 10.0, 0.0, 0.0, 0.0, 0.5, 50.0, 0.0, 1.0, 1.0, 10.0];

/// A batch in the making: what is required, in the order of the format, each part as it will be written.
#[derive(Debug, Clone)]
pub struct Batch {
    id: String,
    parts: Vec<(String, String)>,
    events: Vec<String>,
}

impl Batch {
    /// With one good event.
    #[allow(clippy::new_without_default, reason = "each one has another id, which no default would suggest")]
    pub fn new() -> Self {
        Self::of([good("e")])
    }

    pub fn of(events: impl IntoIterator<Item = String>) -> Self {
        let id = new_id();
        let quoted = format!("\"{id}\"");
        let now = NOW.to_string();
        let parts = [
            ("v", "1"),
            ("batch_id", quoted.as_str()),
            ("session", r#""session-1""#),
            ("visitor", "null"),
            ("tab", r#""tab-1""#),
            ("seq", "0"),
            ("sent_at", now.as_str()),
            ("sdk", r#""0.1.0""#),
            ("config", r#""""#),
            ("consent", r#""granted""#),
            ("page", r#"{"template":"/","view":"view-1"}"#),
            ("features", &features(&CALM)),
            ("policy_state", r#"{"level":"low","shown":[],"dismissed":0}"#),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { id, parts: parts.to_vec(), events: events.into_iter().collect() }
    }

    /// With more events after those it has.
    #[must_use]
    pub fn and(mut self, events: impl IntoIterator<Item = String>) -> Self {
        self.events.extend(events);
        self
    }

    /// Sets a part, as JSON, where it stands; a new one is added at the end.
    #[must_use]
    pub fn with(mut self, name: &str, json: impl Display) -> Self {
        match self.parts.iter_mut().find(|(own, _)| own == name) {
            Some((_, value)) => *value = json.to_string(),
            None => self.parts.push((name.to_owned(), json.to_string())),
        }
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parts.retain(|(own, _)| own != name);
        self
    }

    #[must_use]
    pub fn features(self, values: &[f64; 13]) -> Self {
        self.with("features", features(values))
    }

    #[must_use]
    pub fn page(self, template: &str) -> Self {
        self.with("page", format!(r#"{{"template":"{template}","view":"view-1"}}"#))
    }

    /// The id that it had at first; the id of its decision follows from it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn events(&self) -> usize {
        self.events.len()
    }

    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.parts.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        parts.push(format!("\"events\":[{}]", self.events.join(",")));
        format!("{{{}}}", parts.join(","))
    }

    /// The request that the SDK makes.
    pub fn post(&self) -> Request {
        post(self.text())
    }
}

/// The request that the SDK makes, with any body.
pub fn post(body: impl Into<Vec<u8>>) -> Request {
    Request::post(PATH, body).header("origin", ORIGIN).header("sec-fetch-site", "cross-site")
}

/// An event with its parts as they are written.
pub fn event(id: &str, kind: &str, at: impl Display, data: &str) -> String {
    format!(r#"{{"id":"{id}","type":"{kind}","at":{at},"data":{data}}}"#)
}

/// An event that every host accepts.
pub fn good(id: &str) -> String {
    event(id, "custom", NOW, r#"{"name":"probe","props":{}}"#)
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector takes what is written")
}

fn features(values: &[f64; 13]) -> String {
    let values: Vec<String> = values.iter().map(f64::to_string).collect();
    format!(r#"{{"v":1,"scope":"session","values":[{}],"observed":8191}}"#, values.join(","))
}

/// 22 characters of base64url, others at each call.
fn new_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{:022}", NEXT.fetch_add(1, Ordering::Relaxed))
}
