//! Sends what is due, looks what became of it, and goes on to the next step where nobody answers.
//!
//! An intervention lies in the list of what is due under the next moment at which anything may have to be done about
//! it. Whoever takes it from there sends, and writes what happened in one write with the next moment. A send that was
//! made and not written is made again, under the same id: channels make one delivery of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use unsnag_core::event::Outcome;
use unsnag_core::policy::Arm;
use unsnag_core::time::{Millis, UnixMillis};

use crate::channels::{Channel, ChannelError, Decision, Message};
use crate::consumer::Analysis;
use crate::orchestrate::{Channel as ChannelKind, Contact, Happening, State, What};
use crate::raise::Intervention;
use crate::session::{Episode, Profile};
use crate::store::{Change, Span, StoreError};
use crate::table::{self, Row};

/// What is done in one go.
const MOST_AT_ONCE: usize = 200;
/// The wait after the first failed delivery; it doubles with each further one.
const RETRY_AFTER: Millis = Millis(30_000);
/// And is never longer than this.
const LONGEST_RETRY: Millis = Millis(60 * 60 * 1000);
/// How long the page may have an intervention that was sent: until the end of its window, and at least this long.
const LEAST_LIFE: Millis = Millis(10 * 60 * 1000);
/// And at most this long: hosts take no longer ones.
const MOST_LIFE: Millis = Millis(23 * 60 * 60 * 1000);

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Interventions looked at.
    pub looked_at: usize,
    /// Messages that a channel took.
    pub sent: usize,
    /// Messages that a channel did not take now.
    pub failed: usize,
}

