//! What is seen in a session, and what is not seen twice.

use unsnag_core::event::What;
use unsnag_core::features::{Features, ONE, index};
use unsnag_core::forms::{Field, Form, State};
use unsnag_core::input::{Arrival, Cause, TaskWhat};
use unsnag_core::signal::{Grade, Kind, Signal, Suppressed};
use unsnag_core::time::Millis;

use super::build::{Session, at, left, payment, signal, view};
use crate::facts::SessionFacts;
use crate::struggle::{
    Against, Baseline, Behaviour, IndicatorKind, Measure, Observed, analyze_user_struggles,
    calculate_struggle_indicators, extract_behavioral_features,
};

/// The behaviour five minutes into a session: too soon to miss a success.
fn behaviour(make: impl FnOnce(&mut Session)) -> Behaviour {
    let mut session = Session::default();
    session.page(0, view("/checkout", "v", Arrival::Navigate, [0; 4]));
    make(&mut session);
    extract_behavioral_features(&session.facts(), at(300), None)
}

fn contributions(behaviour: &Behaviour) -> Vec<(IndicatorKind, u64)> {
    let indicators = calculate_struggle_indicators(behaviour);
    indicators.iter().map(|indicator| (indicator.kind, indicator.contribution())).collect()
}

#[test]
fn an_empty_session_says_nothing() {
    let struggle = analyze_user_struggles(&SessionFacts::default(), at(0), None, None);
    assert_eq!((struggle.score, struggle.confidence, struggle.indicators.len()), (0, 0, 0));
    assert_eq!(struggle.reasons[0], "nothing speaks for struggle");
}

#[test]
fn a_form_is_refused_as_often_as_it_says_in_whatever_way() {
    let field = |name: &str, invalid| Field { field: name.to_owned(), invalid, ..Field::default() };
    let form = |revision, invalid_submits, errors, fields: &[(&str, u32)]| Form {
        form: "f".to_owned(),
        revision,
        state: State::Started,
        invalid_submits,
        errors,
        fields: fields.iter().map(|(name, invalid)| field(name, *invalid)).collect(),
        ..Form::default()
    };
    for (told, expected, place) in [
        // Two messages at each of three submits.
        (vec![form(1, 1, 2, &[("a", 1), ("b", 1)]), form(2, 3, 6, &[("a", 3), ("b", 3)])], 3, "a on /checkout"),
        // Messages without a submit: one field, three times; then one field after the other.
        (vec![form(1, 0, 3, &[("a", 3)])], 3, "a on /checkout"),
        (vec![form(1, 0, 1, &[("a", 1)]), form(2, 0, 2, &[("a", 1), ("b", 1)])], 2, "b on /checkout"),
        // The message, then the submit that it refused.
        (vec![form(1, 0, 1, &[("a", 1)]), form(2, 1, 1, &[("a", 1)])], 1, "a on /checkout"),
        // Refused by the server, and told of once.
        (vec![form(9, 4, 0, &[])], 4, "form f on /checkout"),
        // More than anybody does.
        (vec![form(1, u32::MAX, u32::MAX, &[])], 20, "form f on /checkout"),
    ] {
        let seen = behaviour(|session| {
            for (index, form) in told.iter().enumerate() {
                session.form(60 + 60 * index as u64, form.clone());
            }
        });
        let run = &seen.errors.current;
        let found = (run.length, run.place.as_ref().unwrap().to_string());
        assert_eq!(found, (expected, place.to_owned()), "{told:#?}");
    }
}

#[test]
fn one_failure_that_is_told_in_four_ways_is_one() {
    let seen = behaviour(|session| {
        session.signal(100, signal(1, 1, Kind::ErrorClick, Grade::Likely, 1));
        session.error(100, Cause::Sync, "a");
        session.error(101, Cause::Other, "");
        session.form(101, payment(1, 2, State::Invalid, 1));
        session.signal(101, signal(2, 1, Kind::FormStruggle, Grade::Likely, 1));
    });
    let run = &seen.errors.current;
    assert_eq!((run.length, run.refusals, run.error_clicks, run.script_errors, run.by_itself), (1, 1, 1, 1, false));
    assert_eq!(contributions(&seen), [(IndicatorKind::FormValidationErrors, 150_000)]);
}

#[test]
fn what_fails_by_itself_again_and_again_is_one_error() {
    let seen = behaviour(|session| (0..100).for_each(|tick| session.error(3 * tick, Cause::Other, "ticker")));
    assert_eq!((seen.errors.current.length, seen.errors.current.by_itself), (1, true));
    assert_eq!(contributions(&seen), [(IndicatorKind::ErrorRun, 150_000)]);
}

