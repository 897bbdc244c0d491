//! What somebody needs help with: a struggle, as far as the choice of help depends on it.

use serde::{Deserialize, Serialize};
use unsnag_core::policy::Priority;
use unsnag_core::risk::Level;
use unsnag_core::time::Millis;

use super::civil::{HOUR, MINUTE};
use crate::words;

/// What the trouble comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Something failed: errors, requests, clicks that nothing answers.
    Technical,
    /// A form refuses what the person enters.
    Form,
    /// The person cannot find where to go.
    Navigation,
    /// The person cannot follow what is said or shown.
    Content,
    /// Signing in, a password, a payment method.
    Account,
    /// None of these, or nobody knows.
    Other,
}

impl Cause {
    /// All of them.
    pub const ALL: [Cause; 6] =
        [Self::Technical, Self::Form, Self::Navigation, Self::Content, Self::Account, Self::Other];

    /// The word in stored plans and configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Form => "form",
            Self::Navigation => "navigation",
            Self::Content => "content",
            Self::Account => "account",
            Self::Other => "other",
        }
    }

    /// The cause with this name.
    pub fn named(name: &str) -> Option<Cause> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

/// When help is of use, as whoever found the struggle sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// While they are there.
    Now,
    /// Within hours, by another channel.
    WithinHours,
    /// When they come again.
    NextVisit,
}

/// A struggle that asks for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// How bad it is, as decided where the score was made.
    #[serde(with = "words::level")]
    pub level: Level,
    /// The score behind the level, 0 to 1 in millionths.
    pub score: u64,
    /// How far the score is to be trusted, 0 to 1 in millionths.
    pub confidence: u64,
    /// What the trouble comes from.
    pub cause: Cause,
    /// When help is of use; `None` leaves it to the priority.
    pub urgency: Option<Urgency>,
    /// The page: `/order/:id`.
    pub template: Option<String>,
}

/// A score that is trusted less than this makes nothing high, in millionths: fewer than a third of what speaks for it
/// could be seen, and the dearest help would go out on a guess.
pub const LEAST_TRUST: u64 = 300_000;

/// `Urgency::Now` means within this time: the active part of most sessions.
pub(super) const NOW: Millis = Millis(30 * MINUTE.0);

impl Need {
    /// How urgent help is. The wire knows three priorities, so critical is high too; what tells the two apart is which
    /// channels a site opens at which level.
    pub fn priority(&self) -> Priority {
        match self.level {
            Level::Low => Priority::Low,
            Level::High | Level::Critical if self.confidence >= LEAST_TRUST => Priority::High,
            Level::Medium | Level::High | Level::Critical => Priority::Medium,
        }
    }

    /// Within which time help goes out: for high, while the person is still at it; for medium, before the day's
    /// memory of it fades; for low, within a day.
    pub fn within(&self) -> Millis {
        let by_priority = within(self.priority());
        match self.urgency {
            Some(Urgency::Now) => by_priority.min(NOW),
            Some(Urgency::NextVisit) => by_priority.max(within(Priority::Low)),
            Some(Urgency::WithinHours) | None => by_priority,
        }
    }
}

/// Within which time help of this priority goes out.
pub(super) const fn within(priority: Priority) -> Millis {
    match priority {
        Priority::Low => Millis(24 * HOUR.0),
        Priority::Medium => Millis(2 * HOUR.0),
        Priority::High => Millis(15 * MINUTE.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_decides_the_priority_unless_nobody_trusts_the_score() {
        let trusted = 800_000;
        for (level, confidence, urgency, priority, minutes) in [
            (Level::Low, trusted, None, Priority::Low, 1440),
            (Level::Medium, trusted, None, Priority::Medium, 120),
            (Level::Medium, trusted, Some(Urgency::WithinHours), Priority::Medium, 120),
            (Level::Medium, trusted, Some(Urgency::Now), Priority::Medium, 30),
            (Level::Medium, trusted, Some(Urgency::NextVisit), Priority::Medium, 1440),
            (Level::High, trusted, Some(Urgency::Now), Priority::High, 15),
            (Level::Critical, trusted, None, Priority::High, 15),
            (Level::Critical, LEAST_TRUST, None, Priority::High, 15),
            (Level::Critical, LEAST_TRUST - 1, None, Priority::Medium, 120),
        ] {
            let need = Need { level, score: 0, confidence, cause: Cause::Other, urgency, template: None };
            let got = (need.priority(), need.within().0 / MINUTE.0);
            assert_eq!(got, (priority, minutes), "{level:?}, {confidence}, {urgency:?}");
        }
    }
}
