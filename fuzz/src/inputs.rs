//! Any inputs in any order at any times, and what must hold for what the engine says of them.
//!
//! Eight bytes are one input: its kind, how long after the one before it, and six for what it holds.

use std::collections::BTreeMap;

use allocation_counter::measure;
use unsnag_core::engine::{Engine, tick};
use unsnag_core::event::{Event, What};
use unsnag_core::features::{DEFINITIONS, Features, index};
use unsnag_core::forms::Form;
use unsnag_core::input::{
    Arrival, Cause, Device, Effect, Element, ElementId, FieldWhat, Flags, FormWhat, Input, Key, LATEST, Mutated,
    NavigateHow, Observed, Pointer, Px, TaskWhat, Video, VideoWhat,
};
use unsnag_core::signal::{Kind, Signal};
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_core::video::VideoTotals;

const ORIGIN: UnixMillis = UnixMillis(1_700_000_000_000);
/// Bytes of one input.
const RECORD: usize = 8;
/// Deadlines that can fall one after the other once nothing happens any more: a few for each click, form and player.
const MOST_DEADLINES: u32 = 1000;

/// Feeds the inputs; returns the kinds of the signals that stand at the end, in the order of the contract.
///
/// # Panics
///
/// When one of the promises about the engine does not hold.
pub fn inputs(bytes: &[u8]) -> Vec<&'static str> {
    let mut run = Run::new();
    let mut at = 0;
    for record in bytes.chunks_exact(RECORD) {
        let record: [u8; RECORD] = record.try_into().expect("a whole record");
        at = time(at, record[1]);
        run.take(Millis(at), observed(record));
    }
    run.end()
}

/// When the next input comes: mostly soon, sometimes late, long ago or at the end of all time.
fn time(before: u64, code: u8) -> u64 {
    match code {
        0..200 => before.saturating_add(u64::from(code) * 20),
        200..250 => before.saturating_add(u64::from(code - 199) * 2000),
        250 => before.saturating_sub(5000),
        251 => 0,
        252 => before.saturating_add(86_400_000),
        253 => u64::MAX,
        _ => before,
    }
}

fn pick<T: Copy>(of: &[T], byte: u8) -> T {
    of[usize::from(byte) % of.len()]
}

/// A short name, now and then a long one.
fn name(byte: u8) -> String {
    if byte > 250 { "é\"\\\n".repeat(usize::from(byte)) } else { format!("n{}", byte % 80) }
}

