//! What can be wrong with a model, and with a vector.

use std::fmt;

/// Why a model was not loaded.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadError {
    /// The manifest is no manifest.
    Manifest(String),
    /// The manifest disagrees with what this release computes.
    Disagrees(String),
    /// The graph's bytes are not the ones that the manifest names.
    Digest {
        /// The artefact.
        file: &'static str,
    },
    /// tract cannot read the graph, or not run it.
    Graph(String),
    /// The graph runs, but does not give the manifest's score for the health-check vector.
    Health {
        /// The manifest's score.
        expected: f64,
        /// The graph's score.
        got: f64,
    },
}

impl LoadError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Manifest(_) => "model_manifest_invalid",
            Self::Disagrees(_) => "model_manifest_disagrees",
            Self::Digest { .. } => "model_digest_differs",
            Self::Graph(_) => "model_graph_invalid",
            Self::Health { .. } => "model_unhealthy",
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest(cause) => write!(f, "the model's manifest cannot be read: {cause}"),
            Self::Disagrees(how) => write!(f, "the model's manifest disagrees with features/v1: {how}"),
            Self::Digest { file } => write!(f, "{file} is not the file that the manifest names by its sha256"),
            Self::Graph(cause) => write!(f, "the model's graph cannot be used: {cause}"),
            Self::Health { expected, got } => {
                write!(f, "the model scores the health-check vector {got}, its manifest says {expected}")
            }
        }
    }
}

impl std::error::Error for LoadError {}

/// Why a vector has no score.
#[derive(Clone, Debug, PartialEq)]
pub enum ScoreError {
    /// A value of the vector, or what the model made of it, is no finite number.
    NotFinite,
    /// tract failed.
    Run(String),
}

impl ScoreError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFinite => "not_finite",
            Self::Run(_) => "model_run_failed",
        }
    }
}

impl fmt::Display for ScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => f.write_str("the vector, or what the model makes of it, is not finite"),
            Self::Run(cause) => write!(f, "the model cannot be run: {cause}"),
        }
    }
}

impl std::error::Error for ScoreError {}
