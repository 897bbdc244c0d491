//! How one visitor engaged with one video, over all sessions.
//!
//! # What of several sessions is known
//!
//! A player tells how much distinct content it showed, not which. Where the jumps tell the parts (`path`), what several
//! sessions showed is counted once; of sessions whose parts are not known, that of the session with the most counts for
//! certain and the sum of all at best. Completion is what is certain.

use std::collections::BTreeMap;

use serde::Serialize;
use unsnag_core::time::UnixMillis;

use super::catalogue::Entry;
use super::number::{Millionths, unix};
use super::path::{sum, unite};
use super::record::VideoRecord;
use super::score::{EngagementScore, Measures, calculate_engagement_score};
use super::viewing::{VideoKey, ViewingId, Watched};

/// A stream without a length counts as whole after this time, ms: it has no end to reach. Core's score of one player
/// has the same.
const LIVE_WHOLE_MS: u64 = 600_000;
/// A part counts as replayed from so much on, ms. Core takes shorter jumps back for steps through pictures.
const LEAST_REPLAY_MS: u64 = 1000;
/// Interactions are counted for a minute at least: two clicks in a glance of ten seconds are not twelve a minute.
const LEAST_ATTENDED_MS: u64 = 60_000;

/// How much of a video was watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// Share of distinct content that was watched for certain, 0 to 1.
    pub share: Millionths,
    /// The most that it can have been; the same as `share` where it is known exactly.
    pub at_most: Millionths,
}

/// Jumps by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Seeks {
    /// Forward.
    pub forward: u64,
    /// Back.
    pub back: u64,
    /// Jumps of which only the number is known: players tell the newest 20.
    pub unknown: u64,
}

/// Waits for data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stalls {
    /// Waits for the network.
    pub count: u64,
    /// How long they took, ms.
    pub ms: u64,
    /// Waits after a jump.
    pub after_seek: u64,
    /// How long they took, ms.
    pub after_seek_ms: u64,
}

/// Where somebody stopped for good, as a share of the length: at the end of the newest viewing, unless one reached the
/// end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DropOff {
    /// They did not: it was played to its end.
    Finished,
    /// Here. It follows from the jumps and agrees with all that was counted, to about a second for each jump.
    At {
        /// Share of the length, 0 to 1.
        share: Millionths,
    },
    /// Somewhere between. Jumps were forgotten, or it began in the middle.
    Between {
        /// Not before, 0 to 1.
        least: Millionths,
        /// Not after, 0 to 1.
        most: Millionths,
    },
    /// It has no length, or nothing told.
    Unknown,
}

/// How much somebody did around a video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Interaction {
    /// Less than once a minute.
    #[default]
    Low,
    /// At least once a minute.
    Medium,
    /// At least [`Interaction::HIGH`].
    High,
}

impl Interaction {
    /// Interactions a minute from which it is high: four fifths of what fills the score's activity.
    pub const HIGH: Millionths = Millionths(4_000_000);
    /// Interactions a minute from which it is medium.
    pub const MEDIUM: Millionths = Millionths(1_000_000);

    fn of(per_minute: Millionths) -> Self {
        if per_minute >= Self::HIGH {
            Self::High
        } else if per_minute >= Self::MEDIUM {
            Self::Medium
        } else {
            Self::Low
        }
    }
}

/// How one visitor engaged with one video.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VideoEngagement {
    /// The video.
    pub video: VideoKey,
    /// Its id in the catalogue.
    pub entry: Option<String>,
    /// Sessions merged.
    pub sessions: u64,
    /// Older viewings exist that are not counted here, except in completion.
    pub is_cut: bool,
    /// When the first viewing began.
    #[serde(serialize_with = "unix::serialize")]
    pub first_began: UnixMillis,
    /// When the first viewing ended.
    #[serde(serialize_with = "unix::serialize")]
    pub first_ended: UnixMillis,
    /// When the last viewing ended.
    #[serde(serialize_with = "unix::serialize")]
    pub last_ended: UnixMillis,
    /// Length, ms; `None` for a live stream.
    pub length_ms: Option<u64>,
    /// How much of it was watched. A live stream is whole after ten minutes.
    pub completion: Completion,
    /// Parts watched again, in any session: stretches of five seconds, those side by side are one part. Players tell
    /// the twelve replayed most.
    pub replayed_parts: u64,
    /// Content watched again within a session, ms.
    pub replayed_ms: u64,
    /// How often it was paused.
    pub pauses: u64,
    /// Jumps.
    pub seeks: Seeks,
    /// Average speed: content by the time that it took.
    pub speed: Millionths,
    /// Waits.
    pub stalls: Stalls,
    /// Where they stopped for good.
    pub drop_off: DropOff,
    /// Share of the time played in which it was seen, 0 to 1.
    pub visible: Millionths,
    /// Share of the time played in which it was heard, 0 to 1.
    pub audible: Millionths,
    /// Clicks, fields filled in, submits and task events on its page, for each minute in which it was seen or heard or
    /// its page was active.
    pub interactions_per_minute: Millionths,
    /// The same in a word.
    pub interaction: Interaction,
    /// Time in which it played, ms.
    pub played_ms: u64,
    /// Time in which it was seen or heard, ms.
    pub engaged_ms: u64,
    /// The score.
    pub score: EngagementScore,
}

