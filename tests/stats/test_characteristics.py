"""Operating characteristics of designs whose numbers are printed, or solved on paper."""

from __future__ import annotations

import numpy as np
import pytest

from onearm.stats.monitoring import Boundary, boundary, operating_characteristics

SIMON = """
.05 .25 .10 .10 0/9 2/24 14.5463 .6302 0/13 2/20 16.4066 .5133
.05 .25 .05 .20 0/9 2/17 11.9580 .6302 0/12 2/16 13.8386 .5404
.10 .30 .10 .10 1/12 5/35 19.8429 .6590 1/16 4/25 20.3674 .5147
.10 .30 .05 .20 1/10 5/29 15.0141 .7361 1/15 5/25 19.5096 .5490
.20 .40 .10 .10 3/17 10/37 26.0225 .5489 3/19 10/36 28.2635 .4551
.20 .40 .05 .20 3/13 12/43 20.5803 .7473 4/18 10/33 22.2547 .7164
.30 .50 .10 .10 7/22 17/46 29.8900 .6713 7/28 15/39 34.9871 .3648
.30 .50 .05 .20 5/15 18/46 23.6297 .7216 6/19 16/39 25.6900 .6655
.40 .60 .10 .10 7/18 22/46 30.2237 .5634 11/28 20/41 33.8367 .5510
.40 .60 .05 .20 7/16 23/46 24.5181 .7161 17/34 20/39 34.4358 .9128
.50 .70 .10 .10 11/21 26/45 28.9635 .6682 11/23 23/39 31.0000 .5000
.50 .70 .05 .20 8/15 26/43 23.5013 .6964 12/23 23/37 27.7435 .6612
.60 .80 .10 .10 6/11 26/38 25.3849 .4672 18/27 24/35 28.4716 .8161
.60 .80 .05 .20 7/11 30/43 20.4811 .7037 8/13 25/35 20.7669 .6470
.70 .90 .10 .10 6/9 22/28 17.7938 .5372 11/16 20/25 20.0491 .5501
.70 .90 .05 .20 4/6 22/27 14.8237 .5798 19/23 21/26 23.1615 .9462
.05 .20 .10 .10 0/12 3/37 23.4910 .5404 0/18 3/32 26.4390 .3972
.05 .20 .05 .20 0/10 3/29 17.6240 .5987 0/13 3/27 19.8132 .5133
.10 .25 .10 .10 2/21 7/50 31.1961 .6484 2/27 6/40 33.7004 .4846
.10 .25 .05 .20 2/18 7/43 24.6551 .7338 2/22 7/40 28.8393 .6200
.20 .35 .05 .20 5/22 19/72 35.3681 .7326 6/31 15/53 40.4363 .5711
.30 .45 .05 .20 9/27 30/81 41.7122 .7276 16/46 25/65 49.6299 .8090
"""


def two_stage(first: str, last: str) -> Boundary:
    """Simon's design from "r1/n1" and "r/n"."""
    r1, n1, r, n = (int(v) for v in f"{first}/{last}".split("/"))
    return boundary([n1, n], low=[r1, r], low_means="futility")


@pytest.mark.parametrize("line", SIMON.strip().splitlines())
def test_simons_designs_have_their_printed_numbers_and_keep_their_errors(line: str) -> None:
    """Simon 1989 tables 1 and 2, digits of R's clinfun: expected n and early stopping at p0."""
    words = line.split()
    p0, p1, alpha, beta = (float(v) for v in words[:4])
    for first, last, expected_n, early in (words[4:8], words[8:12]):
        oc = operating_characteristics(two_stage(first, last), [p0, p1])
        assert oc.expected_n[0] == pytest.approx(float(expected_n), abs=6e-5)
        assert oc.early[0] == pytest.approx(float(early), abs=6e-5)
        assert oc.success[0] <= alpha
        assert oc.success[1] >= 1 - beta
        assert oc.success_means.endswith(f"the final test at n = {last.split('/')[1]}.")


