//! Scores sessions and visitors with tract: a manifest is checked, a graph is loaded from bytes, a vector becomes a risk.
//!
//! # In scope
//!
//! - Reading a model's manifest and refusing one that disagrees with the contract of `unsnag_core::features`, or whose
//!   [`Scope`] is the other one.
//! - Loading the graph with tract, from ONNX (feature `onnx`) or from the NNEF converted from it (feature `nnef`), and
//!   refusing one that does not give its manifest's score for the health-check vector.
//! - [`Scorer`], which implements `unsnag_core::risk::Model`.
//! - The committed artefacts ([`artefacts`]).
//!
//! # Out of scope
//!
//! - Files and network: bytes come in.
//! - What a score leads to, and what happens where there is none: `unsnag_core::risk` and `policy`.
//! - Training: `model/train`, in Python.
//!
//! # Why scores are the same everywhere
//!
//! Processors with fused multiply-add round a sum of products differently from those without, and so does a different
//! order of summation. These models leave nothing to round: inputs are whole numbers on a grid, weights are multiples
//! of a power of two, and every sum fits into the 53 bits of a double (`model/train/README.md`). tract may order and
//! fuse as it likes; the logistic function at the end is `libm`'s.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod artefacts;
mod error;
mod graph;
mod manifest;
mod scorer;

pub use error::{LoadError, ScoreError};
pub use graph::Format;
pub use manifest::{Manifest, Scope};
pub use scorer::Scorer;
