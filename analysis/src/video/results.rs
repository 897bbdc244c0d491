//! What became of the tasks that test videos: what is kept of a visitor, and what it says of each video.
//!
//! Tasks that no video of the catalogue names are not kept. Of each session that is kept which follows from its tabs,
//! so that any order and repetition of records leaves the same.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use unsnag_core::event::What;
use unsnag_core::input::TaskWhat;
use unsnag_core::time::UnixMillis;

use super::catalogue::VideoCatalogue;
use super::learning::{About, TaskResult};
use super::number::Millionths;
use crate::facts::Fact;

/// A try at a task: when, in which session, which task, and whether it succeeded.
type Try = (u64, String, String, bool);

/// The tries of one visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Results(BTreeSet<Try>);

impl Results {
    /// Tries kept, the newest: fifty videos with four each, in about 16 KB.
    pub const MOST: usize = 200;

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes up all that is known of a session, in place of what was.
    pub fn put(&mut self, session: &str, facts: &[Fact], catalogue: &VideoCatalogue) {
        let tries = facts.iter().filter_map(|fact| match &fact.event.what {
            What::Task { name, what: what @ (TaskWhat::Success | TaskWhat::Fail) } => {
                catalogue.tested_by(name).next()?;
                Some((fact.event.at.0, session.to_owned(), name.clone(), *what == TaskWhat::Success))
            }
            _ => None,
        });
        self.0.retain(|(_, known, ..)| known != session);
        self.0.extend(tries);
        while self.0.len() > Self::MOST {
            self.0.pop_first();
        }
    }

    /// What they say of the videos: a success is 1, a failure 0, for each video that the task tests.
    pub fn of_videos(&self, catalogue: &VideoCatalogue) -> Vec<TaskResult> {
        let mut results = Vec::new();
        for (at, _, task, succeeded) in &self.0 {
            let score = if *succeeded { Millionths::ONE } else { Millionths::ZERO };
            for entry in catalogue.tested_by(task) {
                results.push(TaskResult { about: About::Video(entry.id.clone()), at: UnixMillis(*at), score });
            }
        }
        results
    }
}

#[cfg(test)]
mod tests {
    use unsnag_core::event::Event;

    use super::*;

    fn catalogue() -> VideoCatalogue {
        let video = |id: &str, task: &str| {
            serde_json::json!({"id": id, "template": format!("/{id}"), "title": "T", "kind": "demo", "topic": "t",
                "difficulty": "beginner", "task": task})
        };
        let json = serde_json::json!({"v": 1, "videos": [video("a", "quiz"), video("b", "quiz"), video("c", "exam")]});
        VideoCatalogue::from_json(json.to_string().as_bytes()).unwrap()
    }

    fn task(at: u64, name: &str, what: TaskWhat) -> Fact {
        let event = Event { at: UnixMillis(at), what: What::Task { name: name.to_owned(), what } };
        Fact { tab: "t".to_owned(), template: "/a".to_owned(), event }
    }

    #[test]
    fn keeps_tries_of_tasks_that_test_a_video_and_gives_them_to_each() {
        let mut results = Results::default();
        let facts = [
            task(1, "quiz", TaskWhat::Start),
            task(2, "quiz", TaskWhat::Fail),
            task(3, "quiz", TaskWhat::Success),
            task(4, "checkout", TaskWhat::Success),
        ];
        results.put("s", &facts, &catalogue());
        let said: Vec<_> = results.of_videos(&catalogue()).into_iter().map(|r| (r.about, r.at.0, r.score.0)).collect();
        let video = |id: &str| About::Video(id.to_owned());
        let expected =
            vec![(video("a"), 2, 0), (video("b"), 2, 0), (video("a"), 3, 1_000_000), (video("b"), 3, 1_000_000)];
        assert_eq!(said, expected);
    }

    #[test]
    fn is_the_same_in_any_order_and_keeps_the_newest() {
        let catalogue = catalogue();
        let session = |number: usize| {
            let at = number as u64 * 10;
            (format!("s{number}"), vec![task(at, "exam", TaskWhat::Fail), task(at + 5, "exam", TaskWhat::Success)])
        };
        let sessions: Vec<_> = (0..Results::MOST).map(session).collect();
        let mut forwards = Results::default();
        for (name, facts) in &sessions {
            // First what half of its batches told, then all.
            forwards.put(name, &facts[..1], &catalogue);
            forwards.put(name, facts, &catalogue);
        }
        let mut backwards = Results::default();
        for (name, facts) in sessions.iter().rev().chain(&sessions) {
            backwards.put(name, facts, &catalogue);
        }
        assert_eq!(forwards, backwards);
        assert_eq!(forwards.0.len(), Results::MOST);
        assert_eq!(forwards.0.first().map(|each| each.0), Some(Results::MOST as u64 * 10 / 2));
    }
}
