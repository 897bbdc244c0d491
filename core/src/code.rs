//! Every refusal by its stable code: status, whose fault it is, whether to retry, and a sentence that says what to do.

/// Why a whole request was refused. The variants stand in the order in which they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestCode {
    /// No such path.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// Not `text/plain` or `application/json`.
    UnsupportedContentType,
    /// The body is larger than [`crate::limits::MAX_BODY_BYTES`].
    BodyTooLarge,
    /// No body.
    EmptyBody,
    /// No write key, or one that this host does not serve.
    UnknownKey,
    /// The live channel's token is none of this host's.
    BadToken,
    /// The live channel's token was one, and is over.
    ExpiredToken,
    /// A push without a valid signature.
    BadSignature,
    /// A push whose time is too far from the host's.
    StaleSignature,
    /// The page's origin is not among the key's origins.
    OriginNotAllowed,
    /// The key or the client sends too much.
    RateLimited,
    /// Neither plain nor valid gzip.
    InvalidEncoding,
    /// The inflated body is larger than [`crate::limits::MAX_INFLATED_BYTES`].
    InflatedTooLarge,
    /// Not JSON, or nested deeper than [`crate::limits::MAX_JSON_DEPTH`].
    InvalidJson,
    /// JSON, but not a batch.
    InvalidBatch,
    /// More events than [`crate::limits::MAX_EVENTS`].
    TooManyEvents,
    /// JSON, but not a push.
    InvalidPush,
    /// The live channel is a WebSocket, and the request does not ask for one.
    UpgradeRequired,
    /// The body did not arrive in time.
    RequestTimeout,
    /// The URL is too long.
    UriTooLong,
    /// The headers are too large.
    HeadersTooLarge,
    /// The host failed in a way it did not foresee.
    InternalError,
    /// The stream cannot take the batch now.
    StreamUnavailable,
    /// The host's log has no room now.
    LogFull,
}

impl RequestCode {
    /// All of them, for tables and tests.
    pub const ALL: [RequestCode; 25] = [
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::UnsupportedContentType,
        Self::BodyTooLarge,
        Self::EmptyBody,
        Self::UnknownKey,
        Self::BadToken,
        Self::ExpiredToken,
        Self::BadSignature,
        Self::StaleSignature,
        Self::OriginNotAllowed,
        Self::RateLimited,
        Self::InvalidEncoding,
        Self::InflatedTooLarge,
        Self::InvalidJson,
        Self::InvalidBatch,
        Self::TooManyEvents,
        Self::InvalidPush,
        Self::UpgradeRequired,
        Self::RequestTimeout,
        Self::UriTooLong,
        Self::HeadersTooLarge,
        Self::InternalError,
        Self::StreamUnavailable,
        Self::LogFull,
    ];

    /// The HTTP status, the code and the sentence, in one place.
    const fn parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotFound => (404, "not_found", "There is nothing at this path; see the documented routes."),
            Self::MethodNotAllowed => {
                (405, "method_not_allowed", "Use the method that the Allow header names for this path.")
            }
            Self::UnsupportedContentType => {
                (415, "unsupported_content_type", "Send the batch as text/plain;charset=utf-8 or application/json.")
            }
            Self::BodyTooLarge => (413, "body_too_large", "Send at most 65,536 bytes; seal smaller batches."),
            Self::EmptyBody => (400, "empty_body", "Send a batch in the body."),
            Self::UnknownKey => (401, "unknown_key", "Send the write key of this site as the query parameter `key`."),
            Self::BadToken => (401, "bad_token", "Open the live channel with the token of the newest batch answer."),
            Self::ExpiredToken => (
                401,
                "expired_token",
                "Send the next batch; its answer brings a new token while the session is at risk.",
            ),
            Self::BadSignature => {
                (401, "bad_signature", "Sign the push with a key of push.keys, as the contract describes it.")
            }
            Self::StaleSignature => {
                (401, "stale_signature", "Set the clock, and sign the push within five minutes of sending it.")
            }
            Self::OriginNotAllowed => {
                (403, "origin_not_allowed", "Add this page's origin to the origins of the write key.")
            }
            Self::RateLimited => (429, "rate_limited", "Wait as long as Retry-After says, then send the same batch."),
            Self::InvalidEncoding => {
                (400, "invalid_encoding", "Send the body as plain UTF-8 or as one whole gzip stream.")
            }
            Self::InflatedTooLarge => {
                (413, "inflated_too_large", "Send at most 98,304 bytes once inflated; seal smaller batches.")
            }
            Self::InvalidJson => (400, "invalid_json", "Send one JSON document nested at most 8 levels deep."),
            Self::InvalidBatch => {
                (400, "invalid_batch", "Send a batch as its schema describes; some required part is wrong.")
            }
            Self::TooManyEvents => (413, "too_many_events", "Send at most 100 events in one batch."),
            Self::InvalidPush => (
                400,
                "invalid_push",
                "Send a push as its schema describes, of a catalogue entry, and before it expires.",
            ),
            Self::UpgradeRequired => {
                (426, "upgrade_required", "Open a WebSocket (RFC 6455, version 13); this path speaks nothing else.")
            }
            Self::RequestTimeout => (408, "request_timeout", "Send the whole body within ten seconds."),
            Self::UriTooLong => (414, "uri_too_long", "Send a shorter URL."),
            Self::HeadersTooLarge => (431, "headers_too_large", "Send fewer or shorter headers."),
            Self::InternalError => {
                (500, "internal_error", "Send the same batch again later; the host has logged why it failed.")
            }
            Self::StreamUnavailable => {
                (503, "stream_unavailable", "Keep the batch and send it again after Retry-After.")
            }
            Self::LogFull => {
                (503, "log_full", "Keep the batch and send it again after Retry-After; the host has no room.")
            }
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.parts().0
    }

    /// The stable code.
    pub const fn code(self) -> &'static str {
        self.parts().1
    }

    /// One sentence that says what to do.
    pub const fn message(self) -> &'static str {
        self.parts().2
    }

    /// Whether the same bytes may be accepted later.
    pub const fn retryable(self) -> bool {
        self.retry_after_s().is_some() || matches!(self, Self::InternalError | Self::RequestTimeout)
    }

    /// Seconds for the `Retry-After` header, where there is one.
    pub const fn retry_after_s(self) -> Option<u32> {
        match self {
            Self::RateLimited | Self::StreamUnavailable => Some(1),
            Self::LogFull => Some(30),
            _ => None,
        }
    }
}

/// Why one event of an accepted batch was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropCode {
    /// A required field is missing or has the wrong type, or an id is not one.
    InvalidField,
    /// A number is outside its documented range, or no finite number at all.
    NumberOutOfRange,
    /// The event's time lies more than five minutes ahead.
    TimeInFuture,
    /// The event's time lies more than 24 hours back.
    TimeTooOld,
    /// A string is longer than [`crate::limits::MAX_STRING_BYTES`].
    StringTooLong,
    /// The batch holds an event with this id already.
    DuplicateEvent,
}

impl DropCode {
    /// All of them, for tables and tests.
    pub const ALL: [DropCode; 6] = [
        Self::InvalidField,
        Self::NumberOutOfRange,
        Self::TimeInFuture,
        Self::TimeTooOld,
        Self::StringTooLong,
        Self::DuplicateEvent,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidField => "invalid_field",
            Self::NumberOutOfRange => "number_out_of_range",
            Self::TimeInFuture => "time_in_future",
            Self::TimeTooOld => "time_too_old",
            Self::StringTooLong => "string_too_long",
            Self::DuplicateEvent => "duplicate_event",
        }
    }
}
