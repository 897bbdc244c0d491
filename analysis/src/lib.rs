//! What happens behind the stream: sessions become explained struggles, struggles become interventions, and what came
//! of those is measured.
//!
//! # In scope
//!
//! - **Pure logic**: [`struggle`] detection, [`video`] intelligence, [`orchestrate`] (which help, by which channel,
//!   when), [`uplift`], features with [`history`], what is kept of a [`tab`] and counted of [`pages`].
//! - **Ports**, small traits for what may be remote, slow, paid and down: [`store`], [`risk`] model, [`analyst`],
//!   [`channels`]; with a guard before each that bounds time and falls back, and an adapter for one machine.
//! - **The way of a record** ([`Analysis`]): its effect, once ([`Analysis::consume`]); what is due ([`Analysis::act`]);
//!   what operators look at ([`Analysis::report`]).
//!
//! # Out of scope
//!
//! - Where records come from, and clocks: whoever runs it reads the stream and says what time it is.
//! - HTTP, pages and the dashboard's look: the collector has them.
//! - Scores: `model` runs the model behind [`risk::RiskModel`].
#![forbid(unsafe_code)]

pub mod analyst;
mod breaker;
pub mod channels;
mod consumer;
mod deliver;
pub mod facts;
mod forget;
pub mod history;
mod labels;
pub mod orchestrate;
pub mod pages;
mod raise;
pub mod record;
mod report;
pub mod risk;
pub mod said;
pub mod session;
pub mod store;
pub mod struggle;
pub mod tab;
mod table;
pub mod uplift;
pub mod video;
mod words;

pub use consumer::{Analysis, ConsumeError, Consumed, Counts};
pub use deliver::Done;
pub use forget::forget;
pub use labels::{Label, labels};
pub use raise::{Intervention, Playbook, Trying};
pub use report::{MOST_DAYS, Report};
