//! `unsnag replay`: a trace in, verdicts out, for programs and for people.

use std::fmt::Write as _;
use std::path::PathBuf;

use tempfile::TempDir;

use super::support::process::output;

/// Three fast clicks on a button that does nothing, then time for every timer.
const RAGE: &str = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1200,800]}
{"t":0,"k":"page","template":"/checkout","view":"v1","how":"navigate"}
{"t":10,"k":"element","el":7,"tag":"button","role":"button","flags":["interactive"]}
{"t":1000,"k":"pointer_down","el":7,"x":100,"y":100,"button":0,"pointer":"mouse","trusted":true}
{"t":1040,"k":"pointer_up","el":7,"x":100,"y":100,"button":0,"pointer":"mouse","trusted":true}
{"t":1041,"k":"click","el":7,"x":100,"y":100,"button":0,"detail":1,"pointer":"mouse","trusted":true}
{"t":1200,"k":"pointer_down","el":7,"x":100,"y":100,"button":0,"pointer":"mouse","trusted":true}
{"t":1240,"k":"pointer_up","el":7,"x":100,"y":100,"button":0,"pointer":"mouse","trusted":true}
{"t":1241,"k":"click","el":7,"x":100,"y":100,"button":0,"detail":2,"pointer":"mouse","trusted":true}
{"t":1400,"k":"pointer_down","el":7,"x":100,"y":100,"button":0,"pointer":"mouse","trusted":true}
{"t":1440,"k":"pointer_up","el":7,"x":100,"y":100,"button":0,"pointer":"mouse","trusted":true}
{"t":1441,"k":"click","el":7,"x":100,"y":100,"button":0,"detail":3,"pointer":"mouse","trusted":true}
{"t":20000,"k":"tick"}
"#;

fn trace(dir: &TempDir, text: &str) -> PathBuf {
    let path = dir.path().join("visit.jsonl");
    std::fs::write(&path, text).unwrap();
    path
}

fn printed(args: &[&str]) -> String {
    let output = output([&["replay"], args].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn prints_one_json_line_for_each_revision_and_a_summary() {
    let dir = TempDir::new().unwrap();
    let trace = trace(&dir, RAGE);
    let text = printed(&["--json", trace.to_str().unwrap()]);
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, revisions) = lines.split_last().unwrap();
    assert!(revisions.iter().any(|line| line["kind"] == "rage_click" && line["el"] == 7), "{text}");
    for line in revisions {
        for member in ["signal", "kind", "grade", "revision", "final", "at", "evidence", "suppressed_by"] {
            assert!(line.get(member).is_some(), "{member} is missing in {line}");
        }
    }
    assert_eq!(summary["summary"]["signals"]["rage_click"], 1, "{summary}");
    assert_eq!(summary["summary"]["features"].as_array().unwrap().len(), 13);
    assert_eq!(summary["summary"]["inputs"], RAGE.lines().count() - 1);
}

#[test]
fn explains_verdicts_to_people() {
    let dir = TempDir::new().unwrap();
    let trace = trace(&dir, RAGE);
    let text = printed(&[trace.to_str().unwrap()]);
    for part in [
        "00:01.441  rage click: likely",
        "on element 7",
        "3 clicks in 4",
        "Looked for any visible answer",
        "Nothing came.",
        "signals that count:",
        "rage click 1",
        "click_frustration",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn takes_thresholds_from_a_file() {
    let dir = TempDir::new().unwrap();
    let trace = trace(&dir, RAGE);
    let patient = dir.path().join("patient.json");
    std::fs::write(&patient, r#"{"rage_click":{"clicks":9}}"#).unwrap();
    let text = printed(&["--json", "--thresholds", patient.to_str().unwrap(), trace.to_str().unwrap()]);
    assert!(!text.contains("rage_click"), "{text}");
}

#[test]
fn judges_by_the_rules_of_peers_and_lets_the_trace_change_them() {
    let dir = TempDir::new().unwrap();
    let clicks = |header: &str, count: u32| {
        let mut trace = format!("{header}\n");
        for click in 0..count {
            writeln!(trace, "{{\"t\":{},\"k\":\"click\",\"el\":7}}", click * 100).unwrap();
        }
        trace + "{\"t\":9000,\"k\":\"tick\"}\n"
    };
    for (peer, enough) in
        [("posthog", 3), ("datadog", 3), ("openreplay", 3), ("amplitude", 4), ("newrelic", 4), ("sentry", 5)]
    {
        for (header, count, rage) in [
            ("{\"trace\":1}", enough - 1, false),
            ("{\"trace\":1}", enough, true),
            ("{\"trace\":1,\"thresholds\":{\"rage_click\":{\"clicks\":2}}}", 2, true),
        ] {
            let trace = trace(&dir, &clicks(header, count));
            let text = printed(&["--json", "--thresholds", peer, trace.to_str().unwrap()]);
            assert_eq!(text.contains("rage_click"), rage, "{peer} {count} {header}: {text}");
        }
    }
}

#[test]
fn names_file_line_and_code_of_what_it_cannot_read() {
    let dir = TempDir::new().unwrap();
    let bad_thresholds = dir.path().join("bad.json");
    std::fs::write(&bad_thresholds, r#"{"rage_click":{"clikcs":9}}"#).unwrap();
    let path = trace(&dir, RAGE).to_str().unwrap().to_owned();
    for (text, thresholds, expected) in [
        ("", None, "visit.jsonl:1: the trace is empty"),
        ("{\"trace\":2}\n", None, "(unsupported_trace)"),
        (
            "{\"trace\":1}\n{\"t\":0,\"k\":\"tick\"}\n{\"t\":1,\"k\":\"telepathy\"}\n",
            None,
            "visit.jsonl:3: no input is called `telepathy` (unknown_input)",
        ),
        ("{\"trace\":1}\n{\"t\":", None, "visit.jsonl:2: "),
        (RAGE, Some(bad_thresholds.to_str().unwrap()), "bad.json: thresholds.rage_click.clikcs: "),
        (RAGE, Some("no-such-name"), "no-such-name: neither thresholds that ship with this release nor a file"),
    ] {
        trace(&dir, text);
        let mut args = vec!["replay", path.as_str()];
        if let Some(thresholds) = thresholds {
            args.extend(["--thresholds", thresholds]);
        }
        let output = output(args);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(expected), "{expected:?} is not in {message}");
    }
    let missing = output(["replay", "no-such-trace.jsonl"]);
    assert_eq!(missing.status.code(), Some(2));
}
