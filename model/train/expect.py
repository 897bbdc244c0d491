"""Vectors whose level is known before anything is trained, for each scope; `behave.py` holds the model to them."""

import itertools
from dataclasses import dataclass

from contract import vector

Vector = list[float]


@dataclass(frozen=True)
class Expected:
    """What one model must say."""

    # Ordinary ones without trouble: below `medium`.
    calm: dict[str, Vector]
    # Those of which next to nothing is known: below half of `medium`.
    quiet: list[Vector]
    # What is in trouble, with the least level that each of its vectors must reach.
    troubled: dict[str, tuple[str, list[Vector]]]
    # Beside all kinds of trouble at their most: with these values the calm ones are `critical`.
    ruined: dict[str, float]
    # The least level of all kinds of trouble at their most in every corner of the other features' ranges; none where
    # such vectors are too far from all that was trained on.
    corners: str | None


def context(seconds: float, pages: int, **values: float) -> Vector:
    """A vector whose times fit together, of a session without a success unless the values say otherwise."""
    times = {"session_duration": seconds, "average_time_per_page": seconds / pages, "unique_pages_visited": pages}
    return vector(**{"time_since_last_success": seconds / 60, **times, **values})


# An ordinary young session: seconds, engagement, pages, retries, sessions of the visitor.
ORDINARY = ((5, 20, 60, 120), (30, 50, 65, 80), (1, 2, 3, 5), (0, 1, 2), (1, 3, 20))


def _session(**values: float) -> list[Vector]:
    """Ordinary young sessions in which these values came about."""
    return [
        context(seconds, pages, engagement_score=engagement, retry_count=retries, session_count=sessions, **values)
        for seconds, engagement, pages, retries, sessions in itertools.product(*ORDINARY)
    ]


SESSION = Expected(
    calm={
        "fresh": context(0, 1),
        "young": context(40, 2, engagement_score=65),
        "at a form": context(90, 3, engagement_score=70, success_rate=1 / 3),
        "long and calm": context(3600, 25, engagement_score=70, success_rate=0.8, time_since_last_success=6),
        "expert": context(
            1500, 60, engagement_score=75, success_rate=0.9, time_since_last_success=1, session_count=40
        ),
        "watcher": context(1800, 2, engagement_score=60, session_count=4),
        "reader": context(600, 8, engagement_score=55),
    },
    quiet=[context(seconds, 1) for seconds in (0, 5, 15, 30, 60)],
    troubled={
        "one confirmed click signal": ("medium", _session(click_frustration=1)),
        "one confirmed click signal and an error": ("high", _session(click_frustration=1, error_count=1)),
        "three confirmed, errors and help": ("critical", _session(click_frustration=3, error_count=2, help_requests=1)),
    },
    ruined={},
    corners="medium",
)

# A visitor's ordinary sessions, as means: seconds, engagement, pages; and how many there were.
USUAL = ((20, 60, 120, 180), (50, 65, 80), (2, 3, 5), (1, 2, 4, 8))


def _visitor(**values: float) -> list[Vector]:
    """Visitors in whose sessions these values came about on average."""
    return [
        context(seconds, pages, engagement_score=engagement, session_count=sessions, **values)
        for seconds, engagement, pages, sessions in itertools.product(*USUAL)
    ]


# Nothing that was begun has succeeded: one attempt a session, and two.
NO_SUCCESS, TWICE_NO_SUCCESS = 1 / 3, 1 / 4

HISTORY = Expected(
    calm={
        "fresh": context(0, 1),
        "first visit": context(60, 3, engagement_score=70),
        "at a form": context(90, 3, engagement_score=70, success_rate=NO_SUCCESS),
        "content": context(
            180, 4, engagement_score=70, success_rate=2 / 3, time_since_last_success=1, session_count=3
        ),
        "regular": context(
            300, 6, engagement_score=70, success_rate=0.7, time_since_last_success=2, session_count=12
        ),
        "one page": context(60, 1),
        "reader": context(300, 4, engagement_score=55, session_count=5),
        "watcher": context(420, 2, engagement_score=60, session_count=3),
        "an error in ten sessions": context(
            120, 4, engagement_score=65, error_count=0.1, success_rate=0.6, time_since_last_success=1, session_count=10
        ),
    },
    quiet=[
        context(seconds, 1, session_count=sessions) for seconds, sessions in itertools.product((0, 5, 15), (1, 2, 5))
    ],
    troubled={
        "a confirmed click signal a session": ("medium", _visitor(click_frustration=1)),
        "several errors, forms given up, no success": (
            "high",
            _visitor(error_count=3, retry_count=1, form_abandons=2, success_rate=TWICE_NO_SUCCESS),
        ),
        "the same with click signals and help": (
            "critical",
            _visitor(
                error_count=3,
                retry_count=1,
                form_abandons=2,
                success_rate=TWICE_NO_SUCCESS,
                click_frustration=3,
                help_requests=1,
            ),
        ),
    },
    ruined={"success_rate": 0},
    corners=None,
)
