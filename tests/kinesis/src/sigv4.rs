//! Signature Version 4, from the side of the service: what a request's signature must be, and whether it is.
//!
//! Pure: the time is an argument. Written from the specification without AWS's own crates, so that a signer which
//! passes here agrees with a second opinion; both are held against AWS's vectors in `fixtures/sigv4`.

mod canonical;
mod date;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

pub use canonical::canonical_request;
pub use date::write as amz_date;

/// The only algorithm; the one with asymmetric keys is another version.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a credential scope ends in.
const TERMINATOR: &str = "aws4_request";

/// How far the client's clock may be from ours, in seconds.
const MAX_SKEW_S: u64 = 5 * 60;

/// A request without its body; the header names in any case, the values as they were sent.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// What follows the question mark, or nothing.
    pub query: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
}

impl<'a> Head<'a> {
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Who may sign. `session_token` belongs to temporary credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key: String,
    pub secret_key: String,
    pub session_token: Option<String>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            access_key: "UNSNAGTESTKEY".to_owned(),
            secret_key: "unsnag-test-secret".to_owned(),
            session_token: None,
        }
    }
}

/// What a valid signature must be for.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    pub credentials: &'a Credentials,
    pub region: &'a str,
    pub service: &'a str,
}

/// Why a request does not count as signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("Missing Authentication Token")]
    Missing,
    #[error("{0}")]
    Incomplete(String),
    #[error("The security token included in the request is invalid.")]
    UnknownClient,
    #[error("{0}")]
    Invalid(String),
}

impl SignatureError {
    /// The name that the service has for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownClient => "UnrecognizedClientException",
            Self::Invalid(_) => "InvalidSignatureException",
        }
    }
}

/// The parts of an `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization<'a> {
    pub access_key: &'a str,
    /// `DATE/REGION/SERVICE/aws4_request`.
    pub scope: &'a str,
    pub signed_headers: Vec<&'a str>,
    pub signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header's value.
    pub fn parse(text: &'a str) -> Result<Self, SignatureError> {
        let incomplete = |what: &str| SignatureError::Incomplete(format!("{what} Authorization={text}"));
        let Some(rest) = text.strip_prefix(ALGORITHM).filter(|rest| rest.starts_with(' ')) else {
            return Err(incomplete(&format!("The algorithm must be {ALGORITHM}.")));
        };
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in rest.split(',') {
            match part.trim().split_once('=') {
                Some(("Credential", value)) => credential = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                _ => return Err(incomplete("The parts must be Credential, SignedHeaders and Signature.")),
            }
        }
        let credential =
            credential.ok_or_else(|| incomplete("Authorization header requires 'Credential' parameter."))?;
        let signed_headers =
            signed_headers.ok_or_else(|| incomplete("Authorization header requires 'SignedHeaders' parameter."))?;
        let signature = signature.ok_or_else(|| incomplete("Authorization header requires 'Signature' parameter."))?;
        let (access_key, scope) = credential
            .split_once('/')
            .ok_or_else(|| incomplete("Credential must have the form KEY/DATE/REGION/SERVICE/aws4_request."))?;
        Ok(Self { access_key, scope, signed_headers: signed_headers.split(';').collect(), signature })
    }
}

/// What is signed in the end: `date` as in `x-amz-date`, `scope` as in [`Authorization`].
pub fn string_to_sign(date: &str, scope: &str, canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{date}\n{scope}\n{}", sha256_hex(canonical_request.as_bytes()))
}

/// The signature, in hexadecimal digits; the signing key follows from the secret and each part of the scope.
pub fn signature(secret_key: &str, scope: &str, string_to_sign: &str) -> String {
    let first = format!("AWS4{secret_key}").into_bytes();
    let key = scope.split('/').fold(first, |key, part| hmac_sha256(&key, part));
    hex(&hmac_sha256(&key, string_to_sign))
}

