//! From a struggle to an intervention: what is needed, what is decided, and what is written down of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unsnag_core::features::Features;
use unsnag_core::id::base64url;
use unsnag_core::policy::Arm;
use unsnag_core::time::UnixMillis;

use crate::analyst::{Case, Finding, Offer};
use crate::consumer::Analysis;
use crate::orchestrate::{
    Catalogue, Cause, Cell, Channel, Contact, Decision, Draws, Happening, History, Learned, Need, Plan, Question, Site,
    Urgency, Visitor, decide,
};
use crate::record::Record;
use crate::session::{By, Offered, Profile, Session};
use crate::store::{Change, StoreError};
use crate::struggle::{self, Indicator, IndicatorKind, Source, Struggle};
use crate::table::{self, Row};
use crate::video::VideoCatalogue;

/// What can be offered, and what operators set.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// What can be offered.
    pub catalogue: Catalogue,
    /// Hours, caps, channels, escalation, experiment.
    pub site: Site,
    /// What the site's videos are about.
    pub videos: VideoCatalogue,
}

/// One intervention: the plan, and what has become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervention {
    /// Whose site.
    pub key: String,
    /// In which session the need arose.
    pub session: String,
    /// Whose need, where that is known.
    pub visitor: Option<String>,
    /// What was decided.
    pub plan: Plan,
    /// When it was decided.
    pub decided_at: u64,
    /// What happened to its steps, but for what pages tell.
    pub happened: BTreeSet<Happening>,
    /// Deliveries that failed and are tried again.
    #[serde(default)]
    pub trying: Vec<Trying>,
    /// Channels that will not take it, by step and name, and why.
    pub refused: BTreeMap<String, String>,
    /// When to look at it next; `None` when nothing will be done any more.
    pub due: Option<u64>,
    /// Why nothing will be done any more.
    pub over: Option<String>,
}

/// A delivery that failed and is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trying {
    /// Of which step; 0 is the plan itself.
    pub step: usize,
    /// Through which channel.
    pub channel: Channel,
    /// Tries that failed.
    pub tries: u32,
    /// Not before this moment, ms since 1970.
    pub again_at: u64,
    /// And not from this moment on: as the message says.
    pub expires_at: u64,
}

impl Playbook {
    /// What an analyst is asked about this struggle.
    pub(crate) fn case(&self, struggle: &Struggle) -> Case {
        let per_cent = |millionths: u64| (millionths + 5000) / 10_000;
        let sum: u64 = struggle.indicators.iter().map(Indicator::contribution).sum();
        // Of the reasons the first ones are the indicators', in their order.
        let finding = |(indicator, said): (&Indicator, &String)| Finding {
            code: indicator.kind.code().to_owned(),
            share: indicator.contribution() * 100 / sum.max(1),
            said: said.clone(),
        };
        let cause = cause_of(&struggle.indicators);
        let fitting = self.catalogue.entries().iter().filter(|entry| entry.goes_with(cause));
        let source = struggle.prediction.as_ref().map_or(Source::Rules, |prediction| prediction.source);
        Case {
            level: struggle.level.name().to_owned(),
            score: per_cent(struggle.score),
            confidence: per_cent(struggle.confidence),
            source: if source == Source::Rules { "rules" } else { "model" }.to_owned(),
            findings: struggle.indicators.iter().zip(&struggle.reasons).map(finding).collect(),
            action: struggle.recommendation.action.code().to_owned(),
            offers: fitting.map(|entry| Offer { entry: entry.id.clone(), slots: BTreeMap::new() }).collect(),
        }
    }
}

/// What the trouble comes from: by the strongest indicator that says anything of a cause.
fn cause_of(indicators: &[Indicator]) -> Cause {
    let cause = |indicator: &Indicator| match indicator.kind {
        IndicatorKind::FormValidationErrors => Some(Cause::Form),
        IndicatorKind::ErrorRun | IndicatorKind::RetryLoop | IndicatorKind::ClickFrustration => Some(Cause::Technical),
        IndicatorKind::VideoStruggle => Some(Cause::Content),
        // A form that was given up has a form; whoever goes back at once did not find what they came for.
        IndicatorKind::Abandonment => {
            let of_form = indicator.evidence.place.as_ref().is_some_and(|place| place.form.is_some());
            Some(if of_form { Cause::Form } else { Cause::Navigation })
        }
        IndicatorKind::HelpSeeking | IndicatorKind::FallingEngagement | IndicatorKind::NoRecentSuccess => None,
    };
    indicators.iter().find_map(cause).unwrap_or(Cause::Other)
}

