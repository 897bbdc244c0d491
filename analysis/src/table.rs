//! What the analysis keeps, under which keys, and which questions that answers.
//!
//! | partition | sort key | what | ends | read to |
//! |---|---|---|---|---|
//! | `session KEY SESSION` | `seen TAB BATCH` | the batch's effect was made | [`KEPT_FOR`] | make it once |
//! | | `session` | visitor, times, struggle, what the host proposed | [`KEPT_FOR`] | show and judge a session |
//! | | `tab TAB` | what is kept of a tab ([`crate::tab`]) | [`KEPT_FOR`] | compute a session from its tabs |
//! | `visitor KEY VISITOR` | `profile` | sessions' features, interventions and their outcomes | [`KEPT_FOR_VISITORS`] | history, caps, responses |
//! | | `struggle TIME SESSION` | one struggle of the visitor's | [`KEPT_FOR`] | the visitor's struggles, newest first |
//! | | `video VIDEO` | what was watched of a video, by session | [`KEPT_FOR_VISITORS`] | engagement, preferences |
//! | | `visit SESSION` | a session was the visitor's | [`KEPT_FOR`] | forget all of a visitor |
//! | | `offer ID` | an intervention or exposure was the visitor's | [`KEPT_FOR_VISITORS`] | the same |
//! | `day KEY DAY` | `page TEMPLATE` | counts of a page on a day ([`crate::pages`]) | [`KEPT_FOR`] | where people get stuck |
//! | `recent KEY` | `TIME SESSION` | a session with struggles | [`KEPT_FOR`] | the newest sessions of a site |
//! | `intervention KEY` | `ID` | one intervention: plan, deliveries, outcomes | [`KEPT_FOR_VISITORS`] | send it, escalate it |
//! | `episode KEY` | `ID` | what became of one exposure, treated or held out | [`KEPT_FOR_VISITORS`] | uplift; labelled rows |
//! | `sites` | `KEY` | something is known of a site | – | report, learn and forget site by site |
//! | `due` | `TIME KEY ID` | an intervention to be sent or looked after at a time | when it was done | what is to be done now |
//!
//! Times in sort keys have thirteen digits, so that they sort as numbers do until the year 2286. Names of sites,
//! sessions and visitors are ids and hold no blank.

use serde::Serialize;
use serde::de::DeserializeOwned;
use unsnag_core::time::{Millis, UnixMillis};

use crate::store::{Change, Condition, ItemKey, Span, Store, StoreError};

/// How long sessions, marks and counts are kept after they last changed: as long as the collector's log keeps records.
pub(crate) const KEPT_FOR: Millis = Millis(30 * 24 * 60 * 60 * 1000);
/// How long what is known of a visitor is kept after it last changed, and what came of help: half a year. Who comes again
/// later meets another site, and experiments are over by then.
pub(crate) const KEPT_FOR_VISITORS: Millis = Millis(182 * 24 * 60 * 60 * 1000);

fn key(partition: String, sort: String) -> ItemKey {
    // A store's keys hold no control characters; names of pages are the only ones that could.
    let clean = |text: String| if text.contains(char::is_control) { text.replace(char::is_control, "?") } else { text };
    ItemKey { partition: clean(partition), sort: clean(sort) }
}

/// A time as part of a sort key.
pub(crate) fn sortable(at: UnixMillis) -> String {
    format!("{:013}", at.0)
}

/// An item of a partition that was read.
pub(crate) fn within(partition: &str, sort: String) -> ItemKey {
    ItemKey { partition: partition.to_owned(), sort }
}

/// Everything of one session.
pub(crate) fn session_partition(site: &str, session: &str) -> String {
    format!("session {site} {session}")
}

/// Everything of one visitor.
pub(crate) fn visitor_partition(site: &str, visitor: &str) -> String {
    format!("visitor {site} {visitor}")
}

/// The pages of a site on a day.
pub(crate) fn day_partition(site: &str, day: u64) -> String {
    format!("day {site} {day:06}")
}

/// The newest sessions of a site.
pub(crate) fn recent_partition(site: &str) -> String {
    format!("recent {site}")
}

/// The episodes of a site.
pub(crate) fn episode_partition(site: &str) -> String {
    format!("episode {site}")
}

/// What is to be done.
pub(crate) const DUE: &str = "due";
/// All sites: as many as the host has write keys.
pub(crate) const SITES: &str = "sites";
/// What tabs' sort keys begin with.
pub(crate) const TAB: &str = "tab ";
/// What struggles' sort keys begin with.
pub(crate) const STRUGGLE: &str = "struggle ";
/// What videos' sort keys begin with.
pub(crate) const VIDEO: &str = "video ";
/// What the sort keys of a visitor's sessions begin with.
pub(crate) const VISIT: &str = "visit ";
/// What the sort keys of what was offered to a visitor begin with.
pub(crate) const OFFER: &str = "offer ";
/// What pages' sort keys begin with.
pub(crate) const PAGE: &str = "page ";