/// Whether a request is signed by whom we trust, now.
pub fn verify(head: &Head<'_>, body: &[u8], trust: &Trust<'_>, now_s: u64) -> Result<(), SignatureError> {
    let authorization = Authorization::parse(head.header("authorization").ok_or(SignatureError::Missing)?)?;
    let date = head.header("x-amz-date").ok_or_else(|| {
        SignatureError::Incomplete("Authorization header requires existence of a 'X-Amz-Date' header.".to_owned())
    })?;
    let signed_at = date::parse(date)
        .ok_or_else(|| SignatureError::Incomplete(format!("Date must be in ISO-8601 'basic format'. Got '{date}'.")))?;
    check_client(head, &authorization, trust.credentials)?;
    check_scope(authorization.scope, date, trust)?;
    check_time(signed_at, now_s)?;
    check_coverage(head, &authorization)?;
    let canonical = canonical_request(head, &authorization.signed_headers, &sha256_hex(body));
    let text = string_to_sign(date, authorization.scope, &canonical);
    if signature(&trust.credentials.secret_key, authorization.scope, &text) == authorization.signature {
        return Ok(());
    }
    Err(SignatureError::Invalid(format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this \
         request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{text}'\n"
    )))
}

fn check_client(
    head: &Head<'_>,
    authorization: &Authorization<'_>,
    credentials: &Credentials,
) -> Result<(), SignatureError> {
    let token = head.header("x-amz-security-token");
    if authorization.access_key == credentials.access_key && token == credentials.session_token.as_deref() {
        Ok(())
    } else {
        Err(SignatureError::UnknownClient)
    }
}

fn check_scope(scope: &str, date: &str, trust: &Trust<'_>) -> Result<(), SignatureError> {
    let invalid = |text: String| Err(SignatureError::Invalid(text));
    let parts: Vec<&str> = scope.split('/').collect();
    let [day, region, service, terminator] = parts[..] else {
        return invalid(format!("Credential must have exactly 5 slash-delimited elements, got '{scope}'."));
    };
    if terminator != TERMINATOR {
        return invalid(format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'."
        ));
    }
    if service != trust.service {
        return invalid(format!("Credential should be scoped to correct service: '{}'.", trust.service));
    }
    if region != trust.region {
        return invalid(format!("Credential should be scoped to a valid region, not '{region}'."));
    }
    if !date.starts_with(day) || day.len() != "YYYYMMDD".len() {
        return invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{day}' != \
             '{date}'."
        ));
    }
    Ok(())
}

fn check_time(signed_at: u64, now_s: u64) -> Result<(), SignatureError> {
    let (signed, now) = (date::write(signed_at), date::write(now_s));
    if signed_at + MAX_SKEW_S < now_s {
        let earliest = date::write(now_s - MAX_SKEW_S);
        return Err(SignatureError::Invalid(format!(
            "Signature expired: {signed} is now earlier than {earliest} ({now} - 5 min.)"
        )));
    }
    if signed_at > now_s + MAX_SKEW_S {
        let latest = date::write(now_s + MAX_SKEW_S);
        return Err(SignatureError::Invalid(format!(
            "Signature not yet current: {signed} is still later than {latest} ({now} + 5 min.)"
        )));
    }
    Ok(())
}

/// `host` and every `x-amz-` header must be signed, else they could be changed on the way.
fn check_coverage(head: &Head<'_>, authorization: &Authorization<'_>) -> Result<(), SignatureError> {
    let is_signed = |name: &str| authorization.signed_headers.iter().any(|signed| signed.eq_ignore_ascii_case(name));
    if !is_signed("host") {
        return Err(SignatureError::Invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.".to_owned()));
    }
    let amazons =
        head.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).filter(|name| name.starts_with("x-amz-"));
    let open: Vec<String> = amazons.filter(|name| !is_signed(name)).collect();
    if !open.is_empty() {
        return Err(SignatureError::Invalid(format!(
            "There were headers present in the request which were not signed: {}",
            open.join(", ")
        )));
    }
    if let Some(absent) = authorization.signed_headers.iter().find(|name| head.header(name).is_none()) {
        return Err(SignatureError::Invalid(format!("The signed header '{absent}' is not in the request.")));
    }
    Ok(())
}

/// SHA-256 in hexadecimal digits: of a body, the payload hash of a canonical request.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).expect("half a byte is one digit");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests;
