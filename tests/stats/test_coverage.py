"""The committed table of coverage and size: every kernel is in it, its sums are right, and a rerun agrees with it."""

from __future__ import annotations

import csv
from importlib import import_module
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onearm.stats import binomial
from onearm.stats._limits import INTERVALS
from onearm.stats.survival import kaplan_meier

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE = ROOT / "docs" / "evidence"
SIZES = {"20", "48", "100"}
TESTS = {
    "log_rank": {"log-rank", "gehan", "tarone-ware", "prentice", "FH(1,0)", "FH(0,1)", "FH(1,1)", "weighted"},
    "max_combo": {"four members"},
    "rmst_difference": {"difference, default tau", "ratio, default tau", "weighted, tau 0.6"},
    "milestone_difference": {"plain, S = 0.5", "cloglog, S = 0.5"},
    "cox": {"wald", "score", "likelihood ratio"},
    "firth_cox": {"profile"},
    "gray_test": {"rho 0"},
    "one_sample_log_rank": {f"{rule}, {s}" for rule in ("expected", "mean", "exact") for s in ("two-sided", "less")},
    "paired_log_rank": {"stratified", "sign", "sign, exact", "prentice-wilcoxon"},
    "proportional_hazards_test": {"km, score"},
    "mantel_byar": {"chi-square"},
    "naive_ever_never": {"biased: shown as a warning"},
    "landmark": {"log-rank from 0.3"},
    "exact_test": {"two-sided"},
    "fisher_exact": {"two-sided"},
}
COVERED = {
    "kaplan_meier": {*INTERVALS, "log-log, jackknife"},
    "beta_product": {"beta-product", "beta-product mid-p", "beta-product, exact"},
    "reverse_kaplan_meier": set(INTERVALS),
    "nelson_aalen": {"log", "plain"},
    "fleming_harrington": {"log-log"},
    "proportion_interval": set(binomial.METHODS),
    "difference_interval": {"newcombe", "miettinen-nurminen", "mee", "wald"},
    "cumulative_incidence": {f"{i}, aalen" for i in INTERVALS} | {"log-log, infinitesimal-jackknife"},
    "probability_in_response": {"log-log, greenwood", "plain, greenwood"},
    "cox": {"wald", "robust, pairs", "weighted, robust"},
    "firth_cox": {"profile", "wald"},
    "fine_gray": {"crr"},
    "concordance": {"harrell", "uno"},
    "bootstrap_survival": {"percentile", "bca", "basic", "normal"},
    "parametric weibull": {"carried over", "log"},
    "piecewise_exponential": {"log-log", "log"},
    "clone_censor_weight": {"robust", "bootstrap of 100"},
    "time_dependent_cox": {"wald"},
    "standardized_mortality_ratio": {"exact", "mid-p"},
}


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    with (EVIDENCE / "coverage.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of the simulation."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: import_module(f"benchmarks.coverage_{name}")


@pytest.mark.parametrize(("measure", "kernels"), [("size", TESTS), ("coverage", COVERED)])
def test_every_kernel_is_in_the_table(table: list[dict[str, str]], measure: str, kernels: Any) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for row in table:
        if row["measure"] == measure:
            found.setdefault((row["kernel"], row["option"]), set()).add(row["n"])
    missing = {(k, o) for k, options in kernels.items() for o in options} - set(found)
    assert not missing
    few = {key for key, sizes in found.items() if sizes != SIZES}
    allowed = {"bootstrap_cox", "clone_censor_weight", "beta_product"}  # slow at some sizes
    assert {kernel for kernel, _ in few} <= allowed


def test_parts_of_a_row_add_up(table: list[dict[str, str]]) -> None:
    for row in table:
        value, count = float(row["value"] or "nan"), int(row["replicates"])
        if row["measure"] == "coverage":
            misses = float(row["above"]) + float(row["below"])
            assert value + misses <= 1 + 1e-5
            assert value + misses + float(row["not_estimable"]) >= 1 - 1e-5
        if row["measure"] != "bias" and count:
            assert float(row["mc_error"]) == pytest.approx(sqrt(value * (1 - value) / count), rel=1e-3, abs=1e-6)


def test_what_the_page_says_of_the_default(table: list[dict[str, str]]) -> None:
    """Its first two findings, from the table."""
    early = ("S = 0.9", "S = 0.7", "S = 0.5")

    def shares(option: str, n: str, quantities: Any = early) -> list[float]:
        rows = [r for r in table if (r["family"], r["option"], r["n"]) == ("curve", option, n)]
        kernel = "beta_product" if option.startswith("beta") else "kaplan_meier"
        return [100 * float(r["value"]) for r in rows if r["kernel"] == kernel and r["quantity"] in quantities]

    default = shares("log-log", "48")
    assert len(default) == 15
    assert (round(min(default), 1), round(max(default), 1)) == (94.3, 95.7)
    assert max(shares("log-log", "20", early[:1])) < 83.5
    assert round(min(shares("plain", "48") + shares("log", "48")), 1) == 85.8
    assert min(v for n in SIZES for v in shares("beta-product", n, (*early, "S = 0.3"))) > 95


def test_the_page_is_that_of_the_table(table: list[dict[str, str]], part: Any, tmp_path: Path) -> None:
    page = (EVIDENCE / "coverage.md").read_text(encoding="utf-8")
    count = max(int(row["replicates"]) for row in table)
    (tmp_path / "evidence").mkdir()
    part("report").write_report(table, tmp_path / "evidence", count, 1)
    assert (tmp_path / "evidence" / "coverage.md").read_text(encoding="utf-8") == page
    assert (tmp_path / "evidence" / "coverage.csv").read_bytes() == (EVIDENCE / "coverage.csv").read_bytes()
    assert "<svg" in (tmp_path / "images" / "coverage.svg").read_text(encoding="utf-8")


def test_coverage_without_censoring_is_that_of_the_binomial(part: Any) -> None:
    """The counting of the simulation, on a case known exactly: no censoring, n = 20, log-log limits at S = 0.5."""
    cells, designs = part("cells"), part("designs")
    n, t = 20, float(np.log(2))

    def once(rng: Any, n: int, setting: Any) -> Any:
        at = kaplan_meier(rng.exponential(size=n), np.ones(n)).at(t)
        yield cells.coverage("kaplan_meier", "log-log", "S = 0.5", 0.5, (at.low[0], at.high[0]))

    chance = part("binomial").chances(n, [0.5])[:, 0]
    held = np.zeros(n + 1)
    for alive in range(1, n):
        at = kaplan_meier([0.1] * (n - alive) + [1.0] * alive, np.ones(n)).at(t)
        held[alive] = at.low[0] <= 0.5 <= at.high[0]
    exact = float(chance @ held)
    (row,) = cells.run_cell(cells.Family("check", "", once), designs.Setting("light"), n, 1500, 3)
    assert row.mc_error == pytest.approx(sqrt(row.value * (1 - row.value) / 1500))
    assert abs(row.value - exact) < 4 * sqrt(exact * (1 - exact) / 1500)


def test_designs_are_what_they_say(part: Any) -> None:
    designs = part("designs")
    rng = np.random.default_rng(4)
    for censoring, share in (("light", 0.2), ("heavy", 0.6), ("losses", 0.6)):
        _, event = designs.Setting(censoring).arm(rng, 200_000)
        assert abs(1 - event.mean() - share) < 0.01
    late = designs.Setting("light", "delayed, plateau")
    death = late.times(rng, 200_000)
    for level in (0.9, 0.5, 0.3):
        t = late.time_at(level)
        assert late.survival(t) == pytest.approx(level)
        assert abs((death > t).mean() - level) < 0.006
    censored = designs.Setting("losses").follow_up(rng, 200_000)
    assert np.median(censored) == pytest.approx(designs.Setting("losses").median_follow_up(), rel=0.02)


def test_same_seed_same_rows_and_cells_do_not_depend_on_each_other(part: Any) -> None:
    cells, families = part("cells"), {f.name: f for f in part("families").FAMILIES}
    known = families["known"]
    first, again, other = (
        [row.cells() for row in cells.run_cell(known, known.settings[0], 20, 5, seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_combined_decision_is_that_of_max_combo(part: Any) -> None:
    """The bounds that spare most calls of max_combo leave its decision as it is."""
    from onearm.stats.survival import log_rank, max_combo

    two, designs = part("two_arms"), part("designs")
    rng = np.random.default_rng(8)
    setting = designs.Setting("light", hazard_ratio=0.55)  # so that both decisions are seen
    decisions = []
    for _ in range(40):
        data = setting.two_arms(rng, 30)
        smallest = min(log_rank(*data, rho=r, gamma=g).p_value for r, g in two.HARRINGTON.values())
        decisions.append((two.combined(data, smallest) <= 0.05, max_combo(*data).p_value <= 0.05))
    assert all(a == b for a, b in decisions)
    assert {a for a, _ in decisions} == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "setting", "n", "replicates"),
    [
        ("curve", "light", 48, 500),
        ("curve", "losses", 20, 500),
        ("known", "heavy", 48, 1500),
        ("tests", "light", 20, 600),
        ("pairs", "light", 48, 400),
        ("weights", "heavy", 100, 400),
        ("causes", "light", 48, 400),
        ("switch", "light", 48, 500),
    ],
)
def test_a_rerun_agrees_with_the_table(
    table: list[dict[str, str]], part: Any, family: str, setting: str, n: int, replicates: int
) -> None:
    """With fewer data sets and another seed, within five Monte Carlo standard errors of the difference."""
    chosen = {f.name: f for f in part("families").FAMILIES}[family]
    where = {s.name: s for s in chosen.settings}[setting]
    key = ("family", "setting", "n", "kernel", "option", "quantity", "measure")
    committed = {tuple(row[k] for k in key): row for row in table}
    rows = part("cells").run_cell(chosen, where, n, replicates / chosen.share, 99)
    assert rows
    for row in (r.cells() for r in rows):
        old = committed[tuple(row[k] for k in key)]
        if not old["value"]:  # never estimable
            assert not row["value"] or float(row["not_estimable"]) > 0.95
            continue
        if row["measure"] == "bias":
            error = sqrt(float(row["mc_error"]) ** 2 + float(old["mc_error"]) ** 2)
        else:
            p = (float(row["value"]) * replicates + float(old["value"]) * int(old["replicates"])) / (
                replicates + int(old["replicates"])
            )
            error = sqrt(max(p * (1 - p), 0.25 / replicates) * (1 / replicates + 1 / int(old["replicates"])))
        assert abs(float(row["value"]) - float(old["value"])) < 5 * error, row
