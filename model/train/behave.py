"""What the model must do whatever the data say; training fails otherwise."""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from contract import FEATURES, INDEX, LEVELS, level
from expect import Expected, Vector

Logits = Callable[[NDArray[np.float64]], NDArray[np.float64]]

RISING_VALUES = {
    "error_count": (0, 1, 2, 3, 5, 10, 100, 1000),
    "retry_count": (0, 1, 2, 3, 5, 10, 100, 1000),
    "help_requests": (0, 1, 2, 3, 5, 100),
    "form_abandons": (0, 1, 2, 3, 100),
    "click_frustration": (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 20, 1000),
}


def _with(row: Vector, values: dict[str, float]) -> Vector:
    """The vector with these values instead."""
    return [float(values.get(feature.name, value)) for feature, value in zip(FEATURES, row, strict=True)]


def _never_falls(logits: Logits, calm: list[Vector]) -> bool:
    """Whether more trouble of one kind never lowers the score, in each calm context and beside each other trouble."""
    others = [{}, {"click_frustration": 1}, {"error_count": 2}, {"retry_count": 2, "help_requests": 1}]
    for base, other in itertools.product(calm, others):
        for name, values in RISING_VALUES.items():
            rows = np.tile(_with(base, other), (len(values), 1))
            rows[:, INDEX[name]] = values
            if np.any(np.diff(logits(rows)) < 0.0):
                return False
    return True


def verify(logits: Logits, cuts: dict[str, float], expected: Expected) -> list[tuple[str, float]]:
    """The probes with the least (or greatest) score of each; fails with the first that does not hold."""

    def scores(rows: list[Vector]) -> NDArray[np.float64]:
        return 1.0 / (1.0 + np.exp(-logits(np.array(rows))))

    def reaches(name: str, wanted: str, rows: list[Vector]) -> None:
        least = float(scores(rows).min())
        assert level(least, cuts) in LEVELS[LEVELS.index(wanted) :], f"{name}: {least:.3f} is not {wanted}, cuts {cuts}"
        report.append((f"{name}: {wanted}, least of {len(rows)}", least))

    report: list[tuple[str, float]] = []
    calm = list(expected.calm.values())
    assert _never_falls(logits, calm), "more trouble lowers the score somewhere on the probe grid"
    for name, row in expected.calm.items():
        score = float(scores([row])[0])
        assert score < cuts["medium"], f"{name}: {score:.3f} is not low, cuts {cuts}"
        report.append((f"{name}: low", score))
    greatest = float(scores(expected.quiet).max())
    assert greatest < cuts["medium"] / 2, f"quiet and fresh: {greatest:.3f} is not far below medium, cuts {cuts}"
    report.append((f"quiet and fresh: below half of medium, greatest of {len(expected.quiet)}", greatest))
    for name, (wanted, rows) in expected.troubled.items():
        reaches(name, wanted, rows)
    ends = [(float(feature.least), float(feature.most)) for feature in FEATURES]
    corners = np.array(list(itertools.product(*ends)))
    assert np.all(np.isfinite(logits(corners))), "a corner of the ranges has no finite score"
    worst = {name: values[-1] for name, values in RISING_VALUES.items()}
    ruined = [_with(row, {**worst, **expected.ruined}) for row in calm]
    reaches("everything wrong as often as it can be", "critical", ruined)
    if expected.corners is None:
        return report
    troubled = [row for row in corners.tolist() if all(row[INDEX[name]] == most for name, most in worst.items())]
    reaches("the same in every corner of the rest", expected.corners, troubled)
    return report
