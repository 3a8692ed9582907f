"""A sample size to a folder: its table, its words, its picture and JSON, whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from onearm import __version__
from onearm.io.folder import MARK, check_target, write_folder
from onearm.results.sized import SizeCurves
from onearm.study.sample_size import SampleSize
from onearm.study.size_row import Size

__all__ = ["COMMAND", "check_target", "curves", "values", "write_sample_size"]

COMMAND = "onearm design external"


def values(found: SampleSize) -> dict[str, Any]:
    """Everything as plain values, numbers as they are."""
    return asdict(found)


def curves(found: SampleSize) -> SizeCurves:
    """What is drawn: one curve for each method and each number of external patients."""
    kinds = dict.fromkeys((row.method, row.label, row.external) for row in found.rows)
    parts = [[row for row in found.rows if (row.method, row.label, row.external) == kind] for kind in kinds]
    return SizeCurves(
        id=found.comparison,
        label=f"comparison {found.comparison}",
        n=tuple(row.trial for row in parts[0]),
        names=tuple(f"{label}, {external} external" for _, label, external in kinds),
        power=tuple(tuple(row.power for row in part) for part in parts),
        low=tuple(tuple(row.power_low for row in part) for part in parts),
        high=tuple(tuple(row.power_high for row in part) for part in parts),
        effective=tuple(tuple(row.effective_external for row in part) for part in parts),
        wanted=found.power,
        notes=found.words,
    )


def write_sample_size(found: SampleSize, out: Path, inputs: Mapping[str, str]) -> None:
    """Write a sample size into a folder; an earlier one that onearm wrote there is replaced as a whole.

    Parameters
    ----------
    found
        What was simulated.
    out
        The folder.
    inputs
        Digests of the trial's files, for the manifest.

    Raises
    ------
    UsageError
        U320 or U321 when the folder holds other things or cannot be written.
    """
    from onearm.figures import picture
    from onearm.figures.alone import drawing, png

    check_target(out, COMMAND)
    drawn = curves(found)
    files = {
        "sample-size.csv": _csv(found).encode(),
        "sample-size.txt": "".join(f"{line}\n" for line in (*found.words, "", *found.found)).encode(),
        "sample-size.svg": picture(drawing(drawn)).svg,
        "sample-size.png": png(drawn),
        "sample-size.json": _json(values(found)),
    }
    body = {
        "onearm": __version__,
        "command": COMMAND,
        "seed": found.seed,
        "inputs": dict(inputs),
        "outputs": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    write_folder(out, files | {MARK: _json(body)}, COMMAND)


def _csv(found: SampleSize) -> str:
    """One line a row, numbers in full."""
    text = io.StringIO()
    names = [field.name for field in fields(Size)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([getattr(row, name) for name in names] for row in found.rows)
    return text.getvalue()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
