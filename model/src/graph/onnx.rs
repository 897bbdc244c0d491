//! ONNX, as scikit-learn's model was exported.

use tract_onnx::prelude::{DatumExt as _, Framework as _, InferenceModelExt as _, TractResult, TypedModel};
use unsnag_core::features::COUNT;

pub(super) fn read(mut bytes: &[u8], output: &str) -> TractResult<TypedModel> {
    tract_onnx::onnx()
        .model_for_read(&mut bytes)?
        .with_input_fact(0, f64::fact([1, COUNT]).into())?
        .with_outputs_by_name([output])?
        .into_typed()
}
