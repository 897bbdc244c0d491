//! What a host answers, as far as a page uses it.

use serde_json::Value;

use unsnag_core::arbitrate::Offer;
use unsnag_core::policy::Priority;
use unsnag_core::risk::Level;
use unsnag_core::time::{Millis, UnixMillis};

/// An answer to one batch ("Answer v1").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The batch that it answers.
    pub batch: String,
    /// The host's clock.
    pub server_time: UnixMillis,
    /// The risk as the host sees it.
    pub level: Level,
    /// The interventions, each under its decision's signature. They expire by the host's clock.
    pub offers: Vec<Offer>,
}

impl Answer {
    /// Reads the body of an answer; `None` if it is none.
    pub fn read(body: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(body).ok()?;
        let signature = text(&json["decision"], "signature").unwrap_or_default();
        let offers = json["interventions"].as_array()?.iter();
        Some(Self {
            batch: text(&json, "batch_id")?,
            server_time: UnixMillis(json["server_time"].as_u64()?),
            level: json["risk"]["level"].as_str().and_then(Level::named)?,
            offers: offers.filter_map(|offer| read_offer(offer, &signature)).collect(),
        })
    }

    /// The offers as a page has them whose clock says `now`: the time until each expires is what counts.
    pub(crate) fn offers_at(&self, now: UnixMillis) -> impl Iterator<Item = Offer> {
        self.offers.iter().map(move |offer| {
            let lasts: Millis = offer.expires_at - self.server_time;
            Offer { expires_at: now + lasts, ..offer.clone() }
        })
    }
}

fn read_offer(json: &Value, signature: &str) -> Option<Offer> {
    Some(Offer {
        id: text(json, "id")?,
        entry: text(json, "entry")?,
        priority: json["priority"].as_str().and_then(Priority::named).unwrap_or_default(),
        held_out: json["held_out"].as_bool().unwrap_or_default(),
        expires_at: UnixMillis(json["expires_at"].as_u64()?),
        decision: text(json, "decision")?,
        // One that was decided elsewhere comes under its own.
        signature: text(json, "signature").unwrap_or_else(|| signature.to_owned()),
    })
}

fn text(json: &Value, name: &str) -> Option<String> {
    json[name].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_host_writes_and_refuses_what_is_no_answer() {
        let body = br#"{"v":1,"batch_id":"b","server_time":1000,"accepted":1,"dropped":[],"risk":{"level":"high"},
            "decision":{"id":"d-b","signature":"sig"},"interventions":[
            {"id":"i-b","entry":"offer-help","priority":"high","held_out":true,"expires_at":5000,"decision":"d-b"},
            {"id":"a-1","entry":"other","held_out":false,"expires_at":900,"decision":"d-x","signature":"own"},
            {"entry":"no id"}]}"#;
        let answer = Answer::read(body).unwrap();
        assert_eq!((answer.batch.as_str(), answer.level, answer.offers.len()), ("b", Level::High, 2));
        assert_eq!((answer.offers[0].signature.as_str(), answer.offers[1].signature.as_str()), ("sig", "own"));
        let until: Vec<u64> = answer.offers_at(UnixMillis(70)).map(|offer| offer.expires_at.0).collect();
        assert_eq!(until, [4070, 70]);
        for broken in [&b"{"[..], b"{}", br#"{"error":{"code":"rate_limited"}}"#] {
            assert_eq!(Answer::read(broken), None);
        }
    }
}
