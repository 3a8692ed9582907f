"""Cumulative incidence against R's cmprsk and survival (tests/r/competing.R)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.competing import cumulative_incidence

from .test_competing import made, same


@pytest.mark.parametrize("whole", [True, False])
def test_aalen_as_cmprsk(whole: bool, r_values: Any) -> None:
    d = made(160, whole)
    f = cumulative_incidence(d["time"], d["cause"])
    for k in (1, 2, 3):
        r = r_values("competing")["curves"]["aalen_tied" if whole else "aalen_apart"][f"cause{k}"]
        kept = np.flatnonzero(f.n_events[k] > 0)[::3]
        same(f.time[kept], r["time"])
        same(f.incidence[k][kept], r["est"])
        same(f.std_error[k][kept] ** 2, r["var"])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plain", {"variance": "infinitesimal-jackknife"}),
        ("plain_log", {"variance": "infinitesimal-jackknife", "interval": "log"}),
        ("weighted", {"weight": "w"}),
        ("entry", {"entry": "e", "variance": "infinitesimal-jackknife", "interval": "plain"}),
    ],
)
def test_jackknife_as_survfit(name: str, options: dict[str, str], r_values: Any) -> None:
    d = made(160, True)
    r = r_values("competing")["curves"][name]
    f = cumulative_incidence(d["time"], d["cause"], **{k: d.get(v, v) for k, v in options.items()})
    assert f.time.size == r["length"][0]
    same(f.time[::4], r["time"])
    same(f.event_free[::4], r["state0"]["p"])
    for k in (1, 2, 3):
        there = f.incidence[k][::4] > 0
        assert np.count_nonzero(there) > 5
        same(f.incidence[k][::4], r[f"state{k}"]["p"])
        same(f.std_error[k][::4], r[f"state{k}"]["se"])
        same(f.low[k][::4][there], np.array(r[f"state{k}"]["low"], dtype=float)[there])
        same(f.high[k][::4][there], np.array(r[f"state{k}"]["high"], dtype=float)[there])


def test_clusters(r_values: Any) -> None:
    d = made(160, True)
    r = r_values("competing")["curves"]["clustered"]
    f = cumulative_incidence(d["time"], d["cause"], weight=d["w"], cluster=d["k"])
    same(f.time[::9], r["time"])
    errors = np.array(r["se"]).reshape(4, -1)  # event-free first
    for k in (1, 2, 3):
        same(f.std_error[k][::9], errors[k])


@pytest.mark.parametrize("name", ["area_plain", "area_weighted", "area_clustered"])
def test_time_lost(name: str, r_values: Any) -> None:
    d = made(160, True)
    options: dict[str, Any] = {"variance": "infinitesimal-jackknife"}
    if name != "area_plain":
        options["weight"] = d["w"]
    if name == "area_clustered":
        options["cluster"] = d["k"]
    f = cumulative_incidence(d["time"], d["cause"], **options)
    same([f.rmtl(25, k).std_error for k in (1, 2, 3)], r_values("competing")["curves"][name][1:])
