"""Sensitivity analyses in a run: each number is that of the kernel, of another protocol, or of a formula on paper."""

from __future__ import annotations

import dataclasses
import math
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import onearm as oa
from onearm import figures
from onearm.cli.trace import evidence
from onearm.external.orders import seeds_of
from onearm.protocol.comparison import Comparison
from onearm.protocol.endpoint import Survival
from onearm.results import Results
from onearm.stats.cox import cox
from onearm.stats.sensitivity import e_value, negative_control

BUNDLED = Path(__file__).parents[2] / "examples" / "mini-hcvd-ino"
NAME = "salvage_chemo"
FEW = ("os", "pfs", "vod")

EVERYTHING = {
    "e_value": {},
    "leave_one_out": {"covariates": ["age", "sex"]},
    "orders": {"random": 12},
    "tipping": {"external": 0.5, "prevalence": [0.0, 0.2, 0.5], "hazard_ratio": [1.5, 2.0, 3.0]},
    "negative_control": {"endpoints": ["transplantation", "response"]},
    "dropout": {"delta": [1.0, 3.0], "imputations": 5},
    "bias": {"month": 24, "kind": "confounder", "ratio": ["constant", 1.0],
             "prevalence": [["uniform", 0.1, 0.4], ["uniform", 0.3, 0.6]], "runs": 500},
}  # fmt: skip


@cache
def loaded() -> oa.Trial:
    return oa.load(BUNDLED)


def run(change: dict[str, Any], seed: int = 1, without: tuple[str, ...] = ()) -> Results:
    """The bundled trial with a few endpoints and one comparison, changed; ``without`` are keys it shall not have."""
    trial = loaded()
    known = trial.protocol.endpoints
    extra = {
        "transplantation": Survival(estimator="survival", fact="time_to_asct", population="treated"),
        "response": Survival(estimator="survival", fact="time_to_response", population="treated"),
    }
    body = trial.protocol.comparisons[NAME].model_dump(by_alias=True, exclude_unset=True)
    kept = {k: v for k, v in ({**body, "methods": {}, "sensitivity": None} | change).items() if k not in without}
    protocol = trial.protocol.model_copy(
        update={
            "endpoints": {k: known[k] for k in FEW} | extra,
            "comparisons": {NAME: Comparison.model_validate(kept)},
            "monitoring": {},
            "published": {},
            "borrowing": {},
        }
    )
    return oa.run(dataclasses.replace(trial, protocol=protocol), seed)


@cache
def whole() -> Results:
    return run({"sensitivity": EVERYTHING})


@pytest.mark.parametrize("endpoint", ["os", "pfs"])
def test_the_e_value_is_that_of_the_kernel_and_of_the_formula(endpoint: str) -> None:
    r = whole()
    ratio = r[f"{endpoint}.hazard_ratio|{NAME}"]
    found = e_value(ratio.value, ratio.low, ratio.high, "hr")
    assert r[f"{endpoint}.e_value|{NAME}"].value == found.point
    assert r[f"{endpoint}.e_value_limit|{NAME}"].value == found.limit
    for key, hr in (("e_value", ratio.value), ("e_value_limit", ratio.high)):
        risk = (1 - 0.5 ** math.sqrt(hr)) / (1 - 0.5 ** math.sqrt(1 / hr))
        expected = 1 / risk + math.sqrt(1 / risk * (1 / risk - 1))
        assert r[f"{endpoint}.{key}|{NAME}"].value == pytest.approx(expected, rel=1e-12)


def test_a_rare_outcome_takes_the_hazard_ratio_for_a_risk_ratio() -> None:
    r = run({"sensitivity": {"e_value": {"common": False}}})
    one = 1 / r[f"os.hazard_ratio|{NAME}"].value
    assert r[f"os.e_value|{NAME}"].value == pytest.approx(one + math.sqrt(one * (one - 1)), rel=1e-12)
    assert "counts as rare" in r[f"os.e_value|{NAME}"].method


