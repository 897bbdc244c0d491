//! What the tests share: a running collector, batches, and a stream.

pub(crate) mod batch;
pub(crate) mod process;
pub(crate) mod stream;
