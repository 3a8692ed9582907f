"""By which weights a design is judged, which gates are not asked of it, and what its document holds."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from test_blind import comparison, sample

import onearm as oa
from onearm.errors import ProtocolError
from onearm.external.blind import Blind, blind
from onearm.external.document import differences, document
from onearm.external.estimand import sentence
from onearm.results import Gate
from onearm.study.choices import choices

ASKED = {"max_smd": 5, "min_matched": 0.01, "variance_ratio": [0.01, 100], "max_ks": 1, "min_effective": 5,
         "min_overlap": 0.01, "min_equipoise": 0.01, "max_weight": 1, "max_energy": 50}  # fmt: skip
"""Every gate, each so wide that it holds."""


def made(method: str, *, shift: float = 8.0, **more: Any) -> Blind:
    return blind("main", comparison(method=method, **{"gates": ASKED, **more}), *sample(40, 90, shift))


def gate(one: Blind, kind: str) -> Gate:
    return next(g for g in one.diagnoses["primary"].gates if g.id == f"gate.{kind}|main")


def kish(weight: np.ndarray) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum())


@pytest.mark.parametrize("estimand", ["ATT", "ATE"])
def test_a_doubly_robust_design_is_judged_by_the_weights_of_its_score(estimand: str) -> None:
    robust, weighted = (made(m, estimand=estimand) for m in ("doubly-robust", "weights"))
    p = 1 / (1 + np.exp(-robust.primary.logit))
    expected = np.where(robust.primary.treated, 1.0, p / (1 - p))
    if estimand == "ATE":
        expected = np.where(robust.primary.treated, 1 / p, 1 / (1 - p))
    ours, theirs = expected[:40], expected[40:]
    least = min(kish(ours), kish(theirs)) if estimand == "ATE" else kish(theirs)
    assert gate(robust, "effective").value == pytest.approx(least, rel=1e-10)
    assert gate(robust, "weight").value == pytest.approx(theirs.max() / theirs.sum(), rel=1e-10)
    for kind in ("effective", "weight", "energy", "balance"):
        assert gate(robust, kind).value == pytest.approx(gate(weighted, kind).value, rel=1e-10), kind
    one, other = next(choices(robust)), next(choices(weighted))
    assert one.effective_external == pytest.approx(kish(theirs), rel=1e-10)
    assert one.effective_trial == pytest.approx(kish(ours), rel=1e-10)
    assert one.weight_external == pytest.approx(other.weight_external)
    assert one.density_weighted == pytest.approx(other.density_weighted)
    assert one.external == 90


def test_the_smaller_side_counts_for_everybody_together() -> None:
    one = made("weights", estimand="ATE", gates=ASKED | {"min_effective": 35})
    found = gate(one, "effective")
    ours, theirs = kish(one.primary.weight_trial), kish(one.primary.weight_external)
    assert ours < 35 < theirs
    assert found.value == pytest.approx(ours)
    assert not found.passed
    assert "smaller of the two sides" in found.name


def test_what_a_model_of_the_outcome_carries_is_not_asked() -> None:
    one = made("g-computation")
    for kind in ("balance", "variance_ratio", "ks", "effective", "weight", "energy", "overlap", "equipoise"):
        found = gate(one, kind)
        assert (found.passed, found.value) == (True, None), kind
        assert found.says.startswith("not asked: "), kind
    assert gate(one, "matched").value == 1


def test_what_asks_for_a_score_is_not_asked_without_one() -> None:
    one = made("entropy")
    for kind in ("overlap", "equipoise"):
        assert gate(one, kind).says == "not asked: this method has no score"
        assert gate(one, kind).passed
    assert gate(one, "effective").value is not None


# --- whom an effect in everybody speaks of ---------------------------------------------------------


def test_external_patients_without_a_place_count_for_the_label() -> None:
    one = made("full", shift=10.0, estimand="ATE", caliper={"width": 0.2}).primary
    gone = 90 - len(one.used_external)
    assert gone > 0
    assert one.estimand == "ATE of those kept"
    assert f"{gone} of 90 external patients have no place: the effect no longer speaks of them" in one.notes
    whole = made("full", shift=1.0, estimand="ATE", caliper="none").primary
    assert len(whole.used_external) == 90
    assert whole.estimand == "ATE"
    assert not [n for n in whole.notes if "no place" in n]


def test_an_effect_in_the_trial_s_patients_loses_nobody_with_an_external_one() -> None:
    one = made("nearest", shift=1.0, caliper="none").primary
    assert len(one.used_external) == 40
    assert one.estimand == "ATT"
    assert not one.notes


def test_the_sentence_beside_a_number_says_what_the_label_says() -> None:
    assert sentence("ATE", 0, 0, "in no class", 15) == "estimand ATE of those kept"
    assert sentence("ATE", 0, 0, "in no class", 0) == "estimand ATE"
    assert sentence("ATT", 0, 0, "in no class", 15) == "estimand ATT"
    assert "estimand ATE of those kept: 2 eligible trial patients are lost" in sentence("ATE", 0, 2, "in no class", 9)


# --- classes in the document -----------------------------------------------------------------------


def body_of(one: Blind) -> Any:
    return json.loads(json.dumps(document({"main": one}, "", 1, "")))


@pytest.mark.parametrize("method", ["full", "subclasses", "coarsened", "nearest"])
def test_the_document_holds_the_classes(method: str) -> None:
    one = made(method, shift=3.0)
    body = body_of(one)
    classes = body["comparisons"]["main"]["methods"]["primary"]["classes"]
    design = one.primary
    members: dict[int, set[str]] = {}
    for side in ("trial", "external"):
        for subject, own in classes[side].items():
            members.setdefault(own, set()).add(subject)
    own_classes: dict[int, set[str]] = {}
    for subjects, own in ((design.trial, design.class_trial), (design.external, design.class_external)):
        for subject, k in zip(subjects, own.tolist(), strict=True):
            if k >= 0:
                own_classes.setdefault(k, set()).add(subject)
    assert sorted(members) == list(range(len(own_classes)))
    assert sorted(map(sorted, members.values())) == sorted(map(sorted, own_classes.values()))
    assert classes["trial"][min(classes["trial"])] == 0, "the first name is in the first class"
    assert not list(differences(body, {"main": one}, 1))


def test_other_classes_with_the_same_weights_are_another_design() -> None:
    one = made("nearest", shift=1.0, caliper="none")
    body = body_of(one)
    classes = body["comparisons"]["main"]["methods"]["primary"]["classes"]["external"]
    first, second = sorted(classes)[:2]
    classes[first], classes[second] = classes[second], classes[first]
    assert [d.code for d in differences(body, {"main": one}, 1)] == ["X506"]


def test_numbers_of_classes_do_not_matter_and_older_documents_have_none() -> None:
    one = made("full", shift=3.0)
    design = one.primary
    other = dataclasses.replace(
        design, class_trial=design.class_trial * 3 + 2, class_external=design.class_external * 3 + 2
    )
    body = body_of(one)
    assert not list(differences(body, {"main": dataclasses.replace(one, designs={"primary": other})}, 1))
    del body["comparisons"]["main"]["methods"]["primary"]["classes"]
    assert not list(differences(body, {"main": one}, 1))


def test_with_replacement_the_pairs_say_it_all() -> None:
    body = body_of(made("nearest", replace=True))
    assert body["comparisons"]["main"]["methods"]["primary"]["classes"] == {"trial": {}, "external": {}}


# --- what a protocol is told -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"caliper": 0.3}, r"write \{width: 0.3\}, or none"),
        ({"caliper": "narrow"}, r"write \{width: 0.2\}, or none"),
        ({"method": "weights", "trim": 0.3}, r"write \{rule: score, at: 0.1\}"),
        ({"estimand": "ATE"}, "nearest cannot aim at ATE: use ATT, or another method: full, exact, coarsened"),
        ({"method": "entropy", "estimand": "ATO"}, "use ATT or ATE, or another method: weights$"),
    ],
)
def test_a_key_that_does_not_fit_is_answered_with_one_that_does(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        comparison(**given)
    assert re.search(words, caught.value.errors()[0]["msg"])
    assert comparison(caliper={"width": 0.3}).width is not None
    assert comparison(caliper="none").width is None


def test_a_caliper_that_is_a_number_is_one_finding_with_its_place(small: Path) -> None:
    path = small / "protocol.yaml"
    text = path.read_text()
    path.write_text(text.replace("    endpoints: [os]\n", "    caliper: 0.25\n    endpoints: [os]\n", 1))
    with pytest.raises(ProtocolError) as caught:
        oa.load(small)
    said = [f.says for f in caught.value.findings if "caliper" in f.where or "caliper" in f.says]
    assert said == ["a caliper has a width and a deviation: write {width: 0.25}, or none"]
