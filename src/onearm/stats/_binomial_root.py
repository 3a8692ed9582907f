"""Counts checked on the way in, and the root of a monotone function."""

from __future__ import annotations

import math
from collections.abc import Callable


def counted(name_x: str, x: float, name_n: str, n: float) -> tuple[int, int]:
    """Successes and trials as whole numbers with 0 <= x <= n and n >= 1."""
    for name, value in ((name_x, x), (name_n, n)):
        try:
            whole = math.isfinite(value) and value == int(value)
        except TypeError:
            whole = False
        if not whole:
            shown = repr(value) if isinstance(value, int | float | str) else type(value).__name__
            raise ValueError(f"{name} must be a whole number, found {shown}")
    if n < 1:
        raise ValueError(f"{name_n} must be at least 1, found {n}")
    if not 0 <= x <= n:
        raise ValueError(f"{name_x} must lie between 0 and {name_n} = {int(n)}, found {x}")
    return int(x), int(n)


def bisect(f: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising ``f`` turns from negative to not negative, to the last digit."""
    for _ in range(1200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if f(middle) < 0:
            low = middle
        else:
            high = middle
    return high
