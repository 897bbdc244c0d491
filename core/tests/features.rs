//! The 13 features by their definitions, from small traces.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use unsnag_core::engine::Engine;
use unsnag_core::features::DEFINITIONS;
use unsnag_core::replay::Replay;
use unsnag_core::trace::Trace;

const HEADER: &str = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1280,720]}"#;
const PAGE: &str = r#"{"t":0,"k":"page","template":"/a","view":"v1","how":"navigate"}"#;
const CLICK: &str = r#""k":"click","el":1,"x":1,"y":1,"detail":1,"trusted":true"#;

fn trace(lines: &[&str]) -> String {
    let mut text = String::from(HEADER);
    for line in lines {
        text.push('\n');
        text.push_str(line);
    }
    text
}

fn numbers(text: &str) -> [f64; 13] {
    let trace = Trace::open(text).unwrap();
    let mut engine = Engine::new(trace.header.thresholds, trace.header.time_origin);
    for input in trace {
        engine.feed(&input.unwrap());
    }
    engine.features().numbers()
}

/// The value of one feature after a trace.
fn check(name: &str, lines: &[&str], expected: f64) {
    let index = DEFINITIONS.iter().position(|definition| definition.name == name).unwrap();
    let found = numbers(&trace(lines))[index];
    assert!((found - expected).abs() < 1e-6, "{name} is {found}, expected {expected}, after {lines:#?}");
}

fn at(t: u64, rest: &str) -> String {
    format!("{{\"t\":{t},{rest}}}")
}

#[test]
fn errors_are_scripts_servers_networks_and_fields() {
    check(
        "error_count",
        &[
            PAGE,
            r#"{"t":1,"k":"error","cause":"other","class":"TypeError","hash":"a"}"#,
            r#"{"t":2,"k":"request_start","id":1}"#,
            r#"{"t":3,"k":"request_end","id":1,"status":500}"#,
            r#"{"t":4,"k":"request_end","id":2,"status":0}"#,
            r#"{"t":5,"k":"request_end","id":3,"status":404}"#,
            r#"{"t":6,"k":"field","form":"f","field":"x","what":"invalid"}"#,
        ],
        4.0,
    );
}

