//! Why records did not get into the stream, or could not be read from it, and what follows from it.

/// One code for each reason; operators meet it in metrics, in the log and in `/readyz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    Throttled,
    Internal,
    Timeout,
    Connection,
    StreamNotFound,
    AccessDenied,
    NoCredentials,
    BadCredentials,
    EncryptionKey,
    UnexpectedAnswer,
    Refused,
}

/// Whose fault it is decides what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// It passes by itself: try again, with back-off.
    Passing,
    /// An operator has to change something: try again slowly, and say so.
    Configuration,
    /// The service does not take this content, however often it is sent.
    Content,
}

impl Fault {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Internal => "internal_failure",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::StreamNotFound => "stream_not_found",
            Self::AccessDenied => "access_denied",
            Self::NoCredentials => "no_credentials",
            Self::BadCredentials => "bad_credentials",
            Self::EncryptionKey => "encryption_key",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::Refused => "record_refused",
        }
    }

    pub(crate) fn nature(self) -> Nature {
        match self {
            Self::Throttled | Self::Internal | Self::Timeout | Self::Connection => Nature::Passing,
            Self::StreamNotFound
            | Self::AccessDenied
            | Self::NoCredentials
            | Self::BadCredentials
            | Self::EncryptionKey
            | Self::UnexpectedAnswer => Nature::Configuration,
            Self::Refused => Nature::Content,
        }
    }

    /// What an operator reads.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Throttled => "the stream takes no more for now; add shards if this lasts",
            Self::Internal => "the service answers with failures of its own",
            Self::Timeout => "the service does not answer in time",
            Self::Connection => "the service cannot be reached; check stream.endpoint and the network",
            Self::StreamNotFound => "there is no such stream; check stream.name, stream.region and the account",
            Self::AccessDenied => "these credentials may not use the stream; check their policy",
            Self::NoCredentials => "there are no AWS credentials in the environment, the files or the instance",
            Self::BadCredentials => "the credentials or the signature are not accepted; check them and the clock",
            Self::EncryptionKey => "the key that encrypts the stream cannot be used; check it in KMS",
            Self::UnexpectedAnswer => "what answers does not speak as Kinesis does; check stream.endpoint",
            Self::Refused => "the stream refuses a record, which is tried again, and set aside once others get through",
        }
    }

    /// From an error code of the service, for a request or for one record; the status decides where there is none.
    pub(crate) fn from_service(code: Option<&str>, status: Option<u16>) -> Self {
        let code = code.unwrap_or_default();
        match code {
            "ProvisionedThroughputExceededException"
            | "LimitExceededException"
            | "ThrottlingException"
            | "Throttling"
            | "RequestLimitExceeded"
            | "KMSThrottlingException" => Self::Throttled,
            "InternalFailure" | "InternalFailureException" | "ServiceUnavailable" | "ServiceUnavailableException" => {
                Self::Internal
            }
            "ResourceNotFoundException" => Self::StreamNotFound,
            "AccessDeniedException" | "AccessDenied" | "NotAuthorized" | "OptInRequired" => Self::AccessDenied,
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired" => Self::BadCredentials,
            "ValidationException" | "InvalidArgumentException" => Self::Refused,
            _ if code.starts_with("KMS") || code.starts_with("Kms") => Self::EncryptionKey,
            _ => match status {
                Some(429) => Self::Throttled,
                Some(500..=599) => Self::Internal,
                _ => Self::UnexpectedAnswer,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_passes_from_what_an_operator_must_change() {
        for (code, status, fault, nature) in [
            // Throttling of a whole request is a 400.
            (Some("ProvisionedThroughputExceededException"), 400, Fault::Throttled, Nature::Passing),
            (Some("KMSThrottlingException"), 400, Fault::Throttled, Nature::Passing),
            (Some("InternalFailure"), 500, Fault::Internal, Nature::Passing),
            (None, 503, Fault::Internal, Nature::Passing),
            (None, 429, Fault::Throttled, Nature::Passing),
            (Some("ResourceNotFoundException"), 400, Fault::StreamNotFound, Nature::Configuration),
            (Some("AccessDeniedException"), 400, Fault::AccessDenied, Nature::Configuration),
            (Some("InvalidSignatureException"), 400, Fault::BadCredentials, Nature::Configuration),
            (Some("KMSDisabledException"), 400, Fault::EncryptionKey, Nature::Configuration),
            (Some("UnknownOperationException"), 400, Fault::UnexpectedAnswer, Nature::Configuration),
            (None, 404, Fault::UnexpectedAnswer, Nature::Configuration),
            (Some("ValidationException"), 400, Fault::Refused, Nature::Content),
            (Some("InvalidArgumentException"), 400, Fault::Refused, Nature::Content),
        ] {
            let found = Fault::from_service(code, Some(status));
            assert_eq!((found, found.nature()), (fault, nature), "{code:?} {status}");
        }
    }
}
