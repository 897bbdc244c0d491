//! What the detectors say of small scripted scenes. One line of script is one input; one word of verdict is one revision.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use unsnag_core::engine::{Engine, tick};
use unsnag_core::input::{
    Cause, Device, Effect, Element, ElementId, Flags, Input, Mutated, NavigateHow, Observed, Pointer, Px,
};
use unsnag_core::signal::{Grade, Kind, Signal};
use unsnag_core::thresholds::{Thresholds, Value};
use unsnag_core::time::{Millis, UnixMillis};

/// The page of all scenes: a button 7 and a plain picture 8 in region 2, a ticker 20 in region 3, a text field 9, an
/// element 10 that opted out of rage, and a guide 11 that opted out of dead clicks.
fn page() -> Vec<Element> {
    let element = |id: u32, region: u32, flags: Flags| Element {
        id: ElementId(id),
        parent: Some(ElementId(region)),
        tag: "x".to_owned(),
        role: String::new(),
        region: Some(ElementId(region)),
        flags,
    };
    vec![
        element(7, 2, Flags::INTERACTIVE),
        element(8, 2, Flags(0)),
        element(9, 2, Flags::INTERACTIVE.with(Flags::TEXT_FIELD)),
        element(10, 2, Flags::INTERACTIVE.with(Flags::ignore(Kind::RageClick))),
        element(11, 4, Flags::ignore(Kind::DeadClick)),
        element(12, 2, Flags::INTERACTIVE.with(Flags::NEW_TAB)),
        element(20, 3, Flags(0)),
        element(21, 3, Flags(0)),
    ]
}

fn pointer(element: u32, x: i32) -> Pointer {
    Pointer {
        element: ElementId(element),
        x: Px(x * 100),
        y: Px(0),
        button: 0,
        detail: 1,
        mods: 0,
        device: Device::Mouse,
        trusted: true,
    }
}

/// Reads `TIME WORD ARGUMENTS`.
fn inputs(line: &str) -> Vec<Input> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |index: usize| words.get(index).and_then(|word| word.parse::<u32>().ok());
    let at = Millis(words[0].parse().unwrap());
    let element = ElementId(number(2).unwrap_or_default());
    let one = |what: Observed| vec![Input { at, what }];
    match words[1] {
        "click" => {
            let pointer = pointer(element.0, number(3).unwrap_or_default().cast_signed());
            let down = Input { at, what: Observed::PointerDown(pointer) };
            vec![down, Input { at, what: Observed::Click(pointer) }]
        }
        "down" => one(Observed::PointerDown(pointer(element.0, 0))),
        "up" => one(Observed::Click(pointer(element.0, 0))),
        "script" => one(Observed::Click(Pointer { trusted: false, ..pointer(element.0, 0) })),
        "shift" => one(Observed::Click(Pointer { mods: 1, ..pointer(element.0, 0) })),
        "changed" => one(Observed::Mutation { element, count: 1, what: Mutated::Text, state: number(3) }),
        "error" => one(Observed::Error {
            cause: match words[2] {
                "sync" => Cause::Sync,
                "promise" => Cause::Promise,
                _ => Cause::Other,
            },
            class: "TypeError".to_owned(),
            hash: words.get(3).unwrap_or(&"h").to_string(),
        }),
        "request" => {
            one(Observed::RequestStart { id: number(2).unwrap(), by_itself: words.get(3) == Some(&"by_itself") })
        }
        "response" => one(Observed::RequestEnd { id: number(2).unwrap(), status: number(3).unwrap() as u16 }),
        "select" => one(Observed::Selection { collapsed: false }),
        "scroll" => one(Observed::Scroll { element: None, x: Px(0), y: Px(100), depth: None }),
        "push" => one(Observed::Navigate { template: None, how: NavigateHow::Push }),
        "copy" => one(Observed::Effect(Effect::Clipboard)),
        "hide" => one(Observed::PageHide { persisted: false, busy: false }),
        "tick" => one(Observed::Tick),
        other => panic!("no such word: {other}"),
    }
}

fn signals(script: &str, thresholds: &Thresholds) -> Vec<Signal> {
    let mut engine = engine(thresholds);
    let inputs: Vec<Input> =
        script.split(';').map(str::trim).filter(|line| !line.is_empty()).flat_map(inputs).collect();
    for input in &inputs {
        engine.feed(input);
    }
    let said = engine.take_signals();
    assert_eq!(signals_in_time(&inputs, thresholds), said, "{script}");
    said
}

