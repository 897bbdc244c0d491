//! The videos of a site, over all who watched them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::pages::{BANDS, Counts, LEFT_PARTS, replay_part_ms};
use crate::video::{ContentKind, Difficulty, VideoCatalogue, VideoKey};

/// Videos of a report, those played most.
const MOST_VIDEOS: usize = 50;

/// One video: as the catalogue knows it, else by page, player and length.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Video {
    entry: Option<String>,
    title: Option<String>,
    topic: Option<String>,
    kind: Option<ContentKind>,
    difficulty: Option<Difficulty>,
    template: String,
    player: String,
    length_s: Option<u64>,
    /// Viewings: players that played, each once for a tab.
    plays: i64,
    ended: i64,
    played_ms: i64,
    /// Viewings that stood still at least once; how often all of them did, and for how long.
    stalled: i64,
    stalls: i64,
    stall_ms: i64,
    /// Viewings that were left, by twentieths of the length; at the earliest place that agrees with what was told.
    left: [i64; LEFT_PARTS as usize],
    /// Where parts begin that were played again, s, and in how many viewings.
    replayed: Vec<(u64, i64)>,
    /// How long such a part is, s.
    replayed_part_s: u64,
    /// Visitors by the newest of their viewings.
    visitors: i64,
    /// Their mean score of engagement, 0 to 100; none where nobody could be told from others.
    engagement: Option<i64>,
    /// They by tens of that score.
    engagement_bands: [i64; BANDS as usize],
    /// They by tens of per cent of the content watched; who is in the last one has completed it.
    completion_bands: [i64; BANDS as usize],
}

/// The videos that these pages' counts tell of.
pub(super) fn videos<'a>(pages: impl Iterator<Item = (&'a str, &'a Counts)>, catalogue: &VideoCatalogue) -> Vec<Video> {
    let mut found: BTreeMap<(Option<String>, Option<VideoKey>), (Video, i64)> = BTreeMap::new();
    for (template, counts) in pages {
        for (name, &count) in &counts.counts {
            let words: Vec<&str> = name.split(' ').collect();
            let ["video", player, length, what @ ..] = words.as_slice() else { continue };
            let length_s = length.parse().ok();
            let key = VideoKey { template: template.to_owned(), player: (*player).to_owned(), length_s };
            let entry = catalogue.entry_of(&key);
            let group = match entry {
                Some(entry) => (Some(entry.id.clone()), None),
                None => (None, Some(key.clone())),
            };
            let part_s = length_s.map_or(0, |length| replay_part_ms(length) / 1000);
            let new = || Video {
                entry: entry.map(|entry| entry.id.clone()),
                title: entry.map(|entry| entry.title.clone()),
                topic: entry.map(|entry| entry.topic.clone()),
                kind: entry.map(|entry| entry.kind),
                difficulty: entry.map(|entry| entry.difficulty),
                template: template.to_owned(),
                player: (*player).to_owned(),
                length_s: length_s.or(entry.and_then(|entry| entry.length_ms).map(|ms| (ms + 500) / 1000)),
                replayed_part_s: part_s,
                ..Video::default()
            };
            let (video, points) = found.entry(group).or_insert_with(|| (new(), 0));
            if *what == ["points"] {
                *points += count;
            } else {
                video.take(what, part_s, count);
            }
        }
    }
    let mut videos: Vec<Video> = found
        .into_values()
        .map(|(mut video, points)| {
            video.engagement = (video.visitors > 0).then(|| (points + video.visitors / 2) / video.visitors);
            video.replayed.sort_unstable();
            video
        })
        .collect();
    videos.sort_by(|one, other| {
        let names = |video: &'_ Video| (video.template.clone(), video.player.clone(), video.length_s);
        other.plays.cmp(&one.plays).then_with(|| names(one).cmp(&names(other)))
    });
    videos.truncate(MOST_VIDEOS);
    videos
}

impl Video {
    /// Adds a count of what is named so, with parts of so many seconds; names of other releases say nothing.
    fn take(&mut self, what: &[&str], part_s: u64, count: i64) {
        let sum = match what {
            ["plays"] => &mut self.plays,
            ["ended"] => &mut self.ended,
            ["played_ms"] => &mut self.played_ms,
            ["stalled"] => &mut self.stalled,
            ["stalls"] => &mut self.stalls,
            ["stall_ms"] => &mut self.stall_ms,
            ["viewers"] => &mut self.visitors,
            [bands, place] => {
                let Ok(place) = place.parse::<usize>() else { return };
                let known = match *bands {
                    "left" => self.left.get_mut(place),
                    "engagement" => self.engagement_bands.get_mut(place),
                    "completion" => self.completion_bands.get_mut(place),
                    "replayed" => Some(self.replayed_at(place as u64 * part_s)),
                    _ => None,
                };
                let Some(known) = known else { return };
                known
            }
            _ => return,
        };
        *sum += count;
    }

    /// Of a video that encodings of slightly different length show, the same second is the same part.
    fn replayed_at(&mut self, second: u64) -> &mut i64 {
        let known = self.replayed.iter().position(|(known, _)| *known == second);
        let index = known.unwrap_or_else(|| {
            self.replayed.push((second, 0));
            self.replayed.len() - 1
        });
        &mut self.replayed[index].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(names: &[(&str, i64)]) -> Counts {
        let mut counts = Counts::default();
        for (name, by) in names {
            counts.add((*name).to_owned(), *by);
        }
        counts
    }

    #[test]
    fn reads_counts_by_video_and_merges_what_the_catalogue_knows_as_one() {
        let json = r#"{"v":1,"videos":[{"id":"intro","template":"/l","title":"Intro","kind":"tutorial","topic":"t",
            "difficulty":"beginner","length_s":60}]}"#;
        let catalogue = VideoCatalogue::from_json(json.as_bytes()).unwrap();
        let page = counts(&[
            ("video 7 60 plays", 4),
            ("video 7 60 left 3", 1),
            ("video 7 60 replayed 2", 2),
            ("video 7 60 viewers", 3),
            ("video 7 60 points", 130),
            ("video 7 60 engagement 4", 3),
            ("video 9 61 plays", 1),
            ("video 9 61 replayed 2", 1),
            ("video 7 900 plays", 8),
            ("video 7 900 replayed 3", 1),
            ("video 7 60 of-a-later-release", 9),
            ("video 7 60 left 99", 9),
            ("video 7 plays", 9),
            ("views", 9),
        ]);
        let stream = counts(&[("video 7 live plays", 2), ("video 7 live replayed 3", 1)]);
        let found = videos([("/l", &page), ("/m", &stream)].into_iter(), &catalogue);
        let told: Vec<_> = found.iter().map(|video| (video.title.as_deref(), video.length_s, video.plays)).collect();
        assert_eq!(told, [(None, Some(900), 8), (Some("Intro"), Some(60), 5), (None, None, 2)]);
        let intro = &found[1];
        assert_eq!((intro.left[3], intro.left.iter().sum::<i64>()), (1, 1));
        assert_eq!(intro.replayed, [(10, 3)]);
        assert_eq!((intro.visitors, intro.engagement, intro.engagement_bands[4]), (3, Some(43), 3));
        // A quarter of an hour is counted by ten seconds.
        assert_eq!((found[0].replayed.as_slice(), found[0].engagement), ([(30, 1)].as_slice(), None));
    }
}
