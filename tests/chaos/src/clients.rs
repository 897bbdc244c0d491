//! Clients that send as the SDK does: a batch is sealed once and sent until it is answered.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow};
use serde_json::Value;
use ureq::Agent;

/// A host that takes longer is given up on; the batch is sent again.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Between two tries of one batch.
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// Events of each batch, one of which is bad.
const EVENTS: u64 = 4;

/// One batch, and what came of it.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) events: u64,
    /// How often it was sent.
    pub(crate) tries: u64,
    /// What was answered; `None` if the load ended before.
    pub(crate) answer: Option<String>,
}

/// Clients at work.
#[derive(Debug)]
pub(crate) struct Clients {
    threads: Vec<JoinHandle<Vec<Sent>>>,
    stop: Arc<AtomicBool>,
    given_up: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

impl Clients {
    pub(crate) fn start(host: SocketAddr, count: u32) -> Self {
        let [stop, given_up] = [(); 2].map(|()| Arc::<AtomicBool>::default());
        let answered = Arc::<AtomicU64>::default();
        let threads = (0..count)
            .map(|number| {
                let (stop, given_up) = (Arc::clone(&stop), Arc::clone(&given_up));
                let answered = Arc::clone(&answered);
                std::thread::spawn(move || client(host, number, [&stop, &given_up], &answered))
            })
            .collect();
        Self { threads, stop, given_up, answered }
    }

    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Ends the load; everything that was sent.
    pub(crate) fn stop(self) -> Result<Vec<Sent>> {
        self.stop.store(true, Ordering::Relaxed);
        self.join()
    }

    /// Ends the load where nobody answers any more; everything that was sent.
    pub(crate) fn give_up(self) -> Result<Vec<Sent>> {
        self.stop.store(true, Ordering::Relaxed);
        self.given_up.store(true, Ordering::Relaxed);
        self.join()
    }

    fn join(self) -> Result<Vec<Sent>> {
        let mut sent = Vec::new();
        for thread in self.threads {
            sent.extend(thread.join().map_err(|_| anyhow!("a client panicked"))?);
        }
        Ok(sent)
    }
}

pub(crate) fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER_WITHIN));
    config.build().new_agent()
}

/// Sends a batch once; the body of an answer with status 200.
pub(crate) fn post(agent: &Agent, host: SocketAddr, body: &str) -> Option<String> {
    let request = agent
        .post(format!("http://{host}/v1/batch?key=demo"))
        .header("content-type", "text/plain;charset=utf-8")
        .header("origin", "http://127.0.0.1:7668")
        .header("sec-fetch-site", "same-site");
    // A connection that is cut and an answer that asks for patience come to the same: the batch is sent again.
    let mut answer = request.send(body).ok()?;
    if answer.status() != 200 {
        return None;
    }
    answer.body_mut().read_to_string().ok()
}

fn client(host: SocketAddr, number: u32, [stop, given_up]: [&AtomicBool; 2], answered: &AtomicU64) -> Vec<Sent> {
    let agent = agent();
    let mut all = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let id = format!("{number:04}{:018}", all.len());
        let body = batch(&id, number);
        let mut sent = Sent { id, body, events: EVENTS, tries: 0, answer: None };
        while sent.answer.is_none() {
            // At the end whatever was sent once is sent until it is answered.
            if given_up.load(Ordering::Relaxed) {
                break;
            }
            sent.tries += 1;
            sent.answer = post(&agent, host, &sent.body);
            if sent.answer.is_none() {
                std::thread::sleep(AGAIN_AFTER);
            }
        }
        answered.fetch_add(u64::from(sent.answer.is_some()), Ordering::Relaxed);
        all.push(sent);
    }
    all
}

/// A good batch.
pub(crate) fn batch(id: &str, client: u32) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let mut events = String::new();
    for event in 1..EVENTS {
        write!(events, r#"{{"id":"e{event}","type":"custom","at":{now},"data":{{"name":"probe","props":{{}}}}}},"#)
            .expect("writing to a string does not fail");
    }
    // Older than a day: dropped, and counted as that.
    events += r#"{"id":"old","type":"help","at":1,"data":{}}"#;
    format!(
        r#"{{"v":1,"batch_id":"{id}","session":"session-{client}","visitor":null,"tab":"tab-{client}","seq":0,"sent_at":{now},"sdk":"0.1.0","config":"","consent":"granted","page":{{"template":"/","view":"view-1"}},"features":{{"v":1,"scope":"session","values":[0,0,0,1,0,0,0,0.5,50,0,1,1,1],"observed":8191}},"policy_state":{{}},"events":[{events}]}}"#
    )
}

/// Accepted and dropped events, as an answer or the dispositions of a record count them.
pub(crate) fn events_of_answer(answer: &Value) -> Option<u64> {
    Some(answer["accepted"].as_u64()? + answer["dropped"].as_array()?.len() as u64)
}
