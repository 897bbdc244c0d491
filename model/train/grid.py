"""The grid: each feature capped, its square root taken, and cut to whole steps, by correctly rounded operations only.

`floor(sqrt(clip(x, 0, cap)) * 2^k)` is a whole number from 0 to 1024. Square root and floor give the same bits on every
IEEE 754 machine and a product with a power of two is exact, so every runtime feeds the network the same whole numbers.
"""

import numpy as np
from numpy.typing import NDArray
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import OnnxFloor, OnnxMax, OnnxMin, OnnxMul, OnnxSqrt
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.base import BaseEstimator, TransformerMixin

from contract import FEATURES

STEPS = 1024


class Grid(TransformerMixin, BaseEstimator):
    """Turns a vector into the whole numbers that the network reads."""

    def __init__(self, most: dict[str, int]) -> None:
        """`most`: from where on more of a feature means nothing more; powers of four."""
        self.most = most
        self.caps = np.array([float(most[feature.name]) for feature in FEATURES])
        self.scales = STEPS / np.sqrt(self.caps)
        assert np.all(np.frexp(self.scales)[0] == 0.5), "every scale must be a power of two"

    def fit(self, rows: NDArray[np.float64], y: object = None) -> "Grid":
        """Nothing is learnt; the width is noted for scikit-learn."""
        self.n_features_in_ = rows.shape[1]
        return self

    def transform(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The whole numbers, as float64."""
        return np.floor(np.sqrt(np.maximum(np.minimum(rows, self.caps), 0.0)) * self.scales)


def _shape(operator: object) -> None:
    operator.outputs[0].type = DoubleTensorType([None, len(FEATURES)])


def _convert(scope: object, operator: object, container: object) -> None:
    grid, opset = operator.raw_operator, container.target_opset
    capped = OnnxMin(operator.inputs[0], grid.caps, op_version=opset)
    rooted = OnnxSqrt(OnnxMax(capped, np.array([0.0]), op_version=opset), op_version=opset)
    scaled = OnnxMul(rooted, grid.scales, op_version=opset)
    OnnxFloor(scaled, op_version=opset, output_names=operator.outputs[:1]).add_to(scope, container)


update_registered_converter(Grid, "UnsnagGrid", _shape, _convert)
