//! What holds of any session.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use unsnag_core::event::{Event, Label, PageTotals, What};
use unsnag_core::features::{Features, ONE};
use unsnag_core::forms::{Field, Form, State};
use unsnag_core::input::{Arrival, Cause, TaskWhat};
use unsnag_core::risk::Level;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_core::video::VideoTotals;

use super::build::{ORIGIN, at, predicted, signal};
use crate::facts::{Fact, SessionFacts};
use crate::struggle::{Baseline, Indicator, analyze_user_struggles};

/// How long the sessions may last, s.
const LONGEST: u64 = 2400;

fn form() -> impl Strategy<Value = What> {
    let names = select(vec!["payment", "search"]);
    let field = (select(vec!["a", "b", "c"]), 0..4_u32, 0..3_u32, any::<bool>());
    let fields = proptest::collection::vec(field, 0..4);
    (names, 1..4_u32, 1..6_u32, select(State::ALL.to_vec()), [0..5_u32, 0..5, 0..5], fields).prop_map(
        |(name, run, revision, state, [invalid_submits, errors, retries], fields)| {
            let field = |(name, invalid, edits, last): (&str, u32, u32, bool)| Field {
                field: name.to_owned(),
                invalid,
                edits,
                last,
                ..Field::default()
            };
            What::Form(Form {
                form: name.to_owned(),
                state,
                run,
                revision,
                submits: invalid_submits,
                invalid_submits,
                retries,
                errors,
                fields: fields.into_iter().map(field).collect(),
                ..Form::default()
            })
        },
    )
}

fn page() -> impl Strategy<Value = What> {
    let how = select(vec![Arrival::Navigate, Arrival::Reload, Arrival::BackForward]);
    let totals = (0..600_u64, 0..600_u64, 0..40_u32, 0..=100_u8);
    (select(vec!["/a", "/b"]), 0..4_u32, how, totals, proptest::bool::weighted(0.2)).prop_map(
        |(template, view, how, (visible, active, interactions, scroll_depth), left)| {
            What::Page(PageTotals {
                template: template.to_owned(),
                view: format!("v{view}"),
                how: Some(how),
                active_ms: active * 1000,
                visible_ms: visible * 1000,
                interactions,
                scroll_depth,
                left,
            })
        },
    )
}

fn told_signal() -> impl Strategy<Value = What> {
    let what = (0..6_u32, 1..4_u32, select(Kind::ALL.to_vec()), select(Grade::ALL.to_vec()), 0..5_u32);
    (what, select(vec!["button", ""])).prop_map(|((id, revision, kind, grade, count), role)| What::Signal {
        signal: signal(id, revision, kind, grade, count),
        role: role.to_owned(),
        label: Label::Submit,
    })
}

fn video() -> impl Strategy<Value = What> {
    (select(vec!["v", "w"]), 0..100_u64, 0..100_u64).prop_map(|(name, played, unique)| {
        What::Video(Box::new(VideoTotals {
            name: name.to_owned(),
            length: Some(Millis(100_000)),
            unique_ms: unique * 1000,
            played_ms: played * 1000,
            ..VideoTotals::default()
        }))
    })
}

fn error() -> impl Strategy<Value = What> {
    (select(vec![Cause::Sync, Cause::Promise, Cause::Other]), select(vec!["", "x"]))
        .prop_map(|(cause, hash)| What::Error { cause, class: "E".to_owned(), hash: hash.to_owned() })
}

fn what() -> impl Strategy<Value = What> {
    let task = select(vec![TaskWhat::Start, TaskWhat::Success, TaskWhat::Fail]);
    prop_oneof![
        3 => form(),
        3 => page(),
        3 => told_signal(),
        1 => video(),
        3 => error(),
        2 => Just(What::Help),
        1 => task.prop_map(|what| What::Task { name: "t".to_owned(), what }),
    ]
}

/// Close together, so that some happen at one time.
fn time() -> impl Strategy<Value = UnixMillis> {
    (0..=LONGEST / 5).prop_map(|step| at(5 * step))
}

fn fact(what: impl Strategy<Value = What>) -> impl Strategy<Value = Fact> {
    (select(vec!["t1", "t2"]), select(vec!["/a", "/b"]), time(), what).prop_map(|(tab, template, at, what)| Fact {
        tab: tab.to_owned(),
        template: template.to_owned(),
        event: Event { at, what },
    })
}

fn session() -> impl Strategy<Value = SessionFacts> {
    proptest::collection::vec(fact(what()), 0..40).prop_map(|mut facts| {
        // It begins with a page.
        let page = PageTotals { template: "/a".to_owned(), view: "first".to_owned(), ..PageTotals::default() };
        let event = Event { at: ORIGIN, what: What::Page(page) };
        facts.push(Fact { tab: "t1".to_owned(), template: "/a".to_owned(), event });
        SessionFacts { facts, observed: Features::ALL_OBSERVED }
    })
}

fn rule_score(session: &SessionFacts) -> u64 {
    analyze_user_struggles(session, at(LONGEST), None, None).rule_score
}