#[expect(clippy::many_single_char_names, reason = "what a byte means depends on the kind")]
fn observed([kind, _, a, b, c, d, e, f]: [u8; RECORD]) -> Observed {
    use Effect::{Clipboard, Dialog, Download, Fullscreen, OpenWindow, Picker, Share};
    use FieldWhat::{Autofill, Blur, Change, Focus, Input as Typed, Invalid, Paste, Valid};
    use FormWhat::{Removed, Reset, Seen, Submit, Success};
    use Key::{Backspace, Char, Delete, Enter, Escape, Other, Tab};
    use Mutated::{Attributes, ChildList, Cssom, Text, Value};
    use NavigateHow::{Hash, Leave, Pop, Push, Replace};
    use VideoWhat::{
        Add, Ended, Error, Pause, Play, Playing, Rate, Remove, Seeked, Seeking, Stalled, Time, Visible, Volume, Waiting,
    };
    let wide = u32::from_le_bytes([c, d, e, f]);
    let element = ElementId(if f == 255 { wide } else { u32::from(a) });
    let maybe = (a > 0).then_some(element);
    let far = |byte: u8| Px(if byte == 255 { i32::MIN } else { (i32::from(byte) - 127) * 1000 });
    let pointer = Pointer {
        element,
        x: far(b),
        y: far(c),
        button: d & 3,
        detail: u32::from(d >> 2 & 3),
        mods: d >> 4,
        device: pick(&[Device::Mouse, Device::Touch, Device::Pen], e),
        trusted: e < 200,
    };
    match kind % 31 {
        0 => Observed::Tick,
        1 => Observed::Element(Element {
            id: element,
            parent: (b > 0).then_some(ElementId(u32::from(b))),
            tag: pick(&["div", "button", "a", "input", "html", ""], d).to_owned(),
            role: if d > 250 { name(d) } else { pick(&["", "button", "search", "link"], d / 6).to_owned() },
            region: (c > 0).then_some(ElementId(u32::from(c))),
            flags: Flags(u32::from(e) | u32::from(f & 127) << 8),
        }),
        2 => Observed::PointerDown(pointer),
        3 => Observed::PointerUp(pointer),
        4 | 5 => Observed::Click(pointer),
        6 => Observed::PointerMove { x: far(b), y: far(c) },
        7 => {
            let key = pick(&[Enter, Escape, Tab, Delete, Backspace, Char, Other], b);
            Observed::Key { element: maybe, key, repeat: c > 200 }
        }
        8 => Observed::Swipe { element, dx: far(b), dy: far(c) },
        9 | 10 => Observed::Mutation {
            element,
            count: u32::from(b),
            what: pick(&[ChildList, Attributes, Text, Cssom, Value], c),
            state: (d > 0).then_some(u32::from(d)),
        },
        11 => Observed::Toggle { element, open: b > 127 },
        12 => Observed::Scroll {
            element: maybe,
            x: far(b),
            y: Px(far(c).0.saturating_mul(20)),
            depth: (d > 0).then_some(d),
        },
        13 => Observed::Selection { collapsed: a > 127 },
        14 => Observed::Effect(pick(&[OpenWindow, Download, Clipboard, Dialog, Fullscreen, Picker, Share], a)),
        15 => Observed::Media { element: maybe, what: name(b) },
        16 => Observed::RequestStart { id: element.0, by_itself: a & 1 == 1 },
        17 => Observed::RequestEnd { id: element.0, status: pick(&[0, 200, 302, 404, 422, 500, u16::MAX], b) },
        18 => Observed::Error {
            cause: pick(&[Cause::Sync, Cause::Promise, Cause::Other], a),
            class: name(b),
            hash: name(c),
        },
        19..22 => Observed::Field {
            element: maybe,
            form: name(b),
            field: name(c),
            what: pick(&[Focus, Typed, Typed, Change, Blur, Paste, Autofill, Invalid, Valid], d),
            length: if e == 255 { u32::MAX } else { u32::from(e) },
            deleted: if e == 254 { u32::MAX } else { u32::from(e) / 2 },
            secret: f & 127 > 100,
        },
        22 => Observed::Form { form: name(b), what: pick(&[Seen, Submit, Reset, Removed, Success], c) },
        23 => Observed::Alert { element: maybe },
        24 => Observed::Help { element: maybe },
        25 => Observed::Task { name: name(b), what: pick(&[TaskWhat::Start, TaskWhat::Success, TaskWhat::Fail], a) },
        26 | 27 => Observed::Video(Video {
            element,
            what: pick(
                &[
                    Add, Play, Playing, Pause, Seeking, Seeked, Time, Rate, Waiting, Stalled, Ended, Error, Volume,
                    Visible, Remove,
                ],
                b,
            ),
            at: Millis(if c == 255 { u64::MAX } else { u64::from(c) * 400 }),
            length: (d > 0).then(|| Millis(if d == 255 { u64::MAX } else { u64::from(d) * 1000 })),
            rate_thousandths: if e == 255 { u32::MAX } else { u32::from(e) * 50 },
            muted: f & 1 == 1,
            ready: f >> 1 & 7,
            visible: f >> 4 & 1 == 1,
            looping: f >> 5 & 1 == 1,
            by_user: f >> 6 & 1 == 0,
        }),
        28 => match a % 4 {
            0 => Observed::Visibility { visible: b > 127 },
            1 => Observed::Focus { element: (b > 0).then_some(ElementId(u32::from(b))) },
            _ => Observed::Blur { element: (b > 0).then_some(ElementId(u32::from(b))) },
        },
        29 => {
            Observed::Navigate { template: (a > 0).then(|| name(a)), how: pick(&[Push, Replace, Pop, Hash, Leave], b) }
        }
        _ if a > 127 => Observed::PageHide { persisted: b > 127, busy: b & 1 == 1 },
        _ => Observed::Page {
            template: name(a),
            view: name(b),
            how: pick(&[Arrival::Navigate, Arrival::Reload, Arrival::BackForward, Arrival::BfCache], c),
            referrer_same_site: d > 127,
        },
    }
}

