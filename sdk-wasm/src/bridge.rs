//! What the SDK asks of the TypeScript around it. It is never called while the SDK's state is borrowed, since the
//! page's callbacks may call back.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "../bridge")]
extern "C" {
    /// Do something: what `crate::sdk::Do` says. One function for all, since each costs its own glue.
    pub(crate) fn out(what: u8, text: &str, seq: u32, event: u32);
    /// 32 random bits.
    pub(crate) fn random() -> u32;
    /// Callbacks follow (`false`) or are over (`true`).
    pub(crate) fn settle(over: bool);
    /// Tell of fields whose values a script changed: no event does.
    pub(crate) fn look();
    /// Call `crate::api::follow` once the page's script or the browser's callback is over.
    pub(crate) fn later();
}

#[wasm_bindgen]
extern "C" {
    /// The page's clock.
    #[wasm_bindgen(js_namespace = performance)]
    pub(crate) fn now() -> f64;
}
