//! What operators may write, and what they are told of what they may not.

use unsnag_core::host::Origins;

use super::*;

const GOOD: [(&str, &str); 6] = [
    ("UNSNAG_KEYS", r#"[{"key":"shop","origins":["https://shop.example"],"rate_per_s":7}]"#),
    ("KINESIS_STREAM", "unsnag"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    ("UNSNAG_SIGNING_KEYS", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
];

/// The good bindings with some changed; an empty text takes one away.
fn read(changes: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    Settings::read(&|name| {
        let bindings = changes.iter().chain(&GOOD);
        bindings.into_iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
    })
}

fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    read(changes).map_or_else(|problems| problems, |_| Vec::new())
}

#[test]
fn reads_a_deployment() {
    let Settings { vars, secrets } = read(&[]).unwrap();
    assert_eq!(vars.keys[0].origins, Origins::Exactly(vec!["https://shop.example".to_owned()]));
    assert_eq!(vars.keys[0].rate_per_s, 7);
    assert_eq!(vars.client_rate_per_s, 50);
    assert_eq!(vars.config.etag, Config::embedded().etag);
    assert_eq!(vars.stream.endpoint.url, "https://kinesis.eu-central-1.amazonaws.com/");
    assert_eq!(vars.stream.endpoint.host, "kinesis.eu-central-1.amazonaws.com");
    assert_eq!((vars.held_clock, vars.panic_path), (None, None));
    assert_eq!(secrets.credentials.access_key_id, "AKIDEXAMPLE");
    assert!(secrets.credentials.session_token.is_none());
}

#[test]
fn has_the_demos_key_where_only_this_machine_reaches_it() {
    let Settings { vars, .. } = read(&[
        ("UNSNAG_LOCAL", "1"),
        ("UNSNAG_KEYS", ""),
        ("UNSNAG_HELD_CLOCK_MS", "1700000000000"),
        ("UNSNAG_PANIC_PATH", "/drill"),
        ("KINESIS_ENDPOINT", "http://127.0.0.1:4567"),
        ("AWS_SESSION_TOKEN", "token"),
        ("UNSNAG_CLIENT_RATE_PER_S", "0"),
    ])
    .unwrap();
    assert_eq!(vars.keys[0].origins, Origins::Loopback);
    assert_eq!(vars.held_clock, Some(UnixMillis(1_700_000_000_000)));
    assert_eq!(vars.stream.endpoint.host, "127.0.0.1:4567");
    assert_eq!(vars.client_rate_per_s, 0);
    assert!(problems(&[("UNSNAG_KEYS", r#"[{"key":"demo"}]"#)])[0].contains("everyone knows the key"));
}

#[test]
fn lists_every_mistake_at_once_and_repeats_no_secret() {
    let found = problems(&[
        ("UNSNAG_KEYS", r#"[{"key":"a b","origins":["shop.example"]}]"#),
        ("UNSNAG_CONFIG", r#"{"v":2}"#),
        ("UNSNAG_CLIENT_RATE_PER_S", "-1"),
        ("KINESIS_STREAM", "un snag"),
        ("KINESIS_ENDPOINT", "kinesis"),
        ("AWS_REGION", "Frankfurt"),
        ("UNSNAG_LOCAL", "yes"),
        ("UNSNAG_HELD_CLOCK_MS", "1700000000000"),
        ("UNSNAG_PANIC_PATH", "drill"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", "hunter 2"),
        ("AWS_SESSION_TOKEN", "hunter 3"),
        ("UNSNAG_SIGNING_KEYS", "hunter4"),
    ]);
    let mut names: Vec<&str> = found.iter().filter_map(|problem| problem.split(':').next()).collect();
    names.sort_unstable();
    names.dedup();
    let mut expected: Vec<&str> = VARS.iter().chain(&SECRETS).copied().collect();
    expected.sort_unstable();
    assert_eq!(names, expected, "{found:#?}");
    assert!(!found.iter().any(|problem| problem.contains("hunter")), "{found:#?}");
}

#[test]
fn says_of_each_missing_binding_how_to_give_it() {
    let found = Settings::read(&|_| None).unwrap_err();
    for name in [
        "UNSNAG_KEYS",
        "KINESIS_STREAM",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "UNSNAG_SIGNING_KEYS",
    ] {
        let own: Vec<&String> = found.iter().filter(|problem| problem.starts_with(&format!("{name}: "))).collect();
        assert_eq!(own.len(), 1, "{name} in {found:#?}");
    }
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn takes_an_endpoint_that_the_platform_writes_the_same_way() {
    for (text, expected) in [
        ("https://kinesis.example", Some(("https://kinesis.example/", "kinesis.example"))),
        ("https://kinesis.example/", Some(("https://kinesis.example/", "kinesis.example"))),
        ("https://kinesis.example:443", Some(("https://kinesis.example/", "kinesis.example"))),
        ("https://kinesis.example:4567", Some(("https://kinesis.example:4567/", "kinesis.example:4567"))),
        ("http://[::1]:4567", Some(("http://[::1]:4567/", "[::1]:4567"))),
        ("http://127.0.0.1:80/", Some(("http://127.0.0.1/", "127.0.0.1"))),
        ("https://kinesis.example/path", None),
        ("https://kinesis.example?a", None),
        ("https://user@kinesis.example", None),
        ("https://Kinesis.example", None),
        ("ftp://kinesis.example", None),
        ("https://", None),
        ("kinesis.example", None),
    ] {
        let mut problems = Vec::new();
        let read = endpoint(text, true, &mut problems);
        assert_eq!(read.as_ref().map(|it| (it.url.as_str(), it.host.as_str())), expected, "{text}");
        assert_eq!(problems.len(), usize::from(expected.is_none()), "{text}: {problems:?}");
    }
    let mut problems = Vec::new();
    assert!(endpoint("http://kinesis.example", false, &mut problems).is_none());
    assert!(problems[0].contains("unencrypted"), "{problems:?}");
}
