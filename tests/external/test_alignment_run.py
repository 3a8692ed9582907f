"""Alignment from the folder to the printed number: lines, calendar, day one, follow-up, gaps."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alignment_folder import folder, patients

import onearm as oa
from onearm.cli.trace import evidence
from onearm.errors import DataError
from onearm.results import Results
from onearm.stats.cox import cox
from onearm.stats.imputation import rubin
from onearm.study.blind import design_document, designs_of
from onearm.tables import build

HR = "os.hazard_ratio|main"
WEIGHTS = {"methods": {"iptw": {"estimand": "ATT", "method": "weights", "score": {"model": "ridge", "penalty": 1}}}}


def ran(at: Path, comparison: dict[str, Any], rows: list[dict[str, Any]] | None = None) -> Results:
    results = oa.run(oa.load(folder(at, comparison, rows)))
    assert Results.from_json(results.to_json()).to_json() == results.to_json()
    for e in results:
        assert not any(isinstance(v, float) and math.isnan(v) for v in (e.value, e.low, e.high, e.std_error)), e.id
        rows_of = evidence(results, e)
        assert all(at for *_, at in rows_of), e.id
        assert rows_of or e.value in (0, None), e.id
    assert build(results)
    for flow in results.flows[1:]:
        for before, after in zip(flow.steps, flow.steps[1:], strict=False):
            assert before.n == after.n + after.removed
    return results


def steps(results: Results, flow: str = "main") -> dict[str, tuple[int, int, str]]:
    found = next(f for f in results.flows if f.id == flow)
    return {s.name: (s.n, s.removed, f"{s.label}: {s.reason}") for s in found.steps}


def lines() -> list[dict[str, Any]]:
    """Sixteen rows of twelve persons: E01 to E04 have a second line, in E13 to E16."""
    rows = patients()
    for i, r in enumerate(rows):
        r["person"] = f"P{i % 12 + 1:02d}"
    return rows


@pytest.mark.parametrize(("rule", "kept", "gone"), [("first", 12, "E13"), ("last", 12, "E01"), ("all", 16, "")])
def test_the_line_that_counts(tmp_path: Path, rule: str, kept: int, gone: str) -> None:
    results = ran(tmp_path, {"alignment": {"index": {"rule": rule, "because": "as agreed"}}} | WEIGHTS, lines())
    n, removed, words = steps(results)["index"]
    assert (n, removed) == (kept, 16 - kept)
    assert "as agreed" in words
    assert (f"other:{gone}" in results["n.removed.index|main/external"].subjects) == bool(gone)
    assert ("persons as clusters" in results["os.hazard_ratio|main/iptw"].method) == (rule == "all")
    assert ("persons as clusters" in results["os.hazard_ratio|main/crude"].method) == (rule == "all")


def test_all_lines_of_a_person_are_one_cluster_and_one_control(tmp_path: Path) -> None:
    """The crude effect is Cox's with the robust variance of persons; no person is matched twice."""
    rows = lines()
    results = ran(tmp_path, {"alignment": {"index": {"rule": "all"}}}, rows)
    used = [p.external.removeprefix("other:") for p in results.pairs]
    person = {r["subject"]: r["person"] for r in rows}
    assert len({person[s] for s in used}) == len(used) == 7
    trial = oa.load(tmp_path)
    from onearm.facts import state

    ours, theirs = (state(trial.protocol, c)["os"].frame for c in (trial.cohort, trial.external["other"]))
    ours = ours.filter(ours["days"].is_not_null())
    days = np.r_[ours["days"].to_numpy(), theirs["days"].to_numpy()].astype(float)
    event = np.r_[ours["event"].to_numpy(), theirs["event"].to_numpy()].astype(bool)
    group = np.r_[np.ones(ours.height), np.zeros(theirs.height)]
    cluster = np.array([*(f"t{i}" for i in range(ours.height)), *(person[s] for s in theirs["subject"])])
    fit = cox(days, event, group, cluster=np.unique(cluster, return_inverse=True)[1])
    crude = results["os.hazard_ratio|main/crude"]
    assert crude.value == pytest.approx(float(np.exp(fit.coef[0])), rel=1e-9)
    assert fit.robust_std_error is not None
    assert crude.std_error == pytest.approx(float(fit.robust_std_error[0]), rel=1e-6)


def test_several_rows_without_a_rule_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="D320"):
        oa.load(folder(tmp_path, {}, lines()))


