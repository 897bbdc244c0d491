//! Small sets of words that some thresholds take.

/// A small set of words: see [`only`], [`tags`] and [`inclusive`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words(pub u8);

impl Words {
    /// Whether any word of `other` is in here.
    pub const fn any(self, other: Words) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every word of `other` is in here.
    pub const fn all(self, other: Words) -> bool {
        self.0 & other.0 == other.0
    }
}

/// How a click was made: a rule takes only those that are all that it asks for.
pub mod only {
    use super::Words;

    /// Made by a person, not by a script.
    pub const TRUSTED: Words = Words(1);
    /// Made with a pointer, not with a key.
    pub const BY_HAND: Words = Words(1 << 1);
    /// Made with the main button.
    pub const MAIN_BUTTON: Words = Words(1 << 2);
    /// Made with no modifier held.
    pub const NO_MODIFIERS: Words = Words(1 << 3);
    /// The browser said that it was a click: more than a press.
    pub const CLICKED: Words = Words(1 << 4);
    /// Plainly a person's click.
    pub const PLAIN: Words = Words((1 << 4) - 1);
    /// The words, in the order of their bits.
    pub const NAMES: [&str; 5] = ["trusted", "by_hand", "main_button", "no_modifiers", "clicked"];
}

/// What kind of element was hit: one of these.
pub mod tags {
    use super::Words;

    /// A button, or something within one.
    pub const BUTTON: Words = Words(1);
    /// A link, or something within one.
    pub const LINK: Words = Words(1 << 1);
    /// An input that is no button, a text area or a select.
    pub const FIELD: Words = Words(1 << 2);
    /// The document itself.
    pub const ROOT: Words = Words(1 << 3);
    /// A surface that paints or plays by itself: canvas, video, audio, embed, object.
    pub const SURFACE: Words = Words(1 << 4);
    /// Anything else.
    pub const OTHER: Words = Words(1 << 5);
    /// An element that the trace never told of.
    pub const UNKNOWN: Words = Words(1 << 6);
    /// No kind: of the kinds that are known, only what is clickable.
    pub const INTERACTIVE: Words = Words(1 << 7);
    /// Every kind.
    pub const ALL: Words = Words(INTERACTIVE.0 - 1);
    /// The words, in the order of their bits.
    pub const NAMES: [&str; 8] = ["button", "link", "field", "root", "surface", "other", "unknown", "interactive"];
}

/// Limits that may be reached; the others must be kept below.
pub mod inclusive {
    use super::Words;

    /// `window_ms`
    pub const WINDOW: Words = Words(1);
    /// `gap_ms`
    pub const GAP: Words = Words(1 << 1);
    /// `distance_px`
    pub const DISTANCE: Words = Words(1 << 2);
    /// Every limit.
    pub const ALL: Words = Words((1 << 3) - 1);
    /// The words, in the order of their bits.
    pub const NAMES: [&str; 3] = ["window", "gap", "distance"];
}
