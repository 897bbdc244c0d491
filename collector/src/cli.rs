//! The command line. Exit codes: 0 for done, 1 for a failure while running, 2 for input that must be corrected.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::commands::{catalog, demo, doctor, export, forget, live, replay, serve, tail};
use crate::settings::{Raw, RawKey, RawStream, RawWebhook, aws_region, stream_options};
use crate::stream::StreamOptions;

/// Notices when a person gets stuck in a web app, and helps before they leave.
#[derive(Debug, Parser)]
#[command(name = "unsnag", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the SDK, keep every batch on disk, show a live view.
    Serve(ServeArgs),
    /// Look at everything that `serve` would need, and say what is wrong.
    Doctor(ServeArgs),
    /// Check, publish and roll back what pages are told, and the kill switch.
    Catalog(catalog::CatalogArgs),
    /// Run collector and example shop together, on this machine only.
    Demo(demo::DemoArgs),
    /// Show the live view of a Kinesis stream, on this machine only.
    Live(live::LiveArgs),
    /// Print the signals that a recorded trace holds, with their evidence.
    Replay(replay::ReplayArgs),
    /// Print what a stopped collector's log holds.
    Tail(tail::TailArgs),
    /// Print the events that a stopped collector's log holds, as JSON Lines or as a Parquet file.
    Export(export::ExportArgs),
    /// Take everything of one visitor out of a stopped collector's log.
    Forget(forget::ForgetArgs),
}

/// Flags and environment of `serve`, as texts; [`crate::settings`] checks them together with the file.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE", env = "UNSNAG_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:7667].
    #[arg(long, value_name = "ADDR", env = "UNSNAG_LISTEN")]
    listen: Option<String>,
    /// Address or range of a proxy whose X-Forwarded-For is believed; repeatable.
    #[arg(long = "trusted-proxy", value_name = "RANGE", env = "UNSNAG_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Option<Vec<String>>,
    /// Batches a second from one client address; 0 for no limit [default: 50].
    #[arg(long, value_name = "N", env = "UNSNAG_CLIENT_RATE_PER_S")]
    client_rate_per_s: Option<String>,
    /// Write key with its origins, KEY=ORIGIN,ORIGIN or KEY=ORIGIN;RATE; repeatable (separated by spaces in the environment).
    #[arg(long = "key", value_name = "KEY=ORIGINS", env = "UNSNAG_KEYS", value_delimiter = ' ')]
    keys: Option<Vec<String>>,
    /// Directory of the durable log [default: unsnag-log].
    #[arg(long, value_name = "DIR", env = "UNSNAG_LOG_DIR")]
    log_dir: Option<String>,
    /// Disk space after which batches are refused [default: 10737418240].
    #[arg(long, value_name = "BYTES", env = "UNSNAG_LOG_MAX_BYTES")]
    log_max_bytes: Option<String>,
    /// How long records stay in the log, in days [default: 30].
    #[arg(long, value_name = "N", env = "UNSNAG_RETENTION_DAYS")]
    retention_days: Option<String>,
    /// Certificate chain for TLS (PEM) [default: plain HTTP].
    #[arg(long, value_name = "FILE", env = "UNSNAG_TLS_CERT")]
    tls_cert: Option<String>,
    /// Private key of the certificate (PEM).
    #[arg(long, value_name = "FILE", env = "UNSNAG_TLS_KEY")]
    tls_key: Option<String>,
    /// Take e-mail addresses, card numbers and tokens out of events before they are kept: true or false [default: true].
    #[arg(long, value_name = "SWITCH", env = "UNSNAG_SCRUB")]
    scrub: Option<String>,
    /// Directory of what the analysis learns [default: nothing is analysed].
    #[arg(long, value_name = "DIR", env = "UNSNAG_ANALYSIS_DIR")]
    analysis_dir: Option<String>,
    /// Bytes that it may take on disk [default: 4 GiB]; what would end soonest goes first.
    #[arg(long, value_name = "N", env = "UNSNAG_ANALYSIS_MAX_BYTES")]
    analysis_max_bytes: Option<String>,
    /// Configuration v1 for the pages (JSON) [default: built in].
    #[arg(long, value_name = "FILE", env = "UNSNAG_PAGE_CONFIG")]
    page_config: Option<String>,
    #[command(flatten)]
    stream: StreamArgs,
    /// Where durable records go: embedded (the log is the stream) or kinesis [default: embedded].
    #[arg(long, value_name = "KIND", env = "UNSNAG_STREAM_KIND")]
    stream_kind: Option<String>,
    /// For tests and replays of recorded batches: judge as if it were this time (ms since 1970), on a loopback address only.
    #[arg(long, value_name = "N", env = "UNSNAG_HELD_CLOCK_MS", hide_short_help = true)]
    held_clock_ms: Option<String>,
}

