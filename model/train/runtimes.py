"""Runs an artefact over rows of features in onnxruntime and in tract, by ONNX and by NNEF."""

from pathlib import Path

import numpy as np
import onnxruntime
import tract
from numpy.typing import NDArray

Rows = NDArray[np.float64]
SHAPE = "1,13,f64"
# tract has no float64 sigmoid; hosts take the logit and apply the logistic function themselves.
ONLY_LOGIT = '{"name": "select_outputs", "outputs": ["logit"]}'


def onnxruntime_logits_and_scores(path: Path, rows: Rows) -> tuple[Rows, Rows]:
    """Both outputs of `model.onnx`."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    logits, scores = session.run(["logit", "score"], {"features": rows})
    return logits[:, 0], scores[:, 0]


def tract_model(path: Path) -> tract.Model:
    """`model.onnx` in tract, for one vector of float64, cut to its logit."""
    loaded = tract.onnx().load(path)
    loaded.set_input_fact(0, SHAPE)
    model = loaded.into_model()
    model.transform(ONLY_LOGIT)
    return model


def tract_onnx_logits(path: Path, rows: Rows) -> Rows:
    """The logits of `model.onnx`, row by row."""
    return _run(tract_model(path), rows)


def tract_nnef_logits(path: Path, rows: Rows) -> Rows:
    """The logits of `model.nnef.tar`, row by row."""
    return _run(tract.nnef().load(path), rows)


def _run(model: tract.Model, rows: Rows) -> Rows:
    runnable = model.into_runnable()
    logits = [runnable.run([row[np.newaxis]])[0].to_numpy() for row in rows]
    assert all(logit.dtype == np.float64 and logit.shape == (1, 1) for logit in logits), "tract left float64"
    return np.array([logit[0, 0] for logit in logits])


def logistic(logits: Rows) -> Rows:
    """The link between logit and score."""
    return 1.0 / (1.0 + np.exp(-logits))
