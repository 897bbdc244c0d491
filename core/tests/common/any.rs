//! Anything that a page could observe, in any order and with any number.

use proptest::prelude::*;

use unsnag_core::input::{
    Arrival, Cause, Device, Effect, Element, ElementId, FieldWhat, Flags, FormWhat, Key, Mutated, NavigateHow,
    Observed, Pointer, Px, TaskWhat, Video, VideoWhat,
};
use unsnag_core::time::Millis;

/// One of these.
fn one<T: Copy + std::fmt::Debug + 'static>(of: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(of)
}

fn id() -> impl Strategy<Value = ElementId> {
    (0..12_u32).prop_map(ElementId)
}

/// Anything that could happen to a field.
fn field() -> impl Strategy<Value = Observed> {
    use FieldWhat::{Autofill, Blur, Change, Focus, Input, Invalid, Paste, Valid};
    let what = one(&[Focus, Input, Change, Blur, Paste, Autofill, Invalid, Valid]);
    (0..12_u32, one(&["a", "\u{7}\\é", ""]), form_id(), what, 0..2000_u32, any::<bool>()).prop_map(
        |(element, name, form, what, length, secret)| Observed::Field {
            element: Some(ElementId(element)),
            form: form.to_owned(),
            field: name.repeat(20),
            what,
            length,
            deleted: length / 2,
            secret,
        },
    )
}

fn form_id() -> impl Strategy<Value = &'static str> {
    one(&["f\"\n\u{1}", "checkout", "search"])
}

fn pointer() -> impl Strategy<Value = Pointer> {
    let device = one(&[Device::Mouse, Device::Touch, Device::Pen]);
    (id(), -5..5_i32, 0..3_u8, 0..3_u32, 0..2_u8, device, any::<bool>()).prop_map(
        |(element, x, button, detail, mods, device, trusted)| Pointer {
            element,
            x: Px(x * 1000),
            y: Px(0),
            button,
            detail,
            mods,
            device,
            trusted,
        },
    )
}

fn element() -> impl Strategy<Value = Observed> {
    (id(), id(), one(&["button", "search", ""]), 0..u32::MAX).prop_map(|(id, parent, role, flags)| {
        Observed::Element(Element {
            id,
            parent: Some(parent),
            tag: "b".to_owned(),
            role: role.to_owned(),
            region: Some(parent),
            flags: Flags(flags),
        })
    })
}

fn video() -> impl Strategy<Value = Observed> {
    use VideoWhat::{
        Add, Ended, Error, Pause, Play, Playing, Rate, Remove, Seeked, Seeking, Stalled, Time, Visible, Volume, Waiting,
    };
    let whats = [
        Add, Play, Playing, Pause, Seeking, Seeked, Time, Rate, Waiting, Stalled, Ended, Error, Volume, Visible, Remove,
    ];
    (0..20_u32, proptest::sample::select(whats.to_vec()), 0..40_u64, any::<[bool; 4]>(), 0..3_u32).prop_map(
        |(element, what, at, [muted, visible, looping, by_user], rate)| {
            Observed::Video(Video {
                element: ElementId(element),
                what,
                at: Millis(at * 500),
                length: (element > 2).then_some(Millis(20_000)),
                rate_thousandths: rate * 1000,
                muted,
                ready: 4,
                visible,
                looping: looping && element > 9,
                by_user,
            })
        },
    )
}

/// What a person does by hand.
fn gesture() -> impl Strategy<Value = Observed> {
    use Key::{Backspace, Char, Delete, Enter, Escape, Other, Tab};
    let maybe = || proptest::option::of(id());
    let key = one(&[Enter, Escape, Tab, Delete, Backspace, Char, Other]);
    let far = -300..300_i32;
    prop_oneof![
        4 => pointer().prop_map(Observed::Click),
        2 => pointer().prop_map(Observed::PointerDown),
        1 => pointer().prop_map(Observed::PointerUp),
        2 => (far.clone(), far.clone())
            .prop_map(|(x, y)| Observed::PointerMove { x: Px(x * 100), y: Px(y * 100) }),
        3 => (maybe(), key, any::<bool>())
            .prop_map(|(element, key, repeat)| Observed::Key { element, key, repeat }),
        1 => (id(), far.clone(), far.clone())
            .prop_map(|(element, dx, dy)| Observed::Swipe { element, dx: Px(dx * 100), dy: Px(dy * 100) }),
        2 => (maybe(), far, proptest::option::of(0..120_u8))
            .prop_map(|(element, y, depth)| Observed::Scroll { element, x: Px(0), y: Px(y * 1000), depth }),
        1 => any::<bool>().prop_map(|collapsed| Observed::Selection { collapsed }),
        1 => maybe().prop_map(|element| Observed::Help { element }),
    ]
}

