"""Scales with stable and progressive disease: a progression needs no response before it, and PD on its day counts."""

from __future__ import annotations

from pathlib import Path

import onearm as oa
from onearm.io.load import check

ORDER = "response: {order: [CR, PR, SD, PD], responders: [CR, PR]}\n"
RESPONSES = """\
subject,date,response
S01,2014-03-01,CR
S02,2014-03-12,PR
S03,2014-03-12,PD
S04,2014-05-01,SD
S05,2014-06-05,PD
S06,2014-06-05,SD
S07,2014-06-20,PR
"""


def solid(small: Path) -> Path:
    """The small trial with the categories of solid tumours: S03 progresses on the day of its PD, S04 after SD."""
    path = small / "protocol.yaml"
    text = path.read_text().replace("populations:\n", ORDER + "populations:\n", 1)
    text = text.replace("in: [CR, CRp, CRi, PR, NR]", "in: [CR, PR, SD, PD]")
    best = "  best: {estimator: distribution, fact: best, population: treated}\n"
    pfs = "  pfs: {kind: time-to, events: [relapse, death]}\n"
    curve = "  pfs: {estimator: survival, fact: pfs, population: treated}\n"
    text = text.replace("endpoints:\n", f"endpoints:\n{best}{curve}", 1).replace("facts:\n", f"facts:\n{pfs}", 1)
    path.write_text(text)
    (small / "data" / "responses.csv").write_text(RESPONSES)
    other = small / "external" / "other" / "responses.csv"
    other.write_text(other.read_text().replace("NR", "PD").replace("CRp", "PR").replace("CRi", "PR"))
    follow = (small / "data" / "followup.csv").read_text().splitlines()
    at = follow[0].split(",").index("relapse")
    days = {"S03": "2014-03-12", "S04": "2014-06-01"}
    rows = [row.split(",") for row in follow]
    for row in rows[1:]:
        row[at] = days.get(row[0], "")
    (small / "data" / "followup.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")
    return small


def test_a_progression_without_a_response_is_no_finding(small: Path) -> None:
    codes = [f.code for f in check(solid(small)).findings]
    assert "D281" not in codes


def test_progressive_disease_on_the_day_of_progression_is_the_best_response(small: Path) -> None:
    results = oa.run(oa.load(solid(small)))
    assert results["best.PD"].subjects == ("S03", "S05")
    assert set(results["pfs.first_event.relapse"].subjects) == {"S03", "S04"}
    assert results["best.SD"].subjects == ("S04", "S06")
    assert any("progression too" in words for words in results.header.definitions)
