//! The binary.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Call;

const STOP_LIMIT: Duration = Duration::from_secs(10);

/// A child that does not outlive its test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kinesis-stub"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn says_where_it_listens_serves_and_ends_at_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let args = ["--listen", "127.0.0.1:0", "--stream", "orders", "--shards", "3", "--latency-ms", "1"];
        let mut program = Program(command().args(args).spawn().expect("it starts"));
        let output = program.0.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("it prints a line");
        let address = line.trim().strip_prefix("kinesis stub listening on http://").expect("the promised line");
        let address: SocketAddr = address.parse().expect("an address");
        let call = Call::new("ListShards", &json!({ "StreamName": "orders" }));
        let answer = call.send(address).expect("it is there").expect("it answers");
        assert_eq!(answer.json()["Shards"].as_array().map(Vec::len), Some(3));
        let killed = Command::new("kill").arg(signal).arg(program.0.id().to_string()).status().expect("kill runs");
        assert!(killed.success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = program.0.try_wait().expect("it can be waited for") {
                break status;
            }
            assert!(start.elapsed() < STOP_LIMIT, "it goes on after {signal}");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(status.success(), "{signal}: {status}");
    }
}

#[test]
fn refuses_what_it_cannot_do_with_a_sentence() {
    for (args, words) in [
        (["--listen", "0.0.0.0:0"], "0.0.0.0:0 is not a loopback address"),
        (["--shards", "0"], "needs a name and at least one shard"),
        (["--stream", ""], "needs a name and at least one shard"),
    ] {
        let output = command().args(args).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("kinesis-stub: ") && said.contains(words), "{said}");
    }
}
