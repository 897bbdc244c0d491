//! Checks of what names a stream; `serve`, `live` and `demo` share them.

use axum::http::Uri;

use crate::stream::{Stream, StreamOptions};

/// What the service allows.
const MAX_NAME_BYTES: usize = 128;

/// Stands for the region where only this machine looks at it: a signature names one.
const LOOPBACK_REGION: &str = "us-east-1";

/// A stream as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawStream {
    pub kind: Option<String>,
    /// Several with commas between, where several can be.
    pub name: Option<String>,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    /// What the AWS environment says about the region; asked last.
    pub aws_region: Option<String>,
}

impl RawStream {
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            kind: self.kind.or(below.kind),
            name: self.name.or(below.name),
            region: self.region.or(below.region),
            endpoint: self.endpoint.or(below.endpoint),
            aws_region: self.aws_region.or(below.aws_region),
        }
    }
}

/// `AWS_REGION`, which containers and functions have, or its older name.
pub(crate) fn aws_region() -> Option<String> {
    ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|it| !it.is_empty())
}

/// Where records go.
pub(super) fn stream(raw: &RawStream, problems: &mut Vec<String>) -> Stream {
    match raw.kind.as_deref() {
        Some("kinesis") => Stream::Kinesis(all(raw, problems)),
        Some("embedded") => Stream::Embedded,
        Some(other) => {
            problems.push(format!("stream.kind: {other:?} is neither \"embedded\" nor \"kinesis\""));
            Stream::Embedded
        }
        None => {
            for (part, given) in [("name", &raw.name), ("region", &raw.region), ("endpoint", &raw.endpoint)] {
                if given.is_some() {
                    problems.push(format!("stream.{part}: is used only with stream.kind = \"kinesis\"; say that too"));
                }
            }
            Stream::Embedded
        }
    }
}

/// Each of the streams that are named. They share region and endpoint, and what is wrong with those is told once.
fn all(raw: &RawStream, problems: &mut Vec<String>) -> Vec<StreamOptions> {
    let names: Vec<&str> = raw.name.as_deref().unwrap_or_default().split(',').map(str::trim).collect();
    let mut streams: Vec<StreamOptions> = Vec::new();
    for name in names {
        let mut found = Vec::new();
        let one = RawStream { name: Some(name.to_owned()), ..raw.clone() };
        let stream = options(one, &|part| format!("stream.{part}"), &mut found);
        if streams.contains(&stream) {
            found.push(format!("stream.name: {name:?} is there twice"));
        }
        problems.extend(found.into_iter().filter(|problem| !problems.contains(problem)).collect::<Vec<_>>());
        streams.push(stream);
    }
    streams
}

/// A stream by name; `label` says what the operator calls each of its parts.
pub(crate) fn options(raw: RawStream, label: &dyn Fn(&str) -> String, problems: &mut Vec<String>) -> StreamOptions {
    let name = raw.name.unwrap_or_default();
    if name.is_empty() {
        problems.push(format!("{}: say which stream", label("name")));
    } else if name.len() > MAX_NAME_BYTES
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    {
        problems.push(format!(
            "{}: {name:?} is no name of a stream; letters, digits, '_', '.' and '-' make one",
            label("name")
        ));
    }
    let stand_in = || raw.endpoint.as_deref().is_some_and(is_loopback).then(|| LOOPBACK_REGION.to_owned());
    let region = raw.region.or(raw.aws_region).or_else(stand_in).unwrap_or_default();
    if region.is_empty() {
        problems.push(format!("{}: say which region, such as eu-central-1", label("region")));
    } else if !region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        problems.push(format!("{}: {region:?} is no region such as eu-central-1", label("region")));
    }
    if let Some(endpoint) = raw.endpoint.as_ref().filter(|text| !is_origin(text)) {
        let example = "https://kinesis.eu-central-1.amazonaws.com";
        problems.push(format!("{}: {endpoint:?} is no address such as {example}", label("endpoint")));
    }
    StreamOptions { name, region, endpoint: raw.endpoint }
}

