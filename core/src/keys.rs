//! Write keys as an operator writes them, and the checks that make [`KeyPolicy`]s of them: the same for every host.

use crate::host::{KeyPolicy, Origins};
use crate::id::WriteKey;

/// The write key of the demo. Everyone knows it, so it is refused wherever others could reach it.
pub const DEMO_KEY: &str = "demo";

/// A thousand batches a second are several ten thousand pages in use.
pub const DEFAULT_RATE_PER_S: u32 = 1000;

/// One write key as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawKey {
    /// The key.
    pub key: String,
    /// The origins of the pages that may use it; `*` for any.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Batches a second, 0 for no limit; [`DEFAULT_RATE_PER_S`] if left out.
    #[serde(default)]
    pub rate_per_s: Option<u32>,
}

impl RawKey {
    /// The demo's key.
    pub fn demo() -> Self {
        Self { key: DEMO_KEY.to_owned(), ..Self::default() }
    }
}

/// Checks keys; each mistake becomes one sentence in `problems`. `local`: only this machine can reach the host.
pub fn policies(raw: &[RawKey], local: bool, problems: &mut Vec<String>) -> Vec<KeyPolicy> {
    let mut policies: Vec<KeyPolicy> = Vec::new();
    for (at, raw) in raw.iter().enumerate() {
        let Some(policy) = policy(at, raw, local, problems) else {
            continue;
        };
        if policies.iter().any(|other| other.key == policy.key) {
            problems.push(format!("keys[{at}].key: {:?} stands there twice", raw.key));
        }
        policies.push(policy);
    }
    policies
}

fn policy(at: usize, raw: &RawKey, local: bool, problems: &mut Vec<String>) -> Option<KeyPolicy> {
    let key = WriteKey::new(&raw.key);
    if key.is_none() {
        problems.push(format!(
            "keys[{at}].key: {:?} is no write key; use 1 to 64 letters, digits and the characters - _ . :",
            raw.key
        ));
    }
    let origins = if raw.key == DEMO_KEY { demo_origins(at, raw, local, problems) } else { origins(at, raw, problems) };
    Some(KeyPolicy { key: key?, origins, rate_per_s: raw.rate_per_s.unwrap_or(DEFAULT_RATE_PER_S) })
}

fn demo_origins(at: usize, raw: &RawKey, local: bool, problems: &mut Vec<String>) -> Origins {
    if !local {
        problems.push(format!(
            "keys[{at}].key: everyone knows the key {DEMO_KEY:?}, so it works only when listening on a loopback \
             address, where no other machine reaches the host; choose another key"
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

    #[test]
    fn reports_every_mistake_at_once() {
        let key = |key: &str, origins: &[&str]| RawKey {
            key: key.to_owned(),
            origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            rate_per_s: None,
        };
        let raw = [key("shop", &["https://a.example"]), key("shop", &["*"]), key("a b", &[]), RawKey::demo()];
        let mut problems = Vec::new();
        policies(&raw, false, &mut problems);
        let places: Vec<&str> = problems.iter().filter_map(|problem| problem.split(": ").next()).collect();
        assert_eq!(places, ["keys[1].key", "keys[2].key", "keys[2].origins", "keys[3].key"], "{problems:#?}");
        problems.clear();
        assert_eq!(policies(&[RawKey::demo()], true, &mut problems)[0].origins, Origins::Loopback);
        assert!(problems.is_empty());
    }
}
