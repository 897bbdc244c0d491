//! Follows a running collector by its feed, which it shows to this machine only.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::{TailArgs, written};
use crate::cli::Failure;
use crate::log::Entry;

/// Longer than the feed is ever silent.
const SILENT_FOR: Duration = Duration::from_mins(1);

const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Prints each record as it comes, until the collector or the reader of the lines ends it.
pub(super) fn follow(args: &TailArgs) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::run("no_feed", &format!("the collector at {} cannot be followed: {error}", args.at))
    };
    let mut lines = open(args.at).map_err(failed)?.lines();
    let status = lines.next().transpose().map_err(failed)?.unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        let said = format!(
            "{} has no feed for this machine (it answered {status:?}); say with --at where one listens",
            args.at
        );
        return Err(Failure::run("no_feed", &said));
    }
    let mut sequence = 0;
    for line in lines {
        let line = line.map_err(failed)?;
        if let Some(id) = line.strip_prefix("id: ") {
            sequence = id.parse().unwrap_or_default();
        }
        let Some(record) = line.strip_prefix("data: ").filter(|_| sequence >= args.from) else { continue };
        let line = args.line(&Entry { sequence, record: record.as_bytes().to_vec() });
        let mut out = io::stdout().lock();
        if let Some(outcome) = written(writeln!(out, "{line}").and_then(|()| out.flush())) {
            return outcome;
        }
    }
    Err(Failure::run("feed_ended", &format!("the collector at {} has ended the feed", args.at)))
}

/// Asks for the feed in HTTP/1.0, whose answer has no frames of its own.
fn open(at: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let mut stream = TcpStream::connect_timeout(&at, CONNECT_WITHIN)?;
    stream.set_read_timeout(Some(SILENT_FOR))?;
    write!(stream, "GET /feed HTTP/1.0\r\nhost: {at}\r\n\r\n")?;
    Ok(BufReader::new(stream))
}