#[test]
fn retries_are_clicks_on_what_was_dead_and_quick_reloads() {
    let button = r#"{"t":0,"k":"element","el":1,"flags":["interactive"]}"#;
    let clicks = [at(100, CLICK), at(2000, CLICK), at(4000, CLICK)];
    let end = at(9000, r#""k":"tick""#);
    check("retry_count", &[PAGE, button, &clicks[0], &clicks[1], &clicks[2], &end], 2.0);
    let reload = |t| at(t, r#""k":"page","template":"/a","view":"v2","how":"reload""#);
    check("retry_count", &[PAGE, &reload(9_000)], 1.0);
    check("retry_count", &[PAGE, &reload(11_000)], 0.0);
}

#[test]
fn help_is_counted_each_time() {
    check("help_requests", &[PAGE, r#"{"t":1,"k":"help","el":null}"#, r#"{"t":2,"k":"help"}"#], 2.0);
}

#[test]
fn a_session_lasts_while_it_is_visible_and_not_idle() {
    let tick = |t| at(t, r#""k":"tick""#);
    check("session_duration", &[PAGE, &tick(10_000)], 10.0);
    check("session_duration", &[PAGE, &tick(90_000)], 30.0);
    check("session_duration", &[PAGE, &at(20_000, CLICK), &tick(90_000)], 50.0);
    let hidden = [at(5_000, r#""k":"visibility","visible":false"#), at(15_000, r#""k":"visibility","visible":true"#)];
    check("session_duration", &[PAGE, &hidden[0], &hidden[1], &tick(20_000)], 10.0);
}

#[test]
fn early_exits_are_leaves_without_interaction_and_quick_backs() {
    let hide = |t| at(t, r#""k":"page_hide","persisted":false"#);
    check("page_exits", &[PAGE, &hide(3000)], 1.0);
    check("page_exits", &[PAGE, &at(1000, CLICK), &hide(3000)], 0.0);
    let page = |t, how: &str| at(t, &format!(r#""k":"page","template":"/b","view":"v2","how":"{how}""#));
    let click = at(1000, CLICK);
    check("page_exits", &[PAGE, &click, &page(4000, "back_forward")], 1.0);
    check("page_exits", &[PAGE, &click, &page(6000, "back_forward")], 0.0);
}

#[test]
fn success_is_smoothed() {
    let task = |t, what: &str| at(t, &format!(r#""k":"task","name":"checkout","what":"{what}""#));
    check("success_rate", &[PAGE], 0.5);
    check("success_rate", &[PAGE, &task(1, "start")], 1.0 / 3.0);
    check("success_rate", &[PAGE, &task(1, "start"), &task(2, "success")], 2.0 / 3.0);
}

#[test]
fn engagement_is_reach_attention_and_activity() {
    // 60 s visible, 40 s active; half the page seen; 4 clicks: 6 a minute of active time.
    let clicks = [at(1_000, CLICK), at(2_000, CLICK), at(3_000, CLICK), at(9_000, CLICK)];
    let scroll = at(10_000, r#""k":"scroll","el":null,"y":500,"depth":50"#);
    let end = at(60_000, r#""k":"tick""#);
    let lines = [PAGE, &clicks[0], &clicks[1], &clicks[2], &clicks[3], &scroll, &end];
    check("engagement_score", &lines, 100.0 * (0.5 * 0.5 + 0.3 * 40.0 / 60.0 + 0.2 * 0.6));
    check("engagement_score", &[PAGE], 50.0);
}

#[test]
fn minutes_since_the_last_success_or_since_the_beginning() {
    let end = at(180_000, r#""k":"tick""#);
    check("time_since_last_success", &[PAGE, &end], 3.0);
    let success = at(60_000, r#""k":"task","name":"checkout","what":"success""#);
    check("time_since_last_success", &[PAGE, &success, &end], 2.0);
}

#[test]
fn pages_are_templates_and_their_time_is_shared_evenly() {
    let push = |t, template: &str| at(t, &format!(r#""k":"navigate","how":"push","template":"{template}""#));
    let lines = [PAGE, &push(4_000, "/b"), &push(8_000, "/a"), &at(12_000, r#""k":"tick""#)];
    check("unique_pages_visited", &lines, 2.0);
    check("average_time_per_page", &lines, 4.0);
}

#[test]
fn a_saved_session_goes_on_with_the_same_features() {
    let click = at(1000, CLICK);
    let lines = [PAGE, &click, r#"{"t":2000,"k":"help"}"#, r#"{"t":9000,"k":"page_hide","persisted":false}"#];
    let text = trace(&lines);
    let opened = Trace::open(&text).unwrap();
    let mut engine = Engine::new(opened.header.thresholds, opened.header.time_origin);
    for input in opened {
        engine.feed(&input.unwrap());
    }
    let mut next = Engine::new(engine.thresholds, unsnag_core::time::UnixMillis(1_700_000_009_000));
    assert!(next.restore(&engine.save()));
    assert_eq!(next.features(), engine.features());
    assert_eq!(next.save(), engine.save());
    for broken in ["", "2", "1,0|", "2,1,1|", "2,x|"] {
        assert!(!next.restore(broken), "{broken:?}");
    }
}

#[test]
fn what_cannot_be_seen_is_marked() {
    let text = trace(&[PAGE]);
    let mut replay = Replay::open(&text, None).unwrap();
    while replay.step().is_some() {}
    let visitor = 1 << 10;
    assert!(replay.summary().contains(&format!("\"observed\":{}", 8191 & !visitor)));
}

#[test]
fn late_inputs_are_taken_as_of_now_and_counted() {
    let text = trace(&[PAGE, r#"{"t":500,"k":"tick"}"#, r#"{"t":100,"k":"help"}"#]);
    let mut replay = Replay::open(&text, None).unwrap();
    while replay.step().is_some() {}
    assert!(replay.summary().contains("\"inputs\":3,\"out_of_order\":1"), "{}", replay.summary());
}
