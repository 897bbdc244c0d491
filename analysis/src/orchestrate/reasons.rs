//! Why a decision is what it is, in sentences for operators.

use unsnag_core::policy::{Arm, Priority};
use unsnag_core::risk::Level;
use unsnag_core::time::UnixMillis;

use super::catalogue::Entry;
use super::channel::Channel;
use super::civil::{Civil, HOUR};
use super::gates::Shut;
use super::need::{Cause, Need};
use super::plan::{MOST_REASONS, Plan};
use super::success::{PartName, Success};
use super::visitor::Zone;

/// Names in one sentence; a sentence stays far below what a string on the wire may have.
const MOST_NAMES: usize = 4;

/// Sentences, at most [`MOST_REASONS`].
#[derive(Debug, Default)]
pub(super) struct Reasons(Vec<String>);

impl Reasons {
    pub(super) fn say(&mut self, sentence: String) {
        if self.0.len() < MOST_REASONS {
            self.0.push(sentence);
        }
    }

    pub(super) fn finish(self) -> Vec<String> {
        self.0
    }

    pub(super) fn need(&mut self, need: &Need, priority: Priority) {
        let level = need.level.name();
        let (score, trust) = (millionths(need.score), millionths(need.confidence));
        let doubted = need.level >= Level::High && priority < Priority::High;
        let doubt = if doubted { ", too little for high" } else { "" };
        let priority = priority.name();
        self.say(format!("risk is {level} (score {score}, trusted {trust}{doubt}): priority {priority}"));
    }

    /// What fits cause and priority, and what fits the cause alone.
    pub(super) fn fitting(&mut self, cause: Cause, fitting: &[&Entry], other_priority: &[&Entry]) {
        let ids = |entries: &[&Entry]| names(&entries.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>());
        let cause = cause.name();
        match fitting {
            [] => self.say(format!("cause is {cause}: no entry goes with it at this priority")),
            entries => self.say(format!("cause is {cause}: {} may help", ids(entries))),
        }
        if !other_priority.is_empty() {
            self.say(format!("for another priority: {}", ids(other_priority)));
        }
    }

    pub(super) fn shut(&mut self, channel: Channel, shut: Shut) {
        self.say(format!("{}: {}", channel.name(), shut.code.in_words()));
    }

    pub(super) fn plan(&mut self, plan: &Plan, zone: Zone, now: UnixMillis) {
        let channels = names(&plan.channels.iter().map(|channel| channel.name()).collect::<Vec<_>>());
        let (entry, propensity, options) = (&plan.entry, plan.propensity, plan.options.len());
        let of = if options == 1 { "the only option".to_owned() } else { format!("one of {options} options") };
        self.say(format!("{entry} through {channels}: {of}, propensity {propensity:.3}"));
        self.say(success(&plan.success));
        let (from, until) = (Civil::at(plan.at, zone.offset_minutes), Civil::at(plan.until(), zone.offset_minutes));
        let known = if zone.said { "as the page said" } else { "assumed" };
        let waits = if plan.at > now { "; before that are quiet hours, or nobody is there" } else { "" };
        let offset = offset(zone.offset_minutes);
        self.say(format!("goes out from {from} to {until} by the visitor's clock ({offset}, {known}){waits}"));
        match (&plan.experiment, plan.arm) {
            (None, _) => self.say("in no experiment".to_owned()),
            (Some(experiment), Arm::Treat) => self.say(format!("treated in experiment {experiment}")),
            (Some(experiment), Arm::Holdout) => {
                self.say(format!("held out of experiment {experiment}: nothing is sent"));
            }
        }
        for step in &plan.escalation.steps {
            let (channel, entry, hours) = (step.channel.name(), &step.entry, step.after.0 as f64 / HOUR.0 as f64);
            self.say(format!("unanswered for another {hours:.1} h: {entry} through {channel}"));
        }
    }
}

fn success(success: &Success) -> String {
    let parts: Vec<String> =
        success.parts.iter().map(|part| format!("{} {:+.2}", part_in_words(part.name), part.log_odds)).collect();
    let Success { probability, low, high, .. } = success;
    format!("{probability:.2} likely to succeed ({low:.2} to {high:.2}), in log-odds: {}", parts.join(", "))
}

const fn part_in_words(name: PartName) -> &'static str {
    match name {
        PartName::Base => "base",
        PartName::Level => "level",
        PartName::Cause => "cause",
        PartName::SupportLink => "support link",
        PartName::Learned => "learned",
        PartName::EarlierResponse => "earlier response",
        PartName::OfficeHours => "office hours",
        PartName::Delay => "delay",
    }
}

fn millionths(value: u64) -> String {
    format!("{:.2}", value as f64 / 1e6)
}

fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60)
}

/// `a, b and c`, or `a, b, c, d and 3 more`.
fn names(names: &[&str]) -> String {
    let (shown, more) = names.split_at(names.len().min(MOST_NAMES));
    match (shown, more.len()) {
        ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (shown, 0) => shown.concat(),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_people_write_them() {
        for (list, expected) in [
            (&[][..], ""),
            (&["a"], "a"),
            (&["a", "b"], "a and b"),
            (&["a", "b", "c", "d"], "a, b, c and d"),
            (&["a", "b", "c", "d", "e", "f"], "a, b, c, d and 2 more"),
        ] {
            assert_eq!(names(list), expected);
        }
        assert_eq!((offset(330), offset(-90), offset(0)), ("UTC+05:30".into(), "UTC-01:30".into(), "UTC+00:00".into()));
    }
}
