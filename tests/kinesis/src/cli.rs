//! The command line. Exit codes: 0 for done, 1 for a failure while running, 2 for input that must be corrected.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::sigv4::Credentials;
use crate::stub::{Options, StartError, Stub};

/// Kinesis Data Streams on this machine, for tests: faults and counts under /_stub/.
#[derive(Debug, Parser)]
#[command(name = "kinesis-stub", version)]
struct Cli {
    /// Loopback address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4567")]
    listen: SocketAddr,
    /// Stream that is there from the start.
    #[arg(long, value_name = "NAME", default_value = "unsnag")]
    stream: String,
    /// Its shards.
    #[arg(long, value_name = "N", default_value_t = 2)]
    shards: u32,
    /// Wait of every request before it is looked at.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// Memory for records; what comes beyond it is throttled.
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().max_bytes)]
    max_bytes: u64,
    /// Region that signatures must be for.
    #[arg(long, value_name = "REGION", default_value_t = Options::default().region)]
    region: String,
    /// Access key that signatures must be of.
    #[arg(long, value_name = "KEY", default_value_t = Credentials::default().access_key)]
    access_key: String,
    /// Its secret, which is a test's and no secret at all.
    #[arg(long, value_name = "SECRET", default_value_t = Credentials::default().secret_key)]
    secret_key: String,
    /// Session token that requests must carry; without it they must carry none.
    #[arg(long, value_name = "TOKEN")]
    session_token: Option<String>,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let options = Options {
        listen: cli.listen,
        region: cli.region,
        credentials: Credentials {
            access_key: cli.access_key,
            secret_key: cli.secret_key,
            session_token: cli.session_token,
        },
        streams: vec![(cli.stream, cli.shards)],
        latency: Duration::from_millis(cli.latency_ms),
        max_bytes: cli.max_bytes,
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kinesis-stub: {error} ({})", error.code());
            let input = matches!(error, StartError::NotLoopback(_) | StartError::Streams(_));
            ExitCode::from(if input { 2 } else { 1 })
        }
    }
}

fn run(options: Options) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
    runtime.block_on(async {
        // Heard before the address is printed, so that a caller may stop it as soon as it has read that.
        let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Runtime)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Runtime)?;
        let stub = Stub::start(options)?;
        println!("kinesis stub listening on {}", stub.url());
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    })
}
