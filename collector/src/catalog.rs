//! Published configurations of the pages: numbered files beside the log, which of them is in force, and the kill switch.
//!
//! A running collector looks at the files once a second ([`crate::server`]), so publishing, rolling back and the kill
//! switch need neither a restart nor a way into its process. Nothing that was published is ever changed or deleted.

use std::io;
use std::path::{Path, PathBuf};

use unsnag_core::config::{Config, Problem};

use crate::files;

/// Their folder in the log's.
const FOLDER: &str = "catalog";

/// Holds the number of the version in force.
const CURRENT: &str = "current";

/// Where it exists, no help is offered.
const KILL: &str = "kill";

/// Why published configurations cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("{path}: {cause}")]
    Io { path: PathBuf, cause: io::Error },
    #[error("{path} is no configuration: {}", list(.problems))]
    Invalid { path: PathBuf, problems: Vec<Problem> },
    #[error("{0} does not hold the number of a version; write one with `unsnag catalog rollback --to N`")]
    NoNumber(PathBuf),
    #[error("there is no version {0}; `unsnag catalog list` shows what there is")]
    NoVersion(u32),
    #[error("there is no version before the one in force")]
    NothingBefore,
}

impl CatalogError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "catalog_io",
            Self::Invalid { .. } => "invalid_configuration",
            Self::NoNumber(_) => "catalog_malformed",
            Self::NoVersion(_) => "no_such_version",
            Self::NothingBefore => "nothing_before",
        }
    }
}

fn list(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect();
    lines.join("; ")
}

/// Reads a configuration from a file.
pub(crate) fn read(path: &Path) -> Result<Config, CatalogError> {
    let json = std::fs::read(path).map_err(|cause| CatalogError::Io { path: path.to_owned(), cause })?;
    Config::from_json(&json).map_err(|problems| CatalogError::Invalid { path: path.to_owned(), problems })
}

/// The published configurations beside one log.
#[derive(Debug, Clone)]
pub(crate) struct Catalog {
    dir: PathBuf,
}

/// Which version is in force, and whether the kill switch is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct InForce {
    /// `None`: nothing was published.
    pub(crate) version: Option<u32>,
    pub(crate) kill: bool,
}

impl Catalog {
    pub(crate) fn of(log_dir: &Path) -> Self {
        Self { dir: log_dir.join(FOLDER) }
    }

    /// All versions, oldest first.
    pub(crate) fn versions(&self) -> Result<Vec<u32>, CatalogError> {
        let entries = match std::fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(self.fault(cause)),
        };
        let mut versions = Vec::new();
        for entry in entries {
            let name = entry.map_err(|cause| self.fault(cause))?.file_name();
            let number =
                name.to_str().and_then(|name| name.strip_suffix(".json")).and_then(|name| name.parse::<u32>().ok());
            versions.extend(number);
        }
        versions.sort_unstable();
        Ok(versions)
    }

    pub(crate) fn in_force(&self) -> Result<InForce, CatalogError> {
        let path = self.dir.join(CURRENT);
        let version = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim().parse().map_err(|_| CatalogError::NoNumber(path))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(CatalogError::Io { path, cause }),
        };
        Ok(InForce { version, kill: self.dir.join(KILL).exists() })
    }

    /// What pages are told: the version in force, or `given` where nothing was published.
    pub(crate) fn config(&self, in_force: InForce, given: &Config) -> Result<Config, CatalogError> {
        let config = in_force.version.map_or_else(|| Ok(given.clone()), |version| self.version(version))?;
        Ok(if in_force.kill { config.with_kill(true) } else { config })
    }

    pub(crate) fn version(&self, version: u32) -> Result<Config, CatalogError> {
        match read(&self.path(version)) {
            Err(CatalogError::Io { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                Err(CatalogError::NoVersion(version))
            }
            read => read,
        }
    }

    /// Puts a configuration in force under a new number.
    pub(crate) fn publish(&self, config: &Config) -> Result<u32, CatalogError> {
        std::fs::create_dir_all(&self.dir).map_err(|cause| self.fault(cause))?;
        let version = self.versions()?.last().map_or(1, |last| last + 1);
        let path = self.path(version);
        files::replace(&path, config.json().as_bytes()).map_err(|cause| CatalogError::Io { path, cause })?;
        self.put_in_force(version)?;
        Ok(version)
    }

    /// Puts an earlier version in force: `to`, or the one before the present one. Which that is.
    pub(crate) fn roll_back(&self, to: Option<u32>) -> Result<u32, CatalogError> {
        let versions = self.versions()?;
        let version = match to {
            Some(version) => version,
            None => {
                let now = self.in_force()?.version.ok_or(CatalogError::NothingBefore)?;
                versions.iter().rev().copied().find(|version| *version < now).ok_or(CatalogError::NothingBefore)?
            }
        };
        // Read first, so that nothing comes into force that is none.
        self.version(version)?;
        self.put_in_force(version)?;
        Ok(version)
    }

    pub(crate) fn set_kill(&self, on: bool) -> Result<(), CatalogError> {
        let path = self.dir.join(KILL);
        let done = if on {
            std::fs::create_dir_all(&self.dir).and_then(|()| files::replace(&path, b"on\n"))
        } else {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            }
        };
        done.map_err(|cause| CatalogError::Io { path, cause })
    }

    fn put_in_force(&self, version: u32) -> Result<(), CatalogError> {
        let path = self.dir.join(CURRENT);
        files::replace(&path, format!("{version}\n").as_bytes()).map_err(|cause| CatalogError::Io { path, cause })
    }

    fn path(&self, version: u32) -> PathBuf {
        self.dir.join(format!("{version:06}.json"))
    }

    fn fault(&self, cause: io::Error) -> CatalogError {
        CatalogError::Io { path: self.dir.clone(), cause }
    }
}
