"""Strata: who shares a stratum with someone of the other group, and the weights that follow. Exact matching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._input import Floats, Ints, as_choice, as_codes

__all__ = ["Strata", "exact_match"]

ESTIMANDS = ("ATT", "ATE", "ATC")


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Strata that hold both treated and controls, and the weights they give.

    ``subclass_treated`` (n1,), ``subclass_control`` (n0,): the stratum of each row, numbered from 0 in the
    order of the labels, -1 for who has nobody of the other group in his; ``weight_treated``,
    ``weight_control``: 0 for them; ``unmatched_treated``, ``unmatched_control``: their rows.
    """

    subclass_treated: Ints
    subclass_control: Ints
    weight_treated: Floats
    weight_control: Floats
    unmatched_treated: Ints
    unmatched_control: Ints


def exact_match(labels_treated: ArrayLike, labels_control: ArrayLike, *, estimand: str = "ATT") -> Strata:
    """Compare treated and controls who agree in every label; leave out who agrees with nobody.

    Weights, n1 and n0 being the numbers of treated and controls in a stratum: for the effect in the
    treated ("ATT") 1 for a treated, n1 / n0 for a control; in the controls ("ATC") the reverse; in all
    ("ATE") (n1 + n0) / n1 and (n1 + n0) / n0. Each group's weights are then scaled to add up to its number of
    matched subjects, as MatchIt does (Ho, Imai, King & Stuart 2011, doi:10.18637/jss.v042.i08).
    Once treated are left out, "ATT" is the effect in those who are matched.

    Parameters
    ----------
    labels_treated, labels_control : (n1,) or (n1, p), (n0,) or (n0, p) labels of any sortable type, such as
        whole numbers, text or truth values; with several columns all have to agree.
    estimand : "ATT", "ATE" or "ATC".

    Returns
    -------
    Strata

    Raises
    ------
    ValueError
        For missing labels, labels of two kinds, different numbers of columns, an unknown estimand, or when no
        treated agrees with any control.

    Examples
    --------
    Two treated and one control are women, one treated and two controls are men.

    >>> strata = exact_match(["f", "f", "m", "x"], ["f", "m", "m"])
    >>> strata.weight_treated.tolist(), strata.weight_control.tolist(), strata.unmatched_treated.tolist()
    ([1.0, 1.0, 1.0, 0.0], [2.0, 0.5, 0.5], [3])
    """
    code1, code0 = joint_codes(("labels_treated", labels_treated, None), ("labels_control", labels_control, None))
    return shared_strata(code1, code0, estimand, "labels_treated and labels_control have no label in common")


def shared_strata(code1: Ints, code0: Ints, estimand: str, nobody: str) -> Strata:
    """Strata found in both groups, numbered anew; ``nobody`` is what to say when there are none."""
    as_choice("estimand", estimand, ESTIMANDS)
    shared = np.intersect1d(code1, code0)
    if shared.size == 0:
        raise ValueError(f"{nobody}: nobody can be matched; use fewer or coarser variables")
    subclass = [np.where(np.isin(c, shared), np.searchsorted(shared, c), -1).astype(np.int64) for c in (code1, code0)]
    weight = strata_weights(subclass[0], subclass[1], estimand)
    left = [np.flatnonzero(s < 0) for s in subclass]
    return Strata(subclass[0], subclass[1], *weight, *left)


def strata_weights(subclass_treated: Ints, subclass_control: Ints, estimand: str) -> tuple[Floats, Floats]:
    """Weights of treated and controls by stratum (-1: 0), each group's scaled to its number of matched subjects.

    Every stratum 0 .. k-1 holds both. The weight of a subject stands for the share of its stratum in the
    target: n1 (ATT), n0 (ATC) or n1 + n0 (ATE), spread over its own group's subjects there.
    """
    k = int(subclass_treated.max(initial=-1)) + 1
    sides = (subclass_treated, subclass_control)
    counts = [np.bincount(s[s >= 0], minlength=k).astype(np.float64) for s in sides]
    target = {"ATT": counts[0], "ATC": counts[1], "ATE": counts[0] + counts[1]}[estimand]
    weights = []
    for own, size in zip(sides, counts, strict=True):
        each = target * size.sum() / (size * target.sum())
        weights.append(np.where(own >= 0, each[own], 0.0))
    return weights[0], weights[1]


Labels = tuple[str, ArrayLike, int | None]


def joint_codes(treated: Labels, control: Labels) -> tuple[Ints, Ints]:
    """One code for each different row of labels, the same in both groups; rises with the labels, column by column."""
    tables = [_columns(*side) for side in (treated, control)]
    names = f"{treated[0]} and {control[0]}"
    if tables[0].shape[1] != tables[1].shape[1]:
        raise ValueError(f"{names} have {tables[0].shape[1]} and {tables[1].shape[1]} columns: give the same ones")
    text = [t.dtype.kind in "US" for t in tables]
    if text[0] != text[1] and not any(t.dtype.kind == "O" for t in tables):
        raise ValueError(f"{names} are of two kinds, {tables[0].dtype} and {tables[1].dtype}: no label can agree")
    n1 = tables[0].shape[0]
    try:
        both = np.concatenate(tables)
    except TypeError:
        raise ValueError(f"{names} are of two kinds, {tables[0].dtype} and {tables[1].dtype}") from None
    code = np.zeros(both.shape[0], dtype=np.int64)
    for column in both.T:
        labels, own = as_codes(names, column, both.shape[0])
        code = np.unique(code * labels.size + own, return_inverse=True)[1].reshape(-1)
    return code[:n1], code[n1:]


def _columns(name: str, value: ArrayLike, n: int | None) -> NDArray[Any]:
    """Labels as a table, one row for each subject."""
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array: fill or drop the masked values first")
    try:
        x = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths") from None
    if x.ndim == 1:
        x = x[:, None]
    if x.ndim != 2 or 0 in x.shape or (n is not None and x.shape[0] != n):
        wanted = "one row for each subject" if n is None else f"{n} rows"
        raise ValueError(f"{name} has shape {np.shape(value)} where {wanted} are needed")
    for column in x.T:
        as_codes(name, column, x.shape[0])
    return x
