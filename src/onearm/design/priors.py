"""Priors as settings and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onearm.design.words import joined, number

Prior = Sequence[Any]
"""``(a, b)`` of a Beta distribution, or ``(weight, a, b)`` of each component of a mixture."""


def plain(prior: Prior) -> tuple[Any, ...]:
    """A prior as tuples of numbers.

    Examples
    --------
    >>> plain([0.6, 1.4]), plain([[0.5, 1, 1], [0.5, 2, 3]])
    ((0.6, 1.4), ((0.5, 1.0, 1.0), (0.5, 2.0, 3.0)))
    """
    try:
        if not isinstance(prior, str) and all(isinstance(p, Sequence) and not isinstance(p, str) for p in prior):
            return tuple(tuple(float(v) for v in part) for part in prior)
        return tuple(float(v) for v in prior)
    except (TypeError, ValueError):
        raise ValueError(f"prior must be (a, b), or (weight, a, b) of each component, found {prior!r}") from None


def said(prior: Prior) -> str:
    """A prior in words.

    Examples
    --------
    >>> said((0.6, 1.4))
    'Beta(0.6, 1.4)'
    """
    parts = plain(prior)
    if parts and isinstance(parts[0], tuple):
        return "a mixture of " + joined([f"{number(w)} of Beta({number(a)}, {number(b)})" for w, a, b in parts])
    return f"Beta({number(parts[0])}, {number(parts[1])})"
