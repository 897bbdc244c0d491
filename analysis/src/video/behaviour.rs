//! All videos of one visitor together.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use unsnag_core::limits::MAX_FUTURE;
use unsnag_core::time::{Millis, UnixMillis};

use super::catalogue::VideoCatalogue;
use super::engagement::{VideoEngagement, analyze_video_engagement};
use super::learning::{Learning, TaskResult, learning_of};
use super::number::{Knowledge, Millionths};
use super::preferences::{Preferences, identify_video_preferences};
use super::recommend::{Recommendation, recommend};
use super::record::{VideoRecord, regroup};
use super::time_of_day::{BestTime, ViewerClock, best_time};
use super::trend::{Trend, trend_of};
use super::viewing::QUARTER_MS;

/// The time in which days with viewing are counted: as feature 11 counts sessions.
const REGULARITY: Millis = Millis(30 * 24 * 60 * 60 * 1000);

/// How one visitor watches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VideoBehaviour {
    /// Mean of the videos' engagement scores, 0 to 100; feature 9 takes the mean of their reaches.
    pub engagement: Knowledge<Millionths>,
    /// Each video: those in the catalogue by id, then the others.
    pub videos: Vec<VideoEngagement>,
    /// Sessions with a viewing.
    pub sessions: u64,
    /// Days of the last 30 on which something was seen or heard.
    pub active_days: u64,
    /// Whether the engagement of single viewings rises or falls.
    pub trend: Knowledge<Trend>,
    /// The best two hours of the day.
    pub best_time: Knowledge<BestTime>,
    /// What they prefer.
    pub preferences: Preferences,
    /// What to watch next, most fitting first.
    pub recommendations: Vec<Recommendation>,
    /// Whether results were better after watching.
    pub learning: Knowledge<Learning>,
}

/// What all records of one visitor show. Records whose keys the catalogue knows as one video are one. A viewing that
/// began after `now`, by more than clocks may differ, is left out.
pub fn analyze_user_video_behavior(
    records: &[VideoRecord],
    catalogue: &VideoCatalogue,
    profile: &ViewerClock,
    results: &[TaskResult],
    now: UnixMillis,
) -> VideoBehaviour {
    let records = regroup(records, now + MAX_FUTURE, |key| catalogue.entry_of(key).map(|entry| entry.id.as_str()));
    let mut videos = Vec::with_capacity(records.len());
    let mut sessions = BTreeSet::new();
    let mut quarters: BTreeMap<u64, u64> = BTreeMap::new();
    let mut scores = Vec::new();
    for record in &records {
        let entry = catalogue.entry_of(&record.video);
        videos.push(analyze_video_engagement(record, entry));
        for (id, watched) in record.viewings() {
            sessions.insert(id.session.as_str());
            for (quarter, ms) in &watched.quarters {
                let sum = quarters.entry(*quarter).or_default();
                *sum = sum.saturating_add(*ms);
            }
            let alone = VideoRecord::of_one(&record.video, id, watched);
            scores.push((watched.began, analyze_video_engagement(&alone, entry).score.points));
        }
    }
    let since = UnixMillis(now.0.saturating_sub(REGULARITY.0)).0 / QUARTER_MS;
    let days: BTreeSet<i64> = quarters.range(since..).map(|(quarter, _)| profile.day(*quarter)).collect();
    let overall = Millionths::mean(videos.iter().map(|video| video.score.points));
    let preferences = identify_video_preferences(&videos, catalogue);
    VideoBehaviour {
        engagement: overall.map_or_else(|| Knowledge::unknown("no video was watched"), Knowledge::Known),
        sessions: sessions.len() as u64,
        active_days: days.len() as u64,
        trend: trend_of(&scores),
        best_time: best_time(&quarters, *profile),
        recommendations: recommend(&videos, catalogue, &preferences, now),
        learning: learning_of(&videos, catalogue, results),
        preferences,
        videos,
    }
}
