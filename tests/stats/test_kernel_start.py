"""Summaries, tails of distributions, and what the statistics cost at start-up."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.special import chdtrc, ndtri

import onearm.stats
from onearm.stats._distributions import chi_square_tail, normal_quantile, two_sided_p
from onearm.stats._input import as_codes
from onearm.stats.describe import summary


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(m for m in sys.modules if '.' not in m or 'scipy.' in m))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_the_package_alone_loads_nothing() -> None:
    assert not {"numpy", "scipy"} & loaded_after("import onearm.stats")


def test_survival_cox_and_matching_load_numpy_only() -> None:
    run = (
        "from onearm.stats import kaplan_meier, log_rank, cox, nearest_pairs, logistic;"
        "km = kaplan_meier([1, 2, 3], [1, 1, 0]); km.quantile(); log_rank([1, 2], [1, 1], [1, 0]);"
        "cox.cox([1, 2, 3, 4], [1, 1, 1, 0], [1, 0, 1, 0]); nearest_pairs([1], [1]);"
        "logistic.logistic([1, 2, 1], [1, 0, 0])"
    )
    modules = loaded_after(run)
    assert "numpy" in modules
    assert not {m for m in modules if m.startswith("scipy") or m in ("pandas", "polars")}


def test_every_name_is_found() -> None:
    for name in onearm.stats.__all__:
        assert getattr(onearm.stats, name) is not None
        assert name in dir(onearm.stats)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = onearm.stats.nothing


@pytest.mark.parametrize("home", [onearm.stats.designs, onearm.stats.monitoring], ids=["designs", "monitoring"])
def test_designs_and_monitoring_name_a_kernel_once_for_each_reader(home: ModuleType) -> None:
    assert home.__file__ is not None
    code = ast.parse(Path(home.__file__).read_text(encoding="utf-8"))
    (readers,) = (part for part in code.body if isinstance(part, ast.If))
    seen = {a.name: part.module for part in readers.body if isinstance(part, ast.ImportFrom) for a in part.names}
    assert seen == home._HOMES
    assert sorted(home._HOMES) == sorted(home.__all__)
    assert set(home.__all__) <= set(dir(home))
    for name in home.__all__:
        assert getattr(home, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = home.nothing


def test_two_stages_and_exact_characteristics_load_numpy_only() -> None:
    run = (
        "from onearm.stats.designs import simon_two_stage, single_stage, two_stage_inference;"
        "from onearm.stats.monitoring import boundary, operating_characteristics;"
        "simon_two_stage(.1, .3, alpha=.05, beta=.2); single_stage(.1, .3, alpha=.05, beta=.2);"
        "operating_characteristics(boundary([10, 29], low=[1, 5], low_means='futility'), [.1, .3])"
    )
    assert not {m for m in loaded_after(run) if m.startswith("scipy")}
    assert "numpy" not in loaded_after("import onearm.stats.designs, onearm.stats.monitoring")


def test_chi_square_and_normal_tails() -> None:
    for df in (1, 2, 3, 4, 7, 10, 31):
        for x in (1e-6, 0.3, 1, 5.99, 40, 300):
            assert chi_square_tail(x, df) == pytest.approx(float(chdtrc(df, x)), rel=1e-12)
    assert chi_square_tail(0, 3) == 1
    assert np.isnan(chi_square_tail(1, 0))
    assert two_sided_p(1.959963984540054) == pytest.approx(0.05, rel=1e-14)
    for p in (1e-9, 0.025, 0.5, 0.9):
        assert normal_quantile(p) == pytest.approx(float(ndtri(p)), rel=1e-14, abs=1e-15)


def test_summary_as_r_gives_it() -> None:
    # R: x <- c(2, 3, 5, 7, 11, 13); quantile(x); sd(x)
    s = summary([13, 2, np.nan, 11, 3, 5, 7])
    assert (s.n, s.missing, s.min, s.max) == (6, 1, 2, 13)
    assert (s.q1, s.median, s.q3) == (3.5, 6, 10)
    assert s.mean == pytest.approx(41 / 6)
    assert s.sd == pytest.approx(4.400757510550504, rel=1e-14)
    assert "type 7" in s.quartile_rule


def test_summary_of_little() -> None:
    nothing = summary([None, np.nan])
    assert (nothing.n, nothing.missing, nothing.mean, nothing.sd, nothing.min) == (0, 2, None, None, None)
    assert summary([]).n == 0
    one = summary([4])
    assert (one.mean, one.sd, one.q1, one.q3) == (4, None, 4, 4)


@pytest.mark.parametrize(
    ("x", "word"), [([1, np.inf], "infinite"), ([[1, 2]], "one-dimensional"), (["a"], "x must hold numbers")]
)
def test_summary_refuses(x: object, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        summary(x)  # type: ignore[arg-type]


@pytest.mark.parametrize("odd", [-3.0, 0.5, np.inf, 2.0**60])
def test_labels_that_are_floats_are_coded_as_by_sorting(odd: float) -> None:
    x = np.random.default_rng(1).integers(-3, 20, 20_000).astype(float)
    x[7] = odd
    labels, codes = as_codes("group", x, x.size)
    wanted, place = np.unique(x, return_inverse=True)
    assert labels.tolist() == wanted.tolist()
    assert codes.tolist() == place.tolist()
