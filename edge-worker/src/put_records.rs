//! `PutRecords` of Kinesis Data Streams: what one record is sent as, and what the service's answer means for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

/// The operation, as the service's JSON protocol names it.
pub(crate) const TARGET: &str = "Kinesis_20131202.PutRecords";
/// The protocol.
pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// A name of an error is logged up to this length.
const MAX_SERVICE_CODE_BYTES: usize = 64;

/// What the service calls the refusals that mean nothing but `later`.
const THROTTLES: [&str; 4] = [
    "ProvisionedThroughputExceededException",
    "LimitExceededException",
    "ThrottlingException",
    "KMSThrottlingException",
];

/// Why a record was not accepted, as far as can be known: it may be in the stream all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The stream takes no more at the moment.
    Throttled,
    /// The request was accepted, our record was not.
    PartialFailure,
    /// No answer in time.
    TimedOut,
    /// No answer at all.
    Unreachable,
    /// Our fault: credentials, rights, a stream that does not exist.
    Rejected,
    /// The service's fault.
    ServerError,
    /// An answer that says neither yes nor no.
    UnreadableAnswer,
}

impl Reason {
    /// The stable code, for logs.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::PartialFailure => "partial_failure",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Rejected => "rejected",
            Self::ServerError => "server_error",
            Self::UnreadableAnswer => "unreadable_answer",
        }
    }

    /// The same in words.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Throttled => "the stream takes no more at the moment",
            Self::PartialFailure => "the stream accepted the request and not the record",
            Self::TimedOut => "the stream did not answer in time",
            Self::Unreachable => "the stream cannot be reached",
            Self::Rejected => "the stream refuses us: check credentials, rights and the stream's name",
            Self::ServerError => "the stream failed",
            Self::UnreadableAnswer => "the stream gave an answer that says neither yes nor no",
        }
    }
}

/// A record that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    /// The answer's HTTP status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// The service's own name for it.
    pub(crate) service_code: Option<String>,
}

impl Failure {
    /// Without an answer.
    pub(crate) fn unanswered(reason: Reason) -> Self {
        Self { reason, status: None, service_code: None }
    }
}

/// The body for one record.
pub(crate) fn body(record: &[u8], partition_key: &str, stream: &str) -> String {
    json!({
        "Records": [{ "Data": STANDARD.encode(record), "PartitionKey": partition_key }],
        "StreamName": stream,
    })
    .to_string()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    failed_record_count: u64,
    records: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    sequence_number: Option<String>,
    error_code: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    kind: String,
}

/// Whether an answer says that the record is in the stream.
pub(crate) fn accepted(status: u16, body: &[u8]) -> Result<(), Failure> {
    let failure = |reason, service_code| Err(Failure { reason, status: Some(status), service_code });
    match status {
        200 => match serde_json::from_slice::<Answer>(body) {
            Ok(Answer { failed_record_count, records }) => match &records[..] {
                [Entry { error_code: Some(code), .. }] => failure(Reason::PartialFailure, service_code(code)),
                [Entry { sequence_number: Some(_), error_code: None }] if failed_record_count == 0 => Ok(()),
                _ => failure(Reason::UnreadableAnswer, None),
            },
            Err(_) => failure(Reason::UnreadableAnswer, None),
        },
        400..=499 => {
            let said = serde_json::from_slice::<Refusal>(body).ok().and_then(|refusal| service_code(&refusal.kind));
            let throttled = status == 429 || said.as_ref().is_some_and(|code| THROTTLES.contains(&code.as_str()));
            failure(if throttled { Reason::Throttled } else { Reason::Rejected }, said)
        }
        500..=599 => {
            let said = serde_json::from_slice::<Refusal>(body).ok().and_then(|refusal| service_code(&refusal.kind));
            failure(Reason::ServerError, said)
        }
        _ => failure(Reason::UnreadableAnswer, None),
    }
}

