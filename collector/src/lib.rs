//! The self-hosted host of Unsnag: one binary that answers the SDK and keeps every batch on disk.
//!
//! # In scope
//! - HTTP: connections, limits, time-outs, rates; the live view, readiness and metrics.
//! - Interventions that are pushed: kept until their page has them; the live channel.
//! - What pages are told, published in versions, and the kill switch.
//! - The durable log: group commit, checksums, reading it back; forwarding it into a Kinesis stream.
//! - The analysis of the log in this process, and the dashboard that shows what it found.
//! - The commands of the binary `unsnag`: `serve`, `doctor`, `demo`, `live`, `replay`, `tail`, `export`, `forget`,
//!   `catalog`.
//! - Configuration from flags, environment and file.
//!
//! # Out of scope
//! - What a request means, how it is scored and what is decided: `unsnag_core::host`, which every host shares.
//! - Detection of signals, also for `replay`: `unsnag_core`.
//! - What a struggle is, what is decided about it and what it led to: `unsnag_analysis`.

mod analysing;
mod catalog;
mod cli;
mod commands;
mod feed;
mod files;
mod log;
mod metrics;
mod model;
mod pushes;
mod server;
mod settings;
mod signing;
mod stream;
mod time;

pub use analysing::{AnalysisError, AnalysisOptions};
pub use catalog::CatalogError;
pub use cli::main;
pub use commands::static_files::{StaticSite, StaticSiteError};
pub use log::{Entry, LogError, LogReader, ReadError};
pub use server::{Peer, RunError, State, TlsError, TlsFiles, app, bind, run, stop_signal};
pub use settings::{Network, Raw, RawKey, RawStream, RawWebhook, Settings, SettingsError};
pub use stream::{Stream, StreamOptions};
