//! Mutation records as inputs: one for each changed element and callback, bounded in number.

use js_sys::Array;
use unsnag_core::input::{Mutated, Observed};
use unsnag_core::time::Millis;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, MutationRecord};

use crate::fields;
use crate::page::{is, nearest};
use crate::sdk::Sdk;

/// Records looked at in one callback; a page that changes more at once is building itself.
const MOST_RECORDS: u32 = 256;
/// Elements told of in one callback.
const MOST_ELEMENTS: usize = 32;
/// Inserted nodes asked whether they announce something.
const MOST_ADDED: u32 = 4;
const ALERT: &str = "[role=alert],[role=alertdialog]";

/// What happened to one element.
struct Change {
    element: Element,
    count: u32,
    what: Mutated,
    attributes: u32,
    alert: bool,
}

/// Takes the records of one callback, as of now or of an earlier time.
pub(super) fn recorded(sdk: &mut Sdk, records: &Array, at: Option<Millis>) {
    let at = at.unwrap_or_else(|| sdk.now());
    // States and alerts only matter while a verdict is open; without one, this is about what changes by itself.
    let waiting = sdk.is_waiting();
    let salt = sdk.eyes.salt;
    let mut changes: Vec<Change> = Vec::new();
    for index in 0..records.length().min(MOST_RECORDS) {
        let record: MutationRecord = records.get(index).unchecked_into();
        let Some((element, what)) = place(&record) else { continue };
        let known = changes.iter().position(|change| change.element == element);
        let index = match known {
            Some(index) => index,
            None if changes.len() == MOST_ELEMENTS => continue,
            None => {
                changes.push(Change { element, count: 0, what, attributes: 0, alert: false });
                changes.len() - 1
            }
        };
        let change = &mut changes[index];
        change.count += 1;
        if waiting {
            match what {
                Mutated::Attributes => change.attributes ^= attribute(salt, &change.element, &record),
                Mutated::ChildList => change.alert |= announces(&record),
                _ => {}
            }
        }
    }
    for change in changes {
        let Some(element) = sdk.number(at, &change.element) else { continue };
        let mut state = None;
        if waiting {
            state = fields::state_of(salt, &change.element).map(|text| text ^ change.attributes);
            if change.alert || nearest(&change.element, ALERT).is_some() {
                sdk.feed(at, Observed::Alert { element: Some(element) });
            }
        }
        sdk.feed(at, Observed::Mutation { element, count: change.count, what: change.what, state });
    }
}

/// The element that changed: a text node's is its parent, a shadow root's its host.
fn place(record: &MutationRecord) -> Option<(Element, Mutated)> {
    let node = record.target()?;
    match node.dyn_into::<Element>() {
        Ok(element) if record.attribute_name().is_some() => Some((element, Mutated::Attributes)),
        Ok(element) => Some((element, Mutated::ChildList)),
        Err(node) => match node.dyn_ref::<web_sys::ShadowRoot>() {
            Some(root) => Some((root.host(), Mutated::ChildList)),
            None => node.parent_element().map(|element| (element, Mutated::Text)),
        },
    }
}

/// A hash of an attribute that says what is shown; what only styles is not asked.
fn attribute(salt: u32, element: &Element, record: &MutationRecord) -> u32 {
    let Some(name) = record.attribute_name() else { return 0 };
    let shows = name.starts_with("aria-") || matches!(name.as_str(), "value" | "checked" | "open" | "hidden" | "src");
    if !shows {
        return 0;
    }
    fields::hash(fields::hash(salt, &name), &element.get_attribute(&name).unwrap_or_default())
}

fn announces(record: &MutationRecord) -> bool {
    let added = record.added_nodes();
    (0..added.length().min(MOST_ADDED)).any(|index| {
        let node = added.item(index);
        node.is_some_and(|node| node.dyn_ref::<Element>().is_some_and(|element| is(element, ALERT)))
    })
}
