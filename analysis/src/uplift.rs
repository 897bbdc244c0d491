//! Uplift: whether help helps, as the difference between those who were treated and those who were held out.
//!
//! **By intention to treat.** An episode counts in the arm that its visitor was assigned to, whether help was seen or
//! not; who sees it depends on the person, and comparing only those would compare different people.
//!
//! **Clustered by visitor.** Episodes of one person are alike, so the visitors are what is independent. In an arm with
//! visitors i = 1 … G, `n_i` episodes and `s_i` successes each, and N episodes in all:
//!
//! ```text
//! p = Σ s_i / N                                      the success rate
//! V = G / (G − 1) · Σ (s_i − n_i · p)² / N²          its cluster-robust variance, corrected for few clusters
//! uplift = p_treat − p_holdout,  se² = V_treat + V_holdout
//! interval = uplift ± t · se,  t: the 0.975 quantile of Student's t at
//! ν = se⁴ / (V_treat² / (G_treat − 1) + V_holdout² / (G_holdout − 1)) degrees of freedom (Welch, Satterthwaite)
//! ```
//!
//! An arm in which all or none succeeded shows no spread; its V is taken from Wilson's bound, (z / (G + z²))², so that
//! nobody is certain after thirty visitors.
//!
//! Visitors without an id are in no arm that could be known again; they are left out and counted. So are visitors who
//! are in both arms of one experiment, which happens when its share was changed.

mod estimate;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unsnag_core::policy::Arm;

use crate::words;
use estimate::Cluster;

pub use estimate::{COVERAGE, Estimate};

/// Visitors that each arm needs before an interval is given: below that the distribution of the difference is not near
/// enough to Student's, and one person is more than 3 % of an arm.
pub const LEAST_VISITORS: usize = 30;

/// One struggle for which help was planned: from its plan, its outcomes, and what came of the task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// The intervention's id; what is known of one in several rows is put together.
    pub id: String,
    /// The persistent visitor.
    pub visitor: Option<String>,
    /// The experiment.
    pub experiment: String,
    /// The catalogue entry.
    pub entry: String,
    /// The arm.
    #[serde(with = "words::arm")]
    pub arm: Arm,
    /// It was shown; in the holdout: it would have been.
    pub exposed: bool,
    /// It was clicked.
    pub clicked: bool,
    /// It was sent away.
    pub dismissed: bool,
    /// The task succeeded within the horizon.
    pub succeeded: bool,
}

/// Episodes, each once; neither order nor repetition matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Episode>", into = "Vec<Episode>")]
pub struct Episodes(BTreeMap<(String, String), Known>);

/// What is known of one episode. Rows that contradict each other in what never changes are kept side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known(BTreeMap<Fixed, Flags>);

/// What never changes of an episode.
type Fixed = (Option<String>, String, bool);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flags {
    exposed: bool,
    clicked: bool,
    dismissed: bool,
    succeeded: bool,
}

impl From<Vec<Episode>> for Episodes {
    fn from(rows: Vec<Episode>) -> Self {
        let mut episodes = Self::default();
        for row in rows {
            episodes.note(row);
        }
        episodes
    }
}

impl From<Episodes> for Vec<Episode> {
    fn from(episodes: Episodes) -> Self {
        let rows = episodes.0.into_iter().flat_map(|((experiment, id), known)| {
            known.0.into_iter().map(move |((visitor, entry, held_out), flags)| Episode {
                id: id.clone(),
                visitor,
                experiment: experiment.clone(),
                entry,
                arm: if held_out { Arm::Holdout } else { Arm::Treat },
                exposed: flags.exposed,
                clicked: flags.clicked,
                dismissed: flags.dismissed,
                succeeded: flags.succeeded,
            })
        });
        rows.collect()
    }
}

impl Episodes {
    /// Notes what is known of an episode.
    pub fn note(&mut self, episode: Episode) {
        let Episode { id, visitor, experiment, entry, arm, exposed, clicked, dismissed, succeeded } = episode;
        let known = self.0.entry((experiment, id)).or_default();
        let flags = known.0.entry((visitor, entry, arm == Arm::Holdout)).or_default();
        flags.exposed |= exposed;
        flags.clicked |= clicked;
        flags.dismissed |= dismissed;
        flags.succeeded |= succeeded;
    }

    /// Notes all of another collection.
    pub fn merge(&mut self, other: &Episodes) {
        for episode in Vec::from(other.clone()) {
            self.note(episode);
        }
    }

    /// The experiments that there are episodes of.
    pub fn experiments(&self) -> BTreeSet<&str> {
        self.0.keys().map(|(experiment, _)| experiment.as_str()).collect()
    }