/// Engagement with one video; `entry` is the video's in a catalogue, if it has one: its length counts where the player
/// told none.
pub fn analyze_video_engagement(record: &VideoRecord, entry: Option<&Entry>) -> VideoEngagement {
    let viewings: Vec<(&ViewingId, &Watched)> = record.viewings().collect();
    let total = |of: fn(&Watched) -> u64| viewings.iter().fold(0_u64, |sum, (_, each)| sum.saturating_add(of(each)));
    // The longest: what is not whole must not pass for whole.
    let told = viewings.iter().filter_map(|(_, each)| each.length_ms).max();
    let length_ms = told.or_else(|| entry.and_then(|entry| entry.length_ms));
    let completion = completion(record, &viewings, length_ms);
    let (played, engaged) = (total(|each| each.played_ms), total(Watched::engaged_ms));
    let interactions = total(|each| u64::from(each.interactions)).saturating_mul(60_000);
    let per_minute = Millionths::ratio(interactions, total(Watched::attended_ms).max(LEAST_ATTENDED_MS));
    let measures = Measures {
        completion: completion.share,
        visible: Millionths::share(total(|each| each.visible_ms), played),
        audible: Millionths::share(played.saturating_sub(total(|each| each.muted_ms)), played),
        interactions_per_minute: per_minute,
        replayed_parts: replayed_parts(&viewings),
    };
    let seeks = Seeks {
        forward: total(|each| each.seeks_forward.into()),
        back: total(|each| each.seeks_back.into()),
        unknown: total(|each| each.seeks.saturating_sub(each.seeks_forward.saturating_add(each.seeks_back)).into()),
    };
    VideoEngagement {
        video: record.video.clone(),
        entry: entry.map(|entry| entry.id.clone()),
        sessions: record.sessions() as u64,
        is_cut: record.is_cut(),
        first_began: viewings.iter().map(|(_, each)| each.began).min().unwrap_or_default(),
        first_ended: viewings.iter().map(|(_, each)| each.ended).min().unwrap_or_default(),
        last_ended: viewings.iter().map(|(_, each)| each.ended).max().unwrap_or_default(),
        length_ms,
        completion,
        replayed_parts: measures.replayed_parts,
        replayed_ms: total(|each| each.replayed_ms),
        pauses: total(|each| each.pauses.into()),
        seeks,
        speed: Millionths::ratio(total(|each| each.content_ms), played),
        stalls: Stalls {
            count: total(|each| each.stalls.into()),
            ms: total(|each| each.stall_ms),
            after_seek: total(|each| each.seek_stalls.into()),
            after_seek_ms: total(|each| each.seek_stall_ms),
        },
        drop_off: drop_off(&viewings, length_ms),
        visible: measures.visible,
        audible: measures.audible,
        interactions_per_minute: per_minute,
        interaction: Interaction::of(per_minute),
        played_ms: played,
        engaged_ms: engaged,
        score: calculate_engagement_score(&measures),
    }
}

fn completion(record: &VideoRecord, viewings: &[(&ViewingId, &Watched)], length_ms: Option<u64>) -> Completion {
    let Some(length) = length_ms else {
        let played = viewings.iter().fold(0_u64, |sum, (_, each)| sum.saturating_add(each.played_ms));
        let share = Millionths::share(played, LIVE_WHOLE_MS);
        return Completion { share, at_most: share };
    };
    let most_of_one = |of: fn(&Watched) -> u64| viewings.iter().map(|(_, each)| of(each)).max().unwrap_or_default();
    let parts = unite(viewings.iter().filter_map(|(_, each)| each.parts.as_ref()).flatten().copied().collect());
    let least = most_of_one(|each| each.unique_ms).max(if viewings.len() > 1 { sum(&parts) } else { 0 });
    let unplaced = viewings.iter().filter(|(_, each)| each.parts.is_none());
    let at_best = unplaced.fold(sum(&parts), |sum, (_, each)| sum.saturating_add(each.unique_most_ms));
    let at_best = if viewings.len() > 1 { at_best } else { most_of_one(|each| each.unique_most_ms) };
    let mut share = Millionths::share(least, length);
    if record.is_cut() {
        share = share.max(record.best_share());
    }
    let at_most = if record.is_cut() { Millionths::ONE } else { Millionths::share(at_best, length).max(share) };
    Completion { share, at_most }
}

fn replayed_parts(viewings: &[(&ViewingId, &Watched)]) -> u64 {
    let mut stretches: BTreeMap<u64, u64> = BTreeMap::new();
    for (stretch, ms) in viewings.iter().flat_map(|(_, each)| &each.replays) {
        let sum = stretches.entry(*stretch).or_default();
        *sum = sum.saturating_add(*ms);
    }
    let (mut parts, mut last, mut of_part) = (0, None, 0_u64);
    for (stretch, ms) in stretches {
        if last.is_none_or(|last: u64| last.saturating_add(1) != stretch) {
            of_part = 0;
        }
        let before = of_part;
        of_part = of_part.saturating_add(ms);
        parts += u64::from(before < LEAST_REPLAY_MS && of_part >= LEAST_REPLAY_MS);
        last = Some(stretch);
    }
    parts
}

fn drop_off(viewings: &[(&ViewingId, &Watched)], length_ms: Option<u64>) -> DropOff {
    if viewings.iter().any(|(_, each)| each.finished) {
        return DropOff::Finished;
    }
    let newest = viewings.iter().max_by_key(|(id, each)| (each.ended, *id));
    let (Some(length), Some((least, most))) = (length_ms, newest.and_then(|(_, each)| each.stopped)) else {
        return DropOff::Unknown;
    };
    let (least, most) = (Millionths::share(least, length), Millionths::share(most, length));
    if least == most { DropOff::At { share: least } } else { DropOff::Between { least, most } }
}
