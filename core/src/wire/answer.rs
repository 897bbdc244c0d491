//! Answer v1 and the parts that it shares with the stream record.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::code::{DropCode, RequestCode};
use crate::features::ONE;
use crate::policy::{Arm, Priority};
use crate::risk;
use crate::time::UnixMillis;

/// The answer to a batch.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    /// 1.
    pub v: u32,
    /// The batch it answers.
    pub batch_id: &'a str,
    /// The host's clock.
    pub server_time: u64,
    /// Events accepted.
    pub accepted: usize,
    /// Events dropped.
    pub dropped: Vec<Dropped<'a>>,
    /// The risk of this session.
    pub risk: Risk<'a>,
    /// What to do now.
    pub decision: Decision<'a>,
    /// What to show.
    pub interventions: Vec<Intervention<'a>>,
    /// What the page sends back next time.
    pub policy_state: PolicyState,
    /// A live channel, where there is one.
    pub live: Option<Live>,
}

/// What opens the live channel.
#[derive(Debug, Serialize)]
pub struct Live {
    /// For `GET /v1/live?token=`.
    pub token: String,
    /// It opens the channel until then, by the host's clock.
    pub until: u64,
}

/// One dropped event.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Dropped<'a> {
    /// Its id, if it had one.
    pub id: Option<&'a str>,
    /// Why.
    #[serde(serialize_with = "drop_code")]
    pub code: DropCode,
}

/// Risk on the wire.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Risk<'a> {
    pub score: f64,
    pub confidence: f64,
    pub level: &'static str,
    pub model: &'a str,
    pub model_version: &'a str,
}

impl<'a> From<risk::Risk<'a>> for Risk<'a> {
    fn from(risk: risk::Risk<'a>) -> Self {
        Self {
            score: risk.score as f64 / ONE as f64,
            confidence: risk.confidence as f64 / ONE as f64,
            level: risk.level.name(),
            model: risk.model,
            model_version: risk.model_version,
        }
    }
}

/// A decision, with its reasons, also when it is to do nothing.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Decision<'a> {
    pub id: String,
    pub rule: Option<&'a str>,
    pub reasons: Vec<String>,
    pub experiment: Option<&'a str>,
    #[serde(serialize_with = "arm")]
    pub arm: Arm,
    pub propensity: f64,
    pub signature: String,
}

/// Something to show, or to log as held out.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Intervention<'a> {
    pub id: String,
    pub entry: &'a str,
    pub kind: &'a str,
    pub slots: BTreeMap<String, String>,
    #[serde(serialize_with = "priority")]
    pub priority: Priority,
    pub held_out: bool,
    pub expires_at: u64,
    pub decision: String,
    /// Of a decision other than the answer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<&'a str>,
}

/// What the page's next batch says of the host's view.
#[derive(Debug, Serialize)]
pub struct PolicyState {
    /// The level now, for hysteresis.
    pub level: &'static str,
}

/// An answer given once more at `now`: it says again what it said, and what time it is. From that the page learns the
/// host's clock, and how long an offer lasts.
///
/// ```
/// use unsnag_core::{time::UnixMillis, wire::answer::given_again};
/// let first = br#"{"v":1,"batch_id":"b","server_time":1700000000000,"accepted":1}"#;
/// assert_eq!(given_again(first, UnixMillis(7)), br#"{"v":1,"batch_id":"b","server_time":7,"accepted":1}"#);
/// ```
pub fn given_again(answer: &[u8], now: UnixMillis) -> Vec<u8> {
    const NAME: &[u8] = br#""server_time":"#;
    // Nothing before it holds words of a page's: its batch's id is letters and digits.
    let Some(at) = answer.windows(NAME.len()).position(|window| window == NAME) else { return answer.to_vec() };
    let from = at + NAME.len();
    let digits = answer[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    [&answer[..from], now.0.to_string().as_bytes(), &answer[from + digits..]].concat()
}

/// What became of the events of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dispositions {
    /// Accepted.
    pub ok: usize,
    /// Dropped, by code.
    pub drop: BTreeMap<&'static str, usize>,
    /// Of the accepted ones: of a type this host does not know.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: usize,
    /// Of the accepted ones: outcomes without a valid signature.
    #[serde(skip_serializing_if = "is_zero")]
    pub unverified_outcome: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn drop_code<S: serde::Serializer>(code: &DropCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(code.code())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn arm<S: serde::Serializer>(arm: &Arm, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(arm.name())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn priority<S: serde::Serializer>(priority: &Priority, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(priority.name())
}

/// The body of a refused request.
pub fn error_body(code: RequestCode) -> String {
    let mut w = crate::json::Writer::new();
    w.begin_object().name("error").begin_object();
    w.name("code").string(code.code()).name("message").string(code.message());
    w.name("retryable").boolean(code.retryable());
    w.end_object().end_object();
    w.finish()
}
