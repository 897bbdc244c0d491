//! Help through systems of the operator's: each message is posted to a URL, signed as a push is.
//!
//! The receiver's side is told in `core/schemas/webhook-v1.json` and the collector's README. A message is delivered once
//! every webhook of its kind took it; those that did are not asked again, unless this process was restarted meanwhile.

mod endpoint;
mod hook;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures_util::future::join_all;
use hyper::body::Bytes;
use serde::Serialize;
use unsnag_core::push::RequestKey;
use unsnag_core::time::UnixMillis;

use super::{Channel, ChannelError, Decision, Message};
use crate::orchestrate::Channel as ChannelKind;

use hook::{Client, Hook};

pub use endpoint::{Endpoint, EndpointError};
pub use hook::TIME_LIMIT;

/// The kinds that webhooks can be: the page has a way of its own.
pub const KINDS: [ChannelKind; 3] = [ChannelKind::Email, ChannelKind::LiveChat, ChannelKind::Ticket];

/// Messages of which some webhooks took their copy and others did not yet, some 200 bytes each.
const MOST_UNFINISHED: usize = 10_000;

/// What an operator says of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Where it goes.
    pub endpoint: Endpoint,
    /// What signs.
    pub key: RequestKey,
    /// What it is for.
    pub kinds: BTreeSet<ChannelKind>,
}

/// Why no webhook can be called.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Nobody's certificate could be trusted.
    #[error("the system's root certificates cannot be read, and a webhook needs them: {0}")]
    Roots(std::io::Error),
    /// The cryptography knows no version of TLS.
    #[error("there is no TLS: {0}")]
    Tls(rustls::Error),
}

impl WebhookError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Roots(_) => "webhook_roots",
            Self::Tls(_) => "webhook_tls",
        }
    }
}

/// A channel for each kind that any of the webhooks is for.
pub fn channels(webhooks: &[Webhook]) -> Result<Vec<Arc<dyn Channel>>, WebhookError> {
    let client = Client::new(webhooks.iter().any(|webhook| webhook.endpoint.is_https()))?;
    let hook = |webhook: &Webhook| Hook::new(webhook.endpoint.clone(), webhook.key.clone(), client.clone());
    let hooks: Vec<Arc<Hook>> = webhooks.iter().map(hook).map(Arc::new).collect();
    let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
    for kind in KINDS {
        let wanted = webhooks.iter().zip(&hooks).filter(|(webhook, _)| webhook.kinds.contains(&kind));
        let hooks: Vec<Arc<Hook>> = wanted.map(|(_, hook)| Arc::clone(hook)).collect();
        if !hooks.is_empty() {
            channels.push(Arc::new(Webhooks { kind, hooks, unfinished: Mutex::default() }));
        }
    }
    Ok(channels)
}

/// What came of a message at each webhook that is done with it, by the webhook's place.
type Settled = BTreeMap<usize, Result<(), ChannelError>>;

/// The webhooks of one kind.
#[derive(Debug)]
struct Webhooks {
    kind: ChannelKind,
    hooks: Vec<Arc<Hook>>,
    /// By the message's id; with its end.
    unfinished: Mutex<BTreeMap<String, (UnixMillis, Settled)>>,
}

/// A message on the wire, version 1.
#[derive(Serialize)]
struct Body<'a> {
    v: u32,
    id: &'a str,
    channel: &'a str,
    key: &'a str,
    session: &'a str,
    visitor: Option<&'a str>,
    entry: &'a str,
    slots: &'a BTreeMap<String, String>,
    priority: &'a str,
    expires_at: u64,
    decision: &'a Decision,
}

impl Webhooks {
    fn body(&self, message: &Message) -> Result<Bytes, ChannelError> {
        let body = Body {
            v: 1,
            id: &message.id,
            channel: self.kind.name(),
            key: &message.key,
            session: &message.session,
            visitor: message.visitor.as_deref(),
            entry: &message.entry,
            slots: &message.slots,
            priority: &message.priority,
            expires_at: message.expires_at,
            decision: &message.decision,
        };
        let json = serde_json::to_vec(&body).map_err(|error| ChannelError::Refused(error.to_string()))?;
        Ok(json.into())
    }

    fn unfinished(&self) -> MutexGuard<'_, BTreeMap<String, (UnixMillis, Settled)>> {
        self.unfinished.lock().expect("nothing panics while it holds what is unfinished")
    }

    fn keep(&self, message: &Message, settled: Settled, now: UnixMillis) {
        if settled.is_empty() {
            return;
        }
        let mut unfinished = self.unfinished();
        if unfinished.len() >= MOST_UNFINISHED {
            unfinished.retain(|_, (end, _)| *end > now);
        }
        // All of them may still be delivered: begin anew, which costs each one repetition.
        if unfinished.len() >= MOST_UNFINISHED {
            unfinished.clear();
        }
        unfinished.insert(message.id.clone(), (UnixMillis(message.expires_at), settled));
    }
}

#[async_trait]
impl Channel for Webhooks {
    fn kind(&self) -> ChannelKind {
        self.kind
    }

    async fn send(&self, message: &Message, now: UnixMillis) -> Result<(), ChannelError> {
        // A receiver has no way to note what it would have shown.
        if message.held_out {
            return Err(ChannelError::Refused("the visitor is held out".to_owned()));
        }
        let body = self.body(message)?;
        let (_, mut settled) = self.unfinished().remove(&message.id).unwrap_or_default();
        let asked: Vec<_> = self.hooks.iter().enumerate().filter(|(at, _)| !settled.contains_key(at)).collect();
        let answers = join_all(asked.iter().map(|(_, hook)| hook.deliver(&message.id, &body, now))).await;
        let mut failed = None;
        for ((at, _), answer) in asked.into_iter().zip(answers) {
            match answer {
                Err(error) if error.is_retryable() => failed = Some(error),
                answer => _ = settled.insert(at, answer),
            }
        }
        if let Some(error) = failed {
            self.keep(message, settled, now);
            return Err(error);
        }
        settled.into_values().find(Result::is_err).unwrap_or(Ok(()))
    }
}
