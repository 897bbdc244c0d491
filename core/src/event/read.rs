//! Events read back from a record: what the analysis recomputes from. The hosts have kept only what is well formed; what
//! an event does not say is as if nothing had happened, and numbers are held to what their types can.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Event, Label, Outcome, PageTotals, What};
use crate::forms::{Field, Form, State};
use crate::input::{Arrival, Cause, Px, TaskWhat};
use crate::signal::{Answers, Evidence, Grade, Kind, Signal, Suppressed};
use crate::time::{Millis, UnixMillis};
use crate::video::VideoTotals;
use crate::wire::data::{OutcomeData, TaskData};

impl Event {
    /// Reads an event of this type from its data. `None` for a type or a word of a newer SDK, and for what is no event.
    pub fn read(type_name: &str, at: UnixMillis, data: &str) -> Option<Event> {
        let what = match type_name {
            "click" => parse::<ClickData<'_>>(data)?.read(),
            "signal" => parse::<SignalData<'_>>(data)?.read()?,
            "error" => parse::<ErrorData<'_>>(data)?.read(),
            "task" => parse::<TaskData<'_>>(data)?.read()?,
            "help" => What::Help,
            "form" => What::Form(parse::<FormData<'_>>(data)?.read()?),
            "page" => What::Page(parse::<PageData<'_>>(data)?.read()),
            "video" => What::Video(Box::new(parse::<VideoData<'_>>(data)?.read())),
            "custom" => parse::<CustomData<'_>>(data)?.read(),
            "outcome" => parse::<OutcomeData<'_>>(data)?.read()?,
            _ => return None,
        };
        Some(Event { at, what })
    }
}

fn parse<'a, T: Deserialize<'a>>(data: &'a str) -> Option<T> {
    serde_json::from_str(data).ok()
}

/// The element of a list whose word this is.
fn named<T: Copy>(all: &[T], word: &str, name: impl Fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|one| name(*one) == word)
}

fn label(word: &str) -> Label {
    named(&[Label::Stepper, Label::Pager, Label::Submit], word, Label::name).unwrap_or_default()
}

fn cause(word: &str) -> Option<Cause> {
    named(&[Cause::Sync, Cause::Promise, Cause::Other], word, Cause::name)
}

/// Seconds of the wire in ms.
fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0 + 0.5) as u64
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ClickData<'a> {
    #[serde(borrow)]
    role: Cow<'a, str>,
    #[serde(borrow)]
    label: Cow<'a, str>,
    #[serde(borrow)]
    result: Cow<'a, str>,
    x: f64,
    y: f64,
}

impl ClickData<'_> {
    fn read(self) -> What {
        let results = ["error", "answered", "pending"];
        What::Click {
            label: label(&self.label),
            role: self.role.into_owned(),
            x: Px::from_css(self.x),
            y: Px::from_css(self.y),
            result: results.into_iter().find(|word| *word == self.result).unwrap_or("nothing"),
        }
    }
}

#[derive(Deserialize)]
struct SignalData<'a> {
    #[serde(borrow)]
    signal: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    grade: Cow<'a, str>,
    #[serde(default = "one")]
    revision: u32,
    #[serde(default, rename = "final")]
    is_final: bool,
    #[serde(default)]
    at: u64,
    #[serde(borrow, default)]
    role: Cow<'a, str>,
    #[serde(borrow, default)]
    label: Cow<'a, str>,
    #[serde(borrow, default)]
    evidence: EvidenceData<'a>,
    #[serde(borrow, default)]
    suppressed_by: Option<Cow<'a, str>>,
}

fn one() -> u32 {
    1
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EvidenceData<'a> {
    clicks: u32,
    count: u32,
    span_ms: u64,
    distinct: u32,
    first_answer_ms: Option<u64>,
    #[serde(borrow)]
    cause: Option<Cow<'a, str>>,
    #[serde(borrow)]
    looked_for: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    came: Vec<Cow<'a, str>>,
}

impl EvidenceData<'_> {
    fn read(&self) -> Evidence {
        let set = |words: &[Cow<'_, str>]| {
            words.iter().filter_map(|word| Answers::named(word)).fold(Answers::default(), Answers::with)
        };
        Evidence {
            count: self.clicks.max(self.count),
            span: Millis(self.span_ms),
            distinct: self.distinct,
            first_answer: self.first_answer_ms.map(Millis),
            looked_for: set(&self.looked_for),
            came: set(&self.came),
            cause: self.cause.as_deref().and_then(cause),
        }
    }
}