/// An engine and what it said so far.
struct Run {
    engine: Engine,
    /// Bytes it holds.
    held: i64,
    /// The newest revision of each chain.
    signals: BTreeMap<u32, Signal>,
    /// The newest word on each run of a form, and on each player.
    forms: BTreeMap<u32, Form>,
    videos: BTreeMap<String, VideoTotals>,
    /// Clicks, and the presses that may count as one.
    clicks: [usize; 2],
    /// Nothing came that makes two clicks one.
    plain: bool,
    /// Errors, calls for help and tasks that must be told.
    due: [usize; 3],
    told_clicks: usize,
    told: [usize; 3],
    late: u64,
}

impl Run {
    fn new() -> Self {
        let (engine, held) = begin("");
        Self {
            engine,
            held,
            signals: BTreeMap::new(),
            forms: BTreeMap::new(),
            videos: BTreeMap::new(),
            clicks: [0; 2],
            plain: true,
            due: [0; 3],
            told_clicks: 0,
            told: [0; 3],
            late: 0,
        }
    }

    fn take(&mut self, at: Millis, what: Observed) {
        match &what {
            Observed::Click(_) => self.clicks[0] += 1,
            Observed::PointerUp(_) => self.clicks[1] += 1,
            Observed::PointerDown(_) => self.plain = false,
            Observed::Element(element) => self.plain &= !element.flags.any(Flags::LABEL),
            Observed::Error { .. } => self.due[0] += 1,
            Observed::RequestEnd { status, .. } if *status == 0 || *status >= 500 => self.due[0] += 1,
            Observed::Help { .. } => self.due[1] += 1,
            Observed::Task { .. } => self.due[2] += 1,
            _ => {}
        }
        self.late += u64::from(at < self.engine.now());
        let goes = matches!(what, Observed::PageHide { persisted: false, .. });
        self.feed(&Input { at, what });
        assert_eq!(self.engine.out_of_order(), self.late, "what comes late is counted");
        if goes {
            self.turn();
        }
    }

    /// The next page has an engine of its own, which goes on where this one ended.
    fn turn(&mut self) {
        let timeless = |features: Features| {
            let mut values = *features.millionths();
            // By the clock of an engine that has seen no input yet.
            values[index::TIME_SINCE_LAST_SUCCESS] = 0;
            values
        };
        let before = timeless(self.engine.features());
        (self.engine, self.held) = begin(&self.engine.save());
        self.late = 0;
        assert_eq!(timeless(self.engine.features()), before, "a session goes on as it was saved");
    }

    fn feed(&mut self, input: &Input) {
        let (mut signals, mut events) = (Vec::new(), Vec::new());
        let engine = &mut self.engine;
        let used = measure(|| {
            engine.feed(input);
            signals = engine.take_signals();
            events = engine.take_events();
        });
        let most = self.held + used.bytes_max.cast_signed();
        assert!(most <= Engine::MOST_BYTES.cast_signed() as i64, "the engine holds {most} bytes");
        let shown = signals.iter().filter(|signal| signal.suppressed_by.is_none()).count();
        let told = events.iter().filter(|event| matches!(event.what, What::Signal { .. })).count();
        assert_eq!(told, shown, "each signal that is shown is an event");
        for signal in &signals {
            self.said(signal);
        }
        for event in &events {
            self.heard(event);
        }
        let freed = measure(|| drop((signals, events)));
        self.held += used.bytes_current + freed.bytes_current;
        self.check_features();
    }

    fn said(&mut self, signal: &Signal) {
        match self.signals.insert(signal.id, *signal) {
            None => assert_eq!(signal.revision, 1, "{signal:?} begins its chain"),
            Some(before) => {
                assert_eq!(before.kind, signal.kind, "a chain has one kind");
                assert_eq!(before.revision + 1, signal.revision, "{signal:?} follows {before:?}");
                assert!(!before.is_final, "{signal:?} comes after the last word, {before:?}");
            }
        }
    }