@pytest.mark.parametrize("covariate", ["age", "sex"])
def test_leaving_a_covariate_out_is_running_the_protocol_without_it(covariate: str) -> None:
    r = whole()
    rest = [c for c in loaded().protocol.comparisons[NAME].covariates if c != covariate]
    other = run({"covariates": rest})
    failed = any(not g.passed for g in other.gates)
    for endpoint in ("os", "pfs"):
        mine = r[f"{endpoint}.hazard_ratio|{NAME}/without_{covariate}"]
        theirs = other[f"{endpoint}.hazard_ratio|{NAME}"]
        for key in ("value", "low", "high", "std_error"):
            assert getattr(mine, key) == pytest.approx(getattr(theirs, key), rel=1e-12)
        assert mine.subjects == theirs.subjects
        assert ("(gate failed)" in mine.label) == failed
        assert any(n.startswith("GATE FAILED") for n in mine.notes) == failed
        assert any(n.startswith("estimand ATT") for n in mine.notes)


def test_a_rule_that_names_the_covariate_goes_with_it() -> None:
    asked = {"leave_one_out": {"covariates": ["sex"]}}
    r = run({"exact": ["sex"], "sensitivity": asked})
    rest = [c for c in loaded().protocol.comparisons[NAME].covariates if c != "sex"]
    other = run({"covariates": rest})[f"os.hazard_ratio|{NAME}"]
    assert r[f"os.hazard_ratio|{NAME}/without_sex"].value == pytest.approx(other.value, rel=1e-12)


def orders(r: Results) -> list[dict[str, str]]:
    said = next(s for s in r.statements if s.id == f"orders|{NAME}")
    return [dict(zip(said.columns, row, strict=True)) for row in said.rows]


@pytest.mark.parametrize("endpoint", ["os", "pfs"])
def test_the_orders_contain_the_prespecified_one(endpoint: str) -> None:
    r, rows = whole(), orders(whole())
    assert [row["Order"] for row in rows] == ["largest", "smallest", "closest", "farthest", "data", *["random"] * 12]
    ratio = r[f"{endpoint}.hazard_ratio|{NAME}"].value
    assert float(rows[0][endpoint]) == pytest.approx(ratio, rel=1e-10)
    values = [float(row[endpoint]) for row in rows]
    assert len(set(values)) > 3, "orders that all agree would show nothing"
    assert r[f"{endpoint}.order_median|{NAME}"].value == np.median(values)
    assert r[f"{endpoint}.order_low|{NAME}"].value == min(values) <= ratio * (1 + 1e-10)
    assert r[f"{endpoint}.order_high|{NAME}"].value == max(values)
    assert r[f"{endpoint}.hazard_ratio|{NAME}/order=largest"].value == values[0]


@pytest.mark.parametrize("order", ["smallest", "closest", "farthest", "data"])
def test_an_order_is_the_protocol_with_that_order(order: str) -> None:
    other = run({"order": order})
    mine, theirs = whole()[f"os.hazard_ratio|{NAME}/order={order}"], other[f"os.hazard_ratio|{NAME}"]
    assert mine.value == pytest.approx(theirs.value, rel=1e-10)
    assert (set(mine.subjects), mine.n, mine.events) == (set(theirs.subjects), theirs.n, theirs.events)
    assert [n for n in mine.notes if n.startswith("estimand")] == [n for n in theirs.notes if n.startswith("estimand")]
    row = next(row for row in orders(whole()) if row["Order"] == order)
    assert (row["Gates"] == "passed") == all(g.passed for g in other.gates)


def test_a_random_order_is_the_protocol_with_its_seed() -> None:
    row = orders(whole())[7]
    assert int(row["Seed"]) == seeds_of(1, 12)[2]
    other = run({"order": "random"}, seed=int(row["Seed"]))
    assert float(row["pfs"]) == pytest.approx(other[f"pfs.hazard_ratio|{NAME}"].value, rel=1e-10)
    assert seeds_of(2, 12) != seeds_of(1, 12) == seeds_of(1, 20)[:12]


def test_a_prespecified_random_order_is_among_the_orders() -> None:
    r = run({"order": "random", "sensitivity": {"orders": {"random": 2}}}, seed=5)
    rows = orders(r)
    assert [row["Order"] for row in rows] == [
        "random", "largest", "smallest", "closest", "farthest", "data", "random", "random"
    ]  # fmt: skip
    assert rows[0]["Seed"] == "5"
    assert float(rows[0]["os"]) == pytest.approx(r[f"os.hazard_ratio|{NAME}"].value, rel=1e-10)


