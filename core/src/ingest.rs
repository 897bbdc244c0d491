//! Ingest: the bytes of a batch become a verdict on each event, a score, a decision and a stream record.
//!
//! A pure function of bytes, policy, keys and time: every host answers the same.

pub mod inflate;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::code::{DropCode, RequestCode};
use crate::config::Config;
use crate::features::{Features, ONE, VERSION, index};
use crate::host::Site;
use crate::id::{BatchId, SessionId, TabId, VisitorId, WriteKey, is_valid};
use crate::limits::{MAX_AGE, MAX_EVENTS, MAX_FUTURE, MAX_JSON_DEPTH, MAX_STRING_BYTES};
use crate::live::{self, Access, TOKEN_LASTS};
use crate::policy::{Arm, Proposal, Situation};
use crate::privacy;
use crate::push::Push;
use crate::risk::{self, Level};
use crate::scrub::{self, Look};
use crate::sign::SigningKeys;
use crate::signal::{Grade, Kind};
use crate::time::{Millis, UnixMillis};
use crate::wire::answer::{Answer, Decision, Dispositions, Dropped, Intervention, Live, PolicyState, Risk};
use crate::wire::data::{self, Said};
use crate::wire::scan::scan;
use crate::wire::{self, EventHead, FeatureVector, Outer};

/// How long a proposal is worth showing.
const OFFER_LASTS: Millis = Millis(10 * 60 * 1000);

/// A batch that has been understood.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Its name.
    pub id: BatchId,
    /// Whose session.
    pub session: SessionId,
    /// Whose visit, with consent.
    pub visitor: Option<VisitorId>,
    /// Which tab.
    pub tab: TabId,
    /// The page's template, made one if it was not.
    pub template: String,
    /// The features, clamped, and raised to what the events imply.
    pub features: Features,
    /// The level the page knew.
    pub level: Level,
    /// Dismissals the page knew.
    pub dismissed: u32,
    /// Help that the page has shown in this session.
    shown: Vec<String>,
    /// Each event with its verdict, in order.
    pub events: Vec<Event<'a>>,
    text: &'a str,
    events_text: &'a str,
}

impl Batch<'_> {
    /// `KEY/SESSION/TAB/BATCH`: by this a repeated batch is known. None of the four can hold a slash.
    fn name(&self, key: &WriteKey) -> String {
        [key.as_str(), self.session.as_str(), self.tab.as_str(), self.id.as_str()].join("/")
    }

    /// The interventions that the page has: it has shown them, or tells what became of them.
    pub(crate) fn arrived(&self) -> Vec<String> {
        let outcomes = self.events.iter().filter_map(|event| match &event.said {
            Ok(Said::Outcome { intervention, .. }) => Some(intervention.clone()),
            _ => None,
        });
        self.shown.iter().cloned().chain(outcomes).collect()
    }
}

/// One event of a batch.
#[derive(Debug)]
pub struct Event<'a> {
    /// Its id, if it had one.
    pub id: Option<String>,
    /// What it says, or why it was dropped.
    pub said: Result<Said, DropCode>,
    text: &'a str,
    /// The part of the text that is its data.
    data: &'a str,
}

/// What a host makes of a batch.
#[derive(Debug)]
pub struct Ingested {
    /// The session: the partition key.
    pub session: SessionId,
    /// What tells the batch from all others, whoever sends it how often.
    pub name: String,
    /// What is to be made durable.
    pub record: Vec<u8>,
    /// What is answered once it is.
    pub answer: Vec<u8>,
    /// What became of the events.
    pub dispositions: Dispositions,
    /// False where the site's model had no score and the rules stood in.
    pub scored_by_model: bool,
    /// Events in which something was replaced.
    pub scrubbed: usize,
}

/// Who received a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum HostKind {
    Edge,
    Collector,
}

impl HostKind {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Collector => "collector",
        }
    }
}

