//! What the integration tests of the whole product share.
//!
//! In scope: starting collector and edge worker as child processes, what both have to answer, simulated visitors of a
//! running collector, finding Chromium, running browser scripts, walking the repository's files.
//!
//! Out of scope: the tests themselves (`tests/tests`, one file a subject) and unit tests (beside the code they test).

mod browser;
pub mod conformance;
mod files;
mod prose;
mod running;
pub mod visitors;

pub use browser::{chromium, run_script};
pub use files::{File, repository_files, root};
pub use prose::{Mention, commands_in, links_in};
pub use running::{Collector, Demo, Edge, binary};
