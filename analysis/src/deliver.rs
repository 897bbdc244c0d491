//! Sends what is due, looks what became of it, and goes on to the next step where nobody answers.
//!
//! An intervention lies in the list of what is due under the next moment at which anything may have to be done about
//! it. Whoever takes it from there sends, and writes what happened in one write with the next moment. A send that was
//! made and not written is made again, under the same id: channels make one delivery of it.
//!
//! Channels may take long. What is due goes out side by side, and [`Analysis::act`] may be called while an earlier call
//! still waits: it takes up what nobody has in hand. What is sent is not sent again because others wrote meanwhile.

mod in_hand;
mod tried;

use std::time::Duration;

use futures_util::future::join_all;
use unsnag_core::policy::Arm;
use unsnag_core::time::{Millis, UnixMillis};

use crate::channels::{Channel, ChannelError, Message};
use crate::consumer::Analysis;
use crate::orchestrate::{Channel as ChannelKind, Contact, Site, State};
use crate::raise::Intervention;
use crate::session::{Episode, Profile};
use crate::store::{Change, StoreError};
use crate::table::{self, Row};

use in_hand::Due;
use tried::{How, Tried, Turn};

/// A channel bounds its own time; this is for one that does not.
const LONGEST_SEND: Duration = Duration::from_mins(1);
/// Rounds about one intervention that others write beside.
const MOST_ROUNDS: usize = 5;
/// The wait for whoever is sending something to the same visitor.
const SOON: Millis = Millis(1000);

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

/// An intervention that is looked after, and what is known around it.
struct Case<'a> {
    id: &'a str,
    now: UnixMillis,
    intervention: &'a mut Intervention,
    profile: Option<Row<Profile>>,
    /// The profile changed.
    contacted: bool,
    /// What was done about it, which outlasts a write that others were faster with.
    tried: &'a mut Vec<Tried>,
}

impl Analysis {
    /// Does what is due by `now` and nobody has in hand. More may be due afterwards if as much was done as is done at a
    /// time.
    pub async fn act(&self, now: UnixMillis) -> Result<Done, StoreError> {
        let due = self.take_up(now).await?;
        let looks = join_all(due.into_iter().map(|due| self.look_after(due, now))).await;
        let mut done = Done::default();
        let mut fault = None;
        for look in looks {
            match look {
                Ok(tried) => {
                    done.looked_at += 1;
                    done.sent += tried.iter().filter(|tried| tried.how == How::Sent).count();
                    done.failed += tried.iter().filter(|tried| tried.how.is_failure()).count();
                }
                Err(error) => fault = Some(error),
            }
        }
        fault.map_or(Ok(done), Err)
    }