@pytest.mark.parametrize(
    ("first", "last", "p", "alpha", "power", "digits"),
    [
        ("1/10", "5/29", (0.1, 0.3), 0.0470863066, 0.8050629132, 5e-11),  # Simon 1989; R's pbinom and dbinom
        ("0/18", "3/32", (0.05, 0.20), 0.07215, 0.90147, 5e-6),  # the lenvatinib trial of clinfun's vignette
        ("1/20", "3/35", (0.05, 0.20), 0.080, 0.901, 5e-4),  # off-plan sizes, manual of UnplanSimon
        ("3/17", "10/34", (0.20, 0.40), 0.059, 0.847, 5e-4),
        ("1/23", "5/56", (0.05, 0.15), 0.0499643, 0.8003450, 5e-8),  # Simon2S of MD Anderson
    ],
)
def test_errors_of_two_stage_designs(
    first: str, last: str, p: tuple[float, float], alpha: float, power: float, digits: float
) -> None:
    oc = operating_characteristics(two_stage(first, last), p)
    assert oc.success == pytest.approx([alpha, power], abs=digits)


def test_two_stages_on_paper() -> None:
    """0/1 then 1/3 at p = 1/2: half stop at once; of the others, one success in three stays for x = 1 with 1/4."""
    oc = operating_characteristics(two_stage("0/1", "1/3"), 0.5)
    assert oc.stop.tolist() == [[[0.5, 0.125]]]
    assert oc.complete.tolist() == [0.375]
    assert oc.success.tolist() == [0.375]
    assert oc.early.tolist() == [0.5]
    assert oc.cap.tolist() == [0.5]
    assert oc.expected_n.tolist() == [2.0]
    assert oc.sd_n.tolist() == [1.0]
    assert oc.expected_events.tolist() == [[1.0]]
    assert oc.sizes.tolist() == [1, 3]
    assert oc.n_distribution.tolist() == [[0.5, 0.5]]
    assert [int(oc.n_quantile(q)[0]) for q in (0.49, 0.5, 0.51)] == [1, 1, 3]
    assert oc.rows() == ((0.5, 0.625, 0.375, 0.5, 0.375, 2.0, 1.0, 1.0, 1.0),)
    assert len(oc.columns) == len(oc.rows()[0])
    assert oc.columns[1] == "response: futility"


LEAN_LOW = [-1] * 5 + [0] * 6 + [1] * 5 + [2] * 5 + [3] * 5 + [4] * 3
LEAN_HIGH = [2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 12, 13]


def lean() -> Boundary:
    """Multc Lean's tutorial (Cook & Venier 2013), 30 patients: printed limits at n = 1 .. 29, none at the cap."""
    n = np.arange(1, 30)
    return boundary(n, low=[LEAN_LOW, [-1] * 29], high=[n + 1, LEAN_HIGH], low_means=("futility", ""),
                    high_means=("", "harm"), n_max=30, names=("response", "toxicity"))  # fmt: skip


def test_the_tutorial_of_multc_lean() -> None:
    oc = operating_characteristics(lean(), [(0.30, 0.25), (0.40, 0.25), (0.20, 0.25), (0.40, 0.40)])
    expected = [
        (0.183109, 0.109399, 0.001754, 0.705738, 24.056778),
        (0.057438, 0.115851, 0.000647, 0.826064, 26.344887),
        (0.486496, 0.095278, 0.004156, 0.414070, 18.907591),
        (0.044686, 0.577087, 0.002782, 0.375445, 18.310217),
    ]
    assert oc.reasons == ("response: futility", "toxicity: harm", "response: futility and toxicity: harm")
    assert np.column_stack([oc.by_reason, oc.complete, oc.expected_n]) == pytest.approx(np.array(expected), abs=6e-7)
    assert oc.success == pytest.approx(oc.complete)
    assert oc.cap == pytest.approx(oc.complete)
    assert oc.success_means == "Success: passing every look; there is no test for futility at n = 30."
    assert oc.sizes[-2:].tolist() == [29, 30]


def test_bop2_with_one_endpoint() -> None:
    """Limits printed by BOP2FE (0.9, 1) and by TOP's table 4 (0.86, 0.95); characteristics by another recursion."""
    rule = boundary([10, 15, 20, 25, 30, 35, 40], low=[1, 2, 3, 5, 7, 9, 11], low_means="futility")
    oc = operating_characteristics(rule, [0.2, 0.4])
    assert oc.success == pytest.approx([0.069140, 0.875203], abs=6e-7)
    assert (oc.early[0], oc.expected_n[0]) == pytest.approx((0.881503, 21.2316), rel=3e-6)
    four = operating_characteristics(boundary([10, 20, 30, 40], low=[1, 3, 7, 11], low_means="futility"), [0.2, 0.4])
    assert four.success == pytest.approx([0.074262, 0.886422], abs=6e-7)
    assert (four.early[0], four.expected_n[0]) == pytest.approx((0.791087, 23.22186), rel=1e-6)


