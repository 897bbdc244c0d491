//! What to do for somebody who struggles, from the level and what speaks for it.

use serde::{Deserialize, Serialize};
use unsnag_core::risk::Level;

use super::indicator::{Indicator, IndicatorKind};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing.
    None,
    /// Look again when more is known.
    Watch,
    /// A hint in the app, at the place of the trouble.
    InAppHint,
    /// A tutorial.
    Tutorial,
    /// A link to support.
    SupportLink,
    /// Somebody to talk to.
    LiveChat,
}

impl Action {
    /// All of them, what costs least first.
    pub const ALL: [Action; 6] =
        [Self::None, Self::Watch, Self::InAppHint, Self::Tutorial, Self::SupportLink, Self::LiveChat];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Watch => "watch",
            Self::InAppHint => "in_app_hint",
            Self::Tutorial => "tutorial",
            Self::SupportLink => "support_link",
            Self::LiveChat => "live_chat",
        }
    }
}

/// When to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// While they are there.
    Now,
    /// Within hours, by another channel.
    WithinHours,
    /// When they come again.
    NextVisit,
}

impl Urgency {
    /// All of them, the most urgent first.
    pub const ALL: [Urgency; 3] = [Self::Now, Self::WithinHours, Self::NextVisit];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::WithinHours => "within_hours",
            Self::NextVisit => "next_visit",
        }
    }
}

/// What to do, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// What.
    pub action: Action,
    /// When.
    pub urgency: Urgency,
}

/// One row of the table: all that it names must hold.
struct Row {
    levels: &'static [Level],
    /// They have left.
    gone: bool,
    /// One of these is among the two indicators that contribute most; where none is named, anything does.
    among: &'static [IndicatorKind],
    then: Recommendation,
}

const fn row(
    levels: &'static [Level],
    gone: bool,
    among: &'static [IndicatorKind],
    action: Action,
    urgency: Urgency,
) -> Row {
    Row { levels, gone, among, then: Recommendation { action, urgency } }
}

/// The table; the first row that holds decides. People are worth most where somebody asks for them, or where a form
/// refuses what the person wants to say; a click that nothing answers is the app's fault, and support can take it over.
const TABLE: [Row; 12] = {
    use Action::{InAppHint, LiveChat, SupportLink, Tutorial, Watch};
    use IndicatorKind::{
        Abandonment, ClickFrustration, ErrorRun, FormValidationErrors, HelpSeeking, RetryLoop, VideoStruggle,
    };
    use Level::{Critical, High, Low, Medium};
    use Urgency::{NextVisit, Now, WithinHours};
    [
        // Who has left is written to where it was bad, and met with a hint where it was not.
        row(&[High, Critical], true, &[], SupportLink, WithinHours),
        row(&[Medium], true, &[], InAppHint, NextVisit),
        row(&[Critical], false, &[], LiveChat, Now),
        row(&[High], false, &[HelpSeeking, FormValidationErrors], LiveChat, Now),
        row(&[High], false, &[VideoStruggle], Tutorial, Now),
        row(&[High], false, &[], SupportLink, Now),
        row(&[Medium], false, &[HelpSeeking], SupportLink, Now),
        row(
            &[Medium],
            false,
            &[FormValidationErrors, ErrorRun, ClickFrustration, RetryLoop, Abandonment],
            InAppHint,
            Now,
        ),
        row(&[Medium], false, &[VideoStruggle], Tutorial, WithinHours),
        row(&[Medium], false, &[], Watch, Now),
        row(&[Low], false, &IndicatorKind::ALL, Watch, NextVisit),
        row(&[Low], true, &IndicatorKind::ALL, Watch, NextVisit),
    ]
};

/// What no row is for.
const NOTHING: Recommendation = Recommendation { action: Action::None, urgency: Urgency::NextVisit };

/// What to do at this level. `indicators` are sorted, what contributes most first.
pub(super) fn of(level: Level, gone: bool, indicators: &[Indicator]) -> Recommendation {
    let holds = |row: &&Row| {
        let mut leading = indicators.iter().take(2);
        let named = row.among.is_empty() || leading.any(|indicator| row.among.contains(&indicator.kind));
        row.levels.contains(&level) && row.gone == gone && named
    };
    TABLE.iter().find(holds).map_or(NOTHING, |row| row.then)
}
