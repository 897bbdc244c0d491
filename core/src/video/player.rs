//! One player: what its readings prove, step by step.
//!
//! A reading is a position and a time. Between two of them the content either advanced as the rate lets it, which was
//! played; or it stood still while the clock went on, which was a stall or a sleeping machine; or it is somewhere else,
//! which was a jump. The first of two readings stays the anchor until the content moves, so that players that round
//! their position to whole seconds are measured no worse.

use super::parts::Parts;
use super::struggle::Struggle;
use super::totals::VideoTotals;
use crate::input::{ElementId, Flags, Video, VideoWhat};
use crate::thresholds::VideoStruggle;
use crate::time::Millis;

/// How far a position may be from where clock and rate put it, ms: more than readings of one player differ by.
const SLACK: u64 = 300;
/// What a single step may count that no reading proves, ms. Readings come four times a second; a longer silence is a
/// page that sleeps.
const UNPROVEN: u64 = 2000;
/// A wait shorter than this is none, ms: browsers announce them at every change of the source. Mux has the same.
pub(super) const LEAST_STALL: Millis = Millis(250);
/// A jump back shorter than this steps through pictures, ms.
const LEAST_BACK: u64 = 1000;
/// What counts as the same place where positions are rounded and players are late, ms.
const EDGE: u64 = 1000;
/// The latest position, ms: streams that count from 1970 have it for 300 years yet, and no product overflows.
const LAST: u64 = 10_000_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Whether it plays is not known: it was not told, or the page was away.
    Unknown,
    Paused,
    /// It plays, or would if it had data.
    Playing,
}

/// Why it waits for data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Nothing was shown yet.
    Start,
    /// It ran dry.
    Network,
    /// It jumped to where it has no data.
    Seek,
}

/// A wait under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stall {
    pub(super) since: Millis,
    pub(super) why: Wait,
    /// Deadlines that have passed: 1 it is one, 2 it is a long one.
    pub(super) passed: u8,
}

/// Jumps of one gesture: a finger on the bar makes many.
#[derive(Clone, Copy, Debug)]
struct Gesture {
    from: u64,
    last: Millis,
    /// It is among the totals.
    listed: bool,
    /// The rule knows it as a jump back.
    is_back: bool,
    by_user: bool,
}

/// A pause this close to the end is the end's own, ms: browsers tell it just before.
const AT_END_MS: u64 = 500;

/// One player.
#[derive(Clone, Debug)]
pub(super) struct Player {
    pub(super) element: ElementId,
    pub(super) flags: Flags,
    /// When it was last heard of.
    pub(super) heard: Millis,
    /// There is something that no event has told.
    pub(super) untold: bool,
    pub(super) stall: Option<Stall>,
    pub(super) struggle: Struggle,
    totals: VideoTotals,
    parts: Parts,
    state: State,
    seeking: bool,
    /// It stands at its end; playing on begins anew.
    at_end: bool,
    muted: bool,
    visible: bool,
    /// It tells its position while it plays, so that silence means something.
    tells_time: bool,
    rate_thousandths: u64,
    /// The anchor: the position, and when it was there.
    at: u64,
    since: Millis,
    /// When it was first to play.
    begun: Option<Millis>,
    gesture: Option<Gesture>,
}

impl Player {
    pub(super) fn new(now: Millis, element: ElementId, name: String, flags: Flags) -> Self {
        Self {
            element,
            flags,
            heard: now,
            untold: false,
            stall: None,
            struggle: Struggle::default(),
            totals: VideoTotals { name, ..VideoTotals::default() },
            parts: Parts::default(),
            state: State::Unknown,
            seeking: false,
            at_end: false,
            muted: false,
            visible: false,
            tells_time: false,
            rate_thousandths: 1000,
            at: 0,
            since: now,
            begun: None,
            gesture: None,
        }
    }

    /// The totals as of the last reading.
    pub(super) fn totals(&self) -> &VideoTotals {
        &self.totals
    }

    /// Whether it plays without waiting.
    pub(super) fn plays_on(&self) -> bool {
        self.state == State::Playing && self.stall.is_none() && !self.seeking
    }

