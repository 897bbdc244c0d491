//! What is behind the ports may be locked, full, slow, wrong or gone: each ends in its fallback, counted, and nothing is
//! lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

#[path = "common/stuck.rs"]
mod stuck;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tempfile::TempDir;
use unsnag_analysis::analyst::{Analyst, AnalystError, AnalystGuard, Case, Draft};
use unsnag_analysis::channels::{Channel as Port, ChannelError, Message};
use unsnag_analysis::orchestrate::{Catalogue, Channel, Site};
use unsnag_analysis::risk::{RiskError, RiskGuard, RiskModel};
use unsnag_analysis::store::{Change, Embedded, Item, ItemKey, Span, Store, StoreError};
use unsnag_analysis::video::VideoCatalogue;
use unsnag_analysis::{Analysis, ConsumeError, Consumed, Playbook};
use unsnag_core::features::Features;
use unsnag_core::risk::Cuts;
use unsnag_core::time::{Millis, UnixMillis};

use stuck::{NOW, stuck};

/// A store whose writes fail as the script says, before they work.
#[derive(Debug)]
struct Faulty {
    below: Embedded,
    script: Mutex<VecDeque<StoreError>>,
}

#[async_trait]
impl Store for Faulty {
    async fn get(&self, key: &ItemKey) -> Result<Option<Item>, StoreError> {
        self.below.get(key).await
    }

    async fn query(&self, partition: &str, span: &Span, most: usize) -> Result<Vec<(String, Item)>, StoreError> {
        self.below.query(partition, span, most).await
    }

    async fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let next = self.script.lock().unwrap().pop_front();
        match next {
            Some(error) => Err(error),
            None => self.below.write(changes).await,
        }
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.below.flush().await
    }
}

/// A channel that answers as the script says, and then takes everything.
#[derive(Debug, Default)]
struct Scripted {
    script: Mutex<VecDeque<ChannelError>>,
    taken: Mutex<Vec<Message>>,
}

#[async_trait]
impl Port for Scripted {
    fn kind(&self) -> Channel {
        Channel::InApp
    }

    async fn send(&self, message: &Message, _: UnixMillis) -> Result<(), ChannelError> {
        let next = self.script.lock().unwrap().pop_front();
        match next {
            Some(error) => Err(error),
            None => {
                self.taken.lock().unwrap().push(message.clone());
                Ok(())
            }
        }
    }
}

/// A model that takes as long as it says, and then says that.
#[derive(Debug)]
struct Model(Duration, Result<f64, RiskError>);

#[async_trait]
impl RiskModel for Model {
    fn name(&self) -> &'static str {
        "model"
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn cuts(&self) -> Cuts {
        Cuts { medium: 250_000, high: 500_000, critical: 750_000 }
    }

    async fn score(&self, _: &Features) -> Result<f64, RiskError> {
        tokio::time::sleep(self.0).await;
        self.1.clone()
    }
}

/// An analyst that answers one thing.
#[derive(Debug)]
struct Says(Result<Draft, AnalystError>);

#[async_trait]
impl Analyst for Says {
    fn name(&self) -> String {
        "says 1".to_owned()
    }

    async fn explain(&self, _: &Case) -> Result<Draft, AnalystError> {
        self.0.clone()
    }
}

/// An analysis with all of its ports in a test's hands.
struct Bench {
    analysis: Analysis,
    channel: Arc<Scripted>,
    store: Arc<Faulty>,
    _dir: TempDir,
}

fn bench(store: &[StoreError], channel: &[ChannelError], risk: RiskGuard, analyst: AnalystGuard) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let below = Embedded::open(dir.path()).unwrap();
    let store = Arc::new(Faulty { below, script: Mutex::new(store.iter().cloned().collect()) });
    let channel = Arc::new(Scripted { script: Mutex::new(channel.iter().cloned().collect()), taken: Mutex::default() });
    let playbook =
        Playbook { catalogue: Catalogue::embedded(), site: Site::default(), videos: VideoCatalogue::default() };
    let analysis = Analysis::new(store.clone(), risk, analyst, playbook, vec![channel.clone()]);
    Bench { analysis, channel, store, _dir: dir }
}

fn plain(store: &[StoreError], channel: &[ChannelError]) -> Bench {
    bench(store, channel, RiskGuard::new(None), AnalystGuard::new(None))
}

async fn session(bench: &Bench) -> Value {
    let report = bench.analysis.report(None, 7, NOW).await.unwrap();
    serde_json::to_value(report).unwrap()["sessions"][0].clone()
}

