"""MRD in windows, counted by hand on made-up samples and again from the files of the bundled trial."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from pathlib import Path

import pytest

import onearm as oa
from onearm.errors import ProtocolError
from onearm.protocol import Protocol
from onearm.results import Results
from onearm.tables import build

ENDPOINT = """
  mrd_time:
    estimator: mrd-by-time
    label: MRD
    fact: mrd_negative
    population: treated
    at: [{label: Early, days: [20, 40]}, {label: Late, days: [41, 80]}, {label: Third month, months: [2, 3]}]
    several: last
    untested: excluded
"""
# day 1 is 2014-01-04 of S01, 2014-01-21 of S02, 2014-03-05 of S04, 2014-06-10 of S07
SAMPLES = """\
subject,date,response,mrd,mrd_value,mrd_limit
S01,2014-01-31,CR,negative,0,0.0001
S01,2014-02-05,CR,positive,0.01,0.0001
S01,2014-03-20,CR,negative,0.00001,0.0001
S02,2014-02-18,CRp,positive,0.002,0.0001
S02,2014-04-10,CRp,,0.00005,0.0001
S03,2014-03-12,NR,,,
S04,2014-04-02,CR,negative,,0.001
S05,2014-05-01,CRi,,,
S06,2014-06-05,PR,,,
S07,2014-07-09,CR,positive,0.01,0.0001
S07,2014-07-09,CR,negative,0,0.0001
"""


def ran(folder: Path, **rules: str) -> Results:
    path = folder / "protocol.yaml"
    text = ENDPOINT
    for key, value in rules.items():
        lines = [f"    {key}: {value}" if x.startswith(f"    {key}:") else x for x in text.splitlines()]
        text = "\n".join(lines) + "\n"
        if f"    {key}:" not in text:
            text = text.rstrip("\n") + f"\n    {key}: {value}\n"
    path.write_text(path.read_text().replace("endpoints:\n", "endpoints:" + text, 1))
    (folder / "data" / "responses.csv").write_text(SAMPLES)
    return oa.run(oa.load(folder))


def test_by_hand_the_last_one_counts(small: Path) -> None:
    # Early: S01 on days 28 (negative) and 33 (positive): the last is positive. S02 day 29 positive. S04 day 29 negative
    # by a test that is too coarse: not negative. S07 day 30, one of each: the worst, positive.
    r = ran(small)
    tested = r["mrd_time.tested@20-40d"]
    assert (tested.events, tested.n, tested.subjects) == (4, 7, ("S01", "S02", "S04", "S07"))
    early = r["mrd_time.negative@20-40d"]
    assert (early.events, early.n) == (0, 4)
    # Late: S01 day 76 negative, S02 day 80 negative by its value. 2 to 3 months: days 61 to 91, the same two.
    for at in ("41-80d", "2-3mo"):
        late = r[f"mrd_time.negative@{at}"]
        assert (late.events, late.n, late.subjects) == (2, 2, ("S01", "S02"))
        limits = oa.proportion_interval(2, 2)
        assert (late.low, late.high) == (limits.low, limits.high)
    # by the end: S01 was negative on day 28, S07 on day 30; S02 from day 80 on
    assert r["mrd_time.negative_by@20-40d"].subjects == ("S01", "S07")
    assert r["mrd_time.negative_by@41-80d"].subjects == ("S01", "S02", "S07")
    assert r["mrd_time.negative_by@41-80d"].n == 7


def test_best_and_nearest(small: Path) -> None:
    best = ran(small, several="best")["mrd_time.negative@20-40d"]
    assert (best.subjects, best.n) == (("S01", "S07"), 4)


def test_nearest_to_the_middle(small: Path) -> None:
    # the middle is day 30: S01's day 28 is nearer than day 33; the pair of one day is as bad as its worst
    nearest = ran(small, several="nearest")["mrd_time.negative@20-40d"]
    assert (nearest.subjects, nearest.n) == (("S01",), 4)


def test_of_two_equally_near_the_later(small: Path) -> None:
    # days 28 and 33 around 30.5: the later one is positive
    at = "[{label: Early, days: [20, 41]}]"
    assert ran(small, several="nearest", at=at)["mrd_time.negative@20-41d"].subjects == ()


def test_untested_patients_may_count(small: Path) -> None:
    r = ran(small, untested="counted")
    assert (r["mrd_time.negative@41-80d"].events, r["mrd_time.negative@41-80d"].n) == (2, 7)


def test_a_window_without_a_test_says_so(small: Path) -> None:
    r = ran(small, at="[{label: First week, days: [1, 7]}]", by="version")
    e = r["mrd_time.negative@1-7d|version=v1"]
    assert e.value is None
    assert e.error == "nobody was tested in the window"
    table = build(r)["mrd-mrd_time"]
    assert [x.label for x in table.rows] == ["Version: v1", "First week", "Version: v2", "First week"]
    assert [c.text for c in table.rows[1].cells] == ["0/5 (0.0%)", "0/0 (NE)", "", "0/5 (0.0%)", "0.0% to 52.2%"]


def test_an_assessment_at_relapse_does_not_count(small: Path) -> None:
    path = small / "data" / "followup.csv"
    path.write_text(path.read_text().replace("S01,,,,2017-06-30", "S01,2014-03-20,,,2017-06-30"))
    assert "S01" not in ran(small)["mrd_time.tested@41-80d"].subjects


def test_the_row_that_counted_is_the_proof(small: Path) -> None:
    r = ran(small)
    e = r["mrd_time.tested@20-40d"]
    told = r.evidence[e.evidence]
    assert (told["S01"].says, told["S01"].at) == ("MRD not negative on day 33", ("data/responses.csv:3",))
    ever = r["mrd_time.negative_by@20-40d"]
    assert r.evidence[ever.evidence]["S01"].says == "MRD negative on day 28"


def test_table_and_footnotes(small: Path) -> None:
    table = build(ran(small))["mrd-mrd_time"]
    assert [c.text for c in table.rows[1].cells][:2] == ["2/7 (28.6%)", "2/2 (100.0%)"]
    notes = "\n".join(table.footnotes)
    for said in ("study days 20 to 40", "after 2 and up to 3 months", "a month is 30.4375 days", "The last assessment"):
        assert said in notes


WINDOW = {"label": "Early", "days": [20, 40]}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"several": None}, "several"),
        ({"untested": None}, "untested"),
        ({"at": None}, "at"),
        ({"at": []}, "at"),
        ({"at": [{"label": "x"}]}, "either"),
        ({"at": [{"label": "x", "days": [3, 9], "months": [0, 1]}]}, "either"),
        ({"at": [{"label": "x", "days": [9, 3]}]}, "first day"),
        ({"at": [{"label": "x", "days": [0, 3]}]}, "greater"),
        ({"at": [{"label": "x", "months": [2, 2]}]}, "end after"),
        ({"at": [WINDOW, {"label": "Early", "days": [50, 60]}]}, "twice"),
        ({"at": [WINDOW, {"label": "Other", "days": [20, 40]}]}, "twice"),
    ],
)
def test_nothing_is_assumed(change: dict[str, object], word: str) -> None:
    clause = {"estimator": "mrd-by-time", "fact": "m", "at": [WINDOW], "several": "last", "untested": "excluded"}
    clause = {k: v for k, v in (clause | change).items() if v is not None}
    body = {"onearm": 1, "trial": {"id": "t", "title": "T", "arm": "A"}, "endpoints": {"e": clause}}
    with pytest.raises(ValueError, match=word):
        Protocol.model_validate(body)


def test_another_kind_of_fact_is_a_finding(small: Path) -> None:
    with pytest.raises(ProtocolError, match="name a fact of kind mrd"):
        ran(small, fact="responded")


def test_the_bundled_windows_counted_from_the_files(bundled: Path) -> None:
    results = oa.run(oa.load(bundled))
    with (bundled / "data" / "subjects.csv").open() as file:
        start = {r["subject"]: dt.date.fromisoformat(r["treatment_start"]) for r in csv.DictReader(file)}
    with (bundled / "data" / "followup.csv").open() as file:
        relapse = {r["subject"]: r["relapse"] for r in csv.DictReader(file)}
    tests: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    with (bundled / "data" / "responses.csv").open() as file:
        for r in csv.DictReader(file):
            date = dt.date.fromisoformat(r["date"])
            before = not relapse[r["subject"]] or date < dt.date.fromisoformat(relapse[r["subject"]])
            if before and (r["mrd"] or r["mrd_value"]):
                fine = float(r["mrd_limit"] or 0) <= 0.0001
                low = r["mrd"] == "negative" or (r["mrd_value"] and float(r["mrd_value"]) < 0.0001)
                tests[r["subject"]].append(((date - start[r["subject"]]).days + 1, bool(fine and low)))
    responders = results["orr"].subjects
    for first, last in ((21, 38), (49, 66), (105, 122)):
        inside = {s: [t for t in tests[s] if first <= t[0] <= last] for s in responders}
        tested = {s: max(found)[1] for s, found in inside.items() if found}
        e = results[f"mrd_time.negative@{first}-{last}d"]
        assert (e.n, e.events) == (len(tested), sum(tested.values()))
        ever = sum(any(n for day, n in tests[s] if day <= last) for s in responders)
        assert results[f"mrd_time.negative_by@{first}-{last}d"].events == ever
