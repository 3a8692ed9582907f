"""Bias, coverage and type I error of every method of comparison, where the truth is known.

    python benchmarks/simulate_external.py [--runs 1000] [--cells moderate:100 strong:300] [--processes 2]

48 trial patients stand against 100, 300 or 1000 external ones. Three covariates are normal, two are yes/no; all five
move the hazard and the chance of being in the trial, so that the true log odds of the score are linear in them.
Designs are those of `onearm.external.design`, effects those of `onearm.endpoints.weighted`: the code of a run. A design
is blind, so one serves both effects (hazard ratio 1 and 0.6).

The truth is the marginal hazard ratio in the population that an estimand names. It comes from a large sample in which
both outcomes of every patient are drawn; the hazard ratio given the covariates is larger in size (non-collapsible).
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.endpoints.arms import Arms
from onearm.endpoints.sample import Times
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import weighted_effects
from onearm.external.design import design, methods
from onearm.external.diagnose import diagnose
from onearm.protocol.comparison import Comparison
from onearm.protocol.endpoint import Survival
from onearm.protocol.trial import Covariate
from onearm.stats.cox import cox
from onearm.study.arms import arms

Floats = NDArray[np.float64]

TRIAL = 48
EXTERNAL = (100, 300, 1000)
EFFECTS = (1.0, 0.6)
CONFOUNDING = {"moderate": 1.0, "strong": 2.0}
SELECTION = np.array([0.30, 0.25, 0.20, 0.40, -0.35])
PROGNOSIS = np.array([0.40, 0.30, 0.20, 0.50, -0.40])
SHARES = np.array([0.4, 0.3])
RATE = math.log(2) / 9.0  # a median of 9 months where every covariate is 0
FOLLOW_UP = (12.0, 60.0)  # months from entry to the cutoff, uniform
BOOTSTRAPS = 200
"""Runs a cell in which the bootstrap is done: it costs most."""

_PLAIN: dict[str, dict[str, Any]] = {
    "nearest, caliper": {"estimand": "ATT", "method": "nearest"},
    "nearest, no caliper": {"estimand": "ATT", "method": "nearest", "caliper": "none"},
    "nearest, smallest first": {"estimand": "ATT", "method": "nearest", "order": "smallest"},
    "nearest, closest first": {"estimand": "ATT", "method": "nearest", "order": "closest"},
    "nearest, order of the data": {"estimand": "ATT", "method": "nearest", "order": "data"},
    "nearest, 2:1": {"estimand": "ATT", "method": "nearest", "ratio": 2},
    "nearest, with replacement": {"estimand": "ATT", "method": "nearest", "replace": True},
    "Mahalanobis in a caliper": {"estimand": "ATT", "method": "nearest", "distance": "mahalanobis"},
    "optimal pairs, caliper": {"estimand": "ATT", "method": "optimal"},
    "full": {"estimand": "ATT", "method": "full", "caliper": "none"},
    "subclasses": {"estimand": "ATT", "method": "subclasses"},
    "coarsened exact": {"estimand": "ATT", "method": "coarsened", "cutpoints": {"x1": 3, "x2": 3, "x3": 3}},
    "ATT weights": {"estimand": "ATT", "method": "weights"},
    "ATT weights, m-estimation": {"estimand": "ATT", "method": "weights", "variance": "m-estimation"},
    "ATT weights, Firth": {"estimand": "ATT", "method": "weights", "score": "firth"},
    "ATT weights, cut at 99%": {"estimand": "ATT", "method": "weights", "truncate": 0.99},
    "ATE weights": {"estimand": "ATE", "method": "weights"},
    "ATE weights, m-estimation": {"estimand": "ATE", "method": "weights", "variance": "m-estimation"},
    "overlap weights": {"estimand": "ATO", "method": "weights"},
    "overlap weights, m-estimation": {"estimand": "ATO", "method": "weights", "variance": "m-estimation"},
    "matching weights": {"estimand": "ATM", "method": "weights"},
    "matching weights, m-estimation": {"estimand": "ATM", "method": "weights", "variance": "m-estimation"},
    "entropy": {"estimand": "ATT", "method": "entropy"},
    "entropy, m-estimation": {"estimand": "ATT", "method": "entropy", "variance": "m-estimation"},
}
_BOOTSTRAPPED: dict[str, dict[str, Any]] = {
    "nearest, caliper, bootstrap": {"estimand": "ATT", "method": "nearest", "variance": "bootstrap", "replicates": 200},
    "ATT weights, bootstrap": {"estimand": "ATT", "method": "weights", "variance": "bootstrap", "replicates": 200},
    "overlap weights, bootstrap": {"estimand": "ATO", "method": "weights", "variance": "bootstrap", "replicates": 200},
    "entropy, bootstrap": {"estimand": "ATT", "method": "entropy", "variance": "bootstrap", "replicates": 200},
}
NAMES = {f"m{i}": name for i, name in enumerate([*_PLAIN, *_BOOTSTRAPPED])}
COVARIATES = {
    **{f"x{i}": Covariate(label=f"x{i}", unit="SD", range=(-20, 20)) for i in (1, 2, 3)},
    **{f"x{i}": Covariate(label=f"x{i}", levels=("no", "yes")) for i in (4, 5)},
}
PLAN = Comparison.model_validate(
    {
        "with": "pool",
        "population": "treated",
        "covariates": list(COVARIATES),
        "endpoints": ["os"],
        "estimand": "ATT",
        "methods": {key: (_PLAIN | _BOOTSTRAPPED)[name] for key, name in NAMES.items()},
    }
)
CLAUSE = Survival.model_validate({"estimator": "survival", "fact": "os", "population": "treated"})
WORDS = Words(name="os", label="os", population="", evidence="")


def covariates(rng: np.random.Generator, n: int, tilt: Floats) -> Floats:
    """Covariates (n, 5); ``tilt`` multiplies their density by exp(tilt' x): normals shift, odds are multiplied."""
    normal = rng.standard_normal((n, 3)) + tilt[:3]
    odds = SHARES / (1 - SHARES) * np.exp(tilt[3:])
    return np.column_stack([normal, rng.random((n, 2)) < odds / (1 + odds)]).astype(np.float64)


def outcomes(rng: np.random.Generator, x: Floats, treated: Floats, ratio: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Months and whether the event was seen: exponential given the covariates, censored at the cutoff."""
    hazard = RATE * np.exp(x @ PROGNOSIS + math.log(ratio) * treated)
    event = rng.exponential(1 / hazard)
    end = rng.uniform(*FOLLOW_UP, x.shape[0])
    return np.minimum(event, end), event <= end


def truth(strength: float, m: int, ratio: float, estimand: str, seed: int, size: int = 400_000) -> float:
    """The marginal log hazard ratio in the population of an estimand, from both outcomes of each of ``size``."""
    rng = np.random.default_rng([seed, 99])
    tilt = strength * SELECTION
    trial = int(size * TRIAL / (TRIAL + m))
    x = np.vstack([covariates(rng, trial, tilt), covariates(rng, size - trial, np.zeros(5))])
    odds = SHARES / (1 - SHARES)
    constant = float((tilt[:3] ** 2).sum() / 2 + np.log((1 - SHARES) + SHARES * np.exp(tilt[3:])).sum())
    assert np.all(odds > 0)
    logit = math.log(TRIAL / m) + x @ tilt - constant
    e = 1 / (1 + np.exp(-logit))
    weight = {"ATT": e, "ATE": np.ones(size), "ATO": e * (1 - e), "ATM": np.minimum(e, 1 - e)}[estimand]
    days, event = zip(*(outcomes(rng, x, np.full(size, z), ratio) for z in (1.0, 0.0)), strict=True)
    group = np.r_[np.ones(size), np.zeros(size)]
    fit = cox(
        np.concatenate(days), np.concatenate(event), group, weight=np.tile(weight / weight.mean(), 2), robust=True
    )
    return float(fit.coef[0])


def side(name: str, x: Floats) -> Baseline:
    """A baseline from covariates."""
    n = x.shape[0]
    words = np.array(["no", "yes"])
    frame = pl.DataFrame(
        {
            "subject": [f"{name}{i}" for i in range(n)],
            "at": [f"{name}.csv:{i + 2}" for i in range(n)],
            **{f"x{i}": x[:, i - 1] for i in (1, 2, 3)},
            **{f"x{i}": words[x[:, i - 1].astype(int)] for i in (4, 5)},
        }
    )
    return Baseline(name, COVARIATES, frame)


def one_run(strength: float, m: int, seed: int, run: int) -> Iterator[dict[str, Any]]:
    """Every method on one drawn trial and source, for both effects."""
    rng = np.random.default_rng([seed, int(10 * strength), m, run])
    xs = [covariates(rng, TRIAL, strength * SELECTION), covariates(rng, m, np.zeros(5))]
    ours, theirs = side("t", xs[0]), side("e", xs[1])
    drawn = {}
    x, z = np.vstack(xs), np.r_[np.ones(TRIAL), np.zeros(m)]
    for ratio in EFFECTS:
        months, event = outcomes(rng, x, z, ratio)
        drawn[ratio] = (Times(months[:TRIAL], event[:TRIAL], ours.subjects), months, event)
    for key, method in methods(PLAN).items():
        name = NAMES.get(key)
        if name is None or (name in _BOOTSTRAPPED and run >= BOOTSTRAPS):
            continue
        made = design(PLAN, ours, theirs, method, seed)
        gates = () if made.refused else diagnose(f"c/{key}", PLAN, ours, theirs, made).gates
        passed = bool(gates) and all(g.passed for g in gates)
        for ratio, (first, months, event) in drawn.items():
            row = {"method": name, "estimand": method.estimand, "ratio": ratio, "passed": passed}
            row |= {"kept": len(made.used_trial) / TRIAL, "refused": bool(made.refused), "value": None, "error": None}
            if not made.refused:
                second = Times(months[TRIAL:], event[TRIAL:], theirs.subjects)
                row |= effect(arms(made, "", seed + run), first, second)
            yield row
    for ratio, (_, months, event) in drawn.items():
        fit = cox(months, event, z)
        low, high = float(fit.low[0]), float(fit.high[0])
        row = {"method": "crude", "estimand": "ATT", "ratio": ratio, "passed": False, "kept": 1.0, "refused": False}
        yield row | {"value": float(fit.coef[0]), "error": float(fit.std_error[0]), "low": low, "high": high}


def effect(groups: Arms, first: Times, second: Times) -> dict[str, Any]:
    """The log hazard ratio, its standard error and limits; refused where there is none."""
    found = weighted_effects(groups.timed(first, second), CLAUSE, 0.95, WORDS, "").estimates[0]
    if found.value is None or found.low is None or found.high is None:
        return {"refused": True}
    return {
        "value": math.log(found.value),
        "error": found.std_error,
        "low": math.log(found.low),
        "high": math.log(found.high),
    }


def block(job: tuple[float, int, int, range]) -> list[dict[str, Any]]:
    """Several runs of one cell."""
    strength, m, seed, runs = job
    return [row for run in runs for row in one_run(strength, m, seed, run)]


def summary(rows: list[dict[str, Any]], confounding: str, m: int, seed: int) -> Iterator[dict[str, Any]]:
    """One line a method and effect."""
    groups: dict[tuple[str, str, float], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["method"], row["estimand"], row["ratio"]), []).append(row)
    known: dict[tuple[str, float], float] = {}
    for (name, estimand, ratio), mine in groups.items():
        if (estimand, ratio) not in known:
            known[estimand, ratio] = truth(CONFOUNDING[confounding], m, ratio, estimand, seed)
        true = known[estimand, ratio]
        good = [r for r in mine if r["value"] is not None and math.isfinite(r["error"] or math.nan)]
        if not good:
            continue
        value, error, low, high = (np.array([r[k] for r in good]) for k in ("value", "error", "low", "high"))
        covered = float(np.mean((low <= true) & (true <= high)))
        rejected = float(np.mean((low > 0) | (high < 0)))
        n = len(good)
        yield {
            "confounding": confounding,
            "external": m,
            "hazard_ratio": ratio,
            "method": name,
            "estimand": estimand,
            "true_log_hr": round(true, 4),
            "runs": n,
            "bias": round(float(value.mean()) - true, 4),
            "bias_mc_error": round(float(value.std(ddof=1)) / math.sqrt(n), 4),
            "sd": round(float(value.std(ddof=1)), 4),
            "mean_se": round(float(error.mean()), 4),
            "coverage": round(covered, 4),
            "coverage_mc_error": round(math.sqrt(covered * (1 - covered) / n), 4),
            "rejected": round(rejected, 4),
            "kept": round(float(np.mean([r["kept"] for r in mine])), 4),
            "refused": round(1 - n / len(mine), 4),
            "gates_passed": round(float(np.mean([r["passed"] for r in mine])), 4),
        }


def main() -> None:
    """Run the cells asked for; lines of other cells that stand in the file already stay."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    every = [f"{confounding}:{m}" for confounding in CONFOUNDING for m in EXTERNAL]
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--cells", nargs="*", default=every, choices=every, help="such as strong:300")
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    asked = parser.parse_args()
    path = asked.out / "external_simulation.csv"
    start = time.perf_counter()
    with ProcessPoolExecutor(asked.processes) as pool:
        for cell in asked.cells:
            confounding, m = cell.split(":")[0], int(cell.split(":")[1])
            blocks = (range(a, min(a + 20, asked.runs)) for a in range(0, asked.runs, 20))
            jobs = [(CONFOUNDING[confounding], m, asked.seed, runs) for runs in blocks]
            rows = [row for part in pool.map(block, jobs) for row in part]
            written(path, cell, list(summary(rows, confounding, m, asked.seed)), every)
            sys.stderr.write(f"{cell}: {time.perf_counter() - start:.0f} s\n")


def written(path: Path, cell: str, found: list[dict[str, Any]], every: list[str]) -> None:
    """Put the lines of one cell in the place of its earlier ones."""
    there: list[dict[str, Any]] = []
    if path.exists():
        with path.open(newline="") as file:
            there = [r for r in csv.DictReader(file) if f"{r['confounding']}:{r['external']}" != cell]
    lines = sorted([*there, *found], key=lambda r: every.index(f"{r['confounding']}:{r['external']}"))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main()