    async fn look_after(&self, due: Due<'_>, now: UnixMillis) -> Result<Vec<Tried>, StoreError> {
        let mut tried = Vec::new();
        let mut rounds = 0;
        loop {
            match self.try_look_after(&due, now, &mut tried).await {
                Err(StoreError::Conflict) if rounds < MOST_ROUNDS => rounds += 1,
                // Somebody else takes care of it.
                Ok(()) | Err(StoreError::Conflict) => return Ok(tried),
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_look_after(&self, due: &Due<'_>, now: UnixMillis, tried: &mut Vec<Tried>) -> Result<(), StoreError> {
        let Due { at, site, id, .. } = due;
        let mut row = Row::<Option<Intervention>>::read(&*self.store, table::intervention(site, id), now).await?;
        let taken = table::take(table::due(*at, site, id));
        let Some(intervention) = row.value.as_mut().filter(|intervention| intervention.due == Some(at.0)) else {
            // It was moved on, and this is what a write left behind.
            return self.store.write(vec![taken]).await;
        };
        let episode = Row::<Option<Episode>>::read(&*self.store, table::episode(site, id), now).await?.value;
        intervention.learn_from(episode.as_ref());
        let profile = self.profile(intervention, now).await?;
        let mut case = Case { id, now, intervention, profile, contacted: false, tried };
        for index in 0..case.tried.len() {
            case.take_up(index);
        }
        self.send_first(&mut case).await;
        let next = self.go_on(&mut case).await?;
        let profile = case.profile.filter(|profile| case.contacted && !profile.is_new());
        intervention.due = next.map(|next| next.0);
        let mut changes: Vec<Change> = Vec::new();
        // A due item under the same moment would be taken away together with the old one.
        if next != Some(*at) {
            changes.push(taken);
        }
        if let Some(next) = next {
            changes.push(table::put(table::due(next, site, id), &(), None)?);
        }
        let ends = Some(now + table::KEPT_FOR_VISITORS);
        changes.push(row.put(ends)?);
        changes.extend(profile.map(|profile| profile.put(ends)).transpose()?);
        self.store.write(changes).await
    }

    async fn profile(&self, of: &Intervention, now: UnixMillis) -> Result<Option<Row<Profile>>, StoreError> {
        let Some(visitor) = &of.visitor else { return Ok(None) };
        Row::read(&*self.store, table::profile(&of.key, visitor), now).await.map(Some)
    }

    /// Sends the plan itself through each of its channels that has not taken it yet.
    async fn send_first(&self, case: &mut Case<'_>) {
        let plan = &case.intervention.plan;
        // Held out: only the page can tell when it would have been seen.
        let held_out = plan.arm == Arm::Holdout;
        let channels = plan.channels.iter().copied().filter(|channel| !held_out || *channel == ChannelKind::InApp);
        let (entry, until) = (plan.entry.clone(), plan.until());
        let mut wanted = Vec::new();
        let mut expired = Vec::new();
        for channel in channels.filter(|channel| case.intervention.awaits(0, *channel)) {
            match case.intervention.turn(0, channel, until, case.now) {
                Turn::Now => wanted.push(channel),
                Turn::Expired => expired.push(channel),
                Turn::Later => {}
            }
        }
        let asked = join_all(wanted.into_iter().map(|channel| self.ask(case, (0, channel, &entry)))).await;
        for tried in asked {
            case.add(tried);
        }
        for channel in expired {
            case.add(self.give_up(case.id, 0, channel));
        }
    }

    /// Takes further steps that are due, and says when to look again.
    async fn go_on(&self, case: &mut Case<'_>) -> Result<Option<UnixMillis>, StoreError> {
        let now = case.now;
        let mut visitor_in_hand = None;
        loop {
            let retry = case.intervention.retry_at(now);
            let sooner = |at: UnixMillis| Some(retry.map_or(at, |retry| retry.min(at)).max(now + Millis(1)));
            let step = match case.state(&self.playbook.site) {
                State::Over(end) => {
                    // What is not wanted any more is not tried on; the plan itself is, whatever comes after it.
                    case.intervention.trying.retain(|trying| trying.step == 0);
                    let retry = case.intervention.retry_at(now);
                    if retry.is_none() {
                        case.intervention.over = Some(format!("{end:?}").to_lowercase());
                    }
                    return Ok(retry);
                }
                State::Waiting(at) => return Ok(sooner(at)),
                State::Due { at, .. } if at > now => return Ok(sooner(at)),
                State::Due { step, .. } => step,
            };
            let of_step = &case.intervention.plan.escalation.steps[step - 1];
            let (channel, entry) = (of_step.channel, of_step.entry.clone());
            match case.intervention.turn(step, channel, UnixMillis(u64::MAX), now) {
                Turn::Now => {}
                Turn::Later => return Ok(retry),
                Turn::Expired => {
                    case.add(self.give_up(case.id, step, channel));
                    continue;
                }
            }
            // Caps count what reaches the visitor, so two steps of two interventions are not taken side by side.
            if visitor_in_hand.is_none()
                && let Some(visitor) = &case.intervention.visitor
            {
                visitor_in_hand = self.take_in_hand(format!("visitor {} {visitor}", case.intervention.key));
                if visitor_in_hand.is_none() {
                    return Ok(sooner(now + SOON));
                }
                case.profile = self.profile(case.intervention, now).await?;
                for index in 0..case.tried.len() {
                    case.note_contact(index);
                }
                continue;
            }
            let tried = self.ask(case, (step, channel, &entry)).await;
            case.add(tried);
            if case.intervention.awaits(step, channel) {
                return Ok(case.intervention.retry_at(now));
            }
        }
    }

    /// Asks a channel.
    async fn ask(&self, case: &Case<'_>, (step, kind, entry): (usize, ChannelKind, &str)) -> Tried {
        let message = case.intervention.message(case.id, (step, kind), entry, case.now);
        let how = match self.channels.iter().find(|channel| channel.kind() == kind) {
            None => How::NoChannel,
            Some(channel) => match send(&**channel, &message, case.now).await {
                Ok(()) => How::Sent,
                Err(error) => {
                    let id = message.id;
                    tracing::warn!(code = error.code(), channel = kind.name(), message = id, %error, "not delivered");
                    match error {
                        ChannelError::Refused(why) => How::Refused(why),
                        _ => How::Failed { expires_at: message.expires_at },
                    }
                }
            },
        };
        self.tell(Tried { step, channel: kind, how })
    }

    /// It could not be delivered in time.
    fn give_up(&self, id: &str, step: usize, channel: ChannelKind) -> Tried {
        let code = "delivery_expired";
        tracing::warn!(code, channel = channel.name(), intervention = id, step, "not delivered while it was worth it");
        self.tell(Tried { step, channel, how: How::Expired })
    }

    fn tell(&self, tried: Tried) -> Tried {
        *self.note().delivered.entry((tried.channel.name().to_owned(), tried.how.code())).or_default() += 1;
        tried
    }
}

/// Asks a channel, but not for ever.
async fn send(channel: &dyn Channel, message: &Message, now: UnixMillis) -> Result<(), ChannelError> {
    let sent = tokio::time::timeout(LONGEST_SEND, channel.send(message, now)).await;
    sent.unwrap_or_else(|_| Err(ChannelError::Unavailable(format!("no answer within {} s", LONGEST_SEND.as_secs()))))
}

impl Case<'_> {
    /// What is to be done by now.
    fn state(&self, site: &Site) -> State {
        let (visitor, history) = match (&self.intervention.visitor, &self.profile) {
            (Some(id), Some(profile)) => (profile.value.visitor(id), profile.value.contacts.clone()),
            _ => Default::default(),
        };
        let escalation = &self.intervention.plan.escalation;
        escalation.state(&self.intervention.happened, (&visitor, &history, site), self.now)
    }

    fn add(&mut self, tried: Tried) {
        self.tried.push(tried);
        self.take_up(self.tried.len() - 1);
    }

    /// Notes what came of a try in what was read.
    fn take_up(&mut self, index: usize) {
        self.intervention.note(&self.tried[index], self.now);
        self.note_contact(index);
    }

    /// A step that went out reached the visitor; the plan itself was noted when it was made.
    fn note_contact(&mut self, index: usize) {
        let Tried { step, channel, how } = &self.tried[index];
        let Some(profile) = self.profile.as_mut().filter(|_| *step > 0 && *how == How::Sent) else { return };
        profile.value.contacts.note(Contact {
            id: format!("{}.{step}", self.id),
            from: self.now,
            until: self.now,
            channels: [*channel].into(),
            dismissed_at: None,
        });
        self.contacted = true;
    }
}
