//! Batch v1 as it stands on the wire, and the first look at its bytes. These are not the domain's types: [`crate::ingest`]
//! turns them into those, once.

pub mod answer;
pub mod data;
pub mod scan;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A batch whose parts are still unread text, so that each mistake can be told apart in its documented order.
#[derive(Debug, Deserialize)]
pub struct Outer<'a> {
    /// The format's version.
    #[serde(borrow)]
    pub v: Option<&'a RawValue>,
    /// 22 characters of base64url.
    #[serde(borrow)]
    pub batch_id: Option<&'a RawValue>,
    /// An id.
    #[serde(borrow)]
    pub session: Option<&'a RawValue>,
    /// An id, or null.
    #[serde(borrow)]
    pub visitor: Option<&'a RawValue>,
    /// An id.
    #[serde(borrow)]
    pub tab: Option<&'a RawValue>,
    /// Rises by one in a tab.
    #[serde(borrow)]
    pub seq: Option<&'a RawValue>,
    /// The time of sealing.
    #[serde(borrow)]
    pub sent_at: Option<&'a RawValue>,
    /// The SDK's version.
    #[serde(borrow)]
    pub sdk: Option<&'a RawValue>,
    /// `granted`; nothing else is ever sent.
    #[serde(borrow)]
    pub consent: Option<&'a RawValue>,
    /// Template and view.
    #[serde(borrow)]
    pub page: Option<&'a RawValue>,
    /// The 13 numbers.
    #[serde(borrow)]
    pub features: Option<&'a RawValue>,
    /// What the page's arbiter knows.
    #[serde(borrow)]
    pub policy_state: Option<&'a RawValue>,
    /// The events.
    #[serde(borrow)]
    pub events: Option<&'a RawValue>,
}

/// `page` of a batch.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// The page's template.
    pub template: String,
    /// The view's id.
    #[serde(default)]
    pub view: Option<String>,
}

/// `features` of a batch.
#[derive(Debug, Deserialize)]
pub struct FeatureVector {
    /// The contract's version.
    pub v: u32,
    /// `session`.
    pub scope: String,
    /// 13 numbers.
    pub values: Vec<f64>,
    /// Which of them could be seen.
    pub observed: u16,
}

/// `policy_state` of a batch: untrusted, it only changes what this visitor sees.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PolicyState<'a> {
    /// The risk level so far.
    pub level: Option<String>,
    /// Help sent away in this session.
    pub dismissed: u32,
    /// Help shown in this session: a list of [`Shown`], or nothing of use.
    #[serde(borrow)]
    pub shown: Option<&'a RawValue>,
}

/// Help that a page has shown.
#[derive(Debug, Deserialize)]
pub struct Shown {
    /// The intervention.
    pub id: String,
}

/// The outer members of an event.
#[derive(Debug, Deserialize)]
pub struct EventHead<'a> {
    /// An id, unique in the batch.
    #[serde(borrow)]
    pub id: std::borrow::Cow<'a, str>,
    /// Its type.
    #[serde(borrow, rename = "type")]
    pub type_name: std::borrow::Cow<'a, str>,
    /// Milliseconds since 1970.
    pub at: f64,
    /// What the type says.
    #[serde(borrow, default)]
    pub data: Option<&'a RawValue>,
}

/// Whether JSON text is an object. serde would also take an array of a structure's members in order; our formats have
/// objects only.
pub fn is_object(json: &str) -> bool {
    json.trim_start().starts_with('{')
}
