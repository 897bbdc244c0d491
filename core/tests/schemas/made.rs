//! Documents as the code makes them, and the code's own word on whether it takes a document.

use serde_json::{Value, json};

use unsnag_core::config::Config;
use unsnag_core::engine::Engine;
use unsnag_core::event::{Event, Label, Outcome, What};
use unsnag_core::host::{self, KeyPolicy, Later, Origins, Request, Site, Verdict};
use unsnag_core::id::{SessionId, TabId, VisitorId, WriteKey};
use unsnag_core::ingest::{self, HostKind};
use unsnag_core::input::{Cause, Px, TaskWhat};
use unsnag_core::outbox::{Header, Identity, Outbox};
use unsnag_core::push::{PushKeys, Signed};
use unsnag_core::risk::Rules;
use unsnag_core::sign::SigningKeys;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::UnixMillis;
use unsnag_core::trace::Trace;

pub(crate) const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

/// A rage click that nothing answers, one that is opted out of, an error click, a late input, and an abandoned form.
pub(crate) const TRACE: &str = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1280,720]}
{"t":0,"k":"page","template":"/checkout","view":"v1","how":"navigate"}
{"t":0,"k":"element","el":7,"tag":"button","role":"button","flags":["interactive","submit"]}
{"t":0,"k":"element","el":8,"tag":"button","role":"button","flags":["interactive","ignore:rage"]}
{"t":100,"k":"click","el":7,"x":10,"y":20,"detail":1,"trusted":true}
{"t":250,"k":"click","el":7,"x":10,"y":20,"detail":2,"trusted":true}
{"t":400,"k":"click","el":7,"x":10,"y":20,"detail":3,"trusted":true}
{"t":5000,"k":"click","el":8,"x":90,"y":20,"detail":1,"trusted":true}
{"t":5100,"k":"click","el":8,"x":90,"y":20,"detail":2,"trusted":true}
{"t":5200,"k":"click","el":8,"x":90,"y":20,"detail":3,"trusted":true}
{"t":9000,"k":"click","el":7,"x":10,"y":20,"detail":1,"trusted":true}
{"t":9001,"k":"error","cause":"sync","class":"TypeError","hash":"9f2c"}
{"t":8000,"k":"tick"}
{"t":9001,"k":"video","el":9,"what":"play","at":0,"length":60,"rate":1,"ready":4,"visible":true}
{"t":9010,"k":"video","el":9,"what":"playing","at":0,"length":60,"rate":1,"ready":4,"visible":true}
{"t":9100,"k":"field","form":"order","field":"city","what":"focus"}
{"t":9200,"k":"field","form":"order","field":"city","what":"input","length":4}
{"t":9300,"k":"field","form":"order","field":"pin","what":"input","secret":true}
{"t":9300,"k":"video","el":9,"what":"time","at":0.28,"length":60,"rate":1,"ready":4,"visible":true}
{"t":9310,"k":"video","el":9,"what":"seeking","at":30.5,"length":60,"rate":1,"ready":4,"visible":true}
{"t":9320,"k":"video","el":9,"what":"seeked","at":30.5,"length":60,"rate":1,"ready":4,"visible":true}
{"t":9400,"k":"field","form":"order","field":"city","what":"invalid"}
{"t":9500,"k":"page_hide","persisted":false}
{"t":60000,"k":"tick"}
"#;

