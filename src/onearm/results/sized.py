"""Curves of a sample size, as plain numbers: what is drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeCurves:
    """Power and effective numbers over the number of trial patients.

    Parameters
    ----------
    id, label
        A name for files, and words for the caption.
    n
        Trial patients at each point, ascending.
    names
        Words for each curve.
    power, low, high
        One row for each curve: the power and its Monte Carlo limits.
    effective
        One row for each curve: effective number of external patients.
    wanted
        The power wanted, drawn as a line.
    notes
        What was assumed.
    """

    id: str
    label: str
    n: tuple[int, ...]
    names: tuple[str, ...]
    power: tuple[tuple[float, ...], ...]
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]
    effective: tuple[tuple[float, ...], ...]
    wanted: float
    notes: tuple[str, ...] = ()
