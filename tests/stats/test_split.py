"""Rows split at cut points and at event times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats._cox_split import split, time_varying
from onearm.stats.cox import cox, proportional_hazards_test


def test_rows_by_hand() -> None:
    # entry 0, 1 and 4; the second ends on a cut, which does not split it; the third starts on one
    parts = split([5, 4, 9], [1, 1, 0], [4, 2, 2], entry=[0, 1, 4])
    assert parts.row.tolist() == [0, 0, 0, 1, 1, 2]
    assert parts.start.tolist() == [0, 2, 4, 1, 2, 4]
    assert parts.stop.tolist() == [2, 4, 5, 2, 4, 9]
    assert parts.event.tolist() == [False, False, True, False, True, False]
    assert parts.interval.tolist() == [0, 1, 2, 0, 1, 2]


def test_cuts_that_miss_everybody() -> None:
    parts = split([5, 6], [1, 0], [7, 100])
    assert parts.row.tolist() == [0, 1]
    assert parts.stop.tolist() == [5, 6]
    assert parts.interval.tolist() == [0, 0]
    late = split([5, 6], [1, 0], [1, 2], entry=[3, 3])
    assert late.start.tolist() == [3, 3]
    assert late.interval.tolist() == [2, 2]


def test_cut_equal_to_a_time_up_to_rounding_leaves_no_sliver() -> None:
    month = 30.4375
    parts = split([3 / month, 6 / month], [1, 1], [3 / month * (1 + 1e-14)])
    assert parts.row.tolist() == [0, 1, 1]


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_split_rows_are_the_whole_rows(ties: str, aml: Any) -> None:
    x = np.c_[aml["g"], aml["z"]]
    whole = cox(aml["time"], aml["status"], x, entry=aml["e"], weight=aml["w"], ties=ties, robust=False)
    parts = split(aml["time"], aml["status"], [3, 11.5, 23, 24, 150], entry=aml["e"])
    again = cox(
        parts.stop, parts.event, x[parts.row], entry=parts.start, weight=aml["w"][parts.row], ties=ties, robust=False
    )
    assert again.coef == pytest.approx(whole.coef, rel=1e-8)
    assert again.covariance == pytest.approx(whole.covariance, rel=1e-8)
    assert again.log_likelihood == pytest.approx(whole.log_likelihood)
    assert parts.event.sum() == aml["status"].sum()
    assert np.bincount(parts.row, parts.stop - parts.start) == pytest.approx(aml["time"] - aml["e"])


def test_veteran_coefficients_by_period(shared: Any, r_values: Any) -> None:
    v, r = shared("veteran"), r_values("zph")["split_parts"]
    parts = split(v["time"], v["status"], [60, 120])
    assert [parts.row.size, parts.start.sum(), parts.stop.sum()] == [r["rows"][0], r["from"][0], r["to"][0]]
    assert (parts.interval + 1).sum() == r["part"][0]
    by_period = v["karno"][parts.row, None] * (parts.interval[:, None] == np.arange(3))
    x = np.c_[v["age"][parts.row], v["trt"][parts.row], by_period]
    fit = cox(parts.stop, parts.event, x, entry=parts.start)
    assert fit.coef == pytest.approx(r["coef"], rel=1e-8)
    assert fit.std_error == pytest.approx(r["std_error"], rel=1e-8)
    assert fit.log_likelihood == pytest.approx(r["log_likelihood"], rel=1e-8)
    # printed by R's own tests, beside the one coefficient of the whole follow-up
    assert np.round(fit.coef[2:], 9).tolist() == [-0.049176157, -0.011031558, -0.007629841]
    whole = cox(v["time"], v["status"], np.c_[v["age"], v["trt"], v["karno"]])
    assert round(float(whole.coef[2]), 9) == -0.034443897


def test_veteran_coefficient_along_time(shared: Any, r_values: Any) -> None:
    v, r = shared("veteran"), r_values("zph")["split_fine"]
    rows = time_varying(v["time"], v["status"], v["karno"], lambda t: t)
    assert rows.row.size == r["rows"][0] == 5959
    assert [rows.start.sum(), rows.stop.sum()] == [r["from"][0], r["to"][0]]
    cells = np.array([v["celltype"] == cell for cell in ("smallcell", "adeno", "large")]).T
    fit = cox(rows.stop, rows.event, np.c_[np.c_[v["trt"], cells][rows.row], rows.x, rows.term], entry=rows.start)
    assert fit.coef == pytest.approx(r["coef"], rel=1e-8)
    assert fit.std_error == pytest.approx(r["std_error"], rel=1e-8)
    # printed by R to four digits
    assert [f"{b:.4g}" for b in fit.coef] == ["0.1686", "0.899", "1.192", "0.4034", "-0.04015", "0.000111"]
    assert round(fit.likelihood_ratio.statistic, 2) == 66.92


def test_score_of_the_added_covariate_is_the_proportional_hazards_test(aml: Any) -> None:
    rows = time_varying(aml["time"], aml["status"], aml["z"], np.log)
    joint = cox(rows.stop, rows.event, np.c_[rows.x, rows.term], entry=rows.start)
    alone = cox(rows.stop, rows.event, rows.x, entry=rows.start)
    test = proportional_hazards_test(aml["time"], aml["status"], aml["z"], transform="log")
    gain = 2 * (joint.log_likelihood.fitted - alone.log_likelihood.fitted)
    # the score test from the fit at (b, 0): offset its linear predictor, then score both columns
    offset = alone.coef[0] * rows.x[:, 0]
    scored = cox(rows.stop, rows.event, np.c_[rows.x, rows.term], entry=rows.start, offset=offset)
    assert scored.score.statistic == pytest.approx(test.statistic[0], rel=1e-7)
    assert gain == pytest.approx(test.statistic[0], rel=0.3)  # alike, not equal


def test_each_event_time_ends_a_row_for_all_at_risk() -> None:
    rng = np.random.default_rng(5)
    t, d = rng.integers(1, 30, 50).astype(float), rng.random(50) < 0.5
    rows = time_varying(t, d, rng.normal(size=(50, 2)), np.sqrt)
    for time in np.unique(t[d]):
        assert sorted(rows.row[rows.stop == time].tolist()) == [i for i in range(50) if t[i] >= time]
    assert rows.term == pytest.approx(rows.x * np.sqrt(rows.stop)[:, None])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [-1, 2]}, "time has 1 negative"),
        ({"time": [np.nan, 2]}, "time has 1 missing"),
        ({"time": [0, 2]}, "entry must be before time: row 0 has entry 0.0"),
        ({"entry": [0, 2]}, "entry must be before time: row 1"),
        ({"event": [1]}, "event has 1 values"),
        ({"cuts": []}, "cuts is empty"),
        ({"cuts": [0, 1]}, "cuts must be above 0"),
        ({"cuts": [np.inf]}, "cuts has 1 missing or infinite"),
        ({"time": [], "event": []}, "time is empty"),
    ],
)
def test_bad_input(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        split(**({"time": [1, 2], "event": [1, 0], "cuts": [1]} | change))


def test_bad_input_of_time_varying() -> None:
    with pytest.raises(ValueError, match="event holds no event"):
        time_varying([1, 2], [0, 0], [1, 2], np.log)
    with pytest.raises(ValueError, match="x has 3 rows"):
        time_varying([1, 2], [1, 0], [1, 2, 3], np.log)
    with pytest.raises(ValueError, match="transform must give one finite number"):
        time_varying([1, 2], [1, 0], [1, 2], lambda t: t[:1])
    with pytest.raises(ValueError, match="more than 20000000"):
        time_varying(np.arange(1, 7000), np.ones(6999), np.ones(6999), np.log)


def test_huge_times() -> None:
    parts = split([2e300, 1e300], [1, 1], [1.5e300])
    assert parts.stop.tolist() == [1.5e300, 2e300, 1e300]
