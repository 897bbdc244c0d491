//! From the page's engine to a host's verdict: what is sealed is read back whole, and sending follows its rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

#[path = "common/any.rs"]
mod any;

use proptest::prelude::*;
use serde_json::Value;

use unsnag_core::config::Config;
use unsnag_core::engine::Engine;
use unsnag_core::event::{Event, Outcome, What};
use unsnag_core::features::Features;
use unsnag_core::features::recompute::recompute;
use unsnag_core::id::{BatchId, SessionId, TabId};
use unsnag_core::ingest;
use unsnag_core::input::{Arrival, Input, Observed, Px};
use unsnag_core::json::Writer;
use unsnag_core::outbox::{Header, Identity, Outbox, Sent};
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn identity() -> Identity {
    Identity { session: SessionId::new("s").unwrap(), visitor: None, tab: TabId::new("t").unwrap(), sdk: "0.1.0" }
}

fn outbox() -> Outbox {
    let mut outbox = Outbox::new(identity(), 0, 0);
    outbox.grant(identity());
    outbox
}

fn help(at: UnixMillis) -> Event {
    Event { at, what: What::Help }
}

fn seal(outbox: &mut Outbox, now: UnixMillis, first_byte: u8) -> Option<BatchId> {
    let mut entropy = [0; 16];
    entropy[0] = first_byte;
    let features = Features::default();
    let header = Header { config: "c", template: "/a", view: "v1", features: &features, policy_state: "{}" };
    outbox.seal(now, entropy, &header)
}

fn after(ms: u64) -> UnixMillis {
    NOW + Millis(ms)
}

fn shown(decision: &str, signature: &str) -> Event {
    let (decision, signature) = (decision.to_owned(), signature.to_owned());
    Event { at: NOW, what: What::Outcome { intervention: "i".to_owned(), decision, signature, what: Outcome::Shown } }
}

/// The signatures of all outcomes that leave the page, batch by batch.
fn signatures(outbox: &mut Outbox) -> Vec<Vec<String>> {
    let signature = |event: &Value| event["data"]["signature"].as_str().map(str::to_owned);
    let of_batch = |body: String| {
        let batch: Value = serde_json::from_str(&body).unwrap();
        batch["events"].as_array().unwrap().iter().filter_map(signature).collect()
    };
    outbox.drain().into_iter().map(of_batch).collect()
}

/// A page's own rule shows help before a host has signed the decision; the answer comes while the outcome waits.
#[test]
fn outcomes_that_wait_get_the_signature_that_came_meanwhile() {
    let mut outbox = outbox();
    outbox.push(shown("d-1", ""));
    seal(&mut outbox, NOW, 1);
    outbox.push(shown("d-1", ""));
    outbox.push(shown("d-2", ""));
    outbox.push(shown("d-1", "its own"));
    outbox.sign("d-1", "signed");
    seal(&mut outbox, NOW, 2);
    // What is sealed never changes; what others decided, or is signed, stays as it is.
    assert_eq!(signatures(&mut outbox), [vec![""], vec!["signed", "", "its own"]]);
}

/// The event without what the wire leaves out.
fn as_told(mut event: Event) -> Event {
    match &mut event.what {
        What::Click { x, y, .. } => {
            for place in [x, y] {
                *place = Px(place.whole() * Px::PER_PIXEL);
            }
        }
        What::Signal { signal, .. } => signal.element = None,
        What::Page(page) => page.how = page.how.or(Some(Arrival::Navigate)),
        What::Video(totals) => {
            totals.looping = totals.is_background();
            // The wire has the rate, in hundredths of a per cent.
            let rate = (totals.content_ms as f64 * 1e6 / (100 * totals.played_ms).max(1) as f64) as u64 * 100;
            totals.content_ms = (rate as f64 / 1e6 * totals.played_ms as f64 + 0.5) as u64;
        }
        _ => {}
    }
    event
}

#[test]
fn seals_after_five_seconds_or_64_events_or_at_once_when_somebody_is_stuck() {
    let mut outbox = outbox();
    assert!(!outbox.is_due(NOW));
    outbox.push(help(NOW));
    assert!(!outbox.is_due(after(4_999)));
    assert_eq!(outbox.deadline(), Some(after(5_000)));
    assert!(outbox.is_due(after(5_000)));
    outbox.hurry();
    assert!(outbox.is_due(NOW));
    seal(&mut outbox, NOW, 1).unwrap();
    assert!(!outbox.is_due(after(60_000)));
    for _ in 0..64 {
        outbox.push(help(NOW));
    }
    assert!(outbox.is_due(NOW));
}

