//! What every store must do. Each adapter's tests call [`check`] on an empty store of its own.

use unsnag_core::time::UnixMillis;

use super::{Change, Condition, Item, ItemKey, MAX_VALUE_BYTES, MOST_CHANGES, Span, Store, StoreError};

fn key(partition: &str, sort: &str) -> ItemKey {
    ItemKey { partition: partition.to_owned(), sort: sort.to_owned() }
}

fn put(partition: &str, sort: &str, condition: Condition, value: &str) -> Change {
    Change { key: key(partition, sort), condition, value: Some(value.as_bytes().to_vec()), expires_at: None }
}

async fn sorts(store: &dyn Store, span: &Span, most: usize) -> Vec<String> {
    let found = store.query("list", span, most).await.expect("a partition can be read");
    found.into_iter().map(|(sort, _)| sort).collect()
}

/// Panics with what the store does otherwise.
#[allow(clippy::missing_panics_doc, reason = "panicking is its result")]
pub async fn check(store: &dyn Store) {
    conditions_hold(store).await;
    writes_are_all_or_nothing(store).await;
    of_two_who_race_one_wins(store).await;
    spans_are_read_in_order(store).await;
    sizes_are_bounded(store).await;
}

async fn conditions_hold(store: &dyn Store) {
    let absent = put("c", "1", Condition::Absent, "one");
    assert_eq!(store.get(&absent.key).await, Ok(None));
    store.write(vec![absent.clone()]).await.expect("what is absent can be put");
    assert_eq!(store.write(vec![absent.clone()]).await, Err(StoreError::Conflict), "it is there now");
    let found = store.get(&absent.key).await.expect("an item can be read").expect("it was put");
    assert_eq!(found, Item { version: 1, value: b"one".to_vec(), expires_at: None });
    let wrong = put("c", "1", Condition::Version(2), "two");
    assert_eq!(store.write(vec![wrong]).await, Err(StoreError::Conflict), "its version is 1");
    let mut second = put("c", "1", Condition::Version(1), "two");
    second.expires_at = Some(UnixMillis(4_000_000_000_000));
    store.write(vec![second]).await.expect("its version is 1");
    let found = store.get(&absent.key).await.expect("an item can be read").expect("it was put");
    assert_eq!((found.version, found.expires_at), (2, Some(UnixMillis(4_000_000_000_000))));
    let taken = Change { value: None, ..put("c", "1", Condition::Version(2), "") };
    store.write(vec![taken]).await.expect("its version is 2");
    assert_eq!(store.get(&absent.key).await, Ok(None));
    store.write(vec![put("c", "1", Condition::Any, "three")]).await.expect("any condition holds");
}

async fn writes_are_all_or_nothing(store: &dyn Store) {
    store.write(vec![put("a", "there", Condition::Absent, "")]).await.expect("it is absent");
    let both = vec![put("a", "new", Condition::Absent, ""), put("a", "there", Condition::Absent, "")];
    assert_eq!(store.write(both).await, Err(StoreError::Conflict));
    assert_eq!(store.get(&key("a", "new")).await, Ok(None), "half of a write was made");
    store.write(Vec::new()).await.expect("no change is no fault");
}

async fn of_two_who_race_one_wins(store: &dyn Store) {
    let (mut won, mut lost) = (0, 0);
    store.write(vec![put("r", "n", Condition::Absent, "0")]).await.expect("it is absent");
    for _ in 0..5 {
        let version = store.get(&key("r", "n")).await.expect("it can be read").expect("it was put").version;
        let bid = || store.write(vec![put("r", "n", Condition::Version(version), "1")]);
        for outcome in [bid().await, bid().await] {
            match outcome {
                Ok(()) => won += 1,
                Err(StoreError::Conflict) => lost += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert_eq!((won, lost), (5, 5));
}

async fn spans_are_read_in_order(store: &dyn Store) {
    let all = ["a#1", "a#10", "a#2", "b#1", "é"];
    store
        .write(all.iter().rev().map(|sort| put("list", sort, Condition::Any, sort)).collect())
        .await
        .expect("any holds");
    store.write(vec![put("list2", "a#3", Condition::Any, "")]).await.expect("any holds");
    let span = |prefix: &str, after: Option<&str>, newest_first| Span {
        prefix: prefix.to_owned(),
        after: after.map(str::to_owned),
        newest_first,
    };
    for (asked, most, expected) in [
        (span("", None, false), 10, &all[..]),
        (span("a#", None, false), 10, &all[..3]),
        (span("a#", Some("a#1"), false), 1, &["a#10"]),
        (span("a#", None, true), 2, &["a#2", "a#10"]),
        (span("a#", Some("a#10"), true), 5, &["a#1"]),
        (span("c", None, false), 5, &[]),
        (span("", None, false), 0, &[]),
    ] {
        assert_eq!(sorts(store, &asked, most).await, expected, "{asked:?}");
    }
}

async fn sizes_are_bounded(store: &dyn Store) {
    let largest = "x".repeat(MAX_VALUE_BYTES);
    store.write(vec![put("size", "1", Condition::Any, &largest)]).await.expect("it is just small enough");
    let larger = put("size", "2", Condition::Any, &format!("{largest}x"));
    assert_eq!(store.write(vec![larger]).await, Err(StoreError::TooLarge));
    let many = |count: usize| (0..count).map(|n| put("many", &n.to_string(), Condition::Any, "")).collect::<Vec<_>>();
    store.write(many(MOST_CHANGES)).await.expect("these are just few enough");
    assert_eq!(store.write(many(MOST_CHANGES + 1)).await, Err(StoreError::TooLarge));
}
