"""Every stored pair list of MatchIt 4.7 on the lalonde data, found again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onearm.stats.logistic import logistic
from onearm.stats.matching import caliper_width, mahalanobis, nearest_pairs

from .conftest import SHARED

STORED = SHARED / "matchit_nearest_pairs.json"
KNOWN = {
    "score_covariates", "m_order", "ratio", "caliper", "std_caliper", "mahvars", "distance", "exact", "antiexact",
    "replace", "reuse_max", "min_controls", "max_controls", "estimand", "unit_id",
}  # fmt: skip


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


@pytest.mark.shared
@pytest.mark.parametrize("case", stored())
def test_pairs_of_matchit(case: dict[str, Any], lalonde: dict[str, Any], shared_folder: Path) -> None:
    asked = case["options"]
    assert set(asked) <= KNOWN
    score, ids = lalonde["score"], lalonde["id"]
    focal = np.flatnonzero(lalonde["treat"] == (0 if asked.get("estimand") == "ATC" else 1))
    other = np.setdiff1d(np.arange(score.size), focal)
    pairs = nearest_pairs(score[focal], score[other], **dict(arguments(asked, lalonde, focal, other)))
    found: dict[str, set[str]] = {str(ids[i]): set() for i in focal}
    for i, j in zip(pairs.treated, pairs.control, strict=True):
        found[str(ids[focal[i]])].add(str(ids[other[j]]))
    wanted = {k: set(v) for k, v in case["pairs"].items()}
    equal = sum(found[k] == wanted[k] for k in wanted)
    assert (equal, found) == (len(wanted), wanted)
    assert {str(ids[focal[i]]) for i in pairs.unmatched} == {k for k, v in wanted.items() if not v}
