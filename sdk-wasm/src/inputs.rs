//! Inputs as the TypeScript around tells them: by numbers, whose names are in `ts/inputs.ts`.

use unsnag_core::detect::elements::Elements;
use unsnag_core::input::{
    Arrival, Cause, Device, Effect, Element, ElementId, FieldWhat, Flags, FormWhat, Key, Mutated, NavigateHow,
    Observed, Pointer, Px, Video, VideoWhat,
};
use unsnag_core::signal;
use unsnag_core::time::Millis;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::Lines;
use crate::sdk;

// Numbers that the engine still knows for certain are the lesser half of its table: `WINDOW` in `ts/dom.ts`.
const _: () = assert!(Elements::MOST / 2 == 512);

const ARRIVALS: [Arrival; 4] = [Arrival::Navigate, Arrival::Reload, Arrival::BackForward, Arrival::BfCache];
/// Added to what changed of an element whose state was read.
const STATED: u32 = 8;
/// Added to an arrival where the page cannot be seen.
const HIDDEN: usize = 4;
const NAVIGATIONS: [NavigateHow; 5] =
    [NavigateHow::Push, NavigateHow::Replace, NavigateHow::Pop, NavigateHow::Hash, NavigateHow::Leave];
const DEVICES: [Device; 3] = [Device::Mouse, Device::Touch, Device::Pen];
const KEYS: [Key; 7] = [Key::Enter, Key::Escape, Key::Tab, Key::Delete, Key::Backspace, Key::Char, Key::Other];
const MUTATED: [Mutated; 5] = [Mutated::ChildList, Mutated::Attributes, Mutated::Text, Mutated::Cssom, Mutated::Value];
const EFFECTS: [Effect; 7] = [
    Effect::OpenWindow,
    Effect::Download,
    Effect::Clipboard,
    Effect::Dialog,
    Effect::Fullscreen,
    Effect::Picker,
    Effect::Share,
];
const VIDEOS: [VideoWhat; 15] = [
    VideoWhat::Add,
    VideoWhat::Play,
    VideoWhat::Playing,
    VideoWhat::Pause,
    VideoWhat::Seeking,
    VideoWhat::Seeked,
    VideoWhat::Time,
    VideoWhat::Rate,
    VideoWhat::Waiting,
    VideoWhat::Stalled,
    VideoWhat::Ended,
    VideoWhat::Error,
    VideoWhat::Volume,
    VideoWhat::Visible,
    VideoWhat::Remove,
];
const FIELDS: [FieldWhat; 8] = [
    FieldWhat::Focus,
    FieldWhat::Input,
    FieldWhat::Change,
    FieldWhat::Blur,
    FieldWhat::Paste,
    FieldWhat::Autofill,
    FieldWhat::Invalid,
    FieldWhat::Valid,
];
const FORMS: [FormWhat; 4] = [FormWhat::Submit, FormWhat::Reset, FormWhat::Removed, FormWhat::Seen];
const CAUSES: [Cause; 3] = [Cause::Sync, Cause::Promise, Cause::Other];

/// The value with this number; the TypeScript has no others.
fn pick<T: Copy, const N: usize>(list: [T; N], number: usize) -> T {
    list[number.min(N - 1)]
}

fn some(element: u32) -> Option<ElementId> {
    (element != 0).then_some(ElementId(element))
}

/// An element, before its first use or when it has changed; 0 for no parent and no region. The lines: tag, role, and
/// the kinds of signals that the page opted it out of, as words.
#[wasm_bindgen]
pub fn element(at: f64, id: u32, parent: u32, region: u32, flags: u32, text: &str) {
    let mut lines = Lines::of(text);
    let (tag, role) = (lines.owned(), lines.owned());
    let mut flags = Flags(flags);
    for word in lines.next().split_ascii_whitespace() {
        for kind in signal::Kind::ALL {
            if word == "all" || word == kind.short_name() {
                flags = flags.with(Flags::ignore(kind));
            }
        }
    }
    let what =
        Observed::Element(Element { id: ElementId(id), parent: some(parent), tag, role, region: some(region), flags });
    // Follows from nothing but the input that comes next.
    sdk::briefly(|sdk| sdk.feed(Millis(at as u64), what));
}

/// A pointer event: 0 down, 1 up, 2 click.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "an object would cost its own handling in the glue")]
pub fn pointer(
    kind: u8,
    at: f64,
    element: u32,
    x: f64,
    y: f64,
    button: u8,
    detail: u32,
    mods: u8,
    device: usize,
    trusted: bool,
) {
    let pointer = Pointer {
        element: ElementId(element),
        x: Px::from_css(x),
        y: Px::from_css(y),
        button,
        detail,
        mods,
        device: pick(DEVICES, device),
        trusted,
    };
    let what = match kind {
        0 => Observed::PointerDown(pointer),
        1 => Observed::PointerUp(pointer),
        _ => Observed::Click(pointer),
    };
    sdk::take(at, what);
}