#[test]
fn errors_of_gestures_and_failed_tasks_are_a_run_until_a_success() {
    let fail = |session: &mut Session| {
        session.error(10, Cause::Sync, "a");
        session.error(20, Cause::Promise, "a");
        session.task(30, "pay", TaskWhat::Fail);
        session.signal(40, signal(1, 1, Kind::ErrorClick, Grade::Likely, 1));
        session.signal(41, signal(1, 2, Kind::ErrorClick, Grade::Confirmed, 2));
    };
    let seen = behaviour(fail);
    assert_eq!((seen.errors.current.length, seen.errors.longest.length), (5, 5));
    assert_eq!(contributions(&seen), [(IndicatorKind::ErrorRun, 750_000)]);
    let over = behaviour(|session| {
        fail(session);
        session.form(50, payment(1, 3, State::Submitted, 0));
    });
    assert_eq!((over.errors.current.length, over.errors.longest.length), (0, 5));
    let indicators = calculate_struggle_indicators(&over);
    assert_eq!(indicators[0].evidence.measure, Measure::ErrorsBeforeSuccess);
    assert_eq!(contributions(&over), [(IndicatorKind::ErrorRun, 375_000)]);
}

#[test]
fn signals_that_tell_of_what_is_counted_already_count_nowhere() {
    let facts = |session: &mut Session| {
        session.help(100);
        session.form(200, payment(1, 4, State::Invalid, 2));
        session.page(250, view("/checkout", "w", Arrival::Reload, [0; 4]));
        session.form(280, payment(2, 3, State::Abandoned, 0));
    };
    let alone = contributions(&behaviour(facts));
    let told = behaviour(|session| {
        facts(session);
        let kinds = [
            Kind::HelpSeeking,
            Kind::FormStruggle,
            Kind::Reload,
            Kind::FormAbandon,
            Kind::CursorThrash,
            Kind::ScrollHunt,
        ];
        for (id, kind) in kinds.into_iter().enumerate() {
            session.signal(100 + id as u64, signal(id as u32, 1, kind, Grade::Confirmed, 3));
        }
    });
    assert_eq!(contributions(&told), alone);
}

#[test]
fn signals_count_by_their_newest_revision() {
    let suppressed =
        Signal { suppressed_by: Some(Suppressed::OptOut), ..signal(4, 1, Kind::DeadClick, Grade::Likely, 1) };
    let seen = behaviour(|session| {
        session.signal(101, signal(1, 2, Kind::RageClick, Grade::Retracted, 3));
        session.signal(100, signal(1, 1, Kind::RageClick, Grade::Likely, 3));
        session.signal(100, suppressed);
        session.signal(100, signal(5, 1, Kind::ErrorClick, Grade::Suspected, 1));
    });
    assert_eq!(contributions(&seen), []);
}

#[test]
fn a_dead_button_clicked_in_rage_is_one_frustration_and_each_further_click_a_retry() {
    let seen = behaviour(|session| {
        session.signal(100, signal(1, 1, Kind::RageClick, Grade::Confirmed, 3));
        session.signal(103, signal(2, 1, Kind::DeadClick, Grade::Confirmed, 3));
    });
    assert_eq!((seen.clicks.weight, seen.clicks.count, seen.retries.reclicks.count), (ONE, 1, 2));
    assert_eq!(seen.clicks.place.as_ref().unwrap().to_string(), "submit button on /checkout");
    assert_eq!(contributions(&seen), [(IndicatorKind::RetryLoop, 150_000), (IndicatorKind::ClickFrustration, 350_000)]);
    let twice = behaviour(|session| {
        session.signal(100, signal(1, 1, Kind::RageClick, Grade::Likely, 3));
        session.signal(280, signal(2, 1, Kind::RageClick, Grade::Likely, 3));
    });
    assert_eq!((twice.clicks.weight, twice.clicks.count), (ONE, 2));
}

#[test]
fn only_the_last_ten_minutes_are_recent() {
    let old = |session: &mut Session| {
        session.help(0);
        session.page(0, view("/checkout", "w", Arrival::Reload, [0; 4]));
        session.signal(0, signal(1, 1, Kind::RageClick, Grade::Confirmed, 3));
    };
    let mut session = Session::default();
    old(&mut session);
    let count = |second| contributions(&extract_behavioral_features(&session.facts(), at(second), None)).len();
    assert_eq!((count(600), count(601)), (3, 0));
}

#[test]
fn a_form_is_given_up_unless_they_come_back_to_it() {
    let filled = |run, names: &[&str]| {
        let fields = names.iter().map(|name| Field { field: (*name).to_owned(), edits: 1, ..Field::default() });
        Form {
            form: "f".to_owned(),
            run,
            revision: 3,
            state: State::Abandoned,
            fields: fields.collect(),
            ..Form::default()
        }
    };
    let weight = |make: &dyn Fn(&mut Session)| behaviour(make).abandonment.forms.weight;
    for (names, expected) in [(&["a"][..], 250_000), (&["a", "b"], 500_000), (&["a", "b", "c"], ONE)] {
        assert_eq!(weight(&|session| session.form(100, filled(1, names))), expected, "{names:?}");
    }
    let refused = payment(1, 4, State::Abandoned, 1);
    assert_eq!(weight(&|session| session.form(100, refused.clone())), ONE);
    assert_eq!(
        weight(&|session| {
            session.form(100, refused.clone());
            session.form(200, payment(2, 1, State::Started, 0));
        }),
        0,
        "begun anew"
    );
    assert_eq!(
        weight(&|session| {
            session.form(100, refused.clone());
            session.page(100, view("/checkout", "w", Arrival::Reload, [0; 4]));
        }),
        0,
        "on its page again"
    );
    assert_eq!(
        weight(&|session| session.signal(100, signal(1, 1, Kind::FormAbandon, Grade::Likely, 2))),
        500_000,
        "told of by its signal alone"
    );
    let quick = behaviour(|session| session.signal(100, signal(1, 1, Kind::QuickBack, Grade::Likely, 1)));
    assert_eq!(contributions(&quick), [(IndicatorKind::Abandonment, 50_000)]);
}

