//! The reference case, and how each of its neighbours differs from it.

use unsnag_core::policy::Priority;

use super::*;

#[test]
fn a_medium_risk_with_a_good_response_to_email_gets_a_tutorial_within_two_hours() {
    let plan = Case::reference().plan();
    assert_eq!(plan.priority, Priority::Medium);
    assert_eq!(plan.channels, [Channel::Email, Channel::InApp]);
    assert_eq!((plan.text, plan.entry.as_str()), (TextKind::TechnicalTutorial, "technical-tutorial"));
    assert!(Case::reference().catalogue.entry(&plan.entry).unwrap().support_link);
    assert_eq!((plan.at, plan.within), (TUESDAY_10, hours(2)));
    assert!((plan.success.probability - 0.73).abs() <= 0.05, "{:?}", plan.success);
    assert!(plan.success.low < 0.6 && plan.success.high > 0.8, "without trials little is sure: {:?}", plan.success);
    assert_eq!(plan.slots, [Slot::Page("/checkout".to_owned()), Slot::SupportOpen(true)]);
    let steps: Vec<_> = plan.escalation.steps.iter().map(|step| (step.channel, step.after)).collect();
    assert_eq!(steps, [(Channel::LiveChat, hours(24)), (Channel::Ticket, hours(48))]);
}

#[test]
fn the_reference_case_does_not_hang_on_chance_or_on_how_good_good_was() {
    for (shown, clicked, helped) in [(1, 1, 0), (1, 1, 1), (2, 2, 1), (3, 2, 2), (3, 3, 3), (4, 3, 1), (9, 9, 9)] {
        for seed in 0..50 {
            let case = Case::with(|case| {
                case.visitor.responses = Responses::default();
                let counts = Counts { shown, clicked, dismissed: 0, helped };
                case.visitor.responses.add(Channel::Email, "any", counts);
                case.draws = Draws::new(seed);
            });
            let plan = case.plan();
            assert_eq!(plan.channels, [Channel::Email, Channel::InApp]);
            let probability = plan.success.probability;
            assert!((probability - 0.73).abs() <= 0.05, "{probability} after {clicked} of {shown}");
        }
    }
}

/// How a neighbour differs.
#[derive(Clone, Copy, Debug)]
enum Differs {
    Priority(Priority),
    Channels(&'static [Channel]),
    Entry(&'static str),
    /// The probability is at least this much lower.
    LessLikely(f64),
    /// Out at the latest this many minutes after the reference case at least.
    LaterBy(u64),
    /// Out at the latest this many minutes before the reference case at least.
    SoonerBy(u64),
    Nothing(NothingCode),
}

use Differs::{Channels, Entry, LaterBy, LessLikely, Nothing, SoonerBy};

/// A neighbour: what it is, what is changed, how it differs.
type Neighbour = (&'static str, fn(&mut Case), &'static [Differs]);

const NEIGHBOURS: &[Neighbour] = &[
    (
        "low risk",
        |case| case.need.level = Level::Low,
        &[Differs::Priority(Priority::Low), Channels(&[Channel::InApp]), LaterBy(9 * 60)],
    ),
    (
        "high risk",
        |case| case.need.level = Level::High,
        &[Differs::Priority(Priority::High), SoonerBy(105), LessLikely(0.03)],
    ),
    ("no earlier response", |case| case.visitor.responses = Responses::default(), &[LessLikely(0.07)]),
    (
        "a bad response to e-mail",
        |case| {
            case.visitor.responses = Responses::default();
            let bad = Counts { shown: 2, clicked: 0, dismissed: 2, helped: 0 };
            case.visitor.responses.add(Channel::Email, "form-support", bad);
        },
        &[Channels(&[Channel::InApp]), LessLikely(0.07)],
    ),
    (
        "e-mail that nobody answered",
        |case| {
            case.visitor.responses = Responses::default();
            case.visitor.responses.add(Channel::Email, "form-support", Counts { shown: 3, ..Counts::default() });
        },
        &[Channels(&[Channel::InApp, Channel::Email]), LessLikely(0.07)],
    ),
    ("Sunday", |case| case.now = UnixMillis(TUESDAY_10.0 + 5 * DAY.0), &[LessLikely(0.05)]),
    (
        "23 h local time",
        |case| case.visitor.zone = Some(Zone { offset_minutes: 13 * 60, said: true }),
        &[LaterBy(9 * 60), LessLikely(0.05)],
    ),
    (
        "opted out of e-mail",
        |case| _ = case.visitor.opted_out.insert(Channel::Email),
        &[Channels(&[Channel::InApp]), LessLikely(0.07)],
    ),
    ("a difficulty with content", |case| case.need.cause = Cause::Content, &[Entry("content-guide"), LessLikely(0.07)]),
    (
        "a catalogue without the support link",
        |case| {
            let json =
                include_str!("../catalogue.json").replacen("\"support_link\": true", "\"support_link\": false", 1);
            case.catalogue = Catalogue::from_json(&json).unwrap();
        },
        &[LessLikely(0.07)],
    ),
    (
        "two interventions already today",
        |case| {
            case.contacted(3, Channel::InApp, false);
            case.contacted(6, Channel::InApp, false);
        },
        &[Nothing(NothingCode::Capped)],
    ),
    (
        "two dismissals",
        |case| {
            case.contacted(30, Channel::InApp, true);
            case.contacted(60, Channel::InApp, true);
        },
        &[Nothing(NothingCode::DismissedTwice)],
    ),
];

#[test]
fn each_neighbour_differs_in_its_own_way() {
    let reference = Case::reference().plan();
    for (what, change, differences) in NEIGHBOURS {
        let case = Case::with(change);
        if let [Nothing(code)] = differences {
            let nothing = case.nothing();
            assert_eq!(nothing.code, *code, "{what}: {nothing:?}");
            assert!(nothing.again_at.is_some_and(|again| again > case.now), "{what}: {nothing:?}");
            continue;
        }
        let plan = case.plan();
        for difference in *differences {
            let holds = match *difference {
                Differs::Priority(priority) => plan.priority == priority && plan.priority != reference.priority,
                Channels(channels) => plan.channels == channels && plan.channels != reference.channels,
                Entry(entry) => plan.entry == entry && plan.entry != reference.entry,
                LessLikely(by) => plan.success.probability <= reference.success.probability - by,
                LaterBy(minutes) => plan.until() >= reference.until() + Millis(minutes * 60_000),
                SoonerBy(minutes) => plan.until() + Millis(minutes * 60_000) <= reference.until(),
                Nothing(_) => false,
            };
            assert!(holds, "{what} should differ by {difference:?}: {plan:#?}");
        }
    }
}

#[test]
fn what_a_neighbour_does_not_touch_stays() {
    let reference = Case::reference().plan();
    for what in ["no earlier response", "Sunday", "a catalogue without the support link"] {
        let (_, change, _) = NEIGHBOURS.iter().find(|(name, _, _)| *name == what).unwrap();
        let plan = Case::with(change).plan();
        assert_eq!((plan.priority, &plan.entry, plan.within), (reference.priority, &reference.entry, reference.within));
        let channels = |plan: &Plan| plan.channels.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(channels(&plan), channels(&reference), "{what}");
    }
}
