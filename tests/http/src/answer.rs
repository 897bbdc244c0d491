//! What came back.

use std::io::{self, ErrorKind, Read};

use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// In the order in which they came, names as they were written.
    pub headers: Vec<(String, String)>,
    /// Without the framing of chunks.
    pub body: Vec<u8>,
}

/// How an answer says where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Nothing,
    Length(usize),
    Chunks,
    UntilClosed,
}

impl Answer {
    /// Reads one answer, as far as its own head says that it goes: some servers keep a connection open that they were
    /// asked to close. `head_only`: the request was one that no body answers.
    pub fn read(from: &mut impl Read, head_only: bool) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut piece = [0; 16 * 1024];
        loop {
            if let Some((mut answer, start)) = Self::head(&bytes)? {
                let framing = if head_only { Framing::Nothing } else { answer.framing() };
                if let Some(body) = framing.whole(&bytes[start..]) {
                    answer.body = body;
                    return Ok(answer);
                }
            }
            match from.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => bytes.extend_from_slice(&piece[..read]),
                Err(error) if bytes.is_empty() => return Err(error),
                // A connection that was reset behind its answer has still given it.
                Err(_) => break,
            }
        }
        match Self::head(&bytes)? {
            Some((mut answer, start)) if answer.framing() == Framing::UntilClosed => {
                answer.body = bytes.split_off(start);
                Ok(answer)
            }
            _ => Err(broken("an answer without its end", &bytes)),
        }
    }

    /// Status and headers, and where the body begins; nothing while the head is not whole.
    fn head(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| broken("no status", bytes))?;
        let mut headers = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or_else(|| broken("no header", bytes))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(Some((Self { status, headers, body: Vec::new() }, end + 4)))
    }

    fn framing(&self) -> Framing {
        if matches!(self.status, 204 | 304) {
            return Framing::Nothing;
        }
        if self.header("transfer-encoding").is_some() {
            return Framing::Chunks;
        }
        let length = self.header("content-length").and_then(|length| length.parse().ok());
        length.map_or(Framing::UntilClosed, Framing::Length)
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; panics with the body where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// The code of a refused request, or `ok`.
    pub fn code(&self) -> String {
        if self.status < 400 {
            return "ok".to_owned();
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(json) => json["error"]["code"].as_str().unwrap_or("?").to_owned(),
            Err(_) => format!("no JSON: {:?}", self.text()),
        }
    }
}

impl Framing {
    /// The body, once it is all there.
    fn whole(self, rest: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Nothing => Some(Vec::new()),
            Self::Length(length) => rest.get(..length).map(<[u8]>::to_vec),
            Self::Chunks => joined(rest),
            Self::UntilClosed => None,
        }
    }
}

fn broken(what: &str, bytes: &[u8]) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{what}: {:?}", String::from_utf8_lossy(bytes)))
}

/// The data of chunks; nothing while the last one is missing.
fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let length = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?.trim();
        let length = usize::from_str_radix(length, 16).ok()?;
        rest = rest.get(line + 2..)?;
        if length == 0 {
            return rest.starts_with(b"\r\n").then_some(data);
        }
        data.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: &str = "HTTP/1.1 200 OK\r\n";

    fn read(bytes: &str) -> io::Result<Answer> {
        Answer::read(&mut bytes.as_bytes(), false)
    }

    #[test]
    fn reads_status_headers_and_body() {
        let answer = read(&format!("{OK}A: 1\r\na: 2\r\n\r\n{{}}")).unwrap();
        assert_eq!((answer.status, answer.header("a"), answer.text().as_str()), (200, Some("1"), "{}"));
        assert_eq!(answer.headers.len(), 2);
    }

    #[test]
    fn stops_where_the_answer_says_that_it_ends() {
        for (head, body) in [
            ("content-length: 2\r\n\r\n", "ab"),
            ("transfer-encoding: chunked\r\n\r\n", "1\r\na\r\n1;x=y\r\nb\r\n0\r\n\r\n"),
        ] {
            assert_eq!(read(&format!("{OK}{head}{body}rest")).unwrap().text(), "ab", "{head}");
            assert!(read(&format!("{OK}{head}{}", &body[..1])).is_err(), "{head}");
        }
        assert_eq!(read("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\nrest").unwrap().text(), "");
        let head = format!("{OK}content-length: 9\r\n\r\n");
        assert_eq!(Answer::read(&mut head.as_bytes(), true).unwrap().text(), "");
    }

    #[test]
    fn says_what_was_no_answer() {
        for bytes in ["", "HTTP/1.1 200 OK\r\n", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nnothing\r\n\r\n"] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
