//! Verdicts in words: what was seen, what was looked for, what came, and why nothing was raised.

use std::fmt::Write as _;

use serde_json::Value;
use unsnag_core::features::DEFINITIONS;
use unsnag_core::input::Cause;
use unsnag_core::signal::{Answers, Grade, Kind, Signal, Suppressed};

/// One revision of a signal, as a headline and a paragraph.
pub(super) fn signal(signal: &Signal) -> String {
    let element = signal.element.map_or(String::new(), |element| format!(" on element {}", element.0));
    let last = if signal.is_final { ", final" } else { "" };
    let mut text = format!(
        "{}  {}: {}{element} (s{} revision {}{last})\n           {}",
        clock(signal.at.0),
        spaced(signal.kind.name()),
        signal.grade.name(),
        signal.id,
        signal.revision,
        observed(signal),
    );
    let evidence = &signal.evidence;
    if evidence.looked_for != Answers::default() {
        write!(text, " Looked for {}.", words(evidence.looked_for)).expect(TO_STRING);
        if evidence.came == Answers::default() {
            text.push_str(" Nothing came.");
        }
    }
    match evidence.first_answer {
        _ if evidence.came == Answers::default() => {}
        Some(after) => write!(text, " Came, first after {} ms: {}.", after.0, words(evidence.came)).expect(TO_STRING),
        None => write!(text, " Came: {}.", words(evidence.came)).expect(TO_STRING),
    }
    if let Some(cause) = evidence.cause {
        text.push_str(match cause {
            Cause::Sync => " The error was thrown while the click was handled.",
            Cause::Promise => " The error came from a promise that the click began.",
            Cause::Other => " The error followed the click.",
        });
    }
    if signal.grade == Grade::Retracted {
        text.push_str(" Taken back: it no longer counts.");
    }
    if let Some(by) = signal.suppressed_by {
        text.push_str(match by {
            Suppressed::DistinctResponses => " Not raised: each click did its own thing.",
            Suppressed::Selection => " Not raised: text was being selected.",
            Suppressed::Scroll => " Not raised: the page scrolled in the same gesture.",
            Suppressed::OptOut => " Not raised: the page opted this element out.",
            Suppressed::ErrorClick => " Not raised: an error click on the same target says it better.",
            Suppressed::Answered => " Not raised: the page answered all along.",
        });
    }
    text
}

const TO_STRING: &str = "writing to a string does not fail";

fn observed(signal: &Signal) -> String {
    let evidence = &signal.evidence;
    let (one, more) = counted(signal.kind);
    let mut text = match (evidence.count, evidence.span.0) {
        (0, _) => format!("No {one} of its own"),
        (1, 0) => format!("1 {one}"),
        (1, span) => format!("1 {one} after {span} ms"),
        (many, span) => format!("{many} {more} in {span} ms"),
    };
    if evidence.distinct > 0 {
        write!(text, ", {} of them with an answer of their own", evidence.distinct).expect(TO_STRING);
    }
    text + "."
}

/// What the evidence of a kind counts: one, and more of them.
fn counted(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::RageClick | Kind::DeadClick | Kind::SlowClick | Kind::ErrorClick | Kind::DisabledClick => {
            ("click", "clicks")
        }
        Kind::CursorThrash => ("turn of the pointer", "turns of the pointer"),
        Kind::KeyboardFrustration => ("key", "keys"),
        Kind::DeadSwipe => ("swipe", "swipes"),
        Kind::QuickBack => ("way back", "ways back"),
        Kind::ScrollHunt => ("turn of the scroller", "turns of the scroller"),
        Kind::FormStruggle | Kind::FormAbandon => ("occasion in the form", "occasions in the form"),
        Kind::Reload => ("reload", "reloads"),
        Kind::HelpSeeking => ("way to help", "ways to help"),
        Kind::VideoStruggle => ("occasion in the video", "occasions in the video"),
    }
}

