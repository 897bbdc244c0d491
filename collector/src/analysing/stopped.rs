//! What can be done with what an analysis keeps while no collector has it open.

use std::path::Path;

use unsnag_analysis::Label;
use unsnag_analysis::store::{Embedded, Store as _, StoreError};

use super::{AnalysisError, TABLE};
use crate::time::Clock;

/// Takes everything of one visitor out of what an analysis keeps in `dir`, which no collector may hold; how many items
/// that were. Blocks.
pub(crate) fn forget(dir: &Path, visitor: &str) -> Result<usize, AnalysisError> {
    of_stopped(dir, async |store| {
        let items = unsnag_analysis::forget(&store, visitor, Clock::default().now()).await?;
        store.rewrite()?;
        store.flush().await?;
        Ok(items)
    })
}

/// What came of help, as rows to train on, from what a stopped collector's analysis keeps in `dir`. Blocks.
pub(crate) fn labels(dir: &Path) -> Result<Vec<Label>, AnalysisError> {
    of_stopped(dir, async |store| unsnag_analysis::labels(&store, Clock::default().now()).await)
}

/// Opens what is kept there, if anything is, and works on it.
fn of_stopped<T>(dir: &Path, work: impl AsyncFnOnce(Embedded) -> Result<T, StoreError>) -> Result<T, AnalysisError> {
    let fault = |cause| AnalysisError::Store { dir: dir.display().to_string(), cause };
    let table = dir.join(TABLE);
    if !table.is_dir() {
        return Err(fault(StoreError::Unavailable("there is none".to_owned())));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build();
    let runtime = runtime.map_err(|error| fault(StoreError::Unavailable(error.to_string())))?;
    runtime.block_on(async { work(Embedded::open(&table)?).await }).map_err(fault)
}
