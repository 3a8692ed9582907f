"""Why numbers changed, from what two manifests and headers say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onearm.changes import Origin, cause

ONE = Origin(
    name="a",
    manifest=True,
    software="onearm 1.0.0",
    cutoff="2020-01-01",
    definitions=("rule",),
    lock=("prespecified", "2019-01-01", "0123456789abcdef"),
    inputs={"protocol.yaml": "p", "data/subjects.csv": "s", "data/old.csv": "o"},
    libraries={"numpy": "2.0", "matplotlib": "3.10"},
    seed=1,
)
DATA = {"inputs": {"protocol.yaml": "p", "data/subjects.csv": "other", "data/new.csv": "n"}}


@pytest.mark.parametrize(
    ("other", "kind", "says"),
    [
        (DATA, "data", "data/new.csv only in B, data/old.csv only in A, data/subjects.csv changed"),
        ({"inputs": {**ONE.inputs, "protocol.yaml": "q"}}, "protocol", "protocol.yaml changed"),
        ({"software": "onearm 2.0.0"}, "code", "onearm 1.0.0 -> onearm 2.0.0"),
        ({"libraries": {"numpy": "2.1", "matplotlib": "3.10"}}, "code", "numpy 2.0 -> 2.1"),
        (
            {"inputs": {**ONE.inputs, "protocol.yaml": "q"}, "cutoff": "2021-01-01"},
            "protocol",
            "protocol.yaml changed (cut-off 2020-01-01 -> 2021-01-01)",
        ),
        ({"seed": 2}, "seed", "1 -> 2"),
    ],
)
def test_one_thing_differs(other: dict[str, Any], kind: str, says: str) -> None:
    found = cause(ONE, replace(ONE, **other), True)
    assert (found.verdict, [(d.kind, d.says) for d in found.differences]) == ("known", [(kind, says)])
    assert kind in found.says
    assert kind not in found.same
    assert len(found.same) == 4
    assert not found.unexplained


LATE = {"lock": ("late", "2021-01-01", "fedcba9876543210")}


@pytest.mark.parametrize(
    ("lock", "says"),
    [
        (LATE["lock"], "prespecified 0123456789ab -> late fedcba987654"),
        (
            ("prespecified", "2021-01-01", "0123456789abcdef"),
            "prespecified 0123456789ab 2019-01-01 -> prespecified 0123456789ab 2021-01-01",
        ),
        ((*ONE.lock, "2020-02-02: a typing error"), "locked again: 0 -> locked again: 1"),
        ((), "prespecified 0123456789ab -> none"),
    ],
)
def test_the_record_of_the_lock_changed_and_no_number(lock: tuple[str, ...], says: str) -> None:
    found = cause(ONE, replace(ONE, lock=lock), True, False)
    assert [(d.kind, d.says) for d in found.differences] == [("design lock", says)]
    assert found.verdict == "known"
    assert found.says.startswith("Only the record of the design lock changed, and no number. The design lock differs:")
    assert len(found.same) == 4


def test_a_lock_is_never_the_reason_of_a_number() -> None:
    found = cause(ONE, replace(ONE, **LATE), True, True)
    assert found.unexplained
    assert "The design lock differs too, which moves no number" in found.says
    found = cause(ONE, replace(ONE, **LATE, **DATA), True, True)
    assert found.verdict == "known"
    assert found.says.startswith("The data differ, and nothing else that is recorded: data/new.csv")
    assert "cannot be told apart" not in found.says
    assert found.says.endswith("which moves no number: prespecified 0123456789ab -> late fedcba987654.")


def test_several_things_cannot_be_told_apart() -> None:
    found = cause(ONE, replace(ONE, seed=2, software="onearm 2.0.0", **DATA), True)
    assert found.verdict == "several"
    assert [d.kind for d in found.differences] == ["data", "code", "seed"]
    assert "cannot be told apart" in found.says


def test_numbers_that_changed_although_nothing_did() -> None:
    found = cause(ONE, ONE, True)
    assert found.unexplained
    assert "must not be" in found.says
    assert found.differences == ()


def test_libraries_that_only_draw_explain_no_number() -> None:
    assert cause(ONE, replace(ONE, libraries={"numpy": "2.0", "matplotlib": "3.11"}), True).unexplained


def test_nothing_changed() -> None:
    assert cause(ONE, ONE, False).says == "Nothing changed."
    assert "no number changed" in cause(ONE, replace(ONE, **DATA), False).says


@pytest.mark.parametrize("changed", [True, False])
def test_without_a_manifest_nothing_is_claimed(changed: bool) -> None:
    bare = replace(ONE, manifest=False, why="no manifest.json beside results.json", inputs={}, libraries={}, seed=None)
    found = cause(ONE, bare, changed)
    assert (found.verdict, found.unexplained) == ("unknown", False)
    assert "cannot be known (B: no manifest.json beside results.json)" in found.says
    assert "the same version, cut-off and rules" in found.says
    told = cause(bare, replace(bare, software="onearm 2.0.0", cutoff="", definitions=("x",)), changed).says
    assert "code onearm 1.0.0 -> onearm 2.0.0" in told
    assert "cut-off 2020-01-01 -> not stated" in told
    assert "rules in force not the same (protocol or code)" in told
