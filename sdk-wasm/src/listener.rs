//! An event listener that is removed when it is dropped.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

use crate::bridge;

/// A listener. What it hears is read into numbers by `ts/eyes.ts`. None of the events here waits for its listeners
/// before the browser scrolls, so none needs to be passive.
#[must_use = "it is removed when it is dropped"]
pub(crate) struct Listener {
    target: EventTarget,
    name: String,
    capture: bool,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens, unless the browser refuses.
    pub(crate) fn new(target: EventTarget, name: String, capture: bool) -> Option<Self> {
        let callback = Closure::<dyn FnMut(Event)>::new(|event: Event| bridge::see(&event));
        let function = callback.as_ref().unchecked_ref();
        target.add_event_listener_with_callback_and_bool(&name, function, capture).ok()?;
        Some(Self { target, name, capture, callback })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.callback.as_ref().unchecked_ref();
        // A browser that let it in lets it out.
        let _ = self.target.remove_event_listener_with_callback_and_bool(&self.name, function, self.capture);
    }
}
