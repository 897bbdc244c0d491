//! Reasons in words, for operators.

use unsnag_core::features::{COUNT, ONE};
use unsnag_core::time::{Millis, UnixMillis};

use super::behaviour::Behaviour;
use super::combine::Struggle;
use super::engagement::Against;
use super::indicator::{Indicator, Measure};
use super::prediction::Source;

/// One sentence for each indicator, then what became of them.
pub(super) fn of(struggle: &Struggle, behaviour: &Behaviour) -> Vec<String> {
    let mut reasons: Vec<String> =
        struggle.indicators.iter().map(|indicator| sentence(indicator, behaviour, struggle.at)).collect();
    if reasons.is_empty() {
        reasons.push("nothing speaks for struggle".to_owned());
    }
    if behaviour.gone_at.is_some() {
        let why = if behaviour.abandonment.left_after_trouble.count > 0 { ", soon after trouble" } else { "" };
        reasons.push(format!("they have left{why}"));
    }
    reasons.push(scores(struggle));
    reasons.push(trust(struggle));
    let told = struggle.recommendation;
    reasons.push(format!("recommended: {}, {}", in_words(told.action.code()), in_words(told.urgency.code())));
    reasons
}

fn sentence(indicator: &Indicator, behaviour: &Behaviour, now: UnixMillis) -> String {
    let evidence = &indicator.evidence;
    let count = evidence.value / ONE;
    let what = match evidence.measure {
        Measure::ErrorsInARow => format!("{} in a row", counted(count, "error", "errors")),
        Measure::ErrorsBeforeSuccess => format!("{} in a row before a success", counted(count, "error", "errors")),
        Measure::HelpRequests => counted(count, "request for help", "requests for help"),
        Measure::Retries => list(&[
            (
                behaviour.retries.reclicks.count,
                "repeated click on what did not answer",
                "repeated clicks on what did not answer",
            ),
            (behaviour.retries.reloads.count, "reload", "reloads"),
        ]),
        Measure::EngagementLost => {
            let fall = format!("engagement fell by {} %", evidence.value / (ONE / 100));
            match behaviour.engagement.map(|engagement| engagement.against) {
                Some(Against::Baseline { sessions }) => {
                    let earlier = counted(sessions.into(), "earlier session", "earlier sessions");
                    format!("{fall} against the visitor's {earlier}")
                }
                _ => format!("{fall} against the earlier part of the session"),
            }
        }
        Measure::ThingsGivenUp => list(&[
            (behaviour.abandonment.forms.count, "abandoned form", "abandoned forms"),
            (behaviour.abandonment.quick_backs.count, "quick back", "quick backs"),
            (behaviour.abandonment.left_after_trouble.count, "departure after trouble", "departures after trouble"),
        ]),
        Measure::TimeWithoutSuccess => {
            format!("{} without success, {} under way", time(Millis(evidence.value)), behaviour.success.open.count)
        }
        Measure::FrustratedClicks => list(&[(behaviour.clicks.count, "signal", "signals")]),
        Measure::VideoStruggles => list(&[(behaviour.video.count, "struggle", "struggles")]),
    };
    let place = evidence.place.as_ref().map(|place| format!(", at {place}")).unwrap_or_default();
    let last = match evidence.span {
        Some(span) if evidence.measure != Measure::TimeWithoutSuccess => {
            format!(", last {} ago", time(now - span.last))
        }
        _ => String::new(),
    };
    format!("{}: {what}{place}{last}", indicator.kind.title())
}

fn scores(struggle: &Struggle) -> String {
    let (rules, level) = (decimal(struggle.rule_score), struggle.level.name());
    match (&struggle.prediction, struggle.model_score) {
        (Some(prediction), Some(model)) => {
            let variant = prediction.variant.as_ref().map(|variant| format!(", variant {variant}")).unwrap_or_default();
            let cached = if prediction.source == Source::Cache { ", from the cache" } else { "" };
            let (name, version) = (&prediction.model, &prediction.model_version);
            let said = prediction.level.name();
            format!(
                "rules {rules}, model {} ({name} {version}{variant}{cached}, which says {said}): together {}, {level}",
                decimal(model),
                decimal(struggle.score)
            )
        }
        (Some(_), None) => format!("rules {rules}, {level}; the model could not be asked"),
        (None, _) => format!("rules {rules}, {level}; no model was asked"),
    }
}

fn trust(struggle: &Struggle) -> String {
    let seen = struggle.observed.count();
    let agree = match struggle.model_score {
        Some(_) => format!("rules and model agree to {}", decimal(struggle.agreement)),
        None => format!("rules alone are trusted {}", decimal(struggle.agreement)),
    };
    let missing = struggle.observed.missing().map(in_words).collect::<Vec<_>>().join(", ");
    let missing = if missing.is_empty() { missing } else { format!(" (not {missing})") };
    format!("confidence {}: {agree}, {seen} of {COUNT} features could be seen{missing}", decimal(struggle.confidence))
}

/// A count with its noun.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What there is of several things.
fn list(counts: &[(u32, &str, &str)]) -> String {
    let some = counts.iter().filter(|(count, ..)| *count > 0);
    some.map(|(count, one, many)| counted((*count).into(), one, many)).collect::<Vec<_>>().join(", ")
}

/// Millionths as a number with two decimals, rounded down.
fn decimal(millionths: u64) -> String {
    format!("{}.{:02}", millionths / ONE, millionths % ONE / (ONE / 100))
}

/// A time in the largest unit of which there is one whole.
fn time(length: Millis) -> String {
    match length.0 / 1000 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// A code as words.
fn in_words(code: &str) -> String {
    code.replace('_', " ")
}
