"""Points clicked along a curve, from a CSV file of two columns."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onearm.errors import UsageError
from onearm.io.digitised.drawing import Floats, refuse

_SCALES = ("proportion", "percent")
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ClickFile:
    """Points as they stand in the file: ``time``, ``survival`` (m,) on the ``scale`` named, and the column names."""

    time: Floats
    survival: Floats
    scale: str
    columns: tuple[str, str]


def read_clicks(path: str | Path, *, scale: str) -> ClickFile:
    """Read the file a digitiser wrote: a time and a survival in each line.

    Parameters
    ----------
    path : CSV in UTF-8, with commas, semicolons or tabs; a first line of names is skipped when it holds no numbers.
    scale : "percent" or "proportion": what the second column is. It is passed on, not changed.

    Returns
    -------
    ClickFile

    Raises
    ------
    UsageError
        U346: the scale is neither of the two.
    DataError
        X601: the file cannot be read. X606: a line that is not two numbers; values that cannot be of this scale.
    """
    if scale not in _SCALES:
        raise UsageError.one("U346", "scale", f"it must be percent or proportion, found {scale!r}", "say which it is")
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise refuse("X601", file.name, f"the file cannot be read: {problem.strerror}", "check the path") from None
    if len(content) > _MOST_BYTES:
        raise refuse("X606", file.name, "the file is larger than 20 MB", "keep the points of one curve")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("X606", file.name, "the file is not UTF-8 text", "save it as CSV UTF-8") from None
    names, rows = _rows(text, file.name)
    time, survival = (np.asarray([row[k] for row in rows]) for k in (0, 1))
    _check_scale(survival, scale, file.name)
    return ClickFile(time, survival, scale, names)


def _rows(text: str, name: str) -> tuple[tuple[str, str], list[tuple[float, float]]]:
    head = text.lstrip().split("\n", 1)[0]
    separator = next((s for s in ("\t", ";") if s in head), ",")
    names, rows = ("", ""), list[tuple[float, float]]()
    for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
        if not any(c.strip() for c in cells):
            continue
        values = [_value(c) for c in cells]
        if not rows and not any(names) and len(cells) == 2 and all(v is None for v in values):
            names = (cells[0].strip(), cells[1].strip())
            continue
        if len(values) != 2 or values[0] is None or values[1] is None:
            says = f"the line is not two numbers: {separator.join(cells)[:60]!r}"
            step = "keep two columns, time and survival, with decimal points"
            raise refuse("X606", f"{name}:{number}", says, step)
        rows.append((values[0], values[1]))
    if not rows:
        raise refuse("X606", name, "the file holds no points", "write one line for each point")
    return names, rows


def _value(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _check_scale(survival: Floats, scale: str, name: str) -> None:
    """Percent that never pass 1.2, or proportions above it, were misnamed."""
    top = float(survival.max())
    if scale == "percent" and top <= 1.2:
        raise refuse("X606", name, f"the largest survival is {top:g}: that is no percentage", 'say scale="proportion"')
    if scale == "proportion" and top > 1.2:
        raise refuse("X606", name, f"the largest survival is {top:g}: that is no proportion", 'say scale="percent"')
