//! A host in memory: `unsnag_core::host` with rules that score, and a clock that is told.

use serde_json::Value;

use unsnag_core::config::Config;
use unsnag_core::host::{HostKind, KeyPolicy, Origins, Request, Site, Verdict, handle};
use unsnag_core::id::WriteKey;
use unsnag_core::push::Signed;
use unsnag_core::risk::Rules;
use unsnag_core::sign::SigningKeys;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_simulator::{Answer, Event, Recording, Simulation, VisitorTruth};

/// From sealing to receiving, ms.
const ON_THE_WAY: Millis = Millis(40);

/// A host.
pub(crate) struct Host(Site);

/// A batch and what the host made of it.
pub(crate) struct Received {
    /// The batch.
    pub(crate) batch: Value,
    /// The answer.
    pub(crate) answer: Answer,
    /// What became of its events.
    pub(crate) dispositions: Value,
    /// Its outcomes, and whether the host verified them.
    pub(crate) outcomes: Vec<(String, bool)>,
    /// Bytes of the batch.
    pub(crate) bytes: usize,
}

impl Host {
    pub(crate) fn new(config: Config) -> Self {
        let key = KeyPolicy { key: WriteKey::new("wk").unwrap(), origins: Origins::Any, rate_per_s: 1000 };
        let signing = SigningKeys::new(vec![vec![7; 32]]).unwrap();
        let model = Box::new(Rules);
        Self(Site { keys: vec![key], config, signing, model, scrub: true, later: None })
    }

    /// One that offers help for everything, and holds out this part of the visitors, in basis points.
    pub(crate) fn helpful(holdout_basis_points: u32) -> Self {
        Self::new(helpful(holdout_basis_points))
    }

    pub(crate) fn receive(&self, at: UnixMillis, body: &str) -> Received {
        let request = Request {
            method: "POST",
            path: "/v1/batch",
            query: "key=wk",
            content_type: Some("text/plain;charset=utf-8"),
            content_encoding: None,
            origin: Some("https://shop.example"),
            sec_fetch_site: None,
            if_none_match: None,
            websocket: false,
            signed: Signed::default(),
            header_bytes: 200,
            body: body.as_bytes(),
        };
        let verdict = handle(&request, &self.0, HostKind::Collector, at + ON_THE_WAY, &mut |_: &KeyPolicy| true);
        let Verdict::Store { record, reply, .. } = verdict else { panic!("refused: {verdict:?}\n{body}") };
        let record: Value = serde_json::from_slice(&record).unwrap();
        let answer: Value = serde_json::from_slice(&reply.body).unwrap();
        let batch = serde_json::from_str::<Value>(body).unwrap();
        let events = batch["events"].as_array().unwrap().len() as u64;
        assert_eq!((answer["accepted"].as_u64(), &answer["dropped"]), (Some(events), &serde_json::json!([])), "{body}");
        Received {
            batch,
            answer: Answer::read(&reply.body).unwrap(),
            dispositions: record["dispositions"].clone(),
            outcomes: outcomes(&record),
            bytes: body.len(),
        }
    }
}

fn outcomes(record: &Value) -> Vec<(String, bool)> {
    let events = record["batch"]["events"].as_array().unwrap().iter();
    let outcomes = events.filter(|event| event["type"] == "outcome");
    outcomes.map(|event| (event["data"]["what"].as_str().unwrap().to_owned(), event["verified"] == true)).collect()
}

/// Rules that offer help as soon as the host hears of any trouble.
pub(crate) fn helpful(holdout_basis_points: u32) -> Config {
    let rule = |signal: &str| {
        serde_json::json!({"id": signal, "signal": signal, "min_grade": "likely", "level": "low", "entry": "offer-help",
            "priority": "high", "experiment": "help"})
    };
    let kinds = [
        "dead_click",
        "rage_click",
        "error_click",
        "slow_click",
        "disabled_click",
        "form_struggle",
        "video_struggle",
        "quick_back",
    ];
    let config = serde_json::json!({
        "v": 1, "rules": kinds.map(rule).to_vec(),
        "catalogue": [{"id": "offer-help", "version": 1, "kind": "nudge", "text": "Can we help?"}],
        "experiments": [{"id": "help", "holdout_basis_points": holdout_basis_points}],
    });
    Config::from_json(config.to_string().as_bytes()).unwrap()
}

/// All that a simulation led to.
pub(crate) struct Run {
    /// In the order in which they were sealed; without a host the answers are none.
    pub(crate) received: Vec<Received>,
    /// What really happened.
    pub(crate) truth: Vec<VisitorTruth>,
    /// Tabs, where recordings were asked for.
    pub(crate) recordings: Vec<Recording>,
}

/// Runs a simulation in front of a host; `answers` says whether what it answers reaches the pages.
pub(crate) fn run(mut simulation: Simulation, host: &Host, answers: bool) -> Run {
    let (mut received, mut recordings) = (Vec::new(), Vec::new());
    let mut before = UnixMillis(0);
    while let Some(event) = simulation.next() {
        match event {
            Event::Sealed { visitor, at, batch } => {
                assert!(before <= at, "out of order: {before:?}, {at:?}");
                before = at;
                let got = host.receive(at, &batch);
                if answers {
                    simulation.answer(visitor, &got.answer);
                }
                received.push(got);
            }
            Event::Recorded { recording, .. } => recordings.push(*recording),
        }
    }
    Run { received, truth: simulation.truth(), recordings }
}
