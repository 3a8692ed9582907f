"""Single numbers as arguments: one that is out of range, an array or a text is refused by name."""

from __future__ import annotations

import math

import numpy as np

from ._input import as_floats


def as_number(name: str, value: float, low: float, high: float, why: str = "") -> float:
    """One number between two limits (both allowed)."""
    x = as_floats(name, value)
    if x.ndim != 0:
        raise ValueError(f"{name} must be one number, found shape {x.shape}")
    if not low <= float(x) <= high:
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, found {float(x):g}{why}")
    return float(x)


def as_count(name: str, value: float, low: int, high: int, why: str = "") -> int:
    """One whole number between two limits (both allowed)."""
    x = as_number(name, value, low, high, why)
    if x != math.floor(x):
        raise ValueError(f"{name} must be a whole number, found {x:g}{why}")
    return int(x)


def as_share(name: str, value: float) -> float:
    """One number strictly between 0 and 1."""
    x = as_number(name, value, 0, 1)
    if not 0 < x < 1:
        raise ValueError(f"{name} must lie strictly between 0 and 1, found {x:g}")
    return x


def as_truth(name: str, value: object) -> bool:
    """True or False; a word or a number is not read as one."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, found {value!r}")
    return bool(value)
