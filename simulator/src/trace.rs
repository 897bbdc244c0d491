//! Traces: a tab's inputs as JSON Lines ("Trace v1"), which `unsnag replay` reads.
//!
//! A trace holds the tab from its first page to its last, because what is said on one page may rest on the page before:
//! a quick back, a reload, a form that was given up.

use unsnag_core::input::{
    Cause, Device, Effect, Element, ElementId, FieldWhat, Flags, FormWhat, Key, Mutated, NavigateHow, Observed,
    Pointer, Px, Video, VideoWhat,
};
use unsnag_core::json::Writer;
use unsnag_core::outbox::Identity;
use unsnag_core::signal::{Kind, Signal};
use unsnag_core::time::{Millis, UnixMillis};

/// What one tab observed, and what its engine said of it.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The session.
    pub session: String,
    /// The tab.
    pub tab: String,
    /// The trace.
    pub text: String,
    /// Every revision of a signal, in order, its time counted from the trace's origin: what a replay says too.
    pub signals: Vec<Signal>,
    origin: UnixMillis,
}

impl Recording {
    pub(crate) fn begin(identity: &Identity, origin: UnixMillis, [width, height]: [u32; 2]) -> Self {
        let mut w = Writer::new();
        w.begin_object().name("trace").integer(1).name("time_origin").integer(origin.0);
        w.name("viewport").begin_array().integer(width.into()).integer(height.into()).end_array().end_object();
        let (session, tab) = (identity.session.as_str().to_owned(), identity.tab.as_str().to_owned());
        Self { session, tab, text: w.finish() + "\n", signals: Vec::new(), origin }
    }

    pub(crate) fn input(&mut self, at: UnixMillis, what: &Observed) {
        self.text.push_str(&trace_line(at - self.origin, what));
        self.text.push('\n');
    }

    pub(crate) fn signal(&mut self, page_origin: UnixMillis, signal: Signal) {
        self.signals.push(Signal { at: (page_origin - self.origin) + signal.at, ..signal });
    }
}

/// One input as a line of a trace, without the line's end.
pub fn trace_line(at: Millis, what: &Observed) -> String {
    let mut line = Line(Writer::new());
    line.0.begin_object().name("t").integer(at.0).name("k").string(kind_of(what));
    line.body(what);
    line.0.end_object();
    line.0.finish()
}

fn kind_of(what: &Observed) -> &'static str {
    match what {
        Observed::Element(_) => "element",
        Observed::Page { .. } => "page",
        Observed::Navigate { .. } => "navigate",
        Observed::Visibility { .. } => "visibility",
        Observed::PageHide { .. } => "page_hide",
        Observed::Focus { .. } => "focus",
        Observed::Blur { .. } => "blur",
        Observed::Tick => "tick",
        Observed::PointerDown(_) => "pointer_down",
        Observed::PointerUp(_) => "pointer_up",
        Observed::Click(_) => "click",
        Observed::PointerMove { .. } => "pointer_move",
        Observed::Key { .. } => "key",
        Observed::Swipe { .. } => "swipe",
        Observed::Mutation { .. } => "mutation",
        Observed::Toggle { .. } => "toggle",
        Observed::Scroll { .. } => "scroll",
        Observed::Selection { .. } => "selection",
        Observed::Effect(effect) => match effect {
            Effect::OpenWindow => "open_window",
            Effect::Download => "download",
            Effect::Clipboard => "clipboard",
            Effect::Dialog => "dialog",
            Effect::Fullscreen => "fullscreen",
            Effect::Picker => "picker",
            Effect::Share => "share",
        },
        Observed::Media { .. } => "media",
        Observed::RequestStart { .. } => "request_start",
        Observed::RequestEnd { .. } => "request_end",
        Observed::Error { .. } => "error",
        Observed::Field { .. } => "field",
        Observed::Form { .. } => "form",
        Observed::Alert { .. } => "alert",
        Observed::Help { .. } => "help",
        Observed::Task { .. } => "task",
        Observed::Video(_) => "video",
    }
}

/// A line that is being written.
struct Line(Writer);

