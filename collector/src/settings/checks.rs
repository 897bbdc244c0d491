//! Checks of single settings that need more than a number.

use std::net::SocketAddr;

use unsnag_core::config::Config;
use unsnag_core::host::KeyPolicy;
use unsnag_core::keys::{self, DEMO_KEY};
use unsnag_core::sign::SigningKeys;
use unsnag_core::time::UnixMillis;

use super::number;
use super::raw::RawKey;
use crate::server::TlsFiles;

/// The end of the year 9999, as far as times are shown.
const LAST_HELD_MS: u64 = 253_402_300_799_999;

pub(super) fn keys(raw: Option<Vec<RawKey>>, listen: SocketAddr, problems: &mut Vec<String>) -> Vec<KeyPolicy> {
    let local = listen.ip().is_loopback();
    let raw = match raw {
        Some(raw) if !raw.is_empty() => raw,
        _ if local => vec![RawKey { key: DEMO_KEY.to_owned(), ..RawKey::default() }],
        _ => {
            problems.push(format!(
                "keys: at least one write key is needed to listen on {listen}; add [[keys]] with key and origins"
            ));
            return Vec::new();
        }
    };
    let mut read = Vec::new();
    for (at, raw) in raw.into_iter().enumerate() {
        let name = format!("keys[{at}].rate_per_s");
        let rate_per_s = number(&name, raw.rate_per_s, 0..=u32::MAX, keys::DEFAULT_RATE_PER_S, problems);
        read.push(keys::RawKey { key: raw.key, origins: raw.origins, rate_per_s: Some(rate_per_s) });
    }
    keys::policies(&read, local, problems)
}

pub(super) fn page_config(path: Option<&str>, problems: &mut Vec<String>) -> Config {
    let Some(path) = path else {
        return Config::embedded();
    };
    let json = match std::fs::read(path) {
        Ok(json) => json,
        Err(error) => {
            problems.push(format!("config: {path}: cannot be read: {error}"));
            return Config::embedded();
        }
    };
    Config::from_json(&json).unwrap_or_else(|found| {
        for problem in found {
            let (place, message) = (problem.place, problem.message);
            problems.push(format!("config: {path}: {place}: {message}"));
        }
        Config::embedded()
    })
}

pub(super) fn signing(name: &str, raw: Option<Vec<String>>, problems: &mut Vec<String>) -> Option<SigningKeys> {
    SigningKeys::from_hex(name, &raw?, problems)
}

pub(super) fn switch(name: &str, raw: Option<&str>, default: bool, problems: &mut Vec<String>) -> bool {
    match raw {
        None => default,
        Some("true") => true,
        Some("false") => false,
        Some(text) => {
            problems.push(format!("{name}: {text:?} is neither true nor false"));
            default
        }
    }
}

pub(super) fn tls(cert: Option<String>, key: Option<String>, problems: &mut Vec<String>) -> Option<TlsFiles> {
    match (cert, key) {
        (Some(cert), Some(key)) => Some(TlsFiles { cert: cert.into(), key: key.into() }),
        (None, None) => None,
        (Some(_), None) => {
            problems.push("tls.key: a certificate needs its key; add tls.key".to_owned());
            None
        }
        (None, Some(_)) => {
            problems.push("tls.cert: a key needs its certificate; add tls.cert".to_owned());
            None
        }
    }
}

/// A clock that stands still accepts old batches as new ones: nothing that others can reach may do that.
pub(super) fn held_clock(raw: Option<String>, listen: SocketAddr, problems: &mut Vec<String>) -> Option<UnixMillis> {
    let raw = raw?;
    if !listen.ip().is_loopback() {
        problems.push(format!("held_clock_ms: a held clock is for this machine only; {listen} is no loopback address"));
    }
    Some(UnixMillis(number("held_clock_ms", Some(raw), 0..=LAST_HELD_MS, 0, problems)))
}

/// The least length of the dashboard's token: guessing it takes longer than anybody has.
const LEAST_TOKEN_CHARACTERS: usize = 16;

/// A token that a header can carry.
pub(super) fn token(raw: Option<String>, problems: &mut Vec<String>) -> Option<String> {
    let raw = raw?;
    if raw.len() < LEAST_TOKEN_CHARACTERS || !raw.bytes().all(|b| b.is_ascii_graphic()) {
        // The token itself is a secret.
        problems.push(format!(
            "dashboard.token: a token has {LEAST_TOKEN_CHARACTERS} or more visible ASCII characters, such as `openssl rand \
             -hex 16` prints"
        ));
    }
    Some(raw)
}