impl Analysis {
    /// Does what is due by `now`. More may be due afterwards if as much was done as is done in one go.
    pub async fn act(&self, now: UnixMillis) -> Result<Done, StoreError> {
        let due = table::list::<()>(&*self.store, table::DUE, &Span::default(), MOST_AT_ONCE, now).await?;
        let mut done = Done::default();
        for (sort, ()) in due {
            let parts: Vec<&str> = sort.splitn(3, ' ').collect();
            let [at, site, id] = parts.as_slice() else { continue };
            let Ok(at) = at.parse() else { continue };
            if UnixMillis(at) > now {
                break;
            }
            match self.look_after(site, id, UnixMillis(at), now, &mut done).await {
                // Somebody else takes care of it.
                Ok(()) | Err(StoreError::Conflict) => done.looked_at += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    async fn look_after(
        &self,
        site: &str,
        id: &str,
        at: UnixMillis,
        now: UnixMillis,
        done: &mut Done,
    ) -> Result<(), StoreError> {
        let key = table::intervention(site, id);
        let mut row = Row::<Option<Intervention>>::read(&*self.store, key, now).await?;
        let taken = table::take(table::due(at, site, id));
        let Some(intervention) = row.value.as_mut().filter(|intervention| intervention.due == Some(at.0)) else {
            // It was moved on, and this is what a write left behind.
            return self.store.write(vec![taken]).await;
        };
        let episode = Row::<Option<Episode>>::read(&*self.store, table::episode(site, id), now).await?.value;
        intervention.learn_from(episode.as_ref());
        let mut profile = match &intervention.visitor {
            Some(visitor) => Some(Row::<Profile>::read(&*self.store, table::profile(site, visitor), now).await?),
            None => None,
        };
        self.send_first(id, intervention, now, done).await;
        let next = self.go_on(id, intervention, profile.as_mut(), now, done).await;
        intervention.due = next.map(|next| next.0);
        let mut changes: Vec<Change> = Vec::new();
        // A due item under the same moment would be taken away together with the old one.
        if next != Some(at) {
            changes.push(taken);
        }
        if let Some(next) = next {
            changes.push(table::put(table::due(next, site, id), &(), None)?);
        }
        let ends = Some(now + table::KEPT_FOR_VISITORS);
        changes.push(row.put(ends)?);
        changes.extend(profile.filter(|profile| !profile.is_new()).map(|profile| profile.put(ends)).transpose()?);
        self.store.write(changes).await
    }

    /// Sends the plan itself through each of its channels that has not taken it yet.
    async fn send_first(&self, id: &str, intervention: &mut Intervention, now: UnixMillis, done: &mut Done) {
        let plan = &intervention.plan;
        // Held out: only the page can tell when it would have been seen.
        let held_out = plan.arm == Arm::Holdout;
        let channels: Vec<ChannelKind> =
            plan.channels.iter().copied().filter(|channel| !held_out || *channel == ChannelKind::InApp).collect();
        for channel in channels {
            let open = now < intervention.plan.until() || intervention.failures.contains_key(channel.name());
            if intervention.awaits(0, channel) && open {
                let entry = intervention.plan.entry.clone();
                self.send(id, intervention, (0, channel, &entry), now, done).await;
            }
        }
    }

    /// Takes further steps that are due, and says when to look again.
    async fn go_on(
        &self,
        id: &str,
        intervention: &mut Intervention,
        mut profile: Option<&mut Row<Profile>>,
        now: UnixMillis,
        done: &mut Done,
    ) -> Option<UnixMillis> {
        let retry = intervention.retry_at(now);
        loop {
            let (visitor, history) = match (&intervention.visitor, &profile) {
                (Some(id), Some(profile)) => (profile.value.visitor(id), profile.value.contacts.clone()),
                _ => Default::default(),
            };
            let about = (&visitor, &history, &self.playbook.site);
            let (step, channel) = match intervention.plan.escalation.state(&intervention.happened, about, now) {
                State::Over(end) => {
                    // A channel that failed is tried on, whatever comes after it.
                    if retry.is_none() {
                        intervention.over = Some(format!("{end:?}").to_lowercase());
                    }
                    return retry;
                }
                State::Waiting(at) => return Some(retry.map_or(at, |retry| retry.min(at)).max(now + Millis(1))),
                State::Due { at, .. } if at > now => return Some(retry.map_or(at, |retry| retry.min(at))),
                State::Due { step, .. } => (step, intervention.plan.escalation.steps[step - 1].channel),
            };
            let entry = intervention.plan.escalation.steps[step - 1].entry.clone();
            self.send(id, intervention, (step, channel, &entry), now, done).await;
            if intervention.awaits(step, channel) {
                return intervention.retry_at(now);
            }
            if let Some(profile) = &mut profile {
                profile.value.contacts.note(Contact {
                    id: format!("{id}.{step}"),
                    from: now,
                    until: now,
                    channels: [channel].into(),
                    dismissed_at: None,
                });
            }
        }
    }

    async fn send(
        &self,
        id: &str,
        intervention: &mut Intervention,
        (step, kind, entry): (usize, ChannelKind, &str),
        now: UnixMillis,
        done: &mut Done,
    ) {
        let Some(channel) = self.channel(kind) else {
            intervention.refused.insert(format!("{step} {}", kind.name()), "no_channel".to_owned());
            intervention.happened.insert(happening(step, kind, What::Failed, now));
            self.count(kind, "no_channel");
            return;
        };
        let message = intervention.message(id, step, entry, now);
        match channel.send(&message, now).await {
            Ok(()) => {
                intervention.failures.remove(kind.name());
                intervention.happened.insert(happening(step, kind, What::Sent, now));
                self.count(kind, "sent");
                done.sent += 1;
            }
            Err(ChannelError::Refused(why)) => {
                intervention.failures.remove(kind.name());
                intervention.refused.insert(format!("{step} {}", kind.name()), why);
                intervention.happened.insert(happening(step, kind, What::Failed, now));
                self.count(kind, "refused");
                done.failed += 1;
            }
            Err(error) => {
                tracing::warn!(code = error.code(), channel = kind.name(), intervention = id, %error, "not delivered yet");
                *intervention.failures.entry(kind.name().to_owned()).or_default() += 1;
                self.count(kind, "failed");
                done.failed += 1;
            }
        }
    }

    fn channel(&self, kind: ChannelKind) -> Option<&Arc<dyn Channel>> {
        self.channels.iter().find(|channel| channel.kind() == kind)
    }

    fn count(&self, kind: ChannelKind, how: &'static str) {
        *self.note().delivered.entry((kind.name().to_owned(), how)).or_default() += 1;
    }
}

fn happening(step: usize, channel: ChannelKind, what: What, at: UnixMillis) -> Happening {
    Happening { step, channel, what, at }
}

impl Intervention {
    /// Whether a channel has neither taken nor refused a step.
    fn awaits(&self, step: usize, channel: ChannelKind) -> bool {
        let settled = |happening: &&Happening| {
            (happening.step, happening.channel) == (step, channel)
                && matches!(happening.what, What::Sent | What::Failed)
        };
        !self.happened.iter().any(|happening| settled(&happening))
    }

    /// When a channel that failed is tried again.
    fn retry_at(&self, now: UnixMillis) -> Option<UnixMillis> {
        let most = self.failures.values().max()?;
        let wait = RETRY_AFTER.0.saturating_mul(1 << most.saturating_sub(1).min(20));
        Some(now + Millis(wait.min(LONGEST_RETRY.0)))
    }

    /// Takes up what the page told.
    fn learn_from(&mut self, episode: Option<&Episode>) {
        let outcomes: BTreeMap<String, u64> = episode.map(|episode| episode.outcomes.clone()).unwrap_or_default();
        for (name, at) in outcomes {
            let what = Outcome::named(&name).and_then(What::from_outcome);
            self.happened.extend(what.map(|what| happening(0, ChannelKind::InApp, what, UnixMillis(at))));
        }
    }

    fn message(&self, id: &str, step: usize, entry: &str, now: UnixMillis) -> Message {
        let plan = &self.plan;
        let ends = plan.until().max(now + LEAST_LIFE).min(now + MOST_LIFE);
        // A step is a message of its own; the plan itself keeps the id that its outcomes name.
        let id = if step == 0 { id.to_owned() } else { format!("{id}.{step}") };
        Message {
            key: self.key.clone(),
            session: self.session.clone(),
            visitor: self.visitor.clone(),
            entry: entry.to_owned(),
            slots: plan.slots_on_wire(),
            priority: plan.priority.name().to_owned(),
            held_out: plan.arm == Arm::Holdout,
            expires_at: ends.0,
            decision: Decision {
                id: format!("d{id}"),
                rule: "struggle".to_owned(),
                reasons: plan.reasons.clone(),
                experiment: plan.experiment.clone(),
                propensity: plan.propensity,
            },
            id,
        }
    }
}
