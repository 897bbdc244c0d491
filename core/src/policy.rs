//! Policy: which help to propose, if any, and why. The page and the host run the same rules over what they know.
//!
//! A rule without a level needs no score, so the page may act on it at once; the host runs it again over the batch
//! and signs what comes out. Whether a proposal may be shown is the page's alone ([`crate::arbitrate`]).

use crate::holdout;
use crate::risk::Level;
use crate::signal::{Grade, Kind};

/// How urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Priority {
    Low,
    #[default]
    Medium,
    High,
}

impl Priority {
    /// All of them, least first.
    pub const ALL: [Priority; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The priority with this name.
    pub fn named(name: &str) -> Option<Priority> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }
}

/// When to propose which catalogue entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// The kind of signal it acts on.
    pub signal: Kind,
    /// The least grade it acts on.
    pub min_grade: Grade,
    /// The least risk it acts on; `None` needs no score.
    pub level: Option<Level>,
    /// The page template it is for; `None` is every page.
    pub template: Option<String>,
    /// What it proposes.
    pub entry: String,
    /// How urgent.
    pub priority: Priority,
    /// The experiment it belongs to.
    pub experiment: Option<String>,
}

/// An experiment with a group that is held out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// Its name, also its salt.
    pub id: String,
    /// The share held out, in hundredths of a per cent.
    pub holdout_basis_points: u32,
}

/// The rules in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Nothing is proposed while this is set.
    pub kill: bool,
    /// In order; of two that match with one priority, the first is taken.
    pub rules: Vec<Rule>,
    /// The experiments that rules name.
    pub experiments: Vec<Experiment>,
}

/// What is known when a proposal is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Signals at their newest revision.
    pub signals: &'a [(Kind, Grade)],
    /// The risk, where there is a score.
    pub level: Option<Level>,
    /// The page.
    pub template: &'a str,
    /// The visitor, with consent.
    pub visitor: Option<&'a str>,
    /// How often the visitor sent help away in this session.
    pub dismissed: u32,
}

/// Treated or held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Arm {
    Treat,
    Holdout,
}

impl Arm {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Treat => "treat",
            Self::Holdout => "holdout",
        }
    }
}

/// What to do now, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal<'a> {
    /// The rule that matched; `None` proposes nothing.
    pub rule: Option<&'a Rule>,
    /// Which group the visitor is in.
    pub arm: Arm,
    why: Why<'a>,
}

/// Why a proposal is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why<'a> {
    SwitchedOff,
    SentAway,
    NoMatch,
    NeedsMoreRisk(&'a Rule),
    Matches(&'a Rule, Grade, Option<Level>),
}

impl Proposal<'_> {
    /// The reasons in words. Only hosts ask for them.
    pub fn reasons(&self) -> Vec<String> {
        let (rule, grade, level) = match self.why {
            Why::SwitchedOff => return vec!["help is switched off".to_owned()],
            Why::SentAway => return vec!["the visitor sent help away twice".to_owned()],
            Why::NoMatch => return vec!["no rule matches".to_owned()],
            Why::NeedsMoreRisk(rule) => return vec![format!("rule {} needs more risk", rule.id)],
            Why::Matches(rule, grade, level) => (rule, grade, level),
        };
        let (signal, needed) = (rule.signal.name(), rule.min_grade.name());
        let mut reasons = vec![format!("{signal} is {}, rule needs {needed}", grade.name())];
        if let (Some(needed), Some(level)) = (rule.level, level) {
            reasons.push(format!("risk is {}, rule needs {}", level.name(), needed.name()));
        }
        if let Some(template) = &rule.template {
            reasons.push(format!("page is {template}"));
        }
        if self.arm == Arm::Holdout {
            reasons.push("visitor is held out".to_owned());
        }
        reasons
    }
}

/// Dismissals in one session after which nothing more is proposed.
pub const MOST_DISMISSALS: u32 = 2;

impl Policy {
    /// Runs the rules.
    pub fn propose<'a>(&'a self, situation: &Situation<'_>) -> Proposal<'a> {
        let nothing = |why| Proposal { rule: None, arm: Arm::Treat, why };
        if self.kill {
            return nothing(Why::SwitchedOff);
        }
        if situation.dismissed >= MOST_DISMISSALS {
            return nothing(Why::SentAway);
        }
        let mut best: Option<(&Rule, Grade)> = None;
        let mut close = None;
        for rule in &self.rules {
            let Some(grade) = rule.grade_in(situation) else { continue };
            if rule.level.is_some_and(|needed| situation.level.is_none_or(|level| level < needed)) {
                close.get_or_insert(rule);
            } else if best.is_none_or(|(known, _)| rule.priority > known.priority) {
                best = Some((rule, grade));
            }
        }
        let Some((rule, grade)) = best else {
            return nothing(close.map_or(Why::NoMatch, Why::NeedsMoreRisk));
        };
        let why = Why::Matches(rule, grade, situation.level);
        Proposal { rule: Some(rule), arm: self.arm(rule, situation.visitor), why }
    }

