//! Trace v1: the inputs of one tab as JSON Lines, recorded in a page or written by hand.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::read_thresholds_over;
use crate::input::{
    Arrival, Cause, Device, Effect, Element, ElementId, FieldWhat, Flags, FormWhat, Input, Key, Mutated, NavigateHow,
    Observed, Pointer, Px, TaskWhat, Video, VideoWhat,
};
use crate::thresholds::Thresholds;
use crate::time::{Millis, UnixMillis};

/// The first line of a trace.
#[derive(Clone, Debug)]
pub struct Header {
    /// The time from which inputs count theirs.
    pub time_origin: UnixMillis,
    /// Width and height in CSS px.
    pub viewport: [u32; 2],
    /// The trace's own thresholds, over the defaults.
    pub thresholds: Thresholds,
}

/// Why a trace could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: Mistake,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// There is no line at all.
    Empty,
    /// Not a JSON object with fields of the right types.
    InvalidJson(String),
    /// Not a header, or one of another version.
    UnsupportedTrace,
    /// A threshold of the header is wrong.
    BadThreshold(String),
    /// `t` is not a time from 0 to 8,640,000,000,000,000 ms.
    BadTime,
    /// No such kind of input.
    UnknownInput(String),
    /// A field that this kind of input cannot do without.
    MissingField(&'static str),
    /// A word that this field does not know.
    UnknownWord(&'static str, String),
}

impl Mistake {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_trace",
            Self::InvalidJson(_) => "invalid_json",
            Self::UnsupportedTrace => "unsupported_trace",
            Self::BadThreshold(_) => "bad_threshold",
            Self::BadTime => "bad_time",
            Self::UnknownInput(_) => "unknown_input",
            Self::MissingField(_) => "missing_field",
            Self::UnknownWord(..) => "unknown_word",
        }
    }
}

impl std::fmt::Display for TraceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.what {
            Mistake::Empty => write!(f, "the trace is empty; its first line must be {{\"trace\":1,…}}"),
            Mistake::InvalidJson(detail) => write!(f, "not a JSON object as expected: {detail}"),
            Mistake::UnsupportedTrace => write!(f, "not the header of a trace v1: {{\"trace\":1,\"time_origin\":…}}"),
            Mistake::BadThreshold(detail) => write!(f, "{detail}"),
            Mistake::BadTime => write!(f, "`t` must be milliseconds from the origin, 0 or more"),
            Mistake::UnknownInput(kind) => write!(f, "no input is called `{kind}`"),
            Mistake::MissingField(name) => write!(f, "`{name}` is missing"),
            Mistake::UnknownWord(name, word) => write!(f, "`{name}` cannot be `{word}`"),
        }
    }
}

impl std::error::Error for TraceError {}

#[derive(Deserialize)]
struct HeaderLine {
    trace: u32,
    #[serde(default)]
    time_origin: f64,
    #[serde(default)]
    viewport: Option<[f64; 2]>,
    #[serde(default)]
    thresholds: Map<String, Value>,
}

/// Every field that an input may have; which of them count depends on `k`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Line {
    t: Option<f64>,
    k: Option<String>,
    el: Option<u32>,
    parent: Option<u32>,
    region: Option<u32>,
    id: Option<u32>,
    tag: Option<String>,
    role: Option<String>,
    flags: Option<Vec<String>>,
    template: Option<String>,
    view: Option<String>,
    how: Option<String>,
    what: Option<String>,
    referrer_same_site: Option<bool>,
    visible: Option<Value>,
    persisted: Option<bool>,
    x: Option<f64>,
    y: Option<f64>,
    dx: Option<f64>,
    dy: Option<f64>,
    depth: Option<u8>,
    button: Option<u8>,
    detail: Option<u32>,
    mods: Option<u8>,
    pointer: Option<String>,
    trusted: Option<bool>,
    key: Option<String>,
    repeat: Option<bool>,
    n: Option<u32>,
    state: Option<u32>,
    open: Option<bool>,
    collapsed: Option<bool>,
    status: Option<u16>,
    by_itself: Option<bool>,
    busy: Option<bool>,
    cause: Option<String>,
    class: Option<String>,
    hash: Option<String>,
    form: Option<String>,
    field: Option<String>,
    length: Option<f64>,
    deleted: Option<u32>,
    secret: Option<bool>,
    name: Option<String>,
    at: Option<f64>,
    rate: Option<f64>,
    muted: Option<bool>,
    ready: Option<u8>,
    #[serde(rename = "loop")]
    looping: Option<bool>,
    via: Option<String>,
}

