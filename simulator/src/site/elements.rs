//! The elements of a page as its inputs name them, and where they lie in the window.

use unsnag_core::input::{Element, ElementId, Flags};

use super::{Control, Entry, Field, Page};

/// What of a page an input is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where the page says what came of something.
    Status,
    /// The help that lies over the page.
    Help,
    /// The video.
    Video,
    /// A control, by its place among them.
    Control(usize),
    /// A field, by the places of its form and its own.
    Field(usize, usize),
}

/// An element and where its middle lies in the window, CSS px.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) element: ElementId,
    pub(crate) x: i32,
    pub(crate) y: i32,
}

/// The most elements that a page can have: the numbers of the next view begin behind them.
pub(crate) const MOST_ELEMENTS: u32 = 64;
/// Numbers of a page's fixed elements; controls follow, then fields.
const MAIN: u32 = 0;
const HEADER: u32 = 1;
const STATUS: u32 = 2;
const HELP: u32 = 3;
const VIDEO: u32 = 4;
const FIRST_CONTROL: u32 = 5;

impl Page {
    /// The number of an element in its page; a view adds its own first number to it.
    fn number(&self, place: Place) -> u32 {
        match place {
            Place::Status => STATUS,
            Place::Help => HELP,
            Place::Video => VIDEO,
            Place::Control(index) => FIRST_CONTROL + index as u32,
            Place::Field(form, field) => {
                let before: usize = self.forms.iter().take(form).map(|form| form.fields.len()).sum();
                FIRST_CONTROL + (self.controls.len() + before + field) as u32
            }
        }
    }

    /// How many there are.
    pub(crate) fn elements_count(&self) -> u32 {
        self.number(Place::Field(self.forms.len(), 0))
    }

    pub(crate) fn id(&self, base: u32, place: Place) -> ElementId {
        ElementId(base + self.number(place))
    }

    /// An element and its middle: the header is a row, the main part has rows of three.
    pub(crate) fn spot(&self, base: u32, place: Place, viewport: [u32; 2]) -> Spot {
        let number = self.number(place);
        let in_header = match place {
            Place::Control(index) => self.controls.get(index).is_some_and(|control| control.in_header),
            _ => false,
        };
        let [width, height] = viewport;
        let (x, y) = if in_header {
            (40 + number * 110 % width.saturating_sub(80).max(1), 40)
        } else {
            let rows = (height.saturating_sub(200) / 60).max(1);
            (width / 6 + number % 3 * width / 3, 140 + number / 3 % rows * 60)
        };
        Spot { element: ElementId(base + number), x: x.cast_signed(), y: y.cast_signed() }
    }

    /// All elements of a view, as a page tells of them.
    pub(crate) fn elements(&self, base: u32) -> Vec<Element> {
        let text = |number: u32, tag: &str, role: &str| element(base, number, MAIN, tag, role, Flags(0));
        let mut list = vec![
            Element { parent: None, ..text(MAIN, "main", "main") },
            Element { parent: None, ..element(base, HEADER, HEADER, "header", "banner", Flags(0)) },
            text(STATUS, "p", "status"),
            Element { region: Some(ElementId(base + HELP)), ..text(HELP, "dialog", "dialog") },
        ];
        if self.video_s.is_some() {
            list.push(element(base, VIDEO, MAIN, "video", "", Flags::INTERACTIVE));
        }
        for (index, control) in self.controls.iter().enumerate() {
            list.push(self.control_element(base, index, control.flags));
        }
        for (form, each) in self.forms.iter().enumerate() {
            for (field, Field { entry, .. }) in each.fields.iter().enumerate() {
                let (role, flags) = match entry {
                    Entry::Choice => ("radio", Flags::INTERACTIVE),
                    Entry::Text(_) | Entry::Secret(_) => ("textbox", Flags::INTERACTIVE.with(Flags::TEXT_FIELD)),
                };
                list.push(element(base, self.number(Place::Field(form, field)), MAIN, "input", role, flags));
            }
        }
        list
    }

    /// A control as it is now: flags may change.
    pub(crate) fn control_element(&self, base: u32, index: usize, flags: Flags) -> Element {
        let Control { tag, role, in_header, .. } = &self.controls[index];
        let around = if *in_header { HEADER } else { MAIN };
        element(base, self.number(Place::Control(index)), around, tag, role, flags)
    }
}

fn element(base: u32, number: u32, around: u32, tag: &str, role: &str, flags: Flags) -> Element {
    let around = Some(ElementId(base + around));
    Element {
        id: ElementId(base + number),
        parent: around,
        tag: tag.to_owned(),
        role: role.to_owned(),
        region: around,
        flags,
    }
}

#[cfg(test)]
mod tests {
    use crate::site::Site;

    #[test]
    fn every_element_of_a_page_has_a_number_of_its_own() {
        for page in Site::default().pages {
            let mut numbers: Vec<u32> = page.elements(1000).iter().map(|element| element.id.0).collect();
            assert!(numbers.iter().all(|number| (1000..1000 + page.elements_count()).contains(number)));
            let all = numbers.len();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), all, "{}", page.template);
        }
    }
}
