"""Arrays checked on the way in: every kernel refuses the same things in the same words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._order import TIE_TOLERANCE as TIE_TOLERANCE
from ._order import Floats as Floats
from ._order import Ints as Ints
from ._order import distinct_ranks

Bools = NDArray[np.bool_]

_LIGHTEST, _HEAVIEST = 1e-100, 1e50  # a weight
_SAMPLED = 512  # rows looked at to guess the labels of a long vector


def as_floats(name: str, value: ArrayLike) -> Floats:
    """Numbers of any shape as floats; text, dates and masked values are refused, not guessed at."""
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array: fill or drop the masked values first")
    try:
        raw = np.asarray(value)
        if raw.dtype.kind not in "biufO" or (raw.dtype.kind == "O" and any(isinstance(v, str) for v in raw.flat)):
            raise ValueError(f"{name} must hold numbers only, found {raw.dtype}")
        return raw.astype(np.float64)
    except (TypeError, ValueError) as problem:
        if str(problem).startswith(f"{name} must"):
            raise
        raise ValueError(f"{name} must hold numbers only") from None


def as_vector(name: str, value: ArrayLike, n: int | None = None) -> Floats:
    """``value`` as a finite float vector (of length ``n`` when given), or ValueError naming ``name``."""
    x = as_floats(name, value)
    if x.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, found shape {x.shape}")
    if n is not None and x.size != n:
        raise ValueError(f"{name} has {x.size} values where {n} are needed")
    if x.size == 0:
        raise ValueError(f"{name} is empty")
    if not (np.isfinite(x.min()) and np.isfinite(x.max())):  # a missing value makes both of them NaN
        bad = np.flatnonzero(~np.isfinite(x))
        raise ValueError(f"{name} has {bad.size} missing or infinite values, the first at index {bad[0]}")
    return x


def as_times(name: str, value: ArrayLike, n: int | None = None) -> Floats:
    """Times: finite and not negative."""
    x = as_vector(name, value, n)
    if x.min() < 0:
        bad = np.flatnonzero(x < 0)
        raise ValueError(f"{name} has {bad.size} negative values, the first {x[bad[0]]} at index {bad[0]}")
    return x


def as_clock(name: str, value: ArrayLike, n: int | None = None) -> NDArray[Any]:
    """Times as they came where they are plain numbers in a vector, so that nothing is copied.

    Refuses what :func:`as_times` refuses; the result may be the caller's own array.
    """
    x = value if type(value) is np.ndarray else np.asarray(value)
    plain = not isinstance(value, np.ma.MaskedArray) and x.ndim == 1 and x.size and (n is None or x.size == n)
    if plain and (x.dtype == np.float64 or x.dtype.kind == "i") and x.min() >= 0 and x.max() < np.inf:
        return x
    return as_times(name, value, n)


def as_indicator(name: str, value: ArrayLike, n: int | None = None) -> Bools:
    """A 0/1 (or boolean) vector as booleans."""
    x = value if type(value) is np.ndarray else np.asarray(value)
    plain = not isinstance(value, np.ma.MaskedArray) and x.ndim == 1 and x.size and (n is None or x.size == n)
    if plain and (x.dtype.kind == "b" or (x.dtype.kind in "iu" and x.min() >= 0 and x.max() <= 1)):
        return np.array(x, dtype=np.bool_)
    x = as_vector(name, value, n)
    one: Bools = x == 1
    if np.count_nonzero(one) + np.count_nonzero(x == 0) < x.size:
        bad = np.flatnonzero((x != 0) & (x != 1))
        raise ValueError(f"{name} must hold 0 and 1 only, found {x[bad[0]]} at index {bad[0]}")
    return one


def as_weights(name: str, value: ArrayLike | None, n: int) -> Floats:
    """Weights: finite, not negative, not all zero; ones when None."""
    if value is None:
        return np.ones(n)
    x = as_vector(name, value, n)
    if x.min() < 0:
        raise ValueError(f"{name} has negative values, the first at index {np.flatnonzero(x < 0)[0]}")
    if not x.max() > 0:
        raise ValueError(f"{name} is zero throughout: nothing is left to analyse")
    for extreme in (float(x.max()), float(x.min() or x[x > 0].min())):
        if not _LIGHTEST < extreme < _HEAVIEST:
            span = f"{_LIGHTEST:g} and {_HEAVIEST:g}"
            raise ValueError(f"{name} must be 0 or lie between {span} (squares are needed), found {extreme:g}")
    return x


def as_matrix(name: str, value: ArrayLike, n: int | None = None) -> Floats:
    """A finite n x p matrix; a vector becomes one column."""
    x = as_floats(name, value)
    if x.ndim == 1:
        x = x[:, None]
    if x.ndim != 2:
        raise ValueError(f"{name} must be a vector or a matrix, found shape {x.shape}")
    if n is not None and x.shape[0] != n:
        raise ValueError(f"{name} has {x.shape[0]} rows where {n} are needed")
    if x.shape[0] == 0 or x.shape[1] == 0:
        raise ValueError(f"{name} is empty: shape {x.shape}")
    if not np.all(np.isfinite(x)):
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(f"{name} has missing or infinite values, the first in row {row}, column {column}")
    return x


def as_codes(name: str, value: ArrayLike, n: int) -> tuple[NDArray[Any], Ints]:
    """Labels and the code of each row, for strata, clusters and groups of any sortable type."""
    x = np.asarray(value)
    if x.ndim != 1 or x.size != n:
        raise ValueError(f"{name} has shape {x.shape} where ({n},) is needed")
    if x.dtype.kind in "fcMmO":  # no other type has missing values
        missing = np.array([v is None or v != v for v in x]) if x.dtype == object else x != x
        if np.any(missing):
            raise ValueError(f"{name} has missing values, the first at index {np.flatnonzero(missing)[0]}")
    try:
        return _few_labels(x) or _many_labels(x)
    except TypeError:
        raise ValueError(f"{name} mixes labels that cannot be sorted") from None


def _many_labels(x: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    labels, codes = np.unique(x, return_inverse=True)
    return labels, codes.astype(np.int64).reshape(-1)


def _few_labels(x: NDArray[Any]) -> tuple[NDArray[Any], Ints] | None:
    """Labels and codes without sorting all rows: whole numbers on a short scale by a table, others when
    a sample of the rows holds every label; else None."""
    if x.size < 4 * _SAMPLED or x.dtype == object:
        return None
    if x.dtype.kind == "b":
        labels, place = _few_labels(x.astype(np.uint8)) or _many_labels(x)
        return labels.astype(np.bool_), place
    if x.dtype.kind in "iu" and int(x.max()) - int(x.min()) < x.size:
        lowest = x.min()
        place = x.astype(np.int64) - np.int64(lowest) if x.dtype.kind == "i" else (x - lowest).astype(np.int64)
        seen = np.bincount(place) > 0
        labels = np.flatnonzero(seen).astype(x.dtype) + lowest
        return labels, place if np.all(seen) else (np.cumsum(seen) - 1)[place]
    if x.dtype.kind == "f" and x.max() - x.min() < x.size and abs(float(x.min())) < 2**53:
        whole = x.astype(np.int64)
        if np.array_equal(whole, x):
            labels, codes = _few_labels(whole) or _many_labels(whole)
            return labels.astype(x.dtype), codes
    labels = np.unique(x[:: x.size // _SAMPLED])
    if labels.size > _SAMPLED // 8:
        return None
    codes = np.searchsorted(labels[:-1], x).astype(np.int64, copy=False)
    return (labels, codes) if np.array_equal(labels[codes], x) else None


def as_level(level: float) -> float:
    """A confidence level strictly between 0 and 1, and so far from 1 that its tail is a number."""
    if np.ndim(level) or not 0 < level < 1 - 1e-12:
        raise ValueError(f"level must lie between 0 and 1, found {level}")
    return float(level)


def as_choice(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """One of the ``allowed`` words."""
    if isinstance(value, str) and value in allowed:
        return value
    words = [word for word in allowed if word]
    meant = [word for word in words if isinstance(value, str) and word.casefold() == value.casefold()]
    found = " ".join(repr(value).split()) + (f" (did you mean {meant[0]!r}?)" if meant else "")
    raise ValueError(f"{name} must be one of {', '.join(words)}; found {found}")


def count(code: Ints, weight: Floats, size: int) -> Floats:
    """Sum of ``weight`` by code 0 .. size-1."""
    return np.asarray(np.bincount(code, weight, size), dtype=np.float64)


def rank_times(*times: Floats) -> tuple[Floats, list[Ints]]:
    """Distinct times, and the position of each given time among them; near ties become ties.

    Times computed in floating point (days / 30.4375, say) that should be equal may differ in the
    last digits and would then fall in different risk sets. Neighbours within a relative 1e-9 are
    joined to the smallest of their run.
    """
    distinct, rank = distinct_ranks(times[0] if len(times) == 1 else np.concatenate(times))
    cuts = np.cumsum([t.size for t in times])[:-1]
    return distinct, np.split(rank, cuts)


def ranked_interval(time: Floats, entry: ArrayLike | None) -> tuple[Floats, Ints, Ints]:
    """Distinct times, rank of each exit, rank of each entry (-1 where there is none)."""
    if entry is None:
        distinct, (stop,) = rank_times(time)
        return distinct, stop, np.full(time.size, -1, dtype=np.int64)
    start_time = as_times("entry", entry, time.size)
    distinct, (stop, start) = rank_times(time, start_time)
    late = np.flatnonzero(start >= stop)
    if late.size:
        i = late[0]
        raise ValueError(f"entry must be before time: row {i} has entry {start_time[i]} and time {time[i]}")
    return distinct, stop, start
