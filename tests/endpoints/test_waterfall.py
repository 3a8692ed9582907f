"""A bar for each subject, counted by hand on made-up laboratory values."""

from __future__ import annotations

from pathlib import Path

import pytest

import onearm as oa
from onearm.errors import DataError, ProtocolError
from onearm.figures import plan, rendered
from onearm.results import Bars, Results

ENDPOINT = """
  blasts:
    estimator: waterfall
    label: Marrow blasts
    test: marrow blasts
    unit: "%"
    show: change
    baseline: {days: [-28, 1]}
    until: relapse
    population: treated
    limits: [-50]
"""
# day 1 is 2014-01-04 of S01, 2014-01-21 of S02, 2014-03-05 of S04, 2014-06-10 of S07
VALUES = """\
subject,date,test,value,unit
S01,2013-12-20,marrow blasts,60,%
S01,2014-01-03,Marrow Blasts,80,%
S01,2014-02-01,marrow blasts,8,%
S01,2014-03-01,marrow blasts,2,%
S01,2014-03-01,platelets,90,10^9/L
S02,2014-01-20,marrow blasts,40,%
S02,2014-02-18,marrow blasts,50,%
S04,2014-03-05,marrow blasts,0,%
S04,2014-04-02,marrow blasts,0,%
S05,2014-05-01,marrow blasts,30,%
S07,2014-06-10,marrow blasts,20,%
S07,2014-07-09,marrow blasts,5,%
"""


def ran(folder: Path, values: str = VALUES, **rules: str) -> Results:
    path = folder / "protocol.yaml"
    text = ENDPOINT
    for key, value in rules.items():
        kept = [line for line in text.splitlines() if not line.startswith(f"    {key}:")]
        text = "\n".join([*kept, f"    {key}: {value}"]) + "\n"
    path.write_text(path.read_text().replace("endpoints:\n", "endpoints:" + text, 1))
    (folder / "data" / "labs.csv").write_text(values)
    return oa.run(oa.load(folder))


def bars(results: Results) -> Bars:
    (one,) = results.bars
    return one


def test_changes_by_hand(small: Path) -> None:
    # S01: last before is 80 (the day before day 1), lowest after 2: -97.5%. S02: 40 -> 50: +25%. S07: 20 -> 5: -75%.
    # S04 begins at 0, of which nothing is a percentage; S05 has nothing before.
    found = ran(small)
    one = bars(found)
    assert dict(zip(one.subjects, one.values, strict=True)) == pytest.approx({"S02": 25.0, "S07": -75.0, "S01": -97.5})
    assert one.subjects == ("S02", "S07", "S01")
    assert set(one.missing) >= {"S04", "S05"}
    share = found["blasts.evaluable"]
    assert (share.events, share.n) == (3, 3 + len(one.missing))
    said = found.evidence["blasts"]["S01"]
    assert said.at == ("data/labs.csv:3", "data/labs.csv:5")
    assert said.says == "80.00 % on day -1, lowest 2.00 % on day 57: -97.5%"


def test_lowest_values_need_no_baseline(small: Path) -> None:
    one = bars(ran(small, show="lowest"))
    found = dict(zip(one.subjects, one.values, strict=True))
    assert (found["S01"], found["S02"], found["S04"], found["S07"]) == (2, 50, 0, 5)
    assert one.values == tuple(sorted(one.values, reverse=True))
    assert one.axis == "Lowest marrow blasts (%)"


def test_the_baseline_window_is_what_the_protocol_says(small: Path) -> None:
    one = bars(ran(small, baseline="{days: [-28, -10]}"))
    assert dict(zip(one.subjects, one.values, strict=True))["S01"] == pytest.approx(100 * (2 - 60) / 60)


def test_values_from_relapse_on_do_not_count_unless_asked(small: Path) -> None:
    follow = (small / "data" / "followup.csv").read_text().splitlines()
    head = follow[0].split(",")
    row = next(line for line in follow if "S01" in line).split(",")
    row[head.index("relapse")] = "2014-02-20"
    (small / "data" / "followup.csv").write_text("\n".join([",".join(row) if "S01" in x else x for x in follow]) + "\n")
    one = bars(ran(small))
    assert dict(zip(one.subjects, one.values, strict=True))["S01"] == pytest.approx(-90.0)  # 80 -> 8


def test_another_unit_is_refused_where_it_stands(small: Path) -> None:
    with pytest.raises(DataError, match=r"D228 error data/labs.csv:4: a value of .*another unit.*\"g/L\""):
        ran(small, VALUES.replace("8,%", "8,g/L", 1).replace("80,%", "80,%"))


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("baseline", "{days: [3, 1]}", "first day of the window comes after its last"),
        ("baseline", "{days: [0, 1]}", "no study day 0"),
        ("until", "never", "until"),
        ("group", "os", "os"),
    ],
)
def test_clauses_that_cannot_be_are_refused(small: Path, key: str, value: str, says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        ran(small, **{key: value})


def test_without_any_value_there_is_no_figure_and_the_share_says_so(small: Path) -> None:
    found = ran(small, VALUES.splitlines()[0] + "\n")
    assert found.bars == ()
    assert found["blasts.evaluable"].events == 0
    assert not any(name.startswith("waterfall") for name in plan(found))


def test_the_figure_shows_the_bars_and_survives_json(small: Path) -> None:
    found = ran(small)
    again = Results.from_json(found.to_json())
    assert again.bars == found.bars
    drawing = plan(again)["waterfall-blasts"]
    assert [row[3] for row in drawing.data().rows] == list(bars(found).values)
    assert "a bar for each of 3 subjects" in drawing.caption
    assert "Without a bar" in drawing.caption
    assert b"Change of marrow blasts from baseline" in rendered(drawing, "svg")


def test_bars_without_groups_have_no_order(small: Path) -> None:
    assert bars(ran(small)).order == ()


def test_the_scale_of_the_protocol_orders_the_groups(small: Path) -> None:
    one = bars(ran(small, group="best"))
    assert one.order == ("CR", "CRp", "CRi", "PR", "NR", "NE")
    assert set(one.groups) <= set(one.order)
    assert any(one.groups)
