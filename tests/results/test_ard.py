"""The rows of results.csv against the columns that the cards package documents."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import onearm as oa
from onearm.results import Estimate, Header, Results

ONE = Estimate(
    id="os.survival@24mo|chemo/trial",
    label="Overall survival: at 24 months",
    variable="os",
    stat="survival",
    context="comparison",
    unit="proportion",
    n=48,
    events=12,
    value=0.625,
    low=0.51234567890123456,
    high=0.75,
    level=0.95,
    std_error=0.0612,
    method="Kaplan-Meier",
    population="treated",
    group="chemo/trial",
    notes=("a month is 30.4375 days", "weights taken as known"),
)


def frame(*estimates: Estimate) -> pl.DataFrame:
    return Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in estimates}).frame()


def first(**changes: object) -> dict[str, object]:
    return frame(replace(ONE, **changes)).row(0, named=True)  # type: ignore[arg-type]


def test_every_statistic_has_a_row_and_prints_as_it_is_printed() -> None:
    rows = frame(ONE).select("stat_name", "stat_label", "stat", "stat_fmt").rows()
    assert rows == [
        ("survival", "Overall survival: at 24 months", 0.625, "62.5%"),
        ("conf.low", "lower 95% limit", 0.51234567890123456, "51.2%"),
        ("conf.high", "upper 95% limit", 0.75, "75.0%"),
        ("conf.level", "level of the limits", 0.95, "95%"),
        ("std.error", "standard error", 0.0612, "0.061"),
        ("n.event", "with the event", 12.0, "12"),
    ]


def test_the_columns_stand_in_the_order_of_cards() -> None:
    columns = frame(ONE).columns
    standard = ["group1", "group1_level", "group2", "group2_level", "variable", "variable_level", "context"]
    standard += ["stat_name", "stat_label", "stat", "warning", "error"]
    assert [c for c in columns if c in standard] == standard
    assert {"id", "method", "unit", "n", "population"} <= set(columns)


@pytest.mark.parametrize(
    ("context", "group", "found"),
    [
        ("safety", "version=original", {"version": "original"}),
        ("response", "response=CR/CRi = any", {"response": "CR/CRi = any"}),
        ("comparison", "chemo", {"comparison": "chemo"}),
        ("comparison", "chemo/crude", {"comparison": "chemo", "analysis": "crude"}),
        ("balance", "chemo/before", {"comparison": "chemo", "matching": "before"}),
        ("balance", "chemo/external_after", {"comparison": "chemo", "side": "external", "matching": "after"}),
        ("method", "chemo/entropy", {"comparison": "chemo", "method": "entropy"}),
        ("method balance", "chemo/full/trial", {"comparison": "chemo", "method": "full", "side": "trial"}),
        ("sensitivity", "chemo/confounder=2/trial=0.1", {"comparison": "chemo", "confounder": "2", "trial": "0.1"}),
        ("sensitivity", "chemo/without_age", {"comparison": "chemo", "analysis": "without_age"}),
        ("published", "paper/maic", {"comparison": "paper", "analysis": "maic"}),
        ("competing", "relapse", {"cause": "relapse"}),
        ("competing", "sex=male/relapse", {"sex": "male", "cause": "relapse"}),
        ("states", "In remission", {"state": "In remission"}),
        ("monitoring", "fractionated", {"version": "fractionated"}),
        ("survival", "", {}),
    ],
)
def test_a_group_is_its_variables_and_their_levels(context: str, group: str, found: dict[str, str]) -> None:
    row = first(context=context, group=group, id=f"os.survival|{group}")
    pairs = {row[f"group{k}"]: row[f"group{k}_level"] for k in range(1, 5) if row[f"group{k}"] is not None}
    assert pairs == found
    assert list(pairs) == list(found)
    assert "group" not in pairs


@pytest.mark.parametrize(
    ("id", "variable", "stat", "found"),
    [
        ("os.survival@24mo|chemo/trial", "os", "survival", ("os", "24mo")),
        ("os.median", "os", "median", ("os", None)),
        ("orr", "orr", "p", ("orr", None)),
        ("sex.female", "sex", "p", ("sex", "female")),
        ("race.a=b.c", "race", "p", ("race", "a=b.c")),
        ("smd.sex=female|chemo/before", "sex=female", "smd", ("sex", "female")),
        ("orr.borrowed_power@0.5|chemo", "orr", "power", ("orr", "0.5")),
        ("exposure.inotuzumab.cumulative.median", "exposure", "median", ("exposure", "inotuzumab.cumulative")),
        ("exposure.cycles@3", "exposure", "n", ("exposure", "cycles@3")),
    ],
)
def test_a_variable_has_its_level(id: str, variable: str, stat: str, found: tuple[str, str | None]) -> None:
    row = first(id=id, variable=variable, stat=stat, group=id.partition("|")[2])
    assert (row["variable"], row["variable_level"]) == found


def test_what_is_not_a_finite_number_stands_as_such() -> None:
    found = frame(replace(ONE, id="a", value=math.inf, high=None), replace(ONE, id="b", value=None, error="no event"))
    value = found.filter(pl.col("stat_name") == "survival")
    assert value["stat"].to_list() == [math.inf, None]
    assert value["error"].to_list() == [None, "no event"]
    upper = found.filter((pl.col("id") == "a") & (pl.col("stat_name") == "conf.high"))
    assert upper["stat"].to_list() == [None]
    assert upper["stat_fmt"].to_list() == ["NE"]
    months = frame(replace(ONE, unit="months", value=math.inf))
    assert months["stat_fmt"][0] == "NR"


def test_what_is_assumed_is_a_warning() -> None:
    assert first()["warning"] == "a month is 30.4375 days; weights taken as known"
    assert first(notes=())["warning"] is None


def test_a_row_is_named_by_id_and_statistic_and_by_the_standard_columns(small: Path) -> None:
    found = oa.run(oa.load(small)).frame()
    assert found.height > 60
    assert not found.select("id", "stat_name").is_duplicated().any()
    beside = {"conf.low", "conf.high", "conf.level", "std.error", "n.event"}
    own = found.filter(~pl.col("stat_name").is_in(beside))
    key = [c for c in own.columns if c.startswith(("group", "variable"))] + ["context", "stat_name"]
    assert own.filter(own.select(key).is_duplicated()).select("id", *key).rows() == []


def test_the_file_reads_back_digit_by_digit(small: Path) -> None:
    found = oa.run(oa.load(small)).frame()
    again = pl.read_csv(found.write_csv().encode(), schema=found.schema)
    assert again["stat"].to_list() == found["stat"].to_list()
