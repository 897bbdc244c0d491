//! AWS Signature Version 4 for requests like ours: to the path `/`, without a query, each header once. Pure: the time
//! is an argument.

use std::cell::Cell;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use unsnag_core::time::UnixMillis;

use crate::settings::Credentials;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What a credential scope ends in.
const TERMINATOR: &str = "aws4_request";
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

type Digest = [u8; 32];

/// Signs requests to one service in one region.
pub(crate) struct Signer {
    credentials: Credentials,
    region: String,
    service: &'static str,
    /// The key of a day, by the day's number since 1970: it takes four HMACs to make.
    key: Cell<Option<(u64, Digest)>>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.region).field("service", &self.service).finish_non_exhaustive()
    }
}

impl Signer {
    pub(crate) fn new(credentials: Credentials, region: String, service: &'static str) -> Self {
        Self { credentials, region, service, key: Cell::new(None) }
    }

    /// The headers that make a POST of this body a signed one. `headers` are those it has already, `host` among them;
    /// names in lower case, values as they are sent, without spaces around.
    pub(crate) fn sign(&self, headers: &[(&str, &str)], body: &[u8], now: UnixMillis) -> Vec<(&'static str, String)> {
        self.sign_as("POST", headers, body, now)
    }

    fn sign_as(
        &self,
        method: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        now: UnixMillis,
    ) -> Vec<(&'static str, String)> {
        let time = stamp(now);
        let mut added = vec![("x-amz-date", time.clone())];
        added.extend(self.credentials.session_token.clone().map(|token| ("x-amz-security-token", token)));

        let mut all: Vec<(&str, &str)> = headers.to_vec();
        all.extend(added.iter().map(|(name, value)| (*name, value.as_str())));
        all.sort_unstable();
        let names = all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines = all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<Vec<_>>().concat();
        let canonical = format!("{method}\n/\n\n{lines}\n{names}\n{}", hex(&Sha256::digest(body)));

        let scope = format!("{}/{}/{}/{TERMINATOR}", &time[..8], self.region, self.service);
        let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let signature = hex(&mac(&self.key_of(now.0 / DAY_MS, &time[..8]), &to_sign));
        let id = &self.credentials.access_key_id;
        let value = format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        added.push(("authorization", value));
        added
    }

    fn key_of(&self, day: u64, date: &str) -> Digest {
        if let Some((known, key)) = self.key.get()
            && known == day
        {
            return key;
        }
        let secret = format!("AWS4{}", self.credentials.secret_access_key);
        let mut key = mac(secret.as_bytes(), date);
        for part in [&self.region, self.service, TERMINATOR] {
            key = mac(&key, part);
        }
        self.key.set(Some((day, key)));
        key
    }
}

fn mac(key: &[u8], text: &str) -> Digest {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(DIGITS[usize::from(half)])).collect()
}

/// `20150830T123600Z`.
fn stamp(time: UnixMillis) -> String {
    let (year, month, day) = civil(time.0 / DAY_MS);
    let seconds = time.0 % DAY_MS / 1000;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The date of a day since 1970, after Howard Hinnant's `civil_from_days`: years begin in March, so that leap days
/// come last, and 400 of them, an era, have 146,097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests;
