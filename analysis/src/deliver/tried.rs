//! What came of trying to deliver, when to try again, and when no more.

use std::collections::BTreeMap;

use unsnag_core::event::Outcome;
use unsnag_core::policy::Arm;
use unsnag_core::time::{Millis, UnixMillis};

use crate::channels::{Decision, Message};
use crate::orchestrate::{Channel, Happening, What};
use crate::raise::{Intervention, Trying};
use crate::session::Episode;

/// The wait after the first failed delivery; it doubles with each further one.
const RETRY_AFTER: Millis = Millis(30_000);
/// And is never longer than this.
const LONGEST_RETRY: Millis = Millis(60 * 60 * 1000);
/// How long a channel may have an intervention that was sent: until the end of its window, and at least this long.
const LEAST_LIFE: Millis = Millis(10 * 60 * 1000);
/// And at most this long: hosts take no longer ones.
const MOST_LIFE: Millis = Millis(23 * 60 * 60 * 1000);

/// A try, and what came of it.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) step: usize,
    pub(super) channel: Channel,
    pub(super) how: How,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The channel took it.
    Sent,
    /// It is tried again until then.
    Failed { expires_at: u64 },
    /// The channel will not take it, and why.
    Refused(String),
    /// There is no such channel.
    NoChannel,
    /// It was not taken in time.
    Expired,
}

impl How {
    /// The word in metrics.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed { .. } => "failed",
            Self::Refused(_) => "refused",
            Self::NoChannel => "no_channel",
            Self::Expired => "expired",
        }
    }

    /// Whether a channel was asked and did not take it.
    pub(super) const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Refused(_))
    }
}

/// Whether a delivery is to be tried.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// It failed, and waits.
    Later,
    /// It is worth nothing any more.
    Expired,
}

impl Intervention {
    /// Whether a channel has neither taken nor refused a step.
    pub(super) fn awaits(&self, step: usize, channel: Channel) -> bool {
        let settled = |happening: &&Happening| {
            (happening.step, happening.channel) == (step, channel)
                && matches!(happening.what, What::Sent | What::Failed)
        };
        !self.happened.iter().any(|happening| settled(&happening))
    }

    fn trying(&self, step: usize, channel: Channel) -> Option<&Trying> {
        self.trying.iter().find(|trying| (trying.step, trying.channel) == (step, channel))
    }

    /// Whether a channel that awaits a step is to be asked. `out_by`: when the first try has to be made.
    pub(super) fn turn(&self, step: usize, channel: Channel, out_by: UnixMillis, now: UnixMillis) -> Turn {
        match self.trying(step, channel) {
            Some(trying) if trying.expires_at <= now.0 => Turn::Expired,
            Some(trying) if trying.again_at > now.0 => Turn::Later,
            None if out_by <= now => Turn::Expired,
            _ => Turn::Now,
        }
    }

    /// When a delivery that failed is tried again, or given up.
    pub(super) fn retry_at(&self, now: UnixMillis) -> Option<UnixMillis> {
        // A step whose time has come and that is not taken waits for something else.
        self.trying.iter().map(|trying| UnixMillis(trying.again_at)).filter(|at| *at > now).min()
    }

    /// Notes what came of a try.
    pub(super) fn note(&mut self, tried: &Tried, now: UnixMillis) {
        let Tried { step, channel, how } = tried;
        let failed = self.trying(*step, *channel).map_or(0, |trying| trying.tries) + 1;
        self.trying.retain(|trying| (trying.step, trying.channel) != (*step, *channel));
        let what = match how {
            How::Failed { expires_at } => {
                let again_at = (now + wait_after(failed)).0.min(*expires_at);
                let (step, channel, expires_at) = (*step, *channel, *expires_at);
                self.trying.push(Trying { step, channel, tries: failed, again_at, expires_at });
                return;
            }
            How::Sent => What::Sent,
            How::Refused(why) => {
                self.refused.insert(name(*step, *channel), why.clone());
                What::Failed
            }
            How::NoChannel | How::Expired => {
                self.refused.insert(name(*step, *channel), how.code().to_owned());
                What::Failed
            }
        };
        self.happened.insert(Happening { step: *step, channel: *channel, what, at: now });
    }

    /// Takes up what the page told.
    pub(super) fn learn_from(&mut self, episode: Option<&Episode>) {
        let outcomes: BTreeMap<String, u64> = episode.map(|episode| episode.outcomes.clone()).unwrap_or_default();
        for (name, at) in outcomes {
            let what = Outcome::named(&name).and_then(What::from_outcome);
            let happening = |what| Happening { step: 0, channel: Channel::InApp, what, at: UnixMillis(at) };
            self.happened.extend(what.map(happening));
        }
    }

    /// What a channel is asked to deliver: the same at each try.
    pub(super) fn message(&self, id: &str, (step, channel): (usize, Channel), entry: &str, now: UnixMillis) -> Message {
        let plan = &self.plan;
        let ends = plan.until().max(now + LEAST_LIFE).min(now + MOST_LIFE);
        let base = if step == 0 { id.to_owned() } else { format!("{id}.{step}") };
        Message {
            key: self.key.clone(),
            session: self.session.clone(),
            visitor: self.visitor.clone(),
            entry: entry.to_owned(),
            slots: plan.slots_on_wire(),
            priority: plan.priority.name().to_owned(),
            held_out: plan.arm == Arm::Holdout,
            expires_at: self.trying(step, channel).map_or(ends.0, |trying| trying.expires_at),
            decision: Decision {
                id: format!("d{base}"),
                rule: "struggle".to_owned(),
                reasons: plan.reasons.clone(),
                experiment: plan.experiment.clone(),
                propensity: plan.propensity,
            },
            // The page tells outcomes under the plan's own id. What else goes out at the same time is a message of its own.
            id: match channel {
                Channel::InApp => base,
                channel => format!("{base}.{}", channel.name()),
            },
        }
    }
}

fn wait_after(tries: u32) -> Millis {
    // Twenty doublings are far beyond the longest wait.
    Millis(RETRY_AFTER.0.saturating_mul(1 << tries.saturating_sub(1).min(20)).min(LONGEST_RETRY.0))
}

/// A channel's step in what is kept.
fn name(step: usize, channel: Channel) -> String {
    format!("{step} {}", channel.name())
}
