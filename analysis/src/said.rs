//! What a page says of its visitor, by a custom event: how they want to be reached, and when.
//!
//! `unsnag.track('unsnag.visitor', { utc_offset_minutes: 60, email_known: true, unwanted: 'email live_chat' })`. Each
//! property is for itself, and of each the newest word counts. A client may say what it likes: it changes only what this
//! visitor is offered, and no address is ever told.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use unsnag_core::event::What;

use crate::facts::Fact;
use crate::orchestrate::Channel;

/// The event's name.
pub const EVENT: &str = "unsnag.visitor";

/// Clocks on earth are between 12 h behind and 14 h ahead of UTC.
const OFFSETS: RangeInclusive<i64> = -12 * 60..=14 * 60;

/// A word and when it was said; of two the later is the greater, and of two at one time any fixed one.
type Newest<T> = Option<(u64, T)>;

/// The newest words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    #[serde(default)]
    utc_offset_minutes: Newest<i32>,
    #[serde(default)]
    email_known: Newest<bool>,
    #[serde(default)]
    unwanted: Newest<BTreeSet<Channel>>,
}

impl Said {
    /// What these facts say.
    pub fn of(facts: &[Fact]) -> Self {
        let mut said = Self::default();
        for fact in facts {
            if let What::Custom { name, props } = &fact.event.what
                && name == EVENT
            {
                said.merge(Self::read(fact.event.at.0, props));
            }
        }
        said
    }

    /// The words of one event. What is of another type or out of range says nothing.
    fn read(at: u64, props: &str) -> Self {
        let props: Value = serde_json::from_str(props).unwrap_or_default();
        let minutes = props["utc_offset_minutes"].as_f64().map(|minutes| minutes as i64);
        let minutes = minutes.filter(|minutes| OFFSETS.contains(minutes)).and_then(|minutes| minutes.try_into().ok());
        let channels = |names: &str| names.split([' ', ',']).filter_map(Channel::named).collect();
        Self {
            utc_offset_minutes: minutes.map(|minutes| (at, minutes)),
            email_known: props["email_known"].as_bool().map(|known| (at, known)),
            unwanted: props["unwanted"].as_str().map(|names| (at, channels(names))),
        }
    }

    /// Takes up what was said elsewhere: the same in any order, however often.
    pub fn merge(&mut self, other: Self) {
        fn newer<T: Ord>(mine: &mut Newest<T>, other: Newest<T>) {
            if other > *mine {
                *mine = other;
            }
        }
        newer(&mut self.utc_offset_minutes, other.utc_offset_minutes);
        newer(&mut self.email_known, other.email_known);
        newer(&mut self.unwanted, other.unwanted);
    }

    /// Minutes that their clock is ahead of UTC.
    pub fn utc_offset_minutes(&self) -> Option<i32> {
        self.utc_offset_minutes.as_ref().map(|(_, minutes)| *minutes)
    }

    /// Whether the site has an e-mail address of theirs.
    pub fn email_known(&self) -> bool {
        self.email_known.as_ref().is_some_and(|(_, known)| *known)
    }

    /// The channels that they do not want.
    pub fn unwanted(&self) -> BTreeSet<Channel> {
        self.unwanted.as_ref().map(|(_, channels)| channels.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(props: &str) -> (Option<i32>, bool, Vec<Channel>) {
        let said = Said::read(1, props);
        (said.utc_offset_minutes(), said.email_known(), said.unwanted().into_iter().collect())
    }

    #[test]
    fn reads_what_can_be_meant_and_nothing_else() {
        for (props, expected) in [
            (
                r#"{"utc_offset_minutes":-210,"email_known":true,"unwanted":"email, live_chat"}"#,
                (Some(-210), true, vec![Channel::Email, Channel::LiveChat]),
            ),
            (r#"{"unwanted":"pigeon ticket","colour":"red"}"#, (None, false, vec![Channel::Ticket])),
            (r#"{"utc_offset_minutes":841,"email_known":"yes","unwanted":7}"#, (None, false, vec![])),
            (r#"{"utc_offset_minutes":840}"#, (Some(840), false, vec![])),
            ("{}", (None, false, vec![])),
            ("no JSON", (None, false, vec![])),
        ] {
            assert_eq!(read(props), expected, "{props}");
        }
    }

    #[test]
    fn what_is_not_said_again_stays() {
        let mut said = Said::read(5, r#"{"email_known":true,"unwanted":"email"}"#);
        said.merge(Said::read(6, r#"{"unwanted":""}"#));
        assert_eq!((said.email_known(), said.unwanted()), (true, BTreeSet::new()));
        said.merge(Said::read(4, r#"{"email_known":false,"utc_offset_minutes":60}"#));
        assert_eq!((said.email_known(), said.utc_offset_minutes()), (true, Some(60)));
    }

    proptest! {
        #[test]
        fn the_same_is_known_in_any_order(words in proptest::collection::vec((0..4_u64, 0..3_i32, any::<bool>()), 0..8)) {
            let read = |(at, hours, known): &(u64, i32, bool)| {
                Said::read(*at, &format!(r#"{{"utc_offset_minutes":{},"email_known":{known}}}"#, hours * 60))
            };
            let (mut forwards, mut backwards) = (Said::default(), Said::default());
            for word in &words {
                forwards.merge(read(word));
            }
            for word in words.iter().rev().chain(&words) {
                backwards.merge(read(word));
            }
            prop_assert_eq!(forwards, backwards);
        }
    }
}
