//! Keys, as classes: which letter it was is never asked.

use unsnag_core::input::{Key, Observed};
use unsnag_core::time::Millis;
use web_sys::{Element, KeyboardEvent};

use crate::sdk::Sdk;

pub(super) fn pressed(sdk: &mut Sdk, at: Millis, event: &KeyboardEvent, hit: Option<&Element>) {
    let name = event.key();
    let key = match name.as_str() {
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Tab" => Key::Tab,
        "Delete" => Key::Delete,
        "Backspace" => Key::Backspace,
        // One character stands for itself; the names of all other keys are words.
        _ if name.chars().nth(1).is_none() => Key::Char,
        _ => Key::Other,
    };
    let element = match hit {
        Some(hit) => match sdk.number(at, hit) {
            // Keys inside the SDK's own nudge are not the page's.
            None => return,
            number => number,
        },
        None => None,
    };
    sdk.eyes.begin_gesture();
    if matches!(key, Key::Char | Key::Delete | Key::Backspace) {
        sdk.eyes.typed = Some(at);
    }
    sdk.feed(at, Observed::Key { element, key, repeat: event.repeat() });
}
