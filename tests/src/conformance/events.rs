//! Events that are dropped between good neighbours, and unusual ones that are kept.

use serde_json::json;

use super::batch::{Batch, NOW, event, good, gzip, post};
use super::case::Case;

const DATA: &str = r#"{"name":"probe","props":{}}"#;
const FIVE_MINUTES: u64 = 5 * 60 * 1000;
const A_DAY: u64 = 24 * 60 * 60 * 1000;

fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// What, an event, the id that its drop is reported under, its code.
fn bad() -> Vec<(String, String, Option<&'static str>, &'static str)> {
    let mut rows = Vec::new();
    let mut row = |what: &str, event: String, id, code| rows.push((what.to_owned(), event, id, code));
    let bad = Some("bad");
    let at = |at: &str| event("bad", "custom", at, DATA);
    row("a time that is text", at("\"now\""), bad, "invalid_field");
    row("a time that is null", at("null"), bad, "invalid_field");
    row("1e999 as a time", at("1e999"), bad, "number_out_of_range");
    row("-1e999 as a time", at("-1e999"), bad, "number_out_of_range");
    row("400 digits as a time", at(&"9".repeat(400)), bad, "number_out_of_range");
    row("a negative time", at("-1"), bad, "time_too_old");
    row("the year 1970", at("0"), bad, "time_too_old");
    row("six minutes ahead", at(&(NOW + 6 * 60_000).to_string()), bad, "time_in_future");
    row("25 hours back", at(&(NOW - 25 * 3_600_000).to_string()), bad, "time_too_old");
    row("seconds for milliseconds", at(&(NOW / 1000).to_string()), bad, "time_too_old");
    row("the id of another event", event("good-1", "custom", NOW, DATA), Some("good-1"), "duplicate_event");
    row("an id with a space", event("bad id", "custom", NOW, DATA), None, "invalid_field");
    row("an empty id", event("", "custom", NOW, DATA), None, "invalid_field");
    row("an id of 65 bytes", event(&long(65), "custom", NOW, DATA), None, "invalid_field");
    row("a number for an id", format!(r#"{{"id":7,"type":"help","at":{NOW}}}"#), None, "invalid_field");
    row("no id", format!(r#"{{"type":"help","at":{NOW}}}"#), None, "invalid_field");
    row("no type", format!(r#"{{"id":"bad","at":{NOW}}}"#), bad, "invalid_field");
    row("no time", r#"{"id":"bad","type":"help"}"#.to_owned(), bad, "invalid_field");
    row("a number for a type", format!(r#"{{"id":"bad","type":7,"at":{NOW}}}"#), bad, "invalid_field");
    row("two types", format!(r#"{{"id":"bad","type":"help","type":"help","at":{NOW}}}"#), bad, "invalid_field");
    row("an array of what an event has", format!(r#"["bad","help",{NOW},{{}}]"#), None, "invalid_field");
    for value in ["7", "null", "true", "\"bad\"", "[]", "{}"] {
        row(&format!("an event that is {value}"), value.to_owned(), None, "invalid_field");
    }
    row("an outer string of 513 bytes", event("bad", &long(513), NOW, DATA), bad, "string_too_long");
    row(
        "a name of 513 bytes",
        format!(r#"{{"id":"bad","type":"odd","at":{NOW},"{}":1}}"#, long(513)),
        bad,
        "string_too_long",
    );
    row("512 characters of two bytes", event("bad", &"é".repeat(257), NOW, DATA), bad, "string_too_long");
    // Half a pair of UTF-16 is no text; in a record it would be JSON that no consumer can read.
    for (kind, data) in [
        ("custom", r#"{"name":"\ud800"}"#),
        ("telepathy", r#"{"x":"\udc00"}"#),
        ("error", r#"{"later":"\ud800\u0041"}"#),
        ("outcome", r#"{"intervention":"i-1","what":"shown","later":"\ud800"}"#),
    ] {
        row(&format!("half a pair of UTF-16 in {kind}"), event("bad", kind, NOW, data), bad, "invalid_field");
    }
    let beside = format!(
        r#"{{"id":"bad","type":"outcome","at":{NOW},"data":{{"intervention":"i-1","what":"shown"}},"x":"\ud800"}}"#
    );
    row("half a pair of UTF-16 beside the data", beside, bad, "invalid_field");
    for (kind, data, code) in bad_data() {
        row(&format!("{kind} with {}", shown(&data)), event("bad", kind, NOW, &data), bad, code);
    }
    rows
}

/// Data that is wrong for its type.
fn bad_data() -> Vec<(&'static str, String, &'static str)> {
    let seventeen: Vec<String> = (0..17).map(|at| format!("\"p{at}\":{at}")).collect();
    let rows = [
        ("custom", "7", "invalid_field"),
        ("custom", "[]", "invalid_field"),
        ("custom", "null", "invalid_field"),
        ("custom", "{}", "invalid_field"),
        ("custom", r#"{"name":7,"props":{}}"#, "invalid_field"),
        ("custom", r#"{"name":"","props":{}}"#, "invalid_field"),
        ("custom", r#"{"name":"n","props":{"a":[1]}}"#, "invalid_field"),
        ("custom", r#"{"name":"n","props":{"a":{}}}"#, "invalid_field"),
        ("custom", r#"{"name":"n","props":{"a":1e999}}"#, "number_out_of_range"),
        ("click", r#"{"x":"10"}"#, "invalid_field"),
        ("click", r#"{"role":5}"#, "invalid_field"),
        ("click", "[]", "invalid_field"),
        ("click", r#"{"x":1e300}"#, "number_out_of_range"),
        ("click", r#"{"y":-10000001}"#, "number_out_of_range"),
        ("click", r#"{"x":1e999}"#, "number_out_of_range"),
        ("signal", "{}", "invalid_field"),
        ("signal", r#"{"signal":"a b","kind":"rage_click","grade":"likely"}"#, "invalid_field"),
        ("signal", r#"{"signal":"s","kind":"rage_click"}"#, "invalid_field"),
        ("signal", r#"{"signal":"s","kind":"rage_click","grade":"likely","revision":-1}"#, "invalid_field"),
        ("signal", r#"{"signal":"s","kind":7,"grade":"likely"}"#, "invalid_field"),
        ("page", r#"{"scroll_depth":101}"#, "number_out_of_range"),
        ("page", r#"{"active_ms":-1}"#, "number_out_of_range"),
        ("page", r#"{"visible_ms":86400001}"#, "number_out_of_range"),
        ("page", r#"{"interactions":1000001}"#, "number_out_of_range"),
        ("page", r#"{"template":7}"#, "invalid_field"),
        ("error", "3", "invalid_field"),
        ("error", r#"{"cause":1}"#, "invalid_field"),
        ("help", "3", "invalid_field"),
        ("help", "[]", "invalid_field"),
        ("task", "{}", "invalid_field"),
        ("task", r#"{"name":"","what":"start"}"#, "invalid_field"),
        ("task", r#"{"name":"x","what":"vanish"}"#, "invalid_field"),
        ("form", "7", "invalid_field"),
        ("form", r#"{"state":7}"#, "invalid_field"),
        ("video", "[]", "invalid_field"),
        ("outcome", "{}", "invalid_field"),
        ("outcome", r#"{"intervention":"i-1","what":"eaten"}"#, "invalid_field"),
        ("outcome", r#"{"intervention":"i 1","what":"shown"}"#, "invalid_field"),
        ("outcome", r#"{"intervention":"i-1","what":"shown","decision":7}"#, "invalid_field"),
    ];
    let mut rows: Vec<_> = rows.map(|(kind, data, code)| (kind, data.to_owned(), code)).to_vec();
    rows.push(("custom", format!(r#"{{"name":"n","props":{{{}}}}}"#, seventeen.join(",")), "invalid_field"));
    rows.push(("custom", format!(r#"{{"name":"{}","props":{{}}}}"#, long(513)), "string_too_long"));
    rows.push(("custom", format!(r#"{{"name":"n","props":{{"a":"{}"}}}}"#, long(513)), "string_too_long"));
    rows
}

/// The start of a text, for a name.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { format!("{start}… of {} bytes", text.len()) } else { start }
}

/// One bad event between two good ones; and all of them in one batch.
pub fn dropped() -> Vec<Case> {
    let mut cases = Vec::new();
    let (mut all, mut expected) = (vec![good("good-1")], Vec::new());
    for (what, bad, id, code) in bad() {
        let batch = Batch::of([good("good-1"), bad.clone(), good("good-2")]);
        let kept = json!([good_value("good-1"), good_value("good-2")]);
        let case = Case::accepted(what, &batch).drops(&[(id, code)]);
        cases.push(case.stores("/batch/events", kept).stores("/dispositions/drop", json!({ code: 1 })));
        all.push(bad);
        expected.push((id, code));
    }
    all.push(good("good-2"));
    let batch = Batch::of(all);
    let many = Case::accepted_as("all of these in one batch", &batch, post(gzip(batch.text().as_bytes())));
    cases.push(many.drops(&expected));
    let batch = Batch::of(vec!["{}".to_owned(); 100]);
    cases.push(Case::accepted("a hundred that are nothing", &batch).drops(&[(None, "invalid_field"); 100]));
    cases
}

fn good_value(id: &str) -> serde_json::Value {
    serde_json::from_str(&good(id)).expect("a good event is JSON")
}

/// Events that are accepted although they are unusual, each beside a good one.
pub fn kept() -> Vec<Case> {
    let sixteen: Vec<String> = (0..16).map(|at| format!("\"p{at}\":{at}")).collect();
    let odd = |what: &str, odd: String, unknown: bool| {
        let case = Case::accepted(what, &Batch::of([good("good-1"), odd])).stores("/batch/events/1/id", "odd");
        if unknown { case.stores("/dispositions/unknown", 1) } else { case.stores("/dispositions/drop", json!({})) }
    };
    let data =
        |kind: &str, data: &str| odd(&format!("{kind} with {}", shown(data)), event("odd", kind, NOW, data), false);
    let unknown = |kind: &str, data: &str| odd(&format!("{kind} with {data}"), event("odd", kind, NOW, data), true);
    let mut cases = vec![
        unknown("telepathy", r#"{"strength":9}"#),
        unknown("telepathy", "[[[[1]]]]"),
        unknown("telepathy", "null"),
        unknown("", "{}"),
        unknown("signal", r#"{"signal":"s1","kind":"sigh","grade":"likely"}"#),
        unknown("signal", r#"{"signal":"s1","kind":"rage_click","grade":"certain"}"#),
        data("click", "{}"),
        data("click", r#"{"role":"button","label":"other","x":10.5,"y":-3,"result":"none","later":[1]}"#),
        data("click", r#"{"x":10000000,"y":-10000000}"#),
        data("click", r#"{"x":1E+2,"y":-0.0}"#),
        data("page", "{}"),
        data("page", r#"{"active_ms":86400000,"visible_ms":86400000,"interactions":1000000,"scroll_depth":100}"#),
        data("error", "{}"),
        data("help", r#"{"later":true}"#),
        data("task", r#"{"name":"checkout","what":"fail","later":1}"#),
        data("form", r#"{"form":"f","state":"dreaming"}"#),
        data("video", r#"{"video":"v","unique_s":12.5,"later":{}}"#),
        data("signal", r#"{"signal":"s1","kind":"rage_click","grade":"likely","suppressed_by":"stepper"}"#),
        data("custom", &format!(r#"{{"name":"n","props":{{{}}}}}"#, sixteen.join(","))),
        data("custom", &format!(r#"{{"name":"{}"}}"#, long(512))),
        data("custom", r#"{"name":"größe \u00e9\ud83d\ude00 \/ \"q\" 你好","props":{"a":null,"b":true,"c":-1.5e3}}"#),
        data(
            "custom",
            r#"{"name":"n","props":{"exact":0.1000000000000000055511151231257827,"large":123456789012345678901}}"#,
        ),
        odd("an unknown field", format!(r#"{{"id":"odd","type":"help","at":{NOW},"data":{{}},"mood":"calm"}}"#), false),
        odd("fields in another order", format!(r#"{{"data":{{}},"at":{NOW},"type":"help","id":"odd"}}"#), false),
        odd("no data where none is needed", format!(r#"{{"id":"odd","type":"help","at":{NOW}}}"#), false),
        odd("a time with a fraction", event("odd", "help", format!("{NOW}.5"), "{}"), false),
        odd("a time with an exponent", event("odd", "help", "1.7E12", "{}"), false),
        odd("an id in escapes", event(r"\u006fdd", "help", NOW, "{}"), false),
        odd("four minutes ahead", event("odd", "help", NOW + 4 * 60_000, "{}"), false),
        odd("23 hours back", event("odd", "help", NOW - 23 * 3_600_000, "{}"), false),
        odd("white space everywhere", format!(" {{ \"id\" : \"odd\" ,\t\"type\":\"help\", \"at\" : {NOW} }} "), false),
        Case::accepted("no event at all", &Batch::of([])).stores("/batch/events", json!([])),
        Case::accepted("as many events as may be", &Batch::of((0..100).map(|at| good(&format!("e{at}"))))),
    ];
    let batch = Batch::new();
    let spaced = format!(" \t{} ", batch.text().replace(",\"", " , \""));
    cases.push(Case::accepted_as("white space in and around a batch", &batch, post(spaced)));
    cases
}

/// Times to the millisecond.
pub fn times() -> Vec<Case> {
    let at = |what: &str, at: String| (what.to_owned(), Batch::of([good("good-1"), event("odd", "help", at, "{}")]));
    let kept = [
        at("exactly five minutes ahead", (NOW + FIVE_MINUTES).to_string()),
        at("exactly 24 hours back", (NOW - A_DAY).to_string()),
        at("now", NOW.to_string()),
    ];
    let ahead = [
        at("five minutes and a millisecond ahead", (NOW + FIVE_MINUTES + 1).to_string()),
        at("five minutes and half a millisecond ahead", format!("{}.5", NOW + FIVE_MINUTES)),
        at("the year 3000", "32503680000000".to_owned()),
        at("1e300", "1e300".to_owned()),
    ];
    let back = [
        at("24 hours and a millisecond back", (NOW - A_DAY - 1).to_string()),
        at("24 hours and half a millisecond back", format!("{}.5", NOW - A_DAY - 1)),
        at("-1e300", "-1e300".to_owned()),
    ];
    let dropped = |code: &'static str| {
        move |(what, batch): (String, Batch)| Case::accepted(what, &batch).drops(&[(Some("odd"), code)])
    };
    let kept = kept.into_iter().map(|(what, batch)| Case::accepted(what, &batch).stores("/batch/events/1/id", "odd"));
    kept.chain(ahead.into_iter().map(dropped("time_in_future")))
        .chain(back.into_iter().map(dropped("time_too_old")))
        .collect()
}
