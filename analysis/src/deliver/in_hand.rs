//! What somebody is doing something about: nobody else takes it up.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::MutexGuard;

use unsnag_core::time::UnixMillis;

use crate::consumer::Analysis;
use crate::store::{Span, StoreError};
use crate::table;

/// Interventions in hand at a time: each is a few kilobytes, and waits for a channel for seconds at most.
const MOST_IN_HAND: usize = 200;

/// Something in hand, until this is dropped.
pub(super) struct InHand<'a> {
    analysis: &'a Analysis,
    name: String,
}

impl fmt::Debug for InHand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InHand({})", self.name)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.analysis.in_hand().remove(&self.name);
    }
}

/// An intervention about which something is due.
#[derive(Debug)]
pub(super) struct Due<'a> {
    pub(super) at: UnixMillis,
    pub(super) site: String,
    pub(super) id: String,
    _in_hand: InHand<'a>,
}

impl Analysis {
    fn in_hand(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.in_hand.lock().expect("nothing panics while it holds what is in hand")
    }

    /// Takes something in hand, unless somebody has it.
    pub(super) fn take_in_hand(&self, name: String) -> Option<InHand<'_>> {
        self.in_hand().insert(name.clone()).then(|| InHand { analysis: self, name })
    }

    /// Takes up what is due by `now`, the longest due first.
    pub(super) async fn take_up(&self, now: UnixMillis) -> Result<Vec<Due<'_>>, StoreError> {
        // What is in hand stands in the list still.
        let most = MOST_IN_HAND + self.in_hand().len();
        let listed = table::list::<()>(&*self.store, table::DUE, &Span::default(), most, now).await?;
        let mut due = Vec::new();
        for (sort, ()) in listed {
            let parts: Vec<&str> = sort.splitn(3, ' ').collect();
            let [at, site, id] = parts.as_slice() else { continue };
            let Ok(at) = at.parse() else { continue };
            if UnixMillis(at) > now || self.in_hand().len() >= MOST_IN_HAND {
                break;
            }
            if let Some(in_hand) = self.take_in_hand(format!("{site} {id}")) {
                due.push(Due { at: UnixMillis(at), site: (*site).to_owned(), id: (*id).to_owned(), _in_hand: in_hand });
            }
        }
        Ok(due)
    }
}
