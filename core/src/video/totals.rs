//! What was watched of one player, in numbers: the closing line of a replay and the `video` event.

use crate::json::Writer;
use crate::time::Millis;

/// The totals of one player so far; every number only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoTotals {
    /// The player's element; with a number behind a dot where an element's number means another player by now.
    pub name: String,
    /// Length of the content; `None` for a live stream, and as long as it is not known.
    pub length: Option<Millis>,
    /// Distinct content watched, ms.
    pub unique_ms: u64,
    /// Time in which it played, by the wall clock, ms.
    pub played_ms: u64,
    /// Of this, with at least half of it to be seen, ms.
    pub visible_ms: u64,
    /// Of this, without sound, ms.
    pub muted_ms: u64,
    /// Content played, repetitions included, ms: the average rate is this by the time it took.
    pub content_ms: u64,
    /// Content played again, ms.
    pub replayed_ms: u64,
    /// The same by stretches of [`VideoTotals::BUCKET_MS`]: number of the stretch, ms.
    pub replays: Vec<(u64, u64)>,
    /// The newest jumps, from and to, ms; those of one gesture are one.
    pub seeks: Vec<(u64, u64)>,
    /// All jumps.
    pub seek_count: u32,
    /// Waits for the network, the one at the start included.
    pub stalls: u32,
    /// How long they took, ms.
    pub stall_ms: u64,
    /// Waits for data after a jump.
    pub seek_stalls: u32,
    /// How long they took, ms.
    pub seek_stall_ms: u64,
    /// From the wish to play to the first picture, ms.
    pub first_frame: Option<Millis>,
    /// Bit i: mark i of [`VideoTotals::MARKS`] was reached.
    pub progress: u8,
    /// How often it was paused before its end.
    pub pauses: u32,
    /// It was played to its end.
    pub ended: bool,
    /// How often it began again by itself.
    pub loops: u32,
    /// It begins again by itself.
    pub looping: bool,
    /// Gaps between watched parts that were closed for want of room.
    pub closed_gaps: u32,
}

impl VideoTotals {
    /// The marks of progress, per cent of the length.
    pub const MARKS: [u64; 6] = [25, 50, 75, 90, 95, 100];
    /// Jumps told of. An event stays below a kilobyte.
    pub const MOST_SEEKS: usize = 20;
    /// The stretches by which replays are counted, ms: about a sentence.
    pub const BUCKET_MS: u64 = 5000;
    /// Such stretches told of: those replayed most.
    pub const MOST_REPLAYS: usize = 12;
    /// A stream without a length counts as watched in full after this time, ms: it has no end to reach.
    const LIVE_WHOLE_MS: u64 = 600_000;

    /// Whether it is a decoration: a loop that was never heard. It is in nobody's reach.
    pub fn is_background(&self) -> bool {
        self.looping && self.muted_ms == self.played_ms
    }

    /// Distinct content by the length, in millionths: what this player adds to feature 9.
    pub fn reach(&self) -> Option<u64> {
        let length = self.length?.0;
        (self.unique_ms > 0 && !self.is_background()).then(|| share(self.unique_ms, length))
    }

    /// The engagement score, 0 to 100 (see [`crate::video`] for the formula and its reasons).
    #[inline(never)]
    pub fn engagement(&self) -> u64 {
        if self.played_ms == 0 || self.is_background() {
            return 0;
        }
        let whole = self.length.map_or(Self::LIVE_WHOLE_MS, |length| length.0);
        let reach = share(if self.length.is_some() { self.unique_ms } else { self.played_ms }, whole);
        let attention = 400_000
            + share(self.visible_ms, self.played_ms) * 2 / 5
            + share(self.played_ms.saturating_sub(self.muted_ms), self.played_ms) / 5;
        let again = share(self.replayed_ms * 4, whole) / 10;
        let sum = reach * attention / 1_000_000 + again;
        (sum.min(1_000_000) + 5000) / 10_000
    }

    /// Notes that content was played again.
    #[inline(never)]
    pub(super) fn replayed(&mut self, mut from: u64, to: u64) {
        self.replayed_ms += to - from;
        // A long stretch fills the list with its end.
        from = from.max(to.saturating_sub(Self::MOST_REPLAYS as u64 * Self::BUCKET_MS));
        while from < to {
            let bucket = from / Self::BUCKET_MS;
            let end = to.min((bucket + 1) * Self::BUCKET_MS);
            match self.replays.iter_mut().find(|(known, _)| *known == bucket) {
                Some((_, sum)) => *sum += end - from,
                None => {
                    if self.replays.len() == Self::MOST_REPLAYS
                        && let Some(least) = (0..Self::MOST_REPLAYS).min_by_key(|index| self.replays[*index].1)
                    {
                        self.replays.remove(least);
                    }
                    self.replays.push((bucket, end - from));
                }
            }
            from = end;
        }
    }

    /// Writes all members into an open object.
    #[inline(never)]
    pub fn write_members(&self, w: &mut Writer) {
        w.name("video").string(&self.name);
        for (name, ms) in [
            ("unique_s", self.unique_ms),
            ("played_s", self.played_ms),
            ("visible_s", self.visible_ms),
            ("muted_s", self.muted_ms),
        ] {
            seconds(w.name(name), ms);
        }
        w.name("seeks").begin_array();
        for (from, to) in &self.seeks {
            pair(w, *from, *to);
        }
        w.end_array();
        seconds(w.name("replayed_s"), self.replayed_ms);
        w.name("stalls").integer(u64::from(self.stalls));
        seconds(w.name("stall_s"), self.stall_ms);
        w.name("progress").begin_array();
        for (index, mark) in Self::MARKS.into_iter().enumerate() {
            if self.progress >> index & 1 == 1 {
                w.integer(mark);
            }
        }
        w.end_array();
        w.name("ended").boolean(self.ended).name("engagement").integer(self.engagement());
        match self.length {
            Some(length) => seconds(w.name("length_s"), length.0),
            None => _ = w.name("length_s").raw("null"),
        }
        let rate = share(self.content_ms, 100 * self.played_ms) * 100;
        w.name("rate").millionths(rate).name("replays").begin_array();
        for (bucket, ms) in &self.replays {
            pair(w, *bucket * Self::BUCKET_MS, *ms);
        }
        w.end_array();
        for (name, count) in [
            ("pauses", self.pauses),
            ("seek_count", self.seek_count),
            ("seek_stalls", self.seek_stalls),
            ("loops", self.loops),
            ("closed_gaps", self.closed_gaps),
        ] {
            w.name(name).integer(u64::from(count));
        }
        seconds(w.name("seek_stall_s"), self.seek_stall_ms);
        if let Some(after) = self.first_frame {
            w.name("first_frame_ms").integer(after.0);
        }
        w.name("background").boolean(self.is_background());
    }
}

/// A part of a whole in millionths, at most all of it.
#[inline(never)]
fn share(part: u64, whole: u64) -> u64 {
    // A float, so that no product overflows; its operations are the same on every platform.
    ((part as f64 * 1e6 / whole.max(1) as f64) as u64).min(1_000_000)
}

#[inline(never)]
fn seconds(w: &mut Writer, ms: u64) {
    w.millionths(ms.saturating_mul(1000));
}

#[inline(never)]
fn pair(w: &mut Writer, first: u64, second: u64) {
    w.begin_array();
    seconds(w, first);
    seconds(w, second);
    w.end_array();
}