def test_an_unmeasured_confounder_by_the_formula() -> None:
    r = whole()
    ratio = r[f"os.hazard_ratio|{NAME}"]
    cell = r[f"os.tipping|{NAME}/confounder=2/trial=0.2"]
    factor = (0.2 * (2 - 1) + 1) / (0.5 * (2 - 1) + 1)  # on paper: 1.2 / 1.5
    assert cell.value == pytest.approx(ratio.value / factor, rel=1e-12)
    assert cell.high == pytest.approx(ratio.high / factor, rel=1e-12)
    same = r[f"os.tipping|{NAME}/confounder=3/trial=0.5"]
    assert (same.value, same.low, same.high) == pytest.approx((ratio.value, ratio.low, ratio.high), rel=1e-12)
    at = r[f"os.tips_at|{NAME}/confounder=3"].value
    assert ratio.high / ((2 * at + 1) / (2 * 0.5 + 1)) == pytest.approx(1, rel=1e-12)
    weak = r[f"os.tips_at|{NAME}/confounder=1.5"]
    assert (weak.value, weak.error) == (None, "no prevalence does it")
    assert ratio.high / (1 / 1.25) < 1, "which is so: even the most uneven one leaves the limit below 1"


def test_negative_controls_are_the_comparison_on_those_endpoints_and_calibrate() -> None:
    r = whole()
    other = run({"endpoints": ["transplantation", "response"]})
    logs, errors = [], []
    for endpoint in ("transplantation", "response"):
        mine, theirs = r[f"{endpoint}.hazard_ratio|{NAME}/negative"], other[f"{endpoint}.hazard_ratio|{NAME}"]
        assert (mine.value, mine.low, mine.high) == (theirs.value, theirs.low, theirs.high)
        logs.append(math.log(theirs.value))
        errors.append(theirs.std_error)
    ratio = r[f"os.hazard_ratio|{NAME}"]
    found = negative_control(logs, errors).calibrate(math.log(ratio.value), ratio.std_error)
    new = r[f"os.calibrated|{NAME}"]
    assert math.log(new.value) == pytest.approx(found.estimate, rel=1e-12)
    assert math.log(new.high) == pytest.approx(found.high, rel=1e-12)
    assert r[f"os.calibrated_p|{NAME}"].value == pytest.approx(found.p_value, rel=1e-12)


