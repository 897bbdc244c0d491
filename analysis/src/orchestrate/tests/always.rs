//! What holds for every question and every sequence of them.

use proptest::collection::vec;
use proptest::prelude::*;
use unsnag_core::policy::Experiment;

use super::super::civil::MINUTE;
use super::*;

/// Quiet hours as minutes since midnight, from and until.
type Quiet = (u64, u64);

/// A case, and the quiet hours in it.
fn any_case() -> impl Strategy<Value = (Case, Quiet)> {
    let need =
        (0..4_usize, 0..=1_000_000_u64, 0..6_usize, 0..4_usize).prop_map(|(level, confidence, cause, urgency)| {
            let urgency = [None, Some(Urgency::Now), Some(Urgency::WithinHours), Some(Urgency::NextVisit)][urgency];
            Need {
                level: Level::ALL[level],
                score: 500_000,
                confidence,
                cause: Cause::ALL[cause],
                urgency,
                template: Some("/a".to_owned()),
            }
        });
    let response = (0..4_usize, 0..4_u32, 0..4_u32, 0..3_u32);
    let zone = proptest::option::of((-720..=840_i32, any::<bool>()));
    let visitor = (zone, vec(0..4_usize, 0..3), any::<bool>(), vec(response, 0..4)).prop_map(
        |(zone, out, email_known, responses)| {
            let mut visitor = Visitor {
                id: Some("v".to_owned()),
                zone: zone.map(|(offset_minutes, said)| Zone { offset_minutes, said }),
                opted_out: out.into_iter().map(|index| Channel::ALL[index]).collect(),
                email_known,
                responses: Responses::default(),
            };
            for (channel, shown, clicked, dismissed) in responses {
                let counts = Counts { shown, clicked, dismissed, helped: 0 };
                visitor.responses.add(Channel::ALL[channel], "e", counts);
            }
            visitor
        },
    );
    let hours = (0..1440_u64, 0..1440_u64);
    let caps = (0..4_u32, 0..8_u32);
    let site = (hours.clone(), vec((0..7_usize, hours), 0..9), -720..=840_i32, caps.clone(), 0..600_u64, vec(caps, 4))
        .prop_map(|((from, until), office, offset, (per_day, per_week), cool_down, own)| {
            let mut site = Site { quiet_hours: Hours::new(from, until), ..Site::default() };
            site.business_hours = Week::closed(offset);
            for (day, (from, until)) in office {
                if let Some(hours) = Hours::new(from, until) {
                    site.business_hours.open(Weekday::ALL[day], hours);
                }
            }
            site.caps = Caps { per_day, per_week };
            site.cool_down = Millis(cool_down * MINUTE.0);
            for (channel, (per_day, per_week)) in Channel::ALL.into_iter().zip(own) {
                site.channel_mut(channel).caps = Caps { per_day, per_week };
            }
            site.experiment = Some(Experiment { id: "e".to_owned(), holdout_basis_points: 1_000 });
            (site, (from, until))
        });
    (need, visitor, site, 0..60 * DAY.0, any::<u64>()).prop_map(|(need, visitor, (site, quiet), now, seed)| {
        let now = UnixMillis(1_000 * DAY.0 + now);
        (Case { need, visitor, site, now, draws: Draws::new(seed), ..Case::reference() }, quiet)
    })
}

/// One visit: minutes since the one before, risk, cause, when within its window help goes out, whether it is sent away.
type Visit = (u64, usize, usize, f64, bool);

fn any_visits() -> impl Strategy<Value = Vec<Visit>> {
    vec((0..1_200_u64, 0..4_usize, 0..6_usize, 0.0..1.0_f64, proptest::bool::weighted(0.1)), 0..30)
}

/// Whether a moment is in quiet hours, by arithmetic of its own.
fn is_quiet(at: UnixMillis, offset: i32, (from, until): Quiet) -> bool {
    let minute = (at.0 / 60_000).saturating_add_signed(i64::from(offset)) % 1440;
    if from <= until { (from..until).contains(&minute) } else { minute >= from || minute < until }
}

/// Help that went out, for certain at this moment.
#[derive(Clone, Debug)]
struct Sent {
    at: UnixMillis,
    channels: Vec<Channel>,
}

