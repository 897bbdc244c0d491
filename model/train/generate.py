"""Generates sessions of simulated visitors: what `session` features look like before people give up.

All sessions advance together, one gesture at a time. A visitor has a goal, skill and patience; a site has obstacles and
noise. An obstacle feeds frustration, calm lets it fade, and a frustrated visitor may leave. A landmark is the feature
vector at a batch; its label says whether the visitor gives up within `HORIZON_S`. Every rate here is judgement, no data
stand behind it.
"""

import numpy as np

from contract import FEATURES
from landmarks import Landmarks

HORIZON_S = 600.0
BATCH_S = 5.0
IDLE_S = 30.0
MAX_STEPS = 900

# Kinds of visitor: share, seconds per gesture, chance of having a goal, page changes per gesture, leaving when content.
KINDS = {
    "shopper": (0.50, 5.0, 0.85, 0.13, 0.012),
    "expert": (0.14, 3.0, 0.95, 0.20, 0.003),
    "reader": (0.14, 16.0, 0.15, 0.10, 0.020),
    "watcher": (0.12, 22.0, 0.30, 0.05, 0.012),
    "passer": (0.10, 6.0, 0.10, 0.12, 0.060),
}
# Kinds of obstacle: share, frustration per gesture, chance per gesture to get past it at average skill.
OBSTACLES = {
    "dead": (0.34, 0.30, 0.006),
    "error": (0.22, 0.30, 0.010),
    "validation": (0.20, 0.18, 0.045),
    "slow": (0.10, 0.13, 0.070),
    "lost": (0.14, 0.11, 0.040),
}
EXPERT, WATCHER = list(KINDS).index("expert"), list(KINDS).index("watcher")
CALM = -1
# What a session adds up, and what starts again where the session is the page.
COUNTERS = (
    "errors", "retries", "help", "exits", "abandons", "clicks", "attempts", "successes",
    "reach", "active", "visible", "interactions",
)  # fmt: skip
DEAD, ERROR, VALIDATION, SLOW, LOST = range(len(OBSTACLES))


def _column(table: dict[str, tuple[float, ...]], index: int) -> np.ndarray:
    return np.array([row[index] for row in table.values()])


class Sessions:
    """The state of all sessions that still run, one array per quantity."""

    def __init__(self, rng: np.random.Generator, visitors: int) -> None:
        kind_of = rng.choice(len(KINDS), visitors, p=_column(KINDS, 0))
        skill_of, patience_of = rng.beta(3, 2, visitors), rng.lognormal(0.0, 0.35, visitors)
        # Each visitor is on one site: how many obstacles it has, how many errors that nobody sees.
        trouble_of, errors_of = rng.lognormal(-0.7, 1.3, visitors), 0.0003 * rng.lognormal(0.0, 1.4, visitors)
        before = rng.geometric(np.where(kind_of == EXPERT, 0.08, 0.45), visitors) - 1
        simulated = rng.integers(1, 3, visitors)
        self.visitor = np.repeat(np.arange(visitors), simulated)
        n = len(self.visitor)
        take = self.visitor
        self.kind = kind_of[take]
        self.skill, self.patience = skill_of[take], patience_of[take]
        self.trouble, self.site_errors = trouble_of[take], errors_of[take]
        first = np.concatenate([[0], np.cumsum(simulated)[:-1]])
        self.session_count = 1.0 + before[take] + np.arange(n) - first[take]
        self.goal = rng.random(n) < _column(KINDS, 2)[self.kind]
        self.stages = rng.integers(1, 6, n)
        # Without consent to store, the session is the page: features start again at every page load.
        self.forgets = rng.random(n) < 0.15
        self.session_count[self.forgets] = 1.0
        # A page whose script fails in a loop, unseen by the person.
        self.floods = rng.random(n) < 0.0003
        for name in (*COUNTERS, "now", "last_batch", "last_success", "frustration", "depth", "stage"):
            setattr(self, name, np.zeros(n))
        self.views, self.templates = np.ones(n), np.ones(n)
        self.obstacle = np.full(n, CALM)
        self.trying, self.urgent, self.gave_up, self.gone = (np.zeros(n, bool) for _ in range(4))

    def keep(self, mask: np.ndarray) -> None:
        """Drops the sessions outside the mask."""
        for name, values in vars(self).items():
            setattr(self, name, values[mask])

    def features(self) -> np.ndarray:
        """The vectors as `core` would send them: clamped, whole millionths."""
        active = np.maximum(self.active, 1e-9)
        attention = np.minimum(1.0, self.active / np.maximum(self.visible, 1e-9))
        activity = np.minimum(1.0, self.interactions * 60.0 / (10.0 * active))
        reach = np.minimum(1.0, (self.reach + self.depth) / self.views)
        engagement = np.where(self.active > 0, 50.0 * reach + 30.0 * attention + 20.0 * activity, 50.0)
        columns = (
            self.errors, self.retries, self.help, self.active, self.exits, self.abandons, self.clicks,
            (self.successes + 1.0) / (self.attempts + 2.0), engagement, (self.now - self.last_success) / 60.0,
            self.session_count, self.templates, self.active / self.views,
        )  # fmt: skip
        least, most = (np.array([getattr(feature, end) for feature in FEATURES]) for end in ("least", "most"))
        return np.floor(np.clip(np.stack(columns, axis=1), least, most) * 1e6 + 0.5) / 1e6


