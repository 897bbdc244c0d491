//! The eyes: everything the page tells by events, as inputs. Each listener is a value; dropping [`Eyes`] removes all.

mod errors;
mod keyboard;
mod listener;
mod mutations;
mod observer;
mod pointer;

use gloo_timers::callback::Timeout;
use js_sys::Array;
use unsnag_core::input::{Arrival, Effect, FieldWhat, Mutated, NavigateHow, Observed};
use unsnag_core::time::Millis;
use wasm_bindgen::JsCast as _;
use web_sys::{Document, Element, Event, Node, PageTransitionEvent, ShadowRoot, Window};

use crate::fields::{self, Fields};
use crate::page;
use crate::sdk::{self, Sdk};
use listener::Listener;
use observer::Observer;

/// Scroll events of one burst: at most this often, since reading the depth may cost a layout.
const SCROLL_EVERY: Millis = Millis(100);

/// One kind of event that is listened to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Eye {
    Down,
    Up,
    Click,
    Key,
    Scroll,
    Selection,
    Focus,
    Blur,
    Visibility,
    Hide,
    Show,
    Pop,
    Hash,
    Toggle,
    Input,
    Change,
    Error,
    Rejection,
    Effect(Effect),
    Media,
}

/// What is listened to on the window, by name.
const EVENTS: &[(&str, Eye)] = &[
    ("pointerdown", Eye::Down),
    ("pointerup", Eye::Up),
    ("click", Eye::Click),
    ("keydown", Eye::Key),
    ("scroll", Eye::Scroll),
    ("selectionchange", Eye::Selection),
    ("focusin", Eye::Focus),
    ("blur", Eye::Blur),
    ("visibilitychange", Eye::Visibility),
    ("pagehide", Eye::Hide),
    ("pageshow", Eye::Show),
    ("popstate", Eye::Pop),
    ("hashchange", Eye::Hash),
    ("toggle", Eye::Toggle),
    ("input", Eye::Input),
    ("change", Eye::Change),
    ("error", Eye::Error),
    ("unhandledrejection", Eye::Rejection),
    ("fullscreenchange", Eye::Effect(Effect::Fullscreen)),
    ("beforeprint", Eye::Effect(Effect::Dialog)),
    ("copy", Eye::Effect(Effect::Clipboard)),
    ("play", Eye::Media),
    ("pause", Eye::Media),
    ("volumechange", Eye::Media),
];

/// The page's eyes, and what they remember between two events.
pub(crate) struct Eyes {
    window: Window,
    document: Document,
    observer: Observer,
    _listeners: Vec<Listener>,
    /// Differs on every page, so that no hash means anything elsewhere.
    salt: u32,
    pointer: pointer::Pointing,
    fields: Fields,
    roots: js_sys::WeakMap,
    /// Runs when the task of the newest gesture is over; pending, an error is that gesture's own.
    in_gesture: Option<Timeout>,
    gestured: bool,
    scrolled: Option<Millis>,
    selected: bool,
    typed: Option<Millis>,
}

impl Eyes {
    /// `None` outside a page.
    pub(crate) fn open(salt: u32) -> Option<Self> {
        let window = page::window();
        let document = window.document()?;
        let listen = |&(name, eye): &(&'static str, Eye)| {
            // In the capture phase a window also hears of images that fail to load; those are no script errors.
            Listener::new(&window, name, eye != Eye::Error, move |event| see(eye, &event, None))
        };
        let listeners = EVENTS.iter().map(listen).collect();
        let observer = Observer::new(|records| sdk::with(|sdk| mutations::recorded(sdk, &records, None)));
        observer.observe(&document);
        Some(Self {
            window,
            document,
            observer,
            _listeners: listeners,
            salt,
            pointer: pointer::Pointing::default(),
            fields: Fields::default(),
            roots: js_sys::WeakMap::new(),
            in_gesture: None,
            gestured: false,
            scrolled: None,
            selected: false,
            typed: None,
        })
    }

    /// When the person last typed.
    pub(crate) fn last_typed(&self) -> Option<Millis> {
        self.typed
    }

    /// Whether the page can be seen.
    pub(crate) fn is_visible(&self) -> bool {
        !self.document.hidden()
    }

    /// A gesture begins: until its task is over, what is thrown is its own.
    fn begin_gesture(&mut self) {
        self.gestured = true;
        self.in_gesture = Some(Timeout::new(0, || {
            sdk::with(|sdk| {
                sdk.eyes.in_gesture = None;
                compare_fields(sdk);
            });
        }));
    }

    /// Sees into the open shadow roots around an element; each is observed once.
    fn look_into(&self, element: &Element) {
        let mut root: Node = element.get_root_node();
        while let Some(shadow) = root.dyn_ref::<ShadowRoot>() {
            if self.roots.has(shadow) {
                return;
            }
            self.roots.set(shadow, &true.into());
            self.observer.observe(shadow);
            root = shadow.host().get_root_node();
        }
    }
}

/// One event. `target` is given for events that were caught before the SDK was there, whose path is gone.
pub(crate) fn see(eye: Eye, event: &Event, target: Option<Element>) {
    sdk::with(|sdk| {
        let at = sdk.time_of(event.time_stamp());
        let hit = target.or_else(|| event.composed_path().get(0).dyn_into::<Element>().ok());
        look(sdk, at, eye, event, hit);
    });
}

