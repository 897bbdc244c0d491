//! How help goes out: side by side, once, for as long as it is worth anything, and to nobody who is held out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

#[path = "common/stuck.rs"]
mod stuck;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tempfile::TempDir;
use unsnag_analysis::analyst::AnalystGuard;
use unsnag_analysis::channels::{Channel as Port, ChannelError, Message};
use unsnag_analysis::orchestrate::{Catalogue, Channel, Site};
use unsnag_analysis::risk::RiskGuard;
use unsnag_analysis::store::{Embedded, Span, Store as _};
use unsnag_analysis::video::VideoCatalogue;
use unsnag_analysis::{Analysis, Consumed, Done, Playbook};
use unsnag_core::time::{Millis, UnixMillis};

use stuck::{NOW, stuck};

/// One entry for everything, through three channels at once.
const CATALOGUE: &str = r#"[{"id": "help", "version": 1, "text": "general_help",
    "channels": ["in_app", "live_chat", "ticket"]}]"#;

/// Nothing is closed at any time.
const OPEN: &str = r#""quiet_hours": ["00:00", "00:00"], "channels": {
    "live_chat": {"least_level": "low", "people": false}, "ticket": {"least_level": "low", "people": false}}"#;

/// What a channel does about a message.
#[derive(Clone, Debug)]
enum Does {
    Take,
    TakeAfter(Duration),
    Fail,
    Hang,
}

/// A channel that does as the script says, and what comes last for ever.
#[derive(Debug)]
struct Scripted {
    kind: Channel,
    script: Mutex<VecDeque<Does>>,
    asked: Mutex<Vec<Message>>,
}

impl Scripted {
    fn asked(&self) -> Vec<Message> {
        self.asked.lock().unwrap().clone()
    }

    fn next(&self) -> Does {
        let mut script = self.script.lock().unwrap();
        if script.len() > 1 { script.pop_front().unwrap() } else { script[0].clone() }
    }
}

#[async_trait]
impl Port for Scripted {
    fn kind(&self) -> Channel {
        self.kind
    }

    async fn send(&self, message: &Message, _: UnixMillis) -> Result<(), ChannelError> {
        self.asked.lock().unwrap().push(message.clone());
        match self.next() {
            Does::Take => Ok(()),
            Does::TakeAfter(wait) => {
                tokio::time::sleep(wait).await;
                Ok(())
            }
            Does::Fail => Err(ChannelError::Unavailable("down".to_owned())),
            Does::Hang => std::future::pending().await,
        }
    }
}

struct Bench {
    analysis: Arc<Analysis>,
    in_app: Arc<Scripted>,
    live_chat: Arc<Scripted>,
    ticket: Arc<Scripted>,
    store: Embedded,
    _dir: TempDir,
}

/// An analysis whose chat does this, and whose other channels take everything.
fn bench(site: &str, live_chat: &[Does]) -> Bench {
    bench_with(CATALOGUE, site, live_chat)
}

fn bench_with(catalogue: &str, site: &str, live_chat: &[Does]) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path()).unwrap();
    let channel = |kind, script: &[Does]| {
        let script = Mutex::new(script.iter().cloned().collect());
        Arc::new(Scripted { kind, script, asked: Mutex::default() })
    };
    let in_app = channel(Channel::InApp, &[Does::Take]);
    let live_chat = channel(Channel::LiveChat, live_chat);
    let ticket = channel(Channel::Ticket, &[Does::Take]);
    let site = Site::from_json(&format!("{{{OPEN}, {site}}}")).unwrap();
    let (catalogue, videos) = (Catalogue::from_json(catalogue).unwrap(), VideoCatalogue::default());
    let playbook = Playbook { catalogue, site, videos };
    let channels: Vec<Arc<dyn Port>> = vec![live_chat.clone(), in_app.clone(), ticket.clone()];
    let (risk, analyst) = (RiskGuard::new(None), AnalystGuard::new(None));
    let analysis = Arc::new(Analysis::new(Arc::new(store.clone()), risk, analyst, playbook, channels));
    Bench { analysis, in_app, live_chat, ticket, store, _dir: dir }
}

const NO_STEPS: &str = r#""escalation": []"#;

impl Bench {
    async fn consume(&self, record: &[u8]) {
        assert_eq!(self.analysis.consume(record, NOW).await, Ok(Consumed::New));
    }

    fn counted(&self, channel: Channel, how: &str) -> u64 {
        let delivered = self.analysis.counts().delivered;
        let of = delivered.into_iter().find(|((name, counted), _)| *name == channel.name() && *counted == how);
        of.map_or(0, |(_, count)| count)
    }

    fn asked(&self) -> [usize; 3] {
        [&self.in_app, &self.live_chat, &self.ticket].map(|channel| channel.asked().len())
    }

