//! Takes everything of one visitor out of a store.
//!
//! Counts of pages stay: they are sums over many and say of nobody that they were there.

use unsnag_core::time::UnixMillis;

use crate::raise::Intervention;
use crate::session::{Profile, Session};
use crate::store::{Change, MOST_CHANGES, Span, Store, StoreError};
use crate::table::{self, Row};

/// Items of one partition.
const MOST_ITEMS: usize = 100_000;

/// Forgets a visitor at every site, and says how many items that were. Asked again after a failure it goes on.
pub async fn forget(store: &dyn Store, visitor: &str, now: UnixMillis) -> Result<usize, StoreError> {
    let mut forgotten = 0;
    for partition in store.partitions("visitor ", MOST_ITEMS).await? {
        let mut words = partition.split(' ').skip(1);
        let (Some(site), Some(name)) = (words.next(), words.next()) else { continue };
        if name == visitor {
            forgotten += of_site(store, site, visitor, now).await?;
        }
    }
    Ok(forgotten)
}

async fn of_site(store: &dyn Store, site: &str, visitor: &str, now: UnixMillis) -> Result<usize, StoreError> {
    let profile = Row::<Profile>::read(store, table::profile(site, visitor), now).await?.value;
    let mut taken = Vec::new();
    for session in profile.history.names() {
        let known = Row::<Session>::read(store, table::session(site, session), now).await?.value;
        for id in known.offered.keys() {
            let row = Row::<Option<Intervention>>::read(store, table::intervention(site, id), now).await?;
            if let Some(due) = row.value.and_then(|intervention| intervention.due) {
                taken.push(table::due(UnixMillis(due), site, id));
            }
            taken.extend([table::intervention(site, id), table::episode(site, id)]);
        }
        taken.push(table::recent(site, UnixMillis(known.began), session));
        let partition = table::session_partition(site, session);
        let items = store.query(&partition, &Span::default(), MOST_ITEMS).await?;
        taken.extend(items.into_iter().map(|(sort, _)| table::within(&partition, sort)));
    }
    // The profile names the sessions, so it goes last.
    let partition = table::visitor_partition(site, visitor);
    let items = store.query(&partition, &Span::default(), MOST_ITEMS).await?;
    taken.extend(items.into_iter().map(|(sort, _)| table::within(&partition, sort)));
    taken.sort_by_key(|key| *key == table::profile(site, visitor));
    let mut there = Vec::new();
    for key in taken {
        if store.get(&key).await?.is_some() && !there.contains(&key) {
            there.push(key);
        }
    }
    for keys in there.chunks(MOST_CHANGES) {
        let changes: Vec<Change> = keys.iter().cloned().map(table::take).collect();
        store.write(changes).await?;
    }
    Ok(there.len())
}
