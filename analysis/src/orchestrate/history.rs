//! What reached a visitor, or is on its way, and whether there is room for more: caps, cool-down, dismissals.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unsnag_core::policy::MOST_DISMISSALS;
use unsnag_core::time::{Millis, UnixMillis};

use super::channel::Channel;
use super::civil::{DAY, WEEK};
use super::timing::Window;
use crate::words;

/// After [`MOST_DISMISSALS`] within this time nothing more is offered: a week, so that a bad day does not end all help.
pub const DISMISSALS_LAST: Millis = WEEK;

/// One time that help reaches a visitor, through one or more channels at once. What would have reached somebody who is
/// held out is one too: caps must bind both arms alike, or their episodes could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The intervention's id, with its step where it is one of an escalation.
    pub id: String,
    /// The first moment at which it may go out; once it went, that moment.
    #[serde(with = "words::unix")]
    pub from: UnixMillis,
    /// The last moment; once it went, that moment too.
    #[serde(with = "words::unix")]
    pub until: UnixMillis,
    /// Through which channels.
    pub channels: BTreeSet<Channel>,
    /// When the visitor sent it away.
    #[serde(with = "words::unix_option", default)]
    pub dismissed_at: Option<UnixMillis>,
}

impl Contact {
    /// As early and as late as it may be, whatever order its two moments were given in.
    fn span(&self) -> (UnixMillis, UnixMillis) {
        (self.from.min(self.until), self.from.max(self.until))
    }

    /// Whether some moment of it may be less than `length` from some moment of the window.
    fn is_near(&self, window: &Window, length: Millis) -> bool {
        let (first, last) = self.span();
        last + length > window.from && first < window.until + length
    }
}

/// All contacts of a visitor, each once; the order in which they are noted does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Contact>", into = "Vec<Contact>")]
pub struct History(BTreeMap<String, Contact>);

impl From<Vec<Contact>> for History {
    fn from(contacts: Vec<Contact>) -> Self {
        let mut history = Self::default();
        for contact in contacts {
            history.note(contact);
        }
        history
    }
}

impl From<History> for Vec<Contact> {
    fn from(history: History) -> Self {
        history.0.into_values().collect()
    }
}

/// How much help a visitor gets at most. A day and a week are any 24 hours and any seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// In a day.
    pub per_day: u32,
    /// In a week.
    pub per_week: u32,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// A cap is reached.
    Capped,
    /// The last contact is too near.
    CoolingDown,
}

impl History {
    /// Notes a contact, or what became known of one: the time between its two moments only shrinks, and the first
    /// dismissal counts.
    pub fn note(&mut self, contact: Contact) {
        match self.0.get_mut(&contact.id) {
            None => _ = self.0.insert(contact.id.clone(), contact),
            Some(known) => {
                known.from = known.from.max(contact.from);
                known.until = known.until.min(contact.until);
                known.channels.extend(contact.channels);
                known.dismissed_at = known.dismissed_at.into_iter().chain(contact.dismissed_at).min();
            }
        }
    }

    /// Notes all contacts of another history.
    pub fn merge(&mut self, other: &History) {
        for contact in other.0.values() {
            self.note(contact.clone());
        }
    }

    /// Forgets what no rule looks at any more.
    pub fn forget(&mut self, now: UnixMillis) {
        let matters = |at: UnixMillis| at + WEEK.max(DISMISSALS_LAST) > now;
        self.0.retain(|_, contact| matters(contact.span().1) || contact.dismissed_at.is_some_and(matters));
    }

