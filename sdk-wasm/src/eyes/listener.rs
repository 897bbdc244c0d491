//! An event listener that is removed when it is dropped.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

use crate::page;

/// A listener. In the capture phase it misses nothing that the page stops. None of the events here waits for its
/// listeners before the browser scrolls, so none needs to be passive.
pub(crate) struct Listener {
    target: EventTarget,
    name: &'static str,
    capture: bool,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    pub(crate) fn new(
        target: &EventTarget,
        name: &'static str,
        capture: bool,
        callback: impl FnMut(Event) + 'static,
    ) -> Self {
        let callback = Closure::<dyn FnMut(Event)>::new(callback);
        page::listen(target, name, callback.as_ref().unchecked_ref(), capture);
        Self { target: target.clone(), name, capture, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        page::unlisten(&self.target, self.name, self.callback.as_ref().unchecked_ref(), self.capture);
    }
}
