from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from factory import examine, good_trial

from onearm.cohort.baseline import Baseline, baseline
from onearm.cohort.tables import CLEAN
from onearm.io.protocol import read_protocol
from onearm.protocol.trial import Covariate

AGE = Covariate(label="Age", unit="years", range=(18, 100))
STAGE = Covariate(label="Stage", levels=("I", "II", "III"))
FRAME = pl.DataFrame(
    {
        "subject": ["a", "b", "c"],
        "at": ["s.csv:2", "s.csv:3", "s.csv:4"],
        "age": [61.0, 70.5, None],
        "stage": ["II", "I", None],
    }
)
BOTH = {"age": AGE, "stage": STAGE}


def test_it_holds_its_covariates():
    b = Baseline("trial", BOTH, FRAME)
    assert b.subjects == ("a", "b", "c")
    assert b.only(["c", "a"]).subjects == ("a", "c")
    kept, out = b.complete(["age"])
    assert (kept.subjects, out) == (("a", "b"), ("c",))


@pytest.mark.parametrize(
    "column", [*sorted({c for t in CLEAN.values() for c in t} - {"subject", "at"}), "time", "event", "weight_x"]
)
def test_any_other_column_is_refused(column):
    with pytest.raises(TypeError, match=column):
        Baseline("trial", BOTH, FRAME.with_columns(pl.lit(1.0).alias(column)))


@pytest.mark.parametrize("column", ["death_day", "relapse_day", "response", "last_contact_day", "event", "treated"])
def test_an_outcome_is_no_covariate_even_if_declared(column):
    with pytest.raises(TypeError, match=column):
        Baseline("trial", {column: AGE}, FRAME.select("subject", "at", pl.col("age").alias(column)))


def test_missing_and_mistyped_columns_are_refused():
    with pytest.raises(TypeError, match="missing: stage"):
        Baseline("trial", BOTH, FRAME.drop("stage"))
    with pytest.raises(TypeError, match="age"):
        Baseline("trial", BOTH, FRAME.with_columns(pl.col("age").cast(pl.String)))
    with pytest.raises(TypeError, match="polars"):
        Baseline("trial", BOTH, {"subject": ["a"]})
    with pytest.raises(ValueError, match="twice"):
        Baseline("trial", BOTH, pl.concat([FRAME, FRAME]))


def test_design_matrix_by_hand():
    x, names = Baseline("trial", BOTH, FRAME).design_matrix(["stage", "age"])
    assert names == ("stage=II", "stage=III", "age")
    nan = np.nan
    np.testing.assert_array_equal(x, [[1, 0, 61], [0, 0, 70.5], [nan, nan, nan]])
    assert x.dtype == np.float64
    assert x.flags.c_contiguous


def test_balance_matrix_shows_every_level():
    x, names = Baseline("trial", BOTH, FRAME).balance_matrix(["age", "stage"])
    assert names == ("age", "stage=I", "stage=II", "stage=III")
    np.testing.assert_array_equal(x[:2], [[61, 0, 1, 0], [70.5, 1, 0, 0]])


def test_no_covariates_and_no_subjects():
    b = Baseline("trial", BOTH, FRAME)
    assert b.design_matrix([])[0].shape == (3, 0)
    assert b.only([]).design_matrix(["stage", "age"])[0].shape == (0, 3)


def test_from_a_cohort(tmp_path):
    folder = good_trial(tmp_path / "trial")
    protocol = read_protocol(folder).protocol
    cohort = examine(folder)[0]["trial"]
    b = baseline(cohort, ["sex", "age"], protocol)
    assert b.frame.columns == ["subject", "at", "sex", "age"]
    assert b.name == "trial"
    x, names = b.design_matrix(["age", "sex"])
    assert names == ("age", "sex=male")
    assert x[0].tolist() == [62, 0]
    for outcome in ("died", "version", "time_zero", "os"):
        with pytest.raises(TypeError, match=outcome):
            baseline(cohort, [outcome], protocol)