fn engine(thresholds: &Thresholds) -> Engine {
    let mut engine = Engine::new(*thresholds, UnixMillis(1_700_000_000_000));
    for element in page() {
        engine.feed(&Input { at: Millis(0), what: Observed::Element(element) });
    }
    engine
}

/// The same inputs as a page feeds them, with ticks in between: what is said is said at its time.
fn signals_in_time(inputs: &[Input], thresholds: &Thresholds) -> Vec<Signal> {
    let mut engine = engine(thresholds);
    let mut said = Vec::new();
    let mut feed = |engine: &mut Engine, input: &Input| {
        engine.feed(input);
        let fresh = engine.take_signals();
        assert!(fresh.iter().all(|signal| signal.at == input.at), "said at {:?}: {fresh:?}", input.at);
        said.extend(fresh);
    };
    for input in inputs {
        while let Some(at) = engine.next_look().filter(|at| *at < input.at) {
            feed(&mut engine, &tick(at));
        }
        feed(&mut engine, input);
    }
    said
}

fn describe(signal: &Signal) -> String {
    let mut words = vec![signal.kind.short_name(), signal.grade.name()];
    words.extend(signal.suppressed_by.map(unsnag_core::signal::Suppressed::name));
    words.extend(signal.is_final.then_some("final"));
    words.join(" ")
}

/// Plays a scene and compares what is said of it.
fn check(script: &str, expected: &[&str]) {
    check_with(&Thresholds::default(), script, expected);
}

fn check_with(thresholds: &Thresholds, script: &str, expected: &[&str]) {
    let said: Vec<String> = signals(script, thresholds).iter().map(describe).collect();
    assert_eq!(said, expected, "{script}");
}

#[test]
fn a_dead_button_hammered_is_rage_at_the_third_click_and_proven_when_nothing_came() {
    check(
        "0 click 7; 250 click 7; 500 click 7; 9000 tick",
        &[
            "rage likely",
            "dead suspected",
            "dead suspected",
            "dead suspected",
            "dead confirmed",
            "dead confirmed",
            "rage confirmed final",
            "dead confirmed",
        ],
    );
}

#[test]
fn an_error_of_a_press_is_its_clicks_and_a_drags_is_nobodys() {
    check("0 down 7; 1 error sync; 90 up 7; 95 changed 8 1; 9000 tick", &["error confirmed"]);
    check("0 click 7; 5 changed 8 1; 300 down 8; 301 error sync; 390 up 7; 395 changed 8 2; 9000 tick", &[]);
    // What is thrown by itself meanwhile is not the press's.
    check("0 down 7; 1 error other; 90 up 7; 95 changed 8 1; 9000 tick", &[]);
}

#[test]
fn clicks_that_were_answered_end_together_and_all_others_at_their_deadline() {
    let look = |script: &str| {
        let mut engine = engine(&Thresholds::default());
        script.split(';').flat_map(|line| inputs(line.trim())).for_each(|input| engine.feed(&input));
        engine.next_look()
    };
    assert_eq!(look("0 click 7"), Some(Millis(1500)));
    assert_eq!(look("0 click 7; 5 changed 8 1; 700 click 8; 705 changed 8 2"), Some(Millis(3500)));
    // One of three fast clicks may still turn out to have done its own thing.
    assert_eq!(
        look("0 click 7; 5 changed 8 1; 200 click 7; 205 changed 8 1; 400 click 7; 405 changed 8 1"),
        Some(Millis(1500))
    );
    // A change far away may be nobody's answer.
    assert_eq!(look("0 click 7; 5 changed 20 1"), Some(Millis(3000)));
}

#[test]
fn evidence_counts_all_clicks_at_the_end_of_the_chain() {
    let script = "0 click 7; 250 click 7; 500 click 7; 750 click 7; 1000 click 7; 9000 tick";
    let said = signals(script, &Thresholds::default());
    let rage: Vec<&Signal> = said.iter().filter(|signal| signal.kind == Kind::RageClick).collect();
    assert_eq!((rage[0].evidence.count, rage[0].evidence.span, rage[0].at), (3, Millis(500), Millis(500)));
    assert_eq!((rage[1].evidence.count, rage[1].evidence.span, rage[1].at), (5, Millis(1000), Millis(4000)));
    assert_eq!((rage[0].id, rage[0].revision), (rage[1].id, rage[1].revision - 1));
}

