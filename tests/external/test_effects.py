"""Comparisons of every kind of endpoint on the small trial: what is estimated, what is refused, and in which words."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import onearm as oa
from onearm.errors import DataError, ProtocolError
from onearm.results import Estimate, Results

FACTS = """  os: {kind: time-to, events: [death]}
  failure: {kind: time-to, events: [relapse, death]}
  answered: {kind: time-to, events: [response, death]}
  grafted: {kind: time-to, events: [death], procedures: [ASCT]}
"""
ENDPOINTS = """  os: {estimator: survival, fact: os, population: treated, at_months: [6], mean_to_months: [6]}
  ci: {estimator: cumulative-incidence, fact: failure, population: treated, at_months: [6]}
  vod: {estimator: proportion, fact: vod, population: treated}
  mrd: {estimator: proportion, fact: mrd_negative, population: treated}
  asct: {estimator: proportion, fact: transplant, population: treated}
  graft: {estimator: cumulative-incidence, fact: grafted, population: treated, at_months: [6]}
  answer: {estimator: cumulative-incidence, fact: answered, population: treated, at_months: [6]}
  rare: {estimator: proportion, fact: responded, population: evaluable}
  bare: {estimator: cumulative-incidence, fact: failure, population: treated}
  ages: {estimator: summary, covariate: age, population: treated}