def _signal(s: Sessions, rng: np.random.Generator, chance: np.ndarray, confirmed: float, likely: float) -> np.ndarray:
    """Raises one click signal where the chance says so; the rest of the grades are `suspected`. Returns where."""
    raised = rng.random(len(chance)) < chance
    draw = rng.random(len(chance))
    weight = np.select([draw < confirmed, draw < confirmed + likely], [1.0, 0.5], 0.25)
    s.clicks += np.where(raised, weight, 0.0)
    s.urgent |= raised & (weight >= 0.5)
    return raised


def _pass_time(s: Sessions, rng: np.random.Generator) -> None:
    """One gesture later: the clocks, attention, and how far the page was read."""
    n = len(s.now)
    pace = np.where(s.obstacle == CALM, _column(KINDS, 1)[s.kind], np.minimum(4.0, _column(KINDS, 1)[s.kind]))
    seconds = np.clip(pace * rng.lognormal(0.0, 0.8, n), 0.3, 240.0)
    seconds[s.obstacle == SLOW] += rng.exponential(5.0, n)[s.obstacle == SLOW]
    away = (rng.random(n) < 0.02) * rng.exponential(90.0, n)
    s.now += seconds + away
    s.visible += seconds
    s.active += np.minimum(seconds, IDLE_S)
    s.interactions += 1 + rng.poisson(np.where(s.obstacle == CALM, 0.6, 1.4))
    s.depth = np.minimum(1.0, s.depth + (1.0 - s.depth) * rng.random(n) * np.where(s.kind == WATCHER, 0.25, 0.12))


def _change_page(s: Sessions, rng: np.random.Generator, where: np.ndarray) -> None:
    """A new view; most are of a template not seen yet."""
    s.reach += np.where(where, s.depth, 0.0)
    s.depth[where] = 0.05 + 0.3 * rng.random(len(where))[where]
    s.templates += where & (rng.random(len(where)) < 0.8 / (1.0 + s.templates / 12.0))
    s.views += where
    reset = where & s.forgets
    for name in COUNTERS:
        getattr(s, name)[reset] = 0.0
    s.views[reset] = s.templates[reset] = 1.0
    s.last_success[reset] = s.now[reset]


def _be_calm(s: Sessions, rng: np.random.Generator) -> None:
    """Those without an obstacle: browse, work on the goal, make harmless noise, or run into something."""
    n = len(s.now)
    calm = s.obstacle == CALM
    moves = calm & ~s.trying & (rng.random(n) < _column(KINDS, 3)[s.kind])
    s.exits += moves & (rng.random(n) < 0.05)
    _change_page(s, rng, moves)
    starts = calm & s.goal & ~s.trying & (s.stage < s.stages) & (rng.random(n) < 0.14)
    s.attempts += starts
    s.trying |= starts
    done = calm & s.trying & ~starts & (rng.random(n) < 0.22 * (0.5 + s.skill))
    s.successes += done
    s.stage += done
    s.trying &= ~done
    s.last_success[done] = s.now[done]
    drops = calm & s.trying & (rng.random(n) < 0.006)
    s.abandons += drops
    s.urgent |= drops
    s.trying &= ~drops
    # Noise: fast clicks that were fine, a click on plain text, errors nobody sees, a look at the help out of interest.
    _signal(s, rng, np.where(calm, 0.0025, 0.0), confirmed=0.002, likely=0.06)
    s.errors += calm & (rng.random(n) < s.site_errors)
    s.errors += calm & s.trying & (rng.random(n) < 0.002)
    s.help += calm & (rng.random(n) < 0.0005)
    s.errors += s.floods * rng.poisson(3.0, n)
    meets = calm & (rng.random(n) < 0.0030 * s.trouble * (1.3 - s.skill) * np.where(s.trying, 2.2, 1.0))
    kind = rng.choice(len(OBSTACLES), n, p=_column(OBSTACLES, 0))
    kind = np.where((kind == VALIDATION) & ~s.trying, DEAD, kind)
    s.obstacle = np.where(meets, kind, s.obstacle)