#[test]
fn who_leaves_soon_after_trouble_is_judged_as_of_then() {
    let leave = |after: u64, comes_back: bool| {
        behaviour(|session| {
            session.error(100, Cause::Sync, "a");
            session.help(90);
            session.page(100 + after, left(view("/checkout", "v", Arrival::Navigate, [80, 80, 4, 50])));
            if comes_back {
                session.page(140, view("/checkout", "w", Arrival::BackForward, [0; 4]));
            }
        })
    };
    let gone = leave(30, false);
    assert_eq!((gone.gone_at, gone.at), (Some(at(130)), at(130)));
    assert_eq!((gone.abandonment.left_after_trouble.count, gone.help.count), (1, 1));
    assert_eq!(gone.success.since, Millis(130_000));
    assert_eq!(leave(31, false).abandonment.left_after_trouble.count, 0);
    let back = leave(30, true);
    assert_eq!((back.gone_at, back.abandonment.left_after_trouble.count), (None, 0));
    // Only just: the next page may be on its way.
    let just = behaviour(|session| session.page(290, left(view("/checkout", "v", Arrival::Navigate, [9, 9, 0, 0]))));
    assert_eq!(just.gone_at, None);
}

#[test]
fn time_without_success_counts_while_something_is_under_way() {
    let mut session = Session::default();
    session.task(0, "order", TaskWhat::Start);
    let of = |session: &Session, minute: u64| {
        contributions(&extract_behavioral_features(&session.facts(), at(60 * minute), None))
    };
    assert_eq!(of(&session, 5), []);
    assert_eq!(of(&session, 30), [(IndicatorKind::NoRecentSuccess, 200_000)]);
    assert_eq!(of(&session, 300), [(IndicatorKind::NoRecentSuccess, 200_000)]);
    let mut facts = session.facts();
    facts.observed &= !(1 << index::TIME_SINCE_LAST_SUCCESS);
    assert_eq!(contributions(&extract_behavioral_features(&facts, at(1800), None)), []);
    session.task(1, "order", TaskWhat::Success);
    assert_eq!(of(&session, 30), []);
}

#[test]
fn engagement_is_compared_with_what_is_usual_where_that_is_known() {
    let mut session = Session::default();
    session.page(0, view("/a", "v", Arrival::Navigate, [0; 4]));
    session.page(100, view("/a", "v", Arrival::Navigate, [100, 50, 0, 20]));
    let usual = Baseline { engagement: 50_000_000, sessions: 6 };
    let seen = extract_behavioral_features(&session.facts(), at(100), Some(&usual));
    let engagement = seen.engagement.unwrap();
    assert_eq!((engagement.now, engagement.before), (250_000, 500_000));
    assert_eq!(engagement.against, Against::Baseline { sessions: 6 });
    assert_eq!(contributions(&seen), [(IndicatorKind::FallingEngagement, 200_000)]);
    let mut facts = session.facts();
    facts.observed &= !(1 << index::ENGAGEMENT_SCORE);
    assert_eq!(extract_behavioral_features(&facts, at(100), Some(&usual)).engagement, None);
}

#[test]
fn a_video_that_is_sought_again_and_again_is_trouble_with_it() {
    let seen = behaviour(|session| session.signal(200, signal(1, 1, Kind::VideoStruggle, Grade::Likely, 3)));
    assert_eq!(contributions(&seen), [(IndicatorKind::VideoStruggle, 150_000)]);
}

#[test]
fn tabs_number_what_is_theirs_and_are_one_person() {
    let mut session = Session::default();
    session.form(100, payment(1, 2, State::Invalid, 1));
    session.tell(200, "/checkout", What::Form(payment(1, 2, State::Invalid, 1)));
    session.0[1].tab = "t2".to_owned();
    let seen = extract_behavioral_features(&session.facts(), at(300), None);
    assert_eq!((seen.errors.current.length, seen.success.open.count), (2, 2));
}

#[test]
fn names_what_could_not_be_seen() {
    let observed = Observed(Features::ALL_OBSERVED & !(1 << index::HELP_REQUESTS));
    assert_eq!(observed.missing().collect::<Vec<_>>(), ["help_requests"]);
    assert_eq!((observed.count(), observed.share()), (12, 923_076));
    assert!(!observed.has(index::HELP_REQUESTS) && !observed.has(13) && observed.has(0));
}