/// What a page does that stays the page it is.
fn answer() -> impl Strategy<Value = Observed> {
    use Effect::{Clipboard, Dialog, Download, Fullscreen, OpenWindow, Picker, Share};
    use NavigateHow::{Hash, Pop, Push, Replace};
    let maybe = || proptest::option::of(id());
    let mutated = one(&[Mutated::ChildList, Mutated::Attributes, Mutated::Text, Mutated::Cssom, Mutated::Value]);
    let task = one(&[TaskWhat::Start, TaskWhat::Success, TaskWhat::Fail]);
    prop_oneof![
        2 => (id(), mutated, proptest::option::of(0..4_u32))
            .prop_map(|(element, what, state)| Observed::Mutation { element, count: 1, what, state }),
        1 => (id(), any::<bool>()).prop_map(|(element, open)| Observed::Toggle { element, open }),
        1 => (0..3_u32, any::<bool>()).prop_map(|(id, by_itself)| Observed::RequestStart { id, by_itself }),
        1 => (0..3_u32, one(&[0, 200, 404, 500])).prop_map(|(id, status)| Observed::RequestEnd { id, status }),
        1 => (one(&[Cause::Sync, Cause::Promise, Cause::Other]), one(&["h", "i"]))
            .prop_map(|(cause, hash)| Observed::Error { cause, class: "E".to_owned(), hash: hash.to_owned() }),
        1 => maybe().prop_map(|element| Observed::Focus { element }),
        1 => maybe().prop_map(|element| Observed::Blur { element }),
        1 => any::<bool>().prop_map(|visible| Observed::Visibility { visible }),
        1 => one(&[OpenWindow, Download, Clipboard, Dialog, Fullscreen, Picker, Share]).prop_map(Observed::Effect),
        1 => maybe().prop_map(|element| Observed::Media { element, what: "play".to_owned() }),
        1 => maybe().prop_map(|element| Observed::Alert { element }),
        1 => (proptest::option::of(one(&["/0", "/1", "/long"])), one(&[Push, Replace, Pop, Hash])).prop_map(
            |(template, how)| Observed::Navigate { template: template.map(ToOwned::to_owned), how }
        ),
        1 => task.prop_map(|what| Observed::Task { name: "t".to_owned(), what }),
        1 => Just(Observed::Tick),
    ]
}

/// Anything that one page could observe; elements have numbers below 20.
pub(crate) fn of_a_page() -> impl Strategy<Value = Observed> {
    use FormWhat::{Removed, Reset, Seen, Submit, Success};
    let form = (form_id(), one(&[Seen, Submit, Reset, Removed, Success]));
    prop_oneof![
        6 => video(),
        10 => gesture(),
        2 => element(),
        9 => answer(),
        4 => field(),
        2 => form.prop_map(|(form, what)| Observed::Form { form: form.to_owned(), what }),
    ]
}

/// Anything that a tab could observe.
#[allow(dead_code, reason = "not every test leaves its pages at random")]
pub(crate) fn of_a_tab() -> impl Strategy<Value = Observed> {
    prop_oneof![
        30 => of_a_page(),
        1 => arrival(),
        1 => any::<(bool, bool)>().prop_map(|(persisted, busy)| Observed::PageHide { persisted, busy }),
        1 => Just(Observed::Navigate { template: None, how: NavigateHow::Leave }),
    ]
}

/// A page that is loaded.
#[allow(dead_code, reason = "not every test leaves its pages at random")]
pub(crate) fn arrival() -> impl Strategy<Value = Observed> {
    let how = one(&[Arrival::Navigate, Arrival::Reload, Arrival::BackForward]);
    (one(&["/a\"\u{1}", "/0", "/1"]), how).prop_map(|(template, how)| Observed::Page {
        template: template.to_owned(),
        view: "v".to_owned(),
        how,
        referrer_same_site: false,
    })
}
