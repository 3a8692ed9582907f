"""Lines of one person: which counts, and what stands in the way of saying so."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from onearm.cohort.tables import CLEAN, Cohort
from onearm.external.index_date import COLUMNS, Timing, check_lines, chosen, several, timing


def times(*given: tuple[str, str, int | None]) -> Timing:
    frame = pl.DataFrame(
        [
            dict.fromkeys(COLUMNS)
            | {"subject": s, "at": f"s.csv:{i}", "person": p, "day_one": dt.date(y, 1, 1) if y else None}
            for i, (s, p, y) in enumerate(given, 2)
        ],
        schema=COLUMNS,
    )
    return Timing(frame)


def test_persons_with_several_rows_need_a_rule() -> None:
    found = times(("a1", "a", 2001), ("b", "b", 2002), ("a2", "a", 2003))
    assert several(found) == ("a",)
    assert [(f.code, f.severity) for f in check_lines(found, "s.csv", None)] == [("D320", "error")]
    assert check_lines(found, "s.csv", "first") == ()
    assert found.persons(["a2", "b"]) == ("a", "b")


def test_a_rule_without_lines_is_said() -> None:
    assert [f.code for f in check_lines(times(("a", "a", 2001)), "s.csv", "first")] == ["D321"]
    assert check_lines(times(("a", "a", 2001)), "s.csv", None) == ()


def test_lines_that_cannot_be_put_in_order() -> None:
    same = times(("a1", "a", 2001), ("a2", "a", 2001))
    assert [(f.code, f.subject) for f in check_lines(same, "s.csv", "all")] == [("D322", "a")]
    undated = times(("a1", "a", 2001), ("a2", "a", None))
    assert [f.code for f in check_lines(undated, "s.csv", "last")] == ["D323"]
    assert check_lines(undated, "s.csv", "all") == ()
    for found in (same, undated):
        with pytest.raises(ValueError, match="different dates"):
            chosen(found, ["a1", "a2"], "first")
    assert chosen(undated, ["a1"], "first") == ("a1",)  # one eligible row needs no order
    assert chosen(undated, ["a1", "a2"], "all") == ("a1", "a2")


def test_the_order_of_the_rows_is_kept() -> None:
    found = times(("z", "z", 2009), ("a2", "a", 2003), ("a1", "a", 2001), ("m", "m", 2000))
    assert chosen(found, ["z", "a2", "a1", "m"], "first") == ("z", "a1", "m")
    assert chosen(found, ["z", "a2", "a1", "m"], "last") == ("z", "a2", "m")


def cohort(subjects: pl.DataFrame) -> Cohort:
    others = {t: pl.DataFrame(schema=c) for t, c in CLEAN.items() if t != "subjects"}
    return Cohort("x", "X", subjects, **others)  # type: ignore[arg-type]


def test_the_beginnings_of_a_cohort() -> None:
    subjects = pl.DataFrame(
        {"subject": ["a", "b"], "at": ["s:2", "s:3"], "time_zero": [dt.date(2001, 1, 1), None]}
        | {"treatment_start_day": [1, None], "age": [50.0, 60.0]},
        schema_overrides={"treatment_start_day": pl.Int32},
    )
    found = timing(cohort(subjects))
    assert found.frame["day_one"].to_list() == [dt.date(2001, 1, 1), None]
    assert found.frame["person"].to_list() == ["a", "b"]
    assert found.frame["eligible_day"].null_count() == 2
    more = subjects.with_columns(pl.Series("person", ["p", "p"]), pl.Series("eligible_day", [3, 1], dtype=pl.Int32))
    found = timing(cohort(more))
    assert found.frame["person"].to_list() == ["p", "p"]
    assert found.frame["eligible_day"].to_list() == [3, 1]