def test_the_calendar_and_day_one_are_steps(tmp_path: Path) -> None:
    rows = patients()
    for r in rows:
        r["eligible"] = r["treatment_start"]
    rows[3]["eligible"] += dt.timedelta(days=20)
    alignment = {"period": {"from": dt.date(2008, 6, 1), "because": "new standard"}, "day_one": {"rule": "leave-out"}}
    results = ran(tmp_path, {"alignment": alignment}, rows)
    found = steps(results)
    assert found["period"][:2] == (15, 1)
    assert "new standard" in found["period"][2]
    assert found["day-one"][:2] == (14, 1)
    assert results["n.removed.day-one|main/external"].subjects == ("other:E04",)
    assert "period" not in steps(results, "main/trial")
    assert any(f.startswith("D330") for f in results.header.findings)


@pytest.mark.parametrize(("rule", "value"), [("report", True), ("refuse", False)])
def test_immortal_time_is_said_or_refuses(tmp_path: Path, rule: str, value: bool) -> None:
    rows = patients()
    for r in rows:
        r["followed_from"] = r["treatment_start"] + dt.timedelta(days=30)
    found = ran(tmp_path, {"alignment": {"day_one": {"rule": rule, "because": "agreed"}}} | WEIGHTS, rows)
    for key in (HR, "os.hazard_ratio|main/iptw"):
        e = found[key]
        assert (e.value is not None) == value
        assert "are followed only from after day one" in (" ".join(e.notes) if value else e.error or "")


def test_follow_up_ends_on_both_sides(tmp_path: Path) -> None:
    whole = ran(tmp_path / "a", {}, patients())
    cut = {"months": 12, "because": "few visits later"}
    ends = {"os": {"trial": "death", "external": "death", "same": "no", "done": "nothing"}}
    short = ran(tmp_path / "b", {"alignment": {"truncate": cut, "endpoints": ends}}, patients())
    assert max(t for c in short.curves.values() if "|main" in c.id for t in c.time) <= 12
    assert max(t for c in whole.curves.values() if "|main" in c.id for t in c.time) > 12
    assert short["os.events|main/external"].value < whole["os.events|main/external"].value  # type: ignore[operator]
    assert [p.external for p in short.pairs] == [p.external for p in whole.pairs]
    notes = " ".join(short[HR].notes)
    assert "follow-up of both sides ends after 12 months (few visits later)" in notes
    assert "the rules differ: trial death; source death; done: nothing" in notes
    assert short["os.median"] == whole["os.median"]  # the trial by itself is followed as long as it was
    said = {s.id: s for s in short.statements}
    assert any("ends after 12 months" in cell for row in said["comparability|main"].rows for cell in row)
    assert any("at most 12 months" in cell for row in said["target_trial|main"].rows for cell in row)


def gaps(*places: tuple[int, str]) -> list[dict[str, Any]]:
    rows = patients()
    for i, column in places:
        rows[i][column] = None
    return rows


SOME = ((2, "age"), (7, "age"), (11, "age"), (4, "sex"), (9, "sex"))


def test_without_gaps_every_rule_is_complete_case(tmp_path: Path) -> None:
    first = ran(tmp_path / "a", dict(WEIGHTS), patients())
    for i, rule in enumerate(("report", "indicator", "imputation")):
        other = ran(tmp_path / str(i), {"missing": rule} | WEIGHTS, patients())
        effects = [e for e in first if e.context in ("comparison", "method", "balance")]
        assert [other[e.id].value for e in effects] == [e.value for e in effects]
        assert [other[e.id].std_error for e in effects] == [e.std_error for e in effects]


def test_gaps_are_left_out_refused_or_marked(tmp_path: Path) -> None:
    rows = gaps(*SOME)
    left = ran(tmp_path / "a", dict(WEIGHTS), rows)
    assert steps(left)["complete"][:2] == (11, 5)
    refused = ran(tmp_path / "b", {"missing": "report"} | WEIGHTS, rows)
    for key in (HR, "os.hazard_ratio|main/iptw"):
        assert "covariates are missing (Age, Sex)" in (refused[key].error or "")
        assert refused[key].value is None
    assert not [e for e in refused if e.stat == "smd"]
    assert not any(g.passed for g in refused.gates if g.id.startswith("gate.balance"))
    marked = ran(tmp_path / "c", {"missing": "indicator"} | WEIGHTS, rows)
    assert "smd.age_missing=yes|main/before" in marked
    assert any("missing-indicator" in n for n in marked["os.hazard_ratio|main/iptw"].notes)
    assert steps(marked)["complete"][:2] == (16, 0)


