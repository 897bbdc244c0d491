//! The Kinesis stream: one try for each record, and no longer than a page can wait.

use std::time::Duration;

use unsnag_core::time::UnixMillis;
use worker::{AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect};

use crate::put_records::{self, CONTENT_TYPE, Failure, Reason, TARGET};
use crate::settings::{Credentials, StreamSettings};
use crate::sigv4::Signer;
use crate::{http, time};

/// The longest that a batch waits for the stream, answer included.
const PUT_WITHIN: Duration = Duration::from_millis(120);

/// An answer about one record has some two hundred bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

#[derive(Debug)]
pub(crate) struct Stream {
    name: String,
    url: String,
    host: String,
    signer: Signer,
}

impl Stream {
    pub(crate) fn new(settings: StreamSettings, credentials: Credentials) -> Self {
        let StreamSettings { name, region, endpoint } = settings;
        Self { name, url: endpoint.url, host: endpoint.host, signer: Signer::new(credentials, region, "kinesis") }
    }

    /// Puts one record; done when the stream has it.
    pub(crate) async fn put(&self, record: &[u8], partition_key: &str) -> Result<(), Failure> {
        let unreachable = |_| Failure::unanswered(Reason::Unreachable);
        let body = put_records::body(record, partition_key, &self.name);
        let request = self.request(&body, time::now()).map_err(unreachable)?;
        let controller = AbortController::default();
        let signal = controller.signal();
        let exchange = async {
            let mut answer = Fetch::Request(request).send_with_signal(&signal).await.map_err(unreachable)?;
            let status = answer.status_code();
            let Ok(body) = answer.stream() else {
                return put_records::accepted(status, b"");
            };
            let body = http::capped(body, MAX_ANSWER_BYTES).await.map_err(unreachable)?;
            put_records::accepted(status, &body)
        };
        match time::within(PUT_WITHIN, exchange).await {
            Some(outcome) => outcome,
            None => {
                // Gives the connection back; the record may be in the stream all the same.
                controller.abort();
                Err(Failure::unanswered(Reason::TimedOut))
            }
        }
    }

    fn request(&self, body: &str, now: UnixMillis) -> worker::Result<Request> {
        let own = [("content-type", CONTENT_TYPE), ("host", self.host.as_str()), ("x-amz-target", TARGET)];
        let headers = Headers::new();
        for (name, value) in own {
            // The platform writes it, from the URL.
            if name != "host" {
                headers.set(name, value)?;
            }
        }
        for (name, value) in self.signer.sign(&own, body.as_bytes(), now) {
            headers.set(name, &value)?;
        }
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
        // A redirect is an answer that nobody expects, and the signature is for one host only.
        init.with_redirect(RequestRedirect::Manual);
        Request::new_with_init(&self.url, &init)
    }
}