/// Reads the text of a batch, at this time.
pub fn parse(text: &str, now: UnixMillis) -> Result<Batch<'_>, RequestCode> {
    let found = scan(text);
    if found.depth > MAX_JSON_DEPTH {
        return Err(RequestCode::InvalidJson);
    }
    let outer: Outer<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => RequestCode::InvalidBatch,
        _ => RequestCode::InvalidJson,
    })?;
    if !wire::is_object(text) {
        return Err(RequestCode::InvalidBatch);
    }
    let events_raw = outer.events.ok_or(RequestCode::InvalidBatch)?;
    let raws: Vec<&RawValue> = part(Some(events_raw))?;
    if raws.len() > MAX_EVENTS {
        return Err(RequestCode::TooManyEvents);
    }
    if part::<u32>(outer.v)? != 1 || part::<String>(outer.consent)? != "granted" {
        return Err(RequestCode::InvalidBatch);
    }
    let id = BatchId::new(&part::<String>(outer.batch_id)?).ok_or(RequestCode::InvalidBatch)?;
    let session = SessionId::new(&part::<String>(outer.session)?).ok_or(RequestCode::InvalidBatch)?;
    let tab = TabId::new(&part::<String>(outer.tab)?).ok_or(RequestCode::InvalidBatch)?;
    let visitor: Option<String> = outer.visitor.map_or(Ok(None), |raw| part(Some(raw)))?;
    let visitor = visitor.map(|text| VisitorId::new(&text).ok_or(RequestCode::InvalidBatch)).transpose()?;
    part::<u32>(outer.seq)?;
    part::<u64>(outer.sent_at)?;
    if !is_valid(&part::<String>(outer.sdk)?) {
        return Err(RequestCode::InvalidBatch);
    }
    let page: wire::Page = object(outer.page)?;
    if page.template.len() > MAX_STRING_BYTES || page.view.as_ref().is_some_and(|view| !is_valid(view)) {
        return Err(RequestCode::InvalidBatch);
    }
    let vector: FeatureVector = object(outer.features)?;
    if vector.v != VERSION || vector.scope != "session" {
        return Err(RequestCode::InvalidBatch);
    }
    let mut features = Features::from_wire(&vector.values, vector.observed).ok_or(RequestCode::InvalidBatch)?;
    let state: wire::PolicyState<'_> =
        outer.policy_state.map_or(Ok(wire::PolicyState::default()), |raw| object(Some(raw)))?;
    let within = |at: usize, part: &str| (start(text, part)..start(text, part) + part.len()).contains(&at);
    if !found.infinite.iter().chain(&found.unpaired).all(|at| raws.iter().any(|raw| within(*at, raw.get()))) {
        return Err(RequestCode::InvalidBatch);
    }

    let mut seen = HashSet::new();
    let events: Vec<Event<'_>> = raws
        .iter()
        .map(|raw| {
            let infinite = found.infinite.iter().any(|at| within(*at, raw.get()));
            read_event(raw.get(), infinite, now, &mut seen)
        })
        .collect();
    raise(&mut features, &events);
    Ok(Batch {
        id,
        session,
        visitor,
        tab,
        template: privacy::template(&page.template),
        features,
        level: state.level.as_deref().and_then(Level::named).unwrap_or_default(),
        dismissed: state.dismissed,
        shown: state.shown.map(shown).unwrap_or_default(),
        events,
        text,
        events_text: events_raw.get(),
    })
}

fn part<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, RequestCode> {
    let raw = raw.ok_or(RequestCode::InvalidBatch)?;
    serde_json::from_str(raw.get()).map_err(|_| RequestCode::InvalidBatch)
}

fn object<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, RequestCode> {
    if raw.is_some_and(|raw| wire::is_object(raw.get())) { part(raw) } else { Err(RequestCode::InvalidBatch) }
}

/// Ids of the help that a page has shown. What cannot be read only makes a host offer something once more.
fn shown(raw: &RawValue) -> Vec<String> {
    let list: Vec<wire::Shown> = serde_json::from_str(raw.get()).unwrap_or_default();
    list.into_iter().map(|shown| shown.id).collect()
}

