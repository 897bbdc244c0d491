//! What the SDK asks of the TypeScript around it. It is never called while the SDK's state is borrowed, since the
//! page's callbacks may call back.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "../bridge")]
extern "C" {
    /// A revision of a signal, as JSON.
    pub(crate) fn signal(json: &str);
    /// Help may be shown now. `decision` is empty for help of a host, which the loader knows by its id.
    pub(crate) fn show(id: &str, entry: &str, decision: &str);
    /// Send this batch and say with [`crate::api::answered`] how it went.
    pub(crate) fn post(id: &str, body: &str);
    /// Send this batch although the page goes; nobody waits for an answer.
    pub(crate) fn part(body: &str);
    /// Keep this for the tab's next page; an empty state forgets it.
    pub(crate) fn keep(state: &str, seq: u32, event: u32);
    /// 32 random bits.
    pub(crate) fn random() -> u32;
    /// A mutation observer of the browser's own, whatever the page put in its place.
    pub(crate) fn observer(callback: &js_sys::Function) -> web_sys::MutationObserver;
    /// Lets it observe everything below a root.
    pub(crate) fn observe(observer: &web_sys::MutationObserver, root: &web_sys::Node);
    /// The page's own name for the address shown, or the address's path.
    pub(crate) fn route() -> String;
}