impl SignalData<'_> {
    fn read(self) -> Option<What> {
        // What a newer SDK suppressed for a reason of its own counts no more than the others.
        let reason = |word| named(&Suppressed::ALL, word, Suppressed::name).unwrap_or(Suppressed::Answered);
        let suppressed_by = self.suppressed_by.as_deref().map(reason);
        let signal = Signal {
            id: self.signal.strip_prefix('s')?.parse().ok()?,
            kind: Kind::named(&self.kind)?,
            grade: Grade::named(&self.grade)?,
            revision: self.revision,
            is_final: self.is_final,
            at: Millis(self.at),
            element: None,
            evidence: self.evidence.read(),
            suppressed_by,
        };
        Some(What::Signal { signal, label: label(&self.label), role: self.role.into_owned() })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorData<'a> {
    #[serde(borrow)]
    cause: Cow<'a, str>,
    #[serde(borrow)]
    class: Cow<'a, str>,
    #[serde(borrow)]
    hash: Cow<'a, str>,
}

impl ErrorData<'_> {
    fn read(self) -> What {
        let cause = cause(&self.cause).unwrap_or(Cause::Other);
        What::Error { cause, class: self.class.into_owned(), hash: self.hash.into_owned() }
    }
}

impl TaskData<'_> {
    fn read(self) -> Option<What> {
        let what = named(&[TaskWhat::Start, TaskWhat::Success, TaskWhat::Fail], &self.what, TaskWhat::name)?;
        Some(What::Task { name: self.name.into_owned(), what })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PageData<'a> {
    #[serde(borrow)]
    template: Cow<'a, str>,
    #[serde(borrow)]
    view: Cow<'a, str>,
    #[serde(borrow)]
    how: Cow<'a, str>,
    active_ms: f64,
    visible_ms: f64,
    interactions: f64,
    scroll_depth: f64,
    left: bool,
}

impl PageData<'_> {
    fn read(self) -> PageTotals {
        let arrivals = [Arrival::Navigate, Arrival::Reload, Arrival::BackForward, Arrival::BfCache];
        PageTotals {
            template: self.template.into_owned(),
            view: self.view.into_owned(),
            how: named(&arrivals, &self.how, Arrival::name),
            active_ms: self.active_ms as u64,
            visible_ms: self.visible_ms as u64,
            interactions: self.interactions as u32,
            scroll_depth: self.scroll_depth.min(100.0) as u8,
            left: self.left,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FormData<'a> {
    #[serde(borrow)]
    form: Cow<'a, str>,
    #[serde(borrow)]
    state: Cow<'a, str>,
    active_ms: u64,
    #[serde(borrow)]
    fields: Vec<FieldData<'a>>,
    run: u32,
    revision: u32,
    submits: u32,
    invalid_submits: u32,
    retries: u32,
    errors: u32,
    lost_fields: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FieldData<'a> {
    #[serde(borrow)]
    field: Cow<'a, str>,
    visits: u32,
    first_input_ms: Option<u64>,
    active_ms: u64,
    edits: u32,
    deleted: u32,
    refills: u32,
    invalid: u32,
    last: bool,
    flips: u32,
    pastes: u32,
    autofills: u32,
    length: Option<u32>,
    secret: bool,
}

impl FormData<'_> {
    fn read(self) -> Option<Form> {
        Some(Form {
            state: named(&State::ALL, &self.state, State::name)?,
            form: self.form.into_owned(),
            active_ms: self.active_ms,
            fields: self.fields.into_iter().map(FieldData::read).collect(),
            run: self.run,
            revision: self.revision,
            submits: self.submits,
            invalid_submits: self.invalid_submits,
            retries: self.retries,
            errors: self.errors,
            lost_fields: self.lost_fields,
        })
    }
}

