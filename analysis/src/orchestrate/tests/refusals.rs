//! When nothing is done, with which code; and that every decision explains itself.

use unsnag_core::policy::Experiment;

use super::*;

type Refusal = (&'static str, fn(&mut Case), NothingCode, Option<u64>);

/// What is changed, the code, and in how many hours to ask again.
const REFUSALS: &[Refusal] = &[
    ("the switch", |case| case.site.kill = true, NothingCode::Killed, None),
    ("little risk", |case| case.site.least_level = Level::High, NothingCode::BelowLevel, None),
    (
        "two dismissals",
        |case| {
            case.contacted(30, Channel::Email, true);
            case.contacted(60, Channel::Email, true);
        },
        NothingCode::DismissedTwice,
        Some(168 - 60),
    ),
    ("an empty catalogue", |case| case.catalogue = Catalogue::default(), NothingCode::NothingFits, None),
    (
        "no e-mail and no in-app",
        |case| case.visitor.opted_out = [Channel::Email, Channel::InApp].into(),
        NothingCode::OptedOut,
        None,
    ),
    (
        "no address and no in-app",
        |case| {
            case.visitor.opted_out = [Channel::InApp].into();
            case.visitor.email_known = false;
        },
        NothingCode::NoAddress,
        None,
    ),
    (
        "channels that need more risk",
        |case| {
            for channel in Channel::ALL {
                case.site.channel_mut(channel).least_level = Level::High;
            }
        },
        NothingCode::ChannelNeedsRisk,
        None,
    ),
    ("a night without end", |case| case.site.quiet_hours = Hours::new(0, 1440), NothingCode::NoTime, None),
    (
        "every channel sent away twice",
        |case| {
            case.visitor.responses = Responses::default();
            for channel in [Channel::Email, Channel::InApp] {
                case.visitor.responses.add(channel, "e", Counts { dismissed: 2, ..Counts::default() });
            }
        },
        NothingCode::ChannelDismissed,
        None,
    ),
    (
        "two contacts today",
        |case| {
            case.contacted(3, Channel::InApp, false);
            case.contacted(6, Channel::Email, false);
        },
        NothingCode::Capped,
        Some(24 - 6),
    ),
    (
        "five this week",
        |case| [30, 60, 90, 120, 150].into_iter().for_each(|ago| case.contacted(ago, Channel::LiveChat, false)),
        NothingCode::Capped,
        Some(168 - 150),
    ),
    (
        "one just now",
        |case| {
            case.contacted(0, Channel::LiveChat, false);
        },
        NothingCode::CoolingDown,
        Some(1),
    ),
    (
        "no in-app, and one e-mail today",
        |case| {
            case.visitor.opted_out = [Channel::InApp].into();
            case.contacted(5, Channel::Email, false);
        },
        NothingCode::Capped,
        Some(24 - 5),
    ),
];

#[test]
fn nothing_is_done_where_something_speaks_against_it() {
    for (what, change, code, again) in REFUSALS {
        let case = Case::with(change);
        let nothing = case.nothing();
        let expected = (*code, again.map(|again| case.now + hours(again)));
        assert_eq!((nothing.code, nothing.again_at), expected, "{what}: {nothing:?}");
        let last = nothing.reasons.last().unwrap();
        assert!(last.starts_with("nothing is done: "), "{what}: {last}");
    }
}

#[test]
fn asked_again_when_told_to_there_is_help() {
    for (what, change, code, _) in REFUSALS {
        if matches!(code, NothingCode::Capped | NothingCode::CoolingDown | NothingCode::DismissedTwice) {
            let mut case = Case::with(change);
            case.now = case.nothing().again_at.unwrap();
            let plan = case.plan();
            assert!(plan.at >= case.now, "{what}");
        }
    }
}

#[test]
fn one_full_channel_leaves_the_others() {
    let plan = Case::with(|case| case.contacted(5, Channel::Email, false)).plan();
    assert_eq!(plan.channels, [Channel::InApp]);
    assert!(plan.reasons.contains(&"email: a cap is reached".to_owned()), "{:?}", plan.reasons);
}

#[test]
fn a_decision_explains_itself() {
    let plan = Case::with(|case| {
        case.visitor.opted_out.insert(Channel::Email);
        case.site.experiment = Some(Experiment { id: "help".to_owned(), holdout_basis_points: 0 });
    })
    .plan();
    let expected = [
        "risk is medium (score 0.52, trusted 0.80): priority medium",
        "cause is technical: technical-tutorial may help",
        "for another priority: live-chat-offer and support-ticket",
        "email: the visitor does not want it",
        "technical-tutorial through in_app: the only option, propensity 1.000",
        "0.66 likely to succeed (0.44 to 0.84), in log-odds: base +0.00, level +0.00, cause +0.35, support link +0.25, \
         learned +0.00, earlier response +0.00, office hours +0.15, delay -0.10",
        "goes out from tue 10:00 to tue 12:00 by the visitor's clock (UTC+00:00, as the page said)",
        "treated in experiment help",
        "unanswered for another 24.0 h: live-chat-offer through live_chat",
        "unanswered for another 48.0 h: support-ticket through ticket",
    ];
    assert_eq!(plan.reasons, expected);
}

#[test]
fn plans_and_refusals_read_back() {
    for decision in [Case::reference().decide(), Case::with(|case| case.site.kill = true).decide()] {
        let json = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision, "{json}");
    }
}

