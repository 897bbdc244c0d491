//! What a label says, as a flag. The words stay on the page.

use unsnag_core::input::Flags;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlInputElement};

/// A longer label is a sentence, not a step.
const MOST_CHARACTERS: u32 = 24;

/// Words and signs of steppers, then of pagers, between bars.
const STEPPERS: &str = "+|-|−|–|＋|－|▲|▼|plus|minus|increase|decrease|increment|decrement|more|less|fewer|one more|one fewer|one less|add one|remove one";
const PAGERS: &str = "<|>|«|»|‹|›|←|→|next|previous|prev|back|first|last|next page|previous page|next slide|previous slide|load more|show more";

/// The flag for what the element's label says, if anything.
pub(super) fn flag(element: &Element) -> Flags {
    let text = element.get_attribute("aria-label").unwrap_or_else(|| {
        if element.local_name() == "input" {
            element.unchecked_ref::<HtmlInputElement>().value()
        } else {
            crate::fields::text_of(element, MOST_CHARACTERS + 1)
        }
    });
    let text = text.trim();
    if text.is_empty() || text.len() > 3 * MOST_CHARACTERS as usize {
        return Flags(0);
    }
    let says = |words: &str| words.split('|').any(|word| word.eq_ignore_ascii_case(text));
    if says(STEPPERS) {
        Flags::STEPPER
    } else if says(PAGERS) || text.bytes().all(|byte| byte.is_ascii_digit()) {
        Flags::PAGER
    } else {
        Flags(0)
    }
}
