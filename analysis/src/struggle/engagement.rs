//! Engagement now against before.
//!
//! Engagement is feature 9 (DESIGN.md §6) of a part of the session: 0.5 reach + 0.3 attention + 0.2 activity, here from
//! 0 to 1 in millionths.
//!
//! - **Now** is the last ten minutes; of a session shorter than twenty, its later half.
//! - **Before** is all of the session before that. With a [`Baseline`] it is what is usual for the visitor, and now is
//!   the last ten minutes however short the session.
//! - **Fall** = (before − now) / before, 0 where it rose.
//!
//! A view's time and interactions belong to the part in which they were told; what was told of a view only after the
//! border is spread evenly over the time since it was told of last. Reach is a view's or a player's and not a moment's,
//! so it counts the same in each part in which the view was seen or the player played: whoever stays on one page does
//! not seem to reach less of it. A part of which less than [`LEAST_SEEN`] was visible says nothing.

use serde::{Deserialize, Serialize};
use unsnag_core::features::ONE;
use unsnag_core::time::{Millis, UnixMillis};

use super::timeline::{Player, Timeline, Totals, View};

/// What is usual for a visitor, from earlier sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The mean of feature 9 over earlier sessions, 0 to 100 points, in millionths of a point (as
    /// `core::features::Features` holds it).
    pub engagement: u64,
    /// How many sessions that rests on; with none it is as if there were no baseline.
    pub sessions: u32,
}

/// What the engagement of now is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The earlier part of the session.
    Earlier,
    /// The visitor's earlier sessions, so many.
    Baseline {
        /// How many.
        sessions: u32,
    },
}

/// Engagement now and before, each 0 to 1, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    /// Of the recent part of the session.
    pub now: u64,
    /// Of what it is compared with.
    pub before: u64,
    /// What that is.
    pub against: Against,
}

impl Engagement {
    /// By how much it fell, as a share of what it was, in millionths; 0 where it rose.
    pub fn fall(&self) -> u64 {
        share(self.before.saturating_sub(self.now).into(), self.before.into())
    }
}

/// The least time that a part must have been visible, ms. 30,000: the idle time (DESIGN.md §6); within less nobody can
/// have been inattentive.
const LEAST_SEEN: u64 = 30_000;

/// The visitor's and the session's engagement as of `end`; `recent` is how long now lasts.
pub(super) fn of(
    timeline: &Timeline<'_>,
    end: UnixMillis,
    recent: Millis,
    baseline: Option<&Baseline>,
) -> Option<Engagement> {
    let began = timeline.began?;
    let baseline = baseline.filter(|baseline| baseline.sessions > 0);
    let length = if baseline.is_some() { recent } else { recent.min(Millis((end - began).0 / 2)) };
    let border = UnixMillis(end.0.saturating_sub(length.0));
    let [earlier, now] = Part::split(timeline, border);
    let now = now.engagement()?;
    Some(match baseline {
        Some(Baseline { engagement, sessions }) => {
            Engagement { now, before: (engagement / 100).min(ONE), against: Against::Baseline { sessions: *sessions } }
        }
        None => Engagement { now, before: earlier.engagement()?, against: Against::Earlier },
    })
}

/// What engagement is made of.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    totals: Totals,
    views: u64,
    /// Sum of the depths of its views, per cent.
    depths: u64,
    videos: u64,
    /// Sum of the reaches of its videos, millionths.
    reached: u64,
}

impl Part {
    /// What was before the border, and what came after.
    fn split(timeline: &Timeline<'_>, border: UnixMillis) -> [Part; 2] {
        let mut parts = [Part::default(); 2];
        for view in &timeline.views {
            let all = view.told.last().map(|(_, totals)| *totals).unwrap_or_default();
            let before = until(view, border);
            for (part, totals) in parts.iter_mut().zip([before, all.minus(before)]) {
                part.add(totals, view.depth);
            }
        }
        for player in &timeline.players {
            let Some(reach) = player.totals.reach() else { continue };
            let played = played_in(player, border);
            for (part, _) in parts.iter_mut().zip(played).filter(|(_, played)| *played) {
                part.videos += 1;
                part.reached += reach;
            }
        }
        parts
    }

    fn add(&mut self, totals: Totals, depth: u64) {
        self.totals = self.totals.plus(totals);
        // A view that nobody saw reached nothing, and is not to lower what the others did.
        if totals.visible_ms > 0 {
            self.views += 1;
            self.depths += depth;
        }
    }

    fn engagement(&self) -> Option<u64> {
        let Totals { active_ms, visible_ms, interactions } = self.totals;
        if visible_ms < LEAST_SEEN {
            return None;
        }
        let reach = match self.videos {
            0 => share(self.depths.into(), u128::from(self.views) * 100),
            videos => share(self.reached.into(), u128::from(videos) * u128::from(ONE)),
        };
        let attention = share(active_ms.into(), visible_ms.into());
        let activity = share(u128::from(interactions) * 60_000, u128::from(active_ms) * 10);
        Some((5 * reach + 3 * attention + 2 * activity) / 10)
    }
}

impl Totals {
    fn plus(self, more: Totals) -> Totals {
        Totals {
            active_ms: self.active_ms.saturating_add(more.active_ms),
            visible_ms: self.visible_ms.saturating_add(more.visible_ms),
            interactions: self.interactions.saturating_add(more.interactions),
        }
    }

    fn minus(self, less: Totals) -> Totals {
        Totals {
            active_ms: self.active_ms.saturating_sub(less.active_ms),
            visible_ms: self.visible_ms.saturating_sub(less.visible_ms),
            interactions: self.interactions.saturating_sub(less.interactions),
        }
    }
}

