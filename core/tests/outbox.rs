//! From the page's engine to a host's verdict: what is sealed is read back whole, and sending follows its rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use proptest::prelude::*;

use unsnag_core::config::Config;
use unsnag_core::engine::Engine;
use unsnag_core::event::{Event, What};
use unsnag_core::features::Features;
use unsnag_core::features::recompute::recompute;
use unsnag_core::id::{BatchId, SessionId, TabId};
use unsnag_core::ingest;
use unsnag_core::input::{
    Arrival, Cause, Device, Element, ElementId, FieldWhat, Flags, FormWhat, Input, Mutated, NavigateHow, Observed,
    Pointer, Px, Video, VideoWhat,
};
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

/// Anything that could happen to a field.
fn any_field() -> impl Strategy<Value = Observed> {
    let what = prop_oneof![
        Just(FieldWhat::Focus),
        Just(FieldWhat::Input),
        Just(FieldWhat::Change),
        Just(FieldWhat::Blur),
        Just(FieldWhat::Paste),
        Just(FieldWhat::Autofill),
        Just(FieldWhat::Invalid),
        Just(FieldWhat::Valid),
    ];
    let name = prop_oneof![Just("a"), Just("\u{7}\\é"), Just("")];
    (0..12_u32, name, what, 0..2000_u32, any::<bool>()).prop_map(|(element, name, what, length, secret)| {
        Observed::Field {
            element: Some(ElementId(element)),
            form: "f\"\n\u{1}".to_owned(),
            field: name.repeat(20),
            what,
            length,
            deleted: length / 2,
            secret,
        }
    })
}

/// Anything a page could observe, in any order and with any number.
fn any_input() -> impl Strategy<Value = Observed> {
    let id = || (0..12_u32).prop_map(ElementId);
    let pointer = (id(), -5..5_i32, 0..3_u8, 0..3_u32, 0..2_u8, any::<bool>()).prop_map(
        |(element, x, button, detail, mods, trusted)| Pointer {
            element,
            x: Px(x * 1000),
            y: Px(0),
            button,
            detail,
            mods,
            device: Device::Mouse,
            trusted,
        },
    );
    let element = (id(), id(), 0..u32::MAX).prop_map(|(id, parent, flags)| {
        Observed::Element(Element {
            id,
            parent: Some(parent),
            tag: "b".to_owned(),
            role: "button".to_owned(),
            region: Some(parent),
            flags: Flags(flags),
        })
    });
    let video = (0..20_u32, 0..15_usize, 0..40_u64, any::<[bool; 4]>(), 0..3_u32).prop_map(
        |(element, what, at, [muted, visible, looping, by_user], rate)| {
            use VideoWhat::{Ended, Error, Pause, Play, Playing, Seeked, Seeking, Stalled, Time, Waiting};
            let whats = [Play, Playing, Pause, Seeking, Seeked, Time, Waiting, Stalled, Ended, Error];
            Observed::Video(Video {
                element: ElementId(element),
                what: *whats.get(what).unwrap_or(&Time),
                at: Millis(at * 500),
                length: (element > 2).then_some(Millis(20_000)),
                rate_thousandths: rate * 1000,
                muted,
                ready: 4,
                visible,
                looping: looping && element > 9,
                by_user,
            })
        },
    );
    prop_oneof![
        6 => video,
        4 => pointer.clone().prop_map(Observed::Click),
        2 => pointer.prop_map(Observed::PointerDown),
        2 => element,
        2 => (id(), proptest::option::of(0..4_u32))
            .prop_map(|(element, state)| Observed::Mutation { element, count: 1, what: Mutated::Text, state }),
        1 => (0..3_u32).prop_map(|id| Observed::RequestStart { id }),
        1 => (0..3_u32, prop_oneof![Just(0), Just(200), Just(500)])
            .prop_map(|(id, status)| Observed::RequestEnd { id, status }),
        1 => prop_oneof![Just(Cause::Sync), Just(Cause::Promise), Just(Cause::Other)]
            .prop_map(|cause| Observed::Error { cause, class: "E".to_owned(), hash: "h".to_owned() }),
        1 => any::<bool>().prop_map(|collapsed| Observed::Selection { collapsed }),
        1 => prop_oneof![Just(Arrival::Navigate), Just(Arrival::Reload), Just(Arrival::BackForward)].prop_map(|how| {
            Observed::Page { template: "/a\"\u{1}".to_owned(), view: "v".to_owned(), how, referrer_same_site: false }
        }),
        1 => any::<bool>().prop_map(|persisted| Observed::PageHide { persisted }),
        1 => Just(Observed::Help { element: None }),
        4 => any_field(),
        1 => prop_oneof![Just(FormWhat::Submit), Just(FormWhat::Reset), Just(FormWhat::Removed), Just(FormWhat::Success)]
            .prop_map(|what| Observed::Form { form: "f\"\n\u{1}".to_owned(), what }),
        1 => Just(Observed::Alert { element: None }),
        1 => Just(Observed::Navigate { template: None, how: NavigateHow::Push }),
        1 => Just(Observed::Tick),
    ]
}

proptest! {
    /// The host reads every event that the page writes, and the very features, whatever the person did.
    #[test]
    fn a_host_accepts_every_event_that_a_page_seals(
        inputs in proptest::collection::vec((0..2_000_u64, any_input()), 0..120)
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
            let site = unsnag_core::host::Site { keys: Vec::new(), config: Config::embedded(), signing, model };
            let out = ingest::ingest(&batch, &key, &site, ingest::HostKind::Edge, after(at));
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&out.record).is_ok());
            prop_assert!(out.record.len() <= unsnag_core::limits::MAX_RECORD_BYTES);
        }
        prop_assert_eq!(accepted, pushed);
    }

    /// What the page sums up can be got again from its events, in any order and repeated.
    #[test]
    fn features_follow_from_the_events_alone(
        inputs in proptest::collection::vec((0..9_000_u64, any_input()), 0..80),
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

    /// The same inputs give the same signals and features, every time.
    #[test]
    fn what_is_said_depends_on_the_inputs_only(inputs in proptest::collection::vec((0..2_000_u64, any_input()), 0..60)) {
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
