//! The page's event listeners, all of which go when this is dropped.
//!
//! They call `ts/eyes.ts` directly: a listener that leads through the Wasm costs each event two crossings more, which
//! `cargo xtask bench interaction` shows.

use web_sys::{AbortController, AbortSignal};

/// Listeners are added under its signal.
pub(crate) struct Listeners(AbortController);

impl Listeners {
    /// None where the browser has no such thing, as before 2020.
    pub(crate) fn new() -> Option<Self> {
        AbortController::new().ok().map(Self)
    }

    pub(crate) fn signal(&self) -> AbortSignal {
        self.0.signal()
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.0.abort();
    }
}
