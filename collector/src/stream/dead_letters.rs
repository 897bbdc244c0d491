//! Records that a stream refuses for themselves while it takes others, or of which the analysis can make nothing: set aside in a file beside the log, so that
//! one of them does not hold up what comes after it.
//!
//! One JSON object a line: `{"stream":"NAME","sequence":7,"at":UNIX_MS,"reason":"record_refused","detail":"…","record":{…}}`. The
//! file counts towards the log's space. It is the operator's: what has been seen to can be cut out of it or moved.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::time::Clock;

/// Its name, beside the log.
pub(crate) const DEAD_LETTERS: &str = "dead-letters.jsonl";

/// The file.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetters {
    path: PathBuf,
    /// Who refuses: a stream, or the analysis.
    stream: String,
}

/// A record that was refused.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) sequence: u64,
    pub(crate) data: Vec<u8>,
    /// The code.
    pub(crate) reason: &'static str,
    pub(crate) detail: String,
}

#[derive(Serialize)]
struct Line<'a> {
    stream: &'a str,
    sequence: u64,
    at: u64,
    reason: &'static str,
    detail: &'a str,
    /// As it lies in the log; a text where that is no JSON.
    record: &'a RawValue,
}

impl DeadLetters {
    /// Beside the log in `dir`; made when there is something to write.
    pub(crate) fn beside(dir: &Path, stream: &str) -> Self {
        Self { path: dir.join(DEAD_LETTERS), stream: stream.to_owned() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a record; it is on disk afterwards.
    pub(crate) async fn add(&self, letter: Letter) -> io::Result<()> {
        let letters = self.clone();
        let write = move || letters.write(&letter);
        tokio::task::spawn_blocking(write).await.unwrap_or_else(|stopping| Err(io::Error::other(stopping)))
    }

    fn write(&self, letter: &Letter) -> io::Result<()> {
        let text = String::from_utf8_lossy(&letter.data).into_owned();
        let as_text = || serde_json::value::to_raw_value(&text).expect("a text can be written");
        let raw = RawValue::from_string(text.clone()).unwrap_or_else(|_| as_text());
        let at = Clock::default().now().0;
        let Letter { sequence, reason, ref detail, .. } = *letter;
        let line = Line { stream: &self.stream, sequence, at, reason, detail, record: &raw };
        // White space in JSON, but a letter is one line.
        let line = serde_json::to_string(&line)?.replace(['\r', '\n'], " ") + "\n";
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        file.write_all(line.as_bytes())?;
        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn keeps_each_record_on_a_line_whatever_it_holds() {
        let dir = tempfile::tempdir().unwrap();
        let letters = DeadLetters::beside(dir.path(), "events");
        for (sequence, data) in [(3, &b"{\"v\":1,\n\"a\":\"\\n\"}"[..]), (4, b"no JSON\n"), (5, b"\xff")] {
            let detail = "too \"odd\"".to_owned();
            letters.add(Letter { sequence, data: data.to_vec(), reason: "record_refused", detail }).await.unwrap();
        }
        let text = std::fs::read_to_string(letters.path()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let records: Vec<_> = lines.iter().map(|line| line["record"].clone()).collect();
        assert_eq!(records, [serde_json::json!({"v":1,"a":"\n"}), "no JSON\n".into(), "\u{fffd}".into()]);
        assert_eq!((&lines[0]["sequence"], &lines[0]["reason"]), (&3.into(), &"record_refused".into()));
        assert_eq!(lines[0]["stream"], "events");
        assert_eq!(lines[1]["detail"], "too \"odd\"");
    }
}
