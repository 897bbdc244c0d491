//! What the detectors say of keys, swipes, pointers, scrollers and the way through the pages. Each scene is a trace
//! without its header: one line is one input.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use std::fmt::Write as _;

use serde_json::Value;
use unsnag_core::replay::replay;

const HEADER: &str = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1000,800]}"#;
const PAGE: &str = r#"
{"t":0,"k":"page","template":"/a","view":"v1","how":"navigate"}
{"t":0,"k":"element","el":2,"tag":"main"}
{"t":0,"k":"element","el":7,"parent":2,"tag":"button","region":2,"flags":["interactive"]}
{"t":0,"k":"element","el":8,"parent":2,"tag":"button","region":2,"flags":["interactive","disabled"]}
{"t":0,"k":"element","el":9,"parent":2,"tag":"p","region":2}
{"t":0,"k":"element","el":10,"parent":2,"tag":"div","region":2,"flags":["ignore:swipe","ignore:keyboard"]}"#;

/// The revisions of one kind that a scene leads to: grade and, where there is one, the reason against it.
fn said(kind: &str, scene: &str) -> Vec<String> {
    let lines = replay(&format!("{HEADER}{PAGE}\n{scene}"), None).unwrap();
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let signals = lines.filter(|line| line["kind"] == kind);
    let describe = |line: Value| match line["suppressed_by"].as_str() {
        Some(by) => format!("{} {by}", line["grade"].as_str().unwrap()),
        None => line["grade"].as_str().unwrap().to_owned(),
    };
    signals.map(describe).collect()
}

fn check(kind: &str, scene: &str, expected: &[&str]) {
    assert_eq!(said(kind, scene), expected, "{kind}: {scene}");
}

