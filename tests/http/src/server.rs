//! A server that answers as a test says and keeps what came.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// In the order in which they came, names as they were written.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What a server does about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A status without a body.
    Status(u16),
    /// These bytes as they are.
    Bytes(Vec<u8>),
    /// Nothing, with the connection left open.
    Silence,
    /// The connection is closed.
    HangUp,
}

/// A server on a free port of this machine, one request a connection. It lives as long as the process.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Server {
    /// Answers the first request as `answer` says for 0, the next for 1, and so on.
    pub fn start(answer: impl Fn(usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let came: Arc<Mutex<Vec<Came>>> = Arc::default();
        let keep = Arc::clone(&came);
        thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                // A connection without a whole request was none.
                let Ok(request) = Came::read(&mut stream) else { continue };
                let number = {
                    let mut came = locked(&keep);
                    came.push(request);
                    came.len() - 1
                };
                let bytes = match answer(number) {
                    Reply::Status(status) => {
                        format!("HTTP/1.1 {status} As Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into()
                    }
                    Reply::Bytes(bytes) => bytes,
                    Reply::Silence => {
                        open.push(stream);
                        continue;
                    }
                    Reply::HangUp => continue,
                };
                // Whoever asked may be gone.
                let _ = stream.write_all(&bytes);
            }
        });
        Self { address, came }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that came so far.
    pub fn came(&self) -> Vec<Came> {
        locked(&self.came).clone()
    }
}

fn locked(came: &Mutex<Vec<Came>>) -> MutexGuard<'_, Vec<Came>> {
    came.lock().expect("nothing panics while it keeps a request")
}

impl Came {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn read(from: &mut TcpStream) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut piece = [0; 16 * 1024];
        loop {
            if let Some(request) = Self::whole(&bytes) {
                return Ok(request);
            }
            match from.read(&mut piece)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => bytes.extend_from_slice(&piece[..read]),
            }
        }
    }

    /// The request, once it is all there.
    fn whole(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let mut start = lines.next()?.split(' ').map(str::to_owned);
        let (method, path) = (start.next()?, start.next()?);
        let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        let headers = lines.filter_map(header).collect();
        let request = Self { method, path, headers, body: Vec::new() };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let body = bytes[end + 4..].get(..length)?.to_vec();
        Some(Self { body, ..request })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;

    #[test]
    fn answers_in_turn_and_keeps_what_came() {
        let server = Server::start(|number| match number {
            0 => Reply::Status(503),
            1 => Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".to_vec()),
            _ => Reply::HangUp,
        });
        let request = Request::post("/a?b", "body").header("x-one", "1");
        assert_eq!(request.send(server.address()).status, 503);
        assert_eq!(request.send(server.address()).text(), "hi");
        assert!(request.try_send(server.address()).is_err());
        let came = server.came();
        assert_eq!(came.len(), 3);
        assert_eq!(
            (came[0].method.as_str(), came[0].path.as_str(), came[0].body.as_slice()),
            ("POST", "/a?b", &b"body"[..])
        );
        assert_eq!(came[0].header("X-One"), Some("1"));
    }
}
