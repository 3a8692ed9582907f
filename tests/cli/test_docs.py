"""The pages that list what the code has: findings by code, tables by column, the README's Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import onearm
from onearm.cohort.schema import SCHEMA

ROOT = Path(__file__).parents[2]
SOURCE = Path(onearm.__file__).parent


def test_every_code_is_explained() -> None:
    text = "\n".join(p.read_text() for p in SOURCE.rglob("*.py"))
    used = set(re.findall(r'"([PDCUREX]\d{3})"', text))
    used |= {letter + number for number in re.findall(r'f"\{code\}(\d{3})"', text) for letter in "PC"}
    used |= {letter + number for number in re.findall(r'_say\("(\d{3})"', text) for letter in "PC"}
    listed = set(re.findall(r"^\| ([PDCUREX]\d{3}) \|", (ROOT / "docs" / "findings.md").read_text(), re.M))
    assert used == listed


def test_every_column_is_explained() -> None:
    text = (ROOT / "docs" / "tables.md").read_text()
    for table, columns in SCHEMA.items():
        section = text.partition(f"## {table}\n")[2].partition("\n## ")[0]
        assert set(re.findall(r"^\| `(\w+)`", section, re.M)) == set(columns)


def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    code = code.replace("build/mini-hcvd-ino", str(ROOT / "examples" / "mini-hcvd-ino"))
    exec(compile(code, "README.md", "exec"), {})
    said = capsys.readouterr().out
    assert "44 48" in said
    assert "data/responses.csv:" in said


def test_every_estimator_has_an_example_that_the_protocol_takes() -> None:
    from pydantic import TypeAdapter
    from ruamel.yaml import YAML

    from onearm.endpoints import ESTIMATORS
    from onearm.protocol.endpoint import Endpoint

    text = (ROOT / "docs" / "endpoints.md").read_text()
    seen = set()
    for block in re.findall(r"```yaml\n(.*?)```", text, re.S):
        for clause in YAML(typ="safe").load(block).values():
            seen.add(TypeAdapter(Endpoint).validate_python(clause).estimator)
    assert seen == set(ESTIMATORS)
