//! What operators look at: where people get stuck, whose sessions, which help helped, and whether all of it works.

mod videos;
mod viewer;

use std::collections::BTreeMap;

use serde::Serialize;
use unsnag_core::event::Outcome;
use unsnag_core::features::ONE;
use unsnag_core::signal::Kind;
use unsnag_core::time::UnixMillis;

use crate::consumer::Analysis;
use crate::pages::{self, Counts};
use crate::session::{By, Episode, Profile, Session};
use crate::store::{Span, Store, StoreError};
use crate::table;
use unsnag_core::policy::Arm as Assigned;

use crate::uplift::{self, ArmCounts, Episodes};

/// Days looked back at most: as long as counts are kept.
pub const MOST_DAYS: u64 = 30;
/// Pages of a report, those with most signals.
const MOST_PAGES: usize = 50;
/// Sessions of a report, the newest.
const MOST_SESSIONS: usize = 50;
/// Items read of one partition.
const MOST_READ: usize = 10_000;
/// Sites asked for: more than a host has write keys.
const MOST_SITES: usize = 10_000;

/// Counts and signals by day of each page.
type Sums = BTreeMap<String, (Counts, Vec<(u64, i64)>)>;

/// All of it, as `GET /analysis.json` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    v: u32,
    generated_at: u64,
    days: u64,
    key: Option<String>,
    keys: Vec<String>,
    pages: Vec<Page>,
    videos: Vec<videos::Video>,
    sessions: Vec<Listed>,
    nudges: Vec<Nudge>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Page {
    template: String,
    views: i64,
    help: i64,
    by_day: Vec<(u64, i64)>,
    signals: Vec<SignalCount>,
    forms: Vec<FormCounts>,
}

#[derive(Clone, Debug, Serialize)]
struct SignalCount {
    kind: String,
    role: String,
    label: String,
    count: i64,
}

