"""Converts `model.onnx` to `model.nnef.tar` with tract; `--check` converts again and compares."""

import argparse
import io
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import tract

import golden
from runtimes import tract_model, tract_nnef_logits
from scopes import NNEF, ONNX, SESSION

TAR_BLOCK = 512


def convert(onnx: Path, nnef: Path) -> None:
    """Writes the tar, the same bytes each time: entries sorted, no times, no owners, no padding beyond the end mark."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.tar"
        tract.nnef().write_model_to_tar(tract_model(onnx), raw)
        with tarfile.open(raw) as archive:
            files = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
        end = archive.offset
    nnef.write_bytes(packed.getvalue()[: end + 2 * TAR_BLOCK])


def check(folder: Path) -> str:
    """Fails unless a new conversion gives the committed logits, bit for bit, on every golden row."""
    rows = golden.vectors(golden.load(folder))
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / NNEF
        convert(folder / ONNX, again)
        same = again.read_bytes() == (folder / NNEF).read_bytes()
        new, old = tract_nnef_logits(again, rows), tract_nnef_logits(folder / NNEF, rows)
    if not np.array_equal(new, old):
        difference = np.abs(new - old).max()
        raise SystemExit(f"model.nnef.tar is not what model.onnx converts to: logits differ by {difference}")
    bytes_are = "the same bytes" if same else "other bytes"
    return f"converted again: {bytes_are}, the same logits for {len(rows)} golden rows"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artefacts", type=Path, default=SESSION.folder, help="the folder with model.onnx")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    args = parser.parse_args()
    if args.check:
        print(check(args.artefacts))
    else:
        convert(args.artefacts / ONNX, args.artefacts / NNEF)


if __name__ == "__main__":
    main()
