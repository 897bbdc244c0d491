//! Counts of one kind of thing: how many, with what weight, from when to when, and where most of it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unsnag_core::time::UnixMillis;

use super::place::Place;
use crate::words;

/// From the first of something to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first.
    #[serde(with = "words::unix")]
    pub first: UnixMillis,
    /// The last.
    #[serde(with = "words::unix")]
    pub last: UnixMillis,
}

/// How often something happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u32,
    /// The same, each with its weight, in millionths.
    pub weight: u64,
    /// When.
    pub span: Option<Span>,
    /// Where most of it was; of two such places the one where it was last.
    pub place: Option<Place>,
}

/// One thing that is counted, or several that were told as one.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) at: UnixMillis,
    pub(super) count: u32,
    /// Of all of them, millionths.
    pub(super) weight: u64,
    pub(super) place: Place,
}

impl Item {
    /// One thing of weight one.
    pub(super) fn one(at: UnixMillis, place: Place) -> Item {
        Item::several(1, at, place)
    }

    /// Some things of weight one.
    pub(super) fn several(count: u32, at: UnixMillis, place: Place) -> Item {
        Item { at, count, weight: u64::from(count) * unsnag_core::features::ONE, place }
    }
}

impl FromIterator<Item> for Tally {
    fn from_iter<I: IntoIterator<Item = Item>>(items: I) -> Tally {
        let mut tally = Tally::default();
        let mut places: BTreeMap<Place, (u64, UnixMillis)> = BTreeMap::new();
        for item in items {
            tally.count = tally.count.saturating_add(item.count);
            tally.weight = tally.weight.saturating_add(item.weight);
            let Span { first, last } = tally.span.unwrap_or(Span { first: item.at, last: item.at });
            tally.span = Some(Span { first: first.min(item.at), last: last.max(item.at) });
            let (weight, last) = places.entry(item.place).or_default();
            *weight = weight.saturating_add(item.weight);
            *last = (*last).max(item.at);
        }
        tally.place = places.into_iter().max_by_key(|(_, rank)| *rank).map(|(place, _)| place);
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_finds_the_place_where_most_was() {
        let at = |second: u64, template| Item::one(UnixMillis(second * 1000), Place::page(template));
        let tally: Tally = [at(5, "/a"), at(1, "/b"), at(9, "/a"), at(2, "/b"), at(3, "/c")].into_iter().collect();
        assert_eq!((tally.count, tally.weight), (5, 5_000_000));
        assert_eq!(tally.span, Some(Span { first: UnixMillis(1000), last: UnixMillis(9000) }));
        assert_eq!(tally.place, Some(Place::page("/a")));
        assert_eq!(Tally::from_iter([]), Tally::default());
    }
}
