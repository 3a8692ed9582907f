"""What no method can do is said in words: every kind of method against data that ask too much of it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest

from onearm.cli.main import main
from onearm.cohort.baseline import Baseline
from onearm.external.blind import Blind, blind
from onearm.protocol.comparison import Comparison
from onearm.protocol.method import TARGETS, Kind
from onearm.protocol.trial import Covariate

KINDS = get_args(Kind)
COVARIATES = {
    "age": Covariate(label="Age", unit="years", range=(0, 200)),
    "sex": Covariate(label="Sex", levels=("female", "male")),
    "risk": Covariate(label="Risk", levels=("low", "middle", "high")),
}
Columns = dict[str, list[Any]]


def columns(n: int, seed: int, age: float = 55) -> Columns:
    rng = np.random.default_rng(seed)
    return {
        "age": [float(v) for v in rng.normal(age, 9, n).round()],
        "sex": [("female", "male")[i] for i in rng.integers(0, 2, n)],
        "risk": [("low", "middle", "high")[i] for i in rng.integers(0, 3, n)],
    }


def side(name: str, data: Columns) -> Baseline:
    n = len(next(iter(data.values())))
    rows: Columns = {"subject": [f"{name}{i}" for i in range(n)], "at": [f"{name}.csv:{i + 2}" for i in range(n)]}
    schema = {k: pl.Float64 if COVARIATES[k].is_number else pl.String for k in data}
    frame = pl.DataFrame(rows | data, schema={"subject": pl.String, "at": pl.String, **schema})
    return Baseline(name, {k: COVARIATES[k] for k in data}, frame)


def made(kind: str, ours: Columns, theirs: Columns, **more: Any) -> Blind:
    body = {"with": "x", "population": "all", "covariates": list(ours), "endpoints": ["os"], "method": kind}
    settings = Comparison.model_validate(body | {"estimand": TARGETS[kind][0]} | more)
    found = blind("x", settings, side("t", ours), side("e", theirs))
    sound(found)
    return found


def sound(found: Blind) -> None:
    """Numbers are numbers, weights add up or are all zero with a reason, and what is refused fails its gates."""
    design, told = found.primary, found.diagnoses["primary"]
    for array in (design.weight_trial, design.weight_external, design.logit_trial, design.logit_external):
        assert np.isfinite(array).all()
    assert (design.weight_trial >= 0).all()
    assert (design.weight_external >= 0).all()
    assert all(e.value is None or math.isfinite(e.value) for e in told.estimates)
    assert all(g.value is None or math.isfinite(g.value) for g in told.gates)
    assert all(g.says for g in told.gates)
    if design.refused:
        assert len(design.refused) > 15
        assert "nan" not in design.refused.split()
        assert not design.weight_trial.any()
        assert not any(g.passed for g in told.gates)
    elif design.weight_trial.any():
        assert design.weight_external.any()


def failed_or_refused(found: Blind) -> bool:
    return bool(found.primary.refused) or any(not g.passed for g in found.diagnoses["primary"].gates)


@pytest.mark.parametrize("kind", KINDS)
def test_ordinary_data_are_no_bad_input(kind: str) -> None:
    found = made(kind, columns(30, 1), columns(120, 2))
    assert not found.primary.refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("distance", [40, 120])
def test_no_overlap_at_all(kind: str, distance: float) -> None:
    ours, theirs = columns(20, 1, 25), columns(60, 2, 25 + distance)
    ours["age"], theirs["age"] = [min(v, 44.0) for v in ours["age"]], [max(v, 46.0) for v in theirs["age"]]
    found = made(kind, ours, theirs)
    if kind == "g-computation":
        words = " ".join(g.says for g in found.diagnoses["primary"].gates)
        assert failed_or_refused(found) or "extrapolates where the groups differ" in words
    else:
        assert failed_or_refused(found)


@pytest.mark.parametrize("kind", sorted({"nearest", "optimal", "full", "subclasses", "weights", "doubly-robust"}))
def test_separation_is_named_with_a_way_out(kind: str) -> None:
    ours, theirs = columns(20, 1), columns(60, 2)
    ours["sex"], theirs["sex"] = ["male"] * 20, ["female"] * 60
    said = made(kind, ours, theirs).primary.refused
    assert "the score cannot be estimated" in said
    assert "score: firth" in said
    assert "sex=male" in said
    firth = made(kind, ours, theirs, score="firth")
    assert "cannot be estimated" not in firth.primary.refused
    assert failed_or_refused(firth)


@pytest.mark.parametrize("kind", KINDS)
def test_a_constant_covariate_is_no_part_of_the_design(kind: str) -> None:
    ours, theirs = columns(30, 1), columns(90, 2)
    ours["risk"], theirs["risk"] = ["low"] * 30, ["low"] * 90
    found = made(kind, ours, theirs)
    assert not found.primary.refused
    plain = made(kind, {k: v for k, v in ours.items() if k != "risk"}, {k: v for k, v in theirs.items() if k != "risk"})
    np.testing.assert_allclose(found.primary.weight_external, plain.primary.weight_external, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_covariates_that_are_the_same_in_everybody(kind: str) -> None:
    same = {"age": 50.0, "sex": "male", "risk": "low"}
    found = made(kind, {k: [v] * 12 for k, v in same.items()}, {k: [v] * 30 for k, v in same.items()})
    if not found.primary.refused:
        assert kind in {"exact", "coarsened", "entropy", "g-computation"}
    else:
        assert "varies" in found.primary.refused


@pytest.mark.parametrize("kind", KINDS)
def test_fewer_controls_than_patients(kind: str) -> None:
    found = made(kind, columns(40, 1), columns(8, 2))
    design = found.primary
    if kind in ("nearest", "optimal") and not design.refused:
        assert len(design.pairs) <= 8
        assert len(design.unmatched) >= 32
        assert failed_or_refused(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [0, 1])
def test_one_external_patient_or_none(kind: str, n: int) -> None:
    found = made(kind, columns(12, 1), columns(n, 2))
    assert f"too few subjects to match: 12 of the trial, {n} external" in found.primary.refused


@pytest.mark.parametrize("kind", KINDS)
def test_two_external_patients(kind: str) -> None:
    made(kind, columns(12, 1), columns(2, 2))


@pytest.mark.parametrize("kind", KINDS)
def test_categories_alone(kind: str) -> None:
    ours, theirs = ({k: v for k, v in columns(*c).items() if k != "age"} for c in ((30, 1), (90, 2)))
    assert not made(kind, ours, theirs).primary.refused


def gaps(data: Columns, every: int) -> Columns:
    return data | {"age": [None if i % every == 0 else v for i, v in enumerate(data["age"])]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("missing", ["report", "complete-case", "indicator"])
def test_missing_covariates(kind: str, missing: str) -> None:
    found = made(kind, gaps(columns(40, 1), 5), gaps(columns(120, 2), 4), missing=missing)
    if missing == "report":
        assert "missing" in found.primary.refused
    elif missing == "complete-case":
        assert len(found.trial.incomplete) == 8
        assert len(found.primary.trial) == 32
    else:
        assert len(found.primary.trial) == 40


@pytest.mark.parametrize("kind", KINDS)
def test_a_covariate_missing_in_everybody(kind: str) -> None:
    ours, theirs = columns(12, 1), columns(30, 2)
    found = made(kind, ours | {"age": [None] * 12}, theirs, missing="complete-case")
    assert "too few subjects to match: 0 of the trial" in found.primary.refused


def test_a_subject_who_is_there_twice() -> None:
    frame = side("e", columns(4, 1)).frame
    with pytest.raises(ValueError, match="a subject is there twice"):
        Baseline("e", COVARIATES, pl.concat([frame, frame[:1]]))


# --- through a folder ----------------------------------------------------------------------------


def settled(folder: Path, kind: str, gates: str = "") -> None:
    """Make the comparison of the small trial one of this kind."""
    text = (folder / "protocol.yaml").read_text()
    head, _, tail = text.partition("comparisons:\n")
    tail = tail.replace("estimand: ATT", f"estimand: {TARGETS[kind][0]}\n    method: {kind}{gates}")
    (folder / "protocol.yaml").write_text(head + "comparisons:\n" + tail)


def edit(folder: Path, row: Callable[[list[str]], list[str]]) -> None:
    path = folder / "external" / "other" / "subjects.csv"
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *(",".join(row(r.split(","))) for r in rows)]) + "\n")


def aged(row: list[str]) -> list[str]:
    return [*row[:2], "100", *row[3:]]


def alike(row: list[str]) -> list[str]:
    return [*row[:2], "70", "male", *row[4:]]


def unchanged(row: list[str]) -> list[str]:
    return row


@pytest.mark.slow
@pytest.mark.parametrize("change", [unchanged, aged, alike])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_has_no_nan_and_no_traceback(
    kind: str, change: Callable[[list[str]], list[str]], small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settled(small, kind)
    edit(small, change)
    assert main(["run", str(small), "-q"]) in (0, 1)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    text = (small / "results" / "results.json").read_text()
    assert not re.search(r"\b(NaN|Infinity)\b", text)
    json.loads(text, parse_constant=pytest.fail)
    for e in json.loads(text)["estimates"]:
        assert e["value"] is not None or e["error"], e["id"]


def test_duplicate_ids_in_a_source_block(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small / "external" / "other" / "subjects.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    assert main(["lock", str(small), "-q"]) == 1
    said = capsys.readouterr().err
    assert "E01" in said
    assert "external/other/subjects.csv" in said
    assert "Traceback" not in said
    assert not (small / "design.json").exists()
