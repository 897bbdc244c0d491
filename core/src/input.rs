//! Inputs: what a page observed, one fact at a time, each with its time. Everything the engine knows comes from these.

use crate::time::Millis;

/// One fact the page observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// When, since the origin of the page or trace.
    pub at: Millis,
    /// What.
    pub what: Observed,
}

/// The latest time taken, ms: the last that a date in a browser can have.
pub const LATEST: Millis = Millis(8_640_000_000_000_000);

/// As much of a text as is kept.
#[inline(never)]
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The number by which a page names one of its elements; never reused within a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub u32);

/// A length or position in hundredths of a CSS pixel: fractions survive, and arithmetic stays whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Px(pub i32);

impl Px {
    /// Hundredths of a CSS pixel in one CSS pixel.
    pub const PER_PIXEL: i32 = 100;

    /// Rounds to the nearest hundredth; what no screen can have ends at the edge of the type.
    pub fn from_css(pixels: f64) -> Self {
        let hundredths = pixels * f64::from(Self::PER_PIXEL);
        Self((hundredths + if hundredths < 0.0 { -0.5 } else { 0.5 }) as i32)
    }

    /// Whole CSS pixels, rounded towards zero.
    pub const fn whole(self) -> i32 {
        self.0 / Self::PER_PIXEL
    }
}

/// What an element is, as far as the detectors care, as a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    /// Semantically clickable: a button, a link, a role, a click handler, a tab stop.
    pub const INTERACTIVE: Flags = Flags(1);
    /// Disabled, natively or by ARIA.
    pub const DISABLED: Flags = Flags(1 << 1);
    /// A control that takes text.
    pub const TEXT_FIELD: Flags = Flags(1 << 2);
    /// Content that can be edited in place.
    pub const EDITABLE: Flags = Flags(1 << 3);
    /// A canvas, whose answers nobody outside can see.
    pub const CANVAS: Flags = Flags(1 << 4);
    /// A link with a target.
    pub const LINK: Flags = Flags(1 << 5);
    /// The label of a control.
    pub const LABEL: Flags = Flags(1 << 6);
    /// Steps a value up or down.
    pub const STEPPER: Flags = Flags(1 << 7);
    /// Goes to another page of a list.
    pub const PAGER: Flags = Flags(1 << 8);
    /// Submits a form.
    pub const SUBMIT: Flags = Flags(1 << 9);
    /// Downloads a file.
    pub const DOWNLOAD: Flags = Flags(1 << 10);
    /// Opens another tab.
    pub const NEW_TAB: Flags = Flags(1 << 11);
    /// The bit of `ignore:rage`; the other kinds follow in the order of [`crate::signal::Kind::ALL`].
    const FIRST_IGNORE: u32 = 12;

    /// The names of the flags in a trace, in the order of their bits.
    pub const NAMES: [&'static str; 12] = [
        "interactive",
        "disabled",
        "text_field",
        "editable",
        "canvas",
        "link",
        "label",
        "stepper",
        "pager",
        "submit",
        "download",
        "new_tab",
    ];

    /// The flag by which the page opts an element out of one kind of signal.
    pub const fn ignore(kind: crate::signal::Kind) -> Flags {
        Flags(1 << (Self::FIRST_IGNORE + kind as u32))
    }

    /// The flag with this name (`interactive`, `ignore:rage`, …); `ignore:all` is all kinds at once.
    pub fn named(name: &str) -> Option<Flags> {
        if let Some(kind) = name.strip_prefix("ignore:") {
            if kind == "all" {
                return Some(crate::signal::Kind::ALL.iter().fold(Flags(0), |all, k| all.with(Flags::ignore(*k))));
            }
            return crate::signal::Kind::ALL.into_iter().find(|k| k.short_name() == kind).map(Flags::ignore);
        }
        Self::NAMES.iter().position(|n| *n == name).map(|bit| Flags(1 << bit))
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether any flag of `other` is set here.
    pub const fn any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
}

/// An element, told before its first use.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Its number.
    pub id: ElementId,
    /// Its parent, where that is known too.
    pub parent: Option<ElementId>,
    /// Tag name in lower case.
    pub tag: String,
    /// ARIA role, explicit or implied; empty when none.
    pub role: String,
    /// The nearest landmark, dialog or marked region around it.
    pub region: Option<ElementId>,
    /// What it is.
    pub flags: Flags,
}

/// How a page came to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A link, an address, a script.
    Navigate,
    /// The reload button.
    Reload,
    /// Back or forward, loaded anew.
    BackForward,
    /// Back or forward, restored from the browser's memory.
    BfCache,
}

/// How the address changed within a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavigateHow {
    /// `history.pushState`
    Push,
    /// `history.replaceState`
    Replace,
    /// Back or forward within the page.
    Pop,
    /// Only the fragment.
    Hash,
    /// The page is about to be left.
    Leave,
}