impl Line {
    fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.0.name(name).string(value);
        self
    }

    fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.0.name(name).boolean(value);
        self
    }

    fn number(&mut self, name: &str, value: impl Into<u64>) -> &mut Self {
        self.0.name(name).integer(value.into());
        self
    }

    /// A number with a fraction, as short as reads back the same.
    fn decimal(&mut self, name: &str, value: f64) -> &mut Self {
        self.0.name(name).raw(&value.to_string());
        self
    }

    fn px(&mut self, name: &str, value: Px) -> &mut Self {
        self.decimal(name, f64::from(value.0) / f64::from(Px::PER_PIXEL))
    }

    fn id(&mut self, name: &str, value: Option<ElementId>) -> &mut Self {
        match value {
            Some(id) => self.0.name(name).integer(id.0.into()),
            None => self.0.name(name).raw("null"),
        };
        self
    }

    fn body(&mut self, what: &Observed) {
        match what {
            Observed::Tick | Observed::Effect(_) => {}
            Observed::Element(element) => self.element(element),
            Observed::Page { template, view, how, referrer_same_site } => {
                self.text("template", template).text("view", view).text("how", how.name());
                self.flag("referrer_same_site", *referrer_same_site);
            }
            Observed::Navigate { template, how } => {
                self.0.name("template").string_or_null(template.as_deref());
                self.text("how", navigation(*how));
            }
            Observed::Visibility { visible } => _ = self.flag("visible", *visible),
            Observed::PageHide { persisted, busy } => _ = self.flag("persisted", *persisted).flag("busy", *busy),
            Observed::Focus { element }
            | Observed::Blur { element }
            | Observed::Alert { element }
            | Observed::Help { element } => _ = self.id("el", *element),
            Observed::PointerDown(pointer) | Observed::PointerUp(pointer) | Observed::Click(pointer) => {
                self.pointer(pointer);
            }
            Observed::PointerMove { x, y } => _ = self.px("x", *x).px("y", *y),
            Observed::Key { element, key, repeat } => {
                self.id("el", *element).text("key", key_name(*key)).flag("repeat", *repeat);
            }
            Observed::Swipe { element, dx, dy } => {
                self.id("el", Some(*element)).px("dx", *dx).px("dy", *dy);
            }
            Observed::Mutation { element, count, what, state } => {
                self.id("el", Some(*element)).number("n", *count).text("what", mutated(*what));
                if let Some(state) = state {
                    self.number("state", *state);
                }
            }
            Observed::Toggle { element, open } => _ = self.id("el", Some(*element)).flag("open", *open),
            Observed::Scroll { element, x, y, depth } => {
                self.id("el", *element).px("x", *x).px("y", *y);
                if let Some(depth) = depth {
                    self.number("depth", *depth);
                }
            }
            Observed::Selection { collapsed } => _ = self.flag("collapsed", *collapsed),
            Observed::Media { element, what } => _ = self.id("el", *element).text("what", what),
            Observed::RequestStart { id, by_itself } => _ = self.number("id", *id).flag("by_itself", *by_itself),
            Observed::RequestEnd { id, status } => _ = self.number("id", *id).number("status", *status),
            Observed::Error { cause, class, hash } => {
                self.text("cause", cause_name(*cause)).text("class", class).text("hash", hash);
            }
            Observed::Field { element, form, field, what, length, deleted, secret } => {
                self.id("el", *element).text("form", form).text("field", field).text("what", field_word(*what));
                if *secret {
                    self.flag("secret", true);
                } else {
                    self.number("length", *length).number("deleted", *deleted);
                }
            }
            Observed::Form { form, what } => _ = self.text("form", form).text("what", form_word(*what)),
            Observed::Task { name, what } => _ = self.text("name", name).text("what", what.name()),
            Observed::Video(video) => self.video(video),
        }
    }

    fn element(&mut self, element: &Element) {
        self.id("el", Some(element.id)).id("parent", element.parent);
        self.text("tag", &element.tag).text("role", &element.role).id("region", element.region);
        self.0.name("flags").begin_array();
        for (bit, name) in Flags::NAMES.iter().enumerate() {
            if element.flags.any(Flags(1 << bit)) {
                self.0.string(name);
            }
        }
        for kind in Kind::ALL.into_iter().filter(|kind| element.flags.any(Flags::ignore(*kind))) {
            self.0.string(&format!("ignore:{}", kind.short_name()));
        }
        self.0.end_array();
    }

    fn pointer(&mut self, pointer: &Pointer) {
        self.id("el", Some(pointer.element)).px("x", pointer.x).px("y", pointer.y);
        self.number("button", pointer.button).number("detail", pointer.detail).number("mods", pointer.mods);
        let device = match pointer.device {
            Device::Mouse => "mouse",
            Device::Touch => "touch",
            Device::Pen => "pen",
        };
        self.text("pointer", device).flag("trusted", pointer.trusted);
    }

    fn video(&mut self, video: &Video) {
        let seconds = |time: Millis| time.0 as f64 / 1000.0;
        self.id("el", Some(video.element)).text("what", video_word(video.what)).decimal("at", seconds(video.at));
        match video.length {
            Some(length) => _ = self.decimal("length", seconds(length)),
            None => _ = self.0.name("length").raw("null"),
        }
        self.decimal("rate", f64::from(video.rate_thousandths) / 1000.0).flag("muted", video.muted);
        self.number("ready", video.ready).flag("visible", video.visible).flag("loop", video.looping);
        self.text("via", if video.by_user { "user" } else { "programmatic" });
    }
}

