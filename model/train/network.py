"""The network: one hidden layer, monotone where the contract says so, rounded until every sum in it is exact.

Monotone: with one hidden layer of ReLU, feature i can only raise the score if `W1[i, j] * W2[j] >= 0` for every unit j.
After each pass over the data the weights that break this are set to 0, and training goes on from there.

Exact: inputs are whole numbers n <= 2^10. `W1` is a multiple of 2^-22 (2^-12, over the grid's 2^10 steps); `b1`, `W2`
and `b2` are multiples of 2^-12. So every sum of layer 1 is a multiple of 2^-22 and every sum of layer 2 one of 2^-34. A
float64 holds such a number exactly while it is at most 2^53 of these units. No partial sum, in any order, fused or not,
is greater than the sum of the absolute values of all terms, and that is what `exactness` computes from the weights.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from contract import FALLING, INDEX, RISING
from grid import STEPS

HIDDEN = 24
WEIGHT_UNIT = 2.0**-12
SUM1_UNIT = WEIGHT_UNIT / STEPS
SUM2_UNIT = SUM1_UNIT * WEIGHT_UNIT
MANTISSA_BITS = 53
# Rows per step, pass by pass: small steps last, by way of larger batches.
BATCHES = (512,) * 12 + (2048,) * 12 + (8192,) * 12


@dataclass
class Exactness:
    """The bits that the largest possible sum of each layer needs."""

    hidden_bits: float
    logit_bits: float


def _project(model: MLPClassifier) -> None:
    first, second = model.coefs_
    for names, sign in ((RISING, 1.0), (FALLING, -1.0)):
        for name in names:
            row = first[INDEX[name]]
            row[row * second[:, 0] * sign < 0.0] = 0.0


def fit(steps: NDArray[np.float64], stuck: NDArray[np.bool_], seed: int) -> MLPClassifier:
    """Trains on the grid's whole numbers and returns the rounded model, which reads them as they are."""
    model = MLPClassifier(
        hidden_layer_sizes=(HIDDEN,), activation="relu", solver="adam", alpha=0.1,
        learning_rate_init=8e-3, random_state=np.random.RandomState(seed),
    )  # fmt: skip
    unit = steps / STEPS
    for batch in BATCHES:
        model.set_params(batch_size=batch)
        model.partial_fit(unit, stuck, classes=[False, True])
        _project(model)
    _round(model)
    return model


def _round(model: MLPClassifier) -> None:
    """To multiples of `WEIGHT_UNIT`; then layer 1 takes over the division by the grid's steps, which is exact."""
    for weights in (*model.coefs_, *model.intercepts_):
        weights[...] = np.round(weights / WEIGHT_UNIT) * WEIGHT_UNIT
    model.coefs_[0] /= STEPS


def logits(model: MLPClassifier, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """What goes into the logistic function, straight from the weights."""
    hidden = np.maximum(steps @ model.coefs_[0] + model.intercepts_[0], 0.0)
    return (hidden @ model.coefs_[1] + model.intercepts_[1])[:, 0]


def exactness(model: MLPClassifier) -> Exactness:
    """Bounds every partial sum and fails unless each is a whole number of units that float64 can hold."""
    (first, second), (bias1, bias2) = model.coefs_, model.intercepts_
    for weights, unit in ((first, SUM1_UNIT), (bias1, WEIGHT_UNIT), (second, WEIGHT_UNIT), (bias2, WEIGHT_UNIT)):
        assert np.all(weights / unit == np.round(weights / unit)), "a weight is not a whole number of its units"
    hidden = np.abs(first).sum(axis=0) * STEPS + np.abs(bias1)
    logit = float((hidden * np.abs(second[:, 0])).sum() + np.abs(bias2[0]))
    bits = Exactness(float(np.log2(hidden.max() / SUM1_UNIT)), float(np.log2(logit / SUM2_UNIT)))
    assert max(bits.hidden_bits, bits.logit_bits) < MANTISSA_BITS, f"sums are not exact in float64: {bits}"
    return bits


def monotone(model: MLPClassifier) -> bool:
    """Whether the signs of the weights alone prove the promised directions."""
    first, second = model.coefs_
    rising = all(np.all(first[INDEX[name]] * second[:, 0] >= 0.0) for name in RISING)
    return rising and all(np.all(first[INDEX[name]] * second[:, 0] <= 0.0) for name in FALLING)