/// Every event that a page can make, as a sealed batch.
pub(crate) fn batch() -> Value {
    let mut engine = Engine::new(Thresholds::default(), NOW);
    for input in Trace::open(TRACE).unwrap() {
        engine.feed(&input.unwrap());
    }
    let outcome = |what| What::Outcome {
        intervention: "i-1".to_owned(),
        decision: "d-1".to_owned(),
        signature: String::new(),
        what,
    };
    let mut told = vec![
        What::Click { role: String::new(), label: Label::Other, x: Px(-150), y: Px(99), result: "nothing" },
        What::Error { cause: Cause::Other, class: "NetworkError".to_owned(), hash: String::new() },
        What::Task { name: "checkout".to_owned(), what: TaskWhat::Start },
        What::Help,
        What::Custom { name: "coupon".to_owned(), props: r#"{"a":1.5,"b":"x","c":null,"d":true}"#.to_owned() },
    ];
    told.extend(Outcome::ALL.map(outcome));
    let identity = Identity {
        session: SessionId::new("s-1").unwrap(),
        visitor: VisitorId::new("v-1"),
        tab: TabId::new("t-1").unwrap(),
        sdk: "0.1.0",
    };
    let mut outbox = Outbox::new(identity.clone(), 3, 7);
    outbox.grant(identity);
    for event in engine.take_events() {
        outbox.push(event);
    }
    for what in told {
        outbox.push(Event { at: NOW, what });
    }
    let features = engine.features();
    let policy_state = r#"{"level":"medium","shown":[{"id":"i-0","at":1700000000000}],"dismissed":1}"#;
    let header = Header { config: "9f2c", template: "/checkout", view: "v1", features: &features, policy_state };
    outbox.seal(NOW, [9; 16], &header).unwrap();
    serde_json::from_str(&outbox.next(NOW).unwrap().1).unwrap()
}

/// What a host answers to a batch, and its record.
pub(crate) fn answer_and_record(batch: &Value, host: HostKind) -> (Value, Value) {
    let text = batch.to_string();
    let parsed = ingest::parse(&text, NOW).unwrap();
    let key = WriteKey::new("wk").unwrap();
    let signing = SigningKeys::new(vec![vec![7; 32]]).unwrap();
    let site = Site {
        keys: Vec::new(),
        config: Config::embedded(),
        signing,
        model: Box::new(Rules),
        scrub: true,
        later: None,
    };
    let done = ingest::ingest(&parsed, &key, &site, host, NOW, &[]);
    (serde_json::from_slice(&done.answer).unwrap(), serde_json::from_slice(&done.record).unwrap())
}

/// A batch with one event of this type.
pub(crate) fn batch_of(type_name: &str, data: &Value) -> Value {
    json!({
        "v": 1, "batch_id": "AAAAAAAAAAAAAAAAAAAAAA", "session": "s-1", "visitor": "v-1", "tab": "t-1", "seq": 0,
        "sent_at": NOW.0, "sdk": "0.1.0", "config": "x", "consent": "granted",
        "page": {"template": "/checkout", "view": "v1"},
        "features": {"v": 1, "scope": "session", "values": [0,0,0,10,0,0,0,0.5,50,0,1,1,10], "observed": 8159},
        "policy_state": {"level": "low", "dismissed": 0},
        "events": [{"id": "e1", "type": type_name, "at": NOW.0, "data": data}]
    })
}

/// A push that says everything.
pub(crate) fn push() -> Value {
    json!({
        "v": 1, "key": "wk", "session": "s-1",
        "intervention": {"id": "i-1", "entry": "offer-help", "kind": "nudge", "slots": {"name": "delivery"},
                         "priority": "high", "held_out": false, "expires_at": NOW.0 + 1000, "decision": "d-1"},
        "decision": {"id": "d-1", "rule": "r", "reasons": ["because"], "experiment": "e", "arm": "treat",
                     "propensity": 0.5}
    })
}

/// What a host makes of a push: its verdict on the request, signed.
fn judged(push: &Value) -> Verdict {
    let secret = "00".repeat(32);
    let push_keys = PushKeys::from_texts(&[format!("k:{secret}")], &mut Vec::new());
    let (body, at) = (push.to_string(), (NOW.0 / 1000).to_string());
    let signature = push_keys.signature("k", &at, "POST", "/v1/interventions", body.as_bytes()).unwrap();
    let signing = SigningKeys::new(vec![vec![7; 32]]).unwrap();
    let keys = vec![KeyPolicy { key: WriteKey::new("wk").unwrap(), origins: Origins::Any, rate_per_s: 0 }];
    let later = Some(Later { live: signing.clone(), push: push_keys });
    let site = Site { keys, config: Config::embedded(), signing, model: Box::new(Rules), scrub: true, later };
    let request = Request {
        method: "POST",
        path: "/v1/interventions",
        query: "",
        content_type: Some("application/json"),
        content_encoding: None,
        origin: None,
        sec_fetch_site: None,
        if_none_match: None,
        websocket: false,
        signed: Signed { key_id: Some("k"), timestamp: Some(&at), signature: Some(&signature) },
        header_bytes: 0,
        body: body.as_bytes(),
    };
    host::handle(&request, &site, HostKind::Collector, NOW, &mut |_: &KeyPolicy| true)
}

/// Whether a host takes the push.
pub(crate) fn takes_push(push: &Value) -> bool {
    matches!(judged(push), Verdict::Keep { .. })
}

/// What the live channel sends for it.
pub(crate) fn frame(push: &Value) -> Value {
    let Verdict::Keep { push, .. } = judged(push) else { panic!("{push} is refused") };
    serde_json::from_str(&push.frame()).unwrap()
}

/// A configuration that says everything.
pub(crate) fn config() -> Value {
    json!({
        "v": 1, "etag": "old", "kill": false, "sampling": 0.5, "thresholds": {"rage_click": {"clicks": 4}},
        "rules": [{"id": "r", "signal": "rage_click", "min_grade": "likely", "level": "low", "template": "/a",
                   "entry": "c", "priority": "high", "experiment": "e"}],
        "catalogue": [{"id": "c", "version": 1, "kind": "nudge", "text": "Can we help?", "placement": "top",
                       "actions": [{"id": "help", "label": "Get help", "href": "/help"}]}],
        "experiments": [{"id": "e", "holdout_basis_points": 500}]
    })
}

/// Whether a host takes the batch and all its events.
pub(crate) fn takes_batch(batch: &Value) -> bool {
    ingest::parse(&batch.to_string(), NOW).is_ok_and(|batch| batch.events.iter().all(|event| event.said.is_ok()))
}

/// Whether the configuration is one.
pub(crate) fn takes_config(config: &Value) -> bool {
    Config::from_json(config.to_string().as_bytes()).is_ok()
}

/// Whether the overrides of thresholds are some.
pub(crate) fn takes_thresholds(overrides: &Value) -> bool {
    Thresholds::from_json(&overrides.to_string()).is_ok()
}

/// Whether the line is a trace's header, where it says so, or one of its inputs.
pub(crate) fn takes_trace_line(line: &Value) -> bool {
    if line.get("trace").is_some() {
        return Trace::open(&line.to_string()).is_ok();
    }
    let text = format!("{{\"trace\":1}}\n{line}");
    Trace::open(&text).unwrap().next().unwrap().is_ok()
}
