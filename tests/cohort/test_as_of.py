"""Tables as they were known on a day, against tables whose files were cut by hand on that day."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import factory
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.cohort.as_of import LAST, as_known_on, known_until, serial_day
from onearm.cohort.tables import Cohort

TABLES = ("subjects", "responses", "adverse_events", "procedures", "doses", "labs", "changes", "followup")
FIRST, LATE = dt.date(2014, 1, 1), dt.date(2018, 1, 1)
DATES = st.dates(FIRST, dt.date(2015, 12, 31))


def made(folder: Path, **text: str) -> Cohort:
    """The small trial with other rows in some of its tables."""
    factory.good_trial(folder)
    for name, rows in text.items():
        (folder / "data" / f"{name}.csv").write_text(rows, encoding="utf-8")
    cohorts, _ = factory.examine(folder)
    cohort = cohorts["trial"]
    assert cohort is not None
    return cohort


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return made(tmp_path_factory.mktemp("whole") / "t")


def rows(cohort: Cohort, table: str, *leave: str) -> list[dict[str, object]]:
    """Rows of a table without the lines they stand in, those of patients named aside."""
    frame = getattr(cohort, table).drop("at")
    return frame.filter(~pl.col("subject").is_in(leave)).to_dicts()


def cut_files(date: dt.date) -> dict[str, str]:
    """The text of every file as it would have been written on a day."""
    day = date.isoformat()  # ISO dates sort as text
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in factory.DATA.items()}
    there = {r["subject"] for r in tables["subjects"] if r["enrolled"] <= day}
    begun = {r["subject"] for r in tables["subjects"] if r["subject"] in there and "" < r["treatment_start"] <= day}
    out: dict[str, str] = {}
    for name, text in factory.DATA.items():
        kept = [r for r in tables[name] if r["subject"] in (there if name in ("subjects", "followup") else begun)]
        if name == "subjects":
            for r in kept:
                r["treatment_start"] = r["treatment_start"] if r["subject"] in begun else ""
        elif name == "followup":
            for r in kept:
                r["relapse"] = r["relapse"] if r["relapse"] <= day else ""
                r["cause"] = r["cause"] if r["death"] <= day else ""
                r["death"] = r["death"] if r["death"] <= day else ""
                r["last_contact"] = min(r["last_contact"], day)
        else:
            when = "start" if name == "adverse_events" else "date"
            kept = [r for r in kept if r[when] <= day]
            for r in kept:
                if name == "adverse_events":
                    r["end"] = r["end"] if r["end"] <= day else ""
        head = text.splitlines()[0].split(",")
        file = io.StringIO()
        writer = csv.DictWriter(file, head, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        out[name] = file.getvalue()
    return out


def same(a: Cohort, b: Cohort, *leave: str) -> None:
    for table in TABLES:
        assert rows(a, table, *leave) == rows(b, table, *leave), table


@pytest.mark.parametrize(
    "day",
    ["2014-01-04", "2014-01-12", "2014-01-20", "2014-02-10", "2014-03-20", "2014-04-20", "2014-05-04", "2014-06-10",
     "2014-08-31", "2014-09-01", "2014-12-01", "2015-07-31", "2015-08-01", "2017-06-30"],
)  # fmt: skip
def test_every_table_is_that_of_files_cut_by_hand(whole: Cohort, tmp_path: Path, day: str) -> None:
    date = dt.date.fromisoformat(day)
    by_hand = made(tmp_path / "cut", **cut_files(date))
    untreated = by_hand.subjects.filter(pl.col("time_zero").is_null())["subject"].to_list()
    known = as_known_on(whole, date)
    same(known, by_hand, *untreated)
    assert rows(known, "subjects") == rows(by_hand, "subjects")


@settings(max_examples=12)
@given(date=DATES)
def test_any_day_is_that_of_files_cut_by_hand(
    whole: Cohort, tmp_path_factory: pytest.TempPathFactory, date: dt.date
) -> None:
    if date < dt.date(2014, 1, 4):
        assert as_known_on(whole, date).responses.is_empty()
        return
    test_every_table_is_that_of_files_cut_by_hand(whole, tmp_path_factory.mktemp("any"), date.isoformat())


@pytest.mark.parametrize(
    ("table", "subject", "day"),
    [
        ("responses", "S01", "2014-01-31"),
        ("procedures", "S01", "2014-06-20"),
        ("labs", "S01", "2014-01-20"),
        ("doses", "S02", "2014-01-23"),
        ("changes", "S03", "2014-02-20"),
        ("adverse_events", "S03", "2014-05-02"),
    ],
)
def test_the_day_itself_is_known_and_the_day_before_is_not(whole: Cohort, table: str, subject: str, day: str) -> None:
    date = dt.date.fromisoformat(day)
    counts = [
        getattr(as_known_on(whole, d), table).filter(pl.col("subject") == subject).height
        for d in (date - dt.timedelta(days=1), date)
    ]
    assert counts[1] == counts[0] + 1


def follow(cohort: Cohort, subject: str) -> dict[str, object]:
    (row,) = cohort.followup.filter(pl.col("subject") == subject).to_dicts()
    return row


def test_death_and_relapse_are_known_on_their_day(whole: Cohort) -> None:
    before, on = (as_known_on(whole, dt.date(2015, 7, 31)), as_known_on(whole, dt.date(2015, 8, 1)))
    assert (follow(before, "S02")["died"], follow(on, "S02")["died"]) == (False, True)
    assert follow(before, "S02")["cause"] is None
    assert follow(before, "S02")["death_day"] is None
    assert follow(before, "S02")["last_contact_day"] == 557  # 345 days of 2014 from 21 January on, 212 of 2015
    assert follow(on, "S02")["last_contact_day"] == 558
    assert follow(before, "S02")["relapsed"] is True
    early = follow(as_known_on(whole, dt.date(2015, 1, 9)), "S02")
    assert (early["relapsed"], early["relapse_day"]) == (False, None)


def test_who_was_in_contact_later_was_in_contact_on_the_day(whole: Cohort) -> None:
    row = follow(as_known_on(whole, dt.date(2014, 1, 4)), "S01")
    assert (row["last_contact_day"], row["died"]) == (1, False)
    row = follow(as_known_on(whole, LATE), "S01")
    assert row["last_contact_day"] == follow(whole, "S01")["last_contact_day"]


def test_there_is_no_day_zero(whole: Cohort) -> None:
    """S01 was enrolled on 2 January and treated on the 4th: on the 3rd the last day known is day -1, not 0."""
    known = as_known_on(whole, dt.date(2014, 1, 3))
    assert follow(known, "S01")["last_contact_day"] == -1
    assert follow(as_known_on(whole, dt.date(2014, 1, 2)), "S01")["last_contact_day"] == -2
    days = pl.DataFrame({"day": [-2, -1, 1, 2, None]}, schema={"day": pl.Int32})
    assert days.select(serial_day("day")).to_series().to_list() == [-2, -1, 0, 1, None]


def test_who_is_enrolled_but_not_treated_yet_is_there_without_treatment(whole: Cohort) -> None:
    known = as_known_on(whole, dt.date(2014, 3, 4))  # S04: enrolled on the 3rd, treated on the 5th
    (row,) = known.subjects.filter(pl.col("subject") == "S04").to_dicts()
    assert row["enrolled"] == dt.date(2014, 3, 3)
    assert (row["treated"], row["treatment_start"], row["time_zero"], row["treatment_start_day"]) == (
        False,
        *[None] * 3,
    )
    assert row["enrolled_day"] is None
    assert row["age"] == 68
    for table in ("responses", "adverse_events", "procedures", "doses", "labs", "changes"):
        assert getattr(known, table).filter(pl.col("subject") == "S04").is_empty()
    assert "S05" not in known.subjects["subject"].to_list()


def test_an_adverse_event_that_ends_later_is_ongoing(whole: Cohort) -> None:
    def end(day: str) -> object:
        known = as_known_on(whole, dt.date.fromisoformat(day)).adverse_events
        return known.filter(pl.col("subject") == "S02")["end_day"].to_list()

    assert end("2014-03-19") == []
    assert end("2014-04-19") == [None]
    assert end("2014-04-20") == [90]


def test_a_patient_never_treated_is_enrolled_from_the_day_on(whole: Cohort) -> None:
    assert "S08" not in as_known_on(whole, dt.date(2014, 7, 14)).subjects["subject"].to_list()
    known = as_known_on(whole, dt.date(2014, 7, 15))
    (row,) = known.subjects.filter(pl.col("subject") == "S08").to_dicts()
    assert (row["treated"], row["time_zero"]) == (False, None)


@pytest.mark.parametrize("date", [LATE, dt.date(2017, 6, 30)])
def test_a_late_day_gives_all_of_the_tables(whole: Cohort, date: dt.date) -> None:
    known = as_known_on(whole, date)
    for table in TABLES:
        assert getattr(known, table).equals(getattr(whole, table)), table


@settings(max_examples=60)
@given(a=DATES, b=DATES)
def test_an_earlier_day_of_a_later_one_is_the_earlier_one(whole: Cohort, a: dt.date, b: dt.date) -> None:
    early, late = sorted((a, b))
    once, twice = as_known_on(whole, early), as_known_on(as_known_on(whole, late), early)
    other = as_known_on(once, late)
    for table in TABLES:
        assert getattr(once, table).equals(getattr(twice, table)), table
        assert getattr(once, table).equals(getattr(other, table)) or table in ("subjects", "followup"), table


@settings(max_examples=40)
@given(date=DATES)
def test_columns_and_their_kinds_stay(whole: Cohort, date: dt.date) -> None:
    known = as_known_on(whole, date)
    for table in TABLES:
        assert getattr(known, table).schema == getattr(whole, table).schema, table


def test_a_trial_that_counts_days_is_cut_by_days_and_has_nobody_on_a_date(tmp_path: Path) -> None:
    cohorts, _ = factory.examine(factory.good_trial(tmp_path / "t"))
    other = cohorts["other"]
    assert other is not None
    limits = other.subjects.select("subject", pl.lit(29, pl.Int64).alias(LAST))  # day 30 is the last one known
    known = known_until(other, limits)
    assert known.responses["day"].max() == 30
    assert known.responses.height == 2
    assert set(known.followup["last_contact_day"]) == {30}
    assert not known.followup["died"].any()
    assert as_known_on(other, LATE).subjects.is_empty()


def test_who_is_not_named_is_left_out_and_who_has_no_limit_is_kept_whole(whole: Cohort) -> None:
    limits = pl.DataFrame({"subject": ["S01", "S02"], LAST: [0, None]}, schema={"subject": pl.String, LAST: pl.Int64})
    known = known_until(whole, limits)
    assert known.subjects["subject"].to_list() == ["S01", "S02"]
    assert known.responses["subject"].to_list() == ["S02"]
    assert follow(known, "S02") == follow(whole, "S02")
