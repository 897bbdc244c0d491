//! What is told of a form: never what its fields hold.

use crate::json::Writer;
use crate::time::Millis;

/// What became of a form so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Seen, perhaps looked into, not started.
    #[default]
    Viewed,
    /// The person edited or submitted it.
    Started,
    /// Its last submit was refused.
    Invalid,
    /// Submitted with success.
    Submitted,
    /// Started and left without success.
    Abandoned,
    /// Abandoned, and the person came back to it.
    Resumed,
    /// Left without a submit where none was due: its changes took effect at once, or the page opted it out.
    Left,
}

impl State {
    /// All states.
    pub const ALL: [State; 7] =
        [Self::Viewed, Self::Started, Self::Invalid, Self::Submitted, Self::Abandoned, Self::Resumed, Self::Left];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewed => "viewed",
            Self::Started => "started",
            Self::Invalid => "invalid",
            Self::Submitted => "submitted",
            Self::Abandoned => "abandoned",
            Self::Resumed => "resumed",
            Self::Left => "left",
        }
    }

    /// Whether a run in this state is an attempt of feature 8.
    pub const fn is_attempt(self) -> bool {
        !matches!(self, Self::Viewed | Self::Left)
    }
}

/// What is known of one field. Never what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The field's id.
    pub field: String,
    /// How often it got the focus.
    pub visits: u32,
    /// From its first focus to its first input, while the page was shown.
    pub first_input: Option<Millis>,
    /// Active time in it, ms.
    pub active_ms: u64,
    /// Inputs.
    pub edits: u32,
    /// Characters deleted.
    pub deleted: u32,
    /// How often it was emptied and filled again.
    pub refills: u32,
    /// How often it was shown as invalid.
    pub invalid: u32,
    /// It was the last one used.
    pub last: bool,
    /// How often it went from valid to invalid or back.
    pub flips: u32,
    /// Pastes.
    pub pastes: u32,
    /// How often the browser filled it.
    pub autofills: u32,
    /// The length of what it holds, rounded up to a power of two; not known of secrets.
    pub length: Option<u32>,
    /// A password, a card, a one-time code: only counted.
    pub secret: bool,
}

/// What is known of one run of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The form's id.
    pub form: String,
    /// What became of it so far.
    pub state: State,
    /// Active time in it, ms.
    pub active_ms: u64,
    /// Its fields, in the order of their first use.
    pub fields: Vec<Field>,
    /// The number of this run, unique within a session and tab.
    pub run: u32,
    /// Counts what was told of the run; the newest stands for all.
    pub revision: u32,
    /// Submits, refused ones included.
    pub submits: u32,
    /// Submits that were refused.
    pub invalid_submits: u32,
    /// Submits after a refused one.
    pub retries: u32,
    /// Validation errors shown.
    pub errors: u32,
    /// Fields that are no longer told of, because there are too many.
    pub lost_fields: u32,
}

impl Form {
    /// Writes its members into an open object.
    pub fn write_members(&self, w: &mut Writer) {
        w.name("form").string(&self.form).name("state").string(self.state.name());
        w.name("active_ms").integer(self.active_ms).name("fields").begin_array();
        for field in &self.fields {
            field.write(w);
        }
        w.end_array();
        for (name, count) in [
            ("run", self.run),
            ("revision", self.revision),
            ("submits", self.submits),
            ("invalid_submits", self.invalid_submits),
            ("retries", self.retries),
            ("errors", self.errors),
            ("lost_fields", self.lost_fields),
        ] {
            w.name(name).integer(u64::from(count));
        }
    }
}

impl Field {
    fn write(&self, w: &mut Writer) {
        w.begin_object().name("field").string(&self.field).name("visits").integer(u64::from(self.visits));
        w.name("first_input_ms");
        match self.first_input {
            Some(after) => w.integer(after.0),
            None => w.raw("null"),
        };
        w.name("active_ms").integer(self.active_ms);
        for (name, count) in
            [("edits", self.edits), ("deleted", self.deleted), ("refills", self.refills), ("invalid", self.invalid)]
        {
            w.name(name).integer(u64::from(count));
        }
        w.name("last").boolean(self.last);
        let length = self.length.unwrap_or_default();
        for (name, count) in
            [("flips", self.flips), ("pastes", self.pastes), ("autofills", self.autofills), ("length", length)]
        {
            if count > 0 {
                w.name(name).integer(u64::from(count));
            }
        }
        if self.secret {
            w.name("secret").boolean(true);
        }
        w.end_object();
    }
}
