//! Who a request comes from, for the rates, and whether it comes from this machine, for the live view.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HOST;

use super::Peer;
use crate::settings::Network;

/// Headers that proxies add. Behind a proxy on the same machine every request seems local.
const FORWARDING: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// The client's address. `X-Forwarded-For` counts only as far as trusted proxies have written it: from its end
/// leftwards, up to the first address that is not theirs.
pub(super) fn address(peer: Peer, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| -> bool { trusted.iter().any(|network| network.contains(address)) };
    let mut client = peer.0.ip();
    if !is_trusted(client) {
        return client;
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.iter().rev() {
        let Ok(hop) = hop.trim().parse() else { break };
        client = hop;
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// Whether the request was made on this machine to this machine. The name is checked as well: a page elsewhere can
/// let its own name point here, and would then be allowed to read the answer.
pub(super) fn is_local(peer: Peer, headers: &HeaderMap) -> bool {
    peer.0.ip().to_canonical().is_loopback()
        && !FORWARDING.iter().any(|name| headers.contains_key(*name))
        && headers.get(HOST).and_then(|host| host.to_str().ok()).is_some_and(is_loopback_host)
}

fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn peer(address: &str) -> Peer {
        Peer((address.parse::<IpAddr>().unwrap(), 40_000).into())
    }

    #[test]
    fn believes_forwarded_addresses_only_from_trusted_proxies() {
        let trusted = [Network::parse("10.0.0.0/8").unwrap()];
        for (from, forwarded, expected) in [
            ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "203.0.113.9, 10.2.2.2", "203.0.113.9"),
            ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            let headers = headers(&[("x-forwarded-for", forwarded)]);
            let expected: IpAddr = expected.parse().unwrap();
            assert_eq!(address(peer(from), &headers, &trusted), expected, "{from} {forwarded}");
        }
    }

    #[test]
    fn reads_repeated_headers_as_one_list() {
        let trusted = [Network::parse("10.0.0.0/8").unwrap()];
        let headers = headers(&[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9")]);
        let expected: IpAddr = "203.0.113.9".parse().unwrap();
        assert_eq!(address(peer("10.0.0.1"), &headers, &trusted), expected);
    }

    #[test]
    fn takes_only_direct_requests_to_a_loopback_name_for_local() {
        for (from, pairs, expected) in [
            ("127.0.0.1", &[("host", "127.0.0.1:7667")][..], true),
            ("::1", &[("host", "[::1]:7667")], true),
            ("::ffff:127.0.0.1", &[("host", "LOCALHOST")], true),
            ("127.0.0.1", &[("host", "rebound.example:7667")], false),
            ("127.0.0.1", &[], false),
            ("192.0.2.1", &[("host", "127.0.0.1:7667")], false),
            ("127.0.0.1", &[("host", "127.0.0.1:7667"), ("x-forwarded-for", "192.0.2.1")], false),
        ] {
            assert_eq!(is_local(peer(from), &headers(pairs)), expected, "{from} {pairs:?}");
        }
    }
}
