//! The collector's configuration: flags over environment over file over defaults, checked as a whole before
//! anything runs.
//!
//! | key in the file | flag | environment | default |
//! |---|---|---|---|
//! | `listen` | `--listen` | `UNSNAG_LISTEN` | `127.0.0.1:7667` |
//! | `trusted_proxies` | `--trusted-proxy` | `UNSNAG_TRUSTED_PROXIES` | none |
//! | `client_rate_per_s` | `--client-rate-per-s` | `UNSNAG_CLIENT_RATE_PER_S` | 50, 0 for no limit |
//! | `[[keys]]` with `key`, `origins`, `rate_per_s` | `--key` | `UNSNAG_KEYS` | the key `demo` on a loopback address |
//! | `log.dir` | `--log-dir` | `UNSNAG_LOG_DIR` | `unsnag-log` |
//! | `log.max_bytes` | `--log-max-bytes` | `UNSNAG_LOG_MAX_BYTES` | 10 GiB |
//! | `retention_days` | `--retention-days` | `UNSNAG_RETENTION_DAYS` | 30 |
//! | `tls.cert`, `tls.key` (PEM files; both or neither) | `--tls-cert`, `--tls-key` | `UNSNAG_TLS_CERT`, `UNSNAG_TLS_KEY` | plain HTTP |
//! | `scrub`: whether e-mail addresses, card numbers and tokens are taken out of events | `--scrub` | `UNSNAG_SCRUB` | `true` |
//! | `config` (Configuration v1 of the pages, a JSON file) | `--page-config` | `UNSNAG_PAGE_CONFIG` | built in |
//! | `signing.keys` (one or two of 32 bytes as hex; the first signs, both verify) | – | `UNSNAG_SIGNING_KEYS` | made once, kept in `log.dir` |
//! | `live.keys` (the same, for the tokens of the live channel) | – | `UNSNAG_LIVE_KEYS` | the signing keys |
//! | `push.keys` (one or two, each `ID:HEX` with 32 bytes as hex) | – | `UNSNAG_PUSH_KEYS` | none: nobody may push |
//! | `stream.kind`: `embedded` (the log is the stream) or `kinesis` | `--stream-kind` | `UNSNAG_STREAM_KIND` | `embedded` |
//! | `stream.name` (or a list: each gets everything; with commas in flag and environment) | `--stream-name` | `UNSNAG_STREAM_NAME` | none |
//! | `stream.region` | `--stream-region` | `UNSNAG_STREAM_REGION` | `AWS_REGION`, `AWS_DEFAULT_REGION` |
//! | `stream.endpoint` | `--stream-endpoint` | `UNSNAG_STREAM_ENDPOINT` | the region's own |
//! | `analysis.dir`: where sessions are analysed and what was learnt is kept | `--analysis-dir` | `UNSNAG_ANALYSIS_DIR` | none: nothing is analysed |
//! | `analysis.max_bytes`: what that may take on disk, beside a journal of 128 MiB at most | `--analysis-max-bytes` | `UNSNAG_ANALYSIS_MAX_BYTES` | 4 GiB |
//! | `[[channels.webhook]]` with `url`, `secret`, `kinds`: where e-mail, live chat and tickets go | – | `UNSNAG_CHANNELS_WEBHOOK` (each `SECRET=URL`, with blanks between) | none: they only tell the log |
//! | `dashboard.token` (16 or more visible characters; with it the dashboard is not for this machine only) | – | `UNSNAG_DASHBOARD_TOKEN` | none |
//! | – (for tests and replays; not in a file that might stay) | `--held-clock-ms` | `UNSNAG_HELD_CLOCK_MS` | the system's clock |
//!
//! Credentials for the stream come from the AWS SDK's chain: environment, shared files, web identity, container,
//! instance.
//!
//! There is no flag for keys that are secret, because every user of a machine can read a process's arguments.

mod checks;
mod file;
mod network;
mod raw;
mod stream;
mod webhook;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use unsnag_analysis::channels::webhook::Webhook;
use unsnag_core::config::Config;
use unsnag_core::host::KeyPolicy;
use unsnag_core::push::PushKeys;
use unsnag_core::sign::SigningKeys;
use unsnag_core::time::{Millis, UnixMillis};

use crate::analysing::AnalysisOptions;
use crate::log::LogOptions;
use crate::server::TlsFiles;
use crate::stream::Stream;

pub use network::Network;
pub use raw::{Raw, RawKey};
pub use stream::RawStream;
pub(crate) use stream::{aws_region, is_origin, options as stream_options};
pub use webhook::RawWebhook;

const DEFAULT_LISTEN: &str = "127.0.0.1:7667";
const DEFAULT_LOG_DIR: &str = "unsnag-log";
const DEFAULT_LOG_MAX_BYTES: u64 = 10 * 1024 * 1024 * 1024;

/// Room for the journal's first writes; below it a log would refuse batches right after its start.
const MIN_LOG_MAX_BYTES: u64 = 1024 * 1024;

/// About what a full log of the default size comes to, once it is analysed.
const DEFAULT_ANALYSIS_MAX_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// Below it nearly every session would push another one out.
const MIN_ANALYSIS_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A month of what visitors did, to look into; what is forwarded has a retention of its own in the stream.
const DEFAULT_RETENTION_DAYS: u32 = 30;

const DAY: Millis = Millis(24 * 60 * 60 * 1000);

