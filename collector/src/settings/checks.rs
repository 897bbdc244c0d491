//! Checks of single settings that need more than a number.

use std::net::SocketAddr;

use unsnag_core::config::Config;
use unsnag_core::host::{KeyPolicy, Origins};
use unsnag_core::id::WriteKey;
use unsnag_core::sign::{MOST_KEYS, SigningKeys};

use super::raw::RawKey;
use super::{DEFAULT_KEY_RATE_PER_S, DEMO_KEY, number};
use crate::signing::{KEY_BYTES, parse_hex};

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
    let mut policies: Vec<KeyPolicy> = Vec::new();
    for (at, raw) in raw.iter().enumerate() {
        let Some(policy) = key(at, raw, listen, problems) else {
            continue;
        };
        if policies.iter().any(|other| other.key == policy.key) {
            problems.push(format!("keys[{at}].key: {:?} stands there twice", raw.key));
        }
        policies.push(policy);
    }
    policies
}

fn key(at: usize, raw: &RawKey, listen: SocketAddr, problems: &mut Vec<String>) -> Option<KeyPolicy> {
    let key = WriteKey::new(&raw.key);
    if key.is_none() {
        problems.push(format!(
            "keys[{at}].key: {:?} is no write key; use 1 to 64 letters, digits and the characters - _ . :",
            raw.key
        ));
    }
    let rate_per_s = number(
        &format!("keys[{at}].rate_per_s"),
        raw.rate_per_s.clone(),
        0..=u32::MAX,
        DEFAULT_KEY_RATE_PER_S,
        problems,
    );
    let origins =
        if raw.key == DEMO_KEY { demo_origins(at, raw, listen, problems) } else { origins(at, raw, problems) };
    Some(KeyPolicy { key: key?, origins, rate_per_s })
}

fn demo_origins(at: usize, raw: &RawKey, listen: SocketAddr, problems: &mut Vec<String>) -> Origins {
    if !listen.ip().is_loopback() {
        problems.push(format!(
            "keys[{at}].key: everyone knows the key {DEMO_KEY:?}, so it works only when listening on a loopback \
             address, not on {listen}; choose another key"
        ));
    }
    if !raw.origins.is_empty() {
        problems.push(format!(
            "keys[{at}].origins: the key {DEMO_KEY:?} serves pages of this machine only; leave its origins out"
        ));
    }
    Origins::Loopback
}

fn origins(at: usize, raw: &RawKey, problems: &mut Vec<String>) -> Origins {
    if raw.origins == ["*"] {
        return Origins::Any;
    }
    if raw.origins.is_empty() {
        problems.push(format!(
            "keys[{at}].origins: say which pages may use the key, such as [\"https://shop.example\"], or [\"*\"] for \
             any page"
        ));
    }
    for origin in &raw.origins {
        if !is_origin(origin) {
            problems.push(format!(
                "keys[{at}].origins: {origin:?} is no origin; write scheme and host only, such as \
                 https://shop.example or http://localhost:8080"
            ));
        }
    }
    Origins::Exactly(raw.origins.clone())
}

/// Whether a browser could send this text as `Origin`: scheme and host, a port where it is not the usual one.
fn is_origin(text: &str) -> bool {
    let host = match text.split_once("://") {
        Some(("https", host)) => host.strip_suffix(":443").map_or(Some(host), |_| None),
        Some(("http", host)) => host.strip_suffix(":80").map_or(Some(host), |_| None),
        _ => None,
    };
    host.is_some_and(|host| {
        !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte))
    })
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

pub(super) fn signing(raw: Option<Vec<String>>, problems: &mut Vec<String>) -> Option<SigningKeys> {
    let raw = raw?;
    let mut keys = Vec::new();
    for (at, text) in raw.iter().enumerate() {
        match parse_hex(text) {
            Some(key) => keys.push(key.to_vec()),
            // The text is a secret, or part of one: it is not repeated.
            None => problems.push(format!(
                "signing.keys[{at}]: a key has {} hexadecimal digits, as `openssl rand -hex {KEY_BYTES}` prints",
                2 * KEY_BYTES
            )),
        }
    }
    if !(1..=MOST_KEYS).contains(&raw.len()) {
        problems.push(format!(
            "signing.keys: give the present key and at most the one before, not {} keys; without this setting a \
             key is made",
            raw.len()
        ));
    }
    SigningKeys::new(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_what_browsers_send_as_origin() {
        for (text, valid) in [
            ("https://shop.example", true),
            ("http://localhost:8080", true),
            ("http://[::1]:3000", true),
            ("https://shop.example/", false),
            ("https://shop.example:443", false),
            ("https://Shop.example", false),
            ("shop.example", false),
            ("ftp://shop.example", false),
            ("https://", false),
            ("*", false),
        ] {
            assert_eq!(is_origin(text), valid, "{text}");
        }
    }
}
