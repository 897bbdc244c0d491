//! What to watch next: what was not finished, and what follows in its topic.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use unsnag_core::time::{Millis, UnixMillis};

use super::catalogue::{ContentKind, Difficulty, Entry, VideoCatalogue};
use super::engagement::{DropOff, VideoEngagement};
use super::number::Millionths;
use super::preferences::Preferences;

/// From so much on a video is completed: the fourth mark of progress; what follows is often the credits. Of 23,009
/// viewings of a course 39 % cover less (`reference/models.md` §5).
pub const COMPLETED: Millionths = Millionths(900_000);
/// From so much on enough was seen to go on a level up.
pub const ENOUGH: Millionths = Millionths(800_000);
/// Points from which engagement is high. Who has completed a video is there without doing anything else (0.9 × 70 =
/// 63); who has seen just enough of it is not (56), and must have done something besides.
pub const HIGH_ENGAGEMENT: i64 = 60;
/// Less is a glance: a twentieth. A third of those who drop out of a video do in its first 3 % (Kim et al. 2014).
pub const STARTED: Millionths = Millionths(50_000);
/// After this time nobody goes on with what they left: 30 days, the window in which a visitor's sessions are counted.
pub const RESUME_WITHIN: Millis = Millis(30 * 24 * 60 * 60 * 1000);
/// Videos recommended of one topic.
const MOST_OF_A_TOPIC: usize = 3;
/// Videos recommended in all.
const MOST_RECOMMENDATIONS: usize = 10;

/// Why a video is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is one level up in a topic that went well.
    Next,
    /// It was not finished.
    Resume,
}

/// A video to watch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// Its id in the catalogue.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What kind of content it is.
    pub content: ContentKind,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// Why.
    pub why: Why,
    /// The same in words.
    pub reason: String,
    /// Where to go on, ms, where that is known.
    pub resume_at_ms: Option<u64>,
}

/// A video that was watched, with its entry.
type Watched<'a> = (&'a VideoEngagement, &'a Entry);

/// What to watch next: first what follows on what went best, then what was left last. Nothing that was completed, or
/// may have been.
pub(super) fn recommend(
    videos: &[VideoEngagement],
    catalogue: &VideoCatalogue,
    preferences: &Preferences,
    now: UnixMillis,
) -> Vec<Recommendation> {
    let watched: Vec<Watched<'_>> =
        videos.iter().filter_map(|video| Some((video, catalogue.entry(video.entry.as_ref()?)?))).collect();
    let mut list = next(&watched, catalogue, preferences.kind.known().map(|kind| kind.value));
    list.extend(unfinished(&watched, now));
    list.truncate(MOST_RECOMMENDATIONS);
    list
}

/// What follows in each topic on the hardest video that went well.
fn next(watched: &[Watched<'_>], catalogue: &VideoCatalogue, preferred: Option<ContentKind>) -> Vec<Recommendation> {
    let started: BTreeSet<&str> = watched
        .iter()
        .filter(|(video, _)| video.completion.at_most >= STARTED)
        .map(|(_, entry)| entry.id.as_str())
        .collect();
    let mut best: BTreeMap<&str, Watched<'_>> = BTreeMap::new();
    for &(video, entry) in watched {
        if video.score.score < HIGH_ENGAGEMENT || video.completion.share < ENOUGH {
            continue;
        }
        let rank =
            |(video, entry): &Watched<'_>| (entry.difficulty, video.score.points, std::cmp::Reverse(entry.id.clone()));
        let known = best.entry(&entry.topic).or_insert((video, entry));
        if rank(&(video, entry)) > rank(known) {
            *known = (video, entry);
        }
    }
    let mut sources: Vec<Watched<'_>> = best.into_values().collect();
    sources.sort_by(|(one, first), (other, second)| {
        other.score.points.cmp(&one.score.points).then_with(|| first.id.cmp(&second.id))
    });
    let mut list = Vec::new();
    for (video, source) in sources {
        let Some(level) = source.difficulty.next() else { continue };
        let mut fitting: Vec<&Entry> = catalogue
            .entries()
            .iter()
            .filter(|entry| entry.topic == source.topic && entry.difficulty == level)
            .filter(|entry| !started.contains(entry.id.as_str()))
            .collect();
        // Entries are in the order of their ids, and sorting keeps it.
        fitting.sort_by_key(|entry| (Some(entry.kind) != preferred, entry.kind != source.kind));
        list.extend(fitting.into_iter().take(MOST_OF_A_TOPIC).map(|entry| Recommendation {
            id: entry.id.clone(),
            title: entry.title.clone(),
            content: entry.kind,
            difficulty: level,
            why: Why::Next,
            reason: format!(
                "{} is one level up in {}: {} was watched to {} % with an engagement of {} ({HIGH_ENGAGEMENT} is high)",
                level.name(),
                source.topic,
                source.title,
                video.completion.share.per_cent(),
                video.score.score
            ),
            resume_at_ms: None,
        }));
    }
    list
}

/// What was started and not completed, the newest first.
fn unfinished(watched: &[Watched<'_>], now: UnixMillis) -> Vec<Recommendation> {
    let is_left = |(video, _): &&Watched<'_>| {
        let completion = video.completion;
        let is_open = completion.share >= STARTED && completion.at_most < COMPLETED;
        video.length_ms.is_some() && is_open && now - video.last_ended <= RESUME_WITHIN
    };
    let mut left: Vec<&Watched<'_>> = watched.iter().filter(is_left).collect();
    left.sort_by(|(one, first), (other, second)| {
        other.last_ended.cmp(&one.last_ended).then_with(|| first.id.cmp(&second.id))
    });
    let resume = |(video, entry): &Watched<'_>| {
        let (place, at) = match (&video.drop_off, video.length_ms) {
            (DropOff::At { share }, Some(length)) => {
                let at = u128::from(length) * u128::from(share.0.unsigned_abs()) / 1_000_000;
                (format!("it was left at {} % of its length", share.per_cent()), Some(at as u64))
            }
            _ => ("it was left".to_owned(), None),
        };
        let when = match (now - video.last_ended).0 / (24 * 60 * 60 * 1000) {
            0 => "today".to_owned(),
            1 => "a day ago".to_owned(),
            days => format!("{days} days ago"),
        };
        Recommendation {
            id: entry.id.clone(),
            title: entry.title.clone(),
            content: entry.kind,
            difficulty: entry.difficulty,
            why: Why::Resume,
            reason: format!("{place} {when}, with {} % of it seen", video.completion.share.per_cent()),
            resume_at_ms: at,
        }
    };
    left.into_iter().map(resume).collect()
}