/// A window respects the visitor's night and, where people answer, the office's day: looked at minute by minute.
fn check_times(
    case: &Case,
    quiet: Quiet,
    channels: &[Channel],
    (at, within): (UnixMillis, Millis),
) -> Result<(), TestCaseError> {
    prop_assert!(within >= LEAST_WINDOW && at >= case.now && at <= case.now + LONGEST_WAIT, "{at:?}, {within:?}");
    let offset = case.visitor.zone.map_or(case.site.business_hours.offset_minutes(), |zone| zone.offset_minutes);
    let people = channels.iter().any(|channel| case.site.channel(*channel).people);
    let last = Millis(within.0 - 1);
    for since in (0..last.0).step_by(MINUTE.0 as usize).map(Millis).chain([last]) {
        let moment = at + since;
        prop_assert!(!is_quiet(moment, offset, quiet), "{moment:?} is in quiet hours");
        prop_assert!(!people || case.site.business_hours.left_at(moment).is_some(), "{moment:?}: nobody is there");
    }
    Ok(())
}

fn check_decision(case: &Case, quiet: Quiet) -> Result<Decision, TestCaseError> {
    let decision = case.decide();
    prop_assert_eq!(&decision, &case.decide(), "the same question has the same answer");
    match &decision {
        Decision::Nothing(nothing) => prop_assert!(!nothing.reasons.is_empty()),
        Decision::Help(plan) => {
            let sum: f64 = plan.options.iter().map(|option| option.propensity).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "propensities sum to {sum}");
            let strictly = plan.options.iter().all(|option| 0.0 < option.propensity && option.propensity < 1.0);
            prop_assert!(strictly || plan.options.len() == 1, "{:?}", plan.options);
            let same = |option: &&Choice| option.entry == plan.entry && option.channels == plan.channels;
            prop_assert_eq!(plan.options.iter().find(same).map(|option| option.propensity), Some(plan.propensity));
            let steps = plan.escalation.steps.iter().map(|step| step.channel);
            for channel in plan.options.iter().flat_map(|option| option.channels.iter().copied()).chain(steps) {
                prop_assert!(!case.visitor.opted_out.contains(&channel), "{channel:?} is not wanted");
                prop_assert!(channel != Channel::Email || case.visitor.email_known);
            }
            check_times(case, quiet, &plan.channels, (plan.at, plan.within))?;
            let success = &plan.success;
            let ordered = 0.0 <= success.low && success.low <= success.probability;
            prop_assert!(ordered && success.probability <= success.high && success.high <= 1.0, "{success:?}");
            prop_assert!((1..=MOST_REASONS).contains(&plan.reasons.len()));
            prop_assert!(plan.reasons.iter().all(|reason| reason.len() <= MAX_STRING_BYTES), "{:?}", plan.reasons);
        }
    }
    Ok(decision)
}

/// No day, week or pair of everything that was sent breaks a cap: looked at from each of them.
fn check_caps(site: &Site, sent: &[Sent]) -> Result<(), TestCaseError> {
    for first in sent {
        let within = |length: Millis, channel: Option<Channel>| {
            let counts = |other: &&Sent| {
                let wanted = channel.is_none_or(|channel| other.channels.contains(&channel));
                wanted && other.at >= first.at && other.at < first.at + length
            };
            sent.iter().filter(counts).count() as u32
        };
        prop_assert!(within(DAY, None) <= site.caps.per_day && within(hours(168), None) <= site.caps.per_week);
        for channel in &first.channels {
            let caps = &site.channel(*channel).caps;
            prop_assert!(within(DAY, Some(*channel)) <= caps.per_day, "{channel:?} in a day");
            prop_assert!(within(hours(168), Some(*channel)) <= caps.per_week, "{channel:?} in a week");
        }
        prop_assert!(within(site.cool_down, None) <= 1, "nearer than the cool-down");
    }
    Ok(())
}