#[test]
fn a_stepper_whose_every_click_has_its_own_result_is_left_alone() {
    check(
        "0 click 7; 5 changed 8 1; 250 click 7; 255 changed 8 2; 500 click 7; 505 changed 8 3; 750 click 7; 755 changed 8 4; 9000 tick",
        &["rage likely distinct_responses", "rage likely distinct_responses final"],
    );
}

#[test]
fn a_slow_stepper_is_taken_back_once_it_has_answered_each_click() {
    check(
        "0 click 7; 250 click 7; 500 click 7; 620 changed 8 1; 740 changed 8 2; 860 changed 8 3; 9000 tick",
        &["rage likely", "rage retracted final"],
    );
}

#[test]
fn answers_that_lead_nowhere_leave_a_suspicion_and_grow_with_the_clicks() {
    check(
        "0 click 7; 5 changed 8 1; 250 click 7; 255 changed 8 1; 500 click 7; 505 changed 8 1; 9000 tick",
        &["rage suspected", "rage suspected final"],
    );
    check(
        "0 click 7; 5 changed 8 1; 200 click 7; 205 changed 8 1; 400 click 7; 405 changed 8 1; 600 click 7; 605 changed 8 1; 800 click 7; 805 changed 8 1; 9000 tick",
        &["rage suspected", "rage likely", "rage likely final"],
    );
}

#[test]
fn an_error_proves_rage_at_once() {
    check(
        "0 click 7; 1 error sync; 250 click 7; 251 error sync; 500 click 7; 9000 tick",
        &[
            "error confirmed",
            "error confirmed",
            "rage confirmed",
            "dead confirmed error_click",
            "dead confirmed error_click",
            "dead suspected",
            "rage confirmed final",
            "dead confirmed",
        ],
    );
}

#[test]
fn slow_clicks_far_clicks_and_other_targets_are_no_rage() {
    check("0 click 8; 600 click 8; 1200 click 8; 9000 tick", &[]);
    check("0 click 8 0; 250 click 8 40; 500 click 8 80; 9000 tick", &[]);
    check("0 click 8 0; 250 click 20 20; 500 click 21 40; 9000 tick", &[]);
    check("0 click 8; 500 click 8; 1000 click 8; 9000 tick", &["rage likely", "rage likely final"]);
    check("0 click 8; 500 click 8; 1001 click 8; 9000 tick", &[]);
}

#[test]
fn a_target_that_was_replaced_under_the_pointer_is_the_same_one() {
    check("0 click 8 0; 250 click 20 1; 500 click 21 2; 9000 tick", &["rage likely", "rage likely final"]);
}

#[test]
fn text_modifiers_scripts_and_opt_outs_are_left_alone() {
    check("0 click 9; 250 click 9; 500 click 9; 9000 tick", &[]);
    check("0 shift 7; 250 shift 7; 500 shift 7; 9000 tick", &[]);
    check("0 script 7; 250 script 7; 500 script 7; 9000 tick", &[]);
    check(
        "0 click 10; 5 changed 10; 250 click 10; 255 changed 10; 500 click 10; 505 changed 10; 9000 tick",
        &["rage likely opt_out", "rage likely opt_out final"],
    );
}

#[test]
fn selecting_a_paragraph_is_no_rage() {
    check(
        "0 click 8; 200 click 8; 201 select; 400 click 8; 9000 tick",
        &["rage likely selection", "rage likely selection final"],
    );
    check("0 click 8; 200 click 8; 400 click 8; 401 select; 9000 tick", &["rage likely", "rage retracted final"]);
}

#[test]
fn a_button_that_answers_in_time_is_not_dead() {
    for answer in ["150 changed 8", "900 changed 8", "990 changed 21", "10 scroll", "10 push", "10 copy", "20 select"] {
        check(&format!("0 click 7; {answer}; 9000 tick"), &[]);
    }
    check("0 click 7; 600 scroll; 9000 tick", &["dead suspected", "dead confirmed"]);
}

