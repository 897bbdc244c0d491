//! What came of help, as rows to train on: one exposure each, with what was known when it was decided.
//!
//! Only outcomes that a host vouched for are in them, and only features that were recomputed from events.

use serde::Serialize;
use unsnag_core::event::Outcome;
use unsnag_core::features::ONE;
use unsnag_core::policy::Arm;
use unsnag_core::time::UnixMillis;

use crate::report::{episodes, sites};
use crate::session::{By, Episode};
use crate::store::{Store, StoreError};

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Label {
    /// Whose site.
    pub key: String,
    /// The intervention.
    pub intervention: String,
    /// Whose session, with consent: rows of one visitor belong on one side of a split.
    pub visitor: Option<String>,
    /// In which session.
    pub session: String,
    /// The catalogue entry, or the rule of a host.
    pub entry: String,
    /// Who decided.
    pub by: By,
    /// The channel.
    pub channel: &'static str,
    /// The experiment.
    pub experiment: Option<String>,
    /// `treat` or `holdout`.
    pub arm: &'static str,
    /// How likely this choice was, above 0 and at most 1.
    pub propensity: f64,
    /// The 13 features of scope `history` when it was decided; `null` for what a host decided.
    pub features: Option<Vec<f64>>,
    /// The risk by which it was decided, 0 to 1; `null` for what a host decided.
    pub risk: Option<f64>,
    /// What scored it, `NAME VERSION`.
    pub model: Option<String>,
    /// The variant that scored it, where two models share the visitors.
    pub variant: Option<String>,
    /// When it was shown, or would have been, ms since 1970.
    pub at: u64,
    /// The person clicked it.
    pub clicked: bool,
    /// The person sent it away.
    pub dismissed: bool,
    /// What was stuck succeeded within ten minutes; observed in the holdout too.
    pub helped: bool,
}

/// The rows of all sites.
pub async fn labels(store: &dyn Store, now: UnixMillis) -> Result<Vec<Label>, StoreError> {
    let mut labels = Vec::new();
    for site in sites(store).await? {
        let found = episodes(store, &site, now).await?;
        labels.extend(found.into_iter().map(|(id, episode)| label(&site, id, episode)));
    }
    Ok(labels)
}

fn label(site: &str, intervention: String, episode: Episode) -> Label {
    let has = |what| episode.has(what);
    let (clicked, dismissed, helped) = (has(Outcome::Clicked), has(Outcome::Dismissed), has(Outcome::Helped));
    let at = [Outcome::Shown, Outcome::HeldOut].into_iter().filter_map(|what| episode.outcomes.get(what.name()));
    let at = at.min().copied().unwrap_or_default();
    let offered = episode.offered;
    let prediction = offered.prediction;
    Label {
        key: site.to_owned(),
        intervention,
        visitor: episode.visitor,
        session: episode.session,
        entry: offered.entry,
        by: offered.by,
        channel: offered.channel.name(),
        experiment: offered.experiment,
        arm: if offered.held_out { Arm::Holdout.name() } else { Arm::Treat.name() },
        propensity: offered.propensity,
        features: offered.features.map(|values| values.map(|value| value as f64 / ONE as f64).to_vec()),
        risk: prediction.as_ref().map(|prediction| prediction.score as f64 / ONE as f64),
        model: prediction.as_ref().map(|prediction| format!("{} {}", prediction.model, prediction.model_version)),
        variant: prediction.and_then(|prediction| prediction.variant),
        at,
        clicked,
        dismissed,
        helped,
    }
}
