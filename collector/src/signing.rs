//! The key that signs decisions when none is configured: made once, kept beside the log.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use unsnag_core::sign::{KEY_BYTES, SigningKeys, parse_hex};

use crate::files;

const FILE: &str = "signing.key";

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    #[error("the signing key {path} cannot be read or made: {cause}")]
    Io { path: PathBuf, cause: io::Error },
    #[error("the signing key {0} does not hold 64 hexadecimal digits; remove it to have a new one made")]
    Malformed(PathBuf),
    #[error("the system gives no random numbers: {0}")]
    Entropy(getrandom::Error),
}

impl SigningError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "signing_key_io",
            Self::Malformed(_) => "signing_key_malformed",
            Self::Entropy(_) => "no_entropy",
        }
    }
}

/// The key from `dir`; where there is none, one is made that only its owner can read.
pub(crate) fn load_or_create(dir: &Path) -> Result<SigningKeys, SigningError> {
    let key = key_in(dir)?;
    Ok(SigningKeys::new(vec![key.to_vec()]).expect("one key of 32 bytes is within core's limits"))
}

fn key_in(dir: &Path) -> Result<[u8; KEY_BYTES], SigningError> {
    let path = dir.join(FILE);
    let io_error = |cause| SigningError::Io { path: path.clone(), cause };
    match std::fs::File::open(&path) {
        Ok(file) => {
            let mut text = String::new();
            // A key has 64 digits; a longer file is not one, and need not be read to its end.
            file.take(2 * KEY_BYTES as u64 + 2).read_to_string(&mut text).map_err(io_error)?;
            parse_hex(text.trim_end()).ok_or(SigningError::Malformed(path))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; KEY_BYTES];
            getrandom::fill(&mut key).map_err(SigningError::Entropy)?;
            files::replace(&path, format!("{}\n", to_hex(&key)).as_bytes()).map_err(io_error)?;
            Ok(key)
        }
        Err(error) => Err(io_error(error)),
    }
}

fn to_hex(key: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).expect("half a byte is one digit");
    key.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_key_it_made() {
        let dir = tempfile::tempdir().unwrap();
        let made = key_in(dir.path()).unwrap();
        assert_ne!(made, [0; KEY_BYTES]);
        assert_eq!(key_in(dir.path()).unwrap(), made);
    }

    #[cfg(unix)]
    #[test]
    fn keeps_the_key_from_other_users() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        load_or_create(dir.path()).unwrap();
        let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn rejects_a_file_that_holds_no_key() {
        let dir = tempfile::tempdir().unwrap();
        let long = "0".repeat(100);
        for text in ["", "abc", long.as_str(), &"g".repeat(64)] {
            std::fs::write(dir.path().join(FILE), text).unwrap();
            let error = load_or_create(dir.path()).unwrap_err();
            assert_eq!(error.code(), "signing_key_malformed", "{text}");
        }
    }
}
