"""Holds the committed artefacts to the manifest and the golden rows, in onnxruntime and tract; trains nothing."""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

import contract
import convert
import golden
from runtimes import logistic, onnxruntime_logits_and_scores, tract_nnef_logits, tract_onnx_logits
from scopes import NNEF, ONNX, SCOPES, Scope

TOLERANCE = 1e-5


def check_files(folder: Path, manifest: dict) -> str:
    """Fails unless the files are those that the manifest names."""
    for name, file in manifest["files"].items():
        content = (folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != file["sha256"] or len(content) != file["bytes"]:
            raise SystemExit(f"{name} is not the file that manifest.json describes")
    return f"{len(manifest['files'])} files are those of the manifest"


def check_golden(folder: Path, manifest: dict) -> str:
    """Fails unless every runtime gives the golden rows: logits bit for bit, scores within the tolerance, and levels."""
    golden_rows = golden.load(folder)
    rows = golden.vectors(golden_rows)
    expected, sklearn, committed = (
        np.array([row[key] for row in golden_rows]) for key in ("logit", "sklearn", "onnxruntime")
    )
    logits, scores = onnxruntime_logits_and_scores(folder / ONNX, rows)
    by_runtime = {"onnxruntime": (logits, scores)}
    by_tract = {ONNX: ("tract with ONNX", tract_onnx_logits), NNEF: ("tract with NNEF", tract_nnef_logits)}
    for file in manifest["files"]:
        name, run = by_tract[file]
        by_runtime[name] = (found := run(folder / file, rows), logistic(found))
    report = []
    for name, (logits, scores) in by_runtime.items():
        difference = float(max(np.abs(scores - sklearn).max(), np.abs(scores - committed).max()))
        if not difference <= TOLERANCE:
            raise SystemExit(f"{name} is {difference:.1e} away from the golden scores, more than {TOLERANCE}")
        if not np.array_equal(logits, expected):
            raise SystemExit(f"{name} gives other logits than golden.json; they must agree bit for bit")
        report.append(f"{name}: {len(rows)} logits bit for bit, scores within {difference:.1e}")
    for row in golden_rows:
        level = contract.level(row["sklearn"], manifest["levels"])
        if row["level"] != level:
            raise SystemExit(f"golden.json calls {row['sklearn']} {row['level']}; by the manifest's cuts it is {level}")
    health = manifest["health"]
    if (health["features"], health["score"]) != (golden_rows[0]["features"], golden_rows[0]["sklearn"]):
        raise SystemExit("the first golden row is not the manifest's health check")
    return "\n".join(report)


def check(scope: Scope, folder: Path) -> str:
    """All checks of one model; what was compared, as text."""
    manifest = json.loads((folder / "manifest.json").read_text())
    if (manifest["scope"], sorted(manifest["files"])) != (scope.name, sorted(scope.files)):
        raise SystemExit(f"{folder} does not hold the model of scope {scope.name} with {', '.join(scope.files)}")
    report = [f"scope {scope.name}", check_files(folder, manifest), check_golden(folder, manifest)]
    return "\n".join([*report, convert.check(folder)] if NNEF in scope.files else report)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scope", nargs="*", help=f"which models: {', '.join(SCOPES)}; all where none is named")
    parser.add_argument("--artefacts", type=Path, help="the folder with the artefacts of the one scope that is named")
    args = parser.parse_args()
    if unknown := [name for name in args.scope if name not in SCOPES]:
        parser.error(f"there is no scope {', '.join(unknown)}")
    if args.artefacts and len(args.scope) != 1:
        parser.error("--artefacts needs one scope")
    for name in args.scope or SCOPES:
        print(check(SCOPES[name], args.artefacts or SCOPES[name].folder))


if __name__ == "__main__":
    main()
