//! A tab's session goes on from page to page: whether one engine sees all pages, or each has its own and gets what the
//! one before saved, the same is said.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

#[path = "common/any.rs"]
mod any;
#[path = "common/number.rs"]
mod number;

use proptest::prelude::*;

use unsnag_core::engine::Engine;
use unsnag_core::features::{Features, index};
use unsnag_core::input::{Arrival, Input, Key, Observed};
use unsnag_core::signal::Signal;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);
/// Pages, each with what is observed on it and how long after what came before.
type Visit = Vec<(Observed, Vec<(u64, Observed)>)>;

/// Everything that is said: signals by the clock of the world, and the features after each page.
fn said(visit: &Visit, engines: bool) -> (Vec<Signal>, Vec<Features>) {
    let (mut signals, mut features) = (Vec::new(), Vec::new());
    let (mut at, mut origin) = (0, 0);
    let mut engine = Engine::new(Thresholds::default(), NOW);
    for (page, (arrival, inputs)) in visit.iter().enumerate() {
        if engines && page > 0 {
            // A page has a zero of its own.
            origin = at;
            let saved = engine.save();
            engine = Engine::new(Thresholds::default(), NOW + Millis(origin));
            assert!(engine.restore(&saved), "{saved}");
        }
        let hides = [(0, Observed::PageHide { persisted: false, busy: false })];
        for (pause, what) in std::iter::once(&(0, arrival.clone())).chain(inputs).chain(&hides) {
            at += pause;
            let mut what = what.clone();
            number::of_page(page as u32, &mut what);
            engine.feed(&Input { at: Millis(at - origin), what });
            signals.extend(engine.take_signals().into_iter().map(|mut signal| {
                signal.at = signal.at + Millis(origin);
                signal
            }));
        }
        features.push(engine.features());
        at += 1;
    }
    (signals, features)
}

fn visit() -> impl Strategy<Value = Visit> {
    let inputs = |most| proptest::collection::vec((0..3_000_u64, any::of_a_page()), 0..most);
    // Pages that nobody touches are left early.
    let page = (any::arrival(), prop_oneof![inputs(3), inputs(60)]);
    proptest::collection::vec(page, 1..4)
}

#[test]
fn going_back_from_a_page_that_nobody_touched_is_one_exit() {
    let arrive = |template: &str, how| Observed::Page {
        template: template.to_owned(),
        view: template.to_owned(),
        how,
        referrer_same_site: true,
    };
    let visit = vec![
        (
            arrive("/list", Arrival::Navigate),
            vec![(900, Observed::Key { element: None, key: Key::Tab, repeat: false })],
        ),
        (arrive("/item", Arrival::Navigate), vec![(900, Observed::Tick)]),
        (arrive("/list", Arrival::BackForward), vec![(900, Observed::Tick)]),
    ];
    for engines in [false, true] {
        let (_, features) = said(&visit, engines);
        let exits = features[2].numbers()[index::PAGE_EXITS];
        // The last page was not touched either.
        assert!((exits - 2.0).abs() < f64::EPSILON, "{exits} exits; an engine for each page: {engines}");
    }
}

proptest! {
    #[test]
    fn a_session_that_is_saved_and_restored_goes_on_as_if_it_never_stopped(visit in visit()) {
        let (one, each) = (said(&visit, false), said(&visit, true));
        prop_assert_eq!(one.0, each.0);
        prop_assert_eq!(one.1, each.1);
    }
}