/// A pointer event on an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// The element hit: the first of `composedPath`.
    pub element: ElementId,
    /// Position in the viewport.
    pub x: Px,
    /// Position in the viewport.
    pub y: Px,
    /// 0 is the main button.
    pub button: u8,
    /// The browser's click count; 0 when a key made the click.
    pub detail: u32,
    /// Bit mask: 1 shift, 2 control, 4 alt, 8 meta.
    pub mods: u8,
    /// Mouse, touch or pen.
    pub device: Device,
    /// Made by a person, not by a script.
    pub trusted: bool,
}

/// What kind of pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// A mouse or touchpad.
    #[default]
    Mouse,
    /// A finger.
    Touch,
    /// A pen.
    Pen,
}

/// Which key, as far as anyone needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Key {
    Enter,
    Escape,
    Tab,
    Delete,
    Backspace,
    Char,
    Other,
}

/// What kind of change a mutation was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutated {
    /// Nodes came or went.
    ChildList,
    /// Attributes changed.
    Attributes,
    /// Text changed.
    Text,
    /// Style rules changed.
    Cssom,
    /// A control's value changed.
    Value,
}

/// What caused a script error, as far as it can be proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Thrown while the last gesture was dispatched.
    Sync,
    /// Rejected in a promise chain of the last gesture.
    Promise,
    /// Anything else.
    Other,
}

/// A browser service that a page called on or opened: each is a visible answer to a gesture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Effect {
    OpenWindow,
    Download,
    Clipboard,
    Dialog,
    Fullscreen,
    Picker,
    Share,
}

/// What happened to a form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FieldWhat {
    Focus,
    Input,
    Change,
    Blur,
    Paste,
    Autofill,
    Invalid,
    Valid,
}

/// What happened to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FormWhat {
    Seen,
    Submit,
    Reset,
    Removed,
    Success,
}

/// What happened to a task that the app announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TaskWhat {
    Start,
    Success,
    Fail,
}

impl TaskWhat {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Success => "success",
            Self::Fail => "fail",
        }
    }
}

/// What was observed.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Observed {
    Element(Element),
    Page {
        template: String,
        view: String,
        how: Arrival,
        referrer_same_site: bool,
    },
    Navigate {
        template: Option<String>,
        how: NavigateHow,
    },
    Visibility {
        visible: bool,
    },
    PageHide {
        persisted: bool,
        /// Something on it said that it is still at work.
        busy: bool,
    },
    Focus {
        element: Option<ElementId>,
    },
    Blur {
        element: Option<ElementId>,
    },
    Tick,
    PointerDown(Pointer),
    PointerUp(Pointer),
    Click(Pointer),
    PointerMove {
        x: Px,
        y: Px,
    },
    Key {
        element: Option<ElementId>,
        key: Key,
        repeat: bool,
    },
    Swipe {
        element: ElementId,
        dx: Px,
        dy: Px,
    },
    Mutation {
        element: ElementId,
        count: u32,
        what: Mutated,
        state: Option<u32>,
    },
    Toggle {
        element: ElementId,
        open: bool,
    },
    Scroll {
        element: Option<ElementId>,
        x: Px,
        y: Px,
        depth: Option<u8>,
    },
    Selection {
        collapsed: bool,
    },
    Effect(Effect),
    Media {
        element: Option<ElementId>,
        what: String,
    },
    RequestStart {
        id: u32,
        /// It began in no gesture's task; one that did is that gesture's beyond doubt.
        by_itself: bool,
    },
    RequestEnd {
        id: u32,
        status: u16,
    },
    Error {
        cause: Cause,
        class: String,
        hash: String,
    },
    Field {
        element: Option<ElementId>,
        form: String,
        field: String,
        what: FieldWhat,
        length: u32,
        deleted: u32,
        secret: bool,
    },
    Form {
        form: String,
        what: FormWhat,
    },
    Alert {
        element: Option<ElementId>,
    },
    Help {
        element: Option<ElementId>,
    },
    Task {
        name: String,
        what: TaskWhat,
    },
    Video(Video),
}

/// What a reading of a player was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum VideoWhat {
    Add,
    Play,
    Playing,
    Pause,
    Seeking,
    Seeked,
    Time,
    Rate,
    Waiting,
    Stalled,
    Ended,
    Error,
    Volume,
    Visible,
    Remove,
}

/// One reading of a video or audio element.
#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    /// The player.
    pub element: ElementId,
    /// What it was taken for.
    pub what: VideoWhat,
    /// Position in the content, ms.
    pub at: Millis,
    /// Length of the content, ms; `None` for a live stream.
    pub length: Option<Millis>,
    /// Playback rate in thousandths.
    pub rate_thousandths: u32,
    /// No sound.
    pub muted: bool,
    /// `readyState`.
    pub ready: u8,
    /// At least half of it in the viewport.
    pub visible: bool,
    /// Plays again from the start at the end.
    pub looping: bool,
    /// Nobody says that a script moved the position.
    pub by_user: bool,
}

impl Video {
    /// Whether a person sees or hears that something happened.
    pub(crate) fn is_answer(&self) -> bool {
        use VideoWhat::{Pause, Play, Rate, Seeking, Volume};
        matches!(self.what, Play | Pause | Rate | Volume) || (self.what == Seeking && self.by_user)
    }
}
