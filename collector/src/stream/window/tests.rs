//! What is sent together, what again, and up to where all have arrived.

use std::time::Duration;

use super::*;

const RANDOM: u64 = 20_000_000;

fn record(sequence: u64, bytes: usize) -> Record {
    Record { sequence, key: String::new(), data: vec![b'x'; bytes] }
}

fn window(records: u64, bytes: usize) -> Window {
    let mut window = Window::new(0);
    for sequence in 0..records {
        window.push(record(sequence, bytes));
    }
    window
}

fn sequences(records: &[Arc<Record>]) -> Vec<u64> {
    records.iter().map(|record| record.sequence).collect()
}

/// Takes the next request and answers it, `Err` for the sequences that fail.
fn answer(window: &mut Window, now: Instant, failing: &[u64]) -> (Vec<u64>, Settled) {
    let sent = window.take(false, now).unwrap();
    let arrives = |record: &Arc<Record>| !failing.contains(&record.sequence);
    let results = sent.iter().map(|record| arrives(record).then_some(()).ok_or(Fault::Throttled));
    let outcome = Outcome::Each(results.collect());
    let settled = window.settle(&sent, &outcome, now, RANDOM);
    (sequences(&sent), settled)
}

#[test]
fn groups_by_the_limits_of_a_request() {
    let now = Instant::now();
    for (records, bytes, expected) in
        [(1200, 10, &[500, 500, 200][..]), (100, 120_000, &[43, 43, 14]), (1, MAX_REQUEST_BYTES + 1, &[1]), (0, 0, &[])]
    {
        let mut window = window(records, bytes);
        let sizes: Vec<_> = std::iter::from_fn(|| window.take(false, now)).map(|group| group.len()).collect();
        assert_eq!(sizes, expected, "{records} records of {bytes} bytes");
    }
}

#[test]
fn holds_a_bounded_number_of_records_and_bytes() {
    assert_eq!(window(MAX_RECORDS as u64, 10).room(), None);
    assert_eq!(window(5, MAX_REQUEST_BYTES).room(), None);
    let mut window = window(1, 1000);
    assert_eq!(window.room(), Some((MAX_RECORDS - 1, MAX_BYTES - 1000)));
    answer(&mut window, Instant::now(), &[]);
    assert_eq!(window.room(), Some((MAX_RECORDS - 1, MAX_BYTES)), "what has arrived is not held");
    window.advance();
    assert_eq!(window.room(), Some((MAX_RECORDS, MAX_BYTES)));
}

#[test]
fn holds_back_a_request_that_is_not_full() {
    let now = Instant::now();
    let mut window = window(600, 10);
    assert_eq!(window.take(true, now).unwrap().len(), 500);
    assert!(window.take(true, now).is_none());
    assert_eq!(window.lacking(now), 400);
    assert_eq!(window.take(false, now).unwrap().len(), 100);
    assert_eq!(window.lacking(now), 0, "none is due, so that any is worth it");
}

#[test]
fn retries_only_what_failed_and_not_before_its_wait() {
    let now = Instant::now();
    let mut window = window(4, 10);
    let (sent, settled) = answer(&mut window, now, &[1, 3]);
    assert_eq!(sent, [0, 1, 2, 3]);
    assert_eq!((settled.confirmed, settled.failed[&Fault::Throttled]), (2, 2));
    assert!(window.take(false, now).is_none());
    let due = window.next_due(now).unwrap();
    assert_eq!(due, now + Duration::from_nanos(RANDOM));
    assert_eq!(answer(&mut window, due, &[]).0, [1, 3]);
    assert!(window.next_due(due).is_none(), "none waits");
    window.push(record(4, 10));
    assert_eq!(window.next_due(due), Some(due), "at once");
}

#[test]
fn waits_longer_each_time_the_same_record_fails() {
    let mut now = Instant::now();
    let mut window = window(1, 10);
    let mut waits = Vec::new();
    for _ in 0..9 {
        let sent = window.take(false, now).unwrap();
        // As far as the ceiling lets it: each ceiling is a divisor of this, less one.
        window.settle(&sent, &Outcome::Each(vec![Err(Fault::Internal)]), now, 4_999_999_999);
        let due = window.next_due(now).unwrap();
        waits.push((due - now).as_millis());
        now = due;
    }
    assert!(waits.iter().zip([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]).all(|(wait, cap)| *wait <= cap));
    assert_eq!(waits.last(), Some(&4999));
}

