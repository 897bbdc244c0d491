//! The committed models, as bytes. `model/train` makes them; their manifests say from what.

/// The manifest of the session model.
pub const SESSION_MANIFEST: &[u8] = include_bytes!("../artefacts/session/manifest.json");

/// The session model as it was exported.
#[cfg(feature = "onnx")]
pub const SESSION_ONNX: &[u8] = include_bytes!("../artefacts/session/model.onnx");

/// The session model as NNEF.
#[cfg(feature = "nnef")]
pub const SESSION_NNEF: &[u8] = include_bytes!("../artefacts/session/model.nnef.tar");

/// The manifest of the history model.
pub const HISTORY_MANIFEST: &[u8] = include_bytes!("../artefacts/history/manifest.json");

/// The history model as it was exported. Only native hosts score histories, so there is no NNEF of it.
#[cfg(feature = "onnx")]
pub const HISTORY_ONNX: &[u8] = include_bytes!("../artefacts/history/model.onnx");
