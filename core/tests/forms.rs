//! Forms in small scripted scenes: what is said while they are filled in, and what is known of them at the end. One
//! line of script is one input.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

#[path = "common/number.rs"]
mod number;

use proptest::prelude::*;

use unsnag_core::engine::Engine;
use unsnag_core::event::What;
use unsnag_core::features::{Features, index};
use unsnag_core::forms::{MOST_FIELDS, MOST_FORMS};
use unsnag_core::input::{
    Arrival, Device, Element, ElementId, FieldWhat, Flags, FormWhat, Input, Key, Mutated, NavigateHow, Observed,
    Pointer, Px, TaskWhat,
};
use unsnag_core::replay::replay;
use unsnag_core::signal::{Kind, Signal, Suppressed};
use unsnag_core::thresholds::{Thresholds, Value};
use unsnag_core::time::{Millis, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

/// The page of all scenes: a submit 1, a button 2, fields in the form 10, one that opted out of abandonment 21, one of
/// struggle 22, a search box 23, a line of text 25, and a list 30 outside.
fn page() -> Vec<Element> {
    let element = |id: u32, region: u32, role: &str, flags: Flags| Element {
        id: ElementId(id),
        parent: Some(ElementId(region)),
        tag: "x".to_owned(),
        role: role.to_owned(),
        region: Some(ElementId(region)),
        flags,
    };
    let field = Flags::INTERACTIVE.with(Flags::TEXT_FIELD);
    vec![
        element(1, 10, "button", Flags::INTERACTIVE.with(Flags::SUBMIT)),
        element(2, 10, "button", Flags::INTERACTIVE),
        element(20, 10, "textbox", field),
        element(21, 10, "textbox", field.with(Flags::ignore(Kind::FormAbandon))),
        element(22, 10, "textbox", field.with(Flags::ignore(Kind::FormStruggle))),
        element(23, 10, "searchbox", field),
        element(24, 10, "combobox", Flags::INTERACTIVE),
        element(25, 10, "status", Flags(0)),
        element(30, 9, "list", Flags(0)),
    ]
}

/// Reads `TIME WORD ARGUMENTS`; a field is `form.field`, with `@element` where that matters.
fn input(line: &str) -> Input {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = Millis(words[0].parse().unwrap());
    let word = |index: usize| words.get(index).copied().unwrap_or_default();
    let number = |index: usize| word(index).parse::<u32>().unwrap_or_default();
    let form = |what| Observed::Form { form: word(2).to_owned(), what };
    let field = |what| {
        let (name, element) = word(2).split_once('@').unwrap_or((word(2), "20"));
        let (form, field) = name.split_once('.').unwrap();
        let secret = field == "password";
        let (form, field) = (form.to_owned(), field.to_owned());
        let element = Some(ElementId(element.parse().unwrap()));
        Observed::Field { element, form, field, what, length: number(3), deleted: number(4), secret }
    };
    let pointer = |element| Pointer {
        element: ElementId(element),
        x: Px(0),
        y: Px(0),
        button: 0,
        detail: 1,
        mods: 0,
        device: Device::Mouse,
        trusted: true,
    };
    let arrive = |how| Observed::Page {
        template: word(2).to_owned(),
        view: format!("v{}", words[0]),
        how,
        referrer_same_site: true,
    };
    let navigate = |how| Observed::Navigate { template: Some(word(2).to_owned()), how };
    let what = match words[1] {
        "page" => arrive(Arrival::Navigate),
        "bfcache" => arrive(Arrival::BfCache),
        "hide" => Observed::PageHide { persisted: false, busy: false },
        "park" => Observed::PageHide { persisted: true, busy: false },
        "push" => navigate(NavigateHow::Push),
        "replace" => navigate(NavigateHow::Replace),
        "hidden" => Observed::Visibility { visible: false },
        "shown" => Observed::Visibility { visible: true },
        "click" => Observed::Click(pointer(number(2))),
        "enter" => Observed::Key { element: None, key: Key::Enter, repeat: false },
        "move" => Observed::PointerMove { x: Px(1), y: Px(1) },
        "changed" => Observed::Mutation { element: ElementId(number(2)), count: 1, what: Mutated::Text, state: None },
        "request" => Observed::RequestStart { id: number(2), by_itself: false },
        "response" => Observed::RequestEnd { id: number(2), status: number(3) as u16 },
        "alert" => Observed::Alert { element: None },
        "focus" => field(FieldWhat::Focus),
        "blur" => field(FieldWhat::Blur),
        "input" => field(FieldWhat::Input),
        "change" => field(FieldWhat::Change),
        "paste" => field(FieldWhat::Paste),
        "autofill" => field(FieldWhat::Autofill),
        "invalid" => field(FieldWhat::Invalid),
        "valid" => field(FieldWhat::Valid),
        "seen" => form(FormWhat::Seen),
        "submit" => form(FormWhat::Submit),
        "reset" => form(FormWhat::Reset),
        "removed" => form(FormWhat::Removed),
        "success" => form(FormWhat::Success),
        "task" => Observed::Task { name: "t".to_owned(), what: TaskWhat::Success },
        "tick" => Observed::Tick,
        other => panic!("no such word: {other}"),
    };
    Input { at, what }
}

/// Clicks are not the subject.
fn thresholds() -> Thresholds {
    let mut thresholds = Thresholds::default();
    for rule in ["rage_click", "dead_click", "error_click"] {
        thresholds.set(rule, "enabled", Value::Switch(false)).unwrap();
    }
    thresholds
}

fn engine() -> Engine {
    let mut engine = Engine::new(thresholds(), NOW);
    let begin = Observed::Page {
        template: "/a".to_owned(),
        view: "v0".to_owned(),
        how: Arrival::Navigate,
        referrer_same_site: false,
    };
    engine.feed(&Input { at: Millis(0), what: begin });
    for element in page() {
        engine.feed(&Input { at: Millis(0), what: Observed::Element(element) });
    }
    engine
}

/// Repeats `TIME… {…}` scripts: lines are parted by semicolons.
fn lines(script: &str) -> impl Iterator<Item = Input> {
    script.split(';').map(str::trim).filter(|line| !line.is_empty()).map(input)
}

fn play(script: &str) -> (Vec<Signal>, Engine) {
    let mut engine = engine();
    for input in lines(script) {
        engine.feed(&input);
    }
    (engine.take_signals(), engine)
}

fn of_forms(signal: &Signal) -> bool {
    matches!(signal.kind, Kind::FormStruggle | Kind::FormAbandon)
}

fn describe(signal: &Signal) -> String {
    let mut words = vec![signal.kind.short_name(), signal.grade.name()];
    words.extend(signal.suppressed_by.map(Suppressed::name));
    words.join(" ")
}

/// Plays a scene and compares the state of each run and what was said.
fn check(script: &str, states: &[&str], said: &[&str]) {
    let (signals, mut engine) = play(script);
    let mut runs = std::collections::BTreeMap::new();
    for event in engine.take_events() {
        if let What::Form(form) = event.what {
            runs.insert(form.run, form);
        }
    }
    runs.extend(engine.forms().map(|form| (form.run, form)));
    let found: Vec<&str> = runs.values().map(|form| form.state.name()).collect();
    let heard: Vec<String> = signals.iter().filter(|signal| of_forms(signal)).map(describe).collect();
    assert_eq!((found, heard), (states.to_vec(), said.iter().map(|s| (*s).to_owned()).collect()), "{script}");
}

fn feature(script: &str, index: usize) -> f64 {
    play(script).1.features().numbers()[index]
}

/// Two fields filled.
const FILLED: &str = "1000 input f.name 4; 2000 input f.city 6";
/// Three.
const FULL: &str = "1000 input f.name 4; 2000 input f.city 6; 3000 input f.street 9";

#[test]
fn a_form_is_viewed_until_somebody_edits_it() {
    check("10 seen f; 1000 focus f.name; 2000 autofill f.name 5; 3000 blur f.name; 9000 hide", &["viewed"], &[]);
    check("10 seen f; 9000 hide", &["viewed"], &[]);
    for edit in ["input f.name 1", "change f.name", "paste f.name 9"] {
        check(&format!("10 seen f; 1000 {edit}"), &["started"], &[]);
    }
    check("1000 submit f", &["started"], &[]);
}

#[test]
fn a_submit_that_nothing_refuses_is_a_success_once_the_page_goes_on() {
    for what in ["push /done", "reset f", "request 1; 4200 response 1 200", "request 1; 4200 response 1 302"] {
        check(&format!("{FILLED}; 4000 submit f; 4100 {what}; 4999 tick"), &["started"], &[]);
        check(&format!("{FILLED}; 4000 submit f; 4100 {what}; 5000 tick"), &["submitted"], &[]);
    }
    for what in ["removed f", "hide", "success f"] {
        check(&format!("{FILLED}; 4000 submit f; 4100 {what}"), &["submitted"], &[]);
    }
    check(&format!("{FILLED}; 4000 success f"), &["submitted"], &[]);
    check(&format!("{FILLED}; 4000 submit f; 4100 request 1; 9000 response 1 200"), &["submitted"], &[]);
    check(&format!("{FILLED}; 4000 submit f; 4100 removed f; 4100 request 1; 9000 hide"), &["submitted"], &[]);
}

#[test]
fn a_submit_that_is_refused_is_none() {
    for what in ["invalid f.name", "alert", "request 1; 4200 response 1 422", "request 1; 4200 response 1 0"] {
        check(&format!("{FILLED}; 4000 submit f; 4100 {what}; 5000 push /b; 6000 tick"), &["invalid"], &[]);
    }
    // An alert that says thanks.
    let thanks =
        "4000 click 1; 4001 submit f; 4002 request 1; 4200 response 1 200; 4210 alert; 4220 removed f; 4300 tick";
    check(&format!("{FILLED}; {thanks}"), &["submitted"], &[]);
    check(&format!("{FILLED}; {}", thanks.replace("removed f", "tick")), &["invalid"], &[]);
    // What watches the page is blocked; what the page lives by answers.
    let blocked = "4100 request 1; 4100 request 2; 4150 response 1 0; 4200 response 2 200; 5000 tick";
    check(&format!("{FILLED}; 4000 submit f; {blocked}"), &["submitted"], &[]);
}

#[test]
fn a_spinner_in_place_of_the_form_is_no_success_until_the_server_says_so() {
    let sent = format!("{FILLED}; 4000 submit f; 4010 request 1; 4020 removed f");
    check(&format!("{sent}; 5500 tick"), &["started"], &[]);
    check(&format!("{sent}; 6000 response 1 200"), &["submitted"], &[]);
    check(&format!("{sent}; 6000 response 1 500; 6100 seen f"), &["invalid"], &[]);
}

#[test]
fn leaving_a_started_form_abandons_it_and_the_grade_says_how_much_was_filled() {
    check("1000 input f.name 4; 5000 hide", &["abandoned"], &["abandon suspected"]);
    check("1000 input f.name 4; 2000 focus f.city; 5000 hide", &["abandoned"], &["abandon suspected"]);
    check(&format!("{FILLED}; 5000 hide"), &["abandoned"], &["abandon likely"]);
    check(&format!("{FILLED}; 5000 removed f"), &["abandoned"], &["abandon likely"]);
    check(&format!("{FILLED}; 302000 tick"), &["abandoned"], &["abandon likely"]);
    check(&format!("{FILLED}; 301999 tick"), &["started"], &[]);
    check(&format!("{FULL}; 5000 hide"), &["abandoned"], &["abandon confirmed"]);
    let refused = format!("{FILLED}; 4000 submit f; 4010 invalid f.name; 9000 hide");
    check(&refused, &["abandoned"], &["abandon confirmed"]);
    check("1000 input f.name 4; 2000 input f.password; 5000 hide", &["abandoned"], &["abandon likely"]);
    check("1000 focus f.name; 5000 hide", &["viewed"], &[]);
}

#[test]
fn what_was_emptied_again_was_not_filled() {
    check(
        "1000 input f.name 4; 2000 input f.city 6; 3000 input f.city 0; 5000 hide",
        &["abandoned"],
        &["abandon suspected"],
    );
    check(&format!("{FILLED}; 4000 reset f; 6000 tick"), &["started"], &[]);
    check(&format!("{FILLED}; 4000 reset f; 6000 hide"), &["abandoned"], &["abandon suspected"]);
    // A script that closes the form clears it.
    check(&format!("{FILLED}; 4000 reset f; 4001 removed f"), &["abandoned"], &["abandon likely"]);
}

#[test]
fn searches_and_filters_are_not_abandoned_forms() {
    check("1000 input f.q@23 4; 2000 input f.town 6; 5000 hide", &["abandoned"], &["abandon suspected"]);
    // Each change is answered at once: by a request, another address, or a list outside the form.
    for answer in ["request 1", "replace /a?q", "changed 30"] {
        let script = format!("1000 input f.q 4; 1300 {answer}; 3000 change f.town; 3100 {answer}; 9000 hide");
        check(&script, &["left"], &[]);
        assert!(feature(&script, index::SUCCESS_RATE) >= 0.5 && feature(&script, index::FORM_ABANDONS) < 0.5);
    }
    // A calculator: what is written follows from both fields. What is written about one of them does not.
    let sum = |first: &str, second: &str| {
        format!(
            "900 click 20; 1000 input f.q 4; 1100 {first}; 2900 click 20; 3000 input f.town 6; 3100 {second}; 9000 hide"
        )
    };
    check(&sum("changed 25", "changed 25"), &["left"], &[]);
    check(&sum("tick", "changed 25"), &["abandoned"], &["abandon likely"]);
    check(&sum("changed 25", "tick"), &["abandoned"], &["abandon likely"]);
    // One field with suggestions does not make a filter of a form; a change inside the form is none of its answers.
    check(&format!("{FULL}; 3100 request 1; 9000 hide"), &["abandoned"], &["abandon confirmed"]);
    check(
        "1000 input f.a 4; 1010 changed 2; 2000 input f.b 4; 2010 changed 2; 9000 hide",
        &["abandoned"],
        &["abandon likely"],
    );
    // A choice that makes the page go is one of these; one that does not is not.
    check("1000 change f.language@24; 1200 hide", &["left"], &[]);
    check("1000 change f.language@24; 3000 hide", &["abandoned"], &["abandon suspected"]);
}

#[test]
fn an_opted_out_form_is_left_and_says_why() {
    check("1000 input f.name 4; 2000 input f.city@21 6; 5000 hide", &["left"], &["abandon likely opt_out"]);
    let script = "1000 submit f; 1010 invalid f.a@22; 2500 submit f; 2510 invalid f.a@22";
    check(script, &["invalid"], &["form likely opt_out"]);
}

#[test]
fn a_person_who_comes_back_has_abandoned_nothing() {
    let (gone, back) = ("abandon likely", "abandon retracted");
    for hide in ["park", "hide"] {
        let script = format!("{FILLED}; 5000 {hide}; 6000 page /b; 9000 hide; 9100 bfcache /a");
        check(&script, &["resumed"], &[gone, back]);
        check(&format!("{script}; 9500 hide"), &["abandoned"], &[gone, back, gone]);
    }
    check(&format!("{FILLED}; 5000 park; 6000 page /a"), &["abandoned"], &[gone]);
    check(&format!("{FILLED}; 400000 input f.city 7"), &["resumed"], &[gone, back]);
    check(&format!("{FILLED}; 5000 removed f; 5300 seen f"), &["resumed"], &[gone, back]);
    let script = format!("{FILLED}; 5000 park; 9000 bfcache /a; 9100 submit f; 9200 success f");
    check(&script, &["submitted"], &[gone, back]);
    assert!(feature(&script, index::FORM_ABANDONS) < 0.5);
}

#[test]
fn steps_of_one_name_are_one_form_and_a_submitted_step_is_a_success() {
    // The button makes the fields go, and the next step is there a moment later.
    let step = "3000 click 2; 3010 removed f; 3500 seen f; 4000 focus f.street";
    check(&format!("{FILLED}; {step}; 5000 input f.street 3"), &["started"], &[]);
    check(&format!("{FILLED}; 3000 click 2; 3010 removed f; 4010 tick"), &["abandoned"], &["abandon likely"]);
    check(&format!("{FILLED}; 3000 submit f; 4500 input g.card 4"), &["submitted", "started"], &[]);
}

#[test]
fn fields_without_a_form_are_submitted_by_a_button_whose_request_is_answered() {
    let filled = "1000 input .name 4; 2000 input .phone 6";
    let sent = format!("{filled}; 3000 click 2; 3010 request 1");
    check(&format!("{sent}; 3200 response 1 200; 3210 removed ; 9000 tick"), &["submitted"], &[]);
    check(&format!("{sent}; 3020 removed ; 4500 response 1 200; 9000 tick"), &["submitted"], &[]);
    check(&format!("{sent}; 3200 response 1 200; 9000 hide"), &["submitted"], &[]);
    check(&format!("{sent}; 3200 response 1 500; 9000 hide"), &["abandoned"], &["abandon likely"]);
    check(&format!("{sent}; 3200 response 1 200; 5000 input .name 5; 9000 hide"), &["abandoned"], &["abandon likely"]);
    check("1000 input .chat 9; 2000 enter; 2001 request 1; 2200 response 1 200; 9000 hide", &["submitted"], &[]);
}

#[test]
fn two_refused_submits_are_likely_a_struggle_and_three_prove_it() {
    let refused = |at: u32| format!("{at} submit f; {} invalid f.name; {} invalid f.city; ", at + 10, at + 11);
    check(&[refused(1000)].concat(), &["invalid"], &[]);
    check(&[refused(1000), refused(4000)].concat(), &["invalid"], &["form likely"]);
    let three = [refused(1000), refused(4000), refused(8000)].concat();
    check(&three, &["invalid"], &["form likely", "form confirmed"]);
    let (signals, _) = play(&three);
    assert_eq!((signals[1].evidence.count, signals[1].evidence.span.0, signals[1].revision), (3, 7000, 2));
    assert_eq!(signals[0].id, signals[1].id);
    assert!((feature(&three, index::ERROR_COUNT) - 6.0).abs() < 1e-6);
    assert!((feature(&three, index::RETRY_COUNT) - 2.0).abs() < 1e-6);
}

#[test]
fn what_the_browser_stops_itself_is_a_submit_too() {
    let stopped = |at: u32| format!("{at} click 1; {} invalid f.name; {} invalid f.city; ", at + 5, at + 5);
    check(&[stopped(1000), stopped(4000)].concat(), &["invalid"], &["form likely"]);
    check("1000 enter; 1005 invalid f.name; 4000 enter; 4005 invalid f.name", &["invalid"], &["form likely"]);
    // The page's own check runs before its submit event: one submit.
    let both = "1000 click 1; 1001 invalid f.name; 1002 submit f; 3000 click 1; 3001 submit f; 3010 success f";
    check(both, &["submitted"], &[]);
    assert!((feature(both, index::RETRY_COUNT) - 1.0).abs() < 1e-6);
    // A field that is checked when it is left is no submit.
    check("1000 input f.a 3; 2000 blur f.a; 2001 invalid f.a; 5000 input f.b 3; 6000 invalid f.b", &["started"], &[]);
}

#[test]
fn a_form_that_the_server_sends_back_was_refused() {
    let round = |at: u32| {
        let (sent, back) = (at + 100, at + 400);
        format!(
            "{at} input f.name 5; {at} input f.city 5; {sent} submit f; {} hide; {back} page /a; {back} invalid f.city; ",
            at + 200
        )
    };
    check(&round(1000), &["invalid"], &[]);
    check(&[round(1000), round(9000)].concat(), &["invalid"], &["form likely"]);
    assert!(feature(&round(1000), index::SUCCESS_RATE) < 0.4);
    let alert = |page: &str| format!("{FILLED}; 4000 submit f; 4100 hide; 4300 page {page}; 4310 alert; 9000 tick");
    check(&alert("/a"), &["invalid"], &[]);
    check(&alert("/a").replace("4310", "5400"), &["submitted"], &[]);
    check(&format!("{FILLED}; 4000 submit f; 4100 hide; 4300 page /done; 9000 tick"), &["submitted"], &[]);
    check(
        &format!("{FILLED}; 4000 submit f; 4100 hide; 4300 page /a; 9000 input f.name 3; 9500 invalid f.name"),
        &["submitted", "started"],
        &[],
    );
}

#[test]
fn one_error_shown_twice_at_once_is_one() {
    let errors = |script: &str| feature(script, index::ERROR_COUNT);
    assert!((errors("1000 invalid f.a; 1005 invalid f.a; 1006 invalid f.b") - 2.0).abs() < 1e-6);
    assert!((errors("1000 invalid f.a; 1100 input f.a 2; 1200 invalid f.a") - 2.0).abs() < 1e-6);
    assert!((errors("1000 invalid f.a; 3000 invalid f.a") - 2.0).abs() < 1e-6);
}

#[test]
fn a_field_emptied_and_filled_again_and_again_is_a_struggle() {
    let other = "500 input f.name 4; ";
    let tries = |count: u32| -> String {
        let once = |at: u32| format!("{at} input f.phone 9; {} input f.phone 0 9; ", at + 300);
        other.to_owned() + &(0..count).map(|i| once(1000 + i * 1000)).collect::<String>() + "9000 input f.phone 3; "
    };
    check(&tries(1), &["started"], &[]);
    check(&tries(2), &["started"], &["form likely"]);
    check(&tries(4), &["started"], &["form likely"]);
    // A quantity is set anew, a search is refined, and a calculator calculates again.
    check(&tries(2).replace("phone 9", "phone 2").replace("0 9", "0 2"), &["started"], &[]);
    check(&tries(2).replace(other, ""), &["started"], &["form suspected"]);
    let calculator = "500 input f.years 2; 1000 input f.sum 5; 1500 submit f; 2000 input f.sum 0 5; 2500 input f.sum 5; \
        3000 submit f; 4000 input f.sum 0 5; 4500 input f.sum 4; 5000 submit f; 9000 hide";
    check(calculator, &["submitted"], &[]);
}

#[test]
fn waiting_before_an_empty_field_is_a_suspicion_and_goes_on_to_be_likely() {
    let moves = |from: u32, until: u32| -> String {
        (from..until).step_by(5000).map(|at| format!("{at} move")).collect::<Vec<_>>().join("; ") + "; "
    };
    let sits = |until: u32| format!("1000 input f.name 4; 3000 click 20; 3000 focus f.key; {}", moves(5000, until));
    check(&sits(12_900), &["started"], &[]);
    check(&format!("{}13000 tick", sits(11_000)), &["started"], &["form suspected"]);
    check(&sits(41_000), &["started"], &["form suspected"]);
    check(&sits(46_000), &["started"], &["form suspected", "form likely"]);
    // Somebody who went away waits for nothing; a filled field is read; a one-time code is waited for.
    check(
        "1000 input f.name 4; 3000 focus f.key; 3600000 move",
        &["abandoned"],
        &["form suspected", "abandon suspected"],
    );
    check(&sits(46_000).replace("focus f.key", "focus f.name"), &["started"], &[]);
    check(&sits(46_000).replace("f.key", "f.password"), &["started"], &[]);
    // The page put the focus there.
    check(&format!("100 focus f.q; {}", moves(1000, 60_000)), &["viewed"], &[]);
    // Hidden, nobody waits.
    check("1000 input f.name 4; 3000 focus f.key; 4000 hidden; 60000 shown; 61000 move", &["started"], &[]);
}

#[test]
fn coming_back_to_a_field_that_stays_empty_is_a_struggle() {
    let wander = |dwell: u32| -> String {
        let visit = |at: u32| format!("{at} focus f.key; {} focus f.name; ", at + dwell);
        "500 input f.name 4; ".to_owned() + &(1..4).map(|i| visit(i * 5000)).collect::<String>()
    };
    check(&wander(1000), &["started"], &["form likely"]);
    check(&wander(999), &["started"], &[]);
    check(&wander(1000).replace("10000 focus f.key", "10000 input f.key 1"), &["started"], &[]);
}

#[test]
fn fields_are_described_and_secrets_only_counted() {
    let script = "1000 focus f.name; 3000 hidden; 8000 shown; 8500 input f.name 3; 9000 input f.name 0 3; \
        9500 input f.name 5; 9600 invalid f.name; 9700 valid f.name; 9800 blur f.name; 10000 focus f.password; \
        11000 input f.password 7 2; 11500 paste f.password 9; 12000 autofill f.password";
    let (_, engine) = play(script);
    let form = engine.forms().next().unwrap();
    let [name, password] = &form.fields[..] else { panic!("{form:?}") };
    assert_eq!((name.visits, name.first_input, name.active_ms), (1, Some(Millis(2500)), 3800));
    assert_eq!((name.edits, name.deleted, name.refills, name.invalid, name.flips), (3, 3, 1, 1, 2));
    assert_eq!((name.length, name.last), (Some(8), false));
    assert_eq!((password.edits, password.pastes, password.autofills, password.last), (2, 1, 1, true));
    assert_eq!((password.first_input, password.active_ms, password.deleted, password.length), (None, 0, 0, None));
    assert!(password.secret);
    assert_eq!(form.active_ms, 3800 + 2000);
}

#[test]
fn a_replay_closes_with_a_line_for_each_form() {
    let trace = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1280,720]}
{"t":0,"k":"page","template":"/a","view":"v1","how":"navigate"}
{"t":1000,"k":"field","form":"order","field":"city","what":"focus"}
{"t":1500,"k":"field","form":"order","field":"city","what":"input","length":4}
{"t":2000,"k":"page_hide","persisted":false}
"#;
    let lines = replay(trace, None).unwrap();
    let form = &lines[lines.len() - 2];
    let expected = r#"{"form":"order","state":"abandoned","active_ms":1000,"fields":[{"field":"city","visits":1,"first_input_ms":500,"active_ms":1000,"edits":1,"deleted":0,"refills":0,"invalid":0,"last":true"#;
    assert!(form.starts_with(expected), "{form}");
    assert!(lines.last().unwrap().contains(r#""form_abandon":1"#), "{lines:?}");
}

#[test]
fn attempts_and_successes_of_forms_count_beside_those_of_tasks() {
    let sent = format!("{FILLED}; 60000 success f; 120000 tick");
    assert!((feature(&sent, index::SUCCESS_RATE) - 2.0 / 3.0).abs() < 1e-6);
    assert!((feature(&sent, index::TIME_SINCE_LAST_SUCCESS) - 1.0).abs() < 1e-6);
    let revoked =
        "30000 task; 60000 input f.a 3; 60100 submit f; 60200 hide; 60300 page /a; 60300 invalid f.a; 90000 tick";
    assert!((feature(revoked, index::TIME_SINCE_LAST_SUCCESS) - 1.0).abs() < 1e-6);
}

#[test]
fn memory_is_bounded_whatever_the_page_names() {
    let mut engine = engine();
    let form = "f".repeat(10_000);
    let mut told = 0;
    for round in 0..2_000_u32 {
        let (form, field) = (format!("{round}{form}"), format!("{round}{}", "x".repeat(10_000)));
        for field in [field.clone(), format!("{field}2")] {
            let what = FieldWhat::Input;
            let what = Observed::Field {
                element: None,
                form: form.clone(),
                field,
                what,
                length: 1,
                deleted: 0,
                secret: false,
            };
            engine.feed(&Input { at: Millis(u64::from(round)), what });
        }
        told += engine.take_events().len();
    }
    assert_eq!(engine.forms().count(), MOST_FORMS);
    assert_eq!(engine.forms_lost(), 2_000 - MOST_FORMS as u64);
    assert!(
        engine.forms().all(|form| form.form.len() <= 64 && form.fields.iter().all(|field| field.field.len() <= 64))
    );
    assert!(told >= 2_000 && engine.save().len() < 8_000, "{told} {}", engine.save().len());
    for round in 0..1_000_u32 {
        let (form, field) = ("one".to_owned(), format!("{round}"));
        let what = Observed::Field {
            element: None,
            form,
            field,
            what: FieldWhat::Input,
            length: 1,
            deleted: 0,
            secret: false,
        };
        engine.feed(&Input { at: Millis(3_000 + u64::from(round)), what });
    }
    let one = engine.forms().last().unwrap();
    assert_eq!((one.fields.len(), one.lost_fields), (MOST_FIELDS, 1_000 - MOST_FIELDS as u32));
}

/// Lines that a person and a page could make, with the pause before each.
fn any_line() -> impl Strategy<Value = (u32, String)> {
    let pause = prop_oneof![6 => 1..900_u32, 3 => 900..12_000_u32, 1 => 12_000..400_000_u32];
    let field = || (prop_oneof![Just("f"), Just("g"), Just("a b,|;~")], 0..4_u32, 20..25_u32);
    let words = prop_oneof!["input", "change", "paste", "focus", "blur", "autofill", "invalid", "valid"];
    let fields = (words, field(), 0..7_u32)
        .prop_map(|(word, (form, name, element), length)| format!("{word}#{form}.{name}@{element}#{length}"));
    let forms = (prop_oneof!["seen", "submit", "reset", "removed", "success"], field())
        .prop_map(|(word, (form, ..))| format!("{word}#{form}"));
    let others = prop_oneof![
        Just("click#1".to_owned()),
        Just("click#2".to_owned()),
        Just("enter".to_owned()),
        Just("move".to_owned()),
        Just("alert".to_owned()),
        Just("request#1".to_owned()),
        (prop_oneof!["0", "200", "500"]).prop_map(|status| format!("response#1#{status}")),
        Just("push#/b".to_owned()),
        Just("changed#30".to_owned()),
        Just("hidden".to_owned()),
        Just("shown".to_owned()),
        Just("task".to_owned()),
    ];
    let pages = (prop_oneof!["hide", "park", "hidden"], prop_oneof!["page", "bfcache"], prop_oneof!["/a", "/b"])
        .prop_map(|(hide, page, template)| format!("{hide}\n{page}#{template}"));
    (pause, prop_oneof![8 => fields, 3 => forms, 4 => others, 1 => pages])
}

/// Inputs of a line; `#` parts its words, so that names may hold anything.
fn inputs(at: &mut u32, (pause, line): &(u32, String)) -> Vec<Input> {
    let each = line.split('\n').map(|part| {
        *at += pause;
        let parts: Vec<&str> = part.split('#').collect();
        let odd = parts.get(1).is_some_and(|name| name.contains("a b,|;~"));
        let text = format!("{at} {}", part.replace('#', " ").replace("a b,|;~", "odd"));
        let mut input = input(&text);
        if odd && let Observed::Field { form, .. } | Observed::Form { form, .. } = &mut input.what {
            "a b,|;~".clone_into(form);
        }
        input
    });
    each.collect()
}

proptest! {
    /// A tab that keeps its session over its pages says the same as one that never let go of it.
    #[test]
    fn a_session_that_is_kept_and_taken_up_says_the_same(
        lines in proptest::collection::vec(any_line(), 0..60),
        split in any::<prop::sample::Index>(),
    ) {
        let mut at = 1000;
        let inputs: Vec<Input> = lines.iter().flat_map(|line| inputs(&mut at, line)).collect();
        // A page keeps the session when it is hidden or left, and the next one begins with it. One that the browser
        // brings back from memory has kept everything itself.
        let arrives = |index: usize| match inputs[index].what {
            Observed::Page { how, .. } => Some(how),
            _ => None,
        };
        let back = (0..inputs.len()).rev().find(|index| arrives(*index) == Some(Arrival::BfCache));
        let first = back.map_or(0, |index| index + 1);
        let pages: Vec<usize> = (first..inputs.len()).filter(|index| arrives(*index).is_some()).collect();
        prop_assume!(!pages.is_empty());
        let split = pages[split.index(pages.len())];
        let whole = |split: usize| {
            let (mut engine, mut signals, mut documents) = (engine(), Vec::new(), 0);
            for (index, input) in inputs.iter().enumerate() {
                if index == split {
                    let mut next = Engine::new(thresholds(), NOW);
                    assert!(next.restore(&engine.save()), "{}", engine.save());
                    engine = next;
                }
                let mut input = input.clone();
                number::of_page(documents, &mut input.what);
                engine.feed(&input);
                if !matches!(arrives(index), None | Some(Arrival::BfCache)) {
                    documents += 1;
                    for element in page() {
                        let mut what = Observed::Element(element);
                        number::of_page(documents, &mut what);
                        engine.feed(&Input { at: input.at, what });
                    }
                }
                // Where no page said that it goes, the next one says what became of its forms, and knows no element of it.
                let said = engine.take_signals().into_iter().filter(of_forms);
                signals.extend(said.map(|signal| Signal { element: None, ..signal }));
            }
            (signals, engine.features())
        };
        let ((signals, features), (kept, kept_features)) = (whole(usize::MAX), whole(split));
        prop_assert_eq!(signals, kept);
        let seen = |features: &Features| [
            index::ERROR_COUNT, index::RETRY_COUNT, index::FORM_ABANDONS, index::SUCCESS_RATE,
            index::TIME_SINCE_LAST_SUCCESS,
        ].map(|index| features.millionths()[index]);
        prop_assert_eq!(seen(&features), seen(&kept_features));
    }

    /// The features of forms follow from the events alone, in any order and repeated.
    #[test]
    fn what_forms_add_follows_from_the_events(
        lines in proptest::collection::vec(any_line(), 0..60), seed in any::<u64>(),
    ) {
        let mut engine = engine();
        let mut at = 1000;
        let mut events = Vec::new();
        for input in lines.iter().flat_map(|line| inputs(&mut at, line)) {
            engine.feed(&input);
            events.extend(engine.take_events());
        }
        events.extend(engine.page_event());
        events.extend(engine.form_events());
        let mut again: Vec<_> = events.iter().filter(|event| matches!(event.what, What::Form(_))).cloned().collect();
        again.sort_by_key(|event| seed.wrapping_mul(event.at.0));
        events.extend(again);
        let now = NOW + engine.now();
        let computed = unsnag_core::features::recompute::recompute(&events, now, &Thresholds::default());
        prop_assert_eq!(*computed.millionths(), *engine.features().millionths());
    }
}
