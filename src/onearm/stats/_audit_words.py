"""The text as numbers are read from it: typography made plain without moving a character, number words, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_PLAIN = str.maketrans(
    dict.fromkeys("‐‑‒–—−﹣－", "-")
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " ")
    | {"×": "x", "％": "%", "“": '"', "”": '"', "‘": "'", "’": "'"}
)
_THOUSANDS = re.compile(r"(?<=\d)[\u2009\u202f\u00a0](?=\d{3}(?!\d))")
_MIDDLE_DOT = re.compile(r"(?<=\d)[·∙](?=\d)")
_RAISED = re.compile(r"(?<![χX])[⁰¹²³⁴-⁹⁺⁻]")
_PER = r"(?:\s*/\s*(?:[uµμmfdn]?[lL]\b|[cdmµμ]?m(?:\^?[23])?(?![\w^])))"
_ESCAPED = re.compile(r"\\(?:\||(?=[!-/:-@\[-`{-~]))")  # Markdown's "p \<0.001", LaTeX's "92\%"
_NAMED = {
    "lt": "<",
    "gt": ">",
    "le": "≤",
    "ge": "≥",
    "plusmn": "±",
    "times": "x",
    "nbsp": " ",
    "minus": "-",
    "ndash": "-",
}
_ENTITY = re.compile(rf"&({'|'.join(_NAMED)});")
_BOLD = re.compile(r"(?<![\w*])\*\*(?=\S)[^*\n]{1,400}(?<=\S)\*\*")
_TIMES = r"(?:(?<![A-Za-z])x\s*"
_POWER = re.compile(  # "10^9/L", "x 10*9/L", "10e9/L", 10 with raised digits
    rf"{_TIMES}|(?<![\w.,]))10\s*(?:(?:\^|\*\*?|[eE])\s*[+-]?\d{{1,2}}\b|[⁺⁻]?[⁰¹²³⁴-⁹]{{1,2}}){_PER}?|"
    rf"{_TIMES}|(?<=\d ))10\s?\d{{0,2}}{_PER}"  # "4.5 x 109/L", "4.5 10 9 /L": as raised digits come out of files
)
_RAISED_LENGTH = re.compile(r"(?<=m)\^-?[23]\b")  # m^2, mm^3

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORTH = {"none": 0} | {w: i for i, w in enumerate(_ONES)} | {w: 10 * i for i, w in enumerate(_TENS, 2)}
_SMALL = "|".join(sorted(_WORTH, key=len, reverse=True))
_UNDER_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:10])}))?|{_SMALL})"
WORDS = rf"(?:(?:(?:{'|'.join(_ONES[1:10])}|a) hundred(?:(?: and)? {_UNDER_100})?)|{_UNDER_100})"

_UNITS = (r"(?:months?|mos?|years?|yrs?|y|weeks?|wks?|days?|d|hours?|h|minutes?|min|"
          r"cycles?|courses?|doses?|mg|g|kg|ug|mcg|"
          r"mL|L|cm|mm|centers?|centres?|sites?|times?|fold|points?|percent|per|lines?|steps?|log)\b")  # fmt: skip
COUNT = (
    rf"(?<![\w.,/%+\-<>=≤≥])(?<!\d )(?<!\bx )(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}}|(?i:{WORDS}))"
    rf"(?!\w|\.\d|,\d|\s*%|\s*[-/+]\s*\d|-[A-Za-z]|\s+(?i:{_UNITS}))"
)
"""A whole number of people: not part of another number, no range, no rate, no unit behind it."""
AFTER_LABEL = re.compile(
    r"(?i)\b(?:grades?|days?|cycles?|phases?|stages?|weeks?|months?|years?|tables?|fig(?:ure)?s?\.?|patient|versions?|"
    r"arm|levels?|courses?|cohort|part|type|step|line|section|chapter|age[ds]?|aged|score|class|no\.|page|ref)"
    r"\s+(?:(?:\d+|[IV]+)\s*(?:-|to|or|and|,|/)\s*)*$|\b(?:\d|one|two)\s+in\s+$"
)
"""What stands before a number that names a thing and counts nobody: grade 3, day 8, cycle 2 or 3, one in five."""


def plain(text: str) -> str:
    """The text with one kind of dash, space, quote and point, no raised digits; every character keeps its place.

    Marks of Markdown and HTML are undone: a backslash before a sign, ``&lt;``, the stars of bold letters. A power of
    ten with what it is counted in (``10^9/L``) is one unit, and written as one: ``mg`` and spaces.
    """
    said = _unmarked(_MIDDLE_DOT.sub(".", _THOUSANDS.sub(",", text).translate(_PLAIN)))
    if "10" in said:
        said = _POWER.sub(lambda m: "mg".ljust(len(m[0])), said)
    return _RAISED_LENGTH.sub(lambda m: " " * len(m[0]), _RAISED.sub(" ", said))


def _unmarked(text: str) -> str:
    if "\\" in text:
        text = _ESCAPED.sub(lambda m: " " * len(m[0]), text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: _NAMED[m[1]].rjust(len(m[0])), text)
    return _BOLD.sub(lambda m: f"  {m[0][2:-2]}  ", text) if "**" in text else text


def number(said: str) -> int:
    """A count in digits or words.

    Examples
    --------
    >>> number("Twenty-four"), number("1,683"), number("one hundred and ten")
    (24, 1683, 110)
    """
    if said[0].isdigit():
        return int(said.replace(",", ""))
    total = 0
    for word in re.split(r"[- ]+", said.lower()):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word not in ("and", "a"):
            total += _WORTH[word]
    return total


_SHORT = re.compile(
    r"(?:\b(?:vs?|no|figs?|al|e\.g|i\.e|approx|ca|cf|dr|mr|ms|st|resp|incl|refs?|suppl)|\b[A-Z])\.$", re.I
)


_GAP = re.compile(r"(?<=[.?!])[\"')\]]?\s+(?=[\"'(\[]?[A-Z0-9])|(?<!\s)[^\S\n]*\n\s*\n\s*|\n(?=\s*[-*#|•])")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence: a stop before a capital, a digit or a bracket, an empty line, a list's line."""
    start = 0
    for gap in _GAP.finditer(text):
        if text[gap.start() - 1 : gap.start()] == "." and _SHORT.search(text[max(0, gap.start() - 9) : gap.start()]):
            continue
        if text[start : gap.start()].strip():
            yield start, gap.start()
        start = gap.end()
    if text[start:].strip():
        yield start, len(text)


def listed(values: Iterable[int], most: int = 6) -> str:
    """Whole numbers in words, runs joined.

    Examples
    --------
    >>> listed([48]), listed([48, 49, 50, 51]), listed([20, 40, 60])
    ('48', '48 to 51', '20, 40, 60')
    """
    runs: list[list[int]] = []
    for v in values:
        if runs and v == runs[-1][1] + 1:
            runs[-1][1] = v
        else:
            runs.append([v, v])
    said = [f"{a}" if a == b else f"{a}, {b}" if b == a + 1 else f"{a} to {b}" for a, b in runs]
    return ", ".join(said[:most]) + (f" and {len(said) - most} more" if len(said) > most else "")


class Taken:
    """Places of the text that have been read."""

    def __init__(self, size: int) -> None:
        self._read = bytearray(size)

    def free(self, start: int, end: int) -> bool:
        """Whether nothing from ``start`` to ``end`` has been read."""
        return self._read.find(1, start, end) < 0

    def take(self, start: int, end: int) -> None:
        """Mark a place as read."""
        self._read[start:end] = b"\1" * (end - start)