/// Where a part begins in the whole that it is a slice of.
fn start(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

fn read_event<'a>(text: &'a str, infinite: bool, now: UnixMillis, seen: &mut HashSet<String>) -> Event<'a> {
    #[derive(Deserialize)]
    struct OnlyId {
        id: String,
    }
    let dropped = |id: Option<String>, code| Event { id, said: Err(code), text, data: "" };
    let found = scan(text);
    if infinite || found.longest_string > MAX_STRING_BYTES {
        // The head may not parse at all; its id is told if it can be.
        let id = serde_json::from_str::<OnlyId>(text).ok().map(|only| only.id).filter(|id| is_valid(id));
        return dropped(id, if infinite { DropCode::NumberOutOfRange } else { DropCode::StringTooLong });
    }
    // What cannot be decoded cannot be kept: the record's readers would stumble over the whole batch.
    let is_text = found.unpaired.is_empty();
    let head = serde_json::from_str::<EventHead<'_>>(text).ok().filter(|_| is_text && wire::is_object(text));
    let Some(head) = head else {
        let id = serde_json::from_str::<OnlyId>(text).ok().map(|only| only.id).filter(|id| is_valid(id));
        return dropped(id, DropCode::InvalidField);
    };
    if !is_valid(&head.id) {
        return dropped(None, DropCode::InvalidField);
    }
    let id = Some(head.id.to_string());
    if head.at > (now.0 + MAX_FUTURE.0) as f64 {
        return dropped(id, DropCode::TimeInFuture);
    }
    if head.at < now.0.saturating_sub(MAX_AGE.0) as f64 {
        return dropped(id, DropCode::TimeTooOld);
    }
    let data = head.data.map_or("", RawValue::get);
    match data::read(&head.type_name, if data.is_empty() { "{}" } else { data }) {
        Err(code) => dropped(id, code),
        Ok(_) if !seen.insert(head.id.to_string()) => dropped(id, DropCode::DuplicateEvent),
        Ok(said) => Event { id, said: Ok(said), text, data },
    }
}