def test_the_safety_rule_of_the_package_stoppingrule() -> None:
    """Its README: 30 patients, 20 %, Beta(0.6, 2.4), calibrated to 10 %; probability to stop and expected events."""
    steps = {3: 3, 5: 4, 7: 5, 11: 6, 14: 7, 18: 8, 21: 9, 25: 10, 29: 11}
    n = np.arange(1, 31)
    high = [max((y for start, y in steps.items() if start <= m), default=m + 1) for m in n]
    oc = operating_characteristics(
        boundary(n, high=high, high_means="harm", names=("toxicity",)), [0.2, 0.25, 0.3, 0.35, 0.4]
    )
    assert oc.stopped == pytest.approx([0.09957367, 0.23832301, 0.43615256, 0.64555222, 0.81491087], abs=6e-9)
    assert oc.expected_events[:, 0] == pytest.approx([5.651197, 6.536293, 6.926712, 6.819377, 6.355803], abs=6e-7)
    assert oc.success == pytest.approx(oc.complete)
    assert oc.reasons == ("toxicity: harm",)


def test_the_predictive_design_of_lee_and_liu() -> None:
    """Table 3 of Lee and Liu 2008: a look after each patient from the tenth, 10/36 at the end."""
    first = {10: 0, 17: 1, 21: 2, 24: 3, 27: 4, 29: 5, 31: 6, 33: 7, 34: 8, 35: 9, 36: 10}
    n = np.arange(10, 37)
    low = [max(r for start, r in first.items() if start <= m) for m in n]
    oc = operating_characteristics(boundary(n, low=low, low_means="futility"), [0.2, 0.4])
    assert oc.success == pytest.approx([0.08778, 0.90618], abs=6e-6)
    assert oc.early[0] == pytest.approx(0.8571, abs=6e-5)
    assert oc.expected_n[0] == pytest.approx(27.668, abs=6e-4)


def test_what_is_a_success() -> None:
    """Rules on ten patients: a stop for efficacy at the end, counts left between two limits, or only passing."""
    both = boundary([5, 10], low=[0, 3], high=[5, 4], low_means="futility", high_means="efficacy")
    gap = boundary([5, 10], low=[0, 2], high=[5, 6], low_means="futility", high_means="efficacy")
    early = boundary([5, 10], low=[0, 3], high=[4, 11], low_means="futility", high_means="efficacy")
    safe = boundary([5, 10], low=[0, 1], high=[3, 4], low_means="safe", high_means="harm")
    p = [0.2, 0.5]
    for rule, passing in ((both, False), (gap, False), (early, True), (safe, True)):
        oc = operating_characteristics(rule, p)
        good = "response: safe" if rule is safe else "response: efficacy"
        stops = oc.by_reason[:, oc.reasons.index(good)]
        assert oc.successes[-1] is passing
        assert oc.success == pytest.approx(stops + passing * oc.complete)
        assert oc.success_means.startswith("Success: a stop ")
        assert (" or passing" in oc.success_means) == passing
    assert operating_characteristics(both, p).complete.tolist() == [0.0, 0.0]
    silent = operating_characteristics(boundary([5], low=[1]), 0.3)
    assert silent.reasons == ("response: low count",)
    assert silent.success == pytest.approx(silent.complete)
    only = operating_characteristics(boundary([5, 8], high=[4, 9], high_means="efficacy", n_max=9), 0.3)
    assert only.success == pytest.approx(only.by_reason[:, 0])
    assert only.sizes.tolist() == [5, 8, 9]


