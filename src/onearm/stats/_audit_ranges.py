"""A median (or another value) beside its own range, quartiles or interval: it cannot lie outside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ._audit_record import FITS, MISFIT, Statement
from ._audit_words import Taken
from ._consistency_printed import as_printed

_NUMBER = r"-?\d{1,6}(?:,\d{3})*(?:\.\d+)?"
_START = r"(?<![\w.\-/^*])(?<!\d )"  # not the last part of another number
_UNIT = (
    r"(?:\s*(?:months?|mos?\b|years?|yrs?\b|y\b|days?|weeks?|wks?\b|hours?|h\b|cycles?|courses?|mmHg|kg\b|"
    r"[A-Za-zµμ]{1,8} ?/ ?(?!\d)[A-Za-zµμ]{1,4}\d?\b(?:\s*/\s*d(?:ay)?\b)?|mg|x ?10\s*/\S+|x ?10\S*|/\S+))?"
)
_NAME = (
    r"(?P<name>(?i:full\s+range|interquartile\s+range|inter-quartile\s+range|range|IQR|quartiles|Q1\s*-\s*Q3|"
    r"\d{2}(?:\.\d)?\s*%\s*(?:CI|confidence\s+interval|CrI)))"
)
_SPAN = rf"(?P<lo>{_NUMBER})\s*(?:-|\bto\b|,(?=\s)|(?i:\band\b))\s*(?P<hi>{_NUMBER}|(?i:not reached|NR|NE)|\d*\+)"
_NAMED = re.compile(
    rf"{_START}(?P<m>{_NUMBER}){_UNIT}\s*(?:,|;|[(\[]|with|,?\s*with)?\s*(?i:an?\s+)?{_NAME}"
    rf"\s*(?i:of)?\s*[,:;=]?\s*[(\[]?\s*{_SPAN}"
)
_PERCENT = re.compile(  # "a median of 68% (range 14 to 96)"
    rf"(?i:\bmedians?)\b[^\d%.;()]{{0,60}}?{_START}(?P<m>{_NUMBER})\s*%\s*(?:,|[(\[])\s*{_NAME}\s*[,:;=]?\s*{_SPAN}"
    r"(?![\d+]|\.\d|\s*(?:months?|mos?|years?|days?|weeks?|hours?|cycles?|courses?|mg|g)\b)"
)
_BARE = re.compile(rf"{_START}(?P<m>{_NUMBER}){_UNIT}\s*[(\[]\s*{_SPAN}(?=\s*(?:months|years|days)?\s*[)\];,])")
_AHEAD = re.compile(
    rf"(?P<name>(?i:quartiles|interquartile\s+range|IQR|range))\b[^.;\d%]{{0,40}}?(?<![\w.\-])(?P<lo>{_NUMBER})"
    rf"\s*(?:-|\bto\b|(?i:\band\b))\s*(?P<hi>{_NUMBER}){_UNIT}[\s,;]*(?i:with|and|around|about)\s+(?i:an?|its|the)\s+"
    rf"(?i:median)\s+(?i:of|at|was)?\s*(?P<m>{_NUMBER})(?![\w%]|\.\d)"
)
_NEXT = re.compile(rf"\s*{_UNIT}\s*[;,]\s*{_NAME}\s*[,:;=]?\s*{_SPAN}")


def ranges(text: str, sentence: tuple[int, int], taken: Taken) -> Iterator[Statement]:
    """Values with their range or interval in one sentence; unnamed ones only after the word median."""
    a, b = sentence
    median = re.search(r"(?i)\bmedians?\b", text[a:b])
    for m in _AHEAD.finditer(text, a, b):
        if taken.free(*m.span()):
            yield from _checked(text, m, m["name"], taken, b, True)
    for m in _PERCENT.finditer(text, a, b):
        if taken.free(m.start("m"), m.end()):
            yield from _checked(text, m, m["name"], taken, b, True)
    for m in _NAMED.finditer(text, a, b):
        if taken.free(*m.span()):
            yield from _checked(text, m, m["name"], taken, b, median is not None)
    if median is None:
        return
    for m in _BARE.finditer(text, a + median.end(), b):
        if taken.free(*m.span()):
            yield from _checked(text, m, "range or interval", taken, b, True)


def _checked(text: str, m: re.Match[str], name: str, taken: Taken, b: int, median: bool) -> Iterator[Statement]:
    value, value_at = m["m"], min(m.start("m"), m.start("lo"))
    spans = [(name, m)]
    while (more := _NEXT.match(text, spans[-1][1].end(), b)) is not None:
        spans.append((more["name"], more))
    end = spans[-1][1].end()
    taken.take(value_at, end)
    wrong = [says for n, s in spans if (says := _outside(value, n, s, median))]
    kind = "median with range" if median else "value with range"
    end = max(end, m.end("m"))
    if len(spans) == 2 and not wrong:
        wrong = _nested(spans)
    place = (kind, value_at, end, text[value_at:end])
    if wrong:
        yield Statement(*place, MISFIT, "; ".join(wrong))
    else:
        inside = " and ".join(f"{' '.join(n.split())} {s['lo']} to {s['hi']}" for n, s in spans)
        yield Statement(*place, FITS, f"{value} lies inside its {inside}")


def _outside(value: str, name: str, m: re.Match[str], median: bool) -> str:
    at, low, high = _exact(value), _exact(m["lo"]), _exact(m["hi"])
    what, name = "the median" if median else "the value", " ".join(name.split())
    if low is not None and high is not None and low > high:
        return f"the {name} {m['lo']} to {m['hi']} runs downwards"
    if at is not None and ((low is not None and at < low) or (high is not None and at > high)):
        return f"{what} {value} lies outside its own {name}, {m['lo']} to {m['hi']}"
    return ""


def _nested(spans: list[tuple[str, re.Match[str]]]) -> list[str]:
    """Quartiles inside the range."""
    by_name = {("inner" if re.search(r"(?i)q", n) else "outer"): s for n, s in spans if not re.search(r"%", n)}
    if len(by_name) < 2:
        return []
    inner, outer = by_name["inner"], by_name["outer"]
    (a, b), (c, d) = ((_exact(s["lo"]), _exact(s["hi"])) for s in (inner, outer))
    if (a is not None and c is not None and a < c) or (b is not None and d is not None and b > d):
        return [f"the quartiles {inner['lo']} to {inner['hi']} reach beyond the range {outer['lo']} to {outer['hi']}"]
    return []


def _exact(said: str) -> Fraction | None:
    digits = said.replace(",", "").rstrip("+")
    return as_printed("x", digits).value if re.fullmatch(r"-?\d+(?:\.\d+)?", digits) else None
