"""A listing of events: what came before each, and nothing that is not on record."""

from __future__ import annotations

from pathlib import Path

import pytest

import onearm as oa
from onearm.endpoints import ESTIMATORS
from onearm.endpoints.sample import Analysis
from onearm.errors import ProtocolError
from onearm.protocol.adverse_events import EventListing
from onearm.results import Listing

CLAUSE = {
    "estimator": "event-listing",
    "population": "treated",
    "terms": ["veno-occlusive disease"],
    "procedure": "ASCT",
}


def listing(folder: Path, **more: object) -> Listing:
    trial = oa.load(folder)
    cohort = trial.cohort
    treated = tuple(cohort.subjects.filter(cohort.subjects["treated"])["subject"].to_list())
    analysis = Analysis(trial.protocol, cohort.subjects, {}, {"treated": treated}, cohort)
    (one,) = ESTIMATORS["event-listing"]("vod", EventListing.model_validate(CLAUSE | more), analysis).listed
    return one


def test_the_bundled_listing_row_by_row(bundled: Path) -> None:
    """By hand from the files: 010 began on 2014-01-09; dose 03-22, transplantation 05-04, event 05-16 (day 128)."""
    one = listing(bundled, drug="inotuzumab ozogamicin")
    assert one.columns[:5] == ("Subject", "Patient number", "Version", "Event", "Grade")
    assert one.columns[7:] == ("Days since last dose of inotuzumab ozogamicin", "ASCT before", "Last known")
    assert one.subjects == ("010", "013", "021", "034", "039")
    days = {row[0]: (row[5], row[7], row[8]) for row in one.rows}
    assert days["010"] == ("128", "55", "yes, day 116")
    assert days["021"] == ("62", "28", "no")
    assert one.rows[0][-1] == "dead on day 152 (veno-occlusive disease)"


def edited(small: Path, *changes: tuple[str, str, str]) -> Path:
    for file, old, new in changes:
        path = small / "data" / file
        assert path.read_text().count(old) == 1
        path.write_text(path.read_text().replace(old, new))
    return small


SECOND = ("adverse_events.csv", "S02,Veno", "S02,veno-occlusive disease,2,2014-02-01,\nS02,Veno")


def test_days_since_the_last_dose_before_each_event(small: Path) -> None:
    # S02 began on 2014-01-21; doses of inotuzumab on 2014-01-23 (day 3) and, added, on 2014-02-20 (day 31)
    dose = ("doses.csv", "S02,inotuzumab ozogamicin", "S02,inotuzumab,1,mg,2014-02-20,2\nS02,inotuzumab ozogamicin")
    one = listing(edited(small, SECOND, dose), drug="inotuzumab")
    assert [(r[4], r[5], r[6], r[7], r[8], r[9]) for r in one.rows] == [
        ("2", "12", "", "9", "no", "dead on day 558 (leukaemia)"),  # day 12 - day 3; no end on record
        ("4", "59", "90", "28", "no", "dead on day 558 (leukaemia)"),
    ]


def test_a_dose_on_the_first_day_of_the_event_was_no_day_ago(small: Path) -> None:
    dose = ("doses.csv", "S02,inotuzumab ozogamicin", "S02,inotuzumab,1,mg,2014-03-20,2\nS02,inotuzumab ozogamicin")
    assert [r[7] for r in listing(edited(small, dose), drug="inotuzumab").rows] == ["0"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("S02,ASCT,2014-03-19", "yes, day 58"),
        ("S02,ASCT,2014-03-20", "on the same day, day 59"),
        ("S02,ASCT,2014-03-21", "no, later: day 60"),
    ],
)
def test_the_order_of_procedure_and_event(small: Path, row: str, word: str) -> None:
    one = listing(edited(small, ("procedures.csv", "S01,ASCT", f"{row}\nS01,ASCT")))
    assert [r[7] for r in one.rows] == [word]


def test_what_is_not_on_record_stays_empty(small: Path) -> None:
    one = listing(
        edited(small, ("doses.csv", "S02,inotuzumab ozogamicin,1.8,mg,2014-01-23,1\n", "")), drug="inotuzumab"
    )
    assert one.rows[0][7] == ""
    assert listing(small, min_grade=5).rows == ()


def test_a_drug_that_nobody_named_is_refused(small: Path) -> None:
    path = small / "protocol.yaml"
    path.write_text(
        path.read_text().replace("external:", f"  vod_list: {CLAUSE | {'drug': 'inotuzumub'}}\nexternal:", 1)
    )
    with pytest.raises(ProtocolError) as caught:
        oa.load(small)
    (finding,) = caught.value.findings
    assert finding.code == "P110"
    assert finding.where.endswith("endpoints.vod_list.drug")
    assert 'there is no drug "inotuzumub" (did you mean' in finding.says
