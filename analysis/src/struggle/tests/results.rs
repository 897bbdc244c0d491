//! What comes out: what the scales derive, levels and actions, and how results are stored.

use serde::Serialize;
use serde::de::DeserializeOwned;
use unsnag_core::features::{Features, ONE};
use unsnag_core::risk::{Level, Model, Rules};

use super::build::predicted;
use crate::struggle::{
    Action, Baseline, Behaviour, CUTS, Evidence, Indicator, IndicatorKind, MODEL_WEIGHT, Measure, Observed, Place,
    Prediction, RULES_WEIGHT, SCALES, Source, Span, Struggle, UNTESTED_AGREEMENT, Urgency, combine_analysis_results,
    scale_of,
};

/// An indicator of this value, in units of its scale's full value as a fraction.
fn indicator(kind: IndicatorKind, (part, of): (u64, u64)) -> Indicator {
    let scale = scale_of(kind);
    let value = scale.floor + (scale.full - scale.floor) * part / of;
    Indicator {
        kind,
        strength: scale.strength(value),
        weight: scale.weight,
        evidence: Evidence {
            measure: Measure::Retries,
            unit: scale.unit,
            value,
            floor: scale.floor,
            full: scale.full,
            place: None,
            span: None,
        },
    }
}

fn combined(indicators: Vec<Indicator>, observed: u16, prediction: Option<&Prediction>) -> Struggle {
    let behaviour = Behaviour { observed: Observed(observed), ..Behaviour::default() };
    combine_analysis_results(&behaviour, indicators, prediction)
}

fn level(indicators: &[(IndicatorKind, (u64, u64))]) -> Level {
    let indicators = indicators.iter().map(|(kind, part)| indicator(*kind, *part)).collect();
    combined(indicators, Features::ALL_OBSERVED, None).level
}

const FULL: (u64, u64) = (1, 1);

#[test]
fn scales_stand_in_the_order_of_their_kinds() {
    assert_eq!(SCALES.map(|scale| scale.kind), IndicatorKind::ALL);
    assert_eq!(CUTS, Rules.cuts());
    assert_eq!(RULES_WEIGHT + MODEL_WEIGHT, ONE);
}

#[test]
fn one_indicator_alone_reaches_what_was_asked_of_it() {
    use IndicatorKind::{
        Abandonment, ClickFrustration, ErrorRun, FallingEngagement, FormValidationErrors, HelpSeeking, NoRecentSuccess,
        RetryLoop, VideoStruggle,
    };
    for (kind, part, expected) in [
        (FormValidationErrors, (1, 5), Level::Low),
        (FormValidationErrors, (2, 5), Level::Medium),
        (FormValidationErrors, (3, 5), Level::Medium),
        (FormValidationErrors, (4, 5), Level::High),
        (ErrorRun, FULL, Level::High),
        (HelpSeeking, (1, 3), Level::Low),
        (HelpSeeking, (2, 3), Level::Medium),
        (HelpSeeking, FULL, Level::Medium),
        (RetryLoop, (3, 4), Level::Low),
        (RetryLoop, FULL, Level::Medium),
        (FallingEngagement, FULL, Level::Low),
        (Abandonment, (1, 2), Level::Low),
        (Abandonment, FULL, Level::Medium),
        (NoRecentSuccess, FULL, Level::Low),
        (ClickFrustration, (1, 4), Level::Low),
        (ClickFrustration, (1, 2), Level::Medium),
        (ClickFrustration, FULL, Level::High),
        (VideoStruggle, FULL, Level::Medium),
    ] {
        assert_eq!(level(&[(kind, part)]), expected, "{kind:?} {part:?}");
    }
}

#[test]
fn three_errors_are_high_with_any_other_trouble_and_not_with_a_mere_lack() {
    use IndicatorKind::{
        Abandonment, ClickFrustration, FallingEngagement, FormValidationErrors, HelpSeeking, NoRecentSuccess,
        RetryLoop, VideoStruggle,
    };
    for (other, expected) in [
        ((HelpSeeking, (2, 3)), Level::High),
        ((HelpSeeking, (1, 3)), Level::Medium),
        ((RetryLoop, FULL), Level::High),
        ((Abandonment, FULL), Level::High),
        ((ClickFrustration, (1, 2)), Level::High),
        ((VideoStruggle, FULL), Level::High),
        ((FallingEngagement, FULL), Level::Medium),
        ((NoRecentSuccess, FULL), Level::Medium),
    ] {
        assert_eq!(level(&[(FormValidationErrors, (3, 5)), other]), expected, "{other:?}");
    }
    // Without errors, two that are medium at their fullest are high only where one of them is a request for help.
    let medium = [HelpSeeking, RetryLoop, Abandonment, VideoStruggle];
    for (one, other) in medium.iter().enumerate().flat_map(|(i, one)| medium[i + 1..].iter().map(move |o| (*one, *o))) {
        let expected = if one == HelpSeeking { Level::High } else { Level::Medium };
        assert_eq!(level(&[(one, FULL), (other, FULL)]), expected, "{one:?} {other:?}");
    }
    let worst = [(FormValidationErrors, FULL), (HelpSeeking, FULL)];
    assert_eq!(level(&worst), Level::Critical);
}