#[test]
fn without_consent_only_the_newest_wait_and_nothing_is_sealed() {
    let mut outbox = Outbox::new(identity(), 0, 0);
    for _ in 0..100 {
        outbox.push(help(NOW));
    }
    assert_eq!(outbox.lost(), 36);
    assert!(!outbox.is_due(after(60_000)));
    assert_eq!(seal(&mut outbox, NOW, 1), None);
    outbox.grant(identity());
    assert!(outbox.is_due(NOW));
    outbox.deny();
    assert_eq!(seal(&mut outbox, NOW, 1), None);
}

#[test]
fn a_batch_is_sent_until_a_host_has_it_and_never_changes() {
    let mut outbox = outbox();
    outbox.push(help(NOW));
    let id = seal(&mut outbox, NOW, 1).unwrap();
    let (first, body) = outbox.next(NOW).unwrap();
    assert_eq!(first, id);
    assert!(outbox.next(NOW).is_none(), "one at a time");
    let mut now = NOW;
    let mut last_pause = 0;
    for _ in 0..12 {
        outbox.sent(now, &id, Sent::Retry(None), u32::MAX);
        let retry_at = outbox.deadline().unwrap();
        last_pause = (retry_at - now).0;
        assert!(last_pause <= 300_000);
        assert!(outbox.next(UnixMillis(retry_at.0 - 1)).is_none());
        now = retry_at;
        assert_eq!(outbox.next(now).unwrap().1, body);
    }
    assert!(last_pause >= 75_000);
    outbox.sent(now, &id, Sent::Retry(Some(Millis(900_000))), 0);
    assert_eq!(outbox.deadline(), Some(now + Millis(900_000)));
    outbox.sent(now, &id, Sent::Accepted, 0);
    assert_eq!((outbox.next(after(9_000_000)), outbox.lost()), (None, 0));
}

#[test]
fn what_a_host_refuses_for_good_is_given_up_and_counted() {
    let mut outbox = outbox();
    outbox.push(help(NOW));
    outbox.push(help(NOW));
    let id = seal(&mut outbox, NOW, 1).unwrap();
    outbox.next(NOW).unwrap();
    outbox.sent(NOW, &id, Sent::Refused, 0);
    assert_eq!((outbox.next(after(9_000_000)), outbox.lost()), (None, 2));
}

#[test]
fn a_wrong_clock_is_corrected_once_under_a_new_id() {
    let mut outbox = outbox();
    outbox.push(help(NOW));
    let first = seal(&mut outbox, NOW, 1).unwrap();
    outbox.next(NOW).unwrap();
    let host = UnixMillis(NOW.0 - 86_400_000);
    outbox.clock(NOW, host);
    outbox.sent(NOW, &first, Sent::WrongClock, 0);
    assert!(outbox.is_due(NOW));
    let second = seal(&mut outbox, NOW, 2).unwrap();
    assert_ne!(first, second);
    let (_, body) = outbox.next(NOW).unwrap();
    assert!(ingest::parse(&body, host).unwrap().events[0].said.is_ok());
    outbox.sent(NOW, &second, Sent::WrongClock, 0);
    assert_eq!((seal(&mut outbox, NOW, 3), outbox.lost()), (None, 1));
}

#[test]
fn memory_is_bounded_while_no_host_answers() {
    let mut outbox = outbox();
    for round in 0..200_u32 {
        for _ in 0..64 {
            outbox.push(Event { at: NOW, what: What::Custom { name: "n".repeat(200), props: "{}".to_owned() } });
        }
        seal(&mut outbox, NOW, round as u8).unwrap();
    }
    let bytes: usize = outbox.drain().iter().map(String::len).sum();
    assert!(bytes <= unsnag_core::limits::MAX_OUTBOX_BYTES, "{bytes}");
    assert!(outbox.lost() > 0);
}

