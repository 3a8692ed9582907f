"""The whole path on real patients, against values that R printed (gbsg2.R, gbsg2.json)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import onearm as oa
from onearm.results import Results

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from gbsg2_folder import make  # noqa: E402

R = json.loads((HERE / "gbsg2.json").read_text())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return oa.run(oa.load(make(tmp_path_factory.mktemp("gbsg2") / "trial")))


def same(ours: float | None, theirs: float | None) -> None:
    if theirs is None:
        assert ours is None
    else:
        assert ours == pytest.approx(theirs, rel=1e-8)


@pytest.mark.parametrize("key", ["pfs.median", "pfs.survival@24mo", "pfs.survival@60mo", "follow_up.median"])
def test_kaplan_meier_of_the_arm(results: Results, key: str) -> None:
    e = results[key]
    for ours, theirs in zip((e.value, e.low, e.high, e.std_error), R[key], strict=False):
        same(ours, theirs)


def test_counts_and_summaries(results: Results) -> None:
    assert results["n.treated"].value == 246
    assert results["pfs.events"].value == R["pfs.events"][0]
    for stat, theirs in zip(("median", "q1", "q3", "mean", "sd"), R["age"], strict=True):
        same(results[f"age.{stat}"].value, theirs)
    post = results["menostat.Post"]
    limits = oa.proportion_interval(post.events, post.n)
    same(limits.low, R["post"][0])
    same(limits.high, R["post"][1])


def test_the_pairs_are_those_of_r(results: Results) -> None:
    assert results["n.pairs|untreated"].value == R["pairs"][0]
    same(results["caliper|untreated"].value, R["caliper"][0])
    assert sorted(results["n.pairs|untreated"].subjects) == sorted(f"G{int(i)}" for i in R["pairs.treated"])
    partners = results["n.matched|untreated/external"].subjects
    assert sorted(partners) == sorted(f"untreated:G{int(i)}" for i in R["pairs.control"])


def test_balance(results: Results) -> None:
    for covariate in ("age", "pnodes"):
        same(results[f"smd.{covariate}|untreated/before"].value, R[f"smd.{covariate}"][0])
        same(results[f"smd.{covariate}|untreated/after"].value, R[f"smd.{covariate}"][1])
    same(results["variance_ratio.pnodes|untreated/after"].value, R["vr.after.pnodes"][0])
    same(results["smd.tgrade=II|untreated/after"].value, R["smd.after.tgrade=II"][0])


def test_effect_on_the_matched_sets(results: Results) -> None:
    e = results["pfs.hazard_ratio|untreated"]
    for ours, theirs in zip((e.value, e.low, e.high, e.std_error), R["hr.matched"], strict=False):
        same(ours, theirs)
    same(results["pfs.cox_p|untreated"].value, R["hr.matched"][4])
    same(results["pfs.log_rank_p|untreated"].value, R["log_rank_p.matched"][0])
    for side, arm in (("trial", "1"), ("external", "0")):
        median = results[f"pfs.median|untreated/{side}"]
        for ours, theirs in zip((median.value, median.low, median.high), R[f"median.matched.{arm}"], strict=True):
            same(ours, theirs)
        same(results[f"pfs.survival@24mo|untreated/{side}"].value, R[f"s24.matched.{arm}"][0])


def test_crude_effect(results: Results) -> None:
    e = results["pfs.hazard_ratio|untreated/crude"]
    for ours, theirs in zip((e.value, e.low, e.high, e.std_error), R["hr.unmatched"], strict=True):
        same(ours, theirs)


def test_the_order_of_rows_does_not_matter(results: Results, tmp_path: Path) -> None:
    shuffled = oa.run(oa.load(make(tmp_path / "shuffled", shuffle=True)))
    assert shuffled.to_json() == results.to_json()


def test_every_number_of_the_comparison_names_its_rows(results: Results) -> None:
    for e in results:
        if e.evidence:
            proof = results.evidence[e.evidence]
            assert all(proof[s].at for s in e.subjects), e.id
