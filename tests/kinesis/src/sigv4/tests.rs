//! The signature table: what is refused, and by what name.

use super::*;

const NOW_S: u64 = 1_440_938_160;
const NOW: &str = "20150830T123600Z";
const BODY: &[u8] = b"{}";

/// A request as a good client signs it, to be spoiled in one place.
#[derive(Debug, Clone)]
struct Client {
    secret: String,
    access_key: String,
    date: String,
    scope: String,
    /// Beside `host` and `x-amz-date`.
    headers: Vec<(String, String)>,
    unsigned: Vec<(String, String)>,
    signed_names: Option<String>,
}

impl Default for Client {
    fn default() -> Self {
        let Credentials { access_key, secret_key, .. } = Credentials::default();
        Self {
            secret: secret_key,
            access_key,
            date: NOW.to_owned(),
            scope: "20150830/us-east-1/kinesis/aws4_request".to_owned(),
            headers: vec![("X-Amz-Target".to_owned(), "Kinesis_20131202.ListStreams".to_owned())],
            unsigned: Vec::new(),
            signed_names: None,
        }
    }
}

impl Client {
    fn headers(&self) -> Vec<(String, String)> {
        let mut headers =
            vec![("Host".to_owned(), "127.0.0.1".to_owned()), ("X-Amz-Date".to_owned(), self.date.clone())];
        headers.extend(self.headers.iter().cloned());
        let names: Vec<String> = headers.iter().map(|(name, _)| name.to_lowercase()).collect();
        let names = self.signed_names.clone().unwrap_or_else(|| names.join(";"));
        headers.extend(self.unsigned.iter().cloned());
        let borrowed = borrow(&headers);
        let signed: Vec<&str> = names.split(';').collect();
        let canonical = canonical_request(&head(&borrowed), &signed, &sha256_hex(BODY));
        let signature = signature(&self.secret, &self.scope, &string_to_sign(&self.date, &self.scope, &canonical));
        let authorization = format!(
            "{ALGORITHM} Credential={}/{}, SignedHeaders={names}, Signature={signature}",
            self.access_key, self.scope
        );
        headers.push(("Authorization".to_owned(), authorization));
        headers
    }
}

fn borrow(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn head<'a>(headers: &'a [(&'a str, &'a str)]) -> Head<'a> {
    Head { method: "POST", path: "/", query: "", headers }
}

fn check(headers: &[(String, String)], body: &[u8], credentials: &Credentials) -> Result<(), SignatureError> {
    let trust = Trust { credentials, region: "us-east-1", service: "kinesis" };
    verify(&head(&borrow(headers)), body, &trust, NOW_S)
}

fn code(result: Result<(), SignatureError>) -> &'static str {
    result.err().map_or("", |error| error.code())
}

#[test]
fn takes_a_good_signature() {
    assert_eq!(check(&Client::default().headers(), BODY, &Credentials::default()), Ok(()));
}

#[test]
fn rejects_a_request_that_is_spoiled_in_one_place() {
    let text = str::to_owned;
    let pair = |name: &str, value: &str| (text(name), text(value));
    let good = Client::default;
    let table: Vec<(&str, &str, Client, &str)> = vec![
        ("another secret", "does not match", Client { secret: text("wrong"), ..good() }, "InvalidSignatureException"),
        (
            "another key",
            "security token",
            Client { access_key: text("OTHER"), ..good() },
            "UnrecognizedClientException",
        ),
        (
            "a token nobody gave",
            "security token",
            Client { headers: vec![pair("X-Amz-Security-Token", "t")], ..good() },
            "UnrecognizedClientException",
        ),
        (
            "another region",
            "valid region",
            Client { scope: text("20150830/eu-west-1/kinesis/aws4_request"), ..good() },
            "InvalidSignatureException",
        ),
        (
            "another service",
            "correct service",
            Client { scope: text("20150830/us-east-1/firehose/aws4_request"), ..good() },
            "InvalidSignatureException",
        ),
        (
            "another end",
            "valid terminator",
            Client { scope: text("20150830/us-east-1/kinesis/aws5_request"), ..good() },
            "InvalidSignatureException",
        ),
        (
            "a short scope",
            "5 slash-delimited",
            Client { scope: text("20150830/us-east-1/kinesis"), ..good() },
            "InvalidSignatureException",
        ),
        (
            "another day in the scope",
            "Date in Credential scope",
            Client { scope: text("20150829/us-east-1/kinesis/aws4_request"), ..good() },
            "InvalidSignatureException",
        ),
        (
            "half a day in the scope",
            "Date in Credential scope",
            Client { scope: text("201508/us-east-1/kinesis/aws4_request"), ..good() },
            "InvalidSignatureException",
        ),
        ("no time", "ISO-8601", Client { date: text("yesterday"), ..good() }, "IncompleteSignatureException"),
        (
            "too old",
            "Signature expired",
            Client { date: text("20150830T123059Z"), ..good() },
            "InvalidSignatureException",
        ),
        (
            "too early",
            "not yet current",
            Client { date: text("20150830T124101Z"), ..good() },
            "InvalidSignatureException",
        ),
        (
            "the host unsigned",
            "'Host' must be",
            Client { signed_names: Some(text("x-amz-date;x-amz-target")), ..good() },
            "InvalidSignatureException",
        ),
        (
            "the date unsigned",
            "not signed: x-amz-date",
            Client { signed_names: Some(text("host;x-amz-target")), ..good() },
            "InvalidSignatureException",
        ),
        (
            "the target unsigned",
            "not signed: x-amz-target",
            Client { signed_names: Some(text("host;x-amz-date")), ..good() },
            "InvalidSignatureException",
        ),
        (
            "a header signed that is not there",
            "'x-a' is not in",
            Client { signed_names: Some(text("host;x-a;x-amz-date;x-amz-target")), ..good() },
            "InvalidSignatureException",
        ),
        (
            "another header of Amazon's",
            "not signed: x-amz-more",
            Client { unsigned: vec![pair("X-Amz-More", "1")], ..good() },
            "InvalidSignatureException",
        ),
    ];
    for (what, words, client, expected) in table {
        let error = check(&client.headers(), BODY, &Credentials::default()).unwrap_err();
        assert_eq!(error.code(), expected, "{what}");
        assert!(error.to_string().contains(words), "{what}: {error}");
    }
}

