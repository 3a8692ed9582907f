"""Which variance a weighted or clustered curve gets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import fleming_harrington, kaplan_meier, nelson_aalen, reverse_kaplan_meier

CURVES = (kaplan_meier, reverse_kaplan_meier, fleming_harrington, nelson_aalen)
FIELDS = ("survival", "std_error", "low", "high")


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-12)


def shown(curve: Any) -> list[Any]:
    values = [getattr(curve, k) for k in ("hazard" if hasattr(curve, "hazard") else "survival", *FIELDS[1:])]
    return [curve.time, curve.at_risk, curve.events, *values]


def test_r_with_and_without_robust(aml: Any, r_values: Any) -> None:
    rows = (aml["time"], aml["status"])
    r = r_values("robust")
    w = 1 + np.arange(1, 24) % 3
    for name, km in (
        ("counts", kaplan_meier(*rows, weight=w, robust=False)),
        ("rows", kaplan_meier(*rows, robust=True)),
    ):
        for k in FIELDS:
            ours = getattr(km, k)
            close(ours[km.survival > 0] if k != "survival" else ours, r[name][k])
        close(km.rmst(30).std_error, r[name]["rmst_se"][0])


@pytest.mark.parametrize("curve", CURVES)
def test_counts_are_repeated_rows(curve: Any, aml: Any) -> None:
    w = np.arange(23) % 3  # zeros too
    for late in (None, aml["e"]):
        rows = {"time": aml["time"], "event": aml["status"]} | ({} if late is None else {"entry": late})
        counted = curve(**rows, weight=w, robust=False)
        repeated = curve(**{k: np.repeat(v, w) for k, v in rows.items()})
        for ours, theirs in zip(shown(counted), shown(repeated), strict=True):
            close(ours, theirs, 1e-12)
        assert counted.variance == repeated.variance != "infinitesimal jackknife"
        if curve is not nelson_aalen:
            assert counted.rmst(30).std_error == pytest.approx(repeated.rmst(30).std_error, rel=1e-12)
            assert counted.quantile().low == repeated.quantile().low


@pytest.mark.parametrize("curve", CURVES)
def test_rows_as_clusters_are_robust(curve: Any, aml: Any) -> None:
    rows = (aml["time"], aml["status"])
    asked, clustered = curve(*rows, robust=True), curve(*rows, cluster=np.arange(23))
    for ours, theirs in zip(shown(asked), shown(clustered), strict=True):
        close(ours, theirs, 1e-12)
    assert asked.variance == "infinitesimal jackknife"
    weighted = curve(*rows, weight=aml["w"])
    assert weighted.variance == "infinitesimal jackknife"
    close(shown(weighted)[4], shown(curve(*rows, weight=aml["w"], robust=True))[4], 0)
    assert curve(*rows).variance != "infinitesimal jackknife"
    with pytest.raises(ValueError, match="cluster has no use with robust=False"):
        curve(*rows, cluster=np.arange(23), robust=False)


def test_areas_under_curves_of_huge_and_tiny_times() -> None:
    time, event = np.array([1.0, 2.0, 3.0]), [1, 1, 0]
    plain = kaplan_meier(time, event).rmst(2.5)
    for unit in (1e200, 1e300, 1e-200):
        mean = kaplan_meier(unit * time, event).rmst(unit * 2.5)
        assert [mean.value / unit, mean.std_error / unit] == pytest.approx([plain.value, plain.std_error], rel=1e-12)
