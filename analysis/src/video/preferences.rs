//! What a visitor prefers: kind of content, topic, length and speed.
//!
//! Each video votes with its points of engagement: what was watched well speaks louder than what was tried and left. A
//! preference is what has more than half of all votes. Votes are for what was watched, so they say as much of what the
//! site offers as of the visitor, until there was a choice.

use std::collections::BTreeMap;

use serde::Serialize;

use super::catalogue::{ContentKind, VideoCatalogue};
use super::engagement::{Interaction, VideoEngagement};
use super::number::{Knowledge, Millionths};

/// Below so much time seen or heard nothing is known of anybody's preferences, ms: five minutes, one short video.
const LEAST_ENGAGED_MS: u64 = 5 * 60 * 1000;
/// A short video, ms: engagement with videos of courses is at its most at six minutes, whatever the length (Guo et al.
/// 2014; Lagerstrom 2015 reads it otherwise).
const SHORT_MS: u64 = 6 * 60 * 1000;
/// A long video, ms: of one beyond twelve minutes about three are watched (the same).
const LONG_MS: u64 = 12 * 60 * 1000;
/// Speeds from here on are slow or fast. Of 23,009 viewings of a course a half is at exactly 1 and a quarter at 1.25 or
/// more (`reference/models.md` §5); a tenth is for readings that are not exact.
const SLOW: Millionths = Millionths(900_000);
const FAST: Millionths = Millionths(1_100_000);
/// Videos by which the strength of a preference is held back: as if so many others had spoken for something else.
/// Feature 8 smooths with as many.
const DOUBT: u64 = 2;

/// How long a video is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthClass {
    /// Up to six minutes.
    Short,
    /// Up to twelve.
    Medium,
    /// Longer.
    Long,
}

/// How fast it is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeedClass {
    /// Slower than 0.9.
    Slow,
    /// As it is.
    Normal,
    /// Faster than 1.1.
    Fast,
}

/// A preference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preference<T> {
    /// What is preferred.
    pub value: T,
    /// How strongly, 0 to 1: its share of the votes, times `videos / (videos + 2)`.
    pub strength: Millionths,
    /// What speaks for it.
    pub evidence: String,
}

/// What a visitor prefers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preferences {
    /// The kind of content. Whatever the catalogue calls it, a video with high interaction around it counts as
    /// interactive: that is how it was used.
    pub kind: Knowledge<Preference<ContentKind>>,
    /// The topic.
    pub topic: Knowledge<Preference<String>>,
    /// The length.
    pub length: Knowledge<Preference<LengthClass>>,
    /// The speed.
    pub speed: Knowledge<Preference<SpeedClass>>,
}

/// The preferences that the engagement with these videos shows.
pub fn identify_video_preferences(videos: &[VideoEngagement], catalogue: &VideoCatalogue) -> Preferences {
    let entry = |video: &VideoEngagement| video.entry.as_ref().and_then(|id| catalogue.entry(id));
    let kind = |video: &VideoEngagement| {
        if was_used(video) { Some(ContentKind::Interactive) } else { entry(video).map(|entry| entry.kind) }
    };
    let length = |video: &VideoEngagement| {
        video.length_ms.map(|ms| match ms {
            ms if ms <= SHORT_MS => LengthClass::Short,
            ms if ms <= LONG_MS => LengthClass::Medium,
            _ => LengthClass::Long,
        })
    };
    let speed = |video: &VideoEngagement| match video.speed {
        _ if video.played_ms == 0 => None,
        speed if speed < SLOW => Some(SpeedClass::Slow),
        speed if speed > FAST => Some(SpeedClass::Fast),
        _ => Some(SpeedClass::Normal),
    };
    let inferred = |chosen: &ContentKind, of: &[&VideoEngagement]| {
        let by_use = of.iter().filter(|video| was_used(video)).count();
        if by_use == 0 || *chosen != ContentKind::Interactive {
            return String::new();
        }
        format!(", {by_use} of them by at least {} interactions a minute around the video", Interaction::HIGH)
    };
    let average = |_: &SpeedClass, of: &[&VideoEngagement]| {
        // Each video's speed by the time it played.
        let sum = |number: fn(&VideoEngagement) -> i128| of.iter().map(|video| number(video)).sum::<i128>();
        let content = sum(|video| i128::from(video.speed.0) * i128::from(video.played_ms));
        let speed = content / sum(|video| i128::from(video.played_ms)).max(1);
        format!(", {} on average", Millionths(i64::try_from(speed).unwrap_or(i64::MAX)))
    };
    let nothing_more = |_: &LengthClass, _: &[&VideoEngagement]| String::new();
    Preferences {
        kind: elect(videos, "kind", kind, inferred),
        topic: elect(videos, "topic", |video| entry(video).map(|entry| entry.topic.clone()), |_, _| String::new()),
        length: elect(videos, "length", length, nothing_more),
        speed: elect(videos, "speed", speed, average),
    }
}

/// Whether so much was done around it that it was used as interactive content, whatever it is called.
fn was_used(video: &VideoEngagement) -> bool {
    video.interaction == Interaction::High
}

/// What has more than half of the votes of the videos of which it is known.
fn elect<T: Ord + Clone>(
    videos: &[VideoEngagement],
    what: &str,
    of: impl Fn(&VideoEngagement) -> Option<T>,
    more: impl Fn(&T, &[&VideoEngagement]) -> String,
) -> Knowledge<Preference<T>> {
    let mut votes: BTreeMap<T, Vec<&VideoEngagement>> = BTreeMap::new();
    for video in videos {
        if let Some(value) = of(video) {
            votes.entry(value).or_default().push(video);
        }
    }
    let count: u64 = votes.values().map(|list| list.len() as u64).sum();
    let engaged = votes.values().flatten().fold(0_u64, |sum, video| sum.saturating_add(video.engaged_ms));
    if engaged < LEAST_ENGAGED_MS {
        let minutes = Millionths::ratio(engaged, 60_000);
        return Knowledge::unknown(format!(
            "videos of known {what} were seen or heard for {minutes} minutes, at least {} are needed",
            LEAST_ENGAGED_MS / 60_000
        ));
    }
    let points = |list: &[&VideoEngagement]| list.iter().map(|video| video.score.points.0.max(0)).sum::<i64>();
    let all: i64 = votes.values().map(|list| points(list)).sum();
    let winner = votes.iter().find(|(_, list)| points(list).saturating_mul(2) > all);
    let Some((value, list)) = winner else {
        return Knowledge::unknown(format!("no {what} has more than half of the engagement with {count} videos"));
    };
    let share = Millionths::share(points(list).unsigned_abs(), all.unsigned_abs());
    Knowledge::Known(Preference {
        value: value.clone(),
        strength: share.times(Millionths::ratio(count, count + DOUBT)),
        evidence: format!(
            "{} of {count} videos, {} % of the engagement with them{}",
            list.len(),
            share.per_cent(),
            more(value, list)
        ),
    })
}