    /// Whether a wait troubles anybody: nobody looks at a decoration.
    pub(super) fn is_background(&self) -> bool {
        self.totals.looping && self.muted
    }

    pub(super) fn has_ended(&self) -> bool {
        self.at_end
    }

    /// Takes one reading. Returns a jump back that a person has just finished.
    #[inline(never)]
    pub(super) fn read(
        &mut self,
        now: Millis,
        video: &Video,
        held: Option<Millis>,
        limits: &VideoStruggle,
    ) -> Option<(u64, u64)> {
        use VideoWhat::{Ended, Error, Pause, Play, Playing, Seeked, Seeking, Stalled, Time, Waiting};
        self.heard = now;
        if let Some(length) = video.length.filter(|length| length.0 > 0) {
            let length = Some(Millis(length.0.min(LAST)));
            self.untold |= length != self.totals.length && self.totals.played_ms > 0;
            self.totals.length = length;
        }
        // It may turn out to be a decoration, which counts for nothing.
        self.untold |= video.looping && !self.totals.looping && self.totals.played_ms > 0;
        self.totals.looping |= video.looping;
        let what = video.what;
        let rate = if video.rate_thousandths == 0 { self.rate_thousandths } else { u64::from(video.rate_thousandths) };
        let mut at = video.at.0.min(LAST);
        let must_tell = matches!(what, Seeking | Seeked | Time);
        if at == 0 && self.at > 0 && self.state == State::Playing && !must_tell && !self.totals.looping {
            // Whoever leaves the position out means that nothing happened to it.
            at = if self.tells_time { self.at } else { self.reached(now) };
        }
        if what == Time && self.state == State::Unknown {
            self.play(now, at);
        }
        self.tells_time |= what == Time;
        let mut back = None;
        match what {
            Seeking => self.jump_begins(now, at, video.by_user, held, limits),
            Seeked => {
                if !self.seeking {
                    self.jump_begins(now, at, video.by_user, held, limits);
                }
                self.seeking = false;
                self.at = at;
                self.since = now;
                back = self.jump_ends(now, at);
            }
            // What is told in the middle of a jump is neither here nor there, unless it goes on without a word.
            _ if self.seeking => {
                if matches!(what, Playing | Ended) {
                    self.seeking = false;
                    self.at = at;
                    self.since = now;
                    back = self.jump_ends(now, at);
                }
            }
            _ => {
                if self.state == State::Playing {
                    if self.advance(now, at, rate) {
                        self.jump_begins(now, at, video.by_user, held, limits);
                        self.seeking = false;
                        back = self.jump_ends(now, at);
                    }
                } else {
                    self.at = at;
                    self.since = now;
                }
            }
        }
        match what {
            Play => self.play(now, at),
            Playing => {
                self.play(now, at);
                self.first_frame(now);
                self.stall_ends(now);
                // Where it stood until now, it did not play.
                if self.at == at {
                    self.since = now;
                }
            }
            Waiting | Error => self.wait(now, at),
            // Data may be late without anybody noticing: only a player that has none to show stands still.
            Stalled if video.ready < 3 => self.wait(now, at),
            Pause | Ended => {
                self.stall_ends(now);
                let goes_on = self.state == State::Playing && !self.seeking && what == Pause;
                if goes_on && self.totals.length.is_none_or(|length| at + AT_END_MS < length.0) {
                    self.totals.pauses += 1;
                    self.untold = true;
                }
                self.state = State::Paused;
            }
            _ => {}
        }
        if what == Ended {
            self.untold |= !self.totals.ended;
            self.totals.ended = true;
            self.at_end = true;
        }
        (self.rate_thousandths, self.muted, self.visible) = (rate, video.muted, video.visible);
        back
    }

    /// The page goes, or the player: whatever happens to it now is not seen.
    pub(super) fn part(&mut self, now: Millis) {
        self.stall_ends(now);
        self.struggle.is_over();
        self.state = State::Unknown;
        self.seeking = false;
        self.tells_time = false;
    }