    /// Visitors nobody knows are treated, and left out of uplift.
    fn arm(&self, rule: &Rule, visitor: Option<&str>) -> Arm {
        let experiment = rule.experiment.as_ref().and_then(|id| self.experiments.iter().find(|known| known.id == *id));
        match (experiment, visitor) {
            (Some(e), Some(visitor)) if holdout::is_held_out(&e.id, visitor, e.holdout_basis_points) => Arm::Holdout,
            _ => Arm::Treat,
        }
    }
}

impl Rule {
    /// The best grade of a signal that this rule acts on here.
    fn grade_in(&self, situation: &Situation<'_>) -> Option<Grade> {
        if self.template.as_ref().is_some_and(|template| template != situation.template) {
            return None;
        }
        let matching = |(kind, grade): &&(Kind, Grade)| *kind == self.signal && *grade >= self.min_grade;
        situation.signals.iter().filter(matching).map(|(_, grade)| *grade).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, signal: Kind, level: Option<Level>) -> Rule {
        Rule {
            id: id.to_owned(),
            signal,
            min_grade: Grade::Likely,
            level,
            template: None,
            entry: "offer-help".to_owned(),
            priority: Priority::Medium,
            experiment: Some("e".to_owned()),
        }
    }

    fn policy(rules: Vec<Rule>) -> Policy {
        Policy {
            kill: false,
            rules,
            experiments: vec![Experiment { id: "e".to_owned(), holdout_basis_points: 10_000 }],
        }
    }

    const RAGE: &[(Kind, Grade)] = &[(Kind::RageClick, Grade::Likely)];
    const SITUATION: Situation<'static> =
        Situation { signals: RAGE, level: None, template: "/checkout", visitor: None, dismissed: 0 };

    /// The rule proposed in a situation, with its first reason.
    fn check(policy: &Policy, situation: &Situation<'_>, rule: Option<&str>, reason: &str) {
        let proposal = policy.propose(situation);
        assert_eq!((proposal.rule.map(|rule| rule.id.as_str()), proposal.reasons()[0].as_str()), (rule, reason));
    }

    #[test]
    fn a_rule_without_a_level_needs_no_score() {
        let policy = policy(vec![rule("local", Kind::RageClick, None)]);
        check(&policy, &SITUATION, Some("local"), "rage_click is likely, rule needs likely");
    }

    #[test]
    fn a_rule_with_a_level_waits_for_the_risk() {
        let policy = policy(vec![rule("scored", Kind::RageClick, Some(Level::Medium))]);
        check(&policy, &SITUATION, None, "rule scored needs more risk");
        let high = Situation { level: Some(Level::High), ..SITUATION };
        check(&policy, &high, Some("scored"), "rage_click is likely, rule needs likely");
        assert_eq!(policy.propose(&high).reasons()[1], "risk is high, rule needs medium");
    }

    #[test]
    fn grades_below_the_least_and_other_pages_do_not_match() {
        let mut strict = rule("strict", Kind::RageClick, None);
        strict.min_grade = Grade::Confirmed;
        check(&policy(vec![strict]), &SITUATION, None, "no rule matches");
        let mut elsewhere = rule("elsewhere", Kind::RageClick, None);
        elsewhere.template = Some("/basket".to_owned());
        check(&policy(vec![elsewhere]), &SITUATION, None, "no rule matches");
    }

    #[test]
    fn the_most_urgent_rule_wins_and_then_the_first() {
        let mut urgent = rule("urgent", Kind::RageClick, None);
        urgent.priority = Priority::High;
        let policy = policy(vec![rule("a", Kind::RageClick, None), urgent, rule("b", Kind::RageClick, None)]);
        check(&policy, &SITUATION, Some("urgent"), "rage_click is likely, rule needs likely");
    }

    #[test]
    fn the_kill_switch_and_two_dismissals_silence_everything() {
        let mut policy = policy(vec![rule("local", Kind::RageClick, None)]);
        check(&policy, &Situation { dismissed: 2, ..SITUATION }, None, "the visitor sent help away twice");
        policy.kill = true;
        check(&policy, &SITUATION, None, "help is switched off");
    }

    #[test]
    fn only_known_visitors_are_held_out() {
        let policy = policy(vec![rule("local", Kind::RageClick, None)]);
        assert_eq!(policy.propose(&SITUATION).arm, Arm::Treat);
        let known = Situation { visitor: Some("v"), ..SITUATION };
        assert_eq!(policy.propose(&known).arm, Arm::Holdout);
    }
}
