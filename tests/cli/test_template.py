"""The protocol that `onearm new` writes: sound as it is, and sound with its treatment part put in force."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onearm.cli.main import main
from onearm.io.protocol import read_protocol
from onearm.protocol.document import Protocol

TREATMENT = {"body", "drugs", "regimens", "conditions", "versions", "visits", "deviations", "modifications"}
COVARIATES = ("height_cm", "weight_kg", "creatinine", "cd20")


def in_force(text: str) -> str:
    """The text with its treatment part: the first `# ` is taken off, as the page says."""
    head, found, rest = text.partition("# # How bodies are measured")
    part, end, tail = (found + rest).partition("# Response categories")
    assert found
    assert end
    part = re.sub(r"^# ?", "", part, flags=re.M)
    head = re.sub(rf"^  # (?=({'|'.join(COVARIATES)}):)", "  ", head, flags=re.M)
    return head + part + end + tail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert main(["new", str(tmp_path / "trial")]) == 0
    return tmp_path / "trial"


def test_the_template_has_no_treatment_and_no_finding(folder: Path) -> None:
    read = read_protocol(folder)
    assert read.findings == ()
    assert read.protocol is not None
    assert not TREATMENT & read.protocol.model_fields_set


def test_the_treatment_part_is_sound_when_it_is_put_in_force(folder: Path) -> None:
    path = folder / "protocol.yaml"
    path.write_text(in_force(path.read_text(encoding="utf-8")), encoding="utf-8")
    read = read_protocol(folder)
    assert read.findings == ()
    assert read.protocol is not None
    assert read.protocol.model_fields_set >= TREATMENT
    assert set(COVARIATES) <= set(read.protocol.covariates)
    assert set(Protocol.model_fields) >= TREATMENT


def test_its_doses_can_be_computed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Mosteller of 160 cm and 62.5 kg: sqrt(160 x 62.5 / 3600) = 1.67 m2, so 200 mg/m2 is 334 mg, rounded to 335."""
    path = folder / "protocol.yaml"
    path.write_text(in_force(path.read_text(encoding="utf-8")), encoding="utf-8")
    header = (folder / "data" / "subjects.csv").read_text(encoding="utf-8").strip()
    columns = ["subject", "number", "cohort", "enrolled", "treatment_start", "age", "sex"]
    assert header.split(",") == columns
    row = "S1,1,,2026-01-05,2026-01-06,50,female,160,62.5,0.9,30"
    (folder / "data" / "subjects.csv").write_text(f"{header},{','.join(COVARIATES)}\n{row}\n", encoding="utf-8")
    with (folder / "data" / "followup.csv").open("a", encoding="utf-8") as out:
        out.write("S1,,,,2026-02-01\n")
    assert main(["check", str(folder), "-q"]) == 0
    capsys.readouterr()
    assert main(["dose", str(folder), "--patient", "1", "--cycle", "1", "--format", "csv"]) == 0
    said = capsys.readouterr().out
    assert any(line.count("paclitaxel") and ",335," in line for line in said.splitlines()), said


def test_every_page_that_it_names_is_there(folder: Path) -> None:
    pages = set(re.findall(r"docs/[a-z-]+\.md", (folder / "protocol.yaml").read_text(encoding="utf-8")))
    assert len(pages) == 5
    assert all((Path(__file__).parents[2] / page).is_file() for page in pages)
