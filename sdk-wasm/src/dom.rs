//! Elements as numbers: each is described to the engine before its first use, with what lies around it.

pub(crate) mod describe;
mod label;

use js_sys::WeakMap;
use unsnag_core::input::{Element as Description, ElementId, Flags, Observed};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, ShadowRoot};

use crate::page::nearest;
use describe::Description as What;

/// Ancestors described with an element; further regions and opt-outs are found by the browser.
const MOST_ANCESTORS: usize = 16;
/// Numbers that the engine still knows for certain: the lesser half of its table. An older element gets a new number.
const WINDOW: usize = unsnag_core::detect::elements::Elements::MOST / 2;

/// What is remembered of a numbered element.
#[derive(Clone, Copy, Default)]
struct Known {
    /// The region that its children lie in: itself or the one around it; 0 for none.
    region_inside: u32,
    region: u32,
    parent: u32,
    flags: Flags,
}

/// The numbers of a page's elements.
pub(crate) struct Dom {
    numbers: WeakMap,
    next: u32,
    known: Vec<Known>,
}

impl Dom {
    /// The number of what is not the page's: never an input.
    const FOREIGN: u32 = 0;

    pub(crate) fn new() -> Self {
        Self { numbers: WeakMap::new(), next: 1, known: vec![Known::default(); WINDOW] }
    }

    /// From here on this element does not exist for the eyes.
    pub(crate) fn disown(&self, element: &Element) {
        self.numbers.set(element, &JsValue::from(Self::FOREIGN));
    }

    /// The element's number. What the engine must be told first is added to `tell`. `None` for what is not the page's.
    pub(crate) fn number(&mut self, element: &Element, tell: &mut Vec<Observed>) -> Option<ElementId> {
        let mut unknown = Vec::new();
        let mut at = Some(element.clone());
        let mut parent = None;
        while let Some(element) = at {
            if let Some(number) = self.lookup(&element) {
                if number == Self::FOREIGN {
                    return None;
                }
                parent = Some(number);
                break;
            }
            at = above(&element);
            unknown.push(element);
            if unknown.len() == MOST_ANCESTORS {
                break;
            }
        }
        if parent.is_none() {
            let top = unknown.last()?;
            if nearest(top, describe::QUIET).is_some() {
                self.disown(top);
                return None;
            }
        }
        while let Some(element) = unknown.pop() {
            let what = What::of(&element);
            if what.is_quiet {
                self.disown(&element);
                return None;
            }
            let flags = if parent.is_none() { what.flags.with(describe::opt_outs_above(&element)) } else { what.flags };
            let region = match parent {
                Some(number) => self.get(number).region_inside,
                None => self.region_above(&element, tell),
            };
            let number = self.assign(&element);
            let inside = if what.is_region { number } else { region };
            let known = Known { region_inside: inside, region, parent: parent.unwrap_or(0), flags };
            self.known[number as usize % WINDOW] = known;
            tell.push(told(number, known, what));
            parent = Some(number);
        }
        parent.map(ElementId)
    }

    /// The number of what a gesture hits. States such as disabled are read anew, up to the nearest clickable element,
    /// and where there is none, a pointer cursor makes one.
    pub(crate) fn hit(&mut self, element: &Element, tell: &mut Vec<Observed>) -> Option<ElementId> {
        let hit = self.number(element, tell)?;
        let mut at = Some(element.clone());
        let mut pointed: Option<Element> = None;
        for _ in 0..MOST_ANCESTORS {
            let Some(element) = at else { break };
            let Some(number) = self.lookup(&element).filter(|number| *number != Self::FOREIGN) else { break };
            let what = What::of(&element);
            if what.flags.any(Flags::INTERACTIVE) {
                self.retell(number, what, tell);
                return Some(hit);
            }
            let points = describe::has_pointer_cursor(&element);
            // The cursor is inherited: the outermost element that has it is the one that was meant.
            if points {
                pointed = Some(element.clone());
            } else if pointed.is_some() {
                break;
            }
            at = above(&element);
        }
        if let Some(element) = pointed
            && let Some(number) = self.lookup(&element)
        {
            let mut what = What::of(&element);
            what.flags = what.flags.with(Flags::INTERACTIVE);
            self.retell(number, what, tell);
        }
        Some(hit)
    }

    fn retell(&mut self, number: u32, what: What, tell: &mut Vec<Observed>) {
        let known = &mut self.known[number as usize % WINDOW];
        let flags = what.flags.with(Flags(known.flags.0 & describe::OPT_OUTS));
        if known.flags != flags {
            known.flags = flags;
            tell.push(told(number, *known, what));
        }
    }

    fn region_above(&mut self, element: &Element, tell: &mut Vec<Observed>) -> u32 {
        let around = above(element).and_then(|parent| nearest(&parent, describe::REGION));
        let Some(region) = around else { return 0 };
        if let Some(number) = self.lookup(&region) {
            return number;
        }
        let number = self.assign(&region);
        let what = What::of(&region);
        let known = Known { region_inside: number, flags: what.flags, ..Known::default() };
        self.known[number as usize % WINDOW] = known;
        tell.push(told(number, known, what));
        number
    }

    fn assign(&mut self, element: &Element) -> u32 {
        let number = self.next;
        self.next += 1;
        self.numbers.set(element, &JsValue::from(number));
        number
    }

    fn lookup(&self, element: &Element) -> Option<u32> {
        let number = self.numbers.get(element).as_f64()? as u32;
        let fresh = (self.next - number) as usize <= WINDOW;
        (fresh || number == Self::FOREIGN).then_some(number)
    }

    fn get(&self, number: u32) -> Known {
        self.known[number as usize % WINDOW]
    }
}

fn told(number: u32, known: Known, what: What) -> Observed {
    let id = |number: u32| (number != 0).then_some(ElementId(number));
    Observed::Element(Description {
        id: ElementId(number),
        parent: id(known.parent),
        tag: what.tag,
        role: what.role,
        region: id(known.region),
        flags: known.flags,
    })
}

/// The parent, through the host where the parent is a shadow root.
pub(crate) fn above(element: &Element) -> Option<Element> {
    element.parent_element().or_else(|| {
        let root = element.get_root_node();
        root.dyn_ref::<ShadowRoot>().map(ShadowRoot::host)
    })
}
