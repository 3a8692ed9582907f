"""The blocks of docs/compare.md are what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from factory import good_trial

from onearm import __version__
from onearm.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")


def counted(text: str) -> str:
    """Without how many numbers and files there are in all: more come with every kind of estimate."""
    return re.sub(r"\d+ (?=the same|files)", "N ", text)


def test_every_block_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    trial = good_trial(tmp_path / "trial")
    assert main(["run", "trial", "--out", "may", "-q"]) == 0
    responses = trial / "data" / "responses.csv"
    text = responses.read_text(encoding="utf-8")
    responses.write_text(text.replace("S06,2014-06-05,PR", "S06,2014-06-05,CR"), encoding="utf-8")
    assert main(["run", "trial", "--out", "june", "-q"]) == 0
    capsys.readouterr()
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.S)
    assert len(blocks) == 2
    for block in blocks:
        for command, printed in re.findall(r"^\$ onearm (.*)\n((?:(?!\$ ).*\n)*)", block, re.M):
            main(command.split())
            said = capsys.readouterr().out.replace(f"onearm {__version__}", "onearm 0.1.0")
            assert counted(said) == counted(printed), command
