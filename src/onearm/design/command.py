"""The command line that makes a design again, from its settings."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from onearm.design.words import number

Settings = tuple[tuple[str, Any], ...]


def command(kind: str, settings: Settings) -> str:
    """What to type.

    Examples
    --------
    >>> command("simon", (("p0", 0.1), ("p1", 0.3), ("choice", "minimax"), ("n_max", 100), ("q", None)))
    'onearm design simon --p0 0.1 --p1 0.3 --choice minimax --n-max 100'
    >>> command("safety", (("looks", (5, 6, 7, 8, 9)), ("prior", ((0.5, 1, 1), (0.5, 2, 3))), ("strict", False)))
    'onearm design safety --looks 5:9 --prior "0.5,1,1;0.5,2,3" --no-strict'
    """
    words = [f"{_option(name, value)}" for name, value in settings if value is not None and value != ()]
    return " ".join(["onearm design", kind, *words])


def _option(name: str, value: Any) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    said = value_text(value)
    if said.startswith("-"):
        return f"--{flag}={said}"
    quoted = f'"{said}"' if ";" in said or " " in said else shlex.quote(said)
    return f"--{flag} {quoted}"


def value_text(value: Any) -> str:
    """A setting as it is typed: lists with commas, components of a mixture with semicolons, runs of looks as ranges."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence):
        if value and isinstance(value[0], Sequence):
            return ";".join(value_text(tuple(part)) for part in value)
        return _run(value) or ",".join(number(v) for v in value)
    return number(value)


def _run(value: Sequence[float]) -> str:
    """``first:last`` or ``first:last:step`` for whole numbers in equal steps, three or more."""
    steps = {b - a for a, b in pairwise(value)}
    if len(value) < 4 or len(steps) != 1 or any(int(v) != v for v in value) or min(steps) < 1:
        return ""
    step = int(next(iter(steps)))
    return f"{int(value[0])}:{int(value[-1])}" + (f":{step}" if step > 1 else "")
