//! Rows: what the analysis knows of a visitor at each batch, and what became of them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use unsnag_analysis::facts::SessionFacts;
use unsnag_analysis::history::{History, SessionVector};
use unsnag_analysis::record::Record;
use unsnag_analysis::tab::Tab;
use unsnag_core::features::Features;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::UnixMillis;
use unsnag_simulator::{Event, Simulation, Site, Stage, Step};

use crate::host::Host;
use crate::label::{gives_up, is_landmark};

/// When visitors begin to come: 2026-01-01, UTC.
const START: UnixMillis = UnixMillis(1_767_225_600_000);
/// After each session so many come again: 2.5 sessions a visitor, where the simulator's own third gives 1.5. Assumed,
/// so that there is history to learn from.
const COMES_AGAIN: f64 = 0.6;
/// How common obstacles are on the sites that the visitors use, as a factor of the simulator's shop, and how many of ten
/// visitors are on such sites. Assumed: most sites are better kept than that shop, some are worse; and where sites differ,
/// earlier trouble tells of later.
const TROUBLE: [(f64, usize); 4] = [(0.1, 4), (0.3, 3), (1.0, 2), (3.0, 1)];
/// How many products people look at before they do what they came for, and how much text there is, as a factor of the
/// shop's: sites of short visits and of long ones, lest the length of a visit tells the shop's journeys apart. Assumed.
const LEISURE: [(usize, u32); 2] = [(0, 1), (4, 4)];

/// A landmark.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// The visitor's number over all sites.
    pub(crate) visitor: usize,
    /// The session's number among theirs, from 0.
    pub(crate) session: usize,
    /// The time of the batch.
    pub(crate) at: UnixMillis,
    /// What the analysis computes.
    pub(crate) features: Features,
    /// Whether they give up after it.
    pub(crate) gives_up: bool,
}

/// What is known of one visitor.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Sessions that have begun.
    sessions: usize,
    /// The newest one's name and tabs. Sessions of one visitor are hours apart.
    session: String,
    tabs: BTreeMap<String, Tab>,
    history: History,
}

impl Known {
    /// Takes a record up as `Analysis::consume` does, and returns what is known of the visitor then.
    fn take_up(&mut self, record: &Record, thresholds: &Thresholds) -> Features {
        if self.session != record.session.as_str() {
            self.sessions += 1;
            record.session.as_str().clone_into(&mut self.session);
            self.tabs.clear();
        }
        self.tabs.entry(record.tab.as_str().to_owned()).or_default().merge(record);
        let vector = SessionVector::of(&SessionFacts::of(&self.tabs), thresholds);
        let as_of = UnixMillis(vector.ended);
        self.history.put(&self.session, vector);
        self.history.features(as_of)
    }
}

/// The rows of this many visitors, site by site, each in order of time. Shares of sites are rounded down.
pub(crate) fn rows(seed: u64, visitors: usize) -> Result<Vec<Row>> {
    let (mut all, mut first) = (Vec::new(), 0);
    for (number, (site, tenths)) in sites().into_iter().enumerate() {
        let here = visitors * tenths / 10 / LEISURE.len();
        all.extend(rows_of_site(simulation(seed + number as u64, here, site), first)?);
        first += here;
    }
    Ok(all)
}

/// All sites, each with its part of those that are as leisurely, in tenths.
pub(crate) fn sites() -> Vec<(Site, usize)> {
    let of = |leisure| TROUBLE.map(|(trouble, tenths)| (site(trouble, leisure), tenths));
    LEISURE.into_iter().flat_map(of).collect()
}

fn site(trouble: f64, (looks, words): (usize, u32)) -> Site {
    let mut site = Site::default();
    for obstacle in &mut site.obstacles {
        obstacle.probability = (obstacle.probability * trouble).min(1.0);
    }
    for page in &mut site.pages {
        page.words *= words;
    }
    let look = Stage { steps: vec![Step::Press("product"), Step::Read(0.8), Step::Back], share: 0.7 };
    for journey in &mut site.journeys {
        journey.stages.splice(0..0, vec![look.clone(); looks]);
    }
    site
}

pub(crate) fn simulation(seed: u64, visitors: usize, site: Site) -> Simulation {
    Simulation::new(seed, visitors, site, START).with_returns(COMES_AGAIN)
}

fn rows_of_site(mut simulation: Simulation, first: usize) -> Result<Vec<Row>> {
    let (host, thresholds) = (Host::new()?, Thresholds::default());
    let mut known: BTreeMap<usize, Known> = BTreeMap::new();
    let mut rows = Vec::new();
    for event in simulation.by_ref() {
        let Event::Sealed { visitor, at, batch } = event else { continue };
        let record = Record::read(&host.record(at, &batch)?).context("a host's record can be read")?;
        let known = known.entry(visitor).or_default();
        let features = known.take_up(&record, &thresholds);
        rows.push(Row { visitor, session: known.sessions - 1, at, features, gives_up: false });
    }
    let truth = simulation.truth();
    rows.retain_mut(|row| {
        let sessions = &truth[row.visitor].sessions;
        row.gives_up = gives_up(sessions, row.session, row.at);
        row.visitor += first;
        is_landmark(sessions, row.session, row.at)
    });
    Ok(rows)
}

#[cfg(test)]
mod tests;