impl FieldData<'_> {
    fn read(self) -> Field {
        Field {
            field: self.field.into_owned(),
            visits: self.visits,
            first_input: self.first_input_ms.map(Millis),
            active_ms: self.active_ms,
            edits: self.edits,
            deleted: self.deleted,
            refills: self.refills,
            invalid: self.invalid,
            last: self.last,
            flips: self.flips,
            pastes: self.pastes,
            autofills: self.autofills,
            length: self.length,
            secret: self.secret,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VideoData<'a> {
    #[serde(borrow)]
    video: Cow<'a, str>,
    unique_s: f64,
    played_s: f64,
    visible_s: f64,
    muted_s: f64,
    seeks: Vec<(f64, f64)>,
    replayed_s: f64,
    stalls: u32,
    stall_s: f64,
    progress: Vec<u64>,
    ended: bool,
    length_s: Option<f64>,
    rate: f64,
    replays: Vec<(f64, f64)>,
    pauses: u32,
    seek_count: u32,
    seek_stalls: u32,
    loops: u32,
    closed_gaps: u32,
    seek_stall_s: f64,
    first_frame_ms: Option<u64>,
    background: bool,
}

impl VideoData<'_> {
    fn read(self) -> VideoTotals {
        let played_ms = ms(self.played_s);
        let marks = VideoTotals::MARKS.iter().enumerate().filter(|(_, mark)| self.progress.contains(mark));
        VideoTotals {
            name: self.video.into_owned(),
            length: self.length_s.map(|length| Millis(ms(length))),
            unique_ms: ms(self.unique_s),
            played_ms,
            visible_ms: ms(self.visible_s),
            muted_ms: ms(self.muted_s),
            content_ms: (self.rate * played_ms as f64 + 0.5) as u64,
            replayed_ms: ms(self.replayed_s),
            replays: self.replays.iter().map(|(at, again)| (ms(*at) / VideoTotals::BUCKET_MS, ms(*again))).collect(),
            seeks: self.seeks.iter().map(|(from, to)| (ms(*from), ms(*to))).collect(),
            pauses: self.pauses,
            seek_count: self.seek_count,
            stalls: self.stalls,
            stall_ms: ms(self.stall_s),
            seek_stalls: self.seek_stalls,
            seek_stall_ms: ms(self.seek_stall_s),
            first_frame: self.first_frame_ms.map(Millis),
            progress: marks.fold(0, |marks, (bit, _)| marks | 1 << bit),
            ended: self.ended,
            loops: self.loops,
            // The wire says what follows from it: a silent loop.
            looping: self.background,
            closed_gaps: self.closed_gaps,
        }
    }
}

#[derive(Deserialize)]
struct CustomData<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    props: Option<&'a RawValue>,
}

impl CustomData<'_> {
    fn read(self) -> What {
        let props = self.props.map_or("{}", RawValue::get).to_owned();
        What::Custom { name: self.name.into_owned(), props }
    }
}

impl OutcomeData<'_> {
    fn read(self) -> Option<What> {
        Some(What::Outcome {
            what: Outcome::named(&self.what)?,
            intervention: self.intervention.into_owned(),
            decision: self.decision.map(Cow::into_owned).unwrap_or_default(),
            signature: self.signature.map(Cow::into_owned).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sparse_events_as_if_nothing_had_happened() {
        for type_name in ["click", "error", "help", "page", "video"] {
            assert!(Event::read(type_name, UnixMillis(1), "{}").is_some(), "{type_name}");
        }
        let page = Event::read("page", UnixMillis(1), r#"{"scroll_depth":1e9,"active_ms":-5}"#).unwrap();
        let What::Page(page) = page.what else { panic!("{page:?}") };
        assert_eq!((page.scroll_depth, page.active_ms), (100, 0));
    }

    #[test]
    fn knows_what_it_does_not_know() {
        for (type_name, data) in [
            ("hologram", "{}"),
            ("signal", r#"{"signal":"s1","kind":"sigh","grade":"likely"}"#),
            ("signal", r#"{"signal":"x","kind":"reload","grade":"likely"}"#),
            ("form", r#"{"state":"melted"}"#),
            ("task", r#"{"name":"n","what":"vanish"}"#),
            ("outcome", r#"{"intervention":"i","what":"eaten"}"#),
            ("video", "3"),
        ] {
            assert_eq!(Event::read(type_name, UnixMillis(1), data), None, "{type_name} {data}");
        }
    }
}
