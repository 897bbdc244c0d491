//! Whether watching was followed by better results, where there are results.
//!
//! Results before and after a video of the same visitor are compared; where there are too few pairs, results are
//! compared with how much was watched. Neither shows that the video was the cause, and the score of engagement is in
//! neither.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unsnag_core::time::UnixMillis;

use super::catalogue::VideoCatalogue;
use super::engagement::VideoEngagement;
use super::number::{Knowledge, Millionths, unix};

/// Videos or topics with results before and after below which nothing is said.
pub const LEAST_PAIRS: usize = 3;
/// Videos or topics with results after below which no correlation is told: with fewer, one alone makes it.
pub const LEAST_POINTS: usize = 8;

/// What a result is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A video, by its id in the catalogue.
    Video(String),
    /// A topic of the catalogue.
    Topic(String),
}

/// The result of a quiz or a task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskResult {
    /// What it is about.
    pub about: About,
    /// When.
    #[serde(with = "unix")]
    pub at: UnixMillis,
    /// 0 to 1; what lies outside counts as the nearest.
    pub score: Millionths,
}

/// What results say of watching.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Learning {
    /// Results before watching and after it.
    BeforeAfter {
        /// Videos and topics with both.
        pairs: u64,
        /// Mean result before, 0 to 1.
        before: Millionths,
        /// Mean result after, 0 to 1.
        after: Millionths,
        /// After less before, −1 to 1.
        gain: Millionths,
        /// Pairs in which the result was better after.
        improved: u64,
    },
    /// How results go with the share watched.
    Correlation {
        /// Videos and topics with a result after watching.
        points: u64,
        /// Pearson's coefficient, −1 to 1.
        coefficient: Millionths,
    },
}

/// A video or topic that was watched and has results.
struct Subject {
    began: UnixMillis,
    ended: UnixMillis,
    completion: Millionths,
    before: Vec<Millionths>,
    after: Vec<Millionths>,
}

/// What the results say, if there are enough.
pub(super) fn learning_of(
    videos: &[VideoEngagement],
    catalogue: &VideoCatalogue,
    results: &[TaskResult],
) -> Knowledge<Learning> {
    if results.is_empty() {
        return Knowledge::unavailable("no results of quizzes or tasks were given");
    }
    // Each once, in an order of their own.
    let results: BTreeSet<&TaskResult> = results.iter().collect();
    let mut subjects: BTreeMap<&About, Option<Subject>> = BTreeMap::new();
    for result in results {
        let subject = subjects.entry(&result.about).or_insert_with(|| watched(&result.about, videos, catalogue));
        let Some(subject) = subject else { continue };
        let score = result.score.as_share();
        // A result while the video was watched for the first time is neither.
        if result.at < subject.began {
            subject.before.push(score);
        } else if result.at >= subject.ended {
            subject.after.push(score);
        }
    }
    let subjects: Vec<Subject> = subjects.into_values().flatten().collect();
    let pairs: Vec<(Millionths, Millionths)> =
        subjects.iter().filter_map(|subject| Some((mean(&subject.before)?, mean(&subject.after)?))).collect();
    if pairs.len() >= LEAST_PAIRS {
        let before = Millionths::mean(pairs.iter().map(|pair| pair.0)).unwrap_or_default();
        let after = Millionths::mean(pairs.iter().map(|pair| pair.1)).unwrap_or_default();
        return Knowledge::Known(Learning::BeforeAfter {
            pairs: pairs.len() as u64,
            before,
            after,
            gain: Millionths(after.0 - before.0),
            improved: pairs.iter().filter(|(before, after)| after > before).count() as u64,
        });
    }
    let points: Vec<(Millionths, Millionths)> =
        subjects.iter().filter_map(|subject| Some((subject.completion, mean(&subject.after)?))).collect();
    if points.len() < LEAST_POINTS {
        return Knowledge::unavailable(format!(
            "{} videos or topics have results before and after watching, {LEAST_PAIRS} are needed; {} have some after \
             it, {LEAST_POINTS} are needed",
            pairs.len(),
            points.len()
        ));
    }
    match correlation(&points).and_then(Millionths::from_number) {
        Some(coefficient) => Knowledge::Known(Learning::Correlation {
            points: points.len() as u64,
            coefficient: coefficient.clamp(Millionths(-1_000_000), Millionths::ONE),
        }),
        None => Knowledge::unavailable("all videos were watched alike, or all results are the same"),
    }
}

/// When the videos that a result is about were first watched, and how much of them. Of a record that was cut the first
/// viewing is not known any more.
fn watched(about: &About, videos: &[VideoEngagement], catalogue: &VideoCatalogue) -> Option<Subject> {
    let is_meant = |video: &&VideoEngagement| match (about, &video.entry) {
        (About::Video(id), Some(entry)) => id == entry,
        (About::Topic(topic), Some(entry)) => catalogue.entry(entry).is_some_and(|entry| entry.topic == *topic),
        (_, None) => false,
    };
    let meant = || videos.iter().filter(|video| !video.is_cut).filter(is_meant);
    Some(Subject {
        began: meant().map(|video| video.first_began).min()?,
        ended: meant().map(|video| video.first_ended).min()?,
        completion: Millionths::mean(meant().map(|video| video.completion.share))?,
        before: Vec::new(),
        after: Vec::new(),
    })
}

fn mean(scores: &[Millionths]) -> Option<Millionths> {
    Millionths::mean(scores.iter().copied())
}

/// Pearson's coefficient; `None` where one side does not vary.
fn correlation(points: &[(Millionths, Millionths)]) -> Option<f64> {
    let count = points.len() as f64;
    let points = points.iter().map(|(x, y)| (x.number(), y.number()));
    let mean_x = points.clone().map(|point| point.0).sum::<f64>() / count;
    let mean_y = points.clone().map(|point| point.1).sum::<f64>() / count;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    // Below this the two differ by less than the millionths they are held in.
    let varies = |squares: f64| squares > 1e-11;
    (varies(xx) && varies(yy)).then(|| xy / (xx * yy).sqrt())
}
