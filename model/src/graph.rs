//! The graph that tract runs: 13 doubles in, one double out.

#[cfg(feature = "nnef")]
mod nnef;
#[cfg(feature = "onnx")]
mod onnx;

use std::sync::Arc;

use tract_core::prelude::{
    IntoRunnable as _, IntoTValue as _, Tensor, TractError, TractResult, TypedModel, TypedSimplePlan, tvec,
};
use unsnag_core::features::COUNT;

use crate::{LoadError, ScoreError};

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ONNX, as it was exported.
    #[cfg(feature = "onnx")]
    Onnx,
    /// A tar of NNEF, converted from it.
    #[cfg(feature = "nnef")]
    Nnef,
}

impl Format {
    /// The artefact's file name, under which the manifest has its digest.
    pub const fn file(self) -> &'static str {
        match self {
            #[cfg(feature = "onnx")]
            Self::Onnx => "model.onnx",
            #[cfg(feature = "nnef")]
            Self::Nnef => "model.nnef.tar",
        }
    }

    fn read(self, bytes: &[u8], output: &str) -> TractResult<TypedModel> {
        match self {
            #[cfg(feature = "onnx")]
            Self::Onnx => onnx::read(bytes, output),
            #[cfg(feature = "nnef")]
            Self::Nnef => nnef::read(bytes)?.with_outputs_by_name([output]),
        }
    }
}

/// A graph, optimised and ready.
#[derive(Clone, Debug)]
pub(crate) struct Graph(Arc<TypedSimplePlan>);

impl Graph {
    pub(crate) fn load(format: Format, bytes: &[u8], output: &str) -> Result<Self, LoadError> {
        let load = || format.read(bytes, output)?.into_optimized()?.into_runnable();
        load().map(Self).map_err(|error| LoadError::Graph(format!("{error:#}")))
    }

    pub(crate) fn run(&self, values: &[f64; COUNT]) -> Result<f64, ScoreError> {
        let run = || {
            let input = Tensor::from_shape(&[1, COUNT], values)?;
            let output = self.0.run(tvec!(input.into_tvalue()))?;
            output[0].cast_to_scalar::<f64>()
        };
        run().map_err(|error: TractError| ScoreError::Run(format!("{error:#}")))
    }
}
