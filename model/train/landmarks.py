"""Landmarks: what a model learns from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Landmarks:
    """Feature vectors in the contract's order, whether each visitor gave up in time, and who it was."""

    features: NDArray[np.float64]
    stuck: NDArray[np.bool_]
    visitor: NDArray[np.int64]
    # What the rules of `core` say of each, where the source says it.
    rules: NDArray[np.float64] | None = None
