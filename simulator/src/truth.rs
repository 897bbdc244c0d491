//! The ground truth: what really happened to each visitor, which no batch says.

use serde_json::{Value, json};

use unsnag_core::input::Device;
use unsnag_core::time::UnixMillis;

use crate::fault::Fault;
use crate::visitor::{Goal, Reaction, Visitor};

/// All of one visitor.
#[derive(Clone, Debug)]
pub struct VisitorTruth {
    /// Who it was, as drawn.
    pub visitor: Visitor,
    /// The sessions, the one that is under way included.
    pub sessions: Vec<SessionTruth>,
}

/// One session.
#[derive(Clone, Debug)]
pub struct SessionTruth {
    /// Its id.
    pub session: String,
    /// When it began.
    pub began: UnixMillis,
    /// When it ended; `None` while it lasts.
    pub ended: Option<UnixMillis>,
    /// What the visitor came for.
    pub goal: Goal,
    /// Whether they got it.
    pub succeeded: bool,
    /// The obstacle at which they gave up.
    pub gave_up_at: Option<&'static str>,
    /// They left for a reason that has nothing to do with the site.
    pub called_away: bool,
    /// The obstacles they met, in order.
    pub met: Vec<Meeting>,
    /// The help that was shown to them, or held out, in order.
    pub exposures: Vec<Exposure>,
}

/// An obstacle and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The obstacle.
    pub obstacle: &'static str,
    /// What it does.
    pub fault: Fault,
    /// When it was met first.
    pub at: UnixMillis,
    /// Failures borne there.
    pub failures: u32,
    /// How it was got past; `None` where it was not.
    pub past: Option<Past>,
}

/// How an obstacle was got past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Past {
    /// The visitor found a way around.
    Alone,
    /// It gave way, or the answer came in the end.
    Waited,
    /// The site's own help did it.
    HelpPage,
    /// A nudge did it.
    Nudge,
}

impl Past {
    /// The word in truth files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Waited => "waited",
            Self::HelpPage => "help_page",
            Self::Nudge => "nudge",
        }
    }
}

/// Help that was shown or held out.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// The intervention's id.
    pub intervention: String,
    /// The catalogue entry.
    pub entry: String,
    /// When.
    pub at: UnixMillis,
    /// Nothing was shown.
    pub held_out: bool,
    /// The obstacle at which the visitor was stuck then.
    pub obstacle: Option<&'static str>,
    /// The true effect: the probability that this help gets this visitor past that obstacle once it is shown.
    pub effect: f64,
    /// What the visitor did; `None` where nothing was shown or they left before they had read it.
    pub reaction: Option<Reaction>,
}

impl SessionTruth {
    /// Whether they met an obstacle at which something failed.
    pub fn was_stuck(&self) -> bool {
        self.met.iter().any(|meeting| meeting.failures > 0)
    }

    fn to_json(&self) -> Value {
        let met = self.met.iter().map(|meeting| {
            json!({
                "obstacle": meeting.obstacle, "fault": meeting.fault.name(), "at": meeting.at.0,
                "failures": meeting.failures, "past": meeting.past.map(Past::name),
            })
        });
        let exposures = self.exposures.iter().map(|exposure| {
            let (reaction, solved) = match exposure.reaction {
                None => (None, false),
                Some(Reaction::Click { solves }) => (Some("clicked"), solves),
                Some(Reaction::Dismiss) => (Some("dismissed"), false),
                Some(Reaction::Ignore) => (Some("ignored"), false),
            };
            json!({
                "intervention": exposure.intervention, "entry": exposure.entry, "at": exposure.at.0,
                "held_out": exposure.held_out, "obstacle": exposure.obstacle, "effect": exposure.effect,
                "reaction": reaction, "solved": solved,
            })
        });
        json!({
            "session": self.session, "began": self.began.0, "ended": self.ended.map(|at| at.0),
            "goal": self.goal.name(), "succeeded": self.succeeded, "stuck": self.was_stuck(),
            "gave_up_at": self.gave_up_at, "called_away": self.called_away,
            "met": met.collect::<Vec<_>>(), "exposures": exposures.collect::<Vec<_>>(),
        })
    }
}

impl VisitorTruth {
    /// Whether they were stuck in any session.
    pub fn was_stuck(&self) -> bool {
        self.sessions.iter().any(SessionTruth::was_stuck)
    }

    /// Whether help was shown to them, or held out, in any session.
    pub fn was_exposed(&self) -> bool {
        self.sessions.iter().any(|session| !session.exposures.is_empty())
    }

    /// Whether they got what they came for in every session.
    pub fn succeeded(&self) -> bool {
        self.sessions.iter().all(|session| session.succeeded)
    }

    /// The mean true effect over all exposures; 0 where there was none.
    pub fn true_effect(&self) -> f64 {
        let effects: Vec<f64> =
            self.sessions.iter().flat_map(|session| &session.exposures).map(|exposure| exposure.effect).collect();
        effects.iter().fold(0.0, |sum, effect| sum + effect) / effects.len().max(1) as f64
    }

    /// The truth as one JSON object.
    pub fn to_json(&self) -> Value {
        let Visitor { id, patience, skill, pace, device, hour, .. } = &self.visitor;
        let device = if *device == Device::Touch { "touch" } else { "mouse" };
        json!({
            "visitor": id.as_str(), "patience": patience, "skill": skill, "pace": pace, "device": device, "hour": hour,
            "stuck": self.was_stuck(), "exposed": self.was_exposed(), "succeeded": self.succeeded(),
            "true_effect": self.true_effect(),
            "sessions": self.sessions.iter().map(SessionTruth::to_json).collect::<Vec<_>>(),
        })
    }
}
