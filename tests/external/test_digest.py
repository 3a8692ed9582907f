"""The digest of baseline data is that of their plain text, whatever the numbers' size and the rows' order."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from onearm.cohort.baseline import Baseline
from onearm.external.document import baseline_digest
from onearm.protocol.trial import Covariate

MEANING = {"cells": Covariate(label="Cells", range=(-1e308, 1e308)), "sex": Covariate(label="Sex", levels=("f", "m"))}
EDGES = [0.0, -0.0, 1e-4, 9.999999999999999e-05, 1e15, 999999999999999.9, 1e16, 5e-324, -1e300, 0.1 + 0.2, 1e22]


def side(cells: list[float | None], sexes: list[str | None]) -> Baseline:
    rows = {
        "subject": [f"p{i:03d}" for i in range(len(cells))],
        "at": [f"s.csv:{i}" for i in range(len(cells))],
        "sex": sexes,
        "cells": cells,
    }
    schema = {"subject": pl.String, "at": pl.String, "sex": pl.String, "cells": pl.Float64}
    return Baseline("s", MEANING, pl.DataFrame(rows, schema=schema))


def plain(cells: list[float | None], sexes: list[str | None]) -> str:
    """The same written by hand: every value quoted, a number as ``repr`` writes it, a missing value as \\N."""
    lines = ['"subject","cells","sex"']
    for i, (number, sex) in enumerate(zip(cells, sexes, strict=True)):
        shown = ["\\N" if v is None else v for v in (None if number is None else repr(number), sex)]
        lines.append(f'"p{i:03d}","{shown[0]}","{shown[1]}"')
    return hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()


def test_numbers_of_any_size_are_spelled_as_python_spells_them() -> None:
    sexes: list[str | None] = ["f", "m", None] * 4
    assert baseline_digest(side([*EDGES, None], sexes)) == plain([*EDGES, None], sexes)


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_any_numbers(cells: list[float | None]) -> None:
    sexes: list[str | None] = ["m"] * len(cells)
    assert baseline_digest(side(cells, sexes)) == plain(cells, sexes)


def test_the_order_of_the_rows_does_not_matter_and_a_last_digit_does() -> None:
    cells: list[float | None] = [float(v) for v in np.linspace(0.1, 7, 12)]
    one = side(cells, ["f"] * 12)
    turned = Baseline("s", MEANING, one.frame.reverse())
    assert baseline_digest(turned) == baseline_digest(one)
    cells[3] = float(np.nextafter(cells[3] or 0.0, 9))
    assert baseline_digest(side(cells, ["f"] * 12)) != baseline_digest(one)
