//! Numbers of elements over several pages.

use unsnag_core::input::{ElementId, Observed};

/// More elements than a generated page has.
const PER_PAGE: u32 = 100;

/// Gives the elements of each page numbers of their own: none is used again within a trace.
pub(crate) fn of_page(page: u32, what: &mut Observed) {
    let set = |id: &mut ElementId| id.0 += page * PER_PAGE;
    match what {
        Observed::Element(element) => {
            set(&mut element.id);
            element.parent.iter_mut().chain(&mut element.region).for_each(set);
        }
        Observed::PointerDown(pointer) | Observed::PointerUp(pointer) | Observed::Click(pointer) => {
            set(&mut pointer.element);
        }
        Observed::Swipe { element, .. } | Observed::Mutation { element, .. } | Observed::Toggle { element, .. } => {
            set(element);
        }
        Observed::Video(video) => set(&mut video.element),
        Observed::Focus { element }
        | Observed::Blur { element }
        | Observed::Key { element, .. }
        | Observed::Scroll { element, .. }
        | Observed::Media { element, .. }
        | Observed::Field { element, .. }
        | Observed::Alert { element }
        | Observed::Help { element } => element.iter_mut().for_each(set),
        _ => {}
    }
}
