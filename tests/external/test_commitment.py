"""Whether a design was settled before outcomes were looked at: what a log can say, and what it cannot."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import onearm as oa
from onearm.cli.main import main
from onearm.results import Commitment
from onearm.study.commitment import commitment
from onearm.study.trial import Lock, Look
from onearm.tables.commitment import commitment as tables

DESIGN = {"digest": "d2", "locked": "2026-02-03T10:00:00+00:00"}
LOCKED = Look("2026-02-03T10:00:00+00:00", "locked", "d2")
UNKNOWN = "Not known whether prespecified: the log of this lock is missing or is of another design."


def of(*log: Look) -> Commitment:
    return commitment(Lock(DESIGN, log))


@pytest.mark.parametrize(
    "log",
    [
        (),
        (Look("2026-03-01T10:00:00+00:00", "looked", "d2"),),
        (Look("2026-02-03T10:00:00+00:00", "locked", "d1"),),
        (Look("2026-02-03T10:00:00+00:00", "locked", "d1"), Look("2026-02-04T10:00:00+00:00", "looked", "d1")),
        (Look("2026-02-03T10:00:00+00:00", "looked at", "d2"),),
        (Look("2026-02-03T10:00:00+00:00", "locked again", "d2", "a typo"),),
    ],
)
def test_without_its_own_line_a_lock_is_not_known_to_be_early(log: tuple[Look, ...]) -> None:
    one = of(*log)
    assert (one.status, one.says) == ("unknown", UNKNOWN)
    assert one.first_look == ""


def test_its_own_line_makes_it_prespecified() -> None:
    assert of(LOCKED).status == "prespecified"
    assert of(LOCKED, Look("2026-02-04T10:00:00+00:00", "looked", "d2")).status == "prespecified"


@pytest.mark.parametrize(
    "log",
    [
        (Look("2026-02-01T10:00:00+00:00", "looked", ""), LOCKED),
        (LOCKED, Look("2026-02-01T10:00:00+00:00", "looked", "")),
        (LOCKED, Look("2026-02-03T10:30:00+01:00", "looked", "")),
    ],
)
def test_a_look_that_stands_or_is_dated_before_the_lock_makes_it_late(log: tuple[Look, ...]) -> None:
    one = of(*log)
    assert one.status == "late"
    assert one.first_look in one.says


@pytest.mark.parametrize(
    "at", ["2999-01-01T00:00:00+00:00", "2999-01-01", "2999-01-01T00:00:00", "tomorrow", "", "99999"]
)
def test_no_date_of_a_log_breaks_it(at: str) -> None:
    look = Look(at, "looked", "d2")
    assert of(LOCKED, look).status == "prespecified"
    assert of(look, LOCKED).status == "late"
    assert of(dataclasses.replace(LOCKED, at=at)).status == "prespecified"


def test_a_run_without_the_log_says_that_it_does_not_know(small: Path) -> None:
    main(["lock", str(small), "-q"])
    log = small / "design-log.jsonl"
    kept = log.read_text()
    log.unlink()
    assert main(["run", str(small), "-q"]) == 0
    one = json.loads((small / "results" / "results.json").read_text())["commitment"][0]
    assert (one["status"], one["says"]) == ("unknown", UNKNOWN)
    assert UNKNOWN in (small / "results" / "report.html").read_text()
    log.write_text(kept.replace(json.loads(kept.splitlines()[0])["digest"], "0" * 64))
    results = oa.run(oa.load(small))
    assert results.commitment[0].status == "unknown"
    [table] = tables(results)
    assert table.rows[0].cells[0].parts[0][0] == "Not known whether prespecified"


def test_a_log_dated_in_the_future_is_read(small: Path) -> None:
    main(["lock", str(small), "-q"])
    log = small / "design-log.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    lines.append({"at": "2999-01-01T00:00:00", "what": "looked", "digest": "", "reason": ""})
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert oa.run(oa.load(small)).commitment[0].status == "prespecified"
    assert main(["run", str(small), "-q"]) == 0