fn words(answers: Answers) -> String {
    let mut words = Vec::new();
    let mut rest = answers;
    if answers.0 & Answers::VISIBLE.0 == Answers::VISIBLE.0 {
        words.push("any visible answer".to_owned());
        rest = Answers(answers.0 & !Answers::VISIBLE.0);
    }
    words.extend(rest.names().map(spaced));
    words.join(", ")
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// Minutes, seconds and milliseconds from the trace's origin.
fn clock(millis: u64) -> String {
    format!("{:02}:{:02}.{:03}", millis / 60_000, millis / 1000 % 60, millis % 1000)
}

/// What became of a form or of a player, in words.
pub(super) fn closing(line: &str) -> String {
    let line: Value = serde_json::from_str(line).expect("core writes its closing lines as JSON");
    let text = |member: &str| line[member].as_str().unwrap_or_default().to_owned();
    if line.get("form").is_some() {
        let fields = line["fields"].as_array().map_or(&[][..], Vec::as_slice);
        let last = fields.iter().find(|field| field["last"] == true).and_then(|field| field["field"].as_str());
        let stopped = last.map_or(String::new(), |field| format!(", last in {field}"));
        let (state, active) = (text("state"), &line["active_ms"]);
        return format!("form {}: {state}, {} fields in {active} ms{stopped}", text("form"), fields.len());
    }
    let marks = line["progress"].as_array().and_then(|marks| marks.last()).and_then(Value::as_u64).unwrap_or(0);
    let seeks = line["seeks"].as_array().map_or(0, Vec::len);
    format!(
        "player {}: watched {} s, {} s of it new, to {marks} %, {seeks} jumps, {} stalls of {} s, engagement {}",
        text("video"),
        line["played_s"],
        line["unique_s"],
        line["stalls"],
        line["stall_s"],
        line["engagement"]
    )
}

/// The closing line of core, in words.
pub(super) fn summary(line: &str) -> String {
    let line: Value = serde_json::from_str(line).expect("core writes its summary as JSON");
    let summary = &line["summary"];
    let signals = summary["signals"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(kind, count)| format!("{} {count}", spaced(kind)))
        .collect::<Vec<_>>();
    let signals = if signals.is_empty() { "none".to_owned() } else { signals.join(", ") };
    let observed = summary["observed"].as_u64().unwrap_or(0);
    let mut text = format!(
        "\nsignals that count: {signals}\ninputs: {}, out of order: {}\nfeatures:",
        summary["inputs"], summary["out_of_order"]
    );
    let values = summary["features"].as_array().map_or(&[][..], Vec::as_slice);
    for (at, (definition, value)) in DEFINITIONS.iter().zip(values).enumerate() {
        let seen = if observed >> at & 1 == 1 { "" } else { "  (could not be observed)" };
        write!(text, "\n  {:<24} {value} {}{seen}", definition.name, definition.unit).expect(TO_STRING);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsnag_core::input::ElementId;
    use unsnag_core::signal::Evidence;
    use unsnag_core::time::Millis;

    fn rage(grade: Grade, suppressed_by: Option<Suppressed>) -> Signal {
        Signal {
            id: 2,
            kind: Kind::RageClick,
            grade,
            revision: 1,
            is_final: false,
            at: Millis(61_420),
            element: Some(ElementId(7)),
            evidence: Evidence {
                count: 3,
                span: Millis(420),
                looked_for: Answers::NEARBY_CHANGE.with(Answers::NAVIGATION),
                ..Evidence::default()
            },
            suppressed_by,
        }
    }

    #[test]
    fn says_what_was_seen_looked_for_and_came() {
        assert_eq!(
            signal(&rage(Grade::Likely, None)),
            "01:01.420  rage click: likely on element 7 (s2 revision 1)\n           \
             3 clicks in 420 ms. Looked for nearby change, navigation. Nothing came."
        );
    }

    #[test]
    fn says_why_a_candidate_was_not_raised() {
        let mut candidate = rage(Grade::Suspected, Some(Suppressed::DistinctResponses));
        candidate.evidence.came = Answers::VALUE;
        candidate.evidence.first_answer = Some(Millis(12));
        candidate.evidence.distinct = 3;
        let text = signal(&candidate);
        assert!(text.contains("3 of them with an answer of their own."), "{text}");
        assert!(text.contains("Came, first after 12 ms: value."), "{text}");
        assert!(text.ends_with("Not raised: each click did its own thing."), "{text}");
    }

    #[test]
    fn says_what_became_of_forms_and_players() {
        let form = r#"{"form":"order","state":"abandoned","active_ms":900,"fields":[{"field":"city","last":true}]}"#;
        assert_eq!(closing(form), "form order: abandoned, 1 fields in 900 ms, last in city");
        let player = r#"{"video":"9","unique_s":7.5,"played_s":9,"seeks":[[1,0]],"stalls":1,"stall_s":2,
            "progress":[25,50],"engagement":30}"#;
        assert_eq!(
            closing(player),
            "player 9: watched 9 s, 7.5 s of it new, to 50 %, 1 jumps, 1 stalls of 2 s, engagement 30"
        );
    }

    #[test]
    fn names_every_feature_of_the_summary() {
        let line = r#"{"summary":{"signals":{"rage_click":2},"features":[1,0,0,12.5,0,0,1,0.5,50,0,1,1,12],
            "observed":1,"inputs":40,"out_of_order":0}}"#;
        let text = summary(line);
        assert!(text.starts_with("\nsignals that count: rage click 2\ninputs: 40, out of order: 0\n"));
        assert!(text.contains("error_count              1 count\n"), "{text}");
        assert!(text.contains("session_duration         12.5 s  (could not be observed)"), "{text}");
        assert_eq!(text.lines().count(), 4 + DEFINITIONS.len());
    }
}
