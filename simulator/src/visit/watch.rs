//! A video: played, left, and standing still.

use unsnag_core::input::{Observed, TaskWhat, Video, VideoWhat};
use unsnag_core::time::Millis;

use super::script::{Hand, Script};
use super::{Mind, Scene, Visit};
use crate::fault::Fault;
use crate::site::Place;

/// Readings of the position come this far apart, ms. Browsers tell four times a second; one is enough to prove what
/// was played.
const READING_MS: u64 = 1000;
/// What is played between two looks at whether something has changed, ms.
const PART_MS: u64 = 10_000;
/// The share of viewers who watch to the end; the others leave anywhere between. In a public
/// video course of 23,009 views 39 % cover less than 90 %.
const TO_THE_END: f64 = 0.61;
const LEFT_AT: (f64, f64) = (0.2, 0.9);
/// How long it stands still, and how much plays between two stalls, ms. Assumed.
const STALL_MS: (u64, u64) = (3000, 9000);
const BETWEEN_MS: (u64, u64) = (8000, 20_000);
const FIRST_FRAME_MS: u64 = 120;
/// How far somebody goes back to hear a hard part again, and how long the player takes to be there, ms. Assumed.
const BACK_MS: (u64, u64) = (8000, 22_000);
const SEEK_MS: u64 = 150;

/// How far a visitor is with the video.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reel {
    at: u64,
    /// How far they want to watch; 0 until they begin.
    until: u64,
    length: u64,
    next_stall: u64,
    /// Hard parts that they have come through.
    hard_parts: usize,
    pub(super) playing: bool,
}

impl Reel {
    /// The part that was watched, 0 to 1.
    pub(super) fn share(&self) -> f64 {
        self.at as f64 / self.length.max(1) as f64
    }
}

impl Visit {
    /// Starts the video, or goes on where it was left by a reload.
    pub(super) fn watch(&mut self, s: &mut Scene<'_>) {
        let page = self.here(s);
        let Some(length) = page.video_s.map(|length| u64::from(length) * 1000) else { return self.pass_over() };
        if self.reel.until == 0 {
            let (least, most) = LEFT_AT;
            let share = if self.mind.chance(TO_THE_END) { 1.0 } else { self.mind.between(least, most) };
            self.reel = Reel { until: (length as f64 * share) as u64, length, ..Reel::default() };
        }
        self.stalls_after();
        if let Some(task) = page.forms.iter().find(|form| form.graded).map(|form| form.task) {
            self.announce(task, TaskWhat::Start);
        }
        let spot = page.spot(self.tab.base, Place::Video, s.visitor.viewport());
        let hand = Hand::of(s.visitor);
        let mut script = Script::begin(self.now);
        script.sees(self.reading(VideoWhat::Add, s));
        script.point(spot, hand, &mut self.mind);
        script.press(spot, hand, 1, 0, true);
        script.wait(10);
        script.sees(self.reading(VideoWhat::Play, s));
        script.wait(FIRST_FRAME_MS);
        script.sees(self.reading(VideoWhat::Playing, s));
        self.reel.playing = true;
        self.state = Mind::Watching;
        self.wake_at = Some(script.now);
        self.play(script, true);
    }

    /// The next part of it, to the next stall or the end.
    pub(super) fn watch_on(&mut self, s: &mut Scene<'_>) {
        let Reel { at, until, length, next_stall, .. } = self.reel;
        let mut script = Script::begin(self.now);
        if at >= until {
            let what = if until >= length { VideoWhat::Ended } else { VideoWhat::Pause };
            script.sees(self.reading(what, s));
            self.reel.playing = false;
            self.stuck = None;
            self.play(script, false);
            self.state = Mind::Ending;
            let thinks = self.think(s);
            return self.wake_in(thinks);
        }
        let stalls = self.obstacle_here(Fault::StallingVideo, s);
        if let Some(obstacle) = stalls.filter(|_| at >= next_stall) {
            if self.gives_way(obstacle, s) {
                self.stalls_after();
            } else {
                self.meet(obstacle, s);
                script.sees(self.reading(VideoWhat::Waiting, s));
                self.play(script, false);
                self.state = Mind::Stalled(obstacle);
                let (least, most) = STALL_MS;
                let lasts = self.mind.ms_between(least, most);
                return self.wake_in(lasts);
            }
        }
        self.hear_again(&mut script, s);
        let at = self.reel.at;
        let until = if stalls.is_some() { until.min(self.reel.next_stall.max(at + READING_MS)) } else { until };
        let end = until.min(at + PART_MS);
        while self.reel.at < end {
            let step = READING_MS.min(end - self.reel.at);
            script.wait(step);
            self.reel.at += step;
            script.sees(self.reading(VideoWhat::Time, s));
        }
        self.wake_at = Some(script.now);
        self.play(script, false);
    }

    /// Goes back at the end of a hard part, perhaps.
    fn hear_again(&mut self, script: &mut Script, s: &Scene<'_>) {
        let Some(part) = self.here(s).hard_parts.get(self.reel.hard_parts) else { return };
        if self.reel.at < u64::from(part.end_s) * 1000 {
            return;
        }
        self.reel.hard_parts += 1;
        if !self.rewinds.chance(part.goes_back) {
            return;
        }
        let (least, most) = BACK_MS;
        self.reel.at = self.reel.at.saturating_sub(self.rewinds.ms_between(least, most));
        script.sees(self.reading(VideoWhat::Seeking, s));
        script.wait(SEEK_MS);
        script.sees(self.reading(VideoWhat::Seeked, s));
    }

    /// It plays again; one more failure where the obstacle is still there.
    pub(super) fn plays_again(&mut self, obstacle: usize, s: &mut Scene<'_>) {
        let reading = self.reading(VideoWhat::Playing, s);
        self.tab.input(self.now, reading);
        self.state = Mind::Watching;
        self.stalls_after();
        if self.active.get(obstacle).is_some_and(|active| *active) {
            self.failed(obstacle, s);
        } else {
            self.wake_in(1);
        }
    }

    fn stalls_after(&mut self) {
        let (least, most) = BETWEEN_MS;
        self.reel.next_stall = self.reel.at + self.mind.ms_between(least, most);
    }

    fn reading(&self, what: VideoWhat, s: &Scene<'_>) -> Observed {
        Observed::Video(Video {
            element: self.here(s).id(self.tab.base, Place::Video),
            what,
            at: Millis(self.reel.at),
            length: Some(Millis(self.reel.length)),
            rate_thousandths: 1000,
            muted: false,
            ready: if what == VideoWhat::Waiting { 2 } else { 4 },
            visible: true,
            looping: false,
            by_user: true,
        })
    }
}
