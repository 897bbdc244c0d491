//! What an element is: tag, role, flags. Most elements are nothing special, and one question finds that out.

use unsnag_core::input::Flags;
use web_sys::Element;

use super::label;
use crate::page::{is, nearest, window};

/// Anything that could have a flag, a role or be a region.
const NOTABLE: &str = "a,area,button,input,select,textarea,summary,label,option,canvas,main,nav,header,footer,aside,\
    section,form,dialog,article,[role],[onclick],[tabindex],[contenteditable],[aria-disabled],[data-unsnag-region],\
    [data-unsnag-ignore]";
/// Clickable by what it says it is.
const INTERACTIVE: &str = "a[href],area[href],button,input:not([type=hidden]),select,textarea,summary,label,option,\
    [onclick],[tabindex]:not([tabindex^='-']),[role=button],[role=link],[role=tab],[role^=menuitem],[role=checkbox],\
    [role=switch],[role=option],[role=radio],[role=slider],[role=combobox],[role=treeitem],[contenteditable=true]";
/// A control that takes text.
const TEXT_FIELD: &str = "textarea,input:not([type=button],[type=submit],[type=reset],[type=image],[type=checkbox],\
    [type=radio],[type=file],[type=color],[type=range],[type=hidden])";
/// What bounds "near": landmarks, dialogs, and what the page marked.
pub(crate) const REGION: &str = "main,nav,header,footer,aside,section[aria-label],section[aria-labelledby],form,dialog,\
    article,[role=dialog],[role=alertdialog],[role=region],[role=tabpanel],[data-unsnag-region]";
/// A region that opted out of dead clicks is not part of the page that is watched: nothing in it answers anybody.
pub(super) const QUIET: &str = "[data-unsnag-region][data-unsnag-ignore~=dead]";
const IGNORE: &str = "data-unsnag-ignore";
/// The bits of all opt-outs.
pub(super) const OPT_OUTS: u32 = u32::MAX << Flags::NAMES.len();

/// What is told of an element, and what is kept.
pub(super) struct Description {
    pub(super) tag: String,
    pub(super) role: String,
    pub(super) flags: Flags,
    pub(super) is_region: bool,
    pub(super) is_quiet: bool,
}

impl Description {
    pub(super) fn of(element: &Element) -> Self {
        let tag = element.local_name();
        let mut what = Self { tag, role: String::new(), flags: Flags(0), is_region: false, is_quiet: false };
        if is(element, NOTABLE) {
            what.look(element);
        }
        what
    }

    fn look(&mut self, element: &Element) {
        self.is_region = is(element, REGION);
        self.is_quiet = self.is_region && is(element, QUIET);
        self.flags = own_opt_outs(element);
        let kind = element.get_attribute("type").unwrap_or_default();
        // A role is the page's text: only what looks like one of ARIA's words is taken.
        let said = element
            .get_attribute("role")
            .filter(|role| role.len() <= 20 && role.bytes().all(|b| b.is_ascii_lowercase()));
        self.role = said.unwrap_or_else(|| implied_role(&self.tag, &kind).to_owned());

        let mut set = |holds: bool, flag: Flags| {
            if holds {
                self.flags = self.flags.with(flag);
            }
        };
        set(self.tag == "canvas", Flags::CANVAS);
        set(is(element, "[contenteditable]:not([contenteditable=false])"), Flags::EDITABLE);
        if !is(element, INTERACTIVE) {
            return;
        }
        set(true, Flags::INTERACTIVE);
        set(is(element, TEXT_FIELD), Flags::TEXT_FIELD);
        set(is(element, ":disabled,[aria-disabled=true]"), Flags::DISABLED);
        if self.tag == "a" {
            set(true, Flags::LINK);
            set(element.has_attribute("download"), Flags::DOWNLOAD);
            set(
                element.has_attribute("target") && !is(element, "[target=_self],[target=_top],[target=_parent]"),
                Flags::NEW_TAB,
            );
        }
        set(self.tag == "label", Flags::LABEL);
        set(is(element, "form button:not([type]),form [type=submit],form [type=image]"), Flags::SUBMIT);
        set(kind == "range" || kind == "number", Flags::STEPPER);
        set(true, label::flag(element));
    }
}

/// Whether the browser shows that this can be clicked.
pub(super) fn has_pointer_cursor(element: &Element) -> bool {
    let style = window().get_computed_style(element).ok().flatten();
    style.and_then(|style| style.get_property_value("cursor").ok()).is_some_and(|cursor| cursor == "pointer")
}

/// The opt-outs of everything around an element.
pub(super) fn opt_outs_above(element: &Element) -> Flags {
    let mut flags = Flags(0);
    let mut at = super::above(element);
    while let Some(found) = at.and_then(|element| nearest(&element, "[data-unsnag-ignore]")) {
        flags = flags.with(own_opt_outs(&found));
        at = super::above(&found);
    }
    flags
}

fn own_opt_outs(element: &Element) -> Flags {
    let Some(kinds) = element.get_attribute(IGNORE) else { return Flags(0) };
    let mut flags = Flags(0);
    let mut named = false;
    for kind in kinds.split_ascii_whitespace() {
        named = true;
        let flag =
            unsnag_core::signal::Kind::ALL.into_iter().find(|known| known.short_name() == kind).map(Flags::ignore);
        flags = flags.with(flag.unwrap_or(if kind == "all" { Flags(OPT_OUTS) } else { Flags(0) }));
    }
    if named { flags } else { Flags(OPT_OUTS) }
}

fn implied_role(tag: &str, kind: &str) -> &'static str {
    match (tag, kind) {
        ("a" | "area", _) => "link",
        ("button" | "summary", _) | ("input", "button" | "submit" | "reset" | "image") => "button",
        ("input", "checkbox") => "checkbox",
        ("input", "radio") => "radio",
        ("input", "range") => "slider",
        ("input", "number") => "spinbutton",
        ("input" | "textarea", _) => "textbox",
        ("select", _) => "combobox",
        ("option", _) => "option",
        ("main", _) => "main",
        ("nav", _) => "navigation",
        ("form", _) => "form",
        ("dialog", _) => "dialog",
        ("article", _) => "article",
        ("section", _) => "region",
        _ => "",
    }
}
