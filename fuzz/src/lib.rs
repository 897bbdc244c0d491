//! What must hold for any bytes, shared by the fuzz targets and the test that replays their corpus.
//!
//! In scope: one function for each parser of `unsnag-core` that meets bytes of strangers, and one for the engine, which
//! meets whatever a page does.
//!
//! Out of scope: running libFuzzer (`fuzz_targets`, `cargo xtask fuzz`) and replaying the corpus (`tests`).

mod inputs;

pub use inputs::inputs;

use serde_json::Value;
use unsnag_core::config::Config;
use unsnag_core::host::{self, HostKind, KeyPolicy, Origins, Request, Site, Verdict};
use unsnag_core::id::WriteKey;
use unsnag_core::limits::MAX_RECORD_BYTES;
use unsnag_core::push::Signed;
use unsnag_core::replay;
use unsnag_core::risk::Rules;
use unsnag_core::sign::SigningKeys;
use unsnag_core::time::UnixMillis;

/// When the requests arrive; the corpus is written for this time.
const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

/// Gives a body to the route that takes batches; returns the status and, for a refusal, its code.
///
/// # Panics
///
/// When one of the promises about batches does not hold.
pub fn batch(body: &[u8]) -> (u16, Option<String>) {
    let site = site();
    let request = Request {
        method: "POST",
        path: "/v1/batch",
        query: "key=fuzz",
        content_type: Some("text/plain;charset=utf-8"),
        content_encoding: None,
        origin: None,
        sec_fetch_site: None,
        if_none_match: None,
        websocket: false,
        signed: Signed::default(),
        header_bytes: 0,
        body,
    };
    let judge = || host::handle(&request, &site, HostKind::Collector, NOW, &mut |_: &KeyPolicy| true);
    let verdict = judge();
    assert_eq!(verdict, judge(), "the same bytes at the same time get the same verdict");
    match verdict {
        Verdict::Reply(reply) => {
            let said = json(&reply.body);
            let code = said["error"]["code"].as_str().expect("a refusal has a code").to_owned();
            assert!(
                (400..500).contains(&reply.status),
                "{code} is the sender's fault, but the status is {}",
                reply.status
            );
            (reply.status, Some(code))
        }
        Verdict::Open(_) | Verdict::Keep { .. } => panic!("a batch is neither a channel nor a push"),
        Verdict::Store { record, session, reply, .. } => {
            assert!(record.len() <= MAX_RECORD_BYTES, "the record has {} bytes", record.len());
            assert!(!session.is_empty(), "a record without a session has no partition");
            let (record, answer) = (json(&record), json(&reply.body));
            let kept = record["batch"]["events"].as_array().expect("a record holds events").len() as u64;
            let dropped = answer["dropped"].as_array().expect("an answer lists what was dropped").len() as u64;
            let drops = record["dispositions"]["drop"].as_object().expect("a record counts what was dropped");
            assert_eq!(answer["accepted"], kept, "what is accepted is kept");
            assert_eq!(record["dispositions"]["ok"], kept, "what is kept is counted");
            assert_eq!(drops.values().filter_map(Value::as_u64).sum::<u64>(), dropped, "what is dropped is counted");
            (reply.status, None)
        }
    }
}

/// Replays a trace; returns how many lines it gave, or the code of its first mistake.
///
/// # Panics
///
/// When one of the promises about traces does not hold.
pub fn trace(text: &str) -> Result<usize, &'static str> {
    let replayed = replay::replay(text, None);
    assert_eq!(replayed, replay::replay(text, None), "the same trace gives the same lines");
    match replayed {
        Ok(lines) => {
            for (index, line) in lines.iter().enumerate() {
                let is_last = index + 1 == lines.len();
                assert_eq!(json(line.as_bytes()).get("summary").is_some(), is_last, "the summary is the last line");
            }
            Ok(lines.len())
        }
        Err(error) => {
            assert!((1..=text.lines().count().max(1)).contains(&error.line), "there is no line {}", error.line);
            Err(error.what.code())
        }
    }
}

fn site() -> Site {
    let key = WriteKey::new("fuzz").expect("a valid key");
    let keys = vec![KeyPolicy { key, origins: Origins::Any, rate_per_s: 0 }];
    let signing = SigningKeys::new(vec![b"a key for fuzzing only".to_vec()]).expect("long enough");
    Site { keys, config: Config::embedded(), signing, model: Box::new(Rules), scrub: true, later: None }
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("what we write is JSON")
}
