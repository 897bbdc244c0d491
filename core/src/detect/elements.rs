//! The elements a page has told of, and the questions the detectors ask about them.

use crate::forms::MOST_NAME;
use crate::input::{Element, ElementId, Flags, cut};
use crate::thresholds::{Words, tags};

/// What a gesture was aimed at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The nearest clickable element at or above the one hit, else the one hit.
    pub id: ElementId,
    /// Its region.
    pub region: Option<ElementId>,
    /// What it is: its own flags, those of what lies between it and the hit, and every opt-out above it.
    pub flags: Flags,
    /// What kind of element was hit.
    pub tag: Words,
}

/// A bounded table of elements, by number.
#[derive(Clone, Debug, Default)]
pub struct Elements {
    /// Sorted by number.
    list: Vec<Element>,
}

impl Elements {
    /// Elements remembered. A page names only what inputs touch; the lower half (the oldest) goes when it is full.
    pub const MOST: usize = 1024;
    /// The deepest nesting followed upwards.
    const MOST_ANCESTORS: usize = 32;
    /// What holds for everything inside an element.
    const INHERITED: Flags = Flags(Flags::EDITABLE.0 | Flags::CANVAS.0 | u32::MAX << Flags::NAMES.len());

    /// Remembers an element; a repeated number replaces what was known. Of its words at most [`MOST_NAME`] bytes count.
    pub fn add(&mut self, element: &Element) {
        let word = |word: &str| cut(word, MOST_NAME).to_owned();
        let element = Element { tag: word(&element.tag), role: word(&element.role), ..*element };
        match self.list.binary_search_by_key(&element.id, |known| known.id) {
            Ok(index) => self.list[index] = element,
            Err(index) => {
                self.list.insert(index, element);
                if self.list.len() > Self::MOST {
                    self.list.drain(..Self::MOST / 2);
                }
            }
        }
    }

    /// What is known of an element.
    pub fn get(&self, id: ElementId) -> Option<&Element> {
        // A page counts up: most of the time it lies as far in as its number says.
        let guess = id.0.wrapping_sub(self.list.first()?.id.0) as usize;
        if let Some(found) = self.list.get(guess).filter(|found| found.id == id) {
            return Some(found);
        }
        self.list.binary_search_by_key(&id, |known| known.id).ok().map(|index| &self.list[index])
    }

    /// The element and what lies above it, innermost first.
    fn path(&self, id: ElementId) -> impl Iterator<Item = &Element> {
        let first = self.get(id);
        std::iter::successors(first, |element| element.parent.and_then(|parent| self.get(parent)))
            .take(Self::MOST_ANCESTORS)
    }

    /// What a gesture on this element is aimed at.
    pub fn target(&self, hit: ElementId) -> Target {
        let mut found: Option<Target> = None;
        let mut flags = Flags(0);
        let mut tag = self.get(hit).map_or(tags::UNKNOWN, tag_of);
        for element in self.path(hit) {
            let around = tag_of(element);
            if around.any(tags::LINK) || (around.any(tags::BUTTON) && !tag.any(tags::LINK)) {
                tag = around;
            }
            flags = match found {
                None => flags.with(element.flags),
                Some(_) => flags.with(Flags(element.flags.0 & Self::INHERITED.0)),
            };
            if found.is_none() && element.flags.any(Flags::INTERACTIVE) {
                found = Some(Target { id: element.id, region: element.region, flags, tag });
            }
        }
        match found {
            Some(target) => Target { flags: target.flags.with(flags), tag, ..target },
            None => {
                let own = self.get(hit);
                let own_flags = own.map_or(Flags(0), |element| element.flags);
                Target {
                    id: hit,
                    region: own.and_then(|element| element.region),
                    flags: own_flags.with(Flags(flags.0 & Self::INHERITED.0)),
                    tag,
                }
            }
        }
    }

    /// Whether an element or one around it has a role that begins so.
    pub fn within_role(&self, id: ElementId, role: &str) -> bool {
        self.path(id).any(|element| element.role.starts_with(role))
    }

    /// Whether one of two elements is the other or lies within it.
    pub fn related(&self, a: ElementId, b: ElementId) -> bool {
        a == b || self.path(a).any(|e| e.id == b) || self.path(b).any(|e| e.id == a)
    }

    /// Whether the inner element lies within the outer one, or is it.
    pub fn holds(&self, outer: ElementId, inner: ElementId) -> bool {
        self.path(inner).any(|element| element.id == outer)
    }

    /// Whether an element lies in this region, or is it.
    pub fn near(&self, id: ElementId, region: Option<ElementId>) -> bool {
        let own = self.get(id).and_then(|element| element.region);
        region.is_some_and(|region| own == Some(region) || id == region)
    }
}

/// What kind of element this is. What a recorder left out is guessed from what it said.
fn tag_of(element: &Element) -> Words {
    let role = element.role.as_str();
    match element.tag.as_str() {
        "a" => tags::LINK,
        "button" => tags::BUTTON,
        "input" if role == "button" || element.flags.any(Flags::SUBMIT) => tags::BUTTON,
        "input" | "textarea" | "select" => tags::FIELD,
        "html" => tags::ROOT,
        "canvas" | "video" | "audio" | "embed" | "object" => tags::SURFACE,
        "" if role == "link" || element.flags.any(Flags::LINK) => tags::LINK,
        "" if role == "button" => tags::BUTTON,
        _ => tags::OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Kind;

    fn element(id: u32, parent: u32, flags: Flags) -> Element {
        Element {
            id: ElementId(id),
            parent: Some(ElementId(parent)),
            tag: String::new(),
            role: String::new(),
            region: Some(ElementId(1)),
            flags,
        }
    }

    #[test]
    fn aims_at_the_nearest_clickable_ancestor_and_inherits_opt_outs() {
        let mut elements = Elements::default();
        elements.add(&element(1, 0, Flags::ignore(Kind::RageClick)));
        elements.add(&element(2, 1, Flags::INTERACTIVE.with(Flags::SUBMIT)));
        elements.add(&element(3, 2, Flags(0)));
        let target = elements.target(ElementId(3));
        assert_eq!(target.id, ElementId(2));
        assert!(target.flags.any(Flags::SUBMIT));
        assert!(target.flags.any(Flags::ignore(Kind::RageClick)));
        assert!(!target.flags.any(Flags::ignore(Kind::DeadClick)));
        assert_eq!(elements.target(ElementId(9)), Target { id: ElementId(9), tag: tags::UNKNOWN, ..Target::default() });
    }

    #[test]
    fn survives_a_loop_of_parents() {
        let mut elements = Elements::default();
        elements.add(&element(1, 2, Flags(0)));
        elements.add(&element(2, 1, Flags(0)));
        assert_eq!(elements.target(ElementId(1)).id, ElementId(1));
        assert!(elements.related(ElementId(1), ElementId(2)));
    }

    #[test]
    fn stays_bounded_whatever_the_page_names() {
        let mut elements = Elements::default();
        for id in 0..10_000 {
            elements.add(&element(id, 0, Flags(0)));
        }
        assert!(elements.list.len() <= Elements::MOST);
        assert!(elements.get(ElementId(9_999)).is_some());
    }
}