#[derive(Clone, Debug, Default, Serialize)]
struct FormCounts {
    form: String,
    runs: i64,
    abandoned: i64,
    submitted: i64,
    refused: i64,
    errors: i64,
    fields: Vec<FieldCounts>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct FieldCounts {
    field: String,
    used: i64,
    errors: i64,
    refills: i64,
    deleted: i64,
    active_ms: i64,
    left_at: i64,
}

#[derive(Clone, Debug, Serialize)]
struct Listed {
    key: String,
    session: String,
    visitor: Option<String>,
    began: u64,
    ended: u64,
    pages: Vec<String>,
    level: &'static str,
    score: f64,
    confidence: f64,
    model: Option<String>,
    model_version: Option<String>,
    source: Option<String>,
    indicators: Vec<ListedIndicator>,
    action: &'static str,
    urgency: &'static str,
    explanation: Option<String>,
    explained_by: Option<String>,
    nudges: Vec<ListedNudge>,
    /// How their visitor watches videos, where they have watched any.
    video: Option<viewer::Viewer>,
}

#[derive(Clone, Debug, Serialize)]
struct ListedIndicator {
    code: &'static str,
    title: &'static str,
    /// Its part in the sum of all contributions.
    share: f64,
    said: String,
}

#[derive(Clone, Debug, Serialize)]
struct ListedNudge {
    id: String,
    entry: String,
    channel: &'static str,
    at: u64,
    outcomes: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Nudge {
    entry: String,
    by: By,
    shown: usize,
    clicked: usize,
    dismissed: usize,
    helped: usize,
    treat: Arm,
    holdout: Arm,
    uplift: Option<Interval>,
    why: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Arm {
    visitors: usize,
    episodes: usize,
    helped: usize,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Interval {
    points: f64,
    low: f64,
    high: f64,
}

impl Analysis {
    /// The report of one site, or of the first there is, over so many days up to `now`.
    pub async fn report(&self, key: Option<&str>, days: u64, now: UnixMillis) -> Result<Report, StoreError> {
        let days = days.clamp(1, MOST_DAYS);
        let keys = self.sites().await?;
        let site = key.map(str::to_owned).or_else(|| keys.first().cloned());
        let mut report = Report {
            v: 1,
            generated_at: now.0,
            days,
            key: site.clone(),
            keys,
            pages: Vec::new(),
            videos: Vec::new(),
            sessions: Vec::new(),
            nudges: Vec::new(),
        };
        if let Some(site) = &site {
            let sums = self.sums(site, days, now).await?;
            let counts = sums.iter().map(|(template, (counts, _))| (template.as_str(), counts));
            report.videos = videos::videos(counts, &self.playbook.videos);
            report.pages = pages(sums);
            report.sessions = self.sessions(site, now).await?;
            report.nudges = self.nudges(site, now).await?;
        }
        Ok(report)
    }

    /// The write keys that anything is known of.
    pub async fn sites(&self) -> Result<Vec<String>, StoreError> {
        sites(&*self.store).await
    }

    /// The counts of each page over these days, with its signals by day.
    async fn sums(&self, site: &str, days: u64, now: UnixMillis) -> Result<Sums, StoreError> {
        let today = pages::day(now);
        let mut sums = Sums::new();
        for day in (today + 1).saturating_sub(days)..=today {
            let span = Span { prefix: table::PAGE.to_owned(), ..Span::default() };
            let partition = table::day_partition(site, day);
            let found = table::list::<Counts>(&*self.store, &partition, &span, MOST_READ, now).await?;
            for (sort, counts) in found {
                let template = sort.strip_prefix(table::PAGE).unwrap_or(&sort).to_owned();
                let (sum, by_day) = sums.entry(template).or_default();
                by_day.push((day, signals_of(&counts)));
                sum.merge(&counts);
            }
        }
        Ok(sums)
    }

    async fn sessions(&self, site: &str, now: UnixMillis) -> Result<Vec<Listed>, StoreError> {
        let span = Span { newest_first: true, ..Span::default() };
        let names = table::list::<()>(&*self.store, &table::recent_partition(site), &span, MOST_SESSIONS, now).await?;
        let mut listed = Vec::with_capacity(names.len());
        // Of one visitor there may be several.
        let mut viewers: BTreeMap<String, Option<viewer::Viewer>> = BTreeMap::new();
        for (sort, ()) in names {
            let Some((_, name)) = sort.split_once(' ') else { continue };
            let row = table::Row::<Session>::read(&*self.store, table::session(site, name), now).await?;
            let (mut profile, mut video) = (Profile::default(), None);
            if let Some(visitor) = &row.value.visitor {
                profile = table::Row::<Profile>::read(&*self.store, table::profile(site, visitor), now).await?.value;
                video = match viewers.get(visitor) {
                    Some(known) => known.clone(),
                    None => self.viewer(site, visitor, &profile, now).await?,
                };
                viewers.insert(visitor.clone(), video.clone());
            }
            listed.extend(list(site, name, row.value, &profile.past, video));
        }
        Ok(listed)
    }

    /// What became of all exposures, by entry.
    async fn nudges(&self, site: &str, now: UnixMillis) -> Result<Vec<Nudge>, StoreError> {
        let mut by_entry: BTreeMap<(String, bool), Vec<(String, Episode)>> = BTreeMap::new();
        for (id, episode) in self.episodes(site, now).await? {
            let entry = (episode.offered.entry.clone(), episode.offered.by == By::Analysis);
            by_entry.entry(entry).or_default().push((id, episode));
        }
        Ok(by_entry.into_iter().map(|((entry, _), episodes)| nudge(entry, &episodes)).collect())
    }

    /// All exposures of a site, with their interventions' ids.
    pub async fn episodes(&self, site: &str, now: UnixMillis) -> Result<Vec<(String, Episode)>, StoreError> {
        episodes(&*self.store, site, now).await
    }
}

/// The write keys that anything is known of.
pub(crate) async fn sites(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let listed = store.query(table::SITES, &Span::default(), MOST_SITES).await?;
    Ok(listed.into_iter().map(|(site, _)| site).collect())
}

/// All exposures of a site, with their interventions' ids.
pub(crate) async fn episodes(
    store: &dyn Store,
    site: &str,
    now: UnixMillis,
) -> Result<Vec<(String, Episode)>, StoreError> {
    let mut all = Vec::new();
    let mut span = Span::default();
    loop {
        let found = table::list::<Episode>(store, &table::episode_partition(site), &span, MOST_READ, now).await?;
        let Some((last, _)) = found.last() else { return Ok(all) };
        span.after = Some(last.clone());
        all.extend(found);
    }
}

fn signals_of(counts: &Counts) -> i64 {
    counts.counts.iter().filter(|(name, _)| name.starts_with("signal ")).map(|(_, count)| count).sum()
}

/// Those with most signals.
fn pages(sums: Sums) -> Vec<Page> {
    let mut pages: Vec<Page> =
        sums.into_iter().map(|(template, (counts, by_day))| page(template, &counts, by_day)).collect();
    let signals = |page: &Page| page.signals.iter().map(|signal| signal.count).sum::<i64>();
    pages.sort_by_key(|page| (std::cmp::Reverse(signals(page)), page.template.clone()));
    pages.truncate(MOST_PAGES);
    pages
}

fn page(template: String, counts: &Counts, by_day: Vec<(u64, i64)>) -> Page {
    let mut page = Page { template, by_day, ..Page::default() };
    let mut forms = BTreeMap::<&str, FormCounts>::new();
    let mut fields = BTreeMap::<(&str, &str), FieldCounts>::new();
    for (name, &count) in &counts.counts {
        let words: Vec<&str> = name.split(' ').collect();
        match words.as_slice() {
            ["views"] => page.views = count,
            ["help"] => page.help = count,
            ["signal", kind, role, label] if Kind::named(kind).is_some() => page.signals.push(SignalCount {
                kind: (*kind).to_owned(),
                role: (*role).to_owned(),
                label: (*label).to_owned(),
                count,
            }),
            ["form", form, what] => {
                let counts = forms.entry(form).or_default();
                match *what {
                    "runs" => counts.runs = count,
                    "abandoned" => counts.abandoned = count,
                    "submitted" => counts.submitted = count,
                    "refused" => counts.refused = count,
                    "errors" => counts.errors = count,
                    _ => {}
                }
            }
            ["field", form, field, what] => {
                let counts = fields.entry((form, field)).or_default();
                match *what {
                    "used" => counts.used = count,
                    "errors" => counts.errors = count,
                    "refills" => counts.refills = count,
                    "deleted" => counts.deleted = count,
                    "active_ms" => counts.active_ms = count,
                    "left_at" => counts.left_at = count,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    page.signals.sort_by_key(|signal| (std::cmp::Reverse(signal.count), signal.kind.clone(), signal.role.clone()));
    for ((form, field), mut counts) in fields {
        field.clone_into(&mut counts.field);
        forms.entry(form).or_default().fields.push(counts);
    }
    let named = |(form, counts): (&str, FormCounts)| FormCounts { form: form.to_owned(), ..counts };
    page.forms = forms.into_iter().map(named).collect();
    for form in &mut page.forms {
        form.fields.sort_by_key(|field| (std::cmp::Reverse((field.left_at, field.errors)), field.field.clone()));
    }
    page
}

/// A number of millionths for people, to four places.
fn share(millionths: u64) -> f64 {
    (millionths * 10_000 / ONE) as f64 / 10_000.0
}

fn list(
    site: &str,
    name: &str,
    session: Session,
    past: &BTreeMap<String, Episode>,
    video: Option<viewer::Viewer>,
) -> Option<Listed> {
    let struggle = session.struggle?;
    let sum: u64 = struggle.indicators.iter().map(crate::struggle::Indicator::contribution).sum();
    let indicators = struggle.indicators.iter().zip(&struggle.reasons).map(|(indicator, said)| ListedIndicator {
        code: indicator.kind.code(),
        title: indicator.kind.title(),
        share: share(indicator.contribution() * ONE / sum.max(1)),
        said: said.clone(),
    });
    let nudges = session.offered.iter().filter_map(|(id, offered)| {
        let outcomes: Vec<String> =
            past.get(id).map(|episode| episode.outcomes.keys().cloned().collect()).unwrap_or_default();
        // A host proposes with every batch; what never came up is not worth a line.
        (offered.by == By::Analysis || !outcomes.is_empty()).then(|| ListedNudge {
            id: id.clone(),
            entry: offered.entry.clone(),
            channel: offered.channel.name(),
            at: past.get(id).and_then(|episode| episode.outcomes.values().min().copied()).unwrap_or(offered.at),
            outcomes,
        })
    });
    let prediction = struggle.prediction.as_ref();
    let source = prediction.map(|prediction| serde_json::to_value(prediction.source));
    Some(Listed {
        key: site.to_owned(),
        session: name.to_owned(),
        visitor: session.visitor,
        began: session.began,
        ended: session.ended,
        pages: session.pages,
        level: struggle.level.name(),
        score: share(struggle.score),
        confidence: share(struggle.confidence),
        model: prediction.map(|prediction| prediction.model.clone()),
        model_version: prediction.map(|prediction| prediction.model_version.clone()),
        source: source.and_then(|value| Some(value.ok()?.as_str()?.to_owned())),
        indicators: indicators.collect(),
        action: struggle.recommendation.action.code(),
        urgency: struggle.recommendation.urgency.code(),
        explanation: session.explanation.as_ref().map(|explanation| explanation.text.clone()),
        explained_by: session.explanation.map(|explanation| explanation.by),
        nudges: nudges.collect(),
        video,
    })
}

/// The effect of one entry, over all its experiments.
fn nudge(entry: String, episodes: &[(String, Episode)]) -> Nudge {
    // Who was held out saw nothing, and succeeded without it.
    let seen = || episodes.iter().filter(|(_, episode)| episode.has(Outcome::Shown));
    let count = |what| seen().filter(|(_, episode)| episode.has(what)).count();
    let mut rows = Episodes::default();
    let mut experiments: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, episode) in episodes {
        let Some(experiment) = episode.offered.experiment.as_deref() else { continue };
        *experiments.entry(experiment).or_default() += 1;
        rows.note(uplift::Episode {
            id: id.clone(),
            visitor: episode.visitor.clone(),
            experiment: experiment.to_owned(),
            entry: entry.clone(),
            arm: if episode.offered.held_out { Assigned::Holdout } else { Assigned::Treat },
            exposed: episode.is_exposed(),
            clicked: episode.has(Outcome::Clicked),
            dismissed: episode.has(Outcome::Dismissed),
            succeeded: episode.has(Outcome::Helped),
        });
    }
    // The experiment with most of them; an entry is hardly ever in two at a time.
    let largest = experiments.into_iter().max_by_key(|(_, count)| *count).map(|(experiment, _)| experiment);
    let effect = largest.map(|experiment| rows.uplift(experiment).overall).unwrap_or_default();
    let arm =
        |counts: &ArmCounts| Arm { visitors: counts.visitors, episodes: counts.episodes, helped: counts.succeeded };
    Nudge {
        entry,
        by: episodes.first().map_or(By::Rule, |(_, episode)| episode.offered.by),
        shown: count(Outcome::Shown),
        clicked: count(Outcome::Clicked),
        dismissed: count(Outcome::Dismissed),
        helped: count(Outcome::Helped),
        treat: arm(&effect.treat),
        holdout: arm(&effect.holdout),
        uplift: effect.uplift.map(|estimate| Interval {
            points: estimate.points,
            low: estimate.low,
            high: estimate.high,
        }),
        why: match (largest, effect.uplift) {
            (None, _) => Some("no_experiment"),
            (_, None) => Some("not_enough"),
            _ => None,
        },
    }
}
