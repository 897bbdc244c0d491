//! Signals: verdicts with kind, grade and evidence, revised while more is learned.

use crate::input::{Cause, ElementId};
use crate::json::Writer;
use crate::time::Millis;

/// What kind of frustration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
#[repr(u8)]
pub enum Kind {
    RageClick,
    DeadClick,
    SlowClick,
    ErrorClick,
    DisabledClick,
    CursorThrash,
    KeyboardFrustration,
    DeadSwipe,
    QuickBack,
    ScrollHunt,
    FormStruggle,
    FormAbandon,
    Reload,
    HelpSeeking,
    VideoStruggle,
}

impl Kind {
    /// All kinds of the contract, in its order.
    pub const ALL: [Kind; 15] = [
        Self::RageClick,
        Self::DeadClick,
        Self::SlowClick,
        Self::ErrorClick,
        Self::DisabledClick,
        Self::CursorThrash,
        Self::KeyboardFrustration,
        Self::DeadSwipe,
        Self::QuickBack,
        Self::ScrollHunt,
        Self::FormStruggle,
        Self::FormAbandon,
        Self::Reload,
        Self::HelpSeeking,
        Self::VideoStruggle,
    ];

    /// The word on the wire and the word in opt-outs.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::RageClick => ("rage_click", "rage"),
            Self::DeadClick => ("dead_click", "dead"),
            Self::SlowClick => ("slow_click", "slow"),
            Self::ErrorClick => ("error_click", "error"),
            Self::DisabledClick => ("disabled_click", "disabled"),
            Self::CursorThrash => ("cursor_thrash", "thrash"),
            Self::KeyboardFrustration => ("keyboard_frustration", "keyboard"),
            Self::DeadSwipe => ("dead_swipe", "swipe"),
            Self::QuickBack => ("quick_back", "quick_back"),
            Self::ScrollHunt => ("scroll_hunt", "scroll"),
            Self::FormStruggle => ("form_struggle", "form"),
            Self::FormAbandon => ("form_abandon", "abandon"),
            Self::Reload => ("reload", "reload"),
            Self::HelpSeeking => ("help_seeking", "help"),
            Self::VideoStruggle => ("video_struggle", "video"),
        }
    }

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// The name in `data-unsnag-ignore` and in the flags of a trace.
    pub const fn short_name(self) -> &'static str {
        self.words().1
    }

    /// The kind with this name on the wire.
    pub fn named(name: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether its evidence counts clicks.
    pub const fn is_of_clicks(self) -> bool {
        matches!(self, Self::RageClick | Self::DeadClick | Self::SlowClick | Self::ErrorClick | Self::DisabledClick)
    }

    /// Whether feature 7, `click_frustration`, counts this kind.
    pub const fn is_click_frustration(self) -> bool {
        matches!(
            self,
            Self::RageClick
                | Self::DeadClick
                | Self::SlowClick
                | Self::ErrorClick
                | Self::DisabledClick
                | Self::KeyboardFrustration
                | Self::DeadSwipe
        )
    }
}

/// How sure a signal is. Rules name the least grade that they act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// A later revision took the signal back.
    Retracted,
    /// It looks like it; something speaks against it.
    Suspected,
    /// Nothing speaks against it yet.
    Likely,
    /// Proven: nothing answered in time, or an error came.
    Confirmed,
}

impl Grade {
    /// All grades, least first.
    pub const ALL: [Grade; 4] = [Self::Retracted, Self::Suspected, Self::Likely, Self::Confirmed];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retracted => "retracted",
            Self::Suspected => "suspected",
            Self::Likely => "likely",
            Self::Confirmed => "confirmed",
        }
    }

    /// The grade with this name.
    pub fn named(name: &str) -> Option<Grade> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }

    /// What one signal of this grade adds to feature 7, in millionths (DESIGN.md §6).
    pub const fn weight_millionths(self) -> u64 {
        match self {
            Self::Retracted => 0,
            Self::Suspected => 250_000,
            Self::Likely => 500_000,
            Self::Confirmed => 1_000_000,
        }
    }
}

/// What can answer a gesture, as a set: what a detector looked for, and what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers(pub u32);

impl Answers {
    /// The page changed near the target.
    pub const NEARBY_CHANGE: Answers = Answers(1);
    /// The page changed elsewhere, not where it changes by itself.
    pub const OTHER_CHANGE: Answers = Answers(1 << 1);
    /// A field's value changed.
    pub const VALUE: Answers = Answers(1 << 2);
    /// Something opened or closed.
    pub const TOGGLE: Answers = Answers(1 << 3);
    /// Something scrolled.
    pub const SCROLL: Answers = Answers(1 << 4);
    /// Text was selected.
    pub const SELECTION: Answers = Answers(1 << 5);
    /// The focus moved to another element or out of the window.
    pub const FOCUS: Answers = Answers(1 << 6);
    /// The address changed, or the page was left or hidden.
    pub const NAVIGATION: Answers = Answers(1 << 7);
    /// The browser did something: a window, a download, the clipboard, a dialog, fullscreen, a picker, sharing.
    pub const BROWSER: Answers = Answers(1 << 8);
    /// A media element started, stopped or changed.
    pub const MEDIA: Answers = Answers(1 << 9);
    /// An alert was announced.
    pub const ALERT: Answers = Answers(1 << 10);
    /// A request began: a promise of an answer, not an answer.
    pub const REQUEST: Answers = Answers(1 << 11);
    /// A script error.
    pub const ERROR: Answers = Answers(1 << 12);
    /// A request failed.
    pub const FAILED_REQUEST: Answers = Answers(1 << 13);
    /// A change where the page changes by itself; never an answer.
    pub const NOISE: Answers = Answers(1 << 14);

