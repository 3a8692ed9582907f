"""Coordinates, caliper widths and pairs, against R's MatchIt (tests/r/matching.R), formulas and paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.matching import (
    caliper_width,
    mahalanobis,
    nearest_pairs,
    robust_mahalanobis,
    scaled_euclidean,
)


def draw(k: int, n1: int, n0: int) -> tuple[Any, Any, Any]:
    """The numbers of the R script: fractional parts of multiples of irrational numbers."""
    i = np.arange(1, n1 + n0 + 1) + 1000 * k
    z = (np.arange(n1 + n0) < n1).astype(float)

    def wave(a: float) -> Any:
        return (i * a) % 1

    x = np.column_stack([wave(2**0.5) * 9 + z, wave(3**0.5) + wave(2**0.5), np.exp(2 * wave(5**0.5))])
    return x[:n1], x[n1:], np.sqrt(i) * 100 % 1 + 0.3 * z


@pytest.mark.parametrize("way", ["mahalanobis", "euclidean", "robust"])
def test_distances_of_matchit(way: str, r_values: Any) -> None:
    a, b, _ = draw(9, 6, 8)
    ours = {"mahalanobis": mahalanobis, "euclidean": scaled_euclidean, "robust": robust_mahalanobis}[way](a, b)
    np.testing.assert_allclose(ours.matrix().ravel(), r_values("matching")["distances"][way], rtol=1e-9)
    assert (ours.rank, ours.message) == (3, "")


@pytest.mark.parametrize("size", ["pairs_20_60", "pairs_40_50", "pairs_30_200"])
@pytest.mark.parametrize(
    ("case", "options"),
    [
        ("largest", {}),
        ("smallest", {"order": "smallest"}),
        ("data", {"order": "data"}),
        ("two", {"order": "data", "ratio": 2}),
        ("again", {"replace": True, "ratio": 2}),
        ("reused", {"reuse_max": 2}),
        ("near", {"ratio": 3, "caliper": 0.05}),
        ("mahalanobis", {"order": "data", "coordinates": mahalanobis}),
        ("euclidean", {"order": "data", "coordinates": scaled_euclidean}),
        ("inside", {"order": "data", "coordinates": mahalanobis, "caliper": 0.25}),
    ],
)
def test_pairs_of_r(case: str, options: dict[str, Any], size: str, r_values: Any) -> None:
    k, (n1, n0) = ["", "20_60", "40_50", "30_200"].index(size[6:]), map(int, size[6:].split("_"))
    a, b, score = draw(k, n1, n0)
    if "coordinates" in options:
        columns = slice(0, 2) if case == "inside" else slice(None)
        options = options | {"coordinates": options["coordinates"](a[:, columns], b[:, columns])}
    pairs = nearest_pairs(score[:n1], score[n1:], **options)
    theirs = r_values("matching")[size][case]
    ratio = options.get("ratio", 1)
    for i in range(n1):
        wanted = {int(v) - 1 for v in theirs[ratio * i : ratio * (i + 1)] if v is not None}
        assert set(pairs.control[pairs.treated == i].tolist()) == wanted


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(2, 9), st.integers(2, 9), st.integers(1, 3))
def test_distances_by_their_formula(seed: int, n1: int, n0: int, p: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n1 + 3, p)), rng.normal(size=(n0 + 3, p)) * 3
    s = (np.cov(a.T) * (len(a) - 1) + np.cov(b.T) * (len(b) - 1)).reshape(p, p) / (len(a) + len(b) - 2)
    gap = a[:, None] - b[None]
    for way, v in ((mahalanobis, np.linalg.inv(s)), (scaled_euclidean, np.diag(1 / np.diag(s)))):
        place = way(a, b)
        np.testing.assert_allclose(place.matrix() ** 2, np.einsum("ijk,kl,ijl->ij", gap, v, gap), rtol=1e-8)
    mixing = rng.normal(size=(p, p)) + 3 * np.eye(p)  # other units and combinations of the covariates change nothing
    np.testing.assert_allclose(
        mahalanobis(a @ mixing + 7, b @ mixing + 7).matrix(), mahalanobis(a, b).matrix(), rtol=1e-6
    )
    np.testing.assert_allclose(
        robust_mahalanobis(np.exp(a), np.exp(b)).matrix(), robust_mahalanobis(a, b).matrix(), rtol=1e-8
    )


def test_a_column_that_repeats_another_counts_once_and_is_said() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(8, 2)), rng.normal(size=(9, 2))
    twice = mahalanobis(np.c_[a, a[:, 0] * 5 - 1], np.c_[b, b[:, 0] * 5 - 1])
    np.testing.assert_allclose(twice.matrix(), mahalanobis(a, b).matrix(), rtol=1e-8)
    assert (twice.rank, twice.message) == (2, "1 of 3 directions do not vary and count for nothing")
    flat = mahalanobis(np.c_[a, np.ones(8)], np.c_[b, np.ones(9)])
    np.testing.assert_allclose(flat.matrix(), mahalanobis(a, b).matrix(), rtol=1e-12)
    assert flat.message


def test_widths_on_paper() -> None:
    # variances 2 and 8; all four numbers 1, 3, 0, 4: mean 2, squares 1 + 1 + 4 + 4 = 10, variance 10 / 3
    score = [1, 3], [0, 4]
    assert caliper_width(*score, 0.5) == pytest.approx(0.5 * 5**0.5)
    assert caliper_width(*score, 0.5, "treated") == pytest.approx(0.5 * 2**0.5)
    assert caliper_width(*score, -0.5, "all") == pytest.approx(-0.5 * (10 / 3) ** 0.5)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: mahalanobis([[1, 2]], [[1], [2]]), "x_control has 1 columns where x_treated has 2"),
        (lambda: mahalanobis([[1]], [[2]]), "two subjects in all"),
        (lambda: mahalanobis([[1], [1]], [[2], [2]]), "do not vary"),
        (lambda: scaled_euclidean([[1], [1]], [[2], [2]]), "do not vary"),
        (lambda: robust_mahalanobis([[1], [1]], [[1], [1]]), "do not vary"),
        (lambda: mahalanobis([[1], [np.nan]], [[2], [2]]), "x_treated has missing"),
        (lambda: mahalanobis([[1], [1e200]], [[2], [2]]), "must lie within 1e"),
        (lambda: caliper_width([1, 2], [1, 2], np.nan), "width must be"),
        (lambda: caliper_width([1, 2], [1, 2], 0.2, "sd"), "sd must be one of"),
        (lambda: caliper_width([1], [1, 2], 0.2), "too few"),
        (lambda: caliper_width([1, 1], [2, 2], 0.2), "do not vary"),
    ],
)
def test_refusals(call: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()