#[test]
fn rules_and_model_are_weighed_and_rules_that_stood_in_are_not_heard_twice() {
    let all = || IndicatorKind::ALL[1..].iter().map(|kind| indicator(*kind, FULL)).collect::<Vec<_>>();
    let seen = Features::ALL_OBSERVED;
    let sure = combined(Vec::new(), seen, Some(&predicted(ONE, Level::Critical)));
    assert_eq!((sure.score, sure.level, sure.confidence), (MODEL_WEIGHT, Level::Medium, 0));
    let doubtful = combined(Vec::new(), seen, Some(&predicted(850_000, Level::Critical)));
    assert_eq!(doubtful.level, Level::Low);
    let calm = combined(all(), seen, Some(&predicted(0, Level::Low)));
    assert!(calm.rule_score > 980_000 && calm.level == Level::High, "{:?}", calm.reasons);
    let stood_in = Prediction { source: Source::Rules, ..predicted(0, Level::Low) };
    let heard = combined(all(), seen, Some(&stood_in));
    assert_eq!((heard.score, heard.model_score), (heard.rule_score, None));
    assert_eq!((heard.agreement, heard.confidence), (UNTESTED_AGREEMENT, UNTESTED_AGREEMENT));
    assert_eq!(heard.prediction, Some(stood_in));
    let unseen = combined(all(), 0, Some(&predicted(ONE, Level::Critical)));
    assert_eq!(unseen.confidence, 0);
}

#[test]
fn values_out_of_range_are_held_within_it() {
    let wild = Indicator { strength: 9 * ONE, weight: 9 * ONE, ..indicator(IndicatorKind::HelpSeeking, FULL) };
    let struggle = combined(vec![wild.clone(), wild], u16::MAX, Some(&predicted(u64::MAX, Level::High)));
    assert_eq!((struggle.rule_score, struggle.model_score), (ONE, Some(CUTS.critical - 1)));
    assert!(struggle.score <= ONE && struggle.confidence <= ONE);
}

#[test]
fn each_level_has_its_action() {
    use IndicatorKind::{
        ClickFrustration, FallingEngagement, FormValidationErrors, HelpSeeking, NoRecentSuccess, VideoStruggle,
    };
    let critical = Some(predicted(ONE, Level::Critical));
    for (kinds, prediction, action, urgency) in [
        (vec![], None, Action::None, Urgency::NextVisit),
        (vec![FallingEngagement], None, Action::Watch, Urgency::NextVisit),
        (vec![FallingEngagement, NoRecentSuccess], None, Action::Watch, Urgency::Now),
        (vec![HelpSeeking], None, Action::SupportLink, Urgency::Now),
        (vec![VideoStruggle], None, Action::Tutorial, Urgency::WithinHours),
        (vec![ClickFrustration], None, Action::SupportLink, Urgency::Now),
        (vec![FormValidationErrors], None, Action::LiveChat, Urgency::Now),
        (vec![VideoStruggle, HelpSeeking], None, Action::LiveChat, Urgency::Now),
        (vec![ClickFrustration, HelpSeeking, FormValidationErrors], None, Action::LiveChat, Urgency::Now),
        (vec![], critical, Action::Watch, Urgency::Now),
    ] {
        let indicators = kinds.iter().map(|kind| indicator(*kind, FULL)).collect();
        let told = combined(indicators, Features::ALL_OBSERVED, prediction.as_ref()).recommendation;
        assert_eq!((told.action, told.urgency), (action, urgency), "{kinds:?}");
    }
}

#[test]
fn who_has_left_is_written_to_or_met_with_a_hint() {
    use IndicatorKind::{FallingEngagement, FormValidationErrors, HelpSeeking};
    for (kinds, action, urgency) in [
        (vec![FormValidationErrors, HelpSeeking], Action::SupportLink, Urgency::WithinHours),
        (vec![FormValidationErrors], Action::SupportLink, Urgency::WithinHours),
        (vec![HelpSeeking], Action::InAppHint, Urgency::NextVisit),
        (vec![FallingEngagement], Action::Watch, Urgency::NextVisit),
        (vec![], Action::None, Urgency::NextVisit),
    ] {
        let behaviour = Behaviour { gone_at: Some(super::build::at(1)), ..Behaviour::default() };
        let indicators = kinds.iter().map(|kind| indicator(*kind, FULL)).collect();
        let struggle = combine_analysis_results(&behaviour, indicators, None);
        let told = struggle.recommendation;
        assert_eq!((told.action, told.urgency), (action, urgency), "{kinds:?}");
        assert!(struggle.reasons.contains(&"they have left".to_owned()));
    }
}

fn word<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn returns<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value, "{text}");
}

#[test]
fn codes_are_the_words_in_stored_results() {
    for kind in IndicatorKind::ALL {
        assert_eq!(word(kind), kind.code());
    }
    for action in Action::ALL {
        assert_eq!(word(action), action.code());
    }
    for urgency in Urgency::ALL {
        assert_eq!(word(urgency), urgency.code());
    }
}

#[test]
fn results_are_read_as_they_were_written() {
    let mut full = indicator(IndicatorKind::HelpSeeking, FULL);
    let (first, last) = (super::build::at(1), super::build::at(2));
    full.evidence.span = Some(Span { first, last });
    full.evidence.place = Some(Place::target("/a", "button", unsnag_core::event::Label::Pager));
    let prediction = Prediction { variant: Some("b".to_owned()), ..predicted(1, Level::Critical) };
    returns(&combined(vec![full], 4095, Some(&prediction)));
    returns(&Behaviour { gone_at: Some(first), ..Behaviour::default() });
    returns(&Behaviour::default());
    returns(&Baseline { engagement: 5, sessions: 2 });
    let stored = serde_json::to_string(&prediction).unwrap();
    assert!(serde_json::from_str::<Prediction>(&stored.replace("critical", "dire")).is_err());
}