    #[inline(never)]
    fn play(&mut self, now: Millis, at: u64) {
        self.begun.get_or_insert(now);
        if self.state != State::Playing {
            self.state = State::Playing;
            self.tells_time = false;
            self.at = at;
            self.since = now;
        }
    }

    fn first_frame(&mut self, now: Millis) {
        let begun = self.begun;
        self.totals.first_frame.get_or_insert_with(|| now.since(begun.unwrap_or(now)));
    }

    /// It has no data to go on with.
    #[inline(never)]
    fn wait(&mut self, now: Millis, at: u64) {
        if self.state == State::Unknown {
            self.play(now, at);
        }
        if self.state == State::Playing && self.stall.is_none() {
            let after_jump = self.seeking || self.gesture.is_some_and(|gesture| now.since(gesture.last).0 <= EDGE);
            let why = if self.totals.first_frame.is_none() {
                Wait::Start
            } else if after_jump {
                Wait::Seek
            } else {
                Wait::Network
            };
            self.stall = Some(Stall { since: now, why, passed: 0 });
        }
    }

    /// It goes on, or nobody waits any longer.
    #[inline(never)]
    fn stall_ends(&mut self, now: Millis) {
        let Some(stall) = self.stall.take() else { return };
        let lasted = now.since(stall.since);
        if lasted < LEAST_STALL {
            return;
        }
        self.untold = true;
        if stall.why == Wait::Seek {
            self.totals.seek_stalls += 1;
            self.totals.seek_stall_ms += lasted.0;
        } else {
            self.totals.stalls += 1;
            self.totals.stall_ms += lasted.0;
            self.struggle.waited(stall, now);
        }
    }

    /// Where the content should be by now. A player that tells its time is not trusted for longer than its silence may
    /// last; one that tells of events only played on between them.
    #[inline(never)]
    fn reached(&self, now: Millis) -> u64 {
        if !self.plays_on() {
            return self.at;
        }
        let wall = now.since(self.since).0;
        let wall = if self.tells_time { wall.min(UNPROVEN) } else { wall };
        let to = (self.at + at_rate(wall, self.rate_thousandths)).min(LAST);
        self.totals.length.map_or(to, |length| to.min(length.0.max(self.at)))
    }

    /// Counts what was played since the anchor, now that the content stands at `at`; `true` if it jumped there.
    #[inline(never)]
    fn advance(&mut self, now: Millis, at: u64, rate: u64) -> bool {
        let wall = now.since(self.since).0;
        let (fast, slow) = (self.rate_thousandths.max(rate), self.rate_thousandths.min(rate));
        // A tenth is for clocks that differ and rates that changed in between.
        let most = at_rate(wall, fast) * 11 / 10 + 2 * SLACK;
        let due = at_rate(wall, slow);
        let least = (due / 2).saturating_sub(SLACK).min(at_rate(UNPROVEN, slow));
        let began_again = self.totals.looping && at < self.at;
        let length = self.totals.length.map_or(0, |length| length.0);
        let moved = if began_again { length.saturating_sub(self.at) + at } else { at.saturating_sub(self.at) };
        if moved == 0 && at == self.at {
            return false;
        }
        if moved == 0 || moved > most {
            // A position that was corrected a little is no jump.
            let jumped = self.at.abs_diff(at) > EDGE;
            if self.stall.is_none() && jumped {
                self.played(wall.min(UNPROVEN));
            }
            self.since = now;
            if !jumped {
                self.at = at;
            }
            return jumped;
        }
        // All of it where the content kept up with the clock, else what the content took.
        let played = if moved + SLACK >= due * 9 / 10 { wall } else { (moved * 1000 / slow.max(1)).min(wall) };
        if moved >= least || moved <= at_rate(UNPROVEN, slow) {
            self.first_frame(Millis(now.0.saturating_sub(moved * 1000 / slow.max(1))));
            self.stall_ends(now);
            self.played(played);
            if began_again {
                self.watched(self.at, length);
                self.watched(0, at);
                self.totals.loops += 1;
            } else {
                self.watched(self.at, at);
            }
        }
        self.at = at;
        self.since = now;
        false
    }

