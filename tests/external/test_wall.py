"""The wall between the design of a comparison and outcomes: what types refuse, and what is imported."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import onearm
from onearm.cohort.baseline import Baseline
from onearm.external.align import align
from onearm.external.blind import blind
from onearm.external.design import design
from onearm.protocol.comparison import Comparison
from onearm.protocol.trial import Covariate

SOURCE = Path(onearm.__file__).parent
AGE = Covariate(label="Age", unit="years", range=(0, 120))


def side(name: str, n: int = 20) -> Baseline:
    rng = np.random.default_rng(len(name))
    rows = {"subject": [f"{name}{i}" for i in range(n)], "at": [f"{name}:{i}" for i in range(n)]}
    return Baseline(name, {"age": AGE}, pl.DataFrame(rows | {"age": rng.normal(50, 9, n)}))


def settings() -> Comparison:
    body = {"with": "x", "population": "all", "estimand": "ATT", "covariates": ["age"], "endpoints": ["os"]}
    return Comparison.model_validate(body)


# --- types ---------------------------------------------------------------------------------------

OUTCOMES = ("os", "event", "status", "time", "death", "relapse", "response", "last_contact", "mrd", "anything_else")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_outcome_fits_into_a_baseline(outcome: str) -> None:
    frame = side("trial").frame.with_columns(pl.lit(1.0).alias(outcome))
    with pytest.raises(TypeError, match="holds its covariates and nothing else"):
        Baseline("trial", {"age": AGE}, frame)


@pytest.mark.parametrize("outcome", OUTCOMES[:-1])
def test_an_outcome_called_a_covariate_is_refused_too(outcome: str) -> None:
    frame = side("trial").frame.with_columns(pl.lit(1.0).alias(outcome))
    with pytest.raises(TypeError, match="no outcome and no time"):
        Baseline("trial", {"age": AGE, outcome: AGE}, frame)


@pytest.mark.parametrize("position", [0, 1])
def test_design_and_blind_take_nothing_but_baselines(position: int) -> None:
    with_outcome = side("trial").frame.with_columns(pl.lit(1.0).alias("os"))
    sides: list[Any] = [side("trial"), side("external")]
    sides[position] = with_outcome
    with pytest.raises(TypeError, match="takes a Baseline"):
        design(settings(), *sides)
    with pytest.raises(TypeError, match="takes a Baseline"):
        blind("x", settings(), *sides)


def test_align_takes_nothing_but_a_baseline() -> None:
    rows: Any = side("trial").frame.with_columns(pl.lit(1.0).alias("os"))
    with pytest.raises(TypeError, match="takes a Baseline, not DataFrame"):
        align(rows, [], ["age"])


SNIPPET = """\
import polars as pl
from onearm.cohort.baseline import Baseline
from onearm.cohort.tables import Cohort
from onearm.external.align import align
from onearm.external.blind import blind
from onearm.external.design import design
from onearm.protocol.comparison import Comparison


def _(c: Comparison, sound: Baseline, frame: pl.DataFrame, cohort: Cohort) -> None:
    design(c, sound, sound)
    design(c, frame, sound)
    design(c, sound, cohort)
    blind("x", c, frame, sound)
    blind("x", c, sound, cohort)
    align(frame, [], [])
    Baseline("x", {}, frame, os=frame)
    design(c, sound, sound, outcome=frame)
    sound.os
"""


@pytest.mark.slow
def test_an_outcome_is_an_error_for_mypy(tmp_path: Path) -> None:
    """Lines 12 to 19 each hand an outcome, or something that holds one, to the design step; line 11 does not."""
    (tmp_path / "asked.py").write_text(SNIPPET)
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--follow-imports=silent"]
    command += [f"--cache-dir={tmp_path / 'cache'}", str(tmp_path / "asked.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SOURCE.parents[1])
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert found == set(range(12, 20)), done.stdout + done.stderr


# --- imports -------------------------------------------------------------------------------------


def imported(path: Path) -> Iterator[str]:
    """Modules of onearm that a file imports anywhere in it, also inside functions; a package counts as its __init__."""
    package = "onearm." + ".".join(path.relative_to(SOURCE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                stem = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*stem, base]).rstrip(".")
            yield base
            yield from (f"{base}.{a.name}" for a in node.names)


def file_of(module: str) -> Path | None:
    place = SOURCE.joinpath(*module.split(".")[1:])
    one = place.with_suffix(".py")
    return one if one.is_file() else place / "__init__.py" if (place / "__init__.py").is_file() else None


def reached() -> dict[str, str]:
    """Every module that the design package reaches through itself and the cohort, and by which file."""
    seen: dict[str, str] = {}
    todo = sorted((SOURCE / "external").glob("*.py"))
    while todo:
        path = todo.pop()
        for module in imported(path):
            if module.startswith("onearm.") and module not in seen:
                seen[module] = str(path.relative_to(SOURCE))
                file = file_of(module)
                if file is not None and module.startswith(("onearm.external", "onearm.cohort")):
                    todo.append(file)
    return seen


ESTIMATORS = (
    "onearm.endpoints", "onearm.facts", "onearm.study", "onearm.tables", "onearm.figures", "onearm.report",
    "onearm.stats.survival", "onearm.stats.cox", "onearm.stats.competing", "onearm.stats.multistate",
    "onearm.stats.binomial", "onearm.stats.weighted_effects", "onearm.stats.weighted_risk", "onearm.stats.pipeline",
    "onearm.stats.standardise", "onearm.stats.aipw", "onearm.stats.parametric", "onearm.stats.intercurrent",
    "onearm.stats.resampling", "onearm.stats.benchmark", "onearm.stats.concordance", "onearm.stats.sensitivity",
)  # fmt: skip


def test_no_import_of_an_estimator_is_found_however_far_one_follows() -> None:
    seen = reached()
    assert {m: by for m, by in seen.items() if m.startswith(ESTIMATORS)} == {}
    private = {m for m in seen if m.startswith("onearm.stats._") and file_of(m)}
    assert not private, f"the design imports kernels by their private names: {private}"


def test_the_search_would_find_one() -> None:
    seen = reached()
    assert {"onearm.cohort.baseline", "onearm.stats.matching", "onearm.stats.weighting"} <= set(seen)
    found = set(imported(SOURCE / "study" / "comparison.py"))
    assert any(m.startswith(ESTIMATORS) for m in found)
