//! Values and texts as salted hashes, and the fields around a click whose values scripts change without an event.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, HtmlInputElement, Node};

use crate::page;

/// Text beyond this says no more about what an element shows, in UTF-16 units.
const MOST_TEXT: u32 = 256;
/// An element with more children is a part of the page, not something that shows a state.
const MOST_CHILDREN: u32 = 8;
/// Fields watched around one click.
const MOST_FIELDS: u32 = 16;

#[wasm_bindgen]
extern "C" {
    /// A node whose text is cut short before it crosses into Wasm: it may be a whole page's.
    #[wasm_bindgen(extends = Node)]
    type Textual;

    #[wasm_bindgen(method, getter, js_name = textContent)]
    fn text_content(this: &Textual) -> Option<js_sys::JsString>;
}

/// The beginning of an element's text.
pub(crate) fn text_of(node: &Node, most: u32) -> String {
    let text = node.unchecked_ref::<Textual>().text_content();
    text.map_or_else(String::new, |text| text.slice(0, most).into())
}

/// FNV-1a over the salt and the text.
pub(crate) fn hash(salt: u32, text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5 ^ salt, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A hash of what an element shows, where it is small enough to show one thing.
pub(crate) fn state_of(salt: u32, element: &Element) -> Option<u32> {
    (element.child_element_count() <= MOST_CHILDREN).then(|| hash(salt, &text_of(element, MOST_TEXT)))
}

/// A hash of a field's value.
pub(crate) fn value_of(salt: u32, element: &Element) -> u32 {
    let field = element.unchecked_ref::<HtmlInputElement>();
    let tag = element.local_name();
    if tag == "input" || tag == "select" || tag == "textarea" {
        hash(salt, &field.value()) ^ u32::from(field.checked())
    } else {
        hash(salt, &text_of(element, MOST_TEXT))
    }
}

/// The fields around the newest click, with their values as hashes.
#[derive(Default)]
pub(crate) struct Fields(Vec<(Element, u32)>);

impl Fields {
    /// Remembers the fields in the region of a click.
    pub(crate) fn watch(&mut self, salt: u32, around: &Element) {
        self.0.clear();
        let fields = page::below(around, "input,select,textarea");
        for index in 0..fields.length().min(MOST_FIELDS) {
            if let Some(field) = fields.item(index) {
                let field: Element = field.unchecked_into();
                let value = value_of(salt, &field);
                self.0.push((field, value));
            }
        }
    }

    /// The fields that changed since they were last looked at, with their new values.
    pub(crate) fn changed(&mut self, salt: u32) -> Vec<(Element, u32)> {
        let mut changed = Vec::new();
        for (field, known) in &mut self.0 {
            let value = value_of(salt, field);
            if value != *known {
                *known = value;
                changed.push((field.clone(), value));
            }
        }
        changed
    }
}