pub(crate) fn seen(site: &str, session: &str, tab: &str, batch: &str) -> ItemKey {
    key(session_partition(site, session), format!("seen {tab} {batch}"))
}

pub(crate) fn session(site: &str, session: &str) -> ItemKey {
    key(session_partition(site, session), "session".to_owned())
}

pub(crate) fn tab(site: &str, session: &str, tab: &str) -> ItemKey {
    key(session_partition(site, session), format!("{TAB}{tab}"))
}

pub(crate) fn profile(site: &str, visitor: &str) -> ItemKey {
    key(visitor_partition(site, visitor), "profile".to_owned())
}

pub(crate) fn struggle(site: &str, visitor: &str, began: UnixMillis, session: &str) -> ItemKey {
    key(visitor_partition(site, visitor), format!("{STRUGGLE}{} {session}", sortable(began)))
}

pub(crate) fn visit(site: &str, visitor: &str, session: &str) -> ItemKey {
    key(visitor_partition(site, visitor), format!("{VISIT}{session}"))
}

pub(crate) fn offer(site: &str, visitor: &str, id: &str) -> ItemKey {
    key(visitor_partition(site, visitor), format!("{OFFER}{id}"))
}

pub(crate) fn site(site: &str) -> ItemKey {
    key(SITES.to_owned(), site.to_owned())
}

pub(crate) fn video(site: &str, visitor: &str, video: &str) -> ItemKey {
    key(visitor_partition(site, visitor), format!("{VIDEO}{video}"))
}

pub(crate) fn page(site: &str, day: u64, template: &str) -> ItemKey {
    key(day_partition(site, day), format!("{PAGE}{template}"))
}

pub(crate) fn recent(site: &str, began: UnixMillis, session: &str) -> ItemKey {
    key(recent_partition(site), format!("{} {session}", sortable(began)))
}

pub(crate) fn intervention(site: &str, id: &str) -> ItemKey {
    key(format!("intervention {site}"), id.to_owned())
}

pub(crate) fn episode(site: &str, id: &str) -> ItemKey {
    key(episode_partition(site), id.to_owned())
}

pub(crate) fn due(at: UnixMillis, site: &str, id: &str) -> ItemKey {
    key(DUE.to_owned(), format!("{} {site} {id}", sortable(at)))
}

/// An item as it was read, to be written back on condition that nobody else has.
#[derive(Clone, Debug)]
pub(crate) struct Row<T> {
    pub(crate) key: ItemKey,
    pub(crate) value: T,
    version: Option<u64>,
}

impl<T: Serialize + DeserializeOwned + Default> Row<T> {
    /// Reads an item; its default where there is none, or only one that has ended.
    pub(crate) async fn read(store: &dyn Store, key: ItemKey, now: UnixMillis) -> Result<Self, StoreError> {
        let Some(item) = store.get(&key).await? else {
            return Ok(Self { key, value: T::default(), version: None });
        };
        let ended = item.expires_at.is_some_and(|end| end <= now);
        let value = if ended { T::default() } else { parse(&item.value)? };
        Ok(Self { key, value, version: Some(item.version) })
    }

    /// Whether it was there.
    pub(crate) fn is_new(&self) -> bool {
        self.version.is_none()
    }

    /// The write of its present value.
    pub(crate) fn put(&self, expires_at: Option<UnixMillis>) -> Result<Change, StoreError> {
        let condition = self.version.map_or(Condition::Absent, Condition::Version);
        Ok(Change { key: self.key.clone(), condition, value: Some(json(&self.value)?), expires_at })
    }
}

/// A write of something that may be there already.
pub(crate) fn put<T: Serialize>(key: ItemKey, value: &T, expires_at: Option<UnixMillis>) -> Result<Change, StoreError> {
    Ok(Change { key, condition: Condition::Any, value: Some(json(value)?), expires_at })
}

/// A write of something that must not be there.
pub(crate) fn add<T: Serialize>(key: ItemKey, value: &T, expires_at: Option<UnixMillis>) -> Result<Change, StoreError> {
    Ok(Change { condition: Condition::Absent, ..put(key, value, expires_at)? })
}

/// Takes something away.
pub(crate) fn take(key: ItemKey) -> Change {
    Change { key, condition: Condition::Any, value: None, expires_at: None }
}

/// All items of a partition that begin so and have not ended, each with its sort key.
pub(crate) async fn list<T: DeserializeOwned>(
    store: &dyn Store,
    partition: &str,
    span: &Span,
    most: usize,
    now: UnixMillis,
) -> Result<Vec<(String, T)>, StoreError> {
    let items = store.query(partition, span, most).await?;
    let lasting = items.into_iter().filter(|(_, item)| item.expires_at.is_none_or(|end| end > now));
    lasting.map(|(sort, item)| Ok((sort, parse(&item.value)?))).collect()
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Unavailable(format!("a value cannot be written: {error}")))
}

pub(crate) fn parse<T: DeserializeOwned>(value: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(value).map_err(|error| StoreError::Unavailable(format!("an item cannot be read: {error}")))
}