/// The newest revision of some run of a form that is still worked on.
fn open_run(session: &SessionFacts, which: Index) -> Option<Fact> {
    let form = |fact: &Fact| match &fact.event.what {
        What::Form(form) => Some(form.clone()),
        _ => None,
    };
    let is_newest = |fact: &&Fact, of: &Form| {
        let others = session.facts.iter().filter(|other| other.tab == fact.tab).filter_map(form);
        others.filter(|other| other.run == of.run).all(|other| other.revision < of.revision || other == *of)
    };
    let open: Vec<&Fact> = session
        .facts
        .iter()
        .filter(|fact| {
            form(fact).is_some_and(|of| {
                matches!(of.state, State::Started | State::Invalid | State::Resumed) && is_newest(fact, &of)
            })
        })
        .collect();
    (!open.is_empty()).then(|| which.get(&open)).map(|fact| (*fact).clone())
}

/// When the view began that this tab showed last.
fn last_began(session: &SessionFacts, tab: &str) -> UnixMillis {
    let mut began: BTreeMap<&str, UnixMillis> = BTreeMap::new();
    for fact in session.facts.iter().filter(|fact| fact.tab == tab) {
        if let What::Page(page) = &fact.event.what {
            let known = began.entry(&page.view).or_insert(fact.event.at);
            *known = (*known).min(fact.event.at);
        }
    }
    began.into_values().max().unwrap_or(ORIGIN)
}

/// The session with one more thing that a person in trouble does.
fn with_one_more(session: &SessionFacts, trouble: u8, extra: &Fact, which: Index) -> SessionFacts {
    let mut more = session.clone();
    let newest = open_run(session, which);
    let added = match (trouble, newest) {
        // A refused submit, and one that is tried again.
        (0 | 1, Some(mut fact)) => {
            fact.event.at = fact.event.at.max(extra.event.at);
            if let What::Form(form) = &mut fact.event.what {
                form.revision += 1;
                form.submits += 1;
                form.retries += 1;
                if trouble == 0 {
                    form.state = State::Invalid;
                    form.invalid_submits += 1;
                    form.errors += 1;
                }
            }
            fact
        }
        // A reload that took no time, of a page that was not the last.
        (2, _) => {
            let page = PageTotals {
                template: "/a".to_owned(),
                view: "a".to_owned(),
                how: Some(Arrival::Reload),
                ..PageTotals::default()
            };
            let at = extra.event.at.min(last_began(session, "t1"));
            Fact { event: Event { at, what: What::Page(page) }, tab: "t1".to_owned(), ..extra.clone() }
        }
        (3, _) => {
            let dead = signal(99, 1, Kind::DeadClick, Grade::Likely, 2);
            let what = What::Signal { signal: dead, role: "link".to_owned(), label: Label::Other };
            Fact { event: Event { what, ..extra.event.clone() }, ..extra.clone() }
        }
        (4, _) => Fact { event: Event { what: What::Help, ..extra.event.clone() }, ..extra.clone() },
        _ => extra.clone(),
    };
    more.facts.push(added);
    more
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_order_and_repetition_gives_the_same(
        (session, mixed) in session().prop_flat_map(|session| {
            let twice = [session.facts.clone(), session.facts.clone()].concat();
            let shuffled = Just(twice).prop_shuffle();
            let dropped = session.facts.len();
            (Just(session), shuffled, 0..=dropped).prop_map(|(session, mut facts, extra)| {
                // Each at least once, some twice.
                let mut seen: Vec<Fact> = Vec::new();
                let mut left = extra;
                facts.retain(|fact| {
                    let known = seen.contains(fact);
                    seen.push(fact.clone());
                    left -= usize::from(known && left > 0);
                    !known || left > 0
                });
                (session, facts)
            })
        }),
        now in time(),
        usual in proptest::option::of(0..100_000_000_u64),
        score in 0..=ONE,
    ) {
        let usual = usual.map(|engagement| Baseline { engagement, sessions: 3 });
        let prediction = predicted(score, Level::Medium);
        let of = |facts: &SessionFacts| analyze_user_struggles(facts, now, usual.as_ref(), Some(&prediction));
        let mixed = SessionFacts { facts: mixed, observed: session.observed };
        prop_assert_eq!(of(&session), of(&mixed));
    }

    #[test]
    fn one_more_trouble_never_lowers_the_rule_score(
        session in session(),
        trouble in 0..8_u8,
        extra in fact(error()),
        which in any::<Index>(),
    ) {
        let more = with_one_more(&session, trouble, &extra, which);
        let (before, after) = (rule_score(&session), rule_score(&more));
        prop_assert!(before <= after, "{before} to {after} by {:#?}", more.facts.last());
    }

    #[test]
    fn everything_stays_between_nothing_and_all(
        session in session(),
        observed in any::<u16>(),
        now in prop_oneof![time(), any::<u64>().prop_map(UnixMillis)],
        usual in any::<(u64, u32)>(),
        score in any::<u64>(),
        level in select(Level::ALL.to_vec()),
    ) {
        let session = SessionFacts { observed, ..session };
        let usual = Baseline { engagement: usual.0, sessions: usual.1 };
        let prediction = predicted(score, level);
        let struggle = analyze_user_struggles(&session, now, Some(&usual), Some(&prediction));
        let shares = [struggle.score, struggle.confidence, struggle.rule_score, struggle.agreement];
        prop_assert!(shares.iter().all(|share| *share <= ONE), "{struggle:#?}");
        prop_assert!(struggle.model_score.is_some_and(|score| score <= ONE));
        for indicator in &struggle.indicators {
            prop_assert!((1..=ONE).contains(&indicator.strength) && indicator.weight <= ONE);
        }
        let contributions: Vec<u64> = struggle.indicators.iter().map(Indicator::contribution).collect();
        prop_assert!(contributions.is_sorted_by(|a, b| a >= b), "{contributions:?}");
    }
}
