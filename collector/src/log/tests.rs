//! The log as the server uses it, and what is left of it after damage.

use std::fs;
use std::path::Path;

use super::frame::Frame;
use super::store::{Appender, Store};
use super::*;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn options(dir: &Path) -> LogOptions {
    LogOptions { dir: dir.to_owned(), max_bytes: u64::MAX, retention: Millis(1000), followers: Vec::new() }
}

fn open(dir: &Path) -> Log {
    Log::open(&options(dir), Clock::held(NOW), Arc::default(), Arc::default()).unwrap()
}

async fn close(log: Log) {
    tokio::task::spawn_blocking(move || log.close()).await.unwrap();
}

fn batch(name: &str, answer: &str) -> Batch {
    Batch {
        name: name.to_owned(),
        received_at: NOW,
        record: format!("{{\"name\":\"{name}\"}}").into_bytes(),
        answer: answer.as_bytes().to_vec(),
    }
}

/// Writes records that fill a segment each, and says the number of the next one.
fn write(appender: &mut Appender, numbers: std::ops::Range<u64>, received_at: UnixMillis) {
    for sequence in numbers {
        let name = format!("k/s/t/{sequence}");
        let frame = Frame { sequence, received_at, name: &name, answer: b"{}", record: &[b' '; 2000] };
        appender.write_group(std::iter::once(frame)).unwrap();
    }
}

#[tokio::test]
async fn numbers_records_without_gaps_also_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..2 {
        let log = Arc::new(open(dir.path()));
        let appends: Vec<_> = (0..50)
            .map(|at| {
                let log = Arc::clone(&log);
                tokio::spawn(async move { log.append(batch(&format!("{round}-{at}"), "{}")).await })
            })
            .collect();
        let mut sequences = Vec::new();
        for append in appends {
            let Ok(Appended::New(sequence)) = append.await.unwrap() else { panic!("not taken") };
            sequences.push(sequence);
        }
        sequences.sort_unstable();
        assert_eq!(sequences, (round * 50..round * 50 + 50).collect::<Vec<_>>());
        close(Arc::into_inner(log).unwrap()).await;
    }
}

#[tokio::test]
async fn keeps_a_repeated_batch_once_and_gives_the_first_answer_also_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let group = [("a", "first"), ("b", "first"), ("a", "second"), ("a", "third")];
    let answers = futures_util::future::join_all(group.map(|(name, answer)| log.append(batch(name, answer)))).await;
    let repeated = |answer: &str| Ok(Appended::Repeated(Some(answer.as_bytes().to_vec())));
    assert_eq!(answers, [Ok(Appended::New(0)), Ok(Appended::New(1)), repeated("first"), repeated("first")]);
    close(log).await;
    let log = open(dir.path());
    assert_eq!(log.append(batch("a", "later")).await, repeated("first"));
    assert_eq!(log.append(batch("c", "later")).await, Ok(Appended::New(2)));
    close(log).await;
    let reader = LogReader::open(dir.path()).unwrap();
    assert_eq!(reader.entries(0).count(), 3);
}

#[tokio::test]
async fn refuses_appends_once_closed_or_failed() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(open(dir.path()));
    log.append(batch("a", "{}")).await.unwrap();
    log.fail();
    assert_eq!(log.append(batch("b", "{}")).await, Err(AppendError::Unavailable));
    let closing = Arc::clone(&log);
    tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
    assert_eq!(log.append(batch("b", "{}")).await, Err(AppendError::Unavailable));
}

#[tokio::test]
async fn refuses_what_would_wait_for_too_long() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let large = Batch { record: vec![b' '; MAX_QUEUED_BYTES + 1], ..batch("a", "{}") };
    assert_eq!(log.append(large).await, Err(AppendError::Full));
    assert_eq!(log.status().queued_bytes, 0);
}