/// The latest time a date can have in a browser, ms.
const MOST_TIME: f64 = 8.64e15;

/// A trace that is being read.
#[derive(Debug)]
pub struct Trace<'a> {
    /// Its first line.
    pub header: Header,
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
}

impl<'a> Trace<'a> {
    /// Reads the first line.
    pub fn open(text: &'a str) -> Result<Self, TraceError> {
        Self::open_over(text, Thresholds::default())
    }

    /// Reads the first line, with the trace's own thresholds over these.
    pub fn open_over(text: &'a str, base: Thresholds) -> Result<Self, TraceError> {
        let error = |what| TraceError { line: 1, what };
        let mut lines = text.lines().enumerate();
        let (_, first) = lines.next().ok_or_else(|| error(Mistake::Empty))?;
        let line: HeaderLine = match serde_json::from_str(first) {
            Ok(line) if crate::wire::is_object(first) => line,
            Err(_) if serde_json::from_str::<Map<String, Value>>(first).is_ok() => {
                return Err(error(Mistake::UnsupportedTrace));
            }
            Ok(_) => return Err(error(Mistake::InvalidJson("an array".to_owned()))),
            Err(detail) => return Err(error(Mistake::InvalidJson(detail.to_string()))),
        };
        if line.trace != 1 || !(0.0..=MOST_TIME).contains(&line.time_origin) {
            return Err(error(Mistake::UnsupportedTrace));
        }
        let mut problems = Vec::new();
        let thresholds = read_thresholds_over(base, &line.thresholds, &mut problems);
        if let Some(problem) = problems.first() {
            let detail = format!("{}: {}", problem.place, problem.message);
            return Err(error(Mistake::BadThreshold(detail)));
        }
        let time_origin = UnixMillis(line.time_origin as u64);
        let viewport = line.viewport.unwrap_or_default().map(|side| side as u32);
        Ok(Self { header: Header { time_origin, viewport, thresholds }, lines })
    }
}

impl Iterator for Trace<'_> {
    type Item = Result<Input, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (index, text) = self.lines.by_ref().find(|(_, text)| !text.trim().is_empty())?;
        Some(read(text).map_err(|what| TraceError { line: index + 1, what }))
    }
}

/// Reads one input.
fn read(text: &str) -> Result<Input, Mistake> {
    if !crate::wire::is_object(text) {
        return Err(Mistake::InvalidJson("no object".to_owned()));
    }
    let line: Line = serde_json::from_str(text).map_err(|detail| Mistake::InvalidJson(detail.to_string()))?;
    let t = line.t.filter(|t| (0.0..=MOST_TIME).contains(t)).ok_or(Mistake::BadTime)?;
    let kind = line.k.clone().ok_or(Mistake::MissingField("k"))?;
    Ok(Input { at: Millis((t + 0.5) as u64), what: line.observed(&kind)? })
}

