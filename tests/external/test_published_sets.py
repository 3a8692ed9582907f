"""The MAIC set of Roche's vignette and the Bonner arms, through the code that a run goes through."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from onearm.cohort.baseline import Baseline
from onearm.cohort.tables import CLEAN, Cohort
from onearm.endpoints import Analysis, Output
from onearm.external.published import published_weights
from onearm.facts import FactColumn
from onearm.io.published import read_published
from onearm.protocol.document import Protocol
from onearm.protocol.published import Published
from onearm.study.published import published
from onearm.study.published_curve import patients

BODY: dict[str, Any] = {
    "onearm": 1,
    "trial": {"id": "t", "title": "T", "arm": "A"},
    "covariates": {
        "age": {"label": "Age", "range": [0, 120]},
        "sex": {"label": "Sex", "levels": ["Female", "Male"]},
        "smoke": {"label": "Smoker", "levels": ["0", "1"]},
        "ecog": {"label": "ECOG 0", "levels": ["0", "1"]},
    },
    "facts": {"os": {"kind": "time-to", "events": ["death"]}, "responded": {"kind": "response"}},
    "endpoints": {
        "os": {"estimator": "survival", "fact": "os"},
        "orr": {"estimator": "proportion", "fact": "responded"},
    },
}
SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/data is not beside this checkout")
    return SHARED


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compared(
    body: dict[str, Any], root: Path, subjects: pl.DataFrame, os: pl.DataFrame, yes: Sequence[bool] = ()
) -> Output:
    protocol = Protocol.model_validate(BODY | {"published": {"other": body}})
    findings: list[Any] = []
    digests: dict[str, str] = {}
    curves = read_published(protocol, root, findings, digests)
    assert not findings
    assert len(digests) == len(body["curves"])
    answers = pl.DataFrame({"subject": subjects["subject"], "value": yes or [True] * subjects.height})
    facts = {
        "os": FactColumn("os", "Overall survival", "time-to", (), os),
        "responded": FactColumn("responded", "Response", "yes-no", (), answers),
    }
    everybody = {"enrolled": tuple(subjects["subject"].to_list())}
    others = {table: pl.DataFrame(schema=columns) for table, columns in CLEAN.items() if table != "subjects"}
    cohort = Cohort(name="trial", label="Trial", subjects=subjects, findings=(), **others)
    return published(protocol, curves, Analysis(protocol, subjects, facts, everybody, cohort))


@pytest.mark.shared
def test_the_maic_set(data: Path) -> None:
    trial, times = rows(data / "maic" / "adsl.csv"), rows(data / "maic" / "adtte.csv")
    answers = {r["USUBJID"]: r["AVAL"] == "1" for r in rows(data / "maic" / "adrs.csv")}
    subjects = pl.DataFrame(
        {
            "subject": [r["USUBJID"] for r in trial],
            "at": ["adsl.csv"] * 500,
            "age": [float(r["AGE"]) for r in trial],
            "sex": [r["SEX"] for r in trial],
            "smoke": [r["SMOKE"] for r in trial],
            "ecog": [r["ECOG0"] for r in trial],
        }
    )
    os = pl.DataFrame(
        {
            "subject": [r["USUBJID"] for r in times],
            "days": [float(r["AVAL"]) for r in times],
            "event": [r["EVNT"] == "1" for r in times],
        }
    )
    body = {
        "label": "Other",
        "source": "the vignette of the R package MAIC",
        "n": 300,
        "population": "enrolled",
        "covariates": {
            "age": {"mean": 50 + 19 / 300, "sd": 3.23535892601672},
            "sex": {"shares": {"Male": 0.49}},
            "smoke": {"shares": {"1": 58 / 300}},
            "ecog": {"shares": {"1": 0.35}},
        },
        "gates": {"min_effective": 100},
        "rates": {"orr": {"events": 120, "n": 300}},
        "curves": {"os": {"patients": "maic/psuedo_IPD.csv", "unit": "days"}},
    }
    found = {e.id: e for e in compared(body, data, subjects, os, [answers[s] for s in subjects["subject"]]).estimates}
    assert found["maic.effective_n|other/maic"].value == pytest.approx(157.0712, abs=5e-5)
    assert found["maic.largest|other/maic"].value == pytest.approx(6.305614, abs=2e-5)
    crude, weighted = found["os.hazard_ratio|other/unweighted"], found["os.hazard_ratio|other/maic"]
    assert crude.value == pytest.approx(0.3748981, abs=5e-8)
    assert weighted.value == pytest.approx(0.2864753, abs=2e-7)
    assert weighted.std_error == pytest.approx(0.1652804, abs=1e-7)
    assert (weighted.low, weighted.high) == pytest.approx((0.2072051, 0.3960718), abs=5e-7)
    # the vignette's odds ratio of a response, 120 of 300 published
    assert found["orr.odds_ratio|other/maic"].value == pytest.approx(3.786515, abs=5e-6)
    assert found["gate.effective|other/maic"].method.endswith("passed")


@pytest.mark.shared
def test_the_bonner_arms(data: Path) -> None:
    at_risk = {"radiation": [213, 122, 80, 51, 30, 10], "combination": [211, 143, 101, 66, 35, 9]}

    def arm(name: str) -> dict[str, Any]:
        table = {"times": [0, 10, 20, 30, 40, 50], "patients": at_risk[name]}
        curve = {"clicks": f"bonner_{name}_clicks.csv", "scale": "percent", "unit": "months", "at_risk": table}
        return {
            "label": name,
            "source": "Bonner 2006",
            "n": table["patients"][0],  # type: ignore[index]
            "population": "enrolled",
            "curves": {"os": curve},
        }

    both = Protocol.model_validate(BODY | {"published": {a: arm(a) for a in at_risk}})
    findings: list[Any] = []
    curves = read_published(both, data, findings, {})
    assert not findings
    read = {a: patients(both.published[a].curves["os"], curves[a]["os"]) for a in at_risk}
    assert [int(read[a].event.sum()) for a in at_risk] == [134, 110]
    names = [str(i) for i in range(211)]
    subjects = pl.DataFrame({"subject": names, "at": [""] * 211})
    one = read["combination"]
    os = pl.DataFrame({"subject": names, "days": one.days, "event": one.event})
    found = {e.id: e for e in compared(arm("radiation"), data, subjects, os).estimates}
    ratio = found["os.hazard_ratio|other/unweighted"]
    assert ratio.value == pytest.approx(0.7169, abs=5e-5)
    assert not ratio.subjects or set(ratio.subjects) <= set(names)


def base(ages: list[float | None]) -> Baseline:
    covariates = {"age": Protocol.model_validate(BODY).covariates["age"]}
    names = [f"p{i}" for i in range(len(ages))]
    frame = pl.DataFrame({"subject": names, "at": [""] * len(ages), "age": ages}, schema_overrides={"age": pl.Float64})
    return Baseline("trial", covariates, frame)


def settings(**age: float) -> Published:
    body = {"label": "L", "source": "S", "n": 9, "population": "enrolled", "rates": {"orr": {"rate": 0.5}}}
    return Published.model_validate(body | {"covariates": {"age": age}, "gates": {"min_share": 0.9}})


def test_weights_on_paper() -> None:
    # exp(a x) on 0, 1, 2 has mean 10/7 when exp a = 2: shares 1/7, 2/7, 4/7, effective number 49/21
    made = published_weights("c", settings(mean=10 / 7), base([0.0, 1.0, 2.0, None]))
    assert made.fit is not None
    assert made.incomplete == ("p3",)
    np.testing.assert_allclose(made.fit.rescaled, [3 / 7, 6 / 7, 12 / 7], rtol=1e-7)
    assert made.fit.effective_sample_size == pytest.approx(49 / 21)
    (gate,) = made.gates
    assert gate.value == pytest.approx(49 / 21 / 4)
    assert not gate.passed
    assert "GATE FAILED" in made.failed[0]


def test_a_median_is_half_of_the_weight() -> None:
    made = published_weights("c", settings(median=1.5), base([0.0, 1.0, 2.0, 3.0, 4.0]))
    assert made.fit is not None
    (target,) = made.targets
    assert target.trial == pytest.approx(0.4)
    assert target.weighted == pytest.approx(0.5)
    np.testing.assert_allclose(made.fit.rescaled, [1.25, 1.25, *[2.5 / 3] * 3], rtol=1e-7)


@pytest.mark.parametrize(
    ("ages", "says"), [([50.0, 60.0], '"Age" a mean of 70'), ([50.0], "1 patients"), ([], "0 patients")]
)
def test_no_weights_are_said(ages: list[float | None], says: str) -> None:
    made = published_weights("c", settings(mean=70), base(ages))
    assert made.fit is None
    assert says in made.refused
    assert all(not g.passed and g.value is None for g in made.gates)
    assert all(t.weighted is None for t in made.targets)


def test_the_wall() -> None:
    outcomes = pl.DataFrame({"subject": ["a"], "at": [""], "age": [1.0], "death": [1]})
    with pytest.raises(TypeError, match="no outcome"):
        published_weights("c", settings(mean=1), outcomes)  # type: ignore[arg-type]
