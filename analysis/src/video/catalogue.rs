//! The catalogue of a site's videos: what each is about, how hard it is, and how to know it again.
//!
//! It is read once, with every mistake reported at once, and afterwards cannot be wrong.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use unsnag_core::config::Problem;
use unsnag_core::id;
use unsnag_core::limits::MAX_STRING_BYTES;

use super::viewing::VideoKey;

/// The version of the format.
pub const VERSION: u64 = 1;
/// Entries of one catalogue. Each is compared with those of its page.
pub const MOST_ENTRIES: usize = 2000;
/// How far a length may be from that of the catalogue, s: encodings of one video differ by a frame or two, and players
/// round.
const LENGTH_TOLERANCE_S: u64 = 1;
/// The longest video, s: a day, as long as a session can be.
const LONGEST_S: f64 = 86_400.0;

/// What kind of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ContentKind {
    /// It asks for something: questions, branches, tasks to do along.
    Interactive,
    Tutorial,
    Lecture,
    Demo,
    Other,
}

impl ContentKind {
    /// All kinds.
    pub const ALL: [ContentKind; 5] = [Self::Interactive, Self::Tutorial, Self::Lecture, Self::Demo, Self::Other];

    /// The word in a catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Tutorial => "tutorial",
            Self::Lecture => "lecture",
            Self::Demo => "demo",
            Self::Other => "other",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<ContentKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How hard it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Difficulty {
    Beginner,
    Intermediate,
    Advanced,
}

impl Difficulty {
    /// All of them, easiest first.
    pub const ALL: [Difficulty; 3] = [Self::Beginner, Self::Intermediate, Self::Advanced];

    /// The word in a catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beginner => "beginner",
            Self::Intermediate => "intermediate",
            Self::Advanced => "advanced",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Difficulty> {
        Self::ALL.into_iter().find(|difficulty| difficulty.name() == name)
    }

    /// One level up.
    pub fn next(self) -> Option<Difficulty> {
        Self::ALL.into_iter().find(|other| *other > self)
    }
}

/// One video of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// The page template it is shown on.
    pub template: String,
    /// The player's element there, where a page has several; `None` is any.
    pub player: Option<String>,
    /// What people know it as.
    pub title: String,
    /// What kind of content.
    pub kind: ContentKind,
    /// What it is about; videos of one topic follow on each other.
    pub topic: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// Its length, ms; `None` where it is not known or a live stream. Where one template shows many videos, by this
    /// they are told apart.
    pub length_ms: Option<u64>,
    /// The task whose success shows that it was understood, by the name under which pages announce it: a quiz. Several
    /// videos may have the same.
    pub task: Option<String>,
}

impl Entry {
    fn length_s(&self) -> Option<u64> {
        self.length_ms.map(|ms| (ms + 500) / 1000)
    }

    /// Whether this is the video with that key.
    fn is(&self, key: &VideoKey) -> bool {
        self.template == key.template
            && self.player.as_ref().is_none_or(|player| *player == key.player)
            && agree(self.length_s(), key.length_s)
    }

    /// Whether some video could be both.
    fn collides(&self, other: &Entry) -> bool {
        let players = self.player.is_none() || other.player.is_none() || self.player == other.player;
        // Two lengths that a third is close enough to.
        let lengths = self.length_s().zip(other.length_s());
        players && lengths.is_none_or(|(one, two)| one.abs_diff(two) <= 2 * LENGTH_TOLERANCE_S)
    }
}

/// A length that is not known speaks against nothing.
fn agree(one: Option<u64>, other: Option<u64>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one.abs_diff(other) <= LENGTH_TOLERANCE_S)
}

/// A valid catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoCatalogue {
    /// By id.
    entries: Vec<Entry>,
}

