//! What is decided: a plan of help, or nothing and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unsnag_core::policy::{Arm, Priority};
use unsnag_core::time::{Millis, UnixMillis};

use super::catalogue::TextKind;
use super::channel::Channel;
use super::escalation::Escalation;
use super::need::Cause;
use super::success::Success;
use crate::words;

/// Rises when the same input may give another decision; stored with each, because an estimate over logged propensities
/// is about one policy.
pub const POLICY_VERSION: u32 = 1;

/// Sentences of one decision, as many as a push may bring (`unsnag_core::push::MOST_PARTS`).
pub const MOST_REASONS: usize = unsnag_core::push::MOST_PARTS;

/// What is filled into a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", content = "value", rename_all = "snake_case")]
pub enum Slot {
    /// The page's template.
    Page(String),
    /// What the trouble comes from.
    Cause(Cause),
    /// Whether somebody at support is there when it goes out.
    SupportOpen(bool),
}

impl Slot {
    /// Name and value on the wire.
    pub fn on_wire(&self) -> (&'static str, String) {
        match self {
            Self::Page(template) => ("page", template.clone()),
            Self::Cause(cause) => ("cause", cause.name().to_owned()),
            Self::SupportOpen(open) => ("support_open", open.to_string()),
        }
    }
}

/// Something that could have been done, and how likely it was to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The catalogue entry.
    pub entry: String,
    /// Its channels, the most promising first.
    pub channels: Vec<Channel>,
    /// 0 to 1.
    pub propensity: f64,
}

/// Help to be given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`POLICY_VERSION`].
    pub policy: u32,
    /// How urgent.
    #[serde(with = "words::priority")]
    pub priority: Priority,
    /// All at the same time, the most promising first.
    pub channels: Vec<Channel>,
    /// The catalogue entry.
    pub entry: String,
    /// Its version.
    pub entry_version: u32,
    /// What kind of text it is.
    pub text: TextKind,
    /// What is filled into it.
    pub slots: Vec<Slot>,
    /// Not before this moment.
    #[serde(with = "words::unix")]
    pub at: UnixMillis,
    /// And within this time from then on.
    #[serde(with = "words::millis")]
    pub within: Millis,
    /// How likely it is to succeed, through the most promising of its channels. That the others add to it is not
    /// assumed.
    pub success: Success,
    /// How likely this option was to be taken, 0 to 1.
    pub propensity: f64,
    /// Everything that could have been done; the propensities sum to 1.
    pub options: Vec<Choice>,
    /// Treated, or held out: then nothing is sent, and `held_out` is logged when it would have been.
    #[serde(with = "words::arm")]
    pub arm: Arm,
    /// The experiment of the holdout, if the visitor is in one.
    pub experiment: Option<String>,
    /// What follows where nobody answers. Held out, nothing does.
    pub escalation: Escalation,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

impl Plan {
    /// The slots as an intervention has them.
    pub fn slots_on_wire(&self) -> BTreeMap<String, String> {
        self.slots.iter().map(Slot::on_wire).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The last moment at which it may go out, exclusive.
    pub fn until(&self) -> UnixMillis {
        self.at + self.within
    }
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Help.
    Help(Box<Plan>),
    /// Nothing.
    Nothing(Nothing),
}

/// Why nothing is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing {
    /// [`POLICY_VERSION`].
    pub policy: u32,
    /// The code.
    pub code: NothingCode,
    /// When to ask again, where it is only a matter of time.
    #[serde(with = "words::unix_option")]
    pub again_at: Option<UnixMillis>,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

/// Why nothing is done. The variants from `NothingFits` on are in the order in which an action can fail, and the one
/// that came furthest gives the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NothingCode {
    /// Help is switched off.
    Killed,
    /// The risk is below what the site acts on.
    BelowLevel,
    /// The visitor sent help away twice within a week.
    DismissedTwice,
    /// No entry helps with this cause at this priority.
    NothingFits,
    /// The entry's channels need more risk.
    ChannelNeedsRisk,
    /// The visitor does not want the channel.
    OptedOut,
    /// No address is known.
    NoAddress,
    /// The visitor sent away what came through the channel, twice, and never answered.
    ChannelDismissed,
    /// There is no time for it within the longest wait.
    NoTime,
    /// A cap is reached.
    Capped,
    /// The last contact is too near.
    CoolingDown,
}

impl NothingCode {
    /// All of them.
    pub const ALL: [NothingCode; 11] = [
        Self::Killed,
        Self::BelowLevel,
        Self::DismissedTwice,
        Self::NothingFits,
        Self::ChannelNeedsRisk,
        Self::OptedOut,
        Self::NoAddress,
        Self::ChannelDismissed,
        Self::NoTime,
        Self::Capped,
        Self::CoolingDown,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::BelowLevel => "below_level",
            Self::DismissedTwice => "dismissed_twice",
            Self::NothingFits => "nothing_fits",
            Self::ChannelNeedsRisk => "channel_needs_risk",
            Self::OptedOut => "opted_out",
            Self::NoAddress => "no_address",
            Self::ChannelDismissed => "channel_dismissed",
            Self::NoTime => "no_time",
            Self::Capped => "capped",
            Self::CoolingDown => "cooling_down",
        }
    }

    /// What is wrong, as the end of a sentence about a channel.
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Killed => "help is switched off",
            Self::BelowLevel => "the risk is below what the site acts on",
            Self::DismissedTwice => "the visitor sent help away twice within a week",
            Self::NothingFits => "no entry helps with this cause at this priority",
            Self::ChannelNeedsRisk => "needs more risk",
            Self::OptedOut => "the visitor does not want it",
            Self::NoAddress => "no address is known",
            Self::ChannelDismissed => "was sent away twice and never answered",
            Self::NoTime => "cannot go out within 72 h: quiet hours, or nobody there",
            Self::Capped => "a cap is reached",
            Self::CoolingDown => "the last contact is too near",
        }
    }
}