/// Scheme, host and perhaps a port, and nothing behind them.
pub(crate) fn is_origin(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri
                .authority()
                .is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
            && uri.path() == "/"
            && uri.query().is_none()
    })
}

fn is_loopback(endpoint: &str) -> bool {
    let host = endpoint.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(kind: &str, name: &str, region: &str, endpoint: &str) -> RawStream {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        RawStream {
            kind: text(kind),
            name: text(name),
            region: text(region),
            endpoint: text(endpoint),
            aws_region: None,
        }
    }

    fn check(raw: &RawStream) -> (Stream, Vec<String>) {
        let mut problems = Vec::new();
        let stream = stream(raw, &mut problems);
        (stream, problems)
    }

    #[test]
    fn takes_what_names_a_stream() {
        for (raw, region) in [
            (raw("kinesis", "events.v1_a-b", "eu-central-1", ""), "eu-central-1"),
            (raw("kinesis", "events", "", "http://127.0.0.1:4567"), "us-east-1"),
            (raw("kinesis", "events", "", "http://[::1]:4567/"), "us-east-1"),
            (raw("kinesis", "events", "eu-west-1", "https://vpce-1.kinesis.eu-west-1.vpce.amazonaws.com"), "eu-west-1"),
            (RawStream { aws_region: Some("eu-north-1".to_owned()), ..raw("kinesis", "events", "", "") }, "eu-north-1"),
        ] {
            let (stream, problems) = check(&raw);
            assert_eq!(problems, [""; 0]);
            let [options] = stream.kinesis() else { panic!("{stream:?}") };
            assert_eq!(options.region, region);
        }
        let (several, problems) = check(&raw("kinesis", "raw, for-analysis", "eu-central-1", ""));
        assert_eq!(problems, [""; 0]);
        assert_eq!(several.followers(), ["kinesis:eu-central-1:raw", "kinesis:eu-central-1:for-analysis"]);
        for kind in ["", "embedded"] {
            assert_eq!(check(&raw(kind, "", "", "")), (Stream::Embedded, Vec::new()));
        }
        let switched_off = check(&raw("embedded", "events", "eu-west-1", ""));
        assert_eq!(switched_off, (Stream::Embedded, Vec::new()), "said so, the rest may stay");
    }

    #[test]
    fn names_each_mistake() {
        for (raw, expected) in [
            (raw("kafka", "", "", ""), &["stream.kind: \"kafka\" is neither"][..]),
            (raw("kinesis", "", "", ""), &["stream.name: say which", "stream.region: say which"]),
            (
                raw("kinesis", "a b", "EU", "ftp://x"),
                &["stream.name: \"a b\"", "stream.region: \"EU\"", "stream.endpoint: \"ftp://x\""],
            ),
            (raw("kinesis", "a,b,a", "eu-west-1", ""), &["stream.name: \"a\" is there twice"]),
            (
                raw("kinesis", "a,b c,", "EU", ""),
                &["stream.region: \"EU\"", "stream.name: \"b c\"", "stream.name: say which"],
            ),
            (raw("kinesis", &"n".repeat(129), "eu-west-1", ""), &["stream.name: "]),
            (raw("kinesis", "n", "eu-west-1", "https://a.example/path"), &["stream.endpoint: "]),
            (raw("kinesis", "n", "", "https://a.example"), &["stream.region: say which"]),
            (raw("", "n", "eu-west-1", ""), &["stream.name: is used only with", "stream.region: is used only with"]),
        ] {
            let (_, problems) = check(&raw);
            assert_eq!(problems.len(), expected.len(), "{raw:?}: {problems:?}");
            for (problem, expected) in problems.iter().zip(expected) {
                assert!(problem.contains(expected), "{raw:?}: {problem}");
            }
        }
    }

    #[test]
    fn takes_only_origins_for_endpoints() {
        for (text, expected) in [
            ("http://127.0.0.1:4567", true),
            ("https://a.example/", true),
            ("https://user@a.example", false),
            ("https://a.example/x", false),
            ("https://a.example?x", false),
            ("a.example:80", false),
            ("", false),
        ] {
            assert_eq!(is_origin(text), expected, "{text}");
        }
    }
}
