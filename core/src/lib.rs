//! The pure heart of Unsnag: what a page observed becomes signals, features and decisions, and what a host
//! received becomes a verdict. The same code runs in the browser, in the Worker and in the collector.
//!
//! # In scope
//!
//! - **The page's side**: [`input`]s and recorded [`trace`]s, the [`detect`]ors, [`forms`] and players ([`video`]) behind
//!   one [`engine`], graded [`signal`]s with evidence, the 13 [`features`], [`event`]s, the [`outbox`] that seals them
//!   into batches, and
//!   [`arbitrate`], which decides whether a proposed nudge may be shown now.
//! - **The host's side**: one request path for every host ([`host`]), which reads a batch ([`wire`], [`ingest`]),
//!   asks a model for its score ([`risk`]), proposes help ([`policy`], [`holdout`]), signs the decision ([`sign`]) and
//!   writes the stream record; what is decided later is a [`push`], and reaches the page by the [`live`] channel; the contract that describes this path ([`openapi`]); write [`keys`] and their [`rate`]s.
//! - **What both sides share**: [`config`]uration and [`thresholds`], [`limits`], stable [`code`]s, ids and times, and
//!   what a page [`saved`] for the next one.
//!
//! # Out of scope
//!
//! - Clocks, randomness, files, network, async, threads: `now`, ids and bytes come in as arguments (the hosts and
//!   `sdk-wasm` have them). `clippy.toml` bans the functions.
//! - The DOM: `sdk-wasm` turns it into inputs and renders nudges.
//! - Running a model: `model` does, behind [`risk::Model`].
//! - HTTP: a host translates between its server and [`host::Request`].

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod arbitrate;
pub mod code;
pub mod config;
pub mod detect;
pub mod engine;
pub mod event;
pub mod features;
pub mod forms;
pub mod help;
pub mod holdout;
pub mod host;
pub mod id;
pub mod ingest;
pub mod input;
pub mod json;
pub mod keys;
pub mod limits;
pub mod live;
pub mod openapi;
pub mod outbox;
pub mod policy;
pub mod privacy;
pub mod push;
pub mod rate;
pub mod replay;
pub mod risk;
pub mod saved;
pub mod scrub;
pub mod sign;
pub mod signal;
pub mod thresholds;
pub mod time;
pub mod trace;
pub mod video;
pub mod wire;