#[test]
fn lets_go_of_whole_segments_whose_time_is_over_and_which_nobody_has_to_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), NOW).unwrap();
    // A record fills a segment.
    let mut appender = Appender::new(store.clone(), 16 * 1024).unwrap();
    for sequence in 0..5 {
        write(&mut appender, sequence..sequence + 1, NOW + Millis(sequence * 1000));
    }
    let release = |after, wants_room| store.release(NOW + Millis(after), Millis(1000), wants_room).unwrap();
    assert_eq!(release(1000, true), 0, "nobody follows, so there is no other place for a record");
    assert_eq!(release(2999, false), 1, "the first was closed when the second came, a second after the start");
    store.hold_for("stream").unwrap();
    assert_eq!(release(60_000, true), 0, "the stream has none of them");
    store.set_checkpoint("stream", 3).unwrap();
    assert_eq!(release(2999, true), 1, "one makes room");
    assert_eq!(release(60_000, false), 1);
    assert_eq!(release(60_000, true), 0, "the stream has not passed the others");
    store.set_checkpoint("stream", 5).unwrap();
    assert_eq!(release(60_000, false), 1, "the newest segment stays");
    assert_eq!(store.first_sequence(), 4);
    let numbers = || store.pairs(0).map(|pair| frame::sequence(&pair.unwrap().0).unwrap()).collect::<Vec<_>>();
    assert_eq!(numbers(), [4]);
    assert_eq!((appender.find("k/s/t/0").unwrap(), store.answer(0).unwrap()), (Some(0), None));
    assert_eq!(store.answer(4).unwrap().as_deref(), Some(&b"{}"[..]));
    drop((store, appender));
    let store = Store::open(dir.path(), NOW).unwrap();
    assert_eq!((store.first_sequence(), store.next_sequence().unwrap()), (4, 5), "also after reopening");
}

#[test]
fn forgets_names_that_can_no_longer_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), NOW).unwrap();
    let mut appender = Appender::new(store, u64::MAX).unwrap();
    let after = |hours: u64| NOW + Millis(hours * 60 * 60 * 1000);
    for sequence in 0..5 {
        write(&mut appender, sequence..sequence + 1, after(6 * sequence));
    }
    assert_eq!(appender.find("k/s/t/0").unwrap(), Some(0), "a day old, to the millisecond");
    write(&mut appender, 5..6, after(30));
    assert_eq!(["k/s/t/0", "k/s/t/1", "k/s/t/5"].map(|name| appender.find(name).unwrap()), [None, Some(1), Some(5)]);
    write(&mut appender, 6..7, after(24 * 365));
    assert_eq!(appender.find("k/s/t/5").unwrap(), Some(5), "the clock has jumped");
}

/// A log that was closed in order, of records 0 to 9.
async fn closed_log(dir: &Path) {
    let log = open(dir);
    for number in 0..10 {
        log.append(batch(&format!("n-{number}"), &format!("answer {number}"))).await.unwrap();
    }
    close(log).await;
}

/// Changes the journal that holds `text`.
fn damage(dir: &Path, text: &str, change: impl Fn(&mut Vec<u8>, usize)) {
    for entry in fs::read_dir(store::folder(dir)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            let mut bytes = fs::read(&path).unwrap();
            let place = bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap();
            change(&mut bytes, place);
            fs::write(&path, bytes).unwrap();
        }
    }
}

fn names(dir: &Path) -> Vec<String> {
    let reader = LogReader::open(dir).unwrap();
    let records = reader.entries(0).map(|entry| entry.unwrap().record);
    records.map(|record| serde_json::from_slice::<serde_json::Value>(&record).unwrap()["name"].to_string()).collect()
}

#[tokio::test]
async fn opens_a_log_that_was_closed_in_order_and_misses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    closed_log(dir.path()).await;
    let log = open(dir.path());
    assert_eq!(log.recovery, Recovery { first: 0, next: 10, lost: 0, put_back: 0, damaged: None });
    close(log).await;
}