    /// The effect of an experiment's help, over all entries and by entry.
    pub fn uplift(&self, experiment: &str) -> Report {
        let rows: Vec<Row<'_>> = self.rows(experiment).collect();
        let mut arms: BTreeMap<&str, BTreeSet<bool>> = BTreeMap::new();
        for row in &rows {
            if let Some(visitor) = row.visitor {
                arms.entry(visitor).or_default().insert(row.held_out);
            }
        }
        let mut report = Report { experiment: experiment.to_owned(), ..Report::default() };
        report.in_both_arms = arms.values().filter(|arms| arms.len() > 1).count();
        let mut overall = Tally::default();
        let mut by_entry: BTreeMap<&str, Tally<'_>> = BTreeMap::new();
        for row in &rows {
            match row.visitor {
                None => report.without_id += 1,
                Some(visitor) if arms[visitor].len() > 1 => {}
                Some(visitor) => {
                    overall.add(visitor, row);
                    by_entry.entry(row.entry).or_default().add(visitor, row);
                }
            }
        }
        report.overall = overall.effect();
        report.entries = by_entry.into_iter().map(|(entry, tally)| (entry.to_owned(), tally.effect())).collect();
        report
    }

    fn rows(&self, experiment: &str) -> impl Iterator<Item = Row<'_>> {
        let from = (experiment.to_owned(), String::new());
        let of_experiment = self.0.range(from..).take_while(move |((known, _), _)| known == experiment);
        of_experiment.flat_map(|(_, known)| {
            known.0.iter().map(|((visitor, entry, held_out), flags)| Row {
                visitor: visitor.as_deref(),
                entry,
                held_out: *held_out,
                flags: *flags,
            })
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Row<'a> {
    visitor: Option<&'a str>,
    entry: &'a str,
    held_out: bool,
    flags: Flags,
}

/// What an experiment shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The experiment.
    pub experiment: String,
    /// Over all entries.
    pub overall: Effect,
    /// By entry: what the visitors for whom it was chosen did, in either arm.
    pub entries: BTreeMap<String, Effect>,
    /// Episodes of visitors without an id, left out.
    pub without_id: usize,
    /// Visitors who are in both arms, left out.
    pub in_both_arms: usize,
}

/// What became of an arm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmCounts {
    /// Visitors.
    pub visitors: usize,
    /// Their episodes.
    pub episodes: usize,
    /// Of these, seen.
    pub exposed: usize,
    /// Clicked.
    pub clicked: usize,
    /// Sent away.
    pub dismissed: usize,
    /// With success.
    pub succeeded: usize,
}

/// Why there is no estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lacks {
    /// An arm has fewer than [`LEAST_VISITORS`].
    NotEnough,
}

/// Both arms, and their difference if there is enough to say one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The treated.
    pub treat: ArmCounts,
    /// The held out.
    pub holdout: ArmCounts,
    /// The difference of their success rates.
    pub uplift: Option<Estimate>,
    /// Why there is none.
    pub why: Option<Lacks>,
}

#[derive(Debug, Default)]
struct Tally<'a> {
    treat: ArmTally<'a>,
    holdout: ArmTally<'a>,
}

#[derive(Debug, Default)]
struct ArmTally<'a> {
    counts: ArmCounts,
    clusters: BTreeMap<&'a str, Cluster>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, visitor: &'a str, row: &Row<'a>) {
        let arm = if row.held_out { &mut self.holdout } else { &mut self.treat };
        let Flags { exposed, clicked, dismissed, succeeded } = row.flags;
        let counts = &mut arm.counts;
        counts.episodes += 1;
        counts.exposed += usize::from(exposed);
        counts.clicked += usize::from(clicked);
        counts.dismissed += usize::from(dismissed);
        counts.succeeded += usize::from(succeeded);
        let cluster = arm.clusters.entry(visitor).or_default();
        cluster.episodes += 1;
        cluster.successes += u32::from(succeeded);
        counts.visitors = arm.clusters.len();
    }

    fn effect(self) -> Effect {
        let (treat, holdout) = (self.treat.counts, self.holdout.counts);
        if treat.visitors.min(holdout.visitors) < LEAST_VISITORS {
            return Effect { treat, holdout, uplift: None, why: Some(Lacks::NotEnough) };
        }
        let clusters = |arm: ArmTally<'_>| arm.clusters.into_values().collect::<Vec<_>>();
        let uplift = estimate::difference(&clusters(self.treat), &clusters(self.holdout));
        Effect { treat, holdout, uplift, why: None }
    }
}
