//! Reads the TOML file into [`Raw`], naming the line of everything it does not understand.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::raw::{Raw, RawKey};
use super::webhook::RawWebhook;

/// Reads as much as it can; what is wrong goes to `problems`.
pub(super) fn parse(name: &str, text: &str, problems: &mut Vec<String>) -> Raw {
    let mut reader = Reader { name, text, problems };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reader.problem(at, error.message().trim_end());
            return Raw::default();
        }
    };
    let mut raw = Raw::default();
    for (key, value) in root.get_ref() {
        let at = key.span().start;
        match key.get_ref().as_ref() {
            "listen" => raw.listen = reader.string("listen", value),
            "trusted_proxies" => raw.trusted_proxies = reader.strings("trusted_proxies", value),
            "client_rate_per_s" => {
                raw.client_rate_per_s = reader.integer("client_rate_per_s", value);
            }
            "keys" => raw.keys = reader.keys(value),
            "tls" => reader.table("tls", value, |reader, key, at, value| match key {
                "cert" => raw.tls_cert = reader.string("tls.cert", value),
                "key" => raw.tls_key = reader.string("tls.key", value),
                _ => reader.unknown(at, "tls.", key, "cert, key"),
            }),
            "scrub" => raw.scrub = reader.boolean("scrub", value),
            "retention_days" => raw.retention_days = reader.integer("retention_days", value),
            "log" => reader.table("log", value, |reader, key, at, value| match key {
                "dir" => raw.log_dir = reader.string("log.dir", value),
                "max_bytes" => raw.log_max_bytes = reader.integer("log.max_bytes", value),
                _ => reader.unknown(at, "log.", key, "dir, max_bytes"),
            }),
            "signing" => reader.table("signing", value, |reader, key, at, value| match key {
                "keys" => raw.signing_keys = reader.strings("signing.keys", value),
                _ => reader.unknown(at, "signing.", key, "keys"),
            }),
            "live" => reader.table("live", value, |reader, key, at, value| match key {
                "keys" => raw.live_keys = reader.strings("live.keys", value),
                _ => reader.unknown(at, "live.", key, "keys"),
            }),
            "push" => reader.table("push", value, |reader, key, at, value| match key {
                "keys" => raw.push_keys = reader.strings("push.keys", value),
                _ => reader.unknown(at, "push.", key, "keys"),
            }),
            "stream" => reader.table("stream", value, |reader, key, at, value| match key {
                "kind" => raw.stream.kind = reader.string("stream.kind", value),
                "name" => raw.stream.name = reader.names("stream.name", value),
                "region" => raw.stream.region = reader.string("stream.region", value),
                "endpoint" => raw.stream.endpoint = reader.string("stream.endpoint", value),
                _ => reader.unknown(at, "stream.", key, "kind, name, region, endpoint"),
            }),
            "analysis" => reader.table("analysis", value, |reader, key, at, value| match key {
                "dir" => raw.analysis_dir = reader.string("analysis.dir", value),
                "max_bytes" => raw.analysis_max_bytes = reader.integer("analysis.max_bytes", value),
                _ => reader.unknown(at, "analysis.", key, "dir, max_bytes"),
            }),
            "channels" => reader.table("channels", value, |reader, key, at, value| match key {
                "webhook" => raw.webhooks = reader.webhooks(value),
                _ => reader.unknown(at, "channels.", key, "webhook"),
            }),
            "dashboard" => reader.table("dashboard", value, |reader, key, at, value| match key {
                "token" => raw.dashboard_token = reader.string("dashboard.token", value),
                _ => reader.unknown(at, "dashboard.", key, "token"),
            }),
            "config" => raw.page_config = reader.string("config", value),
            unknown => reader.unknown(
                at,
                "",
                unknown,
                "listen, trusted_proxies, client_rate_per_s, keys, log, retention_days, scrub, signing, live, push, stream, tls, \
                 analysis, channels, dashboard, config",
            ),
        }
    }
    raw
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    problems: &'a mut Vec<String>,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn problem(&mut self, at: usize, what: &str) {
        let line = self.text[..at].matches('\n').count() + 1;
        self.problems.push(format!("{}:{line}: {what}", self.name));
    }

    fn unknown(&mut self, at: usize, path: &str, key: &str, known: &str) {
        self.problem(at, &format!("unknown key {path}{key}; known here: {known}"));
    }

    fn mismatch(&mut self, path: &str, value: &Value<'_>, expected: &str) {
        // The value itself is not repeated: it may be a secret.
        self.problem(value.span().start, &format!("{path} must be {expected}, not {}", value.get_ref().type_str()));
    }

    fn string(&mut self, path: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.mismatch(path, value, "a string");
        }
        text.map(str::to_owned)
    }

    fn integer(&mut self, path: &str, value: &Value<'_>) -> Option<String> {
        if let DeValue::Integer(integer) = value.get_ref()
            && integer.radix() == 10
        {
            return Some(integer.as_str().to_owned());
        }
        self.mismatch(path, value, "a whole number");
        None
    }

    fn boolean(&mut self, path: &str, value: &Value<'_>) -> Option<String> {
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            self.mismatch(path, value, "true or false");
        }
        switch.map(|switch| switch.to_string())
    }

    fn strings(&mut self, path: &str, value: &Value<'_>) -> Option<Vec<String>> {
        let Some(array) = value.get_ref().as_array() else {
            self.mismatch(path, value, "a list of strings");
            return None;
        };
        let mut strings = Vec::new();
        for (at, item) in array.iter().enumerate() {
            strings.extend(self.string(&format!("{path}[{at}]"), item));
        }
        Some(strings)
    }

    /// A string, or a list of them.
    fn names(&mut self, path: &str, value: &Value<'_>) -> Option<String> {
        if value.get_ref().as_array().is_some() {
            return self.strings(path, value).map(|names| names.join(","));
        }
        self.string(path, value)
    }

    fn keys(&mut self, value: &Value<'_>) -> Option<Vec<RawKey>> {
        let Some(array) = value.get_ref().as_array() else {
            self.mismatch("keys", value, "one or more [[keys]] tables");
            return None;
        };
        let mut keys = Vec::new();
        for (at, item) in array.iter().enumerate() {
            let mut key = RawKey::default();
            let path = format!("keys[{at}]");
            self.table(&path, item, |reader, name, at, value| match name {
                "key" => {
                    let text = reader.string(&format!("{path}.key"), value);
                    key.key = text.unwrap_or_default();
                }
                "origins" => {
                    key.origins = reader.strings(&format!("{path}.origins"), value).unwrap_or_default();
                }
                "rate_per_s" => {
                    key.rate_per_s = reader.integer(&format!("{path}.rate_per_s"), value);
                }
                _ => reader.unknown(at, &format!("{path}."), name, "key, origins, rate_per_s"),
            });
            keys.push(key);
        }
        Some(keys)
    }

    fn webhooks(&mut self, value: &Value<'_>) -> Option<Vec<RawWebhook>> {
        let Some(array) = value.get_ref().as_array() else {
            self.mismatch("channels.webhook", value, "one or more [[channels.webhook]] tables");
            return None;
        };
        let mut webhooks = Vec::new();
        for (at, item) in array.iter().enumerate() {
            let mut webhook = RawWebhook::default();
            let path = format!("channels.webhook[{at}]");
            self.table(&path, item, |reader, name, at, value| match name {
                "url" => webhook.url = reader.string(&format!("{path}.url"), value).unwrap_or_default(),
                "secret" => webhook.secret = reader.string(&format!("{path}.secret"), value).unwrap_or_default(),
                "kinds" => webhook.kinds = reader.strings(&format!("{path}.kinds"), value),
                _ => reader.unknown(at, &format!("{path}."), name, "url, secret, kinds"),
            });
            webhooks.push(webhook);
        }
        Some(webhooks)
    }

    fn table(&mut self, path: &str, value: &Value<'_>, mut each: impl FnMut(&mut Self, &str, usize, &Value<'_>)) {
        let Some(table) = value.get_ref().as_table() else {
            self.mismatch(path, value, "a table");
            return;
        };
        for (key, value) in table {
            each(self, key.get_ref(), key.span().start, value);
        }
    }
}