def test_imputed_data_sets_are_pooled_by_rubins_rules(tmp_path: Path) -> None:
    """Each data set estimated by itself and pooled by hand is what the run prints."""
    from dataclasses import replace

    from onearm.cohort.population import populations
    from onearm.endpoints import Analysis
    from onearm.facts import state
    from onearm.study.columns import columns
    from onearm.study.comparison import compare

    results = ran(tmp_path, {"missing": {"imputations": 6, "seed": 3}} | WEIGHTS, gaps(*SOME))
    trial = oa.load(tmp_path)
    facts = state(trial.protocol, trial.cohort)
    members, _ = populations(trial.protocol, columns(trial.cohort, facts))
    analysis = Analysis(trial.protocol, trial.cohort.subjects, facts, members, trial.cohort)
    made = designs_of(trial)["main"]
    assert len(made.drawn) == 6
    each = [
        {e.id: e for e in compare(replace(one, drawn=()), analysis, trial.external["other"]).estimates}
        for one in made.drawn
    ]
    for key in (HR, "os.hazard_ratio|main/iptw"):
        q = np.array([math.log(one[key].value) for one in each])  # type: ignore[arg-type]
        u = np.array([one[key].std_error ** 2 for one in each])  # type: ignore[operator]
        total = u.mean() + (1 + 1 / 6) * q.var(ddof=1)
        e = results[key]
        assert e.value == pytest.approx(math.exp(q.mean()), rel=1e-12)
        assert e.std_error == pytest.approx(math.sqrt(total), rel=1e-12)
        df = min(one[key].events for one in each) - 1  # type: ignore[type-var, operator]
        by_kernel = rubin(q, u, df_complete=df)
        assert (e.low, e.high) == pytest.approx(tuple(np.exp([by_kernel.conf_low[0], by_kernel.conf_high[0]])))
        p = results[key.replace("hazard_ratio", "cox_p")]
        assert p.value == pytest.approx(float(by_kernel.p_value[0]))
        assert "6 imputed data sets" in e.method
        assert any("fraction of missing information" in n for n in e.notes)
    smd = "smd.age|main/after"
    assert results[smd].value == pytest.approx(np.mean([one[smd].value for one in each]))
    assert all("imputed data sets" in g.says for g in results.gates)
    assert all("first of 6" in c.method for c in results.curves.values() if "|main" in c.id)
    crude = results["os.hazard_ratio|main/crude"]
    assert crude == each[0][crude.id]  # nothing imputed in it


def test_the_locked_design_holds_every_imputed_data_set(tmp_path: Path) -> None:
    from onearm.external.document import differences

    trial = oa.load(folder(tmp_path, {"missing": {"imputations": 3, "seed": 3}}, gaps(*SOME)))
    body, made = design_document(trial)
    sets = body["comparisons"]["main"]["imputed"]
    assert len(sets) == 3
    assert not list(differences(body, made, 1))
    sets[2]["primary"]["weights"]["external"].popitem()
    assert [d.code for d in differences(body, made, 1)] == ["X506"]


@pytest.mark.parametrize("rule", ["complete-case", "report", "indicator", "imputation"])
def test_a_covariate_that_one_side_never_has(tmp_path: Path, rule: str) -> None:
    rows = gaps(*((i, "age") for i in range(16)))
    results = ran(tmp_path, {"missing": rule} | WEIGHTS, rows)
    for key in (HR, "os.hazard_ratio|main/iptw"):
        assert results[key].value is None
        assert results[key].error
    if rule in ("indicator", "imputation"):
        assert "no value at all of Age" in (results[HR].error or "")


def test_check_says_what_does_not_fit(tmp_path: Path) -> None:
    from onearm.io.load import check

    rows = lines()
    alignment = {"index": {"rule": "last"}, "line": {"column": "linie", "at_most": 1}}
    said = {f.code for f in check(folder(tmp_path / "a", {"alignment": alignment}, rows)).findings}
    assert said >= {"P150", "P110", "P154"}
    good = check(folder(tmp_path / "b", {"alignment": {"index": {"rule": "first"}}}, rows))
    assert good.trial is not None
    assert {"D336", "P154"} <= {f.code for f in good.findings}
