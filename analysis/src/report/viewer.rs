//! How the visitor of a session watches videos.

use serde::Serialize;
use unsnag_core::time::UnixMillis;

use crate::consumer::Analysis;
use crate::session::Profile;
use crate::store::{Span, StoreError};
use crate::table;
use crate::video::{
    BestTime, Knowledge, Learning, Millionths, Preferences, Recommendation, Trend, VideoBehaviour, VideoEngagement,
    VideoRecord, ViewerClock, analyze_user_video_behavior,
};

/// Videos of one visitor that are read for a report, those whose pages' names come first. A record takes about one
/// kilobyte and at most 64; a report has fifty sessions and is asked for every few seconds.
const MOST_RECORDS: usize = 20;
/// Videos told of, the newest; recommendations told of, the most fitting.
const MOST_TOLD: usize = 5;

/// What all videos of one visitor say.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Viewer {
    /// Videos watched, of those that were read.
    videos: usize,
    /// There are more than were read.
    is_cut: bool,
    engagement: Knowledge<Millionths>,
    sessions: u64,
    active_days: u64,
    trend: Knowledge<Trend>,
    best_time: Knowledge<BestTime>,
    preferences: Preferences,
    recommendations: Vec<Recommendation>,
    learning: Knowledge<Learning>,
    newest: Vec<Seen>,
}

/// One video that they watched.
#[derive(Clone, Debug, Serialize)]
struct Seen {
    title: Option<String>,
    template: String,
    score: i64,
    completion: Millionths,
    pauses: u64,
    seeks: u64,
    stalls: u64,
    replayed_parts: u64,
    ended: u64,
    /// What each part of the score was computed from.
    why: Vec<String>,
}

impl Analysis {
    /// How a visitor watches; nothing where they watched nothing.
    pub(super) async fn viewer(
        &self,
        site: &str,
        visitor: &str,
        profile: &Profile,
        now: UnixMillis,
    ) -> Result<Option<Viewer>, StoreError> {
        let span = Span { prefix: table::VIDEO.to_owned(), ..Span::default() };
        let partition = table::visitor_partition(site, visitor);
        // One more, to know whether there are more.
        let found = table::list::<Option<VideoRecord>>(&*self.store, &partition, &span, MOST_RECORDS + 1, now).await?;
        let is_cut = found.len() > MOST_RECORDS;
        let records: Vec<VideoRecord> = found.into_iter().take(MOST_RECORDS).filter_map(|(_, record)| record).collect();
        let clock = ViewerClock { utc_offset_minutes: profile.said.utc_offset_minutes() };
        let catalogue = &self.playbook.videos;
        let results = profile.results.of_videos(catalogue);
        let behaviour = analyze_user_video_behavior(&records, catalogue, &clock, &results, now);
        let title = |video: &VideoEngagement| Some(catalogue.entry(video.entry.as_deref()?)?.title.clone());
        Ok((!behaviour.videos.is_empty()).then(|| Viewer::of(behaviour, is_cut, title)))
    }
}

impl Viewer {
    fn of(behaviour: VideoBehaviour, is_cut: bool, title: impl Fn(&VideoEngagement) -> Option<String>) -> Self {
        let mut newest: Vec<&VideoEngagement> = behaviour.videos.iter().collect();
        newest.sort_by_key(|video| std::cmp::Reverse(video.last_ended));
        let seen = |video: &VideoEngagement| Seen {
            title: title(video),
            template: video.video.template.clone(),
            score: video.score.score,
            completion: video.completion.share,
            pauses: video.pauses,
            seeks: video.seeks.forward + video.seeks.back + video.seeks.unknown,
            stalls: video.stalls.count + video.stalls.after_seek,
            replayed_parts: video.replayed_parts,
            ended: video.last_ended.0,
            why: video.score.parts.iter().map(|part| part.why.clone()).collect(),
        };
        Self {
            newest: newest.into_iter().take(MOST_TOLD).map(seen).collect(),
            videos: behaviour.videos.len(),
            is_cut,
            engagement: behaviour.engagement,
            sessions: behaviour.sessions,
            active_days: behaviour.active_days,
            trend: behaviour.trend,
            best_time: behaviour.best_time,
            preferences: behaviour.preferences,
            recommendations: behaviour.recommendations.into_iter().take(MOST_TOLD).collect(),
            learning: behaviour.learning,
        }
    }
}
