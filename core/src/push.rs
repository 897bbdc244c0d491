//! Interventions that the analysis side pushes for a session: signed requests, what they hold, and how the page is told.

mod key;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::code::RequestCode;
use crate::config::Config;
use crate::id::{SessionId, WriteKey, is_valid};
use crate::limits::{MAX_JSON_DEPTH, MAX_STRING_BYTES};
use crate::policy::{Arm, Priority};
use crate::sign::{KEY_BYTES, MOST_KEYS, SigningKeys};
use crate::time::{Millis, UnixMillis};
use crate::wire;
use crate::wire::answer::{Decision, Intervention};
use crate::wire::scan::scan;

pub use key::RequestKey;

/// How far the clock of whoever pushes may be from the host's.
pub const MAX_SKEW: Millis = Millis(300_000);
/// How long before its end an intervention may be pushed: it is worth nothing once the session is over.
pub const MAX_LIFE: Millis = Millis(24 * 60 * 60 * 1000);
/// Interventions that wait for one session at a time: the page shows three at most.
pub const MOST_WAITING: usize = 8;
/// Slots of one intervention, and reasons of one decision.
pub const MOST_PARTS: usize = 16;

/// The headers that sign a push.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signed<'a> {
    /// `unsnag-key-id`
    pub key_id: Option<&'a str>,
    /// `unsnag-timestamp`, seconds since 1970
    pub timestamp: Option<&'a str>,
    /// `unsnag-signature`, hexadecimal digits
    pub signature: Option<&'a str>,
}

/// The secrets of those who may push: the present one, and while keys change the one before.
#[derive(Clone, Debug, Default)]
pub struct PushKeys(Vec<RequestKey>);

impl PushKeys {
    /// Reads up to two keys, each as `ID:HEX` with 64 hexadecimal digits; each mistake becomes one sentence in
    /// `problems`, and no sentence repeats what may be a secret.
    pub fn from_texts(texts: &[String], problems: &mut Vec<String>) -> Self {
        let mut keys: Vec<RequestKey> = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            match RequestKey::parse(text) {
                Some(key) if keys.iter().any(|known| known.id() == key.id()) => {
                    problems.push(format!("push.keys[{at}]: the id {} is there twice", key.id()));
                }
                Some(key) => keys.push(key),
                None => problems.push(format!(
                    "push.keys[{at}]: a key is ID:SECRET, the secret with {} hexadecimal digits, as `openssl rand -hex \
                     {KEY_BYTES}` prints",
                    2 * KEY_BYTES
                )),
            }
        }
        if texts.len() > MOST_KEYS {
            problems
                .push(format!("push.keys: give the present key and at most the one before, not {} keys", texts.len()));
        }
        Self(keys)
    }

    /// What `unsnag-signature` must be for these parts of a request ([`RequestKey::signature`]). `None` for a key that is
    /// not there.
    pub fn signature(&self, key_id: &str, timestamp: &str, method: &str, path: &str, body: &[u8]) -> Option<String> {
        Some(self.key(key_id)?.signature(timestamp, method, path, body))
    }

    fn key(&self, id: &str) -> Option<&RequestKey> {
        self.0.iter().find(|key| key.id() == id)
    }

    /// Whether one of the keys signed this request, at about this time.
    pub(crate) fn check(
        &self,
        signed: &Signed<'_>,
        method: &str,
        path: &str,
        body: &[u8],
        now: UnixMillis,
    ) -> Result<(), RequestCode> {
        let bad = RequestCode::BadSignature;
        let (Some(key_id), Some(timestamp), Some(signature)) = (signed.key_id, signed.timestamp, signed.signature)
        else {
            return Err(bad);
        };
        let key = self.key(key_id).ok_or(bad)?;
        if !key.verifies(signature, timestamp, method, path, body) {
            return Err(bad);
        }
        let at = timestamp.parse::<u64>().ok().and_then(|s| s.checked_mul(1000)).ok_or(bad)?;
        if at.abs_diff(now.0) > MAX_SKEW.0 { Err(RequestCode::StaleSignature) } else { Ok(()) }
    }
}

/// An intervention for a session, with the decision that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    key: String,
    session: String,
    id: String,
    entry: String,
    kind: String,
    slots: BTreeMap<String, String>,
    priority: String,
    held_out: bool,
    expires_at: u64,
    decision: String,
    /// The host's, under the decision.
    signature: String,
    /// The decision as the page is told of it.
    decision_json: String,
}

impl Push {
    /// The write key of the session's site.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The session.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The intervention's id: the same one twice is one.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Worth nothing afterwards.
    pub fn expires_at(&self) -> UnixMillis {
        UnixMillis(self.expires_at)
    }

