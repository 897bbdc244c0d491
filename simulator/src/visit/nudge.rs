//! A nudge on screen: read, clicked, sent away, or left until it goes by itself.

use unsnag_core::event::Outcome;
use unsnag_core::time::{Millis, UnixMillis};

use super::{Mind, Scene, Visit};
use crate::truth::{Exposure, Past};
use crate::visitor::Reaction;

/// Until somebody has read a nudge, median ms: some twenty words, of which people read a part. Assumed.
const READS_MS: f64 = 3500.0;
/// Reading what is behind it, ms. Assumed.
const FOLLOWS_MS: (u64, u64) = (4000, 12_000);
/// A nudge that nobody touches goes after five minutes, as in the SDK.
const LASTS: Millis = Millis(5 * 60_000);

/// A nudge that is on screen.
#[derive(Clone, Debug)]
pub(super) struct Nudge {
    id: String,
    entry: String,
    /// When the visitor will have read it; `None` once they have.
    read_at: Option<UnixMillis>,
    until: UnixMillis,
    /// Its place among the session's exposures.
    exposure: usize,
}

impl Nudge {
    /// When something becomes of it: nobody looks up from what their hands do.
    pub(super) fn next_at(&self, busy_until: UnixMillis) -> UnixMillis {
        self.read_at.map_or(self.until, |at| at.max(busy_until).min(self.until))
    }

    pub(super) fn is_unread(&self) -> bool {
        self.read_at.is_some()
    }
}

impl Visit {
    /// Notes help that the page has just shown or held out.
    pub(super) fn see_help(&mut self, s: &Scene<'_>) {
        let behind = self.behind.iter_mut().flat_map(|tab| std::mem::take(&mut tab.exposed));
        let offers: Vec<_> = behind.chain(std::mem::take(&mut self.tab.exposed)).collect();
        for offer in offers {
            let obstacle = self.stuck.map(|obstacle| &s.site.obstacles[obstacle]);
            let effect = s.effects.of(&offer.entry, obstacle.map(|obstacle| obstacle.fault));
            self.truth.exposures.push(Exposure {
                intervention: offer.id.clone(),
                entry: offer.entry.clone(),
                at: self.now,
                held_out: offer.held_out,
                obstacle: obstacle.map(|obstacle| obstacle.id),
                effect: effect.works(),
                reaction: None,
            });
            if !offer.held_out {
                let reads = self.mind.ms(READS_MS / s.visitor.pace, 0.4);
                self.nudge = Some(Nudge {
                    id: offer.id,
                    entry: offer.entry,
                    read_at: Some(self.now + Millis(reads)),
                    until: self.now + LASTS,
                    exposure: self.truth.exposures.len() - 1,
                });
            }
        }
        let shown = self.nudge.is_some();
        if let Some(behind) = &mut self.behind {
            behind.elsewhere(shown);
        }
    }

    /// The visitor has read the nudge, or its time is over.
    pub(super) fn look_at_nudge(&mut self, s: &mut Scene<'_>) {
        let Some(mut nudge) = self.nudge.take() else { return };
        if nudge.read_at.is_none() || self.now >= nudge.until {
            self.tab.outcome(self.now, &nudge.id, Outcome::Expired);
            return self.after_nudge(s);
        }
        let stuck = self.stuck;
        let fault = stuck.map(|obstacle| s.site.obstacles[obstacle].fault);
        let reaction = s.visitor.offered(&nudge.entry, fault, s.effects);
        if let Some(exposure) = self.truth.exposures.get_mut(nudge.exposure) {
            exposure.reaction = Some(reaction);
        }
        match reaction {
            Reaction::Ignore => {
                nudge.read_at = None;
                self.nudge = Some(nudge);
            }
            Reaction::Dismiss => self.tab.outcome(self.now, &nudge.id, Outcome::Dismissed),
            Reaction::Click { solves } => {
                self.tab.outcome(self.now, &nudge.id, Outcome::Clicked);
                let (least, most) = FOLLOWS_MS;
                let follows = self.mind.ms_between(least, most);
                self.occupied(follows);
                if let Some(obstacle) = stuck.filter(|_| solves) {
                    self.get_past(obstacle, Past::Nudge, s);
                    if !matches!(self.state, Mind::Stalled(_) | Mind::Leaving) {
                        self.goes_on_after(obstacle, s);
                        self.wake_in(1);
                    }
                    return;
                }
            }
        }
        self.after_nudge(s);
    }

    /// Back to what the visitor was about.
    fn after_nudge(&mut self, s: &mut Scene<'_>) {
        if let Mind::Attending(obstacle) = self.state {
            self.respond(obstacle, s);
        } else if self.busy_until > self.now {
            self.wake_at = self.wake_at.map(|at| at.max(self.busy_until));
        }
    }
}