/// Presses of a key on an element, so many, so far apart from a time on.
fn presses(key: &str, el: u32, from: u64, times: u64, gap: u64) -> String {
    let mut scene = String::new();
    for press in 0..times {
        let t = from + press * gap;
        writeln!(scene, r#"{{"t":{t},"k":"key","el":{el},"key":"{key}"}}"#).unwrap();
    }
    scene
}

const END: &str = r#"{"t":60000,"k":"tick"}"#;

#[test]
fn enter_hammered_without_an_answer_is_frustration_at_the_third_press() {
    let scene = presses("enter", 7, 1000, 3, 300) + END;
    check("keyboard_frustration", &scene, &["likely", "confirmed"]);
    check("keyboard_frustration", &(presses("escape", 9, 1000, 4, 300) + END), &["likely", "confirmed"]);
    check("keyboard_frustration", &(presses("enter", 7, 1000, 2, 300) + END), &[]);
    check("keyboard_frustration", &(presses("enter", 7, 1000, 3, 1100) + END), &[]);
    check("keyboard_frustration", &(presses("char", 9, 1000, 9, 100) + END), &[]);
    check("keyboard_frustration", &(presses("other", 7, 1000, 3, 300) + END), &["likely", "confirmed"]);
    check(
        "keyboard_frustration",
        &(presses("enter", 10, 1000, 3, 300) + END),
        &["likely opt_out", "confirmed opt_out"],
    );
}

#[test]
fn enter_that_does_something_each_time_is_work() {
    let mut scene = String::new();
    for press in 0..6 {
        let t = 1000 + press * 300;
        scene += &presses("enter", 7, t, 1, 1);
        writeln!(scene, r#"{{"t":{},"k":"mutation","el":9,"n":1,"what":"childlist"}}"#, t + 20).unwrap();
    }
    check("keyboard_frustration", &(scene + END), &[]);
}

#[test]
fn a_held_key_is_one_press() {
    let held = r#"{"t":1000,"k":"key","el":7,"key":"enter"}
{"t":1400,"k":"key","el":7,"key":"enter","repeat":true}
{"t":1440,"k":"key","el":7,"key":"enter","repeat":true}
"#;
    check("keyboard_frustration", &(held.to_owned() + END), &[]);
}

#[test]
fn an_answer_to_the_last_press_leaves_it_at_likely() {
    let late = r#"{"t":2000,"k":"mutation","el":9,"n":1,"what":"text"}
"#;
    check("keyboard_frustration", &(presses("enter", 7, 1000, 3, 300) + late + END), &["likely"]);
}

#[test]
fn a_swipe_sideways_that_moves_nothing_is_dead() {
    let swipe = |t: u64, dx: i32, dy: i32| format!("{{\"t\":{t},\"k\":\"swipe\",\"el\":9,\"dx\":{dx},\"dy\":{dy}}}\n");
    check("dead_swipe", &(swipe(1000, -120, 5) + END), &["likely"]);
    check("dead_swipe", &(swipe(1000, -120, 5) + &swipe(2200, -140, 5) + END), &["likely", "confirmed"]);
    check("dead_swipe", &(swipe(1000, 0, -200) + &swipe(2200, 0, -200) + END), &["suspected", "likely"]);
    check("dead_swipe", &(swipe(1000, 20, 5) + END), &[]);
    let moved = r#"{"t":1040,"k":"scroll","el":9,"x":0,"y":0}
"#;
    check("dead_swipe", &(swipe(1000, -120, 5) + moved + END), &[]);
    let opted_out = r#"{"t":1000,"k":"swipe","el":10,"dx":-120,"dy":0}
"#;
    check("dead_swipe", &(opted_out.to_owned() + END), &["likely opt_out"]);
}

#[test]
fn what_moves_while_the_finger_is_down_answers_the_swipe() {
    let scene = r#"{"t":1000,"k":"pointer_down","el":9,"x":300,"y":100,"pointer":"touch","trusted":true}
{"t":1050,"k":"mutation","el":9,"n":1,"what":"attributes"}
{"t":1200,"k":"swipe","el":9,"dx":-150,"dy":0}
"#;
    check("dead_swipe", &(scene.to_owned() + END), &[]);
}

/// The pointer goes to and fro between two heights or columns, so many strokes of so many px.
fn shake(strokes: u64, px: u64, every: u64) -> String {
    let mut scene = String::new();
    for stroke in 0..=strokes {
        let (t, x) = (1000 + stroke * every, 300 + (stroke % 2) * px);
        writeln!(scene, r#"{{"t":{t},"k":"pointer_move","x":{x},"y":300}}"#).unwrap();
    }
    scene
}

#[test]
fn a_pointer_shaken_over_a_page_that_does_nothing_is_a_thrash() {
    check("cursor_thrash", &(shake(12, 250, 120) + END), &["likely"]);
    check("cursor_thrash", &(shake(20, 250, 90) + END), &["likely", "confirmed"]);
    check("cursor_thrash", &(shake(6, 250, 120) + END), &[]);
    check("cursor_thrash", &(shake(20, 30, 90) + END), &[]);
    check("cursor_thrash", &(shake(20, 250, 300) + END), &[]);
}

/// The pointer goes round so many times, each in 400 ms and with a radius of so many px, seen every 50 ms.
fn circles(times: u32, radius: i32) -> String {
    let mut scene = String::new();
    for step in 0..=times * 8 {
        let (x, y) = [(10, 0), (7, 7), (0, 10), (-7, 7), (-10, 0), (-7, -7), (0, -10), (7, -7)][step as usize % 8];
        let (t, x, y) = (1000 + step * 50, 300 + x * radius / 10, 300 + y * radius / 10);
        writeln!(scene, r#"{{"t":{t},"k":"pointer_move","x":{x},"y":{y}}}"#).unwrap();
    }
    scene
}

#[test]
fn circles_over_a_page_that_does_nothing_are_a_thrash() {
    check("cursor_thrash", &(circles(5, 110) + END), &["likely"]);
    check("cursor_thrash", &(circles(3, 110) + END), &[]);
    check("cursor_thrash", &(circles(5, 15) + END), &[]);
}

#[test]
fn a_chart_that_answers_every_move_is_read_and_not_shaken() {
    let mut scene = String::new();
    for (index, line) in shake(14, 250, 120).lines().enumerate() {
        let t = 1000 + index * 120 + 10;
        writeln!(scene, "{line}\n{{\"t\":{t},\"k\":\"mutation\",\"el\":9,\"n\":1,\"what\":\"text\"}}").unwrap();
    }
    let gesture = r#"{"t":900,"k":"click","el":9,"x":1,"y":1,"detail":1,"trusted":true}
"#;
    check("cursor_thrash", &(gesture.to_owned() + &scene + END), &["likely answered"]);
}

/// Scrolls to these heights, so far apart.
fn scrolls(heights: &[i32], every: u64) -> String {
    let mut scene = String::new();
    for (index, y) in heights.iter().enumerate() {
        let t = 1000 + index as u64 * every;
        writeln!(scene, r#"{{"t":{t},"k":"scroll","el":null,"x":0,"y":{y}}}"#).unwrap();
    }
    scene
}

#[test]
fn up_and_down_over_large_parts_is_a_hunt() {
    let hunt = [0, 1500, 200, 1700, 100, 1600, 0];
    check("scroll_hunt", &(scrolls(&hunt, 900) + END), &["suspected", "likely"]);
    check("scroll_hunt", &(scrolls(&hunt, 6000) + END), &[]);
    check("scroll_hunt", &(scrolls(&[0, 300, 100, 350, 90, 320, 0], 900) + END), &[]);
    check("scroll_hunt", &(scrolls(&[0, 400, 800, 1200, 1600, 0], 900) + END), &[]);
    let (first, rest) = hunt.split_at(4);
    let click = r#"{"t":4000,"k":"click","el":9,"x":1,"y":1,"detail":1,"trusted":true}
"#;
    let later = scrolls(rest, 900).replace("\"t\":", "\"t\":1");
    check("scroll_hunt", &(scrolls(first, 900) + click + &later + END), &[]);
}

#[test]
fn what_is_put_before_the_text_that_is_read_turns_no_scroller() {
    // Read upwards; whenever the top comes near, more is put there and the view stays.
    let mut scene = String::new();
    for (index, y) in [900, 450, 30, 930, 480, 20, 920, 470, 10, 910, 460].iter().enumerate() {
        let t = 1000 + index * 500;
        if index > 0 && index % 3 == 0 {
            writeln!(scene, r#"{{"t":{},"k":"mutation","el":9,"n":25,"what":"childlist"}}"#, t - 10).unwrap();
        }
        writeln!(scene, r#"{{"t":{t},"k":"scroll","el":9,"x":0,"y":{y}}}"#).unwrap();
    }
    check("scroll_hunt", &(scene.clone() + END), &[]);
    let same: Vec<&str> = scene.split_inclusive('\n').filter(|line| !line.contains("mutation")).collect();
    check("scroll_hunt", &(same.concat() + END), &["suspected", "likely", "confirmed"]);
}

#[test]
fn a_disabled_control_pressed_again_and_again_is_a_signal() {
    let press = |t: u64| {
        format!(
            "{{\"t\":{t},\"k\":\"pointer_down\",\"el\":8,\"x\":1,\"y\":1,\"trusted\":true}}\n{{\"t\":{},\"k\":\"pointer_up\",\"el\":8,\"x\":1,\"y\":1,\"trusted\":true}}\n",
            t + 60
        )
    };
    let click =
        |t: u64| format!("{{\"t\":{t},\"k\":\"click\",\"el\":8,\"x\":1,\"y\":1,\"detail\":1,\"trusted\":true}}\n");
    check("disabled_click", &(press(1000) + END), &["suspected", "likely"]);
    check("disabled_click", &(press(1000) + &click(1061) + END), &["suspected", "likely"]);
    let thrice = press(1000) + &press(1800) + &press(2300) + END;
    check("disabled_click", &thrice, &["suspected", "likely", "confirmed", "confirmed"]);
    let hint = r#"{"t":1200,"k":"mutation","el":9,"n":1,"what":"text"}
"#;
    check("disabled_click", &(press(1000) + hint + END), &["suspected"]);
    check("dead_click", &(press(1000) + END), &[]);
}

#[test]
fn a_page_left_at_once_by_going_back_was_not_what_was_sought() {
    let visit = |opened: u64, back: u64| {
        format!(
            "{{\"t\":{opened},\"k\":\"page_hide\"}}\n{{\"t\":{},\"k\":\"page\",\"template\":\"/b\",\"view\":\"v2\",\"how\":\"navigate\"}}\n{{\"t\":{back},\"k\":\"page_hide\"}}\n{{\"t\":{},\"k\":\"page\",\"template\":\"/a\",\"view\":\"v3\",\"how\":\"back_forward\"}}\n",
            opened + 100,
            back + 100
        )
    };
    check("quick_back", &(visit(9000, 11_000) + END), &["likely"]);
    check("quick_back", &(visit(9000, 16_000) + END), &["suspected"]);
    check("quick_back", &(visit(9000, 30_000) + END), &[]);
    check("quick_back", &(visit(9000, 11_000) + &visit(13_000, 14_000) + END), &["likely", "confirmed"]);
    let used = r#"{"t":10000,"k":"click","el":9,"x":1,"y":1,"detail":1,"trusted":true}
"#;
    let visited = visit(9000, 11_000);
    let (before, after) = visited.split_at(visited.find("{\"t\":11000").unwrap());
    check("quick_back", &(before.to_owned() + used + after + END), &[]);
}

#[test]
fn paging_back_through_the_history_is_no_quick_back() {
    let page = |t: u64, template: &str, how: &str| {
        format!("{{\"t\":{t},\"k\":\"page\",\"template\":\"{template}\",\"view\":\"v{t}\",\"how\":\"{how}\"}}\n")
    };
    let scene = page(20_000, "/b", "navigate") + &page(40_000, "/c", "navigate") + &page(60_000, "/b", "back_forward");
    check("quick_back", &(scene.clone() + &page(61_000, "/a", "back_forward")), &[]);
    check("quick_back", &(scene + &page(61_000, "/c", "back_forward")), &[]);
}

#[test]
fn a_reload_counts_when_it_comes_soon_or_after_trouble() {
    let reload =
        |t: u64| format!("{{\"t\":{t},\"k\":\"page\",\"template\":\"/a\",\"view\":\"v{t}\",\"how\":\"reload\"}}\n");
    let failed = r#"{"t":30000,"k":"request_end","id":1,"status":500}
"#;
    check("reload", &reload(3000), &["likely"]);
    check("reload", &(reload(3000) + &reload(6000)), &["likely", "confirmed"]);
    check("reload", &reload(40_000), &[]);
    check("reload", &(failed.to_owned() + &reload(40_000)), &["likely"]);
    let by_script = r#"{"t":2900,"k":"navigate","how":"leave"}
"#;
    check("reload", &(by_script.to_owned() + &reload(3000)), &[]);
    let hides = |how: &str| format!("{{\"t\":5900,\"k\":\"page_hide\"{how}}}\n") + &reload(6000);
    check("reload", &hides(""), &["suspected"]);
    check("reload", &hides(",\"busy\":true"), &["likely"]);
}

#[test]
fn asking_for_help_is_a_signal_and_sure_after_trouble() {
    let help = |t: u64| format!("{{\"t\":{t},\"k\":\"help\",\"el\":9}}\n");
    check("help_seeking", &(help(5000) + &help(6000)), &["likely"]);
    let error = r#"{"t":1000,"k":"error","cause":"other","class":"TypeError","hash":"a"}
"#;
    check("help_seeking", &(error.to_owned() + &help(5000)), &["confirmed"]);
}
