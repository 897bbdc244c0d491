//! One question to the hosts, and what each has to answer.

use serde_json::{Value, json};
use unsnag_test_http::Request;

use super::batch::Batch;

/// A request with what is expected of it. What is not said here is only compared between the hosts.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub request: Request,
    pub status: u16,
    /// The code of the error, `ok`, or [`Case::NO_BODY`].
    pub code: &'static str,
    /// Headers with their values; nothing for one that must not be there.
    pub headers: Vec<(&'static str, Option<String>)>,
    /// Parts of the answer, by JSON pointer.
    pub answer: Vec<(&'static str, Value)>,
    /// The batch that has to be in the stream afterwards.
    pub stored: Option<Stored>,
    /// Why one host's platform lets this request not arrive as it is; such a case is asked of the collector alone.
    pub collector_only: Option<&'static str>,
}

/// What is stored of an accepted batch.
#[derive(Debug, Clone)]
pub struct Stored {
    pub batch_id: String,
    /// Events sent: those accepted and those dropped.
    pub events: u64,
    /// Parts of the record, by JSON pointer.
    pub record: Vec<(&'static str, Value)>,
}

impl Case {
    /// Stands for the code where the answer has no body.
    pub const NO_BODY: &'static str = "no body";

    /// Anything but a batch that is accepted.
    pub fn new(name: impl Into<String>, request: Request, status: u16, code: &'static str) -> Self {
        Self {
            name: name.into(),
            request,
            status,
            code,
            headers: Vec::new(),
            answer: Vec::new(),
            stored: None,
            collector_only: None,
        }
    }

    /// A batch that is accepted with all its events, sent as the SDK does.
    pub fn accepted(name: impl Into<String>, batch: &Batch) -> Self {
        Self::accepted_as(name, batch, batch.post())
    }

    /// A batch that is accepted with all its events, sent in some way.
    pub fn accepted_as(name: impl Into<String>, batch: &Batch, request: Request) -> Self {
        let stored = Stored { batch_id: batch.id().to_owned(), events: batch.events() as u64, record: Vec::new() };
        Self { stored: Some(stored), ..Self::new(name, request, 200, "ok") }
            .answers("/batch_id", batch.id())
            .answers("/accepted", batch.events())
            .answers("/dropped", json!([]))
    }

    /// Of a batch's events, these are dropped: id and code.
    #[must_use]
    pub fn drops(mut self, dropped: &[(Option<&str>, &str)]) -> Self {
        let sent = self.stored.as_ref().map_or(0, |stored| stored.events);
        let list: Vec<Value> = dropped.iter().map(|(id, code)| json!({ "id": id, "code": code })).collect();
        self.answer.retain(|(pointer, _)| !matches!(*pointer, "/accepted" | "/dropped"));
        let kept = sent - dropped.len() as u64;
        self.answers("/accepted", kept).answers("/dropped", list).stores("/dispositions/ok", kept)
    }

    #[must_use]
    pub fn answers(mut self, pointer: &'static str, value: impl Into<Value>) -> Self {
        self.answer.push((pointer, value.into()));
        self
    }

    #[must_use]
    pub fn stores(mut self, pointer: &'static str, value: impl Into<Value>) -> Self {
        let stored = self.stored.as_mut().expect("only an accepted batch is stored");
        stored.record.push((pointer, value.into()));
        self
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Some(value.into())));
        self
    }

    #[must_use]
    pub fn no_header(mut self, name: &'static str) -> Self {
        self.headers.push((name, None));
        self
    }

    #[must_use]
    pub fn collector_only(mut self, reason: &'static str) -> Self {
        self.collector_only = Some(reason);
        self
    }
}