/// Raises the counts that the events themselves prove.
fn raise(features: &mut Features, events: &[Event<'_>]) {
    let said = || events.iter().filter_map(|event| event.said.as_ref().ok());
    let count = |what: &Said| said().filter(|said| *said == what).count() as u64 * ONE;
    let mut forms: BTreeMap<(&str, u64), (u64, [u64; 3])> = BTreeMap::new();
    for said in said() {
        if let Said::Form { form, run, revision, abandoned, errors, retries } = said {
            let newest = forms.entry((form, *run)).or_default();
            if *revision >= newest.0 {
                *newest = (*revision, [u64::from(*abandoned), *errors, *retries]);
            }
        }
    }
    let of_forms = |part: usize| forms.values().map(|(_, counts)| counts[part] * ONE).sum::<u64>();
    features.raise(index::ERROR_COUNT, count(&Said::Error) + of_forms(1));
    features.raise(index::RETRY_COUNT, of_forms(2));
    features.raise(index::HELP_REQUESTS, count(&Said::Help));
    features.raise(index::FORM_ABANDONS, of_forms(0));
    let frustration = newest_signals(events)
        .into_iter()
        .filter(|(kind, _)| kind.is_click_frustration())
        .map(|(_, grade)| grade.weight_millionths())
        .sum();
    features.raise(index::CLICK_FRUSTRATION, frustration);
}

/// The signals of a batch, each at its newest revision, without those that were taken back.
fn newest_signals(events: &[Event<'_>]) -> Vec<(Kind, Grade)> {
    let mut newest: BTreeMap<&str, (u64, Kind, Grade)> = BTreeMap::new();
    for event in events {
        if let Ok(Said::Signal { chain, kind, grade, revision }) = &event.said {
            let known = newest.entry(chain).or_insert((*revision, *kind, *grade));
            if *revision >= known.0 {
                *known = (*revision, *kind, *grade);
            }
        }
    }
    newest
        .into_values()
        .filter(|(.., grade)| *grade != Grade::Retracted)
        .map(|(_, kind, grade)| (kind, grade))
        .collect()
}

/// Scores a batch, decides, and writes record and answer; what waits for the session rides on the answer.
pub fn ingest(
    batch: &Batch<'_>,
    key: &WriteKey,
    site: &Site,
    host: HostKind,
    now: UnixMillis,
    waiting: &[Arc<Push>],
) -> Ingested {
    let (config, signing) = (&site.config, &site.signing);
    let risk = risk::assess(site.model.as_ref(), &batch.features, batch.level);
    let scored_by_model = risk.model == site.model.name();
    let signals = newest_signals(&batch.events);
    let situation = Situation {
        signals: &signals,
        level: Some(risk.level),
        template: &batch.template,
        visitor: batch.visitor.as_ref().map(VisitorId::as_str),
        dismissed: batch.dismissed,
    };
    let proposal = config.policy.propose(&situation);
    let decision = decide(batch, &proposal, signing);
    let mut interventions = interventions(batch, &proposal, config, &decision, now);
    interventions.extend(waiting.iter().map(|push| push.intervention()));
    let live = site.later.as_ref().filter(|_| risk.level >= Level::Medium && !config.policy.kill);
    let live = live.map(|later| {
        let until = now + TOKEN_LASTS;
        let access = Access { key: key.clone(), session: batch.session.clone() };
        Live { token: live::token(&later.live, &access, until), until: until.0 }
    });
    let Settled { dispositions, kept, scrubbed } = settle(batch, &decision, site);
    let risk = Risk::from(risk);

    let around = Around::of(batch, site.scrub);
    let record = record(&around, key, host, now, &kept, &dispositions, &risk, &decision);
    let dropped = batch.events.iter().filter_map(|event| {
        let code = *event.said.as_ref().err()?;
        Some(Dropped { id: event.id.as_deref(), code })
    });
    let answer = Answer {
        v: 1,
        batch_id: batch.id.as_str(),
        server_time: now.0,
        accepted: dispositions.ok,
        dropped: dropped.collect(),
        policy_state: PolicyState { level: risk.level },
        risk,
        decision,
        interventions,
        live,
    };
    let answer = serde_json::to_vec(&answer).expect("an answer has no map with keys other than strings");
    let name = batch.name(key);
    Ingested { session: batch.session.clone(), name, record, answer, dispositions, scored_by_model, scrubbed }
}

/// The decision of a batch; its id follows from the batch's, so that a repeated batch gets the same one.
fn decide<'a>(batch: &Batch<'_>, proposal: &Proposal<'a>, signing: &SigningKeys) -> Decision<'a> {
    let id = format!("d-{}", batch.id.as_str());
    let signature = signing.sign(batch.session.as_str(), &id);
    let rule = proposal.rule;
    Decision {
        id,
        rule: rule.map(|rule| rule.id.as_str()),
        reasons: proposal.reasons(),
        experiment: rule.and_then(|rule| rule.experiment.as_deref()),
        arm: proposal.arm,
        propensity: 1.0,
        signature,
    }
}

fn interventions<'a>(
    batch: &Batch<'_>,
    proposal: &Proposal<'a>,
    config: &'a Config,
    decision: &Decision<'_>,
    now: UnixMillis,
) -> Vec<Intervention<'a>> {
    let proposed = proposal.rule.and_then(|rule| Some((rule, config.entry(&rule.entry)?)));
    let intervention = proposed.map(|(rule, entry)| Intervention {
        id: format!("i-{}", batch.id.as_str()),
        entry: &entry.id,
        kind: &entry.kind,
        slots: BTreeMap::new(),
        priority: rule.priority,
        held_out: proposal.arm == Arm::Holdout,
        expires_at: (now + OFFER_LASTS).0,
        decision: decision.id.clone(),
        signature: None,
    });
    intervention.into_iter().collect()
}

/// What became of the events.
struct Settled<'a> {
    dispositions: Dispositions,
    /// The accepted ones, as they stand in the record.
    kept: Vec<Cow<'a, str>>,
    scrubbed: usize,
}

