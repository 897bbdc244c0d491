//! Who the visitor is, as far as it bears on help: zone, opt-outs, and how they took earlier help. No address is held.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::channel::Channel;

/// The visitor's offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// In minutes, east positive.
    pub offset_minutes: i32,
    /// The page said so; otherwise it was assumed, from a country or a site's own zone.
    pub said: bool,
}

/// A person, or what is known of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// The persistent id, with consent. Without one nobody is held out.
    pub id: Option<String>,
    /// `None` takes the site's zone, as assumed.
    pub zone: Option<Zone>,
    /// Channels that the person does not want.
    pub opted_out: BTreeSet<Channel>,
    /// The host app has an e-mail address of theirs.
    pub email_known: bool,
    /// How they took earlier help, over the last 90 days or so: what is forgotten is forgiven.
    pub responses: Responses,
}

/// How often help was shown, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Shown.
    pub shown: u32,
    /// Clicked.
    pub clicked: u32,
    /// Sent away.
    pub dismissed: u32,
    /// Helped.
    pub helped: u32,
}

impl Counts {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Counts) -> Counts {
        Counts {
            shown: self.shown.saturating_add(other.shown),
            clicked: self.clicked.saturating_add(other.clicked),
            dismissed: self.dismissed.saturating_add(other.dismissed),
            helped: self.helped.saturating_add(other.helped),
        }
    }

    /// How often somebody answered. What helped was most often clicked too, so the larger number counts.
    pub fn answered(self) -> u32 {
        self.clicked.max(self.helped)
    }

    /// How often there was something to answer; where showings went missing, the answers prove them.
    pub fn asked(self) -> u32 {
        self.shown.max(self.answered().saturating_add(self.dismissed))
    }
}

/// Responses by channel and catalogue entry; two collections of different help add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Row>", into = "Vec<Row>")]
pub struct Responses(BTreeMap<(Channel, String), Counts>);

#[derive(Clone, Serialize, Deserialize)]
struct Row {
    channel: Channel,
    entry: String,
    #[serde(flatten)]
    counts: Counts,
}

impl From<Vec<Row>> for Responses {
    fn from(rows: Vec<Row>) -> Self {
        let mut responses = Self::default();
        for row in rows {
            responses.add(row.channel, &row.entry, row.counts);
        }
        responses
    }
}

impl From<Responses> for Vec<Row> {
    fn from(responses: Responses) -> Self {
        responses.0.into_iter().map(|((channel, entry), counts)| Row { channel, entry, counts }).collect()
    }
}

impl Responses {
    /// Adds counts.
    pub fn add(&mut self, channel: Channel, entry: &str, counts: Counts) {
        let known = self.0.entry((channel, entry.to_owned())).or_default();
        *known = known.plus(counts);
    }

    /// Adds all of another collection.
    pub fn merge(&mut self, other: &Responses) {
        for ((channel, entry), counts) in &other.0 {
            self.add(*channel, entry, *counts);
        }
    }

    /// All through one channel.
    pub fn through(&self, channel: Channel) -> Counts {
        let of_channel = self.0.iter().filter(|((known, _), _)| *known == channel);
        of_channel.fold(Counts::default(), |sum, (_, counts)| sum.plus(*counts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_prove_showings_that_went_missing() {
        for (shown, clicked, dismissed, helped, asked, answered) in
            [(3, 2, 0, 1, 3, 2), (0, 1, 1, 0, 2, 1), (1, 0, 0, 2, 2, 2), (0, 0, 0, 0, 0, 0)]
        {
            let counts = Counts { shown, clicked, dismissed, helped };
            assert_eq!((counts.asked(), counts.answered()), (asked, answered), "{counts:?}");
        }
        let most = Counts { shown: u32::MAX, clicked: u32::MAX, dismissed: u32::MAX, helped: u32::MAX };
        assert_eq!(most.plus(most).asked(), u32::MAX);
    }

    #[test]
    fn responses_add_up_in_any_order_and_read_back() {
        let one = Counts { shown: 1, clicked: 1, ..Counts::default() };
        let rows = [(Channel::Email, "a"), (Channel::InApp, "a"), (Channel::Email, "b"), (Channel::Email, "a")];
        let (mut forward, mut backward) = (Responses::default(), Responses::default());
        for (channel, entry) in rows {
            forward.add(channel, entry, one);
        }
        for (channel, entry) in rows.into_iter().rev() {
            let mut single = Responses::default();
            single.add(channel, entry, one);
            backward.merge(&single);
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.through(Channel::Email), Counts { shown: 3, clicked: 3, ..Counts::default() });
        let visitor = Visitor { id: Some("v".to_owned()), responses: forward, ..Visitor::default() };
        let json = serde_json::to_string(&visitor).unwrap();
        assert_eq!(serde_json::from_str::<Visitor>(&json).unwrap(), visitor);
    }
}
