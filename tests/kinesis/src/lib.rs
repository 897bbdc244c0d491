//! Kinesis Data Streams on this machine, as strict as the real service and as unreliable as a test asks.
//!
//! In scope: the JSON 1.1 protocol of ten operations over HTTP/1.1 on the loopback address, an independent check of
//! Signature Version 4, the limits of requests and records, shards by MD5 of the partition key, and on command the faults that other
//! stand-ins lack: throttling, partial failure, latency, cut connections, answers that come too late.
//!
//! Out of scope: the CBOR protocol, fan-out consumers, resharding, encryption, retention, the throughput limits of a
//! shard (a test asks for throttling with a fault), and storage beyond the memory of one process.

mod api;
mod checks;
mod cli;
mod clock;
mod cursor;
mod faults;
mod refusal;
mod sequence;
mod server;
pub mod sigv4;
mod stats;
mod store;
mod stub;

pub use cli::main;
pub use faults::{Fault, FaultError, What};
pub use sequence::Sequence;
pub use stats::Stats;
pub use store::Record;
pub use stub::{Options, StartError, Stub};
