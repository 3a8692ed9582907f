"""The package's own path from a file to a hazard ratio: a pool of a million, and one covariate changed for 48 + 500.

usage: python benchmarks/external_pool.py ROWS    a Parquet file; read, attrition, score, match, balance, hazard ratio
       python benchmarks/external_pool.py again   one covariate changed, 48 + 500, in one process

Prints seconds, by stage, as JSON; for the pool the peak memory of the process as well.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

TRIAL = 500
LEVELS = ("ph-positive", "low hypodiploid", "other")
NUMBERS = ("age", "white_cells", "platelets", "albumin")


def patients(rows: int, seed: int, shift: float, name: str) -> pl.DataFrame:
    """Covariates, follow-up in days and events; hazards rise with age and white cells, some values are missing."""
    rng = np.random.default_rng([40, rows, seed])
    age, log_cells = rng.normal(45 + shift, 15, rows), rng.normal(2 + shift / 20, 1, rows)
    days = rng.exponential(1200 * np.exp(-0.02 * (age - 45) - 0.2 * (log_cells - 2)))
    end = rng.uniform(300, 2500, rows)
    return pl.DataFrame(
        {
            "subject": [f"{name}{i:07d}" for i in range(rows)],
            "at": [f"{name}.parquet:{i + 1}" for i in range(rows)],
            "age": age,
            "white_cells": np.where(rng.random(rows) < 0.01, np.nan, log_cells),
            "platelets": rng.normal(100 + shift, 40, rows),
            "albumin": rng.normal(38, 5, rows),
            "sex": np.array(["female", "male"])[rng.integers(0, 2, rows)],
            "group": np.array(LEVELS)[rng.integers(0, 3, rows)],
            "day": np.ceil(np.minimum(days, end)),
            "died": days <= end,
        }
    ).with_columns(pl.col("white_cells").fill_nan(None))


def covariates() -> dict[str, Any]:
    """What the covariates mean."""
    from onearm.protocol.trial import Covariate

    numbers = {name: Covariate(label=name.replace("_", " "), unit="unit", range=(-1e6, 1e6)) for name in NUMBERS}
    return {
        **numbers,
        "sex": Covariate(label="Sex", levels=("female", "male")),
        "group": Covariate(label="Group", levels=LEVELS),
    }


def comparison(names: tuple[str, ...]) -> Any:
    """Nearest neighbours within 0.2 standard deviations, adults only."""
    from onearm.protocol.comparison import Comparison

    body = {"with": "pool", "population": "treated", "estimand": "ATT", "covariates": names, "endpoints": ["os"]}
    return Comparison.model_validate(body | {"eligibility": [{"column": "age", "at_least": 18}]})


def effect(plan: Any, ours: pl.DataFrame, theirs: pl.DataFrame) -> tuple[float, float]:
    """Hazard ratio of the matched pairs, pairs as clusters, and the share alive after two years in the trial."""
    from onearm.stats.cox import cox
    from onearm.stats.survival import kaplan_meier

    t, c = np.array(plan.pairs).T
    rows = (ours[plan_rows(ours, plan.trial, t)], theirs[plan_rows(theirs, plan.external, c)])
    days = [side["day"].to_numpy() for side in rows]
    died = [side["died"].to_numpy() for side in rows]
    curves = [kaplan_meier(d, e) for d, e in zip(days, died, strict=True)]
    group, pair = np.repeat([1.0, 0.0], t.size), np.tile(np.arange(t.size), 2)
    fit = cox(np.concatenate(days), np.concatenate(died), group, cluster=pair)
    return float(np.exp(fit.coef[0])), float(curves[0].at(730).survival[0])


def plan_rows(frame: pl.DataFrame, subjects: tuple[str, ...], chosen: np.ndarray) -> np.ndarray:
    """Rows of the chosen subjects in a frame."""
    named = pl.DataFrame({"subject": [subjects[i] for i in chosen.tolist()]})
    found = named.join(frame.select("subject").with_row_index("row"), on="subject", how="left", maintain_order="left")
    return found["row"].to_numpy()


def pool(rows: int) -> dict[str, Any]:
    """The whole path in a process of its own, from the file on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pool.parquet"
        patients(rows, 1, 0.0, "e").write_parquet(path)
        patients(TRIAL, 2, 5.0, "t").write_parquet(Path(folder) / "trial.parquet")
        command = [sys.executable, __file__, "path", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def path(folder: Path) -> dict[str, Any]:
    """Read, align, score, match, balance, digest; then outcomes."""
    start = time.perf_counter()
    stages: dict[str, float] = {}

    def stage(name: str) -> None:
        stages[name] = time.perf_counter() - start - sum(stages.values())

    from onearm.cohort.baseline import Baseline
    from onearm.external.align import align
    from onearm.external.design import design
    from onearm.external.diagnose import diagnose
    from onearm.external.document import baseline_digest

    stage("import")
    meaning = covariates()
    settings = comparison(tuple(meaning))
    seen = ["subject", "at", *meaning]
    files = {"trial": folder / "trial.parquet", "pool": folder / "pool.parquet"}
    sides = [Baseline(name, meaning, pl.read_parquet(file, columns=seen)) for name, file in files.items()]
    stage("read")
    us, them = (align(side, settings.eligibility, settings.covariates) for side in sides)
    stage("attrition")
    plan = design(settings, us.baseline, them.baseline)
    stage("score and match")
    found = diagnose("pool", settings, us.baseline, them.baseline, plan, len(us.incomplete))
    stage("balance and gates")
    for side in (us, them):
        baseline_digest(side.baseline)
    stage("digest")
    outcomes = [pl.read_parquet(file, columns=["subject", "day", "died"]) for file in files.values()]
    ratio, _ = effect(plan, *outcomes)
    stage("curves and hazard ratio")
    return {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time(),
        "stages": stages,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "pairs": len(plan.pairs),
        "gates": [g.passed for g in found.gates],
        "hazard_ratio": ratio,
    }


def again(repeats: int = 15) -> dict[str, Any]:
    """Seconds of match, balance, curves and hazard ratio, each time with another set of covariates."""
    from onearm.cohort.baseline import Baseline
    from onearm.external.align import align
    from onearm.external.design import design
    from onearm.external.diagnose import diagnose

    meaning = covariates()
    frames = [patients(48, 3, 5.0, "t"), patients(500, 4, 0.0, "e")]
    sides = [Baseline(name, meaning, f.drop("day", "died")) for name, f in zip(("t", "e"), frames, strict=True)]
    names, taken = tuple(meaning), []
    for k in range(repeats + 1):
        start = time.perf_counter()
        settings = comparison(tuple(n for n in names if n != names[1 + k % (len(names) - 1)]))
        us, them = (align(side, settings.eligibility, settings.covariates) for side in sides)
        plan = design(settings, us.baseline, them.baseline)
        diagnose("pool", settings, us.baseline, them.baseline, plan)
        effect(plan, *frames)
        taken.append(time.perf_counter() - start)
    return {"seconds": statistics.median(taken[1:]), "first": taken[0]}


if __name__ == "__main__":
    if sys.argv[1] == "path":
        print(json.dumps(path(Path(sys.argv[2]))))
    else:
        print(json.dumps(again() if sys.argv[1] == "again" else pool(int(sys.argv[1])), indent=1))