fn need(struggle: &Struggle) -> Need {
    Need {
        level: struggle.level,
        score: struggle.score,
        confidence: struggle.confidence,
        cause: cause_of(&struggle.indicators),
        urgency: Some(match struggle.recommendation.urgency {
            struggle::Urgency::Now => Urgency::Now,
            struggle::Urgency::WithinHours => Urgency::WithinHours,
            struggle::Urgency::NextVisit => Urgency::NextVisit,
        }),
        template: struggle
            .indicators
            .iter()
            .find_map(|indicator| Some(indicator.evidence.place.as_ref()?.template.clone()))
            .filter(|template| !template.is_empty()),
    }
}

/// The id of what is decided for a session at a level: the same whenever and however often it is.
fn id(site: &str, session: &str, level: &str) -> String {
    let hash = Sha256::digest(format!("intervention:v1\n{site}\n{session}\n{level}"));
    format!("a-{}", base64url(&hash[..16]))
}

impl Analysis {
    /// Decides about a struggle, once for each level that a session reaches, and gives what has to be written.
    pub(crate) fn raise(
        &self,
        record: &Record,
        (struggle, judged): (&Struggle, &Features),
        session: &mut Session,
        profile: Option<&mut Row<Profile>>,
        now: UnixMillis,
    ) -> Result<Vec<Change>, StoreError> {
        let (site, name, level) = (record.key.as_str(), record.session.as_str(), struggle.level.name());
        if session.decided.contains_key(level) {
            return Ok(Vec::new());
        }
        let need = need(struggle);
        let visitor = match (&session.visitor, &profile) {
            (Some(id), Some(profile)) => profile.value.visitor(id),
            _ => Visitor::default(),
        };
        let history = profile.as_ref().map_or_else(History::default, |profile| profile.value.contacts.clone());
        let id = id(site, name, level);
        let decision = decide(&Question {
            need: &need,
            visitor: &visitor,
            history: &history,
            catalogue: &self.playbook.catalogue,
            site: &self.playbook.site,
            learned: &self.learned(site),
            now,
            draws: Draws::of(&id),
        });
        let plan = match decision {
            Decision::Nothing(nothing) => {
                *self.note().decided.entry(nothing.code.code().to_owned()).or_default() += 1;
                session.decided.insert(level.to_owned(), nothing.code.code().to_owned());
                return Ok(Vec::new());
            }
            Decision::Help(plan) => *plan,
        };
        *self.note().decided.entry(plan.arm.name().to_owned()).or_default() += 1;
        let first = plan.channels.first().copied().unwrap_or(Channel::InApp);
        let offered = Offered {
            entry: plan.entry.clone(),
            by: By::Analysis,
            channel: first,
            experiment: plan.experiment.clone(),
            held_out: plan.arm == Arm::Holdout,
            propensity: plan.propensity,
            cell: Some(Cell {
                cause: need.cause,
                level: need.level,
                entry: plan.entry.clone(),
                version: plan.entry_version,
                channel: first,
            }),
            features: Some(*judged.millionths()),
            prediction: struggle.prediction.clone(),
            at: now.0,
        };
        if let Some(profile) = profile {
            profile.value.contacts.forget(now);
            profile.value.contacts.note(Contact {
                id: id.clone(),
                from: plan.at,
                until: plan.until(),
                channels: plan.channels.iter().copied().collect(),
                dismissed_at: None,
            });
        }
        session.note(id.clone(), offered);
        session.decided.insert(level.to_owned(), id.clone());
        let due = plan.at.max(now);
        let ends = Some(now + table::KEPT_FOR_VISITORS);
        let intervention = Intervention {
            key: site.to_owned(),
            session: name.to_owned(),
            visitor: session.visitor.clone(),
            plan,
            decided_at: now.0,
            happened: BTreeSet::new(),
            trying: Vec::new(),
            refused: BTreeMap::new(),
            due: Some(due.0),
            over: None,
        };
        let mut changes = vec![
            table::put(table::intervention(site, &id), &Some(intervention), ends)?,
            table::put(table::due(due, site, &id), &(), None)?,
        ];
        if let Some(visitor) = &session.visitor {
            changes.push(table::put(table::offer(site, visitor, &id), &(), ends)?);
        }
        Ok(changes)
    }

    /// What the sampler knows of a site.
    fn learned(&self, site: &str) -> Learned {
        self.lessons().get(site).cloned().unwrap_or_default()
    }

    /// Learns anew from all exposures that are known: every minute or so, since that reads all of them.
    pub async fn learn(&self, now: UnixMillis) -> Result<(), StoreError> {
        let mut lessons = BTreeMap::new();
        for site in self.sites().await? {
            let mut learned = Learned::default();
            for (_, episode) in self.episodes(&site, now).await? {
                episode.teach(&mut learned);
            }
            lessons.insert(site, learned);
        }
        *self.lessons() = lessons;
        Ok(())
    }
}