/// One page sends a batch every few seconds while it is used, so this is an office behind one address.
const DEFAULT_CLIENT_RATE_PER_S: u32 = 50;

/// Configuration that has passed every check.
#[derive(Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub trusted_proxies: Vec<Network>,
    pub client_rate_per_s: u32,
    pub keys: Vec<KeyPolicy>,
    pub log: LogOptions,
    pub page_config: Config,
    /// `None`: the collector makes its own key and keeps it in the log's directory.
    pub signing: Option<SigningKeys>,
    /// `None`: the signing keys sign the live channel's tokens too.
    pub live: Option<SigningKeys>,
    /// Who may push interventions.
    pub push: PushKeys,
    /// Where durable records go.
    pub stream: Stream,
    /// `None`: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Whether personal data and secrets are taken out of events.
    pub scrub: bool,
    /// `None`: nothing is analysed.
    pub analysis: Option<AnalysisOptions>,
    /// Where help goes that does not go through the page.
    pub webhooks: Vec<Webhook>,
    /// Who brings it may see the dashboard from elsewhere.
    pub dashboard_token: Option<String>,
    /// Judge as if it were this time.
    pub held_clock: Option<UnixMillis>,
}

/// Everything that is wrong with a configuration, each in one sentence for the operator.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", .0.join("\n"))]
pub struct SettingsError(pub Vec<String>);

impl SettingsError {
    pub fn code(&self) -> &'static str {
        "invalid_configuration"
    }
}

impl Settings {
    /// Reads the file, lays `flags` (which hold flags and environment) over it and checks the whole.
    pub fn load(file: Option<&Path>, flags: Raw) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let from_file = match file {
            Some(path) => match std::fs::read_to_string(path) {
                Ok(text) => file::parse(&path.display().to_string(), &text, &mut problems),
                Err(error) => {
                    problems.push(format!("{}: cannot be read: {error}", path.display()));
                    Raw::default()
                }
            },
            None => Raw::default(),
        };
        let settings = check(flags.over(from_file), &mut problems);
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems)) }
    }
}

/// Turns texts into values; where one is wrong, a default stands in, so that the rest is checked as well.
fn check(raw: Raw, problems: &mut Vec<String>) -> Settings {
    let listen = check_listen(raw.listen, problems);
    let trusted_proxies = raw
        .trusted_proxies
        .unwrap_or_default()
        .iter()
        .filter_map(|text| {
            Network::parse(text).map_err(|problem| problems.push(format!("trusted_proxies: {problem}"))).ok()
        })
        .collect();
    let client_rate_per_s =
        number("client_rate_per_s", raw.client_rate_per_s, 0..=u32::MAX, DEFAULT_CLIENT_RATE_PER_S, problems);
    let max_bytes =
        number("log.max_bytes", raw.log_max_bytes, MIN_LOG_MAX_BYTES..=u64::MAX, DEFAULT_LOG_MAX_BYTES, problems);
    let analysis_max_bytes = number(
        "analysis.max_bytes",
        raw.analysis_max_bytes,
        MIN_ANALYSIS_MAX_BYTES..=u64::MAX,
        DEFAULT_ANALYSIS_MAX_BYTES,
        problems,
    );
    let dir = PathBuf::from(raw.log_dir.unwrap_or_else(|| DEFAULT_LOG_DIR.to_owned()));
    let days = number("retention_days", raw.retention_days, 1..=36_500, DEFAULT_RETENTION_DAYS, problems);
    let retention = Millis(DAY.0 * u64::from(days));
    Settings {
        listen,
        trusted_proxies,
        client_rate_per_s,
        keys: checks::keys(raw.keys, listen, problems),
        log: LogOptions { dir, max_bytes, retention, followers: Vec::new() },
        page_config: checks::page_config(raw.page_config.as_deref(), problems),
        signing: checks::signing("signing.keys", raw.signing_keys, problems),
        live: checks::signing("live.keys", raw.live_keys, problems),
        push: PushKeys::from_texts(&raw.push_keys.unwrap_or_default(), problems),
        stream: stream::stream(&raw.stream, problems),
        tls: checks::tls(raw.tls_cert, raw.tls_key, problems),
        webhooks: webhook::webhooks(raw.webhooks, raw.analysis_dir.is_some(), problems),
        analysis: raw
            .analysis_dir
            .map(|dir| AnalysisOptions { dir: PathBuf::from(dir), max_bytes: analysis_max_bytes }),
        dashboard_token: checks::token(raw.dashboard_token, problems),
        scrub: checks::switch("scrub", raw.scrub.as_deref(), true, problems),
        held_clock: checks::held_clock(raw.held_clock_ms, listen, problems),
    }
}

fn check_listen(raw: Option<String>, problems: &mut Vec<String>) -> SocketAddr {
    let text = raw.unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
    text.parse().unwrap_or_else(|_| {
        problems.push(format!("listen: {text:?} is not an address with a port, such as {DEFAULT_LISTEN}"));
        DEFAULT_LISTEN.parse().expect("the default is a valid address")
    })
}

fn number<N>(
    name: &str,
    raw: Option<String>,
    range: std::ops::RangeInclusive<N>,
    default: N,
    problems: &mut Vec<String>,
) -> N
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let Some(text) = raw else { return default };
    match text.parse() {
        Ok(value) if range.contains(&value) => value,
        _ => {
            problems.push(format!("{name}: {text:?} is not a whole number from {} to {}", range.start(), range.end()));
            default
        }
    }
}