impl VideoCatalogue {
    /// Reads `{"v":1,"videos":[{"id","template","player","title","kind","topic","difficulty","length_s","task"}]}`, or
    /// lists everything that is wrong with it. `player`, `length_s` and `task` may be left out.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let value: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(error) => {
                problems.add("the file", error.to_string());
                return Err(problems.0);
            }
        };
        let Value::Object(object) = value else {
            problems.add("the file", "must be a JSON object");
            return Err(problems.0);
        };
        for name in object.keys().filter(|name| !["v", "videos"].contains(&name.as_str())) {
            problems.add(name, "is no field of a catalogue: it has `v` and `videos`");
        }
        if object.get("v").and_then(Value::as_u64) != Some(VERSION) {
            problems.add("v", format!("must be {VERSION}, the version that this release reads"));
        }
        let mut entries = Vec::new();
        match object.get("videos") {
            Some(Value::Array(list)) if list.len() <= MOST_ENTRIES => {
                for (index, value) in list.iter().enumerate() {
                    entries.extend(read_entry(&format!("videos[{index}]"), value, &mut problems).map(|e| (index, e)));
                }
            }
            Some(Value::Array(list)) => {
                problems.add("videos", format!("has {} entries, at most {MOST_ENTRIES} are read", list.len()));
            }
            _ => problems.add("videos", "must be a list"),
        }
        find_doubles(&entries, &mut problems);
        if !problems.0.is_empty() {
            return Err(problems.0);
        }
        let mut entries: Vec<Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
        entries.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Self { entries })
    }

    /// All entries, in the order of their ids.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with this id.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.binary_search_by(|entry| entry.id.as_str().cmp(id)).ok().map(|index| &self.entries[index])
    }

    /// The entries whose videos a task tests.
    pub fn tested_by(&self, task: &str) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.task.as_deref() == Some(task))
    }

    /// The entry of a viewing's video. Where the video's length is not known and several entries could be it, none is.
    pub fn entry_of(&self, key: &VideoKey) -> Option<&Entry> {
        let mut fitting = self.entries.iter().filter(|entry| entry.is(key));
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, place: &str, message: impl Into<String>) {
        self.0.push(Problem { place: place.to_owned(), message: message.into() });
    }
}

const FIELDS: [&str; 9] = ["id", "template", "player", "title", "kind", "topic", "difficulty", "length_s", "task"];

/// An entry, unless something is wrong with it.
fn read_entry(place: &str, value: &Value, problems: &mut Problems) -> Option<Entry> {
    let Value::Object(object) = value else {
        problems.add(place, "must be an object");
        return None;
    };
    for name in object.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
        problems.add(&format!("{place}.{name}"), format!("is no field of a video: it has {}", FIELDS.join(", ")));
    }
    let id = text(place, object, "id", problems);
    if id.as_ref().is_some_and(|id| !id::is_valid(id)) {
        problems.add(&format!("{place}.id"), "must be 1 to 64 letters, digits or `-_.:`");
    }
    let template = text(place, object, "template", problems);
    if template.as_ref().is_some_and(|template| !template.starts_with('/')) {
        problems.add(&format!("{place}.template"), "must be a page template: `/lesson/:id`");
    }
    let (title, topic) = (text(place, object, "title", problems), text(place, object, "topic", problems));
    let mut optional = |name| object.contains_key(name).then(|| text(place, object, name, problems));
    let (player, task) = (optional("player"), optional("task"));
    let kind = word(place, object, "kind", &ContentKind::ALL.map(ContentKind::name), problems);
    let difficulty = word(place, object, "difficulty", &Difficulty::ALL.map(Difficulty::name), problems);
    let length = match object.get("length_s") {
        None | Some(Value::Null) => Some(None),
        Some(value) => match value.as_f64().filter(|seconds| *seconds > 0.0 && *seconds <= LONGEST_S) {
            Some(seconds) => Some(Some((seconds * 1000.0 + 0.5) as u64)),
            None => {
                problems.add(&format!("{place}.length_s"), format!("must be seconds, above 0 and at most {LONGEST_S}"));
                None
            }
        },
    };
    Some(Entry {
        id: id?,
        template: template?,
        player: match player {
            Some(player) => Some(player?),
            None => None,
        },
        task: match task {
            Some(task) => Some(task?),
            None => None,
        },
        title: title?,
        kind: ContentKind::named(&kind?)?,
        topic: topic?,
        difficulty: Difficulty::named(&difficulty?)?,
        length_ms: length?,
    })
}

/// A field's text, neither empty nor longer than a string of an event.
fn text(place: &str, object: &Map<String, Value>, name: &str, problems: &mut Problems) -> Option<String> {
    let found = object.get(name).and_then(Value::as_str).filter(|text| (1..=MAX_STRING_BYTES).contains(&text.len()));
    if found.is_none() {
        problems.add(&format!("{place}.{name}"), format!("must be a text of 1 to {MAX_STRING_BYTES} bytes"));
    }
    found.map(ToOwned::to_owned)
}

/// A field's word, one of these.
fn word(
    place: &str,
    object: &Map<String, Value>,
    name: &str,
    words: &[&str],
    problems: &mut Problems,
) -> Option<String> {
    let found = object.get(name).and_then(Value::as_str).filter(|word| words.contains(word));
    if found.is_none() {
        problems.add(&format!("{place}.{name}"), format!("must be one of {}", words.join(", ")));
    }
    found.map(ToOwned::to_owned)
}