#[test]
fn a_held_out_plan_is_made_like_any_other_and_nothing_follows_it() {
    let mut case = Case::with(|case| {
        case.site.experiment = Some(Experiment { id: "help".to_owned(), holdout_basis_points: 10_000 });
    });
    let held_out = case.plan();
    assert_eq!(held_out.arm, Arm::Holdout);
    assert!(held_out.escalation.steps.is_empty());
    case.site.experiment = Some(Experiment { id: "help".to_owned(), holdout_basis_points: 0 });
    let treated = case.plan();
    assert_eq!(treated.arm, Arm::Treat);
    assert_eq!((held_out.entry, held_out.channels), (treated.entry, treated.channels));
    assert_eq!((held_out.propensity, held_out.options), (treated.propensity, treated.options));

    case.site.experiment = Some(Experiment { id: "help".to_owned(), holdout_basis_points: 10_000 });
    case.visitor.id = None;
    assert_eq!((case.plan().arm, case.plan().experiment), (Arm::Treat, None), "nobody unknown is held out");
}

#[test]
fn an_assumed_zone_keeps_more_distance_from_the_night() {
    // 20:30 of the site's clock: half an hour before quiet hours, if that is where the visitor is.
    let mut case = Case::with(|case| case.now = UnixMillis(TUESDAY_10.0 + 10 * HOUR.0 + HOUR.0 / 2));
    let said = case.plan();
    assert_eq!((said.at, said.within), (case.now, Millis(HOUR.0 / 2)));
    for zone in [None, Some(Zone { offset_minutes: 0, said: false })] {
        case.visitor.zone = zone;
        let assumed = case.plan();
        assert_eq!(assumed.at, UnixMillis(TUESDAY_10.0 + 23 * HOUR.0), "09:00, an hour after quiet hours");
        assert!(assumed.reasons.iter().any(|reason| reason.contains("assumed")), "{:?}", assumed.reasons);
    }
}

#[test]
fn a_score_that_nobody_trusts_makes_nothing_high() {
    let plan = Case::with(|case| {
        case.need.level = Level::Critical;
        case.need.confidence = 250_000;
    })
    .plan();
    assert_eq!(plan.priority, Priority::Medium);
    assert!(plan.reasons[0].contains("too little for high"), "{:?}", plan.reasons);
}

#[test]
fn a_person_is_offered_when_it_is_bad_and_somebody_is_there() {
    let entries = |change: fn(&mut Case)| {
        let plan = Case::with(change).plan();
        plan.options.into_iter().map(|option| (option.entry, option.channels)).collect::<Vec<_>>()
    };
    let chat = |options: &[(String, Vec<Channel>)]| {
        options.iter().any(|(entry, channels)| entry == "live-chat-offer" && channels.contains(&Channel::LiveChat))
    };
    let ticket = |options: &[(String, Vec<Channel>)]| options.iter().any(|(entry, _)| entry == "support-ticket");
    let high = entries(|case| case.need.level = Level::High);
    assert!(chat(&high) && !ticket(&high), "{high:?}");
    let critical = entries(|case| case.need.level = Level::Critical);
    assert!(chat(&critical) && ticket(&critical), "{critical:?}");
}
