"""What a protocol may ask of its sensitivity analyses, and what it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import onearm as oa
from onearm.errors import ProtocolError
from onearm.protocol.check import check
from onearm.protocol.comparison import Comparison

BUNDLED = Path(__file__).parents[2] / "examples" / "mini-hcvd-ino"
NAME = "salvage_chemo"
AT = f"comparisons.{NAME}.sensitivity"
PAIRS = ("caliper", "ratio", "order", "replace")


@pytest.fixture(scope="module")
def trial() -> oa.Trial:
    return oa.load(BUNDLED)


def said(trial: oa.Trial, asked: dict[str, Any], without: tuple[str, ...] = (), **more: Any) -> list[tuple[str, str]]:
    """Codes and places of the findings about a sensitivity analysis."""
    body = trial.protocol.comparisons[NAME].model_dump(by_alias=True, exclude_unset=True) | more
    body = {k: v for k, v in body.items() if k not in without} | {"methods": {}, "sensitivity": asked}
    protocol = trial.protocol.model_copy(update={"comparisons": {NAME: Comparison.model_validate(body)}})
    return [(f.code, f.where.removeprefix(AT)) for f in check(protocol) if f.where.startswith(AT)]


SOUND = {
    "e_value": {},
    "leave_one_out": {},
    "orders": {},
    "tipping": {"external": 0.5, "prevalence": [0.1], "hazard_ratio": [2]},
    "dropout": {"delta": [1, 2]},
    "bias": {"month": 12, "kind": "outcome", "sensitivity": [["beta", 90, 10]], "specificity": [["beta", 95, 5]]},
}


def test_a_sound_request_has_no_finding(trial: oa.Trial) -> None:
    assert said(trial, SOUND) == []
    assert said(trial, {}) == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"leave_one_out": {"covariates": ["age", "agee"]}}, [("P110", ".leave_one_out.covariates.1")]),
        ({"leave_one_out": {"covariates": ["cd22"]}}, [("P110", ".leave_one_out.covariates.0")]),
        ({"negative_control": {"endpoints": ["vods"]}}, [("P110", ".negative_control.endpoints.0")]),
        ({"negative_control": {"endpoints": ["age"]}}, [("P110", ".negative_control.endpoints.0")]),
        ({"negative_control": {"endpoints": ["os"]}}, [("P111", ".negative_control.endpoints.0")]),
        ({"negative_control": {"endpoints": ["vod"]}}, []),
        ({"negative_control": {"endpoints": ["vod", "asct"]}}, [("P157", ".negative_control.endpoints")]),
        (
            {"negative_control": {"endpoints": ["vod", "vod"]}},
            [("P111", ".negative_control.endpoints"), ("P157", ".negative_control.endpoints")],
        ),
        (
            {"bias": SOUND["bias"] | {"sensitivity": [["beta", 90]]}},  # type: ignore[operator]
            [("P111", ".bias")],
        ),
        ({"bias": SOUND["bias"] | {"specificity": [["normal", 0, 1]]}}, [("P111", ".bias")]),  # type: ignore[operator]
        ({"bias": SOUND["bias"] | {"sensitivity": [["constant", 1.2]]}}, [("P111", ".bias")]),  # type: ignore[operator]
    ],
)
def test_names_and_priors_that_do_not_fit(
    trial: oa.Trial, asked: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert said(trial, asked) == expected


def test_orders_go_with_nearest_neighbours_without_replacement(trial: oa.Trial) -> None:
    orders = {"orders": {}}
    assert said(trial, orders, PAIRS, method="weights") == [("P111", ".orders")]
    assert said(trial, orders, ("order", "replace"), method="optimal") == [("P111", ".orders")]
    assert said(trial, orders, replace=True) == [("P111", ".orders")]


def test_drop_outs_go_with_pairs_of_one_to_one(trial: oa.Trial) -> None:
    asked = {"dropout": {"delta": [2]}}
    assert said(trial, asked, PAIRS, method="weights") == [("P111", ".dropout")]
    assert said(trial, asked, ratio=2) == [("P111", ".dropout")]
    assert said(trial, asked, replace=True) == [("P111", ".dropout")]


def test_the_only_covariate_cannot_be_left_out(trial: oa.Trial) -> None:
    assert said(trial, {"leave_one_out": {}}, covariates=["age"]) == [("P111", ".leave_one_out")]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("e_values: {}", "e_values"),
        ("orders: {random: -1}", "random"),
        ("orders: {random: many}", "random"),
        ("tipping: {prevalence: [0.2], hazard_ratio: [2]}", "external"),
        ("tipping: {external: 0.5, prevalence: [1.2], hazard_ratio: [2]}", "prevalence"),
        ("tipping: {external: 0.5, prevalence: [0.2], hazard_ratio: [0]}", "hazard_ratio"),
        ("tipping: {external: 0.5, prevalence: [], hazard_ratio: [2]}", "prevalence"),
        ("dropout: {delta: [-1]}", "delta"),
        ("bias: {month: 12, kind: confounder, ratio: [constant, 2]}", "prevalence"),
        ("bias: {month: 12, kind: selection, sensitivity: [[constant, 1]]}", "sensitivity"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    whole = (BUNDLED / "protocol.yaml").read_text(encoding="utf-8")
    changed = whole.replace(
        "    endpoints: [os, pfs]\n", f"    endpoints: [os, pfs]\n    sensitivity:\n      {text}\n", 1
    )
    (tmp_path / "protocol.yaml").write_text(changed, encoding="utf-8")
    for name in ("data", "external"):
        (tmp_path / name).symlink_to(BUNDLED / name)
    with pytest.raises(ProtocolError) as caught:
        oa.load(tmp_path)
    found = str(caught.value)
    assert word in found
    assert "protocol.yaml:" in found
    assert "sensitivity" in found
