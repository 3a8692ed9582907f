"""Settings of an alignment that do not fit, or that a reader should be told of."""

from __future__ import annotations

from typing import Any

import pytest

from onearm.errors import Finding
from onearm.protocol.check_alignment import check_alignment
from onearm.protocol.document import Protocol

BODY: dict[str, Any] = {
    "onearm": 1,
    "trial": {"id": "t", "title": "T", "arm": "A"},
    "covariates": {
        "age": {"label": "Age", "range": [0, 120]},
        "line": {"label": "Line", "levels": ["first", "second"]},
    },
    "facts": {"os": {"kind": "time-to", "label": "Overall survival", "events": ["death"]}},
    "endpoints": {"os": {"estimator": "survival", "fact": "os", "at_months": [12, 36]}},
    "external": {"x": {"label": "X", "folder": "x"}, "d": {"label": "D", "folder": "d", "data": {"time": "days"}}},
}
SAME = {"endpoints": {"os": {"trial": "death", "external": "death", "same": "yes"}}}


def found(alignment: dict[str, Any] | None, source: str = "x", **more: Any) -> list[Finding]:
    comparison: dict[str, Any] = {"with": source, "population": "enrolled", "estimand": "ATT", "covariates": ["age"]}
    comparison |= {"endpoints": ["os"], **more}
    if alignment is not None:
        comparison["alignment"] = SAME | alignment
    p = Protocol.model_validate(BODY | {"comparisons": {"c": comparison}})
    return list(check_alignment(p, str, "comparisons.c", p.comparisons["c"]))


def test_a_sound_alignment_has_no_finding() -> None:
    whole = {"index": {"rule": "first"}, "line": {"column": "line", "in": ["first"]}, "period": {"from": "2010-01-01"}}
    assert found(whole | {"truncate": {"months": 36}}) == []
    assert found(None) == []


@pytest.mark.parametrize(
    ("alignment", "code", "place", "severity"),
    [
        ({"line": {"column": "salvage", "at_most": 1}}, "P110", "line.column", "error"),
        ({"line": {"column": "line", "at_most": 1}}, "P111", "line", "error"),
        ({"line": {"column": "age", "in": ["first"]}}, "P111", "line", "error"),
        ({"line": {"column": "line", "in": ["frist"]}}, "P110", "line.in", "error"),
        ({"index": {"rule": "last"}}, "P150", "index.rule", "warning"),
        ({"truncate": {"months": 24}}, "P152", "truncate", "warning"),
        ({"endpoints": {}}, "P154", "endpoints", "note"),
    ],
)
def test_what_does_not_fit(alignment: dict[str, Any], code: str, place: str, severity: str) -> None:
    (one,) = found(alignment)
    assert (one.code, one.where, one.severity) == (code, f"comparisons.c.alignment.{place}", severity)


def test_days_have_no_calendar() -> None:
    both = found({"period": {"from": "2010-01-01"}, "index": {"rule": "first"}}, source="d")
    assert [(f.code, f.severity) for f in both] == [("P151", "error")] * 2
    assert found({"index": {"rule": "all"}}, source="d") == []


@pytest.mark.parametrize(("same", "words"), [("no", "differ"), ("unknown", "not known to be the same")])
def test_rules_that_differ_are_told(same: str, words: str) -> None:
    (one,) = found({"endpoints": {"os": {"trial": "a", "external": "b", "same": same, "done": "nothing"}}})
    assert one.code == "P153"
    assert words in one.says
    assert "done: nothing" in one.says


def test_an_endpoint_that_is_not_compared() -> None:
    codes = [f.code for f in found({"endpoints": {"pfs": {"trial": "a", "external": "a", "same": "yes"}}})]
    assert codes == ["P110", "P154"]


def test_what_was_done_must_be_said() -> None:
    with pytest.raises(ValueError, match="say under `done`"):
        found({"endpoints": {"os": {"trial": "a", "external": "b", "same": "no"}}})


@pytest.mark.parametrize(
    ("missing", "codes"),
    [({"imputations": 3}, ["P155"]), ("imputation", []), ("indicator", ["P156"]), ("complete-case", [])],
)
def test_rules_about_missing_covariates(missing: Any, codes: list[str]) -> None:
    assert [f.code for f in found(None, missing=missing)] == codes


def test_methods_that_take_rows_for_persons_are_told() -> None:
    methods = {
        "g": {"estimand": "ATT", "method": "g-computation"},
        "w": {"estimand": "ATO", "method": "weights"},
        "b": {"estimand": "ATO", "method": "weights", "variance": "bootstrap"},
    }
    said = found({"index": {"rule": "all"}}, methods=methods)
    assert [(f.code, f.where) for f in said] == [("P158", f"comparisons.c.methods.{k}") for k in ("g", "b")]
    assert found({"index": {"rule": "first"}}, methods=methods) == []
