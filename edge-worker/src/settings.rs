//! Configuration from bindings, checked as a whole before a request is served. `build.rs` compiles this file too and
//! holds `wrangler.toml` against it, so it knows no platform: bindings come in as a function.

use unsnag_core::config::Config;
use unsnag_core::host::KeyPolicy;
use unsnag_core::keys::{self, RawKey};
use unsnag_core::sign::SigningKeys;
use unsnag_core::time::UnixMillis;

/// The bindings that `wrangler.toml` holds.
#[allow(dead_code, reason = "for `build.rs` and the tests")]
pub(crate) const VARS: [&str; 9] = [
    "AWS_REGION",
    "KINESIS_ENDPOINT",
    "KINESIS_STREAM",
    "UNSNAG_CLIENT_RATE_PER_S",
    "UNSNAG_CONFIG",
    "UNSNAG_HELD_CLOCK_MS",
    "UNSNAG_KEYS",
    "UNSNAG_LOCAL",
    "UNSNAG_PANIC_PATH",
];

/// The bindings that only `wrangler secret put` may set.
#[allow(dead_code, reason = "for `build.rs` and the tests")]
pub(crate) const SECRETS: [&str; 4] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "UNSNAG_SIGNING_KEYS"];

/// One page sends a batch every few seconds while it is used, so this is an office behind one address.
const DEFAULT_CLIENT_RATE_PER_S: u32 = 50;

/// The longest name of a stream.
const MAX_STREAM_BYTES: usize = 128;

/// What a binding holds, by its name.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Configuration that has passed every check.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) vars: Vars,
    pub(crate) secrets: Secrets,
}

/// What may be read by everyone who reads the repository.
#[derive(Debug)]
pub(crate) struct Vars {
    pub(crate) keys: Vec<KeyPolicy>,
    pub(crate) config: Config,
    /// Batches a second from one client, 0 for no limit.
    pub(crate) client_rate_per_s: u32,
    pub(crate) stream: StreamSettings,
    /// Stands in for the clock where recorded batches are replayed.
    pub(crate) held_clock: Option<UnixMillis>,
    /// Requests to this path make the Worker panic.
    pub(crate) panic_path: Option<String>,
}

/// Which stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StreamSettings {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) endpoint: Endpoint,
}

/// Where the service listens.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Scheme and host, ending in `/`.
    pub(crate) url: String,
    /// The host as it stands in the `Host` header: with a port only where that is not the scheme's own.
    pub(crate) host: String,
}

/// What must not be read by anyone.
#[derive(Debug)]
pub(crate) struct Secrets {
    pub(crate) credentials: Credentials,
    pub(crate) signing: SigningKeys,
}

/// Who writes to the stream.
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads all bindings, or lists everything that is wrong with them, a sentence each.
    pub(crate) fn read(lookup: Lookup<'_>) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let vars = Vars::read(lookup, &mut problems);
        let secrets = Secrets::read(lookup, &mut problems);
        match (vars, secrets) {
            (Some(vars), Some(secrets)) if problems.is_empty() => Ok(Self { vars, secrets }),
            _ => Err(problems),
        }
    }
}

impl Vars {
    pub(crate) fn read(lookup: Lookup<'_>, problems: &mut Vec<String>) -> Option<Self> {
        let local = local(lookup, problems);
        let keys = keys(lookup, local, problems);
        let config = config(lookup, problems);
        let client_rate_per_s = number(lookup, "UNSNAG_CLIENT_RATE_PER_S", u32::MAX.into(), problems)
            .map_or(DEFAULT_CLIENT_RATE_PER_S, |rate| rate as u32);
        let stream = stream(lookup, local, problems);
        let held_clock = held_clock(lookup, local, problems);
        let panic_path = panic_path(lookup, problems);
        Some(Self { keys, config, client_rate_per_s, stream: stream?, held_clock, panic_path })
    }
}