    /// Waits until the channels were asked so often.
    async fn until_asked(&self, asked: [usize; 3]) {
        while self.asked() != asked {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The only intervention as it is kept.
    async fn kept(&self) -> Value {
        let kept = self.store.query("intervention demo", &Span::default(), 2).await.unwrap();
        assert_eq!(kept.len(), 1);
        serde_json::from_slice(&kept[0].1.value).unwrap()
    }
}

/// The record as another visitor's.
fn of_another(record: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(record.to_vec()).unwrap();
    text.replace("ann-0001", "bob-0001").replace(r#""session":"s""#, r#""session":"s2""#).into_bytes()
}

fn spawn_act(bench: &Bench) -> tokio::task::JoinHandle<Done> {
    let analysis = Arc::clone(&bench.analysis);
    tokio::spawn(async move { analysis.act(NOW).await.unwrap() })
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_holds_up_no_other_channel_and_no_record() {
    let bench = bench(NO_STEPS, &[Does::Hang, Does::Hang, Does::Take]);
    bench.consume(&stuck('A')).await;
    let first = spawn_act(&bench);
    bench.until_asked([1, 1, 1]).await;
    bench.consume(&of_another(&stuck('B'))).await;
    let second = spawn_act(&bench);
    bench.until_asked([2, 2, 2]).await;
    assert!(!first.is_finished() && !second.is_finished());
    assert_eq!(bench.analysis.act(NOW).await, Ok(Done::default()), "all of it is in hand");

    let done = Done { looked_at: 1, sent: 2, failed: 1 };
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (done, done));
    let retried = bench.analysis.act(NOW + Millis(30_000)).await.unwrap();
    assert_eq!((retried.sent, bench.asked()), (2, [2, 4, 2]), "only what hung is sent again");
}

#[tokio::test]
async fn through_each_channel_goes_a_message_of_its_own_for_one_decision() {
    let bench = bench(NO_STEPS, &[Does::Take]);
    bench.consume(&stuck('A')).await;
    bench.analysis.act(NOW).await.unwrap();
    let [page, chat, ticket] =
        [&bench.in_app, &bench.live_chat, &bench.ticket].map(|channel| channel.asked()[0].clone());
    assert_eq!((&chat.id, &ticket.id), (&format!("{}.live_chat", page.id), &format!("{}.ticket", page.id)));
    assert_eq!((&chat.decision, &ticket.decision), (&page.decision, &page.decision));
}

#[tokio::test]
async fn tries_end_when_the_message_is_worth_nothing_any_more() {
    let bench = bench(NO_STEPS, &[Does::Fail]);
    bench.consume(&stuck('A')).await;
    bench.analysis.act(NOW).await.unwrap();
    let expires_at = bench.live_chat.asked()[0].expires_at;
    let mut at = NOW;
    while at.0 < expires_at {
        at = UnixMillis((at.0 + 10_000).min(expires_at));
        bench.analysis.act(at).await.unwrap();
    }
    let asked = bench.live_chat.asked();
    assert!(asked.len() > 3 && asked.iter().all(|message| *message == asked[0]), "{asked:?}");
    assert_eq!(bench.counted(Channel::LiveChat, "failed"), asked.len() as u64);
    assert_eq!(bench.counted(Channel::LiveChat, "expired"), 1);
    let kept = bench.kept().await;
    assert_eq!((&kept["refused"]["0 live_chat"], &kept["due"]), (&"expired".into(), &Value::Null), "{kept}");
    bench.analysis.act(at + Millis(86_400_000)).await.unwrap();
    assert_eq!(bench.asked(), [1, asked.len(), 1]);
}

#[tokio::test]
async fn what_could_not_go_out_in_its_time_does_not_go_out_later() {
    let bench = bench(NO_STEPS, &[Does::Take]);
    bench.consume(&stuck('A')).await;
    bench.analysis.act(NOW + Millis(3 * 86_400_000)).await.unwrap();
    assert_eq!(bench.asked(), [0, 0, 0]);
    for channel in [Channel::InApp, Channel::LiveChat, Channel::Ticket] {
        assert_eq!(bench.counted(channel, "expired"), 1, "{channel:?}");
    }
}

#[tokio::test]
async fn nobody_who_is_held_out_is_reached_outside_the_page() {
    let site = r#""escalation": [{"after_minutes": 1, "channel": "live_chat"}],
        "experiment": {"id": "help", "holdout_basis_points": 10000}"#;
    let bench = bench(site, &[Does::Take]);
    bench.consume(&stuck('A')).await;
    for minutes in 0..180 {
        bench.analysis.act(NOW + Millis(minutes * 60_000)).await.unwrap();
    }
    assert_eq!(bench.asked(), [1, 0, 0]);
    assert!(bench.in_app.asked()[0].held_out, "the page notes when it would have shown it");
}

#[tokio::test(start_paused = true)]
async fn a_step_is_taken_once_though_its_visitor_goes_on_meanwhile() {
    let catalogue = r#"[{"id": "help", "version": 1, "text": "general_help", "channels": ["in_app"]},
        {"id": "chat", "version": 1, "text": "live_chat_offer", "channels": ["live_chat"], "priorities": ["low", "low"]}]"#;
    let site = r#""escalation": [{"after_minutes": 61, "channel": "live_chat"}]"#;
    let bench = bench_with(catalogue, site, &[Does::TakeAfter(Duration::from_secs(5))]);
    bench.consume(&stuck('A')).await;
    bench.analysis.act(NOW).await.unwrap();
    let later = NOW + Millis(3 * 3_600_000);
    let analysis = Arc::clone(&bench.analysis);
    let acting = tokio::spawn(async move { analysis.act(later).await.unwrap() });
    bench.until_asked([1, 1, 0]).await;
    bench.consume(&stuck('B')).await;
    assert_eq!(acting.await.unwrap(), Done { looked_at: 1, sent: 1, failed: 0 });
    for hours in 0..48 {
        bench.analysis.act(later + Millis(hours * 3_600_000)).await.unwrap();
    }
    assert_eq!(bench.asked(), [1, 1, 0]);
    let kept = bench.kept().await;
    assert_eq!(kept["over"], "exhausted", "{kept}");
}
