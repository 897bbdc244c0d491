//! Batches as texts, so that a test can also write what no serialiser would.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use unsnag_test_http::Request;

pub(crate) const PATH: &str = "/v1/batch?key=demo";

pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as u64
}

/// 22 characters of base64url, another one at each call.
pub(crate) fn new_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{:022}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A good event.
pub(crate) fn good(id: &str) -> String {
    event(id, &now().to_string(), r#"{"name":"probe","props":{}}"#)
}

/// A custom event with the given time and data, as they are written.
pub(crate) fn event(id: &str, at: &str, data: &str) -> String {
    format!(r#"{{"id":"{id}","type":"custom","at":{at},"data":{data}}}"#)
}

pub(crate) fn batch(events: &[String]) -> String {
    batch_with_id(&new_id(), events)
}

pub(crate) fn batch_with_id(id: &str, events: &[String]) -> String {
    format!(
        r#"{{"v":1,"batch_id":"{id}","session":"session-1","visitor":null,"tab":"tab-1","seq":0,"sent_at":{},"sdk":"0.1.0","config":"","consent":"granted","page":{{"template":"/","view":"view-1"}},"features":{{"v":1,"scope":"session","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":8191}},"policy_state":{{}},"events":[{}]}}"#,
        now(),
        events.join(",")
    )
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The request that the SDK would make.
pub(crate) fn post(body: impl Into<Vec<u8>>) -> Request {
    Request::post(PATH, body).header("origin", "http://127.0.0.1:7668").header("sec-fetch-site", "same-site")
}
