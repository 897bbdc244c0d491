//! Stream records v1, read for the analysis.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use unsnag_core::event::{Event, What};
use unsnag_core::features::Features;
use unsnag_core::id::{BatchId, SessionId, TabId, VisitorId, WriteKey};
use unsnag_core::policy::Arm;
use unsnag_core::time::UnixMillis;

/// The only version that this release reads.
const VERSION: u32 = 1;

/// Why bytes are no record. Such bytes are set aside with their payload: reading them again does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Poison {
    /// No JSON of a record's shape.
    #[error("it is no stream record")]
    Foreign,
    /// A version that this release does not read.
    #[error("it is a stream record of a version that this release does not read")]
    Version,
    /// A name in it is no id.
    #[error("a name in it is no id")]
    Name,
}

impl Poison {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Foreign => "record_foreign",
            Self::Version => "record_version",
            Self::Name => "record_name",
        }
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    v: u32,
    received_at: u64,
    key: String,
    #[serde(borrow)]
    batch: WireBatch<'a>,
    decision: WireDecision,
}

#[derive(Deserialize)]
struct WireBatch<'a> {
    batch_id: String,
    session: String,
    #[serde(default)]
    visitor: Option<String>,
    tab: String,
    page: WirePage,
    features: WireFeatures,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct WirePage {
    template: String,
}

#[derive(Deserialize)]
struct WireFeatures {
    values: Vec<f64>,
    observed: u16,
}

#[derive(Deserialize)]
struct WireDecision {
    id: String,
    #[serde(default)]
    rule: Option<String>,
    #[serde(default)]
    experiment: Option<String>,
    arm: String,
}

#[derive(Deserialize)]
struct WireEvent<'a> {
    id: String,
    #[serde(rename = "type")]
    name: String,
    at: f64,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(default)]
    verified: bool,
}

/// An event of a record, as it was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its id: unique in session and tab.
    pub id: String,
    /// Its type on the wire.
    pub type_name: String,
    /// Its data on the wire.
    pub data: Box<RawValue>,
    /// For an outcome: the host found the signed decision that it belongs to.
    pub verified: bool,
    /// What it says.
    pub event: Event,
}

/// What the host proposed with this batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The decision's id.
    pub decision: String,
    /// The rule that matched.
    pub rule: String,
    /// The experiment it is part of.
    pub experiment: Option<String>,
    /// The visitor is held out of it.
    pub held_out: bool,
}

/// One batch as a host made it durable.
#[derive(Clone, Debug)]
pub struct Record {
    /// When the host received it.
    pub received_at: UnixMillis,
    /// Whose site.
    pub key: WriteKey,
    /// Its name.
    pub batch: BatchId,
    /// Whose session.
    pub session: SessionId,
    /// Whose visit, with consent.
    pub visitor: Option<VisitorId>,
    /// Which tab.
    pub tab: TabId,
    /// The page's template.
    pub template: String,
    /// What the page computed. Not trusted: compared with what its events say.
    pub claimed: Features,
    /// The events that this release understands.
    pub events: Vec<Told>,
    /// Events that it does not.
    pub unknown: usize,
    /// What the host proposed, if a rule matched.
    pub proposed: Option<Proposed>,
}

impl Record {
    /// Reads the bytes of a record.
    pub fn read(bytes: &[u8]) -> Result<Self, Poison> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let wire: Wire<'_> = match serde_json::from_slice(bytes) {
            Ok(wire) => wire,
            // A newer record may have another shape.
            Err(_) => match serde_json::from_slice::<Version>(bytes) {
                Ok(Version { v }) if v != VERSION => return Err(Poison::Version),
                _ => return Err(Poison::Foreign),
            },
        };
        if wire.v != VERSION {
            return Err(Poison::Version);
        }
        let batch = wire.batch;
        let visitor = batch.visitor.map(|text| VisitorId::new(&text).ok_or(Poison::Name)).transpose()?;
        let mut events = Vec::with_capacity(batch.events.len());
        let mut unknown = 0;
        for raw in batch.events {
            match told(raw) {
                Some(event) => events.push(event),
                None => unknown += 1,
            }
        }
        let WireDecision { id: decision, rule, experiment, arm } = wire.decision;
        let held_out = arm == Arm::Holdout.name();
        Ok(Self {
            received_at: UnixMillis(wire.received_at),
            key: WriteKey::new(&wire.key).ok_or(Poison::Name)?,
            batch: BatchId::new(&batch.batch_id).ok_or(Poison::Name)?,
            session: SessionId::new(&batch.session).ok_or(Poison::Name)?,
            visitor,
            tab: TabId::new(&batch.tab).ok_or(Poison::Name)?,
            template: batch.page.template,
            claimed: Features::from_wire(&batch.features.values, batch.features.observed).ok_or(Poison::Foreign)?,
            events,
            unknown,
            proposed: rule.map(|rule| Proposed { decision, rule, experiment, held_out }),
        })
    }
}

fn told(raw: &RawValue) -> Option<Told> {
    let wire: WireEvent<'_> = serde_json::from_str(raw.get()).ok()?;
    let data = wire.data.map_or("{}", RawValue::get);
    let event = Event::read(&wire.name, UnixMillis(wire.at as u64), data)?;
    let verified = wire.verified && matches!(event.what, What::Outcome { .. });
    let data = RawValue::from_string(data.to_owned()).ok()?;
    Some(Told { id: wire.id, type_name: wire.name, data, verified, event })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(v: u32, session: &str) -> String {
        format!(
            r#"{{"v":{v},"received_at":5,"key":"demo","host":"edge","batch":{{"batch_id":"AAAAAAAAAAAAAAAAAAAAAA",
            "session":"{session}","visitor":null,"tab":"t","page":{{"template":"/a"}},
            "features":{{"values":[0,0,0,0,0,0,0,0.5,50,0,1,1,0],"observed":8191}},
            "events":[{{"id":"e1","type":"help","at":7,"data":{{}}}},{{"id":"e2","type":"hologram","at":7}},
                {{"id":"e3","type":"outcome","at":8,"data":{{"intervention":"i","what":"shown"}},"verified":true}}]}},
            "dispositions":{{"ok":3,"drop":{{}}}},"risk":{{}},"decision":{{"id":"d","rule":"r","arm":"holdout"}}}}"#
        )
    }

    #[test]
    fn reads_what_a_host_wrote_and_counts_what_it_does_not_know() {
        let read = Record::read(record(1, "s").as_bytes()).unwrap();
        assert_eq!((read.events.len(), read.unknown), (2, 1));
        assert_eq!((read.events[0].event.at, read.events[1].verified), (UnixMillis(7), true));
        let proposed = read.proposed.unwrap();
        assert_eq!((proposed.rule.as_str(), proposed.held_out), ("r", true));
    }

    #[test]
    fn says_why_bytes_are_no_record() {
        for (bytes, why) in [
            ("", Poison::Foreign),
            ("{}", Poison::Foreign),
            (r#"{"v":2,"whatever":[]}"#, Poison::Version),
            (&record(3, "s"), Poison::Version),
            (&record(1, "a b"), Poison::Name),
        ] {
            assert_eq!(Record::read(bytes.as_bytes()).err(), Some(why), "{bytes}");
        }
    }
}