fn look(sdk: &mut Sdk, at: Millis, eye: Eye, event: &Event, hit: Option<Element>) {
    match (eye, hit) {
        (Eye::Down | Eye::Up | Eye::Click, Some(hit)) => pointer::pointed(sdk, at, eye, event.unchecked_ref(), &hit),
        (Eye::Key, hit) => keyboard::pressed(sdk, at, event.unchecked_ref(), hit.as_ref()),
        (Eye::Scroll, hit) => scrolled(sdk, at, hit.as_ref()),
        (Eye::Selection, _) => {
            let collapsed = sdk.eyes.window.get_selection().ok().flatten().is_none_or(|s| s.is_collapsed());
            if sdk.eyes.selected == collapsed {
                sdk.eyes.selected = !collapsed;
                sdk.feed(at, Observed::Selection { collapsed });
            }
        }
        (Eye::Focus, Some(hit)) => {
            if let Some(element) = sdk.number(at, &hit) {
                sdk.feed(at, Observed::Focus { element: Some(element) });
            }
        }
        // An element's blur is the other side of another's focus.
        (Eye::Blur, None) => sdk.feed(at, Observed::Blur { element: None }),
        (Eye::Visibility, _) => {
            let visible = sdk.eyes.is_visible();
            sdk.feed(at, Observed::Visibility { visible });
            sdk.hidden_or_shown(visible);
        }
        (Eye::Hide, _) => {
            let persisted = event.unchecked_ref::<PageTransitionEvent>().persisted();
            sdk.feed(at, Observed::PageHide { persisted });
            sdk.leave();
        }
        (Eye::Show, _) if event.unchecked_ref::<PageTransitionEvent>().persisted() => {
            sdk.arrive(at, Arrival::BfCache);
        }
        (Eye::Pop, _) => sdk.navigate(at, NavigateHow::Pop),
        (Eye::Hash, _) => sdk.navigate(at, NavigateHow::Hash),
        (Eye::Toggle, Some(hit)) => {
            let open = hit.has_attribute("open");
            if let Some(element) = sdk.number(at, &hit) {
                sdk.feed(at, Observed::Toggle { element, open });
            }
        }
        (Eye::Input, Some(hit)) => {
            let state = Some(fields::value_of(sdk.eyes.salt, &hit));
            if let Some(element) = sdk.number(at, &hit) {
                sdk.feed(at, Observed::Mutation { element, count: 1, what: Mutated::Value, state });
            }
        }
        (Eye::Change, Some(hit)) => {
            let element = sdk.number(at, &hit);
            if element.is_some() {
                let (form, field) = (String::new(), String::new());
                let what = FieldWhat::Change;
                sdk.feed(at, Observed::Field { element, form, field, what, length: 0, deleted: 0, secret: true });
            }
        }
        (Eye::Error, _) => errors::thrown(sdk, at, event.unchecked_ref()),
        (Eye::Rejection, _) => errors::rejected(sdk, at, event.unchecked_ref()),
        (Eye::Effect(effect), _) => sdk.feed(at, Observed::Effect(effect)),
        (Eye::Media, Some(hit)) => {
            if let Some(element) = sdk.number(at, &hit) {
                sdk.feed(at, Observed::Media { element: Some(element), what: String::new() });
            }
        }
        _ => {}
    }
}

fn scrolled(sdk: &mut Sdk, at: Millis, hit: Option<&Element>) {
    // What answers a click must not be missed; the rest is only depth.
    let soon = sdk.eyes.scrolled.is_some_and(|last| at.since(last) < SCROLL_EVERY);
    if soon && !sdk.is_waiting() {
        return;
    }
    sdk.eyes.scrolled = Some(at);
    let Some(root) = sdk.eyes.document.document_element() else { return };
    let (element, depth) = match hit {
        Some(hit) => (sdk.number(at, hit), None),
        None => {
            let seen = root.scroll_top() + root.client_height();
            (None, Some((seen.saturating_mul(100) / root.scroll_height().max(1)).clamp(0, 100) as u8))
        }
    };
    let zero = unsnag_core::input::Px(0);
    sdk.feed(at, Observed::Scroll { element, x: zero, y: zero, depth });
}

/// Feeds the fields around the newest click whose values a script changed: no event and no mutation tells of that.
pub(crate) fn compare_fields(sdk: &mut Sdk) {
    let changed = sdk.eyes.fields.changed(sdk.eyes.salt);
    let at = sdk.now();
    for (field, state) in changed {
        if let Some(element) = sdk.number(at, &field) {
            sdk.feed(at, Observed::Mutation { element, count: 1, what: Mutated::Value, state: Some(state) });
        }
    }
}

/// Takes in what the page changed until now; `discard` throws it away, since it was the SDK's own doing.
pub(crate) fn settle(sdk: &mut Sdk, discard: bool) {
    let records = sdk.eyes.observer.take();
    if !discard && records.length() > 0 {
        mutations::recorded(sdk, &records, None);
    }
}

/// Records of an observer that ran before the SDK was there.
pub(crate) fn recorded_before(sdk: &mut Sdk, records: &Array, at: Millis) {
    mutations::recorded(sdk, records, Some(at));
}
