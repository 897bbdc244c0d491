//! The ports by which an intervention reaches a person, one that asks the operator's systems ([`webhook`]), and one that
//! only tells the log.
//!
//! A channel may be slow, down or unsure. It is asked with an id that stays the same for every try, and must make of
//! several tries one delivery.

pub mod webhook;

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use unsnag_core::time::UnixMillis;

use crate::orchestrate::Channel as ChannelKind;

/// What a channel is asked to deliver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every try: the intervention's id in the page, elsewhere one that each channel has for itself.
    pub id: String,
    /// Whose site.
    pub key: String,
    /// In which session the need arose.
    pub session: String,
    /// Whose need, where that is known.
    pub visitor: Option<String>,
    /// The catalogue entry.
    pub entry: String,
    /// What fills its blanks, checked against the entry.
    pub slots: BTreeMap<String, String>,
    /// `low`, `medium`, `high`.
    pub priority: String,
    /// The visitor is held out: the page notes when it would have shown it, and shows nothing.
    pub held_out: bool,
    /// Worth nothing afterwards.
    pub expires_at: u64,
    /// The decision behind it.
    pub decision: Decision,
}

/// A decision as the page is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: String,
    /// What decided.
    pub rule: String,
    /// Why.
    pub reasons: Vec<String>,
    /// The experiment it is part of.
    pub experiment: Option<String>,
    /// How likely this choice was, above 0 and at most 1.
    pub propensity: f64,
}

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Trying again may help.
    #[error("the channel is down: {0}")]
    Unavailable(String),
    /// It asks to be left alone for a while.
    #[error("the channel is asked too often")]
    Throttled,
    /// This message will not be taken, however often it is tried.
    #[error("the channel refuses the message: {0}")]
    Refused(String),
}

impl ChannelError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "channel_unavailable",
            Self::Throttled => "channel_throttled",
            Self::Refused(_) => "channel_refused",
        }
    }

    /// Whether the same may work later.
    pub const fn is_retryable(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

/// A way to reach people.
#[async_trait]
pub trait Channel: Send + Sync + fmt::Debug {
    /// Which one it is.
    fn kind(&self) -> ChannelKind;

    /// Delivers a message, or notes that it has done so already.
    async fn send(&self, message: &Message, now: UnixMillis) -> Result<(), ChannelError>;
}

/// Tells the log what would have been sent: for sites that have not connected a channel yet.
#[derive(Debug)]
pub struct LogChannel(pub ChannelKind);

#[async_trait]
impl Channel for LogChannel {
    fn kind(&self) -> ChannelKind {
        self.0
    }

    async fn send(&self, message: &Message, _: UnixMillis) -> Result<(), ChannelError> {
        tracing::info!(
            channel = self.0.name(),
            intervention = message.id,
            entry = message.entry,
            "no channel of this kind is connected; this is what it would deliver"
        );
        Ok(())
    }
}
