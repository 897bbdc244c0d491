"""Golden rows: vectors and the scores that every runtime must give for them."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import contract

Rows = NDArray[np.float64]

# Scores this near to a cut would change level when a host rounds them to millionths.
CLEAR_OF_CUT = 2e-6
GRID_STEPS = (300, 600)
RANDOM_LANDMARKS, PER_SIDE_OF_CUT = 60, 6


def fixed_rows(scales: Rows) -> list[list[float]]:
    """The health vector, the initial values, both ends of every range, and values at and beside steps of the grid."""
    rows = [contract.HEALTH, contract.INITIAL]
    for end in ("least", "most"):
        rows.append([float(getattr(feature, end)) for feature in contract.FEATURES])
        rows += [contract.vector(**{feature.name: getattr(feature, end)}) for feature in contract.FEATURES]
    for feature, scale in zip(contract.FEATURES, scales, strict=True):
        for step in GRID_STEPS:
            at = float(step / scale) ** 2
            beside = (np.nextafter(at, -np.inf), at, np.nextafter(at, np.inf))
            rows += [contract.vector(**{feature.name: value}) for value in beside]
    return rows


def landmark_rows(rows: Rows, scores: Rows, cuts: dict[str, float], seed: int) -> list[list[float]]:
    """Landmarks at random, and those nearest to each cut from below and from above."""
    picked = list(np.random.default_rng(seed).choice(len(rows), RANDOM_LANDMARKS, replace=False))
    for cut in cuts.values():
        away = scores - cut
        for side in (-1.0, 1.0):
            distance = np.where(away * side > CLEAR_OF_CUT, np.abs(away), np.inf)
            _, first = np.unique(distance, return_index=True)
            picked += list(first[:PER_SIDE_OF_CUT])
    return rows[picked].tolist()


def lines_of(rows: list[list[float]], logits: Rows, sklearn: Rows, runtime: Rows, cuts: dict[str, float]) -> list[str]:
    """Each row as JSON; numbers with all their digits."""
    lines = []
    for vector, logit, score, other in zip(rows, logits.tolist(), sklearn.tolist(), runtime.tolist(), strict=True):
        assert all(abs(score - cut) > CLEAR_OF_CUT for cut in cuts.values()), "a golden row lies on a cut"
        row = {"features": vector, "logit": logit, "sklearn": score, "onnxruntime": other}
        lines.append(json.dumps({**row, "level": contract.level(score, cuts)}))
    return lines


def write(folder: Path, name: str, version: str, lines: list[str]) -> None:
    """Writes `golden.json`, one row a line."""
    head = f'{{"v":1,"model":"{name}","version":"{version}","rows":[\n'
    (folder / "golden.json").write_text(head + ",\n".join(lines) + "\n]}\n")


def load(folder: Path) -> list[dict]:
    """The rows of `golden.json`."""
    return json.loads((folder / "golden.json").read_text())["rows"]


def vectors(rows: list[dict]) -> Rows:
    """The rows' features."""
    return np.array([row["features"] for row in rows], dtype=np.float64)
