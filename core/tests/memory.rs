//! What an engine holds, however a page behaves: never more than it says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use allocation_counter::measure;

use unsnag_core::engine::Engine;
use unsnag_core::input::{
    Arrival, Cause, Device, Element, ElementId, FieldWhat, Flags, FormWhat, Input, Key, Mutated, NavigateHow, Observed,
    Pointer, Px, TaskWhat, Video, VideoWhat,
};
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

/// Thresholds under which the engine remembers as much as it can.
fn greedy() -> Thresholds {
    let mut thresholds = Thresholds::default();
    thresholds.swipe.dedupe = Millis(1_000_000);
    thresholds.dead.dedupe = Millis(1_000_000);
    thresholds.dead.shared = true;
    thresholds
}

/// Feeds what this makes of 0, 1, 2, … and says the most bytes that the engine held at once, between inputs or during
/// one.
fn peak(thresholds: &Thresholds, taken: bool, inputs: u32, make: impl Fn(u32) -> (u64, Observed)) -> usize {
    let mut engine = None;
    let (mut held, mut most) = (0, 0);
    for number in 0..inputs {
        let (at, what) = make(number);
        let input = Input { at: Millis(at), what };
        let used = measure(|| {
            let engine = engine.get_or_insert_with(|| Engine::new(*thresholds, NOW));
            engine.feed(&input);
            if taken {
                engine.take_signals();
                engine.take_events();
            }
        });
        most = most.max(held + used.bytes_max.cast_signed());
        held += used.bytes_current;
    }
    most.try_into().unwrap()
}

fn check(name: &str, make: impl Fn(u32) -> (u64, Observed)) {
    for thresholds in [Thresholds::default(), greedy()] {
        let most = peak(&thresholds, true, 5000, &make);
        assert!(most <= Engine::MOST_BYTES, "{name}: {most} bytes");
    }
}

fn long(number: u32) -> String {
    format!("{number} {}", "é".repeat(1000))
}

fn element(number: u32) -> Element {
    let id = ElementId(number);
    let parent = number.checked_sub(1).map(ElementId);
    Element { id, parent, tag: long(number), role: long(number), region: parent, flags: Flags(1) }
}

fn pointer(number: u32) -> Pointer {
    let (element, x) = (ElementId(number), Px(number.cast_signed()));
    Pointer { element, x, y: x, button: 0, detail: 1, mods: 0, device: Device::Mouse, trusted: true }
}

fn video(number: u32, what: VideoWhat) -> Video {
    Video {
        element: ElementId(number % 40),
        what,
        at: Millis(u64::from(number).wrapping_mul(7_919_000) % 1_000_000_000),
        length: Some(Millis(1_000_000_000)),
        rate_thousandths: u32::MAX,
        muted: false,
        ready: 0,
        visible: true,
        looping: false,
        by_user: true,
    }
}

