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
    logits, scores = onnxruntime_logits_and_scores(folder / "model.onnx", rows)
    onnx = tract_onnx_logits(folder / "model.onnx", rows)
    nnef = tract_nnef_logits(folder / "model.nnef.tar", rows)
    by_runtime = {
        "onnxruntime": (logits, scores),
        "tract with ONNX": (onnx, logistic(onnx)),
        "tract with NNEF": (nnef, logistic(nnef)),
    }
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


def check(folder: Path) -> str:
    """All checks; what was compared, as text."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return "\n".join((check_files(folder, manifest), check_golden(folder, manifest), convert.check(folder)))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artefacts", type=Path, default=convert.SESSION, help="the folder with the artefacts")
    print(check(parser.parse_args().artefacts))


if __name__ == "__main__":
    main()
