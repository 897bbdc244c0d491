//! Simulated visitors of a small web shop and learning site: they have goals, patience and skill, meet pages with
//! obstacles, and leave what real pages would have sent.
//!
//! # In scope
//!
//! - A [`Site`] as data: pages, controls, forms, a video, and [`Obstacle`]s that can be switched off.
//! - [`Visitor`]s drawn from documented distributions, and what help does for them ([`Effects`]): a true effect that an
//!   analysis should find.
//! - A [`Simulation`]: the visitors' gestures become inputs of [`unsnag_core::engine`], its events are sealed by
//!   [`unsnag_core::outbox`], in order of simulated time; what a host answers goes back in as an [`Answer`].
//! - The ground truth ([`VisitorTruth`]), and each tab's inputs as a trace ([`Recording`]) for `unsnag replay`.
//!
//! # Out of scope
//!
//! - Clocks, files, network, randomness beyond the seed: the binary `unsnag-simulate` writes files, a driver talks to a
//!   host. `clippy.toml` bans the functions.
//! - Judging: `core` detects, decides and arbitrates here as it does in a page.
//! - Being a model of people. Most numbers are assumptions, each marked as one in the crate's README.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod answer;
mod effects;
mod fault;
mod rng;
mod simulation;
mod site;
mod tab;
mod trace;
mod truth;
mod visit;
mod visitor;

pub use answer::Answer;
pub use effects::{Effects, HelpEffect};
pub use fault::Fault;
pub use simulation::{Event, Simulation};
pub use site::{Control, Does, Entry, Field, Form, HardPart, Journey, Obstacle, Page, Site, Stage, Step};
pub use trace::{Recording, trace_line};
pub use truth::{Exposure, Meeting, Past, SessionTruth, VisitorTruth};
pub use visitor::{Goal, Reaction, Visitor};
