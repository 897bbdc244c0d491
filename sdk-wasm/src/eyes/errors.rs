//! Script errors: their class and a hash of their message.

use js_sys::Reflect;
use unsnag_core::input::{Cause, Observed};
use unsnag_core::time::Millis;
use wasm_bindgen::JsValue;
use web_sys::{ErrorEvent, PromiseRejectionEvent};

use crate::fields;
use crate::sdk::Sdk;

/// The browser's own remark about layout, not an error of anybody's.
const HARMLESS: &str = "ResizeObserver loop";
/// Where the code of `chrome-extension:`, `moz-extension:` and `safari-web-extension:` comes from.
const EXTENSION: &[u8] = b"-extension:";
/// The class of what is thrown without having one.
const NO_CLASS: &str = "Error";
/// Class names are identifiers; a longer one is somebody's text.
const MOST_CLASS_BYTES: usize = 40;

pub(super) fn thrown(sdk: &mut Sdk, at: Millis, event: &ErrorEvent) {
    let message = event.message();
    let extension = |file: String| file.as_bytes().windows(EXTENSION.len()).any(|part| part == EXTENSION);
    if message.starts_with(HARMLESS) || extension(event.filename()) {
        return;
    }
    let cause = if sdk.eyes.in_gesture.is_some() { Cause::Sync } else { Cause::Other };
    tell(sdk, at, cause, &event.error(), &message);
}

pub(super) fn rejected(sdk: &mut Sdk, at: Millis, event: &PromiseRejectionEvent) {
    let reason = event.reason();
    let message = member(&reason, "message").or_else(|| reason.as_string()).unwrap_or_default();
    // Nothing but this gesture's chain is known to have begun since; a later gesture makes the next one its own.
    let cause = if sdk.eyes.gestured { Cause::Promise } else { Cause::Other };
    tell(sdk, at, cause, &reason, &message);
}

fn tell(sdk: &mut Sdk, at: Millis, cause: Cause, error: &JsValue, message: &str) {
    let is_class = |name: &String| name.len() <= MOST_CLASS_BYTES && name.bytes().all(|b| b.is_ascii_alphanumeric());
    let class = member(error, "name").filter(is_class).unwrap_or_else(|| NO_CLASS.to_owned());
    // Unsalted: the same error has the same hash everywhere, which is what makes it findable.
    let mut hash = String::new();
    let bits = fields::hash(0, message);
    for nibble in (0..8).rev() {
        hash.push(char::from(b"0123456789abcdef"[(bits >> (4 * nibble) & 15) as usize]));
    }
    sdk.feed(at, Observed::Error { cause, class, hash });
}

fn member(value: &JsValue, name: &str) -> Option<String> {
    // Throws for what is no object.
    Reflect::get(value, &JsValue::from_str(name)).ok()?.as_string()
}
