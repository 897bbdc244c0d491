//! Records: all that is kept of one visitor and one video.
//!
//! A record is a set of viewings, each once. Adding is taking the more advanced of two states, so that viewings may
//! come in any order and any number of times, and records may be merged in any order.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unsnag_core::time::UnixMillis;

use super::number::Millionths;
use super::viewing::{VideoKey, Viewing, ViewingId, Watched};

/// All viewings of one video by one visitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoRecord {
    /// The video.
    pub video: VideoKey,
    #[serde(with = "listed")]
    viewings: BTreeMap<ViewingId, Watched>,
    /// The greatest share of distinct content of any one viewing, those included that are not kept any more.
    best_share: Millionths,
    /// There were more viewings than are kept.
    is_cut: bool,
}

impl VideoRecord {
    /// Viewings kept, the newest: more often nobody watches a video, and with 20 parts each they take less than 64 KB.
    /// Of older ones remains what was seen at best, so that what was completed stays completed.
    pub const MOST_VIEWINGS: usize = 64;

    /// A record without viewings.
    pub fn new(video: VideoKey) -> Self {
        Self { video, viewings: BTreeMap::new(), best_share: Millionths::ZERO, is_cut: false }
    }

    /// Adds a viewing of this video, or what is new of it.
    pub fn add(&mut self, viewing: &Viewing) {
        self.put(&viewing.id, &viewing.watched);
    }

    /// The record of one viewing alone.
    pub(super) fn of_one(video: &VideoKey, id: &ViewingId, watched: &Watched) -> Self {
        let mut record = Self::new(video.clone());
        record.put(id, watched);
        record
    }

    fn put(&mut self, id: &ViewingId, watched: &Watched) {
        if watched.played_ms == 0 {
            return;
        }
        let share = watched.length_ms.map_or(Millionths::ZERO, |length| Millionths::share(watched.unique_ms, length));
        self.best_share = self.best_share.max(share);
        match self.viewings.get_mut(id) {
            Some(known) if *known < *watched => known.clone_from(watched),
            Some(_) => {}
            None => _ = self.viewings.insert(id.clone(), watched.clone()),
        }
        self.cut();
    }

    /// Adds everything that another record of the same video holds.
    pub fn merge(&mut self, other: &VideoRecord) {
        self.best_share = self.best_share.max(other.best_share);
        self.is_cut |= other.is_cut;
        for (id, watched) in &other.viewings {
            self.put(id, watched);
        }
    }

    /// The viewings kept, in the order of their ids.
    pub fn viewings(&self) -> impl Iterator<Item = (&ViewingId, &Watched)> {
        self.viewings.iter()
    }

    /// Sessions among the viewings kept.
    pub fn sessions(&self) -> usize {
        self.viewings.keys().map(|id| id.session.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// Whether there were more viewings than are kept.
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The greatest share of distinct content of any one viewing, those included that are not kept any more.
    pub(super) const fn best_share(&self) -> Millionths {
        self.best_share
    }

    /// Drops the oldest. The time at which a viewing was last told of only grows, so it does not matter in which order
    /// they came: those kept are the newest of all there ever were.
    fn cut(&mut self) {
        while self.viewings.len() > Self::MOST_VIEWINGS {
            let by_age = |one: &(&ViewingId, &Watched), other: &(&ViewingId, &Watched)| {
                (one.1.ended, one.0).cmp(&(other.1.ended, other.0))
            };
            let Some(oldest) = self.viewings.iter().min_by(by_age).map(|(id, _)| id.clone()) else { return };
            self.viewings.remove(&oldest);
            self.is_cut = true;
        }
    }
}

/// One record for each video, in the order of their keys.
pub fn records_of(viewings: &[Viewing]) -> Vec<VideoRecord> {
    let mut records: BTreeMap<&VideoKey, VideoRecord> = BTreeMap::new();
    for viewing in viewings {
        let video = &viewing.video;
        records.entry(video).or_insert_with(|| VideoRecord::new(video.clone())).add(viewing);
    }
    records.into_values().collect()
}

/// The records of one visitor by catalogue entry, where `entry_of` knows one, else by video: each viewing once, at its
/// most advanced, and none that began after `latest`.
pub(super) fn regroup<'e>(
    records: &[VideoRecord],
    latest: UnixMillis,
    entry_of: impl Fn(&VideoKey) -> Option<&'e str>,
) -> Vec<VideoRecord> {
    // A player that learned its length late is another video by its key; the most advanced state says which.
    let mut newest: BTreeMap<&ViewingId, (&Watched, &VideoKey)> = BTreeMap::new();
    for record in records {
        for (id, watched) in &record.viewings {
            let known = newest.entry(id).or_insert((watched, &record.video));
            *known = (*known).max((watched, &record.video));
        }
    }
    let group = |video: &VideoKey| match entry_of(video) {
        Some(entry) => (None, Some(entry.to_owned())),
        None => (Some(video.clone()), None),
    };
    let mut groups: BTreeMap<_, VideoRecord> = BTreeMap::new();
    for (id, (watched, video)) in newest {
        if watched.began <= latest {
            let record = groups.entry(group(video)).or_insert_with(|| VideoRecord::new(video.clone()));
            // Of several names of one video the first stands for all, whatever came first.
            if *video < record.video {
                record.video = video.clone();
            }
            record.put(id, watched);
        }
    }
    for record in records {
        if let Some(known) = groups.get_mut(&group(&record.video)) {
            known.best_share = known.best_share.max(record.best_share);
            known.is_cut |= record.is_cut;
        }
    }
    groups.into_values().collect()
}

/// A map whose keys are no texts, as a list.
mod listed {
    use super::{BTreeMap, Deserialize, Deserializer, Serialize, Serializer, ViewingId, Watched};

    #[derive(Serialize)]
    struct Shown<'a> {
        id: &'a ViewingId,
        watched: &'a Watched,
    }

    #[derive(Deserialize)]
    struct Read {
        id: ViewingId,
        watched: Watched,
    }

    pub(super) fn serialize<S: Serializer>(
        viewings: &BTreeMap<ViewingId, Watched>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(viewings.iter().map(|(id, watched)| Shown { id, watched }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ViewingId, Watched>, D::Error> {
        let list = Vec::<Read>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|Read { id, watched }| (id, watched)).collect())
    }
}
