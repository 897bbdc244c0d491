//! Sends what is due, apart from the reading of the log: a channel that takes its time holds up no record.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};
use unsnag_analysis::Done;
use unsnag_analysis::store::StoreError;

use super::{Analysed, LONGEST_PAUSE};
use crate::time::Clock;

/// How often what is due is looked for, where nothing was decided meanwhile. While the store fails the wait doubles each
/// time: what is sent and cannot be written down is sent again.
const ACT_EVERY: Duration = Duration::from_secs(1);

/// How long what is under way may take to end after the signal to stop. What does not is sent again by the next start,
/// under the same id.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Sends until `stop` says so; `decided` tells that something new may be due.
pub(super) async fn run(analysed: Arc<Analysed>, clock: Clock, decided: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    // Each takes up what no earlier one has in hand, so that none waits for a channel that another waits for.
    let mut acts = JoinSet::new();
    let mut pause = ACT_EVERY;
    while !*stop.borrow() {
        let (analysed_now, now) = (Arc::clone(&analysed), clock.now());
        acts.spawn(async move { analysed_now.analysis.act(now).await });
        let mut again = std::pin::pin!(tokio::time::sleep(pause));
        loop {
            tokio::select! {
                Some(ended) = acts.join_next() => note(&analysed, ended),
                () = decided.notified() => break,
                () = &mut again => break,
                _ = stop.changed() => break,
            }
        }
        let failing = analysed.progress().delivery_fault.is_some();
        pause = if failing { (pause * 2).min(LONGEST_PAUSE) } else { ACT_EVERY };
    }
    let end = async {
        while let Some(ended) = acts.join_next().await {
            note(&analysed, ended);
        }
    };
    let _ = tokio::time::timeout(END_WITHIN, end).await;
}

fn note(analysed: &Analysed, ended: Result<Result<Done, StoreError>, JoinError>) {
    let fault = match ended {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.code()),
        Err(_) => Some("delivery_panicked"),
    };
    let mut progress = analysed.progress();
    if let Some(code) = fault {
        progress.retries += 1;
        if progress.delivery_fault != fault {
            tracing::warn!(code, "what is due is sent later; nothing of it is lost");
        }
    }
    progress.delivery_fault = fault;
}
