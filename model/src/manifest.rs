//! The manifest beside a model: what it is, what it takes, and where its levels begin.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use unsnag_core::features::{COUNT, DEFINITIONS, ONE};
use unsnag_core::id;
use unsnag_core::risk::Cuts;

use crate::LoadError;

/// The version of the manifest's format.
const VERSION: u32 = 1;
const CONTRACT: &str = "features/v1";
/// How the score follows from the graph's output.
const LINK: &str = "logistic";

/// What the vectors describe that a model scores. Each scope has a model and levels of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A running session, as pages and hosts know it.
    Session,
    /// The visitor so far, counts as means per session, as the analysis knows them.
    History,
}

impl Scope {
    /// The word in manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::History => "history",
        }
    }
}

#[derive(Debug, Deserialize)]
struct Wire {
    v: u32,
    name: String,
    version: String,
    scope: String,
    contract: String,
    features: Vec<Feature>,
    output: String,
    link: String,
    levels: Levels,
    files: BTreeMap<String, File>,
    health: Health,
}

#[derive(Debug, Deserialize)]
struct Feature {
    name: String,
    unit: String,
    least: f64,
    most: f64,
}

#[derive(Debug, Deserialize)]
struct Levels {
    medium: f64,
    high: f64,
    critical: f64,
}

#[derive(Debug, Deserialize)]
struct File {
    sha256: String,
}

#[derive(Debug, Deserialize)]
struct Health {
    features: [f64; COUNT],
    score: f64,
}

/// A manifest that agrees with this release.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) output: String,
    pub(crate) cuts: Cuts,
    pub(crate) health: [f64; COUNT],
    pub(crate) health_score: f64,
    digests: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads the manifest of a model of this scope; refuses one of the other, and one whose features, ranges or levels are
    /// not what this release computes.
    pub fn read(json: &[u8], scope: Scope) -> Result<Self, LoadError> {
        let wire: Wire = serde_json::from_slice(json).map_err(|error| LoadError::Manifest(error.to_string()))?;
        let disagrees = |how: String| Err(LoadError::Disagrees(how));
        for (member, is, must_be) in
            [("scope", &wire.scope, scope.name()), ("contract", &wire.contract, CONTRACT), ("link", &wire.link, LINK)]
        {
            if is != must_be {
                return disagrees(format!("{member} is {is:?}, not {must_be:?}"));
            }
        }
        if wire.v != VERSION {
            return disagrees(format!("the manifest has version {}, this release reads {VERSION}", wire.v));
        }
        if !id::is_valid(&wire.name) || !id::is_valid(&wire.version) {
            return disagrees("name and version must be ids, which every answer repeats".to_owned());
        }
        same_features(&wire.features)?;
        let [medium, high, critical] = [wire.levels.medium, wire.levels.high, wire.levels.critical]
            .map(|cut| (0.0..=1.0).contains(&cut).then_some((cut * ONE as f64).round() as u64));
        let (Some(medium), Some(high), Some(critical)) = (medium, high, critical) else {
            return disagrees("levels begin at scores from 0 to 1".to_owned());
        };
        if !(0 < medium && medium < high && high < critical) {
            return disagrees("levels must rise".to_owned());
        }
        Ok(Self {
            name: wire.name,
            version: wire.version,
            output: wire.output,
            cuts: Cuts { medium, high, critical },
            health: wire.health.features,
            health_score: wire.health.score,
            digests: wire.files.into_iter().map(|(name, file)| (name, file.sha256)).collect(),
        })
    }

    /// Refuses bytes other than those that the manifest was written for.
    pub(crate) fn check_digest(&self, file: &'static str, bytes: &[u8]) -> Result<(), LoadError> {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            write!(hex, "{byte:02x}").expect("a string takes what is written to it");
        }
        if self.digests.get(file) == Some(&hex) { Ok(()) } else { Err(LoadError::Digest { file }) }
    }
}

fn same_features(features: &[Feature]) -> Result<(), LoadError> {
    if features.len() != COUNT {
        return Err(LoadError::Disagrees(format!("it has {} features, not {COUNT}", features.len())));
    }
    for (feature, definition) in features.iter().zip(&DEFINITIONS) {
        let whole = |value: f64| (value * ONE as f64).to_bits();
        let same = feature.name == definition.name
            && feature.unit == definition.unit
            && whole(feature.least) == (definition.least as f64).to_bits()
            && whole(feature.most) == (definition.most as f64).to_bits();
        if !same {
            return Err(LoadError::Disagrees(format!(
                "its feature {feature:?} is not {} in {} from {} to {}",
                definition.name,
                definition.unit,
                definition.least / ONE,
                definition.most / ONE
            )));
        }
    }
    Ok(())
}
