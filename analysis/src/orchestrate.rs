//! Orchestration: given a struggle, who the visitor is and what was done before, which help through which channels
//! when, or none, and why.
//!
//! [`decide`] is a function. What it needs of the clock and of chance comes in as arguments, so the same question has
//! the same answer, and a repeated struggle is not helped in two ways. In this order:
//!
//! 1. Nothing at all: the kill switch, too little risk, two dismissals within a week.
//! 2. The **priority** follows from the risk level ([`Need::priority`]); the wire knows low, medium and high.
//! 3. **Candidates** are catalogue entries that go with cause and priority, through channels that are open: not opted
//!    out, an address known, enough risk, a time within 72 h that is no night of the visitor's and, where people
//!    answer, office hours of the site, and room under the caps.
//! 4. The **holdout** lies outside the sampler and before it: the arm is a hash of experiment and visitor. A held-out
//!    plan is made like any other, so that what would have been sent is known; it is not sent.
//! 5. Each candidate's **success probability** is a sum of log-odds with written weights, replaced by what was learned
//!    as trials come in (`success.rs`, `sampler/learned.rs`).
//! 6. A **Thompson sampler** with a floor of exploration chooses, and the propensity is part of the plan
//!    (`sampler.rs`).
//! 7. The **escalation** says what follows where nobody answers ([`Escalation`]).
//!
//! Whoever sends a plan notes it in the visitor's [`History`] at once, with its window as its time.

mod catalogue;
mod channel;
mod civil;
mod draws;
mod escalation;
mod gates;
mod history;
mod hours;
mod need;
mod options;
mod plan;
mod reasons;
mod sampler;
mod site;
mod success;
#[cfg(test)]
mod tests;
mod timing;
mod visitor;

use std::collections::BTreeSet;

use unsnag_core::holdout::is_held_out;
use unsnag_core::limits::MAX_STRING_BYTES;
use unsnag_core::policy::{Arm, Experiment, Priority};
use unsnag_core::time::UnixMillis;

use gates::{Gates, Shut};
use options::{Candidate, Offer, options};
use reasons::Reasons;
use sampler::{Posteriors, choose, sigmoid};
use success::{Case, expect, prior_parts, sum};
use timing::Window;

pub use catalogue::{Catalogue, Entry, SlotName, TextKind};
pub use channel::Channel;
pub use civil::{Civil, Weekday};
pub use draws::Draws;
pub use escalation::{End, Escalation, Happening, State, Step, What};
pub use gates::ASSUMED_MARGIN;
pub use history::{Caps, Contact, DISMISSALS_LAST, History};
pub use hours::{Hours, Week};
pub use need::{Cause, LEAST_TRUST, Need, Urgency};
pub use plan::{Choice, Decision, MOST_REASONS, Nothing, NothingCode, POLICY_VERSION, Plan, Slot};
pub use sampler::{Cell, EXPLORATION, Learned, MOST_EVIDENCE, Observation, POOL_STRENGTH, PRIOR_STRENGTH};
pub use site::{ChannelRules, EscalationRule, Site};
pub use success::{COVERAGE, Part, PartName, Success};
pub use timing::{LEAST_WINDOW, LONGEST_WAIT};
pub use visitor::{Counts, Responses, Visitor, Zone};

/// Everything that a decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who needs help, and how badly.
    pub need: &'a Need,
    /// The visitor.
    pub visitor: &'a Visitor,
    /// What reached the visitor, or is on its way.
    pub history: &'a History,
    /// What can be offered.
    pub catalogue: &'a Catalogue,
    /// What the operators set.
    pub site: &'a Site,
    /// What was learned so far.
    pub learned: &'a Learned,
    /// Now.
    pub now: UnixMillis,
    /// Chance, from the struggle's id: [`Draws::of`].
    pub draws: Draws,
}