impl Secrets {
    fn read(lookup: Lookup<'_>, problems: &mut Vec<String>) -> Option<Self> {
        let access_key_id = secret(lookup, "AWS_ACCESS_KEY_ID", problems);
        let secret_access_key = secret(lookup, "AWS_SECRET_ACCESS_KEY", problems);
        let session_token = value(lookup, "AWS_SESSION_TOKEN");
        if session_token.as_ref().is_some_and(|token| !is_plain(token)) {
            problems.push("AWS_SESSION_TOKEN: has characters that no token has; set it once more".to_owned());
        }
        let signing = signing(lookup, problems);
        let credentials =
            Credentials { access_key_id: access_key_id?, secret_access_key: secret_access_key?, session_token };
        Some(Self { credentials, signing: signing? })
    }
}

/// An empty binding is the same as none: the dashboard cannot tell them apart.
fn value(lookup: Lookup<'_>, name: &str) -> Option<String> {
    lookup(name).filter(|value| !value.is_empty())
}

fn required(lookup: Lookup<'_>, name: &str, example: &str, problems: &mut Vec<String>) -> Option<String> {
    let value = value(lookup, name);
    if value.is_none() {
        problems.push(format!("{name}: is missing; give {example}"));
    }
    value
}

fn local(lookup: Lookup<'_>, problems: &mut Vec<String>) -> bool {
    match value(lookup, "UNSNAG_LOCAL").as_deref() {
        None | Some("0") => false,
        Some("1") => true,
        Some(other) => {
            problems.push(format!("UNSNAG_LOCAL: {other:?} is neither 1 (only this machine reaches the Worker) nor 0"));
            false
        }
    }
}

fn keys(lookup: Lookup<'_>, local: bool, problems: &mut Vec<String>) -> Vec<KeyPolicy> {
    let raw = match value(lookup, "UNSNAG_KEYS") {
        Some(text) => match serde_json::from_str::<Vec<RawKey>>(&text) {
            Ok(raw) => raw,
            Err(error) => {
                problems.push(format!("UNSNAG_KEYS: is no list of keys in JSON: {error}"));
                return Vec::new();
            }
        },
        None if local => vec![RawKey::demo()],
        None => Vec::new(),
    };
    if raw.is_empty() {
        problems.push(
            "UNSNAG_KEYS: at least one write key is needed, such as \
             [{\"key\":\"shop\",\"origins\":[\"https://shop.example\"]}]"
                .to_owned(),
        );
    }
    let mut found = Vec::new();
    let policies = keys::policies(&raw, local, &mut found);
    problems.extend(found.into_iter().map(|problem| format!("UNSNAG_KEYS: {problem}")));
    policies
}

fn config(lookup: Lookup<'_>, problems: &mut Vec<String>) -> Config {
    let Some(text) = value(lookup, "UNSNAG_CONFIG") else {
        return Config::embedded();
    };
    Config::from_json(text.as_bytes()).unwrap_or_else(|found| {
        problems.extend(found.into_iter().map(|it| format!("UNSNAG_CONFIG: {}: {}", it.place, it.message)));
        Config::embedded()
    })
}

fn number(lookup: Lookup<'_>, name: &str, most: u64, problems: &mut Vec<String>) -> Option<u64> {
    let text = value(lookup, name)?;
    let number = text.parse().ok().filter(|number| *number <= most);
    if number.is_none() {
        problems.push(format!("{name}: {text:?} is not a whole number from 0 to {most}"));
    }
    number
}

