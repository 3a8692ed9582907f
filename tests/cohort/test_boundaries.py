"""What lies exactly on a limit."""

from __future__ import annotations

import pytest
from factory import examine, good_trial


def new_codes(tmp_path, file, old, new):
    folder = good_trial(tmp_path / "trial")
    path = folder / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return [f.code for f in examine(folder)[1] if f.code != "D249"]


@pytest.mark.parametrize(
    ("file", "old", "new", "codes"),
    [
        ("data/followup.csv", "2017-03-30", "2017-12-31", []),
        ("data/followup.csv", "2017-03-30", "2018-01-01", ["D244"]),
        ("data/subjects.csv", "2014-01-04,62", "2014-01-04,60", []),
        ("data/subjects.csv", "2014-01-04,62", "2014-01-04,59.9", ["D252"]),
        ("data/subjects.csv", "2014-01-04,62", "2014-01-04,100", []),
        ("data/responses.csv", "negative,0.00001,", "negative,0.0001,", ["D271"]),
        ("data/responses.csv", "negative,0.00001,", "negative,0.000099,", []),
        ("data/responses.csv", "positive,0.002,", "positive,1,", []),
        ("data/responses.csv", "positive,0.002,", "positive,-0.002,", ["D270"]),
        ("data/responses.csv", "S03,2014-03-12", "S03,2014-05-04", []),
        ("data/responses.csv", "S03,2014-03-12", "S03,2014-05-05", ["D280"]),
        ("data/procedures.csv", "S07,asct,2014-09-01", "S07,asct,2017-03-30", []),
        ("data/procedures.csv", "S07,asct,2014-09-01", "S07,asct,2017-03-31", ["D287"]),
        ("data/followup.csv", "S05,2014-12-01", "S05,2014-05-02", []),
        ("data/followup.csv", "S05,2014-12-01", "S05,2014-05-01", ["D282"]),
        ("data/subjects.csv", "main,2014-01-20", "main,2014-01-02", []),
        ("data/subjects.csv", "main,2014-01-20", "main,2014-01-01", ["D237"]),
        ("data/subjects.csv", "second,2014-04-01", "second,2014-01-01", []),
        ("data/adverse_events.csv", "Nausea,1,2014-04-05", "Nausea,1,2014-04-02", []),
        ("data/adverse_events.csv", "Sepsis,5", "Sepsis,5.0", []),
    ],
)
def test_limits(tmp_path, file, old, new, codes):
    assert new_codes(tmp_path, file, old, new) == codes
