//! A blocking client: one request a connection, signed, and what came back down to the last byte.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use unsnag_kinesis_stub::sigv4::{
    ALGORITHM, Credentials, Head, amz_date, canonical_request, sha256_hex, signature, string_to_sign,
};
use unsnag_kinesis_stub::{Options, Stub};

/// Longer than any wait in these tests.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const STREAM: &str = "unsnag";

/// A stub with one stream of so many shards.
pub(crate) fn stub(shards: u32) -> Stub {
    let streams = vec![(STREAM.to_owned(), shards)];
    Stub::start(Options { streams, ..Options::default() }).expect("a stub starts")
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// Status and error code; 200 and nothing where it went well.
    pub(crate) fn verdict(&self) -> (u16, String) {
        if self.status == 200 {
            return (200, String::new());
        }
        let json = self.json();
        let code = json["__type"].as_str().unwrap_or_default().to_owned();
        assert_eq!(self.header("x-amzn-errortype"), code, "{self:?}");
        assert!(json["message"].is_string(), "{self:?}");
        (self.status, code)
    }
}

/// How one request is made; each part can be spoiled.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) credentials: Credentials,
    pub(crate) region: String,
    pub(crate) target: String,
    pub(crate) content_type: String,
    pub(crate) body: String,
    pub(crate) signed: bool,
    /// What the client's clock adds to the time, in seconds.
    pub(crate) clock_off_s: i64,
    pub(crate) patience: Duration,
}

impl Call {
    pub(crate) fn new(operation: &str, body: &Value) -> Self {
        Self::raw(operation, &body.to_string())
    }

    pub(crate) fn raw(operation: &str, body: &str) -> Self {
        Self {
            credentials: Credentials::default(),
            region: "us-east-1".to_owned(),
            target: format!("Kinesis_20131202.{operation}"),
            content_type: "application/x-amz-json-1.1".to_owned(),
            body: body.to_owned(),
            signed: true,
            clock_off_s: 0,
            patience: PATIENCE,
        }
    }

    /// Nothing where the connection ended without one byte of an answer.
    pub(crate) fn send(&self, address: SocketAddr) -> io::Result<Option<Answer>> {
        let mut headers = vec![
            ("host", address.to_string()),
            ("content-type", self.content_type.clone()),
            ("x-amz-target", self.target.clone()),
        ];
        if self.signed {
            self.sign(&mut headers);
        }
        exchange(address, "POST", "/", &headers, &self.body, self.patience)
    }

    /// The answer, which must come.
    pub(crate) fn answer(&self, stub: &Stub) -> Answer {
        self.send(stub.address()).expect("the stub is there").expect("it answers")
    }

    fn sign(&self, headers: &mut Vec<(&'static str, String)>) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
        let date = amz_date(now.saturating_add_signed(self.clock_off_s));
        headers.push(("x-amz-date", date.clone()));
        if let Some(token) = &self.credentials.session_token {
            headers.push(("x-amz-security-token", token.clone()));
        }
        let scope = format!("{}/{}/kinesis/aws4_request", &date[..8], self.region);
        let mut names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        let borrowed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let head = Head { method: "POST", path: "/", query: "", headers: &borrowed };
        let canonical = canonical_request(&head, &names, &sha256_hex(self.body.as_bytes()));
        let signature = signature(&self.credentials.secret_key, &scope, &string_to_sign(&date, &scope, &canonical));
        let (key, names) = (&self.credentials.access_key, names.join(";"));
        let authorization =
            format!("{ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}");
        headers.push(("authorization", authorization));
    }
}

/// A good request; its answer must be good too.
pub(crate) fn ask(stub: &Stub, operation: &str, body: &Value) -> Value {
    let answer = Call::new(operation, body).answer(stub);
    assert_eq!(answer.verdict(), (200, String::new()), "{operation}: {answer:?}");
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

/// A request of the control route.
pub(crate) fn control(stub: &Stub, method: &str, path: &str, body: &str) -> Answer {
    let headers = [("host", stub.address().to_string())];
    exchange(stub.address(), method, path, &headers, body, PATIENCE).expect("it is there").expect("it answers")
}

/// A request that puts records of these keys, with the key as the data.
pub(crate) fn put(keys: &[&str]) -> Call {
    let records: Vec<Value> =
        keys.iter().map(|key| json!({ "Data": STANDARD.encode(key), "PartitionKey": key })).collect();
    Call::new("PutRecords", &json!({ "StreamName": STREAM, "Records": records }))
}

/// The stored data as text, sorted.
pub(crate) fn stored(stub: &Stub) -> Vec<String> {
    let data = stub.records().into_iter().map(|record| String::from_utf8(record.data.to_vec()).expect("it is text"));
    let mut data: Vec<String> = data.collect();
    data.sort();
    data
}

fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, String)],
    body: &str,
    patience: Duration,
) -> io::Result<Option<Answer>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let lines = lines.concat();
    let head =
        format!("{method} {path} HTTP/1.1\r\n{lines}connection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).expect("answers are text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head ends in an empty line");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
        .collect();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunk(body) } else { body.to_owned() };
    Ok(Some(Answer { status, headers, body }))
}

fn unchunk(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a chunk has a size");
        body.push_str(&after[..size]);
        rest = after[size..].trim_start_matches("\r\n");
    }
    body
}
