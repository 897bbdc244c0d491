//! Takes everything of one visitor out of a store.
//!
//! Counts of pages stay: they are sums over many and say of nobody that they were there.

use std::collections::{BTreeSet, HashSet};

use unsnag_core::time::UnixMillis;

use crate::raise::Intervention;
use crate::report::sites;
use crate::session::Session;
use crate::store::{Change, MOST_CHANGES, Span, Store, StoreError};
use crate::table::{self, Row};

/// Items of one partition.
const MOST_ITEMS: usize = 100_000;

/// Forgets a visitor at every site, and says how many items that were. Asked again after a failure it goes on.
pub async fn forget(store: &dyn Store, visitor: &str, now: UnixMillis) -> Result<usize, StoreError> {
    let mut forgotten = 0;
    for site in sites(store).await? {
        forgotten += of_site(store, &site, visitor, now).await?;
    }
    Ok(forgotten)
}

async fn of_site(store: &dyn Store, site: &str, visitor: &str, now: UnixMillis) -> Result<usize, StoreError> {
    let partition = table::visitor_partition(site, visitor);
    let items = store.query(&partition, &Span::default(), MOST_ITEMS).await?;
    let named = |prefix| items.iter().filter_map(move |(sort, _)| sort.strip_prefix(prefix));
    let mut offers: BTreeSet<String> = named(table::OFFER).map(str::to_owned).collect();
    let mut taken = Vec::new();
    for session in named(table::VISIT) {
        let known = Row::<Session>::read(store, table::session(site, session), now).await?.value;
        // Some were offered before it was known whose session it is.
        offers.extend(known.offered.into_keys());
        taken.push(table::recent(site, UnixMillis(known.began), session));
        let partition = table::session_partition(site, session);
        let items = store.query(&partition, &Span::default(), MOST_ITEMS).await?;
        taken.extend(items.into_iter().map(|(sort, _)| table::within(&partition, sort)));
    }
    let mut before = Vec::new();
    for id in &offers {
        let row = Row::<Option<Intervention>>::read(store, table::intervention(site, id), now).await?;
        if let Some(due) = row.value.and_then(|intervention| intervention.due) {
            before.push(table::due(UnixMillis(due), site, id));
        }
        before.extend([table::intervention(site, id), table::episode(site, id)]);
    }
    // What names others goes after them, so that a second try finds what the first has left.
    let own = items.iter().map(|(sort, _)| table::within(&partition, sort.clone()));
    let taken = before.into_iter().chain(taken).chain(own);
    let (mut there, mut known) = (Vec::new(), HashSet::new());
    for key in taken {
        if known.insert(key.clone()) && store.get(&key).await?.is_some() {
            there.push(key);
        }
    }
    for keys in there.chunks(MOST_CHANGES) {
        let changes: Vec<Change> = keys.iter().cloned().map(table::take).collect();
        store.write(changes).await?;
    }
    Ok(there.len())
}