#[test]
fn moves_the_checkpoint_only_over_what_has_arrived_without_a_gap() {
    let now = Instant::now();
    let mut window = window(5, 10);
    answer(&mut window, now, &[2]);
    assert_eq!(window.advance(), Some(2));
    assert_eq!(window.advance(), None);
    let due = window.next_due(now).unwrap();
    answer(&mut window, due, &[]);
    assert_eq!(window.advance(), Some(5));
    assert_eq!(window.next(), 5);
}

#[test]
fn goes_on_from_a_checkpoint() {
    let mut window = Window::new(7);
    assert_eq!(window.next(), 7);
    window.push(record(7, 1));
    assert_eq!((window.next(), window.advance()), (8, None));
}

#[test]
fn passes_over_what_cannot_be_read() {
    let now = Instant::now();
    let mut window = Window::new(0);
    window.push(record(0, 1));
    window.skip(1);
    window.push(record(2, 1));
    assert_eq!(answer(&mut window, now, &[]).0, [0, 2]);
    assert_eq!(window.advance(), Some(3));
    window.has_read_to(9);
    assert_eq!((window.next(), window.advance()), (9, Some(9)), "what is not there leaves no gap");
}

#[test]
fn sends_everything_again_after_a_fault_of_the_whole_request() {
    let now = Instant::now();
    let mut window = window(3, 10);
    let sent = window.take(false, now).unwrap();
    let settled = window.settle(&sent, &Outcome::Whole(Fault::Connection), now, RANDOM);
    assert_eq!((settled.confirmed, settled.failed[&Fault::Connection], settled.refused), (0, 3, None));
    assert_eq!(answer(&mut window, now, &[]).0, [0, 1, 2], "the gate, not the window, makes it wait");
}

#[test]
fn believes_an_answer_only_about_the_records_that_it_names() {
    let now = Instant::now();
    let mut window = window(3, 10);
    let sent = window.take(false, now).unwrap();
    let settled = window.settle(&sent, &Outcome::Each(vec![Ok(())]), now, RANDOM);
    assert_eq!((settled.confirmed, settled.failed[&Fault::UnexpectedAnswer]), (1, 2));
    assert_eq!(window.advance(), Some(1));
}

#[test]
fn finds_the_record_that_the_service_refuses_and_lets_its_neighbours_through() {
    let mut now = Instant::now();
    let mut window = window(40, 10);
    let (mut requests, mut refused) = (0, None);
    while refused.is_none() {
        requests += 1;
        let sent = window.take(false, now).unwrap();
        let holds_it = sent.iter().any(|record| record.sequence == 13);
        let all_arrive = Outcome::Each(vec![Ok(()); sent.len()]);
        let outcome = if holds_it { Outcome::Whole(Fault::Refused) } else { all_arrive };
        refused = window.settle(&sent, &outcome, now, RANDOM).refused;
    }
    assert_eq!(refused, Some(13));
    assert!(requests < 20, "{requests}");
    while let Some(sent) = window.take(false, now) {
        window.settle(&sent, &Outcome::Each(vec![Ok(()); sent.len()]), now, RANDOM);
    }
    assert_eq!((window.advance(), window.refused()), (Some(13), 1), "it stays at the head");
    now = window.next_due(now).unwrap();
    assert_eq!(answer(&mut window, now, &[]).0, [13], "and is tried again");
    assert_eq!((window.advance(), window.refused()), (Some(40), 0));
}

#[test]
fn gives_up_a_record_that_is_refused_again_and_again_while_others_get_through() {
    let mut now = Instant::now();
    let mut window = window(1, 10);
    let refuse = |window: &mut Window, now: &mut Instant| {
        *now = window.next_due(*now).unwrap();
        let sent = window.take(false, *now).unwrap();
        assert_eq!(sequences(&sent), [0]);
        window.settle(&sent, &Outcome::Whole(Fault::Refused), *now, RANDOM).poison
    };
    for _ in 0..5 {
        assert_eq!(refuse(&mut window, &mut now), None, "nothing gets through, so it may not be this record's fault");
    }
    window.push(record(1, 10));
    assert_eq!(answer(&mut window, now, &[]).0, [1]);
    assert_eq!(window.advance(), None);
    let poison = refuse(&mut window, &mut now).unwrap();
    window.give_up(&poison);
    assert_eq!((window.advance(), window.refused(), window.room()), (Some(2), 0, Some((MAX_RECORDS, MAX_BYTES))));
}

#[test]
fn sends_less_at_once_after_a_time_out() {
    let now = Instant::now();
    let mut window = window(300, 10);
    for expected in [300, 150, 75] {
        let sent = window.take(false, now).unwrap();
        assert_eq!(sent.len(), expected);
        window.settle(&sent, &Outcome::Whole(Fault::Timeout), now, RANDOM);
    }
}