def _struggle(s: Sessions, rng: np.random.Generator) -> None:
    """Those at an obstacle: leave its marks, grow frustrated, get help, give the form up, or get past it."""
    n = len(s.now)

    def at(*kinds: int) -> np.ndarray:
        return np.isin(s.obstacle, kinds)

    clicked = _signal(s, rng, np.where(at(DEAD), 0.30, 0.0), confirmed=0.75, likely=0.2)
    s.retries += clicked * rng.poisson(0.7, n)
    failed = at(ERROR) & (rng.random(n) < 0.35)
    s.errors += failed * (1 + rng.poisson(0.3, n))
    _signal(s, rng, np.where(failed, 0.45, 0.0), confirmed=0.6, likely=0.3)
    s.retries += failed & (rng.random(n) < 0.4)
    refused = at(VALIDATION) & (rng.random(n) < 0.35)
    s.errors += refused
    s.retries += refused & (rng.random(n) < 0.75)
    _signal(s, rng, np.where(refused, 0.12, 0.0), confirmed=0.4, likely=0.4)
    _signal(s, rng, np.where(at(SLOW), 0.2, 0.0), confirmed=0.25, likely=0.6)
    s.retries += at(SLOW) & (rng.random(n) < 0.2)
    wanders = at(LOST) & (rng.random(n) < 0.45)
    s.exits += wanders & (rng.random(n) < 0.6)
    _change_page(s, rng, wanders)
    stuck = s.obstacle != CALM
    s.help += stuck & (rng.random(n) < 0.02 + 0.05 * np.minimum(s.frustration, 2.0))
    gain = _column(OBSTACLES, 1)[s.obstacle] / s.patience
    s.frustration += np.where(stuck, gain * rng.random(n) * 2.0, 0.0)
    drops = stuck & s.trying & (rng.random(n) < 0.05 * np.minimum(s.frustration, 2.0))
    s.abandons += drops
    s.urgent |= drops
    s.trying &= ~drops
    past = stuck & (rng.random(n) < _column(OBSTACLES, 2)[s.obstacle] * (0.4 + s.skill))
    s.obstacle[past] = CALM
    s.frustration[past] *= 0.8


def _leave(s: Sessions, rng: np.random.Generator, before: np.ndarray) -> None:
    """Who gives up, who is finished, who is called away. Frustration fades over minutes of calm."""
    n = len(s.now)
    calm = s.obstacle == CALM
    s.frustration *= np.where(calm, np.exp(-(s.now - before) / 240.0), 1.0)
    hazard = 0.06 * np.maximum(0.0, s.frustration - 0.8) ** 2
    s.gave_up = rng.random(n) < 1.0 - np.exp(-hazard)
    reached = s.goal & (s.stage >= s.stages)
    content = np.where(reached, 0.10, np.where(s.goal, 0.15, 1.0) * _column(KINDS, 4)[s.kind])
    s.gone = s.gave_up | (rng.random(n) < np.where(calm, content, 0.0)) | (rng.random(n) < 0.0015)


def generate(visitors: int, seed: int) -> Landmarks:
    """Simulates the visitors and returns all their landmarks, in order of time within each session."""
    rng = np.random.default_rng(seed)
    s = Sessions(rng, visitors)
    owner = s.visitor.copy()
    sessions = len(owner)
    s.id = np.arange(sessions)
    ended, gave_up = np.zeros(sessions), np.zeros(sessions, bool)
    vectors, ids, times = [], [], []
    for _ in range(MAX_STEPS):
        before = s.now.copy()
        s.urgent[:] = False
        _pass_time(s, rng)
        _be_calm(s, rng)
        _struggle(s, rng)
        _leave(s, rng, before)
        ended[s.id], gave_up[s.id] = s.now, s.gave_up
        # A batch leaves after a few seconds, at once if somebody may need help; the last one comes too late to help.
        batch = ~s.gone & (s.urgent | (s.now - s.last_batch >= BATCH_S))
        s.last_batch[batch] = s.now[batch]
        vectors.append(s.features()[batch])
        ids.append(s.id[batch])
        times.append(s.now[batch])
        s.keep(~s.gone)
        if len(s.id) == 0:
            break
    session, time = np.concatenate(ids), np.concatenate(times)
    order = np.lexsort((time, session))
    session, time = session[order], time[order]
    stuck = gave_up[session] & (ended[session] - time <= HORIZON_S)
    return Landmarks(np.concatenate(vectors)[order], stuck, owner[session])