/// What a view had come to by this time.
fn until(view: &View<'_>, border: UnixMillis) -> Totals {
    let known = view.told.partition_point(|(at, _)| *at <= border);
    let Some((at, before)) = known.checked_sub(1).and_then(|last| view.told.get(last)) else {
        return Totals::default();
    };
    let Some((next_at, next)) = view.told.get(known) else { return *before };
    let (passed, whole) = (u128::from((border - *at).0), u128::from((*next_at - *at).0.max(1)));
    let part = |before: u64, next: u64| before + (u128::from(next - before) * passed / whole) as u64;
    Totals {
        active_ms: part(before.active_ms, next.active_ms),
        visible_ms: part(before.visible_ms, next.visible_ms),
        interactions: part(before.interactions, next.interactions),
    }
}

/// Whether a player played before the border, and after.
fn played_in(player: &Player<'_>, border: UnixMillis) -> [bool; 2] {
    let length = |told: Option<&(UnixMillis, u64)>| told.map_or(0, |(_, played)| *played);
    let before = length(player.played.iter().rev().find(|(at, _)| *at <= border));
    [before > 0, length(player.played.last()) > before]
}

/// A part of a whole, in millionths, at most all of it.
fn share(part: u128, whole: u128) -> u64 {
    (part * u128::from(ONE) / whole.max(1)).min(ONE.into()) as u64
}

#[cfg(test)]
mod tests {
    use unsnag_core::event::{Event, PageTotals, What};
    use unsnag_core::video::VideoTotals;

    use super::*;
    use crate::facts::{Fact, SessionFacts};

    const MINUTE: u64 = 60_000;

    /// What is told at a minute of the view `v`: seconds visible and active, interactions, depth.
    fn page(minute: u64, view: &str, [visible, active, interactions, depth]: [u64; 4]) -> (u64, What) {
        let page = PageTotals {
            template: "/a".to_owned(),
            view: view.to_owned(),
            active_ms: active * 1000,
            visible_ms: visible * 1000,
            interactions: interactions as u32,
            scroll_depth: depth as u8,
            ..PageTotals::default()
        };
        (minute, What::Page(page))
    }

    fn video(minute: u64, played: u64, unique: u64) -> (u64, What) {
        let totals = VideoTotals {
            name: "v".to_owned(),
            length: Some(Millis(100_000)),
            unique_ms: unique * 1000,
            played_ms: played * 1000,
            ..VideoTotals::default()
        };
        (minute, What::Video(Box::new(totals)))
    }

    fn check(told: &[(u64, What)], end: u64, baseline: Option<Baseline>, expected: Option<(u64, u64, u64)>) {
        let fact = |(minute, what): &(u64, What)| Fact {
            tab: "t".to_owned(),
            template: "/a".to_owned(),
            event: Event { at: UnixMillis(minute * MINUTE), what: what.clone() },
        };
        let session = SessionFacts { facts: told.iter().map(fact).collect(), observed: 8191 };
        let timeline = Timeline::of(&session);
        let recent = Millis(10 * MINUTE);
        let found = of(&timeline, UnixMillis(end * MINUTE), recent, baseline.as_ref());
        assert_eq!(found.map(|found| (found.before, found.now, found.fall())), expected, "{told:#?} at {end} min");
    }

    #[test]
    fn compares_the_last_ten_minutes_with_what_was_before() {
        let first = [page(0, "a", [0, 0, 0, 0]), page(10, "a", [600, 600, 100, 80])];
        let second = [page(10, "b", [0, 0, 0, 0]), page(20, "b", [600, 360, 30, 52])];
        let both = [first.clone(), second].concat();
        check(&both, 20, None, Some((900_000, 540_000, 400_000)));
        let usual = Some(Baseline { engagement: 72_000_000, sessions: 4 });
        check(&both, 20, usual, Some((720_000, 540_000, 250_000)));
        check(&both, 20, Some(Baseline::default()), Some((900_000, 540_000, 400_000)));
        check(&first, 20, None, None);
        check(&[], 20, usual, None);
    }

    #[test]
    fn what_is_told_late_is_spread_evenly_and_a_page_reaches_the_same_before_and_after() {
        let one = [page(0, "a", [0, 0, 0, 0]), page(8, "a", [480, 240, 20, 60])];
        check(&one, 8, None, Some((550_000, 550_000, 0)));
        let slower = [page(0, "a", [0, 0, 0, 0]), page(4, "a", [240, 240, 40, 60]), page(8, "a", [480, 240, 40, 60])];
        check(&slower, 8, None, Some((800_000, 300_000, 625_000)));
    }

    #[test]
    fn too_little_to_be_seen_says_nothing() {
        check(&[page(0, "a", [0, 0, 0, 0]), page(1, "a", [58, 58, 3, 60])], 1, None, None);
        let usual = Some(Baseline { engagement: 50_000_000, sessions: 1 });
        check(&[page(0, "a", [0, 0, 0, 0]), page(1, "a", [58, 58, 0, 60])], 1, usual, Some((500_000, 600_000, 0)));
    }

    #[test]
    fn videos_are_the_reach_where_they_were_played() {
        let pages = [page(0, "a", [0, 0, 0, 0]), page(20, "a", [1200, 1200, 0, 10])];
        let watched = [video(5, 60, 60), video(9, 90, 90)];
        check(&[pages.to_vec(), watched.to_vec()].concat(), 20, None, Some((750_000, 350_000, 533_333)));
        let on = [video(5, 60, 60), video(15, 90, 90)];
        check(&[pages.to_vec(), on.to_vec()].concat(), 20, None, Some((750_000, 750_000, 0)));
    }
}
