"""Fits on real data against R (real_fits.R, real_fits.json): one test a fit, to 1e-8 relative."""

from __future__ import annotations

from typing import Any

import fits_arm
import fits_competing
import fits_cox
import fits_cox_more
import fits_curves
import fits_parametric
import fits_residuals
import fits_states
import fits_zph
import pytest
from fits import agree
from oracle_data import Tables

PARTS = (
    fits_curves,
    fits_cox,
    fits_parametric,
    fits_states,
    fits_arm,
    fits_zph,
    fits_competing,
    fits_cox_more,
    fits_residuals,
)
FITS = {name: fit for part in PARTS for name, fit in part.FITS.items()}


@pytest.mark.parametrize("name", FITS)
def test_fit(name: str, tables: Tables, r_fits: dict[str, Any]) -> None:
    ours, theirs = FITS[name](tables), r_fits[name]
    assert ours.keys() == theirs.keys()
    for key, value in theirs.items():
        try:
            agree(ours[key], value)
        except AssertionError as problem:
            raise AssertionError(f"{name}, {key}: {problem}") from None


def test_every_fit_of_r_is_repeated(r_fits: dict[str, Any]) -> None:
    assert sorted(FITS) == sorted(r_fits)
