//! Events: what leaves the page. Never a value, a text or an address: roles, enums, numbers and hashes.

mod read;

use crate::forms::Form;
use crate::input::{Arrival, Cause, Flags, Px, TaskWhat};
use crate::json::{Writer, push_integer};
use crate::signal::Signal;
use crate::time::UnixMillis;
use crate::video::VideoTotals;

/// What a label says, as far as it leaves the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Label {
    Stepper,
    Pager,
    Submit,
    #[default]
    Other,
}

impl Label {
    /// The label that an element's flags stand for.
    pub const fn of(flags: Flags) -> Label {
        if flags.any(Flags::STEPPER) {
            Label::Stepper
        } else if flags.any(Flags::PAGER) {
            Label::Pager
        } else if flags.any(Flags::SUBMIT) {
            Label::Submit
        } else {
            Label::Other
        }
    }

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stepper => "stepper",
            Self::Pager => "pager",
            Self::Submit => "submit",
            Self::Other => "other",
        }
    }
}

/// What a person did with an intervention, or what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Outcome {
    Shown,
    HeldOut,
    Clicked,
    Dismissed,
    Expired,
    Helped,
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 7] =
        [Self::Shown, Self::HeldOut, Self::Clicked, Self::Dismissed, Self::Expired, Self::Helped, Self::Failed];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::HeldOut => "held_out",
            Self::Clicked => "clicked",
            Self::Dismissed => "dismissed",
            Self::Expired => "expired",
            Self::Helped => "helped",
            Self::Failed => "failed",
        }
    }

    /// The outcome with this name.
    pub fn named(name: &str) -> Option<Outcome> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// One event of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, by the page's clock.
    pub at: UnixMillis,
    /// What.
    pub what: What,
}

/// What happened. One schema each in `core/schemas/`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum What {
    Click {
        role: String,
        label: Label,
        x: Px,
        y: Px,
        result: &'static str,
    },
    Signal {
        signal: Signal,
        role: String,
        label: Label,
    },
    Error {
        cause: Cause,
        class: String,
        hash: String,
    },
    Task {
        name: String,
        what: TaskWhat,
    },
    Help,
    /// What is known of one run of a form so far; the newest revision replaces the earlier ones.
    Form(Form),
    /// The totals of one view so far; the newest of a view replaces the earlier ones.
    Page(PageTotals),
    /// The totals of one player so far; the newest of a player replaces the earlier ones.
    Video(Box<VideoTotals>),
    /// `props` is a flat JSON object, checked by who made it.
    Custom {
        name: String,
        props: String,
    },
    Outcome {
        intervention: String,
        decision: String,
        signature: String,
        what: Outcome,
    },
}

/// What is known of one page view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageTotals {
    /// The page's template: `/order/:id`.
    pub template: String,
    /// The id of this view: the page's, and a number for each view that a page shows without being loaded again.
    pub view: String,
    /// How it came.
    pub how: Option<Arrival>,
    /// Visible, with an input in the last 30 s.
    pub active_ms: u64,
    /// Visible.
    pub visible_ms: u64,
    /// Clicks, keys, swipes and changed fields.
    pub interactions: u32,
    /// The furthest part of the page seen, per cent.
    pub scroll_depth: u8,
    /// The page was left from this view.
    pub left: bool,
}

impl What {
    /// The event's type on the wire.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Click { .. } => "click",
            Self::Signal { .. } => "signal",
            Self::Error { .. } => "error",
            Self::Task { .. } => "task",
            Self::Help => "help",
            Self::Form(_) => "form",
            Self::Page(_) => "page",
            Self::Video(_) => "video",
            Self::Custom { .. } => "custom",
            Self::Outcome { .. } => "outcome",
        }
    }

    fn write_data(&self, w: &mut Writer) {
        w.begin_object();
        match self {
            Self::Click { role, label, x, y, result } => {
                w.name("role").string(role).name("label").string(label.name());
                w.name("x").signed(i64::from(x.whole())).name("y").signed(i64::from(y.whole()));
                w.name("result").string(result);
            }
            Self::Signal { signal, role, label } => {
                signal.write_members(w);
                w.name("role").string(role).name("label").string(label.name());
                signal.write_evidence(w);
            }
            Self::Error { cause, class, hash } => {
                w.name("cause").string(cause.name()).name("class").string(class).name("hash").string(hash);
            }
            Self::Task { name, what } => {
                w.name("name").string(name).name("what").string(what.name());
            }
            Self::Help => {}
            Self::Form(form) => form.write_members(w),
            Self::Page(page) => {
                w.name("template").string(&page.template).name("view").string(&page.view);
                w.name("how").string(page.how.unwrap_or(Arrival::Navigate).name());
                w.name("active_ms").integer(page.active_ms).name("visible_ms").integer(page.visible_ms);
                w.name("interactions").integer(u64::from(page.interactions));
                w.name("scroll_depth").integer(u64::from(page.scroll_depth));
                w.name("left").boolean(page.left);
            }
            Self::Video(totals) => totals.write_members(w),
            Self::Custom { name, props } => {
                w.name("name").string(name).name("props").raw(props);
            }
            Self::Outcome { intervention, decision, signature, what } => {
                w.name("intervention").string(intervention).name("decision").string(decision);
                w.name("signature").string(signature).name("what").string(what.name());
            }
        }
        w.end_object();
    }
}

impl Event {
    /// Writes the event with its number in session and tab; `skew` is added to its time.
    pub fn write(&self, number: u32, skew: i64, w: &mut Writer) {
        let mut id = String::from("e");
        push_integer(&mut id, u64::from(number));
        w.begin_object().name("id").string(&id).name("type").string(self.what.type_name());
        w.name("at").integer(self.at.0.saturating_add_signed(skew));
        w.name("data");
        self.what.write_data(w);
        w.end_object();
    }
}

impl Arrival {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Navigate => "navigate",
            Self::Reload => "reload",
            Self::BackForward => "back_forward",
            Self::BfCache => "bfcache",
        }
    }
}
