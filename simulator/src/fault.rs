//! What an obstacle does, and what people do about it.

use unsnag_core::signal::Kind;

/// What is wrong with a control, a field or a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A press does nothing at all.
    DeadButton,
    /// The answer takes 3.5 to 9 s, and nothing shows that it is under way.
    SlowAnswer,
    /// A press throws a script error.
    ScriptError,
    /// The request of a press fails (500), and an alert says that something went wrong.
    FailedRequest,
    /// A good value is refused at each submit.
    RefusedValue,
    /// Nobody understands what belongs into the field.
    ConfusingField,
    /// The submit button stays disabled although everything is filled in.
    DisabledSubmit,
    /// The video stands still again and again.
    StallingVideo,
    /// A link back leads to the wrong page.
    BrokenBackLink,
}

/// What people do about a failure of one kind. All are assumptions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// How much of a visitor's patience one failure takes.
    pub(crate) cost: f64,
    /// Median time until one notices that it failed, s.
    pub(crate) notice_s: f64,
    /// Relative weights: try once more, press hard and fast, wait, reload, turn to the help.
    pub(crate) weights: [f64; 5],
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 9] = [
        Self::DeadButton,
        Self::SlowAnswer,
        Self::ScriptError,
        Self::FailedRequest,
        Self::RefusedValue,
        Self::ConfusingField,
        Self::DisabledSubmit,
        Self::StallingVideo,
        Self::BrokenBackLink,
    ];

    /// The word in truth files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeadButton => "dead_button",
            Self::SlowAnswer => "slow_answer",
            Self::ScriptError => "script_error",
            Self::FailedRequest => "failed_request",
            Self::RefusedValue => "refused_value",
            Self::ConfusingField => "confusing_field",
            Self::DisabledSubmit => "disabled_submit",
            Self::StallingVideo => "stalling_video",
            Self::BrokenBackLink => "broken_back_link",
        }
    }

    /// The signals that it should raise, the most telling first.
    pub const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::DeadButton => &[Kind::DeadClick, Kind::RageClick],
            Self::SlowAnswer => &[Kind::SlowClick],
            Self::ScriptError | Self::FailedRequest => &[Kind::ErrorClick],
            Self::RefusedValue | Self::ConfusingField => &[Kind::FormStruggle],
            Self::DisabledSubmit => &[Kind::DisabledClick],
            Self::StallingVideo => &[Kind::VideoStruggle],
            Self::BrokenBackLink => &[Kind::QuickBack],
        }
    }

    pub(crate) const fn habits(self) -> Habits {
        let (cost, notice_s, weights) = match self {
            Self::DeadButton => (1.0, 2.0, [0.30, 0.40, 0.05, 0.15, 0.10]),
            // Four seconds: twice the tolerable waiting time of Nah (2004).
            Self::SlowAnswer => (0.7, 4.0, [0.20, 0.20, 0.45, 0.10, 0.05]),
            Self::ScriptError => (1.0, 2.0, [0.35, 0.25, 0.05, 0.20, 0.15]),
            Self::FailedRequest => (1.0, 2.0, [0.45, 0.15, 0.15, 0.15, 0.10]),
            Self::RefusedValue => (1.0, 1.2, [0.65, 0.10, 0.00, 0.10, 0.15]),
            Self::ConfusingField => (0.8, 1.2, [0.55, 0.00, 0.15, 0.05, 0.25]),
            Self::DisabledSubmit => (1.0, 2.0, [0.30, 0.35, 0.10, 0.10, 0.15]),
            Self::StallingVideo => (0.7, 2.0, [0.00, 0.00, 0.55, 0.30, 0.15]),
            Self::BrokenBackLink => (0.5, 1.2, [0.80, 0.00, 0.00, 0.00, 0.20]),
        };
        Habits { cost, notice_s, weights }
    }
}