#[tokio::test]
async fn puts_back_what_is_whole_in_a_damaged_journal_and_says_what_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    closed_log(dir.path()).await;
    damage(dir.path(), "{\"name\":\"n-4\"}", |bytes, place| bytes[place] ^= 1);
    assert_eq!(LogReader::open(dir.path()).unwrap_err().code(), "log_damaged");
    let log = open(dir.path());
    let damaged = dir.path().join("damaged-1");
    assert_eq!(log.recovery, Recovery { first: 0, next: 10, lost: 1, put_back: 9, damaged: Some(damaged.clone()) });
    assert!(fs::read_dir(damaged).unwrap().count() > 0);
    let repeated = log.append(batch("n-7", "{}")).await;
    assert_eq!(repeated, Ok(Appended::Repeated(Some(b"answer 7".to_vec()))), "names are put back, too");
    assert_eq!(log.append(batch("n-4", "{}")).await, Ok(Appended::New(10)), "what is lost can be sent again");
    close(log).await;
    let expected = [0, 1, 2, 3, 5, 6, 7, 8, 9, 4].map(|number| format!("\"n-{number}\""));
    assert_eq!(names(dir.path()), expected);
    let log = open(dir.path());
    assert_eq!((log.recovery.lost, log.recovery.next), (0, 11), "told once");
    close(log).await;
}

#[tokio::test]
async fn says_how_much_of_a_cut_tail_was_answered_and_uses_no_number_twice() {
    let dir = tempfile::tempdir().unwrap();
    closed_log(dir.path()).await;
    damage(dir.path(), "{\"name\":\"n-7\"}", Vec::truncate);
    let log = open(dir.path());
    assert_eq!(log.recovery, Recovery { first: 0, next: 10, lost: 3, put_back: 0, damaged: None });
    assert_eq!(log.append(batch("n-8", "{}")).await, Ok(Appended::New(10)));
    close(log).await;
    let expected = [0, 1, 2, 3, 4, 5, 6, 8].map(|number| format!("\"n-{number}\""));
    assert_eq!(names(dir.path()), expected);
}

#[tokio::test]
async fn is_full_only_until_there_is_room_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(
        &LogOptions { max_bytes: 1, ..options(dir.path()) },
        Clock::held(NOW),
        Arc::default(),
        Arc::default(),
    );
    let log = log.unwrap();
    assert_eq!(log.append(batch("a", "{}")).await, Err(AppendError::Full));
    log.shared.used_bytes.store(0, Ordering::Relaxed);
    assert_eq!(log.append(batch("a", "{}")).await, Ok(Appended::New(0)));
    log.shared.used_bytes.store(1, Ordering::Relaxed);
    assert_eq!(log.append(batch("b", "{}")).await, Err(AppendError::Full));
    // What is durable already needs no room.
    assert_eq!(log.append(batch("a", "[]")).await, Ok(Appended::Repeated(Some(b"{}".to_vec()))));
    close(log).await;
}

#[test]
fn counts_on_from_its_tables_where_the_journals_are_gone() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), NOW).unwrap();
    let mut appender = Appender::new(store.clone(), u64::MAX).unwrap();
    write(&mut appender, 0..5, NOW);
    store.set_checkpoint("stream", 3).unwrap();
    store.rewrite().unwrap();
    drop((appender, store));
    recovery::move_journals(dir.path()).unwrap();
    let store = Store::open(dir.path(), NOW).unwrap();
    let mut appender = Appender::new(store.clone(), u64::MAX).unwrap();
    let numbers = || store.pairs(0).map(|pair| frame::sequence(&pair.unwrap().0).unwrap()).collect::<Vec<_>>();
    assert_eq!(numbers(), [0, 1, 2, 3, 4]);
    store.set_checkpoint("stream", 5).unwrap();
    write(&mut appender, 5..6, NOW);
    assert_eq!((store.checkpoint("stream").unwrap(), numbers().len()), (5, 6), "what is newer counts");
}
