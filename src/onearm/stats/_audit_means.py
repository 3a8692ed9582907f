"""Means with standard deviations in a text: tested where the number of people and whole answers are said, else open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ._audit_judge import Scene
from ._audit_record import FITS, MISFIT, OPEN, Statement
from ._audit_words import COUNT, Taken, number
from ._consistency_means import grim, grimmer
from ._consistency_printed import as_printed
from ._consistency_spread import debit, sd_limits

KIND = "mean with SD"
_N = r"\d{1,6}(?:\.\d{1,6})?|\.\d{1,6}"
_UNIT = r"(?:\s*(?!SD\b)[A-Za-z][A-Za-z0-9/^%]{0,9}){0,3}?"
_SD = r"(?:SD|s\.d\.|standard\s+deviations?)"
_PATTERNS = (
    re.compile(
        rf"(?<![\w.\-/])(?P<m>{_N})(?![\w.]*\d|\s*%){_UNIT}\s*[,;]?\s*(?:[(\[]|with\s+(?:an?\s+)?)?\s*{_SD}"
        rf"\s*(?:of|was|is)?\s*[,:;=]?\s*(?P<s>{_N})(?![\w.]*\d|\s*%)",
        re.I,
    ),
    re.compile(rf"(?<![\w.\-/])(?P<m>{_N})(?![\w.]*\d|\s*%)\s*(?:±|\+/-)\s*(?P<s>{_N})(?![\w.]*\d|\s*%)"),
    re.compile(
        rf"(?i:\bmeans?\s*[(\[]\s*(?:{_SD}|±\s*{_SD})\s*[)\]])[^.;\d%]{{0,60}}?"
        rf"(?<![\w.\-/])(?P<m>{_N})(?![\w.]*\d|\s*%)\s*[(\[±]\s*(?P<s>{_N})(?![\w.]*\d|\s*%)\s*[)\]]?"
    ),
)
_FAR = 500  # how far words reach
_ERROR = re.compile(r"(?i)\bstandard errors?\b|\bSEM?\b")
_YES = re.compile(r"(?i)\byes[ /-]*(?:or\s+)?no\b|\bbinary\b|\bdichotom|\b0\s*/\s*1\b|\bcoded (?:as )?0 (?:or|and) 1\b")
WHOLE = re.compile(
    r"(?i)\bwhole[- ](?:numbers?|points?|years?|units?|marks?)|\bintegers?\b|\bLikert|\b(?:\d+|[a-z]+)-point\b|"
    r"\b(?:the )?(?:mean )?numbers? of (?!patients|subjects|participants|people)|\bcompleted years\b|\b\d+[- ]items?\b"
)
_SCALE = re.compile(
    r"(?i)\b(?:scor\w+|scale\w*|rat\w+|Likert\w*|range\w*|answers?|marks?|from)[^.;\d]{0,20}\s\(?(?P<lo>\d{1,2})\s*"
    r"(?:-|to|through)\s*(?P<hi>\d{1,3})\b(?!\.\d|\s*%)"
)
_ITEMS = re.compile(r"(?i)\b(?P<items>\d{1,3})[- ]items?\b")
_SIZE = re.compile(
    r"(?i)\b(?:by|in|of|from|for|among)\s+(?:the\s+|all\s+)*(?P<n>\d{1,6})\s+(?!to\b)[a-z]|\bn\s*=\s*(?P<n2>\d{1,6})"
)

_SOME = re.compile(rf"(?P<k>{COUNT})\s+(?:[a-z/-]+\s+)?(?!items|points|questions|scales|scores|doses)[a-z]{{3,}}s\b")


def means(text: str, scene: Scene, taken: Taken) -> Iterator[Statement]:
    """Every mean with its standard deviation in one sentence."""
    a, b = scene.sentence
    if _ERROR.search(text[a:b]):
        return
    for pattern in _PATTERNS:
        for m in pattern.finditer(text, a, b):
            if taken.free(*m.span()):
                taken.take(*m.span())
                place = (KIND, m.start(), m.end(), text[m.start() : m.end()].strip())
                yield Statement(*place, *_tested(_near(text, scene, m), m["m"], m["s"], people(text, scene, m)))


def _near(text: str, scene: Scene, m: re.Match[str]) -> str:
    return text[max(scene.sentence[0], m.start() - _FAR) : min(scene.sentence[1], m.end() + _FAR)]


def people(text: str, scene: Scene, m: re.Match[str]) -> int | None:
    """How many the mean is of: the one number of people in its sentence."""
    a, b = max(scene.sentence[0], m.start() - _FAR), min(scene.sentence[1], m.end() + _FAR)
    own = {n for n, at in scene.within(a, b) if not m.start() <= at < m.end()}
    own |= {int(one["n"] or one["n2"]) for one in _SIZE.finditer(text, a, m.start())}
    own |= {number(one["k"]) for one in _SOME.finditer(text, a, m.start())}
    return own.pop() if len(own) == 1 else None


def _tested(said: str, mean: str, sd: str, n: int | None) -> tuple[str, str]:
    yes = _YES.search(said) is not None
    if not yes and WHOLE.search(said) is None:
        return OPEN, f"mean {mean} (SD {sd}): the text does not say that it comes from whole numbers"
    if n is None or n < 2:
        return OPEN, f"mean {mean} (SD {sd}): the sentence does not say of how many people"
    try:
        return (_of_yes if yes else _of_whole)(said, mean, sd, n)
    except ValueError as problem:
        return OPEN, f"mean {mean} (SD {sd}) of {n}: {problem}"


def _of_yes(said: str, mean: str, sd: str, n: int) -> tuple[str, str]:
    found = debit(mean, sd, n)
    if found:
        return FITS, f"mean {mean} (SD {sd}) is that of {_or(found.counts)} yes among {n} (DEBIT)"
    return MISFIT, f"no count of yes among {n} prints as mean {mean} with SD {sd} (DEBIT)"


def _of_whole(said: str, mean: str, sd: str, n: int) -> tuple[str, str]:
    items = _items(said)
    first = grim(mean, n, items=items)
    if not first:
        return MISFIT, _no_total(mean, n, items)
    scale = _SCALE.search(said)
    if scale is not None and int(scale["lo"]) < int(scale["hi"]):
        low, high = int(scale["lo"]), int(scale["hi"])
        if not low <= Fraction(mean) <= high:
            return MISFIT, f"mean {mean} lies outside the scale, {low} to {high}"
        limits, shown = sd_limits(n, mean, low, high, items=items), as_printed("x", sd).between("half-up")
        if float(shown.high) < limits.low or float(shown.low) > limits.high:
            within = f"{limits.low:.2f} to {limits.high:.2f}"
            return MISFIT, f"{n} answers from {low} to {high} with mean {mean} have an SD of {within}, printed is {sd}"
    second = grimmer(mean, sd, n, items=items)
    if not second:
        return MISFIT, f"mean {mean} with SD {sd} of {n} whole numbers (GRIMMER): {second.reason}"
    if not first.informative:
        return OPEN, f"with {n} people every mean with so many decimals is possible"
    return FITS, f"mean {mean} with SD {sd} of {n} whole numbers is possible (GRIM, GRIMMER)"


def tested_by_grim(said: str, mean: str, n: int) -> tuple[str, str]:
    """Verdict and reason of a mean of whole numbers without its standard deviation."""
    try:
        found = grim(mean, n, items=_items(said))
    except ValueError as problem:
        return OPEN, f"mean {mean} of {n}: {problem}"
    if not found:
        return MISFIT, _no_total(mean, n, _items(said))
    if not found.informative:
        return OPEN, f"with {n} people every mean with so many decimals is possible"
    return FITS, f"mean {mean} of {n} whole numbers is possible (GRIM): their total is {_or(found.totals)}"


def _items(said: str) -> int:
    several = _ITEMS.search(said)
    return max(1, int(several["items"])) if several else 1


def _no_total(mean: str, n: int, items: int) -> str:
    near = round(Fraction(mean) * n * items)
    digits = as_printed("x", mean).decimals
    around = " and ".join(f"{near + d}/{n * items} = {(near + d) / (n * items):.{digits}f}" for d in (-1, 0, 1))
    return f"no whole total of {n} prints as mean {mean} (GRIM): {around}"


def _or(counts: tuple[int, ...]) -> str:
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