#[test]
fn takes_clocks_that_differ_by_five_minutes() {
    for date in ["20150830T123100Z", "20150830T124100Z"] {
        let client = Client { date: date.to_owned(), ..Client::default() };
        assert_eq!(check(&client.headers(), BODY, &Credentials::default()), Ok(()), "{date}");
    }
}

#[test]
fn says_how_late_a_signature_is() {
    let client = Client { date: "20150830T120000Z".to_owned(), ..Client::default() };
    let error = check(&client.headers(), BODY, &Credentials::default()).unwrap_err();
    let expected =
        "Signature expired: 20150830T120000Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn rejects_what_was_changed_on_the_way() {
    let headers = Client::default().headers();
    assert_eq!(code(check(&headers, b"{ }", &Credentials::default())), "InvalidSignatureException");
    let mut changed = headers.clone();
    changed[2].1.push('x');
    assert_eq!(code(check(&changed, BODY, &Credentials::default())), "InvalidSignatureException");
    let borrowed = borrow(&headers);
    let credentials = Credentials::default();
    let trust = Trust { credentials: &credentials, region: "us-east-1", service: "kinesis" };
    for head in [
        Head { method: "PUT", ..head(&borrowed) },
        Head { path: "/x", ..head(&borrowed) },
        Head { query: "a", ..head(&borrowed) },
    ] {
        assert_eq!(code(verify(&head, BODY, &trust, NOW_S)), "InvalidSignatureException", "{head:?}");
    }
}

#[test]
fn asks_for_the_token_of_temporary_credentials() {
    let temporary = Credentials { session_token: Some("token".to_owned()), ..Credentials::default() };
    let with = |token: &str| {
        let header = ("X-Amz-Security-Token".to_owned(), token.to_owned());
        Client { headers: vec![header], ..Client::default() }.headers()
    };
    assert_eq!(check(&with("token"), BODY, &temporary), Ok(()));
    assert_eq!(code(check(&with("other"), BODY, &temporary)), "UnrecognizedClientException");
    assert_eq!(code(check(&Client::default().headers(), BODY, &temporary)), "UnrecognizedClientException");
}

#[test]
fn rejects_headers_that_are_incomplete() {
    let authorizations = [
        "",
        "Bearer abc",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA1 Credential=a/b, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/b, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0, More=1",
    ];
    for text in authorizations {
        let headers = [("x-amz-date".to_owned(), NOW.to_owned()), ("authorization".to_owned(), text.to_owned())];
        let result = check(&headers, BODY, &Credentials::default());
        assert_eq!(code(result), "IncompleteSignatureException", "{text}");
    }
    assert_eq!(code(check(&[], BODY, &Credentials::default())), "MissingAuthenticationTokenException");
    let undated =
        [("authorization".to_owned(), "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0".to_owned())];
    assert_eq!(code(check(&undated, BODY, &Credentials::default())), "IncompleteSignatureException");
}
