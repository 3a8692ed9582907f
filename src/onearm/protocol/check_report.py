"""Do the documents ask for what there is?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from onearm.errors import Finding
from onearm.protocol.document import Protocol
from onearm.protocol.findings import Where, misfit, unknown
from onearm.protocol.report import SECTIONS, OwnSection

PLACE = re.compile(r"\{([^{}]*)\}")
"""Where own words take a number: its id, with ``!`` after it for the limits too."""


def check_report(p: Protocol, where: Where) -> Iterator[Finding]:
    """Sections and endpoints that do not exist, sections named twice, numbers typed by hand."""
    for part in ("sections", "summary"):
        named = getattr(p.report, part)
        for i, one in enumerate(named):
            path = f"report.{part}.{i}"
            if isinstance(one, OwnSection):
                yield from _own(one, where, path)
            elif one not in SECTIONS:
                yield unknown(where, path, "section", one, SECTIONS)
        words = [one for one in named if isinstance(one, str)]
        for name, n in Counter(words).items():
            if n > 1:
                yield misfit(where, f"report.{part}", f'the section "{name}" is named {n} times', "name it once")
    for i, name in enumerate(p.report.abstract):
        if name not in p.endpoints:
            yield unknown(where, f"report.abstract.{i}", "endpoint", name, p.endpoints)
    yield from _template(p.report.word_template, where)


def _own(one: OwnSection, where: Where, path: str) -> Iterator[Finding]:
    left = PLACE.sub("", one.words)
    if "{" in left or "}" in left:
        step = "write {ID}, or {ID!} for the limits too; ids are in results.csv"
        yield misfit(where, f"{path}.words", "a brace that is not closed, or closed twice", step)
    typed = re.findall(r"\d+(?:[.,]\d+)*%?", left)
    if typed:
        says = f'the section "{one.title}" has numbers typed by hand: {", ".join(typed[:5])}'
        step = "write {ID} where a number is a result; leave it where it is not"
        yield Finding("P162", "warning", where(f"{path}.words"), says, step)


def _template(name: str, where: Where) -> Iterator[Finding]:
    path = PurePosixPath(name)
    if name and (path.is_absolute() or ".." in path.parts or path.suffix.lower() != ".docx"):
        says = f'"{name}" is no Word document below the folder of the trial'
        yield misfit(where, "report.word_template", says, "name a .docx file in the trial's folder")
