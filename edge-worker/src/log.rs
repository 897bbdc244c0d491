//! Log lines: one JSON object each, with a stable code and nothing of a payload, a key or a secret.

use serde_json::json;
use worker::{console_error, console_warn};

use crate::put_records::Failure;

/// A batch was refused because the stream did not take it.
pub(crate) fn stream_unavailable(failure: &Failure) {
    let line = json!({
        "level": "error",
        "code": "stream_unavailable",
        "reason": failure.reason.code(),
        "status": failure.status,
        "service_code": failure.service_code,
        "message": failure.reason.message(),
    });
    console_error!("{line}");
}

/// Every mistake of a configuration with which no request can be served.
pub(crate) fn invalid_configuration(problems: &[String]) {
    let line = json!({
        "level": "error",
        "code": "invalid_configuration",
        "problems": problems,
        "message": "every request is refused until these bindings are right",
    });
    console_error!("{line}");
}

/// A panic, by its place in the sources: what it says may quote a payload.
pub(crate) fn panicked(at: &str, said: Option<&str>) {
    let line = json!({
        "level": "error",
        "code": "internal_error",
        "at": at,
        "panic": said,
        "message": "the instance panicked and is replaced",
    });
    console_error!("{line}");
}

/// Something that went wrong and is not a request's fault.
pub(crate) fn error(code: &str, message: &str) {
    let line = json!({ "level": "error", "code": code, "message": message });
    console_error!("{line}");
}

/// Something that went wrong without a request being refused.
pub(crate) fn warn(code: &str, message: &str) {
    let line = json!({ "level": "warn", "code": code, "message": message });
    console_warn!("{line}");
}
