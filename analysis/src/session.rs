//! What is kept of a session and of a visitor, and which exposures follow from them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unsnag_core::event::Outcome;
use unsnag_core::features::COUNT;
use unsnag_core::time::UnixMillis;

use crate::analyst::Explanation;
use crate::history::History;
use crate::orchestrate::{self, Cell, Channel, Contact, Counts, Learned, Observation, Responses};
use crate::record::Proposed;
use crate::risk::Shadow;
use crate::said::Said;
use crate::struggle::{Prediction, Struggle};
use crate::tab::{Tab, ToldOutcome};
use crate::video::Results;

/// Proposals and interventions remembered of one session: a page shows three at most.
const MOST_OFFERS: usize = 50;
/// Interventions remembered of one visitor, the newest ones.
const MOST_PAST: usize = 200;

/// Something that was offered in a session, or would have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    /// The catalogue entry, or for a host's own proposal its rule.
    pub entry: String,
    /// By whom.
    pub by: By,
    /// The most promising channel; for what hosts propose, the page.
    pub channel: Channel,
    /// The experiment it is part of.
    pub experiment: Option<String>,
    /// The visitor is held out of it.
    pub held_out: bool,
    /// How likely this choice was.
    pub propensity: f64,
    /// What the sampler learns by; none for a host's proposal.
    #[serde(default)]
    pub cell: Option<Cell>,
    /// The features by which it was decided, in millionths; none for a host's proposal.
    #[serde(default)]
    pub features: Option<[u64; COUNT]>,
    /// The score that it was decided by; none for a host's proposal.
    #[serde(default)]
    pub prediction: Option<Prediction>,
    /// When it was decided; 0 for a host's proposal, which is known by its batch.
    #[serde(default)]
    pub at: u64,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A rule, at the host or on the page.
    Rule,
    /// The analysis.
    Analysis,
}

/// One session, over all its tabs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Whose, with consent.
    pub visitor: Option<String>,
    /// Its first event, ms since 1970.
    pub began: u64,
    /// Its newest event.
    pub ended: u64,
    /// The pages that its batches came from.
    pub pages: Vec<String>,
    /// Its features, recomputed, in millionths.
    pub features: [u64; COUNT],
    /// Which of them could be seen.
    pub observed: u16,
    /// What was found when its newest batch was read.
    pub struggle: Option<Struggle>,
    /// What a second model said beside.
    #[serde(default)]
    pub shadow: Option<Shadow>,
    /// The struggle in words, once it mattered.
    pub explanation: Option<Explanation>,
    /// What was offered, by the intervention's id.
    pub offered: BTreeMap<String, Offered>,
    /// What was decided at each level that it reached: an intervention's id, or the code of why there is none.
    #[serde(default)]
    pub decided: BTreeMap<String, String>,
}

impl Session {
    /// Takes up what a host proposed with a batch. Hosts name intervention and decision after it.
    pub(crate) fn note_proposal(&mut self, batch: &str, proposed: &Proposed) {
        let offered = Offered {
            entry: proposed.rule.clone(),
            by: By::Rule,
            channel: Channel::InApp,
            experiment: proposed.experiment.clone(),
            held_out: proposed.held_out,
            propensity: 1.0,
            cell: None,
            features: None,
            prediction: None,
            at: 0,
        };
        self.note(format!("i-{batch}"), offered);
    }

    /// Takes up something offered; of too many those stay whose ids come first.
    pub(crate) fn note(&mut self, id: String, offered: Offered) {
        self.offered.entry(id).or_insert(offered);
        if self.offered.len() > MOST_OFFERS {
            self.offered.pop_last();
        }
    }

    /// The exposures that its tabs told of: one for each offered intervention that was shown, or would have been.
    pub fn episodes(&self, name: &str, tabs: &BTreeMap<String, Tab>) -> BTreeMap<String, Episode> {
        let mut episodes: BTreeMap<String, Episode> = BTreeMap::new();
        // Only what a host vouches for counts.
        let outcomes = tabs.values().flat_map(Tab::outcomes).filter(|outcome| outcome.verified);
        for ToldOutcome { intervention, what, at, .. } in outcomes {
            let Some(offered) = self.offered.get(&intervention) else { continue };
            let episode = episodes.entry(intervention).or_insert_with(|| Episode {
                session: name.to_owned(),
                visitor: self.visitor.clone(),
                offered: offered.clone(),
                outcomes: BTreeMap::new(),
            });
            let first = episode.outcomes.entry(what.name().to_owned()).or_insert(at.0);
            *first = at.0.min(*first);
        }
        episodes.retain(|_, episode| episode.is_exposed());
        episodes
    }
}

