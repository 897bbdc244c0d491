"""Contract `features/v1`: the 13 features in order, with the ranges that `core` clamps them to."""

from typing import NamedTuple

CONTRACT = "features/v1"


class Feature(NamedTuple):
    """One feature's place in the contract."""

    name: str
    unit: str
    least: int
    most: int
    initial: float


FEATURES = (
    Feature("error_count", "count", 0, 1000, 0.0),
    Feature("retry_count", "count", 0, 1000, 0.0),
    Feature("help_requests", "count", 0, 100, 0.0),
    Feature("session_duration", "s", 0, 86_400, 0.0),
    Feature("page_exits", "count", 0, 1000, 0.0),
    Feature("form_abandons", "count", 0, 100, 0.0),
    Feature("click_frustration", "weighted count", 0, 1000, 0.0),
    Feature("success_rate", "0-1", 0, 1, 0.5),
    Feature("engagement_score", "0-100", 0, 100, 50.0),
    Feature("time_since_last_success", "min", 0, 1440, 0.0),
    Feature("session_count", "count", 1, 1000, 1.0),
    Feature("unique_pages_visited", "count", 1, 1000, 1.0),
    Feature("average_time_per_page", "s", 0, 86_400, 0.0),
)
INDEX = {feature.name: index for index, feature in enumerate(FEATURES)}
INITIAL = [feature.initial for feature in FEATURES]

# Scores in every runtime; the first golden row.
HEALTH = [0.1, 0.2, 0.0, 300.0, 1.0, 0.0, 0.0, 0.8, 75.0, 2.0, 5.0, 8.0, 45.0]

# More of these never lowers the score, whatever the rest is; a better success rate never raises it.
RISING = ("error_count", "retry_count", "help_requests", "page_exits", "form_abandons", "click_frustration")
FALLING = ("success_rate",)

LEVELS = ("low", "medium", "high", "critical")


def level(score: float, cuts: dict[str, float]) -> str:
    """The highest level whose cut the score reaches, without hysteresis."""
    reached = [name for name in LEVELS[1:] if score >= cuts[name]]
    return reached[-1] if reached else LEVELS[0]


def vector(**values: float) -> list[float]:
    """The vector of a session, or of a first one, in which nothing happened, except for these values."""
    changed = list(INITIAL)
    for name, value in values.items():
        changed[INDEX[name]] = float(value)
    return changed