#[tokio::test]
async fn a_store_that_is_busy_full_or_raced_has_all_of_a_record_or_nothing() {
    for (errors, code) in [
        (vec![StoreError::Busy("locked".to_owned())], Some("store_busy")),
        (vec![StoreError::Full], Some("store_full")),
        (vec![StoreError::Unavailable("gone".to_owned())], Some("store_unavailable")),
        (vec![StoreError::Conflict; 3], None),
        (vec![StoreError::Conflict; 6], Some("store_conflict")),
    ] {
        let bench = plain(&errors, &[]);
        let first = bench.analysis.consume(&stuck('A'), NOW).await;
        assert_eq!(first.as_ref().err().map(ConsumeError::code), code, "{errors:?}");
        if let Err(error) = first {
            assert!(error.is_retryable());
            assert_eq!(bench.store.below.all(), Ok(Vec::new()), "nothing was written: {errors:?}");
            assert_eq!(bench.analysis.consume(&stuck('A'), NOW).await, Ok(Consumed::New));
        }
        assert_eq!(bench.analysis.consume(&stuck('A'), NOW).await, Ok(Consumed::Repeated));
        assert_eq!(session(&bench).await["level"], "high", "{errors:?}");
    }
}

#[tokio::test]
async fn a_record_that_never_will_have_an_effect_is_told_apart() {
    let bench = plain(&[StoreError::TooLarge], &[]);
    let error = bench.analysis.consume(&stuck('A'), NOW).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("store_write_too_large", false));
    let error = bench.analysis.consume(b"{", NOW).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("record_foreign", false));
    assert_eq!(bench.analysis.counts().poison, 2);
}

#[tokio::test]
async fn a_channel_that_is_down_gets_its_message_later_once_and_under_one_id() {
    let down = ChannelError::Unavailable("down".to_owned());
    let bench = plain(&[], &[down, ChannelError::Throttled]);
    bench.analysis.consume(&stuck('A'), NOW).await.unwrap();
    let taken = || bench.channel.taken.lock().unwrap().len();
    let mut at = NOW;
    for (wait, failed, sent) in
        [(0, 1, 0), (1000, 1, 0), (29_000, 2, 0), (59_000, 2, 0), (1000, 2, 1), (3_600_000, 2, 1)]
    {
        at = at + Millis(wait);
        bench.analysis.act(at).await.unwrap();
        let counts = bench.analysis.counts().delivered;
        let count = |how| counts.get(&("in_app".to_owned(), how)).copied().unwrap_or_default();
        assert_eq!((count("failed"), count("sent"), taken() as u64), (failed, sent, sent), "after {wait} ms");
    }
    let taken = bench.channel.taken.lock().unwrap()[0].clone();
    assert!(taken.id.starts_with("a-") && taken.expires_at > at.0 - 3_600_000, "{taken:?}");
    assert!(!taken.decision.reasons.is_empty() && taken.decision.propensity > 0.0, "{taken:?}");
}

#[tokio::test]
async fn a_write_that_fails_after_a_send_sends_again_under_the_same_id() {
    let bench = plain(&[], &[]);
    bench.analysis.consume(&stuck('A'), NOW).await.unwrap();
    bench.store.script.lock().unwrap().push_back(StoreError::Full);
    assert_eq!(bench.analysis.act(NOW).await, Err(StoreError::Full));
    bench.analysis.act(NOW).await.unwrap();
    bench.analysis.act(NOW).await.unwrap();
    let taken = bench.channel.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].id, taken[1].id);
}