proptest! {
    /// The host reads every event that the page writes, and the very features, whatever the person did.
    #[test]
    fn a_host_accepts_every_event_that_a_page_seals(
        inputs in proptest::collection::vec((0..2_000_u64, any::of_a_tab()), 0..120)
    ) {
        let mut engine = Engine::new(Thresholds::default(), NOW);
        let mut outbox = outbox();
        let mut at = 0;
        for (pause, what) in inputs {
            at += pause;
            engine.feed(&Input { at: Millis(at), what });
        }
        engine.tell_videos();
        let mut pushed = 0;
        for event in engine.take_events().into_iter().chain(engine.page_event()).chain(engine.form_events()) {
            outbox.push(event);
            pushed += 1;
        }
        let mut accepted = 0;
        let features = engine.features();
        for round in 0_u8.. {
            let header = Header { config: "c", template: "/a", view: "v1", features: &features, policy_state: "{}" };
            let Some(_) = outbox.seal(after(at), [round; 16], &header) else { break };
        }
        for body in outbox.drain() {
            let batch = ingest::parse(&body, after(at)).expect("a sealed batch is a batch");
            prop_assert!(batch.events.iter().all(|event| event.said.is_ok()), "{body}");
            accepted += batch.events.len();
            prop_assert!(batch.features.millionths().iter().zip(features.millionths()).all(|(host, page)| host >= page));
            let key = unsnag_core::id::WriteKey::new("k").unwrap();
            let signing = unsnag_core::sign::SigningKeys::new(vec![vec![1; 16]]).unwrap();
            let model = Box::new(unsnag_core::risk::Rules);
            let site = unsnag_core::host::Site { keys: Vec::new(), config: Config::embedded(), signing, model, scrub: true, later: None };
            let out = ingest::ingest(&batch, &key, &site, ingest::HostKind::Edge, after(at), &[]);
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&out.record).is_ok());
            prop_assert!(out.record.len() <= unsnag_core::limits::MAX_RECORD_BYTES);
        }
        prop_assert_eq!(accepted, pushed);
    }

    /// What the page sums up can be got again from its events, in any order and repeated.
    #[test]
    fn features_follow_from_the_events_alone(
        inputs in proptest::collection::vec((0..9_000_u64, any::of_a_tab()), 0..80),
        seed in any::<u64>(),
    ) {
        let mut engine = Engine::new(Thresholds::default(), NOW);
        let mut events = Vec::new();
        let mut at = 0;
        let begin = Observed::Page {
            template: "/a".to_owned(),
            view: "v".to_owned(),
            how: Arrival::Navigate,
            referrer_same_site: false,
        };
        for (index, (pause, mut what)) in std::iter::once((0, begin)).chain(inputs).enumerate() {
            at += pause + 1;
            if let Observed::Page { template, view, .. } = &mut what {
                *template = format!("/{}", index % 3);
                *view = format!("v{index}");
            }
            engine.feed(&Input { at: Millis(at), what });
            events.extend(engine.take_events());
        }
        engine.tell_videos();
        events.extend(engine.take_events());
        events.extend(engine.page_event());
        events.extend(engine.form_events());
        let mut shuffled: Vec<Event> = events.iter().chain(&events[events.len() / 2..]).cloned().collect();
        shuffled.sort_by_key(|event| seed.wrapping_mul(event.at.0 ^ event.what.type_name().len() as u64));
        let unique = |what: &What| !matches!(what, What::Error { .. } | What::Help);
        shuffled.retain(|event| unique(&event.what));
        shuffled.extend(events.into_iter().filter(|event| !unique(&event.what)));
        let again = recompute(&shuffled, after(at), &Thresholds::default());
        prop_assert_eq!(*again.millionths(), *engine.features().millionths());
    }

    /// What the page tells is what the analysis reads.
    #[test]
    fn events_read_back_as_they_were_told(
        inputs in proptest::collection::vec((0..9_000_u64, any::of_a_tab()), 0..80),
    ) {
        let mut engine = Engine::new(Thresholds::default(), NOW);
        let mut at = 0;
        for (pause, what) in inputs {
            at += pause;
            engine.feed(&Input { at: Millis(at), what });
        }
        engine.tell_videos();
        let events = engine.take_events();
        for event in events.into_iter().chain(engine.page_event()).chain(engine.form_events()) {
            let mut w = Writer::new();
            event.write(0, 0, &mut w);
            let told: serde_json::Value = serde_json::from_str(&w.finish()).unwrap();
            let (name, time) = (told["type"].as_str().unwrap(), told["at"].as_u64().unwrap());
            let read = Event::read(name, UnixMillis(time), &told["data"].to_string());
            prop_assert_eq!(read, Some(as_told(event)));
        }
    }

    /// The same inputs give the same signals and features, every time.
    #[test]
    fn what_is_said_depends_on_the_inputs_only(inputs in proptest::collection::vec((0..2_000_u64, any::of_a_tab()), 0..60)) {
        let play = || {
            let mut engine = Engine::new(Thresholds::default(), NOW);
            let mut at = 0;
            for (pause, what) in &inputs {
                at += pause;
                engine.feed(&Input { at: Millis(at), what: what.clone() });
            }
            (engine.features(), engine.take_signals())
        };
        prop_assert_eq!(play(), play());
    }
}
