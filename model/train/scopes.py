"""The two models: what each scores, what it is trained on, and what it must do.

A vector of scope `session` describes a running session, one of scope `history` the visitor so far.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import expect
from generate import HORIZON_S, generate
from landmarks import Landmarks
from simulate import program, simulate

ARTEFACTS = Path(__file__).resolve().parent.parent / "artefacts"
ONNX, NNEF = "model.onnx", "model.nnef.tar"
SEED = 20_261_117
GENERATED_VISITORS = 26_000
SIMULATED_VISITORS = 20_000
# From here on more of a feature means nothing more. Powers of four, so that the root of the cap is a power of two.
CAPS = {
    "error_count": 4, "retry_count": 4, "help_requests": 4, "session_duration": 1024, "page_exits": 4,
    "form_abandons": 4, "click_frustration": 4, "success_rate": 1, "engagement_score": 256,
    "time_since_last_success": 16, "session_count": 16, "unique_pages_visited": 16, "average_time_per_page": 256,
}  # fmt: skip
# The simulator's shop is small: what lies beyond nearly all that its visitors do would be guesswork.
SHOP_CAPS = {**CAPS, "session_duration": 256, "unique_pages_visited": 4, "average_time_per_page": 64}


@dataclass(frozen=True)
class Scope:
    """One scope with its model."""

    name: str
    # What answers call the model.
    model: str
    version: str
    # What is made of it: NNEF only where a host reads it.
    files: tuple[str, ...]
    seed: int
    caps: dict[str, int]
    landmarks: Callable[[], Landmarks]
    # What the manifest says of them.
    source: dict[str, object]
    expected: expect.Expected

    @property
    def folder(self) -> Path:
        """Where the artefacts are committed."""
        return ARTEFACTS / self.name


SESSION = Scope(
    name="session",
    model="prescore",
    version="1",
    files=(ONNX, NNEF),
    seed=SEED,
    caps=CAPS,
    landmarks=lambda: generate(GENERATED_VISITORS, SEED),
    source={
        "what": "generated sessions: simulated visitors with a goal, skill and patience meet obstacles and noise on a "
        "site; every rate is judgement, none was fitted to real sessions. A landmark is the state at a batch; its "
        "label says whether the visitor leaves without reaching the goal because of obstacles within "
        f"{HORIZON_S / 60:.0f} min",
        "seed": SEED,
    },
    expected=expect.SESSION,
)
HISTORY = Scope(
    name="history",
    model="history",
    version="1",
    files=(ONNX,),
    seed=SEED,
    caps=SHOP_CAPS,
    landmarks=lambda: simulate(SIMULATED_VISITORS, SEED),
    source={
        "what": "simulated visitors of `simulator` over several sessions on eight variants of its shop; most rates are "
        "assumptions, no real visitor went in and nobody was offered help. A landmark is what the analysis knows of "
        "the visitor at a batch that is not their session's last; its label says whether the visitor gives up at an "
        "obstacle in what is left of the session, or in their next session within 7 days",
        "program": program(SIMULATED_VISITORS, SEED),
        "seed": SEED,
    },
    expected=expect.HISTORY,
)
SCOPES = {scope.name: scope for scope in (SESSION, HISTORY)}
