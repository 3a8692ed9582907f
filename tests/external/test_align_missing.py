"""Missing covariates of a comparison: told, refused, marked, imputed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from onearm.cohort.baseline import Baseline
from onearm.external.missing import fill, lacking
from onearm.protocol.alignment import Imputation, Missing
from onearm.protocol.trial import Covariate

AGE = Covariate(label="Age", unit="years", range=(0, 120))
WBC = Covariate(label="White cells", range=(0, 500))
RISK = Covariate(label="Risk", levels=("low", "middle", "high"))
NAMES = ("age", "wbc", "risk")


def side(name: str, n: int, seed: int, gaps: float = 0.2) -> Baseline:
    rng = np.random.default_rng(seed)
    age = rng.normal(50, 10, n)
    wbc: list[float | None] = list(np.exp(rng.normal(2, 1, n) + (age - 50) / 20))
    risk: list[str | None] = [RISK.levels[i] for i in rng.integers(0, 3, n)]
    for i in np.flatnonzero(rng.random(n) < gaps):
        wbc[i] = None
    for i in np.flatnonzero(rng.random(n) < gaps):
        risk[i] = None
    frame = pl.DataFrame(
        {"subject": [f"{name}{i}" for i in range(n)], "at": ["x:1"] * n, "age": age, "wbc": wbc, "risk": risk},
        schema_overrides={"wbc": pl.Float64, "risk": pl.String},
    )
    return Baseline(name, {"age": AGE, "wbc": WBC, "risk": RISK}, frame)


def sides(gaps: float = 0.2) -> tuple[Baseline, Baseline]:
    return side("t", 40, 1, gaps), side("e", 90, 2, gaps)


def test_how_many_lack_what() -> None:
    ours, theirs = sides()
    found = {one.covariate: one for one in lacking(ours, theirs, NAMES)}
    assert (found["age"].trial, found["age"].external) == (0, 0)
    assert found["wbc"].trial == ours.frame["wbc"].null_count() > 0
    assert (found["risk"].trial_n, found["risk"].external_n) == (40, 90)


@pytest.mark.parametrize("missing", ["report", "complete-case", "indicator", "imputation"])
def test_without_gaps_nothing_is_done(missing: Missing) -> None:
    ours, theirs = sides(gaps=0)
    found = fill(ours, theirs, NAMES, missing)
    assert not found.refused
    assert len(found.sets) == 1
    assert found.sets[0].trial is ours
    assert found.sets[0].covariates == NAMES


@pytest.mark.parametrize("missing", ["report", "complete-case"])
def test_gaps_are_refused_where_nothing_fills_them(missing: Missing) -> None:
    found = fill(*sides(), NAMES, missing)
    assert not found.sets
    assert "White cells, Risk" in found.refused


def test_the_indicator_method() -> None:
    ours, theirs = sides()
    found = fill(ours, theirs, NAMES, "indicator")
    (one,) = found.sets
    assert one.covariates == (*NAMES, "wbc_missing")
    assert one.trial.covariates["risk"].levels == ("low", "middle", "high", "missing")
    mean = np.mean([*ours.frame["wbc"].drop_nulls(), *theirs.frame["wbc"].drop_nulls()])
    for before, after in ((ours, one.trial), (theirs, one.external)):
        gap = before.frame["wbc"].is_null()
        assert after.frame.filter(gap)["wbc"].to_list() == pytest.approx([mean] * int(gap.sum()))
        assert after.frame["wbc_missing"].to_list() == ["yes" if g else "no" for g in gap]
        assert after.frame.filter(before.frame["risk"].is_null())["risk"].unique().to_list() == ["missing"]
        matrix, _ = after.balance_matrix(one.covariates)
        assert np.isfinite(matrix).all()


def test_names_that_are_taken_are_refused() -> None:
    ours, theirs = sides()
    wider = RISK.model_copy(update={"levels": (*RISK.levels, "missing")})
    taken = [Baseline(s.name, {**s.covariates, "risk": wider}, s.frame) for s in (ours, theirs)]
    assert "already a level of Risk" in fill(taken[0], taken[1], NAMES, "indicator").refused


@pytest.mark.parametrize("missing", ["indicator", "imputation"])
def test_a_covariate_that_one_side_never_has_cannot_be_made_up(missing: Missing) -> None:
    ours, theirs = sides()
    empty = Baseline("e", theirs.covariates, theirs.frame.with_columns(pl.lit(None, pl.Float64).alias("wbc")))
    assert "no value at all of White cells" in fill(ours, empty, NAMES, missing).refused


def test_imputation_keeps_what_is_known_and_draws_the_rest_several_times() -> None:
    ours, theirs = sides()
    settings = Imputation(imputations=4, iterations=3, seed=11)
    found = fill(ours, theirs, NAMES, settings)
    assert len(found.sets) == 4
    assert found.drawn is not None
    assert "4 data sets, 3 iterations" in found.words
    known = {*ours.frame["wbc"].drop_nulls(), *theirs.frame["wbc"].drop_nulls()}
    for one in found.sets:
        for before, after in ((ours, one.trial), (theirs, one.external)):
            assert after.subjects == before.subjects
            assert after.frame.null_count().sum_horizontal().item() == 0
            there = before.frame["risk"].is_not_null()
            assert after.frame.filter(there)["risk"].to_list() == before.frame["risk"].drop_nulls().to_list()
            assert set(after.frame["wbc"]) <= known  # predictive mean matching takes values that occur
    assert found.sets[0].external.frame["wbc"].to_list() != found.sets[1].external.frame["wbc"].to_list()
    again = fill(ours, theirs, NAMES, settings)
    assert again.sets[2].trial.frame.equals(found.sets[2].trial.frame)


def test_the_side_counts_in_the_draws() -> None:
    """A covariate that differs between the sides keeps its difference where it is imputed."""
    rng = np.random.default_rng(4)
    made = []
    for name, n, mean in (("t", 60, 10.0), ("e", 120, 0.0)):
        values: list[float | None] = list(rng.normal(mean, 1, n))
        values[:20] = [None] * 20
        frame = pl.DataFrame(
            {"subject": [f"{name}{i}" for i in range(n)], "at": ["x:1"] * n, "wbc": values},
            schema_overrides={"wbc": pl.Float64},
        )
        made.append(Baseline(name, {"wbc": WBC}, frame))
    found = fill(made[0], made[1], ["wbc"], Imputation(imputations=5))
    for one in found.sets:
        assert min(one.trial.frame["wbc"]) > 5 > max(one.external.frame["wbc"])


def test_too_few_values_are_said_in_words() -> None:
    few = side("t", 3, 1, gaps=0), side("e", 3, 2, gaps=0)
    gap = few[0].frame.with_columns(pl.when(pl.col("subject") == "t0").then("wbc").alias("wbc"))
    found = fill(Baseline("t", few[0].covariates, gap), few[1], NAMES, "imputation")
    assert "imputation is not possible" in found.refused
    assert "age, wbc, risk, side" in found.refused
