from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from factory import examine, good_trial
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.cohort.population import attrition, condition_columns, meets, populations
from onearm.protocol.document import Protocol
from onearm.protocol.population import Condition

FRAME = pl.DataFrame(
    {
        "subject": list("abcdef"),
        "age": [59.0, 60.0, 70.0, None, 80.0, 65.0],
        "sex": ["female", "male", "female", "male", None, "male"],
        "treatment_start": [dt.date(2014, 1, 1)] * 5 + [None],
        "number": [1, 2, 3, 4, 5, 6],
        "responded": [True, False, True, None, True, True],
    }
)


def protocol(**populations):
    return Protocol.model_validate(
        {"onearm": 1, "trial": {"id": "t", "title": "T", "arm": "A"}, "populations": populations}
    )


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        ({"column": "age", "at_least": 60}, "bcef"),
        ({"column": "age", "above": 60}, "cef"),
        ({"column": "age", "at_most": 60}, "ab"),
        ({"column": "age", "below": 60}, "a"),
        ({"column": "age", "above": 59, "below": 70}, "bf"),
        ({"column": "age", "given": True}, "abcef"),
        ({"column": "age", "given": False}, "d"),
        ({"column": "sex", "is": "male"}, "bdf"),
        ({"column": "sex", "in": ["male", "female"]}, "abcdf"),
        ({"column": "sex", "not_in": ["male"]}, "ac"),
        ({"column": "treatment_start", "given": True}, "abcde"),
        ({"column": "treatment_start", "is": "2014-01-01"}, "abcde"),
        ({"column": "number", "in": [1, 6]}, "af"),
        ({"column": "sex", "at_least": 1}, ""),
        ({"fact": "responded"}, "acef"),
        ({"fact": "responded", "is": False}, "b"),
        ({"fact": "responded", "is": 1}, ""),
        ({"column": "number", "is": True}, ""),
    ],
)
def test_conditions(condition, who):
    kept = FRAME["subject"].filter(meets(Condition.model_validate(condition), FRAME))
    assert "".join(kept) == who


def test_unknown_column_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError, match="height"):
        meets(Condition(column="height", given=True), FRAME)


def test_enrolled_is_always_there():
    members, steps = populations(protocol(), FRAME)
    assert members == {"enrolled": tuple("abcdef")}
    assert steps == ()


def test_attrition_adds_up_and_names_everyone():
    p = protocol(
        responders={"from": "treated", "label": "Responders", "keep": [{"fact": "responded"}]},
        treated={
            "keep": [
                {"column": "treatment_start", "given": True, "label": "never treated"},
                {"column": "age", "at_least": 60},
            ]
        },
    )
    members, steps = populations(p, FRAME)
    assert list(members) == ["enrolled", "responders", "treated"]
    assert members["treated"] == ("b", "c", "e")
    assert members["responders"] == ("c", "e")
    told = [(s.population, s.label, s.reason, s.before, s.kept, s.removed) for s in steps]
    assert told == [
        ("responders", "Responders", "not: responded", 3, ("c", "e"), ("b",)),
        ("treated", "treated", "never treated", 6, tuple("abcde"), ("f",)),
        ("treated", "treated", "not: age at least 60", 5, tuple("bce"), ("a", "d")),
    ]


def test_a_population_without_conditions_is_its_source():
    members, steps = populations(protocol(all_again={"from": "enrolled"}), FRAME)
    assert members["all_again"] == members["enrolled"]
    assert steps == ()


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                Condition(column="age", at_least=60),
                Condition(column="sex", in_=("male",)),
                Condition(column="treatment_start", given=True),
                Condition(fact="responded"),
            ]
        ),
        max_size=4,
    )
)
def test_steps_always_add_up(conditions):
    start = tuple(FRAME["subject"])
    kept, steps = attrition("p", "P", start, tuple(conditions), FRAME)
    for step in steps:
        assert set(step.kept) | set(step.removed) == set(start)
        assert step.before == len(start) == len(step.kept) + len(step.removed)
        start = step.kept
    assert start == kept


def test_columns_of_a_source_that_counts_days(tmp_path):
    cohorts, _ = examine(good_trial(tmp_path / "trial"))
    assert condition_columns(cohorts["other"])["treatment_start"].to_list() == [1] * 16
    assert condition_columns(cohorts["trial"]).schema["treatment_start"] == pl.Date