/// What became of one exposure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// In which session.
    pub session: String,
    /// Whose; without one it is left out of uplift.
    pub visitor: Option<String>,
    /// What was offered.
    pub offered: Offered,
    /// What the page told of it, and when first.
    pub outcomes: BTreeMap<String, u64>,
}

impl Episode {
    /// Whether the page told of this.
    pub fn has(&self, what: Outcome) -> bool {
        self.outcomes.contains_key(what.name())
    }

    /// Shown, or held out at the moment when it would have been.
    pub fn is_exposed(&self) -> bool {
        self.has(Outcome::Shown) || self.has(Outcome::HeldOut)
    }

    /// Teaches the sampler. Only verified outcomes are in an episode; who was held out saw nothing.
    pub fn teach(&self, learned: &mut Learned) {
        let Some(cell) = &self.offered.cell else { return };
        let (exposed, succeeded) = (self.has(Outcome::Shown), self.has(Outcome::Helped));
        learned.learn(cell.clone(), &Observation { verified: true, exposed, succeeded });
    }
}

/// What is kept of a visitor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Their sessions' features.
    pub history: History,
    /// What was offered to them and what became of it, by the intervention's id.
    pub past: BTreeMap<String, Episode>,
    /// What reached them or is on its way: caps count it.
    pub contacts: orchestrate::History,
    /// How they want to be reached, as pages said it.
    #[serde(default)]
    pub said: Said,
    /// What became of the tasks that test videos.
    #[serde(default, skip_serializing_if = "Results::is_empty")]
    pub results: Results,
}

impl Profile {
    /// Takes up what is known of an exposure now.
    pub(crate) fn put(&mut self, id: &str, episode: &Episode) {
        let at = |what: Outcome| episode.outcomes.get(what.name()).map(|at| UnixMillis(*at));
        if let Some(exposed) = at(Outcome::Shown).or_else(|| at(Outcome::HeldOut)) {
            self.contacts.note(Contact {
                id: id.to_owned(),
                from: exposed,
                until: exposed,
                channels: [episode.offered.channel].into(),
                dismissed_at: at(Outcome::Dismissed),
            });
        }
        self.past.insert(id.to_owned(), episode.clone());
        trim(&mut self.past, |episode| episode.outcomes.values().min().copied().unwrap_or_default());
    }

    /// How they took earlier help.
    pub fn responses(&self) -> Responses {
        let mut responses = Responses::default();
        for episode in self.past.values() {
            let count = |what| u32::from(episode.has(what));
            let counts = Counts {
                shown: count(Outcome::Shown),
                clicked: count(Outcome::Clicked),
                dismissed: count(Outcome::Dismissed),
                helped: count(Outcome::Helped),
            };
            responses.add(episode.offered.channel, &episode.offered.entry, counts);
        }
        responses
    }

    /// They as far as it bears on help.
    pub fn visitor(&self, id: &str) -> orchestrate::Visitor {
        orchestrate::Visitor {
            id: Some(id.to_owned()),
            zone: self.said.utc_offset_minutes().map(|offset_minutes| orchestrate::Zone { offset_minutes, said: true }),
            opted_out: self.said.unwanted(),
            email_known: self.said.email_known(),
            responses: self.responses(),
        }
    }
}

/// Keeps the newest: the same ones in any order of arrival.
fn trim<T>(all: &mut BTreeMap<String, T>, at: impl Fn(&T) -> u64) {
    while all.len() > MOST_PAST {
        let oldest = all.iter().min_by_key(|(id, one)| (at(one), id.as_str())).map(|(id, _)| id.clone());
        all.retain(|id, _| Some(id) != oldest.as_ref());
    }
}