/// Any other input that is all numbers.
#[wasm_bindgen]
pub fn input(kind: u8, at: f64, number: u32, a: i32, b: u32, c: f64) {
    let element = some(number);
    let is = a != 0;
    let n = a as usize;
    let what = match (kind, element) {
        (3, _) => Observed::Key { element, key: pick(KEYS, n), repeat: b != 0 },
        (4, Some(element)) => {
            let state = (c >= 0.0).then_some(c as u32);
            Observed::Mutation { element, count: a as u32, what: pick(MUTATED, b as usize), state }
        }
        (5, Some(element)) => Observed::Toggle { element, open: is },
        (6, _) => {
            let depth = u8::try_from(a).ok();
            Observed::Scroll { element, x: Px(0), y: Px::from_css(c), depth }
        }
        (7, _) => Observed::Selection { collapsed: is },
        (8, _) => Observed::Focus { element },
        (9, _) => Observed::Blur { element },
        (10, _) => Observed::Visibility { visible: is },
        (11, _) => Observed::PageHide { persisted: is, busy: b != 0 },
        (12, _) => Observed::Effect(pick(EFFECTS, n)),
        (13, _) => Observed::Media { element, what: String::new() },
        (14, _) => Observed::RequestStart { id: number, by_itself: is },
        (15, _) => Observed::RequestEnd { id: number, status: a as u16 },
        (16, _) => Observed::Alert { element },
        (17, _) => Observed::Help { element },
        (18, _) => Observed::PointerMove { x: Px::from_css(f64::from(a)), y: Px::from_css(c) },
        (19, Some(element)) => Observed::Swipe { element, dx: Px::from_css(f64::from(a)), dy: Px::from_css(c) },
        _ => return,
    };
    if matches!(what, Observed::Visibility { .. } | Observed::PageHide { .. }) {
        // There may be no later.
        sdk::with(|sdk| sdk.observe(Millis(at as u64), what));
    } else {
        sdk::take(at, what);
    }
}

/// Elements that changed in one callback of a mutation observer. Each is four numbers: the element, how many records it
/// had, what changed ([`STATED`] is added where its state was read), and its state.
#[wasm_bindgen]
pub fn changes(at: f64, all: &[u32]) {
    sdk::take_all(
        at,
        all.chunks_exact(4).map(|change| Observed::Mutation {
            element: ElementId(change[0]),
            count: change[1],
            what: pick(MUTATED, (change[2] % STATED) as usize),
            state: (change[2] >= STATED).then_some(change[3]),
        }),
    );
}

/// What happened to a field or, beyond those, to a form; of a secret `deleted` is negative. The lines: the form's name,
/// the field's.
#[wasm_bindgen]
pub fn field(what: usize, at: f64, element: u32, length: u32, deleted: i32, text: &str) {
    let mut lines = Lines::of(text);
    let (form, field) = (lines.owned(), lines.owned());
    let what = match what.checked_sub(FIELDS.len()) {
        Some(what) => Observed::Form { form, what: pick(FORMS, what) },
        None => Observed::Field {
            element: some(element),
            form,
            field,
            what: pick(FIELDS, what),
            length,
            deleted: deleted.max(0) as u32,
            secret: deleted < 0,
        },
    };
    sdk::take(at, what);
}

/// An input with a text: 0 a page view (how it came about; its address), 1 another address (how; the address), 2 a
/// script error (its cause; its class and the hash of its message as lines). 3 is none: it asks for an address's template.
#[wasm_bindgen]
pub fn told(kind: u8, at: f64, number: usize, text: &str) {
    let at = Millis(at as u64);
    sdk::with(|sdk| match kind {
        0 => sdk.arrive(at, pick(ARRIVALS, number % HIDDEN), number < HIDDEN, text),
        1 => sdk.navigate(at, pick(NAVIGATIONS, number), text),
        3 => sdk.name(text),
        _ => {
            let mut lines = Lines::of(text);
            let (class, hash) = (lines.owned(), lines.owned());
            sdk.feed(at, Observed::Error { cause: pick(CAUSES, number), class, hash });
        }
    });
}

/// A reading of a player: position and length in seconds (not finite: live or not known), and bits: 1 muted, 2 visible,
/// 4 loops, 8 moved by a script, the rest `readyState`.
#[wasm_bindgen]
pub fn video(at: f64, element: u32, what: usize, position: f64, length: f64, rate: f64, bits: u8) {
    let millis = |seconds: f64| Millis((seconds * 1000.0 + 0.5) as u64);
    let video = Video {
        element: ElementId(element),
        what: pick(VIDEOS, what),
        at: millis(position),
        length: length.is_finite().then(|| millis(length)),
        rate_thousandths: (rate * 1000.0 + 0.5) as u32,
        muted: bits & 1 != 0,
        ready: bits >> 4,
        visible: bits & 2 != 0,
        looping: bits & 4 != 0,
        by_user: bits & 8 == 0,
    };
    sdk::take(at, Observed::Video(video));
}