    /// What the live channel sends for it.
    pub fn frame(&self) -> String {
        let intervention = Intervention { signature: None, ..self.intervention() };
        let intervention = serde_json::to_string(&intervention).expect("an intervention that was read can be written");
        format!(r#"{{"v":1,"interventions":[{intervention}],"decision":{}}}"#, self.decision_json)
    }

    /// As it stands in the answer to a batch, whose own decision is another one: so it brings its signature along.
    pub(crate) fn intervention(&self) -> Intervention<'_> {
        Intervention {
            id: self.id.clone(),
            entry: &self.entry,
            kind: &self.kind,
            slots: self.slots.clone(),
            priority: Priority::named(&self.priority).unwrap_or_default(),
            held_out: self.held_out,
            expires_at: self.expires_at,
            decision: self.decision.clone(),
            signature: Some(&self.signature),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    v: u32,
    key: String,
    session: String,
    intervention: Pushed,
    decision: Decided,
}

#[derive(Deserialize)]
struct Pushed {
    id: String,
    entry: String,
    kind: String,
    #[serde(default)]
    slots: BTreeMap<String, String>,
    #[serde(default = "medium")]
    priority: String,
    #[serde(default)]
    held_out: bool,
    expires_at: u64,
    decision: String,
}

#[derive(Deserialize)]
struct Decided {
    id: String,
    #[serde(default)]
    rule: Option<String>,
    #[serde(default)]
    reasons: Vec<String>,
    #[serde(default)]
    experiment: Option<String>,
    #[serde(default = "treat")]
    arm: String,
    #[serde(default = "certain")]
    propensity: f64,
}

fn medium() -> String {
    Priority::default().name().to_owned()
}

fn treat() -> String {
    Arm::Treat.name().to_owned()
}

fn certain() -> f64 {
    1.0
}

/// Reads a push for the pages of this configuration, and signs its decision.
pub fn parse(text: &str, config: &Config, signing: &SigningKeys, now: UnixMillis) -> Result<Push, RequestCode> {
    let found = scan(text);
    if found.depth > MAX_JSON_DEPTH {
        return Err(RequestCode::InvalidJson);
    }
    let body: Body = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => RequestCode::InvalidPush,
        _ => RequestCode::InvalidJson,
    })?;
    let fits = wire::is_object(text)
        && body.v == 1
        && found.longest_string <= MAX_STRING_BYTES
        && fits(&body.intervention, &body.decision, config, now);
    let key = WriteKey::new(&body.key).filter(|_| fits).ok_or(RequestCode::InvalidPush)?;
    let session = SessionId::new(&body.session).ok_or(RequestCode::InvalidPush)?;
    let Body { intervention, decision, .. } = body;
    let signature = signing.sign(session.as_str(), &decision.id);
    let decision_json = Decision {
        id: decision.id,
        rule: decision.rule.as_deref(),
        reasons: decision.reasons,
        experiment: decision.experiment.as_deref(),
        arm: if decision.arm == Arm::Holdout.name() { Arm::Holdout } else { Arm::Treat },
        propensity: decision.propensity,
        signature: signature.clone(),
    };
    Ok(Push {
        key: key.as_str().to_owned(),
        session: session.as_str().to_owned(),
        id: intervention.id,
        entry: intervention.entry,
        kind: intervention.kind,
        slots: intervention.slots,
        priority: intervention.priority,
        held_out: intervention.held_out,
        expires_at: intervention.expires_at,
        decision: intervention.decision,
        signature,
        decision_json: serde_json::to_string(&decision_json).expect("a decision that was read can be written"),
    })
}

fn fits(intervention: &Pushed, decision: &Decided, config: &Config, now: UnixMillis) -> bool {
    let entry = config.entry(&intervention.entry);
    let end = UnixMillis(intervention.expires_at);
    is_valid(&intervention.id)
        && is_valid(&decision.id)
        && intervention.decision == decision.id
        && entry.is_some_and(|entry| entry.kind == intervention.kind)
        && Priority::named(&intervention.priority).is_some()
        && intervention.slots.len() <= MOST_PARTS
        && intervention.slots.keys().all(|name| is_valid(name))
        && now < end
        && end <= now + MAX_LIFE
        && decision.reasons.len() <= MOST_PARTS
        && [&decision.rule, &decision.experiment].into_iter().flatten().all(|name| is_valid(name))
        && [Arm::Treat, Arm::Holdout].iter().any(|arm| arm.name() == decision.arm)
        && (decision.arm == Arm::Holdout.name()) == intervention.held_out
        && 0.0 < decision.propensity
        && decision.propensity <= 1.0
}