impl Line {
    fn observed(self, kind: &str) -> Result<Observed, Mistake> {
        Ok(match kind {
            "element" => Observed::Element(self.element()?),
            "page" => Observed::Page {
                how: word("how", self.how.as_deref(), &ARRIVALS)?,
                template: self.template.unwrap_or_default(),
                view: self.view.unwrap_or_default(),
                referrer_same_site: self.referrer_same_site.unwrap_or_default(),
            },
            "navigate" => {
                Observed::Navigate { how: word("how", self.how.as_deref(), &NAVIGATIONS)?, template: self.template }
            }
            "visibility" => Observed::Visibility { visible: is_true(self.visible.as_ref()) },
            "page_hide" => Observed::PageHide {
                persisted: self.persisted.unwrap_or_default(),
                busy: self.busy.unwrap_or_default(),
            },
            "focus" => Observed::Focus { element: self.el.map(ElementId) },
            "blur" => Observed::Blur { element: self.el.map(ElementId) },
            "tick" => Observed::Tick,
            "pointer_down" => Observed::PointerDown(self.pointer()?),
            "pointer_up" => Observed::PointerUp(self.pointer()?),
            "click" => Observed::Click(self.pointer()?),
            "pointer_move" => Observed::PointerMove { x: px(self.x), y: px(self.y) },
            "key" => Observed::Key {
                element: self.el.map(ElementId),
                key: word("key", Some(self.key.as_deref().unwrap_or("other")), &KEYS)?,
                repeat: self.repeat.unwrap_or_default(),
            },
            "swipe" => Observed::Swipe { element: self.id()?, dx: px(self.dx), dy: px(self.dy) },
            "mutation" => Observed::Mutation {
                element: self.id()?,
                count: self.n.unwrap_or_default(),
                what: word("what", self.what.as_deref(), &MUTATIONS)?,
                state: self.state,
            },
            "toggle" => Observed::Toggle { element: self.id()?, open: self.open.unwrap_or_default() },
            "scroll" => {
                Observed::Scroll { element: self.el.map(ElementId), x: px(self.x), y: px(self.y), depth: self.depth }
            }
            "selection" => Observed::Selection { collapsed: self.collapsed.unwrap_or_default() },
            "open_window" => Observed::Effect(Effect::OpenWindow),
            "download" => Observed::Effect(Effect::Download),
            "clipboard" => Observed::Effect(Effect::Clipboard),
            "dialog" => Observed::Effect(Effect::Dialog),
            "fullscreen" => Observed::Effect(Effect::Fullscreen),
            "picker" => Observed::Effect(Effect::Picker),
            "share" => Observed::Effect(Effect::Share),
            "media" => Observed::Media { element: self.el.map(ElementId), what: self.what.unwrap_or_default() },
            "request_start" => Observed::RequestStart {
                id: self.id.ok_or(Mistake::MissingField("id"))?,
                by_itself: self.by_itself.unwrap_or_default(),
            },
            "request_end" => Observed::RequestEnd {
                id: self.id.ok_or(Mistake::MissingField("id"))?,
                status: self.status.unwrap_or_default(),
            },
            "error" => Observed::Error {
                cause: word("cause", Some(self.cause.as_deref().unwrap_or("other")), &CAUSES)?,
                class: self.class.unwrap_or_default(),
                hash: self.hash.unwrap_or_default(),
            },
            "field" => Observed::Field {
                element: self.el.map(ElementId),
                form: self.form.unwrap_or_default(),
                field: self.field.unwrap_or_default(),
                what: word("what", self.what.as_deref(), &FIELDS)?,
                length: self.length.unwrap_or_default() as u32,
                deleted: self.deleted.unwrap_or_default(),
                secret: self.secret.unwrap_or_default(),
            },
            "form" => Observed::Form {
                form: self.form.ok_or(Mistake::MissingField("form"))?,
                what: word("what", self.what.as_deref(), &FORMS)?,
            },
            "alert" => Observed::Alert { element: self.el.map(ElementId) },
            "help" => Observed::Help { element: self.el.map(ElementId) },
            "task" => Observed::Task {
                name: self.name.unwrap_or_default(),
                what: word("what", self.what.as_deref(), &TASKS)?,
            },
            "video" => Observed::Video(self.video()?),
            other => return Err(Mistake::UnknownInput(other.to_owned())),
        })
    }

    fn id(&self) -> Result<ElementId, Mistake> {
        self.el.map(ElementId).ok_or(Mistake::MissingField("el"))
    }