def matched_times() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days, events and side of the matched, from the facts and the pairs alone."""
    trial = loaded()
    from onearm.facts import state

    ours = state(trial.protocol, trial.cohort)["os"].frame
    theirs = state(trial.protocol, trial.external[NAME])["os"].frame
    pairs = [p for p in whole().pairs if p.comparison == NAME]
    rows = []
    for frame, names, side in (
        (ours, [p.trial for p in pairs], 1.0),
        (theirs, [p.external.partition(":")[2] for p in pairs], 0.0),
    ):
        known = dict(zip(frame["subject"], zip(frame["days"], frame["event"], strict=True), strict=True))
        rows += [(*known[n], side) for n in names]
    days, event, side = (np.array(c, dtype=float) for c in zip(*rows, strict=True))
    return days, event, side


def test_drop_outs_at_their_worst_and_best_are_cox_fits_of_changed_data() -> None:
    days, event, side = matched_times()
    worst = cox(days, np.where(side == 1, 1, event), side)
    assert whole()[f"os.dropout|{NAME}/worst"].value == pytest.approx(math.exp(worst.coef[0]), rel=1e-9)
    late = np.where((side == 1) & (event == 0), days.max(), days)
    best = cox(late, event, side)
    assert whole()[f"os.dropout|{NAME}/best"].value == pytest.approx(math.exp(best.coef[0]), rel=1e-9)
    deltas = [whole()[f"os.dropout|{NAME}/delta={d}"].value for d in (1, 3)]
    assert whole()[f"os.dropout|{NAME}/best"].value < deltas[0] < deltas[1] < whole()[f"os.dropout|{NAME}/worst"].value


def test_a_bias_analysis_starts_from_the_curves_and_a_confounder_of_ratio_one_changes_nothing() -> None:
    r = whole()
    risk = [1 - r[f"os.survival@24mo|{NAME}/{side}"].value for side in ("trial", "external")]
    assert r[f"os.bias|{NAME}/crude"].value == pytest.approx(risk[0] / risk[1], rel=1e-9)
    fixed = r[f"os.bias|{NAME}/systematic"]
    assert (fixed.low, fixed.value, fixed.high) == pytest.approx([risk[0] / risk[1]] * 3, rel=1e-9)
    total = r[f"os.bias|{NAME}/total"]
    assert total.low < fixed.low < total.high


def test_a_confounder_of_known_size_divides_the_risk_ratio() -> None:
    prior = {"month": 24, "kind": "confounder", "ratio": ["constant", 2.0],
             "prevalence": [["constant", 0.2], ["constant", 0.5]], "runs": 100}  # fmt: skip
    r = run({"sensitivity": {"bias": prior}})
    crude = r[f"os.bias|{NAME}/crude"].value
    assert r[f"os.bias|{NAME}/systematic"].value == pytest.approx(crude / (1.2 / 1.5), rel=1e-9)


def test_every_number_says_what_it_assumes_and_is_of_somebody() -> None:
    found = [e for e in whole() if e.context == "sensitivity"]
    assert len({e.id for e in found}) == len(found) > 60
    for e in found:
        assert e.notes or e.id.startswith("orders_passed"), e.id
        assert all((e.subjects, e.method, e.population)), e.id
        assert (e.value is None) == (e.error is not None), e.id
        for v in (e.value, e.low, e.high):
            assert v is None or math.isfinite(v), e.id


def test_the_same_seed_gives_the_same_doubt() -> None:
    asked = {"orders": {"random": 5}, "dropout": {"delta": [2.0], "imputations": 3}}
    one, two = (run({"sensitivity": asked}, seed=3) for _ in range(2))
    assert one.to_json() == two.to_json()


def test_without_pairs_every_analysis_says_why_and_gives_no_number() -> None:
    r = run({"eligibility": [{"column": "age", "at_least": 89}], "sensitivity": EVERYTHING})
    found = [e for e in r if e.context == "sensitivity"]
    assert found
    for e in found:
        assert (e.value, e.low, e.high) == (None, None, None), e.id
        assert e.error, e.id
    assert not [s for s in r.statements if s.id.startswith("orders|")]


def test_weights_can_be_doubted_too() -> None:
    asked = {key: EVERYTHING[key] for key in ("e_value", "leave_one_out", "tipping", "negative_control", "bias")}
    change = {"method": "weights", "estimand": "ATO", "sensitivity": asked}
    r = run(change, without=("caliper", "ratio", "order", "replace"))
    ratio = r[f"os.hazard_ratio|{NAME}"]
    assert r[f"os.e_value|{NAME}"].value == e_value(ratio.value, ratio.low, ratio.high, "hr").point
    assert any("ATO" in n for n in r[f"os.e_value|{NAME}"].notes)
    risk = [1 - r[f"os.survival@24mo|{NAME}/{side}"].value for side in ("trial", "external")]
    assert r[f"os.bias|{NAME}/crude"].value == pytest.approx(risk[0] / risk[1], rel=1e-9)
    assert r[f"os.hazard_ratio|{NAME}/without_age"].value != ratio.value


def test_a_failed_gate_is_stamped_on_every_number_that_rests_on_it() -> None:
    r = run({"gates": {"max_smd": 0.001}, "sensitivity": EVERYTHING})
    for e in r:
        if e.context == "sensitivity" and not e.id.startswith("orders_passed"):
            assert any(n.startswith("GATE FAILED") for n in e.notes), e.id
    assert r[f"orders_passed|{NAME}"].value == 0
    assert {row["Gates"] for row in orders(r)} == {"failed"}


def test_both_figures_are_drawn_from_what_survives_json() -> None:
    again = Results.from_json(whole().to_json())
    drawn = {name: d for name, d in figures.plan(again).items() if d.name.partition("-")[0] in ("orders", "tipping")}
    assert set(drawn) == {f"orders-{NAME}", f"tipping-{NAME}"}
    for d in drawn.values():
        svg = figures.picture(d).svg.decode()
        assert "Overall survival" in svg
        assert "Progression-free survival" in svg
    assert "largest, the protocol's order" in figures.picture(drawn[f"orders-{NAME}"]).svg.decode()
    said = figures.picture(drawn[f"tipping-{NAME}"]).svg.decode()
    assert "ratio 1.5: no prevalence does it" in said
    assert "in a share of 0.5 of the external patients" in drawn[f"tipping-{NAME}"].caption


def test_without_sensitivity_nothing_is_drawn_or_said() -> None:
    r = run({})
    assert not [e for e in r if e.context == "sensitivity"]
    assert not [name for name in figures.plan(r) if name.startswith(("orders", "tipping"))]


def test_every_number_can_be_traced_to_rows() -> None:
    r = whole()
    for e in r:
        if e.context == "sensitivity":
            rows = evidence(r, e)
            assert rows, e.id
            assert all(at for _, _, at in rows), e.id


def test_a_share_is_doubted_by_its_risk_ratio() -> None:
    r = run({"endpoints": ["vod"], "sensitivity": {"e_value": {}, "tipping": EVERYTHING["tipping"], "orders": {}}})
    ratio, mine = r[f"vod.risk_ratio|{NAME}"], r[f"vod.e_value|{NAME}"]
    if ratio.value is None:  # nobody of the matched external patients had it
        assert mine.value is None
        assert "no risk ratio with limits to start from" in (mine.error or "")
    else:
        assert mine.value == e_value(ratio.value, ratio.low, ratio.high, "rr").point
    assert not [e for e in r if e.stat.startswith("order")], "there is no hazard ratio to spread"


def test_imputed_covariates_are_pooled_in_every_order(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = loaded()
    source = trial.external[NAME]
    gap = pl.when(pl.int_range(pl.len()) % 7 == 0).then(None).otherwise(pl.col("wbc")).alias("wbc")
    gappy = dataclasses.replace(source, subjects=source.subjects.with_columns(gap))
    changed = dataclasses.replace(trial, external={**trial.external, NAME: gappy})
    monkeypatch.setattr(sys.modules[__name__], "loaded", lambda: changed)
    asked = {"orders": {"random": 2}, "dropout": EVERYTHING["dropout"]}
    r = run({"missing": {"imputations": 3}, "sensitivity": asked})
    ratio = r[f"os.hazard_ratio|{NAME}"].value
    assert r[f"os.hazard_ratio|{NAME}/order=largest"].value == pytest.approx(ratio, rel=1e-10)
    for key in (f"os.order_median|{NAME}", f"os.dropout|{NAME}/delta=3"):
        assert "patients are those of the first imputed data set" in r[key].notes


def test_a_bias_analysis_says_whose_each_prior_is() -> None:
    prior = EVERYTHING["bias"] | {"correlation": 0.0}  # type: ignore[operator]
    said = run({"sensitivity": {"bias": prior}})[f"os.bias|{NAME}/total"].notes[0]
    assert "prevalence of the confounder in the trial uniform(0.1, 0.4)" in said
    assert "prevalence of the confounder in the external patients uniform(0.3, 0.6)" in said
    assert "correlation 0 between the two values of a pair" in said
    assert "correlation 0.8 between" in whole()[f"os.bias|{NAME}/total"].notes[0]


def test_drop_outs_have_events_of_their_own() -> None:
    _, event, side = matched_times()
    r = whole()
    assert r[f"os.dropout|{NAME}/worst"].events == int(np.where(side == 1, 1, event).sum())
    assert r[f"os.dropout|{NAME}/best"].events == int(event.sum()) < r[f"os.dropout|{NAME}/worst"].events
    assert r[f"os.dropout|{NAME}/delta=3"].events is None


def test_the_spread_over_orders_is_not_of_more_patients_than_one_order() -> None:
    r = whole()
    ratio = r[f"os.hazard_ratio|{NAME}"]
    for part in ("median", "low", "high"):
        e = r[f"os.order_{part}|{NAME}"]
        assert (e.n, e.events, e.subjects) == (ratio.n, ratio.events, ratio.subjects)
        assert "patients and events are those of the protocol's order" in e.notes