/// Decides what to do.
///
/// ```
/// use unsnag_analysis::orchestrate::{
///     Catalogue, Cause, Decision, Draws, History, Learned, Need, Question, Site, Visitor, Zone, decide,
/// };
/// use unsnag_core::{risk::Level, time::UnixMillis};
///
/// let need = Need {
///     level: Level::Medium,
///     score: 520_000,
///     confidence: 800_000,
///     cause: Cause::Technical,
///     urgency: None,
///     template: Some("/checkout".to_owned()),
/// };
/// let visitor = Visitor { zone: Some(Zone { offset_minutes: 60, said: true }), ..Visitor::default() };
/// let decision = decide(&Question {
///     need: &need,
///     visitor: &visitor,
///     history: &History::default(),
///     catalogue: &Catalogue::embedded(),
///     site: &Site::default(),
///     learned: &Learned::default(),
///     now: UnixMillis(1_699_956_000_000), // Tuesday, 10:00 UTC
///     draws: Draws::of("struggle-1"),
/// });
/// let Decision::Help(plan) = decision else { panic!("nothing speaks against it") };
/// assert_eq!(plan.entry, "technical-tutorial");
/// ```
pub fn decide(question: &Question<'_>) -> Decision {
    let Question { need, visitor, history, catalogue, site, now, .. } = *question;
    let mut reasons = Reasons::default();
    let early = if site.kill {
        Some(NothingCode::Killed.into())
    } else if need.level < site.least_level {
        Some(NothingCode::BelowLevel.into())
    } else {
        let dismissed = |again_at| Shut { code: NothingCode::DismissedTwice, again_at: Some(again_at) };
        history.left_alone_until(now).map(dismissed)
    };
    if let Some(shut) = early {
        return nothing(shut, reasons);
    }

    let priority = need.priority();
    reasons.need(need, priority);
    let suits = |entry: &&Entry| entry.priorities.0 <= priority && priority <= entry.priorities.1;
    let (fitting, other_priority): (Vec<&Entry>, Vec<&Entry>) =
        catalogue.entries().iter().filter(|entry| entry.goes_with(need.cause)).partition(suits);
    reasons.fitting(need.cause, &fitting, &other_priority);
    if fitting.is_empty() {
        return nothing(NothingCode::NothingFits.into(), reasons);
    }

    let gates = Gates { visitor, history, site, now };
    let wanted: BTreeSet<Channel> = fitting.iter().flat_map(|entry| entry.channels.iter().copied()).collect();
    let mut open: Vec<(Channel, Window)> = Vec::new();
    let mut shut: Option<Shut> = None;
    for channel in wanted {
        match gates.window(channel, Some(need.level), need.within()) {
            Ok(window) => open.push((channel, window)),
            Err(why) => {
                reasons.shut(channel, why);
                shut = Some(further(shut, why));
            }
        }
    }
    let assigned = assign(site, visitor);
    let candidates = candidates(question, &fitting, &open);
    let mut offers = options(&candidates, priority);
    let propensities: Vec<f64> = offers.iter().map(|offer| offer.propensity).collect();
    let Some(chosen) = choose(&propensities, question.draws) else {
        // Every entry has a channel, so where none is open one was shut.
        return nothing(shut.unwrap_or(NothingCode::NothingFits.into()), reasons);
    };
    let choices = offers.iter().map(choice).collect();
    let offer = offers.swap_remove(chosen);
    let mut plan = plan(question, (priority, assigned), &offer, choices);
    reasons.plan(&plan, gates.zone(), now);
    plan.reasons = reasons.finish();
    Decision::Help(Box::new(plan))
}

/// The arm, and the experiment that the visitor is in. Visitors nobody knows are treated, and in none.
fn assign<'a>(site: &'a Site, visitor: &Visitor) -> (Arm, Option<&'a str>) {
    match (&site.experiment, &visitor.id) {
        (Some(Experiment { id, holdout_basis_points }), Some(visitor)) => {
            let held_out = is_held_out(id, visitor, *holdout_basis_points);
            (if held_out { Arm::Holdout } else { Arm::Treat }, Some(id))
        }
        _ => (Arm::Treat, None),
    }
}

fn nothing(shut: Shut, mut reasons: Reasons) -> Decision {
    reasons.say(format!("nothing is done: {}", shut.code.in_words()));
    let Shut { code, again_at } = shut;
    Decision::Nothing(Nothing { policy: POLICY_VERSION, code, again_at, reasons: reasons.finish() })
}

/// The one that came further; of two alike, the one that opens first.
fn further(known: Option<Shut>, other: Shut) -> Shut {
    match known {
        Some(known) if known.code > other.code => known,
        Some(known) if known.code == other.code => {
            Shut { again_at: known.again_at.into_iter().chain(other.again_at).min(), ..known }
        }
        _ => other,
    }
}

fn choice(offer: &Offer<'_>) -> Choice {
    let channels = offer.members.iter().map(|member| member.channel).collect();
    Choice { entry: offer.members[0].entry.id.clone(), channels, propensity: offer.propensity }
}

