//! Where people get stuck: counts by day and page of signals, forms field by field, and moments of videos.
//!
//! What a tab contributes is a function of what is kept of it. When more is learned of the tab, the difference is added:
//! so a page's counts are the sum over tabs, whatever the order and repetition of what came.

mod videos;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unsnag_core::event::What;
use unsnag_core::forms::{Form, State};
use unsnag_core::signal::{Grade, Signal};
use unsnag_core::time::UnixMillis;

use crate::facts::Fact;
use crate::video::viewings_among;

pub(crate) use videos::of_visitor;
pub use videos::{BANDS, LEFT_PARTS, replay_part_ms};

/// Pages that one tab counts for on one day. Templates, not addresses: more is no person's way through a site.
pub const MOST_PAGES: usize = 40;
/// Counts of one page and day. Names of forms and fields come from pages: beyond it new ones are left out.
pub const MOST_COUNTS: usize = 2000;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// A day, in days since 1970-01-01 (UTC), and a page's template.
pub type Place = (u64, String);

/// Counts by what they count: `views`, `help`, `signal KIND ROLE LABEL`, `form FORM runs`, `field FORM FIELD errors`,
/// `video PLAYER LENGTH plays`, `video PLAYER LENGTH left PART` and what else a video has (`pages/videos.rs`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Zero is left out.
    pub counts: BTreeMap<String, i64>,
    /// There was more than [`MOST_COUNTS`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overflowed: bool,
}

impl Counts {
    /// Adds `by`, and leaves out what comes to nothing.
    pub fn add(&mut self, name: String, by: i64) {
        let full = self.counts.len() >= MOST_COUNTS;
        match self.counts.get_mut(&name) {
            Some(count) if *count + by == 0 => _ = self.counts.remove(&name),
            Some(count) => *count += by,
            // Of what was left out nothing is taken back.
            None if full || by < 0 => self.overflowed |= full,
            None if by == 0 => {}
            None => _ = self.counts.insert(name, by),
        }
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &Counts) {
        for (name, by) in &other.counts {
            self.add(name.clone(), *by);
        }
        self.overflowed |= other.overflowed;
    }
}

/// Counts by place.
pub type Pages = BTreeMap<Place, Counts>;

/// The day of a time, in days since 1970-01-01 (UTC).
pub fn day(at: UnixMillis) -> u64 {
    at.0 / DAY_MS
}

/// What a tab with these facts contributes.
pub fn counts(facts: &[Fact]) -> Pages {
    let mut pages = Pages::new();
    let mut views = BTreeSet::new();
    let mut add = |fact: &Fact, name: String, by: i64| {
        pages.entry((day(fact.event.at), fact.template.clone())).or_default().add(name, by);
    };
    for fact in facts {
        match &fact.event.what {
            What::Page(page) if views.insert(&page.view) => add(fact, "views".to_owned(), 1),
            What::Signal { signal, role, label } if is_sure(signal) => {
                add(fact, format!("signal {} {} {}", signal.kind.name(), word(role), label.name()), 1);
            }
            What::Form(form) => of_form(form, &mut |name, by| add(fact, name, by)),
            What::Help => add(fact, "help".to_owned(), 1),
            _ => {}
        }
    }
    if facts.iter().any(|fact| matches!(fact.event.what, What::Video(_))) {
        // A tab's players are its own, whatever its session is called.
        for viewing in viewings_among("", facts) {
            videos::of_viewing(&viewing, &mut pages);
        }
    }
    // Of each day the pages whose names come first.
    let mut kept: BTreeMap<u64, usize> = BTreeMap::new();
    pages.retain(|(day, _), _| {
        let count = kept.entry(*day).or_default();
        *count += 1;
        *count <= MOST_PAGES
    });
    pages
}

/// What has to be added for a tab of which `before` was counted and `after` is known now.
pub fn difference(before: &Pages, after: &Pages) -> Pages {
    let mut difference = Pages::new();
    accumulate(&mut difference, after, 1);
    accumulate(&mut difference, before, -1);
    for counts in difference.values_mut() {
        counts.counts.retain(|_, by| *by != 0);
    }
    difference.retain(|_, counts| !counts.counts.is_empty());
    difference
}

/// Adds so many times what these pages have: differences too, in which a count may be negative.
pub(crate) fn accumulate(sums: &mut Pages, pages: &Pages, times: i64) {
    for (place, counts) in pages {
        let sums = &mut sums.entry(place.clone()).or_default().counts;
        for (name, by) in &counts.counts {
            *sums.entry(name.clone()).or_default() += times * by;
        }
    }
}

fn is_sure(signal: &Signal) -> bool {
    signal.counts() && signal.grade >= Grade::Likely
}

