"""Matched numbers: pairs are twice as many people, 1:r leaves at most r controls each, no sample exceeds its source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._audit_judge import Scene
from ._audit_record import FITS, MISFIT, OPEN, Statement
from ._audit_words import AFTER_LABEL, COUNT, Taken, number

KIND = "matched numbers"
_PEOPLE = r"(?:patients?|subjects?|participants?|individuals?|people|persons?|cases|controls|women|men|adults|children)"
_PAIR = r"(?:(?:propensity|score|well|successfully|matched)[- ]+)*pairs\b"
_TOPIC = re.compile(r"(?i)\bmatch|\bpairs\b|\bpaired\b")
_ONE_TO = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_RATIO = re.compile(
    r"(?<![\d:.])(?:1\s*:\s*(?P<r>\d)|(?P<r2>\d)\s*:\s*1)(?![\d:]|\.\d)|"
    rf"(?i:\b(?:one|1)[- ]to[- ](?P<r3>{'|'.join(_ONE_TO)}|\d)\b|\b(?P<r4>{'|'.join(_ONE_TO)}|\d)[- ]to[- ](?:one|1)\b)"
)
_SO = r"\s*[(\[,:;]?\s*(?:so|or|that\s+is|i\.?e\.?|thus|hence|giving|for|with|in|=)?,?\s*(?:a\s+total\s+of\s+)?"
_PAIRS_OF = re.compile(
    rf"(?P<k>{COUNT})\s+{_PAIR}(?:\s+of\s+{_PEOPLE})?{_SO}(?:n\s*=\s*)?(?P<n>{COUNT})\s+{_PEOPLE}", re.I
)
_OF_PAIRS = re.compile(
    rf"(?P<n>{COUNT})\s+(?:[a-z][\w-]*\s+){{0,2}}?{_PEOPLE}\s*(?:[(\[]|in|as|formed|formed\s+into|made\s+up)\s*"
    rf"(?:n\s*=\s*)?(?P<k>{COUNT})\s+{_PAIR}",
    re.I,
)
_EACH = re.compile(
    rf"(?P<n>{COUNT})\s+(?:[a-z][\w-]*\s+){{0,2}}?{_PEOPLE}\s*[(\[,]\s*(?P<k>{COUNT})\s+(?:{_PEOPLE}\s+)?"
    r"(?:per|in\s+each|in\s+either|from\s+each)\s+(?:group|arm|cohort)",
    re.I,
)
_LONE = re.compile(rf"(?P<k>{COUNT})\s+{_PAIR}", re.I)
_WITHIN = re.compile(rf"(?P<k>{COUNT})(?:\s+{_PEOPLE})?\s+of\s+(?:the\s+|all\s+|our\s+)*(?P<n>{COUNT})", re.I)
_SIDES = re.compile(
    rf"(?P<a>{COUNT})(?:\s+of\s+(?:the\s+)?\d{{1,6}})?(?P<gap>(?:\s+\(?[A-Za-z][\w'/-]*\)?){{1,9}}?)\s+"
    rf"(?:(?:the|a|up|total|of|his|their|our|matched)\s+)*(?P<b>{COUNT})(?![%\d]|\s+{_PAIR})",
    re.I,
)
_LIMIT = re.compile(r"(?i)\b(?:at\s+(?:least|most)|up\s+to|over|under|above|below)\s+$")
_LINK = re.compile(r"(?i)\b(?:and|with|to|versus|vs|v|had|against|beside|got|received|given)\b")
_SOURCE = re.compile(
    rf"(?i:\b(?:from|of|among|between|before\s+(?:propensity[- ](?:score[- ])?)?matching,?(?:\s+there\s+were)?))\s+"
    rf"(?:(?i:the|all|our)\s+)*(?P<a>{COUNT})(?:\s+[A-Za-z][\w'/-]*){{0,6}}?\s+and\s+(?:the\s+|from\s+)*(?P<b>{COUNT})",
)


def matched(text: str, scene: Scene, taken: Taken, sources: tuple[int, int] | None) -> Iterator[Statement]:
    """The matched numbers of one sentence; ``sources`` are those the two groups had before."""
    a, b = scene.sentence
    if not _TOPIC.search(text[a:b]):
        return
    sources = sources_of(text, scene.sentence) or sources
    for pattern, pairs in ((_PAIRS_OF, True), (_OF_PAIRS, True), (_EACH, False)):
        for m in pattern.finditer(text, a, b):
            if taken.free(*m.span()):
                taken.take(*m.span())
                yield _double((m.start(), m.end(), m[0]), number(m["k"]), number(m["n"]), pairs, sources)
    for m in _LONE.finditer(text, a, b):
        if sources and taken.free(*m.span()):
            taken.take(*m.span())
            yield _lone((m.start(), m.end(), m[0]), number(m["k"]), sources)
    yield from _sides(text, (a, b), taken, sources)
    for m in _WITHIN.finditer(text, a, b):
        if taken.free(*m.span()) and number(m["k"]) > number(m["n"]):
            taken.take(*m.span())
            k, n = number(m["k"]), number(m["n"])
            yield Statement(KIND, *m.span(), m[0], MISFIT, f"{k} is more than the {n} there were", k, literal=n)


def sources_of(text: str, sentence: tuple[int, int]) -> tuple[int, int] | None:
    """How many the two groups had before: ``from 45 patients and 120 controls``, ``before matching there were``."""
    m = _SOURCE.search(text, *sentence)
    if m is None or AFTER_LABEL.search(text[max(0, m.start("a") - 40) : m.start("a")]):
        return None
    found = number(m["a"]), number(m["b"])
    return None if all(1900 <= n <= 2100 for n in found) else found  # between two years


def _holds(one: int, other: int, sources: tuple[int, int]) -> bool:
    """Whether two groups can come out of two sources, whichever is which."""
    return min(one, other) <= min(sources) and max(one, other) <= max(sources)


def _beyond(sources: tuple[int, int]) -> str:
    return f"before matching there were {sources[0]} and {sources[1]}"


def _double(place: tuple[int, int, str], k: int, n: int, pairs: bool, sources: tuple[int, int] | None) -> Statement:
    groups = n // k if k and not pairs and n % k == 0 else 2
    what = "pairs" if pairs else "in each of two groups" if groups == 2 else f"in each of {groups} groups"
    says = f"{k} {what} are {groups * k} people" + ("" if n == groups * k else f", printed is {n}")
    if sources and not _holds(k, k, sources):
        return Statement(KIND, *place, MISFIT, f"{says}; {_beyond(sources)}", k)
    return Statement(KIND, *place, FITS if n == groups * k else MISFIT, says, k)


def _lone(place: tuple[int, int, str], k: int, sources: tuple[int, int]) -> Statement:
    if _holds(k, k, sources):
        return Statement(KIND, *place, FITS, f"{k} pairs can be made: {_beyond(sources)}", k)
    return Statement(KIND, *place, MISFIT, f"{k} pairs need {k} on both sides; {_beyond(sources)}", k)


def _sides(text: str, span: tuple[int, int], taken: Taken, sources: tuple[int, int] | None) -> Iterator[Statement]:
    said = text[slice(*span)]
    ratio = _RATIO.search(said)
    if ratio is None:
        return
    r = next(_ONE_TO.get(v.lower()) or int(v) for v in ratio.groups() if v)
    again = re.search(r"(?i)\bwith replacement|\bup to\b|\bvariable ratio", said)
    masked = _RATIO.sub(lambda one: "r" * len(one[0]), said)
    found: list[Statement] = []
    for m in _SIDES.finditer(masked):
        a, b = span[0] + m.start("a"), span[0] + m.end("b")
        if not _LINK.search(m["gap"]) or not _free(text, m, span[0], taken) or _before(said, m):
            continue
        taken.take(a, b)
        place = a, b, text[a:b]
        found.append(_ratio(place, number(m["a"]), number(m["b"]), r, again is not None, sources))
    fitting = [i for i, s in enumerate(found) if s.verdict == FITS]
    yield from found[fitting[0] if fitting else 0 :]  # "47 v 63, matched 1:1 to 41 v 41": the first are those before


def _free(text: str, m: re.Match[str], begin: int, taken: Taken) -> bool:
    """Two numbers of people, neither read yet nor naming a thing."""
    spans = [(begin + m.start(side), begin + m.end(side)) for side in "ab"]
    behind = [text[max(0, a - 40) : a] for a, _ in spans]
    return all(taken.free(*s) for s in spans) and not any(AFTER_LABEL.search(b) or _LIMIT.search(b) for b in behind)


def _before(said: str, m: re.Match[str]) -> bool:
    ahead = said[max(0, m.start() - 60) : m.start()]
    return bool(re.search(r"(?i)\b(?:before|from|of|among|prior to)\b[^,;:]*$", ahead))


def _ratio(
    place: tuple[int, int, str], one: int, other: int, r: int, loose: bool, sources: tuple[int, int] | None
) -> Statement:
    few, many = min(one, other), max(one, other)
    if sources and not loose and not _holds(one, other, sources):
        return Statement(KIND, *place, MISFIT, f"{one} and {other} are matched; {_beyond(sources)}", one)
    if many <= r * few and (r > 1 or few == many):
        return Statement(KIND, *place, FITS, f"1:{r} matching allows {one} with {other}", one)
    if loose:
        return Statement(KIND, *place, OPEN, f"1:{r} matching with repeats or a changing ratio may give them", one)
    says = f"1:{r} matching of {few} gives at most {r * few}, printed is {many}"
    return Statement(KIND, *place, MISFIT, says, one)
