//! The page as a channel: what the analysis decides is taken as a push, in this process.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use unsnag_analysis::channels::{Channel as Port, ChannelError, Message};
use unsnag_analysis::orchestrate::Channel;
use unsnag_core::limits::MAX_STRING_BYTES;
use unsnag_core::push::{self, MOST_PARTS};
use unsnag_core::time::UnixMillis;

use crate::pushes::{PushError, Pushes};
use crate::server::Pages;

/// Hands interventions to the sessions of this collector.
#[derive(Debug)]
pub(crate) struct InApp {
    pages: Arc<Pages>,
    pushes: Arc<Pushes>,
}

impl InApp {
    pub(crate) fn new(pages: Arc<Pages>, pushes: Arc<Pushes>) -> Self {
        Self { pages, pushes }
    }
}

#[async_trait]
impl Port for InApp {
    fn kind(&self) -> Channel {
        Channel::InApp
    }

    async fn send(&self, message: &Message, now: UnixMillis) -> Result<(), ChannelError> {
        let site = self.pages.site();
        let Some(entry) = site.config.entry(&message.entry) else {
            return Err(ChannelError::Refused(format!("the pages' catalogue has no {}", message.entry)));
        };
        let decision = &message.decision;
        let fits = |text: &&String| text.len() <= MAX_STRING_BYTES;
        let reasons: Vec<&String> = decision.reasons.iter().filter(fits).take(MOST_PARTS).collect();
        // As somebody elsewhere would push it: one way in, one set of checks.
        let body = json!({
            "v": 1,
            "key": message.key,
            "session": message.session,
            "intervention": {
                "id": message.id,
                "entry": message.entry,
                "kind": entry.kind,
                "slots": message.slots,
                "priority": message.priority,
                "held_out": message.held_out,
                "expires_at": message.expires_at,
                "decision": decision.id,
            },
            "decision": {
                "id": decision.id,
                "rule": decision.rule,
                "reasons": reasons,
                "experiment": decision.experiment,
                "arm": if message.held_out { "holdout" } else { "treat" },
                "propensity": decision.propensity,
            },
        });
        let push = push::parse(&body.to_string(), &site.config, &site.signing, now)
            .map_err(|code| ChannelError::Refused(code.code().to_owned()))?;
        match self.pushes.take(push, now, !site.config.policy.kill).await {
            Ok(_) => Ok(()),
            Err(PushError::SessionFull | PushError::Full) => Err(ChannelError::Throttled),
            Err(PushError::Unavailable) => Err(ChannelError::Unavailable("it cannot be written".to_owned())),
        }
    }
}
