"""What a protocol may ask of its documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from factory import PROTOCOL

from onearm.errors import Finding
from onearm.io.protocol import read_protocol
from onearm.protocol.check import check
from onearm.protocol.document import Protocol


def findings(folder: Path, report: str) -> list[Finding]:
    (folder / "protocol.yaml").write_text(PROTOCOL.replace("endpoints:\n", f"report: {report}\nendpoints:\n", 1))
    return list(read_protocol(folder).findings)


CASES = (
    ("{sections: [key, abstrac]}", "P110", 'there is no section "abstrac"'),
    ("{summary: [keys]}", "P110", 'there is no section "keys"'),
    ("{sections: [key, key]}", "P111", "named 2 times"),
    ("{abstract: [orr, osr]}", "P110", 'there is no endpoint "osr"'),
    ("{word_template: /tmp/a.docx}", "P111", "no Word document below the folder"),
    ("{word_template: ../a.docx}", "P111", "no Word document below the folder"),
    ("{word_template: a.dotx}", "P111", "no Word document below the folder"),
    ("{sections: [{title: Aims, words: 'Half of {orr'}]}", "P111", "a brace"),
    ("{sections: [{title: Aims, words: 'In all 44 (92%) of {n.treated}'}]}", "P162", "typed by hand: 44, 92%"),
)


@pytest.mark.parametrize(("report", "code", "says"), CASES)
def test_defect(tmp_path: Path, report: str, code: str, says: str) -> None:
    found = [f for f in findings(tmp_path, report) if f.code == code]
    assert any(says in f.says for f in found), found
    assert all(f.where.startswith("protocol.yaml:") and f.next_step for f in found)


def test_typed_numbers_do_not_block(tmp_path: Path) -> None:
    report = "{sections: [{title: Aims, words: 'Since 2012.'}]}"
    assert [(f.code, f.severity) for f in findings(tmp_path, report)] == [("P162", "warning")]


def test_a_sound_report_has_no_finding() -> None:
    body = {"onearm": 1, "trial": {"id": "t", "title": "T", "arm": "A"}}
    words = {"title": "Aims", "words": "Of {n.treated} patients {orr!}."}
    report = {"sections": [words, "key"], "summary": ["key"], "word_template": "a/b.docx"}
    assert check(Protocol.model_validate({**body, "report": report})) == ()
