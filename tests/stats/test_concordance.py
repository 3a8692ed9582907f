"""Concordance against R's survival (tests/r/concordance.R) and against all pairs one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.concordance import Concordance, concordance, concordance_difference
from onearm.stats.cox import cox

KINDS = {"harrell": "n", "peto": "S", "schemper": "SG", "uno": "nG2"}


def counts(c: Concordance) -> list[float]:
    return [c.concordant, c.discordant, c.tied_score, c.tied_time, c.tied_both]


def compare(c: Concordance, r: dict[str, Any]) -> None:
    assert c.message == ""
    assert c.concordance == pytest.approx(r["concordance"][0], rel=1e-8)
    assert c.std_error == pytest.approx(r["std_error"][0], rel=1e-8)
    assert counts(c) == pytest.approx(r["count"], rel=1e-8, abs=1e-9)


def pair_by_pair(
    time: Any, event: Any, score: Any, weight: Any, strata: Any, entry: Any, h: Any
) -> tuple[list[float], float, float]:
    """Counts, C and standard error by the definition, O(n^2)."""
    n = len(time)
    kinds, share = np.zeros(5), np.zeros((n, 3))
    for i in range(n):
        for j in range(n):
            if i == j or not event[i] or strata[i] != strata[j] or entry[j] >= time[i]:
                continue
            both = weight[i] * weight[j] * h[i]
            if time[i] == time[j] and event[j]:
                kinds[4 if score[i] == score[j] else 3] += both / 2
            elif time[j] >= time[i]:
                kind = 0 if score[i] > score[j] else 1 if score[i] < score[j] else 2
                kinds[kind] += both
                share[i, kind] += both
                share[j, kind] += both
    total = kinds[:3].sum()
    c = (kinds[0] + kinds[2] / 2) / total
    change = (share[:, 0] + share[:, 2] / 2 - c * share.sum(axis=1)) / total
    return list(kinds), float(c), float(np.sqrt(np.sum(change**2)))


@pytest.mark.parametrize("kind", KINDS)
def test_aml(kind: str, aml: Any, r_values: Any) -> None:
    r = r_values("concordance")
    given = (aml["time"], aml["status"], aml["z"])
    compare(concordance(*given, kind=kind), r[f"aml_{KINDS[kind]}"])
    compare(concordance(*given, kind=kind, weight=aml["w"]), r[f"aml_weighted_{KINDS[kind]}"])
    both = concordance(*given, kind=kind, weight=aml["w"], strata=aml["s"])
    compare(both, r[f"aml_stratified_{KINDS[kind]}"])
    compare(concordance(*given, kind=kind, tau=27), r[f"aml_tau_{KINDS[kind]}"])


def test_aml_clusters_and_late_entry(aml: Any, r_values: Any) -> None:
    given, r = (aml["time"], aml["status"], aml["z"]), r_values("concordance")
    compare(concordance(*given, cluster=aml["k"]), r["aml_clustered"])
    compare(concordance(*given, weight=aml["w"], entry=aml["e"]), r["aml_entry"])


@pytest.mark.parametrize("kind", KINDS)
def test_lung(kind: str, lung: Any, r_values: Any) -> None:
    r, ok = r_values("concordance"), np.isfinite(lung["ph.ecog"])
    c = concordance(lung["time"][ok], lung["status"][ok], lung["ph.ecog"][ok], kind=kind)
    compare(c, r[f"lung_{KINDS[kind]}"])
    if kind == "harrell":  # printed by R
        assert counts(c) == [8392, 4258, 7137, 21, 7]
    age = concordance(lung["time"], lung["status"], lung["age"], kind=kind, weight=lung["w"], cluster=lung["k"])
    compare(age, r[f"lung_age_{KINDS[kind]}"])


def test_lung_by_institution(lung: Any, r_values: Any) -> None:
    ok = np.isfinite(lung["inst"])
    c = concordance(lung["time"][ok], lung["status"][ok], lung["age"][ok], strata=lung["inst"][ok])
    compare(c, r_values("concordance")["lung_strata"])


@pytest.mark.parametrize("kind", KINDS)
def test_veteran(kind: str, shared: Any, r_values: Any) -> None:
    v = shared("veteran")
    c = concordance(v["time"], v["status"], v["karno"], strata=v["celltype"], kind=kind)
    compare(c, r_values("concordance")[f"veteran_{KINDS[kind]}"])


def test_bladder2_with_start_and_stop(shared: Any, r_values: Any) -> None:
    b = shared("bladder2")
    options = {"entry": b["start"], "weight": 1 + b["id"] % 3 / 2, "cluster": b["id"]}
    compare(concordance(b["stop"], b["event"], b["size"], **options), r_values("concordance")["bladder2"])


def test_models_and_their_difference(shared: Any, r_values: Any) -> None:
    v, r = shared("veteran"), r_values("concordance")
    one = -33 * v["karno"] + 2 * v["age"]
    two = one + 800 * (v["celltype"] == "smallcell") + 1000 * (v["celltype"] == "adeno")
    d = concordance_difference(v["time"], v["status"], two, one)
    assert d.difference == pytest.approx(r["difference"]["estimate"][0], rel=1e-8)
    assert d.std_error == pytest.approx(r["difference"]["std_error"][0], rel=1e-8)
    # the models of the vignette: .7119 (.02235), .7384, contrast .02646524 with standard deviation .01662275
    small = np.c_[v["karno"], v["age"], v["trt"]]
    cells = np.array([v["celltype"] == cell for cell in ("smallcell", "adeno", "large")]).T
    scores = []
    for x in (np.c_[small, cells], small):
        coef = cox(v["time"], v["status"], x).coef
        scores.append(sum(column * b for column, b in zip(x.T, coef, strict=True)))
    d = concordance_difference(v["time"], v["status"], *scores)
    assert d.difference == pytest.approx(0.02646524, abs=5e-9)
    assert d.std_error == pytest.approx(0.01662275, abs=5e-9)
    assert [round(c.concordance, 4) for c in (d.first, d.second)] == [0.7384, 0.7119]
    assert round(d.second.std_error, 5) == 0.02235
    models = r["models"]
    assert [d.first.concordance, d.second.concordance] == pytest.approx(models["concordance"], rel=1e-8)
    assert [d.first.std_error, d.second.std_error] == pytest.approx(models["std_error"], rel=1e-8)
    assert d.std_error == pytest.approx(models["change"][0], rel=1e-8)
    assert d.z == pytest.approx(d.difference / d.std_error)
    assert (d.low < 0 < d.high) == (d.p_value > 0.05)


@pytest.mark.parametrize("seed", range(12))
def test_pair_by_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 40))
    time, score = rng.integers(1, 12, n).astype(float), rng.integers(0, 6, n).astype(float)
    event, weight = rng.random(n) < 0.6, rng.integers(1, 5, n) / 2
    event[np.argmin(time)] = True
    strata = rng.integers(0, 2, n) if seed % 2 else np.zeros(n, dtype=int)
    entry = np.where(rng.random(n) < 0.5, np.floor(time * rng.random(n)), -1.0)
    entry[entry >= time] = -1.0
    for given in (entry, np.full(n, -1.0)):
        kinds, value, error = pair_by_pair(time, event, score, weight, strata, given, np.ones(n))
        late = None if np.all(given < 0) else np.maximum(given, 0)
        c = concordance(time, event, score, weight=weight, strata=strata, entry=late)
        assert counts(c) == pytest.approx(kinds, abs=1e-9)
        assert c.concordance == pytest.approx(value)
        assert c.std_error == pytest.approx(error, abs=1e-12)


def test_unos_weights_on_paper() -> None:
    # censored at 2 and 4: G is 1 up to 2, 3/4 after it, 3/8 after 4; events at 1, 3, 5 (the last has no pair)
    time, event, score = [1, 2, 3, 4, 5], [1, 0, 1, 0, 1], [3, 5, 1, 2, 4]
    c = concordance(time, event, score, kind="uno")
    at_three = (4 / 3) ** 2
    assert counts(c) == pytest.approx([2, 2 + 2 * at_three, 0, 0, 0])
    assert c.concordance == pytest.approx(2 / (4 + 2 * at_three))
    assert counts(concordance(time, event, score, kind="uno", tau=2)) == [2, 2, 0, 0, 0]
    # S is 1, then 4/5; 5 and 3 at risk: 1 x 5/5 and 4/5 x 5/3
    assert counts(concordance(time, event, score, kind="peto"))[:2] == pytest.approx([2, 2 + 2 * 4 / 3])
    assert counts(concordance(time, event, score, kind="schemper"))[:2] == pytest.approx([2, 2 + 2 * 16 / 9])


def test_perfect_useless_and_reversed() -> None:
    time, event = np.arange(1.0, 9), np.ones(8)
    perfect = concordance(time, event, -time)
    assert (perfect.concordance, perfect.std_error, perfect.low, perfect.high) == (1.0, 0.0, 1.0, 1.0)
    assert concordance(time, event, np.zeros(8)).concordance == 0.5
    score = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
    risk, life = concordance(time, event, score), concordance(time, event, score, reverse=True)
    assert risk.concordance + life.concordance == pytest.approx(1)
    assert risk.std_error == pytest.approx(life.std_error)
    assert (risk.concordant, risk.discordant) == (life.discordant, life.concordant)


def test_order_scale_weights_of_two_and_rounding(aml: Any) -> None:
    given = (aml["time"], aml["status"], aml["z"])
    c = concordance(*given)
    mixed = np.random.default_rng(3).permutation(23)
    again = concordance(*(v[mixed] for v in given))
    assert counts(again) == counts(c)
    assert again.influence == pytest.approx(c.influence[mixed], abs=1e-15)
    assert concordance(given[0] * 1e297, given[1], np.exp(given[2])).std_error == pytest.approx(c.std_error, rel=1e-12)
    rounded = concordance(given[0] / 30.4375 * (1 + 1e-14 * mixed), given[1], given[2] * 0.1 * (1 + 1e-14 * mixed))
    assert counts(rounded) == counts(c)
    twice = np.repeat(np.arange(23), 2)
    double = concordance(*(v[twice] for v in given), cluster=twice)
    weighted = concordance(*given, weight=np.full(23, 2.0))
    # a row and its copy are tied in score; the concordant and discordant pairs are the same
    assert counts(double)[:2] == counts(weighted)[:2] == [4 * v for v in counts(c)[:2]]
    zero = concordance(np.r_[given[0], 1], np.r_[given[1], 1], np.r_[given[2], 9], weight=np.r_[np.ones(23), 0])
    assert counts(zero) == counts(c)
    assert zero.influence == pytest.approx(np.r_[c.influence, 0])
    assert zero.n == 23


def test_influence_is_the_jackknife_to_first_order(aml: Any) -> None:
    given = (aml["time"], aml["status"], aml["z"])
    c, h = concordance(*given), 1e-6
    for row in (0, 5, 11, 22):
        weight = np.ones(23)
        weight[row] += h
        more = concordance(*given, weight=weight).concordance
        weight[row] -= 2 * h
        less = concordance(*given, weight=weight).concordance
        assert (more - less) / (2 * h) == pytest.approx(c.influence[row], abs=1e-9)


def test_one_subject_in_split_rows_is_the_whole_subject(aml: Any) -> None:
    whole = concordance(aml["time"], aml["status"], aml["z"])
    cut = np.minimum(aml["time"], 10.0)
    late = aml["time"] > 10
    parts = concordance(
        np.r_[cut, aml["time"][late]], np.r_[aml["status"] * ~late, aml["status"][late]],
        np.r_[aml["z"], aml["z"][late]], entry=np.r_[np.zeros(23), cut[late]],
        cluster=np.r_[np.arange(23), np.flatnonzero(late)],
    )  # fmt: skip
    assert counts(parts) == counts(whole)
    assert parts.std_error == pytest.approx(whole.std_error)


@pytest.mark.parametrize("event", [[0, 0, 0], [0, 0, 1]])
def test_no_pair_can_be_compared(event: list[int]) -> None:
    c = concordance([1, 2, 3], event, [1, 2, 3])
    assert np.isnan([c.concordance, c.std_error, c.low, c.high]).all()
    assert c.message.startswith("no pair can be compared")
    d = concordance_difference([1, 2, 3], event, [1, 2, 3], [3, 2, 1])
    assert np.isnan([d.difference, d.std_error, d.z, d.p_value]).all()
    assert d.message == c.message


def test_one_row_and_scores_alike() -> None:
    assert concordance([1], [1], [1]).message.startswith("no pair")
    d = concordance_difference([1, 2, 3], [1, 1, 1], [3, 1, 2], [30, 10, 20])
    assert (d.difference, d.std_error) == (0, 0)
    assert np.isnan(d.p_value)
    assert "order every pair alike" in d.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [-1, 2, 3]}, "time has 1 negative"),
        ({"time": [np.nan, 2, 3]}, "time has 1 missing"),
        ({"score": [1, 2]}, "score has 2 values"),
        ({"score": [1, 2, np.inf]}, "score has 1 missing or infinite"),
        ({"event": [0, 1, 2]}, "event must hold 0 and 1"),
        ({"kind": "n/G2"}, "kind must be one of"),
        ({"kind": "uno", "entry": [0, 0, 0]}, "needs a censoring curve"),
        ({"entry": [1, 0, 0]}, "entry must be before time"),
        ({"tau": 0}, "tau must be above 0"),
        ({"level": 1}, "level must lie between"),
        ({"weight": [0, 0, 0]}, "weight is zero throughout"),
        ({"time": [], "event": [], "score": []}, "time is empty"),
    ],
)
def test_bad_input(change: dict[str, Any], words: str) -> None:
    given = {"time": [1, 2, 3], "event": [1, 1, 0], "score": [3, 1, 2]} | change
    with pytest.raises(ValueError, match=words):
        concordance(**given)
    other = {"other": given["score"]} if len(given["score"]) else {"other": []}
    with pytest.raises(ValueError, match=words):
        concordance_difference(**given, **other)
