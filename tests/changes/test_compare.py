"""Differences of two results made by hand: every kind of record, every field, who came and went."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from results_by_hand import choice, curve, estimate, flow, gate, lane, pair, results, settled, watch

from onearm.changes import Change, compare
from onearm.changes.pictures import furthest
from onearm.changes.said import BELOW, differences, part

ALL = [f"S{k}" for k in range(8)]


def only(before: Any, after: Any, **more: Any) -> Change:
    found = compare(before, after, **more)
    (one,) = found.changes
    return one


def told(change: Change) -> dict[str, tuple[str, str]]:
    return {p.name: (p.before, p.after) for p in change.parts}


@pytest.mark.parametrize(
    ("field", "old", "new", "said"),
    [
        ("value", 0.5, 0.25, ("50.0%", "25.0%")),
        ("low", 0.1, 0.2, ("10.0%", "20.0%")),
        ("high", 0.9, None, ("90.0%", "NE")),
        ("level", 0.95, 0.9, ("95.0%", "90.0%")),
        ("std_error", 0.1, 0.2, ("0.100", "0.200")),
        ("n", 8, 7, ("8", "7")),
        ("events", 4, 3, ("4", "3")),
        ("method", "exact", "Wilson", ("exact", "Wilson")),
        ("population", "treated", "enrolled", ("treated", "enrolled")),
        ("error", None, "no events", ("", "no events")),
    ],
)
def test_each_field_of_a_number(field: str, old: Any, new: Any, said: tuple[str, str]) -> None:
    e = estimate("orr", low=0.1, high=0.9, level=0.95, std_error=0.1, events=4)
    found = compare(results(replace(e, **{field: old})), results(replace(e, **{field: new})))
    assert found.changed
    assert [(c.id, c.kind, c.number, told(c)) for c in found.changes] == [("orr", "changed", True, {field: said})]
    assert found.same == 0


@pytest.mark.parametrize("field", ["label", "heading", "notes"])
def test_words_beside_a_number_move_none(field: str) -> None:
    new = ("other",) if field == "notes" else "other"
    found = compare(results(estimate("orr")), results(replace(estimate("orr"), **{field: new})))
    assert not found.changed
    assert [c.words for c in found.changes] == [True]
    assert found.numbers("changed") == ()


def test_another_unit_has_no_difference() -> None:
    one = only(results(estimate("x", 2.0, unit="months")), results(estimate("x", 2.0, unit="years")))
    value = next(p for p in one.parts if p.name == "value")
    assert (value.before, value.after, value.difference) == ("2.0 months", "2.0 years", "")


def test_a_number_in_one_of_the_two() -> None:
    a, b = results(estimate("orr"), estimate("cr", subjects=("1",))), results(estimate("orr"), estimate("mrd"))
    found = compare(a, b)
    assert [(c.id, c.kind, c.entered, c.left) for c in found.changes] == [
        ("mrd", "only in B", (), ()),
        ("cr", "only in A", (), ("1",)),
    ]
    assert (found.same, len(found.numbers("only in A")), len(found.numbers("only in B"))) == (1, 1, 1)


def test_patients_behind_the_same_number() -> None:
    one = only(results(estimate("orr", subjects=("1", "2"))), results(estimate("orr", subjects=("2", "3"))))
    assert (one.entered, one.left, one.words, one.parts) == (("3",), ("1",), False, ())


def test_patients_of_the_counts_that_a_number_names() -> None:
    a = results(estimate("n", subjects=("1", "2")), estimate("m", subjects_of=("n", "gone")))
    b = results(estimate("n", subjects=("1",)), estimate("m", subjects_of=("n", "gone")))
    assert [(c.id, c.left) for c in compare(a, b).changes] == [("n", ("2",)), ("m", ("2",))]


def test_what_matters_stands_first() -> None:
    a = results(estimate("age.mean", context="baseline"), estimate("orr"), estimate("cr"), gates=(gate(),))
    b = results(
        estimate("age.mean", 0.6, context="baseline"),
        estimate("orr", 0.6),
        estimate("cr", 0.6),
        gates=(gate(passed=False),),
        curves={"os": curve()},
    )
    assert [c.section for c in compare(a, b, key=["orr"]).changes] == [
        "decisions",
        "key results",
        "baseline",
        "response",
        "curves",
    ]


def test_what_is_printed_stands_before_what_is_not() -> None:
    a = results(estimate("orr.a", 0.5, variable="orr"), estimate("orr.b", 0.5, variable="orr"))
    b = results(estimate("orr.a", 0.5 + 1e-12, variable="orr"), estimate("orr.b", 0.6, variable="orr"))
    found = compare(a, b).changes
    assert [(c.id, c.printed) for c in found] == [("orr.b", True), ("orr.a", False)]
    assert found[1].parts[0].difference == BELOW


@pytest.mark.parametrize(
    ("before", "after", "section", "said"),
    [
        ({"gates": (gate(),)}, {"gates": (gate(passed=False, value=0.31),)}, "decisions", ("passed", "FAILED")),
        ({"watches": (watch(),)}, {"watches": (watch("stop for harm"),)}, "decisions", ("continue", "stop for harm")),
        (
            {"commitment": (settled(),)},
            {"commitment": (settled(status="late"),)},
            "decisions",
            ("prespecified", "late"),
        ),
        ({"choices": (choice(),)}, {"choices": (choice(failed=("balance",)),)}, "decisions", ("passed", "FAILED")),
        ({"choices": (choice(),)}, {"choices": (choice(refused="no overlap"),)}, "decisions", ("passed", "no design")),
        ({"choices": (choice(),)}, {"choices": (choice(estimand="ATO"),)}, "decisions", ("ATT", "ATO")),
        ({"choices": (choice(),)}, {"choices": (choice(trial=7, lost=1),)}, "methods", ("8", "7")),
        ({"watches": (watch(),)}, {"watches": (watch(next_n=12),)}, "stopping rules", ("NE", "12")),
        ({"watches": ()}, {"watches": (watch(),)}, "decisions", ("", "continue")),
        ({"gates": (gate(),)}, {"gates": ()}, "decisions", ("passed", "")),
    ],
)
def test_decisions(before: Any, after: Any, section: str, said: tuple[str, str]) -> None:
    one = only(results(**before), results(**after))
    assert (one.section, one.number, one.words) == (section, False, False)
    assert (one.parts[0].before, one.parts[0].after) == said


def test_a_gate_keeps_its_verdict_and_its_value_moves() -> None:
    one = only(results(gates=(gate(),)), results(gates=(gate(value=0.24),)))
    assert (one.section, told(one)) == ("gates", {"value": ("0.21", "0.24")})


def test_when_outcomes_were_first_seen_moves_no_number() -> None:
    found = compare(results(commitment=(settled(),)), results(commitment=(settled(first_look="2020-01-01"),)))
    assert not found.changed
    assert [c.id for c in found.changes] == ["commitment"]


def test_flows_say_who_left() -> None:
    def of(subjects: list[str]) -> Any:
        n = [estimate("n.enrolled", 8.0, unit="patients", subjects=tuple(ALL), context="attrition")]
        n += [
            estimate("n.treated", float(len(subjects)), unit="patients", subjects=tuple(subjects), context="attrition")
        ]
        return results(*n, flows=(flow(len(subjects)),))

    found = compare(of(ALL), of(ALL[1:]))
    one = next(c for c in found.changes if c.section == "flows")
    assert (one.id, one.left, told(one)) == ("trial", ("S0",), {"Treated (n.treated)": ("8", "7")})
    swapped = compare(of(ALL[1:]), of(ALL[:-1]))
    one = next(c for c in swapped.changes if c.section == "flows")
    assert (one.entered, one.left) == (("S0",), ("S7",))


def test_curves_say_how_far_apart_they_are() -> None:
    # by hand: 0.75 from month 1 and 0.5 from 3, against 0.75 from 1, 0.5 from 2 and 0.25 from 3
    new = curve(
        time=(1.0, 2.0, 3.0),
        value=(0.75, 0.5, 0.25),
        low=(0.1,) * 3,
        high=(0.9,) * 3,
        at_risk=(4.0, 3.0, 2.0),
        events=(1.0, 1.0, 1.0),
        censored=(0.0,) * 3,
        subjects=("1", "2", "3", "5"),
    )
    assert furthest(curve(), new) == (2.0, 0.75, 0.5)
    one = only(results(curves={"os": curve()}), results(curves={"os": new}))
    assert told(one) == {"events": ("2", "3"), "furthest apart at 2.0 months": ("75.0%", "50.0%")}
    assert (one.entered, one.left, one.number) == (("5",), ("4",), False)


def test_a_curve_of_which_only_limits_moved() -> None:
    one = only(results(curves={"os": curve()}), results(curves={"os": curve(low=(0.3, 0.2))}))
    assert told(one) == {"limits or numbers at risk": ("", "not the same")}
    assert not one.words


def test_pairs() -> None:
    a = results(pairs=(pair("1", "x:a"), pair("2", "x:b", 2)))
    b = results(pairs=(pair("1", "x:b"), pair("3", "x:a", 2)))
    found = compare(a, b)
    (one,) = found.changes
    assert (one.id, one.entered, one.left) == ("pairs|x", ("3",), ("2",))
    assert [(m.id, m.subject, m.before, m.after) for m in found.moves] == [("pairs|x", "1", "x:a", "x:b")]


def test_the_same_pairs_in_another_order_of_partners() -> None:
    a = results(pairs=(pair("1", "x:a"), pair("2", "x:b", 2)))
    b = results(pairs=(pair("1", "x:b"), pair("2", "x:a", 2)))
    assert told(only(a, b)) == {"pairs": ("", "other partners")}


def test_patients_change_sides() -> None:
    def of(cr: tuple[str, ...], pr: tuple[str, ...], group: str, on: tuple[str, ...]) -> Any:
        kinds = {"CR": cr, "PR": pr}
        numbers = [estimate(f"best.{k}", len(s) / 8, variable="best", stat=k, subjects=s) for k, s in kinds.items()]
        curves = {
            "os|yes": curve(id="os|yes", group="yes", subjects=on),
            "os|no": curve(id="os|no", group="no", subjects=tuple(s for s in "1234" if s not in on)),
        }
        return results(*numbers, curves=curves, lanes=(lane("1", group),))

    found = compare(of(("1", "2"), ("3",), "v1", ("1",)), of(("1",), ("2", "3"), "v2", ("1", "4")))
    assert {(m.id, m.subject, m.before, m.after) for m in found.moves} == {
        ("best", "2", "CR", "PR"),
        ("os", "4", "no", "yes"),
        ("course", "1", "v1", "v2"),
    }


def test_who_is_on_two_sides_at_once_changes_none() -> None:
    both = {"os|a": curve(id="os|a", group="a"), "os|b": curve(id="os|b", group="b")}
    one = {"os|a": curve(id="os|a", group="a", subjects=()), "os|b": curve(id="os|b", group="b")}
    assert compare(results(curves=both), results(curves=one)).moves == ()


def test_lines_of_the_header_that_came_and_went() -> None:
    a = results(header={"cutoff": "2019-01-01", "definitions": ("same", "old")})
    b = results(header={"cutoff": "2020-01-01", "definitions": ("same", "new")})
    found = compare(a, b)
    assert [(p.name, p.before, p.after) for p in found.header] == [
        ("cutoff", "2019-01-01", "2020-01-01"),
        ("definitions", "old", ""),
        ("definitions", "", "new"),
    ]
    assert not found.changed


def test_no_number_at_all_is_the_same_as_itself() -> None:
    nan = results(estimate("x", float("nan")), estimate("y", float("inf")))
    assert compare(nan, results(estimate("x", float("nan")), estimate("y", float("inf")))).changes == ()


@pytest.mark.parametrize(
    ("before", "after", "unit", "difference", "relative"),
    [
        (44 / 48, 43 / 48, "proportion", "-2.1 points", "-2.3%"),  # -1/48 = -2.083 points; -1/44 = -2.27%
        (0.0495, 0.0505, "p", "+0.001", "+2.0%"),
        (0.5, 0.4, "hazard ratio", "-0.10", "-20.0%"),
        (10.0, 12.5, "months", "+2.5", "+25.0%"),
        (-2.0, -1.0, "logit", "+1.000", "+50.0%"),
        (0.0, 1.0, "months", "+1.0", ""),
        (1.0, None, "months", "", ""),
        (float("inf"), 3.0, "months", "", ""),
        (-1.7e308, 1.7e308, "months", "", ""),
        (5e-324, 1.0, "months", "+1.0", ""),
        (1.0, 1.0 + 1e-12, "months", BELOW, ""),
    ],
)
def test_differences_by_hand(
    before: float | None, after: float | None, unit: str, difference: str, relative: str
) -> None:
    assert differences(before, after, unit) == (difference, relative)


NUMBER = st.none() | st.floats(allow_nan=False)


@given(NUMBER, NUMBER, st.sampled_from(["proportion", "months", "p", "probability", "mg", "hazard ratio", "odd"]))
def test_any_two_numbers_can_be_told(one: float | None, two: float | None, unit: str) -> None:
    there, back = part("value", one, two, unit), part("value", two, one, unit)
    assert (there.before, there.after) == (back.after, back.before)
    assert bool(there.difference) == bool(back.difference)
    if there.difference not in ("", BELOW):
        assert there.difference[0] in "+-"
        assert {there.difference[0], back.difference[0]} == {"+", "-"}
