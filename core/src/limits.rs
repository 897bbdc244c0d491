//! Every limit a host enforces, with its reason. DESIGN.md §7 fixes the values.

use crate::id::BatchId;
use crate::time::Millis;

/// The largest request body, compressed or not, in bytes: the browsers' budget for `keepalive` requests in flight.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// Path and query of a request, in bytes. The longest of ours, a key and a token in a query, stays below 1 KiB.
pub const MAX_URI_BYTES: usize = 8 * 1024;
/// Names and values of all headers of a request, in bytes: what common proxies allow.
pub const MAX_HEADER_BYTES: usize = 16 * 1024;
/// The largest inflated body in bytes. One stream record holds one batch and stays below [`MAX_RECORD_BYTES`], with
/// room for risk, decision and dispositions.
pub const MAX_INFLATED_BYTES: usize = 96 * 1024;
/// The largest stream record in bytes: below the 128 KB that queues and Durable Object values take.
pub const MAX_RECORD_BYTES: usize = 120_000;
/// Events in one batch. The SDK seals at [`FLUSH_EVENTS`].
pub const MAX_EVENTS: usize = 100;
/// Nested arrays and objects in a body. The batch itself needs five.
pub const MAX_JSON_DEPTH: usize = 8;
/// One string of an event, in bytes.
pub const MAX_STRING_BYTES: usize = 512;
/// One id, in bytes.
pub const MAX_ID_BYTES: usize = 64;
/// The name of a batch, in bytes: write key, session, tab and batch id with a slash between.
pub const MAX_NAME_BYTES: usize = 3 * MAX_ID_BYTES + BatchId::LENGTH + 3;
/// Properties of one custom event.
pub const MAX_CUSTOM_PROPS: usize = 16;
/// How far an event's time may lie ahead of the host's clock.
pub const MAX_FUTURE: Millis = Millis(5 * 60 * 1000);
/// How far an event's time may lie behind the host's clock.
pub const MAX_AGE: Millis = Millis(24 * 60 * 60 * 1000);

/// The page seals a batch when this many events wait: below [`MAX_EVENTS`], so that the closing events fit.
pub const FLUSH_EVENTS: usize = 64;
/// The page seals a batch when its events take this many bytes: half of [`MAX_BODY_BYTES`].
pub const FLUSH_BYTES: usize = 32 * 1024;
/// The page seals a batch this long after its first event.
pub const FLUSH_AFTER: Millis = Millis(5_000);
/// Sealed batches that wait for a host, in bytes over all; beyond it the oldest is given up and counted.
pub const MAX_OUTBOX_BYTES: usize = 1024 * 1024;