/// What names a stream, for every command that uses one.
#[derive(Debug, Clone, Args)]
pub(crate) struct StreamArgs {
    /// Name of the Kinesis stream.
    #[arg(long = "stream-name", value_name = "NAME", env = "UNSNAG_STREAM_NAME")]
    name: Option<String>,
    /// Its region [default: `AWS_REGION`].
    #[arg(long = "stream-region", value_name = "REGION", env = "UNSNAG_STREAM_REGION")]
    region: Option<String>,
    /// Where to reach it [default: the region's own endpoint].
    #[arg(long = "stream-endpoint", value_name = "URL", env = "UNSNAG_STREAM_ENDPOINT")]
    endpoint: Option<String>,
}

impl StreamArgs {
    /// The stream that these flags name.
    pub(crate) fn options(&self, problems: &mut Vec<String>) -> StreamOptions {
        stream_options(self.raw(), &|part| format!("--stream-{part}"), problems)
    }

    pub(crate) fn raw(&self) -> RawStream {
        RawStream {
            kind: None,
            name: self.name.clone(),
            region: self.region.clone(),
            endpoint: self.endpoint.clone(),
            aws_region: aws_region(),
        }
    }
}

impl ServeArgs {
    pub(crate) fn raw(&self) -> Raw {
        Raw {
            listen: self.listen.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            client_rate_per_s: self.client_rate_per_s.clone(),
            keys: self.keys.as_ref().map(|keys| keys.iter().map(|key| RawKey::parse(key)).collect()),
            log_dir: self.log_dir.clone(),
            log_max_bytes: self.log_max_bytes.clone(),
            retention_days: self.retention_days.clone(),
            scrub: self.scrub.clone(),
            tls_cert: self.tls_cert.clone(),
            tls_key: self.tls_key.clone(),
            page_config: self.page_config.clone(),
            analysis_dir: self.analysis_dir.clone(),
            analysis_max_bytes: self.analysis_max_bytes.clone(),
            dashboard_token: std::env::var("UNSNAG_DASHBOARD_TOKEN").ok(),
            stream: RawStream { kind: self.stream_kind.clone(), ..self.stream.raw() },
            held_clock_ms: self.held_clock_ms.clone(),
            signing_keys: secrets("UNSNAG_SIGNING_KEYS"),
            live_keys: secrets("UNSNAG_LIVE_KEYS"),
            push_keys: secrets("UNSNAG_PUSH_KEYS"),
            webhooks: webhooks(),
        }
    }
}

/// A list of secrets, which only the environment or a file may hold.
pub(crate) fn secrets(variable: &str) -> Option<Vec<String>> {
    let list = std::env::var(variable).ok()?;
    Some(list.split(',').map(|secret| secret.trim().to_owned()).collect())
}

/// Webhooks from the environment, whose secrets no flag may hold.
fn webhooks() -> Option<Vec<RawWebhook>> {
    let list = std::env::var("UNSNAG_CHANNELS_WEBHOOK").ok()?;
    Some(list.split_whitespace().map(RawWebhook::parse).collect())
}

/// What a command failed with: the code for logs, the sentence for people, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) exit: u8,
}

impl Failure {
    /// Something did not work.
    pub(crate) fn run(code: &'static str, error: &dyn std::fmt::Display) -> Self {
        Self { code, message: error.to_string(), exit: 1 }
    }

    /// What was given must be corrected.
    pub(crate) fn input(code: &'static str, error: &dyn std::fmt::Display) -> Self {
        Self { code, message: error.to_string(), exit: 2 }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr();
    let outcome = match &cli.command {
        Command::Serve(args) => serve::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Catalog(args) => catalog::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Live(args) => live::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Tail(args) => tail::run(args),
        Command::Export(args) => export::run(args),
        Command::Forget(args) => forget::run(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.message.lines() {
                eprintln!("unsnag: {line} ({})", failure.code);
            }
            ExitCode::from(failure.exit)
        }
    }
}

/// Logs for people on a terminal, as JSON lines elsewhere; `UNSNAG_LOG` filters as `RUST_LOG` would.
fn log_to_stderr() {
    // The AWS crates tell each try; what follows from them is told here, once.
    const DEFAULT: &str = "info,fjall=warn,lsm_tree=warn,aws=error";
    let filter = EnvFilter::try_from_env("UNSNAG_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        subscriber.init();
    } else {
        subscriber.json().init();
    }
}