/// A word of the page's as part of a name.
fn word(text: &str) -> &str {
    if text.is_empty() || text.contains(' ') { "other" } else { text }
}

fn of_form(form: &Form, add: &mut dyn FnMut(String, i64)) {
    if !form.state.is_attempt() {
        return;
    }
    let name = word(&form.form);
    let abandoned = form.state == State::Abandoned;
    for (what, count) in [
        ("runs", 1),
        ("abandoned", i64::from(abandoned)),
        ("submitted", i64::from(form.state == State::Submitted)),
        ("refused", i64::from(form.invalid_submits)),
        ("errors", i64::from(form.errors)),
    ] {
        add(format!("form {name} {what}"), count);
    }
    for field in &form.fields {
        for (what, count) in [
            ("used", 1),
            ("errors", i64::from(field.invalid)),
            ("refills", i64::from(field.refills)),
            ("deleted", i64::from(field.deleted)),
            ("active_ms", field.active_ms.min(i64::from(u32::MAX) as u64).cast_signed()),
            ("left_at", i64::from(abandoned && field.last)),
        ] {
            add(format!("field {name} {} {what}", word(&field.field)), count);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unsnag_core::event::{Event, Label};
    use unsnag_core::forms::Field;
    use unsnag_core::signal::{Evidence, Kind};
    use unsnag_core::time::Millis;

    use super::*;

    fn fact(day: u64, template: &str, what: What) -> Fact {
        let event = Event { at: UnixMillis(day * DAY_MS + 5), what };
        Fact { tab: "t".to_owned(), template: template.to_owned(), event }
    }

    fn rage(id: u32, grade: Grade) -> What {
        let signal = Signal {
            id,
            kind: Kind::RageClick,
            grade,
            revision: 1,
            is_final: true,
            at: Millis(0),
            element: None,
            evidence: Evidence::default(),
            suppressed_by: None,
        };
        What::Signal { signal, role: "button".to_owned(), label: Label::Submit }
    }

    #[test]
    fn counts_what_is_sure_where_and_when_it_was() {
        let field = Field { field: "card".to_owned(), invalid: 2, last: true, ..Field::default() };
        let form = Form { form: "pay".to_owned(), state: State::Abandoned, fields: vec![field], ..Form::default() };
        let facts = [
            fact(1, "/a", rage(1, Grade::Likely)),
            fact(1, "/a", rage(2, Grade::Suspected)),
            fact(2, "/a", rage(3, Grade::Confirmed)),
            fact(2, "/b", What::Form(form)),
        ];
        let pages = counts(&facts);
        let count = |day, template: &str, name: &str| pages[&(day, template.to_owned())].counts.get(name).copied();
        assert_eq!(count(1, "/a", "signal rage_click button submit"), Some(1));
        assert_eq!(count(2, "/a", "signal rage_click button submit"), Some(1));
        assert_eq!(count(2, "/b", "field pay card errors"), Some(2));
        assert_eq!(count(2, "/b", "field pay card left_at"), Some(1));
        assert_eq!(count(2, "/b", "form pay submitted"), None);
    }

    #[test]
    fn a_tab_counts_for_so_many_pages_and_a_page_has_so_many_counts() {
        let many: Vec<Fact> = (0..MOST_PAGES + 9).map(|n| fact(1, &format!("/{n:03}"), What::Help)).collect();
        assert_eq!(counts(&many).len(), MOST_PAGES);
        let mut page = Counts::default();
        for n in 0..=MOST_COUNTS {
            page.add(n.to_string(), 1);
        }
        assert_eq!((page.counts.len(), page.overflowed), (MOST_COUNTS, true));
        page.add("0".to_owned(), -1);
        assert_eq!(page.counts.len(), MOST_COUNTS - 1);
    }

    proptest! {
        /// However a tab grows, the differences add up to what it is in the end.
        #[test]
        fn differences_add_up(steps in proptest::collection::vec((0..3_u64, 0..3_u32, 0..4_usize), 0..12)) {
            let (mut facts, mut before) = (Vec::new(), Pages::new());
            let mut sum = Pages::new();
            for (day, id, grade) in steps {
                facts.retain(|known: &Fact| !matches!(&known.event.what, What::Signal { signal, .. } if signal.id == id));
                facts.push(fact(day, "/a", rage(id, Grade::ALL[grade])));
                let after = counts(&facts);
                for (place, counts) in difference(&before, &after) {
                    sum.entry(place).or_default().merge(&counts);
                }
                before = after;
            }
            sum.retain(|_, counts| !counts.counts.is_empty());
            before.retain(|_, counts| !counts.counts.is_empty());
            prop_assert_eq!(sum, before);
        }
    }
}
