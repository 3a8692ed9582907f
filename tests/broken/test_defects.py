from __future__ import annotations

import re
from pathlib import Path

import pytest
from defects import DEFECTS, Defect
from factory import examine, good_trial

import onearm.cohort
import onearm.io.sources
from onearm.cohort.codes import CODES


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    return examine(good_trial(tmp_path_factory.mktemp("sound") / "trial"))


def test_the_sound_trial_is_accepted(sound):
    cohorts, findings = sound
    assert [f.code for f in findings] == ["D249"]
    assert cohorts["trial"].subjects.height == 8
    assert cohorts["other"].subjects.height == 16


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.name)
def test_defect_is_found(defect: Defect, tmp_path, sound):
    folder = good_trial(tmp_path / "trial")
    defect.apply(folder)
    cohorts, findings = examine(folder)
    new = [f for f in findings if f not in sound[1]]
    hits = [f for f in new if f.code == defect.code]
    assert hits, [str(f) for f in new]
    assert any(f.blocks for f in findings) == bool(defect.exit), [str(f) for f in new]
    assert any(f.blocks for f in hits) == bool(defect.exit)
    assert (None in cohorts.values()) or not defect.exit or defect.code in ("D202", "D203", "D204")
    for f in new:
        assert re.match(r"^(data/|external/other|protocol\.yaml |\.\./other)", f.where), f
        assert f.says, f
        assert f.next_step, f
        assert not f.says.endswith("."), f


ONE_CELL = [d for d in DEFECTS if isinstance(d.edit, tuple) and d.edit[0] != "protocol.yaml"]


@pytest.mark.parametrize("defect", ONE_CELL, ids=lambda d: d.name)
def test_place_names_the_line(defect: Defect, tmp_path, sound):
    """Where a single cell was changed, the finding names its line."""
    file, old, _ = defect.edit
    folder = good_trial(tmp_path / "trial")
    line = (folder / file).read_text()
    line = line[: line.index(old)].count("\n") + 1
    defect.apply(folder)
    hits = [f for f in examine(folder)[1] if f not in sound[1] and f.code == defect.code]
    about_the_table = {"D235", "D239", "D234", "D255", "D237", "D249", "D268"}
    about_another_row = {"D280", "D287", "D231", "D230"}
    if defect.code in about_the_table | about_another_row:
        assert all(re.match(r"^data/[a-z_]+\.csv:[0-9]+$", f.where) for f in hits)
    else:
        assert [f.where for f in hits] == [f"{file}:{line}"]


def test_names_are_unique_and_many():
    names = [d.name for d in DEFECTS]
    assert len(names) == len(set(names)) >= 50


def test_every_code_has_a_defect():
    assert {d.code for d in DEFECTS} == set(CODES)


def test_every_code_in_the_source_is_listed():
    used: set[str] = set()
    for package in (onearm.cohort, onearm.io.sources):
        for path in Path(package.__file__).parent.glob("*.py"):
            if path.name != "codes.py":
                used |= set(re.findall(r'"(D2[0-9]{2})"', path.read_text(encoding="utf-8")))
    assert used == set(CODES)