/// Notes a contact as planned, then as it was; returns what was sent.
fn send(case: &mut Case, id: String, channels: &[Channel], (at, within): (UnixMillis, Millis), part: f64) -> Sent {
    let moment = at + Millis((within.0 as f64 * part) as u64);
    let channels: Vec<Channel> = channels.to_vec();
    let planned =
        Contact { id, from: at, until: at + within, channels: channels.iter().copied().collect(), dismissed_at: None };
    case.history.note(planned.clone());
    // Every other contact is never heard of again.
    if part < 0.5 {
        case.history.note(Contact { from: moment, until: moment, ..planned });
    }
    Sent { at: moment, channels }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_decision_keeps_every_promise((case, quiet) in any_case()) {
        check_decision(&case, quiet)?;
    }

    #[test]
    fn no_sequence_of_plans_and_escalations_exceeds_a_cap((mut case, quiet) in any_case(), visits in any_visits()) {
        let mut sent: Vec<Sent> = Vec::new();
        let mut open: Vec<(Escalation, BTreeSet<Happening>)> = Vec::new();
        for (number, (minutes, level, cause, part, dismissed)) in visits.into_iter().enumerate() {
            case.now = case.now + Millis(minutes * MINUTE.0);
            case.need.level = Level::ALL[level];
            case.need.cause = Cause::ALL[cause];
            case.draws = Draws::new(number as u64);
            for (index, (escalation, happened)) in open.iter_mut().enumerate() {
                let state = escalation.state(happened, (&case.visitor, &case.history, &case.site), case.now);
                let State::Due { step, at, within } = state else { continue };
                let channel = escalation.steps[step - 1].channel;
                prop_assert!(!case.visitor.opted_out.contains(&channel), "{channel:?} is not wanted");
                check_times(&case, quiet, &[channel], (at, within))?;
                let out = send(&mut case, format!("step-{index}-{step}"), &[channel], (at, within), part);
                happened.insert(Happening { step, channel, what: What::Sent, at: out.at });
                sent.push(out);
            }
            if let Decision::Help(plan) = check_decision(&case, quiet)? {
                let id = format!("plan-{number}");
                let out = send(&mut case, id.clone(), &plan.channels, (plan.at, plan.within), part);
                if dismissed {
                    let (from, until, channels) = (UnixMillis(0), UnixMillis(u64::MAX), BTreeSet::new());
                    case.history.note(Contact { id, from, until, channels, dismissed_at: Some(out.at) });
                }
                sent.push(out);
                open.push((plan.escalation, BTreeSet::new()));
            }
        }
        check_caps(&case.site, &sent)?;
    }

    #[test]
    fn an_escalation_is_a_function_of_what_happened_and_not_of_its_order(
        happened in vec((0..4_usize, 0..4_usize, 0..7_usize, 0..200_u64), 0..12),
        after in 0..300_u64,
    ) {
        const WHAT: [What; 7] =
            [What::Sent, What::Shown, What::Clicked, What::Dismissed, What::Expired, What::Helped, What::Failed];
        let case = Case::reference();
        let escalation = case.plan().escalation;
        let all: Vec<Happening> = happened
            .into_iter()
            .map(|(step, channel, what, at)| {
                let at = case.now + hours(at);
                Happening { step, channel: Channel::ALL[channel], what: WHAT[what], at }
            })
            .collect();
        let now = case.now + hours(after);
        let state = |happened: BTreeSet<Happening>| {
            escalation.state(&happened, (&case.visitor, &case.history, &case.site), now)
        };
        let forward = state(all.iter().copied().collect());
        prop_assert_eq!(forward, state(all.iter().rev().chain(&all).copied().collect()));
        if all.iter().any(|happening| happening.what == What::Helped) {
            prop_assert_eq!(forward, State::Over(End::Helped));
        }
    }

    #[test]
    fn odd_times_and_zones_do_no_harm(now in any::<u64>(), at in any::<u64>(), offset in any::<i32>()) {
        let mut case = Case::with(|case| {
            case.now = UnixMillis(now);
            case.visitor.zone = Some(Zone { offset_minutes: offset, said: true });
        });
        let (from, until) = (UnixMillis(at), UnixMillis(at / 2));
        let dismissed_at = Some(UnixMillis(now.wrapping_mul(3)));
        let (id, channels) = ("odd".to_owned(), [Channel::Email].into());
        case.history.note(Contact { id, from, until, channels, dismissed_at });
        case.decide();
    }
}