    /// All contacts.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.0.values()
    }

    /// Until when the visitor is left alone because they sent help away too often.
    pub(super) fn left_alone_until(&self, now: UnixMillis) -> Option<UnixMillis> {
        let recent = |at: &UnixMillis| *at + DISMISSALS_LAST > now;
        let mut dismissals: Vec<UnixMillis> =
            self.0.values().filter_map(|contact| contact.dismissed_at).filter(recent).collect();
        dismissals.sort_unstable();
        let first_that_counts = dismissals.len().checked_sub(MOST_DISMISSALS as usize)?;
        Some(dismissals[first_that_counts] + DISMISSALS_LAST)
    }

    /// Whether a contact may be added anywhere in a window: whatever moments it and the others turn out to have, no
    /// cap is exceeded and no two are nearer than the cool-down. If not, why, and when to ask again.
    ///
    /// A day with the new contact holds only contacts that are less than a day from it, on either side, so counting
    /// those is enough.
    pub(super) fn room(
        &self,
        window: &Window,
        all: Caps,
        cool_down: Millis,
        channel: (Channel, Caps),
    ) -> Result<(), (Full, Option<UnixMillis>)> {
        let (channel, own) = channel;
        for (most, length, only) in [
            (all.per_day, DAY, None),
            (all.per_week, WEEK, None),
            (own.per_day, DAY, Some(channel)),
            (own.per_week, WEEK, Some(channel)),
        ] {
            let counts = |contact: &&Contact| only.is_none_or(|channel| contact.channels.contains(&channel));
            let mut ends = self.ends_near(window, length, counts);
            ends.sort_unstable();
            if let Some(too_many) = ends.len().checked_sub(most as usize) {
                return Err((Full::Capped, ends.get(too_many).map(|end| *end + length)));
            }
        }
        match self.ends_near(window, cool_down, |_| true).into_iter().max() {
            Some(end) => Err((Full::CoolingDown, Some(end + cool_down))),
            None => Ok(()),
        }
    }

    fn ends_near(&self, window: &Window, length: Millis, counts: impl Fn(&&Contact) -> bool) -> Vec<UnixMillis> {
        let near = self.0.values().filter(|contact| contact.is_near(window, length));
        near.filter(counts).map(|contact| contact.span().1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::civil::HOUR;
    use super::*;

    const NOW: UnixMillis = UnixMillis(100 * DAY.0);
    const ALL: Caps = Caps { per_day: 2, per_week: 3 };
    const OWN: Caps = Caps { per_day: 1, per_week: 2 };

    fn contact(id: &str, hours_ago: u64, channel: Channel) -> Contact {
        let at = UnixMillis(NOW.0 - hours_ago * HOUR.0);
        Contact { id: id.to_owned(), from: at, until: at, channels: [channel].into(), dismissed_at: None }
    }

    fn history(contacts: &[(u64, Channel)]) -> History {
        let named = contacts.iter().enumerate();
        named.map(|(n, (ago, channel))| contact(&format!("c{n}"), *ago, *channel)).collect::<Vec<_>>().into()
    }

    #[test]
    fn caps_and_cool_down_leave_room_or_say_when_there_is_some() {
        use Channel::{Email, InApp};
        let window = Window { from: NOW, until: NOW + HOUR };
        let full = |full, in_hours: u64| Err((full, Some(NOW + Millis(in_hours * HOUR.0))));
        for (contacts, expected) in [
            (vec![], Ok(())),
            (vec![(3, Email)], Ok(())),
            (vec![(3, InApp)], full(Full::Capped, 21)),
            (vec![(24, InApp)], Ok(())),
            (vec![(3, Email), (5, Email)], full(Full::Capped, 19)),
            (vec![(30, Email), (60, Email), (90, Email)], full(Full::Capped, 168 - 90)),
            (vec![(30, InApp), (60, InApp)], full(Full::Capped, 168 - 60)),
            (vec![(168, InApp), (169, InApp), (170, InApp)], Ok(())),
            (vec![(1, Email)], full(Full::CoolingDown, 1)),
            (vec![(2, Email)], Ok(())),
        ] {
            let room = history(&contacts).room(&window, ALL, Millis(2 * HOUR.0), (InApp, OWN));
            assert_eq!(room, expected, "{contacts:?}");
        }
        let none = Caps { per_day: 0, per_week: 0 };
        assert_eq!(history(&[]).room(&window, none, HOUR, (InApp, OWN)), Err((Full::Capped, None)));
    }

    #[test]
    fn what_is_on_its_way_counts_as_early_and_as_late_as_it_may_be() {
        let mut planned = contact("a", 0, Channel::InApp);
        (planned.from, planned.until) = (NOW + Millis(10 * HOUR.0), NOW + Millis(12 * HOUR.0));
        let mut history = History::default();
        history.note(planned.clone());
        for (from, room) in [(8, false), (6, true), (13, false), (14, true)] {
            let from = NOW + Millis(from * HOUR.0);
            let window = Window { from, until: from + HOUR };
            let many = Caps { per_day: 9, per_week: 9 };
            let got = history.room(&window, many, Millis(2 * HOUR.0), (Channel::InApp, many));
            assert_eq!(got.is_ok(), room, "{from:?}");
        }
    }

    #[test]
    fn two_dismissals_within_a_week_end_it_for_a_week() {
        let dismissed = |ago: &[u64]| {
            let mut history = History::default();
            for (n, ago) in ago.iter().enumerate() {
                let mut contact = contact(&format!("c{n}"), *ago, Channel::InApp);
                contact.dismissed_at = Some(contact.from);
                history.note(contact.clone());
                history.note(contact);
            }
            history.left_alone_until(NOW).map(|until| until - NOW)
        };
        assert_eq!(dismissed(&[1]), None);
        assert_eq!(dismissed(&[1, 2]), Some(Millis((168 - 2) * HOUR.0)));
        assert_eq!(dismissed(&[1, 2, 40]), Some(Millis((168 - 2) * HOUR.0)));
        assert_eq!(dismissed(&[1, 168]), None);
    }

    #[test]
    fn what_is_noted_twice_or_in_another_order_is_the_same() {
        let planned = Contact { until: NOW + DAY, ..contact("a", 0, Channel::InApp) };
        let sent = Contact { from: NOW + HOUR, until: NOW + HOUR, ..contact("a", 0, Channel::Email) };
        let dismissed = Contact { dismissed_at: Some(NOW + DAY), ..sent.clone() };
        let forward = History::from(vec![planned.clone(), sent.clone(), dismissed.clone()]);
        let mut backward = History::from(vec![dismissed, sent.clone()]);
        backward.merge(&History::from(vec![planned, sent]));
        assert_eq!(forward, backward);
        let known: Vec<_> = forward.contacts().map(|contact| (contact.from, contact.until)).collect();
        assert_eq!(known, [(NOW + HOUR, NOW + HOUR)]);
        let json = serde_json::to_string(&forward).unwrap();
        assert_eq!(serde_json::from_str::<History>(&json).unwrap(), forward);
    }

    #[test]
    fn forgets_only_what_no_rule_looks_at() {
        let mut history = history(&[(167, Channel::InApp), (168, Channel::Email)]);
        let mut late = contact("late", 400, Channel::InApp);
        late.dismissed_at = Some(NOW);
        history.note(late);
        history.forget(NOW);
        let kept: Vec<&str> = history.contacts().map(|contact| contact.id.as_str()).collect();
        assert_eq!(kept, ["c0", "late"]);
    }
}
