//! Bindings that web-sys declares as fallible and that cannot fail here: their arguments are constants of this crate.
//! Each catch costs a wrapper in the glue and a branch at every call.

use js_sys::Function;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, EventTarget, NodeList, Window};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = window)]
    static WINDOW: Window;

    #[wasm_bindgen(extends = web_sys::Element)]
    type Known;

    #[wasm_bindgen(method)]
    fn matches(this: &Known, selector: &str) -> bool;

    #[wasm_bindgen(method)]
    fn closest(this: &Known, selector: &str) -> Option<Element>;

    #[wasm_bindgen(method, js_name = querySelectorAll)]
    fn query_selector_all(this: &Known, selector: &str) -> NodeList;

    #[wasm_bindgen(extends = web_sys::EventTarget)]
    type Hearing;

    #[wasm_bindgen(method, js_name = addEventListener)]
    fn add(this: &Hearing, name: &str, callback: &Function, capture: bool);

    #[wasm_bindgen(method, js_name = removeEventListener)]
    fn remove(this: &Hearing, name: &str, callback: &Function, capture: bool);
}

/// The page's window; the SDK runs nowhere else.
pub(crate) fn window() -> Window {
    WINDOW.with(Window::clone)
}

/// Whether an element fits one of this crate's selectors.
pub(crate) fn is(element: &Element, selector: &str) -> bool {
    element.unchecked_ref::<Known>().matches(selector)
}

/// The nearest element at or above this one, within its tree, that fits.
pub(crate) fn nearest(element: &Element, selector: &str) -> Option<Element> {
    element.unchecked_ref::<Known>().closest(selector)
}

/// What fits below an element.
pub(crate) fn below(element: &Element, selector: &str) -> NodeList {
    element.unchecked_ref::<Known>().query_selector_all(selector)
}

/// Adds a listener.
pub(crate) fn listen(target: &EventTarget, name: &str, callback: &Function, capture: bool) {
    target.unchecked_ref::<Hearing>().add(name, callback, capture);
}

/// Removes a listener.
pub(crate) fn unlisten(target: &EventTarget, name: &str, callback: &Function, capture: bool) {
    target.unchecked_ref::<Hearing>().remove(name, callback, capture);
}
