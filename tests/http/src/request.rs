//! What is sent.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::Answer;

/// Longer than any time-out of a host, so that a hanging answer fails the test by its own words.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of a body without a length goes into one chunk.
const CHUNK_BYTES: usize = 16 * 1024;

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    chunked: bool,
}

impl std::fmt::Display for Request {
    /// All but the body, on one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (name, value) in &self.headers {
            write!(f, " | {name}: {}", value.escape_ascii())?;
        }
        if self.chunked { f.write_str(" | in chunks") } else { Ok(()) }
    }
}

impl Request {
    pub fn get(path: &str) -> Self {
        Self { method: "GET".to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new(), chunked: false }
    }

    /// With the content type that the SDK sends.
    pub fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST".to_owned(), body: body.into(), ..Self::get(path) }
            .header("content-type", "text/plain;charset=utf-8")
    }

    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Path and query.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sets the header in place of any other of this name.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).also(name, value)
    }

    /// Adds the header, whether there is one of this name or not.
    #[must_use]
    pub fn also(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| own != name);
        self
    }

    /// Sends the body in chunks, without saying its length before.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Path and query.
    pub fn target(&self) -> &str {
        &self.path
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Sends it; panics where no answer comes.
    pub fn send(&self, to: SocketAddr) -> Answer {
        self.try_send(to).unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.path))
    }

    /// Sends it and reads the answer.
    pub fn try_send(&self, to: SocketAddr) -> io::Result<Answer> {
        let mut stream = connect(to)?;
        let mut sender = stream.try_clone()?;
        let (head, body, chunked) = (self.head(to), self.body.clone(), self.chunked);
        // In its own thread, because a server may answer before it has read everything. It may also close early,
        // which is no error of the sender.
        let sending = thread::spawn(move || {
            let _ = write(&mut sender, &head, &body, chunked);
        });
        let answer = Answer::read(&mut stream, self.method == "HEAD");
        let _ = stream.shutdown(Shutdown::Both);
        let _ = sending.join();
        answer
    }

    fn head(&self, to: SocketAddr) -> Vec<u8> {
        let mut start = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let has = |name: &str| self.headers.iter().any(|(own, _)| own == name);
        if !has("host") {
            let _ = write!(start, "host: {to}\r\n");
        }
        if self.chunked {
            start += "transfer-encoding: chunked\r\n";
        } else if (!self.body.is_empty() || self.method == "POST") && !has("content-length") {
            let _ = write!(start, "content-length: {}\r\n", self.body.len());
        }
        let mut head = start.into_bytes();
        for (name, value) in &self.headers {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend(b"connection: close\r\n\r\n");
        head
    }
}

fn write(to: &mut TcpStream, head: &[u8], body: &[u8], chunked: bool) -> io::Result<()> {
    to.write_all(head)?;
    if !chunked {
        return to.write_all(body);
    }
    for chunk in body.chunks(CHUNK_BYTES) {
        write!(to, "{:x}\r\n", chunk.len())?;
        to.write_all(chunk)?;
        to.write_all(b"\r\n")?;
    }
    to.write_all(b"0\r\n\r\n")
}

/// A connection that gives up in the end.
pub fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}