const fn navigation(how: NavigateHow) -> &'static str {
    match how {
        NavigateHow::Push => "push",
        NavigateHow::Replace => "replace",
        NavigateHow::Pop => "pop",
        NavigateHow::Hash => "hash",
        NavigateHow::Leave => "leave",
    }
}

const fn key_name(key: Key) -> &'static str {
    match key {
        Key::Enter => "enter",
        Key::Escape => "escape",
        Key::Tab => "tab",
        Key::Delete => "delete",
        Key::Backspace => "backspace",
        Key::Char => "char",
        Key::Other => "other",
    }
}

const fn mutated(what: Mutated) -> &'static str {
    match what {
        Mutated::ChildList => "childlist",
        Mutated::Attributes => "attributes",
        Mutated::Text => "text",
        Mutated::Cssom => "cssom",
        Mutated::Value => "value",
    }
}

const fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::Sync => "sync",
        Cause::Promise => "promise",
        Cause::Other => "other",
    }
}

const fn field_word(what: FieldWhat) -> &'static str {
    match what {
        FieldWhat::Focus => "focus",
        FieldWhat::Input => "input",
        FieldWhat::Change => "change",
        FieldWhat::Blur => "blur",
        FieldWhat::Paste => "paste",
        FieldWhat::Autofill => "autofill",
        FieldWhat::Invalid => "invalid",
        FieldWhat::Valid => "valid",
    }
}

const fn form_word(what: FormWhat) -> &'static str {
    match what {
        FormWhat::Seen => "seen",
        FormWhat::Submit => "submit",
        FormWhat::Reset => "reset",
        FormWhat::Removed => "removed",
        FormWhat::Success => "success",
    }
}

const fn video_word(what: VideoWhat) -> &'static str {
    match what {
        VideoWhat::Add => "add",
        VideoWhat::Play => "play",
        VideoWhat::Playing => "playing",
        VideoWhat::Pause => "pause",
        VideoWhat::Seeking => "seeking",
        VideoWhat::Seeked => "seeked",
        VideoWhat::Time => "time",
        VideoWhat::Rate => "rate",
        VideoWhat::Waiting => "waiting",
        VideoWhat::Stalled => "stalled",
        VideoWhat::Ended => "ended",
        VideoWhat::Error => "error",
        VideoWhat::Volume => "volume",
        VideoWhat::Visible => "visible",
        VideoWhat::Remove => "remove",
    }
}

#[cfg(test)]
mod tests {
    use unsnag_core::input::Input;
    use unsnag_core::trace::Trace;

    use super::*;

    #[test]
    fn every_input_of_the_format_reads_back_as_it_was() {
        let text = include_str!("../../core/src/trace/every_input.jsonl");
        let inputs = |text: &str| Trace::open(text).unwrap().collect::<Result<Vec<Input>, _>>().unwrap();
        let header = text.lines().next().unwrap();
        let read = inputs(text);
        let lines: Vec<String> = read.iter().map(|input| trace_line(input.at, &input.what)).collect();
        assert_eq!(inputs(&format!("{header}\n{}", lines.join("\n"))), read);
    }
}