    #[inline(never)]
    fn played(&mut self, ms: u64) {
        self.totals.played_ms += ms;
        self.totals.visible_ms += if self.visible { ms } else { 0 };
        self.totals.muted_ms += if self.muted { ms } else { 0 };
        self.untold = true;
    }

    #[inline(never)]
    fn watched(&mut self, from: u64, to: u64) {
        let totals = &mut self.totals;
        self.at_end = false;
        if to <= from {
            return;
        }
        totals.content_ms += to - from;
        self.parts.add(from, to, |from, to| totals.replayed(from, to));
        totals.unique_ms = self.parts.sum();
        totals.closed_gaps = self.parts.closed;
        if let Some(length) = totals.length {
            for (index, mark) in VideoTotals::MARKS.into_iter().enumerate() {
                // Players end a little before their end.
                let place = (mark * length.0 / 100).min(length.0.saturating_sub(Parts::GAP));
                if from <= place && place <= to {
                    totals.progress |= 1 << index;
                }
            }
        }
    }

    /// A jump begins or goes on. Browsers tell of it with the new position, some players with the old one.
    #[inline(never)]
    fn jump_begins(&mut self, now: Millis, at: u64, by_user: bool, held: Option<Millis>, limits: &VideoStruggle) {
        if !self.seeking {
            let mut here = self.reached(now);
            if at.abs_diff(here) <= SLACK {
                here = at;
            }
            if self.plays_on() && here > self.at {
                let wall = now.since(self.since).0;
                self.played(wall.min((here - self.at) * 1000 / self.rate_thousandths.max(1)));
                self.watched(self.at, here);
            }
            let goes_on = |last: Millis| now.since(last) <= limits.gesture || held.is_some_and(|down| down <= last);
            match &mut self.gesture {
                Some(gesture) if goes_on(gesture.last) => gesture.by_user |= by_user,
                _ => self.gesture = Some(Gesture { from: here, last: now, listed: false, is_back: false, by_user }),
            }
            match &mut self.stall {
                // Nothing was shown yet, wherever it is to begin.
                Some(stall) if stall.why == Wait::Start => {}
                // A wait that has only just begun is the jump's own.
                Some(stall) if now.since(stall.since) <= LEAST_STALL => stall.why = Wait::Seek,
                // What it waited for is not wanted any more.
                _ => self.stall_ends(now),
            }
        }
        self.seeking = true;
        self.at = at;
        self.since = now;
        if let Some(gesture) = &mut self.gesture {
            gesture.last = now;
        }
    }

    /// The jump arrived. Returns it if a person jumped back.
    #[inline(never)]
    fn jump_ends(&mut self, now: Millis, to: u64) -> Option<(u64, u64)> {
        let gesture = self.gesture.as_mut()?;
        let from = gesture.from;
        gesture.last = now;
        if from.abs_diff(to) <= SLACK && !gesture.listed {
            return None;
        }
        let near_end = self.totals.length.is_some_and(|length| from + EDGE >= length.0);
        if to <= EDGE && near_end && (self.at_end || self.totals.looping) {
            // It began again: by itself, or because somebody wants to see it once more.
            self.totals.loops += u32::from(!self.at_end);
            self.gesture = None;
            return None;
        }
        self.untold = true;
        if gesture.listed {
            if let Some(last) = self.totals.seeks.last_mut() {
                last.1 = to;
            }
        } else {
            gesture.listed = true;
            self.totals.seek_count += 1;
            if self.totals.seeks.len() == VideoTotals::MOST_SEEKS {
                self.totals.seeks.remove(0);
            }
            self.totals.seeks.push((from, to));
        }
        if gesture.is_back {
            self.struggle.goes_on(to);
            return None;
        }
        gesture.is_back = gesture.by_user && to + LEAST_BACK <= from;
        gesture.is_back.then_some((from, to))
    }
}

/// The content that plays in this time, at most what there can be; a float so that no product overflows.
#[inline(never)]
fn at_rate(wall: u64, rate_thousandths: u64) -> u64 {
    ((wall as f64 * rate_thousandths as f64 / 1000.0) as u64).min(LAST)
}
