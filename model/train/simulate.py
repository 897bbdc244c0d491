"""Landmarks of the simulator's visitors: `history` vectors as the analysis computes them.

A program of this workspace (`tests/history`) lets visitors live over several sessions and prints a landmark a line: the
visitor's vector at a batch, what the rules of `core` say of it, and whether the visitor gives up.
"""

import subprocess
from pathlib import Path

import numpy as np

from contract import FEATURES
from landmarks import Landmarks

ROOT = Path(__file__).resolve().parent.parent.parent
COLUMNS = ("visitor", "session", "at", "gives_up", "rules", *(feature.name for feature in FEATURES))


def program(visitors: int, seed: int) -> str:
    """The command, to be run in the repository's root; without a network where everything is built."""
    return f"cargo run --quiet --package unsnag-history-rows -- --seed {seed} --visitors {visitors}"


def simulate(visitors: int, seed: int) -> Landmarks:
    """Runs the program with so many visitors."""
    with subprocess.Popen(program(visitors, seed).split(), cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        header = running.stdout.readline().strip().split(",")
        rows = np.loadtxt(running.stdout, delimiter=",") if header == list(COLUMNS) else None
    if running.returncode != 0 or rows is None:
        raise SystemExit(f"{program(visitors, seed)} failed, or has other columns than {COLUMNS}")
    features = np.ascontiguousarray(rows[:, COLUMNS.index("rules") + 1 :])
    by_name = {name: rows[:, index] for index, name in enumerate(COLUMNS)}
    return Landmarks(features, by_name["gives_up"] == 1.0, by_name["visitor"].astype(np.int64), by_name["rules"])
