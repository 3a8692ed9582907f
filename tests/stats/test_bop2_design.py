"""The search for BOP2 designs: R on a grid, every rule tried, every path of a small trial, and a printed example."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from onearm.stats.designs import bop2_design, bop2_te_design
from onearm.stats.monitoring import bop2, bop2_te, operating_characteristics

LOOKS = [10, 15, 20, 25, 30, 35, 40]
CASES = {
    "binary": (0.2, 0.4, LOOKS),
    "nested": ((0.15, 0.30), (0.25, 0.50), LOOKS),
    "co-primary": ((0.10, 0.20), (0.20, 0.35), LOOKS),
    "efficacy-toxicity": ((0.45, 0.30), (0.60, 0.20), LOOKS),
}


def test_r(r_values: Callable[[str], dict[str, Any]]) -> None:
    # R tries every pair of a grid: the largest power, the fewest expected patients with it
    r = r_values("bop2")
    lam, gamma = np.arange(50, 99, 2) / 100, np.arange(21) / 20
    design = bop2_design(0.2, 0.4, LOOKS, 0.1, lam=lam, gamma=gamma)
    np.testing.assert_allclose([design.power, design.expected_null], r["grid_best"], rtol=1e-10)
    fewest = bop2_design(0.2, 0.4, LOOKS, 0.1, beta=0.15, lam=lam, gamma=gamma)
    np.testing.assert_allclose(fewest.expected_null, r["grid_fewest"], rtol=1e-10)
    coarse = {"lam": np.arange(40, 91, 2) / 100, "gamma": [0.4, 0.7, 1.0]}
    joint = bop2_design((0.45, 0.30), (0.6, 0.2), LOOKS, 0.1, kind="efficacy-toxicity", **coarse)
    np.testing.assert_allclose([joint.power, joint.expected_null], r["joint_grid_best"], rtol=1e-10)


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("beta", [None, 0.35])
@pytest.mark.parametrize("association", [1.0, 3.0])
def test_no_rule_of_the_grid_is_better(kind: str, beta: float | None, association: float) -> None:
    null, better, looks = CASES[kind]
    if association != 1 and kind in ("binary", "nested"):
        return
    lam, gamma = np.arange(1, 21) / 20, np.array([0.0, 0.3, 0.6, 1.0, 1.7])
    design = bop2_design(null, better, looks, 0.1, kind=kind, beta=beta, lam=lam, gamma=gamma, association=association)
    tried = []
    for a, g in product(lam, gamma):
        rule = bop2(looks, null, a, g, kind=kind)
        if kind == "binary":
            oc = operating_characteristics(rule, [null, better])
        elif kind == "nested":
            oc = operating_characteristics(rule, cells=[(p, 0, q - p, 1 - q) for p, q in (null, better)])
        else:
            oc = operating_characteristics(rule, [null, better], association=association)
        tried.append((*oc.complete, oc.expected_n[0]))
    size, power, patients = np.array(tried).T
    kept = size <= 0.1 + 1e-12
    if beta is None:
        best = power[kept].max()
        assert design.power == pytest.approx(best, abs=1e-12)
        assert design.expected_null == pytest.approx(patients[kept & (power >= best - 1e-12)].min(), abs=1e-9)
    else:
        assert design.expected_null == pytest.approx(patients[kept & (power >= 1 - beta - 1e-12)].min(), abs=1e-9)
        assert design.power >= 1 - beta - 1e-12
    assert design.type_one_error <= 0.1 + 1e-12
    assert design.pairs == 100
    assert 1 < design.distinct <= 100


@pytest.mark.parametrize("kind", CASES)
def test_the_interval_of_lambda(kind: str) -> None:
    null, better, looks = CASES[kind]
    design = bop2_design(null, better, looks, 0.1, kind=kind)
    low, high = design.lam_interval
    assert low < design.lam <= high

    def same(lam: float) -> bool:
        made = bop2(looks, null, lam, design.gamma, kind=kind).boundary
        return bool((made.low == design.boundary.low).all() and (made.high == design.boundary.high).all())

    assert same(low + 1e-9)
    assert same(high)  # equality continues
    assert not same(low - 1e-9)
    assert not same(high + 1e-9)


def paths(patients: int, cells: dict[tuple[int, int], Fraction]) -> list[tuple[Fraction, list[tuple[int, int]]]]:
    """Every sequence of patients with its probability and its running counts."""
    found = []
    for kinds in product(cells, repeat=patients):
        chance, counts, so_far = Fraction(1), [], (0, 0)
        for kind in kinds:
            chance *= cells[kind]
            so_far = (so_far[0] + kind[0], so_far[1] + kind[1])
            counts.append(so_far)
        if chance:
            found.append((chance, counts))
    return found


def independent(p: Fraction, q: Fraction) -> dict[tuple[int, int], Fraction]:
    return {(1, 1): p * q, (1, 0): p * (1 - q), (0, 1): (1 - p) * q, (0, 0): (1 - p) * (1 - q)}


def by_paths(rule: Any, cells: dict[tuple[int, int], Fraction]) -> tuple[Fraction, Fraction]:
    """Chance of success and expected patients, exact."""
    edge = rule.boundary
    success = expected = Fraction(0)
    for chance, counts in paths(int(edge.n[-1]), cells):
        end = int(edge.n[-1])
        passed = True
        for at, n in enumerate(edge.n.tolist()):
            x = counts[n - 1][: edge.endpoints]
            low = [v <= edge.low[k, at] for k, v in enumerate(x)]
            high = [v >= edge.high[k, at] for k, v in enumerate(x)]
            if (all(low) if edge.together else any(low)) or any(high):
                end, passed = n, False
                break
        success += chance * passed
        expected += chance * end
    return success, expected


@pytest.mark.parametrize(
    ("kind", "null", "better"),
    [
        ("nested", {(1, 1): "1/5", (0, 1): "1/5", (0, 0): "3/5"}, {(1, 1): "2/5", (0, 1): "1/5", (0, 0): "2/5"}),
        ("co-primary", ("1/5", "3/10"), ("2/5", "1/2")),
        ("efficacy-toxicity", ("2/5", "2/5"), ("7/10", "1/5")),
    ],
)
def test_every_path_of_five_patients(kind: str, null: Any, better: Any) -> None:
    cells, rates = [], []
    for given in (null, better):
        known = {k: Fraction(v) for k, v in given.items()} if kind == "nested" else independent(*map(Fraction, given))
        cells.append(known)
        rates.append([float(sum(v for k, v in known.items() if k[e])) for e in (0, 1)])
    lam, gamma = [0.3, 0.5, 0.7, 0.8, 0.9], [0.0, 0.5, 1.0]
    design = bop2_design(*rates, [2, 3, 5], 0.3, kind=kind, lam=lam, gamma=gamma)
    tried = {}
    for a, g in product(lam, gamma):
        rule = bop2([2, 3, 5], rates[0], a, g, kind=kind)
        tried[a, g] = *by_paths(rule, cells[0]), *by_paths(rule, cells[1])
    best = max(v[2] for v in tried.values() if v[0] <= Fraction(3, 10))
    fewest = min(v[1] for v in tried.values() if v[0] <= Fraction(3, 10) and v[2] == best)
    assert design.power == pytest.approx(float(best), abs=1e-14)
    assert design.expected_null == pytest.approx(float(fewest), abs=1e-13)
    mine = by_paths(design.rule, cells[0])
    assert [design.type_one_error, design.expected_null] == pytest.approx([float(v) for v in mine], abs=1e-13)


def test_equal_power_with_fewer_patients() -> None:
    # a look one patient before the end can stop trials that would fail anyway: same power, fewer patients
    design = bop2_design(0.2, 0.5, [19, 20], 0.1)
    at_end = int(design.boundary.low[0, 1])
    free = bop2([20], 0.2, design.lam, design.gamma, n_max=20)
    assert free.boundary.low[0, 0] == at_end
    power = operating_characteristics(free, 0.5).complete[0]
    assert design.power == pytest.approx(power, abs=1e-12)
    assert design.boundary.low[0, 0] == at_end - 1  # as high as it may be
    assert design.expected_null < 20


def test_scenarios_where_one_endpoint_alone_is_better() -> None:
    design = bop2_design(*CASES["efficacy-toxicity"], 0.1, kind="efficacy-toxicity")
    assert design.scenarios == ("null", "alternative", "response alone better", "toxicity alone better")
    np.testing.assert_allclose(design.rates, [(0.45, 0.3), (0.6, 0.2), (0.6, 0.3), (0.45, 0.2)])
    # independent endpoints: the chances of success multiply
    assert design.success[0] * design.success[1] == pytest.approx(design.success[2] * design.success[3], rel=1e-12)


def test_bop2_te_printed_example() -> None:
    # dx-li/mdanderson-stats, docs: three errors and power of the best of 52,500 triples
    looks = [18, 36], [6, 12, 18, 24, 30, 36]
    design = bop2_te_design((0.3, 0.4), (0.6, 0.2), *looks, (0.05, 0.10, 0.10))
    np.testing.assert_allclose(design.type_one_errors, [0.00811, 0.07126, 0.09288], atol=5e-6)
    assert design.power == pytest.approx(0.81597, abs=5e-6)
    assert design.pairs == 52_500
    errors = design.type_one_errors
    assert errors[0] * design.power == pytest.approx(errors[1] * errors[2], rel=1e-12)
    for k, (low, high) in enumerate(design.lam_interval):
        for lam, equal in ((low, True), (high - 1e-9, True), (low - 1e-9, False), (high, False)):  # equality stops
            both = list(design.lam)
            both[k] = lam
            made = bop2_te(*looks, (0.3, 0.4), both, design.gamma).boundary
            same = (made.low == design.boundary.low).all() and (made.high == design.boundary.high).all()
            assert bool(same) == equal


def test_bop2_te_no_triple_is_better() -> None:
    looks, limits = ([6, 12], [3, 6, 9, 12]), np.array([0.1, 0.25, 0.3])
    lam, gamma = [0.5, 0.6, 0.7, 0.8, 0.9], [0.0, 0.5, 1.0]
    design = bop2_te_design((0.3, 0.4), (0.6, 0.2), *looks, limits, lam=lam, gamma=gamma)
    best = (0.0, 0.0)
    for a, b, g in product(lam, lam, gamma):
        rule = bop2_te(*looks, (0.3, 0.4), (a, b), g)
        oc = operating_characteristics(rule, [(0.3, 0.4), (0.3, 0.2), (0.6, 0.4), (0.6, 0.2)])
        if (oc.complete[:3] <= limits).all():
            best = max(best, (round(oc.complete[3], 12), round(-oc.expected_n[0], 9)))
    assert (design.power, -design.expected_n[0]) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"alternative": 0.1}, "alternative must be better than null"),
        ({"alternative": 0.2}, "alternative must be better than null"),
        ({"alpha": 0}, "alpha must lie strictly between 0 and 1"),
        ({"alpha": 1}, "alpha must lie strictly between 0 and 1"),
        ({"alpha": 1e-9, "lam": [0.2]}, "alpha is 1e-09, but .* is the smallest type I error on the grid"),
        ({"beta": 1}, "beta must lie strictly between 0 and 1"),
        ({"beta": 0.01}, "beta asks for a power of 0.99, but 0.88.* is the highest"),
        ({"looks": [20, 10]}, "looks must ascend"),
        ({"looks": [10, 2000]}, "looks go to 2000 patients"),
        ({"looks": range(10, 401)}, "looks are 391; with 400 patients the search takes up to 125"),
        ({"lam": [0.9, 0.8]}, "lam must ascend"),
        ({"gamma": [-1, 1]}, "gamma must lie between"),
        ({"association": 2}, "association is for two endpoints"),
        ({"kind": "efficacy-toxicity", "null": (0.45, 0.3), "alternative": (0.6, 0.4)}, "worse in none"),
    ],
)
def test_bad_input(change: dict[str, Any], said: str) -> None:
    good: dict[str, Any] = {"null": 0.2, "alternative": 0.4, "looks": LOOKS, "alpha": 0.1}
    with pytest.raises(ValueError, match=said):
        bop2_design(**good | change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"alternative": (0.6, 0.4)}, "alternative must have more responses and less toxicity"),
        ({"alpha": 0.1}, "alpha"),
        ({"alpha": (0.1, 0.1)}, "alpha must hold three limits"),
        ({"alpha": (0, 0.1, 0.1)}, "alpha must hold three limits"),
        ({"alpha": (1e-9, 1e-9, 1e-9)}, "alpha asks for type I errors that no rule of the grid keeps"),
        ({"lam": np.arange(1, 1000) / 1000}, "lam and gamma make more than"),
    ],
)
def test_bad_input_of_bop2_te(change: dict[str, Any], said: str) -> None:
    good: dict[str, Any] = {"null": (0.3, 0.4), "alternative": (0.6, 0.2), "efficacy_looks": [18, 36],
                            "toxicity_looks": [12, 36], "alpha": (0.1, 0.2, 0.2)}  # fmt: skip
    with pytest.raises(ValueError, match=said):
        bop2_te_design(**good | change)
