"""Rules whose numbers each fit the schema and make no rule together: a finding at the line, never a traceback."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from stopping import P, rule, write

from onearm.cli.main import main
from onearm.design.of_rule import design_of_rule
from onearm.io.load import check

SHORT = {"n_max": 10, "first_look": 2, "population": "treated"}
POSTERIOR = {**SHORT, "kind": "posterior", "fact": "vod", "stop_if": "rate-above", "limit": 0.2, "cutoff": 0.9,
             "prior": [0.4, 1.6]}  # fmt: skip
UNCERTAIN = {**{k: v for k, v in POSTERIOR.items() if k != "limit"}, "standard": [30, 70]}
IN_TIME = {"window": {"days": 60}, "pending": "exclude"}
PREDICTIVE = {**SHORT, **IN_TIME, "kind": "predictive", "fact": "responded", "limit": 0.2, "success": 0.9,
              "cutoff": 0.05, "prior": [0.2, 0.8]}  # fmt: skip
SAFETY = {**SHORT, "kind": "safety", "fact": "vod", "family": "beta-binomial", "limit": 0.2, "alpha": 0.1,
          "prior": [0.6, 2.4]}  # fmt: skip
POCOCK = {**{k: v for k, v in SAFETY.items() if k != "prior"}, "family": "pocock"}
COUNTS = {**SHORT, **IN_TIME, "kind": "counts", "fact": "responded", "stop_at_most": [0, 1], "every": 8, "source": "S"}
TIME = {**SHORT, "kind": "time-to-event", "fact": "os", "prior": [3, 10], "standard": [60, 295], "cutoff": 0.03}

UNMADE = [
    ({**POSTERIOR, "prior": [1e7, 1e7]}, "`prior` must have parameters between 0.001 and 1e+06", "prior"),
    ({**POSTERIOR, "prior": [1e-5, 1e-5]}, "`prior` must have parameters between", "prior"),
    ({**UNCERTAIN, "standard": [3e7, 7e7]}, "`standard` must have parameters between", "standard"),
    ({**UNCERTAIN, "standard": [0.01, 0.01]}, "`standard` must have parameters of at least 0.05", "standard"),
    ({**PREDICTIVE, "prior": [1e-9, 0.8]}, "`prior` is no Beta prior", "prior"),
    ({**SAFETY, "n_max": 2, "alpha": 0.001, "prior": [0.4, 1.6]}, "`alpha` = 0.001 is too small", "alpha"),
    ({**SAFETY, "alpha": 1e-12}, "`alpha` must lie between", "alpha"),
    ({**SAFETY, "n_max": 2000}, "`n_max` must end at 500 patients", "n_max"),
    ({**POCOCK, "n_max": 501}, "`n_max` must end at 500 patients", "n_max"),
    ({**TIME, "prior": [0.5, 1], "standard": [0.9, 10]}, "`means_months` must be given", "means_months"),
    ({**TIME, "means_months": [1e-9], "accrual_per_month": 2}, "`means_months` must", "means_months"),
    ({**TIME, "means_months": [1e12], "accrual_per_month": 2}, "`means_months` must", "means_months"),
    ({**TIME, "accrual_per_month": 1e12}, "`accrual_per_month` must lie between", "accrual_per_month"),
    ({**TIME, "margin_months": 1e12}, "`margin_months` must lie between", "margin_months"),
    ({**TIME, "n_max": 2000}, "`n_max` must lie between 1 and 1000", "n_max"),
]


def folder(tmp_path: Path, asked: dict) -> Path:
    lines = f"monitoring:\n  good: {json.dumps({**POSTERIOR, **IN_TIME})}\n  r: {json.dumps(asked)}\n"
    return write(tmp_path / "t", lines, [P(0), P(10)])


@pytest.mark.parametrize(("asked", "says", "key"), UNMADE)
def test_numbers_that_make_no_rule_are_found_at_the_rule(tmp_path: Path, asked: dict, says: str, key: str) -> None:
    there = folder(tmp_path, asked)
    line = 1 + (there / "protocol.yaml").read_text().splitlines().index(f"  r: {json.dumps(asked)}")
    checked = check(there)
    (found,) = (f for f in checked.findings if f.code.startswith("P"))
    assert (checked.trial, found.code, found.where) == (None, "P160", f"protocol.yaml:{line} monitoring.r")
    assert says in found.says
    assert re.fullmatch(rf"(change|give) `{key}`", found.next_step)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({**POSTERIOR, "rates": [0.1, 0.1000000001]}, "monitoring.r.rates"),
        ({**TIME, "means_months": [6, 6]}, "monitoring.r.means_months"),
        ({**COUNTS, "stop_at_least": [10**12, 10**30]}, "monitoring.r.stop_at_least.0"),
        ({**COUNTS, "stop_at_most": [2, 3]}, "monitoring.r"),
        ({**PREDICTIVE, "efficacy": 0.01}, "monitoring.r"),
    ],
)
def test_what_the_schema_refuses_has_its_place(tmp_path: Path, change: dict, place: str) -> None:
    found = check(folder(tmp_path, change)).findings
    assert {f.code for f in found} == {"P114"}
    assert found[0].where.endswith(f" {place}")


@pytest.mark.parametrize("command", ["check", "monitor", "run"])
def test_every_command_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, str(folder(tmp_path, {**SAFETY, "n_max": 2000}))]) == 1
    said = capsys.readouterr()
    assert "P160" in said.out + said.err


@pytest.mark.parametrize(
    "asked",
    [
        POSTERIOR, UNCERTAIN, PREDICTIVE, SAFETY, POCOCK, COUNTS, TIME, {**TIME, "accrual_per_month": 2},
        {**POSTERIOR, "n_max": 2000}, {**SAFETY, "n_max": 500},
        {**TIME, "n_max": 1000, "accrual_per_month": 1e9, "means_months": [1e-6, 1e9]},
    ],
)  # fmt: skip
def test_rules_that_can_be_made_are_clean(tmp_path: Path, asked: dict) -> None:
    checked = check(folder(tmp_path, asked))
    assert checked.trial is not None
    assert not [f for f in checked.findings if f.code.startswith("P")]


def test_doses_need_no_rule(tmp_path: Path) -> None:
    assert check(folder(tmp_path, {**SAFETY, "n_max": 2000}), rules=False).trial is not None


def test_the_limits_of_a_rule_are_met_exactly() -> None:
    """Priors at the ends that are allowed make rules: the finding is not wider than the kernel."""
    for prior in ((1e-3, 1e-3), (1e6, 1e6)):
        assert design_of_rule("r", rule(prior=prior)).boundary is not None