def test_a_stop_for_efficacy_and_harm_at_once_is_no_success() -> None:
    rule = boundary([2], high=[[2], [2]], high_means=("efficacy", "harm"), names=("response", "toxicity"))
    oc = operating_characteristics(rule, (0.5, 0.5))
    assert oc.reasons == ("response: efficacy", "toxicity: harm", "response: efficacy and toxicity: harm")
    assert oc.stop[0, :, 0].tolist() == [0.1875, 0.1875, 0.0625]
    assert oc.success.tolist() == [0.1875]
    assert oc.complete.tolist() == [0.5625]


def test_looks_that_no_trial_reaches() -> None:
    oc = operating_characteristics(boundary([1, 2, 3], low=[0, 0, 0], high=[1, 3, 4]), 0.25)
    assert oc.by_look.tolist() == [[1.0, 0.0, 0.0]]
    assert oc.complete.tolist() == [0.0]
    assert oc.expected_n.tolist() == [1.0]
    assert oc.expected_events.tolist() == [[0.25]]


def test_certain_rates() -> None:
    oc = operating_characteristics(lean(), [(0, 0), (1, 1), (0, 1), (1, 0)])
    assert oc.expected_n == pytest.approx([6, 3, 3, 30])
    assert oc.complete.tolist() == [0, 0, 0, 1]
    assert oc.expected_events == pytest.approx(np.array([[0, 0], [3, 3], [0, 3], [30, 0]]))


def test_a_record_that_has_a_boundary_will_do() -> None:
    class Rule:
        boundary = two_stage("1/10", "5/29")

    assert operating_characteristics(Rule(), 0.1).success == pytest.approx([0.0470863], abs=5e-8)


TWO = lean()
ONE = two_stage("1/10", "5/29")


@pytest.mark.parametrize(
    ("rule", "arguments", "words"),
    [
        (ONE, {}, "give exactly one of p"),
        (TWO, {"p": (0.1, 0.2), "cells": (0.1, 0.2, 0.3, 0.4)}, "give exactly one of p"),
        (3, {"p": 0.1}, "boundary must be a Boundary"),
        (ONE, {"p": 1.2}, "p must lie between 0 and 1, found 1.2"),
        (ONE, {"p": float("nan")}, "p must lie between 0 and 1, found nan"),
        (ONE, {"p": []}, "p is empty"),
        (ONE, {"p": "0.1"}, "p must hold numbers only"),
        (ONE, {"p": [[0.1, 0.2]]}, r"p must have shape \(\) or \(S,\) for this boundary"),
        (ONE, {"p": 0.1, "association": 2.0}, "association is for two endpoints"),
        (ONE, {"cells": (0.1, 0.2, 0.3, 0.4)}, "cells is for two endpoints"),
        (TWO, {"p": 0.1}, r"p must have shape \(2,\) or \(S, 2\)"),
        (TWO, {"p": [[0.1, 0.2, 0.3]]}, r"p must have shape"),
        (TWO, {"p": (0.1, 0.2), "association": 0}, "association must be an odds ratio"),
        (TWO, {"p": (0.1, 0.2), "association": [1.0, -2.0]}, "association must be one odds ratio"),
        (TWO, {"p": (0.1, 0.2), "association": [-2.0]}, "association must be an odds ratio"),
        (TWO, {"cells": (0.1, 0.2, 0.3, 0.5)}, "cells must sum to 1 in each row, found 1.1 in row 0"),
        (TWO, {"cells": (-0.1, 0.3, 0.3, 0.5)}, "cells must lie between 0 and 1, found -0.1"),
        (TWO, {"cells": (0.1, 0.9)}, "cells must have shape"),
        (TWO, {"cells": (0.1, 0.2, 0.3, 0.4), "association": 2}, "association belongs to p"),
        (boundary([30_000]), {"p": 0.1}, "boundary has a look at n = 30000"),
    ],
)
def test_what_is_refused(rule: object, arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        operating_characteristics(rule, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("q", [0, 1, -0.1, float("nan")])
def test_a_quantile_needs_a_share(q: float) -> None:
    with pytest.raises(ValueError, match="q must lie"):
        operating_characteristics(ONE, 0.1).n_quantile(q)


def test_a_boundary_that_was_made_by_hand_is_checked() -> None:
    n = np.array([5])
    odd = Boundary(n, np.array([[3]]), np.array([[2]]), ("futility",), ("efficacy",), 5)
    with pytest.raises(ValueError, match="overlap"):
        operating_characteristics(odd, 0.1)