"""
COMPARED = "[os, orr, ci]"


def folder(small: Path, settings: str = "", endpoints: str = COMPARED) -> Path:
    path = small / "protocol.yaml"
    text = path.read_text()
    text = text.replace("  os: {kind: time-to, events: [death]}\n", FACTS)
    text = text.replace("  os: {estimator: survival, fact: os, population: treated}\n", ENDPOINTS)
    text = text.replace("    endpoints: [os]\n", f"    endpoints: {endpoints}\n{settings}")
    path.write_text(text)
    return small


def sound(results: Results) -> list[Estimate]:
    """The numbers of the comparison, none of them NaN, each with a value or a reason."""
    mine = [e for e in results if e.context in ("comparison", "method")]
    for e in mine:
        for v in (e.value, e.low, e.high, e.std_error):
            assert v is None or not math.isnan(v), e.id
        assert e.value is not None or e.error, e.id
        assert "nan" not in (e.error or "").lower().split()
    return mine


METHODS = {
    "weights": "    method: weights\n",
    "overlap": "    method: weights\n    variance: m-estimation\n",
    "entropy": "    method: entropy\n",
    "full": "    method: full\n    caliper: none\n",
    "exact": "    method: exact\n    exact: [sex]\n",
    "subclasses": "    method: subclasses\n    subclasses: 2\n",
    "two to one": "    ratio: 2\n    caliper: none\n",
    "reused": "    replace: true\n    caliper: none\n",
    "optimal": "    method: optimal\n    caliper: none\n",
    "g-computation": "    method: g-computation\n",
    "doubly-robust": "    method: doubly-robust\n",
    "bootstrap": "    caliper: none\n    variance: bootstrap\n    replicates: 100\n",
}


@pytest.mark.parametrize("name", METHODS)
def test_any_method_may_be_the_primary_one(small: Path, name: str) -> None:
    made = folder(small, METHODS[name])
    if name == "overlap":
        path = made / "protocol.yaml"
        path.write_text(path.read_text().replace("estimand: ATT", "estimand: ATO"))
    results = oa.run(oa.load(made))
    ids = {e.id for e in sound(results)}
    assert {"os.hazard_ratio|main", "os.hazard_ratio|main/crude", "orr.risk_difference|main"} <= ids
    assert {"os.survival_difference@6mo|main", "os.rmst_difference@6mo|main"} <= ids
    paired = name in ("two to one", "reused", "optimal", "bootstrap")
    assert ("n.pairs|main" in ids) == paired
    modelled = name in ("g-computation", "doubly-robust")
    assert ("os|main/trial" in results.curves) == (not modelled)
    assert ("orr.share|main/external" in ids) == (not modelled)
    assert ("os.conditional_hazard_ratio|main" in ids) == (modelled or name == "optimal")
    assert "ci.incidence_difference.relapse@6mo|main" in ids
    for e in results:
        if e.id == "os.hazard_ratio|main":
            assert any(n.startswith("estimand AT") for n in e.notes)


def test_weighted_curves_and_the_test_that_is_not_made(small: Path) -> None:
    results = oa.run(oa.load(folder(small, METHODS["weights"])))
    curve = results.curves["os|main/external"]
    assert curve.panel == "os|main"
    assert "effective n" in curve.method
    assert "the model's does not hold with weights" in (results["os.ph_p|main"].error or "")
    assert "Xie and Liu" in results["os.log_rank_p|main"].method
    assert results["orr.share|main/crude/trial"].value == pytest.approx(5 / 7)


def test_the_crude_shares_are_plain_counts(small: Path) -> None:
    results = oa.run(oa.load(folder(small)))
    e = results["orr.risk_difference|main/crude"]
    assert e.value == pytest.approx(5 / 7 - 11 / 16)
    assert e.std_error == pytest.approx(math.sqrt(5 / 7 * 2 / 7 / 7 + 11 / 16 * 5 / 16 / 16))
    assert any(n.startswith("crude: before matching") for n in e.notes)


def test_a_source_without_mrd_results_has_no_share_of_nought(small: Path) -> None:
    settings = "    methods:\n      overlap: {estimand: ATO, method: weights}\n"
    results = oa.run(oa.load(folder(small, settings, "[os, mrd]")))
    found = [e for e in sound(results) if e.variable == "mrd"]
    assert {e.group for e in found} == {"main", "main/overlap"}
    assert all(e.value is None and "no MRD result in `responses`" in (e.error or "") for e in found)
    assert results["os.hazard_ratio|main/crude"].value is not None


@pytest.mark.parametrize(
    ("endpoint", "table"),
    [("vod", "adverse_events"), ("asct", "procedures"), ("graft", "procedures"), ("answer", "responses")],
)
def test_a_source_without_the_table_of_a_fact_is_refused(small: Path, endpoint: str, table: str) -> None:
    made = folder(small, endpoints=f"[os, {endpoint}]")
    (made / "external" / "other" / "responses.csv").unlink()
    with pytest.raises(DataError) as refusal:
        oa.load(made)
    assert [(f.code, f.where) for f in refusal.value.findings if f.blocks] == [("D218", f"external/other/{table}.csv")]


def test_an_empty_table_says_that_nothing_happened(small: Path) -> None:
    made = folder(small, endpoints="[os, vod]")
    (made / "external" / "other" / "adverse_events.csv").write_text("subject,term,grade,start,end\n")
    results = oa.run(oa.load(made))
    assert results["vod.share|main/crude/external"].value == 0
    assert results["vod.risk_difference|main/crude"].value == pytest.approx(1 / 7)
    assert results["vod.risk_ratio|main/crude"].error


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        ("ages", "cannot be compared"),
        ("rare", "not of every patient of the population"),
        ("bare", "has no months at which"),
        ("nothing", "there is no endpoint"),
    ],
)
def test_endpoints_that_cannot_be_compared_are_refused(small: Path, endpoint: str, says: str) -> None:
    with pytest.raises(ProtocolError) as refusal:
        oa.load(folder(small, endpoints=f"[os, {endpoint}]"))
    (finding,) = refusal.value.findings
    assert says in finding.says
    assert "comparisons.main.endpoints.1" in finding.where


def test_nobody_matched_and_separated_groups_say_so(small: Path) -> None:
    methods = "    methods:\n" + "".join(
        f"      {name}: {{estimand: ATT, method: {kind}}}\n"
        for name, kind in {"w": "weights", "e": "entropy", "g": "g-computation", "d": "doubly-robust"}.items()
    )
    made = folder(small, methods)
    path = made / "external" / "other" / "subjects.csv"
    head, *rows = path.read_text().splitlines()
    aged = [r.replace(r.split(",")[2], str(90 + i % 8), 1) for i, r in enumerate(rows)]
    path.write_text("\n".join([head, *aged]) + "\n")
    results = oa.run(oa.load(made))
    mine = {e.id: e for e in sound(results)}
    assert mine["os.hazard_ratio|main"].value is None
    for method in ("w", "e", "d"):
        assert mine[f"os.hazard_ratio|main/{method}"].error
        assert mine[f"orr.risk_difference|main/{method}"].value is None
    assert mine["os.hazard_ratio|main/crude"].value is not None


def test_no_event_on_the_external_side(small: Path) -> None:
    methods = "    methods:\n" + "".join(
        f"      {name}: {{estimand: {aim}, method: {kind}}}\n"
        for name, aim, kind in (
            ("w", "ATT", "weights"),
            ("o", "ATO", "weights"),
            ("f", "ATE", "full"),
            ("g", "ATT", "g-computation"),
            ("d", "ATE", "doubly-robust"),
        )
    )
    made = folder(small, methods)
    path = made / "external" / "other" / "followup.csv"
    head, *rows = path.read_text().splitlines()
    alive = [",".join([r.split(",")[0], "", "", r.split(",")[3]]) for r in rows]
    path.write_text("\n".join([head, *alive]) + "\n")
    results = oa.run(oa.load(made))
    mine = {e.id: e for e in sound(results)}
    for group in ("main", "main/w", "main/o", "main/f", "main/crude"):
        assert mine[f"os.hazard_ratio|{group}"].value is None
    assert "no event" in (mine["os.survival_difference@6mo|main/g"].error or "")


def test_clusters_that_share_a_person_are_one() -> None:
    import numpy as np

    from onearm.study.arms import _joined

    # trial rows 0 1 2 in pairs 10 11 12 with external rows 3 4 5; row 6 is alone. Person a has rows 3 and 4, b 5, c 6.
    own = np.array([10, 11, 12, 10, 11, 12, 6])
    assert _joined(own, 3, np.array([0, 0, 1, 2])).tolist() == [10, 10, 12, 10, 10, 12, 6]
    # a person in pairs 10 and 12 and another in 12 and 11 make one cluster of all
    own = np.array([10, 11, 12, 10, 12, 12, 11])
    assert len(set(_joined(own, 3, np.array([0, 0, 1, 1])).tolist())) == 1