fn find_doubles(entries: &[(usize, Entry)], problems: &mut Problems) {
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let mut pages: BTreeMap<&str, Vec<&(usize, Entry)>> = BTreeMap::new();
    for numbered in entries {
        let (index, entry) = numbered;
        if let Some(first) = ids.get(entry.id.as_str()) {
            problems.add(&format!("videos[{index}].id"), format!("is that of videos[{first}]"));
        } else {
            ids.insert(&entry.id, *index);
        }
        let page = pages.entry(&entry.template).or_default();
        if let Some((first, _)) = page.iter().find(|(_, other)| other.collides(entry)) {
            problems.add(
                &format!("videos[{index}]"),
                format!("cannot be told from videos[{first}]: give both a `player` or a `length_s`"),
            );
        }
        page.push(numbered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(json: &str) -> Vec<String> {
        let found = VideoCatalogue::from_json(json.as_bytes()).expect_err("the catalogue is wrong");
        found.into_iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect()
    }

    fn video(id: &str, more: &str) -> String {
        format!(
            r#"{{"id":"{id}","template":"/l/:id","title":"T","kind":"demo","topic":"t","difficulty":"beginner"{more}}}"#
        )
    }

    fn catalogue(videos: &[String]) -> String {
        format!(r#"{{"v":1,"videos":[{}]}}"#, videos.join(","))
    }

    #[test]
    fn lists_everything_that_is_wrong_at_once() {
        let json = r#"{"v":2,"more":1,"videos":[
            {"id":"a b","template":"l","title":"","kind":"song","topic":"t","difficulty":"hard","length_s":0,"x":1},
            7]}"#;
        let found = problems(json);
        for place in [
            "more",
            "v",
            "videos[0].x",
            "videos[0].id",
            "videos[0].template",
            "videos[0].title",
            "videos[0].kind",
            "videos[0].difficulty",
            "videos[0].length_s",
            "videos[1]",
        ] {
            assert!(found.iter().any(|problem| problem.starts_with(&format!("{place}: "))), "{place} in {found:#?}");
        }
        assert_eq!(found.len(), 10, "{found:#?}");
    }

    #[test]
    fn rejects_what_is_no_catalogue() {
        for (json, place) in [("", "the file"), ("[]", "the file"), (r#"{"v":1}"#, "videos")] {
            assert!(problems(json)[0].starts_with(place), "{json:?}");
        }
        let many = vec!["1".to_owned(); MOST_ENTRIES + 1];
        assert!(problems(&catalogue(&many))[0].contains("2001 entries"));
    }

    #[test]
    fn rejects_entries_that_cannot_be_told_apart() {
        let doubled = [video("a", ""), video("a", r#","player":"7""#), video("b", r#","player":"8""#)];
        assert_eq!(problems(&catalogue(&doubled)).len(), 3);
        let close = [video("a", r#","length_s":60"#), video("b", r#","length_s":62"#)];
        assert_eq!(problems(&catalogue(&close)).len(), 1);
        let apart = [video("a", r#","length_s":60"#), video("b", r#","length_s":63"#)];
        assert!(VideoCatalogue::from_json(catalogue(&apart).as_bytes()).is_ok());
    }

    #[test]
    fn knows_a_video_by_template_player_and_length() {
        let json = catalogue(&[
            video("a", r#","length_s":60,"player":"7""#),
            video("b", r#","length_s":90.4,"player":"7""#),
            video("c", r#","player":"8""#),
        ]);
        let catalogue = VideoCatalogue::from_json(json.as_bytes()).unwrap();
        let key = |template: &str, player: &str, length_s| VideoKey {
            template: template.to_owned(),
            player: player.to_owned(),
            length_s,
        };
        for (key, expected) in [
            (key("/l/:id", "7", Some(61)), Some("a")),
            (key("/l/:id", "7", Some(90)), Some("b")),
            (key("/l/:id", "7", Some(75)), None),
            // It could be either.
            (key("/l/:id", "7", None), None),
            (key("/l/:id", "8", Some(5)), Some("c")),
            (key("/l/:id", "9", Some(60)), None),
            (key("/m", "7", Some(60)), None),
        ] {
            assert_eq!(catalogue.entry_of(&key).map(|entry| entry.id.as_str()), expected, "{key:?}");
        }
        assert_eq!(catalogue.entry("b").unwrap().length_ms, Some(90_400));
        assert_eq!(catalogue.entry("x"), None);
    }

    #[test]
    fn knows_which_videos_a_task_tests() {
        let json = catalogue(&[
            video("a", r#","length_s":60,"task":"quiz""#),
            video("b", r#","length_s":90,"task":"quiz""#),
            video("c", r#","length_s":120"#),
        ]);
        let catalogue = VideoCatalogue::from_json(json.as_bytes()).unwrap();
        let tested = |task| catalogue.tested_by(task).map(|entry| entry.id.as_str()).collect::<Vec<_>>();
        assert_eq!((tested("quiz"), tested("exam")), (vec!["a", "b"], vec![]));
        assert!(problems(r#"{"v":1,"videos":[{"task":""}]}"#).iter().any(|line| line.starts_with("videos[0].task: ")));
    }
}
