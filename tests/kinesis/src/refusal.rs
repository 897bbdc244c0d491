//! What the service says when it does not do what was asked.

/// An error answer: the service's name for it, a text for people, the HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new("InvalidArgumentException", message)
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::new("SerializationException", message)
    }

    pub(crate) fn no_stream(name: &str) -> Self {
        Self::new("ResourceNotFoundException", format!("Stream {name} under account {ACCOUNT} not found."))
    }

    pub(crate) fn no_shard(shard: &str, stream: &str) -> Self {
        let text = format!("Could not find shard {shard} in stream {stream} under account {ACCOUNT}.");
        Self::new("ResourceNotFoundException", text)
    }

    pub(crate) fn throttled(shard: &str, stream: &str) -> Self {
        Self::new(THROTTLED, throttled_text(shard, stream))
    }

    pub(crate) fn internal() -> Self {
        Self { status: 500, ..Self::new(INTERNAL, INTERNAL_TEXT) }
    }
}

/// The account that owns every stream here.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The two codes that a record of a `PutRecords` answer can have.
pub(crate) const THROTTLED: &str = "ProvisionedThroughputExceededException";
pub(crate) const INTERNAL: &str = "InternalFailure";
pub(crate) const INTERNAL_TEXT: &str = "Internal service failure.";

pub(crate) fn throttled_text(shard: &str, stream: &str) -> String {
    format!("Rate exceeded for shard {shard} in stream {stream} under account {ACCOUNT}.")
}