#[test]
fn a_late_answer_makes_a_slow_click_of_a_suspected_dead_one() {
    check("0 click 7; 1400 changed 8; 9000 tick", &["slow suspected"]);
    check("0 click 7; 1600 changed 8; 9000 tick", &["dead suspected", "slow suspected", "dead retracted"]);
    check("0 click 7; 2400 changed 8; 9000 tick", &["dead suspected", "slow likely", "dead retracted"]);
    check("0 click 7; 3100 changed 8; 9000 tick", &["dead suspected", "dead confirmed"]);
}

#[test]
fn a_peer_may_have_its_verdict_at_once() {
    let mut peer = Thresholds::default();
    peer.set("dead_click", "confirm_ms", Value::Number(0.0)).unwrap();
    check_with(&peer, "0 click 7; 1600 changed 8; 9000 tick", &["dead confirmed"]);
}

#[test]
fn what_opens_on_press_answers_the_click() {
    check("0 down 7; 20 changed 8; 120 up 7; 9000 tick", &[]);
}

#[test]
fn a_ticker_answers_nobody() {
    check(
        "1000 changed 20; 2000 changed 20; 3000 changed 20; 3500 click 7; 4000 changed 20; 9000 tick",
        &["dead suspected", "dead likely"],
    );
    check(
        "1000 changed 20; 2000 changed 20; 3000 changed 20; 3500 click 7; 4000 changed 20; 4100 changed 8; 9000 tick",
        &[],
    );
}

#[test]
fn what_opted_out_of_dead_clicks_answers_nobody_outside() {
    check("0 click 7; 10 changed 11; 9000 tick", &["dead suspected", "dead likely"]);
}

#[test]
fn a_pending_request_gives_more_time() {
    check("0 click 7; 10 request 1; 900 response 1 200; 950 changed 8; 9000 tick", &[]);
    check(
        "0 click 7; 10 request 1; 2400 response 1 200; 2450 changed 8; 9000 tick",
        &["slow suspected", "slow likely"],
    );
    check(
        "0 click 7; 10 request 1; 2400 response 1 200; 9000 tick",
        &["slow suspected", "slow likely", "dead suspected", "slow retracted", "dead likely"],
    );
    check("0 click 7; 10 request 1; 9000 tick", &["slow suspected", "slow likely"]);
}

#[test]
fn links_to_new_tabs_pictures_and_text_fields_are_never_dead() {
    for element in [8, 9, 12] {
        check(&format!("0 click {element}; 9000 tick"), &[]);
    }
}

#[test]
fn leaving_the_page_settles_nothing_as_dead() {
    check("0 click 7; 500 hide; 9000 tick", &[]);
    check("0 click 7; 200 click 7; 400 click 7; 500 hide; 9000 tick", &["rage likely", "rage suspected final"]);
}

#[test]
fn errors_are_graded_by_how_surely_the_click_caused_them() {
    let dead = "dead confirmed error_click";
    check("0 click 7; 1 error sync; 9000 tick", &["error confirmed", dead]);
    check("0 click 7; 300 error promise; 9000 tick", &["error likely", dead]);
    check("0 click 7; 300 error other; 9000 tick", &["error suspected", dead]);
    check("0 click 7; 1600 error other; 9000 tick", &["dead suspected", "dead confirmed"]);
}

#[test]
fn an_error_that_was_there_before_is_not_the_clicks() {
    check("0 error other x; 500 click 7; 600 error other x; 700 changed 8; 9000 tick", &[]);
    check("0 error other x; 500 click 7; 600 error other y; 700 changed 8; 9000 tick", &["error suspected"]);
}

#[test]
fn a_request_of_the_click_that_fails_is_an_error_click() {
    for (script, expected) in [
        (
            "0 click 7; 10 request 1; 200 response 1 500; 300 changed 8; 9000 tick",
            &["error suspected", "error likely"][..],
        ),
        ("0 click 7; 10 request 1; 200 response 1 0; 300 changed 8; 9000 tick", &["error suspected", "error likely"]),
        // The page tries again by itself, and that works.
        (
            "0 click 7; 10 request 1; 200 response 1 503; 300 request 2; 400 response 2 200; 410 changed 8; 9000 tick",
            &["error suspected"],
        ),
        // The server refused, and the page says so.
        ("0 click 7; 10 changed 8; 20 request 1; 200 response 1 409; 300 changed 8; 9000 tick", &["error suspected"]),
        ("0 click 7; 10 request 1; 200 response 1 204; 300 changed 8; 9000 tick", &[]),
        ("0 click 7; 600 request 1; 700 response 1 500; 800 changed 8; 9000 tick", &[]),
    ] {
        check(script, expected);
    }
}

