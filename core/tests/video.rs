//! What is counted of players, and who is said to struggle with one: small traces, and what is expected of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]
#![allow(clippy::format_push_string, clippy::format_collect, reason = "scripts are put together from lines")]

use serde_json::{Value, json};

use unsnag_core::engine::Engine;
use unsnag_core::event::What;
use unsnag_core::features::index;
use unsnag_core::replay::replay;
use unsnag_core::time::UnixMillis;
use unsnag_core::trace::Trace;

const HEADER: &str = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1280,720]}
{"t":0,"k":"page","template":"/watch","view":"v1","how":"navigate"}"#;

/// What holds for the readings of a scene.
#[derive(Clone, Copy)]
struct Scene {
    length: Option<f64>,
    looping: bool,
    /// Readings four times a second while it plays, as browsers give them.
    dense: bool,
}

const MINUTE: Scene = Scene { length: Some(60.0), looping: false, dense: false };

/// Lines `SECONDS WORD POSITION WORDS`, separated by semicolons: readings of player 7 with what changed since the one
/// before (`muted`, `loud`, `seen`, `unseen`, `x2`, `script`), or inputs of the page (`hide`, `push`, `tick`, `page`,
/// `down`, `up`, `away`, `back`).
fn trace(script: &str, scene: Scene) -> String {
    let mut text = HEADER.to_owned();
    let (mut rate, mut muted, mut visible) = (1.0, false, true);
    let mut last: Option<(f64, f64)> = None;
    for line in script.split(';').map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let t: f64 = words[0].parse().unwrap();
        let page = |rest: &str| format!("\n{{\"t\":{},{rest}}}", t * 1000.0);
        let other = match words[1] {
            "hide" => Some(r#""k":"page_hide","persisted":false"#),
            "push" => Some(r#""k":"navigate","how":"push","template":"/next""#),
            "tick" => Some(r#""k":"tick""#),
            "page" => Some(r#""k":"page","template":"/watch","view":"v2","how":"bfcache""#),
            "down" => Some(r#""k":"pointer_down","el":7,"x":1,"y":1"#),
            "up" => Some(r#""k":"pointer_up","el":7,"x":1,"y":1"#),
            "away" => Some(r#""k":"visibility","visible":false"#),
            "back" => Some(r#""k":"visibility","visible":true"#),
            "opted_out" => Some(r#""k":"element","el":7,"tag":"video","flags":["ignore:video"]"#),
            _ => None,
        };
        if let Some(rest) = other {
            text.push_str(&page(rest));
            continue;
        }
        let at: f64 = words[2].parse().unwrap();
        let mut via = "user";
        let reading = |t: f64, what: &str, at: f64, rate: f64, muted: bool, visible: bool, via: &str| {
            let line = json!({
                "t": t * 1000.0, "k": "video", "el": 7, "what": what, "at": at, "length": scene.length, "rate": rate,
                "muted": muted, "ready": if what == "stalled" { 2 } else { 4 }, "visible": visible,
                "loop": scene.looping, "via": via,
            });
            format!("\n{line}")
        };
        if scene.dense
            && let Some((t0, at0)) = last
        {
            let steps = ((t - t0) / 0.25) as u32;
            for step in 1..steps {
                let passed = f64::from(step) * 0.25;
                text.push_str(&reading(t0 + passed, "time", at0 + passed * rate, rate, muted, visible, "programmatic"));
            }
        }
        for word in &words[3..] {
            match *word {
                "muted" => muted = true,
                "loud" => muted = false,
                "seen" => visible = true,
                "unseen" => visible = false,
                "script" => via = "programmatic",
                times => rate = times.trim_start_matches('x').parse().unwrap(),
            }
        }
        text.push_str(&reading(t, words[1], at, rate, muted, visible, via));
        let plays = matches!(words[1], "play" | "playing" | "seeked" | "time" | "volume" | "rate" | "visible");
        last = plays.then_some((t, at));
    }
    text
}

fn lines(script: &str, scene: Scene) -> Vec<Value> {
    let lines = replay(&trace(script, scene), None).unwrap();
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Plays a scene and compares members of the player's closing line.
#[track_caller]
fn check_with(scene: Scene, script: &str, expected: &Value) {
    let lines = lines(script, scene);
    let line = lines.iter().find(|line| line.get("video").is_some()).unwrap_or_else(|| panic!("{script}: {lines:?}"));
    let found: Value = expected.as_object().unwrap().keys().map(|name| (name.clone(), line[name].clone())).collect();
    let same = |name: &String| match (found[name].as_f64(), expected[name].as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() < 1e-6,
        _ => found[name] == expected[name],
    };
    assert!(expected.as_object().unwrap().keys().all(same), "{script}\n   found {found}\nexpected {expected}");
}

#[track_caller]
fn check(script: &str, expected: &Value) {
    check_with(MINUTE, script, expected);
}

/// Plays a scene and compares what is said of it.
#[track_caller]
fn said(script: &str, expected: &[&str]) {
    said_with(Scene { length: Some(600.0), ..MINUTE }, script, expected);
}

#[track_caller]
fn said_with(scene: Scene, script: &str, expected: &[&str]) {
    let lines = lines(script, scene);
    let found: Vec<String> = lines
        .iter()
        .filter(|line| line["kind"] == "video_struggle")
        .map(|line| {
            let at = line["at"].as_f64().unwrap() / 1000.0;
            let out = line["suppressed_by"].as_str().map_or(String::new(), |why| format!(" {why}"));
            format!("{at} {}{out}", line["grade"].as_str().unwrap())
        })
        .collect();
    assert_eq!(found, expected, "{script}");
}

// What Snowplow's session statistics expect (peers' vectors, 8.8). Its `contentWatched` is the number of whole seconds
// touched: one more than `unique_s` for a stretch that begins and ends on a second.

#[test]
fn a_minute_is_sixty_seconds_unique_and_played() {
    check("0 play 0; 60 ended 60", &json!({"unique_s": 60, "played_s": 60, "ended": true, "rate": 1, "muted_s": 0}));
}

#[test]
fn a_pause_is_not_played() {
    check("0 play 0; 10 pause 10; 20 play 10; 70 ended 60", &json!({"unique_s": 60, "played_s": 60}));
}

#[test]
fn pauses_are_counted_but_not_the_one_at_the_end_nor_in_a_jump() {
    for (script, pauses) in [
        ("0 play 0; 60 pause 60; 60 ended 60", 0),
        ("0 play 0; 59.8 pause 59.8; 60 ended 60", 0),
        ("0 play 0; 10 pause 10; 11 pause 10; 20 play 10; 70 pause 60; 70 ended 60", 1),
        ("0 play 0; 10 pause 10; 20 play 10; 30 pause 20", 2),
        ("0 play 0; 10 seeking 10; 10.1 pause 30; 10.2 seeked 30; 10.3 play 30; 40.3 ended 60", 0),
    ] {
        check(script, &json!({"pauses": pauses}));
    }
}

#[test]
fn muted_seconds_are_those_after_the_sound_went() {
    check("0 play 0; 30 volume 30 muted; 60 ended 60", &json!({"unique_s": 60, "played_s": 60, "muted_s": 30}));
}

#[test]
fn twice_as_fast_shows_twice_the_content_in_the_same_time() {
    let scene = Scene { length: Some(90.0), ..MINUTE };
    let expected = json!({"unique_s": 90, "played_s": 60, "rate": 1.5});
    check_with(scene, "0 play 0; 30 rate 30 x2; 60 ended 90", &expected);
}

#[test]
fn content_watched_twice_is_unique_once() {
    let expected = json!({
        "unique_s": 60, "played_s": 75, "seeks": [[30, 15]], "replayed_s": 15,
        "replays": [[15, 5], [20, 5], [25, 5]],
    });
    for jump in ["30 seeking 30; 30 seeked 15", "30 seeking 15; 30 seeked 15", "30 seeked 15"] {
        check(&format!("0 play 0; {jump}; 75 ended 60"), &expected);
    }
}

#[test]
fn a_jump_watches_nothing_between() {
    let scene = Scene { length: Some(10_000.0), ..MINUTE };
    for jump in ["1 seeking 1; 1 seeked 7200", "1 seeking 7200; 1.1 seeked 7200", "1 time 7200"] {
        check_with(
            scene,
            &format!("0 play 0; {jump}; 2 pause 7201"),
            &json!({"unique_s": if jump.contains("time") { 1 } else { 2 }}),
        );
    }
}

#[test]
fn ten_seconds_then_a_jump_then_one_second_are_eleven() {
    // Snowplow's own counting makes 602 of these.
    let scene = Scene { length: Some(1000.0), ..MINUTE };
    let expected = json!({"unique_s": 11, "played_s": 11, "seeks": [[10, 600]]});
    check_with(scene, "0 play 0; 10 seeking 600; 10 seeked 600; 11 pause 601", &expected);
}

#[test]
fn a_night_asleep_while_playing_is_not_played() {
    // Snowplow's own counting makes 28,800 s of these.
    for script in
        ["0 play 0; 10 time 10; 28810 time 10; 28811 time 11; 28820 pause 20", "0 play 0; 10 time 10; 28810 pause 10.2"]
    {
        let all = if script.contains("20 pause") { 20.0 } else { 10.2 };
        check(script, &json!({"unique_s": all, "played_s": all, "seeks": []}));
    }
    // Whoever tells its time and is silent for long played for two seconds of it at most.
    check("0 play 0; 1 time 1; 3601 seeking 40; 3601 seeked 40; 3602 pause 41", &json!({"unique_s": 4, "played_s": 4}));
}

#[test]
fn waits_are_measured_to_where_the_content_moves() {
    check("0 play 0; 0 waiting 0; 30 playing 0; 60 pause 30", &json!({"stalls": 1, "stall_s": 30, "unique_s": 30}));
    check("0 play 0; 0 waiting 0; 15 time 0.5; 30 pause 15.5", &json!({"stalls": 1, "stall_s": 15}));
    check(
        "0 play 0; 0.1 playing 0; 10 waiting 9.9; 12 playing 9.9; 20 pause 17.9",
        &json!({"stalls": 1, "stall_s": 2, "played_s": 17.9}),
    );
    check(
        "0 play 0; 0.1 playing 0; 10 waiting 9.9; 10.1 playing 9.9; 20 pause 19.8",
        &json!({"stalls": 0, "stall_s": 0}),
    );
}

#[test]
fn sound_that_comes_and_goes_is_heard_half_of_the_time() {
    let mut script = String::from("0 play 0 muted;");
    for second in 1..60 {
        script.push_str(&format!("{second} time {second} {};", if second % 2 == 0 { "muted" } else { "loud" }));
    }
    script.push_str("60 pause 60");
    check(&script, &json!({"played_s": 60, "muted_s": 30}));
}

#[test]
fn jumps_of_one_gesture_are_one() {
    check(
        "0 play 1; 0 pause 1; 1 seeking 1; 1.1 seeked 2; 1.2 seeking 2; 1.3 seeked 3; 1.4 seeking 3; 1.5 seeked 4; 5 play 4",
        &json!({"seeks": [[1, 4]], "seek_count": 1}),
    );
    // A pointer that stays down is one gesture however slow it is.
    check(
        "0 play 0; 10 down; 10.1 seeking 20; 10.2 seeked 20; 12 seeking 33; 12.1 seeked 33; 14 seeking 12; 14.1 seeked 12; 14.2 up; 20 pause 17.9",
        &json!({"seeks": [[10.1, 12]]}),
    );
}

#[test]
fn marks_are_reached_by_watching_across_them_each_once_and_in_order() {
    let mut script = String::from("0 play 0;");
    for second in 1..60 {
        script.push_str(&format!("{second} time {second};"));
    }
    let half: String = script.split_inclusive(';').take(31).collect();
    check(&format!("{half} 31 pause 30; 59 time 59"), &json!({"progress": [25, 50]}));
    check(&format!("{script} 60 pause 60; 60 ended 60"), &json!({"progress": [25, 50, 75, 90, 95, 100]}));
    check("0 play 0; 60 ended 60; 61 play 0; 90 pause 29", &json!({"progress": [25, 50, 75, 90, 95, 100]}));
    // A jump lands beyond marks, and reaches none.
    check("0 play 0; 6 seeking 36; 6 seeked 36; 18 pause 48", &json!({"progress": [75]}));
    check("0 play 0; 6 seeking 59; 6 seeked 59; 7 ended 60", &json!({"progress": [100], "ended": true}));
    check("0 add 0; 0 pause 0; 5 time 30; 6 time 60", &json!({"progress": [], "unique_s": 0}));
}

// What no peer counts right.

#[test]
fn a_loop_watches_the_same_again_and_is_no_jump() {
    let scene = Scene { length: Some(5.0), looping: true, dense: false };
    let expected = json!({"unique_s": 5, "played_s": 12, "loops": 2, "seeks": [], "replayed_s": 7});
    check_with(scene, "0 play 0; 4 time 4; 6 time 1; 9 time 4; 11 time 1; 12 pause 2", &expected);
    let told = "0 play 0; 5 seeking 0 script; 5 seeked 0 script; 10 seeking 0 script; 10 seeked 0 script; 12 pause 2";
    check_with(scene, told, &expected);
}

#[test]
fn starting_over_after_the_end_is_no_jump() {
    let script = "0 play 0; 60 pause 60; 60 ended 60; 70 seeking 0; 70 play 0; 70 seeked 0; 80 pause 10";
    check(script, &json!({"unique_s": 60, "played_s": 70, "replayed_s": 10, "seeks": [], "loops": 0}));
}

#[test]
fn a_live_stream_has_no_length_and_no_marks() {
    let scene = Scene { length: None, ..MINUTE };
    let expected = json!({"unique_s": 300, "played_s": 300, "progress": [], "length_s": null, "engagement": 50});
    check_with(scene, "0 play 1000; 300 pause 1300", &expected);
}

#[test]
fn a_position_that_is_rounded_to_seconds_counts_as_well() {
    let mut script = String::from("0 play 0;");
    for quarter in 1..80 {
        script.push_str(&format!("{} time {};", f64::from(quarter) / 4.0, quarter / 4));
    }
    script.push_str("20 pause 20");
    check(&script, &json!({"unique_s": 20, "played_s": 20, "seeks": []}));
}

#[test]
fn a_position_that_is_left_out_is_where_the_clock_says() {
    check("0 play 1; 30 volume 0 muted; 59 ended 60", &json!({"unique_s": 59, "muted_s": 29, "seeks": []}));
    check("0 play 1; 1 time 2; 1.2 volume 0 muted; 2 pause 3", &json!({"unique_s": 2, "seeks": []}));
}

#[test]
fn dense_readings_say_the_same_as_sparse_ones() {
    let dense = Scene { dense: true, ..MINUTE };
    let script = "0 play 0; 0.1 playing 0; 20.1 visible 20 unseen; 30.1 seeking 15; 30.2 seeked 15; 45.2 pause 30";
    let expected = json!({"unique_s": 30, "played_s": 45, "visible_s": 20, "seeks": [[30, 15]], "replayed_s": 15});
    check_with(MINUTE, script, &expected);
    check_with(dense, script, &expected);
}

#[test]
fn the_wait_after_a_jump_is_not_the_networks() {
    let script =
        "0 play 0; 0.4 playing 0; 10.4 seeking 40; 10.4 waiting 40; 11 seeked 40; 12.4 playing 40; 13.4 pause 41";
    check(script, &json!({"stalls": 0, "seek_stalls": 1, "seek_stall_s": 2, "first_frame_ms": 400}));
    let other =
        "0 play 0; 0.4 playing 0; 10.4 waiting 40; 10.4 seeking 40; 11 seeked 40; 12.4 playing 40; 13.4 pause 41";
    check(other, &json!({"stalls": 0, "seek_stalls": 1, "seek_stall_s": 2}));
}

#[test]
fn the_engagement_score_is_reach_by_attention_and_a_bonus_for_replays() {
    check("0 play 0; 60 ended 60", &json!({"engagement": 100}));
    check("0 play 0 unseen muted; 60 ended 60", &json!({"engagement": 40}));
    check("0 play 0 muted; 60 ended 60", &json!({"engagement": 80}));
    check("0 play 0; 30 pause 30", &json!({"engagement": 50}));
    check("0 play 0; 30 seeked 15; 45 pause 30", &json!({"engagement": 60, "replayed_s": 15}));
    let scene = Scene { looping: true, ..MINUTE };
    check_with(scene, "0 play 0 muted; 60 time 60; 90 time 30", &json!({"engagement": 0, "background": true}));
}

// The signal.

const LISTENED: &str = "0 play 20; 0.1 playing 20; 10.1 seeking 20; 10.2 seeked 20; 18.2 seeking 18; 18.3 seeked 18;";

#[test]
fn going_back_over_one_place_three_times_is_struggle_and_four_times_proves_it() {
    said(LISTENED, &[]);
    said(&format!("{LISTENED} 26 seeking 19; 26.1 seeked 19"), &["26.1 likely"]);
    said(
        &format!("{LISTENED} 26 seeking 19; 26.1 seeked 19; 34 seeking 20; 34.1 seeked 20; 38 pause 24"),
        &["26.1 likely", "34.1 confirmed"],
    );
    // Creeping backwards over the same sentence.
    said(
        "0 play 20; 5 seeked 20; 8 seeked 18; 11 seeked 16; 14 seeked 14; 17 seeked 12",
        &["11 likely", "14 confirmed", "17 confirmed"],
    );
    // Too slow, or not the same place.
    said(&format!("{LISTENED} 41 seeking 19; 41.1 seeked 19"), &[]);
    said("0 play 100; 5 seeked 90; 7 seeked 80; 9 seeked 70; 11 seeked 60; 13 seeked 50", &[]);
}

#[test]
fn scrubbing_going_on_and_scripts_are_no_struggle() {
    let mut scrub = String::from("0 play 100; 9 down;");
    for step in 0..20 {
        let (t, at) = (10.0 + f64::from(step) * 0.9, 100 + (step % 3) * 12 - step);
        scrub.push_str(&format!("{t} seeking {at}; {} seeked {at};", t + 0.05));
    }
    said(&format!("{scrub} 30 up; 31 pause 90"), &[]);
    let mut scrub = String::from("0 play 100;");
    for step in 0..40 {
        let (t, at) = (10.0 + f64::from(step) * 0.2, 100 - (step % 5) * 6);
        scrub.push_str(&format!("{t} seeking {at}; {} seeked {at};", t + 0.05));
    }
    said(&scrub, &[]);
    said("0 play 0; 3 seeked 13; 6 seeked 26; 9 seeked 39; 12 seeked 52", &[]);
    let script = "0 play 20; 6 seeking 20 script; 6 seeked 20 script; 12 seeking 20 script; 12 seeked 20 script; 18 seeking 20 script; 18 seeked 20 script; 24 seeking 20 script; 24 seeked 20 script";
    said(script, &[]);
}

#[test]
fn loops_and_starting_over_are_no_struggle() {
    let looping = Scene { length: Some(5.0), looping: true, dense: false };
    said_with(
        looping,
        "0 play 0; 5 seeking 0; 5 seeked 0; 10 seeking 0; 10 seeked 0; 15 seeking 0; 15 seeked 0; 20 seeking 0; 20 seeked 0",
        &[],
    );
    let short = Scene { length: Some(5.0), ..MINUTE };
    let mut script = String::from("0 play 0;");
    for round in 1..6 {
        let t = round * 5;
        script.push_str(&format!("{t} pause 5; {t} ended 5; {t}.5 seeking 0; {t}.5 play 0; {t}.6 seeked 0;"));
    }
    said_with(short, &script, &[]);
}

#[test]
fn a_player_without_seek_events_is_understood_by_its_jumps() {
    said("0 play 20; 9 time 29; 10 time 20; 18 time 28; 19 time 20; 27 time 28; 28 time 20", &["28 likely"]);
}

const PLAYS: &str = "0 play 0; 0.2 playing 0;";

#[test]
fn two_waits_in_a_minute_or_a_long_one_are_struggle() {
    said(&format!("{PLAYS} 10 waiting 9.8; 11 playing 9.8; 30 waiting 28.8; 31 playing 28.8"), &["30.25 likely"]);
    said(&format!("{PLAYS} 10 waiting 9.8; 11 playing 9.8; 90 waiting 88.8; 91 playing 88.8"), &[]);
    said(&format!("{PLAYS} 10 waiting 9.8; 10.1 playing 9.8; 12 waiting 11.6; 12.1 playing 11.6"), &[]);
    said(&format!("{PLAYS} 10 waiting 9.8; 14.9 playing 9.8"), &[]);
    said(&format!("{PLAYS} 10 waiting 9.8; 20 tick"), &["15 likely"]);
    said(&format!("{PLAYS} 10 error 9.8; 20 tick"), &["15 likely"]);
    // Data that is late is none as long as there is some to show.
    said(&format!("{PLAYS} 10 pause 9.8; 11 waiting 9.8; 30 tick"), &[]);
}

#[test]
fn leaving_because_of_it_proves_it() {
    let twice = format!("{PLAYS} 10 waiting 9.8; 11 playing 9.8; 30 waiting 28.8; 31 playing 28.8;");
    for leave in ["38 hide", "38 remove 35.8", "37 pause 34.8; 38 push"] {
        said(&format!("{twice} {leave}"), &["30.25 likely", "38 confirmed"]);
    }
    said(&format!("{twice} 45 hide"), &["30.25 likely"]);
    said(&format!("{twice} 38 push; 60 pause 57.8"), &["30.25 likely"]);
    said(&format!("{PLAYS} 10 waiting 9.8; 17 hide; 18 page"), &["15 likely", "17 confirmed"]);
    // One wait alone: the more it was the reason, the surer.
    said(&format!("{PLAYS} 10 waiting 9.8; 13 hide; 14 page"), &["13 likely"]);
    said(&format!("{PLAYS} 10 waiting 9.8; 13 playing 9.8; 16 hide"), &["16 suspected"]);
    said(&format!("{PLAYS} 10 waiting 9.8; 11 hide"), &[]);
    said(&format!("{PLAYS} 10 waiting 9.8; 11 playing 9.8; 13 hide"), &[]);
}

#[test]
fn the_first_picture_may_take_its_time() {
    said("0 play 0; 0 waiting 0; 6 playing 0; 7 waiting 1; 8 playing 1", &[]);
    said("0 play 0; 0 waiting 0; 12 playing 0", &["10 likely"]);
    said("0 play 0; 0 waiting 0; 3 hide", &[]);
    said("0 play 0; 0 waiting 0; 6 hide", &["6 likely"]);
}

#[test]
fn nobody_waits_for_decorations_or_in_other_tabs() {
    let looping = Scene { length: Some(20.0), looping: true, dense: false };
    let twice = "10 waiting 9.8; 11 playing 9.8; 13 waiting 11.8; 20 playing 11.8; 21 hide";
    said_with(looping, &format!("0 play 0 muted; 0.2 playing 0; {twice}"), &[]);
    said(&format!("{PLAYS} 9 away; {twice}"), &[]);
    said(
        &format!("0 opted_out; {PLAYS} {twice}"),
        &["13.25 likely opt_out", "18 likely opt_out", "21 confirmed opt_out"],
    );
}

#[test]
fn each_threshold_can_be_set() {
    let script = format!("{PLAYS} 10 waiting 9.8; 12 playing 9.8; 20 pause 17.8");
    let text = trace(&script, MINUTE).replacen(
        "\"viewport\"",
        "\"thresholds\":{\"video_struggle\":{\"long_stall_ms\":1500}},\"viewport\"",
        1,
    );
    let lines = replay(&text, None).unwrap();
    assert!(lines[0].contains("\"grade\":\"likely\"") && lines[0].contains("\"at\":11500"), "{lines:?}");
}

// Events, features, memory.

fn fed(text: &str) -> Engine {
    let opened = Trace::open(text).unwrap();
    let mut engine = Engine::new(opened.header.thresholds, opened.header.time_origin);
    for input in opened {
        engine.feed(&input.unwrap());
    }
    engine
}

#[test]
fn what_was_watched_is_told_at_pauses_ends_and_when_the_page_goes_and_never_twice() {
    let script = "0 play 0; 10 pause 10; 11 pause 10; 20 play 10; 30 hide; 31 hide; 40 page; 40 time 10; 41 time 11; 42 remove 12; 43 remove 12";
    let mut engine = fed(&trace(script, MINUTE));
    let told: Vec<(u64, u64)> = engine
        .take_events()
        .into_iter()
        .filter_map(|event| match event.what {
            What::Video(totals) => Some((event.at.0 - 1_700_000_000_000, totals.unique_ms)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(10_000, 10_000), (42_000, 12_000)]);
}

#[test]
fn reach_is_the_mean_over_watched_videos() {
    // Nobody is active: attention and activity are those of one click.
    let score = |videos: &str| {
        // Readings of several players in the order of their times.
        let mut videos: Vec<&str> = videos.lines().filter(|line| !line.is_empty()).collect();
        videos.sort_by_key(|line| line.contains("pause"));
        let videos: String = videos.iter().map(|line| format!("\n{line}")).collect();
        let text =
            format!("{HEADER}\n{{\"t\":0,\"k\":\"scroll\",\"depth\":40}}{videos}\n{{\"t\":60000,\"k\":\"tick\"}}");
        fed(&text).features().numbers()[index::ENGAGEMENT_SCORE]
    };
    let video = |el: u32, end: f64, length: &str, more: &str| {
        let reading = |t: f64, what: &str| {
            format!(
                "\n{{\"t\":{},\"k\":\"video\",\"el\":{el},\"what\":\"{what}\",\"at\":{t},\"length\":{length}{more}}}",
                t * 1000.0
            )
        };
        [reading(0.0, "play"), reading(end, "pause")].concat()
    };
    let rest = score("") - 50.0 * 0.4;
    let check = |videos: &[String], reach: f64| {
        let found = score(&videos.concat()) - rest;
        assert!((found - 50.0 * reach).abs() < 1e-5, "{found} is not 50 x {reach}: {videos:?}");
    };
    check(&[video(1, 30.0, "60", "")], 0.5);
    check(&[video(1, 30.0, "60", ""), video(2, 30.0, "30", "")], 0.75);
    // A stream has no length, a decoration nobody watches; an unwatched player is none.
    check(&[video(1, 30.0, "null", "")], 0.4);
    check(&[video(1, 30.0, "30", ",\"muted\":true,\"loop\":true")], 0.4);
    check(&[video(1, 0.0, "30", ""), video(2, 30.0, "60", "")], 0.5);
}

#[test]
fn a_session_split_where_a_page_ends_goes_on_with_the_same_signals_and_features() {
    let first = "0 play 0; 0.2 playing 0; 10 waiting 9.8; 17 hide";
    let second = "0 play 0; 30 seeked 15; 36 seeked 15; 42 seeked 15; 48 pause 21";
    let whole = {
        // The same player number means another player on the next page; in one trace it is another number.
        let shifted = trace(second, MINUTE).lines().skip(1).fold(String::new(), |text, line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line["t"] = json!(line["t"].as_f64().unwrap() + 17_000.0);
            if line["el"] == 7 {
                line["el"] = json!(8);
            }
            format!("{text}\n{line}")
        });
        fed(&format!("{}{shifted}", trace(first, MINUTE)))
    };
    let mut before = fed(&trace(first, MINUTE));
    let mut after = Engine::new(before.thresholds, UnixMillis(1_700_000_017_000));
    assert!(after.restore(&before.save()));
    assert_eq!(after.save(), before.save());
    assert_eq!(after.features(), before.features());
    for input in Trace::open(&trace(second, MINUTE)).unwrap() {
        after.feed(&input.unwrap());
    }
    let kinds = |engine: &mut Engine| -> Vec<(u32, u32)> {
        engine.take_signals().iter().map(|signal| (signal.id, signal.revision)).collect()
    };
    let (mut whole, mut parts) = (whole, kinds(&mut before));
    parts.extend(kinds(&mut after));
    assert_eq!(parts, kinds(&mut whole));
    assert_eq!(after.features(), whole.features());
    let name = |engine: &Engine| engine.videos().last().unwrap().name;
    assert_eq!((name(&before), name(&after)), ("7".to_owned(), "7.1".to_owned()));
}

#[test]
fn memory_is_bounded_whatever_the_players_do() {
    let mut text = HEADER.to_owned();
    let mut t = 0;
    for round in 0..4_000_u64 {
        let el = round % 40;
        for (pause, what, at) in [
            (0, "play", round * 3571 % 9000),
            (700, "time", round * 3571 % 9000 + 1),
            (10, "seeking", round * 7919 % 9000),
            (10, "seeked", round * 7919 % 9000),
            (300, "waiting", round * 7919 % 9000),
        ] {
            t += pause;
            text.push_str(&format!(
                "\n{{\"t\":{t},\"k\":\"video\",\"el\":{el},\"what\":\"{what}\",\"at\":{at},\"length\":9000}}"
            ));
        }
    }
    let mut engine = fed(&text);
    assert!(engine.videos().count() <= 16);
    for totals in engine.videos() {
        assert!(totals.seeks.len() <= 20 && totals.replays.len() <= 12, "{totals:?}");
    }
    // Players that made room still count.
    assert!(engine.save().len() < 2000, "{}", engine.save());
    let longest = engine.take_events().into_iter().filter(|event| matches!(event.what, What::Video(_))).map(|event| {
        let mut w = unsnag_core::json::Writer::new();
        event.write(0, 0, &mut w);
        w.finish().len()
    });
    assert!(longest.max().unwrap() < 1024);
}

#[test]
fn positions_beyond_all_measure_break_nothing() {
    let scene = Scene { length: Some(1e300), ..MINUTE };
    lines("0 play 0; 1 time 1e300; 2 seeked 5; 1e9 time 1e200 x1000; 1.1e9 seeking 0; 1.2e9 pause 1e300", scene);
}
