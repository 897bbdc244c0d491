//! An HTTP/1.1 client that sends exactly what a test says, right or wrong, one request a connection.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any time-out of the collector, so that a hanging answer fails the test by its own words.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// The code of a refused request, or `ok`.
    pub(crate) fn code(&self) -> String {
        if self.status < 300 {
            return "ok".to_owned();
        }
        match serde_json::from_slice::<serde_json::Value>(&self.body) {
            Ok(json) => json["error"]["code"].as_str().unwrap_or("?").to_owned(),
            Err(_) => format!("no JSON: {:?}", self.text()),
        }
    }
}

/// A request in the making.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    chunked: bool,
}

impl Request {
    pub(crate) fn get(path: &str) -> Self {
        Self { method: "GET".to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new(), chunked: false }
    }

    pub(crate) fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST".to_owned(), body: body.into(), ..Self::get(path) }
            .header("content-type", "text/plain;charset=utf-8")
    }

    pub(crate) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    pub(crate) fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sets the header, or takes it away when the value is empty.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    pub(crate) fn send(&self, to: SocketAddr) -> Answer {
        let mut stream = connect(to);
        let mut head = self.head(to);
        if self.chunked {
            head += "transfer-encoding: chunked\r\n\r\n";
        } else if !self.body.is_empty() || self.method == "POST" {
            write!(head, "content-length: {}\r\n\r\n", self.body.len()).unwrap();
        } else {
            head += "\r\n";
        }
        let mut sender = stream.try_clone().unwrap();
        let (body, chunked) = (self.body.clone(), self.chunked);
        // In its own thread, because a server may answer before it has read everything. It may also close early,
        // which is no error of the sender.
        let sending = std::thread::spawn(move || {
            let _ = sender.write_all(head.as_bytes());
            if chunked {
                for chunk in body.chunks(16 * 1024) {
                    let _ = write!(sender, "{:x}\r\n", chunk.len());
                    let _ = sender.write_all(chunk);
                    let _ = sender.write_all(b"\r\n");
                }
                let _ = sender.write_all(b"0\r\n\r\n");
            } else {
                let _ = sender.write_all(&body);
            }
        });
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        let _ = stream.shutdown(Shutdown::Both);
        sending.join().unwrap();
        assert!(read.is_ok() || !bytes.is_empty(), "no answer: {read:?}");
        parse(&bytes)
    }

    fn head(&self, to: SocketAddr) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| name == "host") {
            write!(head, "host: {to}\r\n").unwrap();
        }
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        head + "connection: close\r\n"
    }
}

pub(crate) fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Reads an answer to its end; the connection must have been closed after it.
pub(crate) fn parse(bytes: &[u8]) -> Answer {
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer in {:?}", String::from_utf8_lossy(bytes)));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_owned(), value.trim().to_owned())
        })
        .collect();
    Answer { status: status.parse().unwrap(), headers, body: bytes[end + 4..].to_vec() }
}
