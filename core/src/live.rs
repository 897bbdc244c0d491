//! The live channel's tokens: an answer to a batch of a session at risk brings one, and with it the page may open a
//! channel by which interventions come that are decided later.

use crate::code::RequestCode;
use crate::id::{SessionId, WriteKey};
use crate::sign::SigningKeys;
use crate::time::{Millis, UnixMillis};

/// How long a token opens the channel. Every answer to a session at risk brings a new one, and an open channel stays
/// open, so this only bounds how long a token that was seen by somebody else is worth something.
pub const TOKEN_LASTS: Millis = Millis(5 * 60 * 1000);

/// The longest frame that a page sends, in bytes: the ids of [`MOST_WAITING`](crate::push::MOST_WAITING) interventions
/// and what is around them.
pub const MAX_FRAME_BYTES: usize = 4 * 1024;

/// Keeps these signatures apart from those of decisions.
const PURPOSE: &str = "unsnag-live-v1";

/// Between the parts of a token. No id has it, and no URL has to escape it.
const BETWEEN: char = '~';

/// Whose channel a token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The write key of the site.
    pub key: WriteKey,
    /// The session.
    pub session: SessionId,
}

/// A token that opens this session's channel until then: `UNTIL~KEY~SESSION~SIGNATURE`.
///
/// ```
/// use unsnag_core::id::{SessionId, WriteKey};
/// use unsnag_core::{code::RequestCode, live, sign::SigningKeys, time::UnixMillis};
///
/// let keys = SigningKeys::new(vec![vec![7; 32]]).unwrap();
/// let access = live::Access { key: WriteKey::new("shop").unwrap(), session: SessionId::new("s").unwrap() };
/// let token = live::token(&keys, &access, UnixMillis(1_000));
/// assert_eq!(live::open(&keys, &token, UnixMillis(999)), Ok(access));
/// assert_eq!(live::open(&keys, &token, UnixMillis(1_000)), Err(RequestCode::ExpiredToken));
/// assert_eq!(live::open(&keys, "1000~shop~s~", UnixMillis(999)), Err(RequestCode::BadToken));
/// ```
pub fn token(keys: &SigningKeys, access: &Access, until: UnixMillis) -> String {
    let until = until.0.to_string();
    let parts = [until.as_str(), access.key.as_str(), access.session.as_str()];
    let signature = keys.sign_for(PURPOSE, &parts);
    let mut token = String::new();
    for part in parts {
        token.push_str(part);
        token.push(BETWEEN);
    }
    token + &signature
}

/// Whose channel this token opens now.
pub fn open(keys: &SigningKeys, token: &str, now: UnixMillis) -> Result<Access, RequestCode> {
    let bad = RequestCode::BadToken;
    let parts: Vec<&str> = token.split(BETWEEN).collect();
    let [until, key, session, signature] = parts[..] else { return Err(bad) };
    if !keys.verify_for(PURPOSE, &[until, key, session], signature) {
        return Err(bad);
    }
    let until = until.parse().map_err(|_| bad)?;
    let access = Access { key: WriteKey::new(key).ok_or(bad)?, session: SessionId::new(session).ok_or(bad)? };
    if now >= UnixMillis(until) { Err(RequestCode::ExpiredToken) } else { Ok(access) }
}

/// The interventions that a frame of a page says it has: `{"ack":["intervention id"]}`. `None` for any other frame.
pub fn acknowledged(frame: &str) -> Option<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Frame {
        ack: Vec<String>,
    }
    let frame = (frame.len() <= MAX_FRAME_BYTES && crate::wire::is_object(frame)).then_some(frame)?;
    serde_json::from_str::<Frame>(frame).ok().map(|frame| frame.ack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_no_other_session_and_no_later_time() {
        let keys = SigningKeys::new(vec![vec![7; 32]]).unwrap();
        let other = SigningKeys::new(vec![vec![8; 32]]).unwrap();
        let access = Access { key: WriteKey::new("shop").unwrap(), session: SessionId::new("s1").unwrap() };
        let made = token(&keys, &access, UnixMillis(5_000));
        assert_eq!(open(&keys, &made, UnixMillis(0)), Ok(access));
        let forged = [
            made.replace("s1", "s2"),
            made.replace("5000", "9000"),
            made.replace("shop", "blog"),
            made.trim_end_matches(|c| c != '~').to_owned(),
            String::new(),
            "~~~".to_owned(),
            made.clone() + "~",
        ];
        for token in forged {
            assert_eq!(open(&keys, &token, UnixMillis(0)), Err(RequestCode::BadToken), "{token}");
        }
        assert_eq!(open(&other, &made, UnixMillis(0)), Err(RequestCode::BadToken));
        // A signature under a decision is none under a token.
        let decision = keys.sign("s1", "5000");
        assert_eq!(open(&keys, &format!("5000~shop~s1~{decision}"), UnixMillis(0)), Err(RequestCode::BadToken));
    }

    #[test]
    fn reads_acknowledgements_and_nothing_else() {
        assert_eq!(acknowledged(r#"{"ack":["i-1","i-2"],"new":1}"#), Some(vec!["i-1".to_owned(), "i-2".to_owned()]));
        for frame in ["", "[[\"i\"]]", "{}", r#"{"ack":"i"}"#, r#"{"ack":[1]}"#] {
            assert_eq!(acknowledged(frame), None, "{frame}");
        }
        let long = format!(r#"{{"ack":["{}"]}}"#, "i".repeat(MAX_FRAME_BYTES));
        assert_eq!(acknowledged(&long), None);
    }
}