/// Something of everything, with nothing that ends.
fn everything(number: u32) -> Observed {
    let (id, form) = (ElementId(number), if number.is_multiple_of(99) { long(number) } else { long(number % 16) });
    match number % 19 {
        0 => Observed::Element(element(number)),
        1 => Observed::PointerDown(pointer(number)),
        2 => Observed::Click(pointer(number)),
        3 => Observed::PointerMove { x: Px(number.cast_signed() % 2 * 100_000), y: Px(0) },
        4 => Observed::Key { element: Some(id), key: Key::Enter, repeat: false },
        5 => Observed::Swipe { element: id, dx: Px(i32::MAX), dy: Px(i32::MIN) },
        6 => Observed::Mutation { element: id, count: u32::MAX, what: Mutated::ChildList, state: Some(number) },
        7 => Observed::Scroll { element: None, x: Px(0), y: Px(number.cast_signed() % 2 * 900_000), depth: Some(255) },
        8 => Observed::RequestStart { id: number, by_itself: number.is_multiple_of(2) },
        9 => Observed::RequestEnd { id: number * 7, status: 500 },
        10 => Observed::Error { cause: Cause::Other, class: long(number), hash: long(number) },
        11 => Observed::Form { form, what: FormWhat::Submit },
        12 => Observed::Task { name: long(number), what: TaskWhat::Start },
        13 => Observed::Video(video(number, VideoWhat::Seeked)),
        14 => Observed::Video(video(number, VideoWhat::Waiting)),
        15 if number.is_multiple_of(200) => Observed::PageHide { persisted: true, busy: false },
        15 => Observed::Navigate { template: Some(long(number)), how: NavigateHow::Push },
        16 if number.is_multiple_of(200) => {
            let (template, view) = (long(number), long(number));
            Observed::Page { template, view, how: Arrival::Reload, referrer_same_site: false }
        }
        _ => Observed::Field {
            element: Some(id),
            form,
            field: long(number),
            what: if number.is_multiple_of(5) { FieldWhat::Invalid } else { FieldWhat::Input },
            length: u32::MAX,
            deleted: u32::MAX,
            secret: false,
        },
    }
}

#[test]
fn an_engine_holds_no_more_than_it_says_whatever_a_page_does() {
    let at = u64::from;
    check("new elements", |n| (at(n), Observed::Element(element(n))));
    check("elements numbered downwards", |n| (at(n), Observed::Element(element(u32::MAX - n))));
    check("clicks at one moment", |n| (5, Observed::Click(pointer(n))));
    check("presses", |n| (at(n), Observed::PointerDown(pointer(n))));
    check("swipes at one moment", |n| {
        (5, Observed::Swipe { element: ElementId(n), dx: Px(i32::MIN), dy: Px(i32::MIN) })
    });
    check("mutations", |n| {
        (at(n), Observed::Mutation { element: ElementId(n), count: 1, what: Mutated::Text, state: Some(n) })
    });
    check("requests that never end", |n| (at(n), Observed::RequestStart { id: n, by_itself: false }));
    check("errors", |n| (at(n), Observed::Error { cause: Cause::Sync, class: long(n), hash: long(n) }));
    check("forms", |n| (at(n), Observed::Form { form: long(n), what: FormWhat::Submit }));
    check("pages", |n| {
        let (template, view) = (long(n), long(n));
        (at(n), Observed::Page { template, view, how: Arrival::Navigate, referrer_same_site: false })
    });
    check("views", |n| (at(n), Observed::Navigate { template: Some(long(n)), how: NavigateHow::Push }));
    check("jumps in players", |n| (at(n), Observed::Video(video(n, VideoWhat::Seeked))));
    check("everything, times forwards", |n| (at(n) * 37, everything(n)));
    check("everything, times backwards", |n| (at(u32::MAX - n), everything(n)));
    check("everything, at the end of time", |n| (u64::MAX - at(n % 3), everything(n)));
}

#[test]
fn what_nobody_takes_waits_up_to_a_bound() {
    let inputs = 100_000;
    let fewer = peak(&greedy(), false, inputs / 2, |n| (u64::from(n) * 37, everything(n)));
    let more = peak(&greedy(), false, inputs, |n| (u64::from(n) * 37, everything(n)));
    // Waiting events may be large ones by chance, but there are no more of them.
    assert!(more <= fewer + fewer / 4, "{fewer} bytes, then {more}");
    assert!(more <= Engine::MOST_BYTES + Engine::MOST_WAITING * 20_000, "{more} bytes");
}

#[test]
fn what_is_saved_is_no_longer_than_session_storage_takes() {
    let mut engine = Engine::new(greedy(), NOW);
    for number in 0..50_000 {
        engine.feed(&Input { at: Millis(u64::from(number) * 37), what: everything(number) });
    }
    let saved = engine.save();
    assert!(saved.len() <= 32 * 1024, "{} bytes", saved.len());
    assert!(Engine::new(greedy(), NOW).restore(&saved));
}
