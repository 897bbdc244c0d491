//! Both hosts with the same keys, configuration, signing keys and clock; asked the same, and compared.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use serde_json::json;
use tempfile::NamedTempFile;
use unsnag_kinesis_stub::{Options, Stub};
use unsnag_test_http::{Answer, Request};
use unsnag_tests::conformance::decisions::SIGNING_KEYS;
use unsnag_tests::conformance::{Case, KEY, NOW, ORIGIN, Stored};
use unsnag_tests::{Collector, Edge};

use super::compare;
use super::contract::Contract;
use super::stored;

/// The Worker gives the stream 120 ms. On a machine that is busy with other tests even the stub may take longer; the
/// page would then send the same batch again, and so does this suite.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(200);

/// Enough to see what they have in common.
const SHOWN_PROBLEMS: usize = 20;

/// How the hosts are set up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    /// Configuration v1 for the pages; the built-in one if there is none.
    pub(crate) config: Option<&'static str>,
    /// Batches a second from one client, 0 for no limit.
    pub(crate) client_rate_per_s: u32,
    /// More bindings for the Worker.
    pub(crate) edge: &'static [(&'static str, &'static str)],
}

impl Setup {
    pub(crate) const PLAIN: Self = Self { config: None, client_rate_per_s: 0, edge: &[] };
}

/// Key, origins, batches a second: one for some pages, one for this machine, one for all pages, and one that is soon
/// used up.
const KEYS: [(&str, &[&str], u32); 4] =
    [(KEY, &[ORIGIN, "http://localhost:8080"], 0), ("demo", &[], 0), ("open", &["*"], 0), ("slow", &["*"], 1)];

#[derive(Debug)]
pub(crate) struct Hosts {
    pub(crate) collector: SocketAddr,
    pub(crate) edge: SocketAddr,
    pub(crate) stub: Stub,
    collector_process: Collector,
    edge_process: Edge,
    contract: Contract,
    accepted: Vec<Accepted>,
    problems: Vec<String>,
}

/// A batch that was answered with 200, in the order of the answers.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) name: String,
    pub(crate) stored: Stored,
    pub(crate) by_edge: bool,
}

impl Hosts {
    pub(crate) fn start(setup: Setup) -> Self {
        let stub = Stub::start(Options::default()).unwrap();
        let collector_process = collector(setup);
        let edge_process = edge(setup, &stub);
        let collector = address(collector_process.url());
        let contract = Contract::of(&Request::get("/openapi.json").send(collector).json());
        Self {
            collector,
            edge: address(edge_process.url()),
            stub,
            collector_process,
            edge_process,
            contract,
            accepted: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Asks both hosts; what is wrong is told at the end. Returns the answer of the collector.
    pub(crate) fn ask(&mut self, case: &Case) -> Answer {
        let collector = case.request.send(self.collector);
        self.check(case, "collector", &collector);
        let by_edge = case.collector_only.is_none();
        if by_edge {
            let edge = self.ask_edge(&case.request);
            self.check(case, "edge", &edge);
            let differences = compare::differences(&collector, &edge);
            self.note(case, differences.into_iter().map(|difference| format!("the hosts differ: {difference}")));
        }
        if let Some(stored) = case.stored.clone().filter(|_| collector.status == 200) {
            self.accepted.push(Accepted { name: case.name.clone(), stored, by_edge });
        }
        collector
    }

    pub(crate) fn ask_all(&mut self, cases: &[Case]) {
        assert!(!cases.is_empty());
        for case in cases {
            self.ask(case);
        }
    }

    /// The edge's answer, once the stream has taken the batch.
    pub(crate) fn ask_edge(&self, request: &Request) -> Answer {
        for _ in 1..TRIES {
            let answer = request.send(self.edge);
            if answer.code() != "stream_unavailable" {
                return answer;
            }
            thread::sleep(PAUSE);
        }
        request.send(self.edge)
    }

    /// Holds one answer against what is expected, and against the contract.
    pub(crate) fn check(&mut self, case: &Case, host: &str, answer: &Answer) {
        let found = compare::unexpected(case, answer).into_iter().chain(self.contract.breaches(&case.request, answer));
        let found: Vec<String> = found.map(|problem| format!("{host}: {problem}")).collect();
        self.note(case, found);
    }

    pub(crate) fn note(&mut self, case: &Case, problems: impl IntoIterator<Item = String>) {
        for problem in problems {
            self.problems.push(format!("{}: {problem}\n    sent {}", case.name, compare::shown(&case.request)));
        }
    }

    /// Ends with what both hosts have stored; fails with everything that was wrong.
    pub(crate) fn finish(self) {
        let Self { stub, collector_process, edge_process, accepted, mut problems, edge, collector, .. } = self;
        for (host, address) in [("collector", collector), ("edge", edge)] {
            if Request::get("/healthz").send(address).status != 200 {
                problems.push(format!("the {host} is not well any more"));
            }
        }
        for (host, errors) in [("collector", collector_process.errors()), ("edge", edge_process.errors())] {
            let errors = errors.unwrap();
            if errors.contains("panick") || errors.contains("instance_lost") {
                problems.push(format!("the {host} has logged: {errors}"));
            }
        }
        let log = collector_process.stop().unwrap();
        problems.extend(stored::problems(&accepted, &stored::in_log(log.path()), &stub.records()));
        fail_with(&problems);
    }

    /// Ends where the hosts need not have stored the same, because time decided what they took.
    pub(crate) fn finish_without_stream(self) {
        fail_with(&self.problems);
    }
}

fn fail_with(problems: &[String]) {
    let first = &problems[..problems.len().min(SHOWN_PROBLEMS)];
    assert!(problems.is_empty(), "{} problems, such as\n  {}", problems.len(), first.join("\n  "));
}

fn collector(setup: Setup) -> Collector {
    let now = NOW.to_string();
    let rate = setup.client_rate_per_s.to_string();
    let keys = KEYS.map(|(key, origins, rate)| format!("{key}={};{rate}", origins.join(",")));
    let mut args = vec!["--held-clock-ms", &now, "--client-rate-per-s", &rate];
    for key in &keys {
        args.extend(["--key", key]);
    }
    let file = NamedTempFile::new().unwrap();
    if let Some(config) = setup.config {
        std::fs::write(&file, config).unwrap();
        args.extend(["--page-config", file.path().to_str().unwrap()]);
    }
    Collector::start_with(&args, &[("UNSNAG_SIGNING_KEYS", &SIGNING_KEYS.join(","))]).unwrap()
}

fn edge(setup: Setup, stub: &Stub) -> Edge {
    let keys: Vec<_> =
        KEYS.iter().map(|(key, origins, rate)| json!({ "key": key, "origins": origins, "rate_per_s": rate })).collect();
    let (keys, rate, now) = (json!(keys).to_string(), setup.client_rate_per_s.to_string(), NOW.to_string());
    let signing = SIGNING_KEYS.join(",");
    let mut variables = vec![
        ("UNSNAG_LOCAL", "1"),
        ("UNSNAG_KEYS", keys.as_str()),
        ("UNSNAG_SIGNING_KEYS", &signing),
        ("UNSNAG_HELD_CLOCK_MS", &now),
        ("UNSNAG_CLIENT_RATE_PER_S", &rate),
    ];
    variables.extend(setup.config.map(|config| ("UNSNAG_CONFIG", config)));
    variables.extend(setup.edge);
    Edge::start(stub, &variables).unwrap()
}

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").parse().unwrap()
}
