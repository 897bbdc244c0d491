//! Against the vectors that AWS publishes, which lie with the stub that checks signatures from the other side.

use std::path::PathBuf;

use serde_json::Value;

use super::*;

/// 2015-08-30 12:36:00, the time of all vectors.
const NOW: UnixMillis = UnixMillis(1_440_938_160_000);

const SIGNED: [&str; 10] = [
    "get-vanilla",
    "get-vanilla-query",
    "get-vanilla-with-session-token",
    "post-header-key-case",
    "post-header-key-sort",
    "post-header-value-case",
    "post-sts-header-before",
    "post-vanilla",
    "post-x-www-form-urlencoded",
    "post-x-www-form-urlencoded-parameters",
];

/// What no request of ours has, and the vectors that are about it.
const LEFT_OUT: [(&str, &[&str]); 4] = [
    (
        "a path other than /",
        &[
            "get-relative-normalized",
            "get-relative-relative-normalized",
            "get-slash-dot-slash-normalized",
            "get-slash-normalized",
            "get-slash-pointless-dot-normalized",
            "get-slashes-normalized",
            "get-space-normalized",
            "get-unreserved",
            "get-utf8",
        ],
    ),
    (
        "a query",
        &[
            "get-vanilla-empty-query-key",
            "get-vanilla-query-order-encoded",
            "get-vanilla-query-order-key-case",
            "get-vanilla-query-unreserved",
            "get-vanilla-utf8-query",
            "post-vanilla-empty-query-value",
            "post-vanilla-query",
        ],
    ),
    (
        "a header twice, or with spaces to fold",
        &["get-header-key-duplicate", "get-header-value-multiline", "get-header-value-order", "get-header-value-trim"],
    ),
    ("a session token that is sent and not signed", &["post-sts-header-after"]),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/kinesis/fixtures/sigv4")
}

fn file(vector: &str, name: &str) -> String {
    let path = folder().join(vector).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The headers that a signed request has more than the one that was to be signed, names in lower case.
fn check(vector: &str) {
    let context: Value = serde_json::from_str(&file(vector, "context.json")).unwrap();
    let text = |place: &Value| place.as_str().map(str::to_owned);
    let given = &context["credentials"];
    let credentials = Credentials {
        access_key_id: text(&given["access_key_id"]).unwrap(),
        secret_access_key: text(&given["secret_access_key"]).unwrap(),
        session_token: text(&given["token"]),
    };
    let signer = Signer::new(credentials, text(&context["region"]).unwrap(), "service");

    let request = file(vector, "request.txt");
    let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
    let mut lines = head.lines();
    let method = lines.next().and_then(|line| line.split(' ').next()).unwrap();
    let mut headers: Vec<(String, &str)> =
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_lowercase(), value)).collect();
    let hash = hex(&Sha256::digest(body));
    if context["sign_body"] == true {
        headers.push(("x-amz-content-sha256".to_owned(), &hash));
    }
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();

    // Twice: the second time with the key that the first one kept.
    for _ in 0..2 {
        let added = signer.sign_as(method, &headers, body.as_bytes(), NOW);
        let sent = file(vector, "header-signed-request.txt");
        let expected = sent.lines().filter_map(|line| line.split_once(':'));
        for (name, value) in expected {
            let name = name.to_lowercase();
            let all = headers.iter().copied().chain(added.iter().map(|(name, value)| (*name, value.as_str())));
            let ours: Vec<&str> = all.filter(|(own, _)| *own == name).map(|(_, value)| value).collect();
            assert_eq!(ours, [value], "{vector}: {name}");
        }
    }
}

#[test]
fn signs_as_the_published_vectors_do() {
    for vector in SIGNED {
        check(vector);
    }
}

#[test]
fn leaves_a_published_vector_out_only_for_a_reason() {
    let mut known: Vec<&str> = LEFT_OUT.iter().flat_map(|(_, vectors)| *vectors).chain(&SIGNED).copied().collect();
    known.sort_unstable();
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let mut published: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    published.sort_unstable();
    assert_eq!(known, published);
}

#[test]
fn makes_a_new_key_when_the_day_ends() {
    let credentials = || Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    };
    let kept = Signer::new(credentials(), "us-east-1".to_owned(), "kinesis");
    for hours in [0, 11, 12, 36, 12] {
        let now = UnixMillis(NOW.0 + hours * 60 * 60 * 1000);
        let fresh = Signer::new(credentials(), "us-east-1".to_owned(), "kinesis");
        let sign = |signer: &Signer| signer.sign(&[("host", "example.amazonaws.com")], b"{}", now);
        assert_eq!(sign(&kept), sign(&fresh), "{hours} hours later");
    }
}

#[test]
fn writes_the_time_as_the_service_reads_it() {
    for (ms, expected) in [
        (0, "19700101T000000Z"),
        (951_782_400_000, "20000229T000000Z"),
        (951_868_799_999, "20000229T235959Z"),
        (1_709_164_799_000, "20240228T235959Z"),
        (1_709_251_200_000, "20240301T000000Z"),
        (NOW.0, "20150830T123600Z"),
        (4_107_542_400_000, "21000301T000000Z"),
    ] {
        assert_eq!(stamp(UnixMillis(ms)), expected);
    }
}

#[test]
fn shows_nothing_of_its_credentials() {
    let credentials = Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "hunter2".to_owned(),
        session_token: Some("hunter3".to_owned()),
    };
    let signer = Signer::new(credentials, "us-east-1".to_owned(), "kinesis");
    assert_eq!(format!("{signer:?}"), r#"Signer { region: "us-east-1", service: "kinesis", .. }"#);
}