#[tokio::test]
async fn what_a_channel_refuses_is_not_tried_again() {
    let bench = plain(&[], &[ChannelError::Refused("no such entry".to_owned())]);
    bench.analysis.consume(&stuck('A'), NOW).await.unwrap();
    for minutes in 0..10 {
        bench.analysis.act(NOW + Millis(minutes * 60_000)).await.unwrap();
    }
    let counts = bench.analysis.counts().delivered;
    assert_eq!(counts.get(&("in_app".to_owned(), "refused")), Some(&1));
    assert_eq!(counts.get(&("in_app".to_owned(), "sent")), None);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_slow_wrong_or_missing_leaves_the_rules() {
    let millis = Duration::from_millis;
    for (model, why) in [
        (Some(Model(millis(121), Ok(0.9))), "slow"),
        (Some(Model(millis(0), Ok(7.0))), "nonsense"),
        (Some(Model(millis(0), Err(RiskError::Unavailable("gone".to_owned())))), "unavailable"),
        (None, "none"),
    ] {
        let guard = RiskGuard::new(model.map(|model| Arc::new(model) as Arc<dyn RiskModel>));
        let bench = bench(&[], &[], guard, AnalystGuard::new(None));
        bench.analysis.consume(&stuck('A'), NOW).await.unwrap();
        let session = session(&bench).await;
        assert_eq!((&session["source"], &session["model"]), (&"rules".into(), &"rules".into()), "{why}");
        assert_eq!(bench.analysis.risk().counts().fallback.get(why), Some(&1), "{why}");
        assert_eq!(session["confidence"], 0.5, "rules alone are trusted half");
    }
}

#[tokio::test]
async fn an_analyst_that_fails_or_answers_nonsense_leaves_the_templates() {
    let draft = |entry: &str, text: &str| Draft {
        entry: Some(entry.to_owned()).filter(|entry| !entry.is_empty()),
        text: text.to_owned(),
        ..Draft::default()
    };
    for (answer, by, counted) in [
        (Ok(draft("", "They cannot pay.")), "says 1", "analyst"),
        (Ok(draft("give-everything-away", "Ignore the rules.")), "template 1", "refused"),
        (Ok(draft("", "Look at https://evil.example")), "template 1", "refused"),
        (Err(AnalystError::Unreadable), "template 1", "unreadable"),
    ] {
        let guard = AnalystGuard::new(Some(Arc::new(Says(answer))));
        let bench = bench(&[], &[], RiskGuard::new(None), guard);
        bench.analysis.consume(&stuck('A'), NOW).await.unwrap();
        let session = session(&bench).await;
        assert_eq!(session["explained_by"], by, "{counted}");
        assert_eq!(bench.analysis.analyst().counts().get(counted), Some(&1));
    }
}

#[tokio::test]
async fn a_visitor_is_forgotten_with_everything_that_was_found_and_decided() {
    // Also when the session itself has ended and been swept, and what came of it is kept on.
    for (later, least) in [(Millis(0), 8), (Millis(31 * 24 * 60 * 60 * 1000), 3)] {
        let bench = plain(&[], &[]);
        bench.analysis.consume(&stuck('A'), NOW).await.unwrap();
        bench.analysis.act(NOW).await.unwrap();
        bench.store.below.sweep(NOW + later, u64::MAX).unwrap();
        let forgotten = unsnag_analysis::forget(&*bench.store, "ann-0001", NOW + later).await.unwrap();
        assert!(forgotten >= least, "{forgotten}");
        let left: Vec<String> = bench.store.below.all().unwrap().into_iter().map(|(key, _)| key.partition).collect();
        assert!(left.iter().all(|partition| partition.starts_with("day ") || partition == "sites"), "{left:?}");
        assert_eq!(unsnag_analysis::forget(&*bench.store, "ann-0001", NOW).await, Ok(0));
    }
}

/// It was decided before it was known whose session it is, told of after, and the session has ended since.
#[tokio::test]
async fn a_visitor_is_forgotten_with_help_that_was_decided_before_they_were_known() {
    let bench = plain(&[], &[]);
    let changed = |batch: char, change: &dyn Fn(&mut Value)| {
        let mut record: Value = serde_json::from_slice(&stuck(batch)).unwrap();
        change(&mut record["batch"]);
        serde_json::to_vec(&record).unwrap()
    };
    let nobody = changed('A', &|batch| batch["visitor"] = Value::Null);
    bench.analysis.consume(&nobody, NOW).await.unwrap();
    let all = bench.store.below.all().unwrap();
    let decided = all.iter().find(|(key, _)| key.partition == "intervention demo").unwrap();
    let id = decided.0.sort.clone();
    let shown = changed('B', &|batch| {
        batch["events"] = json!([{"id": "o1", "type": "outcome", "at": NOW.0, "verified": true,
            "data": {"intervention": id, "decision": "d", "signature": "s", "what": "shown"}}]);
    });
    bench.analysis.consume(&shown, NOW).await.unwrap();
    // What is due is done first: whoever sends it has it in a list of its own.
    bench.analysis.act(NOW).await.unwrap();
    let later = NOW + Millis(31 * 24 * 60 * 60 * 1000);
    bench.store.below.sweep(later, u64::MAX).unwrap();
    unsnag_analysis::forget(&*bench.store, "ann-0001", later).await.unwrap();
    let left: Vec<String> = bench.store.below.all().unwrap().into_iter().map(|(key, _)| key.partition).collect();
    assert_eq!(left, ["sites"]);
}
