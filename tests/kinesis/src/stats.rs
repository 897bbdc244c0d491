//! What happened since the start or the last reset.

use std::collections::BTreeMap;

use serde::Serialize;

/// Counts; requests of the control route are not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Connections accepted.
    pub connections: u64,
    /// Requests by operation; `unknown` for what is none.
    pub requests: BTreeMap<String, u64>,
    /// Requests that got an error answer, by its code.
    pub refused_requests: BTreeMap<String, u64>,
    pub records_stored: u64,
    /// Data and keys of the stored records.
    pub bytes_stored: u64,
    /// Records of valid requests that were not stored, by the reason: the name of a fault, or `memory`.
    pub records_refused: BTreeMap<String, u64>,
    /// How often each fault took effect.
    pub faults: BTreeMap<String, u64>,
}

pub(crate) fn add(counts: &mut BTreeMap<String, u64>, name: &str, number: u64) {
    if number == 0 {
        return;
    }
    match counts.get_mut(name) {
        Some(count) => *count += number,
        None => {
            counts.insert(name.to_owned(), number);
        }
    }
}
