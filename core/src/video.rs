//! Players: what was watched of each `<video>`, `<audio>` and foreign player, and who struggles with one.
//!
//! # What is counted
//!
//! `unique_s` is distinct content, `played_s` the time in which it played by the wall clock, whatever the rate; of this
//! `visible_s` and `muted_s`. Only what readings prove is counted: content that advanced as rate and clock let it. While
//! the content stands still the clock counts nothing, be it a stall, a sleeping laptop or a tab that was frozen; where
//! the content is suddenly elsewhere, nothing between was watched, and at most two seconds were played. Peers differ:
//! Snowplow counts the whole seconds touched, so its `contentWatched` is one more than `unique_s` for each stretch that
//! begins and ends on a second (61 for 60 s), and it fills jumps and nights of sleep.
//!
//! A mark of progress is reached by watching across it. A jump over it reaches nothing.
//!
//! # The engagement score
//!
//! `100 × reach × (0.4 + 0.4 × visible share + 0.2 × audible share) + 10 × min(1, 4 × replayed / length)`, at most 100.
//!
//! - **Reach** (unique content by length) leads, as with every peer that scores engagement: no half of a video counts
//!   more than another, and watching one part five times is not watching all of it. A stream without a length counts as
//!   whole after ten minutes.
//! - **Attention** takes up to three fifths away: what plays unseen and unheard in another tab keeps 40 %, a muted one in
//!   view keeps 80 % (captions), one that is only heard 60 %.
//! - **Replays** add up to ten points, because a part that was wanted again was followed; a quarter of the length is the
//!   most that says so. Whether it was interest or trouble is the signal's business, not the score's.
//! - A loop that was never heard is a decoration and scores nothing; nor is it in feature 9.

mod parts;
mod player;
mod struggle;
mod totals;

use player::Player;
pub use totals::VideoTotals;

use crate::detect::elements::Elements;
use crate::detect::{Finding, Findings};
use crate::input::{NavigateHow, Observed, Video, VideoWhat};
use crate::thresholds::Thresholds;
use crate::time::Millis;

/// What the session knows of players: those of earlier pages, those that made room, and those of now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Videos watched.
    pub videos: u64,
    /// Sum of their reaches, millionths.
    pub sum: u64,
    /// All players there were, watched or not: numbers names apart.
    pub players: u64,
}

impl Reach {
    pub(crate) fn add(&mut self, totals: &VideoTotals) {
        self.players += 1;
        if let Some(reach) = totals.reach() {
            self.videos += 1;
            self.sum += reach;
        }
    }
}

/// The players of a page.
#[derive(Clone, Debug, Default)]
pub struct Videos {
    list: Vec<Player>,
    /// Players that are not in the list any more.
    past: Reach,
    /// Since when a pointer is down: jumps meanwhile are one gesture.
    held: Option<Millis>,
    /// The page cannot be seen.
    hidden: bool,
}

impl Videos {
    /// Players remembered. A page that shows more at once shows previews; the one not heard of for the longest time
    /// makes room, one that plays last.
    pub const MOST: usize = 16;

    /// The totals as they would be if everything ended at `now`.
    pub fn totals(&self, now: Millis) -> impl Iterator<Item = VideoTotals> {
        self.list.iter().map(move |player| {
            let mut player = player.clone();
            player.part(now);
            player.totals().clone()
        })
    }

    /// What all of them together reached.
    #[inline(never)]
    pub fn reach(&self) -> Reach {
        let mut reach = self.past;
        for player in &self.list {
            reach.add(player.totals());
        }
        reach
    }

    /// Goes on after players of earlier pages.
    pub fn restore(&mut self, past: Reach) {
        self.past = past;
        self.list.clear();
    }

    /// The next time at which a wait is long enough to matter.
    #[inline(never)]
    pub(crate) fn next_deadline(&self, thresholds: &Thresholds) -> Option<Millis> {
        self.list.iter().filter_map(|player| player.deadline(&thresholds.video)).min()
    }

    /// Lets the verdicts fall that are due at `now`.
    pub(crate) fn advance(&mut self, now: Millis, thresholds: &Thresholds, out: &mut Findings) {
        for player in &mut self.list {
            if player.deadline(&thresholds.video).is_some_and(|deadline| deadline <= now) {
                player.waits(now, self.hidden, &thresholds.video, out);
            }
        }
    }

    /// Takes one input at `now`.
    #[inline(never)]
    pub(crate) fn observe(
        &mut self,
        now: Millis,
        what: &Observed,
        elements: &Elements,
        thresholds: &Thresholds,
        out: &mut Findings,
    ) {
        match what {
            Observed::Video(video) => self.read(now, video, elements, thresholds, out),
            Observed::PointerDown(_) => self.held = Some(now),
            Observed::PointerUp(_) | Observed::Click(_) => self.held = None,
            Observed::Visibility { visible } => self.hidden = !visible,
            Observed::Navigate { how: NavigateHow::Push | NavigateHow::Replace | NavigateHow::Pop, .. } => {
                // One that plays on goes along.
                for player in self.list.iter_mut().filter(|player| !player.plays_on()) {
                    player.is_left(now, self.hidden, &thresholds.video, out);
                }
            }
            Observed::Navigate { how: NavigateHow::Leave, .. } | Observed::PageHide { .. } | Observed::Page { .. } => {
                for player in &mut self.list {
                    player.is_left(now, self.hidden, &thresholds.video, out);
                    player.part(now);
                    tell(now, player, out);
                }
                self.held = None;
                self.hidden &= !matches!(what, Observed::Page { .. });
            }
            _ => {}
        }
    }

    /// What no event has told yet; it counts as told.
    pub(crate) fn take_untold(&mut self, now: Millis, out: &mut Findings) {
        for player in &mut self.list {
            tell(now, player, out);
        }
    }

    #[inline(never)]
    fn read(&mut self, now: Millis, video: &Video, elements: &Elements, thresholds: &Thresholds, out: &mut Findings) {
        let known = self.list.iter().position(|player| player.element == video.element);
        let index = known.unwrap_or_else(|| self.add(now, video, elements, out));
        let player = &mut self.list[index];
        let limits = &thresholds.video;
        if let Some((from, to)) = player.read(now, video, self.held, limits) {
            player.went_back(now, from, to, limits, out);
        }
        if video.what == VideoWhat::Remove {
            player.is_left(now, self.hidden, limits, out);
            player.part(now);
        }
        if matches!(video.what, VideoWhat::Pause | VideoWhat::Ended | VideoWhat::Remove) {
            tell(now, player, out);
        }
    }

    fn add(&mut self, now: Millis, video: &Video, elements: &Elements, out: &mut Findings) -> usize {
        if self.list.len() == Self::MOST {
            let oldest = (0..Self::MOST).min_by_key(|index| (self.list[*index].plays_on(), self.list[*index].heard));
            let mut player = self.list.remove(oldest.unwrap_or_default());
            player.part(now);
            tell(now, &mut player, out);
            self.past.add(player.totals());
        }
        let mut name = String::new();
        crate::json::push_integer(&mut name, u64::from(video.element.0));
        if self.past.players > 0 {
            name.push('.');
            crate::json::push_integer(&mut name, self.past.players);
        }
        let flags = elements.target(video.element).flags;
        self.list.push(Player::new(now, video.element, name, flags));
        self.list.len() - 1
    }
}

fn tell(now: Millis, player: &mut Player, out: &mut Findings) {
    if player.untold {
        player.untold = false;
        out.list.push(Finding::Video(now, Box::new(player.totals().clone())));
    }
}
