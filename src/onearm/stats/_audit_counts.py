"""Counts with percentages as people write them, the numbers a text states, and the groups that sentences speak of."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from ._audit_words import AFTER_LABEL, COUNT, WORDS, Taken, number, sentences

PERCENT = (
    r"(?P<p>\d{1,3}(?:\.\d{1,6})?)\s*(?:%|per\s?cent\b)"
    r"(?!\s*-?\s*(?:exact\s+|Wilson\s+|Clopper-Pearson\s+)?(?:CI\b|CrI\b|confidence|credible|limits?\b|interval))"
)
_PEOPLE = (
    r"(?i:patients?|pts?|subjects?|participants?|persons?|people|women|men|adults|children|individuals|responders|cases|"
    r"survivors|donors|controls)"
)
_NO_COUNT = rf"(?!(?i:{WORDS})(?:\s+{_PEOPLE})?\s*[(\[])"  # "Five of whom two (40%)" speaks of two
_WORD = rf"(?:\s+(?!(?i:and|or|but|while|whereas|with|versus|vs)\b){_NO_COUNT}[A-Za-z](?:[\w'/-]|\.(?=\w))*)"
_ANY_WORD = r"(?:\s+(?!(?i:and|or|but|while|whereas|versus|vs)\b)[A-Za-z](?:[\w'/-]|\.(?=\w))*)"
_OPEN, _OF = (
    r"\s*[(\[]\s*",
    r"\s*(?:/|(?i:\bout\s+of|\bof))\s*(?:(?i:the|all|our|a\s+total\s+of|those|these|other|remaining|"
    r"an?\s+(?:planned|intended|expected))\s+)*",
)
_N = r"(?P<n>\d{1,3}(?:,\d{3})+|\d{1,7})(?![\w%]|\.\d|,\d)"
_K = rf"(?P<k>{COUNT})"
_K_OF = r"(?P<k>(?<![\w.,/%+\-<>=])\d{1,7})"  # before a slash

FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("k of n", re.compile(rf"(?:{_K_OF}\s*/\s*{_N}){_ANY_WORD}{{0,6}}{_OPEN}{PERCENT}")),
    ("k of n", re.compile(rf"(?:{_K_OF}\s*/\s*{_N})\s*[,;:=]\s*{PERCENT}")),
    ("k of n", re.compile(rf"{_K}(?:\s+{_PEOPLE})?{_OF}{_N}{_ANY_WORD}{{0,8}}{_OPEN}{PERCENT}")),
    ("percent first", re.compile(rf"{PERCENT}{_OPEN}(?:[nN]\s*=\s*)?{_K_OF}\s*/\s*{_N}")),
    ("percent first", re.compile(rf"{PERCENT}{_OPEN}(?:[nN]\s*=\s*)?{_K}(?:\s+{_PEOPLE})?{_OF}{_N}")),
    (
        "percent first",
        re.compile(rf"{PERCENT}{_OPEN}(?:[nN]\s*=\s*(?P<k>\d{{1,7}})|(?P<k2>\d{{1,7}})\s+{_PEOPLE})"),
    ),
    (
        "k of n",
        re.compile(
            rf"{_K_OF}\s*/\s*{_N}\s*[,:=]?\s+(?P<p>\d{{1,3}}\.\d{{1,2}})"
            r"(?=\s*[(\[]\s*\d{1,3}(?:\.\d+)?\s*(?:-|to|,)\s*\d)"
        ),
    ),
    ("k then percent", re.compile(rf"(?<=[(\[])(?P<k>\d{{1,7}})\s*[,;]\s*{PERCENT}")),
    ("k then percent", re.compile(rf"\b[nN]\s*=\s*(?P<k>\d{{1,7}})\s*[,;]?\s*[(\[]?\s*{PERCENT}")),
    ("k then percent", re.compile(rf"{_K}(?P<words>{_WORD}{{0,7}}){_OPEN}{PERCENT}")),
    ("k of n", re.compile(rf"{_K}(?:\s+{_PEOPLE})?{_OF}{_N}{_WORD}{{0,4}}[,;]\s+(?:or\s+)?{PERCENT}(?=[,;.)\]])")),
    ("k then percent", re.compile(rf"{_K}(?P<words>{_WORD}{{0,3}}),\s+(?:or\s+)?{PERCENT}(?=[,;.])")),
)
_BARE = re.compile(rf"{_K}\s*[(\[]\s*(?P<p>\d{{1,3}}(?:\.\d)?)\s*[)\]]")
_MOST_OF = re.compile(  # "most of the 48 patients (92%)": not 48 of a larger number
    r"(?i)\b(?:most|majority|half|thirds?|quarters?|any|all|few|some|many|each|no\s+\w+)\s+of\s+(?:(?:the|all|our)\s+)*$"
)
_ABOUT = re.compile(
    r"(?i)(?:\b(?:about|around|nearly|almost|approximately|approx\.?|roughly|circa|ca\.?|some|over|under|above|below|"
    r"(?:more|less|fewer|greater|higher|lower)\s+than|at\s+(?:least|most)|up\s+to)|[~≈])\s*$"
)
_ONE_IN = re.compile(rf"\s+in\s+{COUNT}", re.I)  # one in four
_TAIL = re.compile(rf"[^()\[\]]{{0,40}}[)\]]\s*(?i:of|out\s+of|among)\s+(?:(?i:the|all|our|these)\s+)*{_N}")
_INSIDE = re.compile(rf"\s*(?i:of)\s+(?:(?i:the|all)\s+)*{_N}")


@dataclass(frozen=True, slots=True)
class Counted:
    """A count with its percentage where it stands; ``n`` is a denominator written beside it."""

    start: int
    end: int
    k: int
    percent: str
    percent_at: int
    percent_end: int
    n: int | None
    form: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """From ``start`` to the end of its sentence counts are of ``n``; ``hard`` where words refer back (of whom)."""

    start: int
    n: int
    hard: bool
    at: int


def counted(text: str, taken: Taken) -> list[Counted]:
    """Every count with a percentage, in order."""
    found: list[Counted] = []
    for form, pattern in FORMS:
        for m in pattern.finditer(text):
            where = "k" if m.groupdict().get("k") else "k2"
            if AFTER_LABEL.search(text[max(0, m.start(where) - 40) : m.start(where)]) or _year(text, m, where):
                continue
            if _ONE_IN.match(m.groupdict().get("words") or "") or _MOST_OF.search(
                text[max(0, m.start(where) - 40) : m.start(where)]
            ):
                continue
            if taken.free(m.start(), m.end()) and not (form == "percent first" and rough(text, m.start())):
                found.append(_one(text, m, form, where))
                end = found[-1].end
                taken.take(*m.span())
                taken.take(max(m.end(), text.rfind(" ", 0, end)), end)  # what stands between is still to be read
    found += _without_sign(text, taken)
    return _shared_tail(text, sorted(found, key=lambda c: c.start))


def rough(text: str, at: int) -> bool:
    """Whether the percentage at a place is not meant to the digit, or ends a span."""
    ahead = text[max(0, at - 20) : at]
    return _ABOUT.search(ahead) is not None or re.search(r"\d\s*%?\s*(?:-|\bto)\s*$", ahead) is not None


def _year(text: str, m: re.Match[str], where: str) -> bool:
    said = m[where]
    return bool(re.fullmatch(r"(?:19|20)\d\d", said)) and not re.match(rf"\s+{_PEOPLE}", text[m.end(where) :])


def _one(text: str, m: re.Match[str], form: str, where: str) -> Counted:
    parts = m.groupdict()
    n, end = parts.get("n"), m.end()
    after = None if n else _TAIL.match(text, end) or _INSIDE.match(text, end)
    if after is not None and form == "k then percent":
        n, end = after["n"], after.end()
    value = None if n is None else number(n)
    k = number(m[where])
    if value is not None and form == "k then percent" and value < k:
        value, end = None, m.end()
    at, stop = m.start("p"), m.end("p")
    return Counted(m.start(), end, k, m["p"], at, stop, value, form, parts.get("words") or "")


def _without_sign(text: str, taken: Taken) -> list[Counted]:
    """``24 [52], 8 [17]``: percentages without their sign, read where a sentence has two, or says n (%)."""
    found: list[Counted] = []
    for a, b in sentences(text):
        pairs = [m for m in _BARE.finditer(text, a, b) if taken.free(*m.span()) and number(m["k"]) > 0]
        pairs = [
            m
            for m in pairs
            if float(m["p"]) <= 100 and not AFTER_LABEL.search(text[max(a, m.start() - 40) : m.start()])
        ]
        said = re.search(r"\(%\)|n[ ,]*%|No\. \(%\)|\bpercent", text[a:b])
        signed = re.search(r"\d\s*[(\[]\d+(?:\.\d+)?\s*%[)\]]", text[a:b])
        if len(pairs) < 2 and not said and not signed:
            continue
        for m in pairs:
            spot = m.start("p"), m.end("p")
            found.append(Counted(*m.span(), number(m["k"]), m["p"], *spot, None, "k then percent", ""))
            taken.take(*m.span())
    return found


def _shared_tail(text: str, found: list[Counted]) -> list[Counted]:
    """``24 (50%) and 10 (21%) of 48``: the first is of 48 as well."""
    for i in range(len(found) - 2, -1, -1):
        here, after = found[i], found[i + 1]
        joined = re.fullmatch(r"\s*[)\]]?\s*(?:,|and|, and|or)\s+", text[here.end : after.start])
        whole = after.n if after.form == "k then percent" else None
        if joined and here.n is None and whole is not None and whole >= here.k:
            found[i] = Counted(here.start, here.end, here.k, here.percent, here.percent_at, here.percent_end,
                                   whole, here.form, here.words)  # fmt: skip
    return found


_STATED = (
    re.compile(
        rf"(?i:\b(?:of|among)\s+(?:the\s+)?)\d{{1,7}}\s+(?i:and|or)\s+(?P<k>{COUNT})"
        rf"(?=\s+(?:{_PEOPLE}|(?i:tested|assessed|evaluable|evaluated|treated|respectively))\b)"
    ),
    re.compile(
        rf"(?P<k>{COUNT})(?:\s+(?!(?i:of|and|or|to|in|were|was|had|with)\b)[A-Za-z][\w'/-]*){{0,4}}?"
        rf"\s+{_PEOPLE}\b"
    ),
    re.compile(r"\b[nN]\s*=\s*(?P<k>\d{1,3}(?:,\d{3})+|\d{1,7})(?![\w%/]|\.\d)"),
    re.compile(
        rf"(?i:\b(?:of|among|from)\s+(?:the\s+|all\s+|our\s+|these\s+)*(?:remaining\s+|first\s+)?)"
        rf"(?P<k>{COUNT})(?!\s+to\s+\d)"
    ),
)


def stated(text: str, taken: Taken) -> list[tuple[int, int, int]]:
    """Numbers of people that the text states without a percentage: value, start, end."""
    found: dict[int, tuple[int, int, int]] = {}
    for pattern in _STATED:
        for m in pattern.finditer(text):
            at = m.start("k")
            if AFTER_LABEL.search(text[max(0, at - 40) : at]):
                continue
            if taken.free(at, m.end("k")):
                end = max(m.end("k"), m.end()) if taken.free(at, m.end()) else m.end("k")
                found.setdefault(at, (number(m["k"]), at, end))
    return sorted(found.values(), key=lambda s: s[1])


_LED = re.compile(
    rf"(?:^|(?<=[;:,.] )|(?<=\n)|(?<=and ))[\"'(\[]?(?i:of|among|in|from|for)\s+(?i:(?:the|these|those|all|our)\s+)*"
    rf"(?i:(?P<left>remaining|other|first)\s+)?(?P<k>{COUNT})"
)
_BACK = re.compile(
    r"(?i)\b(?:of|among|in)\s+(?:(?:whom|them)\b|(?:which|these|those)\b(?!\s+\d))(?!\s+(?:who|with|that|patients|treated))"
)


def groups(text: str, a: int, b: int, people: list[tuple[int, int]]) -> list[Group]:
    """The groups a sentence speaks of: ``Of the 24 patients``, ``of whom`` (the count before it)."""
    found = [Group(a + m.end(), number(m["k"]), False, a + m.start("k")) for m in _LED.finditer(text[a:b])]
    for m in _BACK.finditer(text, a, b):
        stop = bisect_left(people, m.start(), key=lambda v: v[1])
        if stop:
            found.append(Group(m.end(), people[stop - 1][0], True, people[stop - 1][1]))
    return sorted(found, key=lambda g: g.start)