/// Counts what became of each event, and says for each kept one how it stands in the record.
fn settle<'a>(batch: &Batch<'a>, decision: &Decision<'_>, site: &Site) -> Settled<'a> {
    let mut dispositions = Dispositions::default();
    let mut kept = Vec::with_capacity(batch.events.len());
    let mut scrubbed = 0;
    for event in &batch.events {
        let said = match &event.said {
            Ok(said) => said,
            Err(code) => {
                *dispositions.drop.entry(code.code()).or_default() += 1;
                continue;
            }
        };
        dispositions.ok += 1;
        dispositions.unknown += usize::from(*said == Said::Unknown);
        let Said::Outcome { decision: claimed, signature, .. } = said else {
            let clean = site.scrub.then(|| event.scrubbed()).flatten();
            scrubbed += usize::from(clean.is_some());
            kept.push(clean.map_or(Cow::Borrowed(event.text), Cow::Owned));
            continue;
        };
        // The page's own rule shows help before the host can sign; the re-run over this very batch vouches for it.
        let of_this_batch = decision.rule.is_some() && *claimed == decision.id;
        let verified = of_this_batch || site.signing.verify(batch.session.as_str(), claimed, signature);
        dispositions.unverified_outcome += usize::from(!verified);
        kept.push(with_verified(event.text, verified).into());
    }
    Settled { dispositions, kept, scrubbed }
}

impl Event<'_> {
    /// The event with its data scrubbed, if there is anything to scrub. Its id and type are names.
    fn scrubbed(&self) -> Option<String> {
        let clean = scrub::scrub(self.data, Look::Everywhere)?;
        let at = start(self.text, self.data);
        Some([&self.text[..at], &clean, &self.text[at + self.data.len()..]].concat())
    }
}

/// What stands before and behind the events of a batch. Ids there may look like tokens, and open nothing.
struct Around<'a> {
    before: Cow<'a, str>,
    behind: Cow<'a, str>,
}

impl<'a> Around<'a> {
    fn of(batch: &Batch<'a>, scrub: bool) -> Self {
        let clean = |text: &'a str| {
            let clean = scrub.then(|| scrub::scrub(text, Look::NotForTokens)).flatten();
            clean.map_or(Cow::Borrowed(text), Cow::Owned)
        };
        let at = start(batch.text, batch.events_text);
        Self {
            before: clean(batch.text[..at].trim_start()),
            behind: clean(batch.text[at + batch.events_text.len()..].trim_end()),
        }
    }
}

/// An outcome event with the host's word on it, whatever the page claimed.
fn with_verified(event: &str, verified: bool) -> String {
    let mut object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(event).expect("an event that was read is an object");
    object.insert("verified".to_owned(), verified.into());
    serde_json::to_string(&object).expect("an object that was read can be written")
}

#[allow(clippy::too_many_arguments, reason = "a record has this many parts, and only this function writes one")]
fn record(
    around: &Around<'_>,
    key: &WriteKey,
    host: HostKind,
    now: UnixMillis,
    kept: &[Cow<'_, str>],
    dispositions: &Dispositions,
    risk: &Risk<'_>,
    decision: &Decision<'_>,
) -> Vec<u8> {
    let json = |value: serde_json::Result<String>| value.expect("the parts of a record can be written");
    let events: usize = kept.iter().map(|event| event.len() + 1).sum();
    let mut out = String::with_capacity(around.before.len() + events + around.behind.len() + 1024);
    out.push_str(r#"{"v":1,"received_at":"#);
    crate::json::push_integer(&mut out, now.0);
    out.push_str(r#","key":""#);
    out.push_str(key.as_str());
    out.push_str(r#"","host":""#);
    out.push_str(host.name());
    out.push_str(r#"","batch":"#);
    // The batch stays byte for byte what the page sent, but for its events and what is scrubbed.
    out.push_str(&around.before);
    out.push('[');
    for (index, event) in kept.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(event);
    }
    out.push(']');
    out.push_str(&around.behind);
    out.push_str(r#","dispositions":"#);
    out.push_str(&json(serde_json::to_string(dispositions)));
    out.push_str(r#","risk":"#);
    out.push_str(&json(serde_json::to_string(risk)));
    out.push_str(r#","decision":"#);
    out.push_str(&json(serde_json::to_string(decision)));
    out.push('}');
    out.into_bytes()
}