/// The bare name out of `com.amazonaws.kinesis#Name:address`; nothing if it does not look like one, since it is logged.
fn service_code(kind: &str) -> Option<String> {
    let name = kind.rsplit('#').next().and_then(|name| name.split(':').next())?;
    let plain = (1..=MAX_SERVICE_CODE_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_one_record_with_its_session_as_partition_key() {
        let sent: serde_json::Value = serde_json::from_str(&body(b"{\"v\":1}\xff", "session \"1\"", "unsnag")).unwrap();
        let expected = json!({
            "Records": [{ "Data": "eyJ2IjoxfQ==".replace("fQ==", "ff8="), "PartitionKey": "session \"1\"" }],
            "StreamName": "unsnag",
        });
        assert_eq!(sent, expected);
    }

    /// What an answer comes to: `accepted`, or the reason and the service's name for it.
    fn read(status: u16, body: &str) -> String {
        match accepted(status, body.as_bytes()) {
            Ok(()) => "accepted".to_owned(),
            Err(failure) => {
                assert_eq!(failure.status, Some(status));
                format!("{} {}", failure.reason.code(), failure.service_code.as_deref().unwrap_or("-"))
            }
        }
    }

    #[test]
    fn accepts_only_what_the_stream_says_it_has() {
        let sequence = "49590338271490256608559692538361571095921575989136588898";
        let good = format!(
            r#"{{"FailedRecordCount":0,"Records":[{{"SequenceNumber":"{sequence}","ShardId":"shardId-000000000000"}}],"EncryptionType":"KMS"}}"#
        );
        for (body, expected) in [
            (good.as_str(), "accepted"),
            (
                r#"{"FailedRecordCount":1,"Records":[{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard shardId-000000000000 in stream unsnag under account 111111111111."}]}"#,
                "partial_failure ProvisionedThroughputExceededException",
            ),
            (
                r#"{"FailedRecordCount":0,"Records":[{"ErrorCode":"InternalFailure","ErrorMessage":"Internal service failure."}]}"#,
                "partial_failure InternalFailure",
            ),
            (
                r#"{"FailedRecordCount":1,"Records":[{"SequenceNumber":"1","ErrorCode":"<b>","ShardId":"s"}]}"#,
                "partial_failure -",
            ),
            (r#"{"FailedRecordCount":1,"Records":[{"SequenceNumber":"1","ShardId":"s"}]}"#, "unreadable_answer -"),
            (r#"{"FailedRecordCount":0,"Records":[]}"#, "unreadable_answer -"),
            (r#"{"FailedRecordCount":0,"Records":[{}]}"#, "unreadable_answer -"),
            (
                r#"{"FailedRecordCount":0,"Records":[{"SequenceNumber":"1"},{"SequenceNumber":"2"}]}"#,
                "unreadable_answer -",
            ),
            (r#"{"Records":[{"SequenceNumber":"1"}]}"#, "unreadable_answer -"),
            ("{}", "unreadable_answer -"),
            ("", "unreadable_answer -"),
            ("<html>captive portal</html>", "unreadable_answer -"),
        ] {
            assert_eq!(read(200, body), expected, "{body}");
        }
    }

    #[test]
    fn says_whose_fault_a_refusal_is() {
        for (status, kind, expected) in [
            (400, "ProvisionedThroughputExceededException", "throttled ProvisionedThroughputExceededException"),
            (400, "com.amazonaws.kinesis.v20131202#KMSThrottlingException", "throttled KMSThrottlingException"),
            (400, "LimitExceededException:somewhere", "throttled LimitExceededException"),
            (429, "Whatever", "throttled Whatever"),
            (400, "ResourceNotFoundException", "rejected ResourceNotFoundException"),
            (400, "UnrecognizedClientException", "rejected UnrecognizedClientException"),
            (403, "AccessDeniedException", "rejected AccessDeniedException"),
            (400, "not a name, and not to be logged", "rejected -"),
            (500, "InternalFailure", "server_error InternalFailure"),
            (503, "ServiceUnavailable", "server_error ServiceUnavailable"),
            (301, "Whatever", "unreadable_answer -"),
            (204, "Whatever", "unreadable_answer -"),
        ] {
            let body = json!({ "__type": kind, "message": "secret" }).to_string();
            assert_eq!(read(status, &body), expected, "{status} {kind}");
        }
        assert_eq!(read(400, "nothing that it should say"), "rejected -");
        assert_eq!(read(502, "<html>"), "server_error -");
    }
}
