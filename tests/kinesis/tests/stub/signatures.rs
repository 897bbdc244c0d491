//! Signatures over the socket; the table of all cases is beside `sigv4` itself.

use serde_json::json;
use unsnag_kinesis_stub::sigv4::Credentials;
use unsnag_kinesis_stub::{Options, Stub};

use crate::client::{Call, put, stored, stub};

#[test]
fn rejects_requests_by_what_is_wrong_with_their_signature() {
    let stub = stub(1);
    let good = put(&["a"]);
    let own = Credentials::default;
    for (what, call, expected) in [
        ("none", Call { signed: false, ..good.clone() }, "MissingAuthenticationTokenException"),
        (
            "another secret",
            Call { credentials: Credentials { secret_key: "x".to_owned(), ..own() }, ..good.clone() },
            "InvalidSignatureException",
        ),
        (
            "another key",
            Call { credentials: Credentials { access_key: "x".to_owned(), ..own() }, ..good.clone() },
            "UnrecognizedClientException",
        ),
        ("another region", Call { region: "eu-west-1".to_owned(), ..good.clone() }, "InvalidSignatureException"),
        ("a clock that is late", Call { clock_off_s: -310, ..good.clone() }, "InvalidSignatureException"),
        ("a clock that is early", Call { clock_off_s: 310, ..good.clone() }, "InvalidSignatureException"),
    ] {
        assert_eq!(call.answer(&stub).verdict(), (400, expected.to_owned()), "{what}");
    }
    assert!(stored(&stub).is_empty());
    for clock_off_s in [-290, 0, 290] {
        assert_eq!(Call { clock_off_s, ..good.clone() }.answer(&stub).status, 200, "{clock_off_s}");
    }
}

#[test]
fn checks_the_signature_before_it_reads_the_body() {
    let stub = stub(1);
    let call = Call { signed: false, ..Call::raw("PutRecords", "{") };
    assert_eq!(call.answer(&stub).verdict().1, "MissingAuthenticationTokenException");
}

#[test]
fn takes_temporary_credentials_with_their_token() {
    let temporary = Credentials { session_token: Some("token".to_owned()), ..Credentials::default() };
    let stub = Stub::start(Options { credentials: temporary.clone(), ..Options::default() }).unwrap();
    let list = Call::new("ListStreams", &json!({}));
    assert_eq!(Call { credentials: temporary, ..list.clone() }.answer(&stub).status, 200);
    assert_eq!(list.answer(&stub).verdict().1, "UnrecognizedClientException");
}

#[test]
fn every_answer_has_an_id_of_its_own() {
    let stub = stub(1);
    let answers = [put(&["a"]).answer(&stub), Call::raw("PutRecords", "{").answer(&stub)];
    let ids = answers.each_ref().map(|answer| answer.header("x-amzn-requestid"));
    assert_eq!(ids.map(str::len), [36, 36]);
    assert_ne!(ids[0], ids[1]);
    assert!(answers.iter().all(|answer| answer.header("content-type") == "application/x-amz-json-1.1"));
}