fn candidates<'a>(question: &Question<'a>, fitting: &[&'a Entry], open: &[(Channel, Window)]) -> Vec<Candidate<'a>> {
    let Question { need, catalogue, learned, .. } = *question;
    let posteriors = Posteriors::new(learned, |cell| {
        let entry = catalogue.entry(&cell.entry);
        sigmoid(sum(&prior_parts(cell.cause, cell.level, entry)))
    });
    let mut candidates = Vec::new();
    for entry in fitting {
        for (channel, window) in open.iter().filter(|(channel, _)| entry.channels.contains(channel)) {
            let cell = Cell {
                cause: need.cause,
                level: need.level,
                entry: entry.id.clone(),
                version: entry.version,
                channel: *channel,
            };
            let prior = prior_parts(need.cause, need.level, Some(entry));
            let posterior = posteriors.of(&cell, sigmoid(sum(&prior)));
            let (success, grid) = expect(&prior, posterior, &case(question, entry, *channel, *window));
            let (channel, window) = (*channel, *window);
            candidates.push(Candidate { entry, channel, window, prior, posterior, success, grid });
        }
    }
    candidates
}

fn case(question: &Question<'_>, entry: &Entry, channel: Channel, window: Window) -> Case {
    let Question { visitor, site, now, .. } = *question;
    let needs_people = entry.support_link || site.channel(channel).people;
    let people = needs_people.then(|| site.business_hours.left_at(window.middle()).is_some());
    Case { responses: visitor.responses.through(channel), people, window, now }
}

fn plan(
    question: &Question<'_>,
    (priority, (arm, experiment)): (Priority, (Arm, Option<&str>)),
    offer: &Offer<'_>,
    choices: Vec<Choice>,
) -> Plan {
    let Question { need, site, .. } = *question;
    let entry = offer.members[0].entry;
    let channels: Vec<Channel> = offer.members.iter().map(|member| member.channel).collect();
    // Once more in the time that all have in common.
    let expected = offer
        .members
        .iter()
        .map(|member| expect(&member.prior, member.posterior, &case(question, entry, member.channel, offer.window)).0);
    let success = expected
        .max_by(|a, b| a.probability.total_cmp(&b.probability))
        .unwrap_or_else(|| offer.members[0].success.clone());
    let steps = if arm == Arm::Holdout { Vec::new() } else { steps(question, entry, &channels) };
    Plan {
        policy: POLICY_VERSION,
        priority,
        entry: entry.id.clone(),
        entry_version: entry.version,
        text: entry.text,
        slots: entry.slots.iter().filter_map(|slot| fill(*slot, need, site, &offer.window)).collect(),
        at: offer.window.from,
        within: offer.window.length(),
        success,
        propensity: offer.propensity,
        options: choices,
        arm,
        experiment: experiment.map(str::to_owned),
        escalation: Escalation { out_by: offer.window.until, channels: channels.clone(), priority, steps },
        channels,
        reasons: Vec::new(),
    }
}

/// What is filled into a slot; `None` where it is not known.
fn fill(slot: SlotName, need: &Need, site: &Site, window: &Window) -> Option<Slot> {
    match slot {
        SlotName::Page => {
            let fits = |template: &&String| template.len() <= MAX_STRING_BYTES;
            need.template.as_ref().filter(fits).cloned().map(Slot::Page)
        }
        SlotName::Cause => Some(Slot::Cause(need.cause)),
        SlotName::SupportOpen => Some(Slot::SupportOpen(site.business_hours.left_at(window.middle()).is_some())),
    }
}

/// What follows the plan's own channels: each other channel once that the visitor can be reached by, with the same
/// entry where that goes through it, else the first that names the cause, else the first that is general.
fn steps(question: &Question<'_>, entry: &Entry, channels: &[Channel]) -> Vec<Step> {
    let Question { need, visitor, catalogue, site, .. } = *question;
    let mut used = channels.to_vec();
    let mut steps = Vec::new();
    for rule in &site.escalation {
        let channel = rule.channel;
        let unreachable = channel == Channel::Email && !visitor.email_known || visitor.opted_out.contains(&channel);
        if used.contains(&channel) || unreachable {
            continue;
        }
        let mut through = catalogue.entries().iter().filter(|entry| entry.channels.contains(&channel));
        let found = std::iter::once(entry)
            .filter(|entry| entry.channels.contains(&channel))
            .chain(through.clone().filter(|entry| entry.names(need.cause)))
            .next()
            .or_else(|| through.find(|entry| entry.goes_with(need.cause)));
        if let Some(found) = found {
            used.push(channel);
            let (entry, entry_version) = (found.id.clone(), found.version);
            steps.push(Step { after: rule.after, channel, entry, entry_version });
        }
    }
    steps
}