    fn heard(&mut self, event: &Event) {
        match &event.what {
            What::Click { .. } => self.told_clicks += 1,
            What::Error { .. } => self.told[0] += 1,
            What::Help => self.told[1] += 1,
            What::Task { .. } => self.told[2] += 1,
            What::Form(form) => {
                let totals = |form: &Form| {
                    let Form { submits, invalid_submits, retries, errors, .. } = *form;
                    [form.active_ms, submits.into(), invalid_submits.into(), retries.into(), errors.into()]
                };
                if let Some(before) = self.forms.insert(form.run, form.clone()) {
                    assert!(before.revision < form.revision, "{form:?} follows {before:?}");
                    assert_grow(&totals(&before), &totals(form), form);
                }
            }
            What::Video(video) => {
                let video = video.as_ref();
                if let Some(before) = self.videos.insert(video.name.clone(), video.clone()) {
                    assert_grow(&totals(&before), &totals(video), video);
                    assert_eq!(before.progress & !video.progress, 0, "a mark that was reached stays reached");
                }
                assert!(video.engagement() <= 100, "{video:?}");
            }
            What::Page(page) => assert!(page.scroll_depth <= 100, "{page:?}"),
            What::Signal { .. } | What::Custom { .. } | What::Outcome { .. } => {}
        }
    }

    fn check_features(&self) {
        let features = self.engine.features();
        for (definition, value) in DEFINITIONS.iter().zip(features.millionths()) {
            assert!((definition.least..=definition.most).contains(value), "{} is {value}", definition.name);
        }
        assert!(features.numbers().iter().all(|number| number.is_finite()), "{features:?}");
        let stand = self.signals.values().filter(|signal| signal.counts() && signal.kind.is_click_frustration());
        let weight: u64 = stand.map(|signal| signal.grade.weight_millionths()).sum();
        let most = DEFINITIONS[index::CLICK_FRUSTRATION].most;
        assert_eq!(features.millionths()[index::CLICK_FRUSTRATION], weight.min(most), "what stands is what counts");
    }

    /// Nothing more happens, and the page goes.
    fn end(mut self) -> Vec<&'static str> {
        let mut deadlines = 0;
        while let Some(deadline) = self.engine.next_deadline().filter(|deadline| *deadline < LATEST) {
            // What an input made due is decided with the next.
            self.feed(&tick(deadline.max(self.engine.now())));
            deadlines += 1;
            assert!(deadlines <= MOST_DEADLINES, "a deadline that has passed is over");
        }
        self.take(self.engine.now(), Observed::PageHide { persisted: true, busy: false });
        assert_eq!(self.told, self.due, "errors, help and tasks are told once each");
        let ([clicks, presses], told) = (self.clicks, self.told_clicks);
        assert!(told <= clicks + presses, "{clicks} clicks, {presses} presses, and {told} are told");
        assert!(!self.plain || told >= clicks, "{clicks} clicks, and {told} are told");
        let stands = |kind: &&Kind| self.signals.values().any(|signal| signal.counts() && signal.kind == **kind);
        Kind::ALL.iter().filter(stands).map(|kind| kind.name()).collect()
    }
}

/// An engine that goes on with this session, and how many bytes it holds.
fn begin(saved: &str) -> (Engine, i64) {
    let mut made = None;
    let used = measure(|| {
        let engine = made.insert(Engine::new(Thresholds::default(), ORIGIN));
        assert!(saved.is_empty() || engine.restore(saved), "no session: {saved}");
    });
    (made.expect("just made"), used.bytes_current)
}

/// What only grows of a player.
fn totals(video: &VideoTotals) -> [u64; 15] {
    [
        video.unique_ms,
        video.played_ms,
        video.visible_ms,
        video.muted_ms,
        video.content_ms,
        video.replayed_ms,
        video.stall_ms,
        video.seek_stall_ms,
        video.seek_count.into(),
        video.stalls.into(),
        video.seek_stalls.into(),
        video.loops.into(),
        video.closed_gaps.into(),
        video.ended.into(),
        video.looping.into(),
    ]
}

fn assert_grow<const N: usize>(before: &[u64; N], after: &[u64; N], of: &dyn std::fmt::Debug) {
    assert!(before.iter().zip(after).all(|(before, after)| before <= after), "{before:?} shrinks in {of:?}");
}
