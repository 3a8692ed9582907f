"""The page of designs: its code runs, prints what the page prints, and its table lists every constructor."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from onearm import design

PAGE = (Path(__file__).parents[2] / "docs" / "designs.md").read_text()


def test_the_code_of_the_page_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.S)
    assert len(blocks) == 3
    for code, said in blocks:
        exec(compile(code, "designs.md", "exec"), space)
        assert capsys.readouterr().out.rstrip() == said.rstrip()


def test_every_constructor_and_command_is_on_the_page() -> None:
    listed = set(re.findall(r"^\| `[\w-]+` \| `(\w+)` \|", PAGE, re.M))
    assert listed == {name for name in design.__all__ if name[0].islower()}


def test_the_commands_of_the_page_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shlex

    from onearm.cli.main import main

    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ onearm (design .*)$", PAGE, re.M)
    assert len(commands) == 3
    for command in commands:
        assert main(shlex.split(command)) == 0
    assert (tmp_path / "vod-rule" / "table.csv").exists()