    /// The names, in the order of their bits.
    pub const NAMES: [&'static str; 15] = [
        "nearby_change",
        "other_change",
        "value",
        "toggle",
        "scroll",
        "selection",
        "focus",
        "navigation",
        "browser",
        "media",
        "alert",
        "request",
        "error",
        "failed_request",
        "noise",
    ];

    /// Everything that a person would take as an answer.
    pub const VISIBLE: Answers = Answers((1 << 11) - 1);

    /// The answer with this name.
    pub fn named(name: &str) -> Option<Answers> {
        Self::NAMES.iter().position(|n| *n == name).map(|bit| Answers(1 << bit))
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Answers) -> Answers {
        Answers(self.0 | other.0)
    }

    /// Whether any of `other` is in here.
    pub const fn any(self, other: Answers) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of what is in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| name)
    }
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How often: clicks of the chain, presses of the key, swipes, turns of the pointer or of the scroller, submits.
    pub count: u32,
    /// From the chain's first of them to its last; for a page that was left, how long it was shown.
    pub span: Millis,
    /// Clicks that the page answered each with a state of its own.
    pub distinct: u32,
    /// From the last click to the first answer, where one came.
    pub first_answer: Option<Millis>,
    /// What would have counted as an answer.
    pub looked_for: Answers,
    /// What came.
    pub came: Answers,
    /// How an error is linked to the click.
    pub cause: Option<Cause>,
}

/// Why a candidate was not raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// Each click did its own thing.
    DistinctResponses,
    /// Text was selected.
    Selection,
    /// The page scrolled in the same gesture.
    Scroll,
    /// The element or one around it opted out.
    OptOut,
    /// An error click on the same target says it better.
    ErrorClick,
    /// The page answered all along: a chart that is read by moving over it.
    Answered,
}

impl Suppressed {
    /// All of them.
    pub const ALL: [Suppressed; 6] =
        [Self::DistinctResponses, Self::Selection, Self::Scroll, Self::OptOut, Self::ErrorClick, Self::Answered];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DistinctResponses => "distinct_responses",
            Self::Selection => "selection",
            Self::Scroll => "scroll",
            Self::OptOut => "opt_out",
            Self::ErrorClick => "error_click",
            Self::Answered => "answered",
        }
    }
}

/// One revision of a verdict. All revisions of one chain share the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Number of the chain, unique within a session and tab.
    pub id: u32,
    /// What kind.
    pub kind: Kind,
    /// How sure.
    pub grade: Grade,
    /// 1 for the first revision.
    pub revision: u32,
    /// Nothing further will be said of this chain.
    pub is_final: bool,
    /// When this revision was reached.
    pub at: Millis,
    /// On what.
    pub element: Option<ElementId>,
    /// Why.
    pub evidence: Evidence,
    /// Set when this is only a candidate that was not raised.
    pub suppressed_by: Option<Suppressed>,
}

impl Signal {
    /// Whether this revision counts: raised and not taken back.
    pub fn counts(&self) -> bool {
        self.suppressed_by.is_none() && self.grade != Grade::Retracted
    }

    /// What it adds to feature 2: every click beyond the first on what did not answer, or answered too late.
    pub fn retries(&self) -> u32 {
        let sure = self.counts() && self.grade >= Grade::Likely;
        let unanswered = matches!(self.kind, Kind::DeadClick | Kind::SlowClick);
        if sure && unanswered { self.evidence.count.saturating_sub(1) } else { 0 }
    }

    /// Writes the members that the replay line and the `signal` event share, into an open object.
    pub fn write_members(&self, w: &mut Writer) {
        let mut id = String::from("s");
        crate::json::push_integer(&mut id, u64::from(self.id));
        w.name("signal").string(&id);
        w.name("kind").string(self.kind.name());
        w.name("grade").string(self.grade.name());
        w.name("revision").integer(u64::from(self.revision));
        w.name("final").boolean(self.is_final);
        w.name("at").integer(self.at.0);
    }

    /// Writes evidence and suppression, into an open object.
    pub fn write_evidence(&self, w: &mut Writer) {
        let evidence = &self.evidence;
        w.name("evidence").begin_object();
        w.name(if self.kind.is_of_clicks() { "clicks" } else { "count" }).integer(u64::from(evidence.count));
        w.name("span_ms").integer(evidence.span.0);
        if evidence.distinct > 0 {
            w.name("distinct").integer(u64::from(evidence.distinct));
        }
        if let Some(after) = evidence.first_answer {
            w.name("first_answer_ms").integer(after.0);
        }
        if let Some(cause) = evidence.cause {
            w.name("cause").string(cause.name());
        }
        for (name, set) in [("looked_for", evidence.looked_for), ("came", evidence.came)] {
            w.name(name).begin_array();
            for word in set.names() {
                w.string(word);
            }
            w.end_array();
        }
        w.end_object();
        w.name("suppressed_by").string_or_null(self.suppressed_by.map(Suppressed::name));
    }
}

impl Cause {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Promise => "promise",
            Self::Other => "other",
        }
    }
}