    fn element(self) -> Result<Element, Mistake> {
        let id = self.id()?;
        let mut flags = Flags(0);
        for name in self.flags.unwrap_or_default() {
            // A flag of a newer recorder says nothing to this one.
            flags = flags.with(Flags::named(&name).unwrap_or_default());
        }
        Ok(Element {
            id,
            parent: self.parent.map(ElementId),
            tag: self.tag.unwrap_or_default(),
            role: self.role.unwrap_or_default(),
            region: self.region.map(ElementId),
            flags,
        })
    }

    fn pointer(&self) -> Result<Pointer, Mistake> {
        Ok(Pointer {
            element: self.id()?,
            x: px(self.x),
            y: px(self.y),
            button: self.button.unwrap_or_default(),
            detail: self.detail.unwrap_or_default(),
            mods: self.mods.unwrap_or_default(),
            device: word("pointer", Some(self.pointer.as_deref().unwrap_or("mouse")), &DEVICES)?,
            trusted: self.trusted.unwrap_or_default(),
        })
    }

    fn video(self) -> Result<Video, Mistake> {
        let millis = |seconds: f64| Millis((seconds.clamp(0.0, MOST_TIME) * 1000.0 + 0.5) as u64);
        Ok(Video {
            element: self.id()?,
            what: word("what", self.what.as_deref(), &VIDEOS)?,
            at: millis(self.at.unwrap_or_default()),
            length: self.length.map(millis),
            rate_thousandths: (self.rate.unwrap_or(0.0).clamp(0.0, 1000.0) * 1000.0 + 0.5) as u32,
            muted: self.muted.unwrap_or_default(),
            ready: self.ready.unwrap_or_default(),
            visible: is_true(self.visible.as_ref()),
            looping: self.looping.unwrap_or_default(),
            by_user: self.via.as_deref() != Some("programmatic"),
        })
    }
}

fn px(pixels: Option<f64>) -> Px {
    Px::from_css(pixels.unwrap_or_default())
}

/// `visible` is a flag; recorders may write it as a number.
fn is_true(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_bool().unwrap_or_else(|| value.as_f64().is_some_and(|n| n > 0.0)))
}

fn word<T: Copy>(field: &'static str, found: Option<&str>, words: &[(&str, T)]) -> Result<T, Mistake> {
    let found = found.ok_or(Mistake::MissingField(field))?;
    let known = words.iter().find(|(word, _)| *word == found);
    known.map(|(_, value)| *value).ok_or_else(|| Mistake::UnknownWord(field, found.to_owned()))
}

const ARRIVALS: [(&str, Arrival); 4] = [
    ("navigate", Arrival::Navigate),
    ("reload", Arrival::Reload),
    ("back_forward", Arrival::BackForward),
    ("bfcache", Arrival::BfCache),
];
const NAVIGATIONS: [(&str, NavigateHow); 5] = [
    ("push", NavigateHow::Push),
    ("replace", NavigateHow::Replace),
    ("pop", NavigateHow::Pop),
    ("hash", NavigateHow::Hash),
    ("leave", NavigateHow::Leave),
];
const KEYS: [(&str, Key); 7] = [
    ("enter", Key::Enter),
    ("escape", Key::Escape),
    ("tab", Key::Tab),
    ("delete", Key::Delete),
    ("backspace", Key::Backspace),
    ("char", Key::Char),
    ("other", Key::Other),
];
const MUTATIONS: [(&str, Mutated); 5] = [
    ("childlist", Mutated::ChildList),
    ("attributes", Mutated::Attributes),
    ("text", Mutated::Text),
    ("cssom", Mutated::Cssom),
    ("value", Mutated::Value),
];
const CAUSES: [(&str, Cause); 3] = [("sync", Cause::Sync), ("promise", Cause::Promise), ("other", Cause::Other)];
const FIELDS: [(&str, FieldWhat); 8] = [
    ("focus", FieldWhat::Focus),
    ("input", FieldWhat::Input),
    ("change", FieldWhat::Change),
    ("blur", FieldWhat::Blur),
    ("paste", FieldWhat::Paste),
    ("autofill", FieldWhat::Autofill),
    ("invalid", FieldWhat::Invalid),
    ("valid", FieldWhat::Valid),
];
const FORMS: [(&str, FormWhat); 5] = [
    ("seen", FormWhat::Seen),
    ("submit", FormWhat::Submit),
    ("reset", FormWhat::Reset),
    ("removed", FormWhat::Removed),
    ("success", FormWhat::Success),
];
const TASKS: [(&str, TaskWhat); 3] =
    [("start", TaskWhat::Start), ("success", TaskWhat::Success), ("fail", TaskWhat::Fail)];
