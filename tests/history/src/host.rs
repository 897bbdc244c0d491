//! A host in memory, which makes of each batch the record that the analysis reads.

use anyhow::{Context as _, Result, bail};
use unsnag_core::config::Config;
use unsnag_core::host::{HostKind, KeyPolicy, Origins, Request, Site, Verdict, handle};
use unsnag_core::id::WriteKey;
use unsnag_core::push::Signed;
use unsnag_core::risk::Rules;
use unsnag_core::sign::SigningKeys;
use unsnag_core::time::UnixMillis;

/// The only site.
pub(crate) const KEY: &str = "demo";
/// Nobody is answered, so nothing that it signs is ever seen.
const SIGNING_KEY: [u8; 32] = [0; 32];

/// A host that takes everything and helps nobody.
pub(crate) struct Host(Site);

impl Host {
    pub(crate) fn new() -> Result<Self> {
        let key = WriteKey::new(KEY).context("it is a name")?;
        let keys = vec![KeyPolicy { key, origins: Origins::Any, rate_per_s: u32::MAX }];
        let signing = SigningKeys::new(vec![SIGNING_KEY.to_vec()]).context("the key is long enough")?;
        Ok(Self(Site { keys, config: Config::embedded(), signing, model: Box::new(Rules), scrub: true, later: None }))
    }

    /// The record of a batch.
    pub(crate) fn record(&self, at: UnixMillis, batch: &str) -> Result<Vec<u8>> {
        let request = Request {
            method: "POST",
            path: "/v1/batch",
            query: &format!("key={KEY}"),
            content_type: Some("text/plain;charset=utf-8"),
            content_encoding: None,
            origin: None,
            sec_fetch_site: None,
            if_none_match: None,
            websocket: false,
            signed: Signed::default(),
            header_bytes: 0,
            body: batch.as_bytes(),
        };
        match handle(&request, &self.0, HostKind::Collector, at, &mut |_: &KeyPolicy| true) {
            Verdict::Store { record, .. } => Ok(record),
            refused => bail!("a batch of a simulated visitor was refused: {refused:?}"),
        }
    }
}
