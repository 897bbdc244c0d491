//! What the tests share: a running collector, a plain HTTP client, batches.

pub(crate) mod batch;
pub(crate) mod http;
pub(crate) mod process;
