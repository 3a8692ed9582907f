"""Percentages that a count follows outside brackets, and percentages in words.

``83%/38 of 46``, ``83%, with 38 of 47 patients responding``, ``Eighty-three percent of patients (38 of 47)``. Two
numbers that merely stand side by side may be of different things, so they are read together where they agree, or where
the words leave no other reading.
"""

from __future__ import annotations

import re

from ._audit_counts import PERCENT, Counted, rough
from ._audit_words import COUNT, WORDS, Taken, number
from ._consistency_counts import whole_counts
from ._consistency_printed import ROUNDINGS

_PEOPLE = r"(?:patients?|pts?|subjects?|participants?|people|persons?|individuals)"
_OF_N = r"\s*(?:/|\bout\s+of|\bof)\s*(?:(?:the|all|our|these)\s+)*(?P<n>\d{1,3}(?:,\d{3})+|\d{1,7})(?![\w%]|\.\d|,\d)"
_K_OF_N = rf"(?P<k>{COUNT}|\d{{1,7}}(?=/)){_OF_N}"
_SAID = rf"(?:{PERCENT}|(?P<w>\b(?:{WORDS}|hundred))\s+per\s?cent\b)"
_WORD = r"\s+(?!(?:and|or|but|versus|vs)\b)[A-Za-z][\w'/-]*"
_SLASH = re.compile(rf"{PERCENT}\s*/\s*(?P<k>\d{{1,7}}){_OF_N}", re.I)
_BRACKET = re.compile(
    rf"{_SAID}(?:\s+(?:of|among)(?P<group>(?:{_WORD}){{1,6}}?))?\s*[(\[]\s*(?:n\s*=\s*)?{_K_OF_N}(?=\s*[)\],;])", re.I
)
_COMMA = re.compile(rf"{PERCENT}\s*(?:[,;:]\s*(?:with|in|or|that is,?)?|\bin\b|\bwith\b)\s*{_K_OF_N}", re.I)
_CELL = re.compile(
    rf"{PERCENT}\s*(?:\|\s*)?(?P<k>(?<![\w.,/])\d{{1,7}})\s*(?:/|of)\s*(?P<n>\d{{1,7}})(?![\w%/]|\.\d|,\d)", re.I
)
_EVERYBODY = re.compile(
    rf"\s+(?:(?:the|all|our|these|evaluable|assessable|treated|enrolled|included|study)\s+)*{_PEOPLE}", re.I
)
_SAME = r"(?P<stem>respon|relaps|transplant)"
_RATE = re.compile(rf"\b{_SAME}[a-z]*\s*(?:rates?\s*)?(?:(?:was|is|were|of|:)\s*)?$", re.I)
_DID = re.compile(rf"(?:\s+{_PEOPLE})?\s+(?:who\s+|had\s+|have\s+)*{_SAME}[a-z]*(?=\s*(?:[.;,)\]]|$))", re.I)


def beside(text: str, taken: Taken) -> list[Counted]:
    """The counts that follow their percentage outside brackets, or follow it in words."""
    found: list[Counted] = []
    for pattern in (_SLASH, _BRACKET, _COMMA, _CELL):
        for m in pattern.finditer(text):
            one = _one(m)
            if taken.free(*m.span()) and (_agrees(one) or _sure(text, m)):
                taken.take(*m.span())
                found.append(one)
    return found


def _one(m: re.Match[str]) -> Counted:
    where = "p" if m["p"] else "w"
    percent = m["p"] or str(100 if m["w"].lower() == "hundred" else number(m["w"]))
    return Counted(
        m.start(), m.end(), number(m["k"]), percent, *m.span(where), number(m["n"]), "percent first", ""
    )  # fmt: skip


def _agrees(c: Counted) -> bool:
    return c.n is not None and 0 < c.n <= 100_000 and float(c.percent) <= 100 and any(
        c.k in whole_counts(c.percent, c.n, rounding=rule) for rule in ROUNDINGS
    )  # fmt: skip


def _sure(text: str, m: re.Match[str]) -> bool:
    """Whether the words leave no other reading than that the percentage is that of the count."""
    ahead = text[max(0, m.start() - 60) : m.start()]
    if rough(text, m.start()):
        return False
    if m.re is _COMMA:
        rate, did = _RATE.search(ahead), _DID.match(text, m.end())
        return rate is not None and did is not None and rate["stem"].lower() == did["stem"].lower()
    if m.re is _BRACKET and m["group"] is not None:
        return _EVERYBODY.fullmatch(m["group"]) is not None
    return m.re in (_SLASH, _BRACKET)
