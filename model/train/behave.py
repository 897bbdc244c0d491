"""What the model must do whatever the data say; training fails otherwise."""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from contract import FEATURES, INDEX, LEVELS, level, vector

Logits = Callable[[NDArray[np.float64]], NDArray[np.float64]]

RISING_VALUES = {
    "error_count": (0, 1, 2, 3, 5, 10, 100, 1000),
    "retry_count": (0, 1, 2, 3, 5, 10, 100, 1000),
    "help_requests": (0, 1, 2, 3, 5, 100),
    "form_abandons": (0, 1, 2, 3, 100),
    "click_frustration": (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 20, 1000),
}
# An ordinary young session: seconds, engagement, pages, retries, sessions of the visitor.
ORDINARY = ((5, 20, 60, 120), (30, 50, 65, 80), (1, 2, 3, 5), (0, 1, 2), (1, 3, 20))


def context(seconds: float, pages: int, **values: float) -> list[float]:
    """A vector whose times fit together, of a session without a success unless the values say otherwise."""
    times = {"session_duration": seconds, "average_time_per_page": seconds / pages, "unique_pages_visited": pages}
    return vector(**{"time_since_last_success": seconds / 60, **times, **values})


CALM = {
    "fresh": context(0, 1),
    "young": context(40, 2, engagement_score=65),
    "at a form": context(90, 3, engagement_score=70, success_rate=1 / 3),
    "long and calm": context(3600, 25, engagement_score=70, success_rate=0.8, time_since_last_success=6),
    "expert": context(1500, 60, engagement_score=75, success_rate=0.9, time_since_last_success=1, session_count=40),
    "watcher": context(1800, 2, engagement_score=60, session_count=4),
    "reader": context(600, 8, engagement_score=55),
}


def _with(row: list[float], values: dict[str, float]) -> list[float]:
    """The vector with these values instead."""
    return [float(values.get(feature.name, value)) for feature, value in zip(FEATURES, row, strict=True)]


def _ordinary(**values: float) -> list[list[float]]:
    """Ordinary young sessions in which these values came about."""
    return [
        context(seconds, pages, engagement_score=engagement, retry_count=retries, session_count=sessions, **values)
        for seconds, engagement, pages, retries, sessions in itertools.product(*ORDINARY)
    ]


def _never_falls(logits: Logits) -> bool:
    """Whether more trouble of one kind never lowers the score, in each calm context and beside each other trouble."""
    others = [{}, {"click_frustration": 1}, {"error_count": 2}, {"retry_count": 2, "help_requests": 1}]
    for base, other in itertools.product(CALM.values(), others):
        for name, values in RISING_VALUES.items():
            rows = np.tile(_with(base, other), (len(values), 1))
            rows[:, INDEX[name]] = values
            if np.any(np.diff(logits(rows)) < 0.0):
                return False
    return True


def verify(logits: Logits, cuts: dict[str, float]) -> list[tuple[str, float]]:
    """The probes with the least (or greatest) score of each; fails with the first that does not hold."""

    def scores(rows: list[list[float]]) -> NDArray[np.float64]:
        return 1.0 / (1.0 + np.exp(-logits(np.array(rows))))

    def reaches(name: str, wanted: str, rows: list[list[float]]) -> None:
        least = float(scores(rows).min())
        assert level(least, cuts) in LEVELS[LEVELS.index(wanted) :], f"{name}: {least:.3f} is not {wanted}, cuts {cuts}"
        report.append((f"{name}: {wanted}, least of {len(rows)}", least))

    report: list[tuple[str, float]] = []
    assert _never_falls(logits), "more trouble lowers the score somewhere on the probe grid"
    for name, row in CALM.items():
        score = float(scores([row])[0])
        assert score < cuts["medium"], f"{name}: {score:.3f} is not low, cuts {cuts}"
        report.append((f"{name}: low", score))
    quiet = [context(seconds, 1) for seconds in (0, 5, 15, 30, 60)]
    greatest = float(scores(quiet).max())
    assert greatest < cuts["medium"] / 2, f"quiet and fresh: {greatest:.3f} is not far below medium, cuts {cuts}"
    report.append((f"quiet and fresh: below half of medium, greatest of {len(quiet)}", greatest))
    reaches("one confirmed click signal", "medium", _ordinary(click_frustration=1))
    reaches("one confirmed click signal and an error", "high", _ordinary(click_frustration=1, error_count=1))
    desperate = _ordinary(click_frustration=3, error_count=2, help_requests=1)
    reaches("three confirmed, errors and help", "critical", desperate)
    ends = [(float(feature.least), float(feature.most)) for feature in FEATURES]
    corners = np.array(list(itertools.product(*ends)))
    assert np.all(np.isfinite(logits(corners))), "a corner of the ranges has no finite score"
    worst = {name: values[-1] for name, values in RISING_VALUES.items()}
    reaches("everything wrong as often as it can be", "critical", [_with(row, worst) for row in CALM.values()])
    troubled = [row for row in corners.tolist() if all(row[INDEX[name]] == most for name, most in worst.items())]
    reaches("the same in every corner of the rest", "medium", troubled)
    return report
