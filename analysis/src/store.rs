//! Where the analysis keeps what it learned: one table, shaped so that an embedded database and a remote one with
//! conditional writes of several items can both be it.
//!
//! Items have a partition and a sort key; within a partition they are read in the order of their sort keys. A write is
//! all or nothing, and each of its changes may demand the version that was read: so the effect of a record and the mark
//! that it was seen are one write, and whoever lost a race reads again.
//!
//! What is kept under which keys, and which questions that answers, is in [`crate::table`].

pub mod conformance;
mod embedded;

use async_trait::async_trait;
use unsnag_core::time::UnixMillis;

pub use embedded::{Embedded, Swept};

/// Changes of one write: what the least of the databases takes in one transaction (`DynamoDB`: 100).
pub const MOST_CHANGES: usize = 100;
/// Bytes of one item's value (`DynamoDB`: 400 KB, its names and numbers included).
pub const MAX_VALUE_BYTES: usize = 380_000;

/// Where an item lies. Neither part holds a control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// What is read together.
    pub partition: String,
    /// Its place among those.
    pub sort: String,
}

/// What lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// 1 for the first write, then rising by one.
    pub version: u64,
    /// JSON.
    pub value: Vec<u8>,
    /// Worth nothing afterwards: it may be gone, and who reads it must not use it.
    pub expires_at: Option<UnixMillis>,
}

/// What must hold for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing lies there.
    Absent,
    /// What lies there has this version.
    Version(u64),
    /// None.
    Any,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub key: ItemKey,
    /// If.
    pub condition: Condition,
    /// The new value; `None` takes the item away.
    pub value: Option<Vec<u8>>,
    /// When the new value ends.
    pub expires_at: Option<UnixMillis>,
}

/// In which order and between which sort keys a partition is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Sort keys begin with this.
    pub prefix: String,
    /// Only what comes after this sort key, in the order asked for.
    pub after: Option<String>,
    /// Greatest first.
    pub newest_first: bool,
}

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A condition did not hold: read again.
    #[error("another write came first")]
    Conflict,
    /// It is in use by somebody else, or asks to be left alone for a moment.
    #[error("the store is busy: {0}")]
    Busy(String),
    /// There is no room.
    #[error("the store is full")]
    Full,
    /// It cannot be reached or is broken.
    #[error("the store does not work: {0}")]
    Unavailable(String),
    /// The write is larger than [`MAX_VALUE_BYTES`] or [`MOST_CHANGES`] allow: trying again does not help.
    #[error("a write is too large for the store")]
    TooLarge,
}

impl StoreError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "store_conflict",
            Self::Busy(_) => "store_busy",
            Self::Full => "store_full",
            Self::Unavailable(_) => "store_unavailable",
            Self::TooLarge => "store_write_too_large",
        }
    }

    /// Whether the same may work later.
    pub const fn is_retryable(&self) -> bool {
        !matches!(self, Self::TooLarge)
    }
}

/// A table.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// One item.
    async fn get(&self, key: &ItemKey) -> Result<Option<Item>, StoreError>;

    /// Up to `most` items of a partition, each with its sort key.
    async fn query(&self, partition: &str, span: &Span, most: usize) -> Result<Vec<(String, Item)>, StoreError>;

    /// Makes all changes or none.
    async fn write(&self, changes: Vec<Change>) -> Result<(), StoreError>;

    /// Returns once everything written before survives a power cut.
    async fn flush(&self) -> Result<(), StoreError>;
}

/// Refuses what not every store takes.
fn check_size(changes: &[Change]) -> Result<(), StoreError> {
    let fits = |change: &Change| change.value.as_ref().is_none_or(|value| value.len() <= MAX_VALUE_BYTES);
    if changes.len() <= MOST_CHANGES && changes.iter().all(fits) { Ok(()) } else { Err(StoreError::TooLarge) }
}
