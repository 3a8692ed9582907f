"""Borrowing in a trial folder: priors and probabilities by other formulas, the drift scan, and mistakes as findings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import onearm as oa
from onearm.io.load import check
from onearm.results import Results

HEAD = """\
borrowing:
  lent:
    label: Borrowed from the literature
    endpoint: orr
    population: treated
    historical: [{events: 30, n: 100, source: Author A}]
    better: higher
    success: 0.9
    treated: [1, 1]
"""
POWER = HEAD + (
    "    method: power-prior\n    a0: 0.5\n    initial: [1, 1]\n    against: 0.5\n"
    "    drift: {true: [0.2, 0.3, 0.5], effect: 0.4}\n"
)
ROBUST = HEAD + (
    "    method: robust-map\n    weight: 0.2\n    vague: [1, 1]\n    mu_prior: [0, 2]\n    tau_prior: 0.5\n"
)
SPIKE = HEAD + "    method: commensurate\n    mu_prior: [0, 10]\n    spike_slab: [0.5, 200, 0.1, 2]\n"


def run(folder: Path, block: str) -> Results:
    path = folder / "protocol.yaml"
    path.write_text(path.read_text() + block)
    return oa.run(oa.load(folder))


def test_a_fixed_power_prior_by_beta_formulas(small: Path) -> None:
    results = run(small, POWER)
    control, treated = stats.beta(1 + 15, 1 + 35), stats.beta(1 + 5, 1 + 2)
    found = results["orr.borrowed_control|lent"]
    assert (found.value, found.low, found.high) == pytest.approx((control.mean(), *control.ppf([0.025, 0.975])))
    assert found.n == 100
    assert found.subjects == ()
    assert results["orr.borrowed_treated|lent"].value == pytest.approx(6 / 9)
    x = np.linspace(0, 1, 200_001)
    above = np.trapezoid(treated.pdf(x) * control.cdf(x), x)
    assert results["orr.borrowed_probability|lent"].value == pytest.approx(above, abs=1e-8)
    assert results["orr.borrowed_against|lent"].value == pytest.approx(treated.sf(0.5))
    assert results["orr.borrowed_prior_size_elir|lent"].value == pytest.approx(52)
    assert results["orr.borrowed_prior_size_moment|lent"].value == pytest.approx(52)
    notes = results["orr.borrowed_probability|lent"].notes
    assert any(n.startswith("question:") for n in notes)
    assert any("Author A" in n for n in notes)


def test_the_drift_scan_by_counting(small: Path) -> None:
    results = run(small, POWER)
    control = stats.beta(16, 36)
    x = np.linspace(0, 1, 20_001)
    chance = [np.trapezoid(stats.beta(1 + y, 8 - y).pdf(x) * control.cdf(x), x) for y in range(8)]
    success = np.array(chance) > 0.9
    for true in (0.2, 0.3, 0.5):
        mass = stats.binom(7, true).pmf(np.arange(8))
        assert results[f"orr.borrowed_type_one_error@{true:g}|lent"].value == pytest.approx(mass @ success)
        more = stats.binom(7, true + 0.4).pmf(np.arange(8))
        assert results[f"orr.borrowed_power@{true:g}|lent"].value == pytest.approx(more @ success)


def test_the_tipping_point_is_where_the_probability_meets_the_threshold(small: Path) -> None:
    found = run(small, POWER)["orr.borrowed_tipping|lent"]
    assert found.value is not None
    control = stats.beta(1 + 30 * found.value, 1 + 70 * found.value)
    x = np.linspace(0, 1, 200_001)
    assert np.trapezoid(stats.beta(6, 3).pdf(x) * control.cdf(x), x) == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize("block", [ROBUST, SPIKE, POWER.replace("a0: 0.5", "a0_prior: [1, 1]")])
def test_every_method_gives_its_numbers(small: Path, block: str) -> None:
    results = run(small, block)
    chance = results["orr.borrowed_probability|lent"].value
    assert chance is not None
    assert 0.5 < chance < 1
    middle = results["orr.borrowed_control|lent"].value
    assert middle is not None
    assert 0.25 < middle < 0.45
    if "commensurate" in block:
        assert "no mixture" in (results["orr.borrowed_prior_size_elir|lent"].error or "")
    else:
        size = results["orr.borrowed_prior_size_moment|lent"].value
        assert size is not None
        assert 0 < size < 102


def test_aligned_patients_of_a_comparison_are_counted(small: Path) -> None:
    block = POWER.replace("{events: 30, n: 100, source: Author A}", "{comparison: main}").replace("a0: 0.5", "a0: 1")
    results = run(small, block)
    # of 16 external patients with age and sex, every third does not respond: 5 NR, 11 CR
    control = results["orr.borrowed_control|lent"]
    assert control.n == 16
    assert control.value == pytest.approx(12 / 18)
    assert any("neither matched nor weighted" in n for n in control.notes)


def test_a_rate_of_events_by_gamma_formulas(small: Path) -> None:
    block = (
        POWER.replace("endpoint: orr", "endpoint: os")
        .replace("n: 100", "exposure_months: 600")
        .replace("treated: [1, 1]", "treated: [0.5, 10]")
        .replace("better: higher", "better: lower")
        .replace("initial: [1, 1]", "initial: [0.5, 10]")
        .replace("against: 0.5", "against: 0.05")
    )
    block = block[: block.index("    drift")]
    results = run(small, block)
    control = stats.gamma(0.5 + 15, scale=1 / (10 + 300))
    found = results["os.borrowed_control|lent"]
    wanted = [100 * control.mean(), *(100 * control.ppf([0.025, 0.975]))]
    assert [found.value, found.low, found.high] == pytest.approx(wanted)
    assert found.unit == "events in 100 months"
    treated = results["os.borrowed_treated|lent"]
    chance = results["os.borrowed_probability|lent"].value
    assert chance is not None
    months = 350 / treated.value - 10  # type: ignore[operator]
    after = stats.gamma(3.5, scale=1 / (10 + months))
    x = np.linspace(0, 1, 400_001)
    assert chance == pytest.approx(np.trapezoid(control.pdf(x) * after.cdf(x), x), abs=1e-7)
    assert results["os.borrowed_against|lent"].value == pytest.approx(after.cdf(0.05))


def test_a_robust_prior_is_a_mixture(small: Path) -> None:
    # P(treated > U) for a uniform U is the mean of the treated, 6/9
    path = small / "protocol.yaml"
    before = path.read_text()
    chance = {}
    for weight in ("0", "0.2", "1"):
        path.write_text(before)
        results = run(small, ROBUST.replace("weight: 0.2", f"weight: {weight}"))
        chance[weight] = results["orr.borrowed_probability|lent"].value or 0.0
    assert chance["1"] == pytest.approx(6 / 9)
    assert chance["0.2"] == pytest.approx(0.8 * chance["0"] + 0.2 * 6 / 9)
    assert chance["0"] > chance["0.2"] > chance["1"]


BAD = [
    ("endpoint", "endpoint: orr", "endpoint: or", "P110", "borrowing.lent.endpoint"),
    ("population", "population: treated", "population: treatd", "P110", "borrowing.lent.population"),
    ("later", "population: treated", "population: evaluable", "P115", "borrowing.lent.population"),
    ("exposure", "n: 100", "exposure_months: 100", "P111", "borrowing.lent.historical.0"),
    ("events", "events: 30", "events: 130", "P114", "borrowing.lent.historical.0"),
    ("no source", ", source: Author A", "", "P114", "borrowing.lent.historical.0"),
    ("two discounts", "a0: 0.5", "a0: 0.5\n    a0_prior: [1, 1]", "P114", "borrowing.lent"),
    ("no discount", "    a0: 0.5\n", "", "P114", "borrowing.lent"),
    ("other method's", "a0: 0.5", "a0: 0.5\n    weight: 0.2", "P114", "borrowing.lent"),
    ("discount", "a0: 0.5", "a0: 1.5", "P114", "borrowing.lent.a0"),
    ("method", "power-prior", "power-pror", "P112", "borrowing.lent.method"),
    ("comparison", "{events: 30, n: 100, source: Author A}", "{comparison: man}", "P110", "historical.0.comparison"),
    ("percent", "against: 0.5", "against: 50", "P111", "borrowing.lent.against"),
    ("name", "  lent:", "  main:", "P111", "borrowing.main"),
]


@pytest.mark.parametrize(("old", "new", "code", "where"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_mistakes_are_findings(small: Path, old: str, new: str, code: str, where: str) -> None:
    assert old in POWER
    path = small / "protocol.yaml"
    path.write_text(path.read_text() + POWER.replace(old, new))
    found = check(small).findings
    assert any(f.code == code and where in f.where for f in found), found


def test_a_prior_that_cannot_be_made_says_why(small: Path) -> None:
    block = SPIKE.replace("[0.5, 200, 0.1, 2]", "[0.5, 200, 2, 0.1]")
    found = run(small, block)["orr.borrowed_probability|lent"]
    assert found.value is None
    assert found.error


@pytest.mark.parametrize("block", [POWER, ROBUST, SPIKE])
def test_nobody_treated_gives_the_prior_and_no_nan(small: Path, block: str) -> None:
    for path in (small / "data").glob("*.csv"):
        header, *lines = path.read_text().splitlines()
        path.write_text("\n".join([header, *(row for row in lines if row.startswith("S08"))]) + "\n")
    results = run(small, block)
    assert results["orr.borrowed_treated|lent"].value == pytest.approx(0.5)
    mine = [e for e in results if e.context == "borrowing"]
    assert not any(v is not None and np.isnan(v) for e in mine for v in (e.value, e.low, e.high))
    assert all(e.value is not None or e.error for e in mine)