const VIDEOS: [(&str, VideoWhat); 15] = [
    ("add", VideoWhat::Add),
    ("play", VideoWhat::Play),
    ("playing", VideoWhat::Playing),
    ("pause", VideoWhat::Pause),
    ("seeking", VideoWhat::Seeking),
    ("seeked", VideoWhat::Seeked),
    ("time", VideoWhat::Time),
    ("rate", VideoWhat::Rate),
    ("waiting", VideoWhat::Waiting),
    ("stalled", VideoWhat::Stalled),
    ("ended", VideoWhat::Ended),
    ("error", VideoWhat::Error),
    ("volume", VideoWhat::Volume),
    ("visible", VideoWhat::Visible),
    ("remove", VideoWhat::Remove),
];
const DEVICES: [(&str, Device); 3] = [("mouse", Device::Mouse), ("touch", Device::Touch), ("pen", Device::Pen)];

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1280,720]}"#;

    fn mistake(text: &str) -> (usize, &'static str) {
        let error = match Trace::open(text) {
            Err(error) => error,
            Ok(trace) => trace.last().expect("a line").expect_err("a mistake"),
        };
        assert!(!error.to_string().is_empty());
        (error.line, error.what.code())
    }

    #[test]
    fn says_where_and_what_is_wrong() {
        for (text, expected) in [
            (String::new(), (1, "empty_trace")),
            ("[]".to_owned(), (1, "invalid_json")),
            (r#"{"trace":2}"#.to_owned(), (1, "unsupported_trace")),
            (r#"{"t":0,"k":"tick"}"#.to_owned(), (1, "unsupported_trace")),
            (r#"{"trace":1,"thresholds":{"rage_click":{"clicks":-1}}}"#.to_owned(), (1, "bad_threshold")),
            (format!("{HEADER}\n\n{{\"t\":0"), (3, "invalid_json")),
            (format!("{HEADER}\n{{\"k\":\"tick\"}}"), (2, "bad_time")),
            (format!("{HEADER}\n{{\"t\":-1,\"k\":\"tick\"}}"), (2, "bad_time")),
            (format!("{HEADER}\n{{\"t\":1}}"), (2, "missing_field")),
            (format!("{HEADER}\n{{\"t\":1,\"k\":\"click\"}}"), (2, "missing_field")),
            (format!("{HEADER}\n{{\"t\":1,\"k\":\"sneeze\"}}"), (2, "unknown_input")),
            (format!("{HEADER}\n{{\"t\":1,\"k\":\"key\",\"key\":\"any\"}}"), (2, "unknown_word")),
        ] {
            assert_eq!(mistake(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_null_zero_or_false() {
        let text = format!("{HEADER}\n{{\"t\":12.6,\"k\":\"click\",\"el\":7}}");
        let input = Trace::open(&text).unwrap().next().unwrap().unwrap();
        assert_eq!(input.at, Millis(13));
        let Observed::Click(pointer) = input.what else { panic!("{input:?}") };
        assert_eq!((pointer.element, pointer.detail, pointer.trusted), (ElementId(7), 0, false));
    }

    #[test]
    fn knows_every_input_of_the_format() {
        let lines = include_str!("trace/every_input.jsonl");
        let trace = Trace::open(lines).unwrap();
        let inputs: Result<Vec<Input>, TraceError> = trace.collect();
        assert_eq!(inputs.unwrap().len(), lines.lines().count() - 1);
    }
}
