"""The range of the patients' ages against the age that the text asks of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._audit_record import FITS, MISFIT, Statement

KIND = "age against limit"
_LEAST = re.compile(
    r"(?i)\bage[ds]?\s*(?:was\s+|were\s+|of\s+)?(?:(?:>=|≥|at\s+least)\s*(?P<a>\d{1,2})(?!\d)|"
    r"(?P<b>\d{1,2})\s*(?:years?|yrs?|y)?\s*(?:or|and)\s+(?:older|over|above|more))"
)
_AGES = re.compile(
    r"(?i)\b(?:median|mean)\s+age\b[^.;%]{0,60}?(?P<m>\d{1,2})(?:\s*(?:years?|yrs?|y))?\s*[(\[,;]\s*(?:full\s+)?"
    r"range\s*[,:;]?\s*(?P<lo>\d{1,2})\s*(?:-|to)\s*(?P<hi>\d{1,3})(?![\d.%])"
)


def ages(text: str) -> Iterator[Statement]:
    """Ranges of ages that begin below the one least age a text names; of several limits none is taken."""
    limits = {int(m["a"] or m["b"]) for m in _LEAST.finditer(text)}
    if len(limits) != 1:
        return
    least = limits.pop()
    for m in _AGES.finditer(text):
        place = (KIND, m.start("lo"), m.end("hi"), text[m.start("lo") : m.end("hi")])
        if int(m["lo"]) < least:
            says = f"ages from {m['lo']}, where the text asks for {least} or more"
            yield Statement(*place, MISFIT, says)
        else:
            yield Statement(*place, FITS, f"ages from {m['lo']}, the text asks for {least} or more")
