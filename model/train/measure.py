"""Cuts from the validation split, and what the model is worth on the test split."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from contract import FEATURES, LEVELS

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]

# Of the landmarks at a level or above, this many must be right: a nudge is cheap and may err two times in three, a
# person called in may err once in three. At the cut itself the score, being a probability, must be worth it as well.
# The most that may be treated so, of all landmarks, is the capacity.
PRECISION = {"medium": 1 / 3, "high": 1 / 2, "critical": 2 / 3}
MARGIN = {"medium": 0.15, "high": 0.30, "critical": 0.60}
CAPACITY = {"medium": 0.10, "high": 0.05, "critical": 0.03}
BOOTSTRAPS = 100
BINS = 10


def choose_cuts(scores: Scores, stuck: Truth) -> dict[str, float]:
    """For each level the least cut, in hundredths, that keeps its margin, its precision and its capacity."""
    cuts = {}
    for name, precision in PRECISION.items():
        for hundredths in range(round(100 * MARGIN[name]), 100):
            flagged = scores >= hundredths / 100
            if flagged.mean() <= CAPACITY[name] and stuck[flagged].mean() >= precision:
                cuts[name] = hundredths / 100
                break
    assert list(cuts) == list(LEVELS[1:]) and sorted(cuts.values()) == list(cuts.values()), f"no usable cuts: {cuts}"
    return cuts


def _calibration_error(scores: Scores, stuck: Truth, edges: Scores) -> float:
    bins = np.digitize(scores, edges[1:-1])
    gaps = [
        abs(scores[bins == index].mean() - stuck[bins == index].mean()) * (bins == index).mean()
        for index in np.unique(bins)
    ]
    return float(np.sum(gaps))


def _interval(scores: Scores, stuck: Truth, visitor: NDArray[np.int64], seed: int) -> dict[str, list[float]]:
    """95 % intervals from resampled visitors, since landmarks of one visitor belong together."""
    rng = np.random.default_rng(seed)
    order = np.argsort(visitor, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(visitor[order])) + 1)
    found = []
    for _ in range(BOOTSTRAPS):
        rows = np.concatenate([groups[index] for index in rng.integers(0, len(groups), len(groups))])
        found.append((roc_auc_score(stuck[rows], scores[rows]), average_precision_score(stuck[rows], scores[rows])))
    low, high = np.quantile(np.array(found), [0.025, 0.975], axis=0)
    return {"auc_95": [low[0], high[0]], "pr_auc_95": [low[1], high[1]]}


def ranking(scores: Scores, stuck: Truth) -> dict[str, float]:
    """How well these scores rank, whatever their scale."""
    return {"auc": roc_auc_score(stuck, scores), "pr_auc": average_precision_score(stuck, scores)}


def one_feature(train: tuple[Scores, Truth], test: tuple[Scores, Truth]) -> dict[str, object]:
    """The best single feature, chosen on the training split, as a score on the test split."""
    aucs = [roc_auc_score(train[1], train[0][:, index]) for index in range(len(FEATURES))]
    best = int(np.argmax(np.abs(np.array(aucs) - 0.5)))
    signed = test[0][:, best] * (1.0 if aucs[best] >= 0.5 else -1.0)
    return {"feature": FEATURES[best].name, **ranking(signed, test[1])}


def measure(scores: Scores, stuck: Truth, visitor: NDArray[np.int64], cuts: dict[str, float], seed: int) -> dict:
    """The numbers of the model card, on visitors that training never saw."""
    levels = {}
    for name, cut in cuts.items():
        flagged = scores >= cut
        levels[f"{name} or above"] = {
            "share": flagged.mean(),
            "precision": stuck[flagged].mean(),
            "recall": stuck[flagged].sum() / stuck.sum(),
        }
    return {
        "landmarks": len(stuck),
        "visitors": len(np.unique(visitor)),
        "prevalence": stuck.mean(),
        **ranking(scores, stuck),
        **_interval(scores, stuck, visitor, seed),
        "brier": brier_score_loss(stuck, scores),
        "brier_of_prevalence": stuck.mean() * (1.0 - stuck.mean()),
        "ece_equal_width": _calibration_error(scores, stuck, np.linspace(0.0, 1.0, BINS + 1)),
        "ece_equal_mass": _calibration_error(scores, stuck, np.quantile(scores, np.linspace(0.0, 1.0, BINS + 1))),
        "accuracy_at_half": ((scores >= 0.5) == stuck).mean(),
        "accuracy_of_majority": 1.0 - stuck.mean(),
        "levels": levels,
    }
