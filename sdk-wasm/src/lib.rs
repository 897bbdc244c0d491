//! The SDK inside the page: it turns the DOM into inputs, asks the core, and tells the loader what to do.
//!
//! # In scope
//!
//! - [`eyes`]: listeners and the mutation observer, as values that remove themselves; [`dom`]: elements as numbers and
//!   flags; [`fields`]: values that change without an event.
//! - [`sdk`]: one tab's engine, outbox and arbiter behind one cell, and the timer that moves them.
//! - `memory`: a small allocator.
//! - [`api`]: what the TypeScript around calls; [`bridge`]: what it is called with.
//!
//! # Out of scope
//!
//! - Judgement: `unsnag-core` has all of it.
//! - Network, storage, wrapping of the page's functions, rendering and the public surface: `ts/`.

pub mod api;
mod bridge;
mod dom;
mod eyes;
mod fields;
mod help;
// Off the browser (checks, lints) the system has a better one.
#[cfg(target_arch = "wasm32")]
mod memory;
mod page;
mod sdk;
