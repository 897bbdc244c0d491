//! Settings as texts, before any check: what flags, environment and file have in common.

use super::stream::RawStream;
use super::webhook::RawWebhook;

/// One source's settings; `None` where the source is silent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raw {
    pub listen: Option<String>,
    pub trusted_proxies: Option<Vec<String>>,
    pub client_rate_per_s: Option<String>,
    pub keys: Option<Vec<RawKey>>,
    pub log_dir: Option<String>,
    pub log_max_bytes: Option<String>,
    pub retention_days: Option<String>,
    pub scrub: Option<String>,
    pub tls_cert: Option<String>,
    pub tls_key: Option<String>,
    pub page_config: Option<String>,
    pub signing_keys: Option<Vec<String>>,
    pub live_keys: Option<Vec<String>>,
    pub push_keys: Option<Vec<String>>,
    pub stream: RawStream,
    pub analysis_dir: Option<String>,
    pub analysis_max_bytes: Option<String>,
    pub webhooks: Option<Vec<RawWebhook>>,
    pub dashboard_token: Option<String>,
    pub held_clock_ms: Option<String>,
}

/// One write key as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawKey {
    pub key: String,
    pub origins: Vec<String>,
    pub rate_per_s: Option<String>,
}

impl Raw {
    /// `self` where it speaks, `below` where it does not. Lists are replaced as a whole.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            client_rate_per_s: self.client_rate_per_s.or(below.client_rate_per_s),
            keys: self.keys.or(below.keys),
            log_dir: self.log_dir.or(below.log_dir),
            log_max_bytes: self.log_max_bytes.or(below.log_max_bytes),
            retention_days: self.retention_days.or(below.retention_days),
            scrub: self.scrub.or(below.scrub),
            tls_cert: self.tls_cert.or(below.tls_cert),
            tls_key: self.tls_key.or(below.tls_key),
            page_config: self.page_config.or(below.page_config),
            signing_keys: self.signing_keys.or(below.signing_keys),
            live_keys: self.live_keys.or(below.live_keys),
            push_keys: self.push_keys.or(below.push_keys),
            stream: self.stream.over(below.stream),
            analysis_dir: self.analysis_dir.or(below.analysis_dir),
            analysis_max_bytes: self.analysis_max_bytes.or(below.analysis_max_bytes),
            webhooks: self.webhooks.or(below.webhooks),
            dashboard_token: self.dashboard_token.or(below.dashboard_token),
            held_clock_ms: self.held_clock_ms.or(below.held_clock_ms),
        }
    }
}

impl RawKey {
    /// Reads `KEY=ORIGIN,ORIGIN` or `KEY=ORIGIN,ORIGIN;RATE`, as flags and environment write it.
    pub fn parse(text: &str) -> Self {
        let (key, rest) = text.split_once('=').unwrap_or((text, ""));
        let (origins, rate) = match rest.split_once(';') {
            Some((origins, rate)) => (origins, Some(rate.trim().to_owned())),
            None => (rest, None),
        };
        Self {
            key: key.trim().to_owned(),
            origins: origins
                .split(',')
                .map(|origin| origin.trim().to_owned())
                .filter(|origin| !origin.is_empty())
                .collect(),
            rate_per_s: rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keys_as_flags_write_them() {
        let key = |key: &str, origins: &[&str], rate: Option<&str>| RawKey {
            key: key.to_owned(),
            origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            rate_per_s: rate.map(str::to_owned),
        };
        for (text, expected) in [
            ("shop=https://shop.example", key("shop", &["https://shop.example"], None)),
            (
                "shop = https://a.example, https://b.example ; 20",
                key("shop", &["https://a.example", "https://b.example"], Some("20")),
            ),
            ("shop", key("shop", &[], None)),
        ] {
            assert_eq!(RawKey::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn keeps_the_lower_source_where_the_upper_is_silent() {
        let upper = Raw { listen: Some("127.0.0.1:1".to_owned()), ..Raw::default() };
        let lower = Raw { listen: Some("127.0.0.1:2".to_owned()), log_dir: Some("d".to_owned()), ..Raw::default() };
        let both = upper.over(lower);
        assert_eq!(both.listen.as_deref(), Some("127.0.0.1:1"));
        assert_eq!(both.log_dir.as_deref(), Some("d"));
    }
}
