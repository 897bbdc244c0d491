"""Trains the model of one scope from nothing and writes its artefacts."""

import argparse
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

import behave
import contract
import convert
import golden
import network
from check import check
from export import export
from grid import Grid
from landmarks import Landmarks
from measure import choose_cuts, measure, one_feature, ranking
from runtimes import onnxruntime_logits_and_scores
from scopes import NNEF, ONNX, SCOPES, SESSION, Scope

# Up to this active time all landmarks train.
ALL_KEPT_S = 120.0
# Visitors by fifths: three train, one chooses the cuts, one is measured.
FIFTHS = {"train": (0, 1, 2), "validation": (3,), "test": (4,)}
TOOLS = ("numpy", "scikit-learn", "skl2onnx", "onnx", "onnxruntime", "tract")


def _say(text: str) -> None:
    print(text, flush=True)


def _thinned(duration: NDArray[np.float64], seed: int) -> NDArray[np.bool_]:
    """Which training landmarks to keep: fewer as a session grows older, so that a long calm one does not outvote many
    young ones. It depends on a feature alone, so what a vector says about the outcome stays as it is."""
    keep = np.minimum(1.0, ALL_KEPT_S / np.maximum(duration, 1.0))
    return np.random.default_rng(seed).random(len(duration)) < keep


def _rounded(value: object) -> object:
    """Numbers for people: four decimals."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value


def _manifest(scope: Scope, folder: Path, cuts: dict, health: float, landmarks: Landmarks, measured: dict) -> dict:
    files = {}
    for name in scope.files:
        content = (folder / name).read_bytes()
        files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return {
        "v": 1,
        "name": scope.model,
        "version": scope.version,
        "scope": scope.name,
        "contract": contract.CONTRACT,
        "features": [{"name": f.name, "unit": f.unit, "least": f.least, "most": f.most} for f in contract.FEATURES],
        "input": {"name": "features", "shape": [1, len(contract.FEATURES)], "type": "f64"},
        "output": "logit",
        "link": "logistic",
        "levels": cuts,
        "files": files,
        "health": {"features": contract.HEALTH, "score": health},
        "trained_on": {
            **scope.source,
            "landmarks": len(landmarks.stuck),
            "visitors": len(np.unique(landmarks.visitor)),
            "prevalence": round(float(landmarks.stuck.mean()), 4),
        },
        "measured": _rounded(measured),
        "tools": {"python": platform.python_version(), **{name: version(name) for name in TOOLS}},
    }


def train(scope: Scope, out: Path) -> None:
    """Everything, in order."""
    out.mkdir(parents=True, exist_ok=True)
    landmarks = scope.landmarks()
    _say(f"{len(landmarks.stuck):,} landmarks, {landmarks.stuck.mean():.2%} of them before the visitor gives up")
    split = {name: np.isin(landmarks.visitor % 5, fifths) for name, fifths in FIFTHS.items()}
    grid = Grid(scope.caps).fit(landmarks.features)
    steps = grid.transform(landmarks.features)
    young = split["train"] & _thinned(landmarks.features[:, contract.INDEX["session_duration"]], scope.seed)
    model = network.fit(steps[young], landmarks.stuck[young], scope.seed)
    bits = network.exactness(model)
    assert network.monotone(model), "the weights' signs do not prove the promised directions"
    _say(f"fitted; sums need {bits.hidden_bits:.1f} and {bits.logit_bits:.1f} of {network.MANTISSA_BITS} bits")

    pipeline = Pipeline([("grid", grid), ("network", model)])
    scores = {name: pipeline.predict_proba(landmarks.features[rows])[:, 1] for name, rows in split.items()}
    cuts = choose_cuts(scores["validation"], landmarks.stuck[split["validation"]])
    _say(f"cuts {cuts}")
    for name, score in behave.verify(lambda rows: network.logits(model, grid.transform(rows)), cuts, scope.expected):
        _say(f"  {score:.3f}  {name}")

    test = split["test"]
    measured = measure(scores["test"], landmarks.stuck[test], landmarks.visitor[test], cuts, scope.seed)
    known = (landmarks.features[split["train"]], landmarks.stuck[split["train"]])
    measured["one_feature"] = one_feature(known, (landmarks.features[test], landmarks.stuck[test]))
    if landmarks.rules is not None:
        measured["rules"] = ranking(landmarks.rules[test], landmarks.stuck[test])
    _say(json.dumps(_rounded(measured), indent=1))

    (out / ONNX).write_bytes(export(pipeline, scope.model, int(scope.version)))
    if NNEF in scope.files:
        convert.convert(out / ONNX, out / NNEF)
    rows = golden.fixed_rows(grid.scales)
    rows += golden.landmark_rows(landmarks.features[test], scores["test"], cuts, scope.seed)
    vectors = np.array(rows)
    logits, expected = network.logits(model, grid.transform(vectors)), pipeline.predict_proba(vectors)[:, 1]
    _, by_onnxruntime = onnxruntime_logits_and_scores(out / ONNX, vectors)
    lines = golden.lines_of(rows, logits, expected, by_onnxruntime, cuts)
    golden.write(out, scope.model, scope.version, lines)
    manifest = _manifest(scope, out, cuts, float(expected[0]), landmarks, measured)
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    _say(check(scope, out))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scope", nargs="?", default=SESSION.name, choices=SCOPES, help="which model (session)")
    parser.add_argument("--out", type=Path, help="where the artefacts go, instead of model/artefacts")
    args = parser.parse_args()
    scope = SCOPES[args.scope]
    # One thread: sums in the same order each time, so a second run gives the same bytes.
    with threadpool_limits(1):
        train(scope, args.out or scope.folder)


if __name__ == "__main__":
    main()
