//! The SDK inside the page: it turns the DOM into inputs, asks the core, and tells the loader what to do.
//!
//! # In scope
//!
//! - [`inputs`]: what the page's eyes tell, as the core's inputs.
//! - [`sdk`]: one tab's engine, outbox and arbiter behind one cell, and the timer that moves them.
//! - `listener`: the page's event listeners as one value that removes them.
//! - `memory`: a small allocator.
//! - [`api`]: what else the TypeScript around calls; [`bridge`]: what it is called with.
//!
//! # Out of scope
//!
//! - Judgement: `unsnag-core` has all of it.
//! - Reading the DOM, network, storage, wrapping of the page's functions, rendering and the public surface: `ts/`.

pub mod api;
mod bridge;
pub mod inputs;
mod listener;
// Off the browser (checks, lints) the system has a better one.
#[cfg(target_arch = "wasm32")]
mod memory;
mod sdk;