fn stream(lookup: Lookup<'_>, local: bool, problems: &mut Vec<String>) -> Option<StreamSettings> {
    let name = required(lookup, "KINESIS_STREAM", "the name of the stream", problems);
    let region = required(lookup, "AWS_REGION", "the stream's region, such as eu-central-1", problems);
    if let Some(name) = &name
        && (name.len() > MAX_STREAM_BYTES || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)))
    {
        problems.push(format!(
            "KINESIS_STREAM: {name:?} is no name of a stream; use 1 to {MAX_STREAM_BYTES} letters, digits and the \
             characters _ . -"
        ));
    }
    if let Some(region) = &region
        && !region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        problems.push(format!("AWS_REGION: {region:?} is no region, such as eu-central-1"));
    }
    let endpoint = match value(lookup, "KINESIS_ENDPOINT") {
        Some(text) => endpoint(&text, local, problems),
        None => region.as_ref().map(|region| Endpoint {
            url: format!("https://kinesis.{region}.amazonaws.com/"),
            host: format!("kinesis.{region}.amazonaws.com"),
        }),
    };
    Some(StreamSettings { name: name?, region: region?, endpoint: endpoint? })
}

fn endpoint(text: &str, local: bool, problems: &mut Vec<String>) -> Option<Endpoint> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let usual_port = match scheme {
        "https" => ":443",
        "http" if local => ":80",
        "http" => {
            problems.push(format!(
                "KINESIS_ENDPOINT: {text:?} would send every batch unencrypted; use https, or UNSNAG_LOCAL=1 on one's \
                 own machine"
            ));
            return None;
        }
        _ => "",
    };
    let is_host = |host: &str| {
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b);
        !host.is_empty() && host.bytes().all(known)
    };
    if usual_port.is_empty() || !is_host(host) {
        problems.push(format!(
            "KINESIS_ENDPOINT: {text:?} is no endpoint; write scheme and host only, in small letters, such as \
             https://kinesis.eu-central-1.amazonaws.com"
        ));
        return None;
    }
    let host = host.strip_suffix(usual_port).unwrap_or(host);
    Some(Endpoint { url: format!("{scheme}://{host}/"), host: host.to_owned() })
}

fn held_clock(lookup: Lookup<'_>, local: bool, problems: &mut Vec<String>) -> Option<UnixMillis> {
    let held = number(lookup, "UNSNAG_HELD_CLOCK_MS", u64::MAX, problems)?;
    if !local {
        problems.push(
            "UNSNAG_HELD_CLOCK_MS: a clock that stands still is for tests; take it out, or set UNSNAG_LOCAL to 1 where \
             only this machine reaches the Worker"
                .to_owned(),
        );
    }
    Some(UnixMillis(held))
}

fn panic_path(lookup: Lookup<'_>, problems: &mut Vec<String>) -> Option<String> {
    let path = value(lookup, "UNSNAG_PANIC_PATH")?;
    if !path.starts_with('/') || path.contains(['?', '#']) {
        problems.push(format!("UNSNAG_PANIC_PATH: {path:?} is no path, such as /drill"));
    }
    Some(path)
}

fn secret(lookup: Lookup<'_>, name: &str, problems: &mut Vec<String>) -> Option<String> {
    let value = value(lookup, name);
    match &value {
        None => problems.push(format!("{name}: is missing; set it with `wrangler secret put {name}`")),
        // The value is not repeated: it may be a secret with a space too many.
        Some(value) if !is_plain(value) => {
            problems.push(format!("{name}: has characters that no key has; set it once more"));
        }
        Some(_) => {}
    }
    value
}

/// Whether a text can stand in a header as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn signing(lookup: Lookup<'_>, problems: &mut Vec<String>) -> Option<SigningKeys> {
    let text = secret(lookup, "UNSNAG_SIGNING_KEYS", problems)?;
    let texts: Vec<String> = text.split(',').map(str::to_owned).collect();
    let mut found = Vec::new();
    let keys = SigningKeys::from_hex("signing.keys", &texts, &mut found);
    problems.extend(found.into_iter().map(|problem| format!("UNSNAG_SIGNING_KEYS: {problem}")));
    keys
}

#[cfg(test)]
// Where this file lies, also when `build.rs` includes it.
#[path = "settings/tests.rs"]
mod tests;
