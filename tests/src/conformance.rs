//! What is asked of every host, as data: a request, and what each must answer and store.
//!
//! The hosts' clocks stand at [`NOW`], their keys and their configuration are the same, so that their answers have to
//! be the same to the byte. Which hosts are asked, and how they are compared, is `tests/tests/conformance`.

mod batch;
mod case;
pub mod decisions;
pub mod events;
pub mod fields;
pub mod origins;
pub mod reads;
pub mod requests;
pub mod transport;

pub use batch::{Batch, CALM, KEY, NOW, ORIGIN, PATH, event, good, gzip, post};
pub use case::{Case, Stored};
