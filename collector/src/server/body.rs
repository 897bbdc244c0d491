//! Reads a request's body, never more of it than can be judged.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use unsnag_core::limits::MAX_BODY_BYTES;

/// Time for the whole body: 64 KiB take this long at 52 kbit/s.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// Stands for every body that is too large: core refuses it by its length, before it looks at anything else.
static TOO_LARGE: [u8; MAX_BODY_BYTES + 1] = [0; MAX_BODY_BYTES + 1];

/// What became of reading.
#[derive(Debug)]
pub(super) enum Read {
    Whole(Bytes),
    /// It did not arrive in time.
    TimedOut,
    /// The client went away, or its transfer encoding makes no sense.
    Broken,
}

/// The body, or for one above the cap any bytes that are too many for core.
pub(super) async fn read(body: Body, declared: Option<u64>) -> Read {
    if declared.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Read::Whole(Bytes::from_static(&TOO_LARGE));
    }
    match tokio::time::timeout(BODY_WITHIN, collect(body, declared)).await {
        Ok(Some(bytes)) => Read::Whole(bytes),
        Ok(None) => Read::Broken,
        Err(_) => Read::TimedOut,
    }
}

async fn collect(mut body: Body, declared: Option<u64>) -> Option<Bytes> {
    let mut first = Bytes::new();
    let mut joined = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else {
            continue;
        };
        if first.len() + joined.len() + data.len() > MAX_BODY_BYTES {
            return Some(Bytes::from_static(&TOO_LARGE));
        }
        // Most bodies arrive in one piece, which then needs no copy.
        if first.is_empty() && joined.is_empty() {
            first = data;
            continue;
        }
        if joined.is_empty() {
            joined.reserve_exact(declared.unwrap_or(0) as usize);
            joined.extend_from_slice(&std::mem::take(&mut first));
        }
        joined.extend_from_slice(&data);
    }
    Some(if joined.is_empty() { first } else { joined.into() })
}
