//! A mutation observer that disconnects when it is dropped.

use js_sys::Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{MutationObserver, Node};

use crate::bridge;

/// The page's one mutation observer.
pub(crate) struct Observer {
    inner: MutationObserver,
    _callback: Closure<dyn FnMut(Array)>,
}

impl Observer {
    pub(crate) fn new(callback: impl FnMut(Array) + 'static) -> Self {
        let callback = Closure::<dyn FnMut(Array)>::new(callback);
        let inner = bridge::observer(callback.as_ref().unchecked_ref());
        Self { inner, _callback: callback }
    }

    /// Observes everything below a document or shadow root.
    pub(crate) fn observe(&self, root: &Node) {
        bridge::observe(&self.inner, root);
    }

    /// What was recorded and not yet delivered.
    pub(crate) fn take(&self) -> Array {
        self.inner.take_records()
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.inner.disconnect();
    }
}
