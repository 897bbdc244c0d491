//! Where a webhook goes.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;

/// A URL that may be posted to. Only its origin is ever shown: the rest may hold what lets one in.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Uri);

/// What is wrong with a URL. No text repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is none, or not one of HTTP.
    #[error("is no address such as https://desk.example/hooks/unsnag")]
    Malformed,
    /// Others could read along.
    #[error("needs https; plain http is for this machine only")]
    Plain,
    /// They would be sent to nobody.
    #[error("holds a user or a password; requests are signed instead")]
    Credentials,
}

impl EndpointError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "webhook_url_malformed",
            Self::Plain => "webhook_url_plain",
            Self::Credentials => "webhook_url_credentials",
        }
    }
}

impl Endpoint {
    /// Reads a URL with HTTPS, or with HTTP on this machine.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let uri: Uri = text.parse().map_err(|_| EndpointError::Malformed)?;
        let authority = uri.authority().filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or(EndpointError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::Credentials);
        }
        match uri.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if is_loopback(authority.host()) => Ok(Self(uri)),
            Some("http") => Err(EndpointError::Plain),
            _ => Err(EndpointError::Malformed),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }
}

impl fmt::Display for Endpoint {
    /// The origin.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.0.authority().map_or("", |authority| authority.as_str());
        write!(f, "{}://{authority}", self.0.scheme_str().unwrap_or_default())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_https_anywhere_and_http_on_this_machine() {
        for (text, expected) in [
            ("https://desk.example/hooks/1?tenant=2", Ok("Endpoint(https://desk.example)")),
            ("https://desk.example:8443", Ok("Endpoint(https://desk.example:8443)")),
            ("http://127.0.0.1:9000/hook", Ok("Endpoint(http://127.0.0.1:9000)")),
            ("http://[::1]:9000/", Ok("Endpoint(http://[::1]:9000)")),
            ("http://localhost/x", Ok("Endpoint(http://localhost)")),
            ("http://desk.example/hook", Err("webhook_url_plain")),
            ("http://127.0.0.1.example/hook", Err("webhook_url_plain")),
            ("https://user:word@desk.example/", Err("webhook_url_credentials")),
            ("ftp://desk.example", Err("webhook_url_malformed")),
            ("desk.example/hook", Err("webhook_url_malformed")),
            ("/hook", Err("webhook_url_malformed")),
            ("https://", Err("webhook_url_malformed")),
            ("", Err("webhook_url_malformed")),
        ] {
            let endpoint = Endpoint::parse(text);
            let shown = endpoint.map(|endpoint| format!("{endpoint:?}")).map_err(EndpointError::code);
            assert_eq!(shown.as_deref().map_err(|code| *code), expected, "{text}");
        }
    }
}