#[test]
fn a_request_that_no_gesture_began_is_the_clicks_error_only_if_the_page_tells_of_it() {
    for (script, expected) in [
        // It fails unseen, while the click got its answer.
        ("0 click 7; 10 changed 8; 200 request 1 by_itself; 300 response 1 503; 9000 tick", &["error suspected"][..]),
        (
            "0 click 7; 200 request 1 by_itself; 300 response 1 503; 9000 tick",
            &["error suspected", "dead suspected", "dead likely"],
        ),
        // The page asks again by itself, and again unseen.
        (
            "0 click 7; 10 changed 8; 200 request 1 by_itself; 300 response 1 503; 600 request 2 by_itself; 700 response 2 503; 9000 tick",
            &["error suspected"],
        ),
        // A page that waits a little before it asks tells of the failure.
        (
            "0 click 7; 200 request 1 by_itself; 300 response 1 503; 320 changed 8; 9000 tick",
            &["error suspected", "error likely"],
        ),
        // It draws first and asks in the next frame; it asks a second time once it knows the first answer.
        (
            "0 click 7; 10 changed 8; 30 request 1 by_itself; 200 response 1 500; 9000 tick",
            &["error suspected", "error likely"],
        ),
        (
            "0 click 7; 10 changed 8; 10 request 1; 200 response 1 200; 201 request 2 by_itself; 400 response 2 500; 9000 tick",
            &["error suspected", "error likely"],
        ),
        // The page's requests fail all the time.
        (
            "0 request 1 by_itself; 80 response 1 503; 900 click 7; 920 request 2 by_itself; 950 response 2 503; 960 changed 8; 9000 tick",
            &[],
        ),
        (
            "0 request 1 by_itself; 80 response 1 503; 900 click 7; 900 request 2; 950 response 2 503; 9000 tick",
            &["error suspected", "error likely", "dead likely error_click"],
        ),
    ] {
        check(script, expected);
    }
}

#[test]
fn nothing_that_is_not_yet_due_becomes_a_signal() {
    check("0 click 7", &[]);
    check("0 click 7; 1499 tick", &[]);
    check("0 click 7; 1500 tick", &["dead suspected"]);
    check("0 click 7; 2999 tick", &["dead suspected"]);
    check("0 click 7; 3000 tick", &["dead suspected", "dead confirmed"]);
}

#[test]
fn the_third_click_of_peers_is_rage_whatever_answered() {
    let mut peer = Thresholds::default();
    for (name, value) in [
        ("response", Value::Word("ignore")),
        ("window", Value::Word("gap")),
        ("gap_ms", Value::Number(999.0)),
        ("window_ms", Value::Number(999.0)),
        ("metric", Value::Word("manhattan")),
        ("distance_px", Value::Number(29.0)),
        ("same_target", Value::Switch(false)),
        ("cancel_by", Value::Clear),
    ] {
        peer.set("rage_click", name, value).unwrap();
    }
    peer.set("dead_click", "enabled", Value::Switch(false)).unwrap();
    check_with(
        &peer,
        "10 click 7 0; 20 changed 8 1; 900 click 8 20; 1800 click 7 5; 1810 click 7 5; 9000 tick",
        &["rage likely", "rage likely final"],
    );
    check_with(&peer, "10 click 7 0; 20 click 7 20; 40 click 7 50; 9000 tick", &[]);
}

#[test]
fn grades_only_count_while_they_stand() {
    let counted = |script: &str| {
        let mut engine = Engine::new(Thresholds::default(), UnixMillis(0));
        for element in page() {
            engine.feed(&Input { at: Millis(0), what: Observed::Element(element) });
        }
        for line in script.split(';').map(str::trim) {
            for input in inputs(line) {
                engine.feed(&input);
            }
        }
        engine.features().millionths()[unsnag_core::features::index::CLICK_FRUSTRATION]
    };
    assert_eq!(counted("0 click 8; 250 click 8; 500 click 8"), Grade::Likely.weight_millionths());
    assert_eq!(counted("0 click 8; 200 click 8; 400 click 8; 401 select; 9000 tick"), 0);
    assert_eq!(counted("0 click 7; 1 error sync; 9000 tick"), Grade::Confirmed.weight_millionths());
}
