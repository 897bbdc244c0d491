//! Visits to a page with a video, as events.

use unsnag_core::engine::Engine;
use unsnag_core::event::{Event, What};
use unsnag_core::input::{Arrival, Device, Element, ElementId, Flags, Input, Observed, Pointer, Px, Video, VideoWhat};
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_core::video::VideoTotals;

use crate::facts::{Fact, SessionFacts};
use crate::video::VideoCatalogue;

/// Midnight in UTC of some day.
pub(super) const MIDNIGHT: u64 = 19_675 * DAY;
pub(super) const DAY: u64 = 86_400_000;
pub(super) const HOUR: u64 = 3_600_000;
pub(super) const MINUTE: u64 = 60_000;

const VIDEO: ElementId = ElementId(7);
const BUTTON: ElementId = ElementId(3);

/// One visit: the video plays from its start to a place, with parts watched again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    pub(super) template: &'static str,
    /// When, ms since 1970.
    pub(super) began: u64,
    pub(super) length_ms: u64,
    pub(super) until_ms: u64,
    /// So often it goes back ten seconds, each time elsewhere.
    pub(super) replays: u64,
    /// A click on the page's button each so many ms.
    pub(super) click_every_ms: u64,
    /// The second half cannot be seen.
    pub(super) half_hidden: bool,
}

impl Visit {
    /// The events that the engine makes of it.
    pub(super) fn facts(&self) -> SessionFacts {
        let mut engine = Engine::new(Thresholds::default(), UnixMillis(self.began));
        let mut feed = |at: u64, what: Observed| engine.feed(&Input { at: Millis(at), what });
        feed(
            0,
            Observed::Page {
                template: self.template.to_owned(),
                view: "v".to_owned(),
                how: Arrival::Navigate,
                referrer_same_site: true,
            },
        );
        for (id, tag, flags) in [(VIDEO, "video", Flags(0)), (BUTTON, "button", Flags::INTERACTIVE)] {
            let (tag, role) = (tag.to_owned(), tag.to_owned());
            feed(0, Observed::Element(Element { id, parent: None, tag, role, region: None, flags }));
        }
        let read = |what: VideoWhat, at: u64, visible: bool| {
            Observed::Video(Video {
                element: VIDEO,
                what,
                at: Millis(at),
                length: Some(Millis(self.length_ms)),
                rate_thousandths: 1000,
                muted: false,
                ready: 4,
                visible,
                looping: false,
                by_user: true,
            })
        };
        feed(0, read(VideoWhat::Play, 0, true));
        feed(0, read(VideoWhat::Playing, 0, true));
        let (mut clock, mut place, mut replayed) = (0, 0, 0);
        while place < self.until_ms {
            clock += 250;
            place += 250;
            let visible = !self.half_hidden || 2 * place < self.until_ms;
            feed(clock, read(VideoWhat::Time, place, visible));
            if clock % self.click_every_ms == 0 {
                feed(clock, Observed::Click(self.pointer(clock)));
            }
            if replayed < self.replays && place == self.replay_at(replayed) {
                replayed += 1;
                place -= 10_000;
                feed(clock, read(VideoWhat::Seeking, place, visible));
                feed(clock, read(VideoWhat::Seeked, place, visible));
            }
        }
        feed(clock, read(VideoWhat::Pause, place, !self.half_hidden));
        feed(clock + 1000, Observed::PageHide { persisted: false, busy: false });
        facts(self.template, engine.take_events())
    }

    fn replay_at(&self, number: u64) -> u64 {
        (number + 1) * self.until_ms / (self.replays + 1) / 30_000 * 30_000
    }

    fn pointer(&self, clock: u64) -> Pointer {
        let x = Px::from_css((clock / self.click_every_ms % 2 * 400) as f64);
        let device = Device::Mouse;
        Pointer { element: BUTTON, x, y: Px(0), button: 0, detail: 1, mods: 0, device, trusted: true }
    }
}

/// Events of one tab and page.
pub(super) fn facts(template: &str, events: Vec<Event>) -> SessionFacts {
    let fact = |event| Fact { tab: "t".to_owned(), template: template.to_owned(), event };
    SessionFacts { facts: events.into_iter().map(fact).collect(), observed: 8191 }
}

/// The totals of a player, told at this time.
pub(super) fn told(at: u64, totals: VideoTotals) -> Event {
    Event { at: UnixMillis(at), what: What::Video(Box::new(totals)) }
}

/// Totals of a player that played one stretch of its content at normal speed, seen and heard.
pub(super) fn stretch(name: &str, length_ms: u64, from: u64, to: u64) -> VideoTotals {
    let played = to - from;
    let reached = |mark: u64| from <= mark * length_ms / 100 && mark * length_ms / 100 <= to;
    let progress = VideoTotals::MARKS.iter().enumerate();
    VideoTotals {
        name: name.to_owned(),
        length: Some(Millis(length_ms)),
        unique_ms: played,
        played_ms: played,
        visible_ms: played,
        content_ms: played,
        seeks: if from > 0 { vec![(0, from)] } else { Vec::new() },
        seek_count: u32::from(from > 0),
        progress: progress.filter(|(_, mark)| reached(**mark)).fold(0, |bits, (index, _)| bits | 1 << index),
        ended: to == length_ms,
        ..VideoTotals::default()
    }
}

/// A site that teaches Rust, and a little cooking.
pub(super) fn catalogue() -> VideoCatalogue {
    let video = |id: &str, kind: &str, topic: &str, difficulty: &str| {
        serde_json::json!({
            "id": id, "template": format!("/learn/{id}"), "title": format!("Title of {id}"), "kind": kind,
            "topic": topic, "difficulty": difficulty,
        })
    };
    let json = serde_json::json!({"v": 1, "videos": [
        video("basics", "tutorial", "rust", "beginner"),
        video("ownership", "tutorial", "rust", "intermediate"),
        video("modules", "lecture", "rust", "intermediate"),
        video("atomics", "lecture", "rust", "advanced"),
        video("lifetimes", "tutorial", "rust", "advanced"),
        video("macros", "tutorial", "rust", "advanced"),
        video("knives", "tutorial", "cooking", "beginner"),
        video("sauces", "tutorial", "cooking", "advanced"),
    ]});
    VideoCatalogue::from_json(json.to_string().as_bytes()).unwrap()
}
